/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The packets of files, those that match the filter; now and then a look at the signals, and at how
 * far we are. For the drivers: it complains itself.
 */
#ifndef XDPDUMP_CLI_FILE_SOURCE_H
#define XDPDUMP_CLI_FILE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/log.h"
#include "capture/packet/packet.h"
#include "capture/packet/source.h"
#include "capture/read/capfile.h"

struct loop;
struct merge;
struct numbers;
struct opts;
struct parts;
struct parts_ops;
struct per_link;
struct progress;
struct selection;

/* What the driver wants to see besides; may be NULL. */
struct file_source_hooks {
	/* Takes pcapng blocks that stand in front of packet @next, or, with NULL, of the end. */
	void (*copy)(void *ctx, const struct blocks *b, const struct packet *next);
	void (*look)(void *ctx);	/* each few thousand packets */
	void *ctx;
};

/* The one packet that is wanted, by where it begins. */
struct place {
	bool found;
	bool has_before, has_behind;
	uint64_t before, behind;	/* where those next to it begin */
};

struct file_source {
	struct source source;
	const struct opts *opts;
	struct loop *loop;
	struct progress *progress;
	struct merge *input;
	const struct blocks *blocks;	/* of input: those in front of the packet that was read */
	struct per_link *per_link;		/* NULL: no filter */
	struct selection *selection;	/* NULL: none; the owner's */
	struct file_source_hooks hooks;	/* the owner's to set */
	/*
	 * packets that do not match come as well: does the last one? The owner's to set, and to
	 * read
	 */
	bool all, matches;
	/* for hooks.copy, as long as the filter is good for no interface */
	struct blocks held;
	struct raw_options section;	/* comments on it, as of when they were asked for first */
	bool has_section;
	uint32_t n_checked;		/* interfaces that it is not good for */
	uint64_t n_read;		/* packets of the input */
	struct place place;		/* of --at */
	/*
	 * the owner's to set before the first packet: threads that count parts of a large file, of
	 * which no packets come then. NULL: none
	 */
	struct parts *parts;
	const struct parts_ops *count;
	void *count_ctx;
	bool is_single;			/* the input has one interface and will not have another */
	/* packets of a link type that the filter is not for, which was said */
	bool left_out;
	uint64_t undirected_before;	/* of an earlier reading */
	/* the filter, for all there is or comes; complained about */
	bool refused;
	bool stopped;
};

/*
 * Opens @n files with the filter of @o, and reads nothing of them before file_source_begin().
 * Whatever it returns, the source is to be closed, and stays where it is until then. Both complain.
 */
enum status file_source_open(struct file_source *s, const struct opts *o, struct loop *l,
			     struct progress *p, const char *const *paths, unsigned n);
enum status file_source_begin(struct file_source *s);

/*
 * The same with the filter of an earlier reading, in which names are what they were then; NULL: it
 * is made. And takes it, which is to be closed, or put into another one.
 */
enum status file_source_open_with(struct file_source *s, struct per_link *filter,
				  const struct opts *o, struct loop *l, struct progress *p,
				  const char *const *paths, unsigned n);
struct per_link *file_source_take_filter(struct file_source *s);

/*
 * Threads for that, if one of the files, of which the first of @open is open, is worth it; NULL: none.
 * Who has begun them tells the sandbox (CONFINE_READS_AHEAD).
 */
struct parts *file_source_parts(const struct opts *o, const struct merge *open);

/* The same of what --compare calls A, @which is 0, or B; and its name. */
enum status file_source_open_side(struct file_source *s, const struct opts *o, struct loop *l,
				  struct progress *p, unsigned which);
const char *file_source_side(const struct file_source *s, unsigned which);

/*
 * Which packets the command line selects, into @sel: for the owner to apply, with its dedup to
 * close. Its times are relative to the first packet of the input, whether the filter lets it
 * through or not, which is seen to here.
 */
enum status file_source_select(struct file_source *s, struct selection *sel,
			       const struct numbers *only);

/*
 * 1: a packet, until the next call. 0: the end. -EINTR: we were asked to stop. -EINVAL: the filter
 * was refused, which was said. Or as merge_next(): file_source_complain() tells.
 */
int file_source_next(struct file_source *s, struct packet *p);

/*
 * Is the filter one for any of the interfaces so far, or, if there are none, of Ethernet?
 * Complains.
 */
bool file_source_check_filter(struct file_source *s);

/*
 * All sentences about files that could not be read to their end; with --recover, what it came to.
 */
void file_source_complain(const struct file_source *s);

/* Does no packet begin where --at has it? Complains. Once there are no more packets. */
bool file_source_misses(const struct file_source *s);

void file_source_close(struct file_source *s);

#endif
