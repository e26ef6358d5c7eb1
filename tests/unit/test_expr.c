// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Filter expressions: what libpcap takes and refuses for each link type, and that we find the same
 * packets as libpcap does when it reads the file itself.
 */
#include <errno.h>
#include <linux/filter.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/filter/expr.h"
#include "capture/filter/expr_explain.h"
#include "capture/filter/per_link.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"

#include "tests/unit/unit.h"

static const struct expr_case {
	const char *name;
	uint16_t linktype;
	const char *text;
	const char *error;		/* "": it is a good one */
} cases[] = {
	{ "blank_is_everything", LINKTYPE_ETHERNET, "", "" },
	{ "blanks_are_everything", LINKTYPE_ETHERNET, " \t\n", "" },
	{ "a_port_of_a_runbook", LINKTYPE_ETHERNET, "tcp port 443 and host 192.0.2.1", "" },
	{ "vlan_of_ethernet", LINKTYPE_ETHERNET, "vlan 10 and ip6", "" },
	{ "raw_ip", LINKTYPE_RAW, "tcp port 443", "" },
	{ "raw_ip_of_a_bsd", LINKTYPE_RAW_BSD, "udp", "" },
	{ "raw_ip_of_openbsd", LINKTYPE_RAW_OPENBSD, "tcp port 443", "" },
	{ "bsd_loopback", LINKTYPE_NULL, "ip6 and tcp", "" },
	{ "openbsd_loopback", LINKTYPE_LOOP, "ip and udp", "" },
	{ "cooked", LINKTYPE_LINUX_SLL, "arp or port 53", "" },
	{ "cooked_v2", LINKTYPE_LINUX_SLL2, "arp or port 53", "" },
	{ "ipv4", LINKTYPE_IPV4, "icmp", "" },
	{ "ipv6", LINKTYPE_IPV6, "icmp6", "" },
	{ "the_direction_is_in_cooked_packets", LINKTYPE_LINUX_SLL, "inbound", "" },
	{ "the_direction_is_told_beside_ethernet", LINKTYPE_ETHERNET, "inbound and tcp", "" },
	{ "the_direction_is_told_beside_raw_ip", LINKTYPE_RAW, "not outbound or udp", "" },
	{ "the_interface_is_in_cooked_packets_v2", LINKTYPE_LINUX_SLL2, "ifindex 2 and outbound",
	  "" },

	{ "a_wrong_word", LINKTYPE_ETHERNET, "tcp prot 80",
	  "syntax error: tcp >>>prot<<< 80; did you mean port?" },
	{ "two_letters_changed_places", LINKTYPE_ETHERNET, "hots 192.0.2.1",
	  "syntax error: >>>hots<<< 192.0.2.1; did you mean host?" },
	{ "a_letter_missing", LINKTYPE_ETHERNET, "tcp an udp",
	  "syntax error: tcp >>>an<<< udp; did you mean and?" },
	{ "a_word_like_none", LINKTYPE_ETHERNET, "tcp xyzzy 80",
	  "syntax error: tcp >>>xyzzy<<< 80" },
	{ "a_wrong_first_word", LINKTYPE_ETHERNET, "and tcp", "syntax error: >>>and<<< tcp" },
	{ "a_wrong_last_word", LINKTYPE_ETHERNET, "tcp or or", "syntax error: tcp or >>>or<<<" },
	{ "a_sign_too_many", LINKTYPE_ETHERNET, "tcp[0:2]&0xff==3)||udp",
	  "syntax error: tcp[0:2]&0xff==3>>>)<<<||udp" },
	{ "a_word_lacks", LINKTYPE_ETHERNET, "tcp port", "syntax error at the end: tcp port" },
	{ "a_bracket_lacks", LINKTYPE_ETHERNET, "(tcp or udp",
	  "syntax error at the end: (tcp or udp" },
	{ "a_word_among_many", LINKTYPE_ETHERNET,
	  "host 192.0.2.1 or host 192.0.2.2 or host 192.0.2.3 or host 192.0.2.4 or host 192.0.2.5 "
	  "ore host 192.0.2.6 or "
	  "host 192.0.2.7 or host 192.0.2.8 or host 192.0.2.9 or host 192.0.2.10",
	  "192.0.2.4 or host 192.0.2.5 >>>ore<<< host 192.0.2.6 or" },
	{ "an_unknown_port", LINKTYPE_ETHERNET, "udp port nonesuch or tcp",
	  "unknown port 'nonesuch': udp port >>>nonesuch<<< or tcp" },
	{ "a_port_too_large", LINKTYPE_ETHERNET, "port 65536",
	  "illegal port number 65536 > 65535: port >>>65536<<<" },
	{ "a_mac_address_too_long", LINKTYPE_ETHERNET, "ether host 1:2:3:4:5:6:7",
	  "bogus ethernet address" },
	{ "a_mask_too_long", LINKTYPE_ETHERNET, "net 10.0.0.0/33",
	  "mask length must be <= 32: net 10.0.0.0/33" },
	{ "bits_behind_the_mask", LINKTYPE_ETHERNET, "net 10.0.0.1/8", "non-network bits set in" },
	{ "nothing_can_match", LINKTYPE_ETHERNET, "ip and ip6 and 1 = 2",
	  "expression rejects all packets" },

	{ "ifindex_beside_the_direction", LINKTYPE_ETHERNET, "inbound and ifindex 2",
	  "ifindex not supported on" },
	{ "a_wrong_word_behind_the_direction", LINKTYPE_ETHERNET, "inbound and tcp prot 80",
	  "syntax error: inbound and tcp >>>prot<<< 80; did you mean port?" },
	{ "ifindex_is_not_in_ethernet", LINKTYPE_ETHERNET, "ifindex 2",
	  "ifindex not supported on" },
	{ "ifname_is_of_pf", LINKTYPE_ETHERNET, "ifname eth0", "ifname supported only on PF" },
	{ "on_is_of_pf", LINKTYPE_ETHERNET, "on eth0", "ifname supported only on PF" },
	{ "rnr_is_of_pf", LINKTYPE_ETHERNET, "rnr 1", "rnr supported only on PF" },
	{ "reason_is_of_pf", LINKTYPE_ETHERNET, "reason match", "reason supported only on PF" },
	{ "action_is_of_pf", LINKTYPE_ETHERNET, "action pass", "action supported only on PF" },
	{ "type_is_of_802_11", LINKTYPE_ETHERNET, "type mgt", "supported only on 802.11" },
	{ "subtype_is_of_802_11", LINKTYPE_ETHERNET, "wlan type mgt subtype beacon",
	  "supported only on 802.11" },
	{ "dir_is_of_802_11", LINKTYPE_ETHERNET, "dir tods", "supported only with 802.11" },
	{ "wlan_addresses_are_of_802_11", LINKTYPE_ETHERNET, "wlan addr1 1:2:3:4:5:6",
	  "only supported on 802.11" },
	{ "vpi_is_of_atm", LINKTYPE_ETHERNET, "vpi 1", "supported only on raw ATM" },
	{ "mac_addresses_are_not_in_raw_ip", LINKTYPE_RAW, "ether host 1:2:3:4:5:6", "ethernet" },
	{ "an_unknown_link_type", 65000, "tcp", "unknown data link type 65000" },
};

