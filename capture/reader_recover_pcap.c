// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Where a damaged pcap file can be read on. A record has nothing that tells it from other bytes, so it takes several in a row
 * whose lengths lead from one to the next, and which are as records are in this file.
 *
 * Reading without recovery goes wherever the lengths lead. As long as it would go on, so do we: what is unusual is no damage. Where it
 * comes to its end, the damage is there or, if a length was too large or too small, in one of the last records before.
 */
#include "capture/magic.h"
#include "capture/reader_pcap.h"
#include "capture/reader_text.h"
#include "capture/util.h"

enum {
	NEAR_IN_A_ROW	= 3,	/* so many are records */
	LIKELY_IN_A_ROW	= 6,
	ANY_IN_A_ROW	= 16,
	AT_ONCE		= 64,	/* that are looked at together */
	LINKTYPE_LAST	= 1000,	/* a larger one in a damaged header is not believed */
};

/* How much speaks for a record. */
enum likeness { NOTHING, WEAK, FAR, NEAR };

static bool has_ended(const struct pcap_row *row)
{
	return row->stop == PCAP_END || row->stop == PCAP_CUT;
}

/* @least: records that are enough where the file ends. */
static bool is_far(struct pcap_view *v, size_t pos, unsigned least)
{
	struct pcap_row row = pcap_row_at(v, pos, PCAP_NEAR, NEAR_IN_A_ROW);

	if (row.n == NEAR_IN_A_ROW || (has_ended(&row) && row.n >= least))
		return true;
	if (!row.n)
		return false;
	row = pcap_row_at(v, pos, PCAP_LIKELY, LIKELY_IN_A_ROW);
	return row.n == LIKELY_IN_A_ROW || (row.stop == PCAP_END && row.n >= least);
}

/* @sec: of a record before, or NULL. */
static bool is_near(struct pcap_view *v, size_t pos, const uint32_t *sec)
{
	struct pcap_row row = { .pos = pos, .sec = sec ? *sec : 0, .timed = sec };

	if (!sec)
		return false;
	pcap_walk(v, &row, PCAP_NEAR, NEAR_IN_A_ROW, SIZE_MAX);
	return row.n == NEAR_IN_A_ROW || row.torn || (has_ended(&row) && row.n);
}

static bool is_weak(struct pcap_view *v, size_t pos)
{
	struct pcap_row row = pcap_row_at(v, pos, PCAP_NONZERO, ANY_IN_A_ROW);

	return row.n == ANY_IN_A_ROW || (row.stop == PCAP_END && row.n >= ANY_IN_A_ROW / 4);
}

/* Of those that are no better than @than the rest is not looked at. */
static enum likeness likeness(struct pcap_view *v, size_t pos, const uint32_t *sec, enum likeness than)
{
	struct pcap_head h = pcap_view_head(v, pos);

	v->r->looked_at++;
	if (h.caplen > pcap_caplen_max(v->dialect) || pcap_is_zero(&h))
		return NOTHING;
	if (is_near(v, pos, sec))
		return NEAR;
	if (than < FAR && is_far(v, pos, 2))
		return FAR;
	return than < WEAK && is_weak(v, pos) ? WEAK : NOTHING;
}

/* The file header that stands right before @pos, perhaps before us and still in memory: that is where to go on. */
static ssize_t with_header(struct reader *r, size_t pos)
{
	if (r->begin + pos < PCAP_HEADER || magic_of(reader_bytes(r) + pos - PCAP_HEADER, PCAP_HEADER) != MAGIC_PCAP)
		return pos;
	return (ssize_t)pos - PCAP_HEADER;
}

/* Another capture, whose header stands at @pos, and which leads past @past. */
static bool is_header(struct reader *r, size_t pos, size_t past)
{
	return magic_may_be(reader_bytes(r)[pos]) && reader_header_leads(r, pos, past);
}

struct place {
	size_t pos;		/* 0: none */
	enum likeness likeness;
};

/*
 * The first place from @from on with records near @sec (NULL: not known); or else the first with any at all. A better one is looked for up to
 * RECOVER_AHEAD behind the first, and behind a weak one as far as the window goes, as long as the work is in a proportion to the file.
 */
static struct place find(struct pcap_view *v, size_t from, const uint32_t *sec)
{
	struct reader *r = v->r;
	struct place best = { .pos = 0 };
	size_t end = from + RECOVER_WINDOW;

