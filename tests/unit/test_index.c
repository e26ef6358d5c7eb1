// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A directory as one: the same packets come out of it as out of its files by name, whatever is
 * asked for; what the index says is believed of files as they are only, and of an index that is
 * damaged nothing that is wrong.
 */
#include <sys/time.h>

#include "capture/index/catalog.h"
#include "capture/index/index_file.h"
#include "capture/index/keeper.h"
#include "capture/read/blocks.h"

#include "tests/unit/tool.h"

static char dir[96];

/* ---- the sketch ---- */

static void what_was_added_is_in_it(void **state is_unused)
{
	static const unsigned many[] = { 0, 1, 100, 5000, 200000 };

	for (size_t i = 0; i < array_size(many); i++) {
		struct sketch s;
		unsigned wrong = 0;

		assert_int_equal(sketch_open(&s), 0);
		for (uint32_t v = 0; v < many[i]; v++)
			sketch_add(&s, v % 7, v * 2654435761u);
		sketch_fold(&s);
		for (uint32_t v = 0; v < many[i]; v++)
			assert_true(sketch_has(&s, v % 7, v * 2654435761u));
		for (uint32_t v = 0; v < 10000; v++)
			wrong += sketch_has(&s, 8, v);
		assert_in_range(s.log2, SKETCH_LOG2_MIN, SKETCH_LOG2_MAX);
		assert_true(many[i] > 5000 || wrong < 40);
		assert_true(many[i] > 100 || s.log2 <= SKETCH_LOG2_MIN + 3);
		sketch_close(&s);
	}
}

/* ---- its bytes ---- */

enum { ENTRIES = 3 };

/* Like no other, with the number @i. */
static struct entry entry_of(unsigned i, uint8_t *bits)
{
	memset(bits, 0x11 * i, sketch_bytes(SKETCH_LOG2_MIN));
	return (struct entry){
		.file = { 1000 + i, 2000 + i, 3000 + i, 4000 + i },
		.flags = ENTRY_CAPTURE | (i & 1) * ENTRY_WHOLE,
		.n_packets = 5 + i, .n_timed = 4 + i, .first_ns = 7, .min_ns = 6,
		.max_ns = UINT64_MAX - i,
		.links = { 1, 101 + i }, .n_links = 2, .sketch = { bits, SKETCH_LOG2_MIN },
	};
}

static void is_the_same(const struct entry *a, const struct entry *b)
{
	struct entry x = *a, y = *b;

	assert_int_equal(x.sketch.log2, y.sketch.log2);
	assert_memory_equal(x.sketch.bits, y.sketch.bits, sketch_bytes(x.sketch.log2));
	x.sketch.bits = y.sketch.bits = NULL;
	assert_memory_equal(&x, &y, sizeof(x));
}

static struct blocks make_index(void)
{
	uint8_t bits[sketch_bytes(SKETCH_LOG2_MIN)];
	struct blocks b = { .len = 0 };

	assert_int_equal(index_file_begin(&b), 0);
	for (unsigned i = 0; i < ENTRIES; i++) {
		const struct entry e = entry_of(i, bits);
		const char name[] = { 'n', 'a', 'm', 'e', '0' + i, '\0' };

		assert_int_equal(index_file_add(&b, name, &e), 0);
	}
	return b;
}

/* Every entry that is read is one of those that were written; how many. */
static unsigned read_index(const uint8_t *bytes, size_t n)
{
	uint8_t bits[sketch_bytes(SKETCH_LOG2_MIN)];
	char name[INDEX_FILE_NAME_MAX + 1];
	struct index_file f;
	struct entry e;
	unsigned found = 0;

	if (!index_file_open(&f, bytes, n))
		return 0;
	while (index_file_next(&f, name, &e)) {
		struct entry written;

		assert_int_equal(strncmp(name, "name", 4), 0);
		assert_in_range(name[4], '0', '0' + ENTRIES - 1);
		written = entry_of(name[4] - '0', bits);
		is_the_same(&e, &written);
		found++;
	}
	return found;
}

