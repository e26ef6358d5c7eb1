/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Which packets of an interface are captured, and where. */
#ifndef XDPDUMP_LIVE_LIVE_WAY_H
#define XDPDUMP_LIVE_LIVE_WAY_H

#include "capture/kernel/xdp.h"

/* Where received packets are seen: at XDP in one of its modes, or at tc. */
enum live_way { LIVE_AUTO, LIVE_NATIVE, LIVE_GENERIC, LIVE_TC, LIVE_WAYS };

/* Which ones. Those that are sent are seen at tc. */
enum { LIVE_RECEIVED = 1, LIVE_SENT = 2 };

/* As the command line has it. */
const char *live_way_name(enum live_way way);

/* At XDP only. */
enum xdp_mode live_way_mode(enum live_way way);
enum live_way live_way_of_mode(enum xdp_mode mode);

#endif
