// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Flows: what is one, what is counted of it, put together from several CPUs, and as lines. */
#include <string.h>

#include "bpf/flow.h"
#include "capture/base/util.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/report/flow_table.h"
#include "tests/unit/unit.h"

enum { NS = 1000000000, LEN = 60 };

static struct flow_table *table;

static int set_up(void **state is_unused)
{
	return flow_table_open(&table);
}

static int tear_down(void **state is_unused)
{
	table = flow_table_close(table);
	return 0;
}

static void add(uint8_t proto, uint8_t from, uint16_t sport, uint8_t to, uint16_t dport,
		uint8_t flags, uint64_t ns)
{
	static const struct iface f = { .id = 3, .linktype = LINKTYPE_ETHERNET };
	uint8_t frame[LEN] = { [12] = 8, [14] = 0x45, [17] = LEN - 14, [22] = 64, [23] = proto, [26] = 10, [29] = from,
			       [30] = 10, [33] = to, [34] = sport >> 8, [35] = sport, [36] = dport >> 8, [37] = dport,
			       [46] = 0x50, [47] = flags };
	struct packet p = { .data = frame, .caplen = LEN, .len = LEN, .iface = &f, .ts_ns = ns, .has = PACKET_TIME };

	if (proto == PROTO_UDP)
		memcpy(frame + 38, "\0\x1a", 2);
	link_decode(&p);
	flow_table_packet(table, &p);
}

static const char *name(void *ctx is_unused, uint16_t number)
{
	return number == 3 ? "=a\"b" : NULL;
}

static char said[4096];

static const char *print(enum file_format format)
{
	const struct flow_lines how = { .format = format, .header = true, .iface = name };
	FILE *out = fmemopen(said, sizeof(said), "w");

	assert_non_null(out);
	flow_table_print(table, &how, out);
	fclose(out);
	return said;
}

static void add_a_connection(void)
{
	add(PROTO_TCP, 9, 1000, 1, 80, PARSE_SYN, 5ull * NS);
	add(PROTO_TCP, 1, 80, 9, 1000, PARSE_SYN | PARSE_ACK, 6ull * NS);
	add(PROTO_TCP, 9, 1000, 1, 80, PARSE_ACK, 6ull * NS + 5);
	add(PROTO_UDP, 1, 53, 2, 53, 0, 7ull * NS);
}

static void both_ways_are_a_line(void **state is_unused)
{
	add_a_connection();
	assert_int_equal(flow_table_count(table), 2);
	assert_int_equal(flow_table_packets(table), 4);
	assert_string_equal(print(FORMAT_TEXT),
			    "1970-01-01T00:00:05.000000000Z 1.000000005 s =a\"b TCP 10.0.0.9:1000 -> 10.0.0.1:80: "
			    "2 packets, 120 bytes [SA]; back 1 packet, 60 bytes [SA]\n"
			    "1970-01-01T00:00:07.000000000Z 0.000000000 s =a\"b UDP 10.0.0.1:53 -> 10.0.0.2:53: "
			    "1 packet, 60 bytes; back 0 packets, 0 bytes\n");
}

static void for_machines(void **state is_unused)
{
	add_a_connection();
	assert_non_null(strstr(print(FORMAT_JSON),
		"{\"first\":\"1970-01-01T00:00:05.000000000Z\",\"last\":\"1970-01-01T00:00:06.000000005Z\","
		"\"interface\":\"=a\\\"b\",\"protocol\":\"TCP\",\"src\":\"10.0.0.9\",\"srcport\":1000,"
		"\"dst\":\"10.0.0.1\","
		"\"dstport\":80,\"packets\":2,\"bytes\":120,\"tcp_flags\":\"SA\",\"packets_back\":1,\"bytes_back\":60,"
		"\"tcp_flags_back\":\"SA\"}\n"));
	assert_non_null(strstr(print(FORMAT_CSV),
		"first,last,interface,protocol,src,srcport,dst,dstport,packets,bytes,tcp_flags,packets_back,bytes_back,"
		"tcp_flags_back\n1970-01-01T00:00:05.000000000Z,1970-01-01T00:00:06.000000005Z,\"'=a\"\"b\",TCP,"
		"10.0.0.9,1000,10.0.0.1,80,2,120,SA,1,60,SA\n"));
}

/* Whoever came first by time is first, in whichever order they come. */
static void the_first_is_the_first_by_time(void **state is_unused)
{
	add(PROTO_UDP, 1, 53, 9, 1000, 0, 9ull * NS);
	add(PROTO_UDP, 9, 1000, 1, 53, 0, 8ull * NS);
	assert_non_null(strstr(print(FORMAT_TEXT),
			       "00:00:08.000000000Z 1.000000000 s =a\"b UDP 10.0.0.9:1000 -> "));
}

static void cpus_are_put_together(void **state is_unused)
{
	struct flow_entry one = { .key = { .addr = { { 1 }, { 2 } }, .port = { 5, 6 }, .ip_version = 4, .ip_proto = 6 },
				  .flow = { .first_ns = 50, .last_ns = 60, .packets = { 3, 4 }, .bytes = { 30, 40 },
					    .tcp_flags = { PARSE_SYN, 0 } } },
			  other = one;

	other.flow = (struct flow){ .first_ns = 40, .last_ns = 55, .packets = { 0, 1 }, .bytes = { 0, 10 },
				    .tcp_flags = { 0, PARSE_FIN }, .first_way = 1 };
	assert_true(flow_table_add(table, &one));
	assert_true(flow_table_add(table, &other));
	assert_int_equal(flow_table_count(table), 1);
	assert_int_equal(flow_table_packets(table), 8);
	assert_non_null(strstr(print(FORMAT_TEXT),
			       "00:00:00.000000040Z 0.000000020 s TCP 2.0.0.0:6 -> 1.0.0.0:5: "
			       "5 packets, 50 bytes [F]; back 3 packets, 30 bytes [S]"));
}

/* More than there was room for at first, each once, in order; and what does not fit is counted. */
static void the_table_grows_as_far_as_it_may(void **state is_unused)
{
	struct flow_entry e = { .key = { .ip_version = 4, .ip_proto = 17 },
				.flow = { .first_ns = 1, .packets = { 1 } } };

	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t i = 0; i < FLOW_TABLE_MAX + 10; i++) {
			e.key.addr[0][0] = i;
			assert_int_equal(flow_table_add(table, &e), i < FLOW_TABLE_MAX);
		}
	assert_int_equal(flow_table_count(table), FLOW_TABLE_MAX);
	assert_int_equal(flow_table_packets(table), 2 * FLOW_TABLE_MAX);
	assert_int_equal(flow_table_rest(table).no_room, 20);
	flow_table_clear(table);
	assert_int_equal(flow_table_count(table), 0);
	assert_int_equal(flow_table_rest(table).no_room, 0);
	assert_true(flow_table_add(table, &e));
}

static void what_is_of_no_flow_is_counted(void **state is_unused)
{
	static const struct iface f = { .linktype = LINKTYPE_ETHERNET };
	static const uint8_t arp[14] = { [12] = 8, 6 };
	struct packet p = { .data = arp, .caplen = sizeof(arp), .len = sizeof(arp), .iface = &f };

	link_decode(&p);
	flow_table_packet(table, &p);
	assert_int_equal(flow_table_count(table), 0);
	assert_int_equal(flow_table_rest(table).of_none, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_ways_are_a_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(for_machines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_first_is_the_first_by_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cpus_are_put_together, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_table_grows_as_far_as_it_may, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_is_of_no_flow_is_counted, set_up, tear_down),
	};

	return unit_run("flow_table", tests, array_size(tests));
}
