// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A program that several interfaces share: each has books of its own, exact to the packet, and what
 * one does is nothing to the others. Frames are given to the program by BPF_PROG_TEST_RUN as if
 * they had come on one of the interfaces. Needs root; they are in a namespace of our own.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/programs.h"
#include "capture/kernel/rings.h"
#include "tests/unit/translated.h"
#include "tests/unit/unit.h"

enum {
	FIRST		= 1000,		/* numbers of interfaces that are there, */
	SECOND		= 1001,
	SAME_PLACE	= FIRST + SLOTS,	/* and one that has the same slot as the first */
	OTHER_NETNS	= 1002,
	PEER		= 10000,	/* by which the number of the other end is higher */
	LEN		= 64,
	SNAP		= 96,
	GUESTS_MAX	= 2 * SLOTS,
};

static struct {
	struct rings *rings;
	struct programs *programs;
	struct hook *hooks[GUESTS_MAX];
	unsigned n;
} rig;

static int set_up(void **state is_unused)
{
	int err = rings_open(&rig.rings, 1, SNAP);	/* the smallest there are */

	return err ? err : programs_open(&rig.programs);
}

static int tear_down(void **state is_unused)
{
	for (unsigned i = 0; i < rig.n; i++)
		hook_close(rig.hooks[i]);
	programs_close(rig.programs);
	rings_close(rig.rings);
	memset(&rig, 0, sizeof(rig));
	return 0;
}

static uint64_t strays(void)
{
	uint64_t n;

	assert_int_equal(programs_strays(rig.programs, &n), 0);
	return n;
}

static struct hook *open_as(const struct hook_ops *ops, struct hook_settings s, const char *text)
{
	cleanup(to_ebpf_free) struct filter f = { .n = 0 };

	s.programs = rig.programs;
	s.filter = translate(&f, ops, text);
	assert_true(rig.n < GUESTS_MAX);
	assert_int_equal(hook_open(&rig.hooks[rig.n], ops, rig.rings, &s), 0);
	return rig.hooks[rig.n++];
}

static struct hook *open_hook(const struct hook_ops *ops, int ifindex, uint16_t iface)
{
	return open_as(ops,
		       (struct hook_settings){ .snap = SNAP, .ifindex = ifindex, .iface = iface },
		       NULL);
}

/* Closes the last one. */
static void leave(void)
{
	hook_close(rig.hooks[--rig.n]);
}

static bool are_together(const struct hook *a, const struct hook *b)
{
	return hook_program_fd(a) == hook_program_fd(b);
}

/* @n frames of UDP to @port, that have come on @ifindex. All pass. */
static void run(const struct hook *h, int ifindex, unsigned n, uint16_t port)
{
	const bool at_tc = h->ops->at != EVENT_XDP;
	uint8_t frame[LEN] = { [12] = 8, [14] = 0x45, [17] = LEN - 14, [22] = 64, [23] = PROTO_UDP,
			       [36] = port >> 8, [37] = port, [39] = LEN - 34 };
	struct xdp_md xdp = { .data_end = LEN, .ingress_ifindex = ifindex };
	struct __sk_buff skb = { .ifindex = ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = LEN,
		    .ctx_in = at_tc ? (void *)&skb : (void *)&xdp,
		    .ctx_size_in = at_tc ? sizeof(skb) : sizeof(xdp), .repeat = n);

	if (!n)
		return;
	assert_int_equal(bpf_prog_test_run_opts(hook_program_fd(h), &opts), 0);
	assert_int_equal((int)opts.retval, at_tc ? TC_ACT_UNSPEC : XDP_PASS);
}

/* The next record, or NULL; what was taken before is released. */
static const struct event *take(void)
{
	const struct event *ev;

	rings_release(rig.rings);
	rings_look(rig.rings, UINT64_MAX);
	return rings_take(rig.rings, &ev, 1) ? ev : NULL;
}

/* How many records there are, all of @iface; and what the last one says was lost before. */
static unsigned records_of(uint16_t iface, uint32_t *lost)
{
	const struct event *ev;
	unsigned n = 0;

	while ((ev = take())) {
		assert_int_equal(ev->iface, iface);
		*lost = ev->lost;
		n++;
	}
	return n;
}

static void want_books(const struct hook *h, unsigned delivered, unsigned full, unsigned filtered)
{
	struct counters c;

	assert_int_equal(hook_counters(h, POINT_ENTRY, &c), 0);
	assert_int_equal(c.all.packets, delivered + full);
	assert_int_equal(c.all.bytes, LEN * (delivered + full));
	assert_int_equal(c.udp.packets, delivered + full);
	assert_int_equal(c.delivered, delivered);
	assert_int_equal(c.ring_full, full);
	assert_int_equal(c.filtered.packets, filtered);
	assert_int_equal(c.error, 0);
}