	for (size_t pos = from; pos < end && reader_need(r, pos + v->dialect->record); pos++) {
		enum likeness like;

		if (best.pos && !reader_may_look(r))
			break;
		like = likeness(v, pos, sec, best.likeness);
		if (like < FAR && best.likeness < FAR && is_header(r, pos, pos))
			like = FAR;
		if (like <= best.likeness)
			continue;
		best = (struct place){ pos, like };
		if (like == NEAR || (like == FAR && !sec))
			break;
		if (like == FAR)
			end = min_of(end, pos + RECOVER_AHEAD);
	}
	return best;
}

/* Where a row leads that begins within a record: nowhere, just to the end of that, as its own data may, or further. */
enum way { NOWHERE, TO_END, PAST_END };

static enum way leads(struct pcap_view *v, size_t pos, size_t end)
{
	struct pcap_row row = { .pos = pos };

	pcap_walk(v, &row, PCAP_LIKELY, UINT32_MAX, end);
	if (row.stop != PCAP_ENOUGH)
		return row.n && (row.stop == PCAP_END || row.torn) ? PAST_END : NOWHERE;
	if (row.pos == end)
		return TO_END;
	pcap_walk(v, &row, PCAP_LIKELY, row.n + 1, SIZE_MAX);
	return row.stop == PCAP_ENOUGH || row.stop == PCAP_END || row.torn ? PAST_END : NOWHERE;
}

/* Records in a chain, of which the one that begins at @at and ends at @end is looked at. */
struct chain {
	size_t at, end;
	unsigned n_left;	/* from that one on to the end of the chain */
};

static bool chain_next(struct pcap_view *v, struct chain *c)
{
	struct pcap_row row = pcap_row_at(v, c->end, PCAP_READABLE, 1);

	if (c->n_left <= 1)
		return false;
	c->at = c->end;
	c->end = row.pos;
	c->n_left--;
	return true;
}

/*
 * Where records begin within one of a chain: the first place, and @c, the first that may have swallowed them, becomes the one that has. 0:
 * none has. @sec: they are near that, if it is not NULL. @rejoin: they lead back to the chain, and were swallowed by an odd record.
 */
static size_t find_swallowed(struct pcap_view *v, struct chain *c, const uint32_t *sec, bool rejoin)
{
	do {
		struct pcap_head h = pcap_view_head(v, c->at);
		const uint32_t *near_sec = sec || !rejoin ? sec : &h.sec;
		bool odd = !pcap_is_likely(v, &h);

		for (size_t pos = c->at + 1; pos < c->end && (odd || !rejoin); pos++) {
			enum way way;

			if (!reader_may_look(v->r) || !reader_need(v->r, pos + v->dialect->record))
				return 0;
			if (!rejoin && is_header(v->r, pos, c->end))
				return pos;
			if (likeness(v, pos, near_sec, near_sec ? FAR : WEAK) < FAR)
				continue;
			way = leads(v, pos, c->end);
			if ((way == TO_END && odd) || (way == PAST_END && !rejoin))
				return pos;
		}
	} while (chain_next(v, c));
	return 0;
}

/* What a chain of @n records shows of the habits, but for the last ones, which may be none; added to what is known. */
static struct pcap_habits habits_of(struct pcap_view *v, unsigned n)
{
	enum { NONE_MAX = 4 };
	struct reader *r = v->r;
	struct pcap_habits habits = r->habits;
	uint32_t before = r->last_sec;

	n -= min_of((n + 1) / 2, (unsigned)NONE_MAX);
	for (size_t pos = 0; n--;) {
		struct pcap_head h = pcap_view_head(v, pos);

		pcap_learn(&habits, v->dialect, &h, pos || r->last_sec ? &before : NULL);
		before = h.sec;
		pos += v->dialect->record + h.caplen;
	}
	return habits;
}

/* A chain of @n records from here on. */
static struct chain chain_of(struct pcap_view *v, unsigned n)
{
	struct pcap_head h = pcap_view_head(v, 0);

	return (struct chain){ 0, v->dialect->record + (size_t)h.caplen, n };
}

/* The last record of a chain that is as one should be, and near the one before it or the last such one; or else the first. *@sec is its time. */
static struct chain last_likely(struct pcap_view *v, struct chain c, uint32_t *sec)
{
	struct chain last = c;
	uint32_t before = v->r->last_sec;

	*sec = before;
	do {
		struct pcap_head h = pcap_view_head(v, c.at);

		if (pcap_is_likely(v, &h) && (!before || pcap_is_near(v, h.sec, before) || pcap_is_near(v, h.sec, *sec))) {
			last = c;
			*sec = h.sec;
		}
		before = h.sec;
	} while (chain_next(v, &c));
	return last;
}

