// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The file when writing fails: under a limit of every size the output ends with a whole block, its
 * packets are the first ones given, the rest is counted as lost, and the statistics are there as
 * soon as there is room for them.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/codec.h"
#include "capture/base/util.h"
#include "capture/format/pcapng.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/read/capfile.h"
#include "capture/write/out.h"
#include "capture/write/writer.h"

#include "tests/unit/out_file.h"
#include "tests/unit/unit.h"

#include "tests/unit/by_a_thread.h"

enum { N_IFACES = 2, N_PACKETS = 24 };

static const struct iface ifaces[N_IFACES] = {
	{ .id = 0, .linktype = 1, .snaplen = 256, .name = (char *)"v0" },
	{ .id = 1, .linktype = 1, .snaplen = 256, .name = (char *)"v1", .has_mac = true },
};

static uint32_t packet_len(unsigned n)
{
	return n * 7 % 61;
}

static struct packet packet(unsigned n)
{
	static uint8_t data[64];

	memset(data, n, sizeof(data));
	return (struct packet){
		.ts_ns = n, .has = PACKET_TIME | PACKET_FLAGS, .flags = EPB_INBOUND, .data = data,
		.caplen = packet_len(n), .len = packet_len(n), .iface = &ifaces[n % N_IFACES],
	};
}

/* What the statistics say of an interface is what is lost of it so far. */
static bool stats(void *ctx, uint32_t id, struct iface_stats *s)
{
	*s = (struct iface_stats){ .ts_ns = 1, .has = 1 << STAT_RECEIVED | 1 << STAT_OS_DROP };
	s->value[STAT_RECEIVED] = N_PACKETS / N_IFACES;
	s->value[STAT_OS_DROP] = ctx ? writer_lost(ctx, id) : 0;
	return true;
}

struct outcome {
	int err;			/* of writer_finish() */
	uint64_t lost[N_IFACES], lost_all;
	off_t size;			/* -1: no file */
	unsigned n[N_IFACES];		/* packets in the file */
	bool has_stats[N_IFACES];
	uint64_t stats_lost[N_IFACES];
};

/* When it is flushed, and what is final before the end. */
struct flush_case {
	const char *name;
	unsigned flush;		/* after every so many packets; 0: never */
	bool leaves;		/* the first interface does, behind its last packet */
};

/* Writes all packets under a limit of @limit bytes. */
static void write_file(struct outcome *o, const struct flush_case *c, rlim_t limit)
{
	struct rlimit all, small;
	struct writer *w = NULL;
	int err;

	getrlimit(RLIMIT_FSIZE, &all);
	small = (struct rlimit){ limit, all.rlim_max };
	err = writer_open(&w, FORMAT_PCAPNG, NULL, path, -1);
	if (err)
		fail_msg("%s: %s", path, strerror(-err));
	setrlimit(RLIMIT_FSIZE, &small);
	writer_set_queue(w, queue);
	writer_begin(w, &(struct origin){ .os = "Linux", .appl = "test" });
	for (unsigned i = 0; i < N_IFACES; i++)
		writer_iface(w, &ifaces[i], 256);
	for (unsigned i = 0; i < N_PACKETS; i++) {
		struct packet p = packet(i);

		writer_packet(w, &p);
		if (c->leaves && i == N_PACKETS - N_IFACES)
			writer_final_stats(w, 0, stats, w);
		if (c->flush && i % c->flush == c->flush - 1)
			writer_flush(w);
	}
	o->err = writer_finish(w, stats, w);
	setrlimit(RLIMIT_FSIZE, &all);
	for (unsigned i = 0; i < N_IFACES; i++)
		o->lost[i] = writer_lost(w, i);
	o->lost_all = writer_lost_all(w);
	writer_close(w);
}

static void read_file(struct outcome *o, rlim_t limit)
{
	FILE *f = fopen(path, "r");
	struct capfile *r = NULL;
	struct packet p;
	unsigned next = 0;
	struct stat st;
	int err;

	o->size = -1;
	if (!f)
		return;
	fstat(fileno(f), &st);
	o->size = st.st_size;
	if (o->size == 0) {
		fclose(f);
		return;
	}
	err = capfile_open(&r, f, NULL, NULL);
	while (!err && (err = capfile_next(r, &p)) > 0) {
		if (p.ts_ns != next || p.caplen != packet_len(next) ||
		    p.iface->id != next % N_IFACES)
			fail_msg("limit %zu: packet %u is not the one given", (size_t)limit, next);
		o->n[p.iface->id]++;
		next++;
		err = 0;
	}
	if (err)
		fail_msg("limit %zu: %s", (size_t)limit, capfile_error(r));
	for (unsigned i = 0; i < N_IFACES; i++) {
		const struct iface_stats *s = capfile_stats(r, i);

		o->has_stats[i] = s;
		o->stats_lost[i] = s ? s->value[STAT_OS_DROP] : 0;
	}
	capfile_close(r);
	fclose(f);
}

