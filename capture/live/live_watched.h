/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The XDP program of somebody else that is watched on an interface, in whichever way, and what is
 * said where there is none.
 */
#ifndef XDPDUMP_LIVE_LIVE_WATCHED_H
#define XDPDUMP_LIVE_LIVE_WATCHED_H

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
bool live_watched_program(const struct live_iface *t, struct live_watched *w);

/* "name unknown" instead of "" */
const char *live_watched_name(const char *name);

/* There is none, although something is asked for that is about one. */
enum status live_watched_nothing(const struct live_iface *t, const struct live_iface_settings *s);

/* The one that was asked for is not there, but others. */
enum status live_watched_another(const struct live_iface *t, const char *program);

/* Another xdpdump is there, by its name, which the kernel cuts. */
bool live_watched_is_ours(const char *name);
enum status live_watched_ours(const struct live_iface *t, const char *name, uint32_t id);

#endif
