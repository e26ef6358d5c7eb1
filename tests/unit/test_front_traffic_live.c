// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * In front of a program that passes, drops, shortens and sends back, and redirects to an interface
 * and into an AF_XDP socket, while frames come: each arrives where it says, and is seen before and
 * after. Attached and loaded in all ways there are. Needs root; on veth pairs in a namespace of our
 * own.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/filter/expr.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/rings.h"
#include "capture/kernel/takeover.h"
#include "capture/packet/packet.h"
#include "tests/unit/insns.h"
#include "tests/xdp/crossroads.h"

enum {
	TIMEOUT_SEC = 60,
	PROTO = 0x88b5,		/* of IEEE 802, for experiments */
	FRAME = 64,
	EACH = 20,		/* frames of each way */
	SOCKET_FRAMES = 64,
	SOCKET_FRAME = 2048,
};

/* ---- an AF_XDP socket: frames are copied into its memory, and come out of a ring ---- */

struct sink {
	int fd;
	uint8_t *memory, *fill, *rx;
	struct xdp_mmap_offsets off;
};

static uint32_t *word(uint8_t *ring, uint64_t off)
{
	return (uint32_t *)(ring + off);
}

static uint8_t *map_ring(int fd, int size_option, uint64_t size, off_t at)
{
	int n = SOCKET_FRAMES;
	void *ring;

	assert_int_equal(setsockopt(fd, SOL_XDP, size_option, &n, sizeof(n)), 0);
	ring = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, at);
	assert_ptr_not_equal(ring, MAP_FAILED);
	return ring;
}

static void sink_open(struct sink *s, int ifindex)
{
	struct xdp_umem_reg umem = { .len = SOCKET_FRAMES * SOCKET_FRAME, .chunk_size = SOCKET_FRAME };
	struct sockaddr_xdp to = { .sxdp_family = AF_XDP, .sxdp_flags = XDP_COPY,
				   .sxdp_ifindex = ifindex };
	socklen_t len = sizeof(s->off);
	int n = SOCKET_FRAMES;

	s->fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	assert_true(s->fd >= 0);
	s->memory = mmap(NULL, umem.len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			 0);
	assert_ptr_not_equal(s->memory, MAP_FAILED);
	umem.addr = (uintptr_t)s->memory;
	assert_int_equal(setsockopt(s->fd, SOL_XDP, XDP_UMEM_REG, &umem, sizeof(umem)), 0);
	assert_int_equal(getsockopt(s->fd, SOL_XDP, XDP_MMAP_OFFSETS, &s->off, &len), 0);
	assert_int_equal(setsockopt(s->fd, SOL_XDP, XDP_UMEM_COMPLETION_RING, &n, sizeof(n)), 0);
	s->fill = map_ring(s->fd, XDP_UMEM_FILL_RING,
			   s->off.fr.desc + SOCKET_FRAMES * sizeof(uint64_t),
			   XDP_UMEM_PGOFF_FILL_RING);
	s->rx = map_ring(s->fd, XDP_RX_RING,
			 s->off.rx.desc + SOCKET_FRAMES * sizeof(struct xdp_desc),
			 XDP_PGOFF_RX_RING);
	for (unsigned i = 0; i < SOCKET_FRAMES; i++)
		((uint64_t *)(s->fill + s->off.fr.desc))[i] = i * SOCKET_FRAME;
	__atomic_store_n(word(s->fill, s->off.fr.producer), SOCKET_FRAMES, __ATOMIC_RELEASE);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&to, sizeof(to)), 0);
}

/* How many frames have come, each of them one that was sent there. */
static unsigned sink_count(struct sink *s)
{
	unsigned n = __atomic_load_n(word(s->rx, s->off.rx.producer), __ATOMIC_ACQUIRE);

	for (unsigned i = 0; i < n && i < SOCKET_FRAMES; i++) {
		const struct xdp_desc *d = (struct xdp_desc *)(s->rx + s->off.rx.desc) + i;

		assert_int_equal(d->len, FRAME);
		assert_int_equal(s->memory[d->addr + 14], GO_SOCKET);
	}
	return n;
}

