// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Packets for other programs, a line each: JSON (RFC 8259, one object a line) and CSV (RFC 4180,
 * but lines end as all lines here).
 */
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/format/fields.h"
#include "capture/format/format.h"

enum { FOREIGN_WIDEST = 6 };	/* bytes that one of a foreign string can become: \u00xx */

struct rows_format {
	struct format format;
	struct row row;
};

static void skip_packet(struct format *f, const struct packet *p is_unused)
{
	((struct rows_format *)f)->row.number++;
}

/* What the row of @p may take. */
static size_t room_for(const struct packet *p)
{
	return FIELDS_MAX_BYTES + FOREIGN_WIDEST * fields_foreign(p);
}

/* ---- JSON ---- */

/* Several, of which comments are the only ones, are lines of one string. */
static void json_foreign(struct text *t, const struct row *r, const struct field *f)
{
	size_t len, pos = 0;
	const char *s = f->foreign(r, &pos, &len);

	while (s) {
		text_json(t, s, len);
		s = f->foreign(r, &pos, &len);
		if (s)
			text_str(t, "\\n");
	}
}

static void json_value(struct text *t, const struct row *r, const struct field *f)
{
	switch (f->type) {
	case FIELD_NUMBER:
	case FIELD_BOOLEAN:
		fields_row_value(t, r, f);
		break;
	case FIELD_NUMBERS:
		text_char(t, '[');
		fields_row_value(t, r, f);
		text_char(t, ']');
		break;
	case FIELD_STRING:
		text_char(t, '"');
		fields_row_value(t, r, f);
		text_char(t, '"');
		break;
	case FIELD_FOREIGN:
		text_char(t, '"');
		json_foreign(t, r, f);
		text_char(t, '"');
		break;
	}
}

static ssize_t json_packet(struct format *format, void *buf, size_t room, const struct packet *p,
			   uint32_t id, uint32_t snaplen)
{
	struct row *r = &((struct rows_format *)format)->row;
	struct text t = text_in(buf, room);
	size_t n_fields, need = room_for(p);
	const struct field *f = fields(&n_fields);

	(void)id, (void)snaplen;	/* the rows are of what was captured */
	if (room < need)
		return need;
	fields_row_look(r, p);
	for (size_t i = 0; i < n_fields; i++, f++) {
		if (!(r->present & row_bit(f->layer)))
			continue;
		text_bytes(&t, f->json, f->json_len);
		json_value(&t, r, f);
	}
	t.buf[0] = '{';		/* in place of the first comma */
	text_str(&t, "}\n");
	return t.len;
}

/* ---- CSV ---- */

static ssize_t csv_head(struct format *format, void *buf, size_t room, const struct origin *o)
{
	struct text t = text_in(buf, room);
	size_t n_fields;
	const struct field *f = fields(&n_fields);
	const struct row *r = &((struct rows_format *)format)->row;

	(void)o;
	if (room < FIELDS_MAX_BYTES)
		return FIELDS_MAX_BYTES;
	for (size_t i = 0; i < n_fields && fields_row_may_have(r, f); i++, f++) {
		if (i)
			text_char(&t, ',');
		text_str(&t, f->name);
	}
	text_char(&t, '\n');
	return t.len;
}

static void csv_foreign(struct text *t, const struct row *r, const struct field *f)
{
	size_t len, pos = 0;
	const char *s = f->foreign(r, &pos, &len);

	text_char(t, '"');
	if (s)
		text_csv(t, s, len);
	while (s && (s = f->foreign(r, &pos, &len))) {
		text_str(t, "\\x0a");
		text_csv_more(t, s, len);
	}
	text_char(t, '"');
}

static void csv_value(struct text *t, const struct row *r, const struct field *f)
{
	if (f->type == FIELD_FOREIGN) {
		csv_foreign(t, r, f);
		return;
	}
	if (f->type == FIELD_NUMBERS)
		text_char(t, '"');
	fields_row_value(t, r, f);
	if (f->type == FIELD_NUMBERS)
		text_char(t, '"');
}

static ssize_t csv_packet(struct format *format, void *buf, size_t room, const struct packet *p,
			  uint32_t id, uint32_t snaplen)
{
	struct row *r = &((struct rows_format *)format)->row;
	struct text t = text_in(buf, room);
	size_t n_fields, need = room_for(p);
	const struct field *f = fields(&n_fields);

	(void)id, (void)snaplen;
	if (room < need)
		return need;
	fields_row_look(r, p);
	for (size_t i = 0; i < n_fields && fields_row_may_have(r, f); i++, f++) {
		if (i)
			text_char(&t, ',');
		if (r->present & row_bit(f->layer))
			csv_value(&t, r, f);
	}
	text_char(&t, '\n');
	return t.len;
}

static struct format *open_rows(const struct format_ops *ops, bool offsets)
{
	struct rows_format *r = malloc(sizeof(*r));

	if (!r)
		return NULL;
	r->format.ops = ops;
	fields_row_init(&r->row, offsets);
	return &r->format;
}

struct format *format_json(bool offsets)
{
	static const struct format_ops ops = { .collected = 64 * 1024,
					       .packet_min = 32,
					       .size = sizeof(struct rows_format),
					       .packet = json_packet,
					       .skip = skip_packet };

	return open_rows(&ops, offsets);
}

struct format *format_csv(bool offsets)
{
	static const struct format_ops ops = {
		.collected = 64 * 1024, .packet_min = 32, .size = sizeof(struct rows_format),
		.head = csv_head, .packet = csv_packet, .skip = skip_packet,
	};

	return open_rows(&ops, offsets);
}
