// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What is counted of a capture, and the table of addresses when there are more of them than it
 * holds.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/report/info.h"
#include "capture/report/talkers.h"

#include "tests/unit/unit.h"

#define SEC	1000000000ull
#define MACS	"020000000002020000000001"

static const struct iface ethernet = { .id = 0, .linktype = LINKTYPE_ETHERNET };

static const struct row_case {
	const char *name;
	uint16_t linktype;
	const char *frame;
	enum info_row rows[5];	/* up to the end, a row that is named twice */
	unsigned n_talkers;
} rows[] = {
	{ "tcp_whose_header_is_cut", 1,
	  MACS "080045000028000100004006" "0000c0000201c0000202" "04d2",
	  { INFO_IPV4, INFO_TCP, INFO_CUT_HEADER, INFO_IPV4 }, 2 },
	{ "udp", 1, MACS "08004500001c000100004011" "0000c0000201c0000202" "0035003500080000",
	  { INFO_IPV4, INFO_UDP, INFO_IPV4 }, 2 },
	{ "from_and_to_the_same_address", 1,
	  MACS "08004500001c000100004011" "0000c0000201c0000201" "0035003500080000",
	  { INFO_IPV4, INFO_UDP, INFO_IPV4 }, 1 },
	{ "a_later_fragment", 1,
	  MACS "08004500001c000100014011" "0000c0000201c0000202" "0035003500080000",
	  { INFO_IPV4, INFO_UDP, INFO_FRAGMENT, INFO_IPV4 }, 2 },
	{ "icmp_behind_a_tag", 1,
	  MACS "81000064" "08004500001c000100004001" "0000c0000201c0000202" "0800000000000000",
	  { INFO_IPV4, INFO_ICMP, INFO_VLAN, INFO_IPV4 }, 2 },
	{ "three_tags", 1, MACS "81000064" "81000064" "81000064" "0800" "45",
	  { INFO_NON_IP, INFO_VLAN, INFO_DEEP, INFO_NON_IP }, 0 },
	{ "icmpv6", 1, MACS "86dd" "6000000000083aff" "fe800000000000000000000000000001"
	  "ff020000000000000000000000000001"
	  "8000000000000000", { INFO_IPV6, INFO_ICMPV6, INFO_IPV6 }, 2 },
	{ "arp", 1, MACS "0806" "0001080006040001", { INFO_ARP, INFO_ARP }, 0 },
	{ "an_unknown_ethertype", 1, MACS "88cc" "0207", { INFO_NON_IP, INFO_NON_IP }, 0 },
	{ "an_ihl_of_4", 1, MACS "0800" "4400001c000100004011" "0000c0000201c0000202",
	  { INFO_IPV4, INFO_BAD_HEADER, INFO_IPV4 }, 0 },
	{ "half_an_ip_header", 1, MACS "0800" "4500001c0001",
	  { INFO_IPV4, INFO_CUT_HEADER, INFO_IPV4 }, 0 },
	{ "half_an_ethernet_header", 1, "0200000000020200",
	  { INFO_NON_IP, INFO_CUT_HEADER, INFO_NON_IP }, 0 },
	{ "raw_ospf", LINKTYPE_RAW, "45000018000100004059" "0000c0000201e0000005" "02010000",
	  { INFO_IPV4, INFO_OTHER_IP, INFO_IPV4 }, 2 },
	{ "an_unknown_link_type", 147, "45000018", { INFO_UNKNOWN_LINK, INFO_UNKNOWN_LINK }, 0 },
};

static void a_packet_is_in_these_rows(void **state)
{
	const struct row_case *c = *state;
	struct iface i = { .linktype = c->linktype };
	struct packet p = { .iface = &i };
	bool wanted[N_INFO_ROWS] = { false };
	struct info info;
	size_t n;
	uint8_t *frame = unit_bytes(c->frame, &n);

	p.data = frame;
	p.caplen = n;
	p.len = n + 1000;	/* wire length is what counts */
	link_decode(&p);
	assert_int_equal(info_open(&info), 0);
	assert_int_equal(info_packet(&info, &p), 0);
	for (unsigned k = 0; !k || c->rows[k] != c->rows[0]; k++)
		wanted[c->rows[k]] = true;
	for (enum info_row row = 0; row < N_INFO_ROWS; row++) {
		if (info.rows[row].packets != wanted[row])
			fail_msg("%" PRIu64 " packets in the row of %s",
				 (uint64_t)info.rows[row].packets, info_row_name(row));
		assert_int_equal(info.rows[row].bytes, wanted[row] ? p.len : 0);
	}
	assert_int_equal(talkers_count(info.talkers), c->n_talkers);
	info_close(&info);
	free(frame);
}

