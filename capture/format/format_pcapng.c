// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* pcapng as a format: sizes for what pcapng.c builds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/format/format.h"
#include "capture/format/pcapng.h"
#include "capture/packet/packet.h"

/* The name of a process, as the file at hand has it. */
struct named {
	uint32_t pid;
	char name[PCAPNG_PROCESS_NAME_MAX + 1];
};

/* Of more processes than that some are named again and again. */
enum { NAMED_MAX = 256 };

struct pcapng_format {
	struct format format;
	uint32_t first_snaplen;		/* of interface 0 of the file at hand */
	bool has_first;
	bool has_named;
	struct named named[NAMED_MAX];	/* by the last bits of their numbers */
};

static ssize_t head(struct format *f, void *buf, size_t room, const struct origin *o)
{
	struct pcapng_format *p = (struct pcapng_format *)f;
	size_t need = pcapng_shb_max(o);

	p->has_first = false;
	if (p->has_named)
		memset(p->named, 0, sizeof(p->named));
	p->has_named = false;
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

/*
 * Before its first packet, and again if its name has changed: a process may become
 * another program.
 */
static size_t name_process(struct pcapng_format *f, void *buf, const struct packet *p)
{
	struct named *n = &f->named[p->pid % NAMED_MAX];

	if (!p->process || (n->pid == p->pid && !strncmp(n->name, p->process, sizeof(n->name) - 1)))
		return 0;
	n->pid = p->pid;
	snprintf(n->name, sizeof(n->name), "%s", p->process);
	f->has_named = true;
	return pcapng_process(buf, p->pid, p->process);
}

static ssize_t packet(struct format *f, void *buf, size_t room, const struct packet *p, uint32_t id,
		      uint32_t snaplen)
{
	size_t n = 0, need = pcapng_epb_max(p) + (p->has & PACKET_NAMES ? PCAPNG_PROCESS_MAX : 0);

	if (room < need)
		return need;
	if (p->has & PACKET_NAMES) {
		n = name_process((struct pcapng_format *)f, buf, p);
		return n + pcapng_epb((uint8_t *)buf + n, id, p, snaplen);
	}
	if (!(p->has & PACKET_TIME))
		n = pcapng_spb(buf, id, p, snaplen, ((struct pcapng_format *)f)->first_snaplen);
	return n ? n : pcapng_epb(buf, id, p, snaplen);
}

/* A block ends with its length. */
static size_t own(const void *record, size_t n)
{
	uint32_t len;

	memcpy(&len, (const uint8_t *)record + n - sizeof(len), sizeof(len));
	return len;
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
		.head = head, .iface = iface, .packet = packet, .own = own, .stats = stats,
		.block = block,
	};
	struct pcapng_format *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->format.ops = &ops;
	return &p->format;
}
