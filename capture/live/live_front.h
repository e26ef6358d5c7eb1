/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * An interface on which ours takes the place of somebody else's XDP program. For live_watch.c;
 * complains itself.
 */
#ifndef XDPDUMP_LIVE_LIVE_FRONT_H
#define XDPDUMP_LIVE_LIVE_FRONT_H

#include "capture/base/log.h"

struct live_iface;
struct live_iface_settings;

/* See live_watch_open(). */
enum status live_front_open(struct live_iface *t, const struct live_iface_settings *s);

/* Why ours, loaded in whatever way, could not have it in its prog array: -EINVAL or -EBUSY. */
enum status live_front_uncallable(const struct live_iface *t, int err);

/* Why ours could not take its place. */
enum status live_front_failed(const struct live_iface *t, int err);

/* What has become of its place: ours is not there any more. */
void live_front_lost(const struct live_iface *t);

/* It could not be put back. */
void live_front_stuck(const struct live_iface *t, int err);

/* There is a program now, and was none at the start. */
enum status live_front_busy(const struct live_iface *t);

#endif
