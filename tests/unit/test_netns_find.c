// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Where a network namespace is by what is said of it, and the sentences when there is none. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capture/kernel/netns_find.h"

#include "tests/unit/unit.h"

static const struct find_case {
	const char *name;
	enum netns_by by;
	const char *text, *path, *label;
	bool is_process;
} found[] = {
	{ "a_name", NETNS_ANY, "nonesuch", "/run/netns/nonesuch", "nonesuch", false },
	{ "the_number_of_a_process", NETNS_ANY, "4711", "/proc/4711/ns/net", "4711", true },
	{ "a_number_too_large_is_a_name", NETNS_ANY, "2147483648", "/run/netns/2147483648",
	  "2147483648", false },
	{ "nought_is_a_name", NETNS_ANY, "0", "/run/netns/0", "0", false },
	{ "a_path", NETNS_ANY, "/x/y", "/x/y", "/x/y", false },
	{ "a_path_of_a_name", NETNS_ANY, "/run/netns/blue", "/run/netns/blue", "blue", false },
	{ "where_names_were", NETNS_ANY, "/var/run/netns/blue", "/var/run/netns/blue", "blue",
	  false },
	{ "a_folder_among_names", NETNS_ANY, "/run/netns/a/b", "/run/netns/a/b", "/run/netns/a/b",
	  false },
	{ "the_folder_of_names", NETNS_ANY, "/run/netns/", "/run/netns/", "/run/netns/", false },
	{ "a_path_of_a_process", NETNS_ANY, "/proc/42/ns/net", "/proc/42/ns/net", "42", false },
	{ "a_path_of_a_thread", NETNS_ANY, "/proc/42/task/43/ns/net", "/proc/42/task/43/ns/net",
	  "/proc/42/task/43/ns/net", false },
	{ "a_path_that_goes_on", NETNS_ANY, "/proc/42/ns/net0", "/proc/42/ns/net0",
	  "/proc/42/ns/net0", false },
	{ "another_kind_of_namespace", NETNS_ANY, "/proc/42/ns/mnt", "/proc/42/ns/mnt",
	  "/proc/42/ns/mnt", false },
	{ "a_process_and_nothing_else", NETNS_PID, "42", "/proc/42/ns/net", "42", true },
};

static void is_found(void **state)
{
	const struct find_case *c = *state;
	const struct netns_words words = { c->by, c->text };
	struct netns_place p;
	char error[NETNS_ERROR_MAX] = "";

	assert_int_equal(netns_find(&p, &words, error, sizeof(error)), 0);
	assert_string_equal(p.path, c->path);
	assert_string_equal(p.label, c->label);
	assert_int_equal(p.is_process, c->is_process);
	assert_string_equal(error, "");
	netns_find_release(&p);
	assert_null(p.path);
}

static void a_container_that_is_not_there_has_its_sentence(void **state)
{
	const struct netns_words words = { NETNS_CONTAINER, "no-such-container-anywhere" };
	struct netns_place p;
	char error[NETNS_ERROR_MAX] = "";

	(void)state;
	assert_true(netns_find(&p, &words, error, sizeof(error)) < 0);
	assert_non_null(strstr(error, "no-such-container-anywhere"));
	netns_find_release(&p);
}

static const struct failed_case {
	const char *name;
	const char *text;
	bool is_process;
	int err;
	const char *sentence;
} failed[] = {
	{ "no_process", "4711", true, -ENOENT, "4711: no such process" },
	{ "no_file", "/x/y", false, -ENOENT,
	  "/x/y: no such network namespace: there is no such file" },
	{ "no_name", "xxyyzz", false, -ENOENT,
	  "xxyyzz: no such network namespace: neither a name in /run/netns nor a process" },
	{ "a_file_of_something_else", "/etc/passwd", false, -EINVAL,
	  "/etc/passwd is not a network namespace" },
	{ "a_process_of_somebody_else", "1", true, -EACCES,
	  "1: the network namespace of this process is not ours to see: CAP_SYS_PTRACE may be missing" },
	{ "a_file_of_somebody_else", "/x/y", false, -EACCES,
	  "/x/y: cannot enter the network namespace: Permission denied" },
	{ "not_allowed", "blue", false, -EPERM,
	  "blue: entering another network namespace takes CAP_SYS_ADMIN" },
	{ "no_memory", "blue", false, -ENOMEM,
	  "blue: cannot enter the network namespace: Cannot allocate memory" },
};

static void says_why(void **state)
{
	const struct failed_case *c = *state;
	const struct netns_words words = { NETNS_ANY, c->text };
	const struct netns_place p = { .is_process = c->is_process };
	char error[NETNS_ERROR_MAX];

	assert_int_equal(netns_find_failed(&p, &words, c->err, error, sizeof(error)), c->err);
	assert_string_equal(error, c->sentence);
}

int main(void)
{
	struct CMUnitTest
		tests[sizeof(found) / sizeof(*found) + sizeof(failed) / sizeof(*failed) + 1];
	size_t n = 0;

	unit_of_table(found, is_found, tests, n);
	unit_of_table(failed, says_why, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_container_that_is_not_there_has_its_sentence);
	return unit_run("netns_find", tests, n);
}
