// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The block builders: the length of a block is set when it is complete, and nowhere computed
 * beforehand.
 */
#include <endian.h>
#include <string.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/format/pcapng.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/packet/pcapng_options.h"

struct block {
	uint8_t *start, *pos;
	bool has_options;
};

static void put32(struct block *b, uint32_t v)
{
	memcpy(b->pos, &v, 4);
	b->pos += 4;
}

/* Block times are two words, the high one first, each in host order. */
static void put_time(struct block *b, uint64_t ns)
{
	put32(b, ns >> 32);
	put32(b, ns);
}

static void put_padded(struct block *b, const void *data, size_t n)
{
	if (n)
		memcpy(b->pos, data, n);
	b->pos += n;
	while ((b->pos - b->start) % 4)
		*b->pos++ = 0;
}

static struct block begin(void *buf, uint32_t type)
{
	struct block b = { .start = buf, .pos = buf };

	put32(&b, type);
	put32(&b, 0);
	return b;
}

static size_t end(struct block *b)
{
	uint32_t len;

	if (b->has_options)
		put32(b, OPT_END);
	len = b->pos - b->start + 4;
	put32(b, len);
	memcpy(b->start + 4, &len, 4);
	return len;
}

static void option(struct block *b, uint16_t code, const void *value, uint16_t len)
{
	uint16_t head[2] = { code, len };

	memcpy(b->pos, head, 4);
	b->pos += 4;
	put_padded(b, value, len);
	b->has_options = true;
}

/*
 * What has been written of an option becomes one: its value of @len bytes stands where option()
 * would have put it.
 */
static void option_in_place(struct block *b, uint16_t code, uint16_t len)
{
	uint16_t head[2] = { code, len };

	memcpy(b->pos, head, 4);
	b->pos += 4 + len;
	put_padded(b, NULL, 0);
	b->has_options = true;
}

static void option_str(struct block *b, uint16_t code, const char *s)
{
	if (s && *s)
		option_in_place(b, code,
				text_utf8_clean((char *)b->pos + 4, PCAPNG_STRING_MAX + 1, s,
						strlen(s)));
}

/* Those that came with a file. */
static void options(struct block *b, const struct raw_options *o)
{
	if (!o->len)
		return;
	put_padded(b, o->bytes, o->len);
	b->has_options = true;
}

static void option_time(struct block *b, uint16_t code, uint64_t ns)
{
	uint32_t words[2] = { ns >> 32, (uint32_t)ns };

	option(b, code, words, 8);
}

/* The expression as text: behind a byte 0. */
static void option_filter(struct block *b, const char *expression)
{
	/* with room for one character too many, which shows */
	char value[1 + PCAPNG_FILTER_MAX + 4 + 1];
	size_t len;

	if (!expression || !*expression)
		return;
	value[0] = 0;
	len = text_utf8_clean(value + 1, sizeof(value) - 1, expression, strlen(expression));
	if (len <= PCAPNG_FILTER_MAX)
		option(b, IF_FILTER, value, 1 + len);
}

/* Bytes that option_str() may need: one that is not UTF-8 becomes three. */
static size_t room_for(const char *s)
{
	return s ? 4 + min_of(3 * strlen(s), (size_t)PCAPNG_STRING_MAX) + 4 : 0;
}

size_t pcapng_shb_max(const struct origin *o)
{
	return PCAPNG_HEAD_MAX + room_for(o->hardware) + room_for(o->os) + room_for(o->appl) +
	       o->options.len;
}

size_t pcapng_shb(void *buf, const struct origin *o)
{
	struct block b = begin(buf, PCAPNG_SHB);
	uint16_t version[2] = { 1, 0 };

	put32(&b, PCAPNG_MAGIC);
	put_padded(&b, version, 4);
	put32(&b, 0xffffffff);	/* section length: not known beforehand */
	put32(&b, 0xffffffff);
	option_str(&b, SHB_HARDWARE, o->hardware);
	option_str(&b, SHB_OS, o->os);
	option_str(&b, SHB_USERAPPL, o->appl);
	options(&b, &o->options);
	return end(&b);
}

