/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The program of --run, packet by packet: what comes out, what cannot be run and why, and what all
 * of it came to. It complains.
 */
#ifndef XDPDUMP_CLI_RUN_PROGRAM_H
#define XDPDUMP_CLI_RUN_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/log.h"
#include "capture/report/verdicts.h"

struct delays;
struct opts;
struct packet;

enum { RUN_WORDS = 160 }; /* bytes that a comment needs */

/* Why a packet is not run. */
enum run_reason { RUN_NOT_ETHERNET, RUN_TOO_SHORT, RUN_TOO_LONG, N_RUN_REASONS };

struct run_program {
	const struct opts *opts;
	struct run_object *object;
	struct test_run *test;
	struct delays *times;		/* ns; NULL: not asked for */
	struct verdicts verdicts;
	struct tally all;		/* packets that came out, whatever the verdict */
	uint64_t n_not_run[N_RUN_REASONS], n_cut;
	enum status failed;		/* it could not be run, which was said */
};

/* As @o has it. To be closed whatever is returned. */
enum status run_program_open(struct run_program *r, const struct opts *o);

/* "balancer" */
const char *run_program_name(const struct run_program *r);

/*
 * 1: *out came out, of the same interface, its data valid until the next call; *changed: it is not
 * as it came in. 0: it is not run. -errno: failed, no further one can be run. @comment: what is odd
 * about @in, or "".
 */
int run_program_packet(struct run_program *r, const struct packet *in, struct packet *out,
		       bool *changed, char comment[static RUN_WORDS]);

/* Verdicts, times and what was odd, on stderr. */
void run_program_report(const struct run_program *r);

void run_program_close(struct run_program *r);

#endif
