// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Files that grow, and those that take their place. Whoever waits does the next thing that the
 * writer would have done, so that every order of events is tried and nothing depends on time.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/read/merge.h"
#include "tests/unit/image.h"

enum { PACKET = 32 + 4, STEPS_MAX = 24 };

/*
 * What happens, in order: "NAME+K" appends packet K to the file of that descriptor (a, b or c),
 * "NAME<K" and "NAME>K" its first and its last bytes, "NAME!" bytes that are none; "NAME=PATH"
 * begins a file with its header, "NAME:PATH" without, "NAME0" begins it anew; "mv A B", "rm A",
 * "tick": the clock of files goes on. Then the waiting is over.
 */
struct follow_case {
	const char *name;
	const char *pattern;
	const char *before[STEPS_MAX];	/* has happened before we come */
	const char *steps[STEPS_MAX];
	const char *packets;		/* their numbers */
	const char *warning;		/* of the last one, a part; NULL: there is none */
};

static char old_dir[256], dir[64];
static const char *const *next_step;
static int fds[3];
static unsigned n_warnings, n_waits;
static char last_warning[512];

static void make_packet(uint32_t number)
{
	img.len = 0;
	begin(PCAPNG_EPB);
	put32(0);
	put32(0);
	put32(number);
	put32(4);
	put32(4);
	put(&number, 4);
	end();
}

static void append(int fd, const void *bytes, size_t n)
{
	assert_int_equal(n ? write(fd, bytes, n) : 0, n);
}

static void begin_file(int *fd, const char *path, bool with_header)
{
	if (*fd >= 0)
		close(*fd);
	*fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
	assert_true(*fd >= 0);
	img.len = 0;
	shb();
	idb();
	append(*fd, img.bytes, with_header ? img.len : 0);
}

static void do_step(const char *step)
{
	char from[32], to[32];
	int *fd;

	if (sscanf(step, "mv %31s %31s", from, to) == 2) {
		assert_int_equal(rename(from, to), 0);
		return;
	}
	if (!strcmp(step, "tick")) {
		usleep(20000);
		return;
	}
	if (sscanf(step, "rm %31s", from) == 1) {
		assert_int_equal(unlink(from), 0);
		return;
	}
	fd = &fds[step[0] - 'a'];
	make_packet(atoi(step + 2));
	switch (step[1]) {
	case '=': case ':': begin_file(fd, step + 2, step[1] == '='); break;
	case '+': append(*fd, img.bytes, img.len); break;
	case '<': append(*fd, img.bytes, 10); break;
	case '>': append(*fd, img.bytes + 10, img.len - 10); break;
	case '!': append(*fd, "not a block, nor anything else", 30); break;
	case '0': assert_int_equal(ftruncate(*fd, 0), 0); break;
	default: fail_msg("step '%s'", step);
	}
}

/* Without a time to wait nothing is waited for. */
static int wait_step(void *ctx, int fd, int timeout_ms)
{
	(void)ctx;
	(void)fd;
	n_waits++;
	if (!timeout_ms)
		return 0;
	if (!*next_step)
		return EINTR;
	do_step(*next_step++);
	return 0;
}

static void warn_of(void *ctx, const char *sentence)
{
	(void)ctx;
	n_warnings++;
	snprintf(last_warning, sizeof(last_warning), "%s", sentence);
}

static const struct merge_options options = { .warn = warn_of, .wait = wait_step, .follow = true };

static int go_there(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "%s/xdpdump-test.XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	n_warnings = n_waits = 0;
	for (size_t i = 0; i < array_size(fds); i++)
		fds[i] = -1;
	return getcwd(old_dir, sizeof(old_dir)) && mkdtemp(dir) && !chdir(dir) ? 0 : -1;
}

static int come_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	freed(state);
	if (system("rm -f ./*"))
		return -1;
	return chdir(old_dir) || rmdir(dir) ? -1 : 0;
}

static int open_and_begin(struct merge **in, const char *const *path, unsigned n,
			  const struct merge_options *o)
{
	int err = merge_open(in, path, n, o);

	return err ? err : merge_begin(*in);
}

