// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* One packet, several sinks. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/log.h"
#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/write/file_sink.h"
#include "capture/write/outputs.h"
#include "capture/write/place.h"
#include "capture/write/postrotate.h"
#include "capture/write/rotate.h"
#include "capture/write/sink.h"
#include "capture/write/target.h"
#include "capture/write/target_settings.h"
#include "capture/write/text_sink.h"

void outputs_add(struct outputs *f, struct sink *k)
{
	f->sinks[f->n_sinks++] = k;
}

static enum status open_failed(struct outputs *f, const char *path, int err)
{
	if (err == -EINTR) {
		f->done = true;
		return log_fail(STATUS_OK, "%s: interrupted while waiting for a reader", path);
	}
	if (err == -EINVAL)
		return log_fail(STATUS_USAGE, "%s: %s", path, rotate_error(f->rotate, err));
	if (place_refusal(err))
		return log_fail(STATUS_RUNTIME, "%s: %s", path, place_refusal(err));
	return log_fail(STATUS_RUNTIME, "%s: cannot open for writing: %s", path, strerror(-err));
}

/* Early, so that nobody finds out when the first file is complete. */
static enum status check_command(const char *command)
{
	char path[PATH_MAX];
	int err = postrotate_find(command, path, sizeof(path));

	if (err == -ENOENT)
		return log_fail(STATUS_USAGE, "-z %s: there is no such program", command);
	return err ? log_fail(STATUS_USAGE, "-z %s: cannot be run: %s", command, strerror(-err))
		   : STATUS_OK;
}

static enum status open_file(struct outputs *f, const struct rotate_settings *settings,
			     const struct recorder_settings *recorder, int interrupt_fd)
{
	struct rotate_settings without_end = *settings;
	const struct rotate_settings *s = recorder->memory ? &without_end : settings;
	const char *what = s->codec.kind ? codec_name(s->codec.kind) : format_name(s->format);
	int err;

	without_end.when.stop_ns = 0;	/* of the run, not of a file */
	if (!strcmp(s->path, "-") && isatty(STDOUT_FILENO) &&
	    (s->codec.kind || !format_is_text(s->format)))
		return log_fail(STATUS_USAGE, "stdout is a terminal: %s is not written there",
				what);
	err = rotate_open(&f->rotate, s, interrupt_fd);
	if (!err && recorder->memory)
		err = recorder_open(&f->recorder, recorder, f->rotate);
	if (f->rotate)
		outputs_add(f, f->recorder ? recorder_sink(f->recorder) : file_sink(f->rotate));
	return err ? open_failed(f, f->rotate ? rotate_path(f->rotate) : s->path, err) : STATUS_OK;
}

static enum status open_screen(struct outputs *f, const struct outputs_settings *s,
			       int interrupt_fd)
{
	struct sink *screen;
	int err = text_sink_open(&screen, s->screen_format, &s->text, s->screen_threads,
				 interrupt_fd);

	if (err)
		return open_failed(f, "stdout", err);
	outputs_add(f, screen);
	f->screen_threads = s->screen_threads;
	return STATUS_OK;
}

/* Of the packet that the files were given last; those of a recorder come later, if at all. */
static const char *place_in_file(void *outputs, uint64_t *offset)
{
	const struct outputs *f = outputs;

	return f->recorder || !outputs_is_file(f) ? NULL : rotate_last(f->rotate, offset);
}

static enum status open_target(struct outputs *f, const struct outputs_settings *s,
			       int interrupt_fd)
{
	const struct rotate_settings *file = &s->file;
	const struct target_settings t = {
		.word = s->to, .format = file->format, .snap = file->snap, .live = file->live,
		.place = file->path ? place_in_file : NULL, .place_ctx = f, .spool = s->spool,
		.spool_limit = s->spool_limit, .config = s->to_config, .sandbox = s->sandbox,
		.head = file->head, .head_len = file->head_len,
	};
	enum status status = target_open(&f->target, &t, interrupt_fd);

	f->done |= !f->target;
	if (f->target)
		f->target->eager = s->unbuffered;
	return status;
}

enum status outputs_open(struct outputs *f, const struct outputs_settings *s, int interrupt_fd)
{
	const struct rotate_settings *file = &s->file;
	enum status status = STATUS_OK;

	*f = (struct outputs){
		.limit = s->limit,
		.live = file->live,
		.stop_ns = file->path && !s->recorder.memory ? 0 : file->when.stop_ns,
	};
	if (file->keep.command && check_command(file->keep.command))
		return STATUS_USAGE;
	if (s->to)
		status = open_target(f, s, interrupt_fd);
	if (!status && !f->done && file->path)
		status = open_file(f, file, &s->recorder, interrupt_fd);
	if (f->target)		/* behind the file, in which a packet has its place then */
		outputs_add(f, f->target);
	if (!status && f->rotate)
		file_sink(f->rotate)->eager = s->unbuffered;
	if (!status && !f->done && s->screen)
		status = open_screen(f, s, interrupt_fd);
	return status;
}

