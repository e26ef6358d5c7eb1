// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libFuzzer target for the writer: what can be read of the input is written, as with -r -w, and
 * read back. It has to be the same, field by field, and libpcap has to take it too, as far as it
 * reads such files at all.
 *
 *	make fuzz-roundtrip		make check replays tests/fuzz/roundtrip
 */
#define PCAP_DONT_INCLUDE_PCAP_BPF_H
#include <limits.h>
#include <pcap/pcap.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/format/format.h"
#include "capture/format/pcapng.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/read/capfile.h"
#include "capture/write/writer.h"

#include "tests/fuzz/fuzz.h"

enum { PCAP_CAPLEN_MAX = 262144 };	/* MAXIMUM_SNAPLEN of libpcap */

/* Written like a regular file, and gone with its descriptor. */
static int memory_fd = -1;
static char memory_path[64];

static void begin_memory(void)
{
	memory_fd = memfd_create("roundtrip", MFD_CLOEXEC);
	must(memory_fd >= 0);
	snprintf(memory_path, sizeof(memory_path), "/proc/self/fd/%d", memory_fd);
}

static FILE *open_memory(void)
{
	FILE *f = fopen(memory_path, "re");

	must(f);
	return f;
}

static bool stats(void *ctx, uint32_t id, struct iface_stats *s)
{
	const struct iface_stats *known = capfile_stats(ctx, id);

	if (known)
		*s = *known;
	return known;
}

/*
 * All that stands before the next packet: what the input says of its origin is known when the first
 * one is there.
 */
static void write_head(struct writer *w, const struct capfile *r, struct blocks *b,
		       uint32_t *n_ifaces, bool *begun)
{
	const struct iface *i;

	if (!*begun)
		must(!writer_begin(w, &(struct origin){ capfile_section(r, SHB_HARDWARE),
							capfile_section(r, SHB_OS), "fuzz",
							capfile_section_options(r) }));
	*begun = true;
	while ((i = capfile_iface(r, *n_ifaces))) {
		must(!writer_iface(w, i, 0));
		++*n_ifaces;
	}
	must(!b->len || !writer_block(w, b->bytes, b->len));
	b->len = 0;
}

/* With the blocks that can be copied. */
static struct capfile *open_file(FILE *f, capfile_warn_fn warn, struct blocks *b)
{
	const struct capfile_hooks hooks = { .warn = warn, .blocks = b };
	struct capfile *r = NULL;

	if (capfile_open_with(&r, f, &hooks))
		r = capfile_close(r);
	return r;
}

/* False: there is nothing in it to be written. @unfit: packets that the format cannot express. */
static bool write_all(enum file_format format, const uint8_t *data, size_t size, uint64_t *unfit)
{
	FILE *f = fuzz_file(data, size);
	struct blocks blocks = { 0 };
	struct capfile *r = open_file(f, NULL, &blocks);
	struct writer *w = NULL;
	struct packet p;
	uint32_t n_ifaces = 0;
	bool opened = r, begun = false;
	enum format_unfit why;

	if (opened) {
		must(!writer_open(&w, format, NULL, memory_path, -1));
		while (capfile_next(r, &p) > 0) {
			write_head(w, r, &blocks, &n_ifaces, &begun);
			must(!writer_packet(w, &p));
		}
		write_head(w, r, &blocks, &n_ifaces, &begun);
		must(!writer_finish(w, stats, r));
		*unfit = writer_unfit(w, &why);
		must(writer_lost_all(w) == *unfit);
		writer_close(w);
	}
	capfile_close(r);
	free(blocks.bytes);
	fclose(f);
	return opened;
}

static void same_options(struct raw_options got, struct raw_options want)
{
	must(got.len == want.len && (!got.len || !memcmp(got.bytes, want.bytes, got.len)));
}

static void same_blocks(struct blocks *got, struct blocks *want)
{
	must(got->len == want->len && (!got->len || !memcmp(got->bytes, want->bytes, got->len)));
	got->len = want->len = 0;
}

/* Long strings are cut between code points. */
static void same_string(const char *got, const char *want)
{
	char cut[PCAPNG_STRING_MAX + 1];

	if (!want || !*want) {
		must(!got);
		return;
	}
	text_utf8_clean(cut, sizeof(cut), want, strlen(want));
	must(got && !strcmp(got, cut));
}

