// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Records of pcap in a row, and what is usual among those of a file. */
#include "capture/base/util.h"
#include "capture/read/magic.h"
#include "capture/read/pcap_row.h"

enum {
	DAY		= 24 * 3600,
	NEAR_GAPS	= 16,		/* usual gaps that are near: some records may be lost */
	RARE		= 64,		/* one in so many is usual, but never a single one */
	/* and of so many gaps one is longer than the usual one, or a single one */
	LONG		= 16,
};

/* What is odd about a record, a bit each; the last one is not as odd as to speak against it. */
enum { EMPTY = 1 << 0, OVER = 1 << 1, FRACTION = 1 << 2, LONG_ON_WIRE = 1 << 3, CUT = 1 << 4 };

static unsigned oddities(const struct pcap_dialect *d, const struct pcap_head *h)
{
	return (h->caplen ? 0 : EMPTY) | (h->caplen > h->len ? OVER : 0) |
	       (h->frac >= pcap_second(d) ? FRACTION : 0) |
	       (h->len > STREAM_HELD_MAX ? LONG_ON_WIRE : 0);
}

/* But not to the snap length. */
static bool is_cut(const struct pcap_dialect *d, const struct pcap_head *h)
{
	return h->caplen < h->len && h->caplen != d->snaplen;
}

static unsigned bits(uint32_t n)
{
	return n ? 32 - __builtin_clz(n) : 0;
}

static uint32_t distance(uint32_t a, uint32_t b)
{
	return a > b ? a - b : b - a;
}

void pcap_row_learn(struct pcap_habits *habits, const struct pcap_dialect *d,
		    const struct pcap_head *h, const uint32_t *before)
{
	unsigned odd = oddities(d, h);

	if (pcap_is_zero(h))
		return;
	habits->n++;
	odd |= is_cut(d, h) ? CUT : 0;
	for (unsigned i = 0; odd; i++, odd >>= 1)
		habits->odd[i] += odd & 1;
	if (before) {
		habits->n_gaps++;
		habits->gaps[bits(distance(h->sec, *before))]++;
	}
}

static bool is_usual(const struct pcap_habits *habits, unsigned odd)
{
	for (unsigned i = 0; odd; i++, odd >>= 1)
		if (odd & 1 && (habits->odd[i] < 2 || (uint64_t)habits->odd[i] * RARE < habits->n))
			return false;
	return true;
}

/* Seconds, a power of two, that hardly any gap is longer than. */
static uint64_t usual_gap(const struct pcap_habits *habits)
{
	uint32_t longer = habits->n_gaps;
	unsigned i = 0;

	for (; i < array_size(habits->gaps); i++) {
		longer -= habits->gaps[i];
		if (longer <= max_of(habits->n_gaps / LONG, 1u))
			break;
	}
	return habits->n_gaps ? 1ull << i : 0;
}

void pcap_row_habits(struct pcap_view *v, const struct pcap_habits *habits)
{
	uint64_t near_sec = max_of(usual_gap(habits) * NEAR_GAPS, (uint64_t)DAY);

	v->habits = habits;
	v->near_sec = min_of(near_sec, (uint64_t)UINT32_MAX);
}

struct pcap_view pcap_row_view(struct stream *s, const struct pcap_dialect *d,
			       const struct pcap_habits *habits)
{
	static const struct pcap_habits none = { .n = 0 };
	struct pcap_view v = { .s = s, .dialect = d };

	pcap_row_habits(&v, habits ? habits : &none);
	return v;
}

struct pcap_view pcap_row_view_copy(struct stream *s, const struct pcap_dialect *d,
				    const uint8_t *copy, size_t n)
{
	struct pcap_view v = pcap_row_view(s, d, NULL);

	v.copy = copy;
	v.n_copy = n;
	return v;
}

static const uint8_t *bytes_at(const struct pcap_view *v, size_t pos)
{
	return (v->copy ? v->copy : stream_bytes(v->s)) + pos;
}

/* Are there @n bytes? */
static bool has(struct pcap_view *v, size_t n)
{
	return v->copy ? n <= v->n_copy : stream_need(v->s, n);
}

static size_t have(const struct pcap_view *v)
{
	return v->copy ? v->n_copy : stream_have(v->s);
}

struct pcap_head pcap_row_head(const struct pcap_view *v, size_t pos)
{
	return pcap_head_at(v->dialect, bytes_at(v, pos));
}

