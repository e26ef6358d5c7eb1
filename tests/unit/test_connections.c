// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* How somebody comes to whom a capture is sent: to us, or we to them, and again when they have gone. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/eventfd.h>

#include "capture/base/clock.h"
#include "capture/base/loop.h"
#include "capture/write/connections.h"

#include "tests/unit/written.h"

#define SEC	UINT64_C(1000000000)

/* Who has come, and what is said of them. */
static struct {
	unsigned n;
	int fd, answer;
} came;

static int come(void *ctx, int fd, const struct listen_address *from)
{
	assert_ptr_equal(ctx, &came);
	assert_int_equal(from->address.ss_family, AF_INET);
	came.n++;
	if (came.answer)
		close(fd);
	else
		came.fd = fd;
	return came.answer;
}

static struct connections connections;
static struct loop loop;
static char where[32];

/* A port of the loopback that nobody has by now. */
static int set_up(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	came.n = came.answer = 0;
	came.fd = -1;
	if (bind(fd, (struct sockaddr *)&at, len) || getsockname(fd, (struct sockaddr *)&at, &len))
		return -1;
	close(fd);
	snprintf(where, sizeof(where), "127.0.0.1:%u", ntohs(at.sin_port));
	connections = (struct connections)CONNECTIONS_INIT;
	connections.word = "tcp:there";
	connections.interrupt_fd = eventfd(0, EFD_CLOEXEC);
	connections.come = come;
	connections.ctx = &came;
	loop = (struct loop)LOOP_INIT;
	return written_set_up(state) || loop_open(&loop);
}

static int tear_down(void **state)
{
	connections_close(&connections);
	close(connections.interrupt_fd);
	loop_close(&loop);
	if (came.fd >= 0)
		close(came.fd);
	return written_tear_down(state);
}

static int reach(void)
{
	struct listen_address to;
	int fd;

	assert_true(listen_parse_tcp(where, &to));
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return connect(fd, (struct sockaddr *)&to.address, to.len) ? (close(fd), -errno) : fd;
}

static void whoever_comes_is_welcome(void **state is_unused)
{
	const char *what, *why;
	int first, second;

	written_listen();
	assert_int_equal(connections_listen(&connections, where, false, &what, &why), 0);
	assert_int_equal(connections_watch(&connections, &loop), 0);
	first = reach();
	second = reach();
	assert_true(first >= 0 && second >= 0);
	while (came.n < 2)
		loop_wait(&loop, 1000);
	assert_non_null(strstr(written_said(), "tcp:there: for whoever connects to 127.0.0.1:"));
	connections_close(&connections);
	assert_int_equal(reach(), -ECONNREFUSED);
	assert_int_equal(connections.retry_ns, UINT64_MAX);
	close(first);
	close(second);
}

static void where_somebody_listens_nobody_else_can(void **state is_unused)
{
	struct connections other = connections;
	const char *what, *why;

	written_listen();
	assert_int_equal(connections_listen(&connections, where, false, &what, &why), 0);
	assert_int_equal(connections_listen(&other, where, false, &what, &why), -EADDRINUSE);
	written_said();
	assert_string_equal(what, "listen there");
	assert_string_equal(why, "Address already in use");
}

/* It is asked to stop before one has come. */
static void the_wait_for_one_is_interrupted(void **state is_unused)
{
	const char *what, *why;

	eventfd_write(connections.interrupt_fd, 1);
	written_listen();
	assert_int_equal(connections_listen(&connections, where, true, &what, &why), -EINTR);
	assert_non_null(strstr(written_said(), "waiting for a reader at"));
	assert_int_equal(came.n, 0);
}

static void where_nobody_is_is_told(void **state is_unused)
{
	const char *what, *why;

	assert_int_equal(connections_connect(&connections, where, &what, &why), -ECONNREFUSED);
	assert_string_equal(what, "connect");
	assert_string_equal(why, "Connection refused");
	assert_int_equal(came.n, 0);
}

static void who_cannot_stay_is_told(void **state is_unused)
{
	struct connections other = connections;
	const char *what, *why;

	written_listen();
	assert_int_equal(connections_listen(&other, where, false, &what, &why), 0);
	came.answer = -ENOMEM;
	assert_int_equal(connections_connect(&connections, where, &what, &why), -ENOMEM);
	written_said();
	assert_string_equal(what, "send there");
	connections_close(&other);
}

/* After 1, 2, 4 seconds and so on up to 30; and anew where it was good for something in between. */
static void one_that_has_gone_is_tried_again_ever_later(void **state is_unused)
{
	static const unsigned pauses[] = { 1, 2, 4, 8, 16, 30, 30 };

	for (size_t i = 0; i < array_size(pauses); i++) {
		const uint64_t before = clock_monotonic_ns();

		connections_retry_later(&connections, false);
		assert_in_range(connections.retry_ns, before + pauses[i] * SEC, clock_monotonic_ns() + pauses[i] * SEC);
	}
	connections_retry_later(&connections, true);
	assert_true(connections.retry_ns <= clock_monotonic_ns() + SEC);
}

static void it_is_connected_again_when_somebody_is_there(void **state is_unused)
{
	struct connections other = connections;
	const char *what, *why;
	int fd;

	written_listen();
	assert_int_equal(connections_listen(&other, where, false, &what, &why), 0);
	assert_int_equal(connections_connect(&connections, where, &what, &why), 0);
	assert_int_equal(connections_watch(&connections, &loop), 0);
	assert_int_equal(came.n, 1);
	close(came.fd);
	connections_retry_later(&connections, true);
	connections_tick(&connections, connections.retry_ns - 1);
	assert_int_equal(connections.dial_fd, -1);
	connections_tick(&connections, connections.retry_ns);
	while (came.n < 2)
		loop_wait(&loop, 1000);
	assert_int_equal(connections.retry_ns, UINT64_MAX);
	fd = accept(other.listen_fd, NULL, NULL);
	assert_true(fd >= 0);
	close(fd);
	assert_non_null(strstr(written_said(), "tcp:there: connected again\n"));
	connections_close(&other);
}

/* Nobody listens any more: it is later, and then later still. */
static void a_try_in_vain_is_followed_by_another(void **state is_unused)
{
	struct connections other = connections;
	const char *what, *why;

	written_listen();
	assert_int_equal(connections_listen(&other, where, false, &what, &why), 0);
	assert_int_equal(connections_connect(&connections, where, &what, &why), 0);
	written_said();
	assert_int_equal(connections_watch(&connections, &loop), 0);
	connections_close(&other);
	connections_retry_later(&connections, false);
	connections_tick(&connections, connections.retry_ns);
	while (connections.dial_fd >= 0)
		loop_wait(&loop, 1000);
	assert_int_equal(connections.pause_ns, 2 * SEC);
	assert_int_equal(came.n, 1);
}

int main(void)
{
#define with_loop(t)	cmocka_unit_test_setup_teardown(t, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		with_loop(whoever_comes_is_welcome),
		with_loop(where_somebody_listens_nobody_else_can),
		with_loop(the_wait_for_one_is_interrupted),
		with_loop(where_nobody_is_is_told),
		with_loop(who_cannot_stay_is_told),
		with_loop(one_that_has_gone_is_tried_again_ever_later),
		with_loop(it_is_connected_again_when_somebody_is_there),
		with_loop(a_try_in_vain_is_followed_by_another),
	};

	return unit_run("connections", tests, array_size(tests));
}
