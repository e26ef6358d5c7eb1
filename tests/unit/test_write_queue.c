// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The queue before a file: what is put in stands there in its order; it waits for room and for the
 * end, can be interrupted, and of a failure it says where; its memory is given back. What several
 * threads compress is the same bytes as if one did, and so is what goes past the page cache.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "capture/base/sanitized.h"
#include "capture/base/util.h"
#include "capture/write/out.h"

#include "tests/unit/out_file.h"
#include "tests/unit/unit.h"

#include "tests/unit/by_a_thread.h"

enum { PIECE = 1000 };

static struct out *out;
static struct write_buffer buffer;
static int interrupt_fd;

static int set_up(void **state)
{
	(void)state;
	interrupt_fd = eventfd(0, EFD_CLOEXEC);
	buffer = (struct write_buffer){ malloc(PIECE), 0, PIECE };
	return out_open(&out, path, -1) || out_begin(out) ||
	       write_queue_open(&queue, 4 * PIECE, interrupt_fd);
}

static int tear_down(void **state)
{
	stop_queue(state);
	out = out_close(out);
	free(buffer.bytes);
	close(interrupt_fd);
	return unlink(path) && errno != ENOENT;
}

static int put(char c, size_t n)
{
	memset(buffer.bytes, c, n);
	buffer.used = n;
	return write_queue_put(queue, out, &buffer, PIECE, true);
}

static size_t slurp(char *to, size_t cap)
{
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(to, 1, cap, f) : 0;

	if (f)
		fclose(f);
	return n;
}

static void settle(int expected, uint64_t expected_waiting)
{
	struct write_buffer failed;
	uint64_t waiting;

	assert_int_equal(write_queue_settle(queue, &failed, &waiting), expected);
	assert_int_equal(waiting, expected_waiting);
	assert_int_equal(write_queue_state(queue).waiting, 0);
	assert_int_equal(write_queue_state(queue).error, 0);
}

static void pieces_are_written_in_order(void **state)
{
	enum { N = 500 };
	static char file[N * PIECE + 1];
	size_t n = 0, at = 0;

	(void)state;
	assert_int_equal(write_queue_start(queue, 1), 0);
	for (unsigned i = 0; i < N; i++) {
		size_t len = 1 + i * 7919 % PIECE;

		assert_int_equal(put('a' + i % 26, len), 0);
		assert_int_equal(buffer.used, 0);
		assert_true(buffer.bytes && buffer.cap >= PIECE);
		n += len;
	}
	settle(0, 0);
	assert_int_equal(out_size(out), n);
	assert_int_equal(slurp(file, sizeof(file)), n);
	for (unsigned i = 0; i < N; i++)
		for (size_t k = 1 + i * 7919 % PIECE; k; k--)
			assert_int_equal(file[at++], 'a' + i % 26);
}

/* No thread has begun to empty it. */
static void a_full_queue_is_waited_for_but_not_for_ever(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(put('a' + i, PIECE), 0);
	assert_int_equal(write_queue_state(queue).waiting, 4 * PIECE);
	eventfd_write(interrupt_fd, 1);
	assert_int_equal(put('e', PIECE), -EINTR);
	assert_int_equal(buffer.used, PIECE);
	assert_int_equal(buffer.bytes[PIECE - 1], 'e');
	assert_int_equal(write_queue_state(queue).waiting, 4 * PIECE);
	assert_int_equal(write_queue_start(queue, 1), 0);
	settle(0, 0);
	assert_int_equal(put('e', PIECE), 0);
	settle(0, 0);
	assert_int_equal(out_size(out), 5 * PIECE);
}

static void a_piece_that_is_larger_than_the_queue_goes_through_alone(void **state)
{
	(void)state;
	assert_int_equal(write_queue_start(queue, 1), 0);
	buffer.bytes = realloc(buffer.bytes, buffer.cap = 10 * PIECE);
	assert_int_equal(put('x', 10 * PIECE), 0);
	assert_int_equal(put('y', PIECE), 0);
	settle(0, 0);
	assert_int_equal(out_size(out), 11 * PIECE);
}

/*
 * The third piece comes up to its middle. What is behind it is not written, and the queue
 * goes on.
 */
