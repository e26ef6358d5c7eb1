/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * One capture or many as one stream of packets in the order of time. Each file keeps its own order: where its times
 * step back, or are missing, its packets stay where they are. The interfaces of all files are kept apart and numbered
 * anew.
 */
#ifndef XDPDUMP_READ_MERGE_H
#define XDPDUMP_READ_MERGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct blocks;
struct iface;
struct iface_stats;
struct input;
struct packet;
struct raw_options;
struct reader;
struct recovery;

/* Is called with a sentence, the name of the file in front, for what is odd and can be read all the same. */
typedef void (*input_warn_fn)(void *ctx, const char *sentence);

/*
 * Is called before each read of a file that may come slowly, with its descriptor: 0 when there is something to read,
 * or @timeout_ms are over (-1: never), or an errno, and the reading ends with it. With it a FIFO without a writer can
 * be waited for as well.
 */
typedef int (*input_wait_fn)(void *ctx, int fd, int timeout_ms);

/* Is called now and then while there is work: 0, or an errno, and the reading ends with it. */
typedef int (*input_look_fn)(void *ctx);

struct input_options {
	input_warn_fn warn;	/* may be NULL */
	input_wait_fn wait;	/* may be NULL */
	input_look_fn look;	/* may be NULL */
	void *ctx;
	bool recover;		/* to go on behind damage */
	bool concatenated;	/* to go on behind the end of a capture, with the next one in the file */
	bool copy;		/* blocks that are no packets are wanted, see input_blocks() */
	bool local;		/* as in struct reader_hooks */
	bool follow;		/* see input_open(); wait is needed for that */
};

/*
 * Opens @n files, "-" is stdin, and reads their first block or header. The paths have to live as long as the input. A
 * file that is empty, or ends within its header, is one that could not be read to its end, if there are others. 0, or
 * -errno and input_error() tells; *in is to be closed whatever is returned.
 *
 * With follow there is one path, which may be a pattern: follow.h tells which files come one after another, each read
 * as it grows. There is no end, and what is wrong with one that is not the first is told by warn().
 */
int input_open(struct input **in, const char *const *paths, unsigned n, const struct input_options *o);

/*
 * 1: a packet, whose data and iface live until the next call. 0: the end of all files. An error, at the end as well:
 * -EBADMSG or another errno, when a file could not be read to its end. Its packets before were delivered, and all of
 * the others.
 */
int input_next(struct input *in, struct packet *p);

/*
 * The blocks that may be copied to a pcapng output and belong in front of the packet that input_next() delivered, or
 * at the end if it delivered none. Each stands behind the packet that it follows in its file. They live until the
 * next call.
 */
const struct blocks *input_blocks(const struct input *in);

/* What is wrong with the files that could not be read to their end: the n-th sentence, its file in front, or NULL. */
const char *input_error(const struct input *in, unsigned n);

/* What recovery came to, of all files together. */
struct recovery input_recovery(const struct input *in);

/* Would input_next() have to wait now for a file that comes slowly? */
bool input_is_drained(const struct input *in);

/* Is one of the files no regular file, so that it may come slowly? */
bool input_is_stream(const struct input *in);

/* The interfaces seen so far, ids from 0 in the order in which they appeared; NULL behind the last. */
const struct iface *input_iface(const struct input *in, uint32_t id);

/* The last statistics of an interface, or NULL. */
const struct iface_stats *input_stats(const struct input *in, uint32_t id);

/* As reader_section(), of the first file in which there is something. */
const char *input_section(const struct input *in, int option);

/* What else it says, comments above all: of all files, as far as they were read. Lives until the next call. */
struct raw_options input_section_options(struct input *in);

/* The files, by their place in @paths: NULL behind the last. A name is fit for a sentence: the path, or "stdin". */
const char *input_name(const struct input *in, unsigned i);
const struct stat *input_stat(const struct input *in, unsigned i);
const struct reader *input_reader(const struct input *in, unsigned i);

/* The name for a sentence about all of it: that of the file, or "N files". */
const char *input_title(const struct input *in);

/* Bytes of the files, as they lie on the disk, that were read, of @size. False: not all of them are regular files. */
bool input_progress(const struct input *in, uint64_t *done, uint64_t *size);

/* Returns NULL. */
struct input *input_close(struct input *in);

#endif
