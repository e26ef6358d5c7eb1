// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Hooks: the same frames at XDP and at tc, which is attached here only, make the same records; and
 * a filter is replaced while packets flow. Needs root; what is sent goes over a veth pair in a
 * namespace of our own. With the argument "quick" only some filters and lengths, for machines that
 * are emulated, where a program takes seconds to load.
 */
#define PCAP_DONT_INCLUDE_PCAP_BPF_H
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/clsact.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/rings.h"
#include "tests/unit/translated.h"
#include "tests/unit/unit.h"

enum {
	TCX_INGRESS	= 46,		/* linux/bpf.h of 6.6 */
	TCX_EGRESS	= 47,
	SNAP		= 96,
	FRAME_MAX	= 9014,
	WHOLE_IP	= 54,		/* BPF_PROG_TEST_RUN wants an IP header to be whole */
	RUN_MAX		= 3000,
	TIMEOUT_SEC	= 60,
	N_FILTERS	= 8,
	ALWAYS		= 9,		/* the port that all filters of a run accept */
	FIRST		= 1000,		/* the port of the first filter */
	ENOUGH		= 200,		/* packets of each filter */
	/* frames sent ahead of those taken: they fit into the rings */
	WINDOW		= 100000,
	FRAMES_MAX	= 1 << 24,
	QUICK_STEP	= 4,
};

/* Of the filters and lengths of tests that load a program for each, every how manieth is tried. */
static size_t step = 1;

/* ---- hooks under test ---- */

/* Closed at the latest before the next test: one that fails does not come back. */
static struct rig {
	struct rings *rings;
	struct hook *hook;
} rigs[3];

static int close_rigs(void **state is_unused)
{
	for (size_t i = 0; i < array_size(rigs); i++) {
		rigs[i].hook = hook_close(rigs[i].hook);
		rigs[i].rings = rings_close(rigs[i].rings);
	}
	return 0;
}

static void open_rig(struct rig *r, const struct hook_ops *ops, struct hook_settings s,
		     size_t ring_size, const char *text)
{
	cleanup(to_ebpf_free) struct filter f = { .n = 0 };
	int err;

	s.filter = translate(&f, ops, text);
	assert_int_equal(rings_open(&r->rings, ring_size * sysconf(_SC_NPROCESSORS_ONLN), s.snap),
			 0);
	err = hook_open(&r->hook, ops, r->rings, &s);
	if (err)
		fail_msg("%s: cannot load: %s", ops->programs->section, strerror(-err));
}

static int replace(struct rig *r, const char *text)
{
	cleanup(to_ebpf_free) struct filter f = { .n = 0 };

	return hook_replace(r->hook, translate(&f, r->hook->ops, text), NULL);
}

/* The verdict, or -errno */
static int run(const struct rig *r, const uint8_t *data, uint32_t len, int *verdict)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = data, .data_size_in = len, .repeat = 1);
	int err = bpf_prog_test_run_opts(hook_program_fd(r->hook), &opts);

	*verdict = opts.retval;
	return err;
}

/* The next record, or NULL; what was taken before is released. */
static const struct event *take(const struct rig *r)
{
	const struct event *ev;

	rings_release(r->rings);
	rings_look(r->rings, UINT64_MAX);
	return rings_take(r->rings, &ev, 1) ? ev : NULL;
}

static struct counters counters_of(const struct rig *r)
{
	struct counters c;

	assert_int_equal(hook_counters(r->hook, POINT_ENTRY, &c), 0);
	return c;
}

static bool is_late(time_t since)
{
	return time(NULL) - since > TIMEOUT_SEC;
}

static void same_record(const char *where, const struct event *a, const struct event *b,
			enum event_hook at)
{
	struct event x = *a, y = *b;

	if (x.hook != EVENT_XDP || y.hook != at)
		fail_msg("%s: hooks %u and %u", where, x.hook, y.hook);
	x.hook = y.hook;
	if (y.queue == EVENT_NO_QUEUE)
		x.queue = y.queue;
	x.tai_ns = y.tai_ns;
	if (memcmp(&x, &y, sizeof(x)))
		fail_msg(
			"%s: the heads differ: length %u and %u, captured %u and %u, end %u and %u",
			where, x.len, y.len, x.caplen, y.caplen, x.hdr.end, y.hdr.end);
	if (memcmp(a->data, b->data, x.caplen))
		fail_msg("%s: the bytes differ", where);
}

/* ---- the same at tc ---- */

static const struct {
	const char *text;	/* a filter, or NULL */
	uint32_t snap;
	bool headers_only;
} alike[] = {
	{ NULL, SNAP, false },
	{ NULL, EVENT_SNAP_MAX, false },
	{ NULL, EVENT_SNAP_MAX, true },
	{ "tcp", SNAP, false },
	{ "udp port 53 or udp port 2000", EVENT_SNAP_MAX, false },
	{ "not ip", 14, false },
	{ "len > 100 and ip6", SNAP, true },
};

/* One frame through both; how many records it made. */
static unsigned run_both(const char *where, const uint8_t *data, uint32_t len)
{
	const struct event *a, *b;
	int at_xdp, at_tc;

	assert_int_equal(run(&rigs[0], data, len, &at_xdp), 0);
	assert_int_equal(run(&rigs[1], data, len, &at_tc), 0);
	assert_int_equal(at_xdp, XDP_PASS);
	assert_int_equal(at_tc, TC_ACT_UNSPEC);
	a = take(&rigs[0]);
	b = take(&rigs[1]);
	if (!a != !b)
		fail_msg("%s: captured at %s only", where, a ? "XDP" : "tc");
	if (a)
		same_record(where, a, b, EVENT_TC_OUT);
	return !!a;
}

static void records_at_tc_are_those_of_xdp(void **state is_unused)
{
	for (size_t i = 0; i < array_size(alike); i++) {
		const struct hook_settings s = { .snap = alike[i].snap,
						 .headers_only = alike[i].headers_only,
						 .iface = 7 };
		char why[PCAP_ERRBUF_SIZE], where[64];
		unsigned records = 0, frames = 0;
		struct counters c[2];
		struct pcap_pkthdr *h;
		const uint8_t *data;
		pcap_t *pcap = pcap_open_offline("tests/pcaps/mixed.pcap", why);

		assert_non_null(pcap);
		close_rigs(NULL);
		open_rig(&rigs[0], &hook_xdp, s, 1 << 20, alike[i].text);
		open_rig(&rigs[1], &hook_tc_out, s, 1 << 20, alike[i].text);
		for (unsigned n = 1; pcap_next_ex(pcap, &h, &data) == 1; n++) {
			snprintf(where, sizeof(where), "case %zu, frame %u", i, n);
			if (h->caplen < WHOLE_IP || h->caplen > RUN_MAX)
				continue;
			records += run_both(where, data, h->caplen);
			frames++;
		}
		pcap_close(pcap);
		c[0] = counters_of(&rigs[0]);
		c[1] = counters_of(&rigs[1]);
		assert_memory_equal(&c[0], &c[1], sizeof(c[0]));
		assert_int_equal(count_seen(&c[0]), frames);
		assert_int_equal(c[0].delivered, records);
		assert_true(records > 0 && (!alike[i].text == (records == frames)));
	}
}

/* ---- frames that are sent ---- */

