// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* One packet, two writers. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/log.h"
#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/write/outputs.h"
#include "capture/write/place.h"
#include "capture/write/postrotate.h"

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

static enum status open_file(struct outputs *f, const struct rotate_settings *s, int interrupt_fd)
{
	const char *what = s->codec.kind ? codec_name(s->codec.kind) : format_name(s->format);
	int err;

	if (!strcmp(s->path, "-") && isatty(STDOUT_FILENO) &&
	    (s->codec.kind || !format_is_text(s->format)))
		return log_fail(STATUS_USAGE, "stdout is a terminal: %s is not written there",
				what);
	err = rotate_open(&f->rotate, s, interrupt_fd);
	return err ? open_failed(f, f->rotate ? rotate_path(f->rotate) : s->path, err) : STATUS_OK;
}

static enum status open_screen(struct outputs *f, const struct outputs_settings *s,
			       int interrupt_fd)
{
	int err = writer_open(&f->screen, s->screen_format, &s->text, "-", interrupt_fd);

	if (!err)
		err = writer_begin(f->screen, &(struct origin){ .hardware = NULL });
	return err ? open_failed(f, "stdout", err) : STATUS_OK;
}

enum status outputs_open(struct outputs *f, const struct outputs_settings *s, int interrupt_fd)
{
	const struct rotate_settings *file = &s->file;
	enum status status = STATUS_OK;

	*f = (struct outputs){
		.limit = s->limit,
		.live = file->live,
		.stop_ns = file->path ? 0 : file->when.stop_ns,
		.unbuffered = s->unbuffered,
		.line_buffered = s->text.line_buffered,
	};
	if (file->keep.command && check_command(file->keep.command))
		return STATUS_USAGE;
	if (file->path)
		status = open_file(f, file, interrupt_fd);
	if (!status && !f->done && s->screen)
		status = open_screen(f, s, interrupt_fd);
	return status;
}

/*
 * -EINTR: a signal came while we waited; who asked us to watch for it will look at it now. More than 0: the end, as wanted.
 */
static bool check(struct outputs *f, int *error, int err)
{
	if (!err || err == -EINTR)
		return true;
	if (err < 0 && err != -EPIPE && !*error)
		*error = err;
	f->done = true;
	return false;
}

bool outputs_begin(struct outputs *f, struct source *from, uint64_t now, uint64_t wall_ns)
{
	if (f->stop_ns && f->live)
		f->stop_at = now + f->stop_ns;
	return !f->rotate || rotate_begun(f->rotate) ||
	       check(f, &f->write_error, rotate_begin(f->rotate, from, now, wall_ns));
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
	if (f->screen && writer_is_same(f->screen, st))
		return -EEXIST;
	return f->rotate ? rotate_spare(f->rotate, st) : 0;
}

bool outputs_wrote(struct outputs *f, int err)
{
	return check(f, &f->write_error, err);
}

static bool to_screen(struct outputs *f, const struct packet *p)
{
	return check(f, &f->screen_error, writer_packet(f->screen, p)) &&
	       (!f->line_buffered || check(f, &f->screen_error, writer_flush(f->screen)));
}

bool outputs_packet(struct outputs *f, const struct packet *p)
{
	bool ok = true;

	if (f->stop_ns && !f->live && is_over(f, p)) {
		f->done = true;
		return false;
	}
	f->taken++;
	if (f->rotate) {
		int err = rotate_packet(f->rotate, p);

		ok = check(f, &f->write_error, err);
		if (err == ROTATE_END)
			return false;
		if (ok && f->unbuffered)
			ok = check(f, &f->write_error, writer_flush(rotate_writer(f->rotate)));
	}
	if (f->screen)
		ok &= to_screen(f, p);
	if (f->limit && f->taken >= f->limit)
		f->done = true;
	return ok && !f->done;
}

bool outputs_flush(struct outputs *f)
{
	bool ok = true;

	if (f->rotate && rotate_begun(f->rotate))
		ok = check(f, &f->write_error, rotate_flush(f->rotate));
	if (f->screen)
		ok &= check(f, &f->screen_error, writer_flush(f->screen));
	return ok;
}

void outputs_now(struct outputs *f, uint64_t now)
{
	if (f->rotate)
		rotate_now(f->rotate, now);
}

bool outputs_tick(struct outputs *f, uint64_t upto)
{
	if (f->stop_ns && upto >= f->stop_at)
		f->done = true;
	return !f->rotate || check(f, &f->write_error, rotate_tick(f->rotate, upto));
}

