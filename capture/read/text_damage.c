// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Captures that came through a terminal or a transfer in text mode: named, and with recovery read
 * as they were sent.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/read/decompress.h"
#include "capture/read/magic.h"
#include "capture/read/pcap_row.h"
#include "capture/read/text_damage.h"

enum {
	TRIES		= 16,		/* in a file: each takes a look at many bytes */
	LOOK		= 64 * 1024,	/* bytes at a beginning */
	SURE		= 16,		/* so many CR LF, and no LF without CR, are no chance */
	LOST_MAX	= STREAM_BACK,	/* CRs that a packet may have lost, to be told */
};

#define THROUGH	"it came through a terminal or in text mode: "

static void undo(struct text_damage *t, struct stream_text *text, enum text_kind kind)
{
	stream_undo_text(t->s, text, kind);
	t->recovery->mended++;
}

void text_damage_undo(struct text_damage *t, enum text_kind kind)
{
	undo(t, &t->s->text, kind);
	stream_warn(t->s, WARN_TEXT,
		    THROUGH
		    "from byte %llu on, the CR that each %sLF has got before it is taken away",
		    (unsigned long long)t->s->offset, kind == TEXT_LF_TO_CRLF ? "" : "CR ");
}

/*
 * A copy of @n bytes as they were before the conversion; *n becomes fewer. NULL: no memory, or they
 * cannot be converted ones.
 */
static uint8_t *undone(const uint8_t *bytes, enum text_kind kind, size_t *n)
{
	struct text_undo t = { .kind = kind };
	uint8_t *copy = text_mode_may_be(kind, bytes, *n) ? malloc(*n) : NULL;

	if (copy)
		*n = text_mode_undo(&t, copy, bytes, *n);
	return copy;
}

static bool may_try(struct text_damage *t)
{
	return t->n_tries++ < TRIES;
}

bool text_damage_try(struct text_damage *t, struct pcap_view *v, unsigned n_plain)
{
	struct stream *s = t->s;
	struct pcap_view before = *v;
	cleanup(freep) uint8_t *copy = NULL;
	struct pcap_row row;
	size_t n;

	if (s->text.undo.kind || !may_try(t))
		return false;
	stream_need(s, LOOK);
	n = min_of(stream_have(s), (size_t)RECOVERY_WINDOW);
	copy = undone(stream_bytes(s), TEXT_LF_TO_CRLF, &n);
	if (!copy)
		return false;
	before.copy = copy;
	before.n_copy = n;
	before.nonzero = 0;
	row = pcap_row_at(&before, 0, PCAP_LIKELY, UINT32_MAX);
	if (row.n <= n_plain || (row.n == n_plain + 1 && row.stop == PCAP_ODD))
		return false;
	text_damage_undo(t, TEXT_LF_TO_CRLF);
	return true;
}

bool text_damage_try_header(struct text_damage *t, const struct pcap_dialect *d)
{
	struct stream *s = t->s;
	struct pcap_dialect undone_d;
	struct pcap_view v = pcap_row_view(s, d, NULL);
	cleanup(freep) uint8_t *copy = NULL;
	unsigned n_plain;
	size_t n;

	stream_need(s, PCAP_HEADER + 1);
	n = min_of(stream_have(s), (size_t)PCAP_HEADER + 1);
	if (s->text.undo.kind || !memmem(stream_bytes(s), n, "\r\n", 2) || !may_try(t))
		return false;
	stream_need(s, LOOK);
	n = min_of(stream_have(s), (size_t)LOOK);
	n_plain = pcap_row_at(&v, PCAP_HEADER, PCAP_READABLE, UINT32_MAX).n;
	copy = undone(stream_bytes(s), TEXT_LF_TO_CRLF, &n);
	if (!copy || n < PCAP_HEADER || !pcap_dialect_of(copy, &undone_d))
		return false;
	v = pcap_row_view_copy(s, &undone_d, copy, n);
	if (pcap_row_at(&v, PCAP_HEADER, PCAP_LIKELY, UINT32_MAX).n <= n_plain)
		return false;
	text_damage_undo(t, TEXT_LF_TO_CRLF);
	return true;
}

void text_damage_try_packed(struct text_damage *t)
{
	struct stream *s = t->s;
	struct text_lines lines = { 0 };
	cleanup(freep) uint8_t *copy = NULL;
	size_t n = 0, n_undone, out, out_undone;

	/* in compressed data there is an LF among some hundred bytes: more are seldom waited for */
	while (!lines.bare && n < LOOK && stream_need(s, n + 1)) {
		text_mode_count(&lines, stream_bytes(s) + n, stream_have(s) - n);
		n = stream_have(s);
	}
	n_undone = n = min_of(n, (size_t)LOOK);
	if (!text_mode_is_crlf(&lines) || !decompress_is_damaged(stream_bytes(s), n, &out))
		return;
	copy = undone(stream_bytes(s), TEXT_LF_TO_CRLF, &n_undone);
	if (!copy || (decompress_is_damaged(copy, n_undone, &out_undone) && out_undone <= out))
		return;
	undo(t, &s->raw, TEXT_LF_TO_CRLF);
	stream_warn(s, WARN_TEXT,
		    THROUGH
		    "the CR that each LF of the compressed data has got before it is taken away");
}