static void add(struct info *i, const struct iface *iface, uint32_t caplen, uint32_t len,
		bool timed, uint64_t ts_ns)
{
	static const uint8_t zeros[256];
	struct packet p = {
		.data = zeros,
		.caplen = caplen,
		.len = len,
		.iface = iface,
		.ts_ns = ts_ns,
		.has = timed ? PACKET_TIME : 0,
		.dropped = 2,
	};

	link_decode(&p);
	assert_int_equal(info_packet(i, &p), 0);
}

static void sizes_and_times_are_counted(void **state is_unused)
{
	struct info i;

	assert_int_equal(info_open(&i), 0);
	assert_int_equal(info_duration(&i), 0);
	add(&i, &ethernet, 60, 60, true, 20 * SEC);
	add(&i, &ethernet, 96, 1514, true, 10 * SEC);	/* back, and cut */
	add(&i, &ethernet, 90, 91, true, 10 * SEC);	/* not back, and cut */
	add(&i, &ethernet, 200, 200, false, 0);
	add(&i, &ethernet, 0, 42, true, 30 * SEC);
	assert_int_equal(i.all.packets, 5);
	assert_int_equal(i.all.bytes, 60 + 1514 + 91 + 200 + 42);
	assert_int_equal(i.captured_bytes, 60 + 96 + 90 + 200);
	assert_int_equal(i.len_min, 42);
	assert_int_equal(i.len_max, 1514);
	assert_int_equal(i.n_cut, 3);
	assert_int_equal(i.cut_min, 0);
	assert_int_equal(i.cut_max, 96);
	assert_int_equal(i.n_timed, 4);
	assert_int_equal(i.n_back, 1);
	assert_int_equal(i.n_dropped, 10);
	assert_true(i.earliest_ns == 10 * SEC && i.latest_ns == 30 * SEC &&
		    info_duration(&i) == 20 * SEC);
	info_close(&i);
}

/* Each limit of the histogram, one below and one above. */
static void a_size_is_in_the_row_that_says_so(void **state is_unused)
{
	unsigned first;
	struct info i;

	assert_int_equal(info_open(&i), 0);
	assert_int_equal(info_sizes(&i, &first), 0);
	for (unsigned row = 0; row < N_INFO_SIZES; row++) {
		add(&i, &ethernet, 0, info_size_from(row), false, 0);
		add(&i, &ethernet, 0, info_size_to(row), false, 0);
		assert_int_equal(info_sizes(&i, &first), row + 1);
	}
	for (unsigned row = 0; row < N_INFO_SIZES; row++) {
		assert_int_equal(i.sizes[row].packets, 2);
		assert_int_equal(i.sizes[row].bytes,
				 (uint64_t)info_size_from(row) + info_size_to(row));
	}
	assert_int_equal(first, 0);
	assert_int_equal(i.timeline.n, 0);
	info_close(&i);
}

static void interfaces_come_in_any_order(void **state is_unused)
{
	static const uint32_t ids[] = { 5, 0, 5, 3, 70000, 5, 3 };
	struct info i;

	assert_int_equal(info_open(&i), 0);
	for (unsigned k = 0; k < array_size(ids); k++) {
		struct iface iface = { .id = ids[k], .linktype = LINKTYPE_ETHERNET };

		add(&i, &iface, 60, 100, true, SEC);
	}
	assert_true(i.n_ifaces > 70000);
	assert_int_equal(i.ifaces[0].packets, 1);
	assert_int_equal(i.ifaces[1].packets, 0);
	assert_int_equal(i.ifaces[3].packets, 2);
	assert_int_equal(i.ifaces[5].bytes, 300);
	assert_int_equal(i.ifaces[70000].packets, 1);
	info_close(&i);
}

/* Its row is found by the key. */
static const struct verdict_case {
	const char *name;
	struct verdict verdict;
	const char *key;		/* NULL: none */
} verdicts[] = {
	{ "xdp_0_is_aborted", { VERDICT_XDP, 0 }, "xdp_aborted" },
	{ "xdp_4_is_redirect", { VERDICT_XDP, 4 }, "xdp_redirect" },
	{ "xdp_5_is_another", { VERDICT_XDP, 5 }, "xdp_other" },
	{ "xdp_above_32_bits_is_another", { VERDICT_XDP, 1ull << 32 | 1 }, "xdp_other" },
	{ "tc_minus_1_is_unspec", { VERDICT_TC, UINT64_MAX }, "tc_unspec" },
	{ "tc_0_is_ok", { VERDICT_TC, 0 }, "tc_ok" },
	{ "tc_2_is_shot", { VERDICT_TC, 2 }, "tc_shot" },
	{ "tc_8_is_trap", { VERDICT_TC, 8 }, "tc_trap" },
	{ "tc_9_is_another", { VERDICT_TC, 9 }, "tc_other" },
	{ "tc_minus_2_is_another", { VERDICT_TC, UINT64_MAX - 1 }, "tc_other" },
	{ "none_is_in_no_row", { VERDICT_HARDWARE, 0 }, NULL },
};