/* Is it one, though perhaps of a wrong length? @sec: of one before, 0: not known. */
static bool is_one(struct pcap_view *v, const struct chain *c, uint32_t sec)
{
	struct pcap_head h = pcap_view_head(v, c->at);

	return sec ? pcap_is_near(v, h.sec, sec) : pcap_is_likely(v, &h);
}

/*
 * Are the last records of a chain, from *@c on, none? Zeros are none, nor what is odd and not near @sec, behind a length that may be
 * damaged. *@c becomes the first.
 */
static bool ends_with_none(struct pcap_view *v, struct chain *c, uint32_t sec)
{
	bool doubt = false;

	do {
		struct pcap_head h = pcap_view_head(v, c->at);

		if (pcap_is_zero(&h) || (doubt && !pcap_is_likely(v, &h) && !pcap_is_near(v, h.sec, sec)))
			return true;
		doubt = h.caplen > h.len || pcap_is_cut_oddly(v, &h);
	} while (chain_next(v, c));
	return false;
}

/* Of a chain, whose records from @c on may be none, so many are delivered that it is not better without: then reading goes on at @better. */
static void prefer(struct pcap_view *v, struct chain c, size_t better)
{
	struct reader *r = v->r;
	struct pcap_row row = pcap_row_at(v, better, PCAP_LIKELY, c.n_left);

	while (c.n_left > row.n && chain_next(v, &c))
		;
	r->go_on = r->offset + with_header(r, better);
	r->promised = r->offset + row.pos;
	if (c.n_left <= row.n)
		r->trusted = r->doubtful = r->offset + c.at;
}

/*
 * Reading without recovery ends behind the @row that begins here. If a record of it has swallowed others, they come behind it, and so does
 * whatever stands behind zeros. But there are never to be fewer packets than without recovery.
 */
static void plan_end(struct pcap_view *v, const struct pcap_row *row)
{
	struct reader *r = v->r;
	struct chain last, c;
	uint32_t sec;
	size_t better;

	c = last = last_likely(v, chain_of(v, row->n), &sec);
	r->usual = r->offset + c.end;
	r->trusted = r->offset + row->pos;
	better = find_swallowed(v, &c, sec ? &sec : NULL, false);
	if (better && is_one(v, &c, sec) && !chain_next(v, &c)) {
		r->go_on = r->offset + with_header(r, better);
		return;
	}
	c = better ? c : last;
	if (!better && ends_with_none(v, &c, sec ? sec : pcap_view_head(v, 0).sec))
		better = find(v, row->pos, sec ? &sec : NULL).pos;
	if (better)
		prefer(v, c, better);
}

/* It goes on, so all of the @row is delivered; and behind an odd record those that it has swallowed. */
static void plan_on(struct pcap_view *v, const struct pcap_row *row)
{
	struct reader *r = v->r;
	struct chain c = chain_of(v, row->n);
	size_t better;

	r->trusted = r->usual = r->offset + row->pos;
	better = find_swallowed(v, &c, r->last_sec ? &r->last_sec : NULL, true);
	if (!better)
		return;
	r->trusted = r->usual = r->doubtful = r->offset + c.end;
	r->go_on = r->offset + better;
	r->rejoins = true;
}

/* As long as lengths lead on, as in a file of unusual records, there is no damage. */
static bool follow_plain(struct pcap_view *v)
{
	struct pcap_row row = { .pos = 0 }, half = { .pos = 0 };
	struct pcap_habits habits;

	reader_grant_looks(v->r);
	pcap_walk(v, &row, PCAP_READABLE, UINT32_MAX, RECOVER_WINDOW);
	habits = habits_of(v, row.n);
	pcap_view_habits(v, &habits);
	if (row.stop == PCAP_CUT || row.stop == PCAP_ODD) {
		v->r->is_undone = reader_text_try(v, row.n);
		if (v->r->is_undone)
			return false;
		plan_end(v, &row);
	} else if (row.stop == PCAP_END) {
		plan_on(v, &row);
	} else {	/* what is behind the window may show that the last records are none */
		pcap_walk(v, &half, PCAP_READABLE, UINT32_MAX, RECOVER_WINDOW / 2);
		plan_on(v, &half);
	}
	return v->r->offset < v->r->trusted;
}

/*
 * Behind a damaged place. A time that jumps must have more behind it. With nothing that fits right behind it, or with odd numbers of
 * its own, it may be the last record before another damaged place: then the next one does not begin within it.
 */
