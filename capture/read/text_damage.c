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
#include "capture/read/text_damage.h"

enum {
	TRIES		= 16,		/* in a file: each takes a look at many bytes */
	LOOK		= 64 * 1024,	/* bytes at a beginning */
	SURE		= 16,		/* so many CR LF, and no LF without CR, are no chance */
	LOST_MAX	= 8,		/* CRs that a packet may have lost, to be told */
};

#define THROUGH	"it came through a terminal or in text mode: "

enum text_kind text_damage_kind(const uint8_t *p, size_t n)
{
	if (n >= 6 && !memcmp(p, "\r\n\r\r\r\n", 6))
		return TEXT_LF_TO_CRLF;
	return n >= 5 && !memcmp(p, "\n\r\r\r\n", 5) ? TEXT_CRLF_TO_CRCRLF : TEXT_SOUND;
}

static void undo_buffer(struct capfile *r, struct text_undo *t, enum text_kind kind)
{
	uint8_t *p = r->buf + r->begin;

	*t = (struct text_undo){ .kind = kind };
	r->end = r->begin + text_undo(t, p, p, stream_have(r));
	r->recovery.mended++;
}

void text_damage_undo(struct capfile *r, enum text_kind kind)
{
	undo_buffer(r, &r->text, kind);
	capfile_warn(r, WARN_TEXT,
		     THROUGH
		     "from byte %llu on, the CR that each %sLF has got before it is taken away",
		     (unsigned long long)r->offset, kind == TEXT_LF_TO_CRLF ? "" : "CR ");
}

/*
 * A copy of @n bytes as they were before the conversion; *n becomes fewer. NULL: no memory, or they
 * cannot be converted ones.
 */
static uint8_t *undone(const uint8_t *bytes, enum text_kind kind, size_t *n)
{
	struct text_undo t = { .kind = kind };
	uint8_t *copy = text_may_be(kind, bytes, *n) ? malloc(*n) : NULL;

	if (copy)
		*n = text_undo(&t, copy, bytes, *n);
	return copy;
}

static bool may_try(struct capfile *r)
{
	return r->n_text_tries++ < TRIES;
}

bool text_damage_try(struct pcap_view *v, unsigned n_plain)
{
	struct capfile *r = v->r;
	struct pcap_view before = *v;
	cleanup(freep) uint8_t *copy = NULL;
	struct pcap_row row;
	size_t n;

	if (r->text.kind || !may_try(r))
		return false;
	stream_need(r, LOOK);
	n = min_of(stream_have(r), (size_t)RECOVER_WINDOW);
	copy = undone(stream_bytes(r), TEXT_LF_TO_CRLF, &n);
	if (!copy)
		return false;
	before.copy = copy;
	before.n_copy = n;
	before.nonzero = 0;
	row = pcap_row_at(&before, 0, PCAP_LIKELY, UINT32_MAX);
	if (row.n <= n_plain || (row.n == n_plain + 1 && row.stop == PCAP_ODD))
		return false;
	text_damage_undo(r, TEXT_LF_TO_CRLF);
	return true;
}

bool text_damage_try_header(struct capfile *r, const struct pcap_dialect *d)
{
	struct pcap_habits none = { .n = 0 };
	struct pcap_dialect undone_d;
	struct pcap_view v = { .r = r, .dialect = d };
	cleanup(freep) uint8_t *copy = NULL;
	unsigned n_plain;
	size_t n;

	stream_need(r, PCAP_HEADER + 1);
	n = min_of(stream_have(r), (size_t)PCAP_HEADER + 1);
	if (r->text.kind || !memmem(stream_bytes(r), n, "\r\n", 2) || !may_try(r))
		return false;
	stream_need(r, LOOK);
	n = min_of(stream_have(r), (size_t)LOOK);
	pcap_view_habits(&v, &none);
	n_plain = pcap_row_at(&v, PCAP_HEADER, PCAP_READABLE, UINT32_MAX).n;
	copy = undone(stream_bytes(r), TEXT_LF_TO_CRLF, &n);
	if (!copy || n < PCAP_HEADER || !pcap_dialect_of(copy, &undone_d))
		return false;
	v.dialect = &undone_d;
	v.copy = copy;
	v.n_copy = n;
	if (pcap_row_at(&v, PCAP_HEADER, PCAP_LIKELY, UINT32_MAX).n <= n_plain)
		return false;
	text_damage_undo(r, TEXT_LF_TO_CRLF);
	return true;
}

