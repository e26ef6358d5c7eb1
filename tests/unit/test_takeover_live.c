// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The place of another XDP program, taken and given back; the guard; what is left when it is killed
 * as well. Needs root; all of it in a namespace of our own, on a veth pair.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/front_map.h"
#include "capture/kernel/guard.h"
#include "capture/kernel/leftover.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/netif_watch.h"
#include "capture/kernel/takeover.h"
#include "capture/kernel/xdp_place.h"
#include "tests/unit/insns.h"

enum { TIMEOUT_SEC = 60, KILLS = 20, KILL_WITHIN_US = 30000 };

/* ---- programs ---- */

static int load_as(const char *name, uint32_t type, uint32_t flags)
{
	const struct bpf_insn drop[] = {
		SET(0, XDP_DROP),
		RETURN,
	};

	return insns_load(name, drop, array_size(drop), type, flags);
}

static int load(const char *name)
{
	return load_as(name, BPF_XDP, 0);
}

/* A stand-in for ours: it calls the program at 0 of @map, and passes what that does not get. */
static int load_front(int map)
{
	const struct bpf_insn front[] = {
		MAP(2, map),
		SET(3, 0),
		CALL(BPF_FUNC_tail_call),
		SET(0, XDP_PASS),
		RETURN,
	};

	return insns_load(FRONT_PROGRAM, front, array_size(front), BPF_XDP, 0);
}

static int make_map(int target)
{
	int map = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, FRONT_MAP, 4, 4, 1, NULL);
	uint32_t key = 0;

	assert_true(map >= 0);
	/* it takes programs of one kind from its first user on, whichever that is */
	if (target >= 0)
		assert_int_equal(bpf_map_update_elem(map, &key, &target, BPF_ANY), 0);
	return map;
}

/* The verdict on a frame. */
static int verdict(int fd)
{
	uint8_t frame[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame),
		    .repeat = 1);

	assert_int_equal(bpf_prog_test_run_opts(fd, &opts), 0);
	return opts.retval;
}

/* ---- an interface ---- */

static int ifindex;

/* False: there is no veth here. */
static bool make_pair(void)
{
	if (system("ip=$(command -v /sbin/ip || command -v ip); $ip link del v0 2>/dev/null; "
		   "$ip link del v1 2>/dev/null; "
		   "$ip link add v0 type veth peer name v1 && $ip link set v0 up")) {
		print_message("# no veth pair can be made\n");
		return false;
	}
	ifindex = if_nametoindex("v0");
	return true;
}

static uint32_t id_there(void)
{
	struct xdp_program found[3];

	return xdp_query(ifindex, found) > 0 ? found[0].id : 0;
}

/* A program on an interface, as its owner has it. */
struct owner {
	const char *name;
	uint32_t flags; /* of the mode */
	bool link;
	uint32_t type, load_flags;
};

static const struct owner owners[] = {
	{ "netlink_native", XDP_FLAGS_DRV_MODE, false, BPF_XDP, 0 },
	{ "netlink_generic", XDP_FLAGS_SKB_MODE, false, BPF_XDP, 0 },
	{ "link_native", XDP_FLAGS_DRV_MODE, true, BPF_XDP, 0 },
	{ "link_generic", XDP_FLAGS_SKB_MODE, true, BPF_XDP, 0 },
	{ "netlink_frags", XDP_FLAGS_DRV_MODE, false, BPF_XDP, BPF_F_XDP_HAS_FRAGS },
	{ "link_frags", XDP_FLAGS_DRV_MODE, true, BPF_XDP, BPF_F_XDP_HAS_FRAGS },
	{ "netlink_type_0", XDP_FLAGS_DRV_MODE, false, 0, 0 },
	{ "type_0_frags", XDP_FLAGS_DRV_MODE, false, 0, BPF_F_XDP_HAS_FRAGS },
};

/* Closed at the latest behind the test: one that fails does not come back. */
static struct rig {
	struct takeover *takeover, *second;
	struct guard *guard;
	struct netif_watch *watch;
	int target, link, ours, next, map; /* -1: none */
} rig;

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int set_up(void **state is_unused)
{
	rig = (struct rig){ .target = -1, .link = -1, .ours = -1, .next = -1, .map = -1 };
	return make_pair() ? 0 : -1;
}

static int tear_down(void **state is_unused)
{
	rig.second = takeover_close(rig.second);
	rig.takeover = takeover_close(rig.takeover);
	rig.guard = guard_close(rig.guard);
	rig.watch = netif_watch_close(rig.watch);
	fd_close(&rig.target);
	fd_close(&rig.link);
	fd_close(&rig.ours);
	fd_close(&rig.next);
	fd_close(&rig.map);
	return 0;
}