static void a_failure_is_told_of_with_its_piece_and_what_came_behind(void **state)
{
	struct rlimit all, small;
	struct write_buffer failed;
	uint64_t waiting;

	(void)state;
	getrlimit(RLIMIT_FSIZE, &all);
	small = (struct rlimit){ 2 * PIECE + PIECE / 2, all.rlim_max };
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(put('a' + i, PIECE), 0);
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(write_queue_start(queue, 1), 0);
	while (!write_queue_state(queue).error)
		usleep(1000);
	assert_int_equal(write_queue_state(queue).waiting, 2 * PIECE);
	assert_int_equal(put('e', PIECE), -EFBIG);
	assert_int_equal(buffer.used, PIECE);
	assert_int_equal(write_queue_settle(queue, &failed, &waiting), -EFBIG);
	assert_int_equal(waiting, 2 * PIECE);
	assert_int_equal(failed.used, PIECE);
	assert_int_equal(failed.bytes[0], 'c');
	assert_int_equal(out_offset(out), 2 * PIECE + PIECE / 2);
	setrlimit(RLIMIT_FSIZE, &all);
	assert_int_equal(put('f', PIECE), 0);
	settle(0, 0);
	assert_int_equal(out_offset(out), 3 * PIECE + PIECE / 2);
}

/* ---- compressed by several ---- */

enum { BIG = 100 * 1000, N_BIG = 60, THREADS = 4 };

/* Each takes another time: it is as long as it is, and more or less the same all over. */
static size_t fill_big(uint8_t *to, unsigned i)
{
	size_t n = i % 5 ? 1 + i * 7919 % BIG : BIG;
	uint32_t x = i;

	for (size_t k = 0; k < n; k++) {
		x = x * 1664525 + 1013904223;
		to[k] = i % 3 ? x >> 24 : i;
	}
	return n;
}

static void open_compressed(int level)
{
	queue = write_queue_close(queue);
	assert_int_equal(write_queue_open(&queue, N_BIG * BIG, -1), 0);
	assert_int_equal(out_set_codec(out, (struct codec){ CODEC_ZSTD, level }), 0);
	buffer.bytes = realloc(buffer.bytes, buffer.cap = BIG);
}

static int put_big(unsigned i)
{
	buffer.used = fill_big(buffer.bytes, i);
	return write_queue_put(queue, out, &buffer, BIG, true);
}

/* Each piece is a frame, and they are those of the first pieces, in order. Returns how many. */
static unsigned frames_of_first(void)
{
	static uint8_t file[N_BIG * BIG], want[BIG], got[BIG];
	size_t n = slurp((char *)file, sizeof(file)), at = 0;
	unsigned i = 0;

	for (; at < n; i++) {
		size_t len = ZSTD_findFrameCompressedSize(file + at, n - at);

		assert_false(ZSTD_isError(len));
		assert_int_equal(ZSTD_decompress(got, BIG, file + at, len), fill_big(want, i));
		assert_memory_equal(got, want, fill_big(want, i));
		at += len;
	}
	return i;
}

static void what_several_threads_compress_stays_in_order(void **state)
{
	uint64_t given = 0;

	(void)state;
	open_compressed(1);
	assert_int_equal(write_queue_start(queue, THREADS), 0);
	for (unsigned i = 0; i < N_BIG; i++) {
		assert_int_equal(put_big(i), 0);
		given += fill_big(buffer.bytes, i);
	}
	settle(0, 0);
	assert_int_equal(out_offset(out), given);
	assert_int_equal(frames_of_first(), N_BIG);
}

static void a_failure_of_one_leaves_whole_frames_and_none_of_those_behind(void **state)
{
	struct rlimit all, small;
	struct write_buffer failed;
	uint64_t waiting, behind = 0;
	static uint8_t bytes[BIG];
	unsigned n = 0, done;

	(void)state;
	getrlimit(RLIMIT_FSIZE, &all);
	small = (struct rlimit){ 2 * BIG, all.rlim_max };
	open_compressed(15);	/* which takes time */
	setrlimit(RLIMIT_FSIZE, &small);
	while (n < N_BIG / 2)
		assert_int_equal(put_big(n++), 0);
	assert_int_equal(write_queue_start(queue, THREADS), 0);
	assert_int_equal(write_queue_settle(queue, &failed, &waiting), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &all);
	done = frames_of_first();
	assert_in_range(done, 1, n - THREADS - 1);
	for (unsigned i = done; i < n; i++)
		behind += fill_big(bytes, i);
	assert_int_equal(waiting, behind);
	assert_int_equal(failed.used, fill_big(bytes, done));
	assert_memory_equal(failed.bytes, bytes, failed.used);
	for (; done < N_BIG; done++)
		assert_int_equal(put_big(done), 0);
	settle(0, 0);
	assert_int_equal(frames_of_first(), N_BIG);
}