void text_damage_try_packed(struct capfile *r)
{
	struct text_lines lines = { 0 };
	cleanup(freep) uint8_t *copy = NULL;
	size_t n = 0, n_undone, out, out_undone;

	/* in compressed data there is an LF among some hundred bytes: more are seldom waited for */
	while (!lines.bare && n < LOOK && stream_need(r, n + 1)) {
		text_lines_count(&lines, stream_bytes(r) + n, stream_have(r) - n);
		n = stream_have(r);
	}
	n_undone = n = min_of(n, (size_t)LOOK);
	if (!text_lines_are_crlf(&lines) || !decompress_is_damaged(stream_bytes(r), n, &out))
		return;
	copy = undone(stream_bytes(r), TEXT_LF_TO_CRLF, &n_undone);
	if (!copy || (decompress_is_damaged(copy, n_undone, &out_undone) && out_undone <= out))
		return;
	undo_buffer(r, &r->raw_text, TEXT_LF_TO_CRLF);
	capfile_warn(r, WARN_TEXT,
		     THROUGH
		     "the CR that each LF of the compressed data has got before it is taken away");
}

static void add(struct capfile *r, const char *cause)
{
	size_t n = strlen(r->error);

	snprintf(r->error + n, sizeof(r->error) - n, "; %s", cause);
}

static struct pcap_view view_of(struct capfile *r, const uint8_t *p, size_t n)
{
	static const struct pcap_habits none = { .n = 0 };
	struct pcap_view v = { .r = r, .dialect = &r->pcap, .copy = p, .n_copy = n };

	pcap_view_habits(&v, &none);
	return v;
}

/* What is wrong is clear, and might be told better. */
static void look_ahead(struct capfile *r)
{
	if (!r->hooks.grows)
		stream_need(r, LOOK);
}

/*
 * The record before this place had as many CRs too many as there were up to here, since it is the
 * first one that had an LF.
 */
static bool has_crs_too_many(struct capfile *r, const struct text_lines *lines)
{
	struct text_lines rest = { 0 };
	cleanup(freep) uint8_t *copy = NULL;
	struct pcap_view v;
	struct pcap_row row;
	size_t too_many, n;

	if (lines->crlf >= SURE)
		return true;
	text_lines_count(&rest, stream_bytes(r), stream_have(r));
	too_many = lines->crlf - min_of(rest.crlf, lines->crlf);
	look_ahead(r);
	n = min_of(stream_have(r), (size_t)LOOK);
	if (!too_many || too_many > n)
		return false;
	n -= too_many;
	copy = rest.crlf ? undone(stream_bytes(r) + too_many, TEXT_LF_TO_CRLF, &n) : NULL;
	v = view_of(r, copy ? copy : stream_bytes(r) + too_many, n);
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
		struct pcap_head h = pcap_view_head(v, pos - lost);

		if (!pcap_is_likely(v, &h) || (last && !pcap_is_near(v, h.sec, last->sec)))
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
static bool has_crs_too_few(struct capfile *r)
{
	struct pcap_view v;
	size_t before;

	look_ahead(r);
	before = min_of((size_t)LOST_MAX, r->begin);
	v = view_of(r, stream_bytes(r) - before, before + stream_have(r));
	return are_before(&v, before, 2, NULL);
}

void text_damage_explain(struct capfile *r)
{
	const struct text_lines *lines = r->unpack ? &r->lines : &r->raw_lines;
	bool is_pcap;

	if ((r->io_error && r->io_error != EBADMSG) || r->hooks.recover)
		return;
	is_pcap = !r->io_error && r->pcap_iface && !r->is_pcapng;
	/* what is compressed has hardly any CR LF by chance */
	if ((r->unpack && text_lines_are_crlf(&r->raw_lines)) ||
	    (is_pcap && text_lines_are_crlf(lines) && has_crs_too_many(r, lines)))
		add(r, THROUGH "each LF has a CR before it, which --recover takes away");
	else if (is_pcap && lines->bare && !lines->crlf && has_crs_too_few(r))
		add(r, THROUGH "of CR LF the CR was lost, which cannot be undone");
}

static bool is_text(uint8_t c)
{
	return (c >= ' ' && c != 0x7f) || c == '\t' || c == '\r' || c == '\n';
}

bool text_damage_in_front(struct capfile *r)
{
	struct text_lines lines = { 0 };
	const uint8_t *p;
	enum magic m = MAGIC_NONE;
	size_t n, pos = 0;

	look_ahead(r);
	n = min_of(stream_have(r), (size_t)LOOK);
	p = stream_bytes(r);
	for (; pos + MAGIC_LEN <= n && m == MAGIC_NONE && is_text(p[pos]); pos++)
		m = text_damage_kind(p + pos + 1, n - pos - 1) ? MAGIC_PCAPNG
							       : magic_of(p + pos + 1, n - pos - 1);
	if (m == MAGIC_NONE)
		return false;
	text_lines_count(&lines, p, pos);
	if (text_lines_are_crlf(&lines))
		capfile_fail(
			r,
			THROUGH
			"lines of text stand in front of the capture (%s) at byte %zu, and each LF has a CR "
			"before it%s",
			magic_name(m), pos,
			r->hooks.recover ? "" : "; --recover reads what was sent");
	else
		capfile_fail(r,
			     "text stands in front of the capture (%s), which begins at byte %zu%s",
			     magic_name(m), pos, r->hooks.recover ? "" : ": --recover reads it");
	return true;
}
