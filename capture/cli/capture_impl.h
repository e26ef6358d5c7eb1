/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A live capture, for the files that it consists of: capture.c runs it, capture_start.c and
 * capture_stop.c begin and end it.
 */
#ifndef XDPDUMP_CLI_CAPTURE_IMPL_H
#define XDPDUMP_CLI_CAPTURE_IMPL_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/log.h"
#include "capture/base/notify.h"
#include "capture/cli/books.h"
#include "capture/cli/capture_change.h"
#include "capture/cli/capture_commands.h"
#include "capture/cli/capture_flows.h"
#include "capture/cli/capture_metrics.h"
#include "capture/cli/opts.h"
#include "capture/cli/pump.h"
#include "capture/cli/recording.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_set.h"
#include "capture/live/live_source.h"

struct capture_guest;
struct capture_top;
struct run_as;
struct netif_watch;
struct netns;
struct netns_words;
struct rings;

struct capture {
	const struct opts *opts;
	const struct capture_guest *guest;	/* NULL: nobody is beside it */
	struct pump pump;
	struct recording recording;
	struct live_source source;
	struct live_iface_settings settings;
	struct live_set ifaces;
	struct books books;
	/*
	 * that an -i names: it stands for their members; no ifindex: it names none, or that has
	 * gone
	 */
	struct netif bonds[OPTS_IFACES_MAX];
	/* what fits a pattern and could not be captured */
	struct netif *refused;
	unsigned n_refused;
	bool unlisted;			/* some that fit may be there, and nobody has told us */
	struct rings *rings;
	struct capture_flows flows;
	struct netif_watch *watch;
	/* of opts.netns, in that order; NULL: it is waited for */
	struct netns *netns[OPTS_IFACES_MAX];
	int clock_fd;			/* -1: the clock is not watched */
	struct run_as *user;		/* of -Z */
	struct capture_metrics metrics;
	struct notify notify;
	struct capture_top *top;	/* NULL: nobody looks */
	struct live_filters filters;
	char *trigger_text;		/* of filters.trigger; NULL: there is none */
	struct capture_change change;
	struct capture_commands commands;
	struct guard *guard;	/* NULL: no program's place is taken */
	struct broker *broker;	/* NULL: nothing is loaded later, or in our own rights */
	bool broker_attaches;	/* and what comes later takes no other right than it has */
	/* that are raised when the kernel is asked: of enum privilege, 0: none is left */
	unsigned rights;
	uint64_t looked_ns;		/* at the links the last, CLOCK_MONOTONIC */
	bool listening;
	bool had_terminal;		/* at the start */
	enum status status;
};

/*
 * Opens and attaches everything; listening afterwards, or interrupted before that. Complains; the
 * exit code.
 */
enum status capture_start(struct capture *l);

/* Have we a terminal that can hang up? */
bool capture_has_terminal(void);

/* Those that are named on the command line. Complains. */
enum status capture_describe(struct capture *l);

/* Is there an -i that stands for whatever fits it, or for the members of a bond? */
bool capture_has_patterns(const struct capture *l);

/* @n has changed, or gone: was it a bond that is named, or is it one again that is waited for? */
void capture_bond_changed(struct capture *l, const struct netif *n, bool gone);

/*
 * @n has come, or is another one by now: if it fits it is captured, and if it cannot be that is
 * told. The other one looks for all that have, and complains.
 */
void capture_consider(struct capture *l, const struct netif *n);
enum status capture_look_for_new(struct capture *l);

/* @n has changed, or gone: if it was refused it may be tried again. */
void capture_forget_refused(struct capture *l, const struct netif *n, bool gone);

/* Where its packets are seen, as in the start line. */
void capture_announce_joined(const struct live_iface *t);

/* What happens beside the packets: an interface, or the clock, has changed. As loop_fn. */
void capture_interfaces_changed(void *ctx);
void capture_clock_was_set(void *ctx);

/* After each round: are our programs still there? */
void capture_look_at_links(void *ctx);

/* Those that the command line names, which may be missing if they are waited for. Complains. */
enum status capture_netns_open(struct capture *l);
void capture_netns_close(struct capture *l);

/* Where the @i-th -i is; NULL: here. */
const struct netns *capture_netns_of(const struct capture *l, unsigned i);

/* The one of this number, struct netif's, has gone. */
void capture_netns_gone(struct capture *l, unsigned number);

/* Now and then: is one there again that is waited for? */
bool capture_netns_look(struct capture *l);

/* The first of what was named that is not there: an interface, or (iface NULL) a namespace. */
struct missing {
	const struct netns_words *netns;	/* NULL: in ours */
	const char *iface;
};

bool capture_missing(struct capture *l, struct missing *what);

/* Ends the outputs, closes the books, prints the summary. The exit code. */
enum status capture_stop(struct capture *l);

#endif
