/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Files are read: to text, to statistics, to another file. */
#ifndef XDPDUMP_CLI_READ_H
#define XDPDUMP_CLI_READ_H

#include "capture/base/log.h"

struct numbers;
struct opts;
struct per_link;
struct pump;

/* Complains about whatever goes wrong; the exit code. */
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

#endif
