/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What triggers the flight recorder (--recorder), live and with -r. */
#ifndef XDPDUMP_CLI_RECORDING_H
#define XDPDUMP_CLI_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/log.h"
#include "capture/cli/command.h"

struct opts;
struct pump;
struct recorder;
struct run_as;
struct triggers;

struct recording {
	/* NULL: there is none; one of the outputs, by which it is closed */
	struct recorder *recorder;
	struct triggers *triggers;
	uint64_t looked_ns;		/* at rates, CLOCK_MONOTONIC */
	struct command command;
	int command_status;		/* once it has ended; 0 before */
	struct pump *pump;
	bool waits;			/* for what comes behind the last trigger */
};

#define RECORDING_INIT { .command = COMMAND_INIT }

/*
 * The outputs of @p are open, and what is done with its packets before they get there is known: the
 * last stage. The command is made, as @user (NULL: as we are). Does nothing if there is no
 * recorder. Complains; the exit code.
 */
enum status recording_open(struct recording *r, const struct opts *o, struct pump *p,
			   const struct run_as *user);

/* Packets are captured: the command may begin. */
void recording_begin(struct recording *r);

/* Something beside the packets: that they are to be written is always asked for by a person. */
void recording_signal(struct recording *r);
bool recording_asked(struct recording *r, const char *why);	/* false: it is ignored */
void recording_down(struct recording *r, const char *iface);

/*
 * Is it time to ask for rates? Then so many packets have come since the start, and so many are
 * lost.
 */
bool recording_is_due(const struct recording *r, uint64_t now);
void recording_rates(struct recording *r, uint64_t now, uint64_t packets, uint64_t drops);

void recording_close(struct recording *r);

#endif
