/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* An interface that has an XDP program of somebody else. For live_iface.c; complains itself. */
#ifndef XDPDUMP_LIVE_LIVE_FRONT_H
#define XDPDUMP_LIVE_LIVE_FRONT_H

#include <stdbool.h>

#include "capture/base/log.h"

struct live_iface;
struct live_iface_settings;

/*
 * With OBSERVE_FRONT and a program there, takes hold of it: t->takeover, to be closed when the hook
 * is. Without one nothing is to be watched, which is an error if that is asked for.
 */
enum status live_front_open(struct live_iface *t, const struct live_iface_settings *s);

/* What it is called in the file, by the program that live_front_open() has found, if any. */
void live_front_describe(struct live_iface *t, const struct live_iface_settings *s);

/* Why ours, loaded in whatever way, could not have it in its prog array: -EINVAL or -EBUSY. */
enum status live_front_uncallable(const struct live_iface *t, int err);

/* Why ours could not take its place. */
enum status live_front_failed(const struct live_iface *t, int err);

/* What has become of its place: ours is not there any more. */
void live_front_lost(const struct live_iface *t);

/* It could not be put back. */
void live_front_stuck(const struct live_iface *t, int err);

/* There is a program, and ours is not to take its place. */
enum status live_front_busy(const struct live_iface *t, const struct live_iface_settings *s);

#endif
