// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Hosts and ports, and connections that do not come. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#include "capture/base/dial.h"
#include "capture/base/util.h"

#include "tests/unit/unit.h"

/* @port 0: it is none. */
static const struct { const char *word; uint16_t port; } words[] = {
	{ "localhost:57012", 57012 }, { "192.0.2.1:1", 1 }, { "[2001:db8::1]:65535", 65535 },
	{ "", 0 }, { "host", 0 }, { "57012", 0 }, { ":57012", 0 }, { "host:", 0 }, { "host:0", 0 },
	{ "host:65536", 0 }, { "host:http", 0 }, { "2001:db8::1:57012", 0 }, { "[]:1", 0 },
	{ "[host]:1", 0 },
	{ "//host:57012", 0 }, { "a host:1", 0 },
};

static void a_host_has_a_port(void **state is_unused)
{
	for (size_t i = 0; i < array_size(words); i++) {
		uint16_t port = 0;

		if (dial_parse(words[i].word, &port) != !!words[i].port || port != words[i].port)
			fail_msg("'%s': port %u", words[i].word, port);
	}
}

static void a_long_host_is_none(void **state is_unused)
{
	char word[400];

	memset(word, 'x', sizeof(word));
	strcpy(word + sizeof(word) - 7, ":57012");
	assert_false(dial_parse(word, NULL));
	strcpy(word + 255, ":57012");
	assert_true(dial_parse(word, NULL));
}

/* A port of the loopback, where somebody listens in *@fd. */
static uint16_t listen_somewhere(int *fd)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	*fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(*fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(*fd, 1), 0);
	assert_int_equal(getsockname(*fd, (struct sockaddr *)&at, &len), 0);
	return ntohs(at.sin_port);
}

static void somebody_is_there_or_not(void **state is_unused)
{
	struct listen_address to;
	const char *why = NULL;
	char word[64];
	int listening, fd;

	snprintf(word, sizeof(word), "127.0.0.1:%u", listen_somewhere(&listening));
	fd = dial_open(word, &to, NULL, NULL, &why);
	assert_true(fd >= 0);
	assert_int_equal(dial_failed(fd), 0);
	close(fd);
	close(listening);
	assert_int_equal(dial_open(word, &to, NULL, NULL, &why), -ECONNREFUSED);
	assert_string_equal(why, "Connection refused");
	assert_int_equal(dial_open("127.0.0.1", &to, NULL, NULL, &why), -EINVAL);
	assert_string_equal(why, "not HOST:PORT");
}

/* A name that no resolver has; who looks meanwhile may end it. */
static int stop(void *ctx is_unused)
{
	return EINTR;
}

static void a_name_is_looked_up(void **state is_unused)
{
	struct listen_address to;
	const char *why = NULL;
	int got = dial_open("no-such-host.invalid:1", &to, NULL, NULL, &why);

	assert_int_equal(got, -EHOSTUNREACH);
	assert_non_null(why);
	got = dial_open("no-such-host.invalid:1", &to, stop, NULL, &why);
	assert_true(got == -EINTR || got == -EHOSTUNREACH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_has_a_port),
		cmocka_unit_test(a_long_host_is_none),
		cmocka_unit_test(somebody_is_there_or_not),
		cmocka_unit_test(a_name_is_looked_up),
	};

	return unit_run("dial", tests, array_size(tests));
}