/* ---- two of them ---- */

static void books_and_losses_are_of_one_interface(void **state)
{
	const struct hook_ops *ops = *state;
	struct hook *a = open_hook(ops, FIRST, 3), *b = open_hook(ops, SECOND, 0xfffe);
	enum { MANY = 5000 };
	uint32_t lost;
	unsigned kept;

	assert_true(are_together(a, b));
	run(a, FIRST, 5, 1);
	assert_int_equal(records_of(3, &lost), 5);
	run(b, SECOND, 2, 1);
	assert_int_equal(records_of(0xfffe, &lost), 2);
	want_books(a, 5, 0, 0);
	want_books(b, 2, 0, 0);
	run(a, FIRST, MANY, 1);
	kept = records_of(3, &lost);
	assert_true(kept > 0 && kept < MANY);
	want_books(a, 5 + kept, MANY - kept, 0);
	run(b, SECOND, 1, 1);
	assert_int_equal(records_of(0xfffe, &lost), 1);
	assert_int_equal(lost, 0);
	run(a, FIRST, 1, 1);
	assert_int_equal(records_of(3, &lost), 1);
	assert_int_equal(lost, MANY - kept);
	want_books(a, 6 + kept, MANY - kept, 0);
	want_books(b, 3, 0, 0);
	assert_int_equal(strays(), 0);
}

static void frames_of_nobody_pass_and_are_counted(void **state)
{
	const struct hook_ops *ops = *state;
	struct hook *a = open_hook(ops, FIRST, 3);

	run(a, SECOND, 7, 1);
	run(a, SAME_PLACE, 2, 1);
	assert_null(take());
	want_books(a, 0, 0, 0);
	assert_int_equal(strays(), 9);
}

static void it_is_for_no_other_interface(void **state is_unused)
{
	struct hook *a = open_hook(&hook_xdp, FIRST, 3);

	assert_int_equal(hook_attach(a, SECOND, XDP_MODE_NATIVE), -EINVAL);
	assert_int_equal(hook_attach(a, FIRST, XDP_MODE_NATIVE), 0);
}

/* ---- slots ---- */

static void who_has_the_same_slot_is_in_another_program(void **state)
{
	const struct hook_ops *ops = *state;
	struct hook *a = open_hook(ops, FIRST, 1), *b = open_hook(ops, SAME_PLACE, 2);
	uint32_t lost;

	assert_false(are_together(a, b));
	assert_true(are_together(a, open_hook(ops, SECOND, 3)) ||
		    are_together(b, rig.hooks[rig.n - 1]));
	run(a, FIRST, 4, 1);
	assert_int_equal(records_of(1, &lost), 4);
	run(b, SAME_PLACE, 6, 1);
	assert_int_equal(records_of(2, &lost), 6);
	want_books(a, 4, 0, 0);
	want_books(b, 6, 0, 0);
}

static void a_full_one_is_followed_by_another(void **state is_unused)
{
	unsigned in_first = 0;

	for (int i = 0; i < SLOTS + 3; i++)
		open_hook(&hook_xdp, FIRST + i, i);
	for (int i = 0; i < SLOTS + 3; i++)
		in_first += are_together(rig.hooks[0], rig.hooks[i]);
	assert_int_equal(in_first, SLOTS);
	for (int i = SLOTS; i < SLOTS + 3; i++)
		assert_true(are_together(rig.hooks[SLOTS], rig.hooks[i]));
}

static void a_slot_that_is_taken_again_has_counted_nothing(void **state)
{
	const struct hook_ops *ops = *state;
	struct hook *a = open_hook(ops, SECOND, 1), *b = open_hook(ops, FIRST, 2), *c;
	uint32_t lost;

	run(b, FIRST, 5000, 1);
	records_of(2, &lost);
	run(b, FIRST, 1, 1);
	records_of(2, &lost);
	assert_true(lost > 0);
	leave();
	c = open_hook(ops, SAME_PLACE, 7);
	assert_true(are_together(a, c));
	want_books(c, 0, 0, 0);
	run(c, SAME_PLACE, 3, 1);
	assert_int_equal(records_of(7, &lost), 3);
	assert_int_equal(lost, 0);
	want_books(c, 3, 0, 0);
	want_books(a, 0, 0, 0);
	run(a, FIRST, 1, 1);
	assert_int_equal(strays(), 1);
}

static void it_stays_loaded_for_the_next(void **state is_unused)
{
	struct hook *a = open_hook(&hook_xdp, FIRST, 1);
	int fd = hook_program_fd(a);

	leave();
	assert_int_equal(hook_program_fd(open_hook(&hook_xdp, SECOND, 2)), fd);
	want_books(rig.hooks[0], 0, 0, 0);
}

