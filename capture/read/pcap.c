// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Classic pcap: draft-ietf-opsawg-pcap, with the variants that libpcap reads too (sf-pcap.c):
 * nanoseconds, the "modified" records of old Linux patches, and lengths in the other order before
 * version 2.3.
 */
#include <errno.h>

#include "capture/base/util.h"
#include "capture/read/magic.h"
#include "capture/read/pcap.h"
#include "capture/read/text_damage.h"

/* A packet of which the file has @got bytes. */
static int deliver(struct capfile *r, struct packet *p, const struct pcap_head *h, uint32_t got)
{
	p->ts_ns = h->sec * 1000000000ull + h->frac * (r->pcap.nanoseconds ? 1ull : 1000ull);
	p->has = PACKET_TIME;
	p->data = stream_bytes(r) + r->pcap.record;
	p->caplen = got;
	p->len = h->len;
	p->iface = &r->pcap_iface->iface;
	stream_step(r, r->pcap.record + (size_t)got);
	return 1;
}

static int torn_record(struct capfile *r, struct packet *p)
{
	struct pcap_head h = pcap_head_at(&r->pcap, stream_bytes(r));
	uint32_t got = r->mended_len - r->pcap.record;

	r->mended_len = 0;
	r->torn = false;
	return deliver(r, p, &h, got);
}

/* Nearly all are: a few comparisons for each. */
static bool is_plain(const struct capfile *r, const struct pcap_head *h)
{
	return h->caplen && h->caplen <= h->len && h->caplen <= r->pcap_plain &&
	       h->frac < pcap_second(&r->pcap);
}

/* Lengths that leave no doubt. */
static int check_length(struct capfile *r, const struct pcap_head *h)
{
	unsigned long long at = r->offset;

	if (pcap_is_zero(h) && stream_need(r, PCAP_ZERO_TAIL) &&
	    stream_zero_tail(r, PCAP_ZERO_TAIL))
		return capfile_fail(r,
				    "damaged at byte %llu: nothing but zeros from here to the end",
				    at);
	if (h->caplen > PCAP_CAPLEN_MAX && h->caplen > r->pcap.snaplen)
		return capfile_fail(
			r,
			"damaged at byte %llu: a record of %u bytes, where at most %u are allowed",
			at, h->caplen, max_of(r->pcap.snaplen, (uint32_t)PCAP_CAPLEN_MAX));
	if (h->caplen > CAPFILE_HELD_MAX)
		return capfile_fail(
			r, "damaged at byte %llu: a record of %u bytes, where at most %u are read",
			at, h->caplen, CAPFILE_HELD_MAX);
	return 0;
}

static void warn_of_record(struct capfile *r, const struct pcap_head *h)
{
	unsigned long long at = r->offset;

	if (r->pcap.snaplen && h->caplen > r->pcap.snaplen)
		capfile_warn(r, WARN_CAPLEN_SNAPLEN,
			     "the packet at byte %llu has %u bytes, more than the snap length %u",
			     at, h->caplen, r->pcap.snaplen);
	if (h->caplen > h->len)
		capfile_warn(r, WARN_CAPLEN_LEN,
			     "the packet at byte %llu has %u bytes captured of %u", at, h->caplen,
			     h->len);
	if (h->frac >= pcap_second(&r->pcap))
		capfile_warn(r, WARN_FRACTION,
			     "the packet at byte %llu has a fraction of more than a second", at);
}

static int next_record(struct capfile *r, struct packet *p)
{
	unsigned long long at = r->offset;
	struct pcap_head h;
	bool whole, plain;
	int err;

	r->block_at = at;
	r->is_undone = false;
	if (r->mended_len)
		return torn_record(r, p);
	if (r->doubtful && at == r->doubtful)
		return capfile_fail(r, "damaged before byte %llu: other records begin at byte %llu",
				    at, (unsigned long long)r->go_on);
	whole = stream_need(r, r->pcap.record);
	if (stream_have(r) && magic_may_be(*stream_bytes(r)) && another_is_here(r))
		return CAPFILE_ANOTHER;
	if (!whole) {
		if (!r->io_error && stream_have(r) == 0)
			return 0;
		return capfile_fail(
			r, "cut short at byte %llu: %zu of the %u bytes of a record header",
			at + stream_have(r), stream_have(r), r->pcap.record);
	}
	h = pcap_head_at(&r->pcap, stream_bytes(r));
	plain = is_plain(r, &h);
	err = plain ? 0 : check_length(r, &h);
	if (err)
		return err;
	if (!stream_need(r, r->pcap.record + (size_t)h.caplen))
		return capfile_fail(
			r, "cut short at byte %llu: %zu of the %u bytes of the packet at byte %llu",
			at + stream_have(r), stream_have(r) - r->pcap.record, h.caplen, at);
	if (r->hooks.recover && !trust_pcap_may(r, &h)) {
		if (r->is_undone)
			return CAPFILE_AGAIN;
		return capfile_fail(
			r, "damaged at byte %llu: a record of %u bytes with no other behind it", at,
			h.caplen);
	}
	if (!plain)
		warn_of_record(r, &h);
	return deliver(r, p, &h, h.caplen);
}

