// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The files of one run: a script of packets and of seconds that pass goes in, and every packet has
 * to be in the right one of the files that come out, once, with the statistics of then.
 */
#include <fnmatch.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>

#include "capture/write/rotate.h"
#include "capture/write/sink.h"

#include "tests/unit/written.h"

enum {
	BEGAN_SEC	= 1600000000,	/* Sun Sep 13 12:26:40 UTC 2020 */
	NOW_SEC		= 5000,		/* CLOCK_MONOTONIC then */
};

/*
 * "p" a packet of 60 bytes of the first interface, "q" of the second one, "P" one of 1000 bytes,
 * "z" one without a time, "u" one whose time pcap does not have; "." a second passes, and nothing
 * has come; "-" one passes and nobody looks; "n" a new file is asked for; "f" flushed.
 */
struct rotate_case {
	const char *name;
	const char *path;
	enum file_format format;
	struct rotate_options when;
	const char *script;
	/* what is there afterwards, a pattern: live, the first name is that of the moment */
	const char *files;
	const char *said;	/* NULL: nothing */
	int result;		/* of the last step: no others follow on one that is not 0 */
	uint64_t lost;
	bool live, part;
	bool late_ifaces;	/* an interface appears with its first packet */
	bool late_time;		/* it begins years after the packets: the first one has no time */
	struct codec codec;
	struct retention_options keep;
};

struct run {
	struct rotate *rotate;
	struct written_source from;
	uint32_t number;		/* of the last packet */
	uint64_t at;			/* seconds since it began */
	struct { char file[64]; uint64_t offset; uint32_t number; } places[32];
	unsigned n_places;
};

/* Where the packet is, if it is anywhere. */
static void note_place(struct run *run)
{
	uint64_t offset = 0;
	const char *file = rotate_last(run->rotate, &offset);

	if (!file || run->n_places == array_size(run->places))
		return;
	snprintf(run->places[run->n_places].file, sizeof(run->places[0].file), "%s", file);
	run->places[run->n_places].offset = offset;
	run->places[run->n_places++].number = run->number;
}

/* Has another file its name by now? */
static bool is_overwritten(const struct run *run, unsigned i)
{
	for (unsigned k = i + 1; k < run->n_places; k++)
		if (!strcmp(run->places[k].file, run->places[i].file) &&
		    run->places[k].offset <= run->places[i].offset)
			return true;
	return false;
}

/* They are where that was, in all files that are still there. */
static void check_places(const struct run *run, const struct rotate_case *c)
{
	const unsigned most = array_size(run->places);

	assert_int_equal(run->n_places, min_of(run->number - (unsigned)c->lost, most));
	for (unsigned i = 0; i < run->n_places; i++) {
		const char *file = run->places[i].file;

		if (!access(file, F_OK) && !is_overwritten(run, i))
			assert_int_equal(written_at(file, run->places[i].offset),
					 run->places[i].number);
	}
}

static int give(struct run *run, const struct rotate_case *c, char what)
{
	uint64_t ts_ns = what == 'u' ? (UINT64_C(1) << 32) * WRITTEN_SEC
				     : (BEGAN_SEC + run->at) * WRITTEN_SEC;
	unsigned iface = what == 'q';
	struct packet p = written_packet(++run->number, ts_ns, what == 'P' ? 1000 : 60, iface);
	int err;

	if (what == 'z')
		p.has = 0;
	if (c->live)
		rotate_now(run->rotate, (NOW_SEC + run->at) * WRITTEN_SEC);
	if (run->from.n_ifaces <= iface)
		run->from.n_ifaces = iface + 1;
	err = rotate_packet(run->rotate, &p);
	note_place(run);
	run->from.given[iface]++;
	return err;
}

static int step(struct run *run, const struct rotate_case *c, char what)
{
	switch (what) {
	case 'p':
	case 'q':
	case 'P':
	case 'z':
	case 'u': return give(run, c, what);
	case '-': run->at++; return 0;
	case 'n': return rotate_next(run->rotate);
	case 'f': return rotate_flush(run->rotate);
	case '.':
		run->at++;
		rotate_now(run->rotate, (NOW_SEC + run->at) * WRITTEN_SEC);
		return rotate_tick(run->rotate, (NOW_SEC + run->at) * WRITTEN_SEC);
	}
	fail_msg("step '%c'", what);
	return 0;
}

static uint64_t write_buffer;

static struct rotate_settings settings(const struct rotate_case *c)
{
	return (struct rotate_settings){
		.write_buffer = write_buffer, .n_threads = 1,
		.path = c->path,
		.format = c->format,
		.codec = c->codec,
		.when = c->when,
		.keep = c->keep,
		.part = c->part,
		.live = c->live,
	};
}

/* From run->from, if that is anything yet. */
static int begin(struct run *run, const struct rotate_case *c)
{
	uint64_t wall = (c->late_time ? 2 : 1) * (BEGAN_SEC * WRITTEN_SEC);

	if (!run->from.ifaces)
		run->from = written_source();
	if (c->late_ifaces)
		run->from.n_ifaces = 0;
	assert_int_equal(rotate_start(run->rotate), 0);
	return rotate_begin(run->rotate, &run->from.source, c->live ? NOW_SEC * WRITTEN_SEC : wall,
			    wall);
}

static void open_and_begin(struct run *run, const struct rotate_case *c)
{
	const struct rotate_settings s = settings(c);
	int err = rotate_open(&run->rotate, &s, -1);

	if (err)
		fail_msg("not opened: %s", rotate_error(run->rotate, err));
	assert_false(rotate_begun(run->rotate));
	err = begin(run, c);
	if (err)
		fail_msg("not begun: %s", rotate_error(run->rotate, err));
	assert_true(rotate_begun(run->rotate));
}

static int go(struct run *run, const struct rotate_case *c)
{
	int err = 0;

	for (const char *s = c->script; *s && !err; s++) {
		err = step(run, c, *s);
		if (err && s[1])
			fail_msg("step %d of '%s' is the last one: %d", (int)(s - c->script) + 1,
				 c->script, err);
	}
	return err;
}