struct probe {
	uint64_t seq;
	uint32_t filter;	/* the last one that was in its place for certain */
};

enum { PAYLOAD = 14 + 20 + 8, SMALL = 64 };

/* An Ethernet frame of @len bytes, IPv4, UDP to @port */
static void make_frame(uint8_t *f, uint32_t len, uint16_t port)
{
	const uint16_t ip_len = htons(len - 14), udp_len = htons(len - 34), to = htons(port),
		       from = htons(4000);

	memset(f, 0, len);
	memcpy(f, "\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x08\0\x45\0", 16);
	memcpy(f + 16, &ip_len, 2);
	memcpy(f + 22, "\x40\x11\0\0\x0a\0\0\x01\x0a\0\0\x02", 12);
	memcpy(f + 34, &from, 2);
	memcpy(f + 36, &to, 2);
	memcpy(f + 38, &udp_len, 2);
	for (uint32_t i = PAYLOAD; i < len; i++)
		f[i] = i % 251;
}

/* v0 and v1, whose frames v0 receives. False: there is no veth here. */
static bool make_pair(void)
{
	FILE *f = fopen("/proc/sys/net/ipv6/conf/default/disable_ipv6", "w");

	if (f) {
		fputs("1", f);
		fclose(f);
	}
	/* A shell that is busybox would take its own ip, which makes no veth. */
	if (system("ip=$(command -v /sbin/ip || command -v ip); $ip link del v0 2>/dev/null; "
		   "$ip link add v0 mtu 9000 type veth peer name v1 mtu 9000 && "
		   "$ip link set v0 arp off up && $ip link set v1 arp off up")) {
		print_message("# no veth pair can be made\n");
		return false;
	}
	return true;
}

static int open_sender(void)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex("v1") };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static const struct event *await(const struct rig *r)
{
	time_t since = time(NULL);
	const struct event *ev;

	while (!(ev = take(r)))
		if (is_late(since))
			fail_msg("no record");
	return ev;
}

/*
 * From a socket of packets a frame that is larger than a page has 14 bytes in the linear part and
 * the others in pages. Out at one end, in at the other at XDP, and in there at tc, it makes the
 * same record three times.
 */
static void frames_in_pieces_are_the_same_on_their_way_out_and_in(void **state is_unused)
{
	static const uint32_t lens[] = { 60, 600, 4000, 5000, 9014 };
	const struct hook_settings s = { .snap = EVENT_SNAP_MAX };
	const char *text = "udp dst port 2000 and udp[100] != 0";
	static uint8_t frame[FRAME_MAX];
	unsigned n = 0;
	int fd;

	if (!make_pair())
		skip();
	open_rig(&rigs[0], &hook_xdp, s, 1 << 20, text);
	open_rig(&rigs[1], &hook_tc_out, s, 1 << 20, text);
	open_rig(&rigs[2], &hook_tc_in, s, 1 << 20, text);
	if (hook_attach(rigs[1].hook, if_nametoindex("v1"), XDP_MODE_AUTO) == -EOPNOTSUPP) {
		print_message("# this kernel has no clsact\n");
		skip();
	}
	assert_int_equal(hook_attach(rigs[2].hook, if_nametoindex("v0"), XDP_MODE_AUTO), 0);
	assert_int_equal(hook_attach(rigs[0].hook, if_nametoindex("v0"), XDP_MODE_NATIVE), 0);
	fd = open_sender();
	for (size_t i = 0; i < array_size(lens); i++) {
		const struct event *xdp;

		for (uint16_t port = 1999; port <= 2000; port++) {
			make_frame(frame, lens[i], port);
			assert_int_equal(send(fd, frame, lens[i], 0), lens[i]);
		}
		if (lens[i] < 142) /* it has no udp[100] */
			continue;
		xdp = await(&rigs[0]);
		assert_int_equal(xdp->caplen, lens[i]);
		assert_memory_equal(xdp->data, frame, lens[i]);
		same_record("out", xdp, await(&rigs[1]), EVENT_TC_OUT);
		same_record("in", xdp, await(&rigs[2]), EVENT_TC_IN);
		n++;
	}
	close(fd);
	for (size_t i = 0; i < array_size(rigs); i++) {
		struct counters c = counters_of(&rigs[i]);

		assert_int_equal(count_seen(&c), 2 * array_size(lens));
		assert_int_equal(c.delivered, n);
		assert_int_equal(c.filtered.packets, 2 * array_size(lens) - n);
		assert_false(hook_is_lost(rigs[i].hook));
		hook_detach(rigs[i].hook);
	}
}

/* A program at tc that is not ours, attached as others attach theirs; a link, or -errno. */
static int attach_insns(const struct bpf_insn *insns, size_t n, const char *iface, int type)
{
	int fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "other", "GPL", insns, n, NULL), link;

	assert_true(fd >= 0);
	link = bpf_link_create(fd, if_nametoindex(iface), type, NULL);
	close(fd);
	return link;
}

/* ---- a tag beside the bytes ---- */

enum { TAGGED = 100, GSO_UDP_L4 = 5 /* linux/virtio_net.h of 6.2 */ };

/* With a tag, of type @tpid, for VLAN 5 with priority 3; @len is that of the whole frame. */
static void make_tagged(uint8_t *f, uint32_t len, uint16_t tpid)
{
	uint8_t plain[TAGGED] = { 0 };

	make_frame(plain, TAGGED, 2000);
	memcpy(f, plain, 12);
	f[12] = tpid >> 8;
	f[13] = tpid;
	f[14] = 0x60;
	f[15] = 5;
	memcpy(f + 16, plain + 12, len - 16);
}

static const struct {
	const char *text;
	bool holds;
} of_tagged[] = {
	{ "vlan 5 and udp port 2000", true },
	{ "vlan 6", false },
	{ "ip", false },
	{ "vlan and ip and udp dst port 2000 and len = 100", true },
	{ "ether[8:4] = 0x00000001", true },
	{ "ether[9:4] = 0x00000181", true },
	{ "ether[10:4] = 0x00018100", true },
	{ "ether[11:4] = 0x01810060", true },
	{ "ether[12:4] = 0x81006005", true },
	{ "ether[13:4] = 0x00600508", true },
	{ "ether[14:4] = 0x60050800", true },
	{ "ether[15:4] = 0x05080045", true },
	{ "ether[16:4] = 0x08004500", true },
	{ "ether[11:2] = 0x0181 and ether[12:2] = 0x8100 and ether[13:2] = 0x60", true },
	{ "ether[14:2] = 0x6005 and ether[15:2] = 0x0508 and ether[16:2] = 0x0800", true },
	{ "ether[11] = 1 and ether[12] = 0x81 and ether[13] = 0 and ether[14] = 0x60", true },
	{ "ether[15] = 5 and ether[16] = 8 and ether[99] = 95", true },
	{ "ether[96:4] = 0x5c5d5e5f", true },
	{ "ether[97:4] = 0", false },
	{ "not ether[97:4] = 0", false },	/* behind the end: libpcap rejects it */
};

static const uint16_t tag_types[] = { 0x8100, 0x88a8 };
static const uint32_t tagged_lens[] = { 20, 21, 46, TAGGED };
static const uint32_t tagged_snaps[] = { 1, 12, 13, 14, 15, 16, 17, 40, EVENT_SNAP_MAX };