bool outputs_next_file(struct outputs *f)
{
	return f->done || check(f, &f->write_error, rotate_next(f->rotate));
}

uint64_t outputs_due(const struct outputs *f)
{
	return f->rotate ? rotate_due(f->rotate) : f->stop_ns ? f->stop_at : UINT64_MAX;
}

void outputs_clock_set(struct outputs *f, uint64_t now, uint64_t wall_ns)
{
	if (f->rotate)
		rotate_clock_set(f->rotate, now, wall_ns);
}

bool outputs_is_file(const struct outputs *f)
{
	return f->rotate && rotate_is_file(f->rotate);
}

bool outputs_pending(const struct outputs *f)
{
	return (f->rotate && rotate_pending(f->rotate)) || (f->screen && writer_pending(f->screen));
}

void outputs_hurry(struct outputs *f, int ms)
{
	if (f->rotate)
		rotate_hurry(f->rotate, ms);
	if (f->screen)
		writer_hurry(f->screen, ms);
}

static void keep_error(int *error, int err)
{
	if (err < 0 && err != -EPIPE && !*error)
		*error = err;
}

static bool no_stats(void *ctx, uint32_t id, struct iface_stats *s)
{
	(void)ctx, (void)id, (void)s;
	return false;
}

void outputs_finish(struct outputs *f)
{
	if (f->rotate) {
		keep_error(&f->write_error, rotate_finish(f->rotate));
		f->incomplete = rotate_is_cut_short(f->rotate);
	}
	if (f->screen)
		keep_error(&f->screen_error, writer_finish(f->screen, no_stats, NULL));
}

int outputs_wait(struct outputs *f)
{
	int err = f->rotate ? rotate_wait(f->rotate) : 0;

	f->incomplete |= err && err != -EINTR;
	return err;
}

static const char *reason(const struct outputs *f, int err)
{
	if (err == -ETIMEDOUT)
		return "its reader takes nothing";
	if (err == -EINTR)
		return "forced to end";
	if (place_refusal(err))
		return place_refusal(err);
	return f->rotate ? rotate_error(f->rotate, err) : strerror(-err);
}

static enum status report_missing(const char *path, unsigned long long n, const char *why)
{
	return log_fail(STATUS_INCOMPLETE, "%s: %llu packet%s not written: %s", path, n,
			n == 1 ? "" : "s", why);
}

/* Of the first packet that the format cannot express. */
static const char *unfit_reason(enum format_unfit why)
{
	if (why == FORMAT_OTHER_LINKTYPE)
		return "a pcap file has one link type, and theirs is another one; pcapng has room for all";
	if (why == FORMAT_TOO_LATE)
		return "pcap has no times after 2106; pcapng has";
	return "longer than what tcpdump and tshark read, 262144 bytes of most link types; -s cuts them";
}

static enum status report_file(const struct outputs *f)
{
	enum format_unfit why_unfit = FORMAT_FITS;
	int err = f->write_error;
	const char *name = rotate_path(f->rotate), *path = strcmp(name, "-") ? name : "stdout";
	uint64_t unfit = rotate_unfit(f->rotate, &why_unfit);
	unsigned long long lost = outputs_lost(f) - unfit + f->refused;
	enum status status = f->incomplete ? STATUS_INCOMPLETE : STATUS_OK;

	if (unfit)
		status = report_missing(path, unfit, unfit_reason(why_unfit));
	if (err && rotate_has_failed(f->rotate))
		return log_fail(STATUS_INCOMPLETE,
				"%s: cannot make this file: %s; %llu packet%s not written", path,
				reason(f, err), lost, lost == 1 ? "" : "s");
	return err ? report_missing(path, lost, reason(f, err)) : status;
}

int outputs_report(const struct outputs *f)
{
	enum status status = f->rotate ? report_file(f) : STATUS_OK;

	if (f->screen_error && !f->write_error)
		return log_fail(STATUS_INCOMPLETE, "stdout: cannot write: %s",
				reason(f, f->screen_error));
	return status;
}

uint64_t outputs_lost(const struct outputs *f)
{
	return f->rotate ? rotate_lost_all(f->rotate) : 0;
}

uint64_t outputs_lost_of(const struct outputs *f, uint32_t id)
{
	return f->rotate ? rotate_lost(f->rotate, id) : 0;
}

uint64_t outputs_captured(const struct outputs *f)
{
	return f->taken - outputs_lost(f);
}

void outputs_close(struct outputs *f)
{
	f->rotate = rotate_close(f->rotate);
	f->screen = writer_close(f->screen);
}
