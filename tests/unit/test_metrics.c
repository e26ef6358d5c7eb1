// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A state in the words of Prometheus, and addresses at which it is told. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/base/listen.h"
#include "capture/report/metrics.h"
#include "capture/report/state.h"

#include "tests/unit/unit.h"

static const struct address_case {
	const char *name, *word, *address;	/* NULL: refused */
	uint16_t port;
} addresses[] = {
	{ "a_port_is_that_of_the_loopback", "9100", "127.0.0.1", 9100 },
	{ "an_address_of_ipv4", "0.0.0.0:80", "0.0.0.0", 80 },
	{ "an_address_of_ipv6", "[::1]:65535", "::1", 65535 },
	{ "a_path", "unix:/run/x:9100", "/run/x:9100", 0 },
	{ "port_0", "0", NULL, 0 },
	{ "a_port_beyond", "65536", NULL, 0 },
	{ "no_port", "127.0.0.1:", NULL, 0 },
	{ "no_address", ":9100", NULL, 0 },
	{ "an_address_of_ipv6_without_brackets", "::1:9100", NULL, 0 },
	{ "empty_brackets", "[]:9100", NULL, 0 },
	{ "a_name", "localhost:9100", NULL, 0 },
	{ "an_empty_path", "unix:", NULL, 0 },
	{ "a_path_of_108_bytes", "unix:/2345678901234567890123456789012345678901234567890123456789"
	  "0123456789012345678901234567890123456789012345678",
	  NULL, 0 },
	{ "nothing", "", NULL, 0 },
};

static void test_address(void **state)
{
	const struct address_case *c = *state;
	const struct sockaddr_in6 *in6;
	const struct sockaddr_in *in;
	struct listen_address a;
	char text[128] = "";
	uint16_t port = 0;

	assert_int_equal(listen_parse(c->word, &a), c->address != NULL);
	if (!c->address)
		return;
	in = (const struct sockaddr_in *)&a.address;
	in6 = (const struct sockaddr_in6 *)&a.address;
	if (a.address.ss_family == AF_UNIX)
		strcpy(text, ((const struct sockaddr_un *)&a.address)->sun_path);
	else if (a.address.ss_family == AF_INET)
		inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text)), port = ntohs(in->sin_port);
	else
		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text)),
			port = ntohs(in6->sin6_port);
	assert_string_equal(text, c->address);
	assert_int_equal(port, c->port);
}

/* A path in a directory of its own, for @a. */
static void path_in(char *path, size_t cap, struct listen_address *a)
{
	char dir[] = "/tmp/listen.XXXXXX", word[128];

	assert_non_null(mkdtemp(dir));
	snprintf(path, cap, "%s/socket", dir);
	snprintf(word, sizeof(word), "unix:%s", path);
	assert_true(listen_parse(word, a));
}

static void remove_path(char *path)
{
	unlink(path);
	*strrchr(path, '/') = '\0';
	assert_int_equal(rmdir(path), 0);
}

/* Which refuses a connection as a socket does that nobody listens on. */
static void a_file_that_is_no_socket_stays(void **state)
{
	struct listen_address a;
	char path[64];

	(void)state;
	path_in(path, sizeof(path), &a);
	assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0600)), 0);
	assert_int_equal(listen_open(&a), -EADDRINUSE);
	listen_remove(&a);
	assert_int_equal(access(path, F_OK), 0);
	remove_path(path);
}

static void a_link_to_a_socket_stays(void **state)
{
	struct listen_address a, linked;
	char path[64], link[64];

	(void)state;
	path_in(path, sizeof(path), &a);
	path_in(link, sizeof(link), &linked);
	assert_int_equal(close(listen_open(&a)), 0);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(listen_open(&linked), -EADDRINUSE);
	assert_int_equal(unlink(link), 0);
	remove_path(link);
	remove_path(path);
}

/* What one leaves the next one takes, and that one's is not removed by the first. */
static void a_path_is_of_who_listens(void **state)
{
	struct listen_address a;
	char path[64];
	int first, next;

	(void)state;
	path_in(path, sizeof(path), &a);
	first = listen_open(&a);
	assert_true(first >= 0);
	assert_int_equal(listen_open(&a), -EADDRINUSE);
	close(first);
	next = listen_open(&a);
	assert_true(next >= 0);
	listen_remove(&a);
	assert_int_equal(access(path, F_OK), 0);
	close(next);
	listen_remove(&a);
	assert_int_equal(access(path, F_OK), -1);
	remove_path(path);
}

