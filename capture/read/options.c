// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The options of pcapng blocks: taken apart, checked, and those without a field carried along in
 * host byte order.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/packet/pcapng_options.h"
#include "capture/read/options.h"

static bool is_custom(uint16_t code)
{
	return code == CUSTOM_STRING || code == CUSTOM_BYTES || code == CUSTOM_STRING_NO ||
	       code == CUSTOM_BYTES_NO;
}

bool options_next(struct options *o, struct option *opt)
{
	const struct body *b = o->b;
	const uint8_t *p = b->data + o->pos;

	if (o->pos > b->len || b->len - o->pos < 4)
		return false;
	opt->code = order_u16(o->f->swapped, p);
	opt->len = order_u16(o->f->swapped, p + 2);
	opt->value = p + 4;
	if (opt->code == OPT_END)
		return false;
	if (opt->len > b->len - o->pos - 4) {
		stream_warn(
			o->f->s, WARN_OPTION,
			"option %u of the block at byte %llu has %u bytes, which the block has not",
			opt->code, b->at, opt->len);
		return false;
	}
	if (is_custom(opt->code) && opt->len < 4)
		stream_warn(
			o->f->s, WARN_OPTION,
			"option %u of the block at byte %llu has %u bytes, which is no room for the "
			"enterprise number",
			opt->code, b->at, opt->len);
	o->pos += 4 + ((opt->len + 3u) & ~3u);
	return true;
}

/* Marks it as seen. */
static bool is_first(struct options *o, uint16_t code)
{
	bool first = code >= 64 || !(o->seen >> code & 1);

	if (code < 64)
		o->seen |= 1ull << code;
	return first;
}

bool options_is_sound(struct options *o, const struct option *opt, unsigned len)
{
	if (opt->code < 64 && o->seen >> opt->code & 1)
		return false;
	if (opt->len != len) {
		stream_warn(o->f->s, WARN_OPTION,
			    "option %u of the block at byte %llu has %u bytes instead of %u",
			    opt->code, o->b->at, opt->len, len);
		return false;
	}
	return is_first(o, opt->code);
}

bool options_keep_string(struct options *o, char **kept, const struct option *opt)
{
	char clean[3 * UINT16_MAX + 1];		/* a byte that is not UTF-8 becomes three */
	size_t len;

	if (*kept)
		return false;
	len = text_utf8_clean(clean, sizeof(clean), (const char *)opt->value, opt->len);
	if (len && stream_may_keep(o->f->s, len + 1))	/* an empty one is none */
		*kept = strdup(clean);
	return true;
}

/* How the numbers in a value are turned round. */
enum order { BYTES, WORD, LONG, FIRST_WORD, VERDICT, HASH };

/*
 * The options without a field of their own: of a kind of block (0: of any), and the lengths that
 * the draft allows.
 */
static const struct kind {
	uint32_t block;
	uint16_t code, least, most;
	enum order order;
	bool once;
} kinds[] = {
	{ 0, OPT_COMMENT, 0, UINT16_MAX, BYTES, false },
	/* the enterprise number; the rest has no order */
	{ 0, CUSTOM_STRING, 4, UINT16_MAX, FIRST_WORD, false },
	{ 0, CUSTOM_BYTES, 4, UINT16_MAX, FIRST_WORD, false },
	{ PCAPNG_IDB, IF_IPV4, 8, 8, BYTES, false },		/* address and mask */
	/* address and length of the prefix */
	{ PCAPNG_IDB, IF_IPV6, 17, 17, BYTES, false },
	{ PCAPNG_IDB, IF_EUI, 8, 8, BYTES, true },
	{ PCAPNG_IDB, IF_TZONE, 4, 4, WORD, true },
	{ PCAPNG_IDB, IF_FCSLEN, 1, 1, BYTES, true },
	{ PCAPNG_IDB, IF_TXSPEED, 8, 8, LONG, true },
	{ PCAPNG_IDB, IF_RXSPEED, 8, 8, LONG, true },
	{ PCAPNG_IDB, IF_TZNAME, 1, UINT16_MAX, BYTES, true },
	{ PCAPNG_EPB, EPB_HASH, 1, UINT16_MAX, HASH, false },
	{ PCAPNG_EPB, EPB_VERDICT, 1, UINT16_MAX, VERDICT, false },
	{ PCAPNG_OPB, EPB_HASH, 1, UINT16_MAX, HASH, false },
	{ PCAPNG_NRB, NRB_DNSNAME, 1, UINT16_MAX, BYTES, true },
	{ PCAPNG_NRB, NRB_DNS_IPV4, 4, 4, BYTES, true },
	{ PCAPNG_NRB, NRB_DNS_IPV6, 16, 16, BYTES, true },
};

static const struct kind *kind_of(uint32_t block, uint16_t code)
{
	for (size_t i = 0; i < array_size(kinds); i++)
		if (kinds[i].code == code && (!kinds[i].block || kinds[i].block == block))
			return &kinds[i];
	return NULL;
}

