// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* One packet, two writers. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "capture/err.h"
#include "capture/flow.h"
#include "capture/opts.h"
#include "capture/packet.h"

static int open_failed(struct flow *f, const char *path, int err)
{
	if (err == -EINTR) {
		f->done = true;
		return fail(STATUS_OK, "%s: interrupted while waiting for a reader", path);
	}
	if (err == -ELOOP)
		return fail(STATUS_RUNTIME, "%s: a symbolic link in a directory that everybody can write to: not followed",
			    path);
	return fail(STATUS_RUNTIME, "%s: cannot open for writing: %s", path, strerror(-err));
}

int flow_open(struct flow *f, const struct opts *o, int interrupt_fd)
{
	int err;

	*f = (struct flow){ .limit = o->count, .unbuffered = o->unbuffered,
			   .line_buffered = o->print.line_buffered };
	if (o->write) {
		if (!strcmp(o->write, "-") && isatty(STDOUT_FILENO) && !format_is_text(o->format))
			return fail(STATUS_USAGE, "stdout is a terminal: %s is not written there", format_name(o->format));
		err = writer_open(&f->writer, o->format, &o->print, o->write, interrupt_fd);
		if (err)
			return open_failed(f, o->write, err);
	}
	if (o->text) {
		err = writer_open(&f->screen, o->screen, &o->print, "-", interrupt_fd);
		if (!err)
			err = writer_begin(f->screen, NULL, NULL, NULL);
		if (err)
			return open_failed(f, "stdout", err);
	}
	return 0;
}

/* -EINTR: a signal came while we waited; who asked us to watch for it will look at it now. */
static bool check(struct flow *f, int *error, int err)
{
	if (!err || err == -EINTR)
		return true;
	if (err != -EPIPE && !*error)
		*error = err;
	f->done = true;
	return false;
}

static bool give(struct flow *f, struct writer *w, int *error, const struct packet *p, bool at_once)
{
	return check(f, error, writer_packet(w, p)) && (!at_once || check(f, error, writer_flush(w)));
}

bool flow_packet(struct flow *f, const struct packet *p)
{
	bool ok = true;

	if (f->writer)
		ok = give(f, f->writer, &f->write_error, p, f->unbuffered);
	if (f->screen)
		ok &= give(f, f->screen, &f->screen_error, p, f->line_buffered);
	f->taken++;
	if (f->limit && f->taken >= f->limit)
		f->done = true;
	return ok && !f->done;
}

bool flow_flush(struct flow *f)
{
	bool ok = true;

	if (f->writer)
		ok = check(f, &f->write_error, writer_flush(f->writer));
	if (f->screen)
		ok &= check(f, &f->screen_error, writer_flush(f->screen));
	return ok;
}

bool flow_pending(const struct flow *f)
{
	return (f->writer && writer_pending(f->writer)) || (f->screen && writer_pending(f->screen));
}

void flow_hurry(struct flow *f, int ms)
{
	if (f->writer)
		writer_hurry(f->writer, ms);
	if (f->screen)
		writer_hurry(f->screen, ms);
}

static void keep_error(int *error, int err)
{
	if (err && err != -EPIPE && !*error)
		*error = err;
}

static bool no_stats(void *ctx, uint32_t id, struct iface_stats *s)
{
	(void)ctx, (void)id, (void)s;
	return false;
}

void flow_finish(struct flow *f, writer_stats_fn stats, void *ctx)
{
	if (f->writer) {
		keep_error(&f->write_error, writer_finish(f->writer, stats, ctx));
		keep_error(&f->write_error, writer_sync(f->writer));
	}
	if (f->screen)
		keep_error(&f->screen_error, writer_finish(f->screen, no_stats, NULL));
}

static const char *reason(int err)
{
	return err == -ETIMEDOUT ? "its reader takes nothing" : err == -EINTR ? "forced to end" : strerror(-err);
}

static enum status report_missing(const char *path, unsigned long long n, const char *why)
{
	return fail(STATUS_INCOMPLETE, "%s: %llu packet%s not written: %s", path, n, n == 1 ? "" : "s", why);
}

/* Of the first packet that the format cannot express. */
static const char *unfit_reason(int err)
{
	if (err == -EMEDIUMTYPE)
		return "a pcap file has one link type, and theirs is another one; pcapng has room for all";
	if (err == -ERANGE)
		return "pcap has no times after 2106; pcapng has";
	return "longer than the 262144 bytes that a packet of a pcap file can have";
}

int flow_report(const struct flow *f, const char *path)
{
	int status = STATUS_OK, err = 0;
	uint64_t unfit = f->writer ? writer_unfit(f->writer, &err) : 0;

	if (unfit)
		status = report_missing(path, unfit, unfit_reason(err));
	if (f->write_error)
		return report_missing(path, writer_lost_all(f->writer) - unfit + f->refused, reason(f->write_error));
	if (f->screen_error)
		return fail(STATUS_INCOMPLETE, "stdout: cannot write: %s", reason(f->screen_error));
	return status;
}

uint64_t flow_captured(const struct flow *f)
{
	return f->taken - (f->writer ? writer_lost_all(f->writer) : 0);
}

void flow_close(struct flow *f)
{
	f->writer = writer_close(f->writer);
	f->screen = writer_close(f->screen);
}
