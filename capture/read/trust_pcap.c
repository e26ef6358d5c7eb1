// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Which records of a pcap file that may be damaged are delivered. Reading without recovery goes
 * wherever the lengths lead. As long as it would go on, so do we: what is unusual is no damage.
 * Where it comes to its end, the damage is there or, if a length was too large or too small, in one
 * of the last records before.
 */
#include "capture/base/util.h"
#include "capture/read/find_pcap.h"
#include "capture/read/trust_pcap.h"

enum { AT_ONCE = 64 };	/* records that are looked at together */

/*
 * Where a row leads that begins within a record: nowhere, just to the end of that, as its own data
 * may, or further.
 */
enum way { NOWHERE, TO_END, PAST_END };

static enum way leads(struct pcap_view *v, size_t pos, size_t end)
{
	struct pcap_row row = { .pos = pos };

	pcap_row_walk(v, &row, PCAP_LIKELY, UINT32_MAX, end);
	if (row.stop != PCAP_ENOUGH)
		return row.n && (row.stop == PCAP_END || row.torn) ? PAST_END : NOWHERE;
	if (row.pos == end)
		return TO_END;
	pcap_row_walk(v, &row, PCAP_LIKELY, row.n + 1, SIZE_MAX);
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
 * Where records begin within one of a chain: the first place, and @c, the first that may have
 * swallowed them, becomes the one that has. 0: none has. @sec: they are near that, if it is not
 * NULL.
 */
static size_t find_swallowed(struct pcap_view *v, struct chain *c, const uint32_t *sec)
{
	do {
		struct pcap_head h = pcap_row_head(v, c->at);
		bool odd = !pcap_row_is_likely(v, &h);

		for (size_t pos = c->at + 1; pos < c->end; pos++) {
			enum way way;

			if (!stream_may_look(v->s) || !stream_need(v->s, pos + v->dialect->record))
				return 0;
			if (find_pcap_is_header(v, pos, c->end))
				return pos;
			if (find_pcap_likeness(v, pos, sec, sec ? PCAP_FAR : PCAP_WEAK) < PCAP_FAR)
				continue;
			way = leads(v, pos, c->end);
			if (way == PAST_END || (way == TO_END && odd))
				return pos;
		}
	} while (chain_next(v, c));
	return 0;
}

/*
 * The same where the chain goes on, so that nothing else speaks of damage: a record that is longer
 * than on the wire, and others from where that length ends, which lead back to the chain.
 */
static size_t find_rejoining(struct pcap_view *v, struct chain *c, const uint32_t *sec)
{
	do {
		struct pcap_head h = pcap_row_head(v, c->at);
		const uint32_t *near_sec = sec ? sec : &h.sec;
		size_t pos = c->at + v->dialect->record + h.len;

		if (!h.len || h.len >= h.caplen || pcap_row_is_likely(v, &h))
			continue;
		if (!stream_may_look(v->s) || !stream_need(v->s, pos + v->dialect->record))
			return 0;
		if (find_pcap_likeness(v, pos, near_sec, PCAP_FAR) >= PCAP_FAR &&
		    leads(v, pos, c->end) == TO_END)
			return pos;
	} while (chain_next(v, c));
	return 0;
}

/*
 * What a chain of @n records shows of the habits, but for the last ones, which may be none; added
 * to what is known.
 */
static struct pcap_habits habits_of(const struct trust_pcap *t, struct pcap_view *v, unsigned n)
{
	enum { NONE_MAX = 4 };
	struct pcap_habits habits = t->habits;
	uint32_t before = t->last_sec;

	n -= min_of((n + 1) / 2, (unsigned)NONE_MAX);
	for (size_t pos = 0; n--;) {
		struct pcap_head h = pcap_row_head(v, pos);

		pcap_row_learn(&habits, v->dialect, &h, pos || t->last_sec ? &before : NULL);
		before = h.sec;
		pos += v->dialect->record + h.caplen;
	}
	return habits;
}

/* A chain of @n records from here on. */
static struct chain chain_of(struct pcap_view *v, unsigned n)
{
	struct pcap_head h = pcap_row_head(v, 0);