size_t pcapng_idb_max(const struct iface *i)
{
	return PCAPNG_HEAD_MAX + room_for(i->comment) + room_for(i->name) +
	       room_for(i->description) + room_for(i->filter) + room_for(i->os) +
	       room_for(i->hardware) + i->options.len;
}

size_t pcapng_idb(void *buf, const struct iface *i)
{
	struct block b = begin(buf, PCAPNG_IDB);
	uint16_t linktype_and_reserved[2] = { i->linktype, 0 };
	uint8_t nanoseconds = 9;

	put_padded(&b, linktype_and_reserved, 4);
	put32(&b, i->snaplen);
	option_str(&b, OPT_COMMENT, i->comment);
	if (i->one_queue)
		option_str(&b, OPT_COMMENT, PCAPNG_ONE_QUEUE);
	option_str(&b, IF_NAME, i->name);
	option_str(&b, IF_DESCRIPTION, i->description);
	if (i->has_mac)
		option(&b, IF_MACADDR, i->mac, 6);
	if (i->speed_bps)
		option(&b, IF_SPEED, &i->speed_bps, 8);
	option(&b, IF_TSRESOL, &nanoseconds, 1);
	option_filter(&b, i->filter);
	option_str(&b, IF_OS, i->os);
	option_str(&b, IF_HARDWARE, i->hardware);
	options(&b, &i->options);
	return end(&b);
}

/*
 * Once for each packet, so written straight to where it stands. (Put together elsewhere word by
 * word and copied as one it takes twice as long: the processor cannot forward several stores to one
 * load.)
 */
static inline uint8_t *store32(uint8_t *to, uint32_t v)
{
	memcpy(to, &v, 4);
	return to + 4;
}

static inline uint8_t *store_option(uint8_t *to, uint16_t code, const void *value, uint16_t len)
{
	const uint16_t head[2] = { code, len };

	memcpy(to, head, 4);
	memcpy(to + 4, value, len);
	return to + 4 + len;
}

static uint8_t *store_verdict(uint8_t *to, const struct verdict *v)
{
	uint8_t value[9] = { v->type };

	memcpy(value + 1, &v->action, 8);
	to = store_option(to, EPB_VERDICT, value, sizeof(value));
	return memset(to, 0, 3) + 3;
}

static uint8_t *store_hash(uint8_t *to, const struct packet_hash *h)
{
	const unsigned padding = -(1 + h->len) & 3;
	uint8_t value[1 + PACKET_HASH_MAX] = { h->algorithm };

	memcpy(value + 1, h->value, h->len);
	to = store_option(to, EPB_HASH, value, 1 + h->len);
	return memset(to, 0, padding) + padding;
}

static uint8_t *store_options(uint8_t *to, const struct packet *p)
{
	uint8_t *start = to;

	if (!(p->has & PACKET_TIME))
		to = store_option(to, OPT_COMMENT, PCAPNG_NO_TIME, sizeof(PCAPNG_NO_TIME) - 1);
	if (p->has & PACKET_FLAGS)
		to = store_option(to, EPB_FLAGS, &p->flags, 4);
	if (p->has & PACKET_HASH)
		to = store_hash(to, &p->hash);
	if (p->dropped)
		to = store_option(to, EPB_DROPCOUNT, &p->dropped, 8);
	if (p->has & PACKET_ID)
		to = store_option(to, EPB_PACKETID, &p->id, 8);
	if (p->has & PACKET_QUEUE &&
	    (p->queue || !p->iface->one_queue || pcapng_options_is_sent(p)))
		to = store_option(to, EPB_QUEUE, &p->queue, 4);
	if (p->has & PACKET_VERDICT)
		to = store_verdict(to, &p->verdict);
	if (p->has & PACKET_PROCESS) {
		const uint32_t ids[2] = { p->pid, p->tid };

		to = store_option(to, EPB_PROCESS, ids, sizeof(ids));
	}
	if (p->options.len)
		to = mempcpy(to, p->options.bytes, p->options.len);
	return to == start ? to : store32(to, OPT_END);
}

static uint32_t cut(const struct packet *p, uint32_t snaplen)
{
	return snaplen && p->caplen > snaplen ? snaplen : p->caplen;
}

