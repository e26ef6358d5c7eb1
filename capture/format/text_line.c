// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Packets as text for people: number, time, decoded line and hex dump. Whatever a packet holds, a
 * terminal is safe.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/format/colour.h"
#include "capture/format/format.h"
#include "capture/format/summary_line.h"
#include "capture/format/summary_verbose.h"
#include "capture/format/text_settings.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_options.h"

enum {
	PREFIX_MAX	= 64,	/* bytes of number and time */
	HEX_ROW_MAX	= 72,
	/*
	 * bytes that one of a comment can become: \xHH; the head of its option makes room for our
	 * words
	 */
	COMMENT_WIDEST	= 4,
};

struct text_format {
	struct format format;
	struct text_settings options;
	uint64_t n_packets;
	uint64_t first_ns, last_ns;	/* valid if there was a packet with a time */
	bool timed;
	time_t second;			/* that clock describes */
	char clock[32];
	size_t clock_len;
};

static void put_fraction(const struct text_format *p, struct text *t, uint64_t ns)
{
	if (p->options.microseconds)
		text_zeros(t, ns % 1000000000 / 1000, 6);
	else
		text_nanoseconds(t, ns % 1000000000);
}

static void put_seconds(const struct text_format *p, struct text *t, uint64_t ns)
{
	text_u64(t, ns / 1000000000);
	text_char(t, '.');
	put_fraction(p, t, ns);
}

/* A step back in time is shown as one. */
static void put_delta(const struct text_format *p, struct text *t, uint64_t from_ns, uint64_t ns)
{
	if (ns < from_ns)
		text_char(t, '-');
	put_seconds(p, t, ns < from_ns ? from_ns - ns : ns - from_ns);
}

/* "2026-11-23 15:04:05." or without the date. */
static void describe_second(struct text_format *p, time_t second, bool with_date)
{
	struct text t = text_in(p->clock, sizeof(p->clock));
	struct tm date = { 0 };

	localtime_r(&second, &date);
	if (with_date) {
		text_date(&t, &date);
		text_char(&t, ' ');
	}
	text_clock(&t, &date);
	text_char(&t, '.');
	p->clock_len = t.len;
	p->second = second;
}

static void put_clock(struct text_format *p, struct text *t, uint64_t ns, bool with_date)
{
	time_t second = ns / 1000000000;

	if (second != p->second)
		describe_second(p, second, with_date);
	text_bytes(t, p->clock, p->clock_len);
	put_fraction(p, t, ns);
}

static uint64_t shown_ns(const struct text_format *p, const struct packet *pkt)
{
	return p->options.microseconds ? pkt->ts_ns / 1000 * 1000 : pkt->ts_ns;
}

static void skip_packet(struct format *f, const struct packet *pkt)
{
	struct text_format *p = (struct text_format *)f;
	uint64_t ns = shown_ns(p, pkt);

	p->n_packets++;
	if (!(pkt->has & PACKET_TIME))
		return;
	if (!p->timed)
		p->first_ns = ns;
	p->timed = true;
	p->last_ns = ns;
}

static void put_time(struct text_format *p, struct text *t, const struct packet *pkt)
{
	uint64_t ns = shown_ns(p, pkt);

	if (p->options.time == TIME_NONE)
		return;
	text_char(t, '[');
	if (!(pkt->has & PACKET_TIME)) {
		text_str(t, "no time");
	} else {
		switch (p->options.time) {
		case TIME_EPOCH:
			put_seconds(p, t, ns);
			break;
		case TIME_DELTA:
			put_delta(p, t, p->timed ? p->last_ns : ns, ns);
			break;
		case TIME_SINCE_FIRST:
			put_delta(p, t, p->timed ? p->first_ns : ns, ns);
			break;
		default:
			put_clock(p, t, ns, p->options.time == TIME_DATE);
		}
	}
	text_str(t, "] ");
}

