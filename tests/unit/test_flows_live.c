// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What programs do by flows: all packets are in the table, each once, whatever is cut, and of each
 * flow what is asked for is kept. Needs root, for BPF_PROG_TEST_RUN.
 */
#include <bpf/bpf.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/base/clock.h"
#include "capture/base/util.h"
#include "capture/kernel/flows.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/programs.h"
#include "capture/kernel/rings.h"
#include "tests/unit/unit.h"

enum { SNAP = 96, LEN = 80, IFACE = 7, LO = 1, ROWS = 64 };
enum { SYN = PARSE_SYN, ACK = PARSE_ACK, FIN = PARSE_FIN };

static struct {
	struct rings *rings;
	struct programs *programs;
	struct flows *flows;
	struct hook *hook;
} rig;

static int tear_down(void **state is_unused)
{
	rig.hook = hook_close(rig.hook);
	programs_close(rig.programs);
	rig.programs = NULL;
	rig.flows = flows_close(rig.flows);
	rig.rings = rings_close(rig.rings);
	return 0;
}

static void set_up(const struct hook_ops *ops, const struct flows_settings *flows,
		   struct hook_settings s, bool shared)
{
	tear_down(NULL);	/* of a test that has failed */
	assert_int_equal(programs_open(&rig.programs), 0);
	assert_int_equal(rings_open(&rig.rings, (size_t)sysconf(_SC_NPROCESSORS_ONLN) << 22,
				    SNAP + 8 * EVENT_META_MAX), 0);
	assert_int_equal(flows_open(&rig.flows, flows, rig.rings), 0);
	s.snap = SNAP;
	s.iface = s.flow_iface = IFACE;
	s.flows = rig.flows;
	if (shared) {
		s.programs = rig.programs;
		s.ifindex = LO;		/* from which BPF_PROG_TEST_RUN lets frames come */
	}
	assert_int_equal(hook_open(&rig.hook, ops, rig.rings, &s), 0);
}

/* A packet from one end to another: the last bytes of their addresses, and their ports. */
struct sent {
	uint8_t version, proto, from, to;
	uint16_t sport, dport;
	uint8_t flags;		/* of TCP */
	uint8_t tags;
	uint16_t frag;		/* of IPv4: flags and offset */
	uint16_t from_more;	/* two bytes of the address of the source */
	uint16_t times;		/* 0: once */
};

static unsigned put_ipv4(uint8_t *ip, const struct sent *s, unsigned len)
{
	const uint8_t header[20] = {
		0x45,	      0,       len >> 8, len, 0, 0,    s->frag >> 8,
		s->frag,      64,      s->proto, 0,   0, 10,   s->from_more >> 8,
		s->from_more, s->from, 10,	 0,   0, s->to
	};

	memcpy(ip, header, sizeof(header));
	return sizeof(header);
}

static unsigned put_ipv6(uint8_t *ip, const struct sent *s, unsigned len)
{
	const uint8_t header[40] = { 0x60, 0, 0, 0, 0, len - 40, s->proto, 64, 0x20, 1, 0xd, 0xb8,
				     [21] = s->from_more >> 8, s->from_more, s->from,
				     [24] = 0x20, 1, 0xd, 0xb8, [39] = s->to };

	memcpy(ip, header, sizeof(header));
	return sizeof(header);
}

static void make(uint8_t frame[static LEN], const struct sent *s)
{
	unsigned at = 12, ip_len;

	memset(frame, 0, LEN);
	for (unsigned i = 0; i < s->tags; i++, at += 4)
		memcpy(frame + at, "\x81\0\0\x05", 4);
	memcpy(frame + at, !s->version ? "\x08\x06" : s->version == 4 ? "\x08\0" : "\x86\xdd", 2);
	at += 2;
	ip_len = LEN - at;
	if (!s->version)
		return;
	at += s->version == 4 ? put_ipv4(frame + at, s, ip_len) : put_ipv6(frame + at, s, ip_len);
	if (s->frag & 0x1fff)
		return;
	memcpy(frame + at, (uint8_t[]){ s->sport >> 8, s->sport, s->dport >> 8, s->dport }, 4);
	if (s->proto == PROTO_TCP)
		memcpy(frame + at + 12, (uint8_t[]){ 0x50, s->flags }, 2);
	else
		frame[at + 5] = LEN - at;
}

