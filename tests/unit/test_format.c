// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Formats and packets that nobody made: whatever is in them, no format needs more room than it asks
 * for, none builds anything without it, and each row of JSON is JSON. What rows say is for the
 * golden tests.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/format/fields.h"
#include "capture/format/format.h"
#include "capture/format/text_settings.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"

#include "tests/unit/unit.h"

enum { ROUNDS = 4000, DATA_MAX = 200, TEXT_MAX = 120 };

static const struct {
	uint16_t linktype;
	const char *head;	/* that makes decoding go on */
} links[] = {
	{ LINKTYPE_ETHERNET, "0200000000020200000000010800" "45000000" "00000000" "4006" },
	{ LINKTYPE_ETHERNET, "0200000000020200000000010800" "45000000" "00000000" "4011" },
	{ LINKTYPE_ETHERNET, "0200000000020200000000010800" "45000000" "00000000" "4001" },
	{ LINKTYPE_ETHERNET, "020000000002020000000001" "86dd" "60000000" "0000" "06" },
	{ LINKTYPE_ETHERNET, "020000000002020000000001" "86dd" "60000000" "0000" "3a" },
	{ LINKTYPE_ETHERNET, "020000000002020000000001" "8100" "e064" "88a8" "b065" "0800"
	  "45000000" "00000000" "4084" },
	{ LINKTYPE_ETHERNET, "0200000000020200000000010806" "0001080006040001" },
	{ LINKTYPE_LINUX_SLL2, "08000000" "000000020001040602000000" "00010000" "45" },
	{ LINKTYPE_LINUX_SLL, "00000001000602000000000100000800" "45" },
	{ 65000, "" },
};

static uint64_t seed = 1;

static uint64_t noise(void)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return seed >> 33;
}

/* Bytes of every kind, those that could break a row more often than others. */
static char odd_byte(void)
{
	static const char odd[] = "\"\\,\n\r\t\x1b\x7f\xc2\x9b\xe2\x80\xae\xff{}[]";

	return noise() % 2 ? odd[noise() % (sizeof(odd) - 1)] : (char)noise();
}

static struct case_of_noise {
	uint8_t data[DATA_MAX], options[3 * (4 + TEXT_MAX) + 8];
	char name[TEXT_MAX + 1];
	struct iface iface;
} made;

static size_t put_option(uint8_t *to, uint16_t code, uint16_t len)
{
	const uint16_t head[2] = { code, len };
	size_t padded = (len + 3u) & ~3u;

	memset(to, 0, 4 + padded);
	memcpy(to, head, 4);
	for (unsigned i = 0; i < len; i++)
		to[4 + i] = odd_byte();
	return 4 + padded;
}

static void make_packet(struct packet *p)
{
	const uint64_t numbers[] = { 0, 1, UINT32_MAX, INT64_MAX, UINT64_MAX };
	size_t n = noise() % (sizeof(links) / sizeof(links[0])), head_len, len = noise() % TEXT_MAX;
	uint8_t *head = unit_bytes(links[n].head, &head_len);

	for (size_t i = 0; i < DATA_MAX; i++)
		made.data[i] = noise();
	memcpy(made.data, head, head_len);
	free(head);
	for (size_t i = 0; i < len; i++)
		made.name[i] = odd_byte();
	made.name[len] = '\0';
	made.iface = (struct iface){ .id = 0,
				     .linktype = links[n].linktype,
				     .name = noise() % 4 ? made.name : NULL,
				     .file = noise() % 4 ? made.name : NULL };
	*p = (struct packet){
		.ts_ns = numbers[noise() % 4],
		.dropped = numbers[noise() % 5],
		.id = numbers[noise() % 5],
		.flags = noise(),
		.queue = noise(),
		.verdict = { noise() % 2 + 1, numbers[noise() % 5] },
		.hash = { noise() % 8, 1 + noise() % PACKET_HASH_MAX, { noise(), noise() } },
		.pid = noise(),
		.tid = noise(),
		.process = noise() % 4 ? made.name : NULL,
		.has = noise() % 256,
		.offset = numbers[noise() % 5],
		.data = made.data,
		.caplen = noise() % (DATA_MAX + 1),
		.len = noise() % 3 ? DATA_MAX : 20,
		.iface = &made.iface,
		.options = { .bytes = made.options },
	};
	for (unsigned i = noise() % 3; i; i--)
		p->options.len += put_option(made.options + p->options.len, OPT_COMMENT,
					     noise() % TEXT_MAX);
	if (noise() % 2) {
		p->options.len += put_option(made.options + p->options.len, EPB_VERDICT, 9);
		made.options[p->options.len - 12] = noise() % 4;
	}
	link_decode(p);
}

