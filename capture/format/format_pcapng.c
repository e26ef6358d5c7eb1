// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* pcapng as a format: sizes for what pcapng.c builds. */
#include <stdlib.h>
#include <string.h>

#include "capture/format/format.h"
#include "capture/format/pcapng.h"
#include "capture/packet/packet.h"

struct pcapng_format {
	struct format format;
	uint32_t first_snaplen;		/* of interface 0 of the file at hand */
	bool has_first;
};

static ssize_t head(struct format *f, void *buf, size_t room, const struct origin *o)
{
	size_t need = pcapng_shb_max(o);

	((struct pcapng_format *)f)->has_first = false;
	return room < need ? need : pcapng_shb(buf, o);
}

static ssize_t iface(struct format *f, void *buf, size_t room, const struct iface *i,
		     uint32_t limit)
{
	struct pcapng_format *p = (struct pcapng_format *)f;
	size_t need = pcapng_idb_max(i);

	(void)limit;
	if (room < need)
		return need;
	if (!p->has_first)
		p->first_snaplen = i->snaplen;
	p->has_first = true;
	return pcapng_idb(buf, i);
}

static ssize_t packet(struct format *f, void *buf, size_t room, const struct packet *p, uint32_t id,
		      uint32_t snaplen)
{
	size_t n = 0, need = pcapng_epb_max(p);

	if (room < need)
		return need;
	if (!(p->has & PACKET_TIME))
		n = pcapng_spb(buf, id, p, snaplen, ((struct pcapng_format *)f)->first_snaplen);
	return n ? n : pcapng_epb(buf, id, p, snaplen);
}

static ssize_t stats(struct format *f, void *buf, size_t room, uint32_t id,
		     const struct iface_stats *s)
{
	size_t need = pcapng_isb_max(s);

	(void)f;
	return room < need ? need : pcapng_isb(buf, id, s);
}

static ssize_t block(struct format *f, void *buf, size_t room, const void *bytes, size_t n)
{
	(void)f;
	if (n <= room)
		memcpy(buf, bytes, n);
	return n;
}

struct format *format_pcapng(void)
{
	static const struct format_ops ops = {
		.collected = 256 * 1024, .packet_min = 16,
		.head = head, .iface = iface, .packet = packet, .stats = stats, .block = block,
	};
	struct pcapng_format *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->format.ops = &ops;
	return &p->format;
}