static void is_compiled_or_refused(void **state)
{
	const struct expr_case *c = *state;
	struct expr *e = NULL;
	int err = expr_open(&e, c->text, c->linktype, true);
	size_t n = 0;

	if (!err && *c->error)
		fail_msg("'%s' was accepted", c->text);
	if (err && (err != -EINVAL || !*c->error || !strstr(expr_error(e), c->error)))
		fail_msg("'%s': %d, %s", c->text, err, expr_error(e));
	if (!err) {
		assert_non_null(expr_insns(e, &n));
		assert_true(n > 0);
		assert_string_equal(expr_text(e), c->text);
	}
	expr_close(e);
}

/* What is refused for one link type may be good for another one. */
static void what_is_wrong_for_all_link_types_is_told_apart(void **state)
{
	static const struct { const char *text; uint16_t linktype; bool wrong; } rows[] = {
		{ "tcp prot 80", LINKTYPE_ETHERNET, true }, { "tcp port", LINKTYPE_ETHERNET, true },
		{ "port nonesuch", LINKTYPE_ETHERNET, true }, { "port 65536", LINKTYPE_RAW, true },
		{ "net 10.0.0.0/33", LINKTYPE_ETHERNET, true },
		{ "vpi 1 and ifindex 2", LINKTYPE_ETHERNET, true },
		{ "ifindex 2", LINKTYPE_ETHERNET, false },
		{ "ifname eth0", LINKTYPE_ETHERNET, false },
		{ "type mgt", LINKTYPE_ETHERNET, false },
		{ "vpi 1", LINKTYPE_ETHERNET, false }, { "fisu", LINKTYPE_ETHERNET, false },
		{ "ether host 1:2:3:4:5:6", LINKTYPE_RAW, false }, { "arp", LINKTYPE_RAW, false },
		{ "tcp", 65000, false },
	};

	(void)state;
	for (size_t i = 0; i < array_size(rows); i++) {
		struct expr *e = NULL;

		assert_int_equal(expr_open(&e, rows[i].text, rows[i].linktype, true), -EINVAL);
		if (expr_is_wrong(e) != rows[i].wrong)
			fail_msg("'%s' is %swrong for all link types", rows[i].text,
				 rows[i].wrong ? "not " : "");
		expr_close(e);
	}
}