/* At XDP and at tc */
static void check_put_back(int fd, uint32_t snap, uint32_t len, uint16_t tpid)
{
	uint8_t frame[TAGGED];
	const struct event *xdp;
	char where[64];

	make_tagged(frame, len, tpid);
	assert_int_equal(send(fd, frame, len, 0), len);
	xdp = await(&rigs[0]);
	assert_int_equal(xdp->len, len);
	assert_memory_equal(xdp->data, frame, min_of(len, snap));
	snprintf(where, sizeof(where), "length %u, snapshot %u, type %#x", len, snap, tpid);
	same_record(where, xdp, await(&rigs[2]), EVENT_TC_IN);
}

/* The receiving end takes the tag off the bytes between XDP and tc. */
static void a_tag_beside_the_bytes_is_put_back(void **state is_unused)
{
	const struct hook_settings s = { .snap = EVENT_SNAP_MAX };
	uint8_t frame[TAGGED];
	int fd;

	if (!make_pair())
		skip();
	fd = open_sender();
	for (size_t i = 0; i < array_size(of_tagged); i += step) {
		struct counters c;

		close_rigs(NULL);
		open_rig(&rigs[0], &hook_xdp, s, 1 << 20, NULL);
		open_rig(&rigs[2], &hook_tc_in, s, 1 << 20, of_tagged[i].text);
		if (hook_attach(rigs[2].hook, if_nametoindex("v0"), XDP_MODE_AUTO) == -EOPNOTSUPP)
			skip();
		assert_int_equal(hook_attach(rigs[0].hook, if_nametoindex("v0"), XDP_MODE_NATIVE),
				 0);
		make_tagged(frame, TAGGED, 0x8100);
		assert_int_equal(send(fd, frame, TAGGED, 0), TAGGED);
		await(&rigs[0]);
		do
			c = counters_of(&rigs[2]);
		while (!count_seen(&c));
		if (c.all.packets != of_tagged[i].holds)
			fail_msg("%s: %s", of_tagged[i].text,
				 of_tagged[i].holds ? "does not match" : "matches");
	}
	for (size_t i = 0; i < array_size(tagged_snaps); i += step) {
		const struct hook_settings cut = { .snap = tagged_snaps[i] };

		close_rigs(NULL);
		open_rig(&rigs[0], &hook_xdp, cut, 1 << 20, NULL);
		open_rig(&rigs[2], &hook_tc_in, cut, 1 << 20, NULL);
		assert_int_equal(hook_attach(rigs[2].hook, if_nametoindex("v0"), XDP_MODE_AUTO), 0);
		assert_int_equal(hook_attach(rigs[0].hook, if_nametoindex("v0"), XDP_MODE_NATIVE),
				 0);
		for (size_t n = 0; n < array_size(tagged_lens) * array_size(tag_types); n++)
			check_put_back(fd, cut.snap, tagged_lens[n / array_size(tag_types)],
				       tag_types[n % array_size(tag_types)]);
	}
	close(fd);
}

/* ---- what the device knows ---- */

/*
 * What v1 sends has a tag beside its bytes, of type @tpid, for VLAN 5 with priority 3: as a device
 * leaves it. A link, or -errno.
 */
static int tag_beside(uint16_t tpid)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = htons(tpid) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .imm = 3 << 13 | 5 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_skb_vlan_push },
		{ .code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = TC_ACT_OK },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return attach_insns(insns, array_size(insns), "v1", TCX_EGRESS);
}

/* @frame without its tag, which is put on again. */
static void send_tagged(int fd, const uint8_t *frame, uint32_t len)
{
	uint8_t plain[TAGGED];

	memcpy(plain, frame, 12);
	memcpy(plain + 12, frame + 16, len - 16);
	assert_int_equal(send(fd, plain, len - 4, 0), len - 4);
}

/* Skips where the kernel has no such programs, or no tags for them. */
static void open_device(struct hook_settings s, const char *text)
{
	cleanup(to_ebpf_free) struct filter f = { .n = 0 };
	int err;

	close_rigs(NULL);
	s.ifindex = if_nametoindex("v0");
	s.filter = translate(&f, &hook_device, text);
	assert_int_equal(rings_open(&rigs[0].rings, 1 << 21, s.snap + 8 * EVENT_META_MAX), 0);
	err = hook_open(&rigs[0].hook, &hook_device, rigs[0].rings, &s);
	if (err) {
		print_message("# this kernel does not tell a program what the device knows: %s\n",
			      strerror(-err));
		skip();
	}
	assert_int_equal(hook_attach(rigs[0].hook, s.ifindex, XDP_MODE_NATIVE), 0);
}

static void skip_without_tags(int tagger)
{
	if (tagger >= 0)
		return;
	print_message("# this kernel has no tcx\n");
	skip();
}

static void a_filter_sees_the_tag_that_the_device_took_off(void **state is_unused)
{
	const struct hook_settings s = { .snap = EVENT_SNAP_MAX, .device = DEVICE_TAG };
	uint8_t frame[TAGGED];
	struct counters c;
	int fd, tagger;

	if (!make_pair())
		skip();
	fd = open_sender();
	tagger = tag_beside(0x8100);
	skip_without_tags(tagger);
	make_tagged(frame, TAGGED, 0x8100);
	for (size_t i = 0; i < array_size(of_tagged); i += step) {
		open_device(s, of_tagged[i].text);
		send_tagged(fd, frame, TAGGED);
		do
			c = counters_of(&rigs[0]);
		while (!count_seen(&c));
		if (c.all.packets != of_tagged[i].holds)
			fail_msg("%s: %s", of_tagged[i].text,
				 of_tagged[i].holds ? "does not match" : "matches");
		assert_int_equal(c.all.bytes + c.filtered.bytes, TAGGED);
	}
	close(tagger);
	open_device(s, "udp port 2000 and not vlan and len = 100");
	make_frame(frame, TAGGED, 2001);
	assert_int_equal(send(fd, frame, TAGGED, 0), TAGGED);
	make_frame(frame, TAGGED, 2000);
	assert_int_equal(send(fd, frame, TAGGED, 0), TAGGED);
	assert_memory_equal(await(&rigs[0])->data + 8 * META_DEVICE_WORDS, frame, TAGGED);
	c = counters_of(&rigs[0]);
	assert_int_equal(c.filtered.packets, 1);
	close(fd);
}

/* Only what is asked for; a veth knows the hash of what has ports, and no time. */
static void time_and_hash_of_the_device_are_in_the_record(void **state is_unused)
{
	static const struct {
		uint8_t device;
		bool udp, hashed;
	} cases[] = {
		{ DEVICE_TIME | DEVICE_HASH | DEVICE_TAG, true, true },
		{ DEVICE_TIME | DEVICE_HASH, false, false },
		{ DEVICE_TIME | DEVICE_TAG, true, false },
	};
	uint8_t frame[SMALL];
	int fd;

	if (!make_pair())
		skip();
	fd = open_sender();
	for (size_t i = 0; i < array_size(cases); i++) {
		const struct hook_settings s = { .snap = SNAP, .device = cases[i].device };
		const struct event *ev;
		uint64_t words[META_DEVICE_WORDS];

		open_device(s, NULL);
		make_frame(frame, sizeof(frame), 2000);
		if (!cases[i].udp)
			memcpy(frame + 12, "\x88\xb5", 2);
		assert_int_equal(send(fd, frame, sizeof(frame), 0), sizeof(frame));
		ev = await(&rigs[0]);
		assert_int_equal(ev->meta, META_DEVICE);
		memcpy(words, ev->data, sizeof(words));
		assert_int_equal(words[META_TIME], 0);
		assert_int_equal(words[META_HASH] >> 32 != 0, cases[i].hashed);
		assert_int_equal((uint32_t)words[META_HASH] != 0, cases[i].hashed);
		assert_memory_equal(ev->data + 8 * META_DEVICE_WORDS, frame, sizeof(frame));
	}
	close(fd);
}

