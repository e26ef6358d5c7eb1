/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Reading on behind damage: what it has come to, and what it tells the formats of what comes next.
 */
#ifndef XDPDUMP_READ_RECOVERY_H
#define XDPDUMP_READ_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

enum {
	/* bytes that are held while we look for a block or record */
	RECOVERY_WINDOW		= 1 << 20,
	/* bytes behind one that fits in which we look for one that fits better */
	RECOVERY_AHEAD		= 128 * 1024,
	/* bytes of a block or packet that others would read */
	RECOVERY_LEN_MAX	= 16 << 20,
};

/*
 * With recover, capfile_next() goes on behind damage, and warn() is told of each place. A packet
 * that the end of the file cuts is delivered with the bytes that are there. -EBADMSG only if not
 * one packet was found.
 */
struct recovery {
	uint64_t packets;	/* delivered */
	uint64_t places;	/* that were skipped */
	uint64_t bytes;		/* in them */
	/* bytes that were read in two ways, as it was not clear which one is right */
	uint64_t again;
	uint64_t mended;	/* places that were damaged and could be read all the same */
};

/* The block or record that is read. */
struct recovery_place {
	uint64_t at;		/* where it begins */
	uint32_t mended_len;	/* bytes of the next one, whatever it says itself; 0: it is right */
	bool torn;		/* which has lost its end */
};

#endif
