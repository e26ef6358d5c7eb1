// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Many captures as one: in the order of time, each in its own order, interfaces apart; and what
 * happens to the others when one of them is damaged or cannot be opened.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/read/budget.h"
#include "capture/read/merge.h"
#include "tests/unit/image.h"

enum { FILES_MAX = 1000 };

static char dir[64], names[FILES_MAX][96];
static const char *paths[FILES_MAX];
static unsigned n_files;

static struct merge *in;
static unsigned n_warnings;
static char warning[512];

static void input_warned(void *ctx, const char *sentence)
{
	(void)ctx;
	n_warnings++;
	snprintf(warning, sizeof(warning), "%s", sentence);
}

static const struct merge_options options = { .warn = input_warned, .copy = true };

/* The image becomes the next file, and is empty again. */
static void save(void)
{
	char *name = names[n_files];
	FILE *f;

	snprintf(name, sizeof(names[0]), "%s/%03u", dir, n_files);
	f = fopen(name, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(img.bytes, 1, img.len, f), img.len);
	fclose(f);
	paths[n_files++] = name;
	img.len = 0;
}

static int no_files(void **state)
{
	(void)state;
	in = merge_close(in);
	for (unsigned i = 0; i < n_files; i++)
		unlink(names[i]);
	n_files = n_warnings = 0;
	img.len = 0;
	img.swapped = false;
	return 0;
}

static int prepare(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "%s/xdpdump-test.XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	return mkdtemp(dir) ? 0 : -1;
}

static int tidy(void **state)
{
	no_files(state);
	freed(state);
	return rmdir(dir);
}

static int open_and_begin(const char *const *from, unsigned n, const struct merge_options *o)
{
	int err = merge_open(&in, from, n, o);

	return err ? err : merge_begin(in);
}

static void open_files(void)
{
	if (open_and_begin(paths, n_files, &options))
		fail_msg("%s", merge_error(in, 0));
}

/* A section with one interface whose times are in ns. */
static void begin_file(const char *name)
{
	shb();
	begin_idb(0);
	option(IF_NAME, name, strlen(name));
	option(IF_TSRESOL, "\11", 1);
	end();
}

/* A packet of 4 bytes that are its number. */
static void numbered(uint64_t ts, uint32_t number)
{
	begin(PCAPNG_EPB);
	put32(0);
	put32(ts >> 32);
	put32(ts);
	put32(4);
	put32(4);
	put(&number, 4);
	end();
}

static void simple(uint32_t number)
{
	begin(PCAPNG_SPB);
	put32(4);
	put(&number, 4);
	end();
}

static uint32_t number_of(const struct packet *p)
{
	uint32_t number;

	assert_int_equal(p->caplen, 4);
	memcpy(&number, p->data, 4);
	return number;
}

static void next_is(uint32_t number)
{
	struct packet p;
	int got = merge_next(in, &p);

	if (got != 1)
		fail_msg("the end instead of packet %u", number);
	assert_int_equal(number_of(&p), number);
}

static void next_is_the_end(int want)
{
	struct packet p;

	assert_int_equal(merge_next(in, &p), want);
	assert_int_equal(merge_next(in, &p), want);	/* and it stays that way */
}

static void packets_come_in_the_order_of_time(void **state)
{
	(void)state;
	begin_file("a");
	numbered(10, 1);
	numbered(30, 3);
	numbered(60, 6);
	save();
	begin_file("b");
	save();
	begin_file("c");
	numbered(20, 2);
	numbered(40, 4);
	numbered(50, 5);
	numbered(70, 7);
	save();
	open_files();
	for (unsigned i = 1; i <= 7; i++)
		next_is(i);
	next_is_the_end(0);
	assert_null(merge_error(in, 0));
}

static void at_the_same_time_the_files_come_in_their_order(void **state)
{
	(void)state;
	for (unsigned f = 0; f < 5; f++) {
		begin_file("a");
		numbered(10, f);
		numbered(20, 5 + f);
		save();
	}
	open_files();
	for (unsigned i = 0; i < 10; i++)
		next_is(i);
	next_is_the_end(0);
}

