/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * An interface that has an XDP program of somebody else, which is watched: by one of ours in its
 * place (live_front.h), or by tracing (live_trace.h). Complains itself.
 */
#ifndef XDPDUMP_LIVE_LIVE_WATCH_H
#define XDPDUMP_LIVE_LIVE_WATCH_H

#include "capture/base/log.h"

struct live_iface;
struct live_iface_settings;

/*
 * Takes hold of the program that is there, if any, for t->takeover or t->traced, which are to be
 * closed when the hook is. Without one nothing is to be watched, which is an error if that is asked
 * for.
 */
enum status live_watch_open(struct live_iface *t, const struct live_iface_settings *s);

/* What it is called in the file, by the program that live_watch_open() has found, if any. */
void live_watch_describe(struct live_iface *t, const struct live_iface_settings *s);

#endif
