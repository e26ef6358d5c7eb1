// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Packets into files and onto the screen: how many, until when, and what is said and returned when
 * they do not get there.
 */
#include <signal.h>
#include <sys/resource.h>

#include "capture/write/outputs.h"

#include "tests/unit/written.h"

enum {
	BEGAN_SEC	= 1600000000,	/* of the packets */
	NOW_SEC		= 5000,		/* CLOCK_MONOTONIC then */
};

#define S	* WRITTEN_SEC
#define PCAP(n)	(24 + (n) * (16 + 60))	/* bytes of a pcap file with n packets */

static struct {
	int old, fd;
	char text[8192];
} screen;

/* What is written on stdout from here to come_back() goes to @fd, which is taken. */
static void go_to(int fd)
{
	assert_true(fd >= 0);
	fflush(stdout);
	screen.old = dup(STDOUT_FILENO);
	screen.fd = fd;
	dup2(fd, STDOUT_FILENO);
}

static const char *on_screen(void)
{
	ssize_t n = pread(screen.fd, screen.text, sizeof(screen.text) - 1, 0);

	screen.text[n > 0 ? n : 0] = '\0';
	return screen.text;
}

static void come_back(void)
{
	dup2(screen.old, STDOUT_FILENO);
	close(screen.old);
	close(screen.fd);
}

static int go_to_memory(void)
{
	return memfd_create("stdout", MFD_CLOEXEC);
}