static void is_followed(void **state)
{
	const struct follow_case *c = *state;
	char found[128] = "";
	struct merge *in;
	struct packet p;
	int got;

	for (const char *const *step = c->before; *step; step++)
		do_step(*step);
	next_step = c->steps;
	got = open_and_begin(&in, &c->pattern, 1, &options);
	if (got)
		fail_msg("%s", merge_error(in, 0));
	while ((got = merge_next(in, &p)) == 1)
		snprintf(found + strlen(found), sizeof(found) - strlen(found), " %u", p.data[0]);
	assert_int_equal(got, -EINTR);
	assert_string_equal(*found ? found + 1 : "", c->packets);
	merge_close(in);
	if (!c->warning && n_warnings)
		fail_msg("warned: %s", last_warning);
	if (c->warning && !strstr(last_warning, c->warning))
		fail_msg("warned '%s', which lacks '%s'", last_warning, c->warning);
}

static const struct follow_case cases[] = {
	{ "what_is_there_is_read", "f", { "a=f", "a+1", "a+2" }, { NULL }, "1 2", NULL },
	{ "what_comes_is_read_as_well", "f", { "a=f", "a+1" }, { "a+2", "a+3" }, "1 2 3", NULL },
	{ "a_packet_in_two_pieces", "f", { "a=f", "a<1" }, { "a>1", "a<2", "a>2" }, "1 2", NULL },
	{ "a_header_that_comes_late", "f", { "a:f" }, { "a=f", "a+1" }, "1", "f: nothing to read yet" },
	{ "a_file_that_comes_late", "f", { NULL }, { "a=f", "a+1" }, "1", "f: nothing to read yet" },
	{ "one_that_takes_its_place", "f", { "a=f", "a+1" }, { "mv f g", "b=f", "b+2" }, "1 2", NULL },
	{ "what_is_written_after_it_was_moved", "f", { "a=f", "a+1" },
	  { "mv f g", "a+2", "b=f", "b+3" }, "1 2 3", NULL },
	{ "one_removed_and_made_anew", "f", { "a=f", "a+1" }, { "rm f", "a+2", "b=f", "b+3", "b+4" }, "1 2 3 4", NULL },
	{ "one_begun_anew_where_it_is", "f", { "a=f", "a+1", "a+2" }, { "a0", "a=f", "a+3", "a+4" }, "1 2 3 4", NULL },
	{ "a_second_name_is_the_same_file", "f*", { "a=f1", "a+1" }, { "mv f1 f2", "a+2" }, "1 2", NULL },
	{ "a_pattern", "f*", { "a=f1", "a+1", "b=f2", "b+2" }, { "b+3", "c=f3", "c+4" }, "1 2 3 4", NULL },
	{ "a_pattern_in_another_order", "f*", { "a=f2", "a+1", "tick", "b=f1", "b+2" },
	  { "b+3", "tick", "c=f0", "c+4" }, "1 2 3 4", NULL },
	{ "many_of_the_same_time", "f*", { "a=f9", "a+1", "b=f10", "b+2" },
	  { "b+3", "c=f11", "c+4" }, "1 2 3 4", NULL },
	{ "one_that_is_completed_when_the_next_is_begun", "f*",
	  { "a=f1", "a+1", "tick", "b=f2", "b+3", "tick", "a+2" }, { "b+4" },
	  "1 2 3 4", NULL },
	{ "an_older_one_that_comes_late", "f*", { "a=g1", "a+1", "tick", "b=f2", "b+2" },
	  { "mv g1 f1", "b+3", "tick", "c=f3", "c+4" },
	  "2 3 1 4", NULL },
	{ "a_ring_whose_names_come_again", "f*", { "a=f1", "a+1", "b=f2", "b+2" },
	  { "tick", "rm f1", "c=f1", "c+3" }, "1 2 3", NULL },
	{ "a_ring_whose_files_are_begun_anew", "f*", { "a=f1", "a+1", "a+2", "b=f2", "b+3" }, { "a0", "a=f1", "a+4" },
	  "1 2 3 4", NULL },
	{ "others_are_not_of_the_pattern", "f*", { "a=f1", "a+1", "b=g", "b+2" }, { "b+3", "a+4" }, "1 4", NULL },
	{ "a_name_that_looks_like_a_pattern", "[f]", { "a=[f]", "a+1", "b=f", "b+2" }, { "a+3" }, "1 3", NULL },
	{ "damage_and_then_another", "f", { "a=f", "a+1" }, { "a!", "a+2", "mv f g", "b=f", "b+3" },
	  "1 3", "f: damaged at byte" },
	{ "an_end_within_a_packet_and_then_another", "f", { "a=f", "a+1", "a<2" },
	  { "mv f g", "b=f", "b+3", "b+4", "b+5", "b+6", "b+7" },
	  "1 3 4 5 6 7", "f: cut short" },
	{ "an_empty_file_and_then_another", "f*", { "a:f1", "b=f2", "b+1" }, { "b+2" }, "1 2", NULL },
	{ "the_next_is_begun_before_the_last_bytes", "f*", { "a=f1", "a+1" },
	  { "b:f2", "a+2", "a+3", "b=f2", "b+4" }, "1 2 3 4", NULL },
	{ "no_capture_and_then_another", "f*", { "a=f1", "a+1" }, { "b:f2", "b!", "c=f3", "c+2" },
	  "1 2", "f2: neither pcap nor pcapng" },
};

