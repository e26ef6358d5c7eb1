// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A name may go on at an earlier place of the message. Each such step has to lead to before all
 * where it has been, so it ends; and no name is longer than 255 bytes.
 */
#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/packet/dns.h"

/* https://www.iana.org/assignments/dns-parameters */
enum { TYPE_A = 1, TYPE_NS = 2, TYPE_CNAME = 5, TYPE_PTR = 12, TYPE_MX = 15, TYPE_AAAA = 28, TYPE_SRV = 33 };

enum { WIRE_NAME_MAX = 255, OPCODE_MAX = 6, OPCODE_UPDATE = 5 };

static const char *type_name(uint16_t type)
{
	static const char *const low[] = {
		[1] = "A",	[2] = "NS",	 [5] = "CNAME",	 [6] = "SOA",	  [12] = "PTR",
		[13] = "HINFO", [15] = "MX",	 [16] = "TXT",	 [28] = "AAAA",	  [29] = "LOC",
		[33] = "SRV",	[35] = "NAPTR",	 [39] = "DNAME", [41] = "OPT",	  [43] = "DS",
		[44] = "SSHFP", [46] = "RRSIG",	 [47] = "NSEC",	 [48] = "DNSKEY", [50] = "NSEC3",
		[52] = "TLSA",	[64] = "SVCB",	 [65] = "HTTPS",
	};

	switch (type) {
	case 249:
		return "TKEY";
	case 250:
		return "TSIG";
	case 251:
		return "IXFR";
	case 252:
		return "AXFR";
	case 255:
		return "ANY";
	case 256:
		return "URI";
	case 257:
		return "CAA";
	}
	return type < array_size(low) ? low[type] : NULL;
}

const char *dns_rcode_name(uint8_t rcode)
{
	static const char *const names[] = {
		"NOERROR",  "FORMERR",	"SERVFAIL", "NXDOMAIN", "NOTIMP",
		"REFUSED",  "YXDOMAIN", "YXRRSET",  "NXRRSET",	"NOTAUTH", "NOTZONE",
	};

	return rcode < array_size(names) ? names[rcode] : NULL;
}

const char *dns_opcode_name(uint8_t opcode)
{
	static const char *const names[] = { NULL, "IQuery", "Status", NULL, "Notify", "Update" };

	return opcode < array_size(names) ? names[opcode] : NULL;
}

/* A byte of a label as RFC 1035, 5.1 and RFC 4343, 2.1 write it. */
static void put_byte(struct text *t, uint8_t b)
{
	if (b <= 0x20 || b >= 0x7f) {
		text_char(t, '\\');
		text_zeros(t, b, 3);
		return;
	}
	switch (b) {
	case '.':
	case '\\':
	case '"':
	case '(':
	case ')':
	case ';':
	case '@':
	case '$':
		text_char(t, '\\');
	}
	text_char(t, b);
}

/*
 * The name at @c, whose message begins at @start, and over it. Of one that is cut what is there.
 */
static enum parse_end read_name(struct cursor *c, uint32_t start, struct text *t)
{
	struct cursor at = *c;
	uint32_t lowest = c->off;
	size_t before = t->len;
	bool jumped = false;

	for (unsigned wire = 1;;) {
		const uint8_t *len = pull(&at, 1), *more;

		if (!len)
			return PARSE_SHORT;
		if (*len >= 0xc0) {
			more = pull(&at, 1);
			if (!more)
				return PARSE_SHORT;
			if (!jumped)
				c->off = at.off;
			jumped = true;
			at.off = start + ((*len & 0x3f) << 8 | *more);
			if (at.off >= lowest)
				return PARSE_BAD;
			lowest = at.off;
			continue;
		}
		if (!*len)
			break;
		wire += *len + 1;
		if (*len >= 0x40 || wire > WIRE_NAME_MAX)
			return PARSE_BAD;
		if (t->len > before)
			text_char(t, '.');
		for (unsigned i = *len; i; i--) {
			const uint8_t *b = pull(&at, 1);

			if (!b)
				return PARSE_SHORT;
			put_byte(t, *b);
		}
	}
	if (!jumped)
		c->off = at.off;
	if (t->len == before)
		text_char(t, '.');
	return PARSE_OK;
}

void dns_put_type(struct text *t, uint16_t type)
{
	const char *name = type_name(type);

	if (name) {
		text_str(t, name);
	} else {	/* RFC 3597, 5 */
		text_str(t, "TYPE");
		text_u64(t, type);
	}
}

/* The data of a record, all of which are captured; @c ends with it. */
static enum parse_end put_data(struct text *t, struct cursor *c, uint32_t start, uint16_t type)
{
	const uint8_t *b = c->base + c->off;
	uint32_t len = c->limit - c->off;
	enum parse_end end;

