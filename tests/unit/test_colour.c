// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Colours of lines: which packets have them, when, and that the text is the same without them. */
#include <stdio.h>
#include <string.h>

#include "capture/format/colour.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"

#include "tests/unit/tool.h"

/* ---- of a packet ---- */

#define ETHER(type)	"020000000002020000000001" type
/* addresses and the rest of an IPv4 header of @total bytes and protocol @proto, both in hex */
#define IPV4(total, proto) ETHER("0800") "4500" total "00000000" "40" proto "0000" "0a0000010a000002"
#define TCP(flags)	IPV4("0028", "06") "040000500000000000000000" "50" flags "200000000000"

static const struct colour_case {
	const char *name, *hex, *colour;
	bool has_verdict;
	struct verdict verdict;
} colours[] = {
	{ "a_syn_is_green", TCP("02"), .colour = "\033[32m" },
	{ "and_so_is_its_answer", TCP("12"), .colour = "\033[32m" },
	{ "a_fin_is_yellow", TCP("11"), .colour = "\033[33m" },
	{ "a_rst_is_red", TCP("14"), .colour = "\033[31m" },
	{ "data_has_no_colour", TCP("18"), .colour = NULL },
	{ "udp_is_cyan", IPV4("001c", "11") "0400003500080000", .colour = "\033[36m" },
	{ "icmp_is_magenta", IPV4("001c", "01") "0800000000000000", .colour = "\033[35m" },
	{ "arp_is_blue", ETHER("0806") "0001080006040001", .colour = "\033[34m" },
	{ "a_type_that_is_not_known_has_none", ETHER("88cc") "0207", .colour = NULL },
	{ "a_length_below_its_header_is_bold_red", IPV4("0010", "11") "0400003500080000",
	  .colour = "\033[1;31m" },
	{ "what_was_dropped_is_bold_red", TCP("18"), .colour = "\033[1;31m",
	  .has_verdict = true, .verdict = { VERDICT_XDP, 1 } },
	{ "or_aborted", TCP("18"), .colour = "\033[1;31m", .has_verdict = true,
	  .verdict = { VERDICT_XDP, 0 } },
	{ "or_shot_at_tc", TCP("18"), .colour = "\033[1;31m", .has_verdict = true,
	  .verdict = { VERDICT_TC, 2 } },
	{ "what_was_passed_is_what_it_is", TCP("02"), .colour = "\033[32m",
	  .has_verdict = true, .verdict = { VERDICT_XDP, 2 } },
};

static void as_it_should(void **state)
{
	const struct colour_case *c = *state;
	struct iface i = { .linktype = LINKTYPE_ETHERNET };
	size_t n;
	uint8_t *bytes = unit_bytes(c->hex, &n);
	struct packet p = { .data = bytes, .caplen = n, .len = n, .iface = &i, .verdict = c->verdict,
			    .has = c->has_verdict ? PACKET_VERDICT : 0 };
	const char *colour;

	link_decode(&p);
	colour = colour_of(&p);
	if (c->colour) {
		assert_non_null(colour);
		assert_string_equal(colour, c->colour);
		assert_true(strlen(colour) <= COLOUR_MAX);
	} else {
		assert_null(colour);
	}
	free(bytes);
}

/* ---- when ---- */

static void on_a_terminal_that_wants_them(void **state)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY), file = open("/dev/null", O_WRONLY);

	(void)state;
	assert_true(fd >= 0 && file >= 0);
	unsetenv("NO_COLOR");
	setenv("TERM", "xterm", 1);
	assert_true(colour_wanted(COLOUR_AUTO, fd));
	assert_false(colour_wanted(COLOUR_AUTO, file));
	assert_true(colour_wanted(COLOUR_ALWAYS, file));
	assert_false(colour_wanted(COLOUR_NEVER, fd));
	setenv("NO_COLOR", "", 1);
	assert_true(colour_wanted(COLOUR_AUTO, fd));
	setenv("NO_COLOR", "1", 1);
	assert_false(colour_wanted(COLOUR_AUTO, fd));
	assert_true(colour_wanted(COLOUR_ALWAYS, fd));
	unsetenv("NO_COLOR");
	setenv("TERM", "dumb", 1);
	assert_false(colour_wanted(COLOUR_AUTO, fd));
	unsetenv("TERM");
	assert_false(colour_wanted(COLOUR_AUTO, fd));
	close(fd);
	close(file);
}

/* ---- of all packets there are ---- */

/* Takes out what ours look like; how many there were. */
static unsigned strip(struct text *t)
{
	unsigned n = 0;
	size_t to = 0;

	for (size_t i = 0; i < t->len; i++) {
		size_t len = t->bytes[i] == '\033' ? strspn(t->bytes + i + 1, "[0123456789;") : 0;

		if (len && t->bytes[i + 1 + len] == 'm') {
			i += len + 1;
			n++;
		} else {
			t->bytes[to++] = t->bytes[i];
		}
	}
	t->bytes[to] = '\0';
	t->len = to;
	return n;
}

static void without_them_the_text_is_the_same(void **state)
{
	unsigned n = 0;
	glob_t found;

	(void)state;
	assert_int_equal(glob("tests/pcaps/*.pcap", 0, NULL, &found), 0);
	assert_int_equal(glob("tests/pcaps/files/*.pcap*", GLOB_APPEND, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct text plain;
		unsigned here;

		run("-r '%s' -vXX --color never", found.gl_pathv[i]);
		plain = steal_out();
		assert_null(memchr(plain.bytes, '\033', plain.len));
		run("-r '%s' -vXX --color always", found.gl_pathv[i]);
		here = strip(&tool.out);
		assert_int_equal(here % 2, 0);
		n += here / 2;
		same_text(found.gl_pathv[i], &plain, &tool.out);
		free(plain.bytes);
	}
	assert_true(n > 200);
	globfree(&found);
}

static void files_and_other_formats_have_none(void **state)
{
	static const char *const lines[] = {
		"-T json --color always", "-T csv --color always", "-w - --format text --color always",
	};

	(void)state;
	for (size_t i = 0; i < array_size(lines); i++) {
		run_well("-r tests/pcaps/mixed.pcap %s", lines[i]);
		assert_true(tool.out.len > 1000);
		assert_null(memchr(tool.out.bytes, '\033', tool.out.len));
	}
	run_well("-r tests/pcaps/mixed.pcap");
	assert_null(memchr(tool.out.bytes, '\033', tool.out.len));
}

int main(void)
{
	struct CMUnitTest tests[24];
	size_t n = 0;

	unit_of_table(colours, as_it_should, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(on_a_terminal_that_wants_them);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(without_them_the_text_is_the_same);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(files_and_other_formats_have_none);
	return unit_run("colour", tests, n);
}
