// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * --diff of whatever there is to read: it comes to the end that reading comes to, and of a file
 * that is cut it tells what is whole, and each image that has lost its other one.
 */
#include "tests/unit/tool.h"

#define BOTH "tests/pcaps/files/pcapng_verdicts.pcapng"

static void is_read_to_its_end(void **state)
{
	const char *path = *state;
	static const char *const options[] = { "", "--recover" };

	for (size_t i = 0; i < array_size(options); i++) {
		int status = run("-r %s -qq %s", path, options[i]);

		assert_int_equal(run("-r %s --diff -v %s", path, options[i]), status);
	}
}

/* The number in front of @words, at the beginning of a line; 0: there is no such line. */
static unsigned count_of(const char *words)
{
	unsigned n;

	for (const char *line = tool.out.bytes; line; line = strchr(line, '\n')) {
		int len = 0;

		line += *line == '\n';
		if (sscanf(line, "%u %n", &n, &len) == 1 &&
		    !strncmp(line + len, words, strlen(words)))
			return n;
	}
	return 0;
}

static unsigned lines_with(const char *words)
{
	unsigned n = 0;

	for (const char *at = tool.out.bytes; (at = strstr(at, words)); at++)
		n += at == tool.out.bytes || at[-1] == '\n';
	return n;
}

static void a_file_that_is_cut_tells_what_is_whole(void **state is_unused)
{
	struct text whole = text_of_file(BOTH);
	char part[128];

	snprintf(part, sizeof(part), "%s/part", tool_dir);
	for (size_t at = 100; at < whole.len; at += 97) {
		FILE *f = fopen(part, "we");
		unsigned packets, pairs;
		int status;

		assert_non_null(f);
		assert_int_equal(fwrite(whole.bytes, 1, at, f), at);
		fclose(f);
		status = run("-r %s -T json", part);
		packets = lines_of(&tool.out);
		assert_int_equal(run("-r %s --diff", part), status);
		pairs = count_of("packet with both images") + count_of("packets with both images");
		if (packets != 2 * pairs + lines_with("1 entry without an exit"))
			fail_msg("cut at %zu: %u packets, and\n%s", at, packets, tool.out.bytes);
	}
	free(whole.bytes);
}

enum { TESTS_MAX = 500 };

int main(void)
{
	static char names[TESTS_MAX][128];
	static struct CMUnitTest tests[TESTS_MAX];
	glob_t found;
	size_t n = 0;

	setenv("TZ", "UTC", 1);
	if (glob("tests/pcaps/{*.pcap,files/*}", GLOB_BRACE, NULL, &found) ||
	    found.gl_pathc >= TESTS_MAX)
		abort();
	for (size_t i = 0; i < found.gl_pathc; i++) {
		snprintf(names[n], sizeof(names[n]), "%s_is_read_to_its_end",
			 strrchr(found.gl_pathv[i], '/') + 1);
		tests[n] = (struct CMUnitTest){ names[n], is_read_to_its_end, NULL, NULL,
						found.gl_pathv[i] };
		n++;
	}
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_file_that_is_cut_tells_what_is_whole);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	n = _cmocka_run_group_tests("diff", tests, n, make_tool_dir, remove_tool_dir);
	globfree(&found);
	return n;
}
