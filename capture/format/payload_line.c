// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Names and lines out of packets are never shown as they are: what could pass for our words is escaped. */
#include "capture/base/text.h"
#include "capture/format/payload_line.h"
#include "capture/packet/payload.h"

static void put_end(struct text *t, enum parse_end end)
{
	if (end != PARSE_OK)
		text_str(t, end == PARSE_SHORT ? " [CUT]" : " [BAD]");
}

static void put_dns_type(struct text *t, uint16_t type)
{
	const char *name = dns_type_name(type);

	text_char(t, ' ');
	if (name) {
		text_str(t, name);
	} else {
		text_str(t, "TYPE");
		text_u64(t, type);
	}
}

static void put_dns_result(struct text *t, const struct dns *d)
{
	const char *rcode = dns_rcode_name(d->rcode);

	text_str(t, d->rcode || d->answers_len || d->end == PARSE_OK ? ": " : ":");
	if (d->rcode && rcode) {
		text_str(t, rcode);
	} else if (d->rcode) {
		text_str(t, "RCODE");
		text_u64(t, d->rcode);
	}
	if (d->rcode && d->answers_len)
		text_char(t, ' ');
	text_bytes(t, d->answers, d->answers_len);
	if (!d->rcode && !d->answers_len && d->end == PARSE_OK)
		text_str(t, d->opcode ? "done" : "no answer");
	if (d->truncated)
		text_str(t, " truncated");
}

static void put_dns(struct text *t, const struct dns *d)
{
	const char *opcode = dns_opcode_name(d->opcode);

	text_str(t, " DNS");
	if (opcode) {
		text_char(t, ' ');
		text_str(t, opcode);
	} else if (d->opcode) {
		text_str(t, " OPCODE");
		text_u64(t, d->opcode);
	}
	if (d->has_type)
		put_dns_type(t, d->type);
	if (d->has_type && !d->response)
		text_char(t, '?');
	if (d->has_name) {
		text_char(t, ' ');
		text_bytes(t, d->name, d->name_len);
	}
	if (!d->response && d->n_questions > 1) {
		text_str(t, ", ");
		text_u64(t, d->n_questions - 1u);
		text_str(t, " more");
	}
	if (d->response)
		put_dns_result(t, d);
	put_end(t, d->end);
}

void payload_line(struct text *t, const struct packet *p)
{
	struct payload said;

	if (!payload_read(p, &said))
		return;
	switch (said.kind) {
	case PAYLOAD_DNS:
		put_dns(t, &said.dns);
		break;
	}
}
