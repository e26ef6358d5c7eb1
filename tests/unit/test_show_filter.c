// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Filter expressions as users meet them: how their programs are shown, how they are refused, and
 * that no word of a file is shown that the caller may not be allowed to read.
 */
#include <regex.h>

#include "tests/unit/tool.h"

#define MIXED "tests/pcaps/mixed.pcap"
#define FILES "tests/pcaps/files/"

static int make_dir(void **state)
{
	setenv("TZ", "UTC", 1);
	return make_tool_dir(state);
}

static const char *put(const char *name, const char *format, const char *text)
{
	static char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", tool_dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, format, text);
	fclose(f);
	return path;
}

/* ---- programs ---- */

/* An instruction in the notation of the kernel, and none that is unknown. */
static void lines_match(const char *expression, char *lines, const regex_t *insn)
{
	bool ends = false;

	for (char *line; (line = strsep(&lines, "\n")) && *line;) {
		if (regexec(insn, line, 0, NULL, 0))
			fail_msg("'%s': %s", expression, line);
		ends |= strlen(line) > 9 && !strcmp(line + strlen(line) - 9, "(95) exit");
	}
	if (!ends)
		fail_msg("'%s': no end", expression);
}

/* False: libpcap has no program for it. */
static bool is_shown(const char *expression, const regex_t *insn)
{
	struct text classic;
	char *behind;

	if (run("-d '%s'", expression))
		return false;
	classic = steal_out();
	run_well("-d -v '%s'", expression);
	if (tool.out.len <= classic.len || memcmp(tool.out.bytes, classic.bytes, classic.len))
		fail_msg("'%s': another program with -v", expression);
	behind = strchr(tool.out.bytes + classic.len, '\n');
	assert_non_null(behind);
	lines_match(expression, behind + 1, insn);
	free(classic.bytes);
	return true;
}

/* Read at once: a child that ends sets back what it shares of an open file. */
static void each_program_is_shown_as_ebpf(void **state)
{
	struct text list = text_of_file("tests/golden/EXPRESSIONS");
	char *lines = list.bytes;
	unsigned n = 0, n_shown = 0;
	regex_t insn;

	(void)state;
	assert_int_equal(regcomp(&insn,
				 "^ *[0-9]+: \\([0-9a-f]{2}\\) ([rw][0-9]+ [^ ]*= |\\*\\(u|if [rw]|"
				 "goto pc[+-]|call |exit$)",
				 REG_EXTENDED | REG_NOSUB),
			 0);
	assert_true(is_shown("", &insn));
	for (char *line; (line = strsep(&lines, "\n")) && *line; n++)
		n_shown += is_shown(line, &insn);
	assert_true(n > 100 && n_shown > n / 2);
	regfree(&insn);
	free(list.bytes);
}

/* ---- refused ---- */

static const struct refused_case {
	const char *name;
	int status;
	const char *sentence;
	const char *options;	/* with the name of a file that must not be overwritten */
} refused[] = {
	{ "by_a_file_of_packets", 2, "syntax error: tcp >>>prot<<< 80",
	  "-r " MIXED " tcp prot 80" },
	{ "before_something_is_written", 2, "syntax error: tcp >>>prot<<< 80",
	  "-r " MIXED " -w %s tcp prot 80" },
	{ "where_it_is_shown", 2, "syntax error: tcp >>>prot<<< 80", "-d tcp prot 80" },
	{ "for_its_link_type", 2, "ifindex not supported on", "-r " MIXED " 'ifindex 3'" },
	{ "for_a_port_that_is_none", 2, "unknown port 'nonesuch'",
	  "-r " FILES "pcapng_little_endian.pcapng -w %s port nonesuch" },
	{ "without_interfaces", 2, "syntax error",
	  "-r " FILES "pcapng_section_header_only.pcapng -w %s tcp prot" },
	{ "without_packets", 2, "syntax error",
	  "-r " FILES "pcapng_without_packets.pcapng -w %s tcp prot" },
	{ "for_all_link_types", 2, "no interface has a link type that the filter is for",
	  "-r " FILES "pcapng_link_types_mixed.pcapng -w %s 'ifindex 3'" },
	{ "behind_secrets", 2, "no interface has a link type that the filter is for",
	  "-r " FILES "pcapng_decryption_secrets.pcapng -w %s 'ifindex 3'" },
	{ "by_all_files", 2, "no interface has a link type that the filter is for",
	  "-r " MIXED " -r " MIXED " -w %s ifindex 1" },
	{ "by_info_of_all_link_types", 2, "no interface has a link type that the filter is for",
	  "--info -r " FILES "pcapng_little_endian.pcapng 'ifindex 3'" },
	{ "by_info", 2, "ifindex not supported on", "--info -r " MIXED " 'ifindex 3'" },
	{ "by_a_comparison", 2, "not implemented: udp",
	  "--compare " MIXED " " FILES "linktype_unknown_user0_147.pcap udp" },
	{ "shown_for_a_file_that_is_not_there", 1, "cannot open", "-d -r /nonexistent tcp" },
	{ "shown_for_a_file_that_is_none", 1, "neither pcap nor pcapng",
	  "-d -r tests/golden/EXPRESSIONS tcp" },
	{ "shown_for_a_file_without_interfaces", 1, "no interface",
	  "-d -r " FILES "pcapng_section_header_only.pcapng tcp" },
};