static void end(struct run *run)
{
	assert_int_equal(rotate_finish(run->rotate), 0);
	assert_int_equal(rotate_wait(run->rotate, -1), 0);
}

static void packets_are_in_their_files(void **state)
{
	const struct rotate_case *c = *state;
	struct run run = { 0 };
	const char *files, *said;
	enum format_unfit why;
	int result;

	assert_int_equal(written_set_up(NULL), 0);
	written_listen();
	open_and_begin(&run, c);
	result = go(&run, c);
	end(&run);
	said = written_said();
	assert_int_equal(result, c->result);
	if (c->said ? !strstr(said, c->said) : *said)
		fail_msg("said '%s'", said);
	assert_int_equal(rotate_lost_all(run.rotate), c->lost);
	assert_int_equal(rotate_lost(run.rotate, 0) + rotate_lost(run.rotate, 1), c->lost);
	assert_int_equal(rotate_unfit(run.rotate, &why),
			 c->format == FORMAT_PCAP && strchr(c->script, 'u'));
	assert_false(rotate_is_cut_short(run.rotate));
	assert_string_equal(run.from.warned, "");
	rotate_close(run.rotate);
	check_places(&run, c);
	files = written_files(c->when.file_bytes ? c->when.file_bytes : c->when.stop_bytes);
	if (fnmatch(c->files, files, 0))
		fail_msg("'%s', not '%s'", files, c->files);
	assert_int_equal(written_tear_down(NULL), 0);
}

/* Whose buffer one packet fills. */
static void packets_are_in_their_files_by_a_thread(void **state)
{
	write_buffer = 1;
	packets_are_in_their_files(state);
	write_buffer = 0;
}

#define S	* WRITTEN_SEC
#define PCAP(n)	(24 + (n) * (16 + 60))	/* bytes of a pcap file with n packets */