static void a_long_expression_is_shown_around_the_place(void **state)
{
	char text[8192] = "host 192.0.2.1";
	struct expr *e = NULL;

	(void)state;
	for (int i = 0; i < 200; i++)
		strcat(text, i == 100 ? " or or host 192.0.2.1" : " or host 192.0.2.1");
	assert_int_equal(expr_open(&e, text, LINKTYPE_ETHERNET, true), -EINVAL);
	assert_non_null(strstr(expr_error(e), "syntax error: ..."));
	assert_non_null(strstr(expr_error(e), " or host 192.0.2.1 or >>>or<<< host 192.0.2.1 or "));
	assert_true(strlen(expr_error(e)) < 256);
	expr_close(e);
}

static size_t place_of(const char *text, const char *sentence)
{
	char said[EXPR_COMPILE_SAID], out[1024];

	strcpy(said, sentence);
	return expr_explain(text, &(struct expr_packets){ LINKTYPE_ETHERNET, false }, said, out,
			    sizeof(out));
}

/* In expressions of every length up to 16 packet types, behind each of them; and at the end. */
static void the_place_is_found_wherever_it_is(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 16; n++)
		for (unsigned wrong = 1; wrong <= n; wrong++) {
			char text[256] = "tcp";
			size_t place = 0;

			for (unsigned i = 1; i <= n; i++) {
				if (i == wrong)
					place = strlen(strcat(text, i < n ? "  xor" : "  or")) -
						(i < n ? 3 : 0);
				strcat(text, i < n ? "\nor (udp)" : "");
			}
			assert_int_equal(place_of(text, "syntax error"), place);
		}
	assert_int_equal(place_of("tcp port 1 or port ", "illegal port number 1 > 0"), 9);
	assert_int_equal(place_of("port 1 or port 1", "illegal port number 1 > 0"), SIZE_MAX);
	assert_int_equal(place_of("port 11", "illegal port number 1 > 0"), SIZE_MAX);
	assert_int_equal(place_of("tcp", "parser stack overflow"), SIZE_MAX);
}

static void what_nobody_understands_is_final(void **state)
{
	(void)state;
	assert_true(expr_explain_is_final("can't parse filter expression: syntax error"));
	assert_true(expr_explain_is_final("unknown host 'nonesuch'"));
	assert_true(expr_explain_is_final("unknown network 'nonesuch'"));
	assert_false(expr_explain_is_final("unknown port 'nonesuch'"));
	assert_false(expr_explain_is_final("ifindex not supported on Ethernet"));
}

static void what_may_be_a_name_is_told(void **state)
{
	static const struct { const char *text; bool has_names; } rows[] = {
		{ "", false }, { "tcp port 80 and not (host 192.0.2.1 or len > 0x40)", false },
		{ "ip6 net 2001::/16", false }, { "port ssh", true }, { "host example.org", true },
		{ "ip proto \\tcp", true }, { "tcp[13] & 2 != 0", false },
		{ "ip[6:2]&0x1fff=0", false },
	};

	(void)state;
	for (size_t i = 0; i < array_size(rows); i++)
		if (expr_explain_has_names(rows[i].text) != rows[i].has_names)
			fail_msg("%s", rows[i].text);
}