static void the_first_has_to_be_a_capture(void **state)
{
	const char *path = "f";
	struct merge *in;

	(void)state;
	do_step("a:f");
	do_step("a!");
	next_step = (const char *const[]){ NULL };
	assert_int_equal(open_and_begin(&in, &path, 1, &options), -EBADMSG);
	assert_non_null(strstr(merge_error(in, 0), "f: neither pcap nor pcapng"));
	merge_close(in);
}

static void a_fifo_is_not_followed(void **state)
{
	const char *path = "f";
	struct merge *in;

	(void)state;
	assert_int_equal(mkfifo("f", 0600), 0);
	assert_int_equal(open_and_begin(&in, &path, 1, &options), -EINVAL);
	assert_string_equal(merge_error(in, 0), "f: not a regular file, which --follow is for");
	merge_close(in);
}

static void a_signal_ends_the_waiting_for_the_first(void **state)
{
	const char *path = "f";
	struct merge *in;

	(void)state;
	next_step = (const char *const[]){ NULL };
	assert_int_equal(open_and_begin(&in, &path, 1, &options), -EINTR);
	merge_close(in);
}

/*
 * The numbers of interfaces, memory and descriptors do not fail a capture that is followed for
 * long.
 */
static void many_follow_each_other(void **state)
{
	enum { N = 3000 };
	const char *path = "f";
	unsigned n = 0;
	struct merge *in;
	struct packet p;

	(void)state;
	do_step("a=f");
	do_step("a+1");
	next_step = (const char *const[]){ NULL };
	assert_int_equal(open_and_begin(&in, &path, 1, &options), 0);
	while (n < N && merge_next(in, &p) == 1) {
		n++;
		do_step("rm f");
		do_step("a=f");
		do_step("a+1");
	}
	assert_int_equal(n, N);
	merge_close(in);
}

int main(void)
{
	static const struct CMUnitTest singles[] = {
		cmocka_unit_test(the_first_has_to_be_a_capture),
		cmocka_unit_test(a_fifo_is_not_followed),
		cmocka_unit_test(a_signal_ends_the_waiting_for_the_first),
		cmocka_unit_test(many_follow_each_other),
	};
	struct CMUnitTest tests[array_size(cases) + array_size(singles)];
	size_t n = 0;

	unit_of_table(cases, is_followed, tests, n);
	for (size_t i = 0; i < array_size(singles); i++)
		tests[n++] = singles[i];
	for (size_t i = 0; i < n; i++) {
		tests[i].setup_func = go_there;
		tests[i].teardown_func = come_back;
	}
	return unit_run("follow", tests, n);
}