static const struct rotate_case cases[] = {
	/* one file */
	{ "without_a_reason_there_is_one_file", "f", FORMAT_PCAPNG, { 0 }, "ppp-pf-ppz",
	  .files = "f=1-7" },
	{ "one_that_is_asked_for_has_the_next_number", "f", FORMAT_PCAPNG, { 0 }, "ppnpnnp",
	  .files = "f=1-2 f1=3 f2=none f3=4" },
	{ "an_interface_that_appears_later_is_described_from_there_on", "f", FORMAT_PCAPNG, { 0 },
	  "pqnqnpp", .files = "f=1-2 f1=3 f2=4-5", .late_ifaces = true },

	/* packets */
	{ "two_packets_in_each_file", "f", FORMAT_PCAPNG, { .file_packets = 2, .ring_names = true },
	  "pp-ppp",
	  .files = "f_00001_20200913122640=1-2 f_00002_20200913122641=3-4 f_00003_20200913122641=5" },
	{ "no_file_follows_before_there_is_a_packet_for_it", "f", FORMAT_PCAPNG,
	  { .file_packets = 2, .ring_names = true }, "pp", .files = "f_00001_20200913122640=1-2" },
	{ "a_packet_that_the_format_has_no_room_for_is_not_one_of_the_two", "f", FORMAT_PCAP,
	  { .file_packets = 2, .ring_names = true }, "puppp",
	  .files = "f_00001_20200913122640=1,3 f_0000?_*=4-5", .lost = 1 },
	{ "two_packets_in_each_file_live", "f", FORMAT_PCAPNG,
	  { .file_packets = 2, .ring_names = true }, "pp..ppp.",
	  .files = "f_00001_*=1-2 f_00002_20200913122642=3-4 f_00003_20200913122642=5",
	  .live = true },

	/* bytes */
	{ "a_file_may_have_just_the_size_that_is_asked_for", "f", FORMAT_PCAP,
	  { .file_bytes = PCAP(3) }, "ppppppp", .files = "f=1-3 f1=4-6 f2=7" },
	{ "a_packet_that_is_a_byte_too_long_is_in_the_next_one", "f", FORMAT_PCAP,
	  { .file_bytes = PCAP(3) - 1 }, "pppp", .files = "f=1-2 f1=3-4" },
	{ "statistics_belong_to_the_size", "f", FORMAT_PCAPNG, { .file_bytes = 4096 }, "PPPPPPPP",
	  .files = "f=1-2 f1=3-4 f2=5-6 f3=7-8" },
	{ "what_compression_saves_is_room_for_more", "f", FORMAT_PCAPNG, { .file_bytes = 10000 },
	  "PPPPPPPPPPPPPPPPPPPPPPPP", .files = "f=1-24", .codec = { CODEC_ZSTD, 1 } },
	{ "an_interface_that_does_not_fit_is_in_the_next_file_with_its_packet", "f", FORMAT_PCAPNG,
	  { .file_bytes = 2100 }, "pPqq", .files = "f=1-2 f1=3-4", .late_ifaces = true },
	{ "names_of_numbers_of_equal_width", "f", FORMAT_PCAP,
	  { .file_bytes = PCAP(1), .n_files = 11 }, "ppp", .files = "f00=1 f01=2 f02=3" },

	/* time */
	{ "slices_of_the_packets_time", "f", FORMAT_PCAPNG, { .file_ns = 2 S, .ring_names = true },
	  "p-pp-p-p-p",
	  .files = "f_00001_20200913122640=1-3 f_00002_20200913122642=4-5 f_00003_20200913122644=6" },
	{ "slices_without_packets_are_left_out", "f", FORMAT_PCAPNG,
	  { .file_ns = 2 S, .ring_names = true }, "p-------p",
	  .files = "f_00001_20200913122640=1 f_00002_20200913122646=2" },
	{ "slices_without_packets_have_a_file_live", "f", FORMAT_PCAPNG,
	  { .file_ns = 2 S, .ring_names = true }, "p....p",
	  .files = "f_00001_*=1 f_00002_20200913122642=none f_00003_20200913122644=2",
	  .live = true },
	{ "the_time_is_in_the_name", "f%M%S", FORMAT_PCAPNG, { .file_ns = 2 S }, "p--p-pp-pp",
	  .files = "f2640=1 f2642=2-4 f2644=5-6" },
	{ "a_name_that_is_used_already_gets_a_number", "f%M", FORMAT_PCAPNG, { .file_ns = 2 S },
	  "p--p--p", .files = "f26=1 f261=2 f262=3" },
	{ "a_packet_without_a_time_belongs_to_the_slice_at_hand", "f%M%S", FORMAT_PCAPNG,
	  { .file_ns = 2 S }, "p--pzz", .files = "f2640=1 f2642=2-4" },
	{ "the_time_of_packets_begins_with_the_first_that_has_one", "f%M%S", FORMAT_PCAPNG,
	  { .file_ns = 2 S }, "zp-p-p--zp", .files = "f2642=4-5 f2644=6 f5320=1-3",
	  .late_time = true },
	{ "a_packet_without_a_time_is_of_now_live", "f", FORMAT_PCAPNG,
	  { .file_ns = 2 S, .ring_names = true }, "p--zz",
	  .files = "f_00001_*=1 f_00002_20200913122642=2-3", .live = true },
	{ "multiples_of_an_interval", "f", FORMAT_PCAPNG,
	  { .interval_ns = 60 S, .ring_names = true }, "p-------------------p-p-p",
	  .files = "f_00001_20200913122640=1-2 f_00002_20200913122700=3-4" },
	{ "the_number_of_slices_ends_it_all", "f%M%S", FORMAT_PCAPNG,
	  { .file_ns = 2 S, .n_files = 2 }, "p--p--p", .files = "f2640=1 f2642=2",
	  .result = SINK_END, .lost = 1 },
	{ "bytes_within_a_slice", "f%S", FORMAT_PCAP, { .file_ns = 2 S, .file_bytes = PCAP(1) },
	  "pp--p", .files = "f40=1 f401=2 f42=3" },

	/* a ring */
	{ "a_ring_of_names", "f", FORMAT_PCAP, { .file_bytes = PCAP(1), .n_files = 3 }, "ppppp",
	  .files = "f0=4 f1=5 f2=3" },
	{ "a_ring_of_one_name", "f", FORMAT_PCAP, { .file_bytes = PCAP(1), .n_files = 1 }, "ppp",
	  .files = "f=3" },
	{ "the_oldest_files_of_a_ring_go", "f.pcap", FORMAT_PCAP,
	  { .file_packets = 1, .n_files = 2, .ring_names = true }, "p-p-p-p",
	  .files = "f_00003_20200913122642.pcap=3 f_00004_20200913122643.pcap=4" },

	{ "the_oldest_files_make_room", "f", FORMAT_PCAP, { .file_bytes = PCAP(2) }, "pppppppppp",
	  .files = "f3=7-8 f4=9-10", .keep = { .max_disk = PCAP(5) } },

	/* the end */
	{ "no_room_for_an_interface", "f", FORMAT_PCAPNG, { .stop_bytes = 2100 }, "pPq",
	  .files = "f=1-2", .result = SINK_END, .lost = 1, .late_ifaces = true },
	{ "enough_bytes", "f", FORMAT_PCAP, { .stop_bytes = PCAP(2) }, "ppp", .files = "f=1-2",
	  .result = SINK_END, .lost = 1 },
	{ "enough_time_of_packets", "f", FORMAT_PCAPNG, { .stop_ns = 3 S }, "p--p-p",
	  .files = "f=1-2", .result = SINK_END, .lost = 1 },
	{ "enough_time_behind_a_packet_without_a_time", "f", FORMAT_PCAPNG, { .stop_ns = 3 S },
	  "zp--p-p", .files = "f=1-3", .result = SINK_END, .lost = 1, .late_time = true },
	{ "enough_time_live", "f", FORMAT_PCAPNG, { .stop_ns = 3 S }, "p..p.", .files = "f=1-2",
	  .result = SINK_END, .live = true },
	{ "enough_files_of_packets", "f", FORMAT_PCAPNG,
	  { .file_packets = 2, .stop_files = 2, .ring_names = true }, "pppp",
	  .files = "f_00001_20200913122640=1-2 f_00002_20200913122640=3-4", .result = SINK_LAST },
	{ "enough_files_of_bytes", "f", FORMAT_PCAP, { .file_bytes = PCAP(1), .stop_files = 2 },
	  "ppp", .files = "f=1 f1=2", .result = SINK_END, .lost = 1 },
	{ "enough_files_of_those_asked_for", "f", FORMAT_PCAPNG, { .stop_files = 2 }, "pnpn",
	  .files = "f=1 f1=2", .result = SINK_END },
	{ "enough_disk", "f", FORMAT_PCAP, { 0 }, "ppp", .files = "f=1-2",
	  .keep = { .max_disk = PCAP(2) + 6 }, .result = SINK_END, .lost = 1,
	  .said = "the files of this run have reached 182 bytes, and there is no other one to delete" },
	{ "enough_disk_is_seen_before_there_is_none", "f", FORMAT_PCAP, { 0 }, "pp", .files = "f=1",
	  .keep = { .max_disk = PCAP(2) + 5 }, .result = SINK_END, .lost = 1,
	  .said = "the files of this run have reached 181 bytes, and there is no other one to delete" },

	/* names on the way */
	{ "complete_files_have_lost_their_part", "f", FORMAT_PCAPNG,
	  { .file_packets = 1, .ring_names = true }, "pp",
	  .files = "f_00001_20200913122640=1 f_00002_20200913122640=2", .part = true },
	{ "a_ring_of_one_name_with_part", "f", FORMAT_PCAP, { .file_bytes = PCAP(1), .n_files = 1 },
	  "ppp", .files = "f=3", .part = true },
};

/* ---- what the files say ---- */

