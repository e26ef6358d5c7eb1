/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * One capture or many as one stream of packets in the order of time. Each file keeps its own order:
 * where its times step back, or are missing, its packets stay where they are. The interfaces of all
 * files are kept apart and numbered anew.
 */
#ifndef XDPDUMP_READ_MERGE_H
#define XDPDUMP_READ_MERGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "capture/read/merge_options.h"

struct blocks;
struct iface;
struct iface_stats;
struct merge;
struct packet;
struct raw_options;
struct capfile;
struct expr;
struct parts;
struct parts_ops;
struct recovery;

/*
 * Opens @n files, "-" is stdin and "tcp:HOST:PORT" a connection, and reads nothing yet;
 * merge_begin() reads their first block or header. The paths have to live as long as the input. A
 * file that is empty, or ends within its header, is one that could not be read to its end, if there
 * are others. Both: 0, or -errno and merge_error() tells; *in is to be closed whatever is returned.
 *
 * With follow there is one path, which may be a pattern: follow.h tells which files come one after
 * another, each read as it grows. There is no end, and what is wrong with one that is not the first
 * is told by warn().
 */
int merge_open(struct merge **in, const char *const *paths, unsigned n,
	       const struct merge_options *o);
int merge_begin(struct merge *in);

/*
 * Between the two: one file that is large and compressed is unpacked by a thread, which this
 * starts, if there is one.
 */
bool merge_read_ahead(struct merge *in);

/* Its only file, if parts of that can be read (capfile_has_parts()); NULL: not. */
struct capfile *merge_whole(struct merge *in);

/*
 * Once a first packet was read: if there is such a file, its parts are counted by @parts, see
 * parts_begin(), until merge_close(), which has to come after parts_finish().
 */
void merge_divide(struct merge *in, struct parts *parts, uint64_t least,
		  const struct expr *filter, const struct parts_ops *ops, void *ctx);

/*
 * Are all open that there will be? Not those that are followed, nor more than there may be
 * descriptors: these are opened in their turn.
 */
bool merge_is_open(const struct merge *in);

/*
 * 1: a packet, whose data and iface live until the next call. 0: the end of all files. An error, at
 * the end as well: -EBADMSG or another errno, when a file could not be read to its end. Its packets
 * before were delivered, and all of the others.
 */
int merge_next(struct merge *in, struct packet *p);

/*
 * The blocks that may be copied to a pcapng output and belong in front of the packet that
 * merge_next() delivered, or at the end if it delivered none. Each stands behind the packet that it
 * follows in its file. They live until the next call.
 */
const struct blocks *merge_blocks(const struct merge *in);

/*
 * What is wrong with the files that could not be read to their end: the n-th sentence, its file in
 * front, or NULL.
 */
const char *merge_error(const struct merge *in, unsigned n);

/* What recovery came to, of all files together. */
struct recovery merge_recovery(const struct merge *in);

/* Would merge_next() have to wait now for a file that comes slowly? */
bool merge_is_drained(const struct merge *in);

/* Is one of the files no regular file, so that it may come slowly? */
bool merge_is_stream(const struct merge *in);

/*
 * The interfaces seen so far, ids from 0 in the order in which they appeared; NULL behind the last.
 */
const struct iface *merge_iface(const struct merge *in, uint32_t id);

/* The last statistics of an interface, or NULL. */
const struct iface_stats *merge_stats(const struct merge *in, uint32_t id);

/* As capfile_section(), of the first file in which there is something. */
const char *merge_section(const struct merge *in, int option);

/*
 * What else it says, comments above all: of all files, as far as they were read. Lives until the
 * next call.
 */
struct raw_options merge_section_options(struct merge *in);

/*
 * The files, by their place in @paths: NULL behind the last. A name is fit for a sentence: the
 * path, or "stdin".
 */
const char *merge_name(const struct merge *in, unsigned i);
const struct stat *merge_stat(const struct merge *in, unsigned i);
const struct capfile *merge_reader(const struct merge *in, unsigned i);

/* The name for a sentence about all of it: that of the file, or "N files". */
const char *merge_title(const struct merge *in);

/*
 * Bytes of the files, as they lie on the disk, that were read, of @size. False: not all of them are
 * regular files.
 */
bool merge_progress(const struct merge *in, uint64_t *done, uint64_t *size);

/* Returns NULL. */
struct merge *merge_close(struct merge *in);

#endif
