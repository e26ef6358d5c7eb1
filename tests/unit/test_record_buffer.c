// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Records on their way into a file: what is collected and when it is written, which packets a file
 * lacks that was limited at each of its bytes, and how far the last ones can be taken back. And the
 * interfaces they are counted for.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/write/file_ifaces.h"
#include "capture/write/out.h"
#include "capture/write/record_buffer.h"

#include "tests/unit/out_file.h"
#include "tests/unit/unit.h"

#include "tests/unit/by_a_thread.h"

enum { COLLECTED = 64, PACKET_MIN = 16, MARKS = 4 * COLLECTED / PACKET_MIN, HEAD = 10, PACKET = 16 };

static struct file_ifaces ifaces;
static struct record_buffer b;

static int set_up(void **state)
{
	(void)state;
	ifaces = (struct file_ifaces){ .file = 0 };
	file_ifaces_next_file(&ifaces);
	assert_int_equal(record_buffer_init(&b, COLLECTED, PACKET_MIN, &ifaces), 0);
	assert_int_equal(out_open(&b.out, path, -1), 0);
	assert_int_equal(out_begin(b.out), 0);
	b.queue = queue;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	record_buffer_release(&b);
	file_ifaces_release(&ifaces);
	unlink(path);
	return 0;
}

static void put_head(void)
{
	memset(record_buffer_tail(&b), 'h', HEAD);
	record_buffer_put(&b, HEAD);
}

static void put_packet(size_t n, uint32_t iface)
{
	if (record_buffer_room(&b) < n && record_buffer_need(&b, n))
		return;
	memset(record_buffer_tail(&b), '0' + iface, n);
	record_buffer_put_packet(&b, n, iface);
}

static off_t size_of_file(void)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

static void what_is_collected_is_written_when_there_is_no_room(void **state)
{
	(void)state;
	put_head();
	for (unsigned i = 0; i < 3; i++)
		put_packet(PACKET, 0);
	assert_int_equal(size_of_file(), 0);
	assert_int_equal(record_buffer_room(&b), COLLECTED - HEAD - 3 * PACKET);
	put_packet(PACKET, 0);
	assert_int_equal(size_of_file(), HEAD + 3 * PACKET);
	assert_int_equal(b.used, PACKET);
	assert_int_equal(b.head_end, HEAD);
	assert_int_equal(b.whole, HEAD + 3 * PACKET);
	assert_int_equal(b.end, HEAD + 4 * PACKET);
	assert_int_equal(record_buffer_flush(&b), 0);
	assert_int_equal(size_of_file(), HEAD + 4 * PACKET);
	assert_int_equal(b.n_packets, 4);
}

static void a_long_record_has_room_for_itself_only(void **state)
{
	(void)state;
	put_head();
	put_packet(5 * COLLECTED, 0);
	assert_int_equal(size_of_file(), HEAD);
	assert_int_equal(record_buffer_room(&b), 0);
	put_packet(PACKET, 0);
	assert_int_equal(size_of_file(), HEAD + 5 * COLLECTED);
	assert_int_equal(record_buffer_room(&b), COLLECTED - PACKET);
}

/* For what is not to be in the file yet. */
static void room_can_be_had_without_writing(void **state)
{
	(void)state;
	put_head();
	assert_int_equal(record_buffer_grow(&b, 3 * COLLECTED), 0);
	assert_true(record_buffer_room(&b) == 3 * COLLECTED);
	assert_int_equal(size_of_file(), 0);
	assert_memory_equal(b.bytes, "hhhhhhhhhh", HEAD);
}

static void limit_file(rlim_t limit)
{
	struct rlimit r;

	getrlimit(RLIMIT_FSIZE, &r);
	r.rlim_cur = min_of(limit, r.rlim_max);
	setrlimit(RLIMIT_FSIZE, &r);
}

/* Packets of two interfaces in turn, all or none of which were written before the limit is met. */
static void limit_at(rlim_t limit, bool at_once)
{
	enum { N = 12 };
	uint64_t fit;

	limit_file(limit);
	put_head();
	if (at_once)
		assert_int_equal(record_buffer_grow(&b, N * PACKET), 0);
	for (unsigned i = 0; i < N; i++)
		put_packet(PACKET, i % 2);
	record_buffer_flush(&b);
	record_buffer_settle(&b);
	limit_file(RLIM_INFINITY);
	assert_int_equal(b.error, limit < HEAD + N * PACKET ? -EFBIG : 0);
	assert_int_equal(record_buffer_has_head(&b), limit >= HEAD);
	if (!record_buffer_has_head(&b)) {
		record_buffer_cut_all(&b);
		assert_int_equal(size_of_file(), 0);
		assert_int_equal(b.n_packets, 0);
		return;
	}
	assert_int_equal(record_buffer_cut_torn(&b), 0);
	fit = min_of(b.n_packets, (uint64_t)N);
	assert_int_equal(fit, min_of((limit - HEAD) / PACKET, (rlim_t)N));
	assert_int_equal(size_of_file(), HEAD + fit * PACKET);
	/* once writing has failed no more are put in: those are the caller's to count */
	if (at_once) {
		assert_int_equal(file_ifaces_lost(&ifaces, 0), N / 2 - (fit + 1) / 2);
		assert_int_equal(file_ifaces_lost(&ifaces, 1), N / 2 - fit / 2);
	}
}

