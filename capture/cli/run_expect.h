/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* --expect: a file of an earlier run beside this one, up to the first difference. It complains. */
#ifndef XDPDUMP_CLI_RUN_EXPECT_H
#define XDPDUMP_CLI_RUN_EXPECT_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/log.h"
#include "capture/cli/file_source.h"
#include "capture/cli/opts.h"

struct run_expect {
	struct opts opts;		/* how the file is read: all of it, as it is */
	const char *path;		/* NULL: nothing is expected */
	struct file_source file;
	uint64_t n_same;		/* packets, those that came in and out */
	bool differs, failed;		/* the rest is not looked at */
};

/* The file that @o names, if it names one, as file_source.h has it. */
enum status run_expect_open(struct run_expect *e, const struct opts *o, struct loop *l,
			    struct progress *p);
enum status run_expect_begin(struct run_expect *e);

/* The next packet of the run, its headers decoded; its id is its number. */
void run_expect_packet(struct run_expect *e, const struct packet *p);

/* There are no more packets. STATUS_RUNTIME: something differed, which was said. */
enum status run_expect_end(struct run_expect *e);

void run_expect_close(struct run_expect *e);

#endif