static void statistics_are_those_of_the_moment(void **state)
{
	const struct rotate_case c = { .path = "f", .script = "ppqnqp" };
	static const struct {
		const char *path;
		uint64_t received[WRITTEN_IFACES];
	} told[] = {
		{ "f", { 2, 1 } },
		{ "f1", { 3, 2 } },
	};
	struct run run = { 0 };

	(void)state;
	open_and_begin(&run, &c);
	go(&run, &c);
	assert_int_equal(run.from.begun, 2);
	end(&run);
	rotate_close(run.rotate);
	for (size_t i = 0; i < array_size(told); i++)
		for (unsigned id = 0; id < WRITTEN_IFACES; id++) {
			uint64_t received, lost;

			assert_true(written_told(told[i].path, id, &received, &lost));
			assert_int_equal(received, told[i].received[id]);
			assert_int_equal(lost, 0);
		}
}

static void interfaces_that_take_turns_are_described_once(void **state)
{
	const struct rotate_case c = { .path = "f", .script = "pqpqpq", .late_ifaces = true };
	struct run run = { 0 };
	uint32_t snaplen, caplen;

	(void)state;
	open_and_begin(&run, &c);
	assert_int_equal(go(&run, &c), 0);
	end(&run);
	rotate_close(run.rotate);
	assert_string_equal(written_files(0), "f=1-6");
	assert_int_equal(written_n_ifaces("f", &snaplen, &caplen), 2);
	assert_int_equal(snaplen, 4096);
	assert_int_equal(caplen, 60);
}

static void an_interface_without_packets_is_described_at_the_end(void **state)
{
	const struct rotate_case c = { .path = "f", .script = "p", .late_ifaces = true };
	struct run run = { 0 };
	uint32_t snaplen, caplen;

	(void)state;
	open_and_begin(&run, &c);
	assert_int_equal(go(&run, &c), 0);
	run.from.n_ifaces = WRITTEN_IFACES;
	end(&run);
	rotate_close(run.rotate);
	assert_int_equal(written_n_ifaces("f", &snaplen, &caplen), 2);
}

static void a_packet_longer_than_an_interface_says_is_told_of_once(void **state)
{
	const struct rotate_case c = { .path = "f", .script = "pPP" };
	static const char told[] = "a packet of 1000 bytes, where the output has the snapshot "
				   "length 100: tcpdump stops there";
	struct iface ifaces[WRITTEN_IFACES];
	struct run run = { 0 };

	(void)state;
	memcpy(ifaces, written_ifaces, sizeof(ifaces));
	ifaces[0].snaplen = ifaces[1].snaplen = 100;
	run.from = written_source();
	run.from.ifaces = ifaces;
	open_and_begin(&run, &c);
	for (const char *s = c.script; *s; s++) {
		assert_int_equal(step(&run, &c, *s), 0);
		assert_int_equal(!strcmp(run.from.warned, told), run.number == 2);
		run.from.warned[0] = '\0';
	}
	end(&run);
	rotate_close(run.rotate);
	assert_string_equal(written_files(0), "f=1-3");
}

/* Secrets, which readers need before the packets. */
static void each_file_begins_with_the_blocks_that_are_given(void **state)
{
	static const uint32_t head[] = { 10, 28, 0x544c534b, 5, 0x6574796b, 'y', 28 };
	const struct rotate_settings s = { .path = "f", .head = head, .head_len = sizeof(head) };
	const struct rotate_case c = { .script = "pnq" };
	struct run run = { 0 };

	(void)state;
	assert_int_equal(rotate_open(&run.rotate, &s, -1), 0);
	assert_int_equal(begin(&run, &c), 0);
	assert_int_equal(go(&run, &c), 0);
	end(&run);
	rotate_close(run.rotate);
	assert_string_equal(written_files(0), "f=1 f1=2");
	assert_true(written_holds("f", head, sizeof(head)));
	assert_true(written_holds("f1", head, sizeof(head)));
}

static void each_file_has_packets_that_are_cut(void **state)
{
	static const char *const names[] = { "f", "f1" };
	const struct rotate_settings s = { .path = "f", .snap = 20 };
	const struct rotate_case c = { .script = "pnP" };
	struct run run = { 0 };

	(void)state;
	assert_int_equal(rotate_open(&run.rotate, &s, -1), 0);
	assert_int_equal(begin(&run, &c), 0);
	assert_int_equal(go(&run, &c), 0);
	end(&run);
	rotate_close(run.rotate);
	for (size_t i = 0; i < array_size(names); i++) {
		uint32_t snaplen, caplen;

		assert_int_equal(written_n_ifaces(names[i], &snaplen, &caplen), 2);
		assert_int_equal(snaplen, 20);
		assert_int_equal(caplen, 20);
	}
}

static void a_live_file_has_its_head_at_once_and_so_has_each_that_follows(void **state)
{
	const struct rotate_case c = { .path = "f", .script = "pn", .live = true };
	struct run run = { 0 };

	(void)state;
	open_and_begin(&run, &c);
	assert_string_equal(written_files(0), "f=none");
	assert_int_equal(rotate_pending(run.rotate), 0);
	go(&run, &c);
	assert_string_equal(written_files(0), "f=1 f1=none");
	end(&run);
	rotate_close(run.rotate);
}

static void what_is_pending_is_there_after_a_flush(void **state)
{
	const struct rotate_case c = { .path = "f", .script = "pp" };
	struct run run = { 0 };

	(void)state;
	open_and_begin(&run, &c);
	assert_true(rotate_pending(run.rotate) > 0);
	assert_string_equal(written_files(0), "f=empty");
	go(&run, &c);
	assert_true(rotate_is_file(run.rotate));
	assert_int_equal(rotate_flush(run.rotate), 0);
	assert_int_equal(rotate_pending(run.rotate), 0);
	assert_string_equal(written_files(0), "f=1-2");
	end(&run);
	rotate_close(run.rotate);
}

static void a_file_is_called_part_until_it_is_complete(void **state)
{
	const struct rotate_case c = { .path = "f", .script = "pnp", .part = true };
	struct run run = { 0 };

	(void)state;
	open_and_begin(&run, &c);
	assert_int_equal(access("f.part", F_OK), 0);
	assert_int_equal(access("f", F_OK), -1);
	go(&run, &c);
	assert_int_equal(rotate_flush(run.rotate), 0);
	assert_string_equal(rotate_path(run.rotate), "f1");
	assert_string_equal(written_files(0), "f=1 f1.part=2");
	end(&run);
	rotate_close(run.rotate);
	assert_string_equal(written_files(0), "f=1 f1=2");
}

