// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Network namespaces as they are found, entered and left. Needs root; all of them are our own, with
 * names in a /run of our own.
 */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/netns.h"
#include "tests/unit/unit.h"

static char error[256];

static void ip(const char *words)
{
	char line[256];

	snprintf(line, sizeof(line), "$(command -v /sbin/ip || command -v ip) %s", words);
	if (system(line))
		fail_msg("ip %s has failed", words);
}

static struct netns *opened(const char *text)
{
	const struct netns_words words = { NETNS_ANY, text };
	struct netns *ns = NULL;

	if (netns_open(&ns, &words, error, sizeof(error)))
		fail_msg("%s: %s", text, error);
	return ns;
}

/* The namespace in which this thread is. */
static ino_t here(void)
{
	struct stat st;

	assert_int_equal(stat("/proc/thread-self/ns/net", &st), 0);
	return st.st_ino;
}

static int set_up(void **state is_unused)
{
	ip("netns add blue");
	ip("netns add red");
	return 0;
}

static int tear_down(void **state is_unused)
{
	ip("-all netns del");
	return 0;
}

static void it_is_entered_and_left(void **state is_unused)
{
	const ino_t home = here();
	struct netns_visit v = NETNS_VISIT_INIT, inner = NETNS_VISIT_INIT;
	struct netns *blue = opened("blue"), *red = opened("/run/netns/red");
	ino_t there;

	assert_int_equal(netns_enter(&v, blue), 0);
	there = here();
	assert_true(there != home);
	assert_int_equal(netns_enter(&inner, red), 0);
	assert_true(here() != there && here() != home);
	netns_leave(&inner);
	assert_int_equal(here(), there);
	netns_leave(&v);
	assert_int_equal(here(), home);
	netns_leave(&v);
	assert_int_equal(netns_enter(&v, NULL), 0);
	assert_int_equal(here(), home);
	netns_close(blue);
	netns_close(red);
}

static void ours_has_no_number_and_is_not_left(void **state is_unused)
{
	struct netns_visit v = NETNS_VISIT_INIT;
	struct netns *ns = opened("/proc/self/ns/net");

	assert_false(netns_is_another(ns));
	assert_false(netns_is_another(NULL));
	assert_int_equal(netns_register(ns), 0);
	assert_int_equal(netns_number(ns), 0);
	assert_int_equal(netns_enter(&v, ns), 0);
	assert_int_equal(v.home, -1);
	netns_close(ns);
}

static void another_one_of_its_name_is_not_taken_for_it(void **state is_unused)
{
	struct netns_visit v = NETNS_VISIT_INIT;
	struct netns *ns = opened("blue");
	const ino_t home = here();

	assert_int_equal(netns_register(ns), 0);
	assert_true(netns_number(ns) > 0);
	assert_false(netns_has_left(ns));
	ip("netns del blue");
	assert_true(netns_has_left(ns));
	assert_int_equal(netns_enter(&v, ns), -ENOENT);
	assert_int_equal(netns_open_again(ns), -ENOENT);
	/* it may well be of the same inode */
	ip("netns add blue");
	assert_int_equal(netns_enter(&v, ns), -ESTALE);
	assert_int_equal(here(), home);
	netns_forget(ns);
	assert_true(netns_is_forgotten(ns));
	assert_false(netns_has_number(ns, 0));
	assert_true(netns_has_number(NULL, 0));
	assert_int_equal(netns_open_again(ns), 0);
	assert_false(netns_is_forgotten(ns));
	assert_int_equal(netns_number(ns), 0);
	assert_int_equal(netns_enter(&v, ns), 0);
	netns_leave(&v);
	assert_int_equal(here(), home);
	netns_close(ns);
}

static void an_interface_of_another_is_asked_for_from_here(void **state is_unused)
{
	struct netns_visit v = NETNS_VISIT_INIT;
	struct netns *ns = opened("blue");
	struct netif lo, now;

	assert_int_equal(netns_register(ns), 0);
	assert_int_equal(netns_enter(&v, ns), 0);
	assert_int_equal(netif_by_name("lo", &lo), 0);
	netns_leave(&v);
	ip("link set dev lo up");
	lo.netns = netns_number(ns);
	assert_int_equal(netif_again(&lo, &now), 0);
	assert_int_equal(now.netns, lo.netns);
	assert_false(now.up);
	/* not "ip -n", which does not work in a chroot */
	assert_int_equal(system("nsenter --net=/run/netns/blue ip link set dev lo up"), 0);
	assert_int_equal(netif_again(&lo, &now), 0);
	assert_true(now.up);
	lo.ifindex = 99;
	assert_int_equal(netif_again(&lo, &now), -ENODEV);
	lo.ifindex = 1;
	lo.netns = 1000;
	assert_int_equal(netif_again(&lo, &now), -ENODEV);
	lo.netns = 0;
	assert_int_equal(netif_again(&lo, &now), 0);
	netns_close(ns);
}

static const struct label_case {
	const char *name, *text, *label;
} labels[] = {
	{ "a_name_is_its_label", "blue", "blue" },
	{ "a_path_of_a_name_has_the_name", "/run/netns/blue", "blue" },
	{ "the_older_path_has_it_as_well", "/var/run/netns/blue", "blue" },
	{ "another_path_stays_as_it_is", "/run/../run/netns/blue", "/run/../run/netns/blue" },
	{ "a_path_of_a_process_has_its_number", "/proc/%d/ns/net", "%d" },
	{ "a_path_of_a_thread_stays_as_it_is", "/proc/%d/task/%d/ns/net",
	  "/proc/%d/task/%d/ns/net" },
	{ "a_process_is_its_number", "%d", "%d" },
};

static void a_label(void **state)
{
	const struct label_case *c = *state;
	char text[64], label[64];
	struct netns *ns;

	snprintf(text, sizeof(text), c->text, getpid(), getpid());
	snprintf(label, sizeof(label), c->label, getpid(), getpid());
	ns = opened(text);
	assert_string_equal(netns_label(ns), label);
	netns_close(ns);
}

static void a_name_goes_before_a_process(void **state is_unused)
{
	char words[64], text[16];
	struct netns *ns;

	snprintf(text, sizeof(text), "%d", getpid());
	snprintf(words, sizeof(words), "netns add %s", text);
	ip(words);
	ns = opened(text);
	assert_true(netns_is_another(ns));
	netns_close(ns);
	assert_int_equal(netns_open(&ns, &(struct netns_words){ NETNS_PID, text }, error,
				    sizeof(error)), 0);
	assert_false(netns_is_another(ns));
	netns_close(ns);
}

static bool private_places(void)
{
	return !unshare(CLONE_NEWNET | CLONE_NEWNS) &&
	       (!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) || errno == EINVAL) &&
	       !mount("none", "/run", "tmpfs", 0, NULL);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(it_is_entered_and_left),
		cmocka_unit_test(ours_has_no_number_and_is_not_left),
		cmocka_unit_test(another_one_of_its_name_is_not_taken_for_it),
		cmocka_unit_test(an_interface_of_another_is_asked_for_from_here),
		cmocka_unit_test(a_name_goes_before_a_process),
	};
	struct CMUnitTest tests[32];
	size_t n = 0;

	if (!private_places()) {
		puts("1..0 # SKIP needs root (network namespaces)");
		return 0;
	}
	unit_of_table(labels, a_label, tests, n);
	memcpy(tests + n, others, sizeof(others));
	n += array_size(others);
	for (size_t i = 0; i < n; i++) {
		tests[i].setup_func = set_up;
		tests[i].teardown_func = tear_down;
	}
	return unit_run("netns", tests, n);
}
