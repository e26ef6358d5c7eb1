// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Strings of an enemy, in every place of a file that has one, in every form in which the tool shows
 * a file: none steers a terminal, is a formula of a spreadsheet, or makes JSON that is none.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/unit/image.h"
#include "tests/unit/tool.h"

static const struct string_case {
	const char *name, *bytes;
	uint16_t n;			/* 0: up to the NUL */
} strings[] = {
	{ "colours", "\x1b[31mred\x1b[0m", 0 },
	{ "the title of a terminal", "\x1b]0;title\a\x1b\\", 0 },
	{ "what a terminal answers to", "\x1b[6n\x1b[c\x05", 0 },
	{ "an escape in C1", "\xc2\x9b" "31m\xc2\x9d" "0;x\xc2\x9c", 0 },
	{ "an escape in C1 as a byte", "\x9b" "31m\x90q\x9c", 0 },
	{ "a line of our own", "\n[00:00:00.000000000] ARP\r\nxdpdump: all is well", 0 },
	{ "backspaces and tabs", "rm\b\b\x7f\t\v\f", 0 },
	{ "text from right to left", "gpj.\xe2\x80\xae" "exe\xe2\x80\xac", 0 },
	{ "isolated from right to left", "\xe2\x81\xa7" "a\xe2\x81\xa9\xe2\x80\x8f\xd8\x9c", 0 },
	{ "ends of lines of Unicode", "a\xe2\x80\xa8" "b\xe2\x80\xa9" "c\xc2\x85", 0 },
	{ "a surrogate alone", "\xed\xa0\x80", 0 },
	{ "a pair of surrogates", "\xed\xa0\xbd\xed\xb8\x80", 0 },
	{ "a code point that is too long", "\xc0\xaf\xe0\x80\x9b\xf0\x80\x80\x9b", 0 },
	{ "beyond Unicode", "\xf4\x90\x80\x80\xff\xfe", 0 },
	{ "a code point that is cut", "a\xe2\x80", 0 },
	{ "a NUL within", "a\0\x1b[31m", 7 },
	{ "what ends a string of JSON", "\",\"a\":\"\\\"}\\", 0 },
	{ "escapes of JSON", "\\u001b\\ud800\\n", 0 },
	{ "what ends a cell of CSV", "\",\"=1+1\"\n=2+2", 0 },
	{ "a formula", "=HYPERLINK(\"http://192.0.2.1\")", 0 },
	{ "a formula with a plus", "+1+cmd|' /C calc'!A0", 0 },
	{ "a formula with a minus", "-2+3", 0 },
	{ "a formula with an at", "@SUM(1)", 0 },
	{ "a formula behind a tab", "\t=1", 0 },
	{ "a formula behind the end of a line", "\r=1", 0 },
	{ "what printf() obeys", "%s%n%1000000d", 0 },
	{ "what a shell obeys", "$(id)`id`;id|id&", 0 },
	{ "markup", "</dd><script>alert(1)</script>", 0 },
};

static void put_options(const struct string_case *c, const uint16_t *codes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		option(codes[i], c->bytes, c->n ? c->n : strlen(c->bytes));
	option(OPT_END, "", 0);
}

/* A DNS name, a host name of HTTP, a path. */
static void put_packet(const struct string_case *c)
{
	size_t n = min_of(c->n ? c->n : strlen(c->bytes), (size_t)60);
	uint8_t frame[128] = {
		2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0,
		0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
		4, 0, 0, 53, 0, 0, 0, 0,
		0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, n,
	};
	uint32_t len = 42 + 13 + n + 5;

	memcpy(frame + 55, c->bytes, n);
	memcpy(frame + 55 + n, "\0\0\1\0\1", 5);
	frame[17] = len - 14;
	frame[39] = len - 34;
	begin(PCAPNG_EPB);
	put32(0);
	put64(0);
	put32(len);
	put32(len);
	put_padded(frame, len);
	put_options(c, (const uint16_t[]){ OPT_COMMENT, OPT_COMMENT }, 2);
	end();
}

