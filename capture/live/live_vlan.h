/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A VLAN device that is captured at XDP, which it has none of: the program is on the device that it
 * is on, and takes the frames with its tag, which stays in them. For live_iface*.c; complains
 * itself.
 */
#ifndef XDPDUMP_LIVE_LIVE_VLAN_H
#define XDPDUMP_LIVE_LIVE_VLAN_H

#include <stdbool.h>

#include "capture/base/log.h"
#include "capture/filter/behind_tag.h"

struct live_iface;
struct live_iface_settings;

/*
 * t->netif, as it was named, is a VLAN and native mode is wanted: then it becomes t->vlan, and the
 * device below t->netif. One that fits a pattern stays what it is: that device may fit as well.
 */
enum status live_vlan_descend(struct live_iface *t, const struct live_iface_settings *s);

/*
 * t->netif is a device that has come back with the name of t->vlan: the same, if it is the VLAN
 * that it was. Else, and then t is as before, which was said.
 */
enum status live_vlan_return(struct live_iface *t);

/* Is it one of IEEE 802.1ad? */
bool live_vlan_is_stag(const struct live_iface *t);

/* Can a program, as it is loaded, tell its packets from those of others? */
enum status live_vlan_is_seen(const struct live_iface *t);

struct vlan_tag live_vlan_tag(const struct live_iface *t);

/* To be freed; NULL: no memory. For its description, and the expression that is in force. */
char *live_vlan_describe(const struct live_iface *t);
char *live_vlan_filter(const struct live_iface *t, const char *filter);

#endif
