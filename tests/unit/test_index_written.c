// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The index of what is written: each file that is complete is in it with the very bytes that
 * reading it would have come to; whatever becomes of the file afterwards, of others, or of the
 * index, nothing wrong is believed.
 */
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "capture/base/log.h"
#include "capture/index/draft.h"
#include "capture/index/index_file.h"
#include "capture/index/keeper.h"
#include "capture/index/scan.h"
#include "capture/read/blocks.h"

#include "tests/unit/tool.h"

static char dir[96];
static int dir_fd;

static const char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static int empty_dir(void **state is_unused)
{
	empty_capture_dir(dir);
	return 0;
}

static int make_dir(void **state)
{
	if (make_tool_dir(state))
		return -1;
	snprintf(dir, sizeof(dir), "%s/captures", tool_dir);
	if (mkdir(dir, 0700))
		return -1;
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir_fd < 0 ? -1 : 0;
}

static int remove_dir(void **state)
{
	empty_dir(state);
	close(dir_fd);
	rmdir(dir);
	return remove_tool_dir(state);
}

/* ---- what is in it ---- */

struct seen {
	char name[INDEX_FILE_NAME_MAX + 1];
	uint8_t *record;	/* made of the entry */
	size_t len;
};

static struct seen seen[512];
static size_t n_seen;

static uint8_t *record_of(const char *name, const struct entry *e, size_t *len)
{
	struct blocks b = { .len = 0 };

	assert_int_equal(index_file_add(&b, name, e), 0);
	*len = b.len;
	return b.bytes;
}

static void forget(void)
{
	while (n_seen)
		free(seen[--n_seen].record);
}

static void read_index(void)
{
	struct text t = text_of_file(path_of(KEEPER_INDEX));
	struct index_file f;
	struct entry e;

	forget();
	assert_true(index_file_open(&f, (uint8_t *)t.bytes, t.len));
	for (; index_file_next(&f, seen[n_seen].name, &e); n_seen++) {
		assert_true(n_seen + 1 < array_size(seen));
		seen[n_seen].record = record_of(seen[n_seen].name, &e, &seen[n_seen].len);
	}
	assert_int_equal(f.left, 0);
	free(t.bytes);
}

static const struct seen *find(const char *name)
{
	size_t i = 0;

	while (i < n_seen && strcmp(seen[i].name, name))
		i++;
	return i < n_seen ? &seen[i] : NULL;
}

static int no_look(void *ctx is_unused)
{
	return 0;
}

/* As the file would be found to be when the directory is read. */
static uint8_t *scan(const char *path, size_t *len)
{
	FILE *f = fopen(path, "re");
	struct entry_file is;
	uint8_t *record;
	struct entry e;
	struct stat st;

	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	is = entry_file_of(&st);
	assert_int_equal(scan_entry(&e, f, &is, no_look, NULL), 0);
	record = record_of(strrchr(path, '/') + 1, &e, len);
	entry_close(&e);
	fclose(f);
	return record;
}

/*
 * All files of the directory are in the index, each with the bytes that a scan comes to, and
 * nothing else. How many.
 */
