// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A directory wherever -r FILE is possible: what comes out is what comes out of its files by name,
 * and of the one capture that they are pieces of.
 */
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/time.h>

#include "capture/index/catalog.h"

#include "tests/unit/tool.h"

static char dir[96], list[96];

static int make_dir(void **state)
{
	if (make_tool_dir(state))
		return -1;
	snprintf(dir, sizeof(dir), "%s/pieces", tool_dir);
	snprintf(list, sizeof(list), "%s/list", tool_dir);
	return mkdir(dir, 0700);
}

static int remove_dir(void **state)
{
	empty_capture_dir(dir);
	rmdir(dir);
	return remove_tool_dir(state);
}

static int empty_dir(void **state is_unused)
{
	empty_capture_dir(dir);
	return 0;
}

/* @file in pieces of so many packets, in the order of their names, which are in the list. */
static void take_apart(const char *file, unsigned packets)
{
	char pattern[128];
	glob_t found;
	FILE *f;

	run_well("-r %s -w %s/p -b packets:%u --index", file, dir, packets);
	f = fopen(list, "we");
	assert_non_null(f);
	snprintf(pattern, sizeof(pattern), "%s/*", dir);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		fprintf(f, "%s\n", found.gl_pathv[i]);
	assert_true(found.gl_pathc > 2);
	globfree(&found);
	fclose(f);
}

static void comes_to_the_same(const char *what)
{
	struct text of_dir, of_list;
	int status = run("-r %s %s", dir, what);

	of_dir = steal_out();
	if (run("-V %s %s", list, what) != status)
		fail_msg("%s: exit %d and %d: %s", what, status, tool.status, tool.err.bytes);
	of_list = steal_out();
	assert_true(of_dir.len);
	same_text(what, &of_dir, &of_list);
	free(of_dir.bytes);
	free(of_list.bytes);
}

static void whatever_is_reported(void **state is_unused)
{
	static const char *const reports[] = {
		"--info", "--info -T json", "--info --html -", "--flows", "--flows -T json tcp", "--stats",
		"--count udp",
		"-T json", "-T csv --offsets port 53",
	};

	take_apart("tests/pcaps/mixed.pcap", 40);
	for (size_t i = 0; i < array_size(reports); i++)
		comes_to_the_same(reports[i]);
}

/* Each of those that can have such packets, as --info of several files has one for each. */
static void of_info_with_an_expression_there_is_what_can_match(void **state is_unused)
{
	unsigned n = 0;

	take_apart("tests/pcaps/mixed.pcap", 10);
	run_well("-r %s --info arp", dir);
	for (const char *at = tool.out.bytes; (at = strstr(at, "File name:")); at++)
		n++;
	assert_in_range(n, 1, 10);
	assert_int_equal(run("-r %s --info 'tcp port'", dir), 2);
}

static void what_a_program_changed_is_found(void **state is_unused)
{
	static const char *const ways[] = {
		"--diff", "--diff -v -tt", "--diff -T json", "--diff -q", "--diff -v host 203.0.113.9",
	};

	take_apart("tests/pcaps/files/pcapng_verdicts.pcapng", 8);
	for (size_t i = 0; i < array_size(ways); i++)
		comes_to_the_same(ways[i]);
	run("-r %s --diff", dir);
	assert_non_null(strstr(tool.out.bytes, "15 packets with both images"));
}

/* ---- two sides ---- */

static void says(int status, const char *what)
{
	assert_int_equal(tool.status, status);
	if (!strstr(tool.out.bytes, what) && !strstr(tool.err.bytes, what))
		fail_msg("no '%s' in: %s%s", what, tool.out.bytes, tool.err.bytes);
}