static void sink_close(struct sink *s)
{
	munmap(s->fill, s->off.fr.desc + SOCKET_FRAMES * sizeof(uint64_t));
	munmap(s->rx, s->off.rx.desc + SOCKET_FRAMES * sizeof(struct xdp_desc));
	munmap(s->memory, SOCKET_FRAMES * SOCKET_FRAME);
	close(s->fd);
}

/* ---- interfaces ---- */

/*
 * v0 is where the program is, v1 where frames come from; it redirects to w0, and they come out at
 * w1.
 */
static bool make_pairs(void)
{
	return !system("ip=$(command -v /sbin/ip || command -v ip); "
		       "$ip link del v0 2>/dev/null; $ip link del w0 2>/dev/null; "
		       "$ip link add v0 type veth peer name v1 && $ip link add w0 type veth peer name w1 && "
		       "for i in v0 v1 w0 w1; do $ip link set $i arp off up || exit 1; done");
}

/* A veth takes what is redirected or sent back to it when its peer has a program. */
static void let_in(const char *name)
{
	const struct bpf_insn pass[] = { SET(0, XDP_PASS), RETURN };
	int fd = insns_load("pass", pass, array_size(pass), BPF_XDP, 0);

	assert_int_equal(bpf_xdp_attach(if_nametoindex(name), fd, XDP_FLAGS_DRV_MODE, NULL), 0);
	close(fd);
}

/* Of what comes in there; it does not block. */
static int packet_socket(const char *name)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_protocol = htons(PROTO),
				  .sll_ifindex = if_nametoindex(name) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* ---- the program, and ours in front of it ---- */

static const struct way {
	const char *name;
	uint32_t mode;			/* flags of it */
	bool link;
	uint32_t type, flags;		/* with which it is loaded */
} ways[] = {
	{ "netlink_native", XDP_FLAGS_DRV_MODE, false, BPF_XDP, 0 },
	{ "netlink_native_frags", XDP_FLAGS_DRV_MODE, false, BPF_XDP, BPF_F_XDP_HAS_FRAGS },
	{ "netlink_native_type_0", XDP_FLAGS_DRV_MODE, false, 0, 0 },
	{ "netlink_native_type_0_frags", XDP_FLAGS_DRV_MODE, false, 0, BPF_F_XDP_HAS_FRAGS },
	{ "netlink_generic", XDP_FLAGS_SKB_MODE, false, BPF_XDP, 0 },
	{ "netlink_generic_frags", XDP_FLAGS_SKB_MODE, false, BPF_XDP, BPF_F_XDP_HAS_FRAGS },
	{ "netlink_generic_type_0", XDP_FLAGS_SKB_MODE, false, 0, 0 },
	{ "netlink_generic_type_0_frags", XDP_FLAGS_SKB_MODE, false, 0, BPF_F_XDP_HAS_FRAGS },
	{ "link_native", XDP_FLAGS_DRV_MODE, true, BPF_XDP, 0 },
	{ "link_native_frags", XDP_FLAGS_DRV_MODE, true, BPF_XDP, BPF_F_XDP_HAS_FRAGS },
	{ "link_native_type_0", XDP_FLAGS_DRV_MODE, true, 0, 0 },
	{ "link_native_type_0_frags", XDP_FLAGS_DRV_MODE, true, 0, BPF_F_XDP_HAS_FRAGS },
	{ "link_generic", XDP_FLAGS_SKB_MODE, true, BPF_XDP, 0 },
	{ "link_generic_frags", XDP_FLAGS_SKB_MODE, true, BPF_XDP, BPF_F_XDP_HAS_FRAGS },
	{ "link_generic_type_0", XDP_FLAGS_SKB_MODE, true, 0, 0 },
	{ "link_generic_type_0_frags", XDP_FLAGS_SKB_MODE, true, 0, BPF_F_XDP_HAS_FRAGS },
};

static struct {
	int ifindex;
	struct bpf_object *object;
	int target_fd, link_fd;
	int here, back, away;		/* packet sockets: passed, sent back, redirected */
	struct sink socket;
	struct takeover *takeover;
	struct rings *rings;
	struct hook *hook;
} rig;

static int map_of(const char *name)
{
	return bpf_object__find_map_fd_by_name(rig.object, name);
}