/* As it has to be where nothing can be looked up any more. */
static void names_are_looked_up_before(void **state)
{
	static const struct { const char *filter; uint16_t linktype; bool swapped; const char *error; } rows[] = {
		{ "port domain", LINKTYPE_ETHERNET, false, NULL },
		{ "port domain", LINKTYPE_ETHERNET, true, NULL },
		{ "port domain", LINKTYPE_NULL, true, NULL },
		{ "port domain", LINKTYPE_LINUX_SLL2, false, NULL },
		{ "port domain", LINKTYPE_PFLOG, false,
		  "what a name in the filter means was looked up for" },
		{ "port 53", LINKTYPE_PFLOG, false, NULL },
		{ "port nonesuch", LINKTYPE_PFLOG, false, ">>>nonesuch<<<" },
	};

	(void)state;
	for (size_t i = 0; i < array_size(rows); i++) {
		const struct iface of = { .linktype = rows[i].linktype, .swapped = rows[i].swapped };
		struct per_link *s;
		int err;

		assert_int_equal(per_link_open(&s, rows[i].filter, NULL, true), 0);
		assert_int_equal(per_link_prepare(s), 0);
		err = per_link_check(s, &of);
		if (err != (rows[i].error ? -EINVAL : 0) ||
		    (err && !strstr(per_link_error(s), rows[i].error)))
			fail_msg("%s, %u: %s", rows[i].filter, rows[i].linktype,
				 err ? per_link_error(s) : "good");
		assert_int_equal(per_link_is_wrong(s),
				 rows[i].error && strchr(rows[i].error, '>') != NULL);
		per_link_close(s);
	}
}

static void blank_matches_everything(void **state)
{
	struct expr *e = NULL;
	size_t n;

	(void)state;
	assert_int_equal(expr_open(&e, " ", LINKTYPE_ETHERNET, true), 0);
	assert_true(expr_matches(e, (const uint8_t *)"", 0, 0));
	assert_int_equal(expr_insns(e, &n)->code, BPF_RET | BPF_K);
	assert_int_equal(n, 1);
	expr_close(e);
}

static void len_is_that_on_the_wire(void **state)
{
	static const uint8_t zeros[64];
	struct expr *e = NULL;

	(void)state;
	assert_int_equal(expr_open(&e, "len = 1500", LINKTYPE_ETHERNET, true), 0);
	assert_true(expr_matches(e, zeros, 64, 1500));
	assert_false(expr_matches(e, zeros, 64, 64));
	expr_close(e);
	assert_int_equal(expr_open(&e, "ether[64] = 0", LINKTYPE_ETHERNET, true), 0);
	assert_false(expr_matches(e, zeros, 64, 1500));
	expr_close(e);
}

static void the_optimizer_makes_it_shorter(void **state)
{
	struct expr *e = NULL;
	size_t n, n_plain;

	(void)state;
	assert_int_equal(expr_open(&e, "tcp port 80 or tcp port 443", LINKTYPE_ETHERNET, true), 0);
	expr_insns(e, &n);
	expr_close(e);
	assert_int_equal(expr_open(&e, "tcp port 80 or tcp port 443", LINKTYPE_ETHERNET, false), 0);
	expr_insns(e, &n_plain);
	expr_close(e);
	assert_true(n < n_plain);
}

/* The family in front of a packet, in the order of the machine that captured. */
static void bsd_loopback_has_the_order_of_the_file(void **state)
{
	static const uint8_t little[24] = { 2, 0, 0, 0, 0x45 }, big[24] = { 0, 0, 0, 2, 0x45 };
	struct iface i = { .linktype = LINKTYPE_NULL,
			   .swapped = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ };
	struct expr *e = NULL;

	(void)state;
	assert_int_equal(expr_open_for(&e, "ip", &i, true), 0);
	assert_true(expr_matches(e, big, 24, 24) && !expr_matches(e, little, 24, 24));
	expr_close(e);
	i.swapped = !i.swapped;
	assert_int_equal(expr_open_for(&e, "ip", &i, true), 0);
	assert_true(expr_matches(e, little, 24, 24) && !expr_matches(e, big, 24, 24));
	expr_close(e);
}

/* ---- against libpcap reading the file ---- */

/* False: libpcap refuses the expression for this file, and so do we. */
static bool same_packets(const char *path, uint16_t linktype, bool swapped, const char *text,
			 bool optimize)
{
	struct iface i = { .linktype = linktype, .swapped = swapped };
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_open_offline(path, error);
	struct bpf_program program;
	struct pcap_pkthdr *h;
	const unsigned char *data;
	struct expr *e = NULL;
	unsigned n = 0;
	bool refused;

	if (!p)
		fail_msg("%s: %s", path, error);
	refused = pcap_compile(p, &program, text, optimize, 0);
	if (refused != (bool)expr_open_for(&e, text, &i, optimize))
		fail_msg("%s: '%s' is refused by one of us: %s", path, text,
			 refused ? pcap_geterr(p) : expr_error(e));
	while (!refused && pcap_next_ex(p, &h, &data) == 1) {
		n++;
		if (!pcap_offline_filter(&program, h, data) !=
		    !expr_matches(e, data, h->caplen, h->len))
			fail_msg("%s: packet %u: not the same for '%s'", path, n, text);
	}
	if (!refused)
		pcap_freecode(&program);
	expr_close(e);
	pcap_close(p);
	return !refused;
}