static void each_side_of_a_comparison_may_be_one(void **state is_unused)
{
	take_apart("tests/pcaps/mixed.pcap", 25);
	run("--compare %s tests/pcaps/mixed.pcap --tolerance 0", dir);
	says(0, "194 packets, all the same");
	run("--compare tests/pcaps/mixed.pcap %s", dir);
	says(0, "194 packets, all the same");
	run("--compare %s %s arp", dir, dir);
	says(0, "6 packets, all the same");
	run("--compare %s tests/pcaps/udp.pcap", dir);
	says(1, "tests/pcaps/udp.pcap, packet 1:");
	says(1, "/pieces, packet 1:");
	run("--compare %s tests/pcaps/mixed.pcap sctp", dir);
	says(0, "0 packets, all the same");
}

static void what_is_lost_is_found_in_one(void **state is_unused)
{
	take_apart("tests/pcaps/mixed.pcap", 25);
	run("-r tests/pcaps/mixed.pcap -w %s/part not arp", tool_dir);
	run("--compare %s %s/part --lost -w %s/lost", dir, tool_dir, tool_dir);
	says(1, "/pieces (A): 194 packets, ");
	says(1, "lost: only in A                       6");
	run("-r %s/lost --count", tool_dir);
	says(0, "6 packets");
	run("--compare %s/part %s --lost -T json", tool_dir, dir);
	says(1, "\"file_b\":\"");
	says(1, "\"only_b\":6");
}

