// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Changes of many interfaces at once: nobody waits for the end of them, and none is left out. */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/netif_watch.h"
#include "tests/unit/unit.h"

enum { N = 20 };

static struct {
	struct netif_watch *watch;
	unsigned calls;
	bool has[2 * N];		/* "x0" to "x39" has been told of */
} seen;

static void note(void *ctx is_unused, const struct netif *n, bool gone is_unused)
{
	unsigned i;

	seen.calls++;
	if (sscanf(n->name, "x%u", &i) == 1 && i < 2 * N)
		seen.has[i] = true;
	nanosleep(&(struct timespec){ .tv_nsec = 10 * 1000 * 1000 }, NULL);
}

static bool is_readable(void)
{
	struct pollfd p = { .fd = netif_watch_fd(seen.watch), .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

static int close_watch(void **state is_unused)
{
	seen.watch = netif_watch_close(seen.watch);
	return 0;
}

static void who_takes_long_has_the_rest_later(void **state is_unused)
{
	char command[256];
	unsigned first;

	assert_int_equal(netif_watch_open(&seen.watch), 0);
	for (unsigned i = 0; i < 2 * N; i += 2) {
		snprintf(command, sizeof(command),
			 "ip=$(command -v /sbin/ip || command -v ip); $ip link add x%u type veth "
			 "peer name x%u", i, i + 1);
		assert_int_equal(system(command), 0);
	}
	assert_true(netif_watch_read(seen.watch, note, NULL));
	first = seen.calls;
	/*
	 * one message, and there are more than one and less than all in what the kernel gives at
	 * once
	 */
	assert_in_range(first, 1, 2 * N - 1);
	assert_true(is_readable());
	while (is_readable())
		assert_true(netif_watch_read(seen.watch, note, NULL));
	for (unsigned i = 0; i < 2 * N; i++)
		assert_true(seen.has[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(who_takes_long_has_the_rest_later, close_watch),
	};

	if (geteuid() || unshare(CLONE_NEWNET)) {
		puts("1..0 # SKIP needs root");
		return 77;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("netif_watch", tests, NULL, NULL);
}