static void a_file_ends_with_a_whole_record_whatever_its_limit(void **state)
{
	for (rlim_t limit = 0; limit <= HEAD + 13 * PACKET; limit++)
		for (int at_once = 0; at_once < 2; at_once++) {
			limit_at(limit, at_once);
			tear_down(state);
			set_up(state);
		}
}

static void packets_are_taken_back_as_far_as_is_known_where_they_end(void **state)
{
	unsigned n = 100;
	uint64_t marked;

	(void)state;
	put_head();
	for (unsigned i = 0; i < n; i++)
		put_packet(PACKET, i % 2);
	assert_int_equal(record_buffer_flush(&b), 0);
	marked = record_buffer_first_marked(&b);
	assert_int_equal(marked, n - (MARKS - 1));
	while (record_buffer_cut_last(&b, marked)) {
		n--;
		assert_int_equal(b.n_packets, n);
		assert_int_equal(size_of_file(), HEAD + n * PACKET);
	}
	assert_int_equal(n, marked + COLLECTED / PACKET_MIN - 1);
	assert_int_equal(ifaces.lost, 100 - n);
	assert_int_equal(file_ifaces_lost(&ifaces, 1), (100 - n + 1) / 2);
}

static void of_a_few_packets_all_can_be_taken_back_but_not_the_head(void **state)
{
	(void)state;
	put_head();
	put_packet(PACKET, 0);
	put_packet(PACKET + 1, 7);
	assert_int_equal(record_buffer_flush(&b), 0);
	assert_int_equal(record_buffer_first_marked(&b), 0);
	assert_true(record_buffer_cut_last(&b, 0));
	assert_int_equal(size_of_file(), HEAD + PACKET);
	assert_true(record_buffer_cut_last(&b, 0));
	assert_false(record_buffer_cut_last(&b, 0));
	assert_int_equal(size_of_file(), HEAD);
	assert_int_equal(file_ifaces_lost(&ifaces, 0), 1);
	assert_int_equal(file_ifaces_lost(&ifaces, 7), 1);
}

static void another_file_begins_with_nothing(void **state)
{
	struct out *next;

	(void)state;
	put_head();
	put_packet(5 * COLLECTED, 0);
	b.error = -EIO;
	assert_int_equal(out_open(&next, path, -1), 0);
	record_buffer_restart(&b, next);
	assert_ptr_equal(b.out, next);
	assert_int_equal(out_begin(next), 0);
	assert_int_equal(record_buffer_room(&b), COLLECTED);
	assert_int_equal(b.n_packets, 0);
	put_head();
	assert_int_equal(b.head_end, HEAD);
	assert_int_equal(record_buffer_flush(&b), 0);
	assert_int_equal(size_of_file(), HEAD);
}

static void full_is_what_less_may_fit_into(void **state)
{
	(void)state;
	assert_true(record_buffer_is_full(-ENOSPC) && record_buffer_is_full(-EDQUOT) &&
		    record_buffer_is_full(-EFBIG));
	assert_false(record_buffer_is_full(0) || record_buffer_is_full(-EIO) ||
		     record_buffer_is_full(-EPIPE));
}

static void interfaces_are_numbered_by_each_file_and_losses_stay(void **state)
{
	(void)state;
	assert_int_equal(file_ifaces_add(&ifaces, 9, 64), 0);
	assert_int_equal(file_ifaces_add(&ifaces, 2, 0), 0);
	assert_true(file_ifaces_has(&ifaces, 9) && file_ifaces_has(&ifaces, 2));
	assert_false(file_ifaces_has(&ifaces, 3) || file_ifaces_has(&ifaces, 1000));
	assert_int_equal(ifaces.known[9].number, 0);
	assert_int_equal(ifaces.known[9].snaplen, 64);
	assert_int_equal(ifaces.known[2].number, 1);
	assert_int_equal(ifaces.known[2].end, UINT64_MAX);
	file_ifaces_lose(&ifaces, 9);
	file_ifaces_lose(&ifaces, 5000);	/* that no file has described */
	file_ifaces_next_file(&ifaces);
	assert_false(file_ifaces_has(&ifaces, 9) || file_ifaces_has(&ifaces, 2));
	assert_int_equal(file_ifaces_add(&ifaces, 2, 0), 0);
	assert_int_equal(ifaces.known[2].number, 0);
	assert_int_equal(ifaces.ids[0], 2);
	assert_int_equal(ifaces.n, 1);
	assert_int_equal(file_ifaces_lost(&ifaces, 9), 1);
	assert_int_equal(file_ifaces_lost(&ifaces, 5000), 1);
	assert_int_equal(file_ifaces_lost(&ifaces, 100000), 0);
	assert_int_equal(ifaces.lost, 2);
}

