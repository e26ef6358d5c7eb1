// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Number, time, decoded line and hex dump, collected in a buffer that is written in one piece. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "capture/line.h"
#include "capture/out.h"
#include "capture/packet.h"
#include "capture/print.h"
#include "capture/text.h"
#include "capture/util.h"

enum { BUF_SIZE = 64 * 1024 };

struct printer {
	struct print_options options;
	struct out *out;
	struct text text;
	uint64_t n_packets;
	uint64_t first_ns, last_ns;	/* valid if there was a packet with a time */
	bool timed;
	time_t second;			/* that clock describes */
	char clock[32];
	size_t clock_len;
	int error;			/* the first one */
};

int printer_open(struct printer **printer, const struct print_options *o, int interrupt_fd)
{
	struct printer *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	p->options = *o;
	p->second = -1;
	p->text = text_in(malloc(BUF_SIZE), BUF_SIZE);
	err = p->text.buf ? out_open(&p->out, "-", interrupt_fd) : -ENOMEM;
	if (err) {
		printer_close(p);
		return err;
	}
	*printer = p;
	return 0;
}

int printer_flush(struct printer *p)
{
	uint64_t from = out_offset(p->out);
	int err;

	if (p->error || !p->text.len)
		return p->error;
	err = out_write(p->out, p->text.buf, p->text.len);
	if (err == -EINTR) {
		size_t done = out_offset(p->out) - from;

		memmove(p->text.buf, p->text.buf + done, p->text.len - done);
		p->text.len -= done;
		return err;
	}
	p->text.len = 0;
	return p->error = err;
}

/* No piece of text is longer than a line. An interrupted flush leaves text in the buffer, which then grows. */
static int make_room(struct printer *p)
{
	char *bigger;
	int err;

	if (p->text.cap - p->text.len >= LINE_MAX_BYTES)
		return p->error;
	err = printer_flush(p);
	if (err && err != -EINTR)
		return err;
	if (p->text.cap - p->text.len >= LINE_MAX_BYTES)
		return 0;
	bigger = realloc(p->text.buf, 2 * p->text.cap);
	if (!bigger)
		return p->error = -ENOMEM;
	p->text.buf = bigger;
	p->text.cap *= 2;
	return 0;
}

static void put_seconds(struct text *t, uint64_t ns)
{
	text_u64(t, ns / 1000000000);
	text_char(t, '.');
	text_nanoseconds(t, ns % 1000000000);
}

/* A step back in time is shown as one. */
static void put_delta(struct text *t, uint64_t from_ns, uint64_t ns)
{
	if (ns < from_ns)
		text_char(t, '-');
	put_seconds(t, ns < from_ns ? from_ns - ns : ns - from_ns);
}

/* "2026-11-23 15:04:05." or without the date. */
static void describe_second(struct printer *p, time_t second, bool with_date)
{
	struct text t = text_in(p->clock, sizeof(p->clock));
	struct tm date = { 0 };

	localtime_r(&second, &date);
	if (with_date) {
		text_u64(&t, date.tm_year + 1900);
		text_char(&t, '-');
		text_zeros(&t, date.tm_mon + 1, 2);
		text_char(&t, '-');
		text_zeros(&t, date.tm_mday, 2);
		text_char(&t, ' ');
	}
	text_zeros(&t, date.tm_hour, 2);
	text_char(&t, ':');
	text_zeros(&t, date.tm_min, 2);
	text_char(&t, ':');
	text_zeros(&t, date.tm_sec, 2);
	text_char(&t, '.');
	p->clock_len = t.len;
	p->second = second;
}

static void put_clock(struct printer *p, uint64_t ns, bool with_date)
{
	time_t second = ns / 1000000000;

	if (second != p->second)
		describe_second(p, second, with_date);
	text_bytes(&p->text, p->clock, p->clock_len);
	text_nanoseconds(&p->text, ns % 1000000000);
}

static void put_time(struct printer *p, const struct packet *pkt)
{
	struct text *t = &p->text;
	uint64_t ns = pkt->ts_ns;

	if (p->options.time == TIME_NONE)
		return;
	text_char(t, '[');
	if (!(pkt->has & PACKET_TIME)) {
		text_str(t, "no time");
	} else {
		if (!p->timed)
			p->first_ns = p->last_ns = ns;
		p->timed = true;
		switch (p->options.time) {
		case TIME_EPOCH:
			put_seconds(t, ns);
			break;
		case TIME_DELTA:
			put_delta(t, p->last_ns, ns);
			break;
		case TIME_SINCE_FIRST:
			put_delta(t, p->first_ns, ns);
			break;
		default:
			put_clock(p, ns, p->options.time == TIME_DATE);
		}
		p->last_ns = ns;
	}
	text_str(t, "] ");
}

/* As tcpdump has it: offset, eight groups of two bytes, and the printable ones. */
static void put_hex_row(struct text *t, const uint8_t *data, size_t off, size_t n, bool ascii)
{
	text_str(t, "\t0x");
	text_hex(t, off, 4);
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

static int put_hex(struct printer *p, const struct packet *pkt)
{
	bool link = p->options.hex == HEX_LINK || p->options.hex == HEX_ASCII_LINK;
	bool ascii = p->options.hex >= HEX_ASCII;
	size_t skip = link ? 0 : pkt->hdr.l3_off;
	const uint8_t *data = pkt->data + skip;
	size_t len = pkt->caplen - skip;

	for (size_t off = 0; off < len; off += 16) {
		int err = make_room(p);

		if (err)
			return err;
		put_hex_row(&p->text, data, off, min_of(len - off, (size_t)16), ascii);
	}
	return 0;
}

int printer_packet(struct printer *p, const struct packet *pkt)
{
	int err = make_room(p);

	if (err)
		return err;
	p->n_packets++;
	if (p->options.number) {
		text_blanks(&p->text, p->n_packets, 5);
		text_str(&p->text, "  ");
	}
	put_time(p, pkt);
	if (p->options.link)
		line_link(&p->text, pkt);
	line_packet(&p->text, pkt, p->options.verbose);
	text_char(&p->text, '\n');
	if (p->options.hex != HEX_NONE)
		err = put_hex(p, pkt);
	return !err && p->options.line_buffered ? printer_flush(p) : err;
}

size_t printer_pending(const struct printer *p)
{
	return p->text.len;
}

void printer_hurry(struct printer *p, int ms)
{
	out_hurry(p->out, ms);
}

struct printer *printer_close(struct printer *p)
{
	if (!p)
		return NULL;
	out_close(p->out);
	free(p->text.buf);
	free(p);
	return NULL;
}