static void run(const struct sent *s)
{
	uint8_t frame[LEN];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = LEN,
		    .repeat = s->times ? s->times : 1);

	make(frame, s);
	assert_int_equal(bpf_prog_test_run_opts(hook_program_fd(rig.hook), &opts), 0);
}

static struct counters counters(void)
{
	struct counters c;

	assert_int_equal(hook_counters(rig.hook, POINT_ENTRY, &c), 0);
	assert_int_equal(c.all.packets, c.delivered + c.ring_full + c.error + c.sampled_out +
						c.flow_cut + c.rate_limited + c.only_counted);
	return c;
}

static void stay_on_a_cpu(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
}

/* ---- the table ---- */

static struct table {
	struct flow_entry rows[ROWS];
	unsigned n;
	uint64_t packets, bytes, flows;
} table;

static int take_row(void *ctx is_unused, const struct flow_entry *e)
{
	const struct flow *flow = &e->flow;

	for (unsigned way = 0; way < FLOW_WAYS; way++) {
		table.packets += flow->packets[way];
		table.bytes += flow->bytes[way];
	}
	table.flows++;
	if (table.n < ROWS)
		table.rows[table.n++] = *e;
	return 0;
}

static void take_table(void)
{
	memset(&table, 0, sizeof(table));
	assert_int_equal(flows_take(rig.flows, take_row, NULL), 0);
}

/* The flow with these ports, and the direction from the end that has @from. */
static const struct flow *flow_of(uint16_t from, uint16_t to, unsigned *way)
{
	const struct flow *found = NULL;

	for (unsigned i = 0; i < table.n; i++)
		for (unsigned w = 0; w < FLOW_WAYS; w++)
			if (table.rows[i].key.port[w] == from && table.rows[i].key.port[!w] == to) {
				assert_true(!found || found == &table.rows[i].flow);
				found = &table.rows[i].flow;
				*way = w;
			}
	assert_non_null(found);
	return found;
}

static const struct hook_case {
	const char *name;
	const struct hook_ops *ops;
	bool shared;
} hooks[] = {
	{ "at_xdp", &hook_xdp, false },
	{ "by_a_program_for_several_interfaces", &hook_xdp, true },
	{ "that_tc_receives", &hook_tc_in, false },
	{ "that_are_sent", &hook_tc_out, false },
	{ "whose_process_is_known", &hook_tc_process, false },
};

static void both_directions_are_one_flow(void **state)
{
	static const struct flows_settings count = { .count = true };
	const struct hook_case *h = *state;
	const uint64_t begin = clock_tai_ns();
	const struct sent syn = { .version = 4, .proto = 6, .from = 9, .to = 1, .sport = 999, .dport = 80,
				  .flags = SYN },
			  synack = { .version = 4, .proto = 6, .from = 1, .to = 9, .sport = 80, .dport = 999,
				     .flags = SYN | ACK },
			  fin = { .version = 4, .proto = 6, .from = 9, .to = 1, .sport = 999, .dport = 80,
				  .flags = FIN | ACK, .times = 3 };
	const struct flow *f;
	unsigned way;

	set_up(h->ops, &count, (struct hook_settings){ .snap = SNAP }, h->shared);
	run(&syn);
	run(&synack);
	run(&fin);
	take_table();
	assert_int_equal(table.flows, 1);
	assert_int_equal(table.rows[0].key.iface, IFACE);
	assert_int_equal(table.rows[0].key.ip_version, 4);
	assert_int_equal(table.rows[0].key.ip_proto, 6);
	f = flow_of(999, 80, &way);
	assert_memory_equal(table.rows[0].key.addr[way], "\x0a\0\0\x09\0\0\0\0\0\0\0\0\0\0\0\0",
			    16);
	assert_memory_equal(table.rows[0].key.addr[!way], "\x0a\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0",
			    16);
	assert_int_equal(f->first_way, way);
	assert_int_equal(f->packets[way], 4);
	assert_int_equal(f->bytes[way], 4 * LEN);
	assert_int_equal(f->tcp_flags[way], SYN | FIN | ACK);
	assert_int_equal(f->packets[!way], 1);
	assert_int_equal(f->tcp_flags[!way], SYN | ACK);
	assert_in_range(f->first_ns, begin, f->last_ns);
	assert_in_range(f->last_ns, f->first_ns, clock_tai_ns());
	assert_int_equal(counters().delivered, 5);	/* and they are captured */
}