static void what_is_bound_to_a_device_is_for_it_alone_and_native(void **state is_unused)
{
	const struct hook_settings s = { .snap = SNAP, .device = DEVICE_TAG };

	if (!make_pair())
		skip();
	open_device(s, NULL);
	hook_detach(rigs[0].hook);
	assert_int_equal(hook_attach(rigs[0].hook, if_nametoindex("v0"), XDP_MODE_GENERIC),
			 -EINVAL);
	assert_int_equal(hook_attach(rigs[0].hook, if_nametoindex("v1"), XDP_MODE_NATIVE), -EINVAL);
	assert_int_equal(hook_attach(rigs[0].hook, if_nametoindex("v0"), XDP_MODE_NATIVE), 0);
}

static void what_is_bound_to_another_device_or_none_counts_on(void **state is_unused)
{
	const struct hook_settings s = { .snap = SNAP, .device = DEVICE_TAG };
	const int ifindex = make_pair() ? (int)if_nametoindex("v0") : 0;
	uint8_t frame[SMALL];
	struct counters c;
	int fd;

	if (!ifindex)
		skip();
	fd = open_sender();
	make_frame(frame, sizeof(frame), 2000);
	open_device(s, NULL);
	assert_int_equal(send(fd, frame, sizeof(frame), 0), sizeof(frame));
	assert_int_equal(await(&rigs[0])->meta, META_DEVICE);
	rings_release(rigs[0].rings);
	hook_detach(rigs[0].hook);
	assert_int_equal(hook_rebind(rigs[0].hook, &hook_xdp, ifindex, 0, NULL, NULL), 0);
	assert_int_equal(hook_attach(rigs[0].hook, ifindex, XDP_MODE_GENERIC), 0);
	assert_int_equal(send(fd, frame, sizeof(frame), 0), sizeof(frame));
	assert_int_equal(await(&rigs[0])->meta, META_NONE);
	rings_release(rigs[0].rings);
	hook_detach(rigs[0].hook);
	/* there is no such device, and nothing has changed by that */
	assert_true(hook_rebind(rigs[0].hook, &hook_device, 12345, DEVICE_TAG, NULL, NULL) < 0);
	assert_int_equal(hook_attach(rigs[0].hook, ifindex, XDP_MODE_GENERIC), 0);
	hook_detach(rigs[0].hook);
	assert_int_equal(hook_rebind(rigs[0].hook, &hook_device, ifindex, DEVICE_TAG, NULL, NULL),
			 0);
	assert_int_equal(hook_attach(rigs[0].hook, ifindex, XDP_MODE_NATIVE), 0);
	assert_int_equal(send(fd, frame, sizeof(frame), 0), sizeof(frame));
	assert_int_equal(await(&rigs[0])->meta, META_DEVICE);
	c = counters_of(&rigs[0]);
	assert_int_equal(c.delivered, 3);
	close(fd);
}

static void check_put_back_at_xdp(int fd, uint32_t snap, uint32_t len, uint16_t tpid)
{
	uint8_t frame[TAGGED];
	const struct event *ev;

	make_tagged(frame, len, tpid);
	send_tagged(fd, frame, len);
	ev = await(&rigs[0]);
	assert_int_equal(ev->len, len);
	assert_int_equal(ev->caplen, min_of(len, snap));
	assert_int_equal(ev->meta, META_DEVICE);
	assert_memory_equal(ev->data + 8 * META_DEVICE_WORDS, frame, ev->caplen);
	assert_int_equal(ev->hdr.n_tags, 1);
}

static void a_tag_that_the_device_took_off_is_put_back(void **state is_unused)
{
	int fd;

	if (!make_pair())
		skip();
	fd = open_sender();
	for (size_t i = 0; i < array_size(tagged_snaps); i += step) {
		const struct hook_settings s = { .snap = tagged_snaps[i], .device = DEVICE_TAG };

		open_device(s, NULL);
		for (size_t t = 0; t < array_size(tag_types); t++) {
			int tagger = tag_beside(tag_types[t]);

			skip_without_tags(tagger);
			for (size_t n = 0; n < array_size(tagged_lens); n++)
				check_put_back_at_xdp(fd, s.snap, tagged_lens[n], tag_types[t]);
			close(tagger);
		}
	}
	close(fd);
}

/* ---- what the device has still to do ---- */

/* As a stack with offloads hands it down. */
static void what_is_left_to_the_device_is_told(void **state is_unused)
{
	const struct hook_settings s = { .snap = SNAP };
	struct {
		struct virtio_net_hdr vnet;
		uint8_t frame[2000];
	} __attribute__((packed)) sent = { .vnet = { .flags = 0 } };
	const struct event *ev;
	int on = 1, fd;

	if (!make_pair())
		skip();
	open_rig(&rigs[1], &hook_tc_out, s, 1 << 20, NULL);
	if (hook_attach(rigs[1].hook, if_nametoindex("v1"), XDP_MODE_AUTO) == -EOPNOTSUPP)
		skip();
	fd = open_sender();
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)), 0);
	make_frame(sent.frame, 1000, 2000);
	assert_true(send(fd, &sent, sizeof(sent.vnet) + 1000, 0) > 0);
	ev = await(&rigs[1]);
	assert_int_equal(ev->flags, 0);
	assert_int_equal(ev->queue, EVENT_NO_QUEUE);
	sent.vnet = (struct virtio_net_hdr){
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 34, .csum_offset = 6,
	};
	assert_true(send(fd, &sent, sizeof(sent.vnet) + 1000, 0) > 0);
	assert_int_equal(await(&rigs[1])->flags, EVENT_CHECKSUM_PARTIAL);
	sent.vnet.gso_type = GSO_UDP_L4;
	sent.vnet.gso_size = 500;
	sent.vnet.hdr_len = PAYLOAD;
	make_frame(sent.frame, 2000, 2000);
	if (send(fd, &sent, sizeof(sent.vnet) + 2000, 0) > 0) {
		ev = await(&rigs[1]);
		assert_int_equal(ev->flags, EVENT_CHECKSUM_PARTIAL | EVENT_SEGMENTED);
		assert_int_equal(ev->len, 2000);
	} else {
		print_message("# this kernel takes no segments of UDP from a socket\n");
	}
	close(fd);
}