static void add(struct stream *s, const char *cause)
{
	size_t n = strlen(s->error);

	snprintf(s->error + n, sizeof(s->error) - n, "; %s", cause);
}

/* What is wrong is clear, and might be told better. */
static void look_ahead(struct stream *s)
{
	if (!s->hooks.grows)
		stream_need(s, LOOK);
}

/*
 * The record before this place had as many CRs too many as there were up to here, since it is the
 * first one that had an LF.
 */
static bool has_crs_too_many(struct stream *s, const struct pcap_dialect *d,
			     const struct text_lines *lines)
{
	struct text_lines rest = { 0 };
	cleanup(freep) uint8_t *copy = NULL;
	struct pcap_view v;
	struct pcap_row row;
	size_t too_many, n;

	if (lines->crlf >= SURE)
		return true;
	text_mode_count(&rest, stream_bytes(s), stream_have(s));
	too_many = lines->crlf - min_of(rest.crlf, lines->crlf);
	look_ahead(s);
	n = min_of(stream_have(s), (size_t)LOOK);
	if (!too_many || too_many > n)
		return false;
	n -= too_many;
	copy = rest.crlf ? undone(stream_bytes(s) + too_many, TEXT_LF_TO_CRLF, &n) : NULL;
	v = pcap_row_view_copy(s, d, copy ? copy : stream_bytes(s) + too_many, n);
	row = pcap_row_at(&v, 0, PCAP_NEAR, 3);
	return row.n == 3 || (row.n && row.stop != PCAP_ODD);
}

/*
 * Do headers of records stand some bytes before @pos, where the one before ends, and before the
 * place where the first of them does?
 */
static bool are_before(const struct pcap_view *v, size_t pos, unsigned n,
		       const struct pcap_head *last)
{
	for (size_t lost = 1;
	     n && lost <= LOST_MAX && lost <= pos && pos - lost + v->dialect->record <= v->n_copy;
	     lost++) {
		struct pcap_head h = pcap_row_head(v, pos - lost);

		if (!pcap_row_is_likely(v, &h) || (last && !pcap_row_is_near(v, h.sec, last->sec)))
			continue;
		if (are_before(v, pos - lost + v->dialect->record + h.caplen, n - 1, &h))
			return true;
	}
	return !n;
}

/*
 * Or too few? Then the next one begins some bytes before this place, and as it has ends of lines as
 * well, another before its own end.
 */
static bool has_crs_too_few(struct stream *s, const struct pcap_dialect *d)
{
	struct pcap_view v;
	size_t before;

	look_ahead(s);
	before = min_of((size_t)LOST_MAX, s->begin);
	v = pcap_row_view_copy(s, d, stream_bytes(s) - before, before + stream_have(s));
	return are_before(&v, before, 2, NULL);
}

void text_damage_explain(struct stream *s, const struct pcap_dialect *d)
{
	bool packed = s->packed.unpack, is_pcap = !s->io_error && d;
	const struct text_lines *lines = packed ? &s->text.lines : &s->raw.lines;

	if (s->io_error && s->io_error != EBADMSG)
		return;
	stream_recount(s);
	/* what is compressed has hardly any CR LF by chance */
	if ((packed && text_mode_is_crlf(&s->raw.lines)) ||
	    (is_pcap && text_mode_is_crlf(lines) && has_crs_too_many(s, d, lines)))
		add(s, THROUGH "each LF has a CR before it, which --recover takes away");
	else if (is_pcap && lines->bare && !lines->crlf && has_crs_too_few(s, d))
		add(s, THROUGH "of CR LF the CR was lost, which cannot be undone");
}

static bool is_text(uint8_t c)
{
	return (c >= ' ' && c != 0x7f) || c == '\t' || c == '\r' || c == '\n';
}

bool text_damage_in_front(struct stream *s, bool recover)
{
	struct text_lines lines = { 0 };
	const uint8_t *p;
	enum magic m = MAGIC_NONE;
	size_t n, pos = 0;

	look_ahead(s);
	n = min_of(stream_have(s), (size_t)LOOK);
	p = stream_bytes(s);
	for (; pos + MAGIC_LEN <= n && m == MAGIC_NONE && is_text(p[pos]); pos++)
		m = magic_text(p + pos + 1, n - pos - 1) ? MAGIC_PCAPNG
							 : magic_of(p + pos + 1, n - pos - 1);
	if (m == MAGIC_NONE)
		return false;
	text_mode_count(&lines, p, pos);
	if (text_mode_is_crlf(&lines))
		stream_fail(
			s,
			THROUGH
			"lines of text stand in front of the capture (%s) at byte %zu, and each LF has a CR "
			"before it%s",
			magic_name(m), pos, recover ? "" : "; --recover reads what was sent");
	else
		stream_fail(s,
			    "text stands in front of the capture (%s), which begins at byte %zu%s",
			    magic_name(m), pos, recover ? "" : ": --recover reads it");
	return true;
}