int pcap_start(struct capfile *r, const struct pcap_dialect *d)
{
	struct capfile_iface *ri;

	r->swapped = d->swapped;
	ri = capfile_add_iface(r);
	if (!ri)
		return -ENOMEM;
	ri->iface.linktype = d->linktype;
	ri->iface.snaplen = d->snaplen;
	capfile_set_unit(&ri->unit, d->nanoseconds ? 9 : 6);
	r->pcap = *d;
	r->pcap_iface = ri;
	r->pcap_plain = d->snaplen ? min_of(d->snaplen, (uint32_t)PCAP_CAPLEN_MAX)
				   : PCAP_CAPLEN_MAX;
	if (!r->format)
		r->format = d->record > PCAP_RECORD ? "pcap (modified)"
			    : d->nanoseconds	    ? "pcap (nanoseconds)"
						    : "pcap";
	r->is_pcapng = false;
	trust_pcap_anew(r);
	r->next = next_record;
	r->resync = recover_pcap_resync;
	return 0;
}

/* The order of the file's numbers. False: there is no magic number. */
static bool is_pcap(const uint8_t *h, bool *swapped)
{
	uint32_t magic;

	memcpy(&magic, h, 4);
	*swapped = magic_is_pcap(__builtin_bswap32(magic));
	return *swapped || magic_is_pcap(magic);
}

static unsigned half(const uint8_t *p, bool swapped)
{
	uint16_t v;

	memcpy(&v, p, 2);
	return swapped ? __builtin_bswap16(v) : v;
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
	major = half(h + 4, d->swapped);
	minor = half(h + 6, d->swapped);
	magic = pcap_word(d, h);
	d->nanoseconds = magic == PCAP_NANOSECONDS;
	/* bytes that say nothing about the packet */
	d->record += magic == PCAP_MODIFIED ? 8 : 0;
	d->lengths_swapped = major == dg_ux || minor < 3;
	d->snaplen = pcap_word(d, h + 16);
	/* the upper half holds the length of the FCS and flags */
	d->linktype = pcap_word(d, h + 20);
	return (major == 2 && minor <= 4) || (major == dg_ux && minor == 0);
}

int pcap_begin(struct capfile *r)
{
	unsigned long long at = r->offset;
	const uint8_t *h = stream_bytes(r);
	struct pcap_dialect d;
	size_t len = PCAP_HEADER;
	bool swapped;
	int err;

	if (!is_pcap(h, &swapped))
		return -ENOMSG;
	r->unbegun = !stream_need(r, PCAP_HEADER);
	if (r->unbegun)
		return capfile_fail(
			r, "cut short at byte %llu: %zu of the %u bytes of the file header",
			at + stream_have(r), stream_have(r), PCAP_HEADER);
	h = stream_bytes(r);
	if (!pcap_dialect_of(h, &d))
		return capfile_fail(
			r, "damaged at byte %llu: pcap version %u.%u, where 2.0 to 2.4 are known%s",
			at + 4, half(h + 4, swapped), half(h + 6, swapped),
			h[4] == '\r' || h[5] == '\r' ? "; was it transferred in text mode?" : "");
	if (r->hooks.recover && text_damage_try_header(r, &d))
		return pcap_begin(r);
	if (r->hooks.recover) {
		len = recover_pcap_header_len(r, &d);
		d.linktype = pcap_word(&d, stream_bytes(r) + len - 4);
	}
	err = pcap_start(r, &d);
	if (!err)
		stream_step(r, len);
	return err;
}
