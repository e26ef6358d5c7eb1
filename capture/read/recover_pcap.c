// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Where a damaged pcap file can be read on. A record has nothing that tells it from other bytes, so
 * it takes several in a row whose lengths lead from one to the next, and which are as records are
 * in this file.
 */
#include "capture/base/util.h"
#include "capture/read/magic.h"
#include "capture/read/pcap.h"
#include "capture/read/text_damage.h"

enum {
	LIKELY_ROW	= 6,	/* so many records, whose times are not near each other, are some */
	LINKTYPE_LAST	= 1000,	/* a larger one in a damaged header is not believed */
};

/* @least: records that are enough where the file ends. */
static bool is_far(struct pcap_view *v, size_t pos, unsigned least)
{
	struct pcap_row row = pcap_row_at(v, pos, PCAP_NEAR, PCAP_NEAR_ROW);

	if (row.n == PCAP_NEAR_ROW || (pcap_has_ended(&row) && row.n >= least))
		return true;
	if (!row.n)
		return false;
	row = pcap_row_at(v, pos, PCAP_LIKELY, LIKELY_ROW);
	return row.n == LIKELY_ROW || (row.stop == PCAP_END && row.n >= least);
}

/* @sec: of a record before, or NULL. */
static bool is_near(struct pcap_view *v, size_t pos, const uint32_t *sec)
{
	struct pcap_row row = { .pos = pos, .sec = sec ? *sec : 0, .timed = sec };

	if (!sec)
		return false;
	pcap_walk(v, &row, PCAP_NEAR, PCAP_NEAR_ROW, SIZE_MAX);
	return row.n == PCAP_NEAR_ROW || row.torn || (pcap_has_ended(&row) && row.n);
}

static bool is_weak(struct pcap_view *v, size_t pos)
{
	struct pcap_row row = pcap_row_at(v, pos, PCAP_NONZERO, PCAP_ANY_ROW);

	return row.n == PCAP_ANY_ROW || (row.stop == PCAP_END && row.n >= PCAP_ANY_ROW / 4);
}

enum pcap_likeness recover_pcap_likeness(struct pcap_view *v, size_t pos, const uint32_t *sec,
					 enum pcap_likeness than)
{
	struct pcap_head h = pcap_view_head(v, pos);

	v->r->looked_at++;
	if (h.caplen > pcap_caplen_max(v->dialect) || pcap_is_zero(&h))
		return PCAP_NOTHING;
	if (is_near(v, pos, sec))
		return PCAP_NEARBY;
	if (than < PCAP_FAR && is_far(v, pos, 2))
		return PCAP_FAR;
	return than < PCAP_WEAK && is_weak(v, pos) ? PCAP_WEAK : PCAP_NOTHING;
}

ssize_t recover_pcap_with_header(struct capfile *r, size_t pos)
{
	const uint8_t *h = stream_bytes(r) + pos - PCAP_HEADER;
	struct pcap_dialect d;

	if (r->begin + pos < PCAP_HEADER || magic_of(h, PCAP_HEADER) != MAGIC_PCAP ||
	    !pcap_dialect_of(h, &d))
		return pos;
	/* one for which these records would be others is none */
	if (d.swapped != r->pcap.swapped || d.record != r->pcap.record ||
	    d.lengths_swapped != r->pcap.lengths_swapped)
		return pos;
	return (ssize_t)pos - PCAP_HEADER;
}

bool recover_pcap_is_header(struct capfile *r, size_t pos, size_t past)
{
	return magic_may_be(stream_bytes(r)[pos]) && recover_header_leads(r, pos, past);
}

struct pcap_place recover_pcap_look_for(struct pcap_view *v, size_t from, const uint32_t *sec)
{
	struct capfile *r = v->r;
	struct pcap_place best = { .pos = 0 };
	size_t end = from + RECOVER_WINDOW;

	for (size_t pos = from; pos < end && stream_need(r, pos + v->dialect->record); pos++) {
		enum pcap_likeness like;

		if (best.pos && !capfile_may_look(r))
			break;
		like = recover_pcap_likeness(v, pos, sec, best.likeness);
		if (like < PCAP_FAR && best.likeness < PCAP_FAR &&
		    recover_pcap_is_header(r, pos, pos))
			like = PCAP_FAR;
		if (like <= best.likeness)
			continue;
		best = (struct pcap_place){ pos, like };
		if (like == PCAP_NEARBY || (like == PCAP_FAR && !sec))
			break;
		if (like == PCAP_FAR)
			end = min_of(end, pos + RECOVER_AHEAD);
	}
	return best;
}

bool recover_pcap_leads(struct capfile *r, const struct pcap_dialect *d, size_t pos, size_t past)
{
	enum { LEAD_MAX = 64 };
	struct pcap_habits none = { .n = 0 };
	struct pcap_view v = { .r = r, .dialect = d };
	struct pcap_row row = { .pos = pos };

	pcap_view_habits(&v, &none);
	pcap_walk(&v, &row, PCAP_LIKELY, PCAP_NEAR_ROW, SIZE_MAX);
	if (row.stop == PCAP_ENOUGH)
		pcap_walk(&v, &row, PCAP_LIKELY, UINT32_MAX, past);
	if (row.stop == PCAP_ENOUGH || row.stop == PCAP_END || row.torn)
		return true;
	/* odd ones, but nothing else up to the end */
	row = pcap_row_at(&v, pos, PCAP_READABLE, LEAD_MAX);
	return row.stop == PCAP_END;
}