static void what_is_refused_says_so_and_leaves_the_output_alone(void **state)
{
	const struct refused_case *c = *state;
	const char *path = put("kept", "%s\n", "kept");
	struct text kept;
	char line[512];

	snprintf(line, sizeof(line), c->options, path);
	if (run("%s", line) != c->status || !strstr(tool.err.bytes, c->sentence))
		fail_msg("exit %d: %s", tool.status, tool.err.bytes);
	assert_int_equal(tool.out.len, 0);
	kept = text_of_file(path);
	assert_string_equal(kept.bytes, "kept\n");
	free(kept.bytes);
}

/* ---- from a file ---- */

/* xdpdump may run with more rights than who calls it, who may not read that file. */
static void a_filter_from_a_file_is_never_quoted(void **state)
{
	static const char *const texts[] = {	/* the first is a line of /etc/shadow */
		"root:$y$j9T$SECRET:19700:0:::", "tcp prot SECRET", "udp port SECRET", "ether host SECRET",
		"inbound SECRET", "ip proto \\SECRET",
	};
	static const char *const ways[] = {
		"-d", "-d -v", "-r " MIXED, "-r " MIXED " -r " MIXED, "-r " MIXED " --info",
		"--compare " MIXED " " MIXED, "-r " FILES "pcapng_link_types_mixed.pcapng",
	};

	(void)state;
	for (size_t i = 0; i < array_size(texts); i++)
		for (size_t k = 0; k < array_size(ways); k++) {
			const char *path = put("secret", "# SECRET\n%s\n", texts[i]);
			char begins[160];

			snprintf(begins, sizeof(begins), "%s: l", path);
			if (run("-F %s %s", path, ways[k]) != 2 || !strstr(tool.err.bytes, begins))
				fail_msg("'%s' %s: exit %d: %s", texts[i], ways[k], tool.status,
					 tool.err.bytes);
			assert_null(strstr(tool.err.bytes, "SECRET"));
			assert_null(strstr(tool.out.bytes, "SECRET"));
		}
}

static void the_place_in_a_file_is_told(void **state)
{
	(void)state;
	assert_int_equal(run("-r " MIXED " -F %s",
			     put("secret", "udp\nport 53 or\n%s\n", "\ttcp prot 80")),
			 2);
	assert_non_null(strstr(tool.err.bytes,
			       "secret: line 3, column 6: libpcap does not take the filter "
			       "expression from here on"));
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(each_program_is_shown_as_ebpf),
		cmocka_unit_test(a_filter_from_a_file_is_never_quoted),
		cmocka_unit_test(the_place_in_a_file_is_told),
	};
	struct CMUnitTest tests[array_size(refused) + array_size(others)];
	size_t n = 0;

	unit_of_table(refused, what_is_refused_says_so_and_leaves_the_output_alone, tests, n);
	memcpy(tests + n, others, sizeof(others));
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("show_filter", tests, n + array_size(others), make_dir,
				       remove_tool_dir);
}