static bool is_followed(struct pcap_view *v, const struct pcap_head *h, size_t len)
{
	struct pcap_row row = { .pos = len, .sec = h->sec, .timed = true };
	bool followed, likely = pcap_is_likely(v, h);

	pcap_walk(v, &row, PCAP_NEAR, 2, SIZE_MAX);
	followed = row.n == 2 || has_ended(&row) || is_far(v, len, 2);
	if (!followed) {
		row = pcap_row_at(v, len, PCAP_NONZERO, ANY_IN_A_ROW / 2);
		followed = row.stop == PCAP_ENOUGH || row.stop == PCAP_END;
	}
	if (likely && followed)
		return true;
	if (!followed && (!likely || (v->r->last_sec && !pcap_is_near(v, h->sec, v->r->last_sec))))
		return false;
	for (size_t pos = 1; pos < len; pos++)
		if (likeness(v, pos, &h->sec, FAR) == NEAR && leads(v, pos, len) >= (likely ? PAST_END : TO_END))
			return false;
	return true;
}

/* Is the record that begins at @pos in memory as a whole? */
static bool is_there(const struct pcap_view *v, size_t pos)
{
	size_t end = pos + v->dialect->record, have = reader_have(v->r);

	return end <= have && end + pcap_view_head(v, pos).caplen <= have;
}

/* All is as in most files: it and two more are near each other. The further ones that are in memory are looked at together. */
static bool is_usual(struct pcap_view *v)
{
	struct reader *r = v->r;
	struct pcap_row row = { .pos = 0 };
	size_t begins[NEAR_IN_A_ROW] = { 0 };

	while (row.n < AT_ONCE) {
		begins[row.n % NEAR_IN_A_ROW] = row.pos;
		if (row.n >= NEAR_IN_A_ROW && !is_there(v, row.pos))
			break;
		pcap_walk(v, &row, PCAP_NEAR, row.n + 1, SIZE_MAX);
		if (row.stop != PCAP_ENOUGH)
			break;
	}
	if (row.stop != PCAP_END && row.n < NEAR_IN_A_ROW)
		return false;
	/* behind the last two there is not enough to know */
	r->trusted = r->usual = r->offset + (row.stop == PCAP_END ? row.pos : begins[(row.n + 1) % NEAR_IN_A_ROW]);
	return true;
}

static bool is_trusted(struct reader *r, const struct pcap_head *h)
{
	struct pcap_view v;

	if (r->offset < r->trusted)
		return true;
	v = pcap_view_of(r);
	if (is_usual(&v))
		return true;
	if (!r->plain_ended)
		return follow_plain(&v);
	r->usual = UINT64_MAX;
	return is_followed(&v, h, v.dialect->record + (size_t)h->caplen);
}

bool reader_pcap_may_trust(struct reader *r, const struct pcap_head *h)
{
	if (!is_trusted(r, h))
		return false;
	if (r->offset < r->usual) {
		pcap_learn(&r->habits, &r->pcap, h, r->last_sec ? &r->last_sec : NULL);
		r->last_sec = h->sec;
	}
	return true;
}

void reader_pcap_recover_anew(struct reader *r)
{
	r->habits = (struct pcap_habits){ .n = 0 };
	r->last_sec = 0;
	r->trusted = r->usual = r->doubtful = r->go_on = r->promised = 0;
	r->plain_ended = r->rejoins = false;
}

bool reader_pcap_leads(struct reader *r, const struct pcap_dialect *d, size_t pos, size_t past)
{
	struct pcap_habits none = { .n = 0 };
	struct pcap_view v = { .r = r, .dialect = d };
	struct pcap_row row = { .pos = pos };

	pcap_view_habits(&v, &none);
	pcap_walk(&v, &row, PCAP_LIKELY, NEAR_IN_A_ROW, SIZE_MAX);
	if (row.stop == PCAP_ENOUGH)
		pcap_walk(&v, &row, PCAP_LIKELY, UINT32_MAX, past);
	if (row.stop == PCAP_ENOUGH || row.stop == PCAP_END || row.torn)
		return true;
	row = pcap_row_at(&v, pos, PCAP_READABLE, AT_ONCE);	/* odd ones, but nothing else up to the end */
	return row.stop == PCAP_END;
}

size_t reader_pcap_header_len(struct reader *r, const struct pcap_dialect *d)
{
	struct pcap_habits none = { .n = 0 };
	struct pcap_view v = { .r = r, .dialect = d };
	struct pcap_row plain, row;
	unsigned most;
	size_t len = PCAP_HEADER;

	pcap_view_habits(&v, &none);
	plain = pcap_row_at(&v, PCAP_HEADER, PCAP_READABLE, ANY_IN_A_ROW / 2);
	if (plain.stop == PCAP_ENOUGH || plain.stop == PCAP_END)
		return PCAP_HEADER;
	row = pcap_row_at(&v, PCAP_HEADER, PCAP_NEAR, NEAR_IN_A_ROW);
	most = max_of(row.n, 1u);
	for (size_t pos = PCAP_HEADER - 1; pos >= PCAP_RECORD && most < NEAR_IN_A_ROW; pos--) {
		row = pcap_row_at(&v, pos, PCAP_NEAR, NEAR_IN_A_ROW);
		if (row.n + row.torn <= most || pcap_row_at(&v, pos, PCAP_LIKELY, plain.n).n < plain.n)
			continue;
		most = row.n + row.torn;
		len = pos;
	}
	return len;
}