static void each_entry_is_read_as_it_was_written(void **state is_unused)
{
	struct blocks b = make_index();

	assert_int_equal(read_index(b.bytes, b.len), ENTRIES);
	assert_true(b.len < index_file_most(ENTRIES));
	free(b.bytes);
}

/* In memory that ends where it does, for sanitizers. */
static void of_what_is_cut_all_before_is_read(void **state is_unused)
{
	struct blocks b = make_index();
	unsigned before = 0;

	for (size_t n = 0; n <= b.len; n++) {
		uint8_t *part = malloc(n + 1);
		unsigned found;

		memcpy(part, b.bytes, n);
		part = realloc(part, n ? n : 1);
		found = read_index(part, n);
		assert_true(found >= before && found <= before + 1);
		before = found;
		free(part);
	}
	assert_int_equal(before, ENTRIES);
	free(b.bytes);
}

static void a_bit_that_is_wrong_is_not_believed(void **state is_unused)
{
	struct blocks b = make_index();

	for (size_t i = 0; i < b.len * 8; i++) {
		b.bytes[i / 8] ^= 1 << i % 8;
		assert_true(read_index(b.bytes, b.len) < ENTRIES);
		b.bytes[i / 8] ^= 1 << i % 8;
	}
	assert_int_equal(read_index(b.bytes, b.len), ENTRIES);
	free(b.bytes);
}

/* ---- a directory ---- */

static const char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* As of long ago: what was changed just now is not kept. */
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

