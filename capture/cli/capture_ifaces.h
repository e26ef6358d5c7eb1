/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Which interfaces are captured: those that are named, and those that fit a pattern or are members
 * of a bond, as they come and go.
 */
#ifndef XDPDUMP_CLI_CAPTURE_IFACES_H
#define XDPDUMP_CLI_CAPTURE_IFACES_H

#include <stdbool.h>

#include "capture/base/log.h"
#include "capture/cli/named_ifaces.h"
#include "capture/live/live_set.h"

struct live_filters;
struct live_iface_settings;
struct netif_watch;
struct opts;
struct pump;
struct recording;
struct rings;

struct capture_ifaces {
	/* the owner's, longer than this */
	const struct opts *opts;
	const struct live_iface_settings *settings;
	const struct live_filters *filters;
	struct pump *pump;		/* whose outputs are told, and which ends with the last one */
	struct recording *recording;	/* which is told of those that go down */
	const unsigned *rights;		/* that are raised meanwhile: of enum privilege */
	const struct rings *rings;
	struct named_ifaces named;
	struct live_set set;
	struct netif_watch *watch;
	bool unlisted;			/* some that fit may be there, and nobody has told us */
	bool is_due;			/* capture_ifaces_look(), at once */
	bool listening;			/* others that come are told of */
	enum status status;		/* of those that have gone */
};

/*
 * Finds and describes those that are named; with --wait waits for them, or until somebody asks the
 * loop of the pump to stop. Complains.
 */
enum status capture_ifaces_find(struct capture_ifaces *c);

/* From now on the loop tells us what happens to them. Complains. */
enum status capture_ifaces_watch(struct capture_ifaces *c);

/*
 * All that are named are loaded, for @rings, the owner's, before one is attached; then those that
 * fit a pattern. Complains.
 */
enum status capture_ifaces_attach(struct capture_ifaces *c, const struct rings *rings);

/* Each second, and when it is due: are our programs still there, and what else has happened? */
void capture_ifaces_look(struct capture_ifaces *c);

/* The exit code for those that have gone, and were not waited for. */
enum status capture_ifaces_status(const struct capture_ifaces *c);

/* Lets go of all interfaces; then, when their programs are gone, of the rest. */
void capture_ifaces_detach(struct capture_ifaces *c);
void capture_ifaces_close(struct capture_ifaces *c);

#endif