static void another_file_called_part_is_not_ours_to_rename(void **state)
{
	const struct rotate_case c = { .path = "f", .script = "p", .part = true };
	struct run run = { 0 };

	(void)state;
	open_and_begin(&run, &c);
	go(&run, &c);
	assert_int_equal(rename("f.part", "mine"), 0);
	close(open("f.part", O_CREAT | O_WRONLY, 0600));
	written_listen();
	rotate_finish(run.rotate);
	assert_string_equal(written_said(), "xdpdump: f.part: cannot be renamed: "
					    "another file has taken its place\n");
	assert_true(rotate_is_cut_short(run.rotate));
	rotate_wait(run.rotate, -1);
	rotate_close(run.rotate);
	assert_string_equal(written_files(0), "f.part=empty mine=1");
}

static void a_file_that_was_moved_away_is_followed_by_one_of_its_name(void **state)
{
	const struct rotate_case c = { .path = "f", .script = "pp" },
				 more = { .path = "f", .script = "npnp" };
	struct run run = { 0 };

	(void)state;
	open_and_begin(&run, &c);
	go(&run, &c);
	assert_int_equal(rename("f", "mine"), 0);
	go(&run, &more);
	end(&run);
	rotate_close(run.rotate);
	assert_string_equal(written_files(0), "f=3 f1=4 mine=1-2");
}

static void a_file_is_due_at_the_end_of_its_slice_and_by_the_clock_that_was_set(void **state)
{
	const struct rotate_case c = {
		.path = "f",
		.when = { .interval_ns = 60 S, .ring_names = true },
		.script = "p",
		.live = true,
	};
	const uint64_t now = NOW_SEC * WRITTEN_SEC;
	struct run run = { 0 };

	(void)state;
	open_and_begin(&run, &c);
	assert_int_equal(rotate_due(run.rotate), now + 20 S);
	rotate_clock_set(run.rotate, now, BEGAN_SEC * WRITTEN_SEC + 15 S);
	assert_int_equal(rotate_due(run.rotate), now + 5 S);
	rotate_now(run.rotate, now + 5 S);
	assert_int_equal(rotate_tick(run.rotate, now + 5 S), 0);
	assert_int_equal(rotate_due(run.rotate), now + 65 S);
	end(&run);
	rotate_close(run.rotate);
	assert_int_equal(fnmatch("f_00001_*=none f_00002_20200913122700=none", written_files(0), 0),
			 0);
}

/* ---- what must not be written to ---- */

static struct stat make(const char *path, const char *content)
{
	FILE *f = fopen(path, "w");
	struct stat st;

	assert_non_null(f);
	fputs(content, f);
	fclose(f);
	assert_int_equal(stat(path, &st), 0);
	return st;
}

static void is_kept(const char *path, const char *content)
{
	char found[64] = "";
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_true(fread(found, 1, sizeof(found) - 1, f) > 0);
	fclose(f);
	assert_string_equal(found, content);
}

static void a_file_that_is_read_is_not_the_first_output(void **state)
{
	static const struct rotate_case tries[] = {
		{ .path = "f" },
		{ .path = "f", .part = true },
	};

	(void)state;
	for (size_t i = 0; i < array_size(tries); i++) {
		const struct rotate_settings s = settings(&tries[i]);
		struct stat st = make("f", "read"), other = make("g", "read");
		struct rotate *r;

		assert_int_equal(rotate_open(&r, &s, -1), 0);
		assert_int_equal(rotate_spare(r, &other), 0);
		assert_int_equal(rotate_spare(r, &st), -EEXIST);
		rotate_close(r);
		is_kept("f", "read");
	}
}

static void a_file_that_is_read_is_not_the_first_output_that_begins_with_a_packet(void **state)
{
	static const struct rotate_case tries[] = {
		{ .path = "f%M", .when = { .file_ns = 1 S } },
		{ .path = "f%M", .when = { .file_ns = 1 S }, .part = true },
	};

	(void)state;
	for (size_t i = 0; i < array_size(tries); i++) {
		const struct rotate_settings s = settings(&tries[i]);
		struct stat st = make("f26", "read"), other = make("g", "read");
		struct run run = { 0 };

		assert_int_equal(rotate_open(&run.rotate, &s, -1), 0);
		assert_int_equal(rotate_spare(run.rotate, &other), 0);
		assert_int_equal(rotate_spare(run.rotate, &st), 0);
		assert_int_equal(begin(&run, &tries[i]), -EEXIST);
		assert_false(rotate_begun(run.rotate));
		assert_string_equal(rotate_error(run.rotate, -EEXIST),
				    "cannot read from and write to the same file");
		rotate_close(run.rotate);
		is_kept("f26", "read");
	}
}

static int spare_next(struct run *run)
{
	struct stat st = make("f1", "read");

	return rotate_spare(run->rotate, &st);
}

static int make_directory(struct run *run)
{
	(void)run;
	return mkdir("f1", 0700);
}

static int remove_directory(struct run *run)
{
	(void)run;
	return rename("sub/f", "f") || rmdir("sub");
}

static int use_up_descriptors(struct run *run)
{
	struct rlimit few;
	int fd = dup(0);

	(void)run;
	close(fd);
	getrlimit(RLIMIT_NOFILE, &few);
	few.rlim_cur = fd;
	return setrlimit(RLIMIT_NOFILE, &few);
}

static char longest[NAME_MAX + 1], longest_result[NAME_MAX + 16];

static int nothing(struct run *run)
{
	(void)run;
	return 0;
}

/*
 * What stands where the second file shall be, or what its name is: the first one is complete, what
 * came behind it is lost.
 */
