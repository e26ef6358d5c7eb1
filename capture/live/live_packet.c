// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <string.h>

#include "bpf/event.h"
#include "capture/base/clock.h"
#include "capture/live/live_device.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_packet.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"

/* To whom it was sent, by the destination address. */
static uint32_t reception(const struct live_iface *t, const uint8_t *dst)
{
	static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	const struct netif *device = live_iface_device(t);

	if (!memcmp(dst, broadcast, 6))
		return EPB_BROADCAST;
	if (dst[0] & 1)
		return EPB_MULTICAST;
	return device->has_mac && !memcmp(dst, device->mac, 6) ? EPB_UNICAST : EPB_PROMISC;
}

/*
 * Lost since the packet before. Packets of several CPUs are not in the order in which they looked
 * at the count, so it can go back a step; what was reported once is not reported again.
 */
static uint32_t newly_lost(struct live_iface *t, struct live_hook *h, uint32_t lost)
{
	int32_t more = lost - h->lost;

	if (more <= 0)
		return 0;
	h->lost = lost;
	t->reported += more;
	return more;
}

/* epb_flags */
static uint32_t flags_of(const struct live_iface *t, const struct event *ev, const uint8_t *data)
{
	uint32_t flags = ev->hook == EVENT_TC_OUT ? EPB_OUTBOUND : EPB_INBOUND;

	if (flags == EPB_INBOUND && t->iface.linktype == LINKTYPE_ETHERNET && ev->caplen >= 6)
		flags |= reception(t, data);
	if (ev->flags & EVENT_CHECKSUM_PARTIAL)
		flags |= EPB_CHECKSUM_NOT_READY;
	if (ev->flags & EVENT_SEGMENTED)
		flags |= EPB_SEGMENTED;
	return flags;
}

static void take_process(const struct event_process *by, struct packet *p)
{
	if (!by->pid)
		return;
	p->pid = by->pid;
	p->tid = by->tid;
	p->process = *by->name && !by->name[EVENT_COMM - 1] ? by->name : NULL;
	p->has |= PACKET_PROCESS | PACKET_NAMES;
}

/* In the order of enum event_meta. */
static void take_meta(struct live_iface *t, const struct event *ev, struct packet *p)
{
	const uint8_t *at = ev->data;

	if (ev->meta & META_ID) {
		memcpy(&p->id, at, sizeof(p->id));
		p->has |= PACKET_ID;
		at += sizeof(p->id);
	}
	if (ev->meta & META_DEVICE) {
		live_device_packet(t, at, p);
		at += 8 * META_DEVICE_WORDS;
	}
	if (ev->meta & META_PROCESS)
		take_process((const struct event_process *)at, p);
}

void live_packet_make(struct live_iface *t, const struct event *ev, const struct clock *clock,
		      uint64_t now_ns, struct packet *p)
{
	const uint8_t *data = ev->data + 8 * event_meta_words(ev->meta);

	/* each by itself: to empty all of it first takes as long as all the rest */
	p->ts_ns = clock_wall_ns(clock, ev->tai_ns, now_ns);
	p->dropped = newly_lost(t, ev->hook == EVENT_TC_OUT ? &t->sent : &t->received, ev->lost);
	p->data = data;
	p->caplen = ev->caplen;
	p->len = ev->len;
	p->flags = flags_of(t, ev, data);
	p->queue = ev->queue;
	p->iface = &t->iface;
	p->hdr = ev->hdr;
	p->has = PACKET_TIME | PACKET_FLAGS | (ev->queue == EVENT_NO_QUEUE ? 0 : PACKET_QUEUE);
	p->options = (struct raw_options){ NULL, 0 };
	if (ev->flags & EVENT_TRIED)
		p->has |= PACKET_TRIED | (ev->flags & EVENT_TRIGGERS ? PACKET_TRIGGERS : 0);
	if (ev->meta)
		take_meta(t, ev, p);
	if (ev->verdict) {
		p->verdict = (struct verdict){ VERDICT_XDP, ev->verdict - 1 };
		p->has |= PACKET_VERDICT;
	}
	/*
	 * The program has seen the whole frame. What we say of it must be what the file says of the
	 * bytes it has.
	 */
	if (!link_fits(p))
		link_decode(p);
}