static void load(const struct way *w)
{
	uint32_t key = 0, away = if_nametoindex("w0");
	struct bpf_program *p;
	char path[200];

	snprintf(path, sizeof(path), "%s/tests/xdp/crossroads.bpf.o",
		 getenv("B") ? getenv("B") : "build");
	rig.object = bpf_object__open_file(path, NULL);
	assert_non_null(rig.object);
	p = bpf_object__next_program(rig.object, NULL);
	bpf_program__set_expected_attach_type(p, w->type);
	bpf_program__set_flags(p, w->flags);
	assert_int_equal(bpf_object__load(rig.object), 0);
	rig.target_fd = bpf_program__fd(p);
	assert_int_equal(bpf_map_update_elem(map_of("away"), &key, &away, 0), 0);
}

/* False: this kernel takes no such link. */
static bool attach(const struct way *w)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = w->mode);

	rig.link_fd = -1;
	if (!w->link) {
		assert_int_equal(bpf_xdp_attach(rig.ifindex, rig.target_fd, w->mode, NULL), 0);
		return true;
	}
	rig.link_fd = bpf_link_create(rig.target_fd, rig.ifindex, BPF_XDP, &opts);
	return rig.link_fd >= 0;
}

static void get_in_front(const struct filter *filter)
{
	struct hook_settings s = { .snap = FRAME, .iface = 1, .exit_iface = 2, .filter = filter,
				   .at = 1 << POINT_ENTRY | 1 << POINT_EXIT };

	assert_int_equal(takeover_open(&rig.takeover, rig.ifindex, NULL), 0);
	assert_int_equal(rings_open(&rig.rings, 0, FRAME + 8 * EVENT_META_MAX), 0);
	s.takeover = rig.takeover;
	assert_int_equal(hook_open(&rig.hook, &hook_front, rig.rings, &s), 0);
	assert_int_equal(hook_attach(rig.hook, rig.ifindex, XDP_MODE_AUTO), 0);
}

static void open_sockets(void)
{
	uint32_t key = 0;

	let_in("v1");
	let_in("w1");
	rig.here = packet_socket("v0");
	rig.back = packet_socket("v1");
	rig.away = packet_socket("w1");
	sink_open(&rig.socket, rig.ifindex);
	assert_int_equal(bpf_map_update_elem(map_of("sockets"), &key, &rig.socket.fd, 0), 0);
}

static void tear_down(void)
{
	rig.hook = hook_close(rig.hook);
	rig.takeover = takeover_close(rig.takeover);
	rig.rings = rings_close(rig.rings);
	sink_close(&rig.socket);
	close(rig.here);
	close(rig.back);
	close(rig.away);
	if (rig.link_fd >= 0)
		close(rig.link_fd);
	bpf_object__close(rig.object);
}

/* ---- traffic ---- */

/* Where the head is cut off the EtherType is what stands there twice. */
static void send_frames(void)
{
	uint8_t frame[FRAME] = { [12] = PROTO >> 8, [13] = PROTO & 0xff,
				 [12 + CUT] = PROTO >> 8, [13 + CUT] = PROTO & 0xff };

	memset(frame, 0xff, 12);
	for (unsigned i = 0; i < EACH * GO_WAYS; i++) {
		frame[14] = i % GO_WAYS;
		assert_int_equal(send(rig.back, frame, sizeof(frame), 0), FRAME);
	}
}

/* Until @n frames have come there, each with @len bytes, and all that have come by then. */
static void want_frames(int fd, unsigned n, int len)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint8_t frame[2 * FRAME];
	unsigned have = 0;
	ssize_t got;

	while (have < n && poll(&p, 1, TIMEOUT_SEC * 1000) > 0)
		if (recv(fd, frame, sizeof(frame), 0) == len)
			have++;
	while ((got = recv(fd, frame, sizeof(frame), 0)) >= 0)
		have++;
	assert_int_equal(have, n);
}

static void await_seen(uint64_t n)
{
	time_t since = time(NULL);
	uint32_t key = 0;
	uint64_t seen;

	do
		assert_int_equal(bpf_map_lookup_elem(map_of("seen"), &key, &seen), 0);
	while (seen < n && time(NULL) - since < TIMEOUT_SEC);
	assert_int_equal(seen, n);
}

