/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Capabilities: which there are, and when they are in effect. Whoever is not root itself has them
 * in effect only while the kernel is asked for something, never while a path of the command line
 * is opened: CAP_NET_ADMIN alone is enough to write to /proc/sys/net.
 */
#ifndef XDPDUMP_KERNEL_PRIVILEGE_H
#define XDPDUMP_KERNEL_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/base/util.h"

enum privilege {
	/* to load, attach, see programs of others, go to namespaces */
	PRIVILEGE_KERNEL	= 1,
	PRIVILEGE_LOOK		= 2,	/* to read what engines keep of their containers */
	PRIVILEGE_PIN		= 4,	/* to pin and unpin in bpffs, which is root's */
	/* to make, rename and delete files where it is not the owner's */
	PRIVILEGE_FILES		= 8,
	PRIVILEGE_LOAD		= 16,	/* of PRIVILEGE_KERNEL, to load alone */
	PRIVILEGE_PROMISCUOUS	= 32,	/* and to make an interface promiscuous */
};

/* True, or false with what is missing in @missing, as in "CAP_BPF and CAP_PERFMON missing". */
bool privilege_to_attach(char *missing, size_t cap);

/*
 * Has who is not root itself any of these, in effect or not? What only he has written is not for us
 * to read then.
 */
bool privilege_is_lent(void);

/*
 * From here on the calling thread, and those that it starts, have nothing but those for @what, an
 * or of enum privilege, 0 for none, as far as they are there, and none in effect; a program that is
 * started has none. -errno.
 */
int privilege_keep(unsigned what);

/*
 * What a program could get that is started. It takes CAP_SETPCAP, which root in a container may not
 * have.
 */
void privilege_empty_bounding_set(void);

/*
 * From here on there is nothing but those for @what, nor is there a way to get others, by a program
 * that is started neither; of who is root they are in effect. Of the calling thread and those that
 * it starts. -errno.
 */
int privilege_settle(unsigned what);

/*
 * What it takes to load programs: PRIVILEGE_LOAD, or, where that is not there by itself,
 * PRIVILEGE_KERNEL.
 */
unsigned privilege_to_load(void);

/* Does it take a capability of who is root to make files in @directory? */
bool privilege_to_make_files(const char *directory);

/*
 * Those for @what, as far as they are there, are in effect until the other one, which changes
 * nothing where they were before. Of the calling thread.
 */
struct privilege_raised { uint64_t caps; };

struct privilege_raised privilege_raise(unsigned what);
void privilege_lower(struct privilege_raised *r);

/* To the end of the block. */
#define privilege_raise_here(what)								\
	cleanup(privilege_lower) is_unused struct privilege_raised raised_ = privilege_raise(what)

#endif
