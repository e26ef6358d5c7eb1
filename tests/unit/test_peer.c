// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A capture for somebody at the other end of a socket: its queue, and what is in it. */
#include <sys/socket.h>

#include "capture/write/file_ifaces.h"
#include "capture/write/outputs.h"
#include "capture/write/peer.h"
#include "capture/write/peer_queue.h"

#include "tests/unit/written.h"

#define S	* WRITTEN_SEC

/* ---- the queue ---- */

static unsigned n_lost[WRITTEN_IFACES];

static void count_lost(void *ctx is_unused, uint32_t id)
{
	n_lost[id]++;
}

/* @n bytes at most are sent; what they are. */
static const char *take(struct peer_queue *q, size_t n)
{
	static char taken[64];
	size_t at = 0, len;

	while (at < n) {
		const char *bytes = peer_queue_next(q, &len);

		if (!len)
			break;
		len = min_of(len, n - at);
		memcpy(taken + at, bytes, len);
		at += len;
		peer_queue_sent(q, len);
	}
	taken[at] = '\0';
	return taken;
}

static void packets_are_there_when_they_are_there_whole(void **state is_unused)
{
	struct peer_queue *q;

	assert_int_equal(peer_queue_open(&q, 16), 0);
	assert_int_equal(peer_queue_put(q, PEER_QUEUE_NO_PACKET, "head", 4), 0);
	assert_int_equal(peer_queue_put(q, 0, "one", 3), 0);
	assert_int_equal(peer_queue_put(q, 1, "two", 3), 0);
	assert_string_equal(take(q, 6), "headon");
	assert_int_equal(peer_queue_packets(q), 0);
	assert_string_equal(take(q, 1), "e");
	assert_int_equal(peer_queue_packets(q), 1);
	assert_int_equal(peer_queue_bytes(q), 7);
	assert_int_equal(peer_queue_waiting(q), 3);
	assert_string_equal(take(q, 9), "two");
	assert_int_equal(peer_queue_packets(q), 2);
	peer_queue_close(q);
}

static void what_has_no_room_is_not_in_it(void **state is_unused)
{
	struct peer_queue *q;

	assert_int_equal(peer_queue_open(&q, 8), 0);
	assert_int_equal(peer_queue_put(q, 0, "12345", 5), 0);
	assert_int_equal(peer_queue_put(q, 0, "6789", 4), -ENOBUFS);
	assert_int_equal(peer_queue_put(q, 0, "678", 3), 0);
	assert_string_equal(take(q, 5), "12345");
	assert_int_equal(peer_queue_put(q, 0, "abcde", 5), 0);
	assert_int_equal(peer_queue_put(q, 0, "f", 1), -ENOBUFS);
	assert_string_equal(take(q, 20), "678abcde");
	assert_int_equal(peer_queue_packets(q), 3);
	peer_queue_close(q);
}

static void more_small_ones_than_expected(void **state is_unused)
{
	enum { N = 5000 };
	struct peer_queue *q;

	assert_int_equal(peer_queue_open(&q, 2 * N), 0);
	for (unsigned i = 0; i < 3; i++)	/* the marks do not begin at their first place */
		assert_int_equal(peer_queue_put(q, 0, "x", 1), 0);
	assert_string_equal(take(q, 2), "xx");
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(peer_queue_put(q, i % 2, "ab", 2 - i % 2), 0);
	for (unsigned i = 0; i < 60; i++)
		take(q, 60);
	assert_int_equal(peer_queue_packets(q), 2 + 1 + (3600 - 1) / 3 * 2 + 1);
	memset(n_lost, 0, sizeof(n_lost));
	peer_queue_drop(q, count_lost, NULL);
	assert_int_equal(n_lost[0] + n_lost[1] + peer_queue_packets(q), 3 + N);
	assert_int_equal(n_lost[0] + 1, n_lost[1]);
	assert_int_equal(peer_queue_waiting(q), 0);
	peer_queue_close(q);
}

/* ---- the capture ---- */

struct line { struct written_source from; struct file_ifaces lost; struct peer *peer; int reader; };

static void open_line(struct line *l, enum file_format format)
{
	const struct peer_settings s = { .format = format, .lost = &l->lost };
	int fds[2];

	*l = (struct line){ .from = written_source() };
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	l->reader = fds[1];
	assert_int_equal(peer_open(&l->peer, fds[0], &s), 0);
	assert_int_equal(peer_begin(l->peer, &l->from.source), 0);
}

static void close_line(struct line *l)
{
	peer_close(l->peer);
	file_ifaces_release(&l->lost);
	if (l->reader >= 0)
		close(l->reader);
}

