// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Batches that wait on the disk: in their order, within the limit, for this run and the
 * next one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/write/spool.h"

#include "tests/unit/unit.h"

#define TARGET	"kafka://[::1]:9092,b/topic"

static char dir[64];

static int set_up(void **state is_unused)
{
	strcpy(dir, "/tmp/xdpdump-test.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state is_unused)
{
	char line[128];

	snprintf(line, sizeof(line), "rm -r %s", dir);
	return system(line) ? -1 : 0;
}

static struct spool *open_with(uint64_t limit)
{
	struct spool *s = NULL;
	char path[128];

	assert_int_equal(spool_open(&s, dir, TARGET, limit), 0);
	snprintf(path, sizeof(path), "%s/%s", dir, strrchr(spool_path(s), '/') + 1);
	assert_string_equal(spool_path(s), path);
	return s;
}

static int put(struct spool *s, const char *capture, uint64_t first, const char *lines)
{
	unsigned n = 0;

	for (const char *c = lines; *c; c++)
		n += *c == '\n';
	return spool_put(s, first, &(struct batch){ lines, strlen(lines), n, capture });
}

static void want_oldest_of(struct spool *s, const char *capture, const char *lines, bool was_there)
{
	char said[ENGINE_SAID_MAX] = "";
	struct batch b;
	bool former;

	assert_int_equal(spool_oldest(s, &b, &former, said), 1);
	assert_int_equal(b.len, strlen(lines));
	assert_memory_equal(b.lines, lines, b.len);
	assert_string_equal(b.capture, capture);
	assert_int_equal(former, was_there);
}

static void want_oldest(struct spool *s, const char *lines, bool was_there)
{
	want_oldest_of(s, "c", lines, was_there);
}

static void want_empty(struct spool *s)
{
	char said[ENGINE_SAID_MAX];
	struct batch b;
	bool former;

	assert_int_equal(spool_oldest(s, &b, &former, said), 0);
	assert_int_equal(spool_records(s), 0);
}

static unsigned n_files(const struct spool *s)
{
	DIR *d = opendir(spool_path(s));
	unsigned n = 0;

	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static void the_oldest_comes_first(void **state is_unused)
{
	struct spool *s = open_with(1000);

	want_empty(s);
	assert_int_equal(put(s, "c", 1, "a\n"), 0);
	assert_int_equal(put(s, "c", 2, "b\nc\n"), 0);
	assert_int_equal(spool_records(s), 3);
	want_oldest(s, "a\n", false);
	want_oldest(s, "a\n", false);	/* as long as it is not delivered */
	spool_remove(s);
	assert_int_equal(put(s, "c", 4, "d\n"), 0);
	want_oldest(s, "b\nc\n", false);
	spool_remove(s);
	want_oldest(s, "d\n", false);
	spool_remove(s);
	want_empty(s);
	assert_int_equal(n_files(s), 0);
	spool_close(s);
}

static void what_is_left_is_there_for_the_next_run(void **state is_unused)
{
	struct spool *s = open_with(1000);

	assert_int_equal(put(s, "0-b-1", 7, "x\n"), 0);
	assert_int_equal(put(s, "0-a-1", 12, "later\n"), 0);
	assert_int_equal(put(s, "0-a-1", 9, "early\n"), 0);
	spool_close(s);
	s = open_with(1000);
	assert_int_equal(spool_records(s), 3);
	assert_int_equal(spool_former(s), 3);
	assert_int_equal(put(s, "0-c-1", 1, "new\n"), 0);
	want_oldest_of(s, "0-a-1", "early\n", true);
	spool_remove(s);
	want_oldest_of(s, "0-a-1", "later\n", true);
	spool_remove(s);
	want_oldest_of(s, "0-b-1", "x\n", true);
	spool_remove(s);
	want_oldest_of(s, "0-c-1", "new\n", false);
	spool_remove(s);
	want_empty(s);
	assert_int_equal(spool_former(s), 3);
	spool_close(s);
}

/* That of former runs counts. */
static void no_more_than_the_limit_is_taken(void **state is_unused)
{
	struct spool *s = open_with(10);

	assert_int_equal(put(s, "c", 1, "12345\n"), 0);
	assert_int_equal(put(s, "c", 2, "1234\n"), -ENOSPC);
	assert_int_equal(put(s, "c", 2, "123\n"), 0);
	assert_int_equal(put(s, "c", 3, "\n"), -ENOSPC);
	spool_close(s);
	s = open_with(10);
	assert_int_equal(put(s, "c", 3, "\n"), -ENOSPC);
	want_oldest(s, "12345\n", true);
	spool_remove(s);
	assert_int_equal(put(s, "c", 3, "12345\n"), 0);
	assert_int_equal(spool_records(s), 2);
	spool_close(s);
}

static void one_has_it_at_a_time(void **state is_unused)
{
	struct spool *s = open_with(10), *other = NULL;

	assert_int_equal(spool_open(&other, dir, TARGET, 10), -EWOULDBLOCK);
	assert_int_equal(spool_open(&other, dir, "kafka://other/topic", 10), 0);
	spool_close(other);
	spool_close(s);
	spool_close(open_with(10));
	assert_int_equal(spool_open(&other, "/nowhere", TARGET, 10), -ENOENT);
}

/* Nor is it taken for one of ours, or removed. */
static void what_is_no_batch_stays(void **state is_unused)
{
	static const char *const names[] = {
		"notes.txt", "c-00000000000000000001-1.ndjson.part", "c-1-0.ndjson", "c-1-x.ndjson",
		"c-1-2.ndjsonx", "2.ndjson",
	};
	struct spool *s = open_with(1000);
	char path[256];

	for (size_t i = 0; i < array_size(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", spool_path(s), names[i]);
		close(open(path, O_CREAT | O_WRONLY, 0600));
	}
	snprintf(path, sizeof(path), "%s/c-00000000000000000002-1.ndjson", spool_path(s));
	assert_int_equal(symlink("/etc/passwd", path), 0);
	spool_close(s);
	s = open_with(1000);
	want_empty(s);
	assert_int_equal(n_files(s), array_size(names) + 1);
	spool_close(s);
}

static void one_that_cannot_be_read_is_told_of_and_left(void **state is_unused)
{
	struct spool *s = open_with(1000);
	char path[256], said[ENGINE_SAID_MAX] = "";
	struct batch b;
	bool former;

	assert_int_equal(put(s, "c", 1, "a\n"), 0);
	assert_int_equal(put(s, "c", 2, "b\n"), 0);
	snprintf(path, sizeof(path), "%s/c-00000000000000000001-1.ndjson", spool_path(s));
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(spool_oldest(s, &b, &former, said), -ENODATA);
	assert_non_null(strstr(said, "c-00000000000000000001-1.ndjson is left there"));
	assert_int_equal(access(path, F_OK), 0);
	want_oldest(s, "b\n", false);
	assert_int_equal(spool_records(s), 1);
	spool_close(s);
}

static void files_are_for_their_owner_alone(void **state is_unused)
{
	struct spool *s = open_with(1000);
	char path[256];
	struct stat st;

	assert_int_equal(put(s, "c", 1, "a\n"), 0);
	assert_int_equal(stat(spool_path(s), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	snprintf(path, sizeof(path), "%s/c-00000000000000000001-1.ndjson", spool_path(s));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	spool_close(s);
}

/* Those that are there do not begin with the first of the list. */
static void hundreds_come_and_go(void **state is_unused)
{
	struct spool *s = open_with(100000);
	char line[16];

	for (unsigned i = 0; i < 500; i++) {
		snprintf(line, sizeof(line), "%u\n", i);
		assert_int_equal(put(s, "c", i + 1, line), 0);
		if (i % 3)
			continue;
		snprintf(line, sizeof(line), "%u\n", i / 3);
		want_oldest(s, line, false);
		spool_remove(s);
	}
	assert_int_equal(spool_records(s), 500 - 167);
	for (unsigned i = 167; i < 500; i++) {
		snprintf(line, sizeof(line), "%u\n", i);
		want_oldest(s, line, false);
		spool_remove(s);
	}
	want_empty(s);
	spool_close(s);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_oldest_comes_first),
		TEST(what_is_left_is_there_for_the_next_run),
		TEST(no_more_than_the_limit_is_taken),
		TEST(one_has_it_at_a_time),
		TEST(what_is_no_batch_stays),
		TEST(one_that_cannot_be_read_is_told_of_and_left),
		TEST(files_are_for_their_owner_alone),
		TEST(hundreds_come_and_go),
	};

	return unit_run("spool", tests, array_size(tests));
}