static void times_that_step_back_stay_where_they_are(void **state)
{
	(void)state;
	begin_file("a");
	numbered(10, 1);
	numbered(50, 4);
	numbered(20, 5);
	numbered(60, 7);
	save();
	begin_file("b");
	numbered(30, 2);
	numbered(40, 3);
	numbered(55, 6);
	save();
	open_files();
	for (unsigned i = 1; i <= 7; i++)
		next_is(i);
	next_is_the_end(0);
}

static void packets_without_a_time_stay_where_they_are(void **state)
{
	(void)state;
	begin_file("a");
	simple(1);
	numbered(20, 4);
	simple(5);
	simple(6);
	numbered(40, 8);
	save();
	begin_file("b");
	numbered(10, 2);
	simple(3);
	numbered(30, 7);
	save();
	open_files();
	for (unsigned i = 1; i <= 8; i++)
		next_is(i);
	next_is_the_end(0);
}

static void interfaces_are_kept_apart_and_numbered_anew(void **state)
{
	struct packet p;

	(void)state;
	begin_file("a0");
	numbered(10, 0);
	begin_idb(0);
	option(IF_NAME, "a1", 2);
	end();
	numbered(30, 0);
	save();
	begin_file("b0");
	numbered(20, 1);
	begin(PCAPNG_ISB);
	for (int zero = 0; zero < 3; zero++)
		put32(0);
	option64(ISB_IFRECV, 77);
	end();
	save();
	open_files();
	assert_int_equal(merge_next(in, &p), 1);
	assert_int_equal(p.iface->id, 0);
	assert_string_equal(p.iface->name, "a0");
	assert_int_equal(merge_next(in, &p), 1);
	assert_int_equal(p.iface->id, 1);
	assert_string_equal(p.iface->name, "b0");
	assert_int_equal(merge_next(in, &p), 1);
	assert_int_equal(p.iface->id, 0);
	assert_string_equal(merge_iface(in, 2)->name, "a1");
	assert_int_equal(merge_iface(in, 2)->id, 2);
	next_is_the_end(0);
	assert_null(merge_iface(in, 3));
	assert_null(merge_stats(in, 0));
	assert_true(merge_stats(in, 1)->value[STAT_RECEIVED] == 77);
	assert_null(merge_stats(in, 2));
}

static void comments_of_all_sections_are_there(void **state)
{
	struct raw_options o;

	(void)state;
	for (unsigned f = 0; f < 3; f++) {
		begin_shb();
		option(OPT_COMMENT, f ? "last" : "first", f ? 4 : 5);
		end();
		idb();
		epb(0, 1);
		save();
	}
	open_files();
	assert_int_equal(merge_section_options(in).len, 0);	/* not read yet */
	merge_next(in, &(struct packet){ .ts_ns = 0 });
	for (int times = 0; times < 2; times++) {
		o = merge_section_options(in);
		assert_int_equal(o.len, 12 + 8 + 8);
		assert_memory_equal(o.bytes + 4, "first\0\0\0", 8);
		assert_memory_equal(o.bytes + 24, "last", 4);
	}
}

static void a_damaged_file_ends_and_the_others_go_on(void **state)
{
	(void)state;
	for (unsigned f = 0; f < 3; f++) {
		begin_file("a");
		numbered(10, f);
		if (f) {
			put32(PCAPNG_EPB);
			put32(13);
		}
		numbered(20, 3);
		save();
	}
	open_files();
	for (unsigned i = 0; i < 4; i++)
		next_is(i);
	next_is_the_end(-EBADMSG);
	assert_non_null(strstr(merge_error(in, 0), "/001: damaged at byte"));
	assert_non_null(strstr(merge_error(in, 1), "/002: damaged at byte"));
	assert_null(merge_error(in, 2));
}