/* ---- who does not go together ---- */

static const struct unlike_case {
	const char *name;
	const struct hook_ops *a_ops, *b_ops;
	struct hook_settings a, b;
	const char *a_text, *b_text;
	bool together;
} unlike[] = {
	{ "the_same_filter", &hook_tc_in, &hook_tc_in, { .snap = SNAP }, { .snap = SNAP }, "tcp",
	  "tcp", true },
	{ "another_filter", &hook_tc_in, &hook_tc_in, { .snap = SNAP }, { .snap = SNAP }, "tcp",
	  "udp", false },
	{ "no_filter", &hook_tc_in, &hook_tc_in, { .snap = SNAP }, { .snap = SNAP }, "tcp", NULL,
	  false },
	{ "another_way", &hook_tc_in, &hook_tc_out, { .snap = SNAP }, { .snap = SNAP }, NULL, NULL,
	  false },
	{ "another_link_type", &hook_tc_in, &hook_tc_in, { .snap = SNAP },
	  { .snap = SNAP, .raw = true }, NULL, NULL, false },
	{ "another_snapshot_length", &hook_xdp, &hook_xdp, { .snap = SNAP }, { .snap = SNAP - 1 },
	  NULL, NULL, false },
	{ "headers_only", &hook_xdp, &hook_xdp, { .snap = SNAP },
	  { .snap = SNAP, .headers_only = true }, NULL, NULL, false },
};

static void only_who_is_alike_shares(void **state)
{
	const struct unlike_case *c = *state;
	struct hook_settings a = c->a, b = c->b;

	assert_int_equal(set_up(NULL), 0);
	a.ifindex = FIRST;
	b.ifindex = SECOND;
	open_as(c->a_ops, a, c->a_text);
	open_as(c->b_ops, b, c->b_text);
	assert_int_equal(are_together(rig.hooks[0], rig.hooks[1]), c->together);
	tear_down(NULL);
}

static void make_iface(int ifindex)
{
	char command[192];

	/* A shell that is busybox would take its own ip, which makes no veth. */
	snprintf(command, sizeof(command),
		 "ip=$(command -v /sbin/ip || command -v ip); $ip link add i%d index %d type veth "
		 "peer name p%d index %d && $ip link set i%d up",
		 ifindex, ifindex, ifindex, ifindex + PEER, ifindex);
	assert_int_equal(system(command), 0);
}

static void one_of_the_same_number_in_another_namespace_is_another(void **state)
{
	const struct hook_ops *ops = *state;
	int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	struct hook *a = open_hook(ops, FIRST, 1), *b, *c;
	uint32_t lost;

	assert_int_equal(unshare(CLONE_NEWNET), 0);
	make_iface(FIRST);
	make_iface(OTHER_NETNS);
	b = open_hook(ops, FIRST, 2);
	c = open_hook(ops, OTHER_NETNS, 3);
	assert_false(are_together(a, b) || are_together(a, c));
	assert_true(are_together(b, c));
	run(b, FIRST, 2, 1);
	assert_int_equal(records_of(2, &lost), 2);
	assert_int_equal(setns(home, CLONE_NEWNET), 0);
	close(home);
	run(a, FIRST, 5, 1);
	assert_int_equal(records_of(1, &lost), 5);
	want_books(a, 5, 0, 0);
	want_books(b, 2, 0, 0);
	want_books(c, 0, 0, 0);
}

/* ---- another filter ---- */

static int replace(struct hook *h, const char *text)
{
	cleanup(to_ebpf_free) struct filter f = { .n = 0 };

	return hook_replace(h, translate(&f, h->ops, text), NULL);
}