static void attach_loaded(const struct owner *o)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = o->flags);

	if (o->link) {
		rig.link = bpf_link_create(rig.target, ifindex, BPF_XDP, &opts);
		assert_true(rig.link >= 0);
	} else {
		assert_int_equal(bpf_xdp_attach(ifindex, rig.target, o->flags, NULL), 0);
	}
	/* one by netlink stays where it is without a descriptor */
	assert_int_equal(id_there(), xdp_program_id(rig.target));
}

static void attach(const struct owner *o)
{
	rig.target = load_as(o->name, o->type, o->load_flags);
	attach_loaded(o);
}

static void want_there(int fd)
{
	assert_int_equal(id_there(), fd < 0 ? 0 : xdp_program_id(fd));
}

static void want_state(enum takeover_state state, int by_fd)
{
	uint32_t by;

	assert_int_equal(takeover_state(rig.takeover, &by), state);
	assert_int_equal(by, by_fd < 0 ? 0 : xdp_program_id(by_fd));
}

static void take(void)
{
	if (rig.ours < 0)
		rig.ours = load("ours");
	assert_int_equal(takeover_open(&rig.takeover, ifindex, rig.guard), 0);
	assert_int_equal(takeover_take(rig.takeover, rig.ours), 0);
	want_state(TAKEOVER_OURS, rig.ours);
}

/* ---- taken and given back ---- */

static void a_place_is_taken_exchanged_and_given_back(void **state)
{
	const struct owner *o = *state;
	const struct xdp_holder *h;
	struct xdp_holder seen;

	attach(o);
	rig.ours = load_as("ours", o->link ? o->type : BPF_XDP, BPF_F_XDP_HAS_FRAGS);
	rig.next = load("next");
	assert_int_equal(takeover_open(&rig.takeover, ifindex, NULL), 0);
	h = takeover_holder(rig.takeover);
	assert_int_equal(h->prog_id, xdp_program_id(rig.target));
	assert_string_equal(h->name, o->name);
	assert_int_equal(h->mode,
			 o->flags & XDP_FLAGS_DRV_MODE ? XDP_MODE_NATIVE : XDP_MODE_GENERIC);
	assert_int_equal(!!h->link_id, o->link);
	assert_false(h->tail_calls);
	assert_int_equal(takeover_look(ifindex, &seen), 0);
	assert_memory_equal(&seen, h, sizeof(seen));
	assert_int_equal(xdp_program_id(takeover_program_fd(rig.takeover)), h->prog_id);
	want_state(TAKEOVER_TARGET, rig.target);

	assert_int_equal(takeover_take(rig.takeover, rig.ours), 0);
	want_there(rig.ours);
	want_state(TAKEOVER_OURS, rig.ours);
	assert_int_equal(takeover_exchange(rig.takeover, rig.ours, rig.next), 0);
	want_state(TAKEOVER_OURS, rig.next);
	fd_close(&rig.ours);
	assert_int_equal(takeover_give_back(rig.takeover), 0);
	want_there(rig.target);
	want_state(TAKEOVER_TARGET, rig.target);
	assert_int_equal(takeover_give_back(rig.takeover), 0);
	want_there(rig.target);
}

static void nobody_there_is_said(void **state is_unused)
{
	struct xdp_holder h;

	assert_int_equal(takeover_look(ifindex, &h), -ENOENT);
	assert_int_equal(takeover_open(&rig.takeover, ifindex, NULL), -ENOENT);
	assert_int_equal(takeover_open(&rig.takeover, 9999, NULL), -ENOENT);
}

static void closing_gives_back(void **state is_unused)
{
	attach(&owners[0]);
	take();
	rig.takeover = takeover_close(rig.takeover);
	want_there(rig.target);
}

/* Its owner's loader has set no expected_attach_type, and neither does a link take another one. */
static void a_link_wants_the_type_of_its_program(void **state is_unused)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);

	rig.target = load_as("type_0", 0, 0);
	rig.link = bpf_link_create(rig.target, ifindex, BPF_XDP, &opts);
	if (rig.link < 0)
		skip(); /* this kernel takes no such link */
	rig.ours = load("ours");
	rig.next = load_as("next", 0, 0);
	assert_int_equal(takeover_open(&rig.takeover, ifindex, NULL), 0);
	assert_int_equal(takeover_take(rig.takeover, rig.ours), -EINVAL);
	want_there(rig.target);
	assert_int_equal(takeover_take(rig.takeover, rig.next), 0);
	want_there(rig.next);
	assert_int_equal(takeover_give_back(rig.takeover), 0);
	want_there(rig.target);
}