/* Files of a ring after a crash. */
static void a_file_in_which_there_is_nothing_is_named_and_the_others_go_on(void **state)
{
	static const char *const heads[] = { "", "\x0a", "\xd4\xc3\xb2\xa1\2\0\4",
					     "\x1f\x8b\x08\0\0", "\x28\xb5\x2f\xfd\x04" };
	static const size_t lens[] = { 0, 1, 7, 5, 5 };
	struct merge_options o = options;

	(void)state;
	for (unsigned recover = 0; recover < 2; recover++) {
		for (size_t i = 0; i < array_size(heads); i++) {
			for (unsigned where = 0; where < 3; where++) {
				for (unsigned f = 0; f < 3; f++) {
					if (f == where) {
						put(heads[i], lens[i]);
					} else {
						begin_file(f < where ? "before" : "behind");
						numbered(10 + f, f);
					}
					save();
				}
				o.recover = recover;
				if (open_and_begin(paths, n_files, &o))
					fail_msg("head %zu at %u: %s", i, where,
						 merge_error(in, 0));
				for (unsigned f = 0; f < 3; f++)
					if (f != where)
						next_is(f);
				next_is_the_end(-EBADMSG);
				assert_non_null(strstr(merge_error(in, 0), names[where]));
				assert_null(merge_error(in, 1));
				assert_string_equal(merge_iface(in, 0)->name,
						    where ? "before" : "behind");
				assert_null(merge_iface(in, 2));
				no_files(NULL);
			}
		}
	}
}

static void files_of_which_none_has_anything_are_refused(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 3; n++) {
		save();
		assert_int_equal(open_and_begin(paths, n_files, &options), -EBADMSG);
		for (unsigned i = 0; i < n; i++)
			assert_non_null(strstr(merge_error(in, i), "the file is empty"));
		assert_null(merge_error(in, n));
		in = merge_close(in);
	}
}

static void a_file_that_is_none_is_refused_before_any_packet(void **state)
{
	(void)state;
	begin_file("a");
	numbered(10, 1);
	save();
	put("no capture at all", 17);
	save();
	assert_int_equal(open_and_begin(paths, n_files, &options), -EBADMSG);
	assert_non_null(strstr(merge_error(in, 0), "/001: neither pcap nor pcapng"));
	in = merge_close(in);
	paths[1] = "/nonexistent";
	assert_int_equal(open_and_begin(paths, n_files, &options), -ENOENT);
	assert_string_equal(merge_error(in, 0),
			    "/nonexistent: cannot open: No such file or directory");
	in = merge_close(in);
	paths[1] = dir;
	assert_int_equal(open_and_begin(paths, n_files, &options), -EISDIR);
	assert_non_null(strstr(merge_error(in, 0), ": is a directory"));
}

static void stdin_is_read_once(void **state)
{
	static const char *const twice[] = { "-", "-" };

	(void)state;
	assert_int_equal(open_and_begin(twice, 2, &options), -EINVAL);
	assert_string_equal(merge_error(in, 0), "stdin: can be read only once");
}

static void a_warning_names_its_file(void **state)
{
	(void)state;
	begin_file("a");
	save();
	shb();
	begin_idb(0);
	option(IF_TSRESOL, "\11\0", 2);
	end();
	save();
	open_files();
	next_is_the_end(0);
	assert_int_equal(n_warnings, 1);
	assert_non_null(strstr(warning, "/001: option 9"));
}

static void journal(const char *entry)
{
	begin(PCAPNG_JOURNAL);
	put_padded(entry, strlen(entry));
	end();
}

static void blocks_are(const char *entries)
{
	const struct blocks *b = merge_blocks(in);

	assert_int_equal(b->len, strlen(entries) / 4 * 16);
	for (size_t at = 0; at < b->len; at += 16, entries += 4)
		assert_memory_equal(b->bytes + at + 8, entries, 4);
}

static void blocks_come_behind_the_packet_that_they_follow(void **state)
{
	struct packet p;

	(void)state;
	begin_file("a");
	journal("a__0");
	numbered(10, 1);
	journal("a__1");
	numbered(30, 3);
	save();
	begin_file("b");
	journal("b__0");
	numbered(20, 2);
	journal("b__2");
	journal("b_22");
	save();
	open_files();
	next_is(1);
	blocks_are("a__0b__0");
	next_is(2);
	blocks_are("a__1");
	next_is(3);
	blocks_are("b__2b_22");
	assert_int_equal(merge_next(in, &p), 0);
	blocks_are("");
}