/* The end of the file cuts a packet: its beginning is there. */
static bool take_torn(struct pcap_view *v)
{
	struct reader *r = v->r;
	struct pcap_head h;

	if (reader_have(r) <= v->dialect->record)
		return false;
	h = pcap_view_head(v, 0);
	if (!pcap_is_likely(v, &h) || (r->last_sec && !pcap_is_near(v, h.sec, r->last_sec)) ||
	    v->dialect->record + (size_t)h.caplen <= reader_have(r))
		return false;
	r->mended_len = reader_have(r);
	r->torn = true;
	return true;
}

/* As was planned. */
static bool go_on(struct reader *r)
{
	uint64_t to = r->go_on;

	r->trusted = r->usual = r->promised;
	r->go_on = r->doubtful = r->promised = 0;
	r->begin += to - r->offset;	/* back, perhaps: it is still in memory */
	r->offset = to;
	return true;
}

bool reader_pcap_resync(struct reader *r)
{
	struct pcap_view v = pcap_view_of(r);
	struct place next;
	bool moved = false;

	r->is_undone = !r->go_on && reader_text_try(&v, 0);
	if (r->is_undone)
		return true;
	r->plain_ended |= !r->rejoins;
	r->rejoins = false;
	reader_grant_looks(r);
	if (r->go_on)
		return go_on(r);
	for (;;) {
		next = find(&v, 1, r->last_sec ? &r->last_sec : NULL);
		if (next.pos || !reader_need(r, RECOVER_WINDOW))
			break;
		reader_step(r, RECOVER_WINDOW - 1);
		moved = true;
	}
	if ((!next.pos || (next.likeness < NEAR && r->last_sec)) && !moved && take_torn(&v))
		return true;
	if (next.pos) {
		r->go_on = r->offset + with_header(r, next.pos);
		return go_on(r);
	}
	reader_step(r, reader_have(r));
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
static uint16_t linktype(struct reader *r, const struct pcap_dialect *d)
{
	uint32_t type = pcap_word(d, reader_bytes(r) + 20) & 0xffff;

	return type && type <= LINKTYPE_LAST ? type : LINKTYPE_ETHERNET;
}

/* Is there something of a header that is spoilt? A version will do. */
static bool has_version(struct reader *r)
{
	uint16_t version[2];

	if (!reader_need(r, PCAP_HEADER))
		return false;
	memcpy(version, reader_bytes(r) + 4, 4);
	return (version[0] == 2 && version[1] == 4) || (version[0] == 2 << 8 && version[1] == 4 << 8);
}

/* The first place up to @to where records begin in the order of @d, which becomes complete. @least: of them up to the end of the file. */
static size_t find_in_order(struct reader *r, struct pcap_dialect *d, size_t from, size_t to, unsigned least)
{
	struct pcap_habits none = { .n = 0 };
	struct pcap_view v = { .r = r, .dialect = d };

	pcap_view_habits(&v, &none);
	for (size_t pos = from; pos <= to && reader_need(r, pos + d->record); pos++) {
		if (!is_far(&v, pos, least))
			continue;
		d->nanoseconds = has_nanoseconds(&v, pos);
		if (pos == PCAP_HEADER)
			d->linktype = linktype(r, d);
		return pos;
	}
	return SIZE_MAX;
}

size_t reader_pcap_find(struct reader *r, size_t from, size_t to, struct pcap_dialect *dialect)
{
	bool in_place = from == PCAP_HEADER && to == PCAP_HEADER;
	size_t best = SIZE_MAX;

	for (int swapped = 0; swapped < 2; swapped++) {
		struct pcap_dialect d = {
			.linktype = LINKTYPE_ETHERNET, .record = PCAP_RECORD, .swapped = swapped, .nanoseconds = true,	/* to find either */
		};
		size_t pos = find_in_order(r, &d, from, min_of(to, best - 1), in_place && has_version(r) ? 1 : 2);

		if (pos < best) {
			best = pos;
			*dialect = d;
		}
	}
	return best;
}