static size_t head_and_stats(size_t *head)
{
	uint8_t buf[PCAPNG_HEAD_MAX];
	struct iface_stats s;
	size_t n = pcapng_shb(buf, &(struct origin){ .os = "Linux", .appl = "test" });

	for (unsigned i = 0; i < N_IFACES; i++)
		n += pcapng_idb(buf, &ifaces[i]);
	*head = n;
	stats(NULL, 0, &s);
	for (unsigned i = 0; i < N_IFACES; i++)
		n += pcapng_isb(buf, i, &s);
	return n;
}

static void check(const struct outcome *o, rlim_t limit, size_t whole)
{
	size_t head, least = head_and_stats(&head);

	if (!!o->err != (limit < whole))
		fail_msg("limit %zu of %zu: finished with %d", (size_t)limit, whole, o->err);
	if (o->err && o->err != -EFBIG)
		fail_msg("limit %zu: error %d is not EFBIG", (size_t)limit, o->err);
	if (o->size > 0 && (rlim_t)o->size > limit)
		fail_msg("limit %zu: the file has %zd bytes", (size_t)limit, (ssize_t)o->size);
	if (o->lost[0] + o->lost[1] != o->lost_all)
		fail_msg("limit %zu: lost %zu in all", (size_t)limit, (size_t)o->lost_all);
	for (unsigned i = 0; i < N_IFACES; i++) {
		if (o->n[i] + o->lost[i] != N_PACKETS / N_IFACES)
			fail_msg("limit %zu: interface %u: %u in the file, %zu lost", (size_t)limit,
				 i, o->n[i], (size_t)o->lost[i]);
		if (!o->has_stats[i] && limit >= least)
			fail_msg("limit %zu: no statistics, for which %zu are enough",
				 (size_t)limit, least);
		if (o->has_stats[i] && o->stats_lost[i] != o->lost[i])
			fail_msg("limit %zu: the statistics say %zu are lost, and %zu are",
				 (size_t)limit, (size_t)o->stats_lost[i], (size_t)o->lost[i]);
	}
	if (limit >= head && o->size < (off_t)head)
		fail_msg("limit %zu: %zd bytes, where the head has %zu", (size_t)limit,
			 (ssize_t)o->size, head);
	if (o->size > 0 && o->size < (off_t)head)
		fail_msg("limit %zu: %zd bytes, not even the head of %zu", (size_t)limit,
			 (ssize_t)o->size, head);
}

static const struct flush_case flushes[] = {
	{ "a_file_limit_at_every_byte_leaves_a_sound_file", 0, false },
	{ "the_same_with_each_packet_written_at_once", 1, false },
	{ "the_same_with_five_packets_written_at_once", 5, false },
	{ "the_same_with_an_interface_that_leaves", 0, true },
	{ "the_same_with_one_that_leaves_and_each_packet_written_at_once", 1, true },
	{ "the_same_with_one_that_leaves_and_five_packets_written_at_once", 5, true },
};

static void limited_at_every_byte(void **state)
{
	const struct flush_case *c = *state;
	struct outcome o = { 0 };
	size_t whole;

	write_file(&o, c, RLIM_INFINITY);
	read_file(&o, RLIM_INFINITY);
	whole = o.size;
	check(&o, RLIM_INFINITY, whole);
	for (rlim_t limit = 0; limit <= whole + 1; limit++) {
		unlink(path);
		o = (struct outcome){ 0 };
		write_file(&o, c, limit);
		read_file(&o, limit);
		check(&o, limit, whole);
	}
}

/*
 * The second interface comes after half of the packets, all of the first. Returns the size without
 * a limit.
 */
