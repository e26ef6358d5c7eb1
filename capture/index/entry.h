/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What is known of a file of a directory: which one it is, and what is in it. */
#ifndef XDPDUMP_INDEX_ENTRY_H
#define XDPDUMP_INDEX_ENTRY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "capture/index/sketch.h"

struct per_link;
struct stat;

enum { ENTRY_LINKS = 4 };

enum entry_flag {
	ENTRY_CAPTURE	= 1,	/* it begins as one */
	/* and was read to its end: all that follows is of all of its packets */
	ENTRY_WHOLE	= 2,
	ENTRY_REFUSED	= 4,	/* and cannot be read, at least without recovery */
	ENTRY_FLAGS	= 7,
};

/* The file as it was when it was read: whatever differs afterwards, it is another one. */
struct entry_file {
	uint64_t size, inode;
	uint64_t mtime_ns, ctime_ns;
};

struct entry {
	struct entry_file file;
	unsigned flags;
	uint64_t n_packets, n_timed;
	/* of those with a time: the first in the file, the earliest, the latest; ns since 1970 */
	uint64_t first_ns, min_ns, max_ns;
	uint16_t links[ENTRY_LINKS];	/* link types of packets */
	unsigned n_links;		/* more than ENTRY_LINKS: there are others */
	struct sketch sketch;		/* what noted.h tells of them */
};

struct entry_file entry_file_of(const struct stat *st);
bool entry_file_same(const struct entry_file *a, const struct entry_file *b);
bool entry_is_of(const struct entry *e, const struct entry_file *f);

/* A question: times since 1970, @end_ns is not included. */
struct entry_wanted {
	bool timed;			/* else any time will do, or none */
	uint64_t start_ns, end_ns;
	struct per_link *per_link;	/* NULL: any packet matches */
};

/* May there be a packet in it that is wanted? False is sure. */
bool entry_may_have(const struct entry *e, const struct entry_wanted *w);

/* Is the expression one for any of its link types? */
bool entry_fits(const struct entry *e, struct per_link *per_link);

void entry_close(struct entry *e);

#endif