static unsigned n_lines(const char *text)
{
	unsigned n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static bool begin(struct outputs *f, struct written_source *from, bool live)
{
	uint64_t wall = BEGAN_SEC S;

	outputs_start(f);
	return outputs_begin(f, &from->source, live ? NOW_SEC S : wall, wall);
}

/*
 * "p" a packet, "." and "-" a second passes, in which somebody looks or not, "f" flushed, "n" a new
 * file. 1 or, when no more packets are wanted, 0; -1: they were not before the last step. Nothing
 * is asserted here, for stdout may be elsewhere.
 */
static int go(struct outputs *f, const char *script, bool live)
{
	uint64_t at = 0;
	uint32_t number = 0;
	bool ok = true;

	for (; *script && ok; script++) {
		struct packet p = written_packet(number + 1, (BEGAN_SEC + at) S, 60, 0);

		switch (*script) {
		case 'p':
			number++;
			if (live)
				outputs_now(f, (NOW_SEC + at) S);
			ok = outputs_packet(f, &p);
			break;
		case '.':
			at++;
			outputs_now(f, (NOW_SEC + at) S);
			ok = outputs_tick(f, (NOW_SEC + at) S) && !f->done;
			break;
		case '-': at++; break;
		case 'f': ok = outputs_flush(f); break;
		case 'n': ok = outputs_next_file(f); break;
		}
	}
	return *script ? -1 : ok;
}

/* ---- how many, until when ---- */

static const struct end_case {
	const char *name;
	struct outputs_settings settings;
	const char *script;
	bool done;
	uint64_t taken, captured;
	unsigned lines;			/* on the screen */
	const char *files;
} ends[] = {
	{ "a_file_and_a_screen_get_each_packet",
	  { .file.path = "f", .screen = true, .screen_format = FORMAT_TEXT }, "ppp", false, 3, 3, 3,
	  "f=1-3" },
	{ "a_file_alone", { .file.path = "f" }, "ppp", false, 3, 3, 0, "f=1-3" },
	{ "a_screen_alone", { .screen = true, .screen_format = FORMAT_JSON }, "ppp", false, 3, 3, 3,
	  "" },
	{ "a_screen_with_a_head", { .screen = true, .screen_format = FORMAT_CSV }, "pp", false, 2,
	  2, 3, "" },
	{ "neither_takes_packets_as_well", { .limit = 0 }, "pp", false, 2, 2, 0, "" },
	{ "the_packet_that_reaches_the_limit_is_the_last",
	  { .file.path = "f", .screen = true, .screen_format = FORMAT_TEXT, .limit = 2 }, "pp",
	  true, 2, 2, 2, "f=1-2" },
	{ "a_limit_without_an_output", { .limit = 2 }, "pp", true, 2, 2, 0, "" },
	{ "a_time_of_packets_without_an_output", { .file.when.stop_ns = 3 S }, "p--p-p", true, 2, 2,
	  0, "" },
	{ "a_time_of_packets_with_a_screen",
	  { .file.when.stop_ns = 3 S, .screen = true, .screen_format = FORMAT_TEXT }, "p--p-p",
	  true, 2, 2, 2, "" },
	{ "a_time_of_packets_with_a_file", { .file = { .path = "f", .when.stop_ns = 3 S } },
	  "p--p-p", true, 3, 2, 0, "f=1-2" },
	{ "a_time_of_packets_with_both",
	  { .file = { .path = "f", .when.stop_ns = 3 S },
	    .screen = true, .screen_format = FORMAT_TEXT },
	  "p--p-p", true, 3, 2, 2, "f=1-2" },
	{ "a_live_time_without_a_file", { .file = { .when.stop_ns = 3 S, .live = true } }, "p...",
	  true, 1, 1, 0, "" },
	{ "a_live_time_without_a_file_that_is_not_over",
	  { .file = { .when.stop_ns = 3 S, .live = true } }, "p..p-p", false, 3, 3, 0, "" },
	{ "a_live_time_with_a_file", { .file = { .path = "f", .when.stop_ns = 3 S, .live = true } },
	  "p..p.", true, 2, 2, 0, "f=1-2" },
	{ "files_that_are_asked_for", { .file.path = "f" }, "pnp", false, 2, 2, 0, "f=1 f1=2" },
	{ "each_file_is_in_the_count",
	  { .file = { .path = "f", .when = { .file_packets = 1, .ring_names = true } },
	    .limit = 2 },
	  "pp", true, 2, 2, 0, "f_00001_20200913122640=1 f_00002_20200913122640=2" },
	{ "all_files_there_may_be",
	  { .file = { .path = "f", .format = FORMAT_PCAP,
		      .when = { .file_bytes = PCAP(1), .stop_files = 1 } },
	    .screen = true, .screen_format = FORMAT_TEXT },
	  "pp", true, 2, 1, 1, "f=1" },
};

static void ends_with_what_is_wanted(void **state)
{
	const struct end_case *c = *state;
	const bool live = c->settings.file.live;
	struct written_source from = written_source();
	struct outputs f;
	enum status opened;
	unsigned lines;
	bool begun;
	int ok;

	assert_int_equal(written_set_up(NULL), 0);
	go_to(go_to_memory());
	opened = outputs_open(&f, &c->settings, -1);
	begun = begin(&f, &from, live);
	ok = go(&f, c->script, live);
	outputs_finish(&f);
	outputs_wait(&f, -1);
	lines = n_lines(on_screen());
	come_back();
	assert_int_equal(opened, STATUS_OK);
	assert_true(begun);
	assert_int_equal(ok, !c->done);
	assert_int_equal(f.done, c->done);
	assert_int_equal(f.taken, c->taken);
	assert_int_equal(outputs_captured(&f), c->captured);
	assert_int_equal(outputs_lost(&f), c->taken - c->captured);
	assert_int_equal(outputs_lost_of(&f, 0), c->taken - c->captured);
	assert_int_equal(outputs_lost_of(&f, 1), 0);
	assert_int_equal(lines, c->lines);
	assert_int_equal(outputs_report(&f), STATUS_OK);
	assert_int_equal(outputs_is_file(&f), c->settings.file.path != NULL);
	outputs_close(&f);
	assert_string_equal(written_files(0), c->files);
	assert_int_equal(written_tear_down(NULL), 0);
}

static void a_packet_without_a_time_is_not_over(void **state)
{
	const struct outputs_settings s = { .file.when.stop_ns = 1 S };
	struct packet p = written_packet(1, BEGAN_SEC S, 60, 0);
	struct written_source from = written_source();
	struct outputs f;

	(void)state;
	outputs_open(&f, &s, -1);
	assert_true(begin(&f, &from, false));
	assert_true(outputs_packet(&f, &p));
	p.ts_ns += 1 S;
	p.has = 0;
	assert_true(outputs_packet(&f, &p));
	p.has = PACKET_TIME;
	assert_false(outputs_packet(&f, &p));
	assert_int_equal(f.taken, 2);
	outputs_close(&f);
}

/* Where the first one has none, outputs_begin() is told of now, which is not their time. */
static void a_time_of_packets_begins_with_the_first_that_has_one(void **state)
{
	static const struct {
		uint64_t at;
		unsigned has;
		bool is_taken;
	} given[] = {
		{ 0, 0, true },
		{ 7, PACKET_TIME, true },
		{ 9, PACKET_TIME, true },
		{ 10, PACKET_TIME, false },
	};
	const struct outputs_settings s = { .file.when.stop_ns = 3 S };
	struct written_source from = written_source();
	struct outputs f;

	(void)state;
	outputs_open(&f, &s, -1);
	assert_true(outputs_begin(&f, &from.source, 2 * (BEGAN_SEC S), 2 * (BEGAN_SEC S)));
	for (size_t i = 0; i < array_size(given); i++) {
		struct packet p = written_packet(i + 1, (BEGAN_SEC + given[i].at) S, 60, 0);

		p.has = given[i].has;
		assert_int_equal(outputs_packet(&f, &p), given[i].is_taken);
	}
	outputs_close(&f);
}

static void what_is_due_is_the_end_or_a_file(void **state)
{
	static const struct {
		struct outputs_settings settings;
		uint64_t due;
	} dues[] = {
		{ { .limit = 1 }, UINT64_MAX },
		{ { .file = { .when.stop_ns = 3 S, .live = true } }, (NOW_SEC + 3) S },
		{ { .file = { .path = "f", .live = true } }, UINT64_MAX },
		{ { .file = { .path = "f", .when.file_ns = 2 S, .live = true } }, (NOW_SEC + 2) S },
	};

	(void)state;
	for (size_t i = 0; i < array_size(dues); i++) {
		struct written_source from = written_source();
		struct outputs f;

		outputs_open(&f, &dues[i].settings, -1);
		assert_true(begin(&f, &from, true));
		assert_int_equal(outputs_due(&f), dues[i].due);
		outputs_close(&f);
	}
}

static void the_clock_that_was_set_moves_an_interval(void **state)
{
	const struct outputs_settings s = {
		.file = {
			.path = "f",
			.when = { .interval_ns = 60 S, .ring_names = true },
			.live = true,
		},
	};
	struct written_source from = written_source();
	struct outputs f;

	(void)state;
	outputs_open(&f, &s, -1);
	assert_true(begin(&f, &from, true));
	assert_int_equal(outputs_due(&f), (NOW_SEC + 20) S);
	outputs_clock_set(&f, NOW_SEC S, (BEGAN_SEC + 15) S);
	assert_int_equal(outputs_due(&f), (NOW_SEC + 5) S);
	outputs_close(&f);
}

/* ---- when ---- */

static void unbuffered_each_packet_is_in_the_file_at_once(void **state)
{
	static const struct {
		bool unbuffered;
		const char *files[2];
	} tries[] = {
		{ false, { "f=empty", "f=1-2" } },
		{ true, { "f=1-2", "f=1-2" } },
	};

	(void)state;
	for (size_t i = 0; i < array_size(tries); i++) {
		const struct outputs_settings s = {
			.file.path = "f",
			.unbuffered = tries[i].unbuffered,
		};
		struct written_source from = written_source();
		struct outputs f;

		unlink("f");
		outputs_open(&f, &s, -1);
		assert_true(begin(&f, &from, false));
		go(&f, "pp", false);
		assert_int_equal(outputs_pending(&f), !tries[i].unbuffered);
		assert_string_equal(access("f", F_OK) ? "f=empty" : written_files(0),
				    tries[i].files[0]);
		assert_true(outputs_flush(&f));
		assert_false(outputs_pending(&f));
		assert_string_equal(written_files(0), tries[i].files[1]);
		outputs_close(&f);
	}
}

static void with_line_buffering_each_line_is_on_the_screen_at_once(void **state)
{
	(void)state;
	for (unsigned lines = 0; lines < 2; lines++) {
		const struct outputs_settings s = {
			.screen = true,
			.screen_format = FORMAT_TEXT,
			.text.line_buffered = lines,
		};
		struct written_source from = written_source();
		bool was_pending, is_pending;
		unsigned before, after;
		struct outputs f;

		go_to(go_to_memory());
		outputs_open(&f, &s, -1);
		begin(&f, &from, false);
		go(&f, "pp", false);
		before = n_lines(on_screen());
		was_pending = outputs_pending(&f);
		outputs_flush(&f);
		is_pending = outputs_pending(&f);
		after = n_lines(on_screen());
		outputs_close(&f);
		come_back();
		assert_int_equal(before, 2 * lines);
		assert_int_equal(was_pending, !lines);
		assert_int_equal(after, 2);
		assert_false(is_pending);
	}
}

/* ---- what goes wrong ---- */

static int go_to_full(void)
{
	return open("/dev/full", O_RDWR | O_CLOEXEC);
}

static int go_to_nobody(void)
{
	int fds[2];

	if (pipe(fds))
		return -1;
	close(fds[0]);
	return fds[1];
}

static const struct fault_case {
	const char *name;
	struct outputs_settings settings;
	unsigned limit;			/* bytes of a file; 0: none */
	int (*stdout_is)(void);		/* NULL: a file */
	const char *script;
	unsigned refused;
	bool done;
	uint64_t captured;
	enum status status;
	const char *said;
} faults[] = {
	{ "a_full_disk_with_the_number_of_packets",
	  { .file = { .path = "f", .format = FORMAT_PCAP } }, PCAP(1) + 10, NULL, "pppf", 0, true,
	  1, STATUS_INCOMPLETE, "xdpdump: f: 2 packets not written: File too large\n" },
	{ "one_packet_is_not_packets", { .file = { .path = "f", .format = FORMAT_PCAP } },
	  PCAP(2) + 10, NULL, "pppf", 0, true, 2, STATUS_INCOMPLETE,
	  "xdpdump: f: 1 packet not written: File too large\n" },
	{ "what_came_behind_the_error_is_not_written_either",
	  { .file = { .path = "f", .format = FORMAT_PCAP } }, PCAP(2) + 10, NULL, "pppf", 4, true,
	  2, STATUS_INCOMPLETE, "xdpdump: f: 5 packets not written: File too large\n" },
	{ "what_comes_behind_the_limit_is_no_fault", { .file.path = "f", .limit = 1 }, 0, NULL, "p",
	  4, true, 1, STATUS_OK, "" },
	{ "a_full_disk_at_the_end", { .file = { .path = "f", .format = FORMAT_PCAP } },
	  PCAP(2) + 10, NULL, "ppp", 0, false, 2, STATUS_INCOMPLETE,
	  "xdpdump: f: 1 packet not written: File too large\n" },
	{ "an_unbuffered_packet_is_told_of_at_once",
	  { .file = { .path = "f", .format = FORMAT_PCAP }, .unbuffered = true }, PCAP(2) + 10,
	  NULL, "ppp", 0, true, 2, STATUS_INCOMPLETE,
	  "xdpdump: f: 1 packet not written: File too large\n" },
	{ "a_file_that_cannot_be_made",
	  { .file = { .path = "d", .format = FORMAT_PCAP, .when.file_bytes = PCAP(1) } }, 0, NULL,
	  "pp", 0, true, 1, STATUS_INCOMPLETE,
	  "xdpdump: d1: cannot make this file: not a regular file; 1 packet not written\n" },
	{ "a_file_that_cannot_be_made_and_what_came_behind",
	  { .file = { .path = "d", .format = FORMAT_PCAP, .when.file_bytes = PCAP(1) } }, 0, NULL,
	  "pp", 2, true, 1, STATUS_INCOMPLETE,
	  "xdpdump: d1: cannot make this file: not a regular file; 3 packets not written\n" },
	{ "a_screen_that_takes_nothing", { .screen = true, .screen_format = FORMAT_TEXT }, 0,
	  go_to_full, "ppf", 0, true, 2, STATUS_INCOMPLETE,
	  "xdpdump: stdout: cannot write: No space left on device\n" },
	{ "a_screen_that_takes_nothing_at_the_end",
	  { .screen = true, .screen_format = FORMAT_TEXT }, 0, go_to_full, "pp", 0, false, 2,
	  STATUS_INCOMPLETE, "xdpdump: stdout: cannot write: No space left on device\n" },
	{ "a_screen_line_by_line_that_takes_nothing",
	  { .screen = true, .screen_format = FORMAT_TEXT, .text.line_buffered = true }, 0,
	  go_to_full, "p", 0, true, 1, STATUS_INCOMPLETE,
	  "xdpdump: stdout: cannot write: No space left on device\n" },
	{ "a_file_on_stdout_is_called_so", { .file = { .path = "-", .format = FORMAT_PCAP } }, 0,
	  go_to_full, "pf", 0, true, 0, STATUS_INCOMPLETE,
	  "xdpdump: stdout: 1 packet not written: No space left on device\n" },
	{ "a_reader_that_has_gone_is_an_end", { .screen = true, .screen_format = FORMAT_TEXT }, 0,
	  go_to_nobody, "pf", 0, true, 1, STATUS_OK, "" },
	{ "a_reader_of_packets_that_has_gone_is_an_end", { .file.path = "-" }, 0, go_to_nobody,
	  "pf", 0, true, 0, STATUS_OK, "" },
	{ "of_two_outputs_that_fail_the_file_is_told_of",
	  { .file = { .path = "f", .format = FORMAT_PCAP },
	    .screen = true, .screen_format = FORMAT_TEXT },
	  PCAP(1) + 10, go_to_full, "ppf", 0, true, 1, STATUS_INCOMPLETE,
	  "xdpdump: f: 1 packet not written: File too large\n" },
};

static void what_fails_is_told_of(void **state)
{
	const struct fault_case *c = *state;
	struct written_source from = written_source();
	struct rlimit all, small;
	struct outputs f;
	uint64_t captured;
	int opened, status, ok;
	bool begun;

	assert_int_equal(written_set_up(NULL), 0);
	assert_int_equal(mkdir("d1", 0700), 0);
	go_to(c->stdout_is ? c->stdout_is() : go_to_memory());
	written_listen();
	opened = outputs_open(&f, &c->settings, -1);
	begun = begin(&f, &from, false);
	getrlimit(RLIMIT_FSIZE, &all);
	small = (struct rlimit){ c->limit ? c->limit : RLIM_INFINITY, all.rlim_max };
	setrlimit(RLIMIT_FSIZE, &small);
	ok = go(&f, c->script, false);
	outputs_finish(&f);
	setrlimit(RLIMIT_FSIZE, &all);
	outputs_wait(&f, -1);
	f.refused = c->refused;
	captured = outputs_captured(&f);
	status = outputs_report(&f);
	come_back();
	assert_string_equal(written_said(), c->said);
	assert_int_equal(opened, STATUS_OK);
	assert_true(begun);
	assert_int_equal(status, c->status);
	assert_int_equal(ok, !c->done);
	assert_int_equal(f.done, c->done);
	assert_int_equal(captured, c->captured);
	outputs_close(&f);
	assert_int_equal(written_tear_down(NULL), 0);
}

static const struct unfit_case {
	const char *name;
	uint64_t ts_ns;
	uint32_t len;
	uint16_t linktype;
	const char *said;
} unfits[] = {
	{ "another_link_type", BEGAN_SEC S, 60, LINKTYPE_RAW,
	  "xdpdump: f: 1 packet not written: a pcap file has one link type, and theirs is another "
	  "one; pcapng has room for all\n" },
	{ "a_time_behind_that_of_pcap", (UINT64_C(1) << 32) S, 60, LINKTYPE_ETHERNET,
	  "xdpdump: f: 1 packet not written: pcap has no times after 2106; pcapng has\n" },
	{ "a_packet_that_nobody_reads", BEGAN_SEC S, 300000, LINKTYPE_ETHERNET,
	  "xdpdump: f: 1 packet not written: longer than what tcpdump and tshark read, 262144 "
	  "bytes of most link types; -s cuts them\n" },
};

/* It is no error of writing: the others follow. */
static void what_the_format_cannot_express_is_told_of(void **state)
{
	const struct unfit_case *c = *state;
	const struct outputs_settings s = { .file = { .path = "f", .format = FORMAT_PCAP } };
	const struct iface ifaces[] = { written_ifaces[0], { .id = 1, .linktype = c->linktype } };
	struct written_source from = written_source();
	uint8_t *bytes = calloc(1, c->len);
	struct packet p = written_packet(1, BEGAN_SEC S, 60, 0);
	struct packet other = {
		.ts_ns = c->ts_ns,
		.has = PACKET_TIME,
		.caplen = c->len,
		.len = c->len,
		.data = bytes,
		.iface = &ifaces[1],
	};
	struct outputs f;

	assert_int_equal(written_set_up(NULL), 0);
	written_listen();
	outputs_open(&f, &s, -1);
	from.ifaces = ifaces;
	assert_true(begin(&f, &from, false));
	assert_true(outputs_packet(&f, &p));
	assert_true(outputs_packet(&f, &other));
	p = written_packet(2, BEGAN_SEC S, 60, 0);
	assert_true(outputs_packet(&f, &p));
	outputs_finish(&f);
	outputs_wait(&f, -1);
	assert_int_equal(outputs_report(&f), STATUS_INCOMPLETE);
	assert_string_equal(written_said(), c->said);
	assert_int_equal(outputs_captured(&f), 2);
	assert_int_equal(outputs_lost_of(&f, 1), 1);
	outputs_close(&f);
	free(bytes);
	assert_string_equal(written_files(0), "f=1-2");
	assert_int_equal(written_tear_down(NULL), 0);
}

static void a_disk_with_little_room_makes_it_incomplete(void **state)
{
	const struct outputs_settings s = { .file = { .path = "f", .keep.min_free = INT64_MAX } };
	struct written_source from = written_source();
	struct outputs f;
	bool ok = true;

	(void)state;
	written_listen();
	outputs_open(&f, &s, -1);
	assert_true(begin(&f, &from, false));
	for (unsigned i = 0; i < 6000 && ok; i++) {
		usleep(10 * 1000);
		ok = outputs_flush(&f);
	}
	assert_false(ok);
	assert_true(f.done);
	outputs_finish(&f);
	outputs_wait(&f, -1);
	written_said();
	assert_int_equal(outputs_report(&f), STATUS_INCOMPLETE);
	outputs_close(&f);
}

static void a_reader_that_takes_nothing_is_not_waited_for_when_in_a_hurry(void **state)
{
	const struct outputs_settings s = { .file.path = "fifo" };
	struct packet p = written_packet(1, BEGAN_SEC S, WRITTEN_LEN_MAX, 0);
	struct written_source from = written_source();
	struct outputs f;
	bool ok = true;
	int fd;

	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	fd = open("fifo", O_RDONLY | O_NONBLOCK);
	assert_int_equal(outputs_open(&f, &s, -1), STATUS_OK);
	assert_true(begin(&f, &from, false));
	assert_false(outputs_is_file(&f));
	outputs_hurry(&f, 1);
	for (unsigned i = 0; i < 10000 && ok; i++)
		ok = outputs_packet(&f, &p);
	assert_false(ok);
	outputs_finish(&f);
	written_listen();
	assert_int_equal(outputs_report(&f), STATUS_INCOMPLETE);
	assert_non_null(strstr(written_said(), " packets not written: its reader takes nothing\n"));
	outputs_close(&f);
	close(fd);
}

/* ---- what is refused at once ---- */

static int go_to_terminal(void)
{
	static int master;
	char name[64];

	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || grantpt(master) || unlockpt(master) ||
	    ptsname_r(master, name, sizeof(name)))
		return -1;
	return open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static const struct refusal {
	const char *name;
	struct outputs_settings settings;
	int (*stdout_is)(void);
	enum status status;
	const char *said;
} refusals[] = {
	{ "a_program_that_is_not_there", { .file = { .path = "f", .keep.command = "./none" } },
	  NULL, STATUS_USAGE, "xdpdump: -z ./none: there is no such program\n" },
	{ "a_program_that_cannot_be_run", { .file = { .path = "f", .keep.command = "./plain" } },
	  NULL, STATUS_USAGE, "xdpdump: -z ./plain: cannot be run: Permission denied\n" },
	{ "a_directory_that_is_not_there", { .file.path = "none/f" }, NULL, STATUS_RUNTIME,
	  "xdpdump: none/f: cannot open for writing: No such file or directory\n" },
	{ "a_directory", { .file.path = "." }, NULL, STATUS_RUNTIME,
	  "xdpdump: .: cannot open for writing: Is a directory\n" },
	{ "a_device_with_others_behind_it",
	  { .file = { .path = "/dev/null", .when.file_packets = 1 } }, NULL, STATUS_USAGE,
	  "xdpdump: /dev/null: not a regular file: no others can follow\n" },
	{ "packets_on_a_terminal", { .file.path = "-" }, go_to_terminal, STATUS_USAGE,
	  "xdpdump: stdout is a terminal: pcapng is not written there\n" },
	{ "compressed_text_on_a_terminal",
	  { .file = { .path = "-", .format = FORMAT_JSON, .codec = { CODEC_ZSTD, 1 } } },
	  go_to_terminal, STATUS_USAGE,
	  "xdpdump: stdout is a terminal: zstd is not written there\n" },
	{ "text_on_a_terminal_is_not", { .file = { .path = "-", .format = FORMAT_JSON } },
	  go_to_terminal, STATUS_OK, "" },
	{ "a_name_that_is_not_the_only_one_where_all_can_write", { .file.path = "shared/f" }, NULL,
	  STATUS_RUNTIME,
	  "xdpdump: shared/f: a file with other names (hard links) in a directory that others can "
	  "write to: not written to\n" },
};

static void refused_at_once(void **state)
{
	const struct refusal *c = *state;
	enum status status;
	struct outputs f;

	assert_int_equal(written_set_up(NULL), 0);
	close(open("plain", O_CREAT | O_WRONLY, 0600));
	assert_int_equal(mkdir("shared", 0700) || chmod("shared", 01777), 0);
	assert_int_equal(link("plain", "shared/f"), 0);
	if (c->stdout_is)
		go_to(c->stdout_is());
	written_listen();
	status = outputs_open(&f, &c->settings, -1);
	outputs_close(&f);
	written_said();
	if (c->stdout_is)
		come_back();
	assert_string_equal(written.said, c->said);
	assert_int_equal(status, c->status);
	assert_int_equal(access("f", F_OK), -1);
	assert_int_equal(written_tear_down(NULL), 0);
}

static void a_fifo_without_a_reader_is_waited_for_until_interrupted(void **state)
{
	const struct outputs_settings s = {
		.file.path = "fifo",
		.screen = true,
		.screen_format = FORMAT_TEXT,
	};
	struct outputs f;
	int fds[2];

	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "", 1), 1);
	written_listen();
	assert_int_equal(outputs_open(&f, &s, fds[0]), STATUS_OK);
	assert_string_equal(written_said(),
			    "xdpdump: fifo: interrupted while waiting for a reader\n");
	assert_true(f.done);
	assert_int_equal(f.n_sinks, 1);
	outputs_close(&f);
	close(fds[0]);
	close(fds[1]);
}

