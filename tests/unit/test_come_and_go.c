// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Interfaces that come and go while files are written: what the current file has of them at that
 * moment, and the files that follow.
 */
#include <stdlib.h>

#include "capture/packet/pcapng_codes.h"
#include "capture/write/outputs.h"
#include "capture/write/rotate.h"

#include "tests/unit/written.h"

enum { BEGAN_SEC = 1600000000, NOW_SEC = 5000, MANY = 100 };

struct run {
	struct rotate *rotate;
	struct written_source from;
	uint32_t number;		/* of the last packet */
};

static void begin(struct run *run, const struct rotate_settings *s)
{
	if (!run->from.ifaces)
		run->from = written_source();
	run->from.n_ifaces = 1;
	assert_int_equal(rotate_open(&run->rotate, s, -1), 0);
	assert_int_equal(rotate_start(run->rotate), 0);
	assert_int_equal(rotate_begin(run->rotate, &run->from.source, NOW_SEC * WRITTEN_SEC,
				      BEGAN_SEC * WRITTEN_SEC), 0);
}

/* A packet of interface @id. */
static void give(struct run *run, uint32_t id)
{
	struct packet p = written_packet(++run->number, BEGAN_SEC * WRITTEN_SEC, 60, 0);

	p.iface = &run->from.ifaces[id];
	assert_int_equal(rotate_packet(run->rotate, &p), 0);
	run->from.given[id]++;
}

static void end(struct run *run)
{
	assert_int_equal(rotate_finish(run->rotate), 0);
	assert_int_equal(rotate_wait(run->rotate, -1), 0);
	rotate_close(run->rotate);
}

/*
 * The blocks of a file as letters: i an interface, p a packet, s statistics; and of which
 * interface.
 */
static const char *blocks(const char *path)
{
	static uint8_t bytes[1 << 20];
	static char said[1 << 16];
	FILE *f = fopen(path, "r");
	uint32_t head[3], n_ifaces = 0;
	size_t n, at, len = 0;

	assert_non_null(f);
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	*said = '\0';
	for (at = 0; at + sizeof(head) <= n; at += head[1]) {
		memcpy(head, bytes + at, sizeof(head));
		if (head[0] == PCAPNG_IDB)
			len += snprintf(said + len, sizeof(said) - len, " i%u", n_ifaces++);
		else if (head[0] == PCAPNG_EPB || head[0] == PCAPNG_ISB)
			len += snprintf(said + len, sizeof(said) - len, " %c%u",
					head[0] == PCAPNG_EPB ? 'p' : 's', head[2]);
	}
	assert_int_equal(at, n);
	return *said ? said + 1 : said;
}

static void one_that_comes_is_in_the_file_at_once(void **state)
{
	const struct rotate_settings s = { .path = "f", .live = true };
	struct run run = { 0 };

	(void)state;
	begin(&run, &s);
	assert_string_equal(blocks("f"), "i0");
	run.from.n_ifaces = 2;
	assert_int_equal(rotate_joined(run.rotate), 0);
	assert_string_equal(blocks("f"), "i0 i1");
	give(&run, 1);
	end(&run);
	assert_string_equal(blocks("f"), "i0 i1 p1 s0 s1");
}

static void one_that_leaves_has_its_statistics_then_and_once(void **state)
{
	const struct rotate_settings s = { .path = "f", .live = true };
	struct run run = { 0 };
	uint64_t received, lost;

	(void)state;
	begin(&run, &s);
	run.from.n_ifaces = 2;
	assert_int_equal(rotate_joined(run.rotate), 0);
	give(&run, 0);
	give(&run, 1);
	give(&run, 1);
	assert_int_equal(rotate_left(run.rotate, 1), 0);
	assert_int_equal(rotate_left(run.rotate, 1), 0);
	assert_string_equal(blocks("f"), "i0 i1 p0 p1 p1 s1");
	give(&run, 0);
	end(&run);
	assert_string_equal(blocks("f"), "i0 i1 p0 p1 p1 s1 p0 s0");
	assert_true(written_told("f", 1, &received, &lost));
	assert_int_equal(received, 2);
}

static void each_later_file_has_all_of_them_and_their_statistics(void **state)
{
	const struct rotate_settings s = { .path = "f", .live = true };
	struct run run = { 0 };

	(void)state;
	begin(&run, &s);
	run.from.n_ifaces = 2;
	assert_int_equal(rotate_joined(run.rotate), 0);
	assert_int_equal(rotate_left(run.rotate, 0), 0);
	give(&run, 1);
	assert_int_equal(rotate_next(run.rotate), 0);
	assert_string_equal(blocks("f1"), "i0 i1");
	give(&run, 1);
	end(&run);
	assert_string_equal(blocks("f"), "i0 i1 s0 p1 s1");
	assert_string_equal(blocks("f1"), "i0 i1 p1 s0 s1");
}