static void the_end_waits_for_what_is_being_written_and_no_more(void **state)
{
	(void)state;
	open_compressed(1);
	assert_int_equal(write_queue_start(queue, THREADS), 0);
	for (unsigned i = 0; i < N_BIG; i++)
		assert_int_equal(put_big(i), 0);
	queue = write_queue_close(queue);
	frames_of_first();
}

/* ---- past the page cache ---- */

static const char *const in_file = "in front of all";

/* What is put in comes behind a few bytes, so that blocks and pieces do not begin together. */
static void open_direct(size_t max)
{
	queue = write_queue_close(queue);
	assert_int_equal(write_queue_open(&queue, max, -1), 0);
	assert_int_equal(write_queue_direct(queue, DIRECT_ALWAYS), 0);
	out_allow_direct(out, true);
	assert_true(out_is_direct(out));
	assert_int_equal(out_write(out, in_file, strlen(in_file)), 0);
	buffer.bytes = realloc(buffer.bytes, buffer.cap = BIG);
}

/* Piece @i, but no more of it than @left. */
static void put_of(unsigned i, size_t left)
{
	buffer.used = min_of(fill_big(buffer.bytes, i), left);
	assert_int_equal(write_queue_put(queue, out, &buffer, BIG, true), 0);
}

static void want_pieces(size_t size)
{
	static char file[N_BIG * BIG];
	static uint8_t want[BIG];
	size_t n = slurp(file, sizeof(file)), at = strlen(in_file);

	assert_int_equal(n, size);
	assert_memory_equal(file, in_file, at);
	for (unsigned i = 0; at < n; i++) {
		size_t part = min_of(fill_big(want, i), n - at);

		assert_memory_equal(file + at, want, part);
		at += part;
	}
}

/* Not every kernel has it for a file system in memory. */
static bool can_be_direct(void)
{
	int fd = open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);

	return fd >= 0 && !close(fd);
}

static bool is_direct_now(void)
{
	return fcntl(out_fd(out), F_GETFL) & O_DIRECT;
}

static void blocks_and_what_is_around_them_are_what_was_put_in(void **state)
{
	const size_t end = 3 * OUT_BLOCK;
	size_t at = strlen(in_file);

	(void)state;
	open_direct(4 * OUT_BLOCK);
	for (unsigned i = 0; at < end; i++) {
		put_of(i, end - at);
		at += fill_big(buffer.bytes, i);
	}
	assert_int_equal(write_queue_start(queue, 1), 0);
	settle(0, 0);
	want_pieces(end);
	assert_int_equal(out_size(out), end);
	assert_int_equal(is_direct_now(), can_be_direct());	/* the last was a block */
	assert_int_equal(out_write(out, in_file, 5), 0);
	assert_false(is_direct_now());
	assert_int_equal(out_size(out), end + 5);
}

static void as_they_come_as_well(void **state)
{
	size_t at = strlen(in_file);

	(void)state;
	open_direct(2 * OUT_BLOCK);
	assert_int_equal(write_queue_start(queue, 1), 0);
	for (unsigned i = 0; i < N_BIG; i++) {
		put_of(i, BIG);
		at += fill_big(buffer.bytes, i);
		if (i % 20 == 19)
			write_queue_hurry(queue);
	}
	settle(0, 0);
	want_pieces(at);
}

