// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Classic pcap: draft-ietf-opsawg-pcap, with the variants that libpcap reads too (sf-pcap.c):
 * nanoseconds, the "modified" records of old Linux patches, and lengths in the other order before
 * version 2.3.
 */
#include <errno.h>

#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/read/another.h"
#include "capture/read/pcap.h"

/* Nearly all are: a few comparisons for each. */
static bool is_plain(const struct pcap *f, const struct pcap_head *h)
{
	return h->caplen && h->caplen <= h->len && h->caplen <= f->plain &&
	       h->frac < pcap_second(&f->dialect);
}

/* Lengths that leave no doubt. */
static int check_length(struct pcap *f, const struct pcap_head *h)
{
	unsigned long long at = f->s->offset;

	if (pcap_is_zero(h) && stream_need(f->s, PCAP_ZERO_TAIL) &&
	    stream_zero_tail(f->s, PCAP_ZERO_TAIL))
		return stream_fail(f->s,
				   "damaged at byte %llu: nothing but zeros from here to the end",
				   at);
	if (h->caplen > PCAP_CAPLEN_MAX && h->caplen > f->dialect.snaplen)
		return stream_fail(
			f->s,
			"damaged at byte %llu: a record of %u bytes, where at most %u are allowed",
			at, h->caplen, max_of(f->dialect.snaplen, (uint32_t)PCAP_CAPLEN_MAX));
	if (h->caplen > STREAM_HELD_MAX)
		return stream_fail(
			f->s,
			"damaged at byte %llu: a record of %u bytes, where at most %u are read", at,
			h->caplen, STREAM_HELD_MAX);
	return 0;
}

static void warn_of_record(struct pcap *f, const struct pcap_head *h)
{
	unsigned long long at = f->s->offset;

	if (f->dialect.snaplen && h->caplen > f->dialect.snaplen)
		stream_warn(f->s, WARN_CAPLEN_SNAPLEN,
			    "the packet at byte %llu has %u bytes, more than the snap length %u",
			    at, h->caplen, f->dialect.snaplen);
	if (h->caplen > h->len)
		stream_warn(f->s, WARN_CAPLEN_LEN,
			    "the packet at byte %llu has %u bytes captured of %u", at, h->caplen,
			    h->len);
	if (h->frac >= pcap_second(&f->dialect))
		stream_warn(f->s, WARN_FRACTION,
			    "the packet at byte %llu has a fraction of more than a second", at);
}

static int cut_header(struct pcap *f)
{
	struct stream *s = f->s;

	if (!s->io_error && stream_have(s) == 0)
		return NEXT_END;
	return stream_fail(s, "cut short at byte %llu: %zu of the %u bytes of a record header",
			   (unsigned long long)s->offset + stream_have(s), stream_have(s),
			   f->dialect.record);
}

/* As pcap_look(). These two are inline, in each of those who use them: each call counts. */
__attribute__((always_inline)) static inline int look(struct pcap *f, struct pcap_head *h, bool *plain)
{
	struct stream *s = f->s;
	unsigned long long at = s->offset;
	bool whole = stream_need(s, f->dialect.record);
	int err;

	if (stream_have(s) && magic_may_be(*stream_bytes(s)) && another_is_here(s, MAGIC_PCAP))
		return NEXT_ANOTHER;
	if (!whole)
		return cut_header(f);
	*h = pcap_head_at(&f->dialect, stream_bytes(s));
	*plain = is_plain(f, h);
	err = *plain ? 0 : check_length(f, h);
	if (err)
		return err;
	if (!stream_need(s, f->dialect.record + (size_t)h->caplen))
		return stream_fail(
			s, "cut short at byte %llu: %zu of the %u bytes of the packet at byte %llu",
			at + stream_have(s), stream_have(s) - f->dialect.record, h->caplen, at);
	return NEXT_PACKET;
}

static inline int deliver(struct pcap *f, struct packet *p, const struct pcap_head *h, uint32_t got)
{
	p->ts_ns = h->sec * 1000000000ull + h->frac * (f->dialect.nanoseconds ? 1ull : 1000ull);
	p->offset = stream_place(f->s, f->s->offset);
	p->has = PACKET_TIME;
	p->data = stream_bytes(f->s) + f->dialect.record;
	p->caplen = got;
	p->len = h->len;
	p->iface = &f->iface->iface;
	stream_step(f->s, f->dialect.record + (size_t)got);
	return NEXT_PACKET;
}