static const struct next_case {
	const char *name;
	const char *path;
	int (*prepare)(struct run *run);
	int err;
	const char *why;
	const char *files;	/* NULL: what is there is kept */
} nexts[] = {
	{ "the_next_file_is_one_that_is_read", "f", spare_next, -EEXIST,
	  "cannot read from and write to the same file", NULL },
	{ "the_next_file_is_a_directory", "f", make_directory, -EEXIST, "not a regular file",
	  "f=1-2" },
	{ "the_next_file_has_no_directory_any_more", "sub/f", remove_directory, -ENOENT,
	  "No such file or directory", "f=1-2" },
	{ "there_is_no_descriptor_for_the_next_file", "f", use_up_descriptors, -EMFILE,
	  "Too many open files", "f=1-2" },
	{ "the_name_of_the_next_file_is_too_long", longest, nothing, -ENAMETOOLONG,
	  "File name too long", longest_result },
};

static void a_file_that_cannot_be_made_ends_it(void **state)
{
	const struct next_case *next = *state;
	const struct rotate_case c = {
		.path = next->path,
		.format = FORMAT_PCAP,
		.when = { .file_bytes = PCAP(2) },
		.script = "ppp",
	};
	struct rlimit descriptors;
	struct run run = { 0 };
	uint64_t lost;
	int err;

	assert_int_equal(written_set_up(NULL), 0);
	mkdir("sub", 0700);
	open_and_begin(&run, &c);
	getrlimit(RLIMIT_NOFILE, &descriptors);
	assert_int_equal(next->prepare(&run), 0);
	err = go(&run, &c);
	setrlimit(RLIMIT_NOFILE, &descriptors);
	assert_int_equal(err, next->err);
	assert_true(rotate_has_failed(run.rotate));
	assert_string_equal(rotate_error(run.rotate, err), next->why);
	assert_memory_equal(rotate_path(run.rotate), next->path, strlen(next->path));
	assert_string_equal(rotate_path(run.rotate) + strlen(next->path), "1");
	rotate_finish(run.rotate);
	rotate_wait(run.rotate, -1);
	lost = rotate_lost_all(run.rotate);
	rotate_close(run.rotate);
	assert_int_equal(lost, 1);
	if (next->files)
		assert_string_equal(written_files(PCAP(2)), next->files);
	else
		is_kept("f1", "read");
	assert_int_equal(written_tear_down(NULL), 0);
}

static void a_link_to_the_current_file_is_not_the_next_one(void **state)
{
	const struct rotate_case c = { .path = "f", .script = "pnp" };
	struct run run = { 0 };

	(void)state;
	open_and_begin(&run, &c);
	assert_int_equal(link("f", "f1"), 0);
	assert_int_equal(go(&run, &c), 0);
	end(&run);
	assert_string_equal(rotate_path(run.rotate), "f2");
	rotate_close(run.rotate);
	assert_string_equal(written_files(0), "f=1 f1=1 f2=2");
}

/*
 * A file whose command runs has to stay: the current one goes on until that has ended, and is asked
 * about once in each look. Until then only the end of all is due.
 */
static void a_ring_waits_for_a_file_that_is_in_use(void **state)
{
	const struct rotate_case c = {
		.path = "f",
		.format = FORMAT_PCAP,
		.when = { .file_bytes = PCAP(1), .interval_ns = 100 S, .n_files = 2,
			  .stop_ns = 3600 S },
		.live = true,
		.keep.command = "./hold",
		.script = "pppp",
	};
	const uint64_t now = NOW_SEC * WRITTEN_SEC;
	struct run run = { 0 };
	char wanted[32];

	(void)state;
	make("hold", "#!/bin/sh\nwhile ! [ -e go ]; do sleep 0.05; done\n");
	chmod("hold", 0700);
	open_and_begin(&run, &c);
	assert_int_equal(go(&run, &c), 0);
	assert_int_equal(rotate_due(run.rotate), now + 3600 S);
	rotate_now(run.rotate, now);
	assert_int_equal(rotate_due(run.rotate), now + 100 S);
	assert_int_equal(step(&run, &c, 'p'), 0);
	assert_int_equal(rotate_due(run.rotate), now + 3600 S);
	assert_int_equal(rotate_flush(run.rotate), 0);
	assert_int_equal(rotate_due(run.rotate), now + 100 S);
	assert_false(rotate_has_failed(run.rotate));
	assert_string_equal(rotate_path(run.rotate), "f1");
	make("go", "");
	for (unsigned i = 0; i < 6000 && strcmp(rotate_path(run.rotate), "f0"); i++) {
		usleep(10 * 1000);
		assert_int_equal(step(&run, &c, 'p'), 0);
	}
	end(&run);
	rotate_close(run.rotate);
	unlink("hold");
	unlink("go");
	snprintf(wanted, sizeof(wanted), "f0=%u f1=2-%u", run.number, run.number - 1);
	assert_string_equal(written_files(0), wanted);
}

/* The file before is deleted when the current one needs the room, and not at its end only. */
static void the_oldest_file_makes_room_while_the_next_one_grows(void **state)
{
	const struct rotate_case c = {
		.path = "f",
		.format = FORMAT_PCAP,
		.when = { .file_bytes = PCAP(4) },
		.keep = { .max_disk = PCAP(6) },
		.script = "ppppppp",
	};
	struct run run = { 0 };

	(void)state;
	open_and_begin(&run, &c);
	assert_int_equal(go(&run, &c), 0);
	for (unsigned i = 0; i < 6000 && !access("f", F_OK); i++)	/* by another thread */
		usleep(10 * 1000);
	assert_int_equal(access("f", F_OK), -1);
	end(&run);
	rotate_close(run.rotate);
	assert_string_equal(written_files(0), "f1=5-7");
}

/* ---- what is refused at once ---- */

static const struct refused_case {
	const char *name;
	const char *path;
	struct rotate_options when;
	bool part;
	int err;
	const char *why;
} refused[] = {
	{ "others_cannot_follow_on_a_device", "/dev/null", { .file_bytes = 1000 }, false, -EINVAL,
	  "not a regular file: no others can follow" },
	{ "a_device_is_never_called_part", "/dev/null", { 0 }, true, -EINVAL,
	  "not a regular file, which --part is for" },
	{ "a_directory_out_of_the_time", "f%D", { .file_ns = 1 S }, false, -EINVAL,
	  "too long, or a '/' comes out of the time (%D)" },
	{ "a_name_with_no_room_for_part", longest, { 0 }, true, -ENAMETOOLONG,
	  "File name too long" },
	{ "a_directory_that_is_not_there", "none/f", { 0 }, false, -ENOENT,
	  "No such file or directory" },
};

