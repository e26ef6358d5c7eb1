// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * From a source that plays a script, through stages, to the outputs: what is taken, and what is
 * only counted.
 */
#include <signal.h>

#include "capture/cli/pump.h"
#include "tests/unit/written.h"

/*
 * "p" a packet, "0" none for now, "i" SIGINT comes and then a packet, "x" -EIO, "|" on its own it
 * gives no more: what is behind comes once it is stopped. At the end -ENODATA.
 */
struct script {
	struct written_source from;
	const char *at;
	uint32_t number;		/* of the last packet */
	unsigned n_stops, n_refused;
	bool failed;			/* as it was told */
	bool rest;			/* what it says when it is stopped */
};

static int next(struct source *source, struct packet *p)
{
	struct script *s = (struct script *)source;

	if (*s->at == '|' && !s->n_stops)
		return 0;
	s->at += *s->at == '|';
	switch (*s->at) {
	case '\0': return -ENODATA;
	case '0': s->at++; return 0;
	case 'x': return -EIO;
	case 'i': raise(SIGINT);
	}
	s->at++;
	s->number++;
	*p = written_packet(s->number, s->number * WRITTEN_SEC, 60, 0);
	return 1;
}

static void refuse(struct source *source)
{
	((struct script *)source)->n_refused++;
}

static uint64_t pace(struct source *source)
{
	(void)source;
	return 0;
}

static bool stop(struct source *source, bool failed)
{
	struct script *s = (struct script *)source;

	s->n_stops++;
	s->failed = failed;
	return s->rest || failed;
}

static const struct source_ops live_ops = {
	.next = next, .refuse = refuse, .pace = pace, .stop = stop,
	.origin = written_origin, .iface = written_iface, .stats = written_stats,
	.warn = written_warn,
};
static const struct source_ops file_ops = {
	.next = next, .stop = stop,
	.origin = written_origin, .iface = written_iface, .stats = written_stats,
	.warn = written_warn,
};

static int odd_ones(void *ctx, struct packet *p)
{
	(void)ctx;
	return *p->data % 2;
}

static int fails_at_3(void *ctx, struct packet *p)
{
	(void)ctx;
	return *p->data == 3 ? -ENOMEM : 1;
}

static const struct pump_case {
	const char *name, *script;
	bool live;
	uint64_t limit;
	int (*stage)(void *ctx, struct packet *p);
	bool full;			/* nothing can be written */
	int err;
	uint64_t taken, refused;
	const char *left;		/* of the script */
} cases[] = {
	{ "a_file_to_its_end", "ppp", .taken = 3, .left = "" },
	{ "a_file_to_an_error", "ppx", .err = -EIO, .taken = 2, .left = "x" },
	{ "of_a_file_nothing_behind_the_limit_is_read", "pppp", .limit = 2, .taken = 2,
	  .left = "pp" },
	{ "a_file_to_a_signal", "pip", .taken = 3, .left = "" },
	{ "what_a_stage_leaves_out_is_not_taken", "ppppp", .stage = odd_ones, .taken = 3,
	  .left = "" },
	{ "nor_does_it_count_for_the_limit", "ppppp", .limit = 2, .stage = odd_ones, .taken = 2,
	  .left = "pp" },
	{ "a_stage_that_fails_ends_it", "ppppp", .stage = fails_at_3, .err = -ENOMEM, .taken = 2,
	  .left = "pp" },
	{ "what_cannot_be_written_is_counted", "ppppp", .full = true, .taken = 1, .refused = 4,
	  .left = "" },
	{ "up_to_the_limit", "ppppp", .full = true, .limit = 3, .taken = 1, .refused = 2,
	  .left = "pp" },
	{ "if_the_stages_let_it_through", "ppppp", .full = true, .stage = odd_ones, .taken = 1,
	  .refused = 2, .left = "" },
	{ "and_read_to_an_error", "pppx", .full = true, .err = -EIO, .taken = 1, .refused = 2,
	  .left = "x" },
	{ "a_capture_goes_on_when_there_is_nothing_for_now", "p0p00p0i|", .live = true, .taken = 4,
	  .left = "" },
	{ "what_comes_after_the_signal_is_taken", "pi|p0p", .live = true, .taken = 4, .left = "" },
	{ "what_comes_behind_the_limit_is_refused", "ppp|p0p", .live = true, .limit = 2, .taken = 2,
	  .refused = 3, .left = "" },
	{ "and_so_it_is_when_a_write_has_failed", "ppp|p0p", .live = true, .full = true, .limit = 3,
	  .taken = 1, .refused = 4, .left = "" },
	{ "the_second_signal_forces_the_end", "pi|i0pp0pp", .live = true, .taken = 3, .refused = 2,
	  .left = "pp" },
};

