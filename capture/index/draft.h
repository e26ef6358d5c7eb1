/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The entry of a file in the making. What is written to it goes through a reader as well, so that
 * nothing is noted but what somebody who reads the file would find.
 */
#ifndef XDPDUMP_INDEX_DRAFT_H
#define XDPDUMP_INDEX_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

struct draft;
struct entry;

/* -ENOMEM. */
int draft_open(struct draft **d);

/*
 * The next @n bytes of the file, before they are compressed: whole records, of which the first ones
 * are its head. Nothing fails: a draft of which too little is known is of no use at its end.
 */
void draft_add(struct draft *d, const void *bytes, size_t n);

/*
 * It is complete. Fills *e, but for what file it is; it is to be closed. False: it is not known
 * what is in it.
 */
bool draft_end(struct draft *d, struct entry *e);

/* Returns NULL. */
struct draft *draft_close(struct draft *d);

#endif
