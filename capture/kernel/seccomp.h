/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * System calls: which there are from some point on, for all threads and for ever. A list of what is
 * allowed, by need; what is not on it fails with EPERM, and the first time a line on stderr says
 * so, but for SECCOMP_DELIVERS.
 */
#ifndef XDPDUMP_KERNEL_SECCOMP_H
#define XDPDUMP_KERNEL_SECCOMP_H

#include <stdbool.h>

enum seccomp_need {
	SECCOMP_READS		= 1,	/* what is open, into what is open, and nothing more */
	SECCOMP_OPENS		= 2,	/* files to be read, later */
	SECCOMP_WRITES		= 4,	/* into a file, which a thread brings to the disk */
	SECCOMP_ROTATES		= 8,	/* and into others that come: made, renamed, deleted */
	SECCOMP_FOLLOWS		= 16,	/* files as they come */
	SECCOMP_LIVE		= 32,	/* what is attached: its packets, its counters, its end */
	SECCOMP_ATTACHES	= 64,	/* and others that come later */
	SECCOMP_TALKS		= 128,	/* with who asks by HTTP */
	SECCOMP_RENAMES		= 256,	/* files when they are complete */
	SECCOMP_MEASURES	= 512,	/* what is free on the disk */
	SECCOMP_LISTENS		= 1024,	/* at a path, which is removed at the end */
	SECCOMP_RANDOM		= 2048,	/* numbers, for tables that are made later */
	SECCOMP_RESTORES	= 4096,	/* what stderr was */
	SECCOMP_READS_AHEAD	= 8192,	/* in threads, or makes text in some */
	SECCOMP_SYNCS		= 16384,	/* files, to the disk */
	SECCOMP_WAITS		= 32768,	/* for the end of a command */
	SECCOMP_SORTS		= 65536,	/* long tables, by qsort(3) */
	SECCOMP_SENDS		= 131072,	/* to who is connected, or connects to us */
	SECCOMP_CONNECTS	= 262144,	/* to an address that was known before, again */
	SECCOMP_INDEXES		= 524288,	/* files, in their directory */
	SECCOMP_LOADS		= 1048576,	/* programs, for who asks (broker.h) */
	/* with expressions that come later, and programs of who loads them */
	SECCOMP_REFILTERS	= 2097152,
	SECCOMP_PROMISCUOUS	= 4194304,	/* interfaces, for who asks */
	/* on a terminal, for somebody who may write any of it to a file */
	SECCOMP_VIEWS		= 8388608,
	SECCOMP_RUNS		= 16777216,	/* frames through a program that is loaded */
	/*
	 * records to an engine, by a library with threads, names and certificates, or into files
	 * meanwhile
	 */
	SECCOMP_DELIVERS	= 33554432,
	SECCOMP_PAUSES		= 67108864,	/* until no frame is in a program any more */
};

/* Are we built with a sanitizer, which does what it pleases? */
bool seccomp_is_sanitized(void);

/* Can it be had, as we are built and on this kernel? */
bool seccomp_is_there(void);

/*
 * From here on there is what @needs take, an or of enum seccomp_need, in all threads. @kill: what
 * is not allowed ends the process. no_new_privs has to be set. -errno.
 */
int seccomp_enter(unsigned needs, bool kill);

/* Is the call with this number one of these? */
bool seccomp_allows(unsigned needs, unsigned nr);

#endif