/* Neither of those that are read, nor of those that are not. */
static void what_is_compared_is_not_written_to(void **state is_unused)
{
	char file[256];
	glob_t found;

	take_apart("tests/pcaps/mixed.pcap", 25);
	snprintf(file, sizeof(file), "%s/*", dir);
	assert_int_equal(glob(file, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		run("--compare %s tests/pcaps/udp.pcap --lost -w %s arp", dir, found.gl_pathv[i]);
		says(2, "cannot read from and write to the same file");
		run("--compare tests/pcaps/udp.pcap %s --lost -w %s udp", dir, found.gl_pathv[i]);
		says(2, "cannot read from and write to the same file");
	}
	globfree(&found);
	run("--compare %s tests/pcaps/mixed.pcap", dir);
	says(0, "194 packets, all the same");
}

/* ---- others who move its files ---- */

static const char *path_of(const char *name)
{
	static char paths[4][256];
	static unsigned i;
	char *path = paths[i++ % array_size(paths)];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

static void copy_to(const char *from, const char *name)
{
	const struct timeval old[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
	struct text t = text_of_file(from);
	FILE *f = fopen(path_of(name), "we");

	assert_non_null(f);
	assert_int_equal(fwrite(t.bytes, 1, t.len, f), t.len);
	fclose(f);
	assert_int_equal(utimes(path_of(name), old), 0);
	free(t.bytes);
}

static bool stands(const struct catalog *c, struct catalog_file *files, size_t n, const char *name)
{
	size_t i = 0;

	while (i < n && strcmp(files[i].name, name))
		i++;
	assert_true(i < n);
	return catalog_stands(c, &files[i]);
}

static void a_name_stands_for_the_file_that_was_found(void **state is_unused)
{
	struct catalog_file *files;
	struct catalog *c;
	size_t n;

	copy_to("tests/pcaps/udp.pcap", "a");
	copy_to("tests/pcaps/udp.pcap", "b");
	copy_to("tests/pcaps/udp.pcap", "c");
	copy_to("tests/pcaps/udp.pcap", "d");
	assert_int_equal(catalog_open(&c, dir), 0);
	files = catalog_files(c, &n);
	assert_int_equal(n, 4);
	assert_int_equal(rename(path_of("b"), path_of("c")), 0);
	assert_int_equal(truncate(path_of("d"), 100), 0);
	assert_true(stands(c, files, n, "a"));
	assert_false(stands(c, files, n, "b"));
	assert_false(stands(c, files, n, "c"));
	assert_false(stands(c, files, n, "d"));
	catalog_close(c);
}

/*
 * Once the last file, b, was looked into, which is when all files are listed and none is open: the
 * index waits for a lock then that is ours, for a while.
 */
static pid_t rename_when_listed(const char *from, const char *to)
{
	int fd = inotify_init1(IN_CLOEXEC);
	char event[512];
	pid_t pid;

	assert_true(inotify_add_watch(fd, path_of("b"), IN_CLOSE_NOWRITE) >= 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		_exit(read(fd, event, sizeof(event)) < 0 || rename(from, to));
	close(fd);
	return pid;
}

static int lock_dir(void)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	return fd;
}

static void is_all_there(unsigned lines, pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	if (tool.status || tool.err.len || lines_of(&tool.out) != lines)
		fail_msg("exit %d, %u lines: %s", tool.status, lines_of(&tool.out), tool.err.bytes);
}

/*
 * As it is when a file is complete, or somebody rotates. Which of the two is first differs: both
 * are right.
 */
static void a_file_that_gets_another_name_is_read(void **state is_unused)
{
	int fd = lock_dir();
	pid_t pid;

	copy_to("tests/pcaps/udp.pcap", "a.part");
	copy_to("tests/pcaps/arp.pcap", "b");
	pid = rename_when_listed(path_of("a.part"), path_of("a"));
	run("-r %s udp", dir);
	is_all_there(8, pid);
	close(fd);
}

/* Who compares them is another process then, and it is this one that looks again. */
static void so_it_is_when_it_is_compared_for_what_was_lost(void **state is_unused)
{
	int fd = lock_dir(), status;
	pid_t pid;

	copy_to("tests/pcaps/udp.pcap", "a.part");
	copy_to("tests/pcaps/arp.pcap", "b");
	pid = rename_when_listed(path_of("a.part"), path_of("a"));
	run("--compare %s tests/pcaps/arp.pcap --lost -w %s/lost", dir, tool_dir);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	if (tool.status != 1 || tool.err.len || !tool.out.len)
		fail_msg("exit %d: %s, %s", tool.status, tool.out.bytes, tool.err.bytes);
	run("-r %s/lost", tool_dir);
	assert_int_equal(lines_of(&tool.out), 8);
	close(fd);
}

/* What is in its place would be passed over by what is known of that which was there. */
static void one_that_takes_the_place_of_another_is_read(void **state)
{
	int fd = lock_dir();
	unsigned n = 0;
	char other[128];

	snprintf(other, sizeof(other), "%s/other", tool_dir);
	for (unsigned i = 0; i < 100 && !n; i++) {
		pid_t pid;

		empty_dir(state);
		copy_to("tests/pcaps/arp.pcap", "a");
		copy_to("tests/pcaps/udp.pcap", "b");
		copy_to("tests/pcaps/udp.pcap", "other");
		assert_int_equal(rename(path_of("other"), other), 0);
		pid = rename_when_listed(other, path_of("a"));
		run("-r %s udp", dir);
		/* it was there before the files were open */
		n += lines_of(&tool.out) == 16;
		is_all_there(lines_of(&tool.out) == 16 ? 16 : 8, pid);
	}
	assert_true(n > 0);
	close(fd);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(whatever_is_reported, empty_dir),
		cmocka_unit_test_setup(of_info_with_an_expression_there_is_what_can_match,
				       empty_dir),
		cmocka_unit_test_setup(what_a_program_changed_is_found, empty_dir),
		cmocka_unit_test_setup(each_side_of_a_comparison_may_be_one, empty_dir),
		cmocka_unit_test_setup(what_is_lost_is_found_in_one, empty_dir),
		cmocka_unit_test_setup(what_is_compared_is_not_written_to, empty_dir),
		cmocka_unit_test_setup(a_name_stands_for_the_file_that_was_found, empty_dir),
		cmocka_unit_test_setup(a_file_that_gets_another_name_is_read, empty_dir),
		cmocka_unit_test_setup(so_it_is_when_it_is_compared_for_what_was_lost, empty_dir),
		cmocka_unit_test(one_that_takes_the_place_of_another_is_read),
	};

	setenv("TZ", "UTC", 1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("folders", tests, array_size(tests), make_dir, remove_dir);
}
