// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The outputs that the command line asks for, as the user of -Z, and apart from what is read. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/thread.h"
#include "capture/base/util.h"
#include "capture/cli/confine.h"
#include "capture/cli/file_source.h"
#include "capture/cli/open_outputs.h"
#include "capture/cli/opts.h"
#include "capture/cli/rights.h"
#include "capture/kernel/run_as.h"
#include "capture/read/capfile.h"
#include "capture/read/merge.h"
#include "capture/read/secrets.h"
#include "capture/write/outputs.h"

static bool is_same(const char *path, const struct stat *st)
{
	struct stat other;

	return path && !stat(path, &other) && S_ISREG(other.st_mode) &&
	       other.st_dev == st->st_dev && other.st_ino == st->st_ino;
}

/* The @n-th file that is read beside the input. NULL: there is none. "": that one is not given. */
static const char *read_beside(const struct opts *o, unsigned n)
{
	const char *const named[] = { o->filter_file, o->list_file };
	const unsigned n_lost = o->lost ? max_of(o->sides[1].n, 1u) : 0;

	if (n < array_size(named))
		return named[n] ? named[n] : "";
	n -= array_size(named);
	if (n < n_lost)		/* those of B stand behind those of A */
		return o->reads[o->n_reads + n];
	n -= n_lost;
	if (n < o->n_spared)
		return o->spared[n];
	n -= o->n_spared;
	return n < o->n_secrets ? secrets_path(o->secrets[n]) : NULL;
}

static enum status spare(struct outputs *f, const struct opts *o, const char *path)
{
	struct stat st;

	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return STATUS_OK;
	if (is_same(o->keep.print_name, &st) ||
	    (f->rotate && rotate_spare(f->rotate, &st) == -EEXIST))
		return log_fail(STATUS_USAGE, "%s: cannot read from and write to the same file",
				path);
	return STATUS_OK;
}

/* What is read is not written to. That -w is not the input itself is seen when that is open. */
static enum status spare_all(struct outputs *f, const struct opts *o)
{
	enum status status = STATUS_OK;
	struct stat st;

	for (unsigned i = 0; !status && read_beside(o, i); i++)
		status = spare(f, o, read_beside(o, i));
	for (unsigned i = 0; !status && o->keep.print_name && i < o->n_reads; i++)
		if (!stat(o->reads[i], &st) && is_same(o->keep.print_name, &st))
			status = log_fail(STATUS_USAGE,
					  "%s: cannot read from and write to the same file",
					  o->reads[i]);
	if (!status && o->keep.print_name && f->rotate && !stat(o->keep.print_name, &st) &&
	    rotate_spare(f->rotate, &st) == -EEXIST)
		status = log_fail(STATUS_USAGE, "%s: -w and -b printname: want the same file",
				  o->keep.print_name);
	return status;
}

static unsigned wanted_threads(const struct opts *o)
{
	enum { USUAL_MAX = 4 };

	return o->threads ? o->threads : min_of(thread_spare_cpus(), (unsigned)USUAL_MAX);
}

/* Bytes of all that are read; of what is no file nobody knows. */
static uint64_t input_size(const struct opts *o)
{
	uint64_t size = 0;
	struct stat st;

	for (unsigned i = 0; i < o->n_reads; i++)
		if (!stat(o->reads[i], &st) && S_ISREG(st.st_mode))
			size += st.st_size;
	return size;
}

static unsigned text_threads(const struct opts *o)
{
	enum { WORTH_IT = 4 << 20 };

	if (!o->n_reads || !o->text || o->print.line_buffered || o->follow)
		return 0;
	return o->threads || input_size(o) >= WORTH_IT ? wanted_threads(o) : 0;
}

/* What is made of a file is often read at once, out of the page cache. */
static enum direct_when direct_when(const struct opts *o)
{
	if (o->codec.kind != CODEC_NONE || (o->n_reads && o->direct == DIRECT_AUTO))
		return DIRECT_NEVER;
	return o->direct;
}

static struct outputs_settings settings_of(const struct opts *o, const struct blocks *head)
{
	struct outputs_settings s = {
		.file = {
			.path = o->write, .format = o->format, .text = o->print, .codec = o->codec,
			.when = o->rotate,
			.keep = o->keep, .write_buffer = o->unbuffered ? 0 : o->write_buffer,
			.n_threads = o->codec.kind == CODEC_NONE ? 1 : wanted_threads(o),
			.direct = direct_when(o),
			.part = o->part, .live = !o->n_reads, .snap = o->control ? 0 : o->snap,
			.head = head && head->len ? head->bytes : NULL,
			.head_len = head ? head->len : 0,
		},
		.to = o->to, .spool = o->spool, .spool_limit = o->spool_limit,
		.to_config = o->to_config,
		.sandbox = !confine_is_off(o), .screen = o->text, .screen_format = o->screen,
		.text = o->print,
		.screen_threads = text_threads(o),
		.recorder = o->recorder, .limit = o->count, .unbuffered = o->unbuffered,
	};

	s.text.colour = colour_wanted(o->colour, STDOUT_FILENO);
	return s;
}

enum status open_outputs(struct outputs *f, const struct opts *o, const struct blocks *head,
			 int interrupt_fd, struct run_as **a)
{
	const struct outputs_settings settings = settings_of(o, head);
	enum status status = rights_user(a, o);
	int err;

	if (status)
		return status;
	err = run_as_enter(*a);
	if (err)
		return log_fail(STATUS_RUNTIME, "-Z %s: %s", o->user, strerror(-err));
	status = outputs_open(f, &settings, interrupt_fd);
	if (!status)
		status = spare_all(f, o);
	err = run_as_leave(*a);
	return err ? log_fail(STATUS_RUNTIME, "-Z %s: %s", o->user, strerror(-err)) : status;
}

static unsigned opened_later(struct merge *const *inputs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (inputs[i] && !merge_is_open(inputs[i]))
			return CONFINE_OPENS;
	return 0;
}

static unsigned read_ahead(struct merge *const *inputs, size_t n)
{
	unsigned later = 0;

	for (size_t i = 0; i < n; i++)
		if (inputs[i] && merge_read_ahead(inputs[i]))
			later = CONFINE_READS_AHEAD;
	return later;
}

enum status open_outputs_start(struct outputs *f, const struct opts *o, struct merge *const *inputs,
			       size_t n, struct parts **parts)
{
	unsigned later = opened_later(inputs, n);
	enum status status = confine_reach(o, later);

	if (status)
		return status;
	if (parts)
		*parts = file_source_parts(o, inputs[0]);
	later |= read_ahead(inputs, n);
	if (f->screen_threads || (parts && *parts))
		later |= CONFINE_READS_AHEAD;
	status = outputs_start(f);
	return status ? status : confine_calls(o, later);
}