static void want_arrivals(unsigned times)
{
	time_t since = time(NULL);

	await_seen(times * GO_WAYS * EACH);
	want_frames(rig.here, EACH, FRAME);
	want_frames(rig.back, EACH, FRAME - CUT);
	want_frames(rig.away, EACH, FRAME);
	while (sink_count(&rig.socket) < times * EACH && time(NULL) - since < TIMEOUT_SEC)
		sched_yield();
	assert_int_equal(sink_count(&rig.socket), times * EACH);
}

static void want_verdicts(void)
{
	struct program_verdicts v;

	assert_int_equal(hook_verdicts(rig.hook, &v), 0);
	assert_int_equal(v.by[XDP_DROP].packets, EACH);
	assert_int_equal(v.by[XDP_TX].packets, EACH);
	assert_int_equal(v.by[XDP_REDIRECT].packets, 2 * EACH);
	assert_int_equal(v.by[XDP_ABORTED].packets, 0);
	assert_int_equal(v.not_called.packets, 0);
}

/* Two of each, with what it was before and what it is after. */
static void want_records(void)
{
	static const uint8_t verdicts[GO_WAYS] = { XDP_PASS, XDP_DROP, XDP_TX, XDP_REDIRECT, XDP_REDIRECT };
	const struct event *records[GO_WAYS * EACH * 2 + 1];
	unsigned n;

	rings_look(rig.rings, UINT64_MAX);
	n = rings_take(rig.rings, records, array_size(records));
	assert_int_equal(n, GO_WAYS * EACH * 2);
	for (unsigned i = 0; i < n; i += 2) {
		const uint8_t *before = records[i]->data + 8, *after = records[i + 1]->data + 8;
		unsigned cut = before[14] == GO_BACK ? CUT : 0;

		assert_memory_equal(records[i]->data, records[i + 1]->data, 8);
		assert_int_equal(records[i]->hook, EVENT_XDP);
		assert_int_equal(records[i + 1]->hook, EVENT_XDP_AFTER);
		assert_int_equal(records[i]->len, FRAME);
		assert_int_equal(records[i + 1]->len, FRAME - cut);
		assert_int_equal(records[i + 1]->verdict, verdicts[before[14]] + 1);
		assert_memory_equal(before + cut, after, FRAME - cut);
	}
	rings_release(rig.rings);
}

/* ---- tests ---- */

static const struct filter *ours_only(struct filter *f)
{
	const struct sock_filter *insns;
	struct expr *e = NULL;
	size_t n;

	assert_int_equal(expr_open(&e, "ether proto 0x88b5", LINKTYPE_ETHERNET, true), 0);
	insns = expr_insns(e, &n);
	assert_int_equal(to_ebpf(f, hook_front.loads, insns, n), 0);
	expr_close(e);
	return f;
}

/* Before ours comes, with ours, and when it has gone. */
static void every_frame_goes_where_it_would_go_without_us(void **state)
{
	cleanup(to_ebpf_free) struct filter filter = { .n = 0 };
	const struct way *w = *state;

	assert_true(make_pairs());
	rig.ifindex = if_nametoindex("v0");
	load(w);
	if (!attach(w)) {
		bpf_object__close(rig.object);
		skip();
	}
	open_sockets();
	send_frames();
	want_arrivals(1);
	get_in_front(ours_only(&filter));
	send_frames();
	want_arrivals(2);
	want_verdicts();
	want_records();
	assert_int_equal(hook_detach(rig.hook), 0);
	send_frames();
	want_arrivals(3);
	want_verdicts();
	tear_down();
}

int main(void)
{
	struct CMUnitTest tests[array_size(ways)];
	size_t n = 0;

	if (unshare(CLONE_NEWNET) || !make_pairs()) {
		puts("1..0 # SKIP needs root (a network namespace with veth pairs)");
		return 77;
	}
	object_set_log(OBJECT_SILENT);
	unit_of_table(ways, every_frame_goes_where_it_would_go_without_us, tests, n);
	return unit_run("front_traffic", tests, n);
}