static void is_refused_at_once(void **state)
{
	const struct refused_case *c = *state;
	struct rotate_settings s = {
		.path = c->path,
		.when = c->when,
		.part = c->part,
		.live = true,
	};
	struct rotate *r;

	assert_int_equal(written_set_up(NULL), 0);
	assert_int_equal(rotate_open(&r, &s, -1), c->err);
	assert_string_equal(rotate_error(r, c->err), c->why);
	rotate_close(r);
	assert_string_equal(written_files(0), "");
	assert_int_equal(written_tear_down(NULL), 0);
}

static void a_device_is_one_output_that_nothing_is_known_of(void **state)
{
	const struct rotate_case c = { .path = "/dev/null", .script = "ppf" };
	struct run run = { 0 };

	(void)state;
	open_and_begin(&run, &c);
	assert_false(rotate_is_file(run.rotate));
	assert_int_equal(go(&run, &c), 0);
	end(&run);
	rotate_close(run.rotate);
}

/* ---- a full disk ---- */

static const struct full_case {
	const char *name;
	struct rotate_options when;
	unsigned limit;		/* bytes a file of this process may have */
	const char *script, *files;
	int result;
	int finished;		/* what was told is not told again of a file that is finished */
	uint64_t lost;
	bool part;
} fulls[] = {
	{ "a_full_disk_leaves_the_packets_before", { 0 }, PCAP(2) + 10, "pppf", "f=1-2", -EFBIG,
	  -EFBIG, .lost = 1 },
	{ "and_so_it_does_at_the_end", { 0 }, PCAP(2) + 10, "ppp", "f=1-2", 0, -EFBIG, .lost = 1 },
	{ "a_full_disk_that_shows_when_the_next_one_is_asked_for", { 0 }, 60, "pn", "f=none",
	  -EFBIG, 0, .lost = 1 },
	{ "a_limit_for_files_is_one_for_each_of_them", { .file_bytes = PCAP(100) }, PCAP(2) + 10,
	  "pppppf", "f=1-2 f1=3-4 f2=5", 0, 0, .lost = 0 },
	{ "what_a_full_disk_has_cut_keeps_its_part", { 0 }, PCAP(2) + 10, "pppf", "f.part=1-2",
	  -EFBIG, -EFBIG, .lost = 1, .part = true },
	{ "and_so_does_the_one_before_the_next", { 0 }, 60, "pn", "f.part=none", -EFBIG, 0,
	  .lost = 1, .part = true },
	{ "a_full_disk_that_shows_when_the_next_one_is_due",
	  { .file_packets = 2, .ring_names = true }, 60, "pp", "f_00001_20200913122640=none",
	  -EFBIG, 0, .lost = 2 },
};

static struct rlimit set_file_limit(rlim_t bytes)
{
	struct rlimit before, small;

	getrlimit(RLIMIT_FSIZE, &before);
	small = (struct rlimit){ bytes, before.rlim_max };
	setrlimit(RLIMIT_FSIZE, &small);
	return before;
}

static void a_full_disk(void **state)
{
	const struct full_case *full = *state;
	const struct rotate_case c = {
		.path = "f",
		.format = FORMAT_PCAP,
		.when = full->when,
		.script = full->script,
		.part = full->part,
	};
	struct run run = { 0 };
	struct rlimit all;
	uint64_t lost;
	int err, finished;

	assert_int_equal(written_set_up(NULL), 0);
	all = set_file_limit(full->limit);
	open_and_begin(&run, &c);
	err = go(&run, &c);
	finished = rotate_finish(run.rotate);
	setrlimit(RLIMIT_FSIZE, &all);
	rotate_wait(run.rotate, -1);
	lost = rotate_lost_all(run.rotate);
	if (full->part)
		assert_string_equal(rotate_path(run.rotate), "f.part");
	assert_false(rotate_has_failed(run.rotate));
	rotate_close(run.rotate);
	assert_int_equal(err, full->result);
	assert_int_equal(finished, full->finished);
	assert_string_equal(written_files(full->limit), full->files);
	assert_int_equal(lost, full->lost);
	assert_int_equal(written_tear_down(NULL), 0);
}

/* More of them than a buffer holds. */
static void a_full_disk_that_shows_with_a_packet_ends_it(void **state)
{
	static const struct rotate_options whens[] = { { 0 }, { .stop_ns = 3600 S } };

	(void)state;
	for (size_t i = 0; i < array_size(whens); i++) {
		const struct rotate_case c = { .path = "f", .when = whens[i] };
		struct rlimit all = set_file_limit(100000);
		struct run run = { 0 };
		int err = 0;

		open_and_begin(&run, &c);
		while (!err && run.number < 1000)
			err = step(&run, &c, 'P');
		assert_int_equal(rotate_finish(run.rotate), -EFBIG);
		setrlimit(RLIMIT_FSIZE, &all);
		assert_int_equal(err, -EFBIG);
		assert_in_range(rotate_lost_all(run.rotate), run.number - 97, run.number - 93);
		rotate_wait(run.rotate, -1);
		rotate_close(run.rotate);
		assert_true(strlen(written_files(100000)) <= strlen("f=1-97"));
	}
}

static void a_live_file_whose_head_does_not_fit_is_not_left_behind(void **state)
{
	const struct rotate_case c = { .path = "f", .live = true };
	const struct rotate_settings s = settings(&c);
	struct run run = { 0 };
	struct rlimit all;
	int err;

	(void)state;
	all = set_file_limit(20);
	assert_int_equal(rotate_open(&run.rotate, &s, -1), 0);
	err = begin(&run, &c);
	rotate_finish(run.rotate);
	setrlimit(RLIMIT_FSIZE, &all);
	assert_int_equal(err, -EFBIG);
	rotate_wait(run.rotate, -1);
	rotate_close(run.rotate);
	assert_string_equal(written_files(0), "");
}