/* With a filter, too, which has its place behind all other functions of the program. */
static void what_we_send_is_ours(void **state is_unused)
{
	static const char *const texts[] = { NULL, "ether proto 0x0800", "ether proto 0x0801" };
	const struct hook_settings s = { .snap = SNAP };
	uint8_t frame[SMALL];
	char name[EVENT_COMM] = "";

	assert_int_equal(prctl(PR_GET_NAME, name), 0);
	for (size_t i = 0; i < array_size(texts); i++) {
		const struct event_process *process;
		const struct event *ev;
		int fd;

		if (!make_pair())
			skip();
		open_rig(&rigs[1], &hook_tc_process, s, 1 << 20, texts[i]);
		if (hook_attach(rigs[1].hook, if_nametoindex("v1"), XDP_MODE_AUTO) == -EOPNOTSUPP)
			skip();
		fd = open_sender();
		make_frame(frame, sizeof(frame), 2000);
		assert_true(send(fd, frame, sizeof(frame), 0) > 0);
		close(fd);
		if (i == 2) {
			assert_int_equal(counters_of(&rigs[1]).filtered.packets, 1);
			assert_null(take(&rigs[1]));
			break;
		}
		ev = await(&rigs[1]);
		process = (const struct event_process *)ev->data;
		assert_int_equal(ev->meta, META_PROCESS);
		assert_int_equal(process->pid, getpid());
		assert_int_equal(process->tid, gettid());
		assert_string_equal(process->name, name);
		assert_int_equal(ev->caplen, SMALL);
		assert_memory_equal(ev->data + sizeof(*process), frame, SMALL);
		close_rigs(NULL);
	}
}

/* ---- beside others ---- */

/* A program that lets nothing through. A link, or -errno. */
static int drop_all(const char *iface, int type)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = TC_ACT_SHOT },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return attach_insns(insns, array_size(insns), iface, type);
}

/* As packet sockets see it. */
static void what_others_drop_is_seen_on_the_way_in_and_not_on_the_way_out(void **state is_unused)
{
	const struct hook_settings s = { .snap = SNAP };
	uint8_t frame[SMALL];
	struct counters c;
	int fd, other;

	if (!make_pair())
		skip();
	other = drop_all("v0", TCX_INGRESS);
	if (other < 0) {
		print_message("# this kernel has no tcx\n");
		skip();
	}
	open_rig(&rigs[0], &hook_xdp, s, 1 << 20, NULL);
	open_rig(&rigs[1], &hook_tc_out, s, 1 << 20, NULL);
	open_rig(&rigs[2], &hook_tc_in, s, 1 << 20, NULL);
	assert_int_equal(hook_attach(rigs[0].hook, if_nametoindex("v0"), XDP_MODE_NATIVE), 0);
	assert_int_equal(hook_attach(rigs[2].hook, if_nametoindex("v0"), XDP_MODE_AUTO), 0);
	fd = open_sender();
	make_frame(frame, sizeof(frame), 1);
	assert_int_equal(send(fd, frame, sizeof(frame), 0), sizeof(frame));
	await(&rigs[0]);
	await(&rigs[2]);
	close(other);
	other = drop_all("v1", TCX_EGRESS);
	assert_int_equal(hook_attach(rigs[1].hook, if_nametoindex("v1"), XDP_MODE_AUTO), 0);
	send(fd, frame, sizeof(frame), 0);
	c = counters_of(&rigs[1]);
	assert_int_equal(count_seen(&c), 0);
	close(other);
	assert_int_equal(send(fd, frame, sizeof(frame), 0), sizeof(frame));
	await(&rigs[0]);
	await(&rigs[1]);
	c = counters_of(&rigs[0]);
	assert_int_equal(count_seen(&c), 2);
	close(fd);
}

/* ---- tc without links ---- */

/* As for ip above: busybox has a tc that knows nothing of this. */
#define TC	"$(command -v /sbin/tc || command -v tc)"

static unsigned filters_of(const char *iface, const char *way)
{
	char command[96], line[256];
	unsigned n = 0;
	FILE *p;

	snprintf(command, sizeof(command), TC " filter show dev %s %s", iface, way);
	p = popen(command, "r");
	assert_non_null(p);
	while (fgets(line, sizeof(line), p))
		n += !!strstr(line, "xdpdump_");
	pclose(p);
	return n;
}

static bool has_clsact(const char *iface)
{
	char command[96];

	snprintf(command, sizeof(command), TC " qdisc show dev %s | grep -q clsact", iface);
	return !system(command);
}

/*
 * One that captures there, and is killed; or, with @stays, does not end before it is told to by the
 * pipe.
 */
static pid_t left_behind(const struct rig *r, const char *iface, bool stays, int *end)
{
	int held[2];
	pid_t pid;

	assert_int_equal(pipe2(held, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct clsact c;
		char byte;

		prctl(PR_SET_NAME, stays ? "xdpdump" : "another");
		close(held[1]);
		if (clsact_attach(&c, if_nametoindex(iface), false, hook_program_fd(r->hook)))
			_exit(1);
		if (stays && read(held[0], &byte, 1))
			_exit(1);
		_exit(0);
	}
	close(held[0]);
	*end = held[1];
	return pid;
}

static void without_links_it_is_a_filter_that_goes_with_its_qdisc(void **state is_unused)
{
	const struct hook_settings s = { .snap = SNAP };
	struct clsact in = { .priority = 0 }, out = { .priority = 0 };
	uint8_t frame[SMALL];
	struct counters c;
	int fd, v0;

	if (!make_pair())
		skip();
	v0 = if_nametoindex("v0");
	open_rig(&rigs[1], &hook_tc_out, s, 1 << 20, NULL);
	open_rig(&rigs[2], &hook_tc_in, s, 1 << 20, NULL);
	if (clsact_attach(&in, v0, false, hook_program_fd(rigs[2].hook)) == -EOPNOTSUPP) {
		print_message("# this kernel has no clsact\n");
		skip();
	}
	assert_int_equal(clsact_attach(&out, if_nametoindex("v1"), true, hook_program_fd(rigs[1].hook)), 0);
	assert_true(in.made && out.made && filters_of("v0", "ingress") == 1);
	fd = open_sender();
	make_frame(frame, sizeof(frame), 1);
	assert_int_equal(send(fd, frame, sizeof(frame), 0), sizeof(frame));
	await(&rigs[1]);
	await(&rigs[2]);
	assert_int_equal(clsact_program(&in), object_program_id(rigs[2].hook->object));
	/* another program in its place sees what comes then */
	assert_int_equal(clsact_replace(&in, hook_program_fd(rigs[1].hook)), 0);
	assert_int_equal(clsact_program(&in), object_program_id(rigs[1].hook->object));
	assert_int_equal(send(fd, frame, sizeof(frame), 0), sizeof(frame));
	await(&rigs[1]);
	await(&rigs[1]);
	c = counters_of(&rigs[2]);
	assert_int_equal(count_seen(&c), 1);
	close(fd);
	/* in another namespace it is left alone, whatever has the same number there */
	in.netns++;
	assert_int_equal(clsact_program(&in), 0);
	assert_int_equal(clsact_replace(&in, hook_program_fd(rigs[2].hook)), -ENODEV);
	in.made = false;
	clsact_detach(&(struct clsact){ in.netns, in.ifindex, in.out, true, in.handle, in.priority });
	in.netns--;
	assert_int_equal(clsact_program(&in), object_program_id(rigs[1].hook->object));
	/* the qdisc stays for as long as somebody uses it */
	assert_int_equal(clsact_attach(&out, v0, true, hook_program_fd(rigs[1].hook)), 0);
	clsact_detach(&in);
	assert_int_equal(clsact_program(&in), 0);
	assert_true(has_clsact("v0") && filters_of("v0", "egress") == 1);
	clsact_detach(&out);
	assert_false(has_clsact("v0"));
	assert_true(has_clsact("v1"));
}

/* As a loader attaches it that has no name for it: cls_bpf wants none. */
static void attach_without_a_name(const char *iface, int prog_fd)
{
	char buf[MNL_SOCKET_BUFFER_SIZE];
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buf);
	struct tcmsg *tc = mnl_nlmsg_put_extra_header(msg, sizeof(*tc));
	struct mnl_socket *nl = mnl_socket_open(NETLINK_ROUTE);
	struct nlattr *nest;
	int n;

	msg->nlmsg_type = RTM_NEWTFILTER;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
	tc->tcm_ifindex = if_nametoindex(iface);
	tc->tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
	tc->tcm_info = TC_H_MAKE(7 << 16, htons(ETH_P_ALL));
	mnl_attr_put_strz(msg, TCA_KIND, "bpf");
	nest = mnl_attr_nest_start(msg, TCA_OPTIONS);
	mnl_attr_put_u32(msg, TCA_BPF_FD, prog_fd);
	mnl_attr_put_u32(msg, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	mnl_attr_nest_end(msg, nest);
	assert_int_equal(mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID), 0);
	assert_int_equal(mnl_socket_sendto(nl, msg, msg->nlmsg_len), msg->nlmsg_len);
	n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	assert_true(mnl_cb_run(buf, n, 0, mnl_socket_get_portid(nl), NULL, NULL) >= 0);
	mnl_socket_close(nl);
}

