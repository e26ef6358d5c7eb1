// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Where a damaged pcap file can be read on. A record has nothing that tells it from other bytes, so
 * it takes several in a row whose lengths lead from one to the next, and which are as records are
 * in this file.
 */
#include "capture/packet/packet.h"
#include "capture/read/another.h"
#include "capture/read/find_pcap.h"
#include "capture/read/recover_pcap.h"

/* The end of the file cuts a packet: its beginning is there. */
static bool take_torn(struct recover_pcap *r, struct pcap_view *v)
{
	struct stream *s = v->s;
	struct pcap_head h;

	if (stream_have(s) <= v->dialect->record)
		return false;
	h = pcap_row_head(v, 0);
	if (!pcap_row_is_likely(v, &h) ||
	    (r->trust.last_sec && !pcap_row_is_near(v, h.sec, r->trust.last_sec)) ||
	    v->dialect->record + (size_t)h.caplen <= stream_have(s))
		return false;
	r->place.mended_len = stream_have(s);
	r->place.torn = true;
	return true;
}

/* As was planned. */
static bool go_on(struct trust_pcap *t)
{
	uint64_t to = t->s->go_on;

	t->trusted = t->usual = t->promised;
	t->s->go_on = t->doubtful = t->promised = 0;
	stream_go_to(t->s, to);		/* back, perhaps: it is still in memory */
	return true;
}

bool recover_pcap_resync(struct recover_pcap *r)
{
	struct trust_pcap *t = &r->trust;
	struct stream *s = t->s;
	struct pcap_view v = trust_pcap_view(t);
	struct pcap_place next;
	bool moved = false;

	t->is_undone = !s->go_on && text_damage_try(&t->text, &v, 0);
	if (t->is_undone)
		return true;
	t->plain_ended |= !t->rejoins;
	t->rejoins = false;
	stream_grant_looks(s);
	if (s->go_on)
		return go_on(t);
	for (;;) {
		next = find_pcap_best(&v, 1, t->last_sec ? &t->last_sec : NULL);
		if (next.pos || !stream_need(s, RECOVERY_WINDOW))
			break;
		stream_step(s, RECOVERY_WINDOW - 1);
		moved = true;
	}
	if ((!next.pos || (next.likeness < PCAP_NEARBY && t->last_sec)) && !moved &&
	    take_torn(r, &v))
		return true;
	if (next.pos) {
		s->go_on = s->offset + find_pcap_with_header(s, &t->f->dialect, next.pos);
		return go_on(t);
	}
	stream_step(s, stream_have(s));
	return false;
}

static int torn_record(struct recover_pcap *r, struct packet *p)
{
	struct pcap *f = r->trust.f;
	struct pcap_head h = pcap_head_at(&f->dialect, stream_bytes(f->s));
	uint32_t got = r->place.mended_len - f->dialect.record;

	r->place.mended_len = 0;
	r->place.torn = false;
	return pcap_deliver(f, p, &h, got);
}

int recover_pcap_next(struct recover_pcap *r, struct packet *p)
{
	struct trust_pcap *t = &r->trust;
	struct stream *s = t->s;
	struct pcap_head h;
	int got;

	do {
		r->place.at = s->offset;
		t->is_undone = false;
		if (r->place.mended_len)
			return torn_record(r, p);
		if (t->doubtful && s->offset == t->doubtful)
			return stream_fail(
				s, "damaged before byte %llu: other records begin at byte %llu",
				(unsigned long long)s->offset, (unsigned long long)s->go_on);
		got = pcap_look(t->f, &h);
		if (got != NEXT_PACKET)
			return got;
		if (trust_pcap_may(t, &h))
			return pcap_deliver(t->f, p, &h, h.caplen);
	} while (t->is_undone);
	return stream_fail(s, "damaged at byte %llu: a record of %u bytes with no other behind it",
			   (unsigned long long)s->offset, h.caplen);
}

int recover_pcap_start(struct recover_pcap *r, const struct pcap_dialect *d)
{
	int err = pcap_start(r->trust.f, d);

	if (!err)
		trust_pcap_anew(&r->trust);
	return err;
}

int recover_pcap_begin(struct recover_pcap *r)
{
	struct stream *s = r->trust.s;
	struct pcap_dialect d;
	size_t len;
	int err;

	do {
		err = pcap_read_header(r->trust.f, &d);
		if (err)
			return err;
	} while (text_damage_try_header(&r->trust.text, &d));
	len = find_pcap_header_len(s, &d);
	d.linktype = order_u32(d.swapped, stream_bytes(s) + len - 4);
	err = recover_pcap_start(r, &d);
	if (!err)
		stream_step(s, len);
	return err;
}
