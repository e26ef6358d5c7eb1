// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* pcapng as a format: sizes for what pcapng.c builds. */
#include <stdlib.h>
#include <string.h>

#include "capture/format.h"
#include "capture/packet.h"
#include "capture/pcapng.h"

static ssize_t head(struct format *f, void *buf, size_t room, const struct origin *o)
{
	size_t need = pcapng_shb_max(o);

	(void)f;
	return room < need ? need : pcapng_shb(buf, o);
}

static ssize_t iface(struct format *f, void *buf, size_t room, const struct iface *i, uint32_t limit)
{
	size_t need = pcapng_idb_max(i);

	(void)f, (void)limit;
	return room < need ? need : pcapng_idb(buf, i);
}

static ssize_t packet(struct format *f, void *buf, size_t room, const struct packet *p, uint32_t snaplen)
{
	size_t need = pcapng_epb_max(p);

	(void)f;
	return room < need ? need : pcapng_epb(buf, p->iface->id, p, snaplen);
}

static ssize_t stats(struct format *f, void *buf, size_t room, uint32_t id, const struct iface_stats *s)
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
		.collected = 256 * 1024, .packet_min = 32,
		.head = head, .iface = iface, .packet = packet, .stats = stats, .block = block,
	};
	struct format *f = malloc(sizeof(*f));

	if (f)
		f->ops = &ops;
	return f;
}
