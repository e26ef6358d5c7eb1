// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Programs that are loaded by a process that has the rights: they do what those do that are loaded
 * here, and nothing else can be had of it, whatever it is told. Needs root; its programs are run by
 * BPF_PROG_TEST_RUN.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/kernel/broker.h"
#include "capture/kernel/broker_messages.h"
#include "capture/kernel/broker_programs.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/kernel_types.h"
#include "capture/kernel/rings.h"
#include "tests/unit/translated.h"
#include "tests/unit/unit.h"

enum { SNAP = 96, LEN = 60 };

static struct {
	struct broker *broker;
	struct rings *rings;
	struct hook *hook, *next;
} rig;

static int tear_down(void **state is_unused)
{
	rig.hook = hook_close(rig.hook);
	rig.next = hook_close(rig.next);
	rig.rings = rings_close(rig.rings);
	rig.broker = broker_close(rig.broker);
	return 0;
}

static int set_up(void **state is_unused)
{
	const struct broker_grant grant = {
		.number = broker_programs_number, .processes = true, .sandbox = true,
	};
	int err = broker_open(&rig.broker, &grant);

	return err ? err : rings_open(&rig.rings, 1, SNAP);
}

static int open_hook(const struct hook_ops *ops, const char *text, const char *trigger, bool drop)
{
	cleanup(to_ebpf_free) struct filter f = { .n = 0 }, t = { .n = 0 };
	const struct hook_settings s = {
		.snap = SNAP, .broker = rig.broker, .drop = drop,
		.filter = translate(&f, ops, text), .trigger = translate(&t, ops, trigger),
	};

	return hook_open(&rig.hook, ops, rig.rings, &s);
}

/* A frame of UDP to @port, through the program; what it returns. */
static uint32_t run(uint16_t port)
{
	uint8_t frame[LEN] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17,
			       0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 9, 9, port >> 8, port, 0, 26 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = LEN);

	assert_int_equal(bpf_prog_test_run_opts(hook_program_fd(rig.hook), &opts), 0);
	return opts.retval;
}

static void wants(const struct hook *h, uint64_t all, uint64_t filtered)
{
	struct counters c;

	assert_int_equal(hook_counters(h, POINT_ENTRY, &c), 0);
	assert_int_equal(c.all.packets, all);
	assert_int_equal(c.filtered.packets, filtered);
}

/* ---- what it does ---- */

static const struct hook_case { const char *name; const struct hook_ops *ops; } hooks[] = {
	{ "at_xdp", &hook_xdp },
	{ "at_tc_received", &hook_tc_in },
	{ "at_tc_sent", &hook_tc_out },
	{ "at_tc_with_processes", &hook_tc_process },
};

static void a_program_with_its_filters(void **state)
{
	const struct hook_case *c = *state;

	assert_int_equal(open_hook(c->ops, "udp port 53", "udp port 53", false), 0);
	run(53);
	run(54);
	wants(rig.hook, 1, 1);
}

static void another_filter_goes_on_counting(void **state is_unused)
{
	cleanup(to_ebpf_free) struct filter f = { .n = 0 };

	assert_int_equal(open_hook(&hook_xdp, "udp port 53", NULL, false), 0);
	run(53);
	assert_int_equal(hook_replace(rig.hook, translate(&f, &hook_xdp, "udp port 54"), NULL), 0);
	run(53);
	wants(rig.hook, 1, 1);
}

static void one_that_comes_after_counts_anew(void **state is_unused)
{
	const struct hook_settings s = { .snap = SNAP / 2, .broker = rig.broker };

	assert_int_equal(open_hook(&hook_xdp, NULL, NULL, false), 0);
	run(53);
	assert_int_equal(hook_open_after(&rig.next, &hook_xdp, rig.hook, &s), 0);
	wants(rig.hook, 1, 0);
	wants(rig.next, 0, 0);
}

/* ---- what it does not ---- */

static void frames_are_dropped_only_where_that_was_granted(void **state is_unused)
{
	const struct broker_grant grant = {
		.number = broker_programs_number, .drop = true, .sandbox = true,
	};

	assert_int_equal(open_hook(&hook_xdp, NULL, NULL, true), -EPERM);
	broker_close(rig.broker);
	assert_int_equal(broker_open(&rig.broker, &grant), 0);
	assert_int_equal(open_hook(&hook_xdp, NULL, NULL, true), 0);
	assert_int_equal(run(53), XDP_DROP);
}

static void who_sends_is_looked_at_only_where_that_was_granted(void **state is_unused)
{
	const struct broker_grant grant = { .number = broker_programs_number, .sandbox = true };

	broker_close(rig.broker);
	assert_int_equal(broker_open(&rig.broker, &grant), 0);
	assert_int_equal(open_hook(&hook_tc_process, NULL, NULL, false), -EPERM);
	assert_int_equal(open_hook(&hook_tc_out, NULL, NULL, false), 0);
}

