// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A record has nothing that tells it from other bytes, so it takes several in a row whose lengths
 * lead from one to the next, and which are as records are in this file.
 */
#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/read/find_pcap.h"
#include "capture/read/header.h"
#include "capture/read/magic.h"
#include "capture/read/recovery.h"

enum {
	LIKELY_ROW	= 6,	/* so many records, whose times are not near each other, are some */
	LINKTYPE_LAST	= 1000,	/* a larger one in a damaged header is not believed */
};

/* @least: records that are enough where the file ends. */
static bool is_far(struct pcap_view *v, size_t pos, unsigned least)
{
	struct pcap_row row = pcap_row_at(v, pos, PCAP_NEAR, PCAP_NEAR_ROW);

	if (row.n == PCAP_NEAR_ROW || (pcap_row_has_ended(&row) && row.n >= least))
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
	pcap_row_walk(v, &row, PCAP_NEAR, PCAP_NEAR_ROW, SIZE_MAX);
	return row.n == PCAP_NEAR_ROW || row.torn || (pcap_row_has_ended(&row) && row.n);
}

static bool is_weak(struct pcap_view *v, size_t pos)
{
	struct pcap_row row = pcap_row_at(v, pos, PCAP_NONZERO, PCAP_ANY_ROW);

	return row.n == PCAP_ANY_ROW || (row.stop == PCAP_END && row.n >= PCAP_ANY_ROW / 4);
}

enum pcap_likeness find_pcap_likeness(struct pcap_view *v, size_t pos, const uint32_t *sec,
				      enum pcap_likeness than)
{
	struct pcap_head h = pcap_row_head(v, pos);

	v->s->looks.taken++;
	if (h.caplen > pcap_caplen_max(v->dialect) || pcap_is_zero(&h))
		return PCAP_NOTHING;
	if (is_near(v, pos, sec))
		return PCAP_NEARBY;
	if (than < PCAP_FAR && is_far(v, pos, 2))
		return PCAP_FAR;
	return than < PCAP_WEAK && is_weak(v, pos) ? PCAP_WEAK : PCAP_NOTHING;
}

ssize_t find_pcap_with_header(struct stream *s, const struct pcap_dialect *now, size_t pos)
{
	const uint8_t *h = stream_bytes(s) + pos - PCAP_HEADER;
	struct pcap_dialect d;

	if (s->begin + pos < PCAP_HEADER || magic_of(h, PCAP_HEADER) != MAGIC_PCAP ||
	    !pcap_dialect_of(h, &d))
		return pos;
	/* one for which these records would be others is none */
	if (d.swapped != now->swapped || d.record != now->record ||
	    d.lengths_swapped != now->lengths_swapped)
		return pos;
	return (ssize_t)pos - PCAP_HEADER;
}

bool find_pcap_is_header(struct pcap_view *v, size_t pos, size_t past)
{
	return magic_may_be(stream_bytes(v->s)[pos]) &&
	       header_leads(v->s, v->dialect->swapped, pos, past);
}

/*
 * The first place, of those that are in memory and before @end, where a record or a file header may
 * begin. Hardly any of garbage is one, by the length alone.
 */
static size_t pass_garbage(const struct pcap_view *v, size_t pos, size_t end)
{
	const struct pcap_dialect *d = v->dialect;
	const uint8_t *bytes = stream_bytes(v->s), *caplen = bytes + (d->lengths_swapped ? 12 : 8);
	const size_t until = min_of(end, stream_have(v->s) - d->record + 1);
	const uint32_t most = pcap_caplen_max(d);
	size_t at = pos;

	while (at < until && order_u32(d->swapped, caplen + at) > most && !magic_may_be(bytes[at]))
		at++;
	v->s->looks.taken += at - pos;
	return at;
}

struct pcap_place find_pcap_best(struct pcap_view *v, size_t from, const uint32_t *sec)
{
	struct stream *s = v->s;
	struct pcap_place best = { .pos = 0 };
	size_t end = from + RECOVERY_WINDOW;

