// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What the process keeps of what it was given: descriptors, core dumps. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/base/descriptors.h"
#include "capture/base/limits.h"
#include "capture/base/util.h"

#include "tests/unit/unit.h"

enum { FIRST = 40, N = 20 };	/* descriptors of the caller, above those of the test */

static const struct { const char *words[3], *more[2]; const char *kept; } named[] = {
	{ { "-i", "eth0" }, { NULL }, "" },
	{ { "-r", "/dev/fd/41" }, { NULL }, "41" },
	{ { "-r/proc/self/fd/42", "--write=/dev/fd/40" }, { NULL }, "40 42" },
	{ { "tls:/proc/thread-self/fd/59" }, { "/dev/fd/50" }, "50 59" },
	{ { "/dev/fd/45,/dev/fd/44", "/dev/fd/45" }, { NULL }, "44 45" },
	/* not descriptors, or not ours */
	{ { "/dev/fd/", "/dev/fd/x" }, { "/dev/fd/-41" }, "" },
	{ { "/dev/fd/2", "/dev/fd/4000000000" }, { "/dev/fd/99999999999999999999" }, "" },
	{ { "/dev/fd41", "41" }, { NULL }, "" },
};

/* The descriptors of the @i-th case that are open afterwards, in words. */
static void keep(size_t i, char *kept, size_t cap)
{
	int pair[2];
	pid_t pid;

	assert_int_equal(pipe(pair), 0);
	pid = fork();
	if (!pid) {
		char *words[4] = { NULL };
		unsigned n = 0;

		dup2(pair[1], STDERR_FILENO);
		for (unsigned w = 0; w < 3; w++)
			words[w] = (char *)(uintptr_t)named[i].words[w];
		while (n < array_size(named[i].more) && named[i].more[n])
			n++;
		for (int fd = FIRST; fd < FIRST + N; fd++)
			dup2(STDERR_FILENO, fd);
		if (descriptors_keep_named(words, named[i].more, n))
			_exit(1);
		for (int fd = STDERR_FILENO + 1, first = 1; fd < FIRST + N; fd++)
			if (fcntl(fd, F_GETFD) >= 0) {
				dprintf(STDERR_FILENO, "%s%d", first ? "" : " ", fd);
				first = 0;
			}
		_exit(0);
	}
	close(pair[1]);
	kept[0] = '\0';
	for (ssize_t got, len = 0; (got = read(pair[0], kept + len, cap - 1 - len)) > 0;
	     kept[len] = '\0')
		len += got;
	close(pair[0]);
	waitpid(pid, NULL, 0);
}

static void descriptors_that_nobody_names_are_closed(void **state is_unused)
{
	char kept[256];

	for (size_t i = 0; i < array_size(named); i++) {
		keep(i, kept, sizeof(kept));
		if (strcmp(kept, named[i].kept))
			fail_msg("%s: '%s' are open instead of '%s'", named[i].words[0], kept,
				 named[i].kept);
	}
}

static void there_is_no_core_dump(void **state is_unused)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		struct rlimit core;

		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
		limits_no_core();
		getrlimit(RLIMIT_CORE, &core);
		_exit(!!prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) + 2 * !!core.rlim_cur +
		      4 * !!core.rlim_max);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptors_that_nobody_names_are_closed),
		cmocka_unit_test(there_is_no_core_dump),
	};

	return unit_run("process", tests, array_size(tests));
}