/* Behind the first of a flow the clock is read once a tick: 10 ms at most. */
static void a_packet_behind_a_tick_has_its_own_time(void **state is_unused)
{
	static const struct flows_settings count = { .count = true };
	struct sent s = { .version = 4, .proto = 17, .from = 1, .to = 2, .sport = 1, .dport = 2, .times = 100 };
	const uint64_t begin = clock_tai_ns();
	uint64_t later;

	stay_on_a_cpu();
	set_up(&hook_xdp, &count, (struct hook_settings){ .snap = SNAP }, false);
	run(&s);
	do
		later = clock_tai_ns();
	while (later < begin + 100000000);
	s.times = 1;
	run(&s);
	take_table();
	assert_int_equal(table.packets, 101);
	assert_in_range(table.rows[0].flow.first_ns, begin, later);
	assert_in_range(table.rows[0].flow.last_ns, later, clock_tai_ns());
}

static const struct key_case {
	const char *name;
	struct sent sent;
	uint16_t port[2];	/* of the ends, that which sends first; of fragments none */
} keys[] = {
	{ "udp", { .version = 4, .proto = 17, .from = 1, .to = 2, .sport = 53, .dport = 4000 }, { 53, 4000 } },
	{ "tcp_of_ipv6", { .version = 6, .proto = 6, .from = 200, .to = 2, .sport = 80, .dport = 4000 }, { 80, 4000 } },
	{ "udp_of_ipv6",
	  { .version = 6, .proto = 17, .from = 2, .to = 200, .sport = 80, .dport = 4000 },
	  { 80, 4000 } },
	{ "sctp", { .version = 4, .proto = 132, .from = 3, .to = 2, .sport = 36412, .dport = 1 }, { 36412, 1 } },
	{ "icmp", { .version = 4, .proto = 1, .from = 3, .to = 2, .sport = 0x800, .dport = 1 }, { 0, 0 } },
	{ "behind_a_tag",
	  { .version = 4, .proto = 17, .from = 3, .to = 2, .sport = 5, .dport = 6, .tags = 1 },
	  { 5, 6 } },
	{ "ipv6_behind_two_tags",
	  { .version = 6, .proto = 17, .from = 3, .to = 2, .sport = 5, .dport = 6, .tags = 2 },
	  { 5, 6 } },
	{ "first_fragment",
	  { .version = 4, .proto = 17, .from = 3, .to = 2, .sport = 5, .dport = 6, .frag = 0x2000 },
	  { 0, 0 } },
	{ "later_fragment", { .version = 4, .proto = 17, .from = 3, .to = 2, .frag = 0x2010 }, { 0, 0 } },
	{ "to_itself", { .version = 4, .proto = 17, .from = 2, .to = 2, .sport = 7, .dport = 6 }, { 7, 6 } },
};

/* Its addresses, ports and direction; and an answer is of the same flow in the other direction. */
static void a_flow_is_known_by_its_key(void **state)
{
	static const struct flows_settings count = { .count = true };
	const struct key_case *k = *state;
	struct sent back = k->sent;
	const struct flow_entry *r = &table.rows[0];
	unsigned way, last = k->sent.version == 4 ? 3 : 15;

	back.from = k->sent.to;
	back.to = k->sent.from;
	back.sport = k->sent.dport;
	back.dport = k->sent.sport;
	set_up(&hook_tc_in, &count, (struct hook_settings){ .snap = SNAP }, false);
	run(&k->sent);
	run(&k->sent);
	run(&back);
	take_table();
	assert_int_equal(table.flows, 1);
	way = r->flow.first_way;
	assert_int_equal(((const uint8_t *)r->key.addr[way])[last], k->sent.from);
	assert_int_equal(((const uint8_t *)r->key.addr[!way])[last], k->sent.to);
	assert_int_equal(r->key.port[way], k->port[0]);
	assert_int_equal(r->key.port[!way], k->port[1]);
	assert_int_equal(r->key.ip_version, k->sent.version);
	assert_int_equal(r->key.ip_proto, k->sent.proto);
	assert_int_equal(r->flow.packets[way], 2);
	assert_int_equal(r->flow.packets[!way], 1);
}

static void what_has_no_flow_is_counted(void **state is_unused)
{
	static const struct flows_settings all = { .count = true, .keep = { .sample = 1000000000, .limit = 1 } };
	const struct sent arp = { .times = 100 };
	struct counters c;

	set_up(&hook_xdp, &all, (struct hook_settings){ .snap = SNAP }, false);
	run(&arp);
	take_table();
	assert_int_equal(table.flows, 0);
	c = counters();
	assert_int_equal(c.flow_none, 100);
	assert_int_equal(c.delivered, 100);
}