static void interfaces_are_promiscuous_only_where_that_was_granted(void **state is_unused)
{
	const struct broker_grant grant = {
		.number = broker_programs_number, .promiscuous = true, .sandbox = true,
	};
	enum { LO = 1 };
	int fd;

	assert_int_equal(broker_promiscuous(rig.broker, LO), -EPERM);
	broker_close(rig.broker);
	assert_int_equal(broker_open(&rig.broker, &grant), 0);
	fd = broker_promiscuous(rig.broker, LO);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(broker_promiscuous(rig.broker, 1 << 30), -ENODEV);
}

static void of_two_filters_none_is_sent(void **state is_unused)
{
	cleanup(to_ebpf_free) struct filter f = { .n = 0 }, both = { .n = 0 };
	struct hook_settings s = { .snap = SNAP, .broker = rig.broker };

	assert_int_equal(to_ebpf_pair(&both, translate(&f, &hook_xdp, "udp"), NULL), 0);
	s.filter = &both;
	assert_int_equal(hook_open(&rig.hook, &hook_xdp, rig.rings, &s), -EPERM);
}

static void it_has_ended(void **state is_unused)
{
	assert_int_equal(kill(broker_pid(rig.broker), SIGKILL), 0);
	assert_int_equal(open_hook(&hook_xdp, NULL, NULL, false), -EOWNERDEAD);
	assert_int_equal(open_hook(&hook_xdp, NULL, NULL, false), -EOWNERDEAD);
}

