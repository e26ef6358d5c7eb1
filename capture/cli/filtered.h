/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The packets of files that are wanted: what matches the filter, and is selected. For the drivers:
 * it complains itself.
 */
#ifndef XDPDUMP_CLI_FILTERED_H
#define XDPDUMP_CLI_FILTERED_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/log.h"
#include "capture/read/capfile.h"

struct merge;
struct opts;
struct packet;
struct selection;
struct per_link;
struct watch;

/* Takes pcapng blocks that stand in front of packet @next, or, with NULL, of the end. */
typedef void (*filtered_copy_fn)(void *ctx, const struct blocks *b, const struct packet *next);

struct filtered {
	const struct opts *opts;
	struct watch *watch;
	struct merge *input;
	const struct blocks *blocks;	/* of input: those in front of the packet that was read */
	struct per_link *per_link;		/* NULL: no filter */
	struct selection *selection;	/* NULL: none; the owner's */
	filtered_copy_fn copy;		/* NULL: such blocks are of no use */
	void *ctx;			/* of copy */
	/* for copy, as long as the filter is good for no interface */
	struct blocks held;
	uint32_t n_checked;		/* interfaces that it is not good for */
	uint64_t n_read;		/* packets of the input */
	bool is_single;			/* the input has one interface and will not have another */
	/* packets of a link type that the filter is not for, which was said */
	bool left_out;
	/* the filter, for all there is or comes; complained about */
	bool refused;
};

/*
 * Opens @n files with the filter of @o; selection and copy may be set afterwards. Whatever it
 * returns, the source is to be closed.
 */
enum status filtered_open(struct filtered *s, const struct opts *o, struct watch *w,
			  const char *const *paths, unsigned n);

/*
 * 1: a packet, until the next call. 0: the end. -EINTR: we were asked to stop. -EINVAL: the filter was refused, which was
 * said. Or as merge_next(): filtered_complain() tells.
 */
int filtered_next(struct filtered *s, struct packet *p);

/*
 * Is the filter one for any of the interfaces so far, or, if there are none, of Ethernet?
 * Complains.
 */
bool filtered_check_filter(struct filtered *s);

/*
 * All sentences about files that could not be read to their end; with --recover, what it came to.
 */
void filtered_complain(const struct filtered *s);

void filtered_close(struct filtered *s);

#endif
