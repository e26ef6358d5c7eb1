/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * An interface whose XDP program, somebody else's, is traced. For live_watch.c; complains
 * itself.
 */
#ifndef XDPDUMP_LIVE_LIVE_TRACE_H
#define XDPDUMP_LIVE_LIVE_TRACE_H

#include "capture/base/log.h"

struct live_iface;
struct live_iface_settings;
struct traced;

/* See live_watch_open(). */
enum status live_trace_open(struct live_iface *t, const struct live_iface_settings *s);

/* Why the kernel does not let ours trace it. */
enum status live_trace_failed(const struct live_iface *t, int err);

/*
 * What @before was is not there any more: as live_trace_open() for what is there now, and says so
 * where that is nothing.
 */
enum status live_trace_again(struct live_iface *t, const struct live_iface_settings *s,
			     const struct traced *before);

/* t->traced is traced instead of @before, unless @err: says so. */
enum status live_trace_moved(const struct live_iface *t, const struct traced *before, int err);

#endif
