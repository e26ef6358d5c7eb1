/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A live capture, for the files that it consists of: capture.c runs it, capture_start.c and
 * capture_stop.c begin and end it.
 */
#ifndef XDPDUMP_CLI_CAPTURE_IMPL_H
#define XDPDUMP_CLI_CAPTURE_IMPL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/utsname.h>

#include "capture/base/log.h"
#include "capture/base/loop.h"
#include "capture/filter/to_ebpf.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_source.h"
#include "capture/packet/source.h"
#include "capture/write/outputs.h"

struct run_as;
struct netif_watch;
struct opts;
struct rings;

struct capture {
	const struct opts *opts;
	struct loop waiter;
	struct rings *rings;
	struct netif_watch *watch;
	struct outputs outputs;
	struct source as_source;	/* for those who write it down */
	struct utsname uts;
	char os[256];			/* from it, for them */
	struct live_iface_settings settings;
	struct live_iface *ifaces;
	unsigned n_ifaces;
	struct run_as *user;	/* of -Z */
	struct live_source source;
	/* of all interfaces, which are Ethernet; without instructions: none */
	struct filter filter;
	uint64_t start_ns, flushed_ns, looked_ns;	/* CLOCK_MONOTONIC; at the links the last */
	bool listening, stopping;
	bool had_terminal;		/* at the start */
	bool asked;			/* to stop, by a signal */
	int forced;			/* the signal that came after that */
	enum status status;
};

/*
 * Opens and attaches everything; listening afterwards, or interrupted before that. Complains; the
 * exit code.
 */
enum status capture_start(struct capture *l);

/* Have we a terminal that can hang up? */
bool capture_has_terminal(void);

/* Looks at the signals that have come. */
void capture_take_signals(struct capture *l);

/*
 * Takes what is in the rings now, and no more, so that there is time for other things. Returns the
 * number of packets.
 */
uint64_t capture_drain(struct capture *l);

/*
 * Looks what has come into the rings, to the last packet if @all is to go. Returns the bytes in use
 * in the fullest.
 */
size_t capture_look(struct capture *l, bool all);

/* Takes what is left without handing it on: it is counted as refused. */
void capture_refuse(struct capture *l);

/* The statistics so far, on stderr. */
void capture_print_stats(struct capture *l);

/* Detaches, takes what is left, closes the books, prints the summary. The exit code. */
enum status capture_stop(struct capture *l);

#endif
