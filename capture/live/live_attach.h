/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* An interface of a capture from beginning to end: described, attached to, and let go of. */
#ifndef XDPDUMP_LIVE_LIVE_ATTACH_H
#define XDPDUMP_LIVE_LIVE_ATTACH_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/log.h"

struct live_iface;
struct live_iface_settings;

/*
 * Finds it (live_find.h) and describes it, as the one of number @id; then attaches what is loaded
 * for it (live_program.h). These complain; live_attach_close() takes anything half done.
 */
enum status live_attach_describe(struct live_iface *t, const char *name, uint32_t id,
				 const struct live_iface_settings *s);
enum status live_attach_begin(struct live_iface *t, const struct live_iface_settings *s);

/*
 * It could not be attached. True: in one direction it was, so there may be packets of it in the
 * rings, and it stays, as one that has gone. False: nothing is known of it yet, and it may be
 * dropped.
 */
bool live_attach_give_up(struct live_iface *t);

/* Does it take rights to follow what it traces, or to give up its place, which is no link's? */
bool live_attach_needs_rights(const struct live_iface *t);

/* For files that begin from now on. NULL: there is no filter. */
void live_attach_set_filter(struct live_iface *t, const char *text);

/* Takes the program off the interface. The counters stay. */
void live_attach_end(struct live_iface *t);

void live_attach_close(struct live_iface *t);

#endif
