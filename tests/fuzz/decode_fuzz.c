// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libFuzzer target for what is told of a packet: its headers lie within its bytes, and what text,
 * JSON and CSV make of it is bounded, well-formed and safe to show, whatever the bytes, the name of
 * its interface and a comment on it are.
 *
 *	make fuzz-decode		make check replays tests/fuzz/decode
 *
 * Input: which link type, which line, two bytes by how much the packet was longer on the wire, how
 * many bytes of interface name follow; the name, which is the comment too; the packet.
 */
#include <string.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/format/format.h"
#include "capture/format/summary_line.h"
#include "capture/format/text_settings.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"

#include "tests/fuzz/fuzz.h"

enum { HEAD = 5 };	/* bytes of input before the name */

/* 105, which is 802.11, stands for those that are not decoded. */
static const uint16_t linktypes[] = {
	LINKTYPE_ETHERNET,    LINKTYPE_NULL, LINKTYPE_RAW_BSD,
	LINKTYPE_RAW_OPENBSD, LINKTYPE_RAW,  LINKTYPE_LOOP,
	LINKTYPE_LINUX_SLL,   LINKTYPE_IPV4, LINKTYPE_IPV6,
	LINKTYPE_LINUX_SLL2,  105,	     65535,
};

static void check_headers(const struct packet *p)
{
	const struct parsed *h = &p->hdr;

	must(h->hdr_len <= p->caplen && h->l3_off <= p->caplen);
	must(h->end <= PARSE_DEEP);
	must(!h->ip_version || h->l3_off + (h->ip_version == 4 ? 20u : 40u) <= p->caplen);
	must(!(h->flags & PARSE_PORTS) || h->l4_off + 4u <= p->caplen);
}

/* The line is all there, not cut at the end of its room. */
static void check_line(const struct packet *p, int verbose)
{
	char buf[2 * LINE_MAX_BYTES];
	struct text t = text_in(buf, sizeof(buf));

	summary_line_direction(&t, p);
	summary_line_link(&t, p);
	summary_line_packet(&t, p, verbose);
	summary_line_verdict(&t, p);
	must(t.len > 0 && t.len < LINE_MAX_BYTES);
	must(fuzz_is_safe(t.buf, t.len, ""));
}

/* ---- RFC 8259, as far as a flat object needs it: each gives what stands behind the value ---- */

static const char *json_string(const char *s, const char *end)
{
	must(s < end && *s++ == '"');
	while (s < end && *s != '"') {
		must((uint8_t)*s >= 0x20);
		if (*s++ != '\\')
			continue;
		must(s < end && strchr("\"\\/bfnrtu", *s));
		if (*s++ == 'u') {
			must(end - s >= 4 && strspn(s, "0123456789abcdefABCDEF") >= 4);
			s += 4;
		}
	}
	must(s < end);
	return s + 1;
}

static const char *json_number(const char *s, const char *end)
{
	const char *from = s += s < end && *s == '-';

	while (s < end && *s >= '0' && *s <= '9')
		s++;
	must(s > from && (*from != '0' || s == from + 1));
	return s;
}

static const char *json_value(const char *s, const char *end)
{
	must(s < end);
	if (*s == '"')
		return json_string(s, end);
	if (*s == 't' || *s == 'f') {
		size_t n = *s == 't' ? 4 : 5;

		must((size_t)(end - s) >= n && !memcmp(s, n == 4 ? "true" : "false", n));
		return s + n;
	}
	if (*s != '[')
		return json_number(s, end);
	do
		s = json_number(s + 1, end);
	while (s < end && *s == ',');
	must(s < end && *s == ']');
	return s + 1;
}

static void check_json(const char *s, const char *end)
{
	must(s < end && *s == '{');
	do {
		s = json_string(s + 1, end);
		must(s < end && *s == ':');
		s = json_value(s + 1, end);
	} while (s < end && *s == ',');
	must(s < end && *s == '}' && s + 1 == end);
}

/* ---- RFC 4180 ---- */

static unsigned csv_columns(const char *s, const char *end)
{
	unsigned n = 1;

	while (s < end) {
		if (*s == '"') {
			do {
				s = memchr(s + 1, '"', end - s - 1);
				must(s);
				s++;
			} while (s < end && *s == '"');
			must(s == end || *s == ',');
		} else if (*s++ == ',') {
			n++;
		}
	}
	return n;
}

