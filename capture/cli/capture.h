/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Captures on interfaces until told to stop. */
#ifndef XDPDUMP_CLI_CAPTURE_H
#define XDPDUMP_CLI_CAPTURE_H

#include <stdint.h>

#include "capture/base/log.h"

struct capture;
struct numbers;
struct opts;
struct per_link;
struct pump;

/* Complains about whatever goes wrong; the exit code. */
enum status capture_run(const struct opts *o);

/* Somebody beside a capture, who is told of it. */
struct capture_guest {
	/* when @l, with @p, begins: for stages and descriptors. -errno */
	int (*begin)(void *ctx, struct pump *p, struct capture *l);
	/* each second, and at the end: packets lost so far */
	void (*look)(void *ctx, uint64_t lost);
	void *ctx;
};

enum status capture_run_with(const struct opts *o, const struct capture_guest *guest);

/*
 * For them: from now on the expression @text decides, "": everything is captured. NULL, or why
 * everything is as before, which lives until the next call; "": out of memory.
 */
const char *capture_refilter(struct capture *l, const char *text);

/* Lists the interfaces and what is attached to them, on stdout. */
enum status interfaces_run(const struct opts *o);

/*
 * -L and -J: the link types, and the kinds of time stamps, of the interface of @o, as tcpdump
 * prints them.
 */
enum status interfaces_link_types(const struct opts *o);
enum status interfaces_stamp_types(const struct opts *o);

/* Puts programs back in front of which one of ours was left, on the interfaces of @o. */
enum status restore_run(const struct opts *o);

/* Reads files: to text, to statistics, to another file. */
enum status read_run(const struct opts *o);

/* The same for the packets of these numbers alone, from 0, of those that match the filter. */
enum status read_run_only(const struct opts *o, const struct numbers *only);

/* Somebody beside the reading. */
struct read_guest {
	/* before files are opened: for another output */
	void (*begin)(void *ctx, struct pump *p);
	/* all is open, and the sandbox in force: for descriptors to wait for. Complains */
	enum status (*confined)(void *ctx);
	/* each few thousand packets, and while there are none */
	void (*look)(void *ctx);
	/* when all is read and written, while the outputs are still there; the filter is theirs */
	void (*end)(void *ctx, struct per_link *filter);
	void *ctx;
};

enum status read_run_with(const struct opts *o, const struct read_guest *guest);

/* Reads files, for somebody to look at on a terminal. */
enum status top_run(const struct opts *o);

/* Prints what is in files. */
enum status info_run(const struct opts *o);

/* Are the packets of two files the same? */
enum status compare_run(const struct opts *o);

/* What did a program change in the packets of files? */
enum status diff_run(const struct opts *o);

/* Which packets of one file are not in another one, and how long those took that are? */
enum status lost_run(const struct opts *o);

/* The packets of files through an XDP program: what it decides, and what comes out. */
enum status run_run(const struct opts *o);

#endif