static bool has_theirs(const char *iface)
{
	char command[128];

	snprintf(command, sizeof(command),
		 TC " filter show dev %s ingress | grep -q 'pref 7 bpf.* handle'", iface);
	return !system(command);
}

static void a_filter_of_somebody_else_is_left_whatever_it_is_called(void **state is_unused)
{
	const struct hook_settings s = { .snap = SNAP };
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = TC_ACT_OK },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct clsact c = { .priority = 0 }, again = { .priority = 0 };
	int fd, v0;

	if (!make_pair())
		skip();
	v0 = if_nametoindex("v0");
	open_rig(&rigs[2], &hook_tc_in, s, 1 << 20, NULL);
	if (clsact_attach(&c, v0, false, hook_program_fd(rigs[2].hook)) == -EOPNOTSUPP)
		skip();
	fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "theirs", "GPL", insns, array_size(insns),
			   NULL);
	assert_true(fd >= 0);
	attach_without_a_name("v0", fd);
	close(fd);
	assert_true(has_theirs("v0"));
	assert_int_equal(clsact_attach(&again, v0, false, hook_program_fd(rigs[2].hook)), 0);
	assert_true(has_theirs("v0"));
	clsact_detach(&again);
	clsact_detach(&c);
	assert_true(has_clsact("v0") && has_theirs("v0"));
}

/* With its filter on the way in, and the qdisc that it has made. */
static void what_one_of_ours_has_left_is_taken_away(void **state)
{
	const struct hook_ops *const *ops = *state;
	const struct hook_settings s = { .snap = SNAP };
	struct clsact c = { .priority = 0 };
	int end, status, v0;
	pid_t pid;

	if (!make_pair())
		skip();
	v0 = if_nametoindex("v0");
	open_rig(&rigs[0], *ops, s, 1 << 20, NULL);
	open_rig(&rigs[2], &hook_tc_in, s, 1 << 20, NULL);
	pid = left_behind(&rigs[0], "v0", false, &end);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(end);
	if (status)
		skip();
	assert_int_equal(filters_of("v0", "ingress"), 1);
	/* it is held by this process, which so is one of ours */
	assert_int_equal(clsact_attach(&c, v0, false, hook_program_fd(rigs[2].hook)), 0);
	assert_int_equal(filters_of("v0", "ingress"), 2);
	clsact_detach(&c);
	assert_true(has_clsact("v0") && filters_of("v0", "ingress") == 1);
	rigs[0].hook = hook_close(rigs[0].hook);
	assert_int_equal(clsact_attach(&c, v0, true, hook_program_fd(rigs[2].hook)), 0);
	assert_int_equal(filters_of("v0", "ingress"), 0);
	assert_int_equal(filters_of("v0", "egress"), 1);
	clsact_detach(&c);
	assert_false(has_clsact("v0"));
}

static void nothing_is_taken_away_from_one_that_runs(void **state is_unused)
{
	const struct hook_settings s = { .snap = SNAP };
	struct clsact c = { .priority = 0 };
	int end, status, v0;
	pid_t pid;

	if (!make_pair())
		skip();
	v0 = if_nametoindex("v0");
	open_rig(&rigs[1], &hook_tc_in, s, 1 << 20, NULL);
	open_rig(&rigs[2], &hook_tc_in, s, 1 << 20, NULL);
	if (clsact_attach(&c, v0, false, hook_program_fd(rigs[2].hook)) == -EOPNOTSUPP)
		skip();
	clsact_detach(&c);
	pid = left_behind(&rigs[1], "v0", true, &end);
	while (!filters_of("v0", "ingress"))
		sched_yield();
	rigs[1].hook = hook_close(rigs[1].hook);
	assert_int_equal(clsact_attach(&c, v0, false, hook_program_fd(rigs[2].hook)), 0);
	assert_int_equal(filters_of("v0", "ingress"), 2);
	clsact_detach(&c);
	close(end);
	waitpid(pid, &status, 0);
}

static void a_qdisc_of_somebody_else_stays(void **state is_unused)
{
	const struct hook_settings s = { .snap = SNAP };
	struct clsact c = { .priority = 0 }, again = { .priority = 0 };
	int v0;

	if (!make_pair() || system(TC " qdisc add dev v0 clsact"))
		skip();
	v0 = if_nametoindex("v0");
	open_rig(&rigs[2], &hook_tc_in, s, 1 << 20, NULL);
	assert_int_equal(clsact_attach(&c, v0, false, hook_program_fd(rigs[2].hook)), 0);
	assert_int_equal(clsact_attach(&again, v0, true, hook_program_fd(rigs[2].hook)), 0);
	clsact_detach(&again);
	clsact_detach(&c);
	assert_true(has_clsact("v0"));
	assert_int_equal(filters_of("v0", "ingress") + filters_of("v0", "egress"), 0);
}

/* ---- a trigger ---- */

enum { BEHIND = SNAP + 20, MARKED = 0x77 };

/* Its record, of a frame that has the byte behind the snapshot length, or has it not, to @port. */
static uint8_t flags_for(const struct rig *r, uint16_t port, bool marked)
{
	uint8_t frame[2 * SNAP + 64];
	const struct event *ev;
	int verdict;

	make_frame(frame, sizeof(frame), port);
	frame[BEHIND] = marked ? MARKED : 0;
	assert_int_equal(run(r, frame, sizeof(frame), &verdict), 0);
	ev = take(r);
	assert_true(!ev || ev->caplen == SNAP);
	return ev ? ev->flags & (EVENT_TRIED | EVENT_TRIGGERS) : 0;
}

/* The program has seen all of the frame; what the filter rejects triggers nothing. */
static void check_trigger(const struct rig *r)
{
	assert_int_equal(flags_for(r, ALWAYS, false), EVENT_TRIED);
	assert_int_equal(flags_for(r, ALWAYS, true), EVENT_TRIED | EVENT_TRIGGERS);
	assert_int_equal(flags_for(r, ALWAYS + 1, true), 0);
}