static void same_filter(const char *got, const char *want)
{
	if (!want || !*want || strlen(want) > PCAPNG_FILTER_MAX)
		must(!got);
	else
		must(got && !strcmp(got, want));
}

static void same_iface(const struct iface *got, const struct iface *want)
{
	must(got && got->linktype == want->linktype && got->snaplen == want->snaplen);
	must(got->has_mac == want->has_mac && !memcmp(got->mac, want->mac, 6));
	must(got->speed_bps == want->speed_bps);
	same_string(got->name, want->name);
	same_string(got->description, want->description);
	same_string(got->os, want->os);
	same_string(got->hardware, want->hardware);
	same_string(got->comment, want->comment);
	same_filter(got->filter, want->filter);
	same_options(got->options, want->options);
}

static void same_stats(const struct iface_stats *got, const struct iface_stats *want)
{
	must(!got == !want);
	if (!got)
		return;
	must(got->has == want->has && got->ts_ns == want->ts_ns);
	must(!strcmp(got->comment, want->comment));
	same_options(got->options, want->options);
	for (int i = 0; i < N_STATS; i++)
		must(!(got->has >> i & 1) || got->value[i] == want->value[i]);
}

static void same_packet(const struct packet *got, const struct packet *want)
{
	must(got->iface->id == want->iface->id);
	must(got->caplen == want->caplen && got->len == max_of(want->len, want->caplen));
	must(!memcmp(got->data, want->data, want->caplen));
	must(got->has == want->has);
	must(!(want->has & PACKET_TIME) || got->ts_ns == want->ts_ns);
	must(got->dropped == want->dropped);
	must(!(want->has & PACKET_FLAGS) || got->flags == want->flags);
	must(!(want->has & PACKET_QUEUE) || got->queue == want->queue);
	must(!(want->has & PACKET_ID) || got->id == want->id);
	must(!(want->has & PACKET_PROCESS) ||
	     (got->pid == want->pid && got->tid == want->tid && !got->process == !want->process &&
	      (!got->process || !strcmp(got->process, want->process))));
	must(!(want->has & PACKET_VERDICT) || (got->verdict.type == want->verdict.type &&
					       got->verdict.action == want->verdict.action));
	same_options(got->options, want->options);
}

static void no_warning(void *ctx, const char *sentence)
{
	(void)ctx;
	/* what is odd in the packets stays so */
	must(strstr(sentence, "snap length"));
}

static void same_rest(const struct capfile *got, const struct capfile *want)
{
	const struct iface *i;
	uint32_t id;

	for (id = 0; (i = capfile_iface(want, id)); id++) {
		same_iface(capfile_iface(got, id), i);
		same_stats(capfile_stats(got, id), capfile_stats(want, id));
	}
	must(!capfile_iface(got, id));
	same_string(capfile_section(got, SHB_HARDWARE), capfile_section(want, SHB_HARDWARE));
	same_string(capfile_section(got, SHB_OS), capfile_section(want, SHB_OS));
}

static void compare(const uint8_t *data, size_t size)
{
	FILE *f = fuzz_file(data, size), *copy = open_memory();
	struct blocks got_blocks = { 0 }, want_blocks = { 0 };
	struct capfile *want_from = open_file(f, NULL, &want_blocks),
		       *got_from = open_file(copy, no_warning, &got_blocks);
	struct packet want, got;

	must(want_from && got_from);
	while (capfile_next(want_from, &want) > 0) {
		must(capfile_next(got_from, &got) == 1);
		same_packet(&got, &want);
		same_blocks(&got_blocks, &want_blocks);
	}
	must(capfile_next(got_from, &got) == 0);
	same_blocks(&got_blocks, &want_blocks);
	same_rest(got_from, want_from);
	capfile_close(want_from);
	capfile_close(got_from);
	free(want_blocks.bytes);
	free(got_blocks.bytes);
	fclose(f);
	fclose(copy);
}

/* What of a packet is left in a pcap file. */
static void same_in_pcap(const struct packet *got, const struct packet *want)
{
	must(got->caplen == want->caplen && got->len == max_of(want->len, want->caplen));
	must(!memcmp(got->data, want->data, want->caplen));
	must(got->has == PACKET_TIME && got->ts_ns == (want->has & PACKET_TIME ? want->ts_ns : 0));
}