static void what_is_read_is_never_written(void **state)
{
	const struct outputs_settings both = {
		.file.path = "f",
		.screen = true,
		.screen_format = FORMAT_TEXT,
	};
	struct stat file, other, out;
	int fd = open("f", O_CREAT | O_WRONLY, 0600), err_file, err_out, err_other;
	struct outputs f;

	(void)state;
	fstat(fd, &file);
	close(fd);
	fd = open("g", O_CREAT | O_WRONLY, 0600);
	fstat(fd, &other);
	close(fd);
	go_to(open("out", O_CREAT | O_RDWR | O_CLOEXEC, 0600));
	fstat(screen.fd, &out);
	outputs_open(&f, &both, -1);
	err_file = outputs_spare(&f, &file);
	err_out = outputs_spare(&f, &out);
	err_other = outputs_spare(&f, &other);
	outputs_close(&f);
	come_back();
	assert_int_equal(err_file, -EEXIST);
	assert_int_equal(err_out, -EEXIST);
	assert_int_equal(err_other, 0);
}

int main(void)
{
#define in_dir(t)	cmocka_unit_test_setup_teardown(t, written_set_up, written_tear_down)
	static const struct CMUnitTest others[] = {
		in_dir(a_packet_without_a_time_is_not_over),
		in_dir(a_time_of_packets_begins_with_the_first_that_has_one),
		in_dir(what_is_due_is_the_end_or_a_file),
		in_dir(the_clock_that_was_set_moves_an_interval),
		in_dir(unbuffered_each_packet_is_in_the_file_at_once),
		in_dir(with_line_buffering_each_line_is_on_the_screen_at_once),
		in_dir(a_disk_with_little_room_makes_it_incomplete),
		in_dir(a_reader_that_takes_nothing_is_not_waited_for_when_in_a_hurry),
		in_dir(a_fifo_without_a_reader_is_waited_for_until_interrupted),
		in_dir(what_is_read_is_never_written),
	};
	struct CMUnitTest tests[80];
	size_t n = 0;

	setenv("TZ", "UTC", 1);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	unit_of_table(ends, ends_with_what_is_wanted, tests, n);
	unit_of_table(faults, what_fails_is_told_of, tests, n);
	unit_of_table(unfits, what_the_format_cannot_express_is_told_of, tests, n);
	unit_of_table(refusals, refused_at_once, tests, n);
	memcpy(tests + n, others, sizeof(others));
	return unit_run("outputs", tests, n + array_size(others));
}
