// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * --at of every packet of every capture there is, where --offsets has told that it begins: it is
 * the same packet; and at no place beside it there is one.
 */
#include <inttypes.h>

#include "tests/unit/tool.h"

enum { PACKETS_MAX = 2, PLACES_MAX = 64 };

/* How files are read: what is behind the first capture in one is no part of it to plain reading. */
static const char *const ways[] = { "", "--concatenated" };

static uint64_t offset_in(const char *row)
{
	const char *at = strstr(row, ",\"offset\":");

	assert_non_null(at);
	return strtoull(at + strlen(",\"offset\":"), NULL, 10);
}

/* The row without the number of the packet, which is that of the output. */
static void without_number(char *row)
{
	char *at = strstr(row, "\"frame_frame_number\":"), *end = strchr(at, ',');

	memmove(at, end, strlen(end) + 1);
}

static void gives_the_packet(const char *path, const char *way, char *row)
{
	uint64_t offset = offset_in(row);

	if (run("-r %s %s --at %" PRIu64 " -T json --offsets", path, way, offset))
		fail_msg("%s: --at %" PRIu64 ": exit %d: %s", path, offset, tool.status,
			 tool.err.bytes);
	assert_int_equal(lines_of(&tool.out), 1);
	*strchrnul(tool.out.bytes, '\n') = '\0';
	without_number(tool.out.bytes);
	without_number(row);
	assert_string_equal(tool.out.bytes, row);
}

/* Of a file that cannot be read at all something else is said. */
static void gives_nothing(const char *path, const char *way, uint64_t offset, bool is_read)
{
	char sentence[64];

	snprintf(sentence, sizeof(sentence), "no packet begins at byte %" PRIu64 ":", offset);
	if (run("-r %s %s --at %" PRIu64, path, way, offset) != 1 || tool.out.len ||
	    (is_read && !strstr(tool.err.bytes, sentence)))
		fail_msg("%s --at %" PRIu64 ": exit %d: %s%s", path, offset, tool.status,
			 tool.out.bytes, tool.err.bytes);
}

static bool is_among(uint64_t offset, const uint64_t *places, size_t n)
{
	while (n && places[n - 1] != offset)
		n--;
	return n;
}

/* The rows of the first packets, which are the caller's to free, and where they are. */
static struct text places_of(const char *path, const char *way, uint64_t places[static PLACES_MAX],
			     size_t *n)
{
	struct text rows;

	run("-r %s %s -T json --offsets -c %d", path, way, PLACES_MAX);
	rows = steal_out();
	*n = 0;
	for (const char *row = rows.bytes; *row; row = strchr(row, '\n') + 1) {
		places[*n] = offset_in(row);
		if (*n && places[*n - 1] >= places[*n])
			fail_msg("%s: %" PRIu64 " is not behind %" PRIu64, path, places[*n],
				 places[*n - 1]);
		++*n;
	}
	return rows;
}

static void each_way(const char *path, const char *way)
{
	static const int beside[] = { -1, 4 };
	uint64_t places[PLACES_MAX];
	size_t n;
	struct text rows = places_of(path, way, places, &n);
	char *row, *rest = rows.bytes;

	for (size_t i = 0; i < n && i < PACKETS_MAX; i++) {
		row = strsep(&rest, "\n");
		gives_the_packet(path, way, row);
		for (size_t k = 0; k < array_size(beside); k++)
			if (!is_among(places[i] + beside[k], places, n))
				gives_nothing(path, way, places[i] + beside[k], true);
	}
	gives_nothing(path, way, UINT64_MAX, n);
	free(rows.bytes);
}

static void is_found_again(void **state)
{
	each_way(*state, ways[0]);
	if (run("-r %s -qq", (const char *)*state))
		each_way(*state, ways[1]);
}

#define NG "tests/pcaps/files/pcapng_options_everywhere.pcapng"

/*
 * What goes into the file is the packet with its interface, and the file is made only if there is
 * one.
 */
static void it_is_written_with_what_belongs_to_it(void **state is_unused)
{
	uint64_t offset;

	run_well("-r %s -T json --offsets -c 2", NG);
	offset = offset_in(strchr(tool.out.bytes, '\n') + 1);
	assert_int_equal(run("-r %s --at %" PRIu64 " -w %s/no", NG, offset + 4, tool_dir), 1);
	assert_int_not_equal(run("-r %s/no", tool_dir), 0);
	run_well("-r %s --at %" PRIu64 " -w %s/one", NG, offset, tool_dir);
	run_well("-r %s -T csv -e", NG);
	run_well("-r %s/one -v -tttt", tool_dir);
	assert_int_equal(lines_of(&tool.out), 1);
	empty_tool_dir();
}

static void a_block_that_is_no_packet_is_none(void **state is_unused)
{
	assert_int_equal(run("-r %s --at 0", NG), 1);
	assert_non_null(strstr(tool.err.bytes, "no packet begins at byte 0: the first does at byte "));
	assert_int_equal(run("-r tests/pcaps/files/pcap_header_only.pcap --at 24"), 1);
	assert_non_null(strstr(tool.err.bytes, "no packet begins at byte 24: there is none at all"));
	assert_int_equal(run("-r tests/pcaps/udp.pcap --at 99999999"), 1);
	assert_non_null(strstr(tool.err.bytes, "the last one does at byte "));
}

enum { TESTS_MAX = 500 };

int main(void)
{
	static char names[TESTS_MAX][128];
	static struct CMUnitTest tests[TESTS_MAX];
	glob_t found;
	size_t n = 0;

	setenv("TZ", "UTC", 1);
	if (glob("tests/pcaps/{*.pcap,files/*}", GLOB_BRACE, NULL, &found) || found.gl_pathc >= TESTS_MAX - 2)
		abort();
	for (size_t i = 0; i < found.gl_pathc; i++) {
		snprintf(names[n], sizeof(names[n]), "each_packet_of_%s_is_found_again",
			 strrchr(found.gl_pathv[i], '/') + 1);
		tests[n] = (struct CMUnitTest){ names[n], is_found_again, NULL, NULL,
						found.gl_pathv[i] };
		n++;
	}
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(it_is_written_with_what_belongs_to_it);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_block_that_is_no_packet_is_none);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	n = _cmocka_run_group_tests("fetch", tests, n, make_tool_dir, remove_tool_dir);
	globfree(&found);
	return n;
}