static bool fits_into_pcap(const struct packet *p, uint16_t linktype)
{
	bool has_room_for_time = !(p->has & PACKET_TIME) || p->ts_ns / 1000000000 <= UINT32_MAX;

	return has_room_for_time && p->iface->linktype == linktype && p->caplen <= PCAP_CAPLEN_MAX;
}

/*
 * Many packets without time and bytes at the end of a pcap file look like a torn end, and are taken
 * for one.
 */
static bool is_zero_tail(const struct capfile *r, int got)
{
	return got < 0 && strstr(capfile_error(r), "nothing but zeros");
}

/* False: not all of it can be read back. */
static bool compare_pcap(const uint8_t *data, size_t size, uint64_t unfit)
{
	FILE *f = fuzz_file(data, size), *copy = open_memory();
	struct capfile *want_from = open_file(f, NULL, NULL),
		       *got_from = open_file(copy, no_warning, NULL);
	struct packet want, got;
	int err = 0;

	must(want_from && got_from);
	while (!is_zero_tail(got_from, err) && capfile_next(want_from, &want) > 0) {
		if (!fits_into_pcap(&want, capfile_iface(want_from, 0)->linktype)) {
			must(unfit--);
			continue;
		}
		err = capfile_next(got_from, &got);
		must(err == 1 || is_zero_tail(got_from, err));
		if (err == 1)
			same_in_pcap(&got, &want);
	}
	must(err < 0 || (capfile_next(got_from, &got) == 0 && !unfit));
	capfile_close(want_from);
	capfile_close(got_from);
	fclose(f);
	fclose(copy);
	return err >= 0;
}

/* ---- libpcap ---- */

/*
 * It wants one link type and one snap length in a file, an interface before the first packet, and
 * no packet above its limits.
 */
static bool pcap_reads(struct capfile *r)
{
	const struct iface *i, *first;
	struct packet p;

	while (capfile_next(r, &p) > 0)
		if (p.caplen > PCAP_CAPLEN_MAX || (p.iface->snaplen && p.caplen > p.iface->snaplen))
			return false;
	first = capfile_iface(r, 0);
	for (uint32_t id = 0; (i = capfile_iface(r, id)); id++)
		if (i->linktype != first->linktype || i->snaplen != first->snaplen)
			return false;
	return first && first->snaplen <= INT_MAX;
}

static void same_for_pcap(pcap_t *pcap, struct capfile *r)
{
	struct pcap_pkthdr *h;
	const u_char *bytes;
	struct packet p;

	while (capfile_next(r, &p) > 0) {
		uint64_t sec = p.ts_ns / 1000000000;

		must(pcap_next_ex(pcap, &h, &bytes) == 1);
		must(h->caplen == p.caplen && h->len == p.len && !memcmp(bytes, p.data, p.caplen));
		/* pcap: to it they are signed */
		must((uint64_t)h->ts.tv_sec == sec || h->ts.tv_sec == (int32_t)sec);
		must((uint64_t)h->ts.tv_usec == p.ts_ns % 1000000000);
	}
	must(pcap_next_ex(pcap, &h, &bytes) == PCAP_ERROR_BREAK);
}

static void ask_pcap(void)
{
	FILE *f = open_memory(), *other = open_memory();
	char error[PCAP_ERRBUF_SIZE];
	struct capfile *r = NULL;
	bool readable;
	pcap_t *pcap;

	must(!capfile_open(&r, f, NULL, NULL));
	readable = pcap_reads(r);
	capfile_close(r);
	fseek(f, 0, SEEK_SET);
	if (readable) {
		pcap = pcap_fopen_offline_with_tstamp_precision(other, PCAP_TSTAMP_PRECISION_NANO,
								error);
		must(pcap);
		must(!capfile_open(&r, f, NULL, NULL));
		same_for_pcap(pcap, r);
		capfile_close(r);
		pcap_close(pcap);	/* closes the file too */
	} else {
		fclose(other);
	}
	fclose(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t unfit;

	if (memory_fd < 0)
		begin_memory();
	if (!write_all(FORMAT_PCAPNG, data, size, &unfit))
		return 0;
	must(!unfit);
	compare(data, size);
	ask_pcap();
	write_all(FORMAT_PCAP_NS, data, size, &unfit);
	if (compare_pcap(data, size, unfit))
		ask_pcap();
	return 0;
}
