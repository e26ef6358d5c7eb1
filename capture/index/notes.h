/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Packets of a file, as they come, into its entry: whether it is read for that, or being
 * written.
 */
#ifndef XDPDUMP_INDEX_NOTES_H
#define XDPDUMP_INDEX_NOTES_H

struct entry;
struct notes;
struct packet;

/* @e, which has none so far, is to be closed, and lives longer. -ENOMEM. */
int notes_open(struct notes **n, struct entry *e);

void notes_packet(struct notes *n, const struct packet *p);

/* Returns NULL. */
struct notes *notes_close(struct notes *n);

#endif