	for (size_t pos = from; pos < end && stream_need(s, pos + v->dialect->record); pos++) {
		enum pcap_likeness like;

		pos = pass_garbage(v, pos, end);
		if (pos == end || !stream_need(s, pos + v->dialect->record) ||
		    (best.pos && !stream_may_look(s)))
			break;
		like = find_pcap_likeness(v, pos, sec, best.likeness);
		if (like < PCAP_FAR && best.likeness < PCAP_FAR && find_pcap_is_header(v, pos, pos))
			like = PCAP_FAR;
		if (like <= best.likeness)
			continue;
		best = (struct pcap_place){ pos, like };
		if (like == PCAP_NEARBY || (like == PCAP_FAR && !sec))
			break;
		if (like == PCAP_FAR)
			end = min_of(end, pos + RECOVERY_AHEAD);
	}
	return best;
}

size_t find_pcap_header_len(struct stream *s, const struct pcap_dialect *d)
{
	struct pcap_view v = pcap_row_view(s, d, NULL);
	struct pcap_row plain, row;
	unsigned most;
	size_t len = PCAP_HEADER;

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

/* Fractions of a million or more cannot be microseconds. */
static bool has_nanoseconds(struct pcap_view *v, size_t pos)
{
	struct pcap_row row = { .pos = pos };

	for (unsigned n = 0; n < 1000; n++) {
		size_t at = row.pos;

		pcap_row_walk(v, &row, PCAP_LIKELY, row.n + 1, SIZE_MAX);
		if (row.stop != PCAP_ENOUGH)
			break;
		if (pcap_row_head(v, at).frac >= 1000000)
			return true;
	}
	return false;
}

/* What is left of the file header may say what the packets are. */
static uint16_t linktype(struct stream *s, const struct pcap_dialect *d)
{
	uint32_t type = order_u32(d->swapped, stream_bytes(s) + 20) & 0xffff;

	return type && type <= LINKTYPE_LAST ? type : LINKTYPE_ETHERNET;
}

/* Is there something of a header that is spoilt? A version will do. */
static bool has_version(struct stream *s)
{
	uint16_t version[2];

	if (!stream_need(s, PCAP_HEADER))
		return false;
	memcpy(version, stream_bytes(s) + 4, 4);
	return (version[0] == 2 && version[1] == 4) ||
	       (version[0] == 2 << 8 && version[1] == 4 << 8);
}

/*
 * The first place up to @to where records begin in the order of @d, which becomes complete. @least:
 * of them up to the end of the file.
 */
static size_t find_in_order(struct stream *s, struct pcap_dialect *d, size_t from, size_t to,
			    unsigned least)
{
	struct pcap_view v = pcap_row_view(s, d, NULL);

	for (size_t pos = from; pos <= to && stream_need(s, pos + d->record); pos++) {
		if (!is_far(&v, pos, least))
			continue;
		d->nanoseconds = has_nanoseconds(&v, pos);
		if (pos == PCAP_HEADER)
			d->linktype = linktype(s, d);
		return pos;
	}
	return SIZE_MAX;
}

size_t find_pcap_first(struct stream *s, size_t from, size_t to, struct pcap_dialect *dialect)
{
	bool in_place = from == PCAP_HEADER && to == PCAP_HEADER;
	size_t best = SIZE_MAX;

	for (int swapped = 0; swapped < 2; swapped++) {
		struct pcap_dialect d = {
			.linktype = LINKTYPE_ETHERNET, .record = PCAP_RECORD, .swapped = swapped,
			.nanoseconds = true,	/* to find either */
		};
		size_t pos = find_in_order(s, &d, from, min_of(to, best - 1),
					   in_place && has_version(s) ? 1 : 2);

		if (pos < best) {
			best = pos;
			*dialect = d;
		}
	}
	return best;
}