static void the_same_packets_as_libpcap(void **state)
{
	static const struct { const char *path; uint16_t linktype; bool swapped; } files[] = {
		{ "tests/pcaps/mixed.pcap", LINKTYPE_ETHERNET, false },
		{ "tests/pcaps/ipv6_ext.pcap", LINKTYPE_ETHERNET, false },
		{ "tests/pcaps/tunnels.pcap", LINKTYPE_ETHERNET, false },
		{ "tests/pcaps/qinq.pcap", LINKTYPE_ETHERNET, false },
		{ "tests/pcaps/runts.pcap", LINKTYPE_ETHERNET, false },
		{ "tests/pcaps/fragments.pcap", LINKTYPE_ETHERNET, false },
		{ "tests/pcaps/files/linktype_raw_101.pcap", LINKTYPE_RAW, false },
		{ "tests/pcaps/files/linktype_bsd_null_0_little_endian.pcap", LINKTYPE_NULL,
		  false },
		{ "tests/pcaps/files/linktype_bsd_null_0_big_endian.pcap", LINKTYPE_NULL, true },
		{ "tests/pcaps/files/linktype_bsd_loop_108.pcap", LINKTYPE_LOOP, false },
		{ "tests/pcaps/files/linktype_linux_cooked_113.pcap", LINKTYPE_LINUX_SLL, false },
		{ "tests/pcaps/files/linktype_linux_cooked_v2_276.pcap", LINKTYPE_LINUX_SLL2,
		  false },
		{ "tests/pcaps/files/linktype_ipv4_228.pcap", LINKTYPE_IPV4, false },
		{ "tests/pcaps/files/linktype_ipv6_229.pcap", LINKTYPE_IPV6, false },
	};
	FILE *list = fopen("tests/golden/EXPRESSIONS", "r");
	unsigned n = 0, n_taken = 0;
	char line[256];

	(void)state;
	if (!list || access(files[0].path, R_OK))
		skip();
	while (fgets(line, sizeof(line), list)) {
		line[strcspn(line, "\n")] = '\0';
		for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++, n++)
			n_taken += same_packets(files[i].path, files[i].linktype, files[i].swapped,
						line, n % 2);
	}
	fclose(list);
	assert_true(n > 1000 && n_taken > n / 2);
}

/* ---- where expressions come from ---- */

static void words_are_joined_by_blanks(void **state)
{
	char *words[] = { (char *)"tcp", (char *)"port\n80", (char *)"", (char *)"or", NULL };
	char *text = expr_join(words);

	(void)state;
	assert_string_equal(text, "tcp port 80  or");
	free(text);
	text = expr_join(words + 4);
	assert_string_equal(text, "");
	free(text);
}

static char *text_of_file(const char *content, size_t n)
{
	char path[] = "/tmp/test_expr.XXXXXX";
	int fd = mkstemp(path);
	char *text = NULL;

	if (fd < 0 || write(fd, content, n) != (ssize_t)n)
		fail_msg("no temporary file");
	close(fd);
	assert_int_equal(expr_read(path, &text), 0);
	unlink(path);
	return text;
}

static void a_file_has_lines_and_comments(void **state)
{
	char *text = text_of_file("tcp # and what\nor udp\n#last", 27);

	(void)state;
	assert_string_equal(text, "tcp           \nor udp\n     ");
	free(text);
	text = text_of_file("", 0);
	assert_string_equal(text, "");
	free(text);
}

static const struct direction_case {
	const char *name, *text;
	bool directed, received, sent, undirected;	/* what matches, of an empty packet */
} directions[] = {
	{ "no_direction", "len < 100", false, true, true, true },
	{ "inbound", "inbound", true, true, false, false },
	{ "outbound", "outbound", true, false, true, false },
	{ "not_inbound", "not inbound", true, false, true, false },
	{ "with_other_words", "outbound and len < 100", true, false, true, false },
	{ "or_other_words", "outbound or len > 10", true, false, true, false },
};