/* ---- a reader of JSON, as far as rows need one: the end of what stands at @s, or NULL ---- */

static const char *json_string(const char *s)
{
	if (*s++ != '"')
		return NULL;
	for (; *s != '"'; s++) {
		if ((uint8_t)*s < 0x20 || *s == 0x7f)
			return NULL;
		if (*s != '\\')
			continue;
		s++;
		if (*s == 'u' && strspn(s + 1, "0123456789abcdef") < 4)
			return NULL;
		if (!*s || !strchr("\"\\nu", *s))
			return NULL;
	}
	return s + 1;
}

static const char *json_number(const char *s)
{
	size_t n;

	s += *s == '-';
	n = strspn(s, "0123456789");
	return n && (n == 1 || *s != '0') ? s + n : NULL;
}

static const char *json_value(const char *s)
{
	if (*s == '"')
		return json_string(s);
	if (!strncmp(s, "true", 4))
		return s + 4;
	if (!strncmp(s, "false", 5))
		return s + 5;
	if (*s != '[')
		return json_number(s);
	do
		s = json_number(s + 1);
	while (s && *s == ',');
	return s && *s == ']' ? s + 1 : NULL;
}

static bool is_json_row(const char *s)
{
	if (*s != '{')
		return false;
	do {
		s = json_string(s + 1);
		s = s && *s == ':' ? json_value(s + 1) : NULL;
	} while (s && *s == ',');
	return s && !strcmp(s, "}\n");
}

/* As many fields as the header has, in quotes or not. */
static bool is_csv_row(const char *s)
{
	size_t n_fields, n = 1;
	bool quoted = false;

	fields(&n_fields);
	for (; *s && (quoted || *s != '\n'); s++) {
		if ((uint8_t)*s < 0x20 || *s == 0x7f)
			return false;
		quoted ^= *s == '"';
		n += !quoted && *s == ',';
	}
	return !quoted && n == n_fields && !strcmp(s, "\n");
}

static void check_row(enum file_format format, const char *row, ssize_t n)
{
	if ((ssize_t)strlen(row) != n ||
	    (format == FORMAT_JSON ? !is_json_row(row) : !is_csv_row(row)))
		fail_msg("round %llu: %s", (unsigned long long)seed, row);
}

static void no_format_takes_more_room_than_it_asks_for(void **state)
{
	const struct text_settings text = {
		.hex = HEX_ASCII_LINK, .verbose = 2, .link = true, .number = true, .offsets = true
	};

	(void)state;
	for (enum file_format i = 0; i < N_FORMATS; i++) {
		struct format *f = format_open(i, &text);

		for (int round = 0; round < ROUNDS; round++) {
			struct packet p;
			ssize_t need, n;
			char *buf;

			make_packet(&p);
			need = f->ops->packet(f, NULL, 0, &p, 0, 0);
			if (need < 0)		/* pcap: not of its link type */
				continue;
			buf = malloc(need + 1);
			assert_int_equal(f->ops->packet(f, buf, need - 1, &p, 0, 0), need);
			buf[need] = '$';
			n = f->ops->packet(f, buf, need, &p, 0, 0);
			assert_true(n <= need && buf[need] == '$');
			if (n >= 0) {
				assert_true((size_t)n >= f->ops->packet_min);
				buf[n] = '\0';
			}
			if (i == FORMAT_JSON || i == FORMAT_CSV)
				check_row(i, buf, n);
			free(buf);
		}
		format_close(f);
	}
}

