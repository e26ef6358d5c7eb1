// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* One packet, two sinks. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "capture/err.h"
#include "capture/flow.h"
#include "capture/opts.h"
#include "capture/packet.h"
#include "capture/print.h"
#include "capture/writer.h"

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

	*f = (struct flow){ .limit = o->count, .unbuffered = o->unbuffered };
	if (o->write) {
		if (!strcmp(o->write, "-") && isatty(STDOUT_FILENO))
			return fail(STATUS_USAGE, "stdout is a terminal: pcapng is not written there");
		err = writer_open(&f->writer, o->write, interrupt_fd);
		if (err)
			return open_failed(f, o->write, err);
	}
	if (o->text) {
		err = printer_open(&f->printer, &o->print, interrupt_fd);
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

bool flow_packet(struct flow *f, const struct packet *p)
{
	bool ok = true;

	if (f->writer) {
		ok = check(f, &f->write_error, writer_packet(f->writer, p));
		if (ok && f->unbuffered)
			ok = check(f, &f->write_error, writer_flush(f->writer));
	}
	if (f->printer)
		ok &= check(f, &f->print_error, printer_packet(f->printer, p));
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
	if (f->printer)
		ok &= check(f, &f->print_error, printer_flush(f->printer));
	return ok;
}

bool flow_pending(const struct flow *f)
{
	return (f->writer && writer_pending(f->writer)) || (f->printer && printer_pending(f->printer));
}

void flow_hurry(struct flow *f, int ms)
{
	if (f->writer)
		writer_hurry(f->writer, ms);
	if (f->printer)
		printer_hurry(f->printer, ms);
}

static const char *reason(int err)
{
	return err == -ETIMEDOUT ? "its reader takes nothing" : err == -EINTR ? "forced to end" : strerror(-err);
}

int flow_report(const struct flow *f, const char *path)
{
	if (f->write_error) {
		unsigned long long lost = writer_lost_all(f->writer) + f->refused;

		return fail(STATUS_INCOMPLETE, "%s: %llu packet%s not written: %s", path, lost, lost == 1 ? "" : "s",
			    reason(f->write_error));
	}
	if (f->print_error)
		return fail(STATUS_INCOMPLETE, "stdout: cannot write: %s", reason(f->print_error));
	return 0;
}

uint64_t flow_captured(const struct flow *f)
{
	return f->taken - (f->writer ? writer_lost_all(f->writer) : 0);
}

void flow_close(struct flow *f)
{
	f->writer = writer_close(f->writer);
	f->printer = printer_close(f->printer);
}