size_t recover_pcap_header_len(struct capfile *r, const struct pcap_dialect *d)
{
	struct pcap_habits none = { .n = 0 };
	struct pcap_view v = { .r = r, .dialect = d };
	struct pcap_row plain, row;
	unsigned most;
	size_t len = PCAP_HEADER;

	pcap_view_habits(&v, &none);
	plain = pcap_row_at(&v, PCAP_HEADER, PCAP_READABLE, PCAP_ANY_ROW / 2);
	if (plain.stop == PCAP_ENOUGH || plain.stop == PCAP_END)
		return PCAP_HEADER;
	row = pcap_row_at(&v, PCAP_HEADER, PCAP_NEAR, PCAP_NEAR_ROW);
	most = max_of(row.n, 1u);
	for (size_t pos = PCAP_HEADER - 1; pos >= PCAP_RECORD && most < PCAP_NEAR_ROW; pos--) {
		row = pcap_row_at(&v, pos, PCAP_NEAR, PCAP_NEAR_ROW);
		if (row.n + row.torn <= most ||
		    pcap_row_at(&v, pos, PCAP_LIKELY, plain.n).n < plain.n)
			continue;
		most = row.n + row.torn;
		len = pos;
	}
	return len;
}

/* The end of the file cuts a packet: its beginning is there. */
static bool take_torn(struct pcap_view *v)
{
	struct capfile *r = v->r;
	struct pcap_head h;

	if (stream_have(r) <= v->dialect->record)
		return false;
	h = pcap_view_head(v, 0);
	if (!pcap_is_likely(v, &h) || (r->last_sec && !pcap_is_near(v, h.sec, r->last_sec)) ||
	    v->dialect->record + (size_t)h.caplen <= stream_have(r))
		return false;
	r->mended_len = stream_have(r);
	r->torn = true;
	return true;
}

/* As was planned. */
static bool go_on(struct capfile *r)
{
	uint64_t to = r->go_on;

	r->trusted = r->usual = r->promised;
	r->go_on = r->doubtful = r->promised = 0;
	r->begin += to - r->offset;	/* back, perhaps: it is still in memory */
	r->offset = to;
	return true;
}

bool recover_pcap_resync(struct capfile *r)
{
	struct pcap_view v = pcap_view_of(r);
	struct pcap_place next;
	bool moved = false;

	r->is_undone = !r->go_on && text_damage_try(&v, 0);
	if (r->is_undone)
		return true;
	r->plain_ended |= !r->rejoins;
	r->rejoins = false;
	recover_grant_looks(r);
	if (r->go_on)
		return go_on(r);
	for (;;) {
		next = recover_pcap_look_for(&v, 1, r->last_sec ? &r->last_sec : NULL);
		if (next.pos || !stream_need(r, RECOVER_WINDOW))
			break;
		stream_step(r, RECOVER_WINDOW - 1);
		moved = true;
	}
	if ((!next.pos || (next.likeness < PCAP_NEARBY && r->last_sec)) && !moved && take_torn(&v))
		return true;
	if (next.pos) {
		r->go_on = r->offset + recover_pcap_with_header(r, next.pos);
		return go_on(r);
	}
	stream_step(r, stream_have(r));
	return false;
}

/* Fractions of a million or more cannot be microseconds. */
static bool has_nanoseconds(struct pcap_view *v, size_t pos)
{
	struct pcap_row row = { .pos = pos };

	for (unsigned n = 0; n < 1000; n++) {
		size_t at = row.pos;

		pcap_walk(v, &row, PCAP_LIKELY, row.n + 1, SIZE_MAX);
		if (row.stop != PCAP_ENOUGH)
			break;
		if (pcap_view_head(v, at).frac >= 1000000)
			return true;
	}
	return false;
}

/* What is left of the file header may say what the packets are. */
static uint16_t linktype(struct capfile *r, const struct pcap_dialect *d)
{
	uint32_t type = pcap_word(d, stream_bytes(r) + 20) & 0xffff;

	return type && type <= LINKTYPE_LAST ? type : LINKTYPE_ETHERNET;
}

/* Is there something of a header that is spoilt? A version will do. */
static bool has_version(struct capfile *r)
{
	uint16_t version[2];

	if (!stream_need(r, PCAP_HEADER))
		return false;
	memcpy(version, stream_bytes(r) + 4, 4);
	return (version[0] == 2 && version[1] == 4) ||
	       (version[0] == 2 << 8 && version[1] == 4 << 8);
}

/*
 * The first place up to @to where records begin in the order of @d, which becomes complete. @least:
 * of them up to the end of the file.
 */
static size_t find_in_order(struct capfile *r, struct pcap_dialect *d, size_t from, size_t to,
			    unsigned least)
{
	struct pcap_habits none = { .n = 0 };
	struct pcap_view v = { .r = r, .dialect = d };

	pcap_view_habits(&v, &none);
	for (size_t pos = from; pos <= to && stream_need(r, pos + d->record); pos++) {
		if (!is_far(&v, pos, least))
			continue;
		d->nanoseconds = has_nanoseconds(&v, pos);
		if (pos == PCAP_HEADER)
			d->linktype = linktype(r, d);
		return pos;
	}
	return SIZE_MAX;
}

size_t recover_pcap_find(struct capfile *r, size_t from, size_t to, struct pcap_dialect *dialect)
{
	bool in_place = from == PCAP_HEADER && to == PCAP_HEADER;
	size_t best = SIZE_MAX;

	for (int swapped = 0; swapped < 2; swapped++) {
		struct pcap_dialect d = {
			.linktype = LINKTYPE_ETHERNET, .record = PCAP_RECORD, .swapped = swapped,
			.nanoseconds = true,	/* to find either */
		};
		size_t pos = find_in_order(r, &d, from, min_of(to, best - 1),
					   in_place && has_version(r) ? 1 : 2);

		if (pos < best) {
			best = pos;
			*dialect = d;
		}
	}
	return best;
}