/* Also of files that say what cannot be. */
static void what_a_sample_stands_for_is_estimated(void **state is_unused)
{
	static const struct iface sampled = { .id = 1, .linktype = LINKTYPE_ETHERNET,
					      .comment = (char *)"sample=1/1000000000" },
				  none = { .id = 7, .comment = (char *)"sample=1/3" };
	struct info i;

	assert_int_equal(info_open(&i), 0);
	add(&i, &ethernet, 60, 60, true, SEC);
	add(&i, &sampled, 60, 100, true, SEC);
	add(&i, &sampled, 60, 102, true, SEC);
	assert_int_equal(info_estimate_of(&i, &ethernet).packets, 1);
	assert_int_equal(info_estimate_of(&i, &ethernet).bytes, 60);
	assert_int_equal(info_estimate_of(&i, &sampled).packets, 2000000000);
	assert_int_equal(info_estimate_of(&i, &sampled).bytes, 202000000000);
	assert_int_equal(info_estimate_of(&i, &none).packets, 0);
	for (unsigned n = 0; n < 5; n++)
		add(&i, &sampled, 60, UINT32_MAX, true, SEC);
	assert_true(info_estimate_of(&i, &sampled).bytes == UINT64_MAX);
	info_close(&i);
}

static void a_verdict_is_in_this_row(void **state)
{
	const struct verdict_case *c = *state;
	const bool known = c->verdict.type != VERDICT_HARDWARE;
	struct packet p = { .data = (const uint8_t *)"",
			    .len = 100,
			    .iface = &ethernet,
			    .verdict = c->verdict,
			    .has = known ? PACKET_VERDICT : 0 };
	struct info i;

	assert_int_equal(info_open(&i), 0);
	link_decode(&p);
	assert_int_equal(info_packet(&i, &p), 0);
	for (unsigned row = 0; row < N_VERDICTS; row++) {
		const bool is_it = c->key && !strcmp(verdicts_key(row), c->key);
		const struct tally *t = &i.verdicts.rows[row];

		if (t->packets != is_it || t->bytes != (is_it ? 100 : 0))
			fail_msg("%llu packets in the row of %s", (unsigned long long)t->packets,
				 verdicts_name(row));
	}
	info_close(&i);
}

/* ---- talkers ---- */

static void talk(struct talkers *t, uint32_t number, uint32_t len)
{
	uint8_t addr[4] = { number >> 24, number >> 16, number >> 8, number };

	assert_true(talkers_add(t, 4, addr, len, number % 2));
}

static uint32_t number_of(const struct talker *k)
{
	return (uint32_t)k->addr[0] << 24 | k->addr[1] << 16 | k->addr[2] << 8 | k->addr[3];
}

/* @n of them, the first of which never has a byte, in a table with room for @room. */
static void want_exact(uint32_t room, uint32_t n_all)
{
	static struct talker top[3000];
	struct talkers *t = NULL;

	assert_int_equal(talkers_open(&t, room), 0);
	for (unsigned round = 0; round < 10; round++)
		for (uint32_t n = 0; n < n_all; n++)
			talk(t, n, n);
	assert_int_equal(talkers_count(t), n_all);
	assert_int_equal(talkers_error(t), 0);
	assert_int_equal(talkers_top(t, top, array_size(top)), n_all);
	for (uint32_t n = 0; n < n_all; n++) {
		const struct talker *k = &top[n_all - 1 - n];

		assert_int_equal(number_of(k), n);
		assert_int_equal(k->packets, 10);
		assert_int_equal(k->sent, n % 2 ? 10 * n : 0);
		assert_int_equal(k->received, n % 2 ? 0 : 10 * n);
		assert_int_equal(k->error, 0);
	}
	talkers_close(t);
}

static void all_is_exact_while_there_is_room(void **state is_unused)
{
	want_exact(64, 64);
	want_exact(TALKERS_ROOM, 3000);	/* the table has to grow for */
}

static void addresses_of_both_versions_are_kept_apart(void **state is_unused)
{
	static const uint8_t addr[16] = { 10, 0, 0, 1 };
	struct talkers *t = NULL;
	struct talker top[4];

	assert_int_equal(talkers_open(&t, 64), 0);
	assert_true(talkers_add(t, 4, addr, 1, true) && talkers_add(t, 6, addr, 1, true));
	assert_int_equal(talkers_top(t, top, 4), 2);
	assert_int_equal(top[0].version, 4);	/* with as many bytes the smaller one comes first */
	assert_int_equal(top[1].version, 6);
	talkers_close(t);
}

