// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "capture/live/live_way.h"

const char *live_way_name(enum live_way way)
{
	static const char *const names[LIVE_WAYS] = {
		[LIVE_AUTO] = "auto",
		[LIVE_NATIVE] = "native",
		[LIVE_GENERIC] = "generic",
		[LIVE_TC] = "tc",
	};

	return names[way];
}

enum xdp_mode live_way_mode(enum live_way way)
{
	return way == LIVE_GENERIC ? XDP_MODE_GENERIC : XDP_MODE_NATIVE;
}

enum live_way live_way_of_mode(enum xdp_mode mode)
{
	return mode == XDP_MODE_GENERIC ? LIVE_GENERIC : LIVE_NATIVE;
}
