// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Classic pcap: draft-ietf-opsawg-pcap, with the variants that libpcap reads too (sf-pcap.c): nanoseconds, the "modified"
 * records of old Linux patches, and lengths in the other order before version 2.3.
 */
#include <errno.h>

#include "capture/magic.h"
#include "capture/reader_impl.h"
#include "capture/util.h"

enum {
	CAPLEN_MAX	= 256 * 1024,	/* more than the file's own snap length and this: no packet */
	ZERO_TAIL	= 512,		/* fewer zeros can be records of length 0 */
};

uint32_t reader_pcap_caplen_max(const struct reader *r)
{
	return r->pcap_snaplen > CAPLEN_MAX ? min_of(r->pcap_snaplen, (uint32_t)READER_HELD_MAX) : CAPLEN_MAX;
}

static uint32_t second(const struct reader *r)
{
	return r->pcap_nanoseconds ? 1000000000 : 1000000;
}

/* Zeros are not taken for a record, nor one without bytes: in the middle of packets there are many that look like that. */
bool reader_pcap_is_sane(const struct reader *r, const struct pcap_head *h)
{
	return h->caplen && h->frac < second(r) && h->caplen <= reader_pcap_caplen_max(r) && h->caplen <= h->len &&
	       h->len <= READER_HELD_MAX;
}

/* A packet of which the file has @got bytes. */
static int deliver(struct reader *r, struct packet *p, const struct pcap_head *h, uint32_t got)
{
	p->ts_ns = h->sec * 1000000000ull + h->frac * (r->pcap_nanoseconds ? 1ull : 1000ull);
	p->has = PACKET_TIME;
	p->data = reader_bytes(r) + r->pcap_record;
	p->caplen = got;
	p->len = h->len;
	p->iface = &r->pcap_iface->iface;
	r->last_sec = h->sec;
	reader_step(r, r->pcap_record + (size_t)got);
	return 1;
}

static int torn_record(struct reader *r, struct packet *p)
{
	struct pcap_head h = reader_pcap_head(r, 0);
	uint32_t got = r->mended_len - r->pcap_record;

	r->mended_len = 0;
	r->torn = false;
	return deliver(r, p, &h, got);
}

/* Nearly all are: a few comparisons for each. */
static bool is_plain(const struct reader *r, const struct pcap_head *h)
{
	return h->caplen && h->caplen <= h->len && h->caplen <= r->pcap_plain && h->frac < second(r);
}

static bool is_zero(const struct pcap_head *h)
{
	return !h->sec && !h->frac && !h->caplen && !h->len;
}

/* Lengths that leave no doubt. */
static int check_length(struct reader *r, const struct pcap_head *h)
{
	unsigned long long at = r->offset;

	if (is_zero(h) && reader_need(r, ZERO_TAIL) && reader_zero_tail(r, ZERO_TAIL))
		return reader_fail(r, "damaged at byte %llu: nothing but zeros from here to the end", at);
	if (h->caplen > CAPLEN_MAX && h->caplen > r->pcap_snaplen)
		return reader_fail(r, "damaged at byte %llu: a record of %u bytes, where at most %u are allowed", at,
				   h->caplen, max_of(r->pcap_snaplen, (uint32_t)CAPLEN_MAX));
	if (h->caplen > READER_HELD_MAX)
		return reader_fail(r, "damaged at byte %llu: a record of %u bytes, where at most %u are read", at,
				   h->caplen, READER_HELD_MAX);
	return 0;
}

static void warn_of_record(struct reader *r, const struct pcap_head *h)
{
	unsigned long long at = r->offset;

	if (r->pcap_snaplen && h->caplen > r->pcap_snaplen)
		reader_warn(r, WARN_CAPLEN_SNAPLEN, "the packet at byte %llu has %u bytes, more than the snap length %u", at,
			    h->caplen, r->pcap_snaplen);
	if (h->caplen > h->len)
		reader_warn(r, WARN_CAPLEN_LEN, "the packet at byte %llu has %u bytes captured of %u", at, h->caplen,
			    h->len);
	if (h->frac >= second(r))
		reader_warn(r, WARN_FRACTION, "the packet at byte %llu has a fraction of more than a second", at);
}