bool options_copies_local(struct pcapng *f, unsigned long long at)
{
	const char *why = f->swapped ? "their numbers have another byte order" :
			  f->n_sections > 1 ? "their numbers may be those of another section" :
			  f->recovery && f->recovery->places ? "some of them may be lost" :
			  !f->local ? "they would not stay with each other in one file" : NULL;

	if (why && f->blocks)
		stream_warn(
			f->s, WARN_LOCAL,
			"blocks and options of local use, from byte %llu on, are not copied: %s",
			at, why);
	return !why;
}

/* The length that its first byte asks for; 0: any. */
static unsigned exact_len(const struct option *opt, enum order order)
{
	unsigned hash_len;

	if (order == VERDICT)
		return *opt->value == VERDICT_TC || *opt->value == VERDICT_XDP ? 9 : 0;
	hash_len = order == HASH ? pcapng_options_hash_len(*opt->value) : 0;
	return hash_len ? 1 + hash_len : 0;
}

/*
 * May it be copied at all? What the draft does not know may, if its numbers have our order already.
 */
static bool may_copy(struct options *o, const struct option *opt, const struct kind *kind)
{
	unsigned len;

	if (opt->code == CUSTOM_STRING_NO || opt->code == CUSTOM_BYTES_NO)
		return false;
	if (opt->code & OPT_LOCAL)
		return options_copies_local(o->f, o->b->at);
	if (!kind && (o->f->swapped || o->b->type == PCAPNG_OPB)) {
		if (o->f->blocks)
			stream_warn(
				o->f->s, WARN_COPY,
				"option %u of the block at byte %llu is not known and cannot be copied",
				opt->code, o->b->at);
		return false;
	}
	if (!kind)
		return true;
	if (opt->len < kind->least || opt->len > kind->most) {
		if (!is_custom(opt->code))	/* which was said already */
			stream_warn(
				o->f->s, WARN_OPTION,
				"option %u of the block at byte %llu has %u bytes, which it cannot have",
				opt->code, o->b->at, opt->len);
		return false;
	}
	len = exact_len(opt, kind->order);
	if (len && opt->len != len) {
		stream_warn(o->f->s, WARN_OPTION,
			    "option %u of the block at byte %llu has %u bytes instead of %u",
			    opt->code, o->b->at, opt->len, len);
		return false;
	}
	return !kind->once || is_first(o, opt->code);
}

static void swap(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		uint8_t was = p[i];

		p[i] = p[n - 1 - i];
		p[n - 1 - i] = was;
	}
}

static void to_host_order(uint8_t *value, size_t len, enum order order)
{
	switch (order) {
	case BYTES:
	case HASH:
		break;
	case WORD:
	case FIRST_WORD:
		swap(value, 4);
		break;
	case LONG:
		swap(value, 8);
		break;
	case VERDICT:	/* a byte that tells whose it is; of hardware the rest is not known */
		if (len == 9 && *value)
			swap(value + 1, 8);
		break;
	}
}

void options_carry(struct options *o, const struct option *opt)
{
	const struct kind *kind = kind_of(o->b->type, opt->code);
	uint8_t *to = o->b->data + o->begin + o->carried;
	uint16_t head[2] = { opt->code, opt->len };
	size_t padding = -opt->len & 3;

	if (!may_copy(o, opt, kind))
		return;
	memmove(to + 4, opt->value, opt->len);
	memcpy(to, head, 4);
	memset(to + 4 + head[1], 0, padding);
	if (o->f->swapped && kind)
		to_host_order(to + 4, head[1], kind->order);
	o->carried += 4 + head[1] + padding;
}

struct raw_options options_carried(const struct options *o)
{
	return (struct raw_options){ o->b->data + o->begin, o->carried };
}

bool options_take_verdict(struct options *o, struct verdict *v)
{
	enum { LEN = 9, SIZE = 4 + 12 };
	const struct raw_options all = options_carried(o);
	size_t len, another, end = 0;
	const uint8_t *value = pcapng_options_next_of(&all, EPB_VERDICT, &end, &len);

	another = end;
	if (!value || len != LEN || (*value != VERDICT_TC && *value != VERDICT_XDP) ||
	    pcapng_options_next_of(&all, EPB_VERDICT, &another, &len))
		return false;
	v->type = *value;
	memcpy(&v->action, value + 1, 8);
	memmove(all.bytes + end - SIZE, all.bytes + end, all.len - end);
	o->carried -= SIZE;
	return true;
}

int options_keep(struct raw_options *kept, const struct options *o)
{
	struct raw_options copy = { NULL, o->carried };

	budget_drop(&o->f->s->share, kept->len);
	if (o->carried && !stream_may_keep(o->f->s, o->carried))
		copy.len = 0;
	if (copy.len) {
		copy.bytes = malloc(o->carried);
		if (!copy.bytes)
			return -ENOMEM;
		memcpy(copy.bytes, o->b->data + o->begin, o->carried);
	}
	free(kept->bytes);
	*kept = copy;
	return 0;
}