static size_t is_as_scanned(const char *what)
{
	size_t len, n;
	glob_t found;

	read_index();
	assert_int_equal(glob(path_of("*"), 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const struct seen *s = find(strrchr(found.gl_pathv[i], '/') + 1);
		uint8_t *record = scan(found.gl_pathv[i], &len);

		if (!s || s->len != len || memcmp(s->record, record, len))
			fail_msg("%s: %s is not in the index as it is scanned", what,
				 found.gl_pathv[i]);
		free(record);
	}
	n = found.gl_pathc;
	globfree(&found);
	assert_int_equal(n_seen, n);
	return n;
}

/* ---- whatever is written ---- */

#define MIXED "-r tests/pcaps/mixed.pcap "
#define FILE_OF(name) "-r tests/pcaps/files/" name " "
#define MANY MIXED FILE_OF("linktype_raw_101.pcap") FILE_OF("linktype_linux_cooked_113.pcap")			\
	     FILE_OF("linktype_linux_cooked_v2_276.pcap") FILE_OF("pcapng_options_everywhere.pcapng")		\
	     FILE_OF("linktype_bsd_null_0_little_endian.pcap") FILE_OF("pcapng_simple_packets.pcapng") 	\
	     "-r tests/pcaps/tunnels.pcap "

static const struct written { const char *how; size_t files; } written[] = {
	{ MIXED "-w %s/a", 1 },
	{ MIXED "-w %s/a -b packets:7", 28 },
	{ MIXED "-w %s/a -C 10k", 6 },
	{ MIXED "-w %s/a -C 10k --format pcap", 5 },
	{ MIXED "-w %s/a -C 10k --format pcap-ns", 5 },
	{ MIXED "-w %s/a -b packets:50 --part", 4 },
	{ MIXED "-w %s/a -b packets:50 --compress zstd", 4 },
	{ MIXED "-w %s/a -b packets:50 --compress gzip --format pcap", 4 },
	{ MIXED "-w %s/a -b packets:50 -U", 4 },
	{ MIXED "-w %s/a -b packets:50 --write-buffer none", 4 },
	{ MIXED "-w %s/a -b packets:50 --io direct", 4 },
	{ MIXED "-w %s/a -b packets:50 -s 40", 4 },
	{ MIXED "-w %s/a -b packets:50 -s headers", 4 },
	{ MIXED "-w %s/a-%%T.pcapng -G 1", 2 },
	{ MIXED "-w %s/a -b packets:10 udp or arp", 3 },
	{ MIXED "-w %s/a -b packets:10 -b files:3", 3 },
	{ MIXED "-w %s/a -b packets:10 host 203.0.113.251", 1 },
	{ MANY "-w %s/a -b packets:200", 2 },
	{ MANY "-w %s/a -b packets:20 --compress zstd:3 --threads 3", 13 },
};

static void every_file_is_in_it_as_it_would_be_scanned(void **state)
{
	for (size_t i = 0; i < array_size(written); i++) {
		char line[1024];

		empty_dir(state);
		snprintf(line, sizeof(line), written[i].how, dir);
		if (run("--index %s", line))
			fail_msg("%s: %s", line, tool.err.bytes);
		assert_int_equal(is_as_scanned(line), written[i].files);
	}
}

/* Times that are not known or cannot be told, lengths, link types, what is in no packet. */
static void so_is_one_of_whatever_packets(void **state)
{
	static const char *const formats[] = { "pcapng", "pcap", "pcap-ns" };
	glob_t found;

	assert_int_equal(glob("tests/pcaps/*.pcap", 0, NULL, &found), 0);
	assert_int_equal(glob("tests/pcaps/files/[!d]*", GLOB_APPEND, NULL, &found), 0);
	assert_true(found.gl_pathc > 100);
	for (size_t i = 0; i < found.gl_pathc * array_size(formats); i++) {
		const char *file = found.gl_pathv[i / array_size(formats)];

		empty_dir(state);
		run("--index -r %s -w %s/a --format %s", file, dir,
		    formats[i % array_size(formats)]);
		assert_int_equal(is_as_scanned(file), 1);
	}
	globfree(&found);
}

/* ---- what is not to be believed ---- */

static const char *say_script(const char *body)
{
	static char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/script", tool_dir);
	f = fopen(path, "we");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", body);
	fclose(f);
	assert_int_equal(chmod(path, 0700), 0);
	return path;
}

/* As soon as it is there, and as large as before. */
static void what_a_command_changes_is_looked_into_again(void **state is_unused)
{
	const char *script = say_script("printf '\\313\\000\\161\\143' | "
					"dd of=\"$1\" bs=1 seek=66 conv=notrunc status=none");

	run_well("--index -r tests/pcaps/udp.pcap --format pcap -w %s/a -z %s", dir, script);
	assert_int_equal(access(path_of(KEEPER_INDEX), F_OK), 0);
	run_well("-r %s host 203.0.113.99", dir);
	assert_int_equal(lines_of(&tool.out), 1);
}

static void what_a_command_compresses_is_looked_into_as_well(void **state is_unused)
{
	struct text before, after;

	run_well("--index " MIXED "-b packets:50 -w %s/a -z gzip", dir);
	assert_int_equal(access(path_of("a_00001_20240102030405"), F_OK), -1);
	run_well(MIXED "-tt port 53");
	before = steal_out();
	run_well("-r %s -tt port 53", dir);
	after = steal_out();
	same_text("packets", &before, &after);
	free(before.bytes);
	free(after.bytes);
}

/* The whole limit, so that what is cut is not told of as if it was there. */
static void a_file_that_is_torn_is_not_in_it(void **state is_unused)
{
	const struct rlimit limit = { 20000, RLIM_INFINITY }, none = { RLIM_INFINITY, RLIM_INFINITY };

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	run("--index " MIXED "-w %s/a", dir);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(tool.status, STATUS_INCOMPLETE);
	assert_int_equal(access(path_of(KEEPER_INDEX), F_OK), -1);
}

static void where_it_cannot_be_written_that_is_said_once(void **state is_unused)
{
	glob_t found;

	assert_int_equal(mkdir(path_of(KEEPER_INDEX), 0700), 0);
	assert_int_equal(run("--index " MIXED "-b packets:20 -w %s/a", dir), 0);
	assert_int_equal(lines_of(&tool.err), 1);
	assert_non_null(strstr(tool.err.bytes, "the index of its directory cannot be written: "));
	assert_int_equal(glob(path_of("a*"), 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 10);
	globfree(&found);
}

static void what_is_no_file_is_refused(void **state is_unused)
{
	run("--index " MIXED "-w /dev/null");
	assert_int_equal(tool.status, STATUS_USAGE);
	assert_non_null(strstr(tool.err.bytes, "/dev/null: not a regular file, which --index is for"));
}

/* ---- several who write ---- */

static void add_to(struct keeper *k, const char *name)
{
	uint8_t bits[64] = { 1 };
	struct entry e = { .flags = ENTRY_CAPTURE, .sketch = { bits, SKETCH_LOG2_MIN } };
	FILE *f = fopen(path_of(name), "we");
	struct stat st;

	assert_non_null(f);
	fputs(name, f);
	fclose(f);
	assert_int_equal(stat(path_of(name), &st), 0);
	e.file = entry_file_of(&st);
	assert_int_equal(keeper_add(k, name, &e), 0);
}

static struct keeper *open_keeper(void)
{
	struct keeper *k;

	assert_int_equal(keeper_open(&k, dir_fd), 0);
	return k;
}

/* More than are added without writing all of it anew. */
static void two_lose_nothing_of_each_other(void **state is_unused)
{
	struct keeper *a = open_keeper(), *b = open_keeper();
	char name[32];

	for (unsigned i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "file-%u", i);
		add_to(i & 1 ? a : b, name);
		read_index();
		assert_int_equal(n_seen, i + 1);
	}
	assert_int_equal(keeper_tidy(a), 0);
	assert_int_equal(keeper_tidy(b), 0);
	read_index();
	assert_int_equal(n_seen, 200);
	keeper_close(a);
	keeper_close(b);
}

static void what_is_gone_goes(void **state is_unused)
{
	struct keeper *k = open_keeper();

	for (unsigned i = 0; i < 500; i++)
		add_to(k, i & 1 ? "one" : "two");
	read_index();
	assert_true(n_seen < 150);
	assert_int_equal(remove(path_of("one")), 0);
	assert_int_equal(keeper_tidy(k), 0);
	read_index();
	assert_int_equal(n_seen, 1);
	assert_string_equal(seen[0].name, "two");
	keeper_close(k);
}

/* As by one that was killed, or something that knows nothing of it. */
static void behind_a_record_that_is_cut_nothing_is_lost(void **state is_unused)
{
	struct keeper *k = open_keeper();

	for (unsigned i = 0; i < 2; i++) {
		struct stat st;

		add_to(k, "one");
		add_to(k, "two");
		assert_int_equal(stat(path_of(KEEPER_INDEX), &st), 0);
		assert_int_equal(truncate(path_of(KEEPER_INDEX), st.st_size + (i ? 3 : -3)), 0);
		add_to(k, "three");
		read_index();
		assert_non_null(find("one"));
		assert_non_null(find("three"));
	}
	keeper_close(k);
}

static void who_holds_the_lock_for_ever_stops_nobody(void **state is_unused)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct keeper *k = open_keeper();

	assert_int_equal(flock(fd, LOCK_EX), 0);
	add_to(k, "one");
	read_index();
	assert_int_equal(n_seen, 1);
	close(fd);
	keeper_close(k);
}

