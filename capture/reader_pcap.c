// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Classic pcap: draft-ietf-opsawg-pcap, with the variants that libpcap reads too (sf-pcap.c): nanoseconds, the "modified"
 * records of old Linux patches, and lengths in the other order before version 2.3.
 */
#include <errno.h>

#include "capture/reader_impl.h"

enum {
	HEADER		= 24,
	RECORD		= 16,
	MICROSECONDS	= 0xa1b2c3d4,
	NANOSECONDS	= 0xa1b23c4d,
	MODIFIED	= 0xa1b2cd34,
	CAPLEN_MAX	= 256 * 1024,	/* more than the file's own snap length and this: no packet */
	ZERO_TAIL	= 512,		/* fewer zeros can be records of length 0 */
};

static int next_record(struct reader *r, struct packet *p)
{
	const struct reader_iface *ri = r->ifaces[0];
	unsigned long long at = r->offset;
	uint32_t sec, frac, caplen, len;
	const uint8_t *h;

	if (!reader_need(r, r->pcap_record)) {
		if (!r->io_error && reader_have(r) == 0)
			return 0;
		return reader_fail(r, "cut short at byte %llu: %zu of the %u bytes of a record header",
				   at + reader_have(r), reader_have(r), r->pcap_record);
	}
	h = reader_bytes(r);
	sec = reader_u32(r, h);
	frac = reader_u32(r, h + 4);
	caplen = reader_u32(r, h + (r->pcap_lengths_swapped ? 12 : 8));
	len = reader_u32(r, h + (r->pcap_lengths_swapped ? 8 : 12));
	if (!sec && !frac && !caplen && !len && reader_need(r, ZERO_TAIL) && reader_zero_tail(r, ZERO_TAIL))
		return reader_fail(r, "damaged at byte %llu: nothing but zeros from here to the end", at);
	if (caplen > CAPLEN_MAX && caplen > r->pcap_snaplen)
		return reader_fail(r, "damaged at byte %llu: a record of %u bytes, where at most %u are allowed", at,
				   caplen, r->pcap_snaplen > CAPLEN_MAX ? r->pcap_snaplen : CAPLEN_MAX);
	if (caplen > READER_HELD_MAX)
		return reader_fail(r, "damaged at byte %llu: a record of %u bytes, where at most %u are read", at, caplen,
				   READER_HELD_MAX);
	if (!reader_need(r, r->pcap_record + (size_t)caplen))
		return reader_fail(r, "cut short at byte %llu: %zu of the %u bytes of the packet at byte %llu",
				   at + reader_have(r), reader_have(r) - r->pcap_record, caplen, at);
	if (r->pcap_snaplen && caplen > r->pcap_snaplen)
		reader_warn(r, WARN_CAPLEN_SNAPLEN, "the packet at byte %llu has %u bytes, more than the snap length %u", at,
			    caplen, r->pcap_snaplen);
	if (caplen > len)
		reader_warn(r, WARN_CAPLEN_LEN, "the packet at byte %llu has %u bytes captured of %u", at, caplen, len);
	if (frac >= (r->pcap_nanoseconds ? 1000000000 : 1000000))
		reader_warn(r, WARN_FRACTION, "the packet at byte %llu has a fraction of more than a second", at);

	p->ts_ns = sec * 1000000000ull + frac * (r->pcap_nanoseconds ? 1ull : 1000ull);
	p->has = PACKET_TIME;
	p->data = reader_bytes(r) + r->pcap_record;
	p->caplen = caplen;
	p->len = len;
	p->iface = &ri->iface;
	r->begin += r->pcap_record + caplen;
	r->offset += r->pcap_record + caplen;
	return 1;
}

static bool is_pcap(struct reader *r, uint32_t magic)
{
	if (magic != MICROSECONDS && magic != NANOSECONDS && magic != MODIFIED)
		return false;
	r->pcap_nanoseconds = magic == NANOSECONDS;
	r->pcap_record = magic == MODIFIED ? RECORD + 8 : RECORD;	/* 8 bytes that say nothing about the packet */
	r->format = magic == MODIFIED ? "pcap (modified)" : magic == NANOSECONDS ? "pcap (nanoseconds)" : "pcap";
	return true;
}

int reader_pcap_begin(struct reader *r)
{
	uint32_t magic = reader_u32(r, reader_bytes(r));
	struct reader_iface *ri;
	unsigned major, minor;
	const uint8_t *h;

	if (!is_pcap(r, magic)) {
		r->swapped = true;
		if (!is_pcap(r, __builtin_bswap32(magic)))
			return -ENOMSG;
	}
	if (!reader_need(r, HEADER))
		return reader_fail(r, "cut short at byte %zu: %zu of the %u bytes of the file header", reader_have(r),
				   reader_have(r), HEADER);
	h = reader_bytes(r);
	major = reader_u16(r, h + 4);
	minor = reader_u16(r, h + 6);
	/* 543.0 is an old DG/UX tcpdump with lengths in the old order (libpcap, sf-pcap.c). */
	if (!(major == 2 && minor <= 4) && !(major == 543 && minor == 0))
		return reader_fail(r, "damaged at byte 4: pcap version %u.%u, where 2.0 to 2.4 are known%s", major, minor,
				   h[4] == '\r' || h[5] == '\r' ? "; was it transferred in text mode?" : "");
	r->pcap_lengths_swapped = major == 543 || minor < 3;
	r->pcap_snaplen = reader_u32(r, h + 16);
	ri = reader_add_iface(r);
	if (!ri)
		return -ENOMEM;
	/* The upper half holds the length of the FCS and flags. */
	ri->iface.linktype = reader_u32(r, h + 20) & 0xffff;
	ri->iface.snaplen = r->pcap_snaplen;
	r->begin += HEADER;
	r->offset += HEADER;
	r->next = next_record;
	return 0;
}