static off_t write_late_iface(rlim_t limit)
{
	struct rlimit all, small;
	struct writer *w = NULL;
	struct stat st;

	getrlimit(RLIMIT_FSIZE, &all);
	small = (struct rlimit){ limit, all.rlim_max };
	assert_int_equal(writer_open(&w, FORMAT_PCAPNG, NULL, path, -1), 0);
	setrlimit(RLIMIT_FSIZE, &small);
	writer_set_queue(w, queue);
	writer_begin(w, &(struct origin){ .os = "Linux", .appl = "test" });
	for (unsigned i = 0; i < N_PACKETS; i++) {
		struct packet p = packet(0);

		if (i % (N_PACKETS / 2) == 0)
			writer_iface(w, &ifaces[i / (N_PACKETS / 2)], 256);
		p.iface = &ifaces[i / (N_PACKETS / 2)];
		writer_packet(w, &p);
	}
	writer_finish(w, stats, NULL);
	setrlimit(RLIMIT_FSIZE, &all);
	writer_close(w);
	return stat(path, &st) ? 0 : st.st_size;
}

static void statistics_are_of_described_interfaces_only(void **state)
{
	off_t whole;

	(void)state;
	unlink(path);
	whole = write_late_iface(RLIM_INFINITY);
	for (off_t limit = 0; limit <= whole; limit += 4) {
		uint8_t file[4096];
		unsigned n_described = 0;
		ssize_t size;
		int fd;

		write_late_iface(limit);
		fd = open(path, O_RDONLY);
		size = fd < 0 ? 0 : read(fd, file, sizeof(file));
		close(fd);
		for (ssize_t at = 0; at < size;) {
			uint32_t block[3];

			memcpy(block, file + at, sizeof(block));
			n_described += block[0] == PCAPNG_IDB;
			if (block[0] == PCAPNG_ISB && block[2] >= n_described)
				fail_msg("limit %zu: statistics of interface %u of %u",
					 (size_t)limit, block[2], n_described);
			at += block[1];
		}
		unlink(path);
	}
}

/* Writes the first @n packets in a format under a limit. Returns how many of them are missing. */
static uint64_t write_as(enum file_format format, unsigned n, rlim_t limit)
{
	struct rlimit all, small;
	struct writer *w = NULL;
	uint64_t lost;

	getrlimit(RLIMIT_FSIZE, &all);
	small = (struct rlimit){ limit, all.rlim_max };
	assert_int_equal(writer_open(&w, format, NULL, path, -1), 0);
	setrlimit(RLIMIT_FSIZE, &small);
	writer_set_queue(w, queue);
	writer_begin(w, &(struct origin){ 0 });
	for (unsigned i = 0; i < N_IFACES; i++)
		writer_iface(w, &ifaces[i], 256);
	for (unsigned i = 0; i < n; i++) {
		struct packet p = packet(i);

		writer_packet(w, &p);
		if (i % 5 == 4)
			writer_flush(w);
	}
	assert_int_equal(!!writer_finish(w, stats, NULL), limit != RLIM_INFINITY);
	setrlimit(RLIMIT_FSIZE, &all);
	lost = writer_lost_all(w);
	writer_close(w);
	return lost;
}

static size_t slurp(char *to, size_t cap)
{
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(to, 1, cap, f) : 0;

	if (f)
		fclose(f);
	unlink(path);
	return n;
}

static const struct format_case {
	const char *name;
	enum file_format format;
} formats[] = {
	{ "json_ends_with_a_whole_line", FORMAT_JSON },
	{ "csv_ends_with_a_whole_line", FORMAT_CSV },
};

/*
 * Under every limit there is what would be there if the packets that are counted as lost had never
 * come.
 */
static void limited_in_a_format(void **state)
{
	static char cut[32768], fewer[N_PACKETS + 1][32768];
	const struct format_case *c = *state;
	size_t size, sizes[N_PACKETS + 1];

	unlink(path);
	for (unsigned n = 0; n <= N_PACKETS; n++) {
		assert_int_equal(write_as(c->format, n, RLIM_INFINITY), 0);
		sizes[n] = slurp(fewer[n], sizeof(fewer[n]));
	}
	size = sizes[N_PACKETS];
	assert_true(size > 100 && size < sizeof(cut));
	for (rlim_t limit = 0; limit < size; limit++) {
		uint64_t kept = N_PACKETS - write_as(c->format, N_PACKETS, limit);
		size_t n = slurp(cut, sizeof(cut));

		if (n == 0 && kept == 0)
			continue;
		if (kept > N_PACKETS || n != sizes[kept] || memcmp(cut, fewer[kept], n))
			fail_msg("limit %zu: %zu bytes with %zu packets", (size_t)limit, n,
				 (size_t)kept);
		if (kept < N_PACKETS && sizes[kept + 1] <= limit)
			fail_msg("limit %zu: %zu packets, but one more fits", (size_t)limit,
				 (size_t)kept);
	}
}

