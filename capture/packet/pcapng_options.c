// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Options in host byte order, one behind the other. The reader has checked that each is whole and
 * padded.
 */
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/packet/pcapng_options.h"

const uint8_t *pcapng_options_next_of(const struct raw_options *o, uint16_t code, size_t *pos,
				      size_t *len)
{
	while (*pos + 4 <= o->len) {
		const uint8_t *value = o->bytes + *pos + 4;
		uint16_t head[2];

		memcpy(head, o->bytes + *pos, 4);
		*pos += 4 + ((head[1] + 3u) & ~3u);
		if (head[0] == code) {
			*len = head[1];
			return value;
		}
	}
	return NULL;
}

size_t pcapng_options_fit(const struct raw_options *o, size_t max)
{
	size_t fit = 0;

	while (fit + 4 <= o->len) {
		uint16_t head[2];
		size_t next;

		memcpy(head, o->bytes + fit, 4);
		next = fit + 4 + ((head[1] + 3u) & ~3u);
		if (next > max)
			break;
		fit = next;
	}
	return fit;
}

const char *pcapng_options_comment(const struct packet *p, size_t *pos, size_t *len)
{
	return (const char *)pcapng_options_next_of(&p->options, OPT_COMMENT, pos, len);
}

static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

size_t pcapng_options_comment_size(size_t len)
{
	return 2 * sizeof(uint16_t) + padded(len);
}

void pcapng_options_put_comment(uint8_t *to, const char *text, size_t len)
{
	const uint16_t head[] = { OPT_COMMENT, len };

	memcpy(to, head, sizeof(head));
	memcpy(to + sizeof(head), text, len);
	memset(to + sizeof(head) + len, 0, padded(len) - len);
}

void pcapng_options_add_comment(uint8_t **in, struct raw_options *o, const char *text)
{
	const size_t len = strlen(text), size = o->len + pcapng_options_comment_size(len);
	uint8_t *options = malloc(size);

	if (!options)
		return;
	if (o->len)
		memcpy(options, o->bytes, o->len);
	pcapng_options_put_comment(options + o->len, text, len);
	free(*in);
	*in = options;
	*o = (struct raw_options){ options, size };
}

bool pcapng_options_verdict(const struct packet *p, struct verdict *v)
{
	const uint8_t *value;
	size_t len, pos = 0;

	if (p->has & PACKET_VERDICT) {
		*v = p->verdict;
		return true;
	}
	while ((value = pcapng_options_next_of(&p->options, EPB_VERDICT, &pos, &len))) {
		if (len != 9 || (*value != VERDICT_TC && *value != VERDICT_XDP))
			continue;
		v->type = *value;
		memcpy(&v->action, value + 1, 8);
		return true;
	}
	return false;
}

unsigned pcapng_options_hash_len(uint8_t algorithm)
{
	static const uint8_t lens[] = {
		[EPB_HASH_CRC32] = 4, [EPB_HASH_MD5] = 16, [EPB_HASH_SHA1] = 20, [EPB_HASH_TOEPLITZ] = 4,
	};

	return algorithm < array_size(lens) ? lens[algorithm] : 0;
}

bool pcapng_options_hash(const struct packet *p, struct packet_hash *h)
{
	const uint8_t *value;
	size_t len, pos = 0;

	if (p->has & PACKET_HASH) {
		*h = p->hash;
		return true;
	}
	while ((value = pcapng_options_next_of(&p->options, EPB_HASH, &pos, &len))) {
		if (len < 2 || len - 1 > PACKET_HASH_MAX)
			continue;
		h->algorithm = *value;
		h->len = len - 1;
		memcpy(h->value, value + 1, h->len);
		return true;
	}
	return false;
}
