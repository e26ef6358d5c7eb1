// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The readers of both formats, on a stream that begins in the middle. */
#include <errno.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/read/another.h"
#include "capture/read/magic.h"
#include "capture/read/part.h"
#include "capture/read/pcap_row.h"
#include "capture/read/pcapng_sound.h"

enum {
	SEARCHED	= 1 << 20,	/* bytes: the longest records have a quarter of that */
	MEMORY		= 4 << 20,	/* bytes: what takes more is for the whole */
	PCAP_SURE	= 32,		/* so many records in a row, or bytes of blocks, are no chance */
	PCAPNG_SURE	= 4096,
};

/* In place of a file that has a place of its own. An error is one for the whole to meet. */
static size_t read_on(void *ctx, void *buf, size_t n)
{
	struct part *p = ctx;
	ssize_t got = p->stop ? 0 : uninterrupted(pread(p->fd, buf, n, p->read_at));

	if (got <= 0)
		return 0;
	p->read_at += got;
	return got;
}

static void warn(void *ctx, const char *sentence is_unused)
{
	((struct part *)ctx)->odd = true;
}

static bool is_pcap_at(struct part *p, size_t pos)
{
	struct pcap_view v = pcap_row_view(&p->s, &p->pcap.dialect, NULL);
	struct pcap_row row = pcap_row_at(&v, pos, PCAP_NEAR, PCAP_SURE);

	return row.stop == PCAP_ENOUGH || (row.n && row.stop == PCAP_END);
}

static bool is_pcapng_at(struct part *p, size_t pos)
{
	bool swapped;

	return pcapng_sound_block(&p->s, p->pcapng.swapped, pos, &swapped) &&
	       swapped == p->pcapng.swapped &&
	       pcapng_sound_leads(&p->s, swapped, pos, pos + PCAPNG_SURE);
}

/* Blocks stand at multiples of four bytes. */
static bool find(struct part *p)
{
	const size_t step = p->is_pcapng ? 4 : 1;

	for (size_t pos = 0; pos < SEARCHED && !p->stop; pos += step) {
		if (!stream_need(&p->s, pos + MAGIC_LEN))
			return false;
		if (p->is_pcapng ? is_pcapng_at(p, pos) : is_pcap_at(p, pos)) {
			stream_step(&p->s, pos);
			return true;
		}
	}
	return false;
}

static bool open_at(struct part *p, uint64_t at)
{
	const struct stream_hooks hooks = { .warn = warn, .read = read_on, .ctx = p };

	p->budget = (struct budget){ .bytes = MEMORY };
	p->read_at = at;
	if (stream_open(&p->s, NULL, &hooks, &p->budget, STREAM_BUFFER))
		return false;
	p->s.offset = p->read_at;
	p->s.is_part = true;
	p->pcap.s = p->pcapng.s = &p->s;
	p->pcap.ifaces = p->pcapng.ifaces = &p->ifaces;
	return true;
}

bool part_open(struct part *p, uint64_t from, uint64_t to)
{
	p->to = to;
	if (!open_at(p, p->is_pcapng ? from & ~3ull : from) || !find(p))
		return false;
	p->begin = p->end = p->s.offset;
	return true;
}

bool part_open_at(struct part *p, uint64_t at)
{
	p->to = UINT64_MAX;
	p->begin = p->end = at;
	return open_at(p, at);
}

int part_next(struct part *p, struct packet *packet)
{
	int got;

	p->end = p->s.offset;
	if (p->end >= p->to)
		return 0;
	packet_clear(packet);
	got = p->is_pcapng ? pcapng_next(&p->pcapng, packet) : pcap_next(&p->pcap, packet);
	return got == NEXT_PACKET && !p->odd;
}

void part_close(struct part *p)
{
	stream_finish(&p->s, 0);
}
