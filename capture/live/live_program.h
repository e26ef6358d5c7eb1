/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The programs of an interface: loaded, exchanged, moved to another device. All complain; the exit
 * code.
 */
#ifndef XDPDUMP_LIVE_LIVE_PROGRAM_H
#define XDPDUMP_LIVE_LIVE_PROGRAM_H

#include "capture/base/log.h"

struct live_filters;
struct live_iface;
struct live_iface_settings;
struct rings;

/* The rings and the filters are the owner's, longer than the interface. */
enum status live_program_load(struct live_iface *t, const struct rings *rings,
			      const struct live_iface_settings *s,
			      const struct live_filters *filters);

/* In place of a received packets' program at XDP: one at tc, which sees the same packets. */
enum status live_program_load_tc(struct live_iface *t, const struct live_iface_settings *s);

/* Instead of the first, of one that is to replace t->before. */
enum status live_program_load_after(struct live_iface *t, const struct live_iface_settings *s);

/*
 * The program that is traced is not there any more: traces the one that is there instead, and says
 * so. Else says why not, and everything is as before.
 */
enum status live_program_follow(struct live_iface *t, const struct live_iface_settings *s);

/*
 * It has come back as another device, which may take tags off or not: what is to be bound to that
 * is loaded for it, and counts on. On failure what is loaded stays.
 */
enum status live_program_rebind(struct live_iface *t, const struct live_iface_settings *s);

/* It is not bound to its device any more, if it was, and counts on. */
enum status live_program_unbind(struct live_iface *t, const struct live_iface_settings *s);

/*
 * From now on the filters of @next decide about its packets, each of which is seen once. Else says
 * why not, and everything is as before. Whether it is @next that it goes on with when it comes
 * back, or its own as of live_program_load(), is for the owner to see to, who changes that.
 */
enum status live_program_refilter(struct live_iface *t, const struct live_iface_settings *s,
				  const struct live_filters *next);

#endif