/* ---- the owner acts meanwhile ---- */

/* By its way: another program instead of the one there. */
static void replace(const struct owner *o, int fd)
{
	if (o->link)
		assert_int_equal(bpf_link_update(rig.link, fd, NULL), 0);
	else
		assert_int_equal(bpf_xdp_attach(ifindex, fd, o->flags, NULL), 0);
}

static void replaced_before(void **state)
{
	const struct owner *o = *state;

	attach(o);
	rig.ours = load("ours");
	rig.next = load("new");
	assert_int_equal(takeover_open(&rig.takeover, ifindex, NULL), 0);
	replace(o, rig.next);
	want_state(TAKEOVER_REPLACED, rig.next);
	assert_int_equal(takeover_take(rig.takeover, rig.ours), -EEXIST);
	want_there(rig.next);
}

static void replaced_after(void **state)
{
	const struct owner *o = *state;

	attach(o);
	take();
	rig.next = load("new");
	replace(o, rig.next);
	want_state(TAKEOVER_REPLACED, rig.next);
	assert_int_equal(takeover_exchange(rig.takeover, rig.ours, rig.target), -EEXIST);
	assert_int_equal(takeover_give_back(rig.takeover), 0);
	want_there(rig.next);
}

static void put_there_again(void **state)
{
	const struct owner *o = *state;

	attach(o);
	take();
	replace(o, rig.target);
	want_state(TAKEOVER_TARGET, rig.target);
	assert_int_equal(takeover_give_back(rig.takeover), 0);
	want_there(rig.target);
}

/* A link goes at once, as if we were not there; and the next owner finds the place free. */
static void removed(void **state)
{
	const struct owner *o = *state;
	const struct owner *next = &owners[2];

	attach(o);
	take();
	if (o->link)
		fd_close(&rig.link);
	else
		assert_int_equal(bpf_xdp_detach(ifindex, o->flags, NULL), 0);
	want_there(-1);
	want_state(TAKEOVER_EMPTY, -1);
	fd_close(&rig.target);
	attach(next);
	want_state(TAKEOVER_REPLACED, rig.target);
	assert_int_equal(takeover_give_back(rig.takeover), 0);
	want_there(rig.target);
}

static void interface_deleted(void **state)
{
	const struct owner *o = *state;

	attach(o);
	take();
	assert_int_equal(system("ip link del v0"), 0);
	want_state(TAKEOVER_GONE, -1);
	assert_int_equal(takeover_give_back(rig.takeover), 0);
	assert_int_equal(takeover_give_back(rig.takeover), 0);
}

static const struct {
	const char *name;
	void (*run)(void **state);
} meanwhile[] = {
	{ "its_owner_replaces_it_before_it_is_taken", replaced_before },
	{ "its_owner_replaces_ours", replaced_after },
	{ "its_owner_puts_it_there_again", put_there_again },
	{ "its_owner_removes_it", removed },
	{ "the_interface_is_deleted", interface_deleted },
};

/* A second one takes ours for the target, and gives back to us: one stands in front of the other.
 */
static void a_second_taker_stands_in_front_of_the_first(void **state is_unused)
{
	attach(&owners[0]);
	take();
	rig.next = load("second");
	assert_int_equal(takeover_open(&rig.second, ifindex, NULL), 0);
	assert_int_equal(takeover_take(rig.second, rig.next), 0);
	want_state(TAKEOVER_REPLACED, rig.next);
	/* the first has nothing to give back, and what it has not done the second does not undo */
	assert_int_equal(takeover_give_back(rig.takeover), 0);
	want_there(rig.next);
	assert_int_equal(takeover_give_back(rig.second), 0);
	want_there(rig.ours);
}

/* Two looked at the same time: one comes too late. */
static void of_two_takers_one_is_too_late(void **state is_unused)
{
	attach(&owners[2]);
	rig.ours = load("ours");
	rig.next = load("second");
	assert_int_equal(takeover_open(&rig.takeover, ifindex, NULL), 0);
	assert_int_equal(takeover_open(&rig.second, ifindex, NULL), 0);
	assert_int_equal(takeover_take(rig.takeover, rig.ours), 0);
	assert_int_equal(takeover_take(rig.second, rig.next), -EEXIST);
	want_there(rig.ours);
}

