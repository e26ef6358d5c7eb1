// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libFuzzer target for what is told of a packet: its headers lie within its bytes, and its line is bounded and safe to show,
 * whatever the bytes and the name of its interface are.
 *
 *	make fuzz-decode		make check replays tests/fuzz/decode
 *
 * Input: which link type, which line, two bytes by how much the packet was longer on the wire, how many bytes of interface
 * name follow; the name; the packet.
 */
#include <string.h>

#include "capture/decode.h"
#include "capture/line.h"
#include "capture/packet.h"
#include "capture/text.h"
#include "capture/util.h"

#include "tests/fuzz/fuzz.h"

enum {
	HEAD	= 5,		/* bytes of input before the name */
	ROOM	= 4096,		/* for a line, which has to be shorter by far */
};

/* 105, which is 802.11, stands for those that are not decoded. */
static const uint16_t linktypes[] = {
	LINKTYPE_ETHERNET, LINKTYPE_NULL, LINKTYPE_RAW_BSD, LINKTYPE_RAW_OPENBSD, LINKTYPE_RAW, LINKTYPE_LOOP,
	LINKTYPE_LINUX_SLL, LINKTYPE_IPV4, LINKTYPE_IPV6, LINKTYPE_LINUX_SLL2, 105, 65535,
};

static void check_headers(const struct packet *p)
{
	const struct parsed *h = &p->hdr;

	must(h->hdr_len <= p->caplen && h->l3_off <= p->caplen);
	must(h->end <= PARSE_DEEP);
	must(!h->ip_version || h->l3_off + (h->ip_version == 4 ? 20u : 40u) <= p->caplen);
	must(!(h->flags & PARSE_PORTS) || h->l4_off + 4u <= p->caplen);
}

static void check_line(const struct packet *p, uint8_t kind)
{
	int verbose = kind % 5 - 1;
	char buf[ROOM];
	struct text t = text_in(buf, sizeof(buf));

	if (kind & 0x80)
		line_link(&t, p);
	line_packet(&t, p, verbose);
	must(t.len > 0 && t.len <= LINE_MAX_BYTES - 64);	/* print.c puts number and time before it */
	must(fuzz_is_safe(t.buf, t.len, ""));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iface iface = { .id = 0 };
	struct packet p = { .iface = &iface };
	char name[256 + 1];
	uint8_t *copy;
	size_t n;

	if (size < HEAD)
		return 0;
	iface.linktype = linktypes[data[0] % array_size(linktypes)];
	n = min_of((size_t)data[4], size - HEAD);
	utf8_clean(name, sizeof(name), (const char *)data + HEAD, n);
	iface.name = n ? name : NULL;
	p.caplen = size - HEAD - n;
	p.len = p.caplen + (data[2] << 8 | data[3]);
	p.has = data[1] & 0x40 ? PACKET_QUEUE : 0;
	p.queue = p.dropped = data[1] & 0x40 ? UINT32_MAX : 0;
	copy = malloc(p.caplen ? p.caplen : 1);		/* so that a sanitizer sees each step too far */
	must(copy);
	memcpy(copy, data + HEAD + n, p.caplen);
	p.data = copy;
	decode_packet(&p);
	check_headers(&p);
	check_line(&p, data[1]);
	free(copy);
	return 0;
}
