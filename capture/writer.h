/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A capture file in the making. Collects whole blocks and hands them on together; when the disk is full it leaves a file
 * that ends with a whole block and the statistics, and knows which packets are missing from it.
 */
#ifndef XDPDUMP_WRITER_H
#define XDPDUMP_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct iface;
struct iface_stats;
struct packet;
struct writer;

/* Opens @path as out_open() does. Nothing is written or overwritten yet. */
int writer_open(struct writer **w, const char *path, int interrupt_fd);

/* Is @st the output itself? Reading and overwriting one file at once destroys it. */
bool writer_is_same(const struct writer *w, const struct stat *st);

/* Empties the file and begins a section; each string may be NULL. */
int writer_begin(struct writer *w, const char *hardware, const char *os, const char *appl);

/*
 * Adds an interface; they have to come in the order of their ids, 0, 1, ... @snaplen cuts its packets (0: no limit).
 * These and the next return 0 or, once writing has failed, -errno, -EPIPE when the reader has gone. writer_flush() alone
 * may return -EINTR: the interrupt_fd became readable, and nothing is lost; as an error it counts in writer_finish() only.
 */
int writer_iface(struct writer *w, const struct iface *i, uint32_t snaplen);
int writer_packet(struct writer *w, const struct packet *p);
int writer_flush(struct writer *w);

/* Bytes that a crash now would lose. */
size_t writer_pending(const struct writer *w);

/* From now on do not wait longer than @ms milliseconds for a reader that takes nothing. */
void writer_hurry(struct writer *w, int ms);

/* Packets of interface @id that were given to writer_packet() and are not in the file; of all interfaces. */
uint64_t writer_lost(const struct writer *w, uint32_t id);
uint64_t writer_lost_all(const struct writer *w);

/* Fills in the statistics of interface @id just before they are written; false: there are none. */
typedef bool (*writer_stats_fn)(void *ctx, uint32_t id, struct iface_stats *s);

/*
 * Ends the file: flushes, cuts it to its last whole block if a write failed, appends the statistics, in place of the last
 * packets if there is no room, and syncs. Returns the first error of the file's life, or 0.
 */
int writer_finish(struct writer *w, writer_stats_fn stats, void *ctx);

/* Releases only. Returns NULL. */
struct writer *writer_close(struct writer *w);

#endif