/* Few large ones among many small ones; what each really had is known here. */
static void what_is_said_of_errors_is_true(void **state is_unused)
{
	enum { N = 3000, LARGE = 20 };
	static uint64_t real[N];
	struct talkers *t = NULL;
	struct talker top[LARGE];
	uint64_t seed = 1, all = 0;

	assert_int_equal(talkers_open(&t, 256), 0);
	for (unsigned i = 0; i < 200000; i++) {
		uint32_t n, len;

		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		n = seed >> 33 & 1 ? (seed >> 34) % LARGE : (seed >> 34) % N;
		len = 60 + (seed >> 50) % 1400;
		real[n] += len;
		all += len;
		talk(t, n, len);
	}
	assert_true(talkers_error(t) > 0 && talkers_error(t) <= all / 128);
	assert_int_equal(talkers_top(t, top, LARGE), LARGE);
	for (unsigned i = 0; i < LARGE; i++) {
		uint64_t counted = top[i].sent + top[i].received, n = number_of(&top[i]);

		if (n >= LARGE || counted > real[n] || counted + top[i].error < real[n])
			fail_msg("address %" PRIu64 " has %" PRIu64 " bytes, told are %" PRIu64
				 " to %" PRIu64,
				 n, real[n], counted, counted + top[i].error);
		assert_true(top[i].error <= talkers_error(t));
		real[n] = 0;
	}
	talkers_close(t);
}

/* Whoever comes when room was made may have been there before: the small ones were forgotten. */
static void a_newcomer_may_have_had_what_was_forgotten(void **state is_unused)
{
	struct talkers *t = NULL;
	struct talker top[16];
	unsigned n;

	assert_int_equal(talkers_open(&t, 16), 0);
	for (uint32_t i = 0; i < 16; i++)
		talk(t, i, 100 + i);
	talk(t, 100, 1);	/* the seventeenth */
	assert_int_equal(talkers_error(t), 108);
	talk(t, 0, 500);
	n = talkers_top(t, top, 16);
	assert_int_equal(n, 7 + 2);
	assert_int_equal(number_of(&top[0]), 0);
	for (unsigned i = 0; i < n; i++) {
		bool came_later = number_of(&top[i]) == 0 || number_of(&top[i]) == 100;

		assert_int_equal(top[i].error, came_later ? 108 : 0);
	}
	talkers_close(t);
}

/* All alike, so that none stands out when room is made; and the other way round. */
static void room_is_made_whatever_the_counts_are(void **state)
{
	unsigned kind = (uintptr_t)*state;
	struct talkers *t = NULL;
	struct talker top[1];

	assert_int_equal(talkers_open(&t, 16), 0);
	for (uint32_t n = 0; n < 10000; n++)
		talk(t, n, kind == 0 ? 64 : kind == 1 ? n : 10000 - n);
	assert_true(talkers_count(t) > 0 && talkers_count(t) <= 16);
	assert_int_equal(talkers_top(t, top, 1), 1);
	assert_true(top[0].sent + top[0].received + top[0].error >= (kind == 0	 ? 64u
								     : kind == 1 ? 9999u
										 : 1u));
	talkers_close(t);
}

int main(void)
{
	struct CMUnitTest tests[64] = {
		cmocka_unit_test(sizes_and_times_are_counted),
		cmocka_unit_test(a_size_is_in_the_row_that_says_so),
		cmocka_unit_test(interfaces_come_in_any_order),
		cmocka_unit_test(what_a_sample_stands_for_is_estimated),
		cmocka_unit_test(all_is_exact_while_there_is_room),
		cmocka_unit_test(addresses_of_both_versions_are_kept_apart),
		cmocka_unit_test(what_is_said_of_errors_is_true),
		cmocka_unit_test(a_newcomer_may_have_had_what_was_forgotten),
		{ "room_is_made_where_all_are_alike", room_is_made_whatever_the_counts_are, NULL,
		  NULL, (void *)0 },
		{ "room_is_made_where_they_ascend", room_is_made_whatever_the_counts_are, NULL,
		  NULL, (void *)1 },
		{ "room_is_made_where_they_descend", room_is_made_whatever_the_counts_are, NULL,
		  NULL, (void *)2 },
	};
	size_t n = 11;

	unit_of_table(rows, a_packet_is_in_these_rows, tests, n);
	unit_of_table(verdicts, a_verdict_is_in_this_row, tests, n);
	return unit_run("info", tests, n);
}