enum status outputs_start(struct outputs *f)
{
	int err = 0;

	for (unsigned i = 0; !err && i < f->n_sinks; i++)
		if (f->sinks[i]->ops->start)
			err = f->sinks[i]->ops->start(f->sinks[i]);
	return err ? log_fail(STATUS_RUNTIME, "cannot start the threads for files: %s",
			      strerror(-err))
		   : STATUS_OK;
}

/* Of one sink. False, and all are done. */
static bool check(struct outputs *f, struct sink *k, int err)
{
	bool ok = sink_goes_on(k, err);

	f->done |= !ok;
	return ok;
}

bool outputs_begin(struct outputs *f, struct source *from, uint64_t now, uint64_t wall_ns)
{
	bool ok = true;

	if (f->stop_ns && f->live)
		f->stop_at = now + f->stop_ns;
	for (unsigned i = 0; i < f->n_sinks; i++)
		if (f->sinks[i]->ops->begin)
			ok &= check(f, f->sinks[i],
				    f->sinks[i]->ops->begin(f->sinks[i], from, now, wall_ns));
	return ok;
}

/* The time is that of the packets, from the first one on. */
static bool is_over(struct outputs *f, const struct packet *p)
{
	if (!(p->has & PACKET_TIME))
		return false;
	if (!f->stop_at)
		f->stop_at = p->ts_ns + f->stop_ns;
	return p->ts_ns >= f->stop_at;
}

int outputs_spare(struct outputs *f, const struct stat *st)
{
	int err = 0;

	for (unsigned i = f->n_sinks; !err && i-- > 0;)
		err = f->sinks[i]->ops->spare(f->sinks[i], st);
	return err;
}

bool outputs_block(struct outputs *f, const void *block, size_t len)
{
	bool ok = true;

	for (unsigned i = 0; i < f->n_sinks; i++)
		if (f->sinks[i]->ops->block)
			ok &= check(f, f->sinks[i],
				    f->sinks[i]->ops->block(f->sinks[i], block, len));
	return ok;
}

bool outputs_packet(struct outputs *f, const struct packet *p)
{
	if (f->stop_ns && !f->live && is_over(f, p)) {
		f->done = true;
		return false;
	}
	f->taken++;
	for (unsigned i = 0; i < f->n_sinks; i++) {
		struct sink *k = f->sinks[i];
		int err = k->ops->packet(k, p);

		if (!err && !k->eager)
			continue;
		if (check(f, k, err) && k->eager)
			check(f, k, k->ops->flush(k));
		if (err == SINK_END)
			return false;
	}
	if (f->limit && f->taken >= f->limit)
		f->done = true;
	return !f->done;
}

bool outputs_flush(struct outputs *f)
{
	bool ok = true;

	for (unsigned i = 0; i < f->n_sinks; i++)
		ok &= check(f, f->sinks[i], f->sinks[i]->ops->flush(f->sinks[i]));
	return ok;
}

bool outputs_joined(struct outputs *f)
{
	bool ok = true;

	for (unsigned i = 0; i < f->n_sinks; i++)
		if (f->sinks[i]->ops->joined)
			ok &= check(f, f->sinks[i], f->sinks[i]->ops->joined(f->sinks[i]));
	return ok;
}

bool outputs_left(struct outputs *f, uint32_t id)
{
	bool ok = true;

	for (unsigned i = 0; i < f->n_sinks; i++)
		if (f->sinks[i]->ops->left)
			ok &= check(f, f->sinks[i], f->sinks[i]->ops->left(f->sinks[i], id));
	return ok;
}

void outputs_now(struct outputs *f, uint64_t now)
{
	for (unsigned i = 0; i < f->n_sinks; i++)
		if (f->sinks[i]->ops->now)
			f->sinks[i]->ops->now(f->sinks[i], now);
}

bool outputs_tick(struct outputs *f, uint64_t upto)
{
	bool ok = true;

	if (f->stop_ns && upto >= f->stop_at)
		f->done = true;
	for (unsigned i = 0; i < f->n_sinks; i++)
		if (f->sinks[i]->ops->tick)
			ok &= check(f, f->sinks[i], f->sinks[i]->ops->tick(f->sinks[i], upto));
	return ok;
}

bool outputs_next_file(struct outputs *f)
{
	return f->done || f->recorder || check(f, file_sink(f->rotate), rotate_next(f->rotate));
}