/* What is said of it is more than a buffer holds. The packet that it was for is lost once. */
static void an_interface_that_cannot_be_described_ends_it(void **state)
{
	static const struct rotate_options whens[] = { { 0 }, { .stop_ns = 3600 S } };
	static char text[60000];
	struct iface ifaces[WRITTEN_IFACES];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	memcpy(ifaces, written_ifaces, sizeof(ifaces));
	ifaces[1].name = ifaces[1].description = ifaces[1].os = ifaces[1].hardware = text;
	ifaces[1].comment = text;
	for (size_t i = 0; i < array_size(whens); i++) {
		const struct rotate_case c = {
			.path = "f",
			.when = whens[i],
			.script = "ppq",
			.late_ifaces = true,
		};
		struct rlimit all = set_file_limit(20);
		struct run run = { 0 };
		int err;

		open_and_begin(&run, &c);
		run.from.ifaces = ifaces;
		err = go(&run, &c);
		rotate_finish(run.rotate);
		setrlimit(RLIMIT_FSIZE, &all);
		assert_int_equal(err, -EFBIG);
		assert_int_equal(rotate_lost_all(run.rotate), 3);
		rotate_wait(run.rotate, -1);
		rotate_close(run.rotate);
		assert_string_equal(written_files(0), "");
	}
}

/* Of files that are read the first packet names the first output. */
static void before_the_first_file_there_is_nothing(void **state)
{
	const struct rotate_case c = { .path = "f%S", .when = { .file_ns = 2 S } };
	const struct rotate_settings s = settings(&c);
	enum format_unfit why;
	struct rotate *r;

	(void)state;
	assert_int_equal(rotate_open(&r, &s, -1), 0);
	assert_int_equal(rotate_start(r), 0);
	rotate_hurry(r, 0);
	assert_false(rotate_begun(r));
	assert_true(rotate_is_file(r));
	assert_null(rotate_writer(r));
	assert_int_equal(rotate_pending(r), 0);
	assert_int_equal(rotate_lost(r, 0) + rotate_lost_all(r) + rotate_unfit(r, &why), 0);
	assert_int_equal(rotate_finish(r), 0);
	assert_int_equal(rotate_wait(r, -1), 0);
	rotate_close(r);
	assert_string_equal(written_files(0), "");
}

/* How much that is shows a thread, so it takes a moment. */
static void little_room_on_the_disk_ends_it_and_is_told(void **state)
{
	const struct rotate_case c = {
		.path = "f",
		.keep = { .min_free = INT64_MAX },
		.script = "p",
	};
	struct run run = { 0 };
	int err;

	(void)state;
	written_listen();
	open_and_begin(&run, &c);
	err = go(&run, &c);
	for (unsigned i = 0; i < 6000 && !err; i++) {
		usleep(10 * 1000);
		err = rotate_flush(run.rotate);
	}
	end(&run);
	assert_non_null(strstr(written_said(), "bytes are free on its disk, "
					       "and no other file of this run can be deleted"));
	assert_int_equal(err, SINK_LAST);
	assert_true(rotate_is_cut_short(run.rotate));
	assert_int_equal(rotate_lost_all(run.rotate), 0);
	rotate_close(run.rotate);
	assert_string_equal(written_files(0), "f=1");
}

int main(void)
{
#define in_dir(t)	cmocka_unit_test_setup_teardown(t, written_set_up, written_tear_down)
	static const struct CMUnitTest others[] = {
		in_dir(statistics_are_those_of_the_moment),
		in_dir(interfaces_that_take_turns_are_described_once),
		in_dir(an_interface_without_packets_is_described_at_the_end),
		in_dir(a_packet_longer_than_an_interface_says_is_told_of_once),
		in_dir(each_file_begins_with_the_blocks_that_are_given),
		in_dir(each_file_has_packets_that_are_cut),
		in_dir(a_live_file_has_its_head_at_once_and_so_has_each_that_follows),
		in_dir(what_is_pending_is_there_after_a_flush),
		in_dir(a_file_is_called_part_until_it_is_complete),
		in_dir(another_file_called_part_is_not_ours_to_rename),
		in_dir(a_file_that_was_moved_away_is_followed_by_one_of_its_name),
		in_dir(a_file_is_due_at_the_end_of_its_slice_and_by_the_clock_that_was_set),
		in_dir(a_file_that_is_read_is_not_the_first_output),
		in_dir(a_file_that_is_read_is_not_the_first_output_that_begins_with_a_packet),
		in_dir(a_link_to_the_current_file_is_not_the_next_one),
		in_dir(a_ring_waits_for_a_file_that_is_in_use),
		in_dir(the_oldest_file_makes_room_while_the_next_one_grows),
		in_dir(a_device_is_one_output_that_nothing_is_known_of),
		in_dir(a_full_disk_that_shows_with_a_packet_ends_it),
		in_dir(a_live_file_whose_head_does_not_fit_is_not_left_behind),
		in_dir(an_interface_that_cannot_be_described_ends_it),
		in_dir(before_the_first_file_there_is_nothing),
		in_dir(little_room_on_the_disk_ends_it_and_is_told),
	};
	struct CMUnitTest tests[160];
	size_t n = 0;

	setenv("TZ", "UTC", 1);
	signal(SIGXFSZ, SIG_IGN);
	memset(longest, 'f', NAME_MAX);
	snprintf(longest_result, sizeof(longest_result), "%s=1-2", longest);
	unit_of_table(cases, packets_are_in_their_files, tests, n);
	unit_of_table_as(cases, "%s, by a thread", packets_are_in_their_files_by_a_thread, tests,
			 n);
	unit_of_table(nexts, a_file_that_cannot_be_made_ends_it, tests, n);
	unit_of_table(refused, is_refused_at_once, tests, n);
	unit_of_table(fulls, a_full_disk, tests, n);
	memcpy(tests + n, others, sizeof(others));
	return unit_run("rotate", tests, n + array_size(others));
}