static void a_block_is_not_waited_for_when_somebody_wants_to_see_what_there_is(void **state)
{
	struct stat st = { .st_size = 0 };
	size_t n;

	(void)state;
	open_direct(2 * OUT_BLOCK);
	assert_int_equal(write_queue_start(queue, 1), 0);
	put_of(0, BIG);
	n = strlen(in_file) + fill_big(buffer.bytes, 0);
	write_queue_hurry(queue);
	while (st.st_size < (off_t)n) {
		usleep(1000);
		assert_int_equal(stat(path, &st), 0);
	}
	want_pieces(n);
}

/* The limit is within a block, and that within a piece. */
static void where_a_block_has_no_room_as_much_is_written_as_fits(void **state)
{
	const size_t limit = OUT_BLOCK + OUT_BLOCK / 2;
	static uint8_t bytes[BIG];
	struct rlimit all, small;
	struct write_buffer failed;
	uint64_t waiting, end;
	size_t at = strlen(in_file);
	unsigned i = 0;

	(void)state;
	getrlimit(RLIMIT_FSIZE, &all);
	small = (struct rlimit){ limit, all.rlim_max };
	open_direct(4 * OUT_BLOCK);
	for (unsigned n = 0; at < 3 * OUT_BLOCK; n++) {
		put_of(n, BIG);
		at += fill_big(bytes, n);
	}
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(write_queue_start(queue, 1), 0);
	assert_int_equal(write_queue_settle(queue, &failed, &waiting), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &all);
	want_pieces(limit);
	assert_int_equal(out_offset(out), limit);
	for (end = strlen(in_file); end + fill_big(bytes, i) <= limit; i++)
		end += fill_big(bytes, i);
	assert_int_equal(at - waiting, end);
	assert_int_equal(failed.used, fill_big(bytes, i));
	assert_memory_equal(failed.bytes, bytes, failed.used);
	assert_int_equal(out_cut(out, end), 0);
	while (end < limit) {
		put_of(i, BIG);
		end += fill_big(bytes, i++);
	}
	settle(0, 0);
	want_pieces(end);
}

static void its_size_is_that_of_what_is_written(void **state)
{
	struct write_queue_state s;

	(void)state;
	assert_int_equal(out_write(out, "head", 4), 0);
	assert_int_equal(put('a', PIECE), 0);
	s = write_queue_state(queue);
	assert_int_equal(s.size, 4);
	assert_int_equal(s.waiting, PIECE);
}

static void what_was_not_written_is_forgotten_at_the_end(void **state)
{
	(void)state;
	assert_int_equal(put('a', PIECE), 0);
	queue = write_queue_close(queue);
	assert_int_equal(out_size(out), 0);
	assert_null(write_queue_close(NULL));
}

/* @moves: it stands still until that is posted. */
static int take_late(void *moves, const void *bytes, size_t n)
{
	(void)bytes, (void)n;
	sem_wait(moves);
	return 0;
}

/* As long as it is not forced to, it waits; afterwards all of it lives on, as a thread has it. */
static void one_that_stands_still_is_given_up_when_the_end_is_forced(void **state)
{
	static struct write_queue *left;
	static struct out *late;
	static sem_t moves;
	struct write_buffer failed;
	uint64_t waiting;

	(void)state;
	sem_init(&moves, 0, 0);
	assert_int_equal(out_open_to(&late, take_late, &moves), 0);
	assert_int_equal(write_queue_start(queue, 1), 0);
	for (unsigned i = 0; i < 3; i++) {
		memset(buffer.bytes, 'a', buffer.used = PIECE);
		assert_int_equal(write_queue_put(queue, late, &buffer, PIECE, true), 0);
	}
	write_queue_force(queue, interrupt_fd);
	sem_post(&moves);
	assert_int_equal(eventfd_write(interrupt_fd, 1), 0);
	assert_int_equal(write_queue_settle(queue, &failed, &waiting), -EINTR);
	assert_int_equal(waiting, 2 * PIECE);
	assert_int_equal(write_queue_settle(queue, &failed, &waiting), -EINTR);
	left = queue;
	queue = write_queue_close(queue);
	assert_non_null(left);
	sem_post(&moves);
}

/* Each piece is waited for anew. */
static void one_that_moves_is_not_given_up(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(put('a', PIECE), 0);
	assert_int_equal(write_queue_start(queue, 1), 0);
	write_queue_force(queue, -1);
	settle(0, 0);
}

static unsigned yields;