/* What has come into the file; false: the end. */
static bool read_into(const struct line *l, int fd)
{
	static char bytes[1 << 16];
	ssize_t n;

	while ((n = recv(l->reader, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		assert_int_equal(write(fd, bytes, n), n);
	return n < 0;
}

static void write_file(enum file_format format, unsigned n)
{
	const struct outputs_settings s = { .file = { .path = "file", .format = format } };
	struct written_source from = written_source();
	struct outputs f;

	assert_int_equal(outputs_open(&f, &s, -1), STATUS_OK);
	assert_true(outputs_begin(&f, &from.source, 1600000000 S, 1600000000 S));
	for (unsigned i = 1; i <= n; i++) {
		struct packet p = written_packet(i, (1600000000 + i) S, 100, i % 2);

		assert_true(outputs_packet(&f, &p));
	}
	outputs_finish(&f);
	outputs_close(&f);
}

/*
 * Of pcap a file that is complete has a better snapshot length in its head, which a stream cannot
 * have.
 */
static bool are_same(enum file_format format)
{
	return !system(format == FORMAT_PCAPNG ? "cmp stream file"
					       : "cmp -n 16 stream file && cmp -i 20 stream file");
}

static void the_bytes_are_those_of_a_file(void **state is_unused)
{
	static const enum file_format formats[] = { FORMAT_PCAPNG, FORMAT_PCAP, FORMAT_PCAP_NS };

	for (size_t f = 0; f < array_size(formats); f++) {
		int fd = open("stream", O_CREAT | O_TRUNC | O_WRONLY, 0600);
		struct line l;

		write_file(formats[f], 20);
		open_line(&l, formats[f]);
		for (unsigned i = 1; i <= 20; i++) {
			struct packet p = written_packet(i, (1600000000 + i) S, 100, i % 2);

			assert_int_equal(peer_packet(l.peer, &p), 0);
		}
		assert_int_equal(peer_end(l.peer), 0);
		assert_int_equal(peer_send(l.peer), 0);
		assert_int_equal(peer_packets(l.peer), 20);
		peer_shut(l.peer);
		assert_false(read_into(&l, fd));
		assert_true(are_same(formats[f]));
		close_line(&l);
		close(fd);
	}
}

/* What is not read waits, up to a limit; and then it goes on. */
static void who_is_slow_is_seen(void **state is_unused)
{
	enum { MANY = 100000 };
	int fd = open("stream", O_CREAT | O_TRUNC | O_WRONLY, 0600);
	struct packet p = written_packet(1, 1600000000 S, 1000, 0);
	struct line l;
	unsigned n = 0;
	char list[64];

	open_line(&l, FORMAT_PCAPNG);
	for (; n < MANY && peer_has_room(l.peer, &p); n++) {
		p = written_packet(n + 1, 1600000000 S, 1000, 0);
		assert_int_equal(peer_packet(l.peer, &p), 0);
		assert_int_equal(peer_push(l.peer), 0);
	}
	assert_true(n > 7000 && n < 12000);
	assert_true(peer_is_blocked(l.peer));
	assert_true(peer_waiting(l.peer) <= 8 << 20);
	while (peer_waiting(l.peer)) {
		assert_true(read_into(&l, fd));
		assert_int_equal(peer_woken(l.peer), 0);
	}
	assert_true(peer_has_room(l.peer, &p));
	assert_int_equal(peer_packets(l.peer), n);
	read_into(&l, fd);
	close(fd);
	written_file("stream", list, sizeof(list));
	assert_non_null(strstr(list, "1-"));
	assert_int_equal(atoi(list + 2), n);
	close_line(&l);
}

static void what_it_says_is_thrown_away(void **state is_unused)
{
	struct line l;

	open_line(&l, FORMAT_PCAPNG);
	assert_int_equal(write(l.reader, "GET / HTTP/1.1\r\n\r\n", 18), 18);
	assert_int_equal(peer_woken(l.peer), 0);
	shutdown(l.reader, SHUT_WR);
	assert_int_equal(peer_woken(l.peer), 0);
	assert_true(peer_is_over(l.peer));
	close_line(&l);
}

static void of_one_that_has_gone_the_rest_is_lost(void **state is_unused)
{
	struct line l;

	open_line(&l, FORMAT_PCAPNG);
	for (unsigned i = 1; i <= 5; i++) {
		struct packet p = written_packet(i, 1600000000 S, 100, i % 2);

		assert_int_equal(peer_packet(l.peer, &p), 0);
		if (i == 2)
			assert_int_equal(peer_send(l.peer), 0);
	}
	close(l.reader);
	l.reader = -1;
	assert_int_equal(peer_send(l.peer), -EPIPE);
	memset(n_lost, 0, sizeof(n_lost));
	peer_drop(l.peer, count_lost, NULL);
	assert_int_equal(peer_packets(l.peer), 2);
	assert_int_equal(n_lost[0], 1);
	assert_int_equal(n_lost[1], 2);
	close_line(&l);
}

static void what_pcap_cannot_express_is_told(void **state is_unused)
{
	struct packet p = written_packet(1, UINT64_MAX, 100, 0);
	struct line l;

	open_line(&l, FORMAT_PCAP);
	assert_int_equal(peer_packet(l.peer, &p), 1);
	assert_int_equal(peer_unfit(l.peer), FORMAT_TOO_LATE);
	p = written_packet(1, 1600000000 S, 100, 0);
	assert_int_equal(peer_packet(l.peer, &p), 0);
	close_line(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_are_there_when_they_are_there_whole),
		cmocka_unit_test(what_has_no_room_is_not_in_it),
		cmocka_unit_test(more_small_ones_than_expected),
		cmocka_unit_test_setup_teardown(the_bytes_are_those_of_a_file, written_set_up,
						written_tear_down),
		cmocka_unit_test_setup_teardown(who_is_slow_is_seen, written_set_up,
						written_tear_down),
		cmocka_unit_test(what_it_says_is_thrown_away),
		cmocka_unit_test(of_one_that_has_gone_the_rest_is_lost),
		cmocka_unit_test(what_pcap_cannot_express_is_told),
	};

	return unit_run("peer", tests, array_size(tests));
}