static int set_up_with_a_thread(void **state)
{
	return start_queue(state) || set_up(state);
}

static int tear_down_with_a_thread(void **state)
{
	stop_queue(state);
	return tear_down(state);
}

static void packets_that_wait_are_more_than_there_were_marks_for(void **state)
{
	enum { N = 1000 };

	(void)state;
	stop_queue(NULL);
	assert_int_equal(write_queue_open(&queue, N * PACKET, -1), 0);
	b.queue = queue;
	put_head();
	for (unsigned i = 0; i < N; i++)
		put_packet(PACKET, i % 3);
	assert_int_equal(write_queue_state(queue).waiting + b.used, HEAD + N * PACKET);
	assert_int_equal(record_buffer_size(&b), HEAD + N * PACKET);
	assert_int_equal(record_buffer_written(&b), 0);
	assert_true(record_buffer_is_behind(&b));
	limit_file(HEAD + PACKET + 1);
	assert_int_equal(write_queue_start(queue, 1), 0);
	assert_int_equal(record_buffer_settle(&b), -EFBIG);
	limit_file(RLIM_INFINITY);
	assert_false(record_buffer_is_behind(&b));
	assert_int_equal(record_buffer_cut_torn(&b), 0);
	assert_int_equal(b.n_packets, 1);
	assert_int_equal(size_of_file(), HEAD + PACKET);
	assert_int_equal(file_ifaces_lost(&ifaces, 0), N / 3);
	assert_int_equal(file_ifaces_lost(&ifaces, 1), N / 3);
	assert_int_equal(file_ifaces_lost(&ifaces, 2), N / 3);
}

/* After an error of the thread as many can be taken back as without one: those of a full buffer. */
static void behind_packets_that_waited_others_can_be_taken_back(void **state)
{
	enum { BEFORE = 300, WAIT = 300 };
	uint64_t marked;
	unsigned n = BEFORE;

	(void)state;
	put_head();
	for (unsigned i = 0; i < BEFORE; i++)
		put_packet(PACKET, 0);
	assert_int_equal(record_buffer_flush(&b), 0);
	assert_int_equal(record_buffer_settle(&b), 0);
	limit_file(HEAD + BEFORE * PACKET);
	for (unsigned i = 0; i < WAIT && !b.error; i++)
		put_packet(PACKET, 0);
	record_buffer_flush(&b);
	marked = record_buffer_first_marked(&b);
	assert_int_equal(record_buffer_settle(&b), -EFBIG);
	limit_file(RLIM_INFINITY);
	assert_int_equal(record_buffer_cut_torn(&b), 0);
	assert_int_equal(b.n_packets, BEFORE);
	while (record_buffer_cut_last(&b, marked))
		assert_int_equal(size_of_file(), HEAD + --n * PACKET);
	assert_true(BEFORE - n >= COLLECTED / PACKET_MIN);
}

#define test(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
#define test_by_a_thread(fn, name_) \
	{ .name = name_, .test_func = fn, .setup_func = set_up_with_a_thread, \
	  .teardown_func = tear_down_with_a_thread }

int main(void)
{
	static const struct CMUnitTest tests[] = {
		test(what_is_collected_is_written_when_there_is_no_room),
		test(a_long_record_has_room_for_itself_only),
		test(room_can_be_had_without_writing),
		test(a_file_ends_with_a_whole_record_whatever_its_limit),
		test(packets_are_taken_back_as_far_as_is_known_where_they_end),
		test(of_a_few_packets_all_can_be_taken_back_but_not_the_head),
		test(another_file_begins_with_nothing),
		test_by_a_thread(a_file_ends_with_a_whole_record_whatever_its_limit,
				 "a_file_ends_with_a_whole_record_whatever_its_limit, by a thread"),
		test_by_a_thread(packets_that_wait_are_more_than_there_were_marks_for,
				 "packets_that_wait_are_more_than_there_were_marks_for"),
		test_by_a_thread(behind_packets_that_waited_others_can_be_taken_back,
				 "behind_packets_that_waited_others_can_be_taken_back"),
		test(full_is_what_less_may_fit_into),
		test(interfaces_are_numbered_by_each_file_and_losses_stay),
	};

	signal(SIGXFSZ, SIG_IGN);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("record_buffer", tests, sizeof(tests) / sizeof(*tests),
				       make_dir, remove_dir);
}