	if (type == TYPE_A || type == TYPE_AAAA) {
		if (len != (type == TYPE_A ? 4 : 16))
			return PARSE_BAD;
		if (type == TYPE_A)
			text_ipv4(t, b);
		else
			text_ipv6(t, b);
		return PARSE_OK;
	}
	dns_put_type(t, type);
	switch (type) {
	case TYPE_MX:
	case TYPE_SRV:
		if (!skip(c, type == TYPE_MX ? 2 : 6))
			return PARSE_BAD;
		/* fall through */
	case TYPE_NS:
	case TYPE_CNAME:
	case TYPE_PTR:
		text_char(t, ' ');
		end = read_name(c, start, t);
		if (end == PARSE_OK && type == TYPE_SRV) {
			text_char(t, ':');
			text_u64(t, be16(b + 4));
		}
		return end == PARSE_SHORT ? PARSE_BAD : end;
	}
	return PARSE_OK;
}

/* The fixed part of a record behind its name, and what it holds. */
static enum parse_end put_record(struct text *t, struct cursor *c, uint32_t start, uint16_t *type)
{
	const uint8_t *b = pull(c, 10);
	struct cursor data = *c;
	uint16_t len = b ? be16(b + 8) : 0;

	if (!b || !skip(c, len))
		return PARSE_SHORT;
	*type = be16(b);
	data.limit = c->off;
	return put_data(t, &data, start, *type);
}

/* The first name is that of the message if nothing was asked, as in multicast DNS. */
static enum parse_end read_answer(struct cursor *c, uint32_t start, struct dns *d,
				  struct text *answer)
{
	char nowhere[1];
	struct text name = text_in(nowhere, sizeof(nowhere));
	enum parse_end end;
	uint16_t type = 0;

	if (!d->has_name)
		name = text_in(d->name, DNS_NAME_MAX);
	end = read_name(c, start, &name);
	if (!d->has_name) {
		d->name_len = name.len;
		d->has_name = name.len > 0;
	}
	if (end == PARSE_OK)
		end = put_record(answer, c, start, &type);
	if (end == PARSE_OK && !d->has_type) {
		d->type = type;
		d->has_type = true;
	}
	return end;
}

static enum parse_end read_answers(struct cursor *c, uint32_t start, struct dns *d)
{
	const size_t last = sizeof(", 65535 more");
	struct text answers = text_in(d->answers, DNS_ANSWERS_MAX);
	unsigned n;

	for (n = 0; n < d->n_answers && n < DNS_N_ANSWERS; n++) {
		char room[DNS_NAME_MAX + 64];
		struct text answer = text_in(room, sizeof(room));
		enum parse_end end = read_answer(c, start, d, &answer);

		if (end != PARSE_OK) {
			d->answers_len = answers.len;
			return end;
		}
		if (answers.len + 2 + answer.len + last > DNS_ANSWERS_MAX)
			break;
		text_str(&answers, n ? ", " : "");
		text_bytes(&answers, answer.buf, answer.len);
	}
	if (n < d->n_answers) {
		text_str(&answers, n ? ", " : "");
		text_u64(&answers, d->n_answers - n);
		text_str(&answers, " more");
	}
	d->answers_len = answers.len;
	return PARSE_OK;
}

/* The first question is told; one is all that is asked, but in multicast DNS. */
static enum parse_end read_questions(struct cursor *c, uint32_t start, struct dns *d)
{
	for (unsigned n = 0; n < d->n_questions; n++) {
		char nowhere[1];
		struct text name = n ? text_in(nowhere, sizeof(nowhere))
				     : text_in(d->name, DNS_NAME_MAX);
		enum parse_end end = read_name(c, start, &name);
		const uint8_t *b = end == PARSE_OK ? pull(c, 4) : NULL;

		if (!n) {
			d->name_len = name.len;
			d->has_name = name.len > 0;
			d->has_type = b;
			d->type = b ? be16(b) : 0;
		}
		if (!b)
			return end == PARSE_OK ? PARSE_SHORT : end;
	}
	return PARSE_OK;
}

/* What is short although all was captured contradicts itself. */
static enum parse_end settle(const struct cursor *c, enum parse_end end)
{
	return end == PARSE_SHORT && c->limit == c->l3_end ? PARSE_BAD : end;
}

bool dns_read(struct cursor *c, struct dns *d)
{
	uint32_t start = c->off;
	const uint8_t *b = pull(c, 12);

	if (!b || (b[2] >> 3 & 15) > OPCODE_MAX)
		return false;
	d->response = b[2] & 0x80;
	d->truncated = b[2] & 2;
	d->opcode = b[2] >> 3 & 15;
	d->rcode = b[3] & 15;
	d->n_questions = be16(b + 4);
	d->n_answers = be16(b + 6);
	d->has_name = d->has_type = false;
	d->type = 0;
	d->name_len = d->answers_len = 0;
	d->end = read_questions(c, start, d);
	/* of an update the second section is what has to be there: RFC 2136, 2 */
	if (d->end == PARSE_OK && d->opcode == OPCODE_UPDATE)
		d->n_answers = 0;
	if (d->end == PARSE_OK)
		d->end = read_answers(c, start, d);
	d->end = settle(c, d->end);
	return true;
}