static void make_file(const struct string_case *c, const char *path)
{
	FILE *f = fopen(path, "we");

	img.len = 0;
	begin_shb();
	put_options(c, (const uint16_t[]){ OPT_COMMENT, SHB_HARDWARE, SHB_OS, SHB_USERAPPL }, 4);
	end();
	begin_idb(0);
	put_options(c,
		    (const uint16_t[]){ OPT_COMMENT, IF_NAME, IF_DESCRIPTION, IF_HARDWARE, IF_OS },
		    5);
	end();
	put_packet(c);
	epb(0, 1);
	begin(PCAPNG_ISB);
	put32(0);
	put64(2);
	put_options(c, (const uint16_t[]){ OPT_COMMENT }, 1);
	end();
	put("damage", 6);
	assert_non_null(f);
	assert_int_equal(fwrite(img.bytes, 1, img.len, f), img.len);
	assert_int_equal(fclose(f), 0);
}

static void is_safe_text(const char *what, const struct text *t, const char *allowed)
{
	if (!fuzz_is_safe(t->bytes, t->len, allowed))
		fail_msg("%s: %.*s", what, (int)min_of(t->len, (size_t)2000), t->bytes);
}

/* Each line is an object. */
static void is_json(const char *what, const struct text *t)
{
	for (const char *line = t->bytes, *end; (end = strchr(line, '\n')); line = end + 1) {
		json_error_t error;
		json_t *root = json_loadb(line, end - line, JSON_ALLOW_NUL, &error);

		if (!root)
			fail_msg("%s: %s: %.*s", what, error.text, (int)(end - line), line);
		json_decref(root);
	}
}

/* RFC 4180: a cell begins the line or stands behind a comma, in quotes or not. */
static void has_no_formula(const char *what, const struct text *t)
{
	bool quoted = false, begins = true;

	for (const char *p = t->bytes; p < t->bytes + t->len; p++) {
		if (begins && strchr("=+-@\t\r", *p))
			fail_msg("%s: a cell begins with %.20s", what, p);
		begins = begins && *p == '"';
		if (*p == '"')
			quoted = !quoted;
		else if (!quoted)
			begins = *p == ',' || *p == '\n';
	}
}

static void is_shown_without_harm(void **state)
{
	static const char *const ways[] = {
		"", "-v", "-vv -e -X", "-A", "--number -tttt", "-T json", "-T json -v", "-T csv", "--info",
		"--info -T json", "--compare %2$s", "--compare %2$s -v", "--stats", "--color always",
		"--concatenated", "--recover", "'bad filter ('",
	};
	char path[128];

	snprintf(path, sizeof(path), "%s/file.pcapng", tool_dir);
	make_file(*state, path);
	for (size_t i = 0; i < array_size(ways); i++) {
		const char *way = ways[i];
		bool rows = strstr(way, "-T");

		if (strstr(way, "--compare"))
			run("--compare %s %s%s", path, path, strstr(way, "-v") ? " -v" : "");
		else
			run("-r %s %s", path, way);
		assert_true(tool.status < 128);
		if (!strstr(way, "always"))
			is_safe_text(way, &tool.out, rows ? "\n" : "\n\t");
		is_safe_text(way, &tool.err, "\n");
		if (strstr(way, "json"))
			is_json(way, &tool.out);
		if (strstr(way, "csv"))
			has_no_formula(way, &tool.out);
	}
	empty_tool_dir();
}

/* The name of the file itself, in what is said about it. */
static void is_named_without_harm(void **state)
{
	const struct string_case *c = *state;
	char path[256];

	if (c->n || strchr(c->bytes, '/') || strchr(c->bytes, '\''))
		return;
	snprintf(path, sizeof(path), "%s/%s", tool_dir, c->bytes);
	make_file(&strings[0], path);
	for (unsigned i = 0; i < 3; i++) {
		run(i == 0   ? "--info -r '%s'"
		    : i == 1 ? "-r '%s.none'"
			     : "--info -T json -r '%s'",
		    path);
		assert_true(tool.status < 128);
		is_safe_text(c->name, &tool.out, "\n");
		is_safe_text(c->name, &tool.err, "\n");
		if (i == 2)
			is_json(c->name, &tool.out);
	}
	empty_tool_dir();
}

int main(void)
{
	struct CMUnitTest tests[2 * array_size(strings)];
	size_t n = 0;
	int failed;

	unit_of_table(strings, is_shown_without_harm, tests, n);
	unit_of_table_as(strings, "a file called %s", is_named_without_harm, tests, n);
	make_tool_dir(NULL);
	failed = unit_run("hostile", tests, n);
	remove_tool_dir(NULL);
	freed(NULL);
	return failed;
}
