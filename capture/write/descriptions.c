// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The common snapshot length is the largest of the interfaces that are known when a file begins.
 * One that comes later gets it as well, for what matters to readers is that they agree, and that no
 * packet is longer (sf-pcapng.c of libpcap).
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "capture/base/util.h"
#include "capture/base/version.h"
#include "capture/format/pcapng.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/packet/pcapng_options.h"
#include "capture/packet/source.h"
#include "capture/write/descriptions.h"
#include "capture/write/writer.h"

enum {
	/*
	 * libpcap takes no section header of more than 1 MiB (BT_SHB_INSANE_MAX). Beside these
	 * there are three strings of 64 KiB.
	 */
	SECTION_OPTIONS_MAX	= 768 << 10,

	/* In the files of a rotation behind the first one, bytes. */
	AGAIN_OPTIONS_MAX	= 4 << 10,
	AGAIN_STRING_MAX	= 1 << 10,
	AGAIN_IFACES_MAX	= 64,		/* of more, only those with packets */
	/*
	 * of an interface in the head and at the end of a file, to see whether there is
	 * room for it
	 */
	AGAIN_IFACE_BYTES	= 768,
};

static const struct iface *iface_of(const struct descriptions *d, uint32_t id)
{
	return d->from->ops->iface(d->from, id);
}

static void printf_like(2, 3) warn(struct descriptions *d, const char *fmt, ...)
{
	char sentence[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, args);
	va_end(args);
	d->from->ops->warn(d->from, sentence);
}

/* ---- the common snapshot length ---- */

/* What libpcap makes of one (adjust_snapshot() in savefile.c). */
static uint32_t adjusted(uint32_t snaplen, uint16_t linktype)
{
	return snaplen && snaplen <= INT_MAX ? snaplen : link_decode_max(linktype);
}

/* Each interface once, for there may be as many of them as files. */
static void look_at_new(struct descriptions *d)
{
	const struct iface *first = iface_of(d, 0), *i;

	for (; (i = iface_of(d, d->n_known)); d->n_known++) {
		d->agree = (d->agree || !d->n_known) && i->snaplen == first->snaplen;
		d->most = max_of(d->most, adjusted(i->snaplen, i->linktype));
	}
}

/* A single one keeps what it says, and so do many that say the same. */
static void find_snaplen(struct descriptions *d)
{
	const struct iface *first = iface_of(d, 0);

	if (d->longest || !first)
		return;
	d->snaplen = d->agree ? first->snaplen : d->most;
	d->longest = min_of(adjusted(d->snaplen, first->linktype),
			    link_decode_max(first->linktype));
}

void descriptions_complain(struct descriptions *d, const struct packet *p)
{
	uint32_t snaplen = adjusted(d->snaplen, p->iface->linktype);

	if (d->too_long || !d->pcapng)
		return;
	d->too_long = true;
	if (p->caplen > snaplen)
		warn(d,
		     "a packet of %u bytes, where the output has the snapshot length %u: tcpdump stops there",
		     p->caplen, snaplen);
	else
		warn(d, "a packet of %u bytes: tshark stops at one of more than %u",
			 p->caplen, d->longest);
}

/* ---- what is not repeated with each file ---- */

static void complain_of_shortening(struct descriptions *d)
{
	if (d->shortened || !d->pcapng)
		return;
	d->shortened = true;
	warn(d, "long comments and names stand in the first file only");
}

static char *shortened(struct descriptions *d, const char *s)
{
	if (!s || strnlen(s, AGAIN_STRING_MAX + 1) <= AGAIN_STRING_MAX)
		return (char *)s;
	complain_of_shortening(d);
	return NULL;
}

static struct raw_options shortened_options(struct descriptions *d, struct raw_options o)
{
	size_t fit = pcapng_options_fit(&o, AGAIN_OPTIONS_MAX);

	if (fit < o.len)
		complain_of_shortening(d);
	o.len = fit;
	return o;
}

static void shorten(struct descriptions *d, struct iface *i)
{
	i->name = shortened(d, i->name);
	i->description = shortened(d, i->description);
	i->os = shortened(d, i->os);
	i->hardware = shortened(d, i->hardware);
	i->comment = shortened(d, i->comment);
	i->filter = shortened(d, i->filter);
	i->options = shortened_options(d, i->options);
}

bool descriptions_stats(const struct descriptions *d, uint32_t id, uint64_t unwritten,
			struct iface_stats *s)
{
	if (!d->from->ops->stats(d->from, id, unwritten, s))
		return false;
	if (d->rotates)		/* a file has room for so much at its end */
		s->options.len = pcapng_options_fit(&s->options, WRITER_STATS_OPTIONS_MAX);
	return true;
}

