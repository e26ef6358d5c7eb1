/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Another filter and other settings while packets come. The file tells of them: with the first
 * packet that is captured so, and, of settings, by another interface in the place of each, so that
 * what its description says is true of all of its packets, in whichever file they come to be.
 */
#ifndef XDPDUMP_CLI_CAPTURE_CHANGE_H
#define XDPDUMP_CLI_CAPTURE_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/stage/marks.h"

struct books;
struct live_filters;
struct live_iface_settings;
struct live_set;
struct pump;

struct capture_change {
	/* what is changed, and who is told: the owner's, longer than this */
	struct live_set *ifaces;
	struct live_iface_settings *settings;
	struct live_filters *filters;
	struct pump *pump;
	struct books *books;
	const unsigned *rights;		/* that are raised meanwhile: of enum privilege */
	bool waits;			/* interfaces that have gone are waited for */
	bool no_optimize;		/* filters stay as they are written */
	struct marks marks;		/* comments for the next packet */
	char *filter_text;		/* as it is by now; NULL: none, or still the first */
	/* of that, for the first packet from then on; "": it has it */
	char filter_note[MARK_MAX];
	uint64_t filter_since_ns;	/* since 1970 */
	/* of settings, for the first packet of an interface with this number, or behind it */
	char note[128];
	uint32_t changed_from;
	char said[512];			/* to who asked */
};

/* From now on packets go through its stages, the last ones. */
void capture_change_begin(struct capture_change *c);

/*
 * From now on the expression @text decides for all interfaces, "": everything is captured. NULL, or
 * why everything is as before, which lives until the next call; "": out of memory.
 */
const char *capture_change_filter(struct capture_change *c, const char *text);

/*
 * Other settings, @next, for all interfaces from now on, or, where one is loaded in vain, for none.
 * NULL, or why that is.
 */
const char *capture_change_settings(struct capture_change *c,
				    const struct live_iface_settings *next);

void capture_change_close(struct capture_change *c);

#endif
