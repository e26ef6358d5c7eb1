// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Captures in tests/pcaps rewritten by the tool, in each format, and read again: the same packets,
 * and the same bytes where a format has them all.
 */
#include <zlib.h>
#include <zstd.h>

#include "tests/unit/tool.h"

/* A path in the directory of the test, good for eight more. */
static const char *at(const char *name)
{
	static char paths[8][128];
	static unsigned n;
	char *path = paths[n++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", tool_dir, name);
	return path;
}

static void same_files(const char *what, const char *a, const char *b)
{
	struct text x = text_of_file(a), y = text_of_file(b);

	same_text(what, &x, &y);
	free(x.bytes);
	free(y.bytes);
}

/* Two captures look the same with these options. */
static void look_the_same(const char *options, const char *a, const char *b)
{
	struct text first;

	run_well("-r %s %s", a, options);
	first = steal_out();
	run_well("-r %s %s", b, options);
	same_text(a, &first, &tool.out);
	free(first.bytes);
}

static void prints_the_same_and_rewrites_to_the_same_bytes(void **state)
{
	const char *file = *state;
	struct stat st;

	empty_tool_dir();
	run_well("-r %s -w %s", file, at("once"));
	run_well("-r %s -w %s", at("once"), at("twice"));
	same_files(file, at("once"), at("twice"));
	assert_int_equal(stat(at("once"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	look_the_same("-v -XX", file, at("once"));
}

/* Of a fixture of nanoseconds. */
static void is_the_same_file_in_nanoseconds_and_by_way_of_pcapng(void **state)
{
	const char *file = *state;

	empty_tool_dir();
	run_well("-r %s --format pcap-ns -w %s", file, at("ns"));
	same_files(file, file, at("ns"));
	run_well("-r %s --format pcapng -w %s", file, at("ng"));
	run_well("-r %s --format pcap-ns -w %s", at("ng"), at("again"));
	same_files(file, file, at("again"));
	look_the_same("-tttt -XX", at("ns"), at("again"));
}

/* Zeros behind the sixth digit of a time at the beginning of a line. */
static void cut_to_microseconds(struct text *t)
{
	for (char *line = t->bytes; line && *line; line = strchr(line, '\n')) {
		char *digits;

		line += *line == '\n';
		digits = *line == '[' ? strchr(line, '.') : NULL;
		if (digits)
			memset(digits + 7, '0', 3);
	}
}

static void microseconds_are_cut_and_not_rounded(void **state)
{
	const char *file = *state;
	struct text ns;

	empty_tool_dir();
	run_well("-r %s --format pcap -w %s", file, at("us"));
	run_well("-r %s -tt", file);
	ns = steal_out();
	cut_to_microseconds(&ns);
	run_well("-r %s -tt", at("us"));
	same_text(file, &ns, &tool.out);
	free(ns.bytes);
	if (run("--compare %s %s --tolerance 999ns", file, at("us")))
		fail_msg("%s: %s", file, tool.out.bytes);
}

/* What a file holds, by the libraries; it is small. */
static struct text unpacked(const char *path, const char *codec)
{
	struct text packed = text_of_file(path), plain = { malloc(65536), 0 };

	assert_non_null(plain.bytes);
	if (!strcmp(codec, "none")) {
		free(plain.bytes);
		return packed;
	}
	if (!strcmp(codec, "gzip")) {
		z_stream z = { .next_in = (void *)packed.bytes,
			       .avail_in = packed.len,
			       .next_out = (void *)plain.bytes,
			       .avail_out = 65535 };

		assert_int_equal(inflateInit2(&z, 16 + MAX_WBITS), Z_OK);
		assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
		plain.len = z.total_out;
		inflateEnd(&z);
	} else {
		plain.len = ZSTD_decompress(plain.bytes, 65535, packed.bytes, packed.len);
		assert_false(ZSTD_isError(plain.len));
	}
	free(packed.bytes);
	plain.bytes[plain.len] = '\0';
	return plain;
}

/* "Nothing" is a result, whatever there is nothing of; what is compressed can be unpacked. */
static void a_file_without_packets_is_a_file(const char *options, const char *format,
					     const char *codec)
{
	struct text plain;

	empty_tool_dir();
	run_well("-r tests/pcaps/mixed.pcap --format %s --compress %s -w %s %s", format, codec,
		 at("none"), options);
	plain = unpacked(at("none"), codec);
	if (!strcmp(format, "json") || !strcmp(format, "text")) {
		assert_int_equal(plain.len, 0);
	} else if (!strcmp(format, "csv")) {
		assert_int_equal(lines_of(&plain), 1);
	} else {
		assert_true(plain.len >= 24);
		run_well("-r %s", at("none"));
		assert_int_equal(tool.out.len, 0);
	}
	free(plain.bytes);
}

static void without_packets_there_is_a_file_in_every_format(void **state is_unused)
{
	static const char *const nothing[] = { "port 9999", "--start 2030-01-01", "--skip 100000" };
	static const char *const formats[] = { "json", "csv", "text", "pcap", "pcap-ns", "pcapng" };
	static const char *const codecs[] = { "none", "gzip", "zstd" };

	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 6; k++)
			for (size_t c = 0; c < 3; c++)
				a_file_without_packets_is_a_file(nothing[i], formats[k], codecs[c]);
}

/* ---- rows ---- */

/*
 * Rows of whatever there is, damaged or not, as many as lines of text; then Python looks at them
 * all.
 */
static void each_packet_is_a_row_that_python_reads(void **state is_unused)
{
	FILE *json = fopen(at("json"), "we"), *csv = fopen(at("csv"), "we");
	const char *header_end;
	char command[512];
	unsigned n, all = 0;
	glob_t found;

	assert_true(json && csv);
	assert_int_equal(glob("tests/pcaps/*.pcap", 0, NULL, &found), 0);
	assert_int_equal(glob("tests/pcaps/files/*", GLOB_APPEND, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		run("-r %s -t", found.gl_pathv[i]);
		n = lines_of(&tool.out);
		run("-r %s -T json", found.gl_pathv[i]);
		if (lines_of(&tool.out) != n)
			fail_msg("%s: %u packets, %u rows of json", found.gl_pathv[i], n,
				 lines_of(&tool.out));
		fwrite(tool.out.bytes, 1, tool.out.len, json);
		run("-r %s -T csv", found.gl_pathv[i]);
		header_end = strchr(tool.out.bytes, '\n');
		/* a file in which there is nothing has no header either */
		if (lines_of(&tool.out) != n + !!header_end)
			fail_msg("%s: %u packets, %u rows of csv", found.gl_pathv[i], n,
				 lines_of(&tool.out));
		if (header_end)
			fputs(ftell(csv) ? header_end + 1 : tool.out.bytes, csv);
		all += n;
	}
	globfree(&found);
	assert_int_equal(fclose(json) | fclose(csv), 0);
	assert_true(all > 1000);
	snprintf(command, sizeof(command), "! tests/golden/rows.py check %s %s | grep .",
		 at("json"), at("csv"));
	fflush(NULL);
	assert_int_equal(system(command), 0);
}

/* ---- the fixtures ---- */

enum { TESTS_MAX = 600 };

static struct CMUnitTest tests[TESTS_MAX];
static size_t n_tests;

static void add(const char *pattern, const char *what, CMUnitTestFunction fn)
{
	static char names[TESTS_MAX][160], files[TESTS_MAX][128];
	glob_t found;

	if (glob(pattern, GLOB_BRACE, NULL, &found) || n_tests + found.gl_pathc + 2 > TESTS_MAX)
		abort();
	for (size_t i = 0; i < found.gl_pathc; i++, n_tests++) {
		snprintf(files[n_tests], sizeof(files[0]), "%s", found.gl_pathv[i]);
		snprintf(names[n_tests], sizeof(names[0]), "%s_%s",
			 strrchr(files[n_tests], '/') + 1, what);
		tests[n_tests] = (struct CMUnitTest){ names[n_tests], fn, NULL, NULL,
						      files[n_tests] };
	}
	globfree(&found);
}

int main(void)
{
	const char *const sound =
		"tests/pcaps/{*.pcap,files/linktype_{raw,ipv4,ipv6,linux,bsd}*,files/pcap_*,"
		"files/pcapng_{big_endian,sections,obsolete,options,interface}*,files/pcapng_tsresol_10_9.pcapng}";

	setenv("TZ", "UTC", 1);
	add(sound, "prints_the_same_and_rewrites_to_the_same_bytes",
	    prints_the_same_and_rewrites_to_the_same_bytes);
	add("tests/pcaps/*.pcap", "is_the_same_file_in_nanoseconds_and_by_way_of_pcapng",
	    is_the_same_file_in_nanoseconds_and_by_way_of_pcapng);
	add("tests/pcaps/*.pcap", "microseconds_are_cut_and_not_rounded", microseconds_are_cut_and_not_rounded);
	tests[n_tests++] = (struct CMUnitTest)cmocka_unit_test(
		without_packets_there_is_a_file_in_every_format);
	tests[n_tests++] = (struct CMUnitTest)cmocka_unit_test(
		each_packet_is_a_row_that_python_reads);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("rewrite", tests, n_tests, make_tool_dir, remove_tool_dir);
}