/* The order is that of a merge which looks at all files for each packet. */
static void many_files_merge_as_a_slow_merge_would(void **state)
{
	enum { N = 300, EACH = 40 };
	static uint64_t times[N][EACH];
	unsigned pos[N] = { 0 };
	uint64_t seed = 5;

	(void)state;
	for (unsigned f = 0; f < N; f++) {
		uint64_t t = 0;

		begin_file("a");
		for (unsigned i = 0; i < EACH; i++) {
			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			/* now and then a step back */
			t += seed >> 60 ? seed >> 58 : -(t / 2);
			times[f][i] = t;
			numbered(t, f << 16 | i);
		}
		save();
	}
	open_files();
	for (unsigned i = 0; i < N * EACH; i++) {
		unsigned best = N;

		for (unsigned f = 0; f < N; f++)
			if (pos[f] < EACH &&
			    (best == N || times[f][pos[f]] < times[best][pos[best]]))
				best = f;
		next_is(best << 16 | pos[best]);
		pos[best]++;
	}
	next_is_the_end(0);
}

static void more_files_than_the_limit_of_the_shell_are_opened(void **state)
{
	struct rlimit was, small;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &was);
	if (was.rlim_max < FILES_MAX + 100)
		skip();
	for (unsigned f = 0; f < FILES_MAX; f++) {
		begin_file("a");
		numbered(FILES_MAX - f, FILES_MAX - f);
		save();
	}
	small = (struct rlimit){ 64, was.rlim_max };
	setrlimit(RLIMIT_NOFILE, &small);
	open_files();
	for (unsigned f = 0; f < FILES_MAX; f++)
		next_is(f + 1);
	next_is_the_end(0);
	setrlimit(RLIMIT_NOFILE, &was);
}

/*
 * Rotated captures, say: of most only one is needed at a time. In a child, as the limit cannot be
 * raised again.
 */
static void many_files_are_opened_in_turn(void **state)
{
	enum { N = 600, LIMIT = 200 };
	int status;

	(void)state;
	for (unsigned f = 0; f < N; f++) {
		if (f % 100 != 99) {	/* and some empty ones */
			begin_file("a");
			numbered(10 * (N - f), N - f);
			numbered(10 * (N - f) + 5, N - f);
		}
		save();
	}
	fflush(NULL);
	if (fork() == 0) {
		struct packet p;
		unsigned n = 0, number = 0;
		bool sound;

		setrlimit(RLIMIT_NOFILE, &(struct rlimit){ LIMIT, LIMIT });
		sound = !open_and_begin(paths, n_files, &options);
		while (sound && merge_next(in, &p) == 1) {
			uint32_t next;

			memcpy(&next, p.data, 4);
			sound = next >= number && p.iface->linktype == 1 &&
				!strcmp(p.iface->name, "a");
			number = next;
			n++;
		}
		_exit(!sound || n != 2 * (N - N / 100) || !merge_error(in, N / 100 - 1) ||
		      merge_error(in, N / 100));
	}
	assert_true(wait(&status) > 0);
	assert_int_equal(status, 0);
}

enum { MANY = 200 };

/* Of which the last are looked into at first, and read when their turn comes. */
static void save_many(void)
{
	for (unsigned f = 0; f < MANY; f++) {
		begin_file("a");
		numbered(10 * f, f);
		save();
	}
}

static void replace_one(void)
{
	char other[128];

	snprintf(other, sizeof(other), "%s/other", dir);
	assert_int_equal(link(names[0], other), 0);
	assert_int_equal(rename(other, names[150]), 0);
}

static void remove_one(void)
{
	unlink(names[150]);
}

static void (*const changes[])(void) = { replace_one, remove_one };

static void what_is_opened_is_read_whatever_has_its_name_by_then(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(changes); i++) {
		save_many();
		open_files();
		assert_true(merge_is_open(in));
		changes[i]();
		for (unsigned f = 0; f < MANY; f++)
			next_is(f);
		next_is_the_end(0);
		no_files(NULL);
	}
}

/* As long as nothing is wrong. */
static unsigned n_read(void)
{
	uint32_t number;
	struct packet p;
	unsigned n = 0;

	for (unsigned f = 0; merge_next(in, &p) == 1; f += 1 + (f == 149)) {
		memcpy(&number, p.data, 4);
		n += number == f;
	}
	return n;
}