/* ---- interfaces ---- */

static void complain_of_link_types(struct descriptions *d)
{
	if (d->differ || !d->pcapng)
		return;
	d->differ = true;
	warn(d, "interfaces of different link types, which tcpdump does not read from one file");
}

/* As it will stand in the file at hand. */
static struct iface described(struct descriptions *d, const struct iface *i)
{
	struct iface as = *i;

	as.snaplen = d->snaplen;
	if (d->n_files > 1)
		shorten(d, &as);
	return as;
}

static int describe(struct descriptions *d, struct writer *w, const struct iface *i)
{
	struct iface as = described(d, i);

	if (i->linktype != iface_of(d, 0)->linktype)
		complain_of_link_types(d);
	return writer_iface(w, &as, d->snap);
}

static int go_on(struct descriptions *d, struct writer *w)
{
	const struct iface *i;
	int err = 0;

	look_at_new(d);
	find_snaplen(d);
	/* the link type of a pcap file is that of the first */
	if (d->few && !d->pcapng && !writer_has_iface(w, 0))
		err = describe(d, w, iface_of(d, 0));
	for (; !d->few && !err && (i = iface_of(d, d->n)); d->n++)
		err = describe(d, w, i);
	return err;
}

/* Bytes that a description takes, and the statistics that it brings with it. -ENOMEM. */
static ssize_t room_for(struct descriptions *d, const struct iface *i)
{
	struct iface as = described(d, i);
	cleanup(freep) void *buf = malloc(pcapng_idb_max(&as));

	return buf ? (ssize_t)pcapng_idb(buf, &as) + WRITER_STATS_MAX : -ENOMEM;
}

/* The same for all that descriptions_iface() writes because of @p, and for that. */
static ssize_t room_for_packet(struct descriptions *d, const struct packet *p)
{
	ssize_t sum = p ? pcapng_epb_max(p) : 0, n = d->few && p ? room_for(d, p->iface) : 0;
	const struct iface *i;

	for (uint32_t id = d->n; n >= 0 && !d->few && (i = iface_of(d, id)); id++) {
		sum += n;
		n = room_for(d, i);
	}
	return n < 0 ? n : sum + n;
}

int descriptions_iface(struct descriptions *d, struct writer *w, const struct packet *p,
		       uint64_t room)
{
	ssize_t need = room < UINT64_MAX && d->pcapng ? room_for_packet(d, p) : 0;

	if (need < 0)
		return need;
	if ((uint64_t)need > room)
		return -E2BIG;
	return d->few && p ? describe(d, w, p->iface) : go_on(d, w);
}

/* ---- the head ---- */

/* Comments above all, of all files that are read, which have shown them by now. */
static void fit_section_options(struct descriptions *d, struct raw_options *options)
{
	size_t fit = pcapng_options_fit(options, SECTION_OPTIONS_MAX);

	if (fit < options->len && d->pcapng && d->n_files == 1)
		warn(d,
		     "comments on the files that take more than %u KiB together are left out: "
		     "tcpdump would not read the output",
		     SECTION_OPTIONS_MAX >> 10);
	options->len = fit;
}

/*
 * Would all of them be too many to begin each file with? Of files that are read as they come each
 * has them all, so that their numbers stay the same, unless they would fill it.
 */
static bool are_too_many(struct descriptions *d)
{
	if (d->n_files == 1 || d->n_known <= AGAIN_IFACES_MAX)
		return false;
	if (!d->live)
		return true;
	if (d->n_known * (uint64_t)AGAIN_IFACE_BYTES <= d->file_bytes / 2)
		return false;
	if (!d->crowded && d->pcapng)
		warn(d, "files of this size have no room for all interfaces: "
			"they describe those of their packets, with other numbers");
	d->crowded = true;
	return true;
}

int descriptions_begin(struct descriptions *d, struct writer *w)
{
	struct origin origin = { .hardware = NULL };
	int err;

	d->n_files++;
	d->n = d->longest = 0;
	d->few = are_too_many(d);
	d->from->ops->origin(d->from, &origin);
	origin.appl = "xdpdump " XDPDUMP_VERSION;
	fit_section_options(d, &origin.options);
	if (d->n_files > 1) {
		origin.hardware = shortened(d, origin.hardware);
		origin.os = shortened(d, origin.os);
		origin.options = shortened_options(d, origin.options);
	}
	err = writer_begin(w, &origin);
	return err ? err : go_on(d, w);
}
