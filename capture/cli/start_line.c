// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdio.h>

#include "capture/base/log.h"
#include "capture/cli/opts.h"
#include "capture/cli/start_line.h"
#include "capture/kernel/hook.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_set.h"
#include "capture/live/live_watched.h"

/* Where its packets are seen. */
static size_t put_hooks(char *out, size_t cap, const struct live_iface *t)
{
	const char *sent = t->sent.hook ? "sent at tc" : "";

	if (!t->received.hook)
		return snprintf(out, cap, "%s", sent);
	if (t->way == LIVE_TC)
		return snprintf(out, cap, "received %sat tc", t->sent.hook ? "and sent " : "");
	if (!t->sent.hook)
		return snprintf(out, cap, "%s mode", live_way_name(t->way));
	return snprintf(out, cap, "received in %s mode, %s", live_way_name(t->way), sent);
}

static size_t put_iface(char *out, size_t cap, const struct live_iface *t)
{
	const char *why = t->why ? t->why : t->pattern;
	size_t len = snprintf(out, cap, "%s%s%s%s, ", live_iface_name(t), why ? " (" : "",
			      why ? why : "", why ? ")" : "");
	struct live_watched w;

	len += put_hooks(out + len, cap - len, t);
	if (t->device & DEVICE_TAG)
		len += snprintf(out + len, cap - len, ", VLAN tags put back");
	if (t->device & DEVICE_TIME)
		len += snprintf(out + len, cap - len, ", times of the adapter");
	if (live_watched_program(t, &w))
		len += snprintf(out + len, cap - len,
				w.by_tracing ? ", watching %s (id %u) by tracing"
					     : ", in front of %s (id %u)",
				w.name, w.id);
	return len;
}

void start_line_joined(const struct live_iface *t)
{
	char where[512];

	put_iface(where, sizeof(where), t);
	log_announce("and on %s", where);
}

/* What is left out on purpose. */
static size_t put_sampling(char *out, size_t cap, const struct sampling *s)
{
	char limit[24];
	size_t len = 0;

	if (s->sample > 1)
		len += snprintf(out + len, cap - len, ", 1 packet of %u at random (--sample)",
				s->sample);
	if (s->flow.sample > 1)
		len += snprintf(out + len, cap - len, ", 1 flow of %u (--flow-sample)",
				s->flow.sample);
	if (s->flow.limit) {
		sample_flow_limit_to_text(&s->flow, limit, sizeof(limit));
		len += snprintf(out + len, cap - len,
				", %s of each flow and direction (--flow-limit)", limit);
	}
	if (s->rate)
		len += snprintf(out + len, cap - len,
				", %u packets a second at most (--rate-limit)", s->rate);
	return len;
}

void start_line_print(const struct opts *o, const struct live_set *ifaces)
{
	char where[2048];
	size_t len = 0;
	unsigned left = 0;

	for (unsigned i = 0; i < ifaces->n; i++) {
		if (ifaces->v[i]->entry)
			continue;
		if (len > sizeof(where) - 1024) {
			left++;
			continue;
		}
		len += snprintf(where + len, sizeof(where) - len, "%s", len ? ", " : "");
		len += put_iface(where + len, sizeof(where) - len, ifaces->v[i]);
	}
	if (left)
		len += snprintf(where + len, sizeof(where) - len, ", and %u more", left);
	if (!len)
		len = snprintf(where, sizeof(where), "what will fit, as nothing does yet");
	if (o->mirror_port)
		len += snprintf(where + len, sizeof(where) - len,
				", dropping every frame (--mirror-port)");
	len += put_sampling(where + len, sizeof(where) - len, &o->sampling);
	if (o->headers_only)
		log_announce("listening on %s, headers only", where);
	else if (o->snap == EVENT_SNAP_MAX)
		log_announce("listening on %s, whole frames", where);
	else
		log_announce("listening on %s, snapshot length %u bytes (-s 0 for whole frames)",
			     where, o->snap);
}
