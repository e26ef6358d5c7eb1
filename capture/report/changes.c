// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * First how the two images lie on each other, then field by field in the headers of the entry, and
 * the bytes between and behind them.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/packet/checksum.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/report/align.h"
#include "capture/report/changes.h"
#include "capture/report/header_fields.h"
#include "capture/report/header_words.h"

enum {
	RUNS_MAX	= 16,	/* runs of bytes that are told, of a packet */
	GAP		= 4,	/* so many equal bytes in a row end a run */
};

struct walk {
	const struct packet *entry, *exit;
	struct alignment how;
	change_fn fn;
	void *ctx;
	unsigned n;
	uint32_t pos;			/* in the entry: all before it has been looked at */
	uint32_t told, told_end;	/* there: what is in between is said already */
	unsigned n_runs;
	uint32_t more_bytes, more_runs;
};

static void tell(struct walk *w, const struct change *c)
{
	w->n++;
	if (w->fn)
		w->fn(w->ctx, c);
}

static struct text text_of(char *value)
{
	return text_in(value, CHANGE_VALUE - 1);	/* which is all zero */
}

static uint32_t len_of(const struct packet *p)
{
	return max_of(p->len, p->caplen);
}

/*
 * The one without what was put in or taken out: its headers are those that may have changed. And
 * where byte @at of it is in the entry.
 */
static const struct packet *plain(const struct walk *w)
{
	return w->how.moved < 0 ? w->exit : w->entry;
}

static uint32_t entry_of(const struct walk *w, uint32_t at)
{
	return w->how.moved < 0 && at >= w->how.kept ? at - w->how.moved : at;
}

/* Where byte @i of the entry is in the exit, if that has captured it; else UINT32_MAX. */
static uint32_t exit_of(const struct walk *w, uint32_t i)
{
	uint32_t to = align_of(&w->how, i);

	return to < w->exit->caplen ? to : UINT32_MAX;
}

/* Are the @n bytes at @at in both images, and in one piece? */
static bool is_in_both(const struct walk *w, uint32_t at, uint32_t n)
{
	uint32_t first = exit_of(w, at), last = exit_of(w, at + n - 1);

	return at + n <= w->entry->caplen && first != UINT32_MAX && last != UINT32_MAX &&
	       last - first == n - 1;
}

static bool differs(const struct walk *w, uint32_t i)
{
	uint32_t to = i >= w->told && i < w->told_end ? UINT32_MAX : exit_of(w, i);

	return to != UINT32_MAX && w->entry->data[i] != w->exit->data[to];
}

/* Where bytes are that are no field; @at: in the plain one. */
static const char *region(const struct walk *w, uint32_t at)
{
	const struct parsed *h = &plain(w)->hdr;

	if (h->l3_off && at < h->l3_off)
		return "link layer";
	if (at >= h->hdr_len)
		return h->end == PARSE_SHORT ? "header" : "payload";
	if (h->flags & PARSE_L4 && at >= h->l4_off)
		return h->ip_proto == PROTO_TCP && at >= h->l4_off + 20u ? "TCP options" : "header";
	return h->ip_version ? "IP options" : "header";
}

/* The run that begins at @at: its end, behind the last byte that differs. */
static uint32_t end_of_run(const struct walk *w, uint32_t at, uint32_t limit)
{
	uint32_t end = at + 1;

	for (uint32_t i = end; i < limit && i - end < GAP && is_in_both(w, at, i + 1 - at); i++)
		if (differs(w, i))
			end = i + 1;
	return end;
}

static void look_at_run(struct walk *w, uint32_t len)
{
	struct change c = { .kind = CHANGE_BYTES, .at = w->pos, .now = exit_of(w, w->pos),
			    .len = len };
	struct text before = text_of(c.before), after = text_of(c.after);

	if (w->n_runs++ >= RUNS_MAX) {
		w->more_bytes += len;
		w->more_runs++;
		return;
	}
	c.what = region(w, w->how.moved < 0 ? c.now : c.at);
	header_words_hex(&before, w->entry->data + c.at, len);
	header_words_hex(&after, w->exit->data + c.now, len);
	tell(w, &c);
}

static void look_at_bytes(struct walk *w, uint32_t limit)
{
	while (w->pos < limit) {
		uint32_t end = w->pos + 1;

		if (differs(w, w->pos)) {
			end = end_of_run(w, w->pos, limit);
			look_at_run(w, end - w->pos);
		}
		w->pos = end;
	}
}