static int next_record(struct reader *r, struct packet *p)
{
	unsigned long long at = r->offset;
	struct pcap_head h;
	bool whole, plain;
	int err;

	r->block_at = at;
	if (r->mended_len)
		return torn_record(r, p);
	whole = reader_need(r, r->pcap_record);
	if (reader_have(r) && magic_may_be(*reader_bytes(r)) && reader_is_another(r))
		return READER_ANOTHER;
	if (!whole) {
		if (!r->io_error && reader_have(r) == 0)
			return 0;
		return reader_fail(r, "cut short at byte %llu: %zu of the %u bytes of a record header",
				   at + reader_have(r), reader_have(r), r->pcap_record);
	}
	h = reader_pcap_head(r, 0);
	plain = is_plain(r, &h);
	err = plain ? 0 : check_length(r, &h);
	if (err)
		return err;
	if (!reader_need(r, r->pcap_record + (size_t)h.caplen))
		return reader_fail(r, "cut short at byte %llu: %zu of the %u bytes of the packet at byte %llu",
				   at + reader_have(r), reader_have(r) - r->pcap_record, h.caplen, at);
	if (r->hooks.recover && !reader_pcap_is_followed(r, r->pcap_record + (size_t)h.caplen))
		return reader_fail(r, "damaged at byte %llu: a record of %u bytes with no other behind it", at, h.caplen);
	if (!plain)
		warn_of_record(r, &h);
	return deliver(r, p, &h, h.caplen);
}

int reader_pcap_start(struct reader *r, uint16_t linktype)
{
	struct reader_iface *ri = reader_add_iface(r);

	if (!ri)
		return -ENOMEM;
	ri->iface.linktype = linktype;
	ri->iface.snaplen = r->pcap_snaplen;
	reader_set_unit(&ri->unit, r->pcap_nanoseconds ? 9 : 6);
	r->pcap_iface = ri;
	r->pcap_plain = r->pcap_snaplen ? min_of(r->pcap_snaplen, (uint32_t)CAPLEN_MAX) : CAPLEN_MAX;
	if (!r->format)
		r->format = r->pcap_record > PCAP_RECORD ? "pcap (modified)" : r->pcap_nanoseconds ? "pcap (nanoseconds)" : "pcap";
	r->is_pcapng = false;
	r->next = next_record;
	r->resync = reader_pcap_resync;
	return 0;
}

/* The whole header, whose version is one that can be read. What it says of the capture is believed from here on. */
static int begin(struct reader *r, uint32_t magic, bool swapped)
{
	const unsigned dg_ux = 543;	/* an old tcpdump of DG/UX, with lengths in the old order (libpcap, sf-pcap.c) */
	const uint8_t *h = reader_bytes(r);
	size_t len = PCAP_HEADER;
	int err;

	r->swapped = swapped;
	r->pcap_nanoseconds = magic == PCAP_NANOSECONDS;
	r->pcap_record = magic == PCAP_MODIFIED ? PCAP_RECORD + 8 : PCAP_RECORD;	/* 8 bytes that say nothing about the packet */
	r->pcap_lengths_swapped = reader_u16(r, h + 4) == dg_ux || reader_u16(r, h + 6) < 3;
	r->pcap_snaplen = reader_u32(r, h + 16);
	if (r->hooks.recover)
		len = reader_pcap_header_len(r);
	/* The upper half holds the length of the FCS and flags. */
	err = reader_pcap_start(r, reader_u32(r, reader_bytes(r) + len - 4) & 0xffff);
	if (!err)
		reader_step(r, len);
	return err;
}

int reader_pcap_begin(struct reader *r)
{
	unsigned long long at = r->offset;
	uint16_t version[2];
	const uint8_t *h = reader_bytes(r);
	uint32_t magic;
	bool swapped;

	memcpy(&magic, h, 4);
	swapped = !magic_is_pcap(magic);
	magic = swapped ? __builtin_bswap32(magic) : magic;
	if (!magic_is_pcap(magic))
		return -ENOMSG;
	if (!reader_need(r, PCAP_HEADER))
		return reader_fail(r, "cut short at byte %llu: %zu of the %u bytes of the file header", at + reader_have(r),
				   reader_have(r), PCAP_HEADER);
	h = reader_bytes(r);
	memcpy(version, h + 4, 4);
	for (unsigned i = 0; i < 2; i++)
		version[i] = swapped ? __builtin_bswap16(version[i]) : version[i];
	if (!(version[0] == 2 && version[1] <= 4) && !(version[0] == 543 && version[1] == 0))
		return reader_fail(r, "damaged at byte %llu: pcap version %u.%u, where 2.0 to 2.4 are known%s", at + 4, version[0],
				   version[1], h[4] == '\r' || h[5] == '\r' ? "; was it transferred in text mode?" : "");
	return begin(r, magic, swapped);
}