static void a_new_file_is_for_its_owner_alone(void **state)
{
	struct outcome o = { 0 };
	mode_t was = umask(0);
	struct stat st;

	(void)state;
	unlink(path);
	write_file(&o, &flushes[0], RLIM_INFINITY);
	umask(was);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void an_existing_file_is_overwritten_and_keeps_its_mode(void **state)
{
	struct outcome o = { 0 };
	struct stat st;
	off_t size;
	FILE *f;

	(void)state;
	unlink(path);
	write_file(&o, &flushes[0], RLIM_INFINITY);
	stat(path, &st);
	size = st.st_size;
	f = fopen(path, "w");
	for (int i = 0; i < 100000; i++)
		fputc('x', f);
	fclose(f);
	chmod(path, 0640);
	write_file(&o, &flushes[0], RLIM_INFINITY);
	stat(path, &st);
	assert_int_equal(st.st_size, size);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void a_start_that_fails_leaves_no_trace(void **state)
{
	struct writer *w = NULL;
	struct stat st;
	FILE *f;

	(void)state;
	unlink(path);
	assert_int_equal(writer_open(&w, FORMAT_PCAPNG, NULL, path, -1), 0);
	writer_close(w);
	assert_int_equal(stat(path, &st), -1);
	f = fopen(path, "w");
	fputs("kept", f);
	fclose(f);
	assert_int_equal(writer_open(&w, FORMAT_PCAPNG, NULL, path, -1), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_true(writer_is_same(w, &st));
	writer_close(w);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 4);
}

/*
 * In the second file the last interface comes first: numbers and statistics are those of the file.
 */
static void interfaces_are_numbered_anew_in_each_file(void **state)
{
	struct writer *w = NULL;
	struct out *out = NULL;
	struct packet p = packet(1);
	struct iface many[3] = { ifaces[0], ifaces[1], ifaces[1] };
	struct outcome o = { 0 };

	(void)state;
	unlink(path);
	many[2].id = 2;
	assert_int_equal(writer_open(&w, FORMAT_PCAPNG, NULL, path, -1), 0);
	writer_set_queue(w, queue);
	writer_begin(w, &(struct origin){ 0 });
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(writer_iface(w, &many[i], 256), 0);
	assert_int_equal(writer_finish(w, stats, w), 0);
	out = writer_take_out(w);
	out_close(out);
	unlink(path);
	assert_int_equal(out_open(&out, path, -1), 0);
	writer_give_out(w, out);
	writer_set_queue(w, queue);
	writer_begin(w, &(struct origin){ 0 });
	for (unsigned i = 0; i < 3; i++)
		assert_false(writer_has_iface(w, i));
	for (unsigned n = 0; n < 2; n++) {
		p = packet(n);
		p.iface = &many[n ? 0 : 2];
		assert_int_equal(writer_iface(w, p.iface, 256), 0);
		assert_true(writer_has_iface(w, p.iface->id));
		assert_int_equal(writer_packet(w, &p), 0);
	}
	assert_false(writer_has_iface(w, 1));
	writer_refuse(w, 2);
	writer_refuse(w, 5);	/* which no file has described */
	assert_int_equal(writer_lost(w, 5), 1);
	assert_int_equal(writer_lost_all(w), 2);
	assert_int_equal(writer_finish(w, stats, w), 0);
	writer_close(w);
	read_file(&o, RLIM_INFINITY);
	assert_int_equal(o.n[0], 1);
	assert_int_equal(o.n[1], 1);
	assert_int_equal(o.stats_lost[0], 1);	/* of number 2 */
	assert_int_equal(o.stats_lost[1], 0);
}

/* Its record is behind what is in the buffer, and in the file only when it is put there. */
static void what_is_built_is_not_in_the_file_until_it_is_put_there(void **state)
{
	struct outcome o = { 0 };
	struct writer *w = NULL;
	struct packet p = packet(1);
	uint64_t size;
	ssize_t n;

	(void)state;
	unlink(path);
	assert_int_equal(writer_open(&w, FORMAT_PCAPNG, NULL, path, -1), 0);
	writer_set_queue(w, queue);
	writer_begin(w, &(struct origin){ 0 });
	for (unsigned i = 0; i < N_IFACES; i++)
		assert_int_equal(writer_iface(w, &ifaces[i], 256), 0);
	size = writer_size(w);
	n = writer_build(w, &p);
	assert_true(n > 0);
	assert_int_equal(writer_size(w), size);
	assert_int_equal(writer_packets(w), 0);
	assert_int_equal(writer_flush(w), 0);
	p = packet(0);
	n = writer_build(w, &p);
	writer_put(w);
	assert_int_equal(writer_size(w), size + n);
	assert_int_equal(writer_packets(w), 1);
	p = packet(1);
	writer_build(w, &p);
	assert_int_equal(writer_finish(w, stats, w), 0);
	assert_int_equal(writer_lost_all(w), 0);
	writer_close(w);
	read_file(&o, RLIM_INFINITY);
	assert_int_equal(o.n[0], 1);
	assert_int_equal(o.n[1], 0);
}

static const struct nothing_case {
	const char *name;
	enum file_format format;
	struct codec codec;
	/* of a frame without bytes, by zstd(1) and gzip(1); with 4 bytes of checksum */
	off_t size;
} nothings[] = {
	{ "json_without_packets_is_an_empty_file", FORMAT_JSON, { CODEC_NONE, 0 }, 0 },
	{ "text_without_packets_is_an_empty_file", FORMAT_TEXT, { CODEC_NONE, 0 }, 0 },
	{ "json_without_packets_is_an_empty_frame_of_zstd", FORMAT_JSON, { CODEC_ZSTD, 1 }, 13 },
	{ "text_without_packets_is_an_empty_member_of_gzip", FORMAT_TEXT, { CODEC_GZIP, 1 }, 20 },
};

/*
 * A start that fails leaves nothing, an end without packets leaves a file; of a disk that is full
 * there is nothing again.
 */
static void nothing_is_a_result(void **state)
{
	const struct nothing_case *c = *state;
	struct rlimit all, small;
	struct writer *w = NULL;
	struct stat st;

	getrlimit(RLIMIT_FSIZE, &all);
	small = (struct rlimit){ 0, all.rlim_max };
	for (unsigned is_full = 0; is_full < 2; is_full++) {
		bool fails = is_full && c->size;

		unlink(path);
		assert_int_equal(writer_open(&w, c->format, NULL, path, -1), 0);
		assert_int_equal(writer_set_codec(w, c->codec), 0);
		assert_int_equal(writer_begin(w, &(struct origin){ 0 }), 0);
		setrlimit(RLIMIT_FSIZE, is_full ? &small : &all);
		assert_int_equal(writer_finish(w, stats, NULL), fails ? -EFBIG : 0);
		setrlimit(RLIMIT_FSIZE, &all);
		writer_close(w);
		assert_int_equal(stat(path, &st), fails ? -1 : 0);
		if (!fails)
			assert_int_equal(st.st_size, c->size);
	}
}

static void the_same_packets_make_the_same_file(void **state)
{
	static char first[8192], second[8192];
	struct outcome o = { 0 };
	size_t n;
	FILE *f;

	(void)state;
	write_file(&o, &flushes[0], RLIM_INFINITY);
	f = fopen(path, "r");
	n = fread(first, 1, sizeof(first), f);
	fclose(f);
	write_file(&o, &flushes[1], RLIM_INFINITY);
	f = fopen(path, "r");
	assert_int_equal(fread(second, 1, sizeof(second), f), n);
	fclose(f);
	assert_true(n > 0);
	assert_memory_equal(first, second, n);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(what_is_built_is_not_in_the_file_until_it_is_put_there),
		cmocka_unit_test(interfaces_are_numbered_anew_in_each_file),
		cmocka_unit_test(statistics_are_of_described_interfaces_only),
		cmocka_unit_test(a_new_file_is_for_its_owner_alone),
		cmocka_unit_test(an_existing_file_is_overwritten_and_keeps_its_mode),
		cmocka_unit_test(a_start_that_fails_leaves_no_trace),
		cmocka_unit_test(the_same_packets_make_the_same_file),
	};
	static char names[32][96];
	struct CMUnitTest tests[2 * array_size(names)];
	size_t n = 0;

	signal(SIGXFSZ, SIG_IGN);
	unit_of_table(flushes, limited_at_every_byte, tests, n);
	unit_of_table(formats, limited_in_a_format, tests, n);
	unit_of_table(nothings, nothing_is_a_result, tests, n);
	memcpy(tests + n, others, sizeof(others));
	n += array_size(others);
	n += by_a_thread(tests, n, names, tests + n);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("writer", tests, n, make_dir, remove_dir);
}
