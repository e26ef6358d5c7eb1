// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The words between Wireshark and us: options that it offers are taken, messages of its toolbar are
 * read and built.
 */
#include "capture/cli/control.h"
#include "capture/cli/opts.h"
#include "capture/cli/opts_parse.h"
#include "capture/cli/said.h"
#include "tests/unit/tool.h"

/* ---- messages ---- */

static const struct message_case {
	const char *name, *hex;
	ssize_t taken;			/* or an error */
	uint8_t control, command;
	const char *value;
} messages[] = {
	{ "a_message", "540000050001616263", 9, 0, CONTROL_SET, "abc" },
	{ "one_with_another_behind_it", "54000003000161540000", 7, 0, CONTROL_SET, "a" },
	{ "one_without_a_value", "540000020306", 6, 3, CONTROL_STATUS, "" },
	{ "nothing", "", .taken = 0 },
	{ "the_beginning_of_a_head", "5400000500", .taken = 0 },
	{ "one_whose_last_byte_is_missing", "5400000500016162", .taken = 0 },
	{ "one_that_is_too_short_for_control_and_command", "540000010001", .taken = -EBADMSG },
	{ "one_of_no_length", "540000000000", .taken = -EBADMSG },
	{ "the_longest", "540100010001", .taken = 0 },
	{ "one_byte_more", "540100020001", .taken = -EBADMSG },
	{ "one_of_another_kind", "510000020001", .taken = -EBADMSG },
	{ "one_byte_that_begins_none", "20", .taken = -EBADMSG },
};

static void as_the_protocol_says(void **state)
{
	const struct message_case *c = *state;
	struct control_message m = { 0 };
	uint8_t again[64];
	size_t n;
	uint8_t *bytes = unit_bytes(c->hex, &n);

	assert_int_equal(control_next(bytes, n, &m), c->taken);
	if (c->taken > 0) {
		assert_int_equal(m.control, c->control);
		assert_int_equal(m.command, c->command);
		assert_int_equal(m.len, strlen(c->value));
		assert_memory_equal(m.value, c->value, m.len);
		assert_int_equal(control_put(again, sizeof(again), &m), c->taken);
		assert_memory_equal(again, bytes, c->taken);
	}
	free(bytes);
}

static void a_value_that_is_too_long_is_cut(void **state)
{
	struct control_message m = { 2, CONTROL_ADD, (const uint8_t *)"abcdef", 6 };
	uint8_t out[CONTROL_HEAD + 4];

	(void)state;
	assert_int_equal(control_put(out, sizeof(out), &m), sizeof(out));
	assert_memory_equal(out, "T\0\0\6\2\2abcd", sizeof(out));
}

/* ---- what is said ---- */

static const struct said_case {
	const char *name, *line;
	enum said_level level;
} lines[] = {
	{ "an_error", "xdpdump: v0: no such interface\n", SAID_ERROR },
	{ "a_warning", "xdpdump: warning: the ring was full\n", SAID_WARNING },
	{ "the_start_line", "listening on v0, native mode\n", SAID_INFO },
	{ "the_summary", "3 packets captured\n", SAID_INFO },
	{ "what_libbpf_says", "libbpf: elf: skipping unrecognized data section\n", SAID_DEBUG },
	{ "the_beginning_of_a_name", "xdpdump", SAID_INFO },
};

static void matters_as_much_as_it_should(void **state)
{
	const struct said_case *c = *state;
	enum said_level again;

	assert_int_equal(said_level_of(c->line, strlen(c->line)), c->level);
	assert_true(said_level_by_name(&again, said_level_name(c->level)));
	assert_int_equal(again, c->level);
}

/* ---- options ---- */

/* What stands behind @key in @line, up to the brace. */
static bool element(const char *line, const char *key, char out[static 64])
{
	char with[32];
	const char *at;

	snprintf(with, sizeof(with), "{%s=", key);
	at = strstr(line, with);
	if (at)
		snprintf(out, 64, "%.*s", (int)strcspn(at + strlen(with), "}"), at + strlen(with));
	return at;
}

static bool is_taken(const char *interface, const char *option, const char *value)
{
	char *argv[] = { "xdpdump", "--capture", "--extcap-interface", (char *)interface, "--fifo", "f",
			 "--remote-host=h", (char *)option, (char *)value, NULL };
	char error[256];
	struct opts o;
	bool ok;

	if (strcmp(interface, EXTCAP_REMOTE))	/* which alone has a host */
		memmove(argv + 6, argv + 7, 3 * sizeof(*argv));
	ok = opts_parse(&o, (strcmp(interface, EXTCAP_REMOTE) ? 7 : 8) + !!value, argv, error,
			sizeof(error));
	if (!ok)
		print_message("%s %s: %s\n", option, value ? value : "", error);
	opts_close(&o);
	return ok;
}

/* A value that fits the option, of those whose values are not listed. */
static const char *some_value(const char *option)
{
	static const struct { const char *option, *value; } others[] = {
		{ "--buffer-size", "1048576" }, { "--remote-port", "65535" },
		{ "--snapshot-length", "headers" },
	};

	for (size_t i = 0; i < array_size(others); i++)
		if (!strcmp(others[i].option, option))
			return others[i].value;
	return "x";
}

static void each_option_that_is_offered_is_taken(void **state)
{
	const char *interface = *state;
	unsigned n_args = 0, n_values = 0;
	char option[64] = "", type[64], value[64];

	run_well("--extcap-interface %s --extcap-config", interface);
	for (char *rest = tool.out.bytes, *line; (line = strsep(&rest, "\n")) && *line;) {
		if (!strncmp(line, "arg ", 4)) {
			assert_true(element(line, "call", option) && element(line, "type", type));
			n_args++;
			if (!strcmp(type, "selector") || !strcmp(type, "multicheck"))
				continue;
			assert_true(is_taken(interface, option,
					     strcmp(type, "boolflag") ? some_value(option) : NULL));
		} else {
			assert_true(element(line, "value", value));
			assert_true(is_taken(interface, option, value));
			n_values++;
		}
	}
	assert_true(n_args >= 14);
	assert_true(n_values >= 20);
}

static void the_values_of_one_option_alone(void **state)
{
	(void)state;
	run_well("--extcap-interface xdp:lo --extcap-config --extcap-reload-option --at");
	assert_int_equal(lines_of(&tool.out), 3);
	assert_non_null(strstr(tool.out.bytes, "{value=both}"));
	run_well("--extcap-interface xdp:lo --extcap-config --extcap-reload-option promiscuous-mode");
	assert_int_equal(tool.out.len, 0);
}

int main(void)
{
	struct CMUnitTest tests[40];
	size_t n = 0;

	unit_of_table(messages, as_the_protocol_says, tests, n);
	unit_of_table(lines, matters_as_much_as_it_should, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_value_that_is_too_long_is_cut);
	tests[n++] = (struct CMUnitTest){ "each_option_that_is_offered_is_taken",
					  each_option_that_is_offered_is_taken, NULL, NULL,
					  (void *)(uintptr_t) "xdp:lo" };
	tests[n++] = (struct CMUnitTest){ "and_for_another_machine",
					  each_option_that_is_offered_is_taken, NULL, NULL,
					  (void *)(uintptr_t)EXTCAP_REMOTE };
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(the_values_of_one_option_alone);
	return unit_run("extcap", tests, n);
}