size_t pcapng_epb(void *buf, uint32_t id, const struct packet *p, uint32_t snaplen)
{
	uint32_t caplen = cut(p, snaplen);
	uint32_t padded = (caplen + 3) & ~3u;
	uint64_t ts = p->has & PACKET_TIME ? p->ts_ns : 0;
	uint8_t *len = store32(buf, PCAPNG_EPB);
	uint8_t *to = store32(len + 4, id);

	to = store32(to, ts >> 32);
	to = store32(to, ts);
	to = store32(to, caplen);
	to = store32(to, max_of(p->len, caplen));
	if (padded > caplen)
		store32(to + padded - 4, 0);
	memcpy(to, p->data, caplen);
	to = store_options(to + padded, p);
	store32(len, to + 4 - (uint8_t *)buf);
	to = store32(to, to + 4 - (uint8_t *)buf);
	return to - (uint8_t *)buf;
}

/* Where there is no limit readers do not agree on what is too long. */
size_t pcapng_spb(void *buf, uint32_t id, const struct packet *p, uint32_t snaplen,
		  uint32_t first_snaplen)
{
	uint32_t caplen = cut(p, snaplen), len = max_of(p->len, caplen);
	struct block b;

	if (id || p->has || p->dropped || p->options.len)
		return 0;
	if (caplen != (first_snaplen ? min_of(len, first_snaplen) : len) ||
	    caplen > PCAPNG_PLAIN_MAX)
		return 0;
	b = begin(buf, PCAPNG_SPB);
	put32(&b, len);
	put_padded(&b, p->data, caplen);
	return end(&b);
}

/* What is behind the number of the vendor is little-endian, whatever the file is. */
size_t pcapng_process(void *buf, uint32_t pid, const char *name)
{
	const uint16_t len = strnlen(name, PCAPNG_PROCESS_NAME_MAX);
	const uint32_t head[] = { htole32(WIRESHARK_PROCESS), 0, htole32(pid),
				  htole32(WIRESHARK_PROCESS_NAME | (uint32_t)len << 16) };
	struct block b = begin(buf, PCAPNG_CB);
	uint8_t *entry;

	put32(&b, PEN_WIRESHARK);
	entry = b.pos;
	put_padded(&b, head, sizeof(head));
	put_padded(&b, name, len);
	put32(&b, OPT_END);
	memcpy(entry + 4, &(uint32_t){ htole32(b.pos - entry - 8) }, 4);
	return end(&b);
}

size_t pcapng_isb_max(const struct iface_stats *s)
{
	return PCAPNG_HEAD_MAX + s->options.len;
}

size_t pcapng_isb(void *buf, uint32_t id, const struct iface_stats *s)
{
	/*
	 * In the order of the codes; pcapng writes the two times as pairs of words, the counters as
	 * one u64.
	 */
	static const struct { enum stat_field stat; uint16_t code; } codes[] = {
		{ STAT_START, ISB_STARTTIME },		/* just before the link was made */
		{ STAT_END, ISB_ENDTIME },		/* just after it was closed */
		{ STAT_RECEIVED, ISB_IFRECV },		/* entries into the program */
		{ STAT_IF_DROP, ISB_IFDROP },		/* lost by the device, before the program */
		{ STAT_ACCEPTED, ISB_FILTERACCEPT },
		/* accepted, but the ring was full or the copy failed */
		{ STAT_OS_DROP, ISB_OSDROP },
		{ STAT_DELIVERED, ISB_USRDELIV },	/* taken from the ring */
	};
	struct block b = begin(buf, PCAPNG_ISB);

	put32(&b, id);
	put_time(&b, s->ts_ns);
	option_str(&b, OPT_COMMENT, s->comment);
	for (size_t i = 0; i < array_size(codes); i++) {
		const uint64_t *value = &s->value[codes[i].stat];

		if (!(s->has & 1u << codes[i].stat))
			continue;
		if (codes[i].stat == STAT_START || codes[i].stat == STAT_END)
			option_time(&b, codes[i].code, *value);
		else
			option(&b, codes[i].code, value, 8);
	}
	options(&b, &s->options);
	return end(&b);
}