/* As tcpdump has it: offset, eight groups of two bytes, and the printable ones. */
static void put_hex_row(struct text *t, const uint8_t *data, size_t off, size_t n, bool ascii)
{
	text_char(t, '\t');
	text_offset(t, off);
	text_str(t, ": ");
	for (size_t i = 0; i < 16; i++) {
		if (i >= n && !ascii)
			break;
		if (i % 2 == 0)
			text_char(t, ' ');
		if (i < n)
			text_hex(t, data[off + i], 2);
		else
			text_str(t, "  ");
	}
	if (ascii)
		text_str(t, "  ");
	for (size_t i = 0; ascii && i < n; i++) {
		uint8_t c = data[off + i];

		text_char(t, c > 0x20 && c < 0x7f ? c : '.');
	}
	text_char(t, '\n');
}

static bool shows_link(const struct text_format *p)
{
	return p->options.hex == HEX_LINK || p->options.hex == HEX_ASCII_LINK ||
	       p->options.hex == ASCII_LINK;
}

/*
 * As tcpdump has it, to the last two bytes: of the ends of lines CR is left out, elsewhere it is a
 * dot.
 */
static void put_ascii(struct text *t, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t c = data[i];

		if (c == '\r' && (len - i <= 2 || data[i + 1] == '\n'))
			continue;
		text_char(t, (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\n' ? c : '.');
	}
	text_char(t, '\n');
}

static void put_bytes(const struct text_format *p, struct text *t, const struct packet *pkt)
{
	size_t skip = shows_link(p) ? 0 : pkt->hdr.l3_off;
	const uint8_t *data = pkt->data + skip;
	size_t len = pkt->caplen - skip;

	if (p->options.hex >= ASCII) {
		put_ascii(t, data, len);
		return;
	}
	for (size_t off = 0; off < len; off += 16)
		put_hex_row(t, data, off, min_of(len - off, (size_t)16),
			    p->options.hex >= HEX_ASCII);
}

static void put_comments(struct text *t, const struct packet *pkt)
{
	const char *s;
	size_t len, pos = 0;

	while ((s = pcapng_options_comment(pkt, &pos, &len))) {
		text_str(t, "\tcomment: ");
		text_escaped(t, s, len);
		text_char(t, '\n');
	}
}

static ssize_t packet(struct format *f, void *buf, size_t room, const struct packet *pkt,
		      uint32_t id, uint32_t snaplen)
{
	struct text_format *p = (struct text_format *)f;
	size_t n_rows = p->options.hex == HEX_NONE ? 0 : pkt->caplen / 16u + 1;
	size_t comments = p->options.verbose > 0 ? COMMENT_WIDEST * pkt->options.len : 0;
	const char *colour = p->options.colour ? colour_of(pkt) : NULL;
	size_t need = PREFIX_MAX + LINE_MAX_BYTES + LINE_PROCESS_BYTES + 2 * COLOUR_MAX +
		      n_rows * HEX_ROW_MAX + comments;
	struct text t = { buf, 0, room };

	(void)id, (void)snaplen;	/* the decoded line is of what was captured */
	if (room < need)
		return need;
	if (p->options.number) {
		text_blanks(&t, p->n_packets + 1, 5);
		text_str(&t, "  ");
	}
	put_time(p, &t, pkt);
	if (colour)
		text_str(&t, colour);
	summary_line_direction(&t, pkt);
	if (p->options.link)
		summary_line_link(&t, pkt);
	summary_line_packet(&t, pkt, p->options.verbose);
	if (p->options.sequence && p->options.verbose < 2)	/* which shows them anyway */
		summary_line_sequence(&t, pkt);
	if (p->options.lengths && (p->options.verbose < 1 || pkt->caplen == pkt->len))
		summary_verbose_captured(&t, pkt);
	summary_line_verdict(&t, pkt);
	summary_line_process(&t, pkt, p->options.verbose);
	if (colour)
		text_str(&t, COLOUR_END);
	text_char(&t, '\n');
	if (comments)
		put_comments(&t, pkt);
	if (p->options.hex != HEX_NONE)
		put_bytes(p, &t, pkt);
	skip_packet(f, pkt);
	return t.len;
}

struct format *format_text(const struct text_settings *o)
{
	static const struct format_ops ops = { .collected = 64 * 1024,
					       .packet_min = 8,
					       .size = sizeof(struct text_format),
					       .packet = packet,
					       .skip = skip_packet };
	struct text_format *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->format.ops = &ops;
	p->options = *o;
	p->second = -1;
	return &p->format;
}