static void no_records_without_packets(void **state)
{
	static const struct flows_settings only = { .count = true, .only = true };
	const struct hook_case *h = *state;
	const struct sent udp = { .version = 4, .proto = 17, .from = 1, .to = 2, .sport = 1, .dport = 2, .times = 500 },
			  arp = { .times = 500 };
	const struct event *ev;
	struct counters c;

	set_up(h->ops, &only, (struct hook_settings){ .snap = SNAP, .sample = 2, .rate = 1 },
	       h->shared);
	run(&udp);
	run(&arp);
	c = counters();
	assert_int_equal(c.only_counted, 1000);
	assert_int_equal(c.flow_none, 500);
	assert_int_equal(c.udp.packets, 500);
	rings_look(rig.rings, UINT64_MAX);
	assert_int_equal(rings_take(rig.rings, &ev, 1), 0);
	take_table();
	assert_int_equal(table.packets, 500);
	assert_int_equal(table.bytes, 500 * LEN);
}

/* Of 100,000 flows on one CPU all fit; then some do not, and behind the last entry none. */
static void what_does_not_fit_is_counted(void **state is_unused)
{
	static const struct flows_settings only = { .count = true, .only = true };
	enum { ALL_FIT = 100000, RUN = FLOW_ROOM + 1000 };
	struct sent s = { .version = 4, .proto = 17, .from = 1, .to = 2, .dport = 2 };
	struct counters c;

	stay_on_a_cpu();
	set_up(&hook_tc_in, &only, (struct hook_settings){ .snap = SNAP }, false);
	for (unsigned i = 0; i < RUN; i++) {
		s.sport = i;
		s.from_more = i >> 16;
		run(&s);
		if (i == ALL_FIT)
			assert_int_equal(counters().flow_no_room, 0);
	}
	c = counters();
	assert_in_range(c.flow_no_room, 1000, RUN / 4);
	assert_int_equal(c.only_counted, RUN);
	take_table();
	assert_int_equal(table.flows, RUN - c.flow_no_room);
	assert_int_equal(table.packets, table.flows);
	take_table();
	assert_int_equal(table.flows, 0);
	run(&s);
	take_table();	/* and there is room again */
	assert_int_equal(table.packets, 1);
}

/*
 * Of hosts of one network each has its own, however many there are with a hash that looks
 * the same.
 */
static void hosts_of_a_network_have_their_own_flows(void **state is_unused)
{
	static const struct flows_settings only = { .count = true, .only = true };
	enum { HOSTS = 150000 };
	struct sent s = { .version = 6, .proto = 17, .to = 2, .sport = 1, .dport = 2 };

	stay_on_a_cpu();
	set_up(&hook_tc_in, &only, (struct hook_settings){ .snap = SNAP }, false);
	for (uint64_t i = 0; i < HOSTS; i++) {
		const uint64_t host = i * (i + 1) / 2;	/* no two of them have the same three bytes */

		s.from = host;
		s.from_more = host >> 8;
		run(&s);
	}
	take_table();
	assert_int_equal(table.flows, HOSTS - counters().flow_no_room);
	assert_int_equal(table.packets, table.flows);
}

static void *keep_running(void *running)
{
	const struct sent a = { .version = 4, .proto = 17, .from = 1, .to = 2, .sport = 1, .dport = 2, .times = 1000 };

	while (*(atomic_bool *)running)
		run(&a);
	return NULL;
}

/* While it is taken again and again, each packet is in one of the takes. */
static void none_is_lost_between_two_takes(void **state is_unused)
{
	static const struct flows_settings often = { .count = true, .only = true, .often = true };
	atomic_bool running = true;
	uint64_t packets = 0, takes = 0;
	pthread_t thread;

	set_up(&hook_tc_in, &often, (struct hook_settings){ .snap = SNAP }, false);
	assert_int_equal(pthread_create(&thread, NULL, keep_running, &running), 0);
	while (takes < 100) {
		take_table();
		takes += table.packets > 0;
		packets += table.packets;
	}
	running = false;
	pthread_join(thread, NULL);
	take_table();
	packets += table.packets;
	assert_int_equal(packets, counters().only_counted);
}

/* ---- what is kept ---- */

