// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * One interface of a capture, from the records of the program to packets, statistics and sentences.
 */
#include <sys/utsname.h>

#include "capture/filter/per_link.h"
#include "capture/live/live_attach.h"
#include "capture/live/live_books.h"
#include "capture/live/live_change.h"
#include "capture/live/live_device.h"
#include "capture/live/live_find.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_packet.h"
#include "capture/live/live_presence.h"
#include "capture/live/live_program.h"
#include "capture/packet/link.h"
#include "capture/packet/pcapng_codes.h"

#include "tests/unit/played_kernel.h"

/* ---- an interface ---- */

static const struct live_iface_settings plain = { .snap = 100, .way = LIVE_NATIVE,
						   .directions = LIVE_RECEIVED,
						   .linktype = -1 };

static const struct live_filters none;

static struct live_iface iface;

static int set_up(void **state)
{
	kernel_reset();
	iface = (struct live_iface){ .point = POINT_ENTRY };
	if (written_set_up(state) || live_attach_describe(&iface, "v0", 5, &plain) ||
	    live_program_load(&iface, NULL, &plain, &none) || live_attach_begin(&iface, &plain))
		return -1;
	return 0;
}

static int tear_down(void **state)
{
	live_attach_close(&iface);
	return written_tear_down(state);
}

#define with_iface(t)	cmocka_unit_test_setup_teardown(t, set_up, tear_down)

/* ---- packets ---- */

static union {
	struct event ev;
	uint8_t bytes[sizeof(struct event) + 128];
} record;

static const struct clock tai = { .offset_ns = 37 * WRITTEN_SEC, .before_ns = 37 * WRITTEN_SEC };

/* Of an IPv4 packet with UDP, its headers as the program finds them. */
static struct packet from_record(uint32_t caplen, void (*change)(struct event *ev))
{
	static const uint8_t udp[] = {
		2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0,
		0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
		0, 53, 0, 99, 0, 8, 0, 0,
	};
	struct packet p = { .data = udp, .caplen = sizeof(udp), .len = 60, .iface = &iface.iface };

	link_decode(&p);
	record.ev = (struct event){
		.tai_ns = 1037 * WRITTEN_SEC + 5,
		.len = 60,
		.caplen = caplen,
		.queue = 4,
		.iface = 5,
		.hdr = p.hdr,
	};
	memcpy(record.ev.data, udp, sizeof(udp));
	if (change)
		change(&record.ev);
	live_packet_make(&iface, &record.ev, &tai, 1000 * WRITTEN_SEC, &p);
	return p;
}

static void a_record_becomes_a_packet_that_points_into_it(void **state)
{
	struct packet p;

	(void)state;
	p = from_record(42, NULL);
	assert_int_equal(p.ts_ns, 1000 * WRITTEN_SEC + 5);
	assert_int_equal(p.caplen, 42);
	assert_int_equal(p.len, 60);
	assert_int_equal(p.queue, 4);
	assert_int_equal(p.has, PACKET_TIME | PACKET_FLAGS | PACKET_QUEUE);
	assert_ptr_equal(p.data, record.ev.data);
	assert_ptr_equal(p.iface, &iface.iface);
	assert_int_equal(p.iface->id, 5);
	assert_int_equal(p.hdr.dport, 99);
}

/* ---- what its device knows ---- */

enum { NS = 1234567890 };

static void from_device(struct event *ev)
{
	const uint64_t words[META_DEVICE_WORDS] = { [META_TIME] = 5 * WRITTEN_SEC + NS,
					      [META_HASH] = 8ull << 32 | 0x8f2a1b3c };

	memmove(ev->data + sizeof(words), ev->data, ev->caplen);
	memcpy(ev->data, words, sizeof(words));
	ev->meta = META_DEVICE;
}

static void from_device_without_a_time(struct event *ev)
{
	from_device(ev);
	memset(ev->data + 8 * META_TIME, 0, 8);
}

static void from_device_without_a_hash(struct event *ev)
{
	from_device(ev);
	memset(ev->data + 8 * META_HASH + 4, 0, 4);
}

static void time_and_hash_of_the_device_are_those_of_the_packet(void **state)
{
	struct packet p;

	(void)state;
	iface.device = DEVICE_TIME | DEVICE_HASH;
	iface.hash_function = EPB_HASH_TOEPLITZ;
	p = from_record(42, from_device);
	assert_int_equal(p.ts_ns, 5 * WRITTEN_SEC + NS);
	assert_int_equal(p.has, PACKET_TIME | PACKET_FLAGS | PACKET_QUEUE | PACKET_HASH);
	assert_int_equal(p.hash.algorithm, EPB_HASH_TOEPLITZ);
	assert_int_equal(p.hash.len, 4);
	assert_memory_equal(p.hash.value, "\x8f\x2a\x1b\x3c", 4);
	assert_ptr_equal(p.data, record.ev.data + 16);
	assert_int_equal(p.hdr.dport, 99);
	assert_int_equal(iface.untimed, 0);
}

/* And not that of another clock. */
static void a_packet_without_a_time_of_the_device_has_none(void **state)
{
	(void)state;
	iface.device = DEVICE_TIME;
	iface.taken = 2;
	assert_int_equal(from_record(42, from_device_without_a_time).has,
			 PACKET_FLAGS | PACKET_QUEUE | PACKET_HASH);
	written_listen();
	live_device_report(&iface);
	assert_string_equal(written_said(), "xdpdump: warning: v0: 1 of 2 packets have no time, "
					    "as the adapter has given them none\n");
}

static void where_it_is_not_asked_for_the_time_is_ours(void **state)
{
	struct packet p;

	(void)state;
	iface.device = DEVICE_TAG;
	p = from_record(42, from_device_without_a_hash);
	assert_int_equal(p.ts_ns, 1000 * WRITTEN_SEC + 5);
	assert_int_equal(p.has, PACKET_TIME | PACKET_FLAGS | PACKET_QUEUE);
	written_listen();
	live_device_report(&iface);
	assert_string_equal(written_said(), "");
}

/* ---- who has sent it ---- */

static void send_as(struct event *ev, uint32_t pid, const char *name)
{
	const struct event_process by = { pid, pid + 1, { 0 } };
	struct event_process *to = (struct event_process *)ev->data;

	memmove(ev->data + sizeof(by), ev->data, ev->caplen);
	*to = by;
	memcpy(to->name, name, strnlen(name, sizeof(to->name)));
	ev->meta = META_PROCESS;
	ev->hook = EVENT_TC_OUT;
}

static void by_curl(struct event *ev) { send_as(ev, 7, "curl"); }
static void by_nobody_known(struct event *ev) { send_as(ev, 0, ""); }
static void by_one_without_a_name(struct event *ev) { send_as(ev, 7, ""); }
static void by_one_whose_name_does_not_end(struct event *ev)
{
	send_as(ev, 7, "sixteen bytes, no");
}

static void a_record_tells_who_has_sent_it(void **state is_unused)
{
	const unsigned all = PACKET_TIME | PACKET_FLAGS | PACKET_QUEUE;
	struct packet p = from_record(42, by_curl);

	assert_int_equal(p.has, all | PACKET_PROCESS | PACKET_NAMES);
	assert_int_equal(p.pid, 7);
	assert_int_equal(p.tid, 8);
	assert_string_equal(p.process, "curl");
	assert_ptr_equal(p.data, record.ev.data + sizeof(struct event_process));
	assert_int_equal(p.hdr.dport, 99);
	assert_int_equal(from_record(42, by_nobody_known).has, all);
	p = from_record(42, by_one_without_a_name);
	assert_int_equal(p.pid, 7);
	assert_null(p.process);
	assert_null(from_record(42, by_one_whose_name_does_not_end).process);
}

/* ---- whom it was sent to ---- */