/* Begins when all do, and stays until @end is at its end: 1 if it has the path. */
static _Noreturn void have_the_path(const struct listen_address *a, int begin, int said, int end)
{
	char c;
	int fd;

	if (read(begin, &c, 1) < 0)
		_exit(1);
	fd = listen_open(a);
	c = fd >= 0 ? 'y' : fd == -EADDRINUSE ? 'n' : '?';
	if (write(said, &c, 1) < 0 || read(end, &c, 1) < 0)
		_exit(1);
	_exit(0);
}

/*
 * How many of them have it: a socket that is bound refuses until it listens, and is none that was
 * left.
 */
static unsigned race(const struct listen_address *a, unsigned n)
{
	int begin[2], said[2], end[2];
	unsigned have = 0;
	char c;

	assert_int_equal(pipe(begin) || pipe(said) || pipe(end), 0);
	for (unsigned i = 0; i < n; i++) {
		if (fork())
			continue;
		close(begin[1]);
		close(end[1]);
		have_the_path(a, begin[0], said[1], end[0]);
	}
	close(begin[1]);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(read(said[0], &c, 1), 1);
		have += c == 'y';
		assert_int_not_equal(c, '?');
	}
	close(end[1]);
	while (wait(NULL) > 0)
		;
	for (unsigned i = 0; i < 2; i++)
		close(said[i]);
	close(begin[0]);
	close(end[0]);
	return have;
}

static void of_several_that_begin_at_once_one_has_the_path(void **state)
{
	struct listen_address a;
	char path[64];

	(void)state;
	path_in(path, sizeof(path), &a);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(race(&a, 4), 1);
	remove_path(path);
}

static struct state_iface iface = {
	.name = (char *)"a\"b\\c\nd\xff",
	.ledger = { .seen = 10, .filtered = 1, .ring_full = 2, .copy_failed = 3, .delivered = 4, .taken = 4,
		    .refused = 1, .unwritten = 2, .if_dropped = 18446744073709551615u, .knows_if_dropped = true },
	.received = { .all = { 9, 900 }, .filtered = { 1, 60 } },
	.has_received = true,
	.program = (char *)"prog",
	.verdicts = { .by = { [1] = { 7, 700 } } },
};

/* @line with the label of that interface at %s. */
static void has(const char *page, const char *format)
{
	char line[256];

	snprintf(line, sizeof(line), format,
		 "interface=\"a\\\"b\\\\c\\nd\xef\xbf\xbd\",point=\"entry\"");
	if (!strstr(page, line))
		fail_msg("no '%s' in\n%s", line, page);
}

static char *page_of(bool openmetrics)
{
	const struct state s = { .start_ns = 1500000000, .now_ns = 3000000000, .captured = 1,
				 .n_ifaces = 1, .ifaces = &iface, .directory = (char *)"/nonexistent" };
	size_t n;
	char *page = metrics_text(&s, openmetrics, &n);

	assert_non_null(page);
	assert_int_equal(strlen(page), n);
	return page;
}

static void every_counter_of_a_statistics_block_is_told(void **state)
{
	char *page = page_of(false);

	(void)state;
	has(page, "\nxdpdump_seen_packets_total{%s} 10\n");
	has(page, "\nxdpdump_accepted_packets_total{%s} 9\n");
	has(page, "\nxdpdump_delivered_packets_total{%s} 4\n");
	has(page, "\nxdpdump_lost_packets_total{%s,cause=\"ring_full\"} 2\n");
	has(page, "\nxdpdump_lost_packets_total{%s,cause=\"error\"} 3\n");
	has(page, "\nxdpdump_lost_packets_total{%s,cause=\"not_written\"} 3\n");
	has(page, "\nxdpdump_lost_packets_total{%s,cause=\"if_drop\"} 18446744073709551615\n");
	has(page, "\nxdpdump_packets_total{%s,direction=\"in\"} 9\n");
	has(page, "\nxdpdump_bytes_total{%s,direction=\"in\"} 900\n");
	has(page, "\nxdpdump_filtered_packets_total{%s,direction=\"in\"} 1\n");
	has(page, "\nxdpdump_verdict_packets_total{%s,verdict=\"drop\"} 7\n");
	has(page, "\nxdpdump_start_time_seconds 1.5\n");
	has(page,
	    "\n# TYPE xdpdump_captured_packets_total counter\nxdpdump_captured_packets_total 1\n");
	free(page);
}