/* Records in the rings by their source ports, below 64; and none is of another packet. */
static void take_records(unsigned kept[64])
{
	const struct event *ev[64];
	unsigned got;

	memset(kept, 0, 64 * sizeof(*kept));
	rings_look(rig.rings, UINT64_MAX);
	while ((got = rings_take(rig.rings, ev, 64)))
		for (unsigned i = 0; i < got; i++) {
			assert_in_range(ev[i]->hdr.sport, 1, 63);
			kept[ev[i]->hdr.sport]++;
		}
	rings_release(rig.rings);
}

static void the_first_of_each_flow_and_direction_are_kept(void **state)
{
	static const struct flows_settings limit = { .count = true, .keep = { .limit = 20 } };
	const struct hook_case *h = *state;
	const struct sent a = { .version = 4, .proto = 17, .from = 1, .to = 2, .sport = 1, .dport = 2, .times = 50 },
			  back = { .version = 4, .proto = 17, .from = 2, .to = 1, .sport = 2, .dport = 1, .times = 30 },
			  b = { .version = 6, .proto = 17, .from = 1, .to = 2, .sport = 3, .dport = 2, .times = 7 };
	struct counters c;
	unsigned kept[64];

	set_up(h->ops, &limit, (struct hook_settings){ .snap = SNAP }, h->shared);
	run(&a);
	run(&b);
	run(&back);
	run(&a);
	c = counters();
	assert_int_equal(c.all.packets, 137);
	assert_int_equal(c.udp.bytes, 137 * LEN);
	assert_int_equal(c.flow_cut, 90);
	assert_int_equal(c.delivered, 47);
	take_records(kept);
	assert_int_equal(kept[1], 20);
	assert_int_equal(kept[2], 20);
	assert_int_equal(kept[3], 7);
	take_table();
	assert_int_equal(table.packets, 137);	/* whatever is kept */
}

static void so_many_bytes_are_kept(void **state is_unused)
{
	static const struct flows_settings limit = { .keep = { .limit = 4 * LEN + 1, .limit_bytes = true } };
	const struct sent a = { .version = 4, .proto = 17, .from = 1, .to = 2, .sport = 1, .dport = 2, .times = 50 };
	unsigned kept[64];

	set_up(&hook_tc_in, &limit, (struct hook_settings){ .snap = SNAP }, false);
	run(&a);
	take_records(kept);
	assert_int_equal(kept[1], 5);	/* the one with which there are so many */
	assert_int_equal(counters().flow_cut, 45);
}

static void a_connection_starts_anew_with_its_syn(void **state is_unused)
{
	static const struct flows_settings limit = { .keep = { .limit = 3 } };
	const struct sent syn = { .version = 4, .proto = 6, .from = 1, .to = 2, .sport = 1, .dport = 2, .flags = SYN },
			  synack = { .version = 4, .proto = 6, .from = 2, .to = 1, .sport = 2, .dport = 1,
				     .flags = SYN | ACK, .times = 5 },
			  ack = { .version = 4, .proto = 6, .from = 1, .to = 2, .sport = 1, .dport = 2, .flags = ACK,
				  .times = 10 };
	struct sent again = syn;
	unsigned kept[64];

	again.times = 10;
	set_up(&hook_tc_in, &limit, (struct hook_settings){ .snap = SNAP }, false);
	run(&again);		/* no answer: it is sent again */
	take_records(kept);
	assert_int_equal(kept[1], 3);
	run(&synack);
	run(&ack);
	take_records(kept);
	assert_int_equal(kept[1], 0);
	assert_int_equal(kept[2], 3);
	run(&syn);
	run(&ack);
	run(&synack);
	take_records(kept);
	assert_int_equal(kept[1], 3);
	assert_int_equal(kept[2], 3);
}

enum { FLOWS = 4000, ONE_OF = 4 };

static void run_flow(unsigned i, bool back)
{
	struct sent s = { .version = 4, .proto = 17, .from = 1, .to = 2, .sport = 1000 + i, .dport = 53 };

	if (back)
		s = (struct sent){ .version = 4, .proto = 17, .from = 2, .to = 1, .sport = 53, .dport = 1000 + i };
	run(&s);
}

/* How often each of them is in the rings. */
static unsigned take_flows(unsigned char *times)
{
	const struct event *ev[64];
	unsigned got, n = 0;

	memset(times, 0, FLOWS);
	rings_look(rig.rings, UINT64_MAX);
	while ((got = rings_take(rig.rings, ev, 64)))
		for (unsigned i = 0; i < got; i++, n++)
			times[(ev[i]->hdr.sport == 53 ? ev[i]->hdr.dport : ev[i]->hdr.sport) -
			      1000]++;
	rings_release(rig.rings);
	return n;
}