/* In the place of the C library's. */
int sched_yield(void)
{
	yields++;
	return 0;
}

static void who_puts_in_lets_them_write_unless_they_stand_still(void **state)
{
	enum { LARGE = 512 * 1024, WAITING = 3, TRIES = 1000 };
	unsigned at_first, while_they_write;
	struct out *late;
	sem_t moves;

	(void)state;
	queue = write_queue_close(queue);
	sem_init(&moves, 0, 0);
	assert_int_equal(write_queue_open(&queue, 2 * WAITING * LARGE, -1), 0);
	assert_int_equal(out_open_to(&late, take_late, &moves), 0);
	assert_int_equal(write_queue_start(queue, 1), 0);
	buffer.bytes = realloc(buffer.bytes, buffer.cap = LARGE);
	yields = 0;
	for (unsigned i = 0; i < WAITING; i++) {
		buffer.used = LARGE;
		assert_int_equal(write_queue_put(queue, late, &buffer, LARGE, true), 0);
	}
	at_first = yields;
	/*
	 * it has to be seen shortly after one was written, which takes a while where others have
	 * the processor
	 */
	for (unsigned i = 0; !yields && i < TRIES; i++) {
		sem_post(&moves);
		while (write_queue_state(queue).waiting == WAITING * LARGE)
			usleep(100);
		buffer.used = LARGE;
		assert_int_equal(write_queue_put(queue, late, &buffer, LARGE, true), 0);
	}
	while_they_write = yields;
	usleep(50 * 1000);
	buffer.used = LARGE;
	assert_int_equal(write_queue_put(queue, late, &buffer, LARGE, true), 0);
	for (unsigned i = 0; i <= WAITING; i++)
		sem_post(&moves);
	settle(0, 0);
	out_close(late);
	assert_int_equal(at_first, 0);
	assert_int_equal(while_they_write, 1);
	assert_int_equal(yields, 1);
}

static long resident(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long pages = 0;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%*d %ld", &pages), 1);
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

static void memory_is_given_back_when_there_is_nothing_to_do(void **state)
{
	enum { N = 100, LARGE = 256 * 1024 };
	long before;

	(void)state;
#if SANITIZED
	skip();		/* they keep what was freed, to see who still uses it */
#endif
	queue = write_queue_close(queue);
	assert_int_equal(write_queue_open(&queue, N * LARGE, -1), 0);
	buffer.bytes = realloc(buffer.bytes, buffer.cap = LARGE);
	before = resident();
	for (unsigned i = 0; i < N; i++) {
		memset(buffer.bytes, 'x', buffer.used = LARGE);
		assert_int_equal(write_queue_put(queue, out, &buffer, LARGE, true), 0);
	}
	assert_true(resident() > before + N * LARGE / 2);
	assert_int_equal(write_queue_start(queue, 1), 0);
	settle(0, 0);
	while (resident() > before + N * LARGE / 10)
		usleep(10000);
}

#define test(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		test(pieces_are_written_in_order),
		test(a_full_queue_is_waited_for_but_not_for_ever),
		test(a_piece_that_is_larger_than_the_queue_goes_through_alone),
		test(a_failure_is_told_of_with_its_piece_and_what_came_behind),
		test(what_several_threads_compress_stays_in_order),
		test(a_failure_of_one_leaves_whole_frames_and_none_of_those_behind),
		test(the_end_waits_for_what_is_being_written_and_no_more),
		test(blocks_and_what_is_around_them_are_what_was_put_in),
		test(as_they_come_as_well),
		test(a_block_is_not_waited_for_when_somebody_wants_to_see_what_there_is),
		test(where_a_block_has_no_room_as_much_is_written_as_fits),
		test(its_size_is_that_of_what_is_written),
		test(what_was_not_written_is_forgotten_at_the_end),
		test(one_that_stands_still_is_given_up_when_the_end_is_forced),
		test(one_that_moves_is_not_given_up),
		test(who_puts_in_lets_them_write_unless_they_stand_still),
		test(memory_is_given_back_when_there_is_nothing_to_do),
	};

	signal(SIGXFSZ, SIG_IGN);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("write_queue", tests, array_size(tests), make_dir,
				       remove_dir);
}