/* In a child, as in many_files_are_opened_in_turn(). */
static void a_file_that_is_gone_when_its_turn_comes_is_named(void **state)
{
	static const char *const said[] = { "/150: is another file by now", "/150: cannot open: No such file" };
	static const int errs[] = { -ESTALE, -ENOENT };
	int status;

	(void)state;
	for (size_t i = 0; i < array_size(changes); i++) {
		save_many();
		fflush(NULL);
		if (fork() == 0) {
			struct packet p;
			bool sound;

			setrlimit(RLIMIT_NOFILE, &(struct rlimit){ MANY, MANY });
			sound = !open_and_begin(paths, n_files, &options) && !merge_is_open(in);
			changes[i]();
			_exit(!sound || n_read() != MANY - 1 || merge_next(in, &p) != errs[i] ||
			      !strstr(merge_error(in, 0), said[i]) || merge_error(in, 1));
		}
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
		no_files(NULL);
	}
}

/* The second has more interfaces than are left; what it has shown by then is delivered. */
static void interfaces_are_limited_for_all_files_together(void **state)
{
	enum { EACH = BUDGET_IFACES / 2 - 1 };

	(void)state;
	for (unsigned f = 0; f < 3; f++) {
		begin_file("a");
		numbered(f, f);
		for (unsigned i = 1; i < EACH; i++)
			idb();
		numbered(10 + f, 10 + f);
		save();
	}
	open_files();
	for (unsigned f = 0; f < 3; f++)
		next_is(f);
	next_is(10);
	next_is(11);
	next_is_the_end(-EBADMSG);
	assert_non_null(strstr(merge_error(in, 0), "/002: not read on from byte"));
	assert_null(merge_error(in, 1));
}

/* Where the limit cannot be raised: in a child, for there is no way back. */
static void too_many_files_are_said_to_be_too_many(void **state)
{
	(void)state;
	begin_file("a");
	save();
	for (n_files = 1; n_files < 100; n_files++)
		paths[n_files] = paths[0];
	fflush(NULL);
	switch (fork()) {
	case 0:
		setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 64, 64 });
		_exit(open_and_begin(paths, n_files, &options) != -EMFILE ||
		      !strstr(merge_error(in, 0), "ulimit -n"));
	default: {
		int status;

		n_files = 1;
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	}
}

static void progress_is_in_bytes_of_the_files(void **state)
{
	uint64_t done_bytes, size;
	size_t len;

	(void)state;
	begin_file("a");
	numbered(10, 1);
	len = img.len;
	save();
	begin_file("b");
	numbered(20, 2);
	save();
	open_files();
	assert_false(merge_is_stream(in));
	assert_true(merge_progress(in, &done_bytes, &size));
	assert_int_equal(size, 2 * len);
	next_is(1);
	next_is(2);
	next_is_the_end(0);
	assert_true(merge_progress(in, &done_bytes, &size));
	assert_int_equal(done_bytes, size);
}

#define one(t)	cmocka_unit_test_teardown(t, no_files)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		one(packets_come_in_the_order_of_time),
		one(at_the_same_time_the_files_come_in_their_order),
		one(times_that_step_back_stay_where_they_are),
		one(packets_without_a_time_stay_where_they_are),
		one(interfaces_are_kept_apart_and_numbered_anew),
		one(comments_of_all_sections_are_there),
		one(a_damaged_file_ends_and_the_others_go_on),
		one(a_file_in_which_there_is_nothing_is_named_and_the_others_go_on),
		one(files_of_which_none_has_anything_are_refused),
		one(a_file_that_is_none_is_refused_before_any_packet),
		one(stdin_is_read_once),
		one(a_warning_names_its_file),
		one(blocks_come_behind_the_packet_that_they_follow),
		one(many_files_merge_as_a_slow_merge_would),
		one(more_files_than_the_limit_of_the_shell_are_opened),
		one(many_files_are_opened_in_turn),
		one(what_is_opened_is_read_whatever_has_its_name_by_then),
		one(a_file_that_is_gone_when_its_turn_comes_is_named),
		one(interfaces_are_limited_for_all_files_together),
		one(too_many_files_are_said_to_be_too_many),
		one(progress_is_in_bytes_of_the_files),
	};
	int failed;

	if (prepare(NULL))
		return 1;
	failed = unit_run("merge", tests, sizeof(tests) / sizeof(tests[0]));
	return tidy(NULL) ? 1 : failed;
}