	return (struct chain){ 0, v->dialect->record + (size_t)h.caplen, n };
}

/*
 * The last record of a chain that is as one should be, and near the one before it or the last such
 * one; or else the first. *@sec is its time.
 */
static struct chain last_likely(const struct trust_pcap *t, struct pcap_view *v, struct chain c,
				uint32_t *sec)
{
	struct chain last = c;
	uint32_t before = t->last_sec;

	*sec = before;
	do {
		struct pcap_head h = pcap_row_head(v, c.at);

		if (pcap_row_is_likely(v, &h) && (!before || pcap_row_is_near(v, h.sec, before) ||
						  pcap_row_is_near(v, h.sec, *sec))) {
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
	struct pcap_head h = pcap_row_head(v, c->at);

	return sec ? pcap_row_is_near(v, h.sec, sec) : pcap_row_is_likely(v, &h);
}

/*
 * Are the last records of a chain, from *@c on, none? Zeros are none, nor what is odd and not near
 * @sec, behind a length that may be damaged. *@c becomes the first.
 */
static bool ends_with_none(struct pcap_view *v, struct chain *c, uint32_t sec)
{
	bool doubt = false;

	do {
		struct pcap_head h = pcap_row_head(v, c->at);

		if (pcap_is_zero(&h) ||
		    (doubt && !pcap_row_is_likely(v, &h) && !pcap_row_is_near(v, h.sec, sec)))
			return true;
		doubt = h.caplen > h.len || pcap_row_is_cut_oddly(v, &h);
	} while (chain_next(v, c));
	return false;
}

/*
 * Of a chain, whose records from @c on may be none, so many are delivered that it is not better
 * without: then reading goes on at @better.
 */
static void prefer(struct trust_pcap *t, struct pcap_view *v, struct chain c, size_t better)
{
	struct pcap_row row = pcap_row_at(v, better, PCAP_LIKELY, c.n_left);

	while (c.n_left > row.n && chain_next(v, &c))
		;
	t->s->go_on = t->s->offset + find_pcap_with_header(t->s, &t->f->dialect, better);
	t->promised = t->s->offset + row.pos;
	if (c.n_left <= row.n)
		t->trusted = t->doubtful = t->s->offset + c.at;
}

/*
 * Reading without recovery ends behind the @row that begins here. If a record of it has swallowed
 * others, they come behind it, and so does whatever stands behind zeros. But there are never to be
 * fewer packets than without recovery.
 */
static void plan_end(struct trust_pcap *t, struct pcap_view *v, const struct pcap_row *row)
{
	struct chain last, c;
	uint32_t sec;
	size_t better;

	c = last = last_likely(t, v, chain_of(v, row->n), &sec);
	t->usual = t->s->offset + c.end;
	t->trusted = t->s->offset + row->pos;
	better = find_swallowed(v, &c, sec ? &sec : NULL);
	if (better && is_one(v, &c, sec) && !chain_next(v, &c)) {
		t->s->go_on = t->s->offset + find_pcap_with_header(t->s, &t->f->dialect, better);
		return;
	}
	c = better ? c : last;
	if (!better && ends_with_none(v, &c, sec ? sec : pcap_row_head(v, 0).sec))
		better = find_pcap_best(v, row->pos, sec ? &sec : NULL).pos;
	if (better)
		prefer(t, v, c, better);
}

/*
 * It goes on, so all of the @row is delivered; and behind a record that is too long those that it
 * has swallowed.
 */
static void plan_on(struct trust_pcap *t, struct pcap_view *v, const struct pcap_row *row)
{
	struct chain c = chain_of(v, row->n);
	size_t better;

	t->trusted = t->usual = t->s->offset + row->pos;
	better = find_rejoining(v, &c, t->last_sec ? &t->last_sec : NULL);
	if (!better)
		return;
	t->trusted = t->usual = t->doubtful = t->s->offset + c.end;
	t->s->go_on = t->s->offset + better;
	t->rejoins = true;
}

/* As long as lengths lead on, as in a file of unusual records, there is no damage. */
static bool follow_plain(struct trust_pcap *t, struct pcap_view *v)
{
	struct pcap_row row = { .pos = 0 }, half = { .pos = 0 };
	struct pcap_habits habits;

	stream_grant_looks(v->s);
	pcap_row_walk(v, &row, PCAP_READABLE, UINT32_MAX, RECOVERY_WINDOW);
	habits = habits_of(t, v, row.n);
	pcap_row_habits(v, &habits);
	if (row.stop == PCAP_CUT || row.stop == PCAP_ODD) {
		t->is_undone = text_damage_try(&t->text, v, row.n);
		if (t->is_undone)
			return false;
		plan_end(t, v, &row);
	} else if (row.stop == PCAP_END) {
		plan_on(t, v, &row);
	} else {	/* what is behind the window may show that the last records are none */
		pcap_row_walk(v, &half, PCAP_READABLE, UINT32_MAX, RECOVERY_WINDOW / 2);
		plan_on(t, v, &half);
	}
	return v->s->offset < t->trusted;
}

/*
 * Behind a damaged place. A time that jumps must have more behind it. With nothing that fits right
 * behind it, or with odd numbers of its own, it may be the last record before another damaged
 * place: then the next one does not begin within it.
 */
static bool is_followed(const struct trust_pcap *t, struct pcap_view *v, const struct pcap_head *h,
			size_t len)
{
	struct pcap_row row = { .pos = len, .sec = h->sec, .timed = true };
	bool followed, likely = pcap_row_is_likely(v, h);
	enum way least = likely ? PAST_END : TO_END;

	pcap_row_walk(v, &row, PCAP_NEAR, 2, SIZE_MAX);
	followed = row.n == 2 || pcap_row_has_ended(&row) ||
		   find_pcap_likeness(v, len, NULL, PCAP_WEAK) == PCAP_FAR;
	if (!followed) {
		row = pcap_row_at(v, len, PCAP_NONZERO, PCAP_ANY_ROW / 2);
		followed = row.stop == PCAP_ENOUGH || row.stop == PCAP_END;
	}
	if (likely && followed)
		return true;
	if (!followed && (!likely || (t->last_sec && !pcap_row_is_near(v, h->sec, t->last_sec))))
		return false;
	for (size_t pos = 1; pos < len; pos++)
		if (find_pcap_likeness(v, pos, &h->sec, PCAP_FAR) == PCAP_NEARBY &&
		    leads(v, pos, len) >= least)
			return false;
	return true;
}

/* Is the record that begins at @pos in memory as a whole? */
static bool is_there(const struct pcap_view *v, size_t pos)
{
	size_t end = pos + v->dialect->record, have = stream_have(v->s);

	return end <= have && end + pcap_row_head(v, pos).caplen <= have;
}

/*
 * All is as in most files: it and two more are near each other. The further ones that are in memory
 * are looked at together.
 */
static bool is_usual(struct trust_pcap *t, struct pcap_view *v)
{
	struct pcap_row row = { .pos = 0 };
	size_t begins[PCAP_NEAR_ROW] = { 0 };

	while (row.n < AT_ONCE) {
		begins[row.n % PCAP_NEAR_ROW] = row.pos;
		if (row.n >= PCAP_NEAR_ROW && !is_there(v, row.pos))
			break;
		pcap_row_walk(v, &row, PCAP_NEAR, row.n + 1, SIZE_MAX);
		if (row.stop != PCAP_ENOUGH)
			break;
	}
	if (row.stop != PCAP_END && row.n < PCAP_NEAR_ROW)
		return false;
	/* behind the last two there is not enough to know */
	t->trusted = t->usual = t->s->offset + (row.stop == PCAP_END
							? row.pos
							: begins[(row.n + 1) % PCAP_NEAR_ROW]);
	return true;
}

static bool is_trusted(struct trust_pcap *t, const struct pcap_head *h)
{
	struct pcap_view v;

	if (t->s->offset < t->trusted)
		return true;
	v = trust_pcap_view(t);
	if (is_usual(t, &v))
		return true;
	if (!t->plain_ended)
		return follow_plain(t, &v);
	t->usual = UINT64_MAX;
	return is_followed(t, &v, h, v.dialect->record + (size_t)h->caplen);
}

struct pcap_view trust_pcap_view(struct trust_pcap *t)
{
	return pcap_row_view(t->s, &t->f->dialect, &t->habits);
}

bool trust_pcap_may(struct trust_pcap *t, const struct pcap_head *h)
{
	if (!is_trusted(t, h))
		return false;
	if (t->s->offset < t->usual) {
		pcap_row_learn(&t->habits, &t->f->dialect, h, t->last_sec ? &t->last_sec : NULL);
		t->last_sec = h->sec;
	}
	return true;
}

void trust_pcap_anew(struct trust_pcap *t)
{
	t->habits = (struct pcap_habits){ .n = 0 };
	t->last_sec = 0;
	t->trusted = t->usual = t->doubtful = t->s->go_on = t->promised = 0;
	t->plain_ended = t->rejoins = false;
}
