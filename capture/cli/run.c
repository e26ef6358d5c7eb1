// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* --run: each packet of files through an XDP program; what came in, and behind it what came out. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "capture/base/progress.h"
#include "capture/base/util.h"
#include "capture/cli/diff.h"
#include "capture/cli/file_source.h"
#include "capture/cli/open_outputs.h"
#include "capture/cli/opts.h"
#include "capture/cli/pump.h"
#include "capture/cli/run.h"
#include "capture/cli/run_expect.h"
#include "capture/cli/run_program.h"
#include "capture/cli/run_source.h"
#include "capture/kernel/privilege.h"
#include "capture/kernel/run_as.h"
#include "capture/kernel/run_object.h"
#include "capture/read/merge.h"
#include "capture/stage/dedup.h"
#include "capture/stage/select.h"

typedef unsigned long long ull;

struct run {
	const struct opts *opts;
	struct opts writing;		/* of the outputs: -c counts what goes in */
	struct pump pump;
	struct progress progress;
	struct run_program program;
	struct file_source input;
	struct selection selection;
	struct run_source source;
	struct run_expect expect;
	struct diff *diff;		/* NULL: packets go to the outputs */
};

static void announce_progress(const struct run *r, const char *what)
{
	log_announce("%s%llu packets read, %llu taken", what, (ull)r->input.n_read,
		     (ull)r->source.n_taken);
}

/* SIGUSR1. */
static void on_stats(void *ctx)
{
	struct run *r = ctx;

	progress_erase(&r->progress);
	announce_progress(r, "");
}

/* Behind a pipe there may be nothing for a while: what is known by then is shown. */
static void on_flush(void *ctx)
{
	struct run *r = ctx;

	outputs_flush(&r->pump.outputs);
	if (r->diff)
		diff_flush(r->diff);
}

/* ---- the end ---- */

static void report(const struct run *r)
{
	uint64_t n = r->source.n_left_out, doubles = r->selection.n_doubles;

	if (r->selection.dedup)
		log_announce("%llu duplicate packet%s left out", (ull)doubles,
			     doubles == 1 ? "" : "s");
	if (r->pump.loop.asked)
		announce_progress(r, "stopped as asked: ");
	else
		file_source_complain(&r->input);
	if (n)
		log_announce("%llu packet%s left out that came out of a program before", (ull)n,
			     n == 1 ? "" : "s");
	run_program_report(&r->program);
}

/* What became of the input, and of what should have come out. */
static enum status outcome(struct run *r, int err)
{
	if (r->program.failed)
		return r->program.failed;
	if (r->input.refused)
		return STATUS_USAGE;
	return err && !r->pump.loop.asked ? STATUS_RUNTIME : run_expect_end(&r->expect);
}

static enum status process(struct run *r)
{
	enum status status, written;
	int err;

	if (r->input.is_single && !file_source_check_filter(&r->input))
		return STATUS_USAGE;
	err = pump_run(&r->pump);
	progress_erase(&r->progress);
	if (!r->pump.loop.asked)
		file_source_check_filter(&r->input);
	/* the output is left alone */
	if (r->input.refused && !r->pump.begun && !r->source.n_taken)
		return STATUS_USAGE;
	pump_finish(&r->pump);
	report(r);
	status = outcome(r, err);
	written = pump_wait(&r->pump);
	return written ? written : status;
}

/* --diff: what it changes is printed instead of the packets. */
static enum status show_changes(struct run *r)
{
	struct source *s = &r->source.source;
	int got = 0, enough = 0;
	enum status status;
	struct packet p;

	if (r->input.is_single && !file_source_check_filter(&r->input))
		return STATUS_USAGE;
	while (!enough && (got = s->ops->next(s, &p)) > 0)
		enough = diff_packet(r->diff, &p, true);
	progress_erase(&r->progress);
	if (!r->pump.loop.asked && !file_source_check_filter(&r->input))
		return STATUS_USAGE;
	if (enough == -ENOMEM)
		log_complain("out of memory");
	diff_end(r->diff);
	report(r);
	diff_complain(r->diff);
	status = outcome(r, enough < 0 ? enough : enough || got == -ENODATA ? 0 : got);
	if (r->pump.loop.forced)
		return STATUS_SIGNAL + r->pump.loop.forced;
	return log_finish_stdout() ? STATUS_INCOMPLETE : status;
}

/* ---- the beginning ---- */

/* What stands between the packets goes with them, as with -r. */
static void copy_blocks(void *ctx, const struct blocks *b, const struct packet *next)
{
	struct run *r = ctx;

	if (pump_begin(&r->pump, next))
		outputs_block(&r->pump.outputs, b->bytes, b->len);
}