/* The same program on an interface of the same number in another namespace, by a link as well. */
static void a_link_of_another_namespace_is_not_taken_for_it(void **state is_unused)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_SKB_MODE);
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), away, elsewhere;

	assert_true(home >= 0);
	rig.target = load("twice");
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	away = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	elsewhere = bpf_link_create(rig.target, 1, BPF_XDP, &opts); /* lo */
	assert_int_equal(setns(home, CLONE_NEWNET), 0);
	close(home);
	assert_true(elsewhere >= 0);
	ifindex = 1;
	rig.ours = load("ours");
	/* ours by netlink: it is known that no link is meant */
	assert_int_equal(bpf_xdp_attach(1, rig.target, XDP_FLAGS_SKB_MODE, NULL), 0);
	assert_int_equal(takeover_open(&rig.takeover, 1, NULL), 0);
	assert_int_equal(takeover_holder(rig.takeover)->link_id, 0);
	assert_int_equal(takeover_take(rig.takeover, rig.ours), 0);
	want_there(rig.ours);
	rig.takeover = takeover_close(rig.takeover);
	want_there(rig.target);
	assert_int_equal(bpf_xdp_detach(1, XDP_FLAGS_SKB_MODE, NULL), 0);
	/* ours by a link: either could be it */
	rig.link = bpf_link_create(rig.target, 1, BPF_XDP, &opts);
	assert_true(rig.link >= 0);
	assert_int_equal(takeover_open(&rig.takeover, 1, NULL), -ENOTUNIQ);
	close(elsewhere);
	close(away);
	assert_int_equal(takeover_open(&rig.takeover, 1, NULL), 0);
	assert_int_equal(takeover_take(rig.takeover, rig.ours), 0);
	want_there(rig.ours);
}

/* ---- under traffic ---- */

enum { PROTO = 0x88b5 }; /* of IEEE 802, for experiments */

enum { ROUNDS = 30, FRAMES = 100 };

static struct traffic {
	int fd;
	bool stop;
} traffic;

static void *send_frames(void *ctx)
{
	uint8_t frame[64] = { [12] = PROTO >> 8, [13] = PROTO & 0xff };
	struct traffic *t = ctx;

	memset(frame, 0xff, 6);
	while (!__atomic_load_n(&t->stop, __ATOMIC_RELAXED))
		if (send(t->fd, frame, sizeof(frame), 0) < 0)
			sched_yield();
	return NULL;
}

static int packet_socket(const char *name)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(PROTO),
				  .sll_ifindex = if_nametoindex(name) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* Counts frames in @map, and drops them. */
static int load_counting(int map)
{
	const struct bpf_insn count[] = {
		VALUE(1, map),
		SET(2, 1),
		INSN(BPF_STX | BPF_ATOMIC | BPF_DW, 1, 2, 0, BPF_ADD),
		SET(0, XDP_DROP),
		RETURN,
	};

	return insns_load("counting", count, array_size(count), BPF_XDP, 0);
}

/* Until the program has counted some more frames. */
static void await_frames(int map)
{
	time_t since = time(NULL);
	uint64_t first, n;
	uint32_t key = 0;

	assert_int_equal(bpf_map_lookup_elem(map, &key, &first), 0);
	do {
		assert_int_equal(bpf_map_lookup_elem(map, &key, &n), 0);
		if (time(NULL) - since > TIMEOUT_SEC)
			fail_msg("no frames come");
	} while (n < first + FRAMES);
}

/* What a program calls goes with it, as soon as another one has its place. */
static void take_and_give_back(int counter)
{
	rig.map = make_map(rig.target);
	rig.ours = load_front(rig.map);
	take();
	await_frames(counter);
	fd_close(&rig.map);
	rig.map = make_map(rig.target);
	rig.next = load_front(rig.map);
	assert_int_equal(takeover_exchange(rig.takeover, rig.ours, rig.next), 0);
	fd_close(&rig.ours);
	await_frames(counter);
	rig.takeover = takeover_close(rig.takeover);
	fd_close(&rig.map);
	fd_close(&rig.next);
	await_frames(counter);
}