static void open_pump(struct pump *p, struct script *s, const struct pump_case *c)
{
	const struct outputs_settings settings = {
		.file = { .path = c->full ? "/dev/full" : NULL, .format = FORMAT_PCAPNG },
		.unbuffered = true,
		.limit = c->limit,
	};

	*s = (struct script){ .from = written_source(), .at = c->script, .rest = c->live };
	s->from.source.ops = c->live ? &live_ops : &file_ops;
	*p = (struct pump){ .source = &s->from.source };
	assert_int_equal(loop_open(&p->loop), 0);
	assert_int_equal(outputs_open(&p->outputs, &settings, p->loop.stop_fd), STATUS_OK);
	assert_int_equal(outputs_start(&p->outputs), STATUS_OK);
	if (c->stage)
		pump_stage(p, c->stage, NULL);
}

static void as_the_script_says(void **state)
{
	const struct pump_case *c = *state;
	struct script s;
	struct pump p;

	open_pump(&p, &s, c);
	assert_int_equal(pump_run(&p), c->err);
	assert_int_equal(p.outputs.taken, c->taken);
	assert_int_equal(p.outputs.refused, c->refused);
	assert_int_equal(s.n_refused, c->live ? c->refused : 0);
	assert_int_equal(s.n_stops, 1);
	assert_int_equal(s.failed, c->full);
	assert_string_equal(s.at, c->left);
	pump_close(&p);
}

static void until_the_owner_says_it_is_over(void *ctx)
{
	((struct pump *)ctx)->ended = true;
}

static void a_round_is_over_when_there_is_nothing_for_now(void **state)
{
	static const struct pump_case c = { "", "pp0pp|p", .live = true };
	struct script s;
	struct pump p;

	(void)state;
	open_pump(&p, &s, &c);
	p.round = until_the_owner_says_it_is_over;
	p.ctx = &p;
	assert_int_equal(pump_run(&p), 0);
	assert_int_equal(p.outputs.taken, 5);
	pump_close(&p);
}

static void a_reader_that_goes_ends_it_without_a_packet(void **state)
{
	static const struct pump_case c = { "", "p|", .live = true };
	struct outputs_settings settings = { .file = { .path = "-", .format = FORMAT_PCAPNG }, .unbuffered = true };
	int fds[2], stdout_fd = dup(STDOUT_FILENO);
	struct script s;
	struct pump p;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	fflush(stdout);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(dup2(fds[1], STDOUT_FILENO), STDOUT_FILENO);
	close(fds[1]);
	open_pump(&p, &s, &c);
	outputs_close(&p.outputs);
	assert_int_equal(outputs_open(&p.outputs, &settings, p.loop.stop_fd), STATUS_OK);
	dup2(stdout_fd, STDOUT_FILENO);
	close(stdout_fd);
	assert_int_equal(pump_watch_readers(&p), 0);
	loop_wait(&p.loop, 0);
	assert_false(p.loop.unread);
	close(fds[0]);
	loop_wait(&p.loop, UINT64_MAX);
	assert_true(p.loop.unread);
	pump_close(&p);
}

int main(void)
{
	struct CMUnitTest tests[32];
	size_t n = 0;

	unit_of_table(cases, as_the_script_says, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		a_round_is_over_when_there_is_nothing_for_now);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		a_reader_that_goes_ends_it_without_a_packet);
	return unit_run("pump", tests, n);
}