static const struct reception {
	const char *name;
	uint8_t to[6];
	uint32_t caplen;
	bool no_mac;
	uint32_t flags;
} receptions[] = {
	{ "to_its_own_address", { 2, 0, 0, 0, 0, 1 }, 42, false, EPB_UNICAST },
	{ "to_another_one", { 2, 0, 0, 0, 0, 2 }, 42, false, EPB_PROMISC },
	{ "to_all", { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, 42, false, EPB_BROADCAST },
	{ "to_many", { 1, 0, 0x5e, 0, 0, 1 }, 42, false, EPB_MULTICAST },
	{ "to_many_but_one_bit_of_all", { 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe }, 42, false,
	  EPB_MULTICAST },
	{ "an_interface_without_an_address_has_none_of_its_own", { 2, 0, 0, 0, 0, 1 }, 42, true,
	  EPB_PROMISC },
	{ "six_bytes_are_enough", { 2, 0, 0, 0, 0, 1 }, 6, false, EPB_UNICAST },
	{ "of_five_bytes_nothing_is_said", { 2, 0, 0, 0, 0, 1 }, 5, false, 0 },
};

static const struct reception *now_to;

static void send_to(struct event *ev)
{
	memcpy(ev->data, now_to->to, sizeof(now_to->to));
}

static void whom_it_was_sent_to(void **state)
{
	const struct reception *c = now_to = *state;

	assert_int_equal(set_up(NULL), 0);
	iface.netif.has_mac = !c->no_mac;
	assert_int_equal(from_record(c->caplen, send_to).flags, EPB_INBOUND | c->flags);
	assert_int_equal(tear_down(NULL), 0);
}

static void trust_ports(struct event *ev)
{
	ev->hdr.dport = 98;
}

static void short_end(struct event *ev)
{
	ev->hdr.end = PARSE_SHORT;
	ev->hdr.dport = 98;
}

static void long_headers(struct event *ev)
{
	ev->hdr.hdr_len = 43;
	ev->hdr.dport = 98;
}

static void l3_behind(struct event *ev)
{
	ev->hdr.l3_off = 23;
	ev->hdr.dport = 98;
}

static void l4_behind(struct event *ev)
{
	ev->hdr.l4_off = 43;
	ev->hdr.dport = 98;
}

static void many_tags(struct event *ev)
{
	ev->hdr.n_tags = 4;
	ev->hdr.dport = 98;
}

static void odd_version(struct event *ev)
{
	ev->hdr.ip_version = 5;
	ev->hdr.dport = 98;
}

static const struct header_case {
	const char *name;
	void (*change)(struct event *ev);
	bool believed;
} headers[] = {
	{ "headers_that_fit_are_believed", trust_ports, true },
	{ "headers_that_were_cut_are_not", short_end, false },
	{ "headers_longer_than_what_was_captured_are_not", long_headers, false },
	{ "a_network_header_behind_the_headers_is_not", l3_behind, false },
	{ "a_transport_header_behind_the_headers_is_not", l4_behind, false },
	{ "tags_there_is_no_room_for_are_not", many_tags, false },
	{ "an_ip_that_nobody_knows_is_not", odd_version, false },
};

/* What is not believed is looked at again. */
static void headers_are_those_of_the_bytes(void **state)
{
	const struct header_case *c = *state;
	struct packet p;

	assert_int_equal(set_up(NULL), 0);
	p = from_record(42, c->change);
	assert_int_equal(p.hdr.dport, c->believed ? 98 : 99);
	assert_int_equal(p.hdr.hdr_len, 42);
	assert_int_equal(p.hdr.l3_off, 14);
	assert_int_equal(p.hdr.l4_off, 34);
	assert_int_equal(p.hdr.end, PARSE_OK);
	p = from_record(20, c->change);
	assert_int_equal(p.hdr.end, PARSE_SHORT);
	assert_true(p.hdr.hdr_len <= 20);
	assert_int_equal(tear_down(NULL), 0);
}

static const struct loss_case {
	const char *name;
	uint32_t before;
	uint32_t lost[6];
	uint64_t dropped[6];
	uint64_t reported;
} losses[] = {
	{ "none", 0, { 0, 0, 0 }, { 0, 0, 0 }, 0 },
	{ "each_is_told_with_the_packet_behind_it", 0, { 2, 2, 5, 5, 6 }, { 2, 0, 3, 0, 1 }, 6 },
	{ "counts_out_of_order_tell_of_none_twice", 0, { 5, 3, 7, 6, 7, 8 }, { 5, 0, 2, 0, 0, 1 },
	  8 },
	{ "the_count_begins_anew_after_4294967295", UINT32_MAX - 1,
	  { UINT32_MAX, 2, UINT32_MAX, 2, 3 }, { 1, 3, 0, 0, 1 }, 5 },
};

static void losses_are_told_once(void **state)
{
	const struct loss_case *c = *state;

	assert_int_equal(set_up(NULL), 0);
	iface.received.lost = c->before;
	for (size_t i = 0; i < array_size(c->lost) && (!i || c->lost[i]); i++) {
		struct packet p;

		record.ev.caplen = 0;
		record.ev.lost = c->lost[i];
		live_packet_make(&iface, &record.ev, &tai, 0, &p);
		assert_int_equal(p.dropped, c->dropped[i]);
	}
	assert_int_equal(iface.reported, c->reported);
	assert_int_equal(tear_down(NULL), 0);
}

/* ---- the books ---- */

static struct counters counts(uint64_t passed, uint64_t filtered, uint64_t delivered,
			      uint64_t ring_full, uint64_t error)
{
	return (struct counters){
		.all.packets = passed,
		.filtered.packets = filtered,
		.delivered = delivered,
		.ring_full = ring_full,
		.error = error,
	};
}

static void what_became_of_packets_is_read_before_how_many_there_were(void **state)
{
	struct ledger l;

	(void)state;
	kernel.counters[0] = counts(10, 1, 6, 3, 1);
	kernel.counters[1] = counts(31, 2, 11, 7, 2);
	kernel.counters[1].sampled_out = 5;
	kernel.counters[1].rate_limited = 6;
	assert_false(live_books_snapshot(&iface));
	iface.taken = 5;
	iface.refused = 2;
	live_books_ledger(&iface, 1, &l);
	assert_int_equal(l.seen, 33);
	assert_int_equal(l.filtered, 2);
	assert_int_equal(l.sampled_out + l.rate_limited, 0);
	assert_int_equal(l.delivered, 6);
	assert_int_equal(l.ring_full, 3);
	assert_int_equal(l.copy_failed, 1);
	assert_int_equal(l.taken, 5);
	assert_int_equal(l.refused, 2);
	assert_int_equal(l.unwritten, 1);
	assert_true(ledger_adds_up(&l, false));
	assert_true(live_books_snapshot(&iface));
	live_books_ledger(&iface, 0, &l);
	assert_int_equal(l.delivered, 11);
	assert_int_equal(l.sampled_out, 5);
	assert_int_equal(l.rate_limited, 6);
}

static void counters_that_cannot_be_read_stay_as_they_are_and_are_told_of_once(void **state)
{
	(void)state;
	kernel.counters[0].all.packets = kernel.counters[1].all.packets = 4;
	assert_false(live_books_snapshot(&iface));
	kernel.counters[1].all.packets = 9;
	kernel.counters_err = -EIO;
	written_listen();
	assert_true(live_books_snapshot(&iface));
	assert_true(live_books_snapshot(&iface));
	assert_string_equal(written_said(),
			    "xdpdump: v0: cannot read the counters: Input/output error\n");
	assert_true(iface.blind);
	assert_int_equal(count_seen(&iface.received.counters), 4);
}

static void what_the_device_lost_is_counted_from_the_start_and_through_a_return(void **state)
{
	struct netif back = kernel.netif;
	struct ledger l;

	(void)state;
	kernel.netif.rx_missed = 103;
	live_books_snapshot(&iface);
	live_books_ledger(&iface, 0, &l);
	assert_int_equal(l.if_dropped, 3);
	assert_true(l.knows_if_dropped);
	written_listen();
	live_presence_changed(&iface, &kernel.netif, true);
	kernel.netif.rx_missed = 999;
	live_books_snapshot(&iface);	/* of another one that has its number now */
	live_books_ledger(&iface, 0, &l);
	assert_int_equal(l.if_dropped, 3);
	assert_false(l.knows_if_dropped);
	back.rx_missed = kernel.netif.rx_missed = 10;
	assert_true(live_presence_return(&iface, &back, &plain));
	kernel.netif.rx_missed = 12;
	live_books_snapshot(&iface);
	live_books_ledger(&iface, 0, &l);
	assert_int_equal(l.if_dropped, 5);
	assert_true(l.knows_if_dropped);
	assert_string_equal(written_said(), "xdpdump: v0 disappeared\n"
					    "xdpdump: warning: v0 is back; the capture goes on\n");
}

static void a_count_of_the_device_that_goes_back_is_not_believed_any_more(void **state)
{
	struct ledger l;

	(void)state;
	kernel.netif.rx_missed = 99;
	live_books_snapshot(&iface);
	kernel.netif.rx_missed = 200;
	live_books_snapshot(&iface);
	live_books_ledger(&iface, 0, &l);
	assert_false(l.knows_if_dropped);
	assert_int_equal(l.if_dropped, 0);
}

/* As after -Z, of an interface of another namespace. */
static void a_count_of_the_device_that_is_not_shown_any_more_is_unknown(void **state)
{
	struct ledger l;

	(void)state;
	kernel.netif.rx_missed = 103;
	live_books_snapshot(&iface);
	kernel.again_err = -EMFILE;
	live_books_snapshot(&iface);
	live_books_ledger(&iface, 0, &l);
	assert_true(l.knows_if_dropped);
	assert_int_equal(l.if_dropped, 3);
	kernel.again_err = -EPERM;
	live_books_snapshot(&iface);
	live_books_ledger(&iface, 0, &l);
	assert_false(l.knows_if_dropped);
}

#define COUNTS	"ring_full=2 error=1 not_written=7"

static const struct stats_case {
	const char *name;
	struct live_iface iface;
	bool knows_if_drop;
	uint64_t end_ns;
	const char *comment;
} stats[] = {
	{ "nothing_has_happened", { .has_if_dropped = true }, true, 50, COUNTS },
	{ "the_device_does_not_count", { .gone = false }, false, 50, COUNTS },
	{ "it_has_ended", { .end_ns = 60 }, false, 60, COUNTS },
	{ "the_link_was_down", { .link_downs = 2 }, false, 50, COUNTS " link_down=2" },
	{ "it_was_renamed", { .renamed = true }, false, 50, COUNTS " renamed" },
	{ "it_went_and_came_back", { .returns = 3 }, false, 50, COUNTS " returned=3" },
	{ "the_clock_was_set_forward", { .clock_step_ns = 1500000000 }, false, 50,
	  COUNTS " clock_step=+1.500s" },
	{ "the_clock_was_set_back", { .clock_step_ns = -250000000 }, false, 50,
	  COUNTS " clock_step=-0.250s" },
	{ "it_is_gone_and_with_it_its_count",
	  { .gone = true, .has_if_dropped = true, .end_ns = 70 }, false, 70,
	  COUNTS " lost_interface" },
	{ "our_program_is_gone", { .gone = true, .detached = true }, false, 50,
	  COUNTS " detached" },
	{ "all_at_once", { .link_downs = 1, .returns = 1, .renamed = true, .clock_step_ns = 1000000,
	  .gone = true }, false, 50,
	  COUNTS " link_down=1 returned=1 renamed clock_step=+0.001s lost_interface" },
};

static void statistics_say_what_has_happened(void **state)
{
	const struct stats_case *c = *state;
	struct live_iface t = c->iface;
	struct iface_stats s;

	t.received.counters = counts(20, 4, 17, 2, 1);
	t.start_ns = 40;
	t.counted_ns = 50;
	t.taken = 16;
	t.refused = 4;
	t.if_dropped = 9;
	live_books_stats(&t, 3, &s);
	assert_string_equal(s.comment, c->comment);
	assert_int_equal(s.ts_ns, c->end_ns);
	assert_int_equal(s.value[STAT_START], 40);
	assert_int_equal(s.value[STAT_END], c->end_ns);
	assert_int_equal(s.value[STAT_RECEIVED], 24);
	assert_int_equal(s.value[STAT_ACCEPTED], 20);
	assert_int_equal(s.value[STAT_OS_DROP], 3);
	assert_int_equal(s.value[STAT_DELIVERED], 16);
	assert_int_equal(s.has,
			 ((1u << N_STATS) - 1) & ~(c->knows_if_drop ? 0 : 1u << STAT_IF_DROP));
	if (c->knows_if_drop)
		assert_int_equal(s.value[STAT_IF_DROP], 9);
}

/* ---- what happens to it ---- */

static void a_new_name_is_told_of_once(void **state)
{
	struct netif n = kernel.netif;

	(void)state;
	written_listen();
	live_presence_changed(&iface, &n, false);
	strcpy(n.name, "w0");		/* a name that it had before, in an old message */
	live_presence_changed(&iface, &n, false);
	assert_string_equal(written_said(), "");
	assert_false(iface.renamed);
	kernel.netif = n;
	written_listen();
	live_presence_changed(&iface, &n, false);
	live_presence_changed(&iface, &n, false);
	assert_string_equal(written_said(),
			    "xdpdump: warning: v0 is called w0 now; the capture goes on\n");
	assert_true(iface.renamed);
	assert_true(kernel.attached);
}

static void each_time_that_the_link_goes_down_is_counted(void **state)
{
	struct netif n = kernel.netif;

	(void)state;
	written_listen();
	for (unsigned i = 0; i < 6; i++) {
		n.running = i % 4 > 1;	/* down, down, up, up, down, down */
		live_presence_changed(&iface, &n, false);
	}
	assert_string_equal(written_said(), "xdpdump: warning: v0 is down; the capture goes on\n"
					    "xdpdump: warning: v0 is up again\n"
					    "xdpdump: warning: v0 is down; the capture goes on\n");
	assert_int_equal(iface.link_downs, 2);
}

static void an_interface_that_disappears_ends_then(void **state)
{
	uint64_t end_ns;

	(void)state;
	written_listen();
	live_presence_changed(&iface, &kernel.netif, true);
	assert_string_equal(written_said(), "xdpdump: v0 disappeared\n");
	assert_true(iface.gone);
	assert_false(iface.detached);
	assert_false(kernel.attached);
	end_ns = iface.end_ns;
	assert_true(end_ns >= iface.start_ns && iface.start_ns);
	live_attach_end(&iface);
	assert_int_equal(iface.end_ns, end_ns);
}

static void a_member_of_a_bond_is_described_as_one(void **state)
{
	struct live_iface t = { .point = POINT_ENTRY };

	(void)state;
	kernel.netif.master = 9;
	kernel.netif.bonded = true;
	assert_int_equal(live_attach_describe(&t, "v0", 6, &plain), 0);
	assert_string_equal(t.iface.name, "v0");
	assert_string_equal(t.iface.description, "member of bond0");
	live_attach_close(&t);
	assert_null(iface.iface.description);
}

static void a_member_that_leaves_its_bond_is_not_captured_any_more(void **state)
{
	struct netif n = iface.netif;

	(void)state;
	n.master = 9;
	assert_false(live_presence_has_left(&iface, &n));	/* it is named itself */
	iface.bond = 9;
	iface.pattern = "bond0";
	assert_false(live_presence_has_left(&iface, &n));
	n.master = 4;
	kernel.netif.master = 9;	/* by now it has joined */
	assert_false(live_presence_has_left(&iface, &n));
	kernel.netif.master = 4;
	assert_true(live_presence_has_left(&iface, &n));
	kernel.netif.master = 9;
	kernel.again_err = -EPERM;
	assert_true(live_presence_has_left(&iface, &n));
	written_listen();
	live_presence_leave(&iface);
	assert_string_equal(written_said(), "v0 has left bond0\n");
	assert_true(iface.gone);
	assert_false(kernel.attached);
	assert_true(iface.end_ns);
}

static void a_program_that_was_taken_off_is_told_of(void **state)
{
	(void)state;
	assert_false(live_presence_is_lost(&iface));
	kernel.is_lost = true;
	assert_true(live_presence_is_lost(&iface));
	written_listen();
	live_presence_lose(&iface);
	assert_string_equal(written_said(), "xdpdump: v0: somebody has detached our program\n");
	assert_true(iface.gone && iface.detached && iface.end_ns);
}

/* ---- in another network namespace ---- */

static void it_is_called_after_its_namespace(void **state)
{
	struct netns blue = { .label = "blue", .number = 4 };
	struct live_iface t = { .netns = &blue };

	(void)state;
	assert_int_equal(live_attach_describe(&t, "v0", 6, &plain), STATUS_OK);
	assert_int_equal(kernel.entered, 0);
	assert_int_equal(blue.inside, 1);
	assert_int_equal(t.netif.netns, 4);
	assert_string_equal(live_iface_name(&t), "blue/v0");
	assert_string_equal(t.iface.name, "blue/v0");
	live_attach_close(&t);
	written_listen();
	assert_int_equal(live_find_iface(&t, "vv"), STATUS_INTERFACE);
	assert_string_equal(written_said(), "xdpdump: blue/vv: no such interface; did you mean v0? "
					    "xdpdump -D --netns blue lists those there are\n");
}

static const struct enter_case {
	const char *name;
	int err;
	enum status status;
	const char *said;
} enters[] = {
	{ "a_namespace_that_has_gone", -ENOENT, STATUS_INTERFACE,
	  "xdpdump: blue: the network namespace has just disappeared\n" },
	{ "another_namespace_of_its_name", -ESTALE, STATUS_INTERFACE,
	  "xdpdump: blue: the network namespace has just disappeared\n" },
	{ "a_namespace_that_may_not_be_entered", -EPERM, STATUS_PERMISSION,
	  "xdpdump: blue: entering another network namespace takes CAP_SYS_ADMIN\n" },
	{ "no_memory_to_enter_it", -ENOMEM, STATUS_RUNTIME,
	  "xdpdump: blue: cannot enter the network namespace: Cannot allocate memory\n" },
};

static void it_cannot_be_entered(void **state)
{
	const struct enter_case *c = *state;
	struct netns blue = { .label = "blue", .enter_err = c->err };
	struct live_iface t = { .netns = &blue };

	assert_int_equal(set_up(NULL), 0);
	written_listen();
	assert_int_equal(live_attach_describe(&t, "v0", 6, &plain), c->status);
	assert_string_equal(written_said(), c->said);
	live_attach_close(&t);
	assert_int_equal(tear_down(NULL), 0);
}

/* tc of before Linux 6.6: of the same number there may be another one here. */
static void what_is_found_by_its_number_is_looked_for_where_it_is(void **state)
{
	struct netns blue = { .label = "blue" };

	(void)state;
	iface.netns = &blue;
	kernel.by_ifindex = true;
	assert_false(live_presence_is_lost(&iface));
	assert_int_equal(blue.inside, 1);
	live_attach_end(&iface);
	assert_int_equal(kernel.detached_inside, 1);
	assert_int_equal(kernel.entered, 0);
	iface.netns = NULL;
}

static void what_is_found_by_its_number_stays_where_nobody_can_go(void **state)
{
	struct netns blue = { .label = "blue", .enter_err = -EPERM };

	(void)state;
	iface.netns = &blue;
	kernel.by_ifindex = kernel.is_lost = true;
	assert_false(live_presence_is_lost(&iface));
	written_listen();
	live_attach_end(&iface);
	assert_string_equal(written_said(),
			    "xdpdump: warning: v0: ours stays at tc, as its namespace cannot be "
			    "entered any more (Operation not permitted); the next capture there "
			    "takes it away\n");
	iface.netns = NULL;
}

static void a_link_needs_nobody_to_go_there(void **state)
{
	struct netns blue = { .label = "blue", .enter_err = -EPERM };

	(void)state;
	iface.netns = &blue;
	kernel.is_lost = true;
	assert_true(live_presence_is_lost(&iface));
	live_attach_end(&iface);
	assert_false(kernel.attached);
	iface.netns = NULL;
}

static void a_namespace_is_not_held_by_promiscuous_mode(void **state)
{
	struct netns blue = { .label = "blue" };

	(void)state;
	iface.netns = &blue;
	iface.promiscuous_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	live_presence_let_go(&iface);
	assert_true(iface.promiscuous_fd >= 0);
	blue.has_left = true;
	written_listen();
	live_presence_let_go(&iface);
	assert_non_null(strstr(written_said(), "warning: v0 is not promiscuous any more"));
	assert_int_equal(iface.promiscuous_fd, -1);
	iface.netns = NULL;
}

static void one_that_comes_back_goes_on_from_its_first_start(void **state)
{
	struct netif back = kernel.netif;
	uint64_t start_ns = iface.start_ns;

	(void)state;
	written_listen();
	live_presence_lose(&iface);
	back.ifindex = kernel.netif.ifindex = 9;
	back.running = false;
	assert_true(live_presence_return(&iface, &back, &plain));
	written_said();
	assert_true(kernel.attached);
	assert_false(iface.gone || iface.detached || iface.running);
	assert_int_equal(iface.start_ns, start_ns);
	assert_int_equal(iface.end_ns, 0);
	assert_int_equal(iface.returns, 1);
	assert_int_equal(iface.netif.ifindex, 9);
}

/* At tc it would be another program, with counters of its own. */
static void one_that_comes_back_without_native_mode_keeps_its_counters(void **state)
{
	struct live_iface_settings s = plain;
	struct netif back = kernel.netif;
	struct ledger l;

	(void)state;
	s.way = LIVE_AUTO;
	kernel.counters[0] = kernel.counters[1] = counts(20, 4, 17, 2, 1);
	live_books_snapshot(&iface);
	written_listen();
	live_presence_lose(&iface);
	kernel.attach_err[XDP_MODE_NATIVE] = -EOPNOTSUPP;
	assert_true(live_presence_return(&iface, &back, &s));
	written_said();
	assert_int_equal(iface.way, LIVE_GENERIC);
	assert_ptr_equal(kernel.ops, &hook_xdp);
	live_books_ledger(&iface, 0, &l);
	assert_int_equal(l.delivered, 17);
}

/* Its program is bound to the device that has gone. */
static void one_that_comes_back_is_asked_again(void **state)
{
	struct netif back;

	(void)state;
	kernel.strips_vlan = true;
	kernel.features.device = DEVICE_TAG;
	live_attach_close(&iface);
	iface = (struct live_iface){ .point = POINT_ENTRY };
	assert_int_equal(live_attach_describe(&iface, "v0", 5, &plain), STATUS_OK);
	assert_int_equal(live_program_load(&iface, NULL, &plain, &none), STATUS_OK);
	assert_int_equal(live_attach_begin(&iface, &plain), STATUS_OK);
	written_listen();
	live_presence_lose(&iface);
	kernel.netif.ifindex = 9;
	back = kernel.netif;
	assert_true(live_presence_return(&iface, &back, &plain));
	assert_int_equal(kernel.n_rebound, 1);
	written_said();
	assert_ptr_equal(kernel.ops, &hook_device);
	assert_int_equal(iface.device, DEVICE_TAG);
}

/* Better than nothing is what is seen without tags. */
static const struct untold {
	const char *name;
	uint8_t knows;
	int device_err, native_err;
	enum live_way way;
} untold[] = {
	{ "and_its_driver_tells_no_tags", 0, 0, 0, LIVE_NATIVE },
	{ "and_is_not_asked_by_this_kernel", DEVICE_TAG, -EINVAL, 0, LIVE_NATIVE },
	{ "without_native_mode", DEVICE_TAG, 0, -EOPNOTSUPP, LIVE_GENERIC },
};

static void one_that_comes_back_untold(void **state)
{
	const struct untold *u = *state;
	struct live_iface_settings s = plain;
	struct netif back;

	assert_int_equal(set_up(NULL), 0);
	s.way = LIVE_AUTO;
	kernel.strips_vlan = true;
	kernel.features.device = DEVICE_TAG;
	live_attach_close(&iface);
	iface = (struct live_iface){ .point = POINT_ENTRY };
	assert_int_equal(live_attach_describe(&iface, "v0", 5, &s), STATUS_OK);
	assert_int_equal(live_program_load(&iface, NULL, &s, &none), STATUS_OK);
	assert_int_equal(live_attach_begin(&iface, &s), STATUS_OK);
	written_listen();
	live_presence_lose(&iface);
	kernel.features.device = u->knows;
	kernel.device_err = u->device_err;
	kernel.attach_err[XDP_MODE_NATIVE] = u->native_err;
	kernel.netif.ifindex = 9;
	back = kernel.netif;
	assert_true(live_presence_return(&iface, &back, &s));
	assert_non_null(strstr(written_said(), "warning: v0 takes VLAN tags off"));
	assert_ptr_equal(kernel.ops, &hook_xdp);
	assert_int_equal(iface.way, u->way);
	assert_int_equal(iface.device, 0);
	tear_down(NULL);
}

/* Its device takes tags off now, or does not any more. */
static const struct turned {
	const char *name;
	enum live_way way;
	bool before, now;
	uint8_t knows, asks;
	unsigned n_rebound;
	const char *comment, *said;
} turned[] = {
	{ "and_takes_tags_off_now", LIVE_AUTO, false, true, DEVICE_TAG, DEVICE_TAG, 1, "", "" },
	{ "and_does_not_yet", LIVE_AUTO, true, false, DEVICE_TAG, DEVICE_TAG, 1, "", "" },
	{ "and_does_not_and_tells_none", LIVE_AUTO, true, false, 0, 0, 1, "", "" },
	{ "as_it_was", LIVE_AUTO, false, false, DEVICE_TAG, 0, 0, "", "" },
	{ "and_takes_tags_off_untold", LIVE_AUTO, false, true, 0, 0, 0, "vlan_offload=on",
	  "warning: v0 takes VLAN tags off" },
	{ "in_generic_mode_and_takes_tags_off_now", LIVE_GENERIC, false, true, DEVICE_TAG, 0, 0,
	  "vlan_offload=on", "warning: v0 takes VLAN tags off" },
	{ "at_tc_and_takes_tags_off_now", LIVE_TC, false, true, DEVICE_TAG, 0, 0, "", "" },
};

static void start_again(const struct live_iface_settings *s)
{
	live_attach_close(&iface);
	iface = (struct live_iface){ .point = POINT_ENTRY };
	assert_int_equal(live_attach_describe(&iface, "v0", 5, s), STATUS_OK);
	assert_int_equal(live_program_load(&iface, NULL, s, &none), STATUS_OK);
	assert_int_equal(live_attach_begin(&iface, s), STATUS_OK);
}

static void one_that_comes_back_as_another(void **state)
{
	const struct turned *u = *state;
	struct live_iface_settings s = plain;
	const char *said;

	assert_int_equal(set_up(NULL), 0);
	s.way = u->way;
	kernel.features.device = DEVICE_TAG;
	kernel.strips_vlan = u->before;
	start_again(&s);
	written_listen();
	live_presence_lose(&iface);
	kernel.features.device = u->knows;
	kernel.strips_vlan = u->now;
	assert_true(live_presence_return(&iface, &kernel.netif, &s));
	said = written_said();
	assert_int_equal(!!strstr(said, "VLAN"), !!*u->said);
	assert_non_null(strstr(said, u->said));
	assert_int_equal(iface.device, u->asks);
	assert_int_equal(kernel.n_rebound, u->n_rebound);
	assert_ptr_equal(kernel.ops, u->asks		? &hook_device
				     : u->way == LIVE_TC ? &hook_tc_in
							 : &hook_xdp);
	assert_string_equal(iface.iface.comment ? iface.iface.comment : "", u->comment);
	assert_int_equal(tear_down(NULL), 0);
}

static void one_that_comes_back_without_what_is_wanted_stays_gone_until_it_has_that(void **state is_unused)
{
	struct live_iface_settings s = plain;

	s.device = DEVICE_TIME;
	kernel.features.device = DEVICE_TIME;
	start_again(&s);
	written_listen();
	live_presence_lose(&iface);
	kernel.features.device = DEVICE_TAG;
	assert_false(live_presence_return(&iface, &kernel.netif, &s));
	assert_non_null(strstr(written_said(),
			       "v0: -j adapter_unsynced: its driver tells no program the time"));
	assert_true(iface.gone);
	assert_int_equal(kernel.n_rebound, 0);
	kernel.features.device = DEVICE_TIME;
	kernel.load_err = -ENOMEM;
	written_listen();
	assert_false(live_presence_return(&iface, &kernel.netif, &s));
	assert_non_null(strstr(written_said(), "v0: cannot load the program"));
	kernel.load_err = 0;
	written_listen();
	assert_true(live_presence_return(&iface, &kernel.netif, &s));
	written_said();
	assert_int_equal(kernel.n_rebound, 2);
	assert_int_equal(iface.device, DEVICE_TIME);
}

static void one_that_comes_back_with_another_program_stays_gone(void **state)
{
	struct netif back = kernel.netif;
	uint64_t end_ns;

	(void)state;
	written_listen();
	live_presence_changed(&iface, &back, true);
	end_ns = iface.end_ns;
	kernel.query = 1;
	assert_false(live_presence_return(&iface, &back, &plain));
	assert_string_equal(written_said(), "xdpdump: v0 disappeared\n"
					    "xdpdump: v0: an XDP program has been attached meanwhile: "
					    "other (id 7); it is left as it is\n");
	assert_true(iface.gone);
	assert_int_equal(iface.end_ns, end_ns);
	assert_int_equal(iface.returns, 0);
}

/* ---- the start ---- */

static const struct start_case {
	const char *name;
	const char *iface;
	struct netif netif;
	int default_err, find_err, load_err, query, native_err, generic_err, tc_err, promiscuous;
	bool routed, strips_vlan, filtered, lro;
	const char *text;		/* of the filter; NULL: tcp */
	int linktype;			/* 0: none in particular */
	enum live_way way, came_to;
	enum status status;
	const char *said;		/* a part; "": nothing */
	const char *why, *driver;
	/* DEVICE_...: the device, by name, and what comes of that */
	uint8_t knows, asked, asks;
	int features_err, device_err, hash_err;
	const char *comment;		/* of the interface; NULL: none */
	unsigned queues;		/* that receive; 0: it does not tell */
	bool processes;			/* and only what is sent */
	uint32_t sample, rate;
} starts[] = {
	{ "by_its_name", "v0", { .ethernet = true }, .way = LIVE_NATIVE,
	  .came_to = LIVE_NATIVE, .said = "" },
	{ "with_one_queue", "v0", { .ethernet = true }, .queues = 1,
	  .came_to = LIVE_NATIVE, .said = "" },
	{ "with_two_queues", "v0", { .ethernet = true }, .queues = 2,
	  .came_to = LIVE_NATIVE, .said = "" },
	{ "with_one_queue_at_tc", "v0", { .ethernet = true }, .way = LIVE_TC, .queues = 1,
	  .came_to = LIVE_TC, .said = "" },
	{ "by_another_name_that_it_has", "other-name", { .ethernet = true },
	  .came_to = LIVE_NATIVE, .said = "", .why = "other-name" },
	{ "by_its_number", "1", { .ethernet = true }, .came_to = LIVE_NATIVE, .said = "",
	  .why = "1" },
	{ "the_one_with_the_default_route", NULL, { .ethernet = true }, .routed = true,
	  .came_to = LIVE_NATIVE, .said = "", .why = "it has the default route" },
	{ "the_first_that_is_up", NULL, { .ethernet = true }, .came_to = LIVE_NATIVE,
	  .said = "", .why = "the first that is up" },
	{ "there_is_none", NULL, { 0 }, .default_err = -ENODEV, .status = STATUS_INTERFACE,
	  .said = "no interface is up; " },
	{ "nobody_can_be_asked", NULL, { 0 }, .default_err = -EIO, .status = STATUS_RUNTIME,
	  .said = "cannot look for an interface: Input/output error" },
	{ "nobody_can_be_asked_for_a_name", "v0", { 0 }, .find_err = -EIO, .status = STATUS_RUNTIME,
	  .said = "v0: cannot look at the interface: Input/output error" },
	{ "a_name_that_is_like_another", "vv", { 0 }, .status = STATUS_INTERFACE,
	  .said = "vv: no such interface; did you mean v0? xdpdump -D" },
	{ "a_name_that_is_like_no_other", "xx", { 0 }, .status = STATUS_INTERFACE,
	  .said = "xx: no such interface; xdpdump -D" },
	{ "several_names_in_one", "v0,v1", { 0 }, .status = STATUS_INTERFACE,
	  .said = "v0,v1: no such interface; several take a -i each" },
	{ "a_number_that_is_not_there", "2", { 0 }, .status = STATUS_INTERFACE,
	  .said = "2: no such interface; " },
	{ "one_that_begins_with_something_else", "v0", { .ethernet = false },
	  .status = STATUS_UNSUPPORTED,
	  .said = "v0: its packets begin neither with an Ethernet header nor with an IP header" },
	{ "a_tunnel", "v0", { .raw = true }, .came_to = LIVE_TC, .said = "" },
	{ "a_tunnel_at_tc", "v0", { .raw = true }, .way = LIVE_TC, .came_to = LIVE_TC, .said = "" },
	{ "a_tunnel_that_knows_of_tags", "v0", { .raw = true }, .strips_vlan = true,
	  .came_to = LIVE_TC, .said = "" },
	{ "a_tunnel_at_xdp", "v0", { .raw = true }, .way = LIVE_NATIVE,
	  .status = STATUS_UNSUPPORTED,
	  .said = "v0: its packets have no Ethernet header, and XDP is for such: --hook tc sees them" },
	{ "a_tunnel_in_generic_mode", "v0", { .raw = true }, .way = LIVE_GENERIC,
	  .status = STATUS_UNSUPPORTED, .said = "v0: its packets have no Ethernet header, and XDP" },
	{ "a_filter_that_it_has_no_bytes_for", "v0", { .raw = true }, .filtered = true,
	  .text = "arp",
	  .status = STATUS_USAGE, .said = "arp" },
	{ "the_link_type_it_has", "v0", { .ethernet = true }, .linktype = LINKTYPE_ETHERNET,
	  .came_to = LIVE_NATIVE, .said = "" },
	{ "another_link_type", "v0", { .ethernet = true }, .linktype = LINKTYPE_RAW,
	  .status = STATUS_USAGE, .said = "v0: the link type of its packets is not that of -y" },
	{ "one_that_takes_tags_off", "v0", { .ethernet = true }, .strips_vlan = true,
	  .came_to = LIVE_NATIVE,
	  .said = "warning: v0 takes VLAN tags off before XDP sees them; ethtool -K v0 rxvlan off keeps them",
	  .comment = "vlan_offload=on" },
	{ "one_that_takes_tags_off_and_tells_them", "v0", { .ethernet = true }, .strips_vlan = true,
	  .came_to = LIVE_NATIVE, .knows = DEVICE_TAG | DEVICE_HASH | DEVICE_TIME, .asks = DEVICE_TAG,
	  .said = "" },
	{ "one_that_leaves_tags_is_not_asked_for_them", "v0", { .ethernet = true },
	  .came_to = LIVE_NATIVE, .knows = DEVICE_TAG | DEVICE_HASH | DEVICE_TIME, .said = "" },
	{ "one_that_takes_tags_off_and_tells_other_things", "v0", { .ethernet = true },
	  .strips_vlan = true, .came_to = LIVE_NATIVE, .knows = DEVICE_HASH | DEVICE_TIME,
	  .said = "warning: v0 takes VLAN tags off", .comment = "vlan_offload=on" },
	{ "what_it_tells_cannot_be_asked", "v0", { .ethernet = true }, .strips_vlan = true,
	  .came_to = LIVE_NATIVE, .features_err = -EOPNOTSUPP, .knows = DEVICE_TAG,
	  .said = "warning: v0 takes VLAN tags off", .comment = "vlan_offload=on" },
	{ "in_generic_mode_it_is_not_told", "v0", { .ethernet = true }, .strips_vlan = true,
	  .way = LIVE_GENERIC, .came_to = LIVE_GENERIC, .knows = DEVICE_TAG,
	  .said = "warning: v0 takes VLAN tags off", .comment = "vlan_offload=on" },
	{ "at_tc_nobody_has_to_tell", "v0", { .ethernet = true }, .strips_vlan = true,
	  .way = LIVE_TC, .came_to = LIVE_TC, .knows = DEVICE_TAG, .said = "" },
	{ "a_kernel_that_does_not_take_that_program_takes_the_other_one", "v0",
	  { .ethernet = true },
	  .strips_vlan = true, .came_to = LIVE_NATIVE, .knows = DEVICE_TAG, .device_err = -EINVAL,
	  .said = "warning: v0 takes VLAN tags off", .comment = "vlan_offload=on" },
	{ "its_driver_tells_but_cannot_do_it_so_at_tc", "v0", { .ethernet = true },
	  .strips_vlan = true, .native_err = -EOPNOTSUPP, .came_to = LIVE_TC, .knows = DEVICE_TAG,
	  .said = "warning: v0: no native XDP (Operation not supported), so packets are seen at tc" },
	{ "a_time_of_its_own", "v0", { .ethernet = true }, .came_to = LIVE_NATIVE,
	  .asked = DEVICE_TIME, .knows = DEVICE_TIME | DEVICE_TAG, .asks = DEVICE_TIME, .said = "",
	  .comment = "clock=adapter_unsynced" },
	{ "a_time_of_its_own_and_the_tags", "v0", { .ethernet = true }, .strips_vlan = true,
	  .came_to = LIVE_NATIVE, .asked = DEVICE_TIME, .knows = DEVICE_TIME | DEVICE_TAG,
	  .asks = DEVICE_TIME | DEVICE_TAG, .said = "", .comment = "clock=adapter_unsynced" },
	{ "a_time_of_its_own_without_the_tags", "v0", { .ethernet = true }, .strips_vlan = true,
	  .came_to = LIVE_NATIVE, .asked = DEVICE_TIME, .knows = DEVICE_TIME, .asks = DEVICE_TIME,
	  .said = "warning: v0 takes VLAN tags off",
	  .comment = "vlan_offload=on clock=adapter_unsynced" },
	{ "a_sample", "v0", { .ethernet = true }, .came_to = LIVE_NATIVE, .said = "", .sample = 100,
	  .comment = "sample=1/100" },
	{ "a_rate", "v0", { .ethernet = true }, .came_to = LIVE_NATIVE, .said = "", .rate = 100,
	  .comment = "rate_limit=100/s" },
	{ "a_sample_of_all", "v0", { .ethernet = true }, .came_to = LIVE_NATIVE, .said = "",
	  .sample = 1 },
	{ "the_smallest_sample_with_a_time_of_its_own_and_without_tags", "v0", { .ethernet = true },
	  .strips_vlan = true, .came_to = LIVE_NATIVE, .asked = DEVICE_TIME, .knows = DEVICE_TIME,
	  .asks = DEVICE_TIME, .said = "warning: v0 takes VLAN tags off", .sample = SAMPLE_MAX, .rate = RATE_MAX,
	  .comment = "vlan_offload=on clock=adapter_unsynced sample=1/1000000000 rate_limit=10000000/s" },
	{ "a_time_that_it_does_not_tell", "v0", { .ethernet = true }, .asked = DEVICE_TIME,
	  .knows = DEVICE_HASH | DEVICE_TAG, .status = STATUS_UNSUPPORTED,
	  .said = "v0: -j adapter_unsynced: its driver tells no program the time of the adapter" },
	{ "a_time_on_a_kernel_that_does_not_say", "v0", { .ethernet = true }, .asked = DEVICE_TIME,
	  .features_err = -EOPNOTSUPP, .knows = DEVICE_TIME, .status = STATUS_UNSUPPORTED,
	  .said = "v0: -j adapter_unsynced: its driver tells no program the time of the adapter" },
	{ "a_time_of_a_tunnel", "v0", { .raw = true }, .asked = DEVICE_TIME,
	  .status = STATUS_UNSUPPORTED, .said = "v0: -j adapter_unsynced: its driver tells no program" },
	{ "a_time_by_a_program_that_the_kernel_does_not_take", "v0", { .ethernet = true },
	  .asked = DEVICE_TIME, .knows = DEVICE_TIME, .device_err = -EINVAL,
	  .status = STATUS_UNSUPPORTED, .said = " does not take the XDP program" },
	{ "a_time_but_no_native_mode", "v0", { .ethernet = true }, .asked = DEVICE_TIME,
	  .knows = DEVICE_TIME, .native_err = -EOPNOTSUPP, .status = STATUS_UNSUPPORTED,
	  .said = "v0: no native XDP (Operation not supported), in which alone an adapter tells what it knows" },
	{ "its_hash", "v0", { .ethernet = true }, .came_to = LIVE_NATIVE, .asked = DEVICE_HASH,
	  .knows = DEVICE_HASH, .asks = DEVICE_HASH, .said = "" },
	{ "a_hash_that_it_does_not_tell", "v0", { .ethernet = true }, .asked = DEVICE_HASH,
	  .knows = DEVICE_TIME, .status = STATUS_UNSUPPORTED,
	  .said = "v0: --rx-hash: its driver tells no program the hash of the adapter" },
	{ "a_hash_that_may_be_anything", "v0", { .ethernet = true }, .asked = DEVICE_HASH,
	  .knows = DEVICE_HASH, .hash_err = -ENOENT, .status = STATUS_UNSUPPORTED,
	  .said = "v0: --rx-hash: its driver does not say what its hash is" },
	{ "loading_is_not_allowed", "v0", { .ethernet = true }, .load_err = -EPERM,
	  .status = STATUS_PERMISSION,
	  .said = "v0: the kernel does not let us load the program: Operation not permitted" },
	{ "there_is_no_memory_for_the_program", "v0", { .ethernet = true }, .load_err = -ENOMEM,
	  .status = STATUS_RUNTIME,
	  .said = "v0: cannot load the program: Cannot allocate memory" },
	{ "the_kernel_is_too_old", "v0", { .ethernet = true }, .load_err = -EINVAL,
	  .status = STATUS_UNSUPPORTED,
	  .said = " does not take the XDP program, which needs multi-buffer XDP" },
	{ "the_filter_is_too_much", "v0", { .ethernet = true }, .filtered = true,
	  .load_err = -EACCES, .status = STATUS_UNSUPPORTED,
	  .said = " does not take this filter, a program of " },
	{ "with_a_filter_loading_is_not_allowed_either", "v0", { .ethernet = true },
	  .filtered = true, .load_err = -EPERM, .status = STATUS_PERMISSION,
	  .said = "does not let us load the program" },
	{ "who_has_sent_it_needs_types", "v0", { .ethernet = true }, .processes = true,
	  .load_err = -ESRCH, .status = STATUS_UNSUPPORTED,
	  .said = " does not take the program that knows who has sent a packet (--process)" },
	{ "with_a_filter_who_has_sent_it_needs_types_as_well", "v0", { .ethernet = true },
	  .processes = true, .filtered = true, .load_err = -ESRCH, .status = STATUS_UNSUPPORTED,
	  .said = " does not take the program that knows who has sent a packet (--process)" },
	{ "a_program_has_come_since", "v0", { .ethernet = true }, .query = 1,
	  .status = STATUS_INTERFACE,
	  .said = "v0: an XDP program has been attached meanwhile: other (id 7); it is left as it is" },
	{ "there_is_a_program_that_nobody_shows", "v0", { .ethernet = true }, .native_err = -EBUSY,
	  .status = STATUS_INTERFACE, .said = "v0: another XDP program is attached" },
	{ "attaching_is_not_allowed", "v0", { .ethernet = true }, .native_err = -EPERM,
	  .status = STATUS_PERMISSION,
	  .said = "v0: the kernel does not let us attach: Operation not permitted" },
	{ "it_has_just_gone", "v0", { .ethernet = true }, .native_err = -ENODEV,
	  .status = STATUS_INTERFACE, .said = "v0: the interface has just disappeared" },
	{ "its_driver_cannot_do_it", "v0", { .ethernet = true }, .way = LIVE_NATIVE,
	  .native_err = -EOPNOTSUPP, .status = STATUS_UNSUPPORTED,
	  .said = "v0: the driver veth 1.0 has no native XDP; try --hook auto" },
	{ "a_driver_without_a_name_cannot_do_it", "v0", { .ethernet = true },
	  .way = LIVE_NATIVE, .native_err = -EOPNOTSUPP, .driver = "",
	  .status = STATUS_UNSUPPORTED,
	  .said = "v0: the driver has no native XDP; try --hook auto" },
	{ "its_driver_cannot_do_it_so_at_tc", "v0", { .ethernet = true },
	  .native_err = -EOPNOTSUPP, .came_to = LIVE_TC,
	  .said = "warning: v0: no native XDP (Operation not supported), so packets are seen at tc, which is later" },
	{ "its_settings_do_not_fit_so_at_tc", "v0", { .ethernet = true }, .native_err = -EINVAL,
	  .came_to = LIVE_TC, .said = "warning: v0: no native XDP (Invalid argument)" },
	{ "its_queues_do_not_fit_so_at_tc", "v0", { .ethernet = true }, .native_err = -ENOSPC,
	  .driver = "veth 1.0",
	  .came_to = LIVE_TC,
	  .said = "warning: v0: no native XDP (its peer has more queues for sending than it has for receiving" },
	{ "a_setting_that_is_not_taken_is_told_of", "v0", { .ethernet = true }, .way = LIVE_NATIVE,
	  .lro = true,
	  .native_err = -EINVAL, .status = STATUS_UNSUPPORTED,
	  .said = "v0: no native XDP: large receive offload is on; ethtool -K v0 lro off" },
	{ "a_setting_of_which_nothing_is_known", "v0", { .ethernet = true }, .way = LIVE_NATIVE,
	  .native_err = -EINVAL, .status = STATUS_UNSUPPORTED,
	  .said = "v0: cannot attach in native mode: Invalid argument; try --hook auto" },
	{ "neither_can_be_had", "v0", { .ethernet = true }, .native_err = -EOPNOTSUPP,
	  .tc_err = -EIO, .status = STATUS_UNSUPPORTED,
	  .said = "v0: cannot attach at tc: Input/output error" },
	{ "generic_mode_cannot_be_had", "v0", { .ethernet = true }, .way = LIVE_GENERIC,
	  .generic_err = -EINVAL, .status = STATUS_UNSUPPORTED,
	  .said = " cannot attach XDP by a bpf_link in generic mode" },
	{ "tc_is_asked_for", "v0", { .ethernet = true }, .way = LIVE_TC, .native_err = -EIO,
	  .query = 1, .came_to = LIVE_TC, .said = "" },
	{ "tc_is_not_allowed", "v0", { .ethernet = true }, .way = LIVE_TC, .tc_err = -EPERM,
	  .status = STATUS_PERMISSION, .said = "v0: the kernel does not let us attach at tc" },
	{ "it_has_gone_before_tc", "v0", { .ethernet = true }, .way = LIVE_TC, .tc_err = -ENODEV,
	  .status = STATUS_INTERFACE, .said = "v0: the interface has just disappeared" },
	{ "what_nobody_has_thought_of", "v0", { .ethernet = true }, .native_err = -EIO,
	  .status = STATUS_UNSUPPORTED,
	  .said = "v0: cannot attach in native mode: Input/output error" },
	{ "generic_is_asked_for", "v0", { .ethernet = true }, .way = LIVE_GENERIC,
	  .native_err = -EIO, .came_to = LIVE_GENERIC, .said = "" },
	{ "promiscuous_is_not_allowed", "v0", { .ethernet = true }, .promiscuous = -EPERM,
	  .status = STATUS_PERMISSION,
	  .said = "v0: CAP_NET_RAW missing, which promiscuous mode needs" },
	{ "promiscuous_cannot_be_had", "v0", { .ethernet = true }, .promiscuous = -ENOBUFS,
	  .status = STATUS_RUNTIME, .said = "v0: no promiscuous mode: No buffer space available" },
};

static void set_kernel(const struct start_case *c)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.driver = c->driver ? c->driver : "veth 1.0";
	kernel.netif = c->netif;
	kernel.netif.ifindex = 3;
	kernel.netif.has_mac = true;
	kernel.netif.mac[5] = 7;
	strcpy(kernel.netif.name, "v0");
	kernel.default_err = c->default_err;
	kernel.find_err = c->find_err;
	kernel.load_err = c->load_err;
	kernel.query = c->query;
	kernel.attach_err[XDP_MODE_NATIVE] = c->native_err;
	kernel.attach_err[XDP_MODE_GENERIC] = c->generic_err;
	kernel.tc_err = c->tc_err;
	kernel.promiscuous = c->promiscuous;
	kernel.routed = c->routed;
	kernel.strips_vlan = c->strips_vlan;
	kernel.lro = c->lro;
	kernel.queues.rx = c->queues;
	kernel.features.device = c->knows;
	kernel.features_err = c->features_err;
	kernel.device_err = c->device_err;
	kernel.hash_err = c->hash_err;
}