/* Theirs drops each frame: one that comes further has got by. */
static void no_frame_gets_by(void **state)
{
	const struct owner *o = *state;
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);
	int counter = bpf_map_create(BPF_MAP_TYPE_ARRAY, "counter", 4, 8, 1, NULL), got_by;
	pthread_t thread;

	assert_true(counter >= 0);
	assert_int_equal(guard_open(&rig.guard), 0);
	rig.target = load_counting(counter);
	attach_loaded(o);
	got_by = packet_socket("v0");
	assert_int_equal(system("ip link set v1 up"), 0);
	traffic = (struct traffic){ .fd = packet_socket("v1") };
	assert_int_equal(pthread_create(&thread, NULL, send_frames, &traffic), 0);
	for (unsigned i = 0; i < ROUNDS; i++)
		take_and_give_back(counter);
	__atomic_store_n(&traffic.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	assert_int_equal(getsockopt(got_by, SOL_PACKET, PACKET_STATISTICS, &stats, &len), 0);
	assert_int_equal(stats.tp_packets, 0);
	close(got_by);
	close(traffic.fd);
	close(counter);
}

/* ---- noticing ---- */

static void note_change(void *ctx, const struct netif *n, bool gone is_unused)
{
	*(bool *)ctx |= n->ifindex == ifindex;
}

/* True: a message of the interface has come. */
static bool told(struct netif_watch *w)
{
	struct pollfd p = { .fd = netif_watch_fd(w), .events = POLLIN };
	bool changed = false;

	while (poll(&p, 1, 0) > 0)
		netif_watch_read(w, note_change, &changed);
	return changed;
}

/* Of an interface that is up; and before it answers the owner. */
static void the_kernel_tells_of_netlink_and_not_of_links(void **state is_unused)
{
	assert_int_equal(netif_watch_open(&rig.watch), 0);
	attach(&owners[0]);
	assert_true(told(rig.watch));
	take();
	told(rig.watch);
	rig.next = load("new");
	replace(&owners[0], rig.next);
	assert_true(told(rig.watch));
	assert_int_equal(bpf_xdp_detach(ifindex, 0, NULL), 0);
	assert_true(told(rig.watch));
	rig.takeover = takeover_close(rig.takeover);
	fd_close(&rig.target);
	told(rig.watch);
	attach(&owners[2]);
	replace(&owners[2], rig.next);
	fd_close(&rig.link);
	assert_false(told(rig.watch));
}

/* ---- the guard ---- */

/* False after a minute. */
static bool comes_true(bool (*f)(void))
{
	time_t since = time(NULL);

	while (!f()) {
		if (time(NULL) - since > TIMEOUT_SEC)
			return false;
		usleep(1000);
	}
	return true;
}

static bool has_bpffs(void)
{
	struct statfs fs;

	return !statfs("/sys/fs/bpf", &fs) && fs.f_type == 0xcafe4a11;
}

static unsigned pins(void)
{
	const struct dirent *e;
	unsigned n = 0;
	DIR *d = opendir("/sys/fs/bpf");

	while (d && (e = readdir(d)))
		n += !strncmp(e->d_name, "xdpdump-target-", 15);
	if (d)
		closedir(d);
	return n;
}

static bool child_is_gone(void)
{
	return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

/* What a process has open that is no /dev/null. */
static unsigned open_files(pid_t pid)
{
	char path[300], to[300];
	const struct dirent *e;
	unsigned n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d))) {
		ssize_t len;

		snprintf(path, sizeof(path), "/proc/%d/fd/%.20s", pid, e->d_name);
		len = readlink(path, to, sizeof(to) - 1);
		n += len > 0 && strncmp(to, "/dev/null", 9);
	}
	closedir(d);
	return n;
}

/*
 * A process that has taken the place and then sleeps, or goes on exchanging ours, as @busy says.
 * Orphans come to us, so that nothing can be left without being seen.
 */
static pid_t start_taker(bool busy, bool shared_map)
{
	int ready[2];
	pid_t pid;
	char c;

	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct takeover *t;
		struct guard *g;
		int map, next, ours;

		fd_close(&rig.target); /* ours it is not */
		fd_close(&rig.link);
		if (guard_open(&g) || takeover_open(&t, ifindex, g))
			_exit(1);
		map = make_map(takeover_program_fd(t));
		ours = load_front(map);
		next = load_front(shared_map ? map : make_map(takeover_program_fd(t)));
		c = 0;
		if (write(ready[1], &c, 1) != 1 || takeover_take(t, ours))
			_exit(2);
		while (busy && !takeover_exchange(t, ours, next) &&
		       !takeover_exchange(t, next, ours))
			;
		while (!busy)
			pause();
		_exit(3);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	return pid;
}

static void kill_and_want_back(pid_t pid)
{
	int status;

	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSIGNALED(status))
		fail_msg("the taker has ended by itself: %#x", status);
	assert_true(comes_true(child_is_gone)); /* the guard */
	want_there(rig.target);
	assert_int_equal(pins(), 0);
}