static void the_record_says_what_the_trigger_has_seen(void **state)
{
	const struct hook_ops *ops = *(const struct hook_ops *const *)*state;
	cleanup(to_ebpf_free) struct filter f = { .n = 0 };
	struct hook_settings s = { .snap = SNAP };
	char text[64], filter[64];
	struct rig *r = &rigs[0];

	snprintf(text, sizeof(text), "udp and ether[%d] = 0x%x", BEHIND, MARKED);
	snprintf(filter, sizeof(filter), "udp dst port %d", ALWAYS);
	s.trigger = translate(&f, ops, text);
	open_rig(r, ops, s, 1 << 20, filter);
	check_trigger(r);
	assert_int_equal(counters_of(r).triggers, 1);
	/* with another filter as well */
	snprintf(filter, sizeof(filter), "port %d", ALWAYS);
	assert_int_equal(replace(r, filter), 0);
	check_trigger(r);
	assert_int_equal(replace(r, NULL), 0);
	assert_int_equal(flags_for(r, ALWAYS + 1, true), EVENT_TRIED | EVENT_TRIGGERS);
	assert_int_equal(counters_of(r).triggers, 3);
	assert_int_equal(counters_of(r).delivered, 5);
	/* and without one nothing is said */
	close_rigs(NULL);
	s.trigger = NULL;
	open_rig(r, ops, s, 1 << 20, NULL);
	assert_int_equal(flags_for(r, ALWAYS, true), 0);
	assert_int_equal(counters_of(r).triggers, 0);
}