static void is_described(const struct live_iface *t, const struct start_case *c)
{
	struct utsname uts;
	char os[sizeof(uts.sysname) + sizeof(uts.release) + 1];

	uname(&uts);
	snprintf(os, sizeof(os), "%s %s", uts.sysname, uts.release);
	assert_int_equal(t->way, c->came_to);
	assert_true(t->promiscuous_fd >= 0);
	assert_string_equal(t->why ? t->why : "", c->why ? c->why : "");
	assert_string_equal(t->iface.name, "v0");
	assert_string_equal(t->iface.hardware, "veth 1.0");
	assert_string_equal(t->iface.os, os);
	assert_true(t->iface.has_mac);
	assert_memory_equal(t->iface.mac, kernel.netif.mac, 6);
	assert_string_equal(t->iface.filter, "tcp");
	assert_string_equal(t->iface.comment ? t->iface.comment : "", c->comment ? c->comment : "");
	assert_int_equal(t->device, c->asks);
	assert_int_equal(kernel.settings.device, c->asks);
	assert_ptr_equal(kernel.ops, c->came_to == LIVE_TC ? &hook_tc_in
					     : c->asks	   ? &hook_device
							   : &hook_xdp);
	assert_int_equal(t->iface.other_clock, c->asks & DEVICE_TIME);
	assert_int_equal(t->iface.id, 2);
	assert_int_equal(t->iface.linktype, c->netif.raw ? LINKTYPE_RAW : LINKTYPE_ETHERNET);
	assert_int_equal(kernel.settings.raw, c->netif.raw);
	assert_int_equal(t->iface.snaplen, 100);
	assert_int_equal(t->iface.speed_bps, 10000000000);
	assert_int_equal(t->iface.one_queue, c->queues == 1 && c->came_to != LIVE_TC);
}