bool pcap_row_is_likely(const struct pcap_view *v, const struct pcap_head *h)
{
	return !pcap_is_zero(h) && h->caplen <= pcap_caplen_max(v->dialect) &&
	       is_usual(v->habits, oddities(v->dialect, h));
}

bool pcap_row_is_cut_oddly(const struct pcap_view *v, const struct pcap_head *h)
{
	return is_cut(v->dialect, h) && !is_usual(v->habits, CUT);
}

bool pcap_row_is_near(const struct pcap_view *v, uint32_t a, uint32_t b)
{
	return distance(a, b) <= v->near_sec;
}

/* As stream_zero_tail(), from @pos on. */
static bool is_zero_tail(struct pcap_view *v, size_t pos)
{
	size_t end;

	if (v->nonzero > pos || !has(v, pos + PCAP_ZERO_TAIL))
		return false;
	has(v, pos + STREAM_BUFFER);
	end = min_of(have(v), pos + STREAM_BUFFER);
	for (; pos < end; pos++, v->s->looks.taken++) {
		if (*bytes_at(v, pos)) {
			v->nonzero = pos;
			return false;
		}
	}
	return true;
}

static bool is_as_demanded(struct pcap_view *v, const struct pcap_row *row,
			   const struct pcap_head *h, enum pcap_demand demand)
{
	switch (demand) {
	case PCAP_READABLE:
		return h->caplen <= pcap_caplen_max(v->dialect) &&
		       !(pcap_is_zero(h) && is_zero_tail(v, row->pos));
	case PCAP_NONZERO:
		return h->caplen <= pcap_caplen_max(v->dialect) && !pcap_is_zero(h);
	case PCAP_LIKELY:
		return pcap_row_is_likely(v, h);
	case PCAP_NEAR:
		return pcap_row_is_likely(v, h) &&
		       (!row->timed || pcap_row_is_near(v, h->sec, row->sec));
	}
	return false;
}

static enum magic magic_at(const struct pcap_view *v, size_t pos)
{
	return magic_of(bytes_at(v, pos), have(v) - pos);
}

/*
 * At a place where no record begins that is as demanded. What is compressed there is seen when the
 * reading has come to it.
 */
static enum pcap_stop stop_at(const struct pcap_view *v, size_t pos, enum pcap_stop otherwise)
{
	return have(v) == pos ||
			       (magic_may_be(*bytes_at(v, pos)) && magic_at(v, pos) != MAGIC_NONE)
		       ? PCAP_END
		       : otherwise;
}

void pcap_row_walk(struct pcap_view *v, struct pcap_row *row, enum pcap_demand demand,
		   unsigned most, size_t past)
{
	const size_t record = v->dialect->record;

	row->stop = PCAP_ENOUGH;
	for (; row->n < most && row->pos < past; row->n++) {
		struct pcap_head h;

		v->s->looks.taken++;
		if (!has(v, row->pos + record)) {
			row->stop = stop_at(v, row->pos, PCAP_CUT);
			return;
		}
		h = pcap_row_head(v, row->pos);
		if (!is_as_demanded(v, row, &h, demand) ||
		    (!h.caplen && magic_at(v, row->pos) == MAGIC_PCAP)) {
			row->stop = stop_at(v, row->pos, PCAP_ODD);
			return;
		}
		if (!has(v, row->pos + record + h.caplen)) {
			row->stop = PCAP_CUT;
			row->torn = true;
			return;
		}
		row->pos += record + h.caplen;
		row->sec = h.sec;
		row->timed = true;
	}
}

bool pcap_row_leads(struct stream *s, const struct pcap_dialect *d, size_t pos, size_t past)
{
	enum { LEAD_MAX = 64 };
	struct pcap_view v = pcap_row_view(s, d, NULL);
	struct pcap_row row = { .pos = pos };

	pcap_row_walk(&v, &row, PCAP_LIKELY, PCAP_NEAR_ROW, SIZE_MAX);
	if (row.stop == PCAP_ENOUGH)
		pcap_row_walk(&v, &row, PCAP_LIKELY, UINT32_MAX, past);
	if (row.stop == PCAP_ENOUGH || row.stop == PCAP_END || row.torn)
		return true;
	/* odd ones, but nothing else up to the end */
	row = pcap_row_at(&v, pos, PCAP_READABLE, LEAD_MAX);
	return row.stop == PCAP_END;
}
