// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * pcap, version 2.4, in the byte order of this machine (draft-ietf-opsawg-pcap). A file has one
 * link type, that of its first interface, and seconds of 32 bits; packets that do not fit in are
 * refused. There is no place for what was lost.
 */
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/format/format.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"

enum {
	HEAD_LEN	= 24,
	RECORD_LEN	= 16,
	MAGIC_US	= 0xa1b2c3d4,
	MAGIC_NS	= 0xa1b23c4d,
};

struct pcap_format {
	struct format format;
	bool nanoseconds;
	bool has_head;		/* of the file at hand, as the rest */
	uint16_t linktype;
	uint32_t snaplen;	/* of its interfaces the largest, and not below any packet */
	uint32_t told;		/* the one that stands in the file */
};

/* How the file begins: so far the interfaces are not known. */
static ssize_t head(struct format *f, void *buf, size_t room, const struct origin *o)
{
	struct pcap_format *p = (struct pcap_format *)f;

	(void)buf, (void)room, (void)o;
	p->has_head = false;
	p->linktype = LINKTYPE_ETHERNET;
	p->snaplen = 0;
	return 0;
}

static size_t build_head(struct pcap_format *p, void *buf, uint32_t snaplen)
{
	const uint32_t words[HEAD_LEN / 4 - 2] = { 0, 0, snaplen, p->linktype };
	const uint32_t magic = p->nanoseconds ? MAGIC_NS : MAGIC_US;
	const uint16_t version[2] = { 2, 4 };

	memcpy(buf, &magic, 4);
	memcpy((uint8_t *)buf + 4, version, 4);
	memcpy((uint8_t *)buf + 8, words, sizeof(words));
	p->has_head = true;
	p->told = snaplen;
	return HEAD_LEN;
}

/* Others read no longer packets. */
static uint32_t possible(const struct pcap_format *p, uint32_t snaplen)
{
	uint32_t max = link_decode_max(p->linktype);

	return snaplen && snaplen < max ? snaplen : max;
}

/*
 * The head comes with the first interface. It cannot know the snapshot lengths of later ones, and
 * readers cut to the one it gives: so it gives what limits all, until amend() knows better.
 */
static ssize_t iface(struct format *f, void *buf, size_t room, const struct iface *i,
		     uint32_t limit)
{
	struct pcap_format *p = (struct pcap_format *)f;

	if (room < HEAD_LEN)
		return HEAD_LEN;
	if (!p->has_head)
		p->linktype = i->linktype;
	p->snaplen = max_of(p->snaplen, possible(p, i->snaplen));
	return p->has_head ? 0 : build_head(p, buf, possible(p, limit));
}

static ssize_t packet(struct format *f, void *buf, size_t room, const struct packet *p, uint32_t id,
		      uint32_t snaplen)
{
	struct pcap_format *file = (struct pcap_format *)f;
	uint32_t caplen = snaplen ? min_of(p->caplen, snaplen) : p->caplen;
	uint64_t ns = p->has & PACKET_TIME ? p->ts_ns : 0, seconds = ns / 1000000000;
	uint32_t fraction = ns % 1000000000;
	const uint32_t record[RECORD_LEN / 4] = {
		seconds,
		file->nanoseconds ? fraction : fraction / 1000,
		caplen,
		max_of(p->len, caplen),
	};

	(void)id;
	if (room < RECORD_LEN + (size_t)caplen)
		return RECORD_LEN + (size_t)caplen;
	if (p->iface->linktype != file->linktype)
		return -FORMAT_OTHER_LINKTYPE;
	if (seconds > UINT32_MAX)
		return -FORMAT_TOO_LATE;
	if (caplen > link_decode_max(file->linktype))
		return -FORMAT_TOO_LONG;
	file->snaplen = max_of(file->snaplen, caplen);
	memcpy(buf, record, RECORD_LEN);
	memcpy((uint8_t *)buf + RECORD_LEN, p->data, caplen);
	return RECORD_LEN + caplen;
}

/* A file without any interface is one of Ethernet without packets. */
static ssize_t end(struct format *f, void *buf, size_t room)
{
	struct pcap_format *p = (struct pcap_format *)f;

	if (p->has_head)
		return 0;
	return room < HEAD_LEN ? HEAD_LEN : build_head(p, buf, possible(p, 0));
}

static size_t amend(struct format *f, uint8_t buf[static FORMAT_AMEND_MAX])
{
	struct pcap_format *p = (struct pcap_format *)f;

	return p->snaplen && p->snaplen != p->told ? build_head(p, buf, p->snaplen) : 0;
}

static size_t own(const void *record is_unused, size_t n)
{
	return n;
}

struct format *format_pcap(bool nanoseconds)
{
	static const struct format_ops ops = {
		.collected = 256 * 1024, .packet_min = RECORD_LEN,
		.head = head, .iface = iface, .packet = packet, .own = own, .end = end,
		.amend = amend,
	};
	struct pcap_format *p = calloc(1, sizeof(*p));

	_Static_assert((int)HEAD_LEN <= (int)FORMAT_AMEND_MAX, "the head can be written anew");
	if (!p)
		return NULL;
	p->format.ops = &ops;
	p->nanoseconds = nanoseconds;
	return &p->format;
}