static void a_start(void **state)
{
	const struct start_case *c = *state;
	const struct live_iface_settings s = {
		.snap = 100,
		.way = c->way,
		.directions = c->processes ? LIVE_SENT : LIVE_RECEIVED,
		.processes = c->processes,
		.linktype = c->linktype ? c->linktype : -1,
		.promiscuous = true,
		.filter = "tcp",
		.device = c->asked,
		.sampling = { .sample = c->sample, .rate = c->rate },
	};
	struct live_filters filters = { .entry = NULL };
	struct live_iface t = { .point = POINT_ENTRY };
	enum status status;
	struct utsname uts;
	char kernel_said[sizeof(uts.release) + 8];

	uname(&uts);
	snprintf(kernel_said, sizeof(kernel_said), "kernel %s ", uts.release);
	assert_int_equal(written_set_up(NULL), 0);
	set_kernel(c);
	written_listen();
	if (c->filtered)
		assert_int_equal(per_link_open(&filters.entry, c->text ? c->text : "tcp", NULL, true), 0);
	status = live_attach_describe(&t, c->iface, 2, &s);
	if (!status)
		status = live_program_load(&t, NULL, &s, &filters);
	if (!status)
		status = live_attach_begin(&t, &s);
	written_said();
	assert_int_equal(status, c->status);
	if (*c->said ? !strstr(written.said, c->said) : *written.said)
		fail_msg("said '%s'", written.said);
	if (strstr(written.said, ": kernel ") && !strstr(written.said, kernel_said))
		fail_msg("said '%s', another kernel", written.said);
	assert_int_equal(kernel.attached, !c->status);
	if (!c->status)
		is_described(&t, c);
	live_attach_close(&t);
	per_link_close(filters.entry);
	/* which is not the promiscuous one of a start that failed */
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	assert_int_equal(written_tear_down(NULL), 0);
}

