// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Descriptors that go to another process: each is the file that was sent, and none is left over. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/fd_message.h"
#include "capture/base/util.h"
#include "tests/unit/unit.h"

static int pair[2];

static int set_up(void **state is_unused)
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair);
}

static int tear_down(void **state is_unused)
{
	close(pair[0]);
	close(pair[1]);
	return 0;
}

static bool is_same_file(int a, int b)
{
	struct stat one, other;

	return !fstat(a, &one) && !fstat(b, &other) && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

static unsigned open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void they_come_in_order(void **state is_unused)
{
	int fds[] = { open("/dev/null", O_RDONLY), open("/dev/zero", O_RDONLY) }, got[4];
	char message[8] = "";

	assert_int_equal(fd_message_send(pair[0], "with two", 8, fds, 2), 0);
	assert_int_equal(fd_message_receive(pair[1], message, sizeof(message), got, 4, 0), 8);
	assert_memory_equal(message, "with two", 8);
	assert_true(is_same_file(fds[0], got[0]) && is_same_file(fds[1], got[1]));
	assert_int_equal(fcntl(got[0], F_GETFD), FD_CLOEXEC);
	assert_int_equal(got[2], -1);
	assert_int_equal(got[3], -1);
	for (unsigned i = 0; i < 2; i++) {
		close(fds[i]);
		close(got[i]);
	}
}

static void those_without_room_are_closed(void **state is_unused)
{
	int fds[FD_MESSAGE_MAX], got[3];
	unsigned before;
	char byte;

	for (unsigned i = 0; i < FD_MESSAGE_MAX; i++)
		fds[i] = pair[0];
	assert_int_equal(fd_message_send(pair[0], "x", 1, fds, FD_MESSAGE_MAX), 0);
	before = open_files();
	assert_int_equal(fd_message_receive(pair[1], &byte, 1, got, 3, 0), 1);
	assert_int_equal(open_files(), before + 3);
	for (unsigned i = 0; i < 3; i++)
		close(got[i]);
}

static void none_at_all(void **state is_unused)
{
	int got[2];
	char byte;

	assert_int_equal(fd_message_receive(pair[1], &byte, 1, got, 2, MSG_DONTWAIT), -EAGAIN);
	assert_int_equal(fd_message_send(pair[0], "x", 1, NULL, 0), 0);
	assert_int_equal(fd_message_receive(pair[1], &byte, 1, got, 2, 0), 1);
	assert_int_equal(got[0], -1);
	assert_int_equal(fd_message_send(pair[0], "x", 1, got, FD_MESSAGE_MAX + 1), -EINVAL);
	close(pair[0]);
	assert_int_equal(fd_message_receive(pair[1], &byte, 1, got, 2, 0), 0);
	assert_int_equal(fd_message_send(pair[1], "x", 1, NULL, 0), -EPIPE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(they_come_in_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(those_without_room_are_closed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(none_at_all, set_up, tear_down),
	};

	return unit_run("fd_message", tests, array_size(tests));
}