static void a_trigger_that_has_no_place_is_refused(void **state is_unused)
{
	struct bpf_insn deep[] = {
		{ .code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = BPF_REG_10,
		  .off = -FILTER_ROOM - 4 },
		{ .code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const struct filter f = { .insns = deep, .n = array_size(deep) };
	const struct hook_settings s = { .snap = SNAP, .trigger = &f };

	assert_int_equal(rings_open(&rigs[0].rings, 1 << 20, SNAP), 0);
	assert_int_equal(hook_open(&rigs[0].hook, &hook_xdp, rigs[0].rings, &s), -ERANGE);
	assert_null(rigs[0].hook);
}

/* ---- another filter under traffic ---- */

/* What the sender and the one who replaces know of each other. */
static struct traffic {
	int fd;
	uint32_t filter;	/* in its place for certain */
	uint64_t n;		/* frames that were tried */
	uint64_t refused;	/* of these, by a full queue of the veth, which said so */
	uint64_t acked;		/* the highest number that came through, + 1 */
	bool stop;
	uint8_t came[FRAMES_MAX];	/* how often, by number */
	uint8_t sent[FRAMES_MAX];
} traffic;

static uint16_t port_of(uint64_t seq)
{
	uint64_t n = seq % (N_FILTERS + 1);

	return n ? FIRST + n - 1 : ALWAYS;
}

static void *send_all(void *ctx)
{
	struct traffic *t = ctx;
	uint8_t frame[SMALL];

	for (struct probe p = { .seq = 0 }; p.seq < FRAMES_MAX; p.seq++) {
		while (p.seq >= __atomic_load_n(&t->acked, __ATOMIC_RELAXED) + WINDOW &&
		       !__atomic_load_n(&t->stop, __ATOMIC_RELAXED))
			sched_yield();
		if (__atomic_load_n(&t->stop, __ATOMIC_RELAXED))
			break;
		make_frame(frame, sizeof(frame), port_of(p.seq));
		p.filter = __atomic_load_n(&t->filter, __ATOMIC_ACQUIRE);
		memcpy(frame + PAYLOAD, &p.seq, 8);
		memcpy(frame + PAYLOAD + 8, &p.filter, 4);
		t->sent[p.seq] = send(t->fd, frame, sizeof(frame), 0) == sizeof(frame);
		t->refused += !t->sent[p.seq];
		__atomic_store_n(&t->n, p.seq + 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* Frames that the veth has dropped, also those that it said nothing of (Linux 6.1). */
static uint64_t dropped_by_veth(void)
{
	unsigned long long dropped = UINT64_MAX;
	FILE *f = fopen("/proc/net/dev", "r");
	char line[512];

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		sscanf(line, " v1: %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %llu", &dropped);
	fclose(f);
	return dropped;
}

/* Takes what is there; @per_port gets how many of the ports of the filters. Returns the number of
 * records. */
static uint64_t drain(const struct rig *r, struct traffic *t, unsigned per_port[static N_FILTERS])
{
	const struct event *ev;
	uint64_t n = 0;

	for (rings_look(r->rings, UINT64_MAX); rings_take(r->rings, &ev, 1); n++) {
		struct probe p = { .seq = 0 };
		uint16_t port = ev->hdr.dport;

		memcpy(&p.seq, ev->data + PAYLOAD, 8);
		memcpy(&p.filter, ev->data + PAYLOAD + 8, 4);
		assert_true(p.seq < FRAMES_MAX && port == port_of(p.seq));
		if (t->came[p.seq]++)
			fail_msg("frame %llu has come twice", (unsigned long long)p.seq);
		if (port != ALWAYS && p.filter > (unsigned)port - FIRST)
			fail_msg(
				"a frame of filter %u was sent when %u was in its place, and captured",
				port - FIRST, p.filter);
		if (port != ALWAYS)
			per_port[port - FIRST]++;
		if (p.seq >= t->acked)
			__atomic_store_n(&t->acked, p.seq + 1, __ATOMIC_RELAXED);
		assert_int_equal(ev->lost, 0);
	}
	rings_release(r->rings);
	return n;
}

static const char *filter_text(unsigned n, char out[static 64])
{
	snprintf(out, 64, "udp dst port %u or udp dst port %u", ALWAYS, FIRST + n);
	return out;
}

/* Under each filter enough packets of its own come. Returns how many were taken. */
static uint64_t replace_all(struct rig *r, struct traffic *t, uint64_t *sent_meanwhile)
{
	unsigned per_port[N_FILTERS] = { 0 };
	uint64_t taken = 0;
	char text[64];

	for (unsigned i = 0; i < N_FILTERS; i++) {
		uint64_t before = __atomic_load_n(&t->n, __ATOMIC_RELAXED);
		time_t since = time(NULL);

		if (i) {
			assert_int_equal(replace(r, filter_text(i, text)), 0);
			__atomic_store_n(&t->filter, i, __ATOMIC_RELEASE);
			*sent_meanwhile += __atomic_load_n(&t->n, __ATOMIC_RELAXED) - before;
		}
		while (per_port[i] < ENOUGH) {
			taken += drain(r, t, per_port);
			if (is_late(since))
				fail_msg("filter %u: %u packets have come", i, per_port[i]);
		}
		assert_false(hook_is_lost(r->hook));
	}
	return taken;
}

/* All that was sent has been seen, once, and what every filter accepts has come. */
static void check_books(const struct rig *r, struct traffic *t, uint64_t taken, uint64_t dropped)
{
	const uint64_t arrived = t->n - dropped;
	unsigned per_port[N_FILTERS] = { 0 };
	time_t since = time(NULL);
	uint64_t missing = 0;
	struct counters c;

	do {
		c = counters_of(r);
		taken += drain(r, t, per_port);
	} while (count_seen(&c) < arrived && !is_late(since));
	taken += drain(r, t, per_port);
	assert_int_equal(count_seen(&c), arrived);
	assert_int_equal(c.filtered.packets + c.delivered + c.ring_full + c.error, arrived);
	assert_int_equal(c.ring_full + c.error, 0);
	assert_int_equal(c.delivered, taken);
	for (uint64_t seq = 0; seq < t->n; seq++)
		missing += t->sent[seq] && port_of(seq) == ALWAYS && !t->came[seq];
	assert_true(missing <= dropped - t->refused);
	print_message("# %llu frames, %llu captured, %llu dropped by the veth\n",
		      (unsigned long long)t->n, (unsigned long long)taken,
		      (unsigned long long)dropped);
}

static void replace_under_traffic(enum xdp_mode mode)
{
	struct rig *r = &rigs[0];
	uint64_t taken, sent_meanwhile = 0;
	pthread_t sender;
	char text[64];

	if (!make_pair())
		skip();
	memset(&traffic, 0, sizeof(traffic));
	open_rig(r, &hook_xdp, (struct hook_settings){ .snap = SNAP }, 8 << 20,
		 filter_text(0, text));
	assert_int_equal(hook_attach(r->hook, if_nametoindex("v0"), mode), 0);
	traffic.fd = open_sender();
	assert_int_equal(pthread_create(&sender, NULL, send_all, &traffic), 0);
	taken = replace_all(r, &traffic, &sent_meanwhile);
	traffic.stop = true;
	pthread_join(sender, NULL);
	close(traffic.fd);
	assert_true(sent_meanwhile > 0);
	check_books(r, &traffic, taken, dropped_by_veth());
}

static void a_filter_is_replaced_while_packets_flow(void **state is_unused)
{
	replace_under_traffic(XDP_MODE_NATIVE);
}

static void a_filter_is_replaced_in_generic_mode(void **state is_unused)
{
	replace_under_traffic(XDP_MODE_GENERIC);
}

static void losses_before_are_told_behind(void **state is_unused)
{
	struct rig *r = &rigs[0];
	uint8_t frame[SMALL];
	const struct event *ev;
	struct counters c;
	int verdict;

	make_frame(frame, sizeof(frame), ALWAYS);
	open_rig(r, &hook_xdp, (struct hook_settings){ .snap = SNAP }, 1, "udp");
	for (int i = 0; i < 100; i++)
		assert_int_equal(run(r, frame, sizeof(frame), &verdict), 0);
	c = counters_of(r);
	assert_true(c.ring_full > 0 && c.delivered > 0);
	assert_int_equal(replace(r, NULL), 0);
	for (uint64_t i = 0; i < c.delivered; i++)
		assert_non_null(take(r));
	assert_null(take(r));
	assert_int_equal(run(r, frame, sizeof(frame), &verdict), 0);
	ev = take(r);
	assert_non_null(ev);
	assert_int_equal(ev->lost, c.ring_full);
	assert_int_equal(counters_of(r).all.packets, 101);
}

static void a_filter_that_the_kernel_refuses_leaves_the_one_before(void **state is_unused)
{
	struct bpf_insn nothing[] = { [8] = { .code = BPF_JMP | BPF_EXIT } };
	const struct filter bad = { .insns = nothing, .n = array_size(nothing) };
	struct rig *r = &rigs[0];
	uint8_t frame[SMALL];
	int verdict, err;

	if (!make_pair())
		skip();
	open_rig(r, &hook_xdp, (struct hook_settings){ .snap = SNAP }, 1 << 20,
		 "udp dst port 1000");
	assert_int_equal(hook_attach(r->hook, if_nametoindex("v0"), XDP_MODE_NATIVE), 0);
	err = hook_replace(r->hook, &bad, NULL);
	assert_true(err < 0);
	assert_false(hook_is_lost(r->hook));
	for (uint16_t port = 999; port <= 1001; port++) {
		make_frame(frame, sizeof(frame), port);
		assert_int_equal(run(r, frame, sizeof(frame), &verdict), 0);
	}
	assert_int_equal(await(r)->hdr.dport, 1000);
	assert_null(take(r));
}

int main(int argc, char **argv)
{
	const struct hook_ops *xdp = &hook_xdp, *in = &hook_tc_in, *process = &hook_tc_process;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(records_at_tc_are_those_of_xdp, close_rigs),
		cmocka_unit_test_teardown(frames_in_pieces_are_the_same_on_their_way_out_and_in,
					  close_rigs),
		cmocka_unit_test_teardown(a_tag_beside_the_bytes_is_put_back, close_rigs),
		cmocka_unit_test_teardown(a_tag_that_the_device_took_off_is_put_back, close_rigs),
		cmocka_unit_test_teardown(what_is_bound_to_another_device_or_none_counts_on, close_rigs),
		cmocka_unit_test_teardown(a_filter_sees_the_tag_that_the_device_took_off, close_rigs),
		cmocka_unit_test_teardown(time_and_hash_of_the_device_are_in_the_record, close_rigs),
		cmocka_unit_test_teardown(what_is_bound_to_a_device_is_for_it_alone_and_native,
					  close_rigs),
		cmocka_unit_test_teardown(what_is_left_to_the_device_is_told, close_rigs),
		cmocka_unit_test_teardown(what_we_send_is_ours, close_rigs),
		cmocka_unit_test_teardown(
			what_others_drop_is_seen_on_the_way_in_and_not_on_the_way_out, close_rigs),
		cmocka_unit_test_teardown(without_links_it_is_a_filter_that_goes_with_its_qdisc,
					  close_rigs),
		cmocka_unit_test_teardown(
			a_filter_of_somebody_else_is_left_whatever_it_is_called, close_rigs),
		{ "what_one_of_ours_has_left_is_taken_away",
		  what_one_of_ours_has_left_is_taken_away, NULL, close_rigs,
		  &in },
		{ "so_it_is_if_that_told_of_processes", what_one_of_ours_has_left_is_taken_away,
		  NULL, close_rigs,
		  &process },
		cmocka_unit_test_teardown(nothing_is_taken_away_from_one_that_runs, close_rigs),
		cmocka_unit_test_teardown(a_qdisc_of_somebody_else_stays, close_rigs),
		{ "the_record_says_what_the_trigger_has_seen",
		  the_record_says_what_the_trigger_has_seen, NULL,
		  close_rigs, &xdp },
		{ "the_record_at_tc_says_it", the_record_says_what_the_trigger_has_seen, NULL,
		  close_rigs, &in },
		cmocka_unit_test_teardown(a_trigger_that_has_no_place_is_refused, close_rigs),
		cmocka_unit_test_teardown(a_filter_is_replaced_while_packets_flow, close_rigs),
		cmocka_unit_test_teardown(a_filter_is_replaced_in_generic_mode, close_rigs),
		cmocka_unit_test_teardown(losses_before_are_told_behind, close_rigs),
		cmocka_unit_test_teardown(a_filter_that_the_kernel_refuses_leaves_the_one_before,
					  close_rigs),
	};

	if (argc > 1 && !strcmp(argv[1], "quick"))
		step = QUICK_STEP;
	object_set_log(OBJECT_SILENT);
	if (geteuid() || unshare(CLONE_NEWNET)) {
		puts("1..0 # SKIP needs root (CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON)");
		return 77;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