static char somebodys_flows;	/* stands for the flows of the owner */

static void the_program_is_loaded_as_asked_for(void **state)
{
	const struct live_iface_settings s = { .snap = 77, .headers_only = true, .drop = true,
					       .sampling = { .sample = 9, .rate = 8 },
					       .flows = (void *)&somebodys_flows,
					       .directions = LIVE_RECEIVED, .linktype = -1 };
	struct live_filters filters = { .entry = NULL };

	(void)state;
	assert_int_equal(kernel.settings.snap, 100);
	assert_int_equal(kernel.settings.iface, 5);
	assert_false(kernel.settings.headers_only || kernel.settings.drop);
	assert_int_equal(kernel.filter_n, 0);
	assert_ptr_equal(kernel.ops, &hook_xdp);
	assert_int_equal(per_link_open(&filters.entry, "tcp", NULL, true), 0);
	assert_int_equal(live_program_load(&iface, NULL, &s, &filters), STATUS_OK);
	per_link_close(filters.entry);
	assert_int_equal(kernel.settings.snap, 77);
	assert_true(kernel.settings.headers_only && kernel.settings.drop);
	assert_int_equal(kernel.settings.sample, 9);
	assert_int_equal(kernel.settings.rate, 8);
	assert_ptr_equal(kernel.settings.flows, &somebodys_flows);
	assert_true(kernel.filter_n);
}