static void whole_flows_are_kept(void **state is_unused)
{
	static const struct flows_settings sample = { .keep = { .sample = ONE_OF } };
	static unsigned char first[FLOWS], second[FLOWS];
	struct hook_settings s = { .snap = SNAP, .iface = IFACE + 1, .flow_iface = IFACE + 1 };
	struct hook *other = NULL;
	unsigned n;

	set_up(&hook_tc_in, &sample, (struct hook_settings){ .snap = SNAP }, false);
	for (unsigned i = 0; i < FLOWS; i++)
		run_flow(i, false);
	n = take_flows(first);
	/* five sigma of 4000 that are one of four */
	assert_in_range(n, FLOWS / ONE_OF - 5 * 28, FLOWS / ONE_OF + 5 * 28);
	assert_int_equal(counters().sampled_out, FLOWS - n);
	/* the same ones in the other direction, by another hook, of another interface */
	s.flows = rig.flows;
	assert_int_equal(hook_open(&other, &hook_tc_out, rig.rings, &s), 0);
	hook_close(rig.hook);
	rig.hook = other;
	for (unsigned i = 0; i < FLOWS; i++)
		run_flow(i, true);
	assert_int_equal(take_flows(second), n);
	assert_memory_equal(first, second, FLOWS);
}

/* By another number in each run: nobody can choose what is not seen. */
static void others_are_kept_the_next_time(void **state is_unused)
{
	static const struct flows_settings sample = { .keep = { .sample = ONE_OF } };
	static unsigned char times[2][FLOWS];

	for (unsigned turn = 0; turn < 2; turn++) {
		set_up(&hook_tc_in, &sample, (struct hook_settings){ .snap = SNAP }, false);
		for (unsigned i = 0; i < FLOWS; i++)
			run_flow(i, false);
		take_flows(times[turn]);
	}
	assert_memory_not_equal(times[0], times[1], FLOWS);
}

/* A packet that its flow leaves out is none of those that are counted down, and takes no token. */
static void all_together(void **state is_unused)
{
	static const struct flows_settings both = { .count = true, .keep = { .sample = 2, .limit = 10 } };
	struct counters c;

	set_up(&hook_tc_in, &both, (struct hook_settings){ .snap = SNAP, .sample = 2, .rate = 100 },
	       false);
	for (unsigned turn = 0; turn < 20; turn++)
		for (unsigned i = 0; i < 100; i++)
			run_flow(i, false);
	c = counters();
	assert_int_equal(c.all.packets, 2000);
	assert_true(c.flow_cut > 0 && c.sampled_out > 0 && c.rate_limited > 0 && c.delivered > 0);
	assert_int_equal(c.flow_cut % 10, 0);		/* of each of those that are kept ten */
	take_table();
	assert_int_equal(table.packets, 2000);
}

int main(void)
{
	struct CMUnitTest tests[3 * array_size(hooks) + array_size(keys) + 10] = {
		cmocka_unit_test(a_packet_behind_a_tick_has_its_own_time),
		cmocka_unit_test(what_has_no_flow_is_counted),
		cmocka_unit_test(what_does_not_fit_is_counted),
		cmocka_unit_test(hosts_of_a_network_have_their_own_flows),
		cmocka_unit_test(none_is_lost_between_two_takes),
		cmocka_unit_test(so_many_bytes_are_kept),
		cmocka_unit_test(a_connection_starts_anew_with_its_syn),
		cmocka_unit_test(whole_flows_are_kept),
		cmocka_unit_test(others_are_kept_the_next_time),
		cmocka_unit_test(all_together),
	};
	struct rings *rings;
	size_t n = 10;

	if (rings_open(&rings, 0, SNAP)) {
		puts("1..0 # SKIP needs root");
		return 77;
	}
	rings_close(rings);
	unit_of_table_as(hooks, "flows_of_packets_%s", both_directions_are_one_flow, tests, n);
	unit_of_table_as(hooks, "nothing_but_flows_of_packets_%s", no_records_without_packets,
			 tests, n);
	unit_of_table_as(hooks, "limit_of_packets_%s",
			 the_first_of_each_flow_and_direction_are_kept, tests, n);
	unit_of_table_as(keys, "key_of_%s", a_flow_is_known_by_its_key, tests, n);
	return unit_run("flows", tests, n);
}