/* What is read is not written. */
static enum status spare(struct run *r, const char *path, const struct stat *st)
{
	if (outputs_spare(&r->pump.outputs, st) != -EEXIST)
		return STATUS_OK;
	return log_fail(STATUS_USAGE, "%s: cannot read from and write to the same file", path);
}

static enum status spare_all(struct run *r)
{
	const char *const beside[] = { r->opts->expect, run_object_path(r->program.object) };
	enum status status = STATUS_OK;
	const struct stat *input;
	struct stat st;

	for (size_t i = 0; i < array_size(beside) && !status; i++)
		if (beside[i] && !stat(beside[i], &st))
			status = spare(r, beside[i], &st);
	for (unsigned i = 0; !status && (input = merge_stat(r->input.input, i)); i++)
		status = spare(r, merge_name(r->input.input, i), input);
	return status;
}

static enum status open_input(struct run *r)
{
	const struct opts *o = r->opts;
	struct loop *loop = &r->pump.loop;
	enum status status = file_source_open(&r->input, o, loop, &r->progress, o->reads,
					      o->n_reads);

	if (!status && !loop->asked)
		status = spare_all(r);
	if (!status && !loop->asked)
		status = run_expect_open(&r->expect, o, loop, &r->progress);
	if (!status && !loop->asked)
		status = file_source_select(&r->input, &r->selection, NULL);
	if (status || loop->asked)
		return status;
	r->input.hooks = (struct file_source_hooks){
		.copy = r->pump.outputs.rotate ? copy_blocks : NULL,
		.ctx = r,
	};
	run_source_init(&r->source, &(struct run_source_parts){
					    .opts = o,
					    .input = &r->input,
					    .selection = &r->selection,
					    .program = &r->program,
					    .expect = &r->expect,
					    .both = r->pump.outputs.rotate || o->action == ACTION_DIFF,
				    });
	r->pump.source = &r->source.source;
	if (o->action != ACTION_DIFF)
		return STATUS_OK;
	r->diff = diff_open(o, loop, &r->progress, r->pump.source);
	return r->diff ? STATUS_OK : log_fail(STATUS_RUNTIME, "out of memory");
}

/*
 * All is open and loaded: what comes now are the bytes of files, and what somebody's program makes
 * of them.
 */
static enum status begin_input(struct run *r)
{
	struct merge *const inputs[] = { r->input.input, r->expect.file.input };
	enum status status = open_outputs_start(&r->pump.outputs, r->opts, inputs,
						array_size(inputs), NULL);

	if (!status)
		status = run_expect_begin(&r->expect);
	return status ? status : file_source_begin(&r->input);
}

static void close_all(struct run *r)
{
	progress_erase(&r->progress);
	dedup_close(r->selection.dedup);
	diff_close(r->diff);
	run_expect_close(&r->expect);
	run_source_close(&r->source);
	file_source_close(&r->input);
	pump_close(&r->pump);
	run_program_close(&r->program);
}

/*
 * Files are opened by the user who we are: what is in effect meanwhile opens none that is not
 * theirs.
 */
static enum status open_program(struct run *r)
{
	privilege_raise_here(PRIVILEGE_KERNEL);

	return run_program_open(&r->program, r->opts);
}

enum status run_run(const struct opts *o)
{
	struct run r = { .opts = o, .writing = *o, .pump.loop = LOOP_INIT };
	struct loop *loop = &r.pump.loop;
	struct run_as *account = NULL;
	enum status status = STATUS_OK;

	r.writing.count = 0;
	progress_init(&r.progress, o->text);
	if (loop_open(loop))
		status = log_fail(STATUS_RUNTIME, "cannot watch for signals: %s", strerror(errno));
	loop->stats = on_stats;
	loop->flush = on_flush;
	loop->ctx = &r;
	if (!status)
		status = open_program(&r);
	if (!status)
		status = open_outputs(&r.pump.outputs, &r.writing, NULL, loop->stop_fd, &account);
	if (!status && !r.pump.outputs.done)
		status = open_input(&r);
	if (!status && !r.pump.outputs.done && !loop->asked)
		status = begin_input(&r);
	if (!status && !r.pump.outputs.done && !loop->asked)
		status = r.diff ? show_changes(&r) : process(&r);
	else if (!status && loop->forced)
		status = STATUS_SIGNAL + loop->forced;
	run_as_close(account);
	close_all(&r);
	return status;
}