/* All fields at their longest, which no packet has, and what CSV and JSON put around them. */
static void the_fields_of_a_row_are_not_longer_than_promised(void **state)
{
	enum { VALUE_MAX = 45 };
	/* a number of 32 bits and a comma for each */
	size_t n, sum = 4 + TUNNEL_MAX * TUNNEL_IDS * 11;

	(void)state;
	for (const struct field *f = fields(&n); n; n--, f++)
		sum += f->json_len + 2 + (f->type == FIELD_FOREIGN ? 1 : VALUE_MAX);
	assert_true(sum <= FIELDS_MAX_BYTES);
}

/* A row as a string. */
static const char *row_of(enum file_format format, const struct packet *p)
{
	static char buf[4 * FIELDS_MAX_BYTES];
	struct format *f = format_open(format, &(struct text_settings){ .verbose = 1 });
	ssize_t n;

	assert_in_range(f->ops->packet(f, NULL, 0, p, 0, 0), 1, sizeof(buf) - 1);
	n = f->ops->packet(f, buf, sizeof(buf) - 1, p, 0, 0);
	buf[n] = '\0';
	format_close(f);
	return buf;
}

/* The blocks of processes, and the packets, that stand in @buf: "PP" would be two packets. */
static const char *kinds_of(const uint8_t *buf, size_t n)
{
	static char kinds[32];
	unsigned i = 0;
	uint32_t type, len;

	for (size_t at = 0; at < n; at += len) {
		memcpy(&type, buf + at, 4);
		memcpy(&len, buf + at + 4, 4);
		kinds[i++] = type == PCAPNG_CB ? 'n' : type == PCAPNG_EPB ? 'P' : '?';
	}
	kinds[i] = '\0';
	return kinds;
}

static void a_process_is_named_once_in_each_file(void **state is_unused)
{
	static const struct {
		uint32_t pid;
		const char *name;
		bool is_new_file;
		const char *kinds;
	} rows[] = {
		{ 7, "curl", false, "nP" }, { 7, "curl", false, "P" },	/* which is known */
		{ 8, "curl", false, "nP" }, { 7, "curl", false, "P" },
		/* it has become another program */
		{ 7, "wget", false, "nP" },
		{ 7, "wget", true, "nP" },  { 7, "wget", false, "P" },
		/* of the same place */
		{ 7 + 256, "x", false, "nP" }, { 7, "wget", false, "nP" },
		{ 9, NULL, false, "P" },    { 9, "late", false, "nP" },
	};
	struct format *f = format_open(FORMAT_PCAPNG, NULL);
	const struct iface iface = { .linktype = LINKTYPE_ETHERNET };
	uint8_t buf[4096];

	for (size_t i = 0; i < array_size(rows); i++) {
		const struct packet p = { .iface = &iface, .data = buf, .pid = rows[i].pid, .process = rows[i].name,
					  .has = PACKET_TIME | PACKET_PROCESS | PACKET_NAMES };

		if (rows[i].is_new_file)
			f->ops->head(f, buf, sizeof(buf), &(struct origin){ .os = "Linux" });
		assert_string_equal(kinds_of(buf, f->ops->packet(f, buf, sizeof(buf), &p, 0, 0)),
				    rows[i].kinds);
	}
	format_close(f);
}

/* 64 KiB in a file of 150 bytes would be as much again with each packet. */
static void a_name_is_cut_in_each_row(void **state)
{
	static char name[UINT16_MAX + 1];
	const struct iface iface = { .linktype = 65000, .name = name };
	const struct packet p = { .iface = &iface };

	(void)state;
	for (enum file_format i = FORMAT_JSON; i < N_FORMATS; i++) {
		const char *row, *at;

		memset(name, 'n', UINT16_MAX);
		row = row_of(i, &p);
		at = strstr(row, "nnn");
		assert_non_null(at);
		assert_int_equal(strspn(at, "n"), 255);
		memcpy(name + 254, "\xc3\xa9", 2);	/* which would be in half */
		row = row_of(i, &p);
		assert_int_equal(strspn(strstr(row, "nnn"), "n"), 254);
		assert_null(strstr(row, "\xc3"));
	}
}