uint64_t outputs_due(const struct outputs *f)
{
	uint64_t due = f->stop_ns ? f->stop_at : UINT64_MAX;

	for (unsigned i = 0; i < f->n_sinks; i++)
		if (f->sinks[i]->ops->due)
			due = min_of(due, f->sinks[i]->ops->due(f->sinks[i]));
	return due;
}

void outputs_clock_set(struct outputs *f, uint64_t now, uint64_t wall_ns)
{
	for (unsigned i = 0; i < f->n_sinks; i++)
		if (f->sinks[i]->ops->clock_set)
			f->sinks[i]->ops->clock_set(f->sinks[i], now, wall_ns);
}

bool outputs_is_file(const struct outputs *f)
{
	return f->rotate && rotate_is_file(f->rotate);
}

bool outputs_pending(const struct outputs *f)
{
	size_t n = 0;

	for (unsigned i = 0; i < f->n_sinks; i++)
		n += f->sinks[i]->ops->pending(f->sinks[i]);
	return n;
}

void outputs_hurry(struct outputs *f, int ms)
{
	for (unsigned i = 0; i < f->n_sinks; i++)
		f->sinks[i]->ops->hurry(f->sinks[i], ms);
}

/* What is not written by now, for whatever reason, will not be. */
void outputs_finish(struct outputs *f)
{
	for (unsigned i = 0; i < f->n_sinks; i++) {
		struct sink *k = f->sinks[i];
		int err = k->ops->finish(k);

		if (err < 0 && err != -EPIPE && !k->error)
			k->error = err;
	}
}

int outputs_wait(struct outputs *f, int interrupt_fd)
{
	int err = f->rotate ? rotate_wait(f->rotate, interrupt_fd) : 0;

	if (err && err != -EINTR)
		file_sink(f->rotate)->incomplete = true;
	return err;
}

static int error_of_files(const struct outputs *f)
{
	return f->recorder ? recorder_sink(f->recorder)->error
	       : f->rotate ? file_sink(f->rotate)->error
			   : 0;
}

int outputs_error(const struct outputs *f)
{
	int err = error_of_files(f);

	return err || !f->target ? err : f->target->error;
}

enum status outputs_begin_failed(const struct outputs *f)
{
	int err = error_of_files(f);

	if (err)
		return log_fail(STATUS_INCOMPLETE, "%s: cannot write: %s", rotate_path(f->rotate),
				rotate_error(f->rotate, err));
	err = outputs_error(f);
	return err ? log_fail(STATUS_INCOMPLETE, "--to: cannot write: %s", sink_reason(err))
		   : STATUS_OK;
}

/* One failure is told of: where the disk is full nothing else is of interest. */
enum status outputs_report(const struct outputs *f)
{
	enum status worst = STATUS_OK;
	bool failed = false;

	for (unsigned i = 0; !failed && i < f->n_sinks; i++) {
		enum status status = f->sinks[i]->ops->report(f->sinks[i], f->refused);

		worst = max_of(worst, status);
		failed = f->sinks[i]->error;
	}
	return worst;
}

/* What is in a file is not lost, whatever has become of it elsewhere. */
static uint64_t lost(const struct outputs *f, int64_t id)
{
	const struct sink *k = f->rotate ? file_sink(f->rotate) : f->target;

	return k ? k->ops->lost(k, id) : 0;
}

static uint64_t lost_by_recorder(const struct outputs *f)
{
	return f->recorder ? recorder_counts(f->recorder).lost : 0;
}

uint64_t outputs_lost(const struct outputs *f)
{
	return lost(f, SINK_ALL_IFACES) + lost_by_recorder(f);
}

uint64_t outputs_lost_of(const struct outputs *f, uint32_t id)
{
	return lost(f, id) + (f->recorder ? recorder_lost(f->recorder, id) : 0);
}

uint64_t outputs_captured(const struct outputs *f)
{
	const uint64_t given = f->recorder
				       ? recorder_counts(f->recorder).written + lost_by_recorder(f)
				       : f->taken;

	return given - outputs_lost(f);
}

bool outputs_records(const struct outputs *f, struct record_counts *c)
{
	return f->target && record_sink_counts(f->target, c);
}

const char *outputs_written(const struct outputs *f, uint64_t *bytes, uint64_t *files)
{
	*bytes = *files = 0;
	if (f->rotate)
		rotate_written(f->rotate, bytes, files);
	return outputs_is_file(f) ? rotate_path(f->rotate) : NULL;
}

void outputs_close(struct outputs *f)
{
	for (unsigned i = 0; i < f->n_sinks; i++)
		f->sinks[i]->ops->close(f->sinks[i]);
	f->n_sinks = 0;
	f->target = NULL;
	f->rotate = NULL;
	f->recorder = NULL;
}