static void tell_field(struct walk *w, const struct header_field *f, uint32_t at,
		       const uint8_t *was, const uint8_t *is)
{
	struct change c = { .kind = CHANGE_FIELD, .at = at, .now = exit_of(w, at),
			    .len = f->bytes, .what = f->name };
	struct text before = text_of(c.before), after = text_of(c.after);

	header_fields_put(&before, f, was);
	header_fields_put(&after, f, is);
	tell(w, &c);
}

static void look_at_field(struct walk *w, const struct header_field *f, uint32_t at)
{
	const uint8_t *was = w->entry->data + at, *is = w->exit->data + exit_of(w, at);

	if (!header_fields_equal(f, was, is))
		tell_field(w, f, at, was, is);
}

/* Several fields may share bytes. What of a header is not captured of both is left to the bytes. */
static void look_at_headers(struct walk *w)
{
	const struct header_field *f;
	struct header_fields fields;
	uint32_t at;

	header_fields_of(&fields, plain(w));
	while (header_fields_next(&fields, &f, &at)) {
		at = entry_of(w, at);
		if ((at >= w->told && at < w->told_end) || !is_in_both(w, at, f->bytes))
			continue;
		look_at_bytes(w, at);
		look_at_field(w, f, at);
		w->pos = max_of(w->pos, at + f->bytes);
	}
}

/* IPv4 instead of IPv6 or the other way round, with the same behind it. */
static bool is_translated(const struct walk *w)
{
	const struct parsed *a = &w->entry->hdr, *b = &w->exit->hdr;

	return a->ip_version && b->ip_version && a->ip_version != b->ip_version &&
	       a->flags & b->flags & PARSE_L4 && a->l3_off == b->l3_off &&
	       a->l4_off + w->how.moved == b->l4_off;
}

static void look_at_head(struct walk *w)
{
	struct change c = { .at = w->how.kept, .now = w->how.kept, .len = abs(w->how.moved) };
	struct text before = text_of(c.before), after = text_of(c.after);

	if (is_translated(w)) {
		c.kind = CHANGE_HEADER;
		c.at = c.now = w->told = w->how.kept = w->entry->hdr.l3_off;
		w->told_end = w->entry->hdr.l4_off;
		c.len = w->told_end - w->told;
		header_words(&before, w->entry, c.at, c.len);
		header_words(&after, w->exit, c.now, w->exit->hdr.l4_off - c.now);
	} else if (w->how.moved > 0) {
		c.kind = CHANGE_PUT;
		header_words(&after, w->exit, c.at, c.len);
	} else if (w->how.moved < 0) {
		c.kind = CHANGE_TAKEN;
		header_words(&before, w->entry, c.at, c.len);
	} else {
		return;
	}
	tell(w, &c);
}

static void look_at_end(struct walk *w)
{
	const int64_t longer = (int64_t)len_of(w->exit) - len_of(w->entry) - w->how.moved;
	struct change c = { .kind = longer < 0 ? CHANGE_CUT : CHANGE_GROWN, .len = llabs(longer) };
	struct text after = text_of(c.after);

	if (!longer)
		return;
	c.at = len_of(w->entry) - (longer < 0 ? c.len : 0);
	c.now = len_of(w->exit) - (longer < 0 ? 0 : c.len);
	if (longer > 0 && c.now < w->exit->caplen)
		header_words_hex(&after, w->exit->data + c.now, w->exit->caplen - c.now);
	tell(w, &c);
}

static void look_at_rest(struct walk *w)
{
	struct change c = { .kind = CHANGE_MORE };

	look_at_bytes(w, w->entry->caplen);
	c.len = w->more_bytes;
	c.now = w->more_runs;
	if (c.len)
		tell(w, &c);
}

/* The entry without what was taken out of it. Its data is the caller's to free; NULL: no memory. */
static struct packet remainder_of(const struct walk *w)
{
	struct packet p = *w->entry;
	uint32_t n = -w->how.moved, kept = w->how.kept, behind = p.caplen - kept - n;
	uint8_t *data = malloc(p.caplen);

	p.data = data;
	if (!data)
		return p;
	memcpy(data, w->entry->data, kept);
	memcpy(data + kept, w->entry->data + kept + n, behind);
	p.caplen -= n;
	p.len -= min_of(p.len, n);
	link_decode(&p);
	return p;
}