int pcap_next(struct pcap *f, struct packet *p)
{
	struct pcap_head h;
	bool plain = true;
	int got = look(f, &h, &plain);

	if (got != NEXT_PACKET)
		return got;
	if (!plain)
		warn_of_record(f, &h);
	return deliver(f, p, &h, h.caplen);
}

int pcap_look(struct pcap *f, struct pcap_head *h)
{
	bool plain;

	return look(f, h, &plain);
}

int pcap_deliver(struct pcap *f, struct packet *p, const struct pcap_head *h, uint32_t got)
{
	if (got == h->caplen && !is_plain(f, h))
		warn_of_record(f, h);
	return deliver(f, p, h, got);
}

int pcap_start(struct pcap *f, const struct pcap_dialect *d)
{
	struct file_iface *i = ifaces_add(f->ifaces, &f->s->share, d->swapped);

	if (!i)
		return -ENOMEM;
	i->iface.linktype = d->linktype;
	i->iface.snaplen = d->snaplen;
	time_unit_set(&i->unit, d->nanoseconds ? 9 : 6);
	f->dialect = *d;
	f->iface = i;
	f->plain = d->snaplen ? min_of(d->snaplen, (uint32_t)PCAP_CAPLEN_MAX) : PCAP_CAPLEN_MAX;
	return 0;
}

const char *pcap_name(const struct pcap_dialect *d)
{
	return d->record > PCAP_RECORD ? "pcap (modified)"
	       : d->nanoseconds	       ? "pcap (nanoseconds)"
				       : "pcap";
}

/* The order of the file's numbers. False: there is no magic number. */
static bool is_pcap(const uint8_t *h, bool *swapped)
{
	uint32_t magic;

	memcpy(&magic, h, 4);
	*swapped = magic_is_pcap(__builtin_bswap32(magic));
	return *swapped || magic_is_pcap(magic);
}

bool pcap_dialect_of(const uint8_t *h, struct pcap_dialect *d)
{
	/* an old tcpdump of DG/UX, with lengths in the old order (libpcap, sf-pcap.c) */
	const unsigned dg_ux = 543;
	unsigned major, minor;
	uint32_t magic;

	*d = (struct pcap_dialect){ .record = PCAP_RECORD };
	if (!is_pcap(h, &d->swapped))
		return false;
	major = order_u16(d->swapped, h + 4);
	minor = order_u16(d->swapped, h + 6);
	magic = order_u32(d->swapped, h);
	d->nanoseconds = magic == PCAP_NANOSECONDS;
	/* bytes that say nothing about the packet */
	d->record += magic == PCAP_MODIFIED ? 8 : 0;
	d->lengths_swapped = major == dg_ux || minor < 3;
	d->snaplen = order_u32(d->swapped, h + 16);
	/* the upper half holds the length of the FCS and flags */
	d->linktype = order_u32(d->swapped, h + 20);
	return (major == 2 && minor <= 4) || (major == dg_ux && minor == 0);
}

bool pcap_is_magic(const uint8_t *h)
{
	bool swapped;

	return is_pcap(h, &swapped);
}

int pcap_read_header(struct pcap *f, struct pcap_dialect *d)
{
	struct stream *s = f->s;
	unsigned long long at = s->offset;
	const uint8_t *h;

	f->unbegun = !stream_need(s, PCAP_HEADER);
	if (f->unbegun)
		return stream_fail(s,
				   "cut short at byte %llu: %zu of the %u bytes of the file header",
				   at + stream_have(s), stream_have(s), PCAP_HEADER);
	h = stream_bytes(s);
	if (pcap_dialect_of(h, d))
		return 0;
	return stream_fail(s,
			   "damaged at byte %llu: pcap version %u.%u, where 2.0 to 2.4 are known%s",
			   at + 4, order_u16(d->swapped, h + 4), order_u16(d->swapped, h + 6),
			   h[4] == '\r' || h[5] == '\r' ? "; was it transferred in text mode?"
							: "");
}

int pcap_begin(struct pcap *f)
{
	struct pcap_dialect d;
	int err = pcap_read_header(f, &d);

	if (!err)
		err = pcap_start(f, &d);
	if (!err)
		stream_step(f->s, PCAP_HEADER);
	return err;
}
