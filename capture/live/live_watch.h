/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * An interface that has an XDP program of somebody else, which is watched: by one of ours in its
 * place (live_front.h), or by tracing (live_trace.h). For live_iface.c; complains itself.
 */
#ifndef XDPDUMP_LIVE_LIVE_WATCH_H
#define XDPDUMP_LIVE_LIVE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/log.h"

struct live_iface;
struct live_iface_settings;

/* The program that is watched. */
struct live_watched {
	const char *name;
	uint32_t id;
	bool by_tracing;
};

/* False: none. The name is the interface's. */
bool live_watch_program(const struct live_iface *t, struct live_watched *w);

/* "name unknown" instead of "" */
const char *live_watch_name(const char *name);

/*
 * Takes hold of the program that is there, if any, for t->takeover or t->traced, which are to be
 * closed when the hook is. Without one nothing is to be watched, which is an error if that is asked
 * for.
 */
enum status live_watch_open(struct live_iface *t, const struct live_iface_settings *s);

/* What it is called in the file, by the program that live_watch_open() has found, if any. */
void live_watch_describe(struct live_iface *t, const struct live_iface_settings *s);

/* There is none, although something is asked for that is about one. */
enum status live_watch_nothing(const struct live_iface *t, const struct live_iface_settings *s);

/* The one that was asked for is not there, but others. */
enum status live_watch_another(const struct live_iface *t, const char *program);

/* Another xdpdump is there, by its name, which the kernel cuts. */
bool live_watch_is_ours(const char *name);
enum status live_watch_ours(const struct live_iface *t, const char *name, uint32_t id);

#endif