/* Of a file that has room for a packet more, but not for an interface. */
static void one_without_room_comes_with_its_first_packet_in_the_next_file(void **state)
{
	const struct rotate_settings s = { .path = "f", .live = true, .when.file_bytes = 2100 };
	struct run run = { 0 };

	(void)state;
	begin(&run, &s);
	for (unsigned i = 0; i < 12; i++)
		give(&run, 0);
	run.from.n_ifaces = 2;
	assert_int_equal(rotate_joined(run.rotate), 0);
	assert_int_equal(rotate_left(run.rotate, 1), 0);
	assert_string_equal(rotate_path(run.rotate), "f");
	give(&run, 0);
	assert_string_equal(rotate_path(run.rotate), "f");
	give(&run, 1);
	end(&run);
	assert_string_equal(written_files(2100), "f=1-13 f1=14");
	assert_string_equal(blocks("f1"), "i0 i1 p1 s0 s1");
}

static void text_has_no_word_of_them(void **state)
{
	const struct rotate_settings s = { .path = "f", .live = true, .format = FORMAT_PCAP };
	struct run run = { 0 };
	struct stat before, after;

	(void)state;
	begin(&run, &s);
	assert_int_equal(stat("f", &before), 0);
	run.from.n_ifaces = 2;
	assert_int_equal(rotate_joined(run.rotate), 0);
	assert_int_equal(rotate_left(run.rotate, 1), 0);
	end(&run);
	assert_int_equal(stat("f", &after), 0);
	assert_int_equal(before.st_size, after.st_size);
}

static void nothing_is_said_before_the_first_file(void **state)
{
	const struct rotate_settings s = { .path = "f", .live = true };
	struct rotate *r;

	(void)state;
	assert_int_equal(rotate_open(&r, &s, -1), 0);
	assert_int_equal(rotate_joined(r), 0);
	assert_int_equal(rotate_left(r, 0), 0);
	rotate_close(r);
}

/* The statistics of many, whatever there are. */
static bool no_stats(struct source *source, uint32_t id, uint64_t unwritten, struct iface_stats *s)
{
	(void)source;
	(void)id;
	(void)unwritten;
	*s = (struct iface_stats){ .ts_ns = 1 };
	return true;
}

/*
 * More than are described in each file of those that are read: a live capture gives them the same
 * numbers in all files, if these have room for that.
 */
static const struct many_case {
	const char *name;
	struct rotate_settings set;
	const char *second;	/* file: how its blocks begin */
	bool warned;
} manys[] = {
	{ "many_have_the_same_numbers_in_each_file", { .path = "f", .live = true }, "i0 i1 i2 i3",
	  false },
	{ "many_have_them_in_files_with_room_for_it",
	  { .path = "f", .live = true, .when.file_bytes = 1000000 }, "i0 i1 i2 i3", false },
	{ "many_would_fill_a_small_file",
	  { .path = "f", .live = true, .when.file_bytes = 100000 }, "i0 p0 s0", true },
	{ "many_that_are_read_are_not_repeated", { .path = "f" }, "i0 p0 s0", false },
};

static void many_interfaces(void **state)
{
	const struct many_case *c = *state;
	struct run run = { .from = written_source() };
	struct source_ops ops = *run.from.source.ops;
	struct iface *many = calloc(MANY, sizeof(*many));

	assert_int_equal(written_set_up(NULL), 0);
	assert_non_null(many);
	ops.stats = no_stats;
	run.from.source.ops = &ops;
	run.from.ifaces = many;
	for (unsigned i = 0; i < MANY; i++)
		many[i] = (struct iface){
			.id = i, .linktype = 1, .snaplen = 256, .name = (char *)"x"
		};
	begin(&run, &c->set);
	run.from.n_ifaces = MANY;
	assert_int_equal(rotate_joined(run.rotate), 0);
	give(&run, 1);
	assert_int_equal(rotate_next(run.rotate), 0);
	give(&run, 1);
	end(&run);
	free(many);
	assert_memory_equal(blocks("f1"), c->second, strlen(c->second));
	assert_int_equal(!!strstr(run.from.warned, "no room for all interfaces"), c->warned);
	assert_int_equal(written_tear_down(NULL), 0);
}

int main(void)
{
#define in_dir(t)	cmocka_unit_test_setup_teardown(t, written_set_up, written_tear_down)
	static const struct CMUnitTest others[] = {
		in_dir(one_that_comes_is_in_the_file_at_once),
		in_dir(one_that_leaves_has_its_statistics_then_and_once),
		in_dir(each_later_file_has_all_of_them_and_their_statistics),
		in_dir(one_without_room_comes_with_its_first_packet_in_the_next_file),
		in_dir(text_has_no_word_of_them),
		in_dir(nothing_is_said_before_the_first_file),
	};
	struct CMUnitTest tests[16];
	size_t n = 0;

	unit_of_table(manys, many_interfaces, tests, n);
	memcpy(tests + n, others, sizeof(others));
	return unit_run("come_and_go", tests, n + array_size(others));
}