/* Before it was taken, while it is, while ours is exchanged. */
static void a_killed_process_leaves_the_program_where_it_was(void **state)
{
	const struct owner *o = *state;

	srand(time(NULL));
	attach(o);
	for (unsigned i = 0; i < KILLS; i++) {
		pid_t pid = start_taker(i % 2, i % 4 == 1);

		usleep(rand() % KILL_WITHIN_US);
		kill_and_want_back(pid);
	}
}

static bool ours_is_there(void)
{
	uint32_t id = id_there();

	return id && id != xdp_program_id(rig.target);
}

/* Also what is sent to the group, as ^C is. */
static void the_guard_survives_signals_and_puts_nothing_over_a_new_program(void **state is_unused)
{
	pid_t pid;

	attach(&owners[0]);
	pid = start_taker(false, true);
	assert_true(comes_true(ours_is_there));
	rig.next = load("new");
	replace(&owners[0], rig.next);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_true(comes_true(child_is_gone));
	want_there(rig.next);
}

static void the_guard_is_apart(void **state is_unused)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGUSR1 };
	char path[64], line[300], name[32] = "";
	int out[2];
	pid_t pid;
	FILE *f;

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(guard_open(&rig.guard), 0);
	pid = guard_pid(rig.guard);
	attach(&owners[0]);
	take();
	/* once it has answered it has done what it does first */
	assert_int_equal(getsid(pid), pid);
	assert_int_equal(getpgid(pid), pid);
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(name, sizeof(name), f));
	fclose(f);
	assert_string_equal(name, "xdpdump-guard\n");
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		unsigned long long caps;

		if (sscanf(line, "CapEff: %llx", &caps) == 1 ||
		    sscanf(line, "CapPrm: %llx", &caps) == 1)
			assert_int_equal(caps, 1 << 12 | 1 << 21); /* NET_ADMIN, SYS_ADMIN */
	}
	fclose(f);
	for (size_t i = 0; i < array_size(signals); i++)
		assert_int_equal(kill(pid, signals[i]), 0);
	assert_int_equal(open_files(pid), 4); /* socket, pidfd, theirs, ours */
	rig.takeover = takeover_close(rig.takeover);
	want_there(rig.target);
	assert_int_equal(open_files(pid), 2);
	/* a reader of ours sees the end, though the guard goes on */
	close(out[1]);
	assert_int_equal(read(out[0], line, 1), 0);
	close(out[0]);
	rig.guard = guard_close(rig.guard);
	assert_true(child_is_gone());
}

/*
 * Its number is taken where it comes to, so it gets another one. From there, as 6.1 looks here for
 * one with that number.
 */
static void a_moved_interface_is_followed(void **state)
{
	const struct owner *o = *state;
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), far;
	char command[256];

	assert_int_equal(guard_open(&rig.guard), 0);
	attach(o);
	take();
	snprintf(
		command, sizeof(command),
		"ip=$(command -v /sbin/ip || command -v ip); $ip netns add far && "
		"nsenter --net=/run/netns/far $ip link add w0 index %d type veth peer name w1 && "
		"$ip link set v0 netns far",
		ifindex);
	assert_int_equal(system(command), 0);
	want_state(TAKEOVER_GONE, -1);
	assert_int_equal(takeover_give_back(rig.takeover), 0);
	far = open("/run/netns/far", O_RDONLY | O_CLOEXEC);
	assert_true(home >= 0 && far >= 0 && !setns(far, CLONE_NEWNET));
	ifindex = if_nametoindex("v0");
	want_there(rig.target);
	assert_int_equal(system("ip link del v0"), 0);
	assert_int_equal(setns(home, CLONE_NEWNET), 0);
	close(home);
	close(far);
	assert_int_equal(system("ip=$(command -v /sbin/ip || command -v ip); $ip netns del far"),
			 0);
}

