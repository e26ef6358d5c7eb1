/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What is asked for where an XDP program of somebody else is on the interface. */
#ifndef XDPDUMP_LIVE_OBSERVE_H
#define XDPDUMP_LIVE_OBSERVE_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/event.h"

enum observe_way {
	OBSERVE_AUTO,		/* trace; and where that is not possible it is left alone */
	OBSERVE_TRACE,
	OBSERVE_FRONT,		/* ours takes its place, and calls it */
};

struct observe_options {
	enum observe_way way;
	unsigned at;			/* 1 << POINT_...; 0: not asked for, which is the entry */
	uint8_t verdicts;		/* as in struct program_settings */
	const char *exit_filter;	/* pcap-filter(7); NULL: none */
	/* by name or id, the one that is meant; NULL: whichever is there */
	const char *program;
	bool xdp_tools_names;		/* as its xdpdump calls interfaces in the file */
};

/* Is something asked for that there is only where a program is? */
static inline bool observe_needs_program(const struct observe_options *o)
{
	return o->at & 1 << POINT_EXIT || o->verdicts || o->exit_filter || o->program;
}

/* Packets before and after it. */
static inline bool observe_is_both(const struct observe_options *o)
{
	return o->at == (1 << POINT_ENTRY | 1 << POINT_EXIT);
}

#endif