/* ---- who shares a program ---- */

static const struct share_case {
	const char *name, *pattern, *kind;
	bool shares;
} shares[] = {
	{ "one_that_fits_a_pattern_shares_a_program", "v*", "veth", true },
	{ "one_that_is_named_has_its_own", NULL, "veth", false },
	{ "a_device_has_its_own", "any", "", false },
	{ "a_bond_has_its_own_as_it_lends_it", "any", "bond", false },
};

static void who_shares(void **state)
{
	const struct share_case *c = *state;
	struct live_iface_settings s = plain;
	char programs;

	kernel_reset();
	assert_int_equal(written_set_up(NULL), 0);
	iface = (struct live_iface){ .point = POINT_ENTRY, .pattern = c->pattern };
	s.directions = LIVE_RECEIVED;
	s.programs = (struct programs *)&programs;
	strcpy(kernel.netif.kind, c->kind);
	assert_int_equal(live_attach_describe(&iface, "v0", 5, &s), STATUS_OK);
	assert_int_equal(live_program_load(&iface, NULL, &s, &none), STATUS_OK);
	assert_ptr_equal(kernel.settings.programs, c->shares ? s.programs : NULL);
	assert_int_equal(kernel.settings.ifindex, kernel.netif.ifindex);
	assert_int_equal(kernel.settings.iface, 5);
	assert_int_equal(tear_down(NULL), 0);
}

