// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The files of an input: opened, looked into, parked. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/input_impl.h"
#include "capture/util.h"

int input_keep_error(struct input *in, const char *name, const char *sentence, int err)
{
	char **more = realloc(in->errors, (in->n_errors + 1) * sizeof(*more));

	if (!in->error)
		in->error = err;
	if (!more)
		return err;
	in->errors = more;
	if (asprintf(&more[in->n_errors], "%s: %s", name, sentence) >= 0)
		in->n_errors++;
	return err;
}

static void warn(void *ctx, const char *sentence)
{
	const struct source *s = ctx;
	char named[1024];

	snprintf(named, sizeof(named), "%s: %s", s->name, sentence);
	if (s->input->options.warn)
		s->input->options.warn(s->input->options.ctx, named);
}

static int wait_for(void *ctx, int fd)
{
	const struct source *s = ctx;

	return s->input->options.wait(s->input->options.ctx, fd);
}

static int look(void *ctx)
{
	const struct source *s = ctx;

	return s->input->options.look(s->input->options.ctx);
}

/*
 * To open a FIFO is to wait for its writer, unless somebody else waits for it. Over a network it may be interrupted
 * for any reason.
 */
static FILE *open_path(const char *path, const struct input_options *o)
{
	bool waits = o->wait;
	FILE *f;
	int fd;

	do
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (waits ? O_NONBLOCK : 0));
	while (fd < 0 && errno == EINTR && !(o->look && o->look(o->ctx)));
	if (fd < 0)
		return NULL;
	if (waits)
		fcntl(fd, F_SETFL, 0);
	f = fdopen(fd, "r");
	if (!f)
		close(fd);
	return f;
}

static const char *why_not_open(int err)
{
	return err == -EMFILE ? "too many files for the limit of this process (ulimit -n)" : strerror(-err);
}

static struct reader_hooks hooks_of(struct source *s)
{
	struct input *in = s->input;
	const struct input_options *o = &in->options;
	struct reader_hooks hooks = {
		.warn = warn, .ctx = s, .buffer = in->buffer, .budget = &in->budget, .recover = o->recover,
		.concatenated = o->concatenated, .local = o->local, .blocks = o->copy ? &in->blocks : NULL,
	};

	if (o->look)
		hooks.look = look;
	if (o->wait && !S_ISREG(s->stat.st_mode))
		hooks.wait = wait_for;
	return hooks;
}

static int open_file(struct source *s)
{
	struct input *in = s->input;
	bool is_stdin = !strcmp(s->path, "-");
	char sentence[256];
	int err;

	s->file = is_stdin ? stdin : open_path(s->path, &in->options);
	if (!s->file) {
		err = -errno;
		snprintf(sentence, sizeof(sentence), "cannot open: %s", why_not_open(err));
		return input_keep_error(in, s->name, sentence, err);
	}
	setvbuf(s->file, NULL, _IONBF, 0);	/* the reader has a buffer */
	if (fstat(fileno(s->file), &s->stat))
		return input_keep_error(in, s->name, strerror(errno), -errno);
	if (S_ISDIR(s->stat.st_mode))
		return input_keep_error(in, s->name, "is a directory", -EISDIR);
	return 0;
}

static int begin_reading(struct source *s, const struct reader_hooks *hooks)
{
	int err = reader_open_with(&s->reader, s->file, hooks);

	if (err)
		input_keep_error(s->input, s->name, reader_error(s->reader), err);
	s->n_shown = reader_n_ifaces(s->reader);
	return err;
}

static void close_file(struct source *s)
{
	if (s->file && s->file != stdin)
		fclose(s->file);
	s->file = NULL;
}

/*
 * Without a packet, or with one that has no time, it comes first of all, as that packet does; whatever is wrong then
 * shows.
 */
static void park(struct source *s)
{
	struct packet p;

	if (reader_next(s->reader, &p) > 0 && p.has & PACKET_TIME)
		s->key = p.ts_ns;
	s->reader = reader_close(s->reader);
	close_file(s);
	s->is_parked = true;
}

int input_open_source(struct source *s, const char *path, bool parked)
{
	struct reader_hooks hooks;
	int err;

	s->path = path;
	s->name = strcmp(path, "-") ? path : "stdin";
	err = open_file(s);
	if (err)
		return err;
	parked &= S_ISREG(s->stat.st_mode) && s->file != stdin;
	hooks = hooks_of(s);
	if (parked) {	/* what is odd is told, and blocks are copied, when it is read */
		hooks.warn = NULL;
		hooks.blocks = NULL;
		hooks.buffer = 0;
	}
	err = begin_reading(s, &hooks);
	if (err == -EBADMSG && reader_is_unbegun(s->reader)) {
		s->reader = reader_close(s->reader);
		close_file(s);
		s->is_done = true;
		return 0;
	}
	if (!err && parked)
		park(s);
	return err;
}

int input_wake_source(struct source *s)
{
	const struct stat was = s->stat;
	struct reader_hooks hooks;
	int err = open_file(s);

	s->is_parked = false;
	if (err)
		return err;
	if (s->stat.st_dev != was.st_dev || s->stat.st_ino != was.st_ino)
		return input_keep_error(s->input, s->name, "is another file by now", -ESTALE);
	hooks = hooks_of(s);
	return begin_reading(s, &hooks);
}

void input_finish_source(struct source *s)
{
	if (s->reader)
		reader_finish(s->reader);
	close_file(s);
	s->is_done = true;
}