static void a_filter_is_replaced_for_all(void **state)
{
	const struct hook_ops *ops = *state;
	const struct hook_settings s = { .snap = SNAP, .ifindex = FIRST, .iface = 1 },
				   t = { .snap = SNAP, .ifindex = SECOND, .iface = 2 };
	struct hook *a = open_as(ops, s, "udp dst port 53"),
		    *b = open_as(ops, t, "udp dst port 53");
	uint32_t lost;
	int fd;

	assert_int_equal(hook_attach(a, FIRST, XDP_MODE_NATIVE), 0);
	assert_int_equal(hook_attach(b, SECOND, XDP_MODE_NATIVE), 0);
	run(a, FIRST, 2, 53);
	run(a, FIRST, 1, 99);
	assert_int_equal(records_of(1, &lost), 2);
	assert_int_equal(replace(a, "udp dst port 99"), 0);
	assert_true(are_together(a, b));
	assert_false(hook_is_lost(a) || hook_is_lost(b));
	run(a, FIRST, 1, 53);
	run(a, FIRST, 3, 99);
	assert_int_equal(records_of(1, &lost), 3);
	run(b, SECOND, 4, 53);
	run(b, SECOND, 1, 99);
	assert_int_equal(records_of(2, &lost), 1);
	want_books(a, 5, 0, 2);
	want_books(b, 1, 0, 4);
	/* it has it already */
	fd = hook_program_fd(b);
	assert_int_equal(replace(b, "udp dst port 99"), 0);
	assert_int_equal(hook_program_fd(b), fd);
	/* who joins now has it as well */
	assert_true(are_together(a, open_as(ops, (struct hook_settings){ .snap = SNAP, .ifindex = 5 },
					    "udp dst port 99")));
	assert_int_equal(replace(a, NULL), 0);
	run(b, SECOND, 1, 53);
	assert_int_equal(records_of(2, &lost), 1);
}

static void one_that_was_taken_off_holds_up_nobody(void **state)
{
	const struct hook_ops *ops = *state;
	struct hook *a = open_hook(ops, FIRST, 1), *b = open_hook(ops, SECOND, 2);
	uint32_t lost;

	assert_int_equal(hook_attach(a, FIRST, XDP_MODE_NATIVE), 0);
	assert_int_equal(hook_attach(b, SECOND, XDP_MODE_NATIVE), 0);
	if (a->link_fd < 0)	/* it is at clsact */
		skip();
	assert_int_equal(bpf_link_detach(a->link_fd), 0);
	assert_true(hook_is_lost(a));
	assert_false(hook_is_lost(b));
	assert_int_equal(replace(b, "udp dst port 99"), 0);
	assert_true(hook_is_lost(a));
	assert_false(hook_is_lost(b));
	run(b, SECOND, 1, 99);
	run(b, SECOND, 1, 98);
	assert_int_equal(records_of(2, &lost), 1);
	want_books(b, 1, 0, 1);
}

static void a_filter_that_the_kernel_refuses_changes_nothing(void **state)
{
	struct bpf_insn nothing[] = { [8] = { .code = BPF_JMP | BPF_EXIT } };
	const struct filter bad = { .insns = nothing, .n = array_size(nothing) };
	const struct hook_ops *ops = *state;
	struct hook *a = open_hook(ops, FIRST, 1), *b = open_hook(ops, SECOND, 2);
	uint32_t lost;

	assert_int_equal(hook_attach(a, FIRST, XDP_MODE_NATIVE), 0);
	assert_true(hook_replace(a, &bad, NULL) < 0);
	assert_true(are_together(a, b));
	assert_false(hook_is_lost(a));
	run(a, FIRST, 1, 1);
	assert_int_equal(records_of(1, &lost), 1);
	want_books(a, 1, 0, 0);
	want_books(b, 0, 0, 0);
}

/* As a test of @ops, which the state is. */
#define at_hook(t, ops_)	{ #t, t, set_up, tear_down, (void *)&(ops_) }
#define at_each(t)		at_hook(t, hook_xdp), at_hook(t, hook_tc_in), at_hook(t, hook_tc_out)

int main(void)
{
	static const struct CMUnitTest others[] = {
		at_each(books_and_losses_are_of_one_interface),
		at_each(frames_of_nobody_pass_and_are_counted),
		at_hook(it_is_for_no_other_interface, hook_xdp),
		at_each(who_has_the_same_slot_is_in_another_program),
		at_hook(a_full_one_is_followed_by_another, hook_xdp),
		at_each(a_slot_that_is_taken_again_has_counted_nothing),
		at_hook(it_stays_loaded_for_the_next, hook_xdp),
		at_each(one_of_the_same_number_in_another_namespace_is_another),
		at_each(a_filter_is_replaced_for_all),
		at_each(one_that_was_taken_off_holds_up_nobody),
		at_each(a_filter_that_the_kernel_refuses_changes_nothing),
	};
	struct CMUnitTest tests[array_size(others) + array_size(unlike)];
	cpu_set_t one;
	size_t n = 0;

	object_set_log(OBJECT_SILENT);
	if (geteuid() || unshare(CLONE_NEWNET)) {
		puts("1..0 # SKIP needs root (CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON)");
		return 77;
	}
	/* where the ring that is filled is the only one */
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	make_iface(FIRST);
	make_iface(SECOND);
	make_iface(SAME_PLACE);
	unit_of_table(unlike, only_who_is_alike_shares, tests, n);
	memcpy(tests + n, others, sizeof(others));
	return unit_run("programs", tests, n + array_size(others));
}
