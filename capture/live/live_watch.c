// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdio.h>
#include <stdlib.h>

#include "capture/live/live_front.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_trace.h"
#include "capture/live/live_watch.h"
#include "capture/live/live_watched.h"

/* At tc there is room beside it; there what a pattern has found is captured. */
enum status live_watch_open(struct live_iface *t, const struct live_iface_settings *s)
{
	const bool needed = observe_needs_program(&s->observe);

	if (s->observe.way == OBSERVE_FRONT)
		return live_front_open(t, s);
	if ((t->way == LIVE_TC || (t->pattern && s->observe.way == OBSERVE_AUTO)) && !needed)
		return STATUS_OK;
	return live_trace_open(t, s);
}

void live_watch_describe(struct live_iface *t, const struct live_iface_settings *s)
{
	bool exit = t->point == POINT_EXIT;
	struct live_watched w;
	char *text = NULL;

	if (!live_watched_program(t, &w))
		return;
	if (!s->observe.xdp_tools_names) {
		if (exit && asprintf(&text, "after %s", w.name) >= 0) {
			free(t->iface.description);
			t->iface.description = text;
		}
		return;
	}
	if (asprintf(&text, "%s:%s()@%s", live_iface_name(t), w.name, exit ? "fexit" : "fentry") <
	    0)
		return;
	free(t->iface.name);
	t->iface.name = text;
}