/* Who reads the directory meanwhile has seen none of it, and writes the index all the same. */
static void who_reads_the_directory_loses_nothing_of_it(void **state is_unused)
{
	const struct timeval old[2] = { { 1000000000, 0 }, { 1000000000, 0 } };

	run_well("--index " MIXED "-b packets:20 -w %s/a", dir);
	run_well("-r tests/pcaps/sctp.pcap -w %s/b", dir);
	assert_int_equal(utimes(path_of("b"), old), 0);
	run_well("-r %s -qq", dir);
	read_index();
	assert_int_equal(n_seen, 11);
	assert_non_null(find("b"));
}

/* ---- drafts ---- */

/* Bytes that no file of ours has. */
static void what_is_not_understood_is_not_known(void **state is_unused)
{
	struct text t = text_of_file("tests/pcaps/udp.pcap");
	struct draft *d;
	struct entry e;

	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(draft_open(&d), 0);
		if (i)
			draft_add(d, t.bytes, t.len - i + 1);
		if (i == 2)
			draft_add(d, t.bytes + t.len - 1, 1);
		assert_int_equal(draft_end(d, &e), i == 1);
		if (i == 1)
			entry_close(&e);
		draft_close(d);
	}
	free(t.bytes);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_file_is_in_it_as_it_would_be_scanned, empty_dir),
		cmocka_unit_test_setup(so_is_one_of_whatever_packets, empty_dir),
		cmocka_unit_test_setup(what_a_command_changes_is_looked_into_again, empty_dir),
		cmocka_unit_test_setup(what_a_command_compresses_is_looked_into_as_well, empty_dir),
		cmocka_unit_test_setup(a_file_that_is_torn_is_not_in_it, empty_dir),
		cmocka_unit_test_setup(where_it_cannot_be_written_that_is_said_once, empty_dir),
		cmocka_unit_test(what_is_no_file_is_refused),
		cmocka_unit_test_setup(two_lose_nothing_of_each_other, empty_dir),
		cmocka_unit_test_setup(what_is_gone_goes, empty_dir),
		cmocka_unit_test_setup(behind_a_record_that_is_cut_nothing_is_lost, empty_dir),
		cmocka_unit_test_setup(who_holds_the_lock_for_ever_stops_nobody, empty_dir),
		cmocka_unit_test_setup(who_reads_the_directory_loses_nothing_of_it, empty_dir),
		cmocka_unit_test(what_is_not_understood_is_not_known),
	};

	setenv("TZ", "UTC", 1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("index_written", tests, array_size(tests), make_dir,
				       remove_dir);
}