static int of_direction(struct per_link *s, unsigned has, uint32_t flags)
{
	static const struct iface ethernet = { .linktype = LINKTYPE_ETHERNET };
	const struct packet p = { .data = (const uint8_t *)"", .iface = &ethernet, .has = has,
				  .flags = flags };

	return per_link_packet(s, &p);
}

static void which_direction_matches(void **state)
{
	const struct direction_case *c = *state;
	struct per_link *s;
	struct expr *e;

	for (int optimize = 0; optimize < 2; optimize++) {
		assert_int_equal(expr_open(&e, c->text, LINKTYPE_ETHERNET, optimize), 0);
		assert_int_equal(expr_is_directed(e), c->directed);
		expr_close(e);
		assert_int_equal(per_link_open(&s, c->text, NULL, optimize), 0);
		assert_int_equal(of_direction(s, PACKET_FLAGS, EPB_INBOUND | EPB_BROADCAST),
				 c->received);
		assert_int_equal(of_direction(s, PACKET_FLAGS, EPB_OUTBOUND | EPB_SEGMENTED),
				 c->sent);
		assert_int_equal(per_link_undirected(s), 0);
		assert_int_equal(of_direction(s, PACKET_FLAGS, EPB_BROADCAST), c->undirected);
		assert_int_equal(of_direction(s, 0, EPB_OUTBOUND), c->undirected);
		assert_int_equal(per_link_undirected(s), c->directed ? 2 : 0);
		per_link_close(s);
	}
}

/* Whose text it is the caller need not be allowed to know. */
static void a_word_of_a_file_is_never_quoted(void **state)
{
	static const struct { const char *text, *where; } rows[] = {
		{ "root:$y$SECRET:19700:0:99999:7:::", "f: line 1, column 1: " },
		{ "tcp prot SECRET", "f: line 1, column 5: " },
		{ "udp or\n\n  tcp port SECRET", "f: line 3, column 12: " },
		{ "udp\nport SECRETport", "f: line 2, column 6: " },
		{ "tcp and ip proto \\SECRET", "f: l" },
		{ "ether[SECRET] = 1", "f: l" },
		{ "udp port", "f: the filter expression lacks something at its end" },
		{ "ifindex 1",
		  "f: libpcap does not take this filter expression for link type EN10MB" },
		{ "ifname SECRET", "f: l" },
	};

	(void)state;
	for (size_t i = 0; i < array_size(rows); i++) {
		struct expr *e = NULL;
		char words[256];

		assert_int_equal(expr_open(&e, rows[i].text, LINKTYPE_ETHERNET, true), -EINVAL);
		assert_ptr_equal(expr_error_in(e, "f", words, sizeof(words)), words);
		if (strncmp(words, rows[i].where, strlen(rows[i].where)) ||
		    strstr(words, "SECRET") || strstr(words, "root"))
			fail_msg("'%s': %s", rows[i].text, words);
		assert_ptr_equal(expr_error_in(e, NULL, words, sizeof(words)), expr_error(e));
		expr_close(e);
	}
}

static void a_file_that_cannot_be_read(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(expr_read("/nonexistent", &text), -ENOENT);
	assert_int_equal(expr_read("/", &text), -EISDIR);
	assert_null(text);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(what_is_wrong_for_all_link_types_is_told_apart),
		cmocka_unit_test(a_long_expression_is_shown_around_the_place),
		cmocka_unit_test(the_place_is_found_wherever_it_is),
		cmocka_unit_test(what_nobody_understands_is_final),
		cmocka_unit_test(what_may_be_a_name_is_told),
		cmocka_unit_test(names_are_looked_up_before),
		cmocka_unit_test(blank_matches_everything),
		cmocka_unit_test(len_is_that_on_the_wire),
		cmocka_unit_test(the_optimizer_makes_it_shorter),
		cmocka_unit_test(bsd_loopback_has_the_order_of_the_file),
		cmocka_unit_test(the_same_packets_as_libpcap),
		cmocka_unit_test(words_are_joined_by_blanks),
		cmocka_unit_test(a_file_has_lines_and_comments),
		cmocka_unit_test(a_word_of_a_file_is_never_quoted),
		cmocka_unit_test(a_file_that_cannot_be_read),
	};
	struct CMUnitTest
		tests[array_size(cases) + array_size(directions) + array_size(others)];
	size_t n = 0;

	unit_of_table(cases, is_compiled_or_refused, tests, n);
	unit_of_table(directions, which_direction_matches, tests, n);
	memcpy(tests + n, others, sizeof(others));
	return unit_run("expr", tests, n + array_size(others));
}