/*
 * One program for many, or one that is bound to a device and asks it: for what nobody has named,
 * the former.
 */
static void who_shares_is_not_asked_for_tags_but_for_what_is_named(void **state)
{
	struct live_iface_settings s = plain;
	char programs;

	(void)state;
	s.programs = (struct programs *)&programs;
	kernel.strips_vlan = true;
	kernel.features.device = DEVICE_TAG | DEVICE_TIME;
	strcpy(kernel.netif.kind, "veth");
	for (unsigned named = 0; named <= DEVICE_TIME; named += DEVICE_TIME) {
		s.device = named;
		live_attach_close(&iface);
		iface = (struct live_iface){ .point = POINT_ENTRY, .pattern = "v*" };
		assert_int_equal(live_attach_describe(&iface, "v0", 5, &s), STATUS_OK);
		assert_int_equal(live_program_load(&iface, NULL, &s, &none), STATUS_OK);
		assert_int_equal(live_attach_begin(&iface, &s), STATUS_OK);
		assert_ptr_equal(kernel.settings.programs, named ? NULL : s.programs);
		assert_int_equal(kernel.settings.device, named ? DEVICE_TIME | DEVICE_TAG : 0);
		assert_string_equal(iface.iface.comment,
				    named ? "clock=adapter_unsynced" : "vlan_offload=on");
	}
}

/* ---- both directions ---- */

static const struct direction_case {
	const char *name;
	unsigned directions;
	bool loopback, processes;
	bool received, sent;		/* is it attached? */
} directions[] = {
	{ "received_ones", LIVE_RECEIVED, false, false, true, false },
	{ "sent_ones", LIVE_SENT, false, false, false, true },
	{ "both", LIVE_RECEIVED | LIVE_SENT, false, false, true, true },
	{ "both_with_senders", LIVE_RECEIVED | LIVE_SENT, false, true, true, true },
	{ "of_a_loopback_what_is_sent_comes_back", LIVE_RECEIVED | LIVE_SENT, true, false, true,
	  false },
	{ "of_a_loopback_as_it_is_sent", LIVE_SENT, true, false, false, true },
	{ "of_a_loopback_with_senders", LIVE_RECEIVED | LIVE_SENT, true, true, false, true },
};

static void packets_of_a_direction(void **state)
{
	const struct direction_case *c = *state;
	struct live_iface_settings s = plain;

	kernel_reset();
	assert_int_equal(written_set_up(NULL), 0);
	iface = (struct live_iface){ .point = POINT_ENTRY };
	s.directions = c->directions;
	s.processes = c->processes;
	kernel.netif.loopback = c->loopback;
	assert_int_equal(live_attach_describe(&iface, "v0", 5, &s), STATUS_OK);
	assert_int_equal(live_program_load(&iface, NULL, &s, &none), STATUS_OK);
	assert_int_equal(live_attach_begin(&iface, &s), STATUS_OK);
	assert_int_equal(kernel.attached, c->received);
	assert_int_equal(kernel.sent_attached, c->sent);
	live_attach_end(&iface);
	assert_false(kernel.attached || kernel.sent_attached);
	assert_int_equal(tear_down(NULL), 0);
}

/* What was attached may have put packets into the rings by then. */
static void one_that_is_half_attached_stays_as_one_that_has_gone(void **state is_unused)
{
	struct live_iface_settings s = plain;

	live_attach_end(&iface);
	live_attach_close(&iface);
	iface = (struct live_iface){ .point = POINT_ENTRY };
	s.directions = LIVE_RECEIVED | LIVE_SENT;
	assert_int_equal(live_attach_describe(&iface, "v0", 5, &s), STATUS_OK);
	assert_false(live_attach_give_up(&iface));
	assert_int_equal(live_program_load(&iface, NULL, &s, &none), STATUS_OK);
	assert_false(live_attach_give_up(&iface));
	kernel.tc_err = -EMFILE;
	written_listen();
	assert_int_equal(live_attach_begin(&iface, &s), STATUS_UNSUPPORTED);
	written_said();
	assert_true(kernel.attached);
	assert_true(live_attach_give_up(&iface));
	assert_false(kernel.attached);
	assert_true(iface.gone);
	assert_false(iface.detached);
}

static void both_directions_are_in_the_same_books(void **state)
{
	struct live_iface_settings s = plain;
	struct ledger l;

	(void)state;
	s.directions = LIVE_RECEIVED | LIVE_SENT;
	assert_int_equal(live_program_load(&iface, NULL, &s, &none), STATUS_OK);
	kernel.counters[0] = kernel.counters[1] = counts(20, 4, 17, 2, 1);
	kernel.sent_counters = counts(300, 10, 200, 60, 40);
	assert_false(live_books_snapshot(&iface));
	live_books_ledger(&iface, 0, &l);
	assert_int_equal(l.seen, 334);
	assert_int_equal(l.filtered, 14);
	assert_int_equal(l.delivered, 217);
	assert_int_equal(l.ring_full, 62);
	assert_int_equal(l.copy_failed, 41);
	assert_true(live_books_snapshot(&iface));
	kernel.sent_counters.all.packets++;
	assert_false(live_books_snapshot(&iface));
}

/* Both directions get it, or none; and files that follow name it. */
static void another_filter_is_for_both_directions(void **state)
{
	struct live_iface_settings s = plain;
	struct live_filters filters = { .entry = NULL };

	(void)state;
	s.directions = LIVE_RECEIVED | LIVE_SENT;
	assert_int_equal(live_program_load(&iface, NULL, &s, &none), STATUS_OK);
	assert_int_equal(per_link_open(&filters.entry, "tcp", NULL, true), 0);
	assert_int_equal(live_program_refilter(&iface, &s, &filters), STATUS_OK);
	assert_true(kernel.replaced_n && kernel.sent_replaced_n);
	assert_int_equal(live_program_refilter(&iface, &s, &none), STATUS_OK);
	assert_int_equal(kernel.replaced_n + kernel.sent_replaced_n, 0);
	written_listen();
	kernel.sent_replace_err = -EINVAL;
	assert_int_equal(live_program_refilter(&iface, &s, &filters), STATUS_UNSUPPORTED);
	assert_int_equal(kernel.replaced_n + kernel.sent_replaced_n, 0);
	kernel.replace_err = -EINVAL;
	kernel.sent_replace_err = 0;
	assert_int_equal(live_program_refilter(&iface, &s, &filters), STATUS_UNSUPPORTED);
	assert_int_equal(kernel.replaced_n + kernel.sent_replaced_n, 0);
	written_said();
	per_link_close(filters.entry);
	live_attach_set_filter(&iface, "udp\nport 53");
	assert_string_equal(iface.iface.filter, "udp port 53");
	live_attach_set_filter(&iface, NULL);
	assert_null(iface.iface.filter);
}

/* ---- a trigger ---- */

static void triggering(struct event *ev)
{
	ev->flags = EVENT_TRIED | EVENT_TRIGGERS;
}

static void tried(struct event *ev)
{
	ev->flags = EVENT_TRIED;
}

static void a_packet_says_what_the_trigger_has_seen(void **state is_unused)
{
	const unsigned both = PACKET_TRIED | PACKET_TRIGGERS;

	assert_int_equal(from_record(42, NULL).has & both, 0);
	assert_int_equal(from_record(42, tried).has & both, PACKET_TRIED);
	assert_int_equal(from_record(42, triggering).has & both, both);
}