static void the_guard_gives_back_where_we_may_not(void **state)
{
	const struct owner *o = *state;
	int status;
	pid_t pid;

	attach(o);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct takeover *t;
		struct guard *g;

		if (guard_open(&g) || takeover_open(&t, ifindex, g) ||
		    takeover_take(t, load("ours")) || setresuid(65534, 65534, 65534))
			_exit(1);
		if (takeover_give_back(t))
			_exit(2);
		takeover_close(t);
		guard_close(g);
		_exit(child_is_gone() ? 0 : 3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	want_there(rig.target);
}

/* Killed itself, it is missed when a place is taken, and not when one is given back. */
static void without_its_guard_no_place_is_taken(void **state is_unused)
{
	assert_int_equal(guard_open(&rig.guard), 0);
	attach(&owners[2]);
	take();
	assert_int_equal(kill(guard_pid(rig.guard), SIGKILL), 0);
	assert_int_equal(takeover_give_back(rig.takeover), 0);
	want_there(rig.target);
	assert_int_equal(takeover_take(rig.takeover, rig.ours), -EOWNERDEAD);
	want_there(rig.target);
	rig.takeover = takeover_close(rig.takeover);
	rig.guard = guard_close(rig.guard);
	assert_true(child_is_gone());
}

/* All that a capture can have, and the descriptors that that takes. */
static void the_guard_holds_as_many_places_as_there_are_interfaces(void **state is_unused)
{
	int target = load("theirs"), ours = load("ours");
	const int fds[] = { ours, -1 };
	struct xdp_place place = { .mode = XDP_MODE_NATIVE };

	rig.target = target;
	rig.ours = ours;
	assert_int_equal(guard_open(&rig.guard), 0);
	for (unsigned again = 0; again < 2; again++)
		for (place.ifindex = 1000; place.ifindex < 1000 + GUARD_PLACES; place.ifindex++)
			assert_int_equal(guard_hold(rig.guard, &place, target, fds), 0);
	place.ifindex = 9999;
	assert_int_equal(guard_hold(rig.guard, &place, target, fds), 0);
	place.ifindex = 10000;
	assert_int_equal(guard_hold(rig.guard, &place, target, fds), -ENOSPC);
	assert_int_equal(open_files(guard_pid(rig.guard)), 2 + 2 * (GUARD_PLACES + 1));
}

/* ---- what is left ---- */

static bool guard_is_found(void)
{
	return leftover_process(id_there()) > 0;
}

static pid_t guard_of(pid_t pid)
{
	char path[64];
	pid_t guard = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", &guard), 1);
	fclose(f);
	return guard;
}

/* Kills the taker and its guard, before that can do anything. */
static void leave_ours(void)
{
	pid_t pid = start_taker(false, true);

	assert_true(comes_true(ours_is_there));
	assert_true(comes_true(guard_is_found));
	assert_int_equal(kill(guard_of(pid), SIGKILL), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_true(comes_true(child_is_gone));
	assert_true(ours_is_there());
}

static int verdict_there(void)
{
	int fd = bpf_prog_get_fd_by_id(id_there()), v;

	assert_true(fd >= 0);
	v = verdict(fd);
	close(fd);
	return v;
}

/*
 * A guard that does not get a CPU, and nothing pinned: that it has the prog array open is what ours
 * goes on by. The kernel would empty it a little later, so look for a while.
 */
static void ours_calls_theirs_until_the_guard_acts(void **state is_unused)
{
	const bool had_bpffs = has_bpffs();
	pid_t pid, guard;

	while (has_bpffs() && !umount2("/sys/fs/bpf", MNT_DETACH))
		;
	attach(&owners[0]);
	pid = start_taker(false, true);
	assert_true(comes_true(ours_is_there));
	guard = guard_of(pid);
	assert_int_equal(kill(guard, SIGSTOP), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	for (unsigned i = 0; i < 200; i++, usleep(1000))
		assert_int_equal(verdict_there(), XDP_DROP);
	assert_true(ours_is_there());
	assert_int_equal(kill(guard, SIGCONT), 0);
	assert_true(comes_true(child_is_gone));
	want_there(rig.target);
	if (had_bpffs)
		assert_int_equal(mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL), 0);
}

/* The array is pinned, so that ours goes on calling theirs, and theirs can be found. */
static void what_a_killed_guard_left_is_mended(void **state)
{
	const struct owner *o = *state;
	struct xdp_program found[3], target;

	if (!has_bpffs())
		skip();
	attach(o);
	leave_ours();
	assert_int_equal(pins(), 1);
	assert_int_equal(xdp_query(ifindex, found), 1);
	assert_int_equal(leftover_process(found[0].id), 0);
	assert_true(leftover_is_front(found[0].id, &target));
	assert_int_equal(target.id, xdp_program_id(rig.target));
	assert_string_equal(target.name, o->name);
	assert_int_equal(verdict_there(), XDP_DROP);
	assert_int_equal(leftover_mend(ifindex, &found[0]), 0);
	want_there(rig.target);
	assert_int_equal(pins(), 0);
	/* what was found is not there any more */
	assert_true(leftover_mend(ifindex, &found[0]) < 0);
	want_there(rig.target);
}

static void one_that_calls_nobody_is_taken_off(void **state)
{
	const struct owner *o = *state;
	struct xdp_program found[3], target;
	uint32_t key = 0;

	attach(o);
	rig.map = make_map(rig.target);
	rig.ours = load_front(rig.map);
	replace(o, rig.ours);
	assert_int_equal(bpf_map_delete_elem(rig.map, &key), 0);
	assert_int_equal(xdp_query(ifindex, found), 1);
	assert_true(leftover_is_front(found[0].id, &target));
	assert_int_equal(target.id, 0);
	assert_int_equal(leftover_mend(ifindex, &found[0]), 0);
	want_there(-1);
}

static void others_are_not_ours(void **state is_unused)
{
	struct xdp_program target;

	attach(&owners[0]);
	assert_false(leftover_is_front(id_there(), &target));
	/* the name alone does not make it */
	rig.ours = load(FRONT_PROGRAM);
	assert_false(leftover_is_front(xdp_program_id(rig.ours), &target));
	assert_false(leftover_is_front(UINT32_MAX, &target));
}

/* ---- all of it ---- */

static char names[64][96];

static void add(struct CMUnitTest *out, size_t *n, const char *name, const struct owner *o,
		void (*run)(void **state))
{
	snprintf(names[*n], sizeof(names[0]), o ? "%s: %s" : "%s", name, o ? o->name : "");
	out[*n] = (struct CMUnitTest){ names[*n], run, set_up, tear_down, (void *)o };
	++*n;
}

/* @quick: none under traffic, for emulated machines. */
static size_t list_tests(struct CMUnitTest *t, bool quick)
{
	const struct owner *netlink = &owners[0], *link = &owners[2];
	size_t n = 0;

#define ADD(fn, owner) add(t, &n, #fn, owner, fn)
	for (size_t i = 0; i < array_size(owners); i++)
		ADD(a_place_is_taken_exchanged_and_given_back, &owners[i]);
	ADD(nobody_there_is_said, NULL);
	ADD(closing_gives_back, NULL);
	ADD(a_link_wants_the_type_of_its_program, NULL);
	for (size_t i = 0; i < array_size(meanwhile); i++) {
		add(t, &n, meanwhile[i].name, netlink, meanwhile[i].run);
		add(t, &n, meanwhile[i].name, link, meanwhile[i].run);
	}
	ADD(a_second_taker_stands_in_front_of_the_first, NULL);
	ADD(of_two_takers_one_is_too_late, NULL);
	ADD(a_link_of_another_namespace_is_not_taken_for_it, NULL);
	for (size_t i = 0; !quick && i < 4; i++)
		ADD(no_frame_gets_by, &owners[i]);
	ADD(the_kernel_tells_of_netlink_and_not_of_links, NULL);
	ADD(a_killed_process_leaves_the_program_where_it_was, netlink);
	ADD(a_killed_process_leaves_the_program_where_it_was, link);
	ADD(the_guard_survives_signals_and_puts_nothing_over_a_new_program, NULL);
	ADD(the_guard_is_apart, NULL);
	ADD(a_moved_interface_is_followed, netlink);
	ADD(a_moved_interface_is_followed, link);
	ADD(the_guard_gives_back_where_we_may_not, netlink);
	ADD(the_guard_gives_back_where_we_may_not, link);
	ADD(without_its_guard_no_place_is_taken, NULL);
	ADD(the_guard_holds_as_many_places_as_there_are_interfaces, NULL);
	ADD(ours_calls_theirs_until_the_guard_acts, NULL);
	ADD(what_a_killed_guard_left_is_mended, netlink);
	ADD(what_a_killed_guard_left_is_mended, link);
	ADD(one_that_calls_nobody_is_taken_off, netlink);
	ADD(one_that_calls_nobody_is_taken_off, link);
	ADD(others_are_not_ours, NULL);
#undef ADD
	return n;
}

/* Pins are made in a bpffs of our own, names of namespaces in a /run. */
static bool enter_namespaces(void)
{
	if (geteuid() || unshare(CLONE_NEWNET | CLONE_NEWNS))
		return false;
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL);
	mount("run", "/run", "tmpfs", 0, NULL);
	return true;
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[64];
	size_t n = list_tests(tests, argc > 1 && !strcmp(argv[1], "quick"));

	libbpf_set_print(NULL);
	if (!enter_namespaces()) {
		puts("1..0 # SKIP needs root (CAP_BPF, CAP_NET_ADMIN and CAP_SYS_ADMIN)");
		return 77;
	}
	return unit_run("takeover", tests, n);
}