/* Nobody can say when it goes on, and we end. */
static void one_that_stands_still_is_not_waited_for(void **state is_unused)
{
	const int pid = broker_pid(rig.broker);

	assert_int_equal(kill(pid, SIGSTOP), 0);
	rig.broker = broker_close(rig.broker);
	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* With the descriptors that there are it cannot begin. */
static void why_it_cannot_begin_is_told(void **state is_unused)
{
	const struct broker_grant grant = { .number = broker_programs_number, .sandbox = true };
	const int first = dup(STDERR_FILENO);
	struct broker *broker = NULL;
	struct rlimit before, few;

	kernel_types();
	close(first);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = first + 2;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_int_equal(broker_open(&broker, &grant), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_null(broker);
}

/* ---- what it is told by who has taken us over ---- */

static const struct sock_filter accept_all = { BPF_RET | BPF_K, 0, 0, 1 };

static const struct lie {
	const char *name;
	uint32_t program, maps;
	unsigned n_fds;
	uint32_t n_insns[BROKER_FILTERS];
	size_t size;		/* of the request; 0: as it should be */
	int err;
} lies[] = {
	{ "no_such_program", 1000, 3, 2, { 1, 0 }, 0, -EPERM },
	{ "no_such_program_at_all", UINT32_MAX, 3, 2, { 1, 0 }, 0, -EPERM },
	{ "more_maps_than_come", 0, 7, 2, { 1, 0 }, 0, -EINVAL },
	{ "fewer_maps_than_come", 0, 1, 2, { 1, 0 }, 0, -EINVAL },
	{ "maps_that_do_not_exist", 0, 0x80000001, 2, { 1, 0 }, 0, -EINVAL },
	{ "without_rings", 0, 0, 0, { 1, 0 }, 0, -EINVAL },
	{ "a_filter_that_is_none", 0, 3, 2, { 2, 0 }, 0, -EINVAL },
	{ "a_filter_that_is_too_long", 0, 3, 2, { BROKER_INSNS_MAX + 1, 0 }, 0, -E2BIG },
	{ "a_trigger_that_is_too_long", 0, 3, 2, { 1, UINT32_MAX }, 0, -E2BIG },
	{ "half_a_request", 0, 3, 2, { 1, 0 }, 20, -EINVAL },
};

/* The process alone, asked by us. */
static struct { pid_t pid; int fd; struct broker_shared *shared; } raw;

static int close_raw(void **state)
{
	if (raw.shared) {
		close(raw.fd);
		assert_int_equal(waitpid(raw.pid, NULL, 0), raw.pid);
		munmap(raw.shared, sizeof(*raw.shared));
	}
	memset(&raw, 0, sizeof(raw));
	return tear_down(state);
}

static int open_raw(void **state is_unused)
{
	static const struct broker_grant grant = {
		.number = broker_programs_number, .sandbox = true,
	};
	struct broker_answer a;
	int pair[2], none;

	raw.shared = mmap(NULL, sizeof(*raw.shared), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (raw.shared == MAP_FAILED || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	kernel_types();		/* as broker_open() */
	raw.pid = fork();
	if (!raw.pid)
		broker_process(pair[1], &grant, raw.shared);
	close(pair[1]);
	raw.fd = pair[0];
	if (fd_message_receive(raw.fd, &a, sizeof(a), &none, 1, 0) != sizeof(a) || a.err)
		return -1;
	return rings_open(&rig.rings, 1, SNAP);
}

static int tell(const struct lie *l)
{
	struct broker_request r = {
		.program = l->program, .maps = l->maps, .n_insns = { l->n_insns[0], l->n_insns[1] },
		.settings = { .ring_size = rings_cpu_size(rig.rings), .snap = SNAP },
	};
	const int fds[] = { rings_map_fd(rig.rings), rings_bell_fd(rig.rings) };
	struct broker_answer a;
	int got[FD_MESSAGE_MAX];

	raw.shared->insns[BROKER_FILTER][0] = accept_all;
	assert_int_equal(fd_message_send(raw.fd, &r, l->size ? l->size : sizeof(r), fds, l->n_fds),
			 0);
	assert_int_equal(fd_message_receive(raw.fd, &a, sizeof(a), got, FD_MESSAGE_MAX, 0),
			 sizeof(a));
	for (unsigned i = 0; i < FD_MESSAGE_MAX && got[i] >= 0; i++)
		close(got[i]);
	return a.err;
}

static void a_lie_is_refused(void **state)
{
	static const struct lie truth = { "", 0, 3, 2, { 1, 0 }, 0, 0 };
	const struct lie *l = *state;

	assert_int_equal(tell(l), l->err);
	assert_int_equal(tell(&truth), 0);
}

/* It has the rights to load, and no others, nor more descriptors than one. */
static void it_has_little(void **state is_unused)
{
	char path[64], line[128], caps[32] = "";
	/* it has been given nothing that it still has to close */
	static const struct lie nothing = { "", 1000, 0, 0, { 0, 0 }, 0, 0 };
	unsigned files = 0;
	FILE *f;

	assert_int_equal(tell(&nothing), -EPERM);
	snprintf(path, sizeof(path), "/proc/%d/status", raw.pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		sscanf(line, "CapPrm: %31s", caps);
	fclose(f);
	assert_string_equal(caps, "000000c000001000");
	for (int fd = 0; fd < 64; fd++) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", raw.pid, fd);
		files += !access(path, F_OK);
	}
	assert_int_equal(files, 4);
}

static void it_ends_with_us(void **state is_unused)
{
	siginfo_t how;

	close(raw.fd);
	raw.fd = open("/dev/null", O_RDONLY);
	assert_int_equal(waitid(P_PID, raw.pid, &how, WEXITED | WNOWAIT), 0);
	assert_int_equal(how.si_code, CLD_EXITED);
	assert_int_equal(how.si_status, 0);
}

static void what_is_not_known_is_refused(void **state is_unused)
{
	const struct broker_request r = { .verb = BROKER_PROMISCUOUS + 1 };
	struct broker_answer a;
	int got[1];

	assert_int_equal(fd_message_send(raw.fd, &r, sizeof(r), NULL, 0), 0);
	assert_int_equal(fd_message_receive(raw.fd, &a, sizeof(a), got, 1, 0), sizeof(a));
	assert_int_equal(a.err, -EINVAL);
}

#define by_broker(test)		cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define by_process(test)	cmocka_unit_test_setup_teardown(test, open_raw, close_raw)

int main(void)
{
	struct CMUnitTest tests[array_size(hooks) + array_size(lies) + 12] = {
		by_broker(another_filter_goes_on_counting),
		by_broker(one_that_comes_after_counts_anew),
		by_broker(frames_are_dropped_only_where_that_was_granted),
		by_broker(who_sends_is_looked_at_only_where_that_was_granted),
		by_broker(interfaces_are_promiscuous_only_where_that_was_granted),
		by_broker(of_two_filters_none_is_sent),
		by_broker(it_has_ended),
		by_broker(one_that_stands_still_is_not_waited_for),
		cmocka_unit_test(why_it_cannot_begin_is_told),
		by_process(it_has_little),
		by_process(it_ends_with_us),
		by_process(what_is_not_known_is_refused),
	};
	size_t n = 12;

	if (geteuid() || unshare(CLONE_NEWNET)) {
		puts("1..0 # SKIP needs root");
		return 0;
	}
	for (size_t i = 0; i < array_size(hooks); i++)
		tests[n++] = (struct CMUnitTest){ hooks[i].name, a_program_with_its_filters, set_up,
						  tear_down, (void *)(uintptr_t)&hooks[i] };
	for (size_t i = 0; i < array_size(lies); i++)
		tests[n++] = (struct CMUnitTest){ lies[i].name, a_lie_is_refused, open_raw,
						  close_raw, (void *)(uintptr_t)&lies[i] };
	object_set_log(OBJECT_SILENT);
	return unit_run("broker", tests, n);
}