/* It is in the program, or, where the kernel does not take that, in none: the capture goes on. */
static void a_trigger_is_no_reason_to_go_without_packets(void **state is_unused)
{
	struct live_filters filters = { NULL, NULL, NULL };

	assert_int_equal(per_link_open(&filters.trigger, "tcp", NULL, true), 0);
	assert_int_equal(live_program_load(&iface, NULL, &plain, &filters), STATUS_OK);
	assert_true(kernel.trigger_n);
	assert_false(iface.has_no_trigger);
	written_listen();
	kernel.trigger_err = -E2BIG;
	assert_int_equal(live_program_load(&iface, NULL, &plain, &filters), STATUS_OK);
	assert_non_null(strstr(written_said(), "v0: the kernel takes no program with this --trigger"));
	assert_int_equal(kernel.trigger_n, 0);
	assert_true(iface.has_no_trigger);
	per_link_close(filters.trigger);
}

/* One that is for another link type is none for this one. */
static void a_trigger_for_other_packets_is_not_in_the_program(void **state is_unused)
{
	struct live_filters filters = { NULL, NULL, NULL };

	assert_int_equal(per_link_open(&filters.trigger, "wlan type mgt", NULL, true), 0);
	assert_int_equal(live_program_load(&iface, NULL, &plain, &filters), STATUS_OK);
	assert_int_equal(kernel.trigger_n, 0);
	per_link_close(filters.trigger);
}

/* ---- other settings ---- */

static struct live_iface next;

/* In both directions, of what has been captured by @plain, counted and lost by the device. */
static struct live_iface_settings load_next(void)
{
	struct live_iface_settings s = plain;

	live_attach_end(&iface);
	live_attach_close(&iface);
	iface = (struct live_iface){ .point = POINT_ENTRY };
	s.directions = LIVE_RECEIVED | LIVE_SENT;
	s.snap_max = 300;
	kernel.netif.has_rx_missed = true;
	kernel.netif.rx_missed = 100;
	assert_int_equal(live_attach_describe(&iface, "v0", 5, &s), STATUS_OK);
	assert_int_equal(live_program_load(&iface, NULL, &s, &none), STATUS_OK);
	assert_int_equal(live_attach_begin(&iface, &s), STATUS_OK);
	kernel.counters[0] = kernel.counters[1] = counts(20, 4, 17, 2, 1);
	kernel.netif.rx_missed = 103;
	assert_false(live_change_is_needed(&iface, &s));
	s.snap = 50;
	s.sampling.sample = 10;
	assert_true(live_change_is_needed(&iface, &s));
	assert_int_equal(live_change_load(&next, &iface, NULL, 6, &s), STATUS_OK);
	return s;
}

/* Which says so in the file, and has books of its own. */
static void with_other_settings_it_is_another_one(void **state is_unused)
{
	struct live_iface_settings s = load_next();
	struct ledger l;

	assert_int_equal(kernel.settings.snap, 50);
	assert_int_equal(kernel.settings.sample, 10);
	assert_int_equal(kernel.settings.iface, 6);
	assert_int_equal(kernel.settings.flow_iface, 5);
	assert_false(kernel.passed || kernel.sent_passed);
	assert_int_equal(live_change_make(&next, &iface), STATUS_OK);
	assert_true(kernel.passed && kernel.sent_passed);
	assert_true(iface.gone && iface.replaced);
	assert_false(next.gone || next.replaced);
	assert_true(next.start_ns && next.start_ns <= iface.end_ns);
	assert_false(live_change_is_needed(&next, &s));
	assert_string_equal(next.iface.name, "v0");
	assert_int_equal(next.iface.snaplen, 300);
	assert_string_equal(iface.iface.comment, "snap=100");
	assert_string_equal(next.iface.comment, "snap=50 sample=1/10");
	kernel.next_counters = counts(7, 0, 1, 0, 0);
	kernel.netif.rx_missed = 110;
	live_books_snapshot(&next);
	live_books_snapshot(&iface);
	live_books_ledger(&iface, 0, &l);
	assert_int_equal(l.delivered, 17);
	assert_int_equal(l.if_dropped, 3);
	assert_true(l.knows_if_dropped);
	live_books_ledger(&next, 0, &l);
	assert_int_equal(l.delivered, 2);
	assert_int_equal(l.if_dropped, 7);
	live_attach_close(&next);
}

static void where_they_cannot_be_had_it_goes_on(void **state is_unused)
{
	load_next();
	kernel.sent_pass_err = -EINVAL;
	written_listen();
	assert_int_equal(live_change_make(&next, &iface), STATUS_RUNTIME);
	written_said();
	assert_false(kernel.passed || kernel.sent_passed || iface.gone || iface.replaced);
	assert_true(next.gone && next.replaced);
	assert_true(iface.promiscuous_fd == next.promiscuous_fd || next.promiscuous_fd < 0);
	live_attach_close(&next);
}

/* One that is waited for has them when it is back. */
static void one_that_has_gone_has_them_as_well(void **state is_unused)
{
	struct live_iface_settings s;

	live_presence_changed(&iface, &kernel.netif, true);
	s = plain;
	s.sampling.sample = 3;
	assert_int_equal(live_change_load(&next, &iface, NULL, 6, &s), STATUS_OK);
	kernel.after_err = 0;
	assert_int_equal(live_change_make(&next, &iface), STATUS_OK);
	assert_true(iface.replaced && next.gone && !next.replaced);
	assert_true(live_presence_return(&next, &kernel.netif, &s));
	assert_false(next.gone);
	live_attach_close(&next);
}

static void to_be_sent(struct event *ev)
{
	ev->hook = EVENT_TC_OUT;
	ev->queue = EVENT_NO_QUEUE;
	ev->lost = 9;
}

static void not_finished(struct event *ev)
{
	to_be_sent(ev);
	ev->flags = EVENT_CHECKSUM_PARTIAL | EVENT_SEGMENTED;
}

static void losses_of_five(struct event *ev)
{
	ev->lost = 5;
}

static void a_sent_packet_says_so_and_counts_losses_of_its_own(void **state)
{
	struct packet p;

	(void)state;
	assert_int_equal(from_record(42, losses_of_five).dropped, 5);
	p = from_record(42, to_be_sent);
	assert_int_equal(p.dropped, 9);
	assert_int_equal(p.flags, EPB_OUTBOUND);
	assert_int_equal(p.has, PACKET_TIME | PACKET_FLAGS);
	p = from_record(42, not_finished);
	assert_int_equal(p.flags, EPB_OUTBOUND | EPB_CHECKSUM_NOT_READY | EPB_SEGMENTED);
	assert_int_equal(p.dropped, 0);
	assert_int_equal(iface.reported, 14);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		with_iface(the_program_is_loaded_as_asked_for),
		with_iface(one_that_is_half_attached_stays_as_one_that_has_gone),
		with_iface(both_directions_are_in_the_same_books),
		with_iface(another_filter_is_for_both_directions),
		with_iface(a_packet_says_what_the_trigger_has_seen),
		with_iface(a_trigger_is_no_reason_to_go_without_packets),
		with_iface(a_trigger_for_other_packets_is_not_in_the_program),
		with_iface(with_other_settings_it_is_another_one),
		with_iface(where_they_cannot_be_had_it_goes_on),
		with_iface(one_that_has_gone_has_them_as_well),
		with_iface(a_sent_packet_says_so_and_counts_losses_of_its_own),
		with_iface(a_record_becomes_a_packet_that_points_into_it),
		with_iface(time_and_hash_of_the_device_are_those_of_the_packet),
		with_iface(a_packet_without_a_time_of_the_device_has_none),
		with_iface(where_it_is_not_asked_for_the_time_is_ours),
		with_iface(one_that_comes_back_is_asked_again),
		with_iface(who_shares_is_not_asked_for_tags_but_for_what_is_named),
		with_iface(a_record_tells_who_has_sent_it),
		with_iface(what_became_of_packets_is_read_before_how_many_there_were),
		with_iface(counters_that_cannot_be_read_stay_as_they_are_and_are_told_of_once),
		with_iface(what_the_device_lost_is_counted_from_the_start_and_through_a_return),
		with_iface(a_count_of_the_device_that_goes_back_is_not_believed_any_more),
		with_iface(a_count_of_the_device_that_is_not_shown_any_more_is_unknown),
		with_iface(a_new_name_is_told_of_once),
		with_iface(each_time_that_the_link_goes_down_is_counted),
		with_iface(an_interface_that_disappears_ends_then),
		with_iface(a_member_of_a_bond_is_described_as_one),
		with_iface(a_member_that_leaves_its_bond_is_not_captured_any_more),
		with_iface(a_program_that_was_taken_off_is_told_of),
		with_iface(it_is_called_after_its_namespace),
		with_iface(what_is_found_by_its_number_is_looked_for_where_it_is),
		with_iface(what_is_found_by_its_number_stays_where_nobody_can_go),
		with_iface(a_link_needs_nobody_to_go_there),
		with_iface(a_namespace_is_not_held_by_promiscuous_mode),
		with_iface(one_that_comes_back_goes_on_from_its_first_start),
		with_iface(one_that_comes_back_without_native_mode_keeps_its_counters),
		with_iface(one_that_comes_back_without_what_is_wanted_stays_gone_until_it_has_that),
		with_iface(one_that_comes_back_with_another_program_stays_gone),
	};
	struct CMUnitTest tests[176];
	size_t n = 0;

	unit_of_table(receptions, whom_it_was_sent_to, tests, n);
	unit_of_table(headers, headers_are_those_of_the_bytes, tests, n);
	unit_of_table(losses, losses_are_told_once, tests, n);
	unit_of_table(stats, statistics_say_what_has_happened, tests, n);
	unit_of_table(starts, a_start, tests, n);
	unit_of_table(enters, it_cannot_be_entered, tests, n);
	unit_of_table(directions, packets_of_a_direction, tests, n);
	unit_of_table(shares, who_shares, tests, n);
	unit_of_table(untold, one_that_comes_back_untold, tests, n);
	unit_of_table(turned, one_that_comes_back_as_another, tests, n);
	memcpy(tests + n, others, sizeof(others));
	return unit_run("live_iface", tests, n + array_size(others));
}