static void what_is_not_known_is_not_told(void **state)
{
	char *page = page_of(false);

	(void)state;
	assert_null(strstr(page, "direction=\"out\""));
	assert_null(strstr(page, "last_packet"));
	assert_null(strstr(page, "disk_free"));
	assert_null(strstr(page, "sample"));
	assert_null(strstr(page, "rate_limit"));
	assert_null(strstr(page, "trigger"));
	assert_null(strstr(page, "EOF"));
	free(page);
}

static void what_the_recorder_keeps_is_told(void **state)
{
	const struct state s = { .n_ifaces = 1, .ifaces = &iface, .has_recorder = true,
				 .triggers = 3, .triggers_ignored = 1, .matches = 5, .in_memory = 100,
				 .memory_ns = 2500000000, .forgotten = 849 };
	char *page;
	size_t n;

	(void)state;
	page = metrics_text(&s, false, &n);
	assert_non_null(page);
	has(page, "\nxdpdump_triggers_total 3\n");
	has(page, "\nxdpdump_triggers_ignored_total 1\n");
	has(page, "\nxdpdump_trigger_matches_total 5\n");
	has(page, "\n# TYPE xdpdump_memory_packets gauge\nxdpdump_memory_packets 100\n");
	has(page, "\nxdpdump_memory_reach_seconds 2.5\n");
	has(page, "\nxdpdump_forgotten_packets_total 849\n");
	free(page);
}

static void what_became_of_records_is_told(void **state)
{
	const struct state s = { .n_ifaces = 1, .ifaces = &iface, .has_records = true,
				 .records = { .made = 10, .delivered = 5, .spooled = 2, .refused = 1, .former = 7 } };
	char *text;
	size_t n;

	(void)state;
	text = metrics_text(&s, false, &n);
	assert_non_null(text);
	has(text, "\nxdpdump_records_total 10\n");
	has(text, "\nxdpdump_records_delivered_total 5\n");
	has(text, "\nxdpdump_records_refused_total 1\n");
	has(text, "\n# TYPE xdpdump_records_in_spool gauge\nxdpdump_records_in_spool 2\n");
	has(text, "\nxdpdump_former_records_delivered_total 7\n");
	free(text);
	text = state_json(&s, &n);
	assert_non_null(text);
	has(text,
	    ",\"records\":{\"made\":10,\"delivered\":5,\"spooled\":2,\"refused\":1,\"former\":7}");
	free(text);
}

static void what_is_left_out_on_purpose_is_told(void **state)
{
	struct state_iface one = iface;
	const struct state s = { .n_ifaces = 1, .ifaces = &one, .ledger = { .asked = { .sample = 20, .rate = 30 } } };
	char *page;
	size_t n;

	(void)state;
	one.ledger.sampled_out = 190;
	one.ledger.rate_limited = 10;
	page = metrics_text(&s, false, &n);
	assert_non_null(page);
	has(page, "\nxdpdump_sample 20\n");
	has(page, "\nxdpdump_sampled_out_packets_total{%s} 190\n");
	has(page, "\nxdpdump_accepted_packets_total{%s} 209\n");
	has(page, "\nxdpdump_rate_limit 30\n");
	has(page, "\nxdpdump_rate_limited_packets_total{%s} 10\n");
	free(page);
}

static void openmetrics_has_families_without_total_and_an_end(void **state)
{
	char *page = page_of(true);

	(void)state;
	has(page, "\n# TYPE xdpdump_captured_packets counter\nxdpdump_captured_packets_total 1\n");
	assert_string_equal(page + strlen(page) - 7, "\n# EOF\n");
	free(page);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(a_file_that_is_no_socket_stays),
		cmocka_unit_test(a_link_to_a_socket_stays),
		cmocka_unit_test(a_path_is_of_who_listens),
		cmocka_unit_test(of_several_that_begin_at_once_one_has_the_path),
		cmocka_unit_test(every_counter_of_a_statistics_block_is_told),
		cmocka_unit_test(what_is_not_known_is_not_told),
		cmocka_unit_test(what_is_left_out_on_purpose_is_told),
		cmocka_unit_test(what_the_recorder_keeps_is_told),
		cmocka_unit_test(what_became_of_records_is_told),
		cmocka_unit_test(openmetrics_has_families_without_total_and_an_end),
	};
	struct CMUnitTest tests[sizeof(addresses) / sizeof(addresses[0]) +
				sizeof(others) / sizeof(others[0])];
	size_t n = 0;

	unit_of_table(addresses, test_address, tests, n);
	memcpy(tests + n, others, sizeof(others));
	return unit_run("metrics", tests, n + sizeof(others) / sizeof(others[0]));
}