/* What a spreadsheet would compute has an apostrophe in front; in JSON it stays as it is. */
static void no_cell_of_csv_is_a_formula(void **state)
{
	static const struct { const char *foreign, *cell; } rows[] = {
		{ "=1+1", "\"'=1+1\"" }, { "+1", "\"'+1\"" }, { "-1", "\"'-1\"" },
		{ "@A1", "\"'@A1\"" }, { "=", "\"'=\"" },
		{ "\xef\xbc\x9d" "1", "\"'\xef\xbc\x9d" "1\"" },
		{ "\xef\xbc\x8b", "\"'\xef\xbc\x8b\"" },
		{ "\xef\xbc\x8d", "\"'\xef\xbc\x8d\"" }, { "\xef\xbc\xa0", "\"'\xef\xbc\xa0\"" },
		{ "\t=1", "\"\\x09=1\"" }, { "\r=1", "\"\\x0d=1\"" }, { "\"=1", "\"\"\"=1\"" },
		{ "a=1", "\"a=1\"" }, { "'=1", "\"'=1\"" }, { "\xef\xbc\x9e", "\"\xef\xbc\x9e\"" },
		{ "", "\"\"" },
	};

	(void)state;
	for (size_t i = 0; i < array_size(rows); i++) {
		const struct iface iface = { .linktype = 65000, .name = (char *)rows[i].foreign };
		struct packet p = { .iface = &iface, .options = { .bytes = made.options } };
		uint16_t head[] = { OPT_COMMENT, strlen(rows[i].foreign) };
		char wanted[64];

		memcpy(made.options, head, 4);
		memcpy(made.options + 4, rows[i].foreign, head[1]);
		p.options.len = 4 + ((head[1] + 3u) & ~3u);
		snprintf(wanted, sizeof(wanted), ",%s,,0,0,,,,,,,%s,65000", rows[i].cell,
			 rows[i].cell);
		if (!strstr(row_of(FORMAT_CSV, &p), wanted))
			fail_msg("%s, not %s", row_of(FORMAT_CSV, &p), wanted);
		assert_null(strstr(row_of(FORMAT_JSON, &p), "\"'=1+1"));
	}
}

/*
 * As many as a block of a hostile file can have: each looked for from the start they would take
 * minutes.
 */
static void a_packet_may_have_very_many_options(void **state)
{
	enum { N = 400000, LEN = 4 };
	static const uint16_t codes[] = { OPT_COMMENT, EPB_VERDICT };
	static const enum file_format all[] = { FORMAT_JSON, FORMAT_CSV, FORMAT_TEXT };
	const struct text_settings text = { .verbose = 1 };
	const struct iface iface = { .linktype = LINKTYPE_ETHERNET };
	uint8_t *options = calloc(N, LEN);
	struct packet p = { .iface = &iface, .options = { options, N * LEN } };

	(void)state;
	assert_non_null(options);
	alarm(20);
	for (unsigned i = 0; i < array_size(codes) * array_size(all); i++) {
		struct format *f = format_open(all[i / array_size(codes)], &text);
		size_t room = f->ops->packet(f, NULL, 0, &p, 0, 0);
		char *buf = malloc(room);

		for (size_t at = 0; at < p.options.len; at += LEN)
			memcpy(options + at, &codes[i % array_size(codes)], sizeof(codes[0]));
		assert_in_range(f->ops->packet(f, buf, room, &p, 0, 0), 1, room);
		free(buf);
		format_close(f);
	}
	alarm(0);
	free(options);
}

static void a_verdict_is_that_of_its_kind_of_program(void **state)
{
	static const struct { uint8_t type; int64_t action; const char *wanted; } rows[] = {
		{ VERDICT_XDP, 1, "\"frame_frame_verdict_ebpf_xdp\":1," },
		{ VERDICT_TC, -1, "\"frame_frame_verdict_ebpf_tc\":-1," },
		{ VERDICT_TC, INT64_MIN, "\"frame_frame_verdict_ebpf_tc\":-9223372036854775808," },
	};
	const struct iface iface = { .linktype = 65000 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet p = { .iface = &iface, .options = { .bytes = made.options } };
		struct format *f = format_open(FORMAT_JSON, NULL);
		char buf[2 * FIELDS_MAX_BYTES];
		ssize_t n;

		p.options.len = put_option(made.options, EPB_VERDICT, 9);
		made.options[4] = rows[i].type;
		memcpy(made.options + 5, &rows[i].action, 8);
		n = f->ops->packet(f, buf, sizeof(buf) - 1, &p, 0, 0);
		buf[n] = '\0';
		if (!strstr(buf, rows[i].wanted) || !is_json_row(buf))
			fail_msg("%s, not %s", buf, rows[i].wanted);
		format_close(f);
	}
}