/* Does it stand in what was not there before? */
static bool is_new(const struct walk *w, enum checksum_kind kind, const struct checksum *is)
{
	if (w->told_end)	/* translated */
		return kind == CHECKSUM_IPV4;
	return w->how.moved > 0 && is->at >= w->how.kept &&
	       is->at - w->how.kept < (uint32_t)w->how.moved;
}

/* One that was right, or is that of a new header. Others network cards fill in later. */
static void look_at_sum(struct walk *w, enum checksum_kind kind, const struct packet *entry)
{
	struct change c = { .kind = CHANGE_WRONG, .len = 2 };
	struct text before = text_of(c.before), after = text_of(c.after);
	struct checksum was, is;

	if (!checksum_look(kind, w->exit, &is) || is.found == is.right)
		return;
	if (!is_new(w, kind, &is) &&
	    (!checksum_look(kind, entry, &was) || was.found != was.right))
		return;
	c.at = c.now = is.at;
	c.what = is.name;
	text_str(&before, "0x");
	text_hex(&before, is.found, 4);
	text_str(&after, "0x");
	text_hex(&after, is.right, 4);
	tell(w, &c);
}

static void look_at_sums(struct walk *w)
{
	bool taken = w->how.moved < 0 && !w->told_end;
	struct packet entry = taken ? remainder_of(w) : *w->entry;

	for (unsigned kind = 0; kind < N_CHECKSUMS && entry.data; kind++)
		look_at_sum(w, kind, &entry);
	if (taken)
		free((void *)(uintptr_t)entry.data);
}

/* As far as both are captured, which is what becomes of most packets. */
static bool is_untouched(const struct packet *entry, const struct packet *exit)
{
	return len_of(entry) == len_of(exit) &&
	       !memcmp(entry->data, exit->data, min_of(entry->caplen, exit->caplen));
}

unsigned changes(const struct packet *entry, const struct packet *exit, change_fn fn, void *ctx)
{
	struct walk w = { .entry = entry, .exit = exit, .fn = fn, .ctx = ctx };

	if (is_untouched(entry, exit))
		return 0;
	w.how = align_packets(entry, exit);
	look_at_head(&w);
	look_at_headers(&w);
	look_at_rest(&w);
	look_at_end(&w);
	if (w.n)
		look_at_sums(&w);
	return w.n;
}

static void put_place(struct text *t, const struct change *c)
{
	text_str(t, c->len > 1 ? "bytes " : "byte ");
	text_u64(t, c->at);
	if (c->len > 1) {
		text_char(t, '-');
		text_u64(t, c->at + c->len - 1);
	}
	if (c->now == c->at)
		return;
	text_str(t, ", now ");
	text_u64(t, c->now);
	if (c->len > 1) {
		text_char(t, '-');
		text_u64(t, c->now + c->len - 1);
	}
}

static void put_count(struct text *t, uint32_t n, const char *rest)
{
	text_u64(t, n);
	text_str(t, n == 1 ? " byte" : " bytes");
	text_str(t, rest);
}

static void put_value(struct text *t, const char *before, const char *value)
{
	if (!*value)
		return;
	text_str(t, before);
	text_str(t, value);
}

void changes_put(struct text *t, const struct change *c)
{
	switch (c->kind) {
	case CHANGE_PUT:
		put_count(t, c->len, " put in front");
		put_value(t, ": ", c->after);
		return;
	case CHANGE_TAKEN:
		put_count(t, c->len, " taken off the front");
		put_value(t, ": ", c->before);
		return;
	case CHANGE_MORE:
		put_count(t, c->len, " more in ");
		text_u64(t, c->now);
		text_str(t, c->now == 1 ? " place" : " places");
		return;
	case CHANGE_CUT:
		put_count(t, c->len, " cut off the end");
		return;
	case CHANGE_GROWN:
		put_count(t, c->len, " put at the end");
		put_value(t, ": ", c->after);
		return;
	case CHANGE_WRONG:
		text_str(t, "the ");
		text_str(t, c->what);
		put_value(t, " is not right: ", c->before);
		put_value(t, ", should be ", c->after);
		return;
	case CHANGE_HEADER:
	case CHANGE_FIELD:
	case CHANGE_BYTES:
		put_place(t, c);
		text_str(t, ": ");
		put_value(t, "", c->what ? c->what : "");
		put_value(t, c->what ? " " : "", c->before);
		put_value(t, " -> ", c->after);
		return;
	}
}
