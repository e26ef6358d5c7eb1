/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Where packets go: into files, onto the screen. The outputs have several of them. */
#ifndef XDPDUMP_WRITE_SINK_H
#define XDPDUMP_WRITE_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/base/log.h"
#include "capture/format/format.h"

struct loop;
struct packet;
struct sink;
struct source;
struct stat;

/*
 * Beside 0 and -errno: no more packets are wanted, a normal end. END: this one was not taken, and
 * is counted as lost.
 */
enum { SINK_END = 1, SINK_LAST = 2 };

enum { SINK_ALL_IFACES = -1 };

/*
 * What returns int returns 0; -errno, once it has failed always; -EINTR: a signal came while it
 * waited, and nothing is lost; SINK_END or LAST. -EPIPE is a normal end as well.
 */
struct sink_ops {
	/* As rotate_start(). NULL: there is nothing to start. */
	int (*start)(struct sink *k);

	/* Before the first packet, of what comes from @from: as rotate_begin(). May be NULL. */
	int (*begin)(struct sink *k, struct source *from, uint64_t now, uint64_t wall_ns);
	int (*packet)(struct sink *k, const struct packet *p);
	int (*flush)(struct sink *k);

	/* As those of rotate.h. NULL: interfaces are nothing to it. */
	int (*joined)(struct sink *k);
	int (*left)(struct sink *k, uint32_t id);
	size_t (*pending)(const struct sink *k);	/* bytes that a flush would write */

	/* As those of rotate.h. NULL: time is nothing to it. */
	void (*now)(struct sink *k, uint64_t now);
	int (*tick)(struct sink *k, uint64_t upto);
	uint64_t (*due)(const struct sink *k);
	void (*clock_set)(struct sink *k, uint64_t now, uint64_t wall_ns);

	/* A file that is read: it is not written to. -EEXIST: it is. */
	int (*spare)(struct sink *k, const struct stat *st);

	/* As writer_reader_fd(); -1 too as long as no file is begun. */
	int (*reader_fd)(const struct sink *k);

	/*
	 * Its descriptors are watched from now on by @l, which lives longer. -errno. NULL: it has
	 * none.
	 */
	int (*watch)(struct sink *k, struct loop *l);

	/* A pcapng block of @len bytes. NULL: it has no place for that. */
	int (*block)(struct sink *k, const void *block, size_t len);

	/*
	 * Packets of interface @id, SINK_ALL_IFACES: of all, that were given to it and are not in
	 * it. NULL: it does not know.
	 */
	uint64_t (*lost)(const struct sink *k, int64_t id);

	/* No longer than @ms milliseconds of waiting for a reader that takes nothing. */
	void (*hurry)(struct sink *k, int ms);
	int (*finish)(struct sink *k);

	/*
	 * Complains of what is missing from it, with @refused packets that were not even given to
	 * it; the exit code for that, or 0.
	 */
	enum status (*report)(const struct sink *k, uint64_t refused);
	struct sink *(*close)(struct sink *k);		/* returns NULL */
};

/* The beginning of each sink's own struct. */
struct sink {
	const struct sink_ops *ops;
	bool eager;		/* each packet is flushed */
	bool incomplete;	/* which was told of */
	int error;		/* -errno, the first that is not a normal end */
};

/* Takes note of what an operation has returned. True: more is wanted. */
bool sink_goes_on(struct sink *k, int err);

/* Why nothing can be written, -errno in words. */
const char *sink_reason(int err);

/* Complains of @n packets that are not in @name because of @why. The exit code for that. */
enum status sink_report_missing(const char *name, unsigned long long n, const char *why);

/* Why the format cannot express a packet. */
const char *sink_unfit_reason(enum format_unfit why);

#endif