static void check_csv(const struct format *f, const char *s, const char *end)
{
	static unsigned columns;
	char head[8 * LINE_MAX_BYTES];
	ssize_t n;

	if (!columns) {
		n = f->ops->head((struct format *)(uintptr_t)f, head, sizeof(head),
				 &(struct origin){ 0 });
		must(n > 0 && n <= (ssize_t)sizeof(head));
		columns = csv_columns(head, head + n - 1);
	}
	must(csv_columns(s, end) == columns);
}

/* ---- */

/* As the writer calls it: with too little room at first, then with as much as was asked for. */
static void check_format(const struct packet *p, enum file_format kind,
			 const struct text_settings *o)
{
	struct format *f = format_open(kind, o);
	ssize_t need, len;
	char *buf;

	must(f);
	need = f->ops->packet(f, NULL, 0, p, 0, 0);
	must(need > 0 && need <= 8 * LINE_MAX_BYTES + 8 * (ssize_t)(p->caplen + p->options.len));
	buf = malloc(need);
	must(buf);
	len = f->ops->packet(f, buf, need, p, 0, 0);
	must(len >= (ssize_t)f->ops->packet_min && len <= need);
	must(buf[len - 1] == '\n' &&
	     fuzz_is_safe(buf, len - 1,
			  kind == FORMAT_TEXT && (o->hex || p->options.len) ? "\n\t" : ""));
	if (kind == FORMAT_JSON)
		check_json(buf, buf + len - 1);
	if (kind == FORMAT_CSV)
		check_csv(f, buf, buf + len - 1);
	free(buf);
	format_close(f);
}

static void check_text(const struct packet *p, uint8_t kind)
{
	const struct text_settings o = {
		.verbose = kind % 5 - 1,
		.hex = kind & 0x80 ? kind % 7 % 5 : HEX_NONE,
		.link = kind & 0x20,
		.number = kind & 0x10,
		.time = kind % (TIME_SINCE_FIRST + 1),
	};

	check_line(p, o.verbose);
	check_format(p, FORMAT_TEXT, &o);
	check_format(p, FORMAT_JSON, NULL);
	check_format(p, FORMAT_CSV, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iface iface = { .id = 0 };
	struct packet p = { .iface = &iface };
	char name[256 + 1];
	uint8_t comment[4 + 256] = { OPT_COMMENT };
	uint8_t *copy;
	size_t n;

	if (size < HEAD)
		return 0;
	iface.linktype = linktypes[data[0] % array_size(linktypes)];
	n = min_of((size_t)data[4], size - HEAD);
	text_utf8_clean(name, sizeof(name), (const char *)data + HEAD, n);
	iface.name = n ? name : NULL;
	comment[2] = n;
	memcpy(comment + 4, data + HEAD, n);
	if (n)
		p.options = (struct raw_options){ comment, 4 + ((n + 3) & ~(size_t)3) };
	p.caplen = size - HEAD - n;
	p.len = p.caplen + (data[2] << 8 | data[3]);
	p.has = data[1] & 0x40 ? PACKET_QUEUE | PACKET_TIME | PACKET_FLAGS | PACKET_ID : 0;
	if (data[1] & 0x40) {
		p.has |= PACKET_VERDICT;
		p.verdict = (struct verdict){ VERDICT_TC, INT64_MIN };
		p.has |= PACKET_PROCESS;
		p.pid = p.tid = UINT32_MAX;
		p.process = iface.name;
		p.has |= PACKET_HASH;
		p.hash = (struct packet_hash){ EPB_HASH_2S_COMPLEMENT, PACKET_HASH_MAX, { 0xff } };
	}
	p.queue = p.dropped = p.flags = data[1] & 0x40 ? UINT32_MAX : 0;
	p.ts_ns = p.id = data[1] & 0x40 ? INT64_MAX : 0;
	/* so that a sanitizer sees each step too far */
	copy = malloc(p.caplen ? p.caplen : 1);
	must(copy);
	memcpy(copy, data + HEAD + n, p.caplen);
	p.data = copy;
	link_decode(&p);
	check_headers(&p);
	check_text(&p, data[1]);
	free(copy);
	return 0;
}