static int make_dir(void **state)
{
	if (make_tool_dir(state))
		return -1;
	snprintf(dir, sizeof(dir), "%s/captures", tool_dir);
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

static const char *const sound[] = {
	"arp.pcap", "fragments.pcap", "gre.pcap", "icmp.pcap", "ip_options.pcap", "ipv6_tcp_udp.pcap", "mixed.pcap",
	"qinq.pcap", "sctp.pcap", "tcp_handshake.pcap", "tunnels.pcap", "udp.pcap", "vlan.pcap",
	"files/linktype_raw_101.pcap", "files/pcap_microseconds_big_endian.pcap", "files/pcapng_big_endian.pcapng",
	"files/pcapng_options_everywhere.pcapng", "files/compressed_gzip.gz", "files/compressed_zstd.zst",
};

static void copy_all(void)
{
	for (size_t i = 0; i < array_size(sound); i++) {
		char from[128], name[128];

		snprintf(from, sizeof(from), "tests/pcaps/%s", sound[i]);
		snprintf(name, sizeof(name), "%02zu-%s", array_size(sound) - i,
			 strrchr(from, '/') + 1);
		copy_to(from, name);
	}
}

/* A list of what is there, for -V. */
static const char *list_all(void)
{
	static char list[128];
	glob_t found;
	FILE *f;

	snprintf(list, sizeof(list), "%s/list", tool_dir);
	f = fopen(list, "we");
	assert_non_null(f);
	assert_int_equal(glob(path_of("*"), 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		fprintf(f, "%s\n", found.gl_pathv[i]);
	globfree(&found);
	fclose(f);
	return list;
}

static int by_line(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Packets of the same time come in the order of their files, which is not that of the list. */
static void sort_lines(struct text *t)
{
	static char *lines[8192];
	struct text out = { malloc(t->len + 1), 0 };
	char *rest = t->bytes;
	size_t n = 0;

	for (char *line; rest && *rest && (line = strsep(&rest, "\n"));)
		lines[n++] = line;
	qsort(lines, n, sizeof(*lines), by_line);
	for (size_t i = 0; i < n; i++)
		out.len += sprintf(out.bytes + out.len, "%s\n", lines[i]);
	free(t->bytes);
	*t = out;
}

static void comes_to_the_same(const char *what)
{
	struct text of_dir, of_list;
	int status = run("-r %s -tt -e -v %s", dir, what);

	of_dir = steal_out();
	if (run("-V %s -tt -e -v %s", list_all(), what) != status)
		fail_msg("%s: exit %d and %d", what, status, tool.status);
	of_list = steal_out();
	sort_lines(&of_dir);
	sort_lines(&of_list);
	same_text(what, &of_dir, &of_list);
	free(of_dir.bytes);
	free(of_list.bytes);
}

static const char *const questions[] = {
	"", "host 198.51.100.80", "src net 192.0.2.0/24 and tcp", "port 53", "tcp port 80 or arp", "not tcp", "vlan",
	"vlan and host 10.0.0.1", "ip6 host 2001:db8:80::443", "icmp or icmp6", "host 203.0.113.77", "less 60", "sctp",
	"--start 2024-01-02T03:04:05.5Z", "--start +0.5 --end +1 udp", "--end 03:04:05.3Z", "--start 03:04:06Z",
	"--start 2030-01-01 host 192.0.2.1", "--end 2000-01-01", "--skip 3 -c 5 udp", "ether host 02:00:00:00:00:01",
	"--dedup tcp", "host 192.0.2.1 and not port 9", "port 65535 or port 0", "inbound and udp",
};

/*
 * Without an index, by that which was just made, and by that of files that cannot be it
 * any more.
 */
static void whatever_is_asked_for(void **state is_unused)
{
	copy_all();
	for (size_t i = 0; i < array_size(questions); i++)
		comes_to_the_same(questions[i]);
	assert_int_equal(access(path_of(KEEPER_INDEX), F_OK), 0);
	copy_to("tests/pcaps/sctp.pcap", "zz");
	comes_to_the_same("sctp");
}

/* How many of its files are opened. */
static unsigned opened(const char *what)
{
	unsigned n = 0;

	run_well("-r %s -T json --offsets %s", dir, what);
	for (const char *at = tool.out.bytes; (at = strstr(at, "\"frame_frame_interface_id\":"));
	     at++)
		n = max_of(n, (unsigned)atoi(strchr(at, ':') + 1) + 1);
	return n;
}

static void only_what_can_match_is_opened(void **state is_unused)
{
	copy_to("tests/pcaps/udp.pcap", "a");
	copy_to("tests/pcaps/arp.pcap", "b");
	copy_to("tests/pcaps/sctp.pcap", "c");
	copy_to("Makefile", "d");
	run_well("-r %s", dir);
	/* interfaces are numbered through all files that are opened */
	assert_int_equal(opened("sctp"), 1);
	assert_int_equal(opened("sctp or arp"), 2);
	assert_int_equal(opened(""), 3);
}

static void the_index_says_how_much(void **state is_unused)
{
	copy_all();
	copy_to("Makefile", "text");
	assert_int_equal(run("--index -r %s", dir), 0);
	assert_string_equal(tool.err.bytes, "19 captures indexed\n");
	assert_int_equal(run("--index -r %s/text", dir), 2);
	assert_non_null(strstr(tool.err.bytes, "is no directory"));
}

static void a_directory_without_captures_is_refused(void **state is_unused)
{
	copy_to("Makefile", "a");
	assert_int_equal(run("-r %s", dir), 1);
	assert_non_null(strstr(tool.err.bytes, "there is no capture in this directory"));
	assert_int_equal(run("-r %s/none", dir), 1);
	assert_int_equal(run("-r %s --at 24", dir), 2);
	assert_non_null(strstr(tool.err.bytes, "--at is a place in one file"));
}

static void a_directory_is_not_followed(void **state is_unused)
{
	copy_to("tests/pcaps/udp.pcap", "a");
	assert_int_equal(run("-r %s --follow -c 1", dir), 2);
	assert_non_null(strstr(tool.err.bytes, "is a directory: --follow is for a file, or for those of a pattern"));
	run_well("-r '%s/*' --follow -c 1", dir);
}

/* Whatever is in them of what the expression asks for. */
static void a_filter_is_shown_for_the_link_type_of_all(void **state is_unused)
{
	struct text raw;

	copy_to("tests/pcaps/files/linktype_raw_101.pcap", "a");
	copy_to("tests/pcaps/files/linktype_raw_101.pcap", "b");
	copy_to("Makefile", "text");
	run_well("-d -r tests/pcaps/files/linktype_raw_101.pcap port 999");
	raw = steal_out();
	run_well("-d -r %s port 999", dir);
	assert_string_equal(tool.out.bytes, raw.bytes);
	free(raw.bytes);
	copy_to("tests/pcaps/udp.pcap", "b");
	assert_int_equal(run("-d -r %s port 999", dir), 2);
	assert_int_equal(tool.out.len, 0);
	assert_non_null(strstr(tool.err.bytes, " has another link type than "));
	assert_int_equal(run("-d -r %s/a -r %s/b port 999", dir, dir), 2);
}

/* The same name, size and time, and even the same inode. */
static void a_file_that_was_changed_is_looked_into_again(void **state is_unused)
{
	const struct timeval old[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
	FILE *f;

	copy_to("tests/pcaps/udp.pcap", "a");
	copy_to("tests/pcaps/sctp.pcap", "b");
	run_well("-r %s host 203.0.113.99", dir);
	assert_int_equal(tool.out.len, 0);
	f = fopen(path_of("a"), "r+e");
	assert_non_null(f);
	assert_int_equal(fseek(f, 24 + 16 + 26, SEEK_SET), 0);
	assert_int_equal(fwrite("\xcb\0\x71\x63", 1, 4, f), 4);
	fclose(f);
	assert_int_equal(utimes(path_of("a"), old), 0);
	run_well("-r %s host 203.0.113.99", dir);
	assert_int_equal(lines_of(&tool.out), 1);
}

static void write_index(const struct text *t, size_t n)
{
	FILE *f = fopen(path_of(KEEPER_INDEX), "we");

	assert_non_null(f);
	assert_int_equal(fwrite(t->bytes, 1, n, f), n);
	fclose(f);
}

static void a_damaged_index_is_made_anew(void **state is_unused)
{
	struct text whole, again;

	copy_all();
	run_well("-r %s -qq", dir);
	whole = text_of_file(path_of(KEEPER_INDEX));
	for (size_t at = 0; at < whole.len; at += 1 + whole.len / 12) {
		whole.bytes[at] ^= 0x40;
		write_index(&whole, whole.len);
		whole.bytes[at] ^= 0x40;
		comes_to_the_same("udp port 53 or sctp");
		again = text_of_file(path_of(KEEPER_INDEX));
		same_text("made anew", &again, &whole);
		free(again.bytes);
		write_index(&whole, at);
		comes_to_the_same("host 198.51.100.80");
	}
	free(whole.bytes);
}

static void where_it_cannot_be_written_that_is_said(void **state is_unused)
{
	copy_all();
	assert_int_equal(mkdir(path_of(KEEPER_INDEX), 0700), 0);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(run("-r %s sctp -t", dir), 0);
		assert_true(lines_of(&tool.out) > 0);
		assert_int_equal(lines_of(&tool.err), 1);
		assert_non_null(strstr(tool.err.bytes, "the index cannot be written"));
	}
}

static void one_that_is_not_ours_to_read_is_replaced(void **state is_unused)
{
	struct stat st;

	copy_all();
	assert_int_equal(symlink("/etc/hostname", path_of(KEEPER_INDEX)), 0);
	run_well("-r %s sctp", dir);
	assert_int_equal(lstat(path_of(KEEPER_INDEX), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
}

/* Who could write it could hide captures. */
static void one_of_somebody_else_is_not_believed(void **state is_unused)
{
	struct stat st;

	if (geteuid())
		skip();
	copy_all();
	run_well("-r %s sctp", dir);
	assert_int_equal(chown(path_of(KEEPER_INDEX), 12345, 12345), 0);
	run_well("-r %s sctp", dir);
	assert_int_equal(stat(path_of(KEEPER_INDEX), &st), 0);
	assert_int_equal(st.st_uid, 0);
}

/* As one is that is just being written: it ends within a packet. */
static void a_file_that_is_cut_is_read_to_what_there_is(void **state is_unused)
{
	copy_to("tests/pcaps/sctp.pcap", "a");
	copy_to("tests/pcaps/udp.pcap", "b");
	assert_int_equal(truncate(path_of("b"), 300), 0);
	for (unsigned i = 0; i < 2; i++)
		comes_to_the_same("host 203.0.113.99 or udp");
	assert_int_equal(tool.status, 1);
}

/* The version of its format is not known. */
static void a_file_that_cannot_be_read_is_left_out(void **state is_unused)
{
	copy_to("tests/pcaps/sctp.pcap", "a");
	copy_to("tests/pcaps/files/damaged_pcap_version_1_0.pcap", "b");
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(run("-r %s -t", dir), 1);
		assert_true(lines_of(&tool.out) > 2);
		assert_non_null(strstr(tool.err.bytes,
				       "/b: begins as a capture, and cannot be read: left out"));
	}
	assert_int_equal(run("-r %s -t --recover", dir), 0);
}

/* What was changed in the last moments may be changed again, and look the same. */
static void a_file_of_this_moment_is_not_kept(void **state is_unused)
{
	char name[INDEX_FILE_NAME_MAX + 1];
	struct index_file f;
	struct entry e;
	struct text t;

	copy_to("tests/pcaps/sctp.pcap", "a");
	copy_to("tests/pcaps/udp.pcap", "b");
	assert_int_equal(utimes(path_of("b"), NULL), 0);
	run_well("-r %s -qq", dir);
	t = text_of_file(path_of(KEEPER_INDEX));
	assert_true(index_file_open(&f, (uint8_t *)t.bytes, t.len));
	assert_true(index_file_next(&f, name, &e));
	assert_string_equal(name, "a");
	assert_false(index_file_next(&f, name, &e));
	free(t.bytes);
}

static void what_is_not_read_is_not_written_to(void **state is_unused)
{
	struct text before, after;

	copy_to("tests/pcaps/sctp.pcap", "a");
	copy_to("tests/pcaps/udp.pcap", "b");
	before = text_of_file(path_of("b"));
	assert_int_equal(run("-r %s sctp -w %s/b", dir, dir), 2);
	assert_non_null(strstr(tool.err.bytes, "cannot read from and write to the same file"));
	after = text_of_file(path_of("b"));
	same_text("the file", &before, &after);
	free(before.bytes);
	free(after.bytes);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_in_it),
		cmocka_unit_test(each_entry_is_read_as_it_was_written),
		cmocka_unit_test(of_what_is_cut_all_before_is_read),
		cmocka_unit_test(a_bit_that_is_wrong_is_not_believed),
		cmocka_unit_test_setup(whatever_is_asked_for, empty_dir),
		cmocka_unit_test_setup(only_what_can_match_is_opened, empty_dir),
		cmocka_unit_test_setup(the_index_says_how_much, empty_dir),
		cmocka_unit_test_setup(a_directory_without_captures_is_refused, empty_dir),
		cmocka_unit_test_setup(a_directory_is_not_followed, empty_dir),
		cmocka_unit_test_setup(a_filter_is_shown_for_the_link_type_of_all, empty_dir),
		cmocka_unit_test_setup(a_file_that_was_changed_is_looked_into_again, empty_dir),
		cmocka_unit_test_setup(a_damaged_index_is_made_anew, empty_dir),
		cmocka_unit_test_setup(where_it_cannot_be_written_that_is_said, empty_dir),
		cmocka_unit_test_setup(one_that_is_not_ours_to_read_is_replaced, empty_dir),
		cmocka_unit_test_setup(one_of_somebody_else_is_not_believed, empty_dir),
		cmocka_unit_test_setup(a_file_that_is_cut_is_read_to_what_there_is, empty_dir),
		cmocka_unit_test_setup(a_file_that_cannot_be_read_is_left_out, empty_dir),
		cmocka_unit_test_setup(a_file_of_this_moment_is_not_kept, empty_dir),
		cmocka_unit_test_setup(what_is_not_read_is_not_written_to, empty_dir),
	};

	setenv("TZ", "UTC", 1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("index", tests, array_size(tests), make_dir, remove_dir);
}