static ssize_t pcap_packet(const struct packet *p, uint32_t linktype, uint32_t snaplen, void *buf,
			   size_t room)
{
	const struct iface i = { .linktype = linktype };
	struct format *f = format_open(FORMAT_PCAP, NULL);
	char head[64];
	ssize_t n;

	f->ops->head(f, head, sizeof(head), &(struct origin){ 0 });
	f->ops->iface(f, head, sizeof(head), &i, 0);
	n = f->ops->packet(f, buf, room, p, 0, snaplen);
	format_close(f);
	return n;
}

static void pcap_refuses_what_it_cannot_express(void **state)
{
	static uint8_t data[262145];
	static char buf[sizeof(data) + 64];
	const struct iface ethernet = { .linktype = LINKTYPE_ETHERNET };
	struct packet p = {
		.data = data, .caplen = 60, .len = 60, .has = PACKET_TIME, .iface = &ethernet
	};

	(void)state;
	assert_int_equal(pcap_packet(&p, LINKTYPE_ETHERNET, 0, buf, sizeof(buf)), 76);
	assert_int_equal(pcap_packet(&p, LINKTYPE_RAW, 0, buf, sizeof(buf)),
			 -FORMAT_OTHER_LINKTYPE);
	p.ts_ns = (1ull << 32) * 1000000000 - 1;
	assert_int_equal(pcap_packet(&p, LINKTYPE_ETHERNET, 0, buf, sizeof(buf)), 76);
	p.ts_ns++;
	assert_int_equal(pcap_packet(&p, LINKTYPE_ETHERNET, 0, buf, sizeof(buf)), -FORMAT_TOO_LATE);
	p.ts_ns = 0;
	p.caplen = p.len = 262144;
	assert_int_equal(pcap_packet(&p, LINKTYPE_ETHERNET, 0, buf, sizeof(buf)), 262144 + 16);
	p.caplen = p.len = 262145;
	assert_int_equal(pcap_packet(&p, LINKTYPE_ETHERNET, 0, buf, sizeof(buf)), -FORMAT_TOO_LONG);
	p.iface = &(struct iface){ .linktype = LINKTYPE_USBPCAP };
	assert_int_equal(pcap_packet(&p, LINKTYPE_USBPCAP, 0, buf, sizeof(buf)), 262145 + 16);
	p.iface = &ethernet;
	assert_int_equal(pcap_packet(&p, LINKTYPE_ETHERNET, 100, buf, sizeof(buf)), 116);
}

static void each_format_is_found_by_its_name(void **state)
{
	enum file_format found;

	(void)state;
	for (enum file_format i = 0; i < N_FORMATS; i++) {
		assert_true(format_by_name(&found, format_name(i)));
		assert_int_equal(found, i);
		assert_int_equal(format_is_text(i),
				 i == FORMAT_JSON || i == FORMAT_CSV || i == FORMAT_TEXT);
	}
	assert_false(format_by_name(&found, "pcapn"));
	assert_false(format_by_name(&found, ""));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_format_takes_more_room_than_it_asks_for),
		cmocka_unit_test(a_process_is_named_once_in_each_file),
		cmocka_unit_test(a_name_is_cut_in_each_row),
		cmocka_unit_test(no_cell_of_csv_is_a_formula),
		cmocka_unit_test(a_packet_may_have_very_many_options),
		cmocka_unit_test(a_verdict_is_that_of_its_kind_of_program),
		cmocka_unit_test(the_fields_of_a_row_are_not_longer_than_promised),
		cmocka_unit_test(pcap_refuses_what_it_cannot_express),
		cmocka_unit_test(each_format_is_found_by_its_name),
	};

	return unit_run("format", tests, sizeof(tests) / sizeof(tests[0]));
}
