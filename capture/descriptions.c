// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The common snapshot length is the largest of the interfaces that are known when a file begins. One that comes later gets it
 * as well, for what matters to readers is that they agree, and that no packet is longer (sf-pcapng.c of libpcap).
 */
#include <limits.h>

#include "capture/decode.h"
#include "capture/descriptions.h"
#include "capture/err.h"
#include "capture/input.h"
#include "capture/options.h"
#include "capture/opts.h"
#include "capture/packet.h"
#include "capture/pcapng.h"
#include "capture/util.h"
#include "capture/version.h"
#include "capture/watch.h"
#include "capture/writer.h"

/* libpcap takes no section header of more than 1 MiB (BT_SHB_INSANE_MAX). Beside these there are three strings of 64 KiB. */
enum { SECTION_OPTIONS_MAX = 768 << 10 };

/* What libpcap makes of a snapshot length (adjust_snapshot() in savefile.c). */
static uint32_t adjusted(uint32_t snaplen, uint16_t linktype)
{
	return snaplen && snaplen <= INT_MAX ? snaplen : decode_packet_max(linktype);
}

/* A single one keeps what it says, and so do many that say the same. */
static void find_snaplen(struct descriptions *d)
{
	const struct iface *first = input_iface(d->input, 0), *i;
	uint32_t most = 0;
	bool agree = true;

	for (uint32_t id = 0; (i = input_iface(d->input, id)); id++) {
		agree &= i->snaplen == first->snaplen;
		most = max_of(most, adjusted(i->snaplen, i->linktype));
	}
	d->snaplen = first && agree ? first->snaplen : most;
}

static void complain_of_link_types(struct descriptions *d)
{
	if (d->differ || d->opts->format != FORMAT_PCAPNG)
		return;
	d->differ = true;
	progress_erase(&d->watch->progress);
	complain("warning: %s: interfaces of different link types, which tcpdump does not read from one file",
		 input_title(d->input));
}

int descriptions_go_on(struct descriptions *d, struct writer *w)
{
	const struct iface *first = input_iface(d->input, 0), *i;
	int err = 0;

	if (!d->n)
		find_snaplen(d);
	while (!err && (i = input_iface(d->input, d->n))) {
		struct iface described = *i;

		if (i->linktype != first->linktype)
			complain_of_link_types(d);
		described.snaplen = d->snaplen;
		err = writer_iface(w, &described, d->opts->snap);
		d->longest = min_of(adjusted(d->snaplen, first->linktype), decode_packet_max(first->linktype));
		d->n++;
	}
	return err;
}

/* Comments above all, of all files. */
static struct raw_options section_options(struct descriptions *d)
{
	struct raw_options all = input_section_options(d->input);
	size_t fit = options_fit(&all, SECTION_OPTIONS_MAX);

	if (fit < all.len && !d->too_many && d->opts->format == FORMAT_PCAPNG) {
		d->too_many = true;
		progress_erase(&d->watch->progress);
		complain("warning: %s: comments on the files that take more than %u KiB together are left out: "
			 "tcpdump would not read the output", input_title(d->input), SECTION_OPTIONS_MAX >> 10);
	}
	all.len = fit;
	return all;
}

int descriptions_begin(struct descriptions *d, struct writer *w)
{
	const struct origin origin = {
		.hardware = input_section(d->input, SHB_HARDWARE), .os = input_section(d->input, SHB_OS),
		.appl = "xdpdump " XDPDUMP_VERSION, .options = section_options(d),
	};
	int err = writer_begin(w, &origin);

	d->n = 0;
	return err ? err : descriptions_go_on(d, w);
}

void descriptions_complain(struct descriptions *d, const struct packet *p)
{
	uint32_t snaplen = adjusted(d->snaplen, p->iface->linktype);

	if (d->too_long || d->opts->format != FORMAT_PCAPNG)
		return;
	d->too_long = true;
	progress_erase(&d->watch->progress);
	if (p->caplen > snaplen)
		complain("warning: %s: a packet of %u bytes, where the output has the snapshot length %u: tcpdump stops there",
			 input_title(d->input), p->caplen, snaplen);
	else
		complain("warning: %s: a packet of %u bytes: tshark stops at one of more than %u", input_title(d->input),
			 p->caplen, d->longest);
}
