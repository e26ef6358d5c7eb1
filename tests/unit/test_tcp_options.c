// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Options of TCP in the words of tcpdump, and what stands for those that are cut or wrong. */
#include "capture/base/text.h"
#include "capture/format/tcp_options.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"

#include "tests/unit/unit.h"

static const struct options_case {
	const char *name, *options;	/* a multiple of 4 bytes, which the header promises */
	unsigned cut;			/* bytes of the end that are not captured */
	const char *line;
} cases[] = {
	{ "none_are_nothing", "", 0, "" },
	{ "of_a_syn_of_linux", "020405b4" "0402" "080a0000000100000002" "01" "030307", 0,
	  " options [mss 1460,sackOK,TS val 1 ecr 2,nop,wscale 7]" },
	{ "of_an_ack", "0101" "080affffffff00000000", 0,
	  " options [nop,nop,TS val 4294967295 ecr 0]" },
	{ "sack_of_two_blocks", "0101" "0512" "00000001000000020000000300000004", 0,
	  " options [nop,nop,sack 2 {1:2} {3:4}]" },
	{ "eol_ends_them", "00020405", 0, " options [eol]" },
	{ "fast_open_is_asked_for", "2202" "0101", 0, " options [tfo cookiereq,nop,nop]" },
	{ "fast_open_with_a_cookie", "220601020304" "0101", 0,
	  " options [tfo cookie 01020304,nop,nop]" },
	{ "multipath", "1e0c0081000000000000000f", 0, " options [mptcp capable]" },
	{ "multipath_of_a_kind_without_a_name", "1e04f000", 0, " options [mptcp 15]" },
	{ "an_md5_signature", "0101" "1312" "00000000000000000000000000000000", 0,
	  " options [nop,nop,md5]" },
	{ "one_that_nobody_knows", "fd04abcd", 0, " options [unknown-253]" },
	{ "a_length_of_0", "02000000", 0, " options [bad]" },
	{ "a_length_of_1", "02010000", 0, " options [bad]" },
	{ "longer_than_the_header", "01020405", 0, " options [nop,bad]" },
	{ "a_size_without_its_length", "01010102", 0, " options [nop,nop,nop,bad]" },
	{ "a_size_of_three_bytes", "020300" "01", 0, " options [bad]" },
	{ "sack_of_half_a_block", "0506" "00000001" "0101", 0, " options [bad]" },
	{ "multipath_of_nothing", "1e02" "0101", 0, " options [bad]" },
	{ "cut_before_the_first", "020405b4", 4, " options [cut]" },
	{ "cut_before_a_length", "020405b4" "01010402", 1, " options [mss 1460,nop,nop,cut]" },
	{ "cut_within_a_value", "0402" "0101" "020405b4", 1, " options [sackOK,nop,nop,cut]" },
	{ "wrong_before_the_cut", "0200" "0101" "020405b4", 1, " options [bad]" },
	{ "cut_and_longer_than_the_header", "02ff" "0101" "020405b4", 1, " options [bad]" },
};

static void options_are_told(void **state)
{
	static const struct iface raw = { .linktype = LINKTYPE_RAW };
	const struct options_case *c = *state;
	size_t n;
	uint8_t *options = unit_bytes(c->options, &n), *b = malloc(40 + n - c->cut);
	const uint8_t head[40] = {
		0x45, 0, 0, 40 + n, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
		0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, (5 + n / 4) << 4, 2,
	};
	struct packet p = { .data = b, .caplen = 40 + n - c->cut, .len = 40 + n, .iface = &raw };
	char line[256];
	struct text t = text_in(line, sizeof(line) - 1);

	memcpy(b, head, sizeof(head));
	memcpy(b + sizeof(head), options, n - c->cut);
	link_decode(&p);
	tcp_options(&t, &p);
	line[t.len] = '\0';
	assert_string_equal(line, c->line);
	free(options);
	free(b);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(cases) / sizeof(cases[0])];
	size_t n = 0;

	unit_of_table(cases, options_are_told, tests, n);
	return unit_run("tcp_options", tests, n);
}
