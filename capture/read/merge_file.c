// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The files of an input: opened, looked into, parked. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/dial.h"
#include "capture/base/util.h"
#include "capture/read/ahead.h"
#include "capture/read/follow.h"
#include "capture/read/magic.h"
#include "capture/read/merge_file.h"

int merge_file_keep_error(struct merge *in, const char *name, const char *sentence, int err)
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
	const struct merge_file *s = ctx;
	char named[1024];

	snprintf(named, sizeof(named), "%s: %s", s->name, sentence);
	if (s->input->options.warn)
		s->input->options.warn(s->input->options.ctx, named);
}

static int wait_for(void *ctx, int fd)
{
	const struct merge_file *s = ctx;

	return s->input->options.wait(s->input->options.ctx, fd, -1);
}

/* A followed file has come to its end only when there is another. */
static int wait_for_more(void *ctx, int fd)
{
	const struct merge_file *s = ctx;

	return follow_more(s->input->follow, fd, s->reader && capfile_is_drained(s->reader));
}

static int look(void *ctx)
{
	const struct merge_file *s = ctx;

	return s->input->options.look(s->input->options.ctx);
}

/*
 * To open a FIFO is to wait for its writer, unless somebody else waits for it. Over a network it
 * may be interrupted for any reason.
 */
static FILE *open_path(const char *path, const struct merge_options *o)
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

bool merge_options_is_tcp(const char *path)
{
	return !strncmp(path, "tcp:", 4);
}

/* "tcp:HOST:PORT", which gives what a FIFO would. On failure *@why. */
static FILE *open_connection(const char *where, const struct merge_options *o, const char **why)
{
	struct listen_address to;
	int fd = dial_open(where, &to, o->look, o->ctx, why);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

	errno = fd < 0 ? -fd : errno;
	if (fd >= 0)
		fcntl(fd, F_SETFL, 0);
	if (fd >= 0 && !f)
		close(fd);
	return f;
}

static const char *why_not_open(int err)
{
	return err == -EMFILE ? "too many files for the limit of this process (ulimit -n)"
			      : strerror(-err);
}

static struct capfile_hooks hooks_of(struct merge_file *s)
{
	struct merge *in = s->input;
	const struct merge_options *o = &in->options;
	struct capfile_hooks hooks = {
		.warn = warn,
		.ctx = s,
		.buffer = in->buffer,
		.budget = &in->budget,
		.recover = o->recover,
		.concatenated = o->concatenated,
		.local = o->local,
		.blocks = o->copy ? &in->blocks : NULL,
	};

	if (o->look)
		hooks.look = look;
	if (o->wait && !S_ISREG(s->stat.st_mode))
		hooks.wait = wait_for;
	if (in->follow)
		hooks.wait = wait_for_more;
	hooks.grows = in->follow;
	hooks.ahead = in->ahead;
	return hooks;
}

static int open_file(struct merge_file *s)
{
	struct merge *in = s->input;
	bool is_stdin = !strcmp(s->path, "-"), is_tcp = merge_options_is_tcp(s->path);
	const char *why = NULL;
	char sentence[256];
	int err;

	s->file = is_stdin ? stdin
		  : is_tcp ? open_connection(s->path + strlen("tcp:"), &in->options, &why)
			   : open_path(s->path, &in->options);
	if (!s->file) {
		err = -errno;
		snprintf(sentence, sizeof(sentence), "cannot %s: %s", is_tcp ? "connect" : "open",
			 why ? why : why_not_open(err));
		return merge_file_keep_error(in, s->name, sentence, err);
	}
	setvbuf(s->file, NULL, _IONBF, 0);	/* the reader has a buffer */
	if (fstat(fileno(s->file), &s->stat))
		return merge_file_keep_error(in, s->name, strerror(errno), -errno);
	if (S_ISDIR(s->stat.st_mode))
		return merge_file_keep_error(in, s->name, "is a directory", -EISDIR);
	return 0;
}

/* Is what @fd reads next compressed? */
static bool is_compressed(int fd)
{
	uint8_t first[MAGIC_CODEC_LEN];
	off_t at = lseek(fd, 0, SEEK_CUR);

	return at >= 0 && pread(fd, first, sizeof(first), at) == sizeof(first) &&
	       magic_codec(first, sizeof(first)) != CODEC_NONE;
}

bool merge_file_read_ahead(struct merge *in)
{
	enum { WORTH_IT = 1 << 20 };	/* bytes */
	const struct merge_file *s = in->n_paths == 1 && in->n_sources == 1 ? in->sources[0] : NULL;

	return s && s->file && !in->options.recover && S_ISREG(s->stat.st_mode) &&
	       s->stat.st_size >= WORTH_IT && is_compressed(fileno(s->file)) &&
	       !ahead_open(&in->ahead);
}

static int begin_reading(struct merge_file *s, const struct capfile_hooks *hooks)
{
	int err = capfile_open_with(&s->reader, s->file, hooks);

	if (err)
		merge_file_keep_error(s->input, s->name, capfile_error(s->reader), err);
	s->n_shown = capfile_n_ifaces(s->reader);
	return err;
}

static void close_file(struct merge_file *s)
{
	if (s->file && s->file != stdin)
		fclose(s->file);
	s->file = NULL;
}

/*
 * Without a packet, or with one that has no time, it comes first of all, as that packet does;
 * whatever is wrong then shows. Where there are descriptors for all it stays open.
 */
static void park(struct merge_file *s)
{
	struct packet p;

	if (capfile_next(s->reader, &p) > 0 && p.has & PACKET_TIME)
		s->key = p.ts_ns;
	s->reader = capfile_close(s->reader);
	if (s->input->all_open)
		rewind(s->file);
	else
		close_file(s);
	s->is_parked = true;
}

static struct merge_file *add_source(struct merge *in, const char *path)
{
	void *more = realloc(in->sources, (in->n_sources + 1) * sizeof(*in->sources));
	struct merge_file *s = calloc(1, sizeof(*s));

	in->sources = more ? more : in->sources;
	if (!more || !s) {
		free(s);
		return NULL;
	}
	s->input = in;
	s->place = in->n_sources;
	s->path = path;
	s->name = strcmp(path, "-") ? path : "stdin";
	in->sources[in->n_sources++] = s;
	return s;
}

int merge_file_open(struct merge *in, const char *path)
{
	struct merge_file *s = add_source(in, path);

	return s ? open_file(s) : -ENOMEM;
}

int merge_file_begin(struct merge_file *s, bool parked)
{
	struct capfile_hooks hooks;
	int err;

	parked &= S_ISREG(s->stat.st_mode) && s->file != stdin;
	hooks = hooks_of(s);
	if (parked) {	/* what is odd is told, and blocks are copied, when it is read */
		hooks.warn = NULL;
		hooks.blocks = NULL;
		hooks.buffer = 0;
	}
	err = begin_reading(s, &hooks);
	if (err == -EBADMSG && capfile_is_unbegun(s->reader)) {
		s->reader = capfile_close(s->reader);
		close_file(s);
		s->is_done = true;
		return 0;
	}
	if (!err && parked)
		park(s);
	return err;
}

static void tell_errors(struct merge *in)
{
	for (unsigned i = 0; i < in->n_errors; i++) {
		if (in->options.warn)
			in->options.warn(in->options.ctx, in->errors[i]);
		free(in->errors[i]);
	}
	in->n_errors = 0;
}

static int open_followed(struct merge *in, const char *path)
{
	char *copy = strdup(path);
	unsigned n = in->n_sources;
	int err = copy ? merge_file_open(in, copy) : -ENOMEM;

	if (!err)
		err = merge_file_begin(in->sources[n], false);
	if (in->n_sources == n) {
		free(copy);
		return -ENOMEM;
	}
	in->sources[n]->followed_path = copy;
	if (err)
		merge_file_finish(in->sources[n]);
	return err;
}

int merge_file_follow_on(struct merge *in)
{
	const char *path;
	int err;

	do {
		tell_errors(in);
		err = -follow_next(in->follow, &path);
		if (!err)
			err = open_followed(in, path);
		if (err == -EINTR || err == -ENOMEM || (err && !in->first))
			return err;
	} while (in->sources[in->n_sources - 1]->is_done);
	return 0;
}

int merge_file_follow(struct merge *in, const char *pattern)
{
	struct stat st;

	if (!stat(pattern, &st) && !S_ISREG(st.st_mode))
		return merge_file_keep_error(in, pattern,
					     "not a regular file, which --follow is for", -EINVAL);
	snprintf(in->title, sizeof(in->title), "the files that are followed");
	return follow_open(&in->follow, pattern, in->options.wait, in->options.ctx);
}

int merge_file_follow_first(struct merge *in, const char *pattern)
{
	if (!follow_has_next(in->follow))
		merge_file_keep_error(in, pattern, "nothing to read yet: waiting for it", 0);
	return merge_file_follow_on(in);
}

int merge_file_wake(struct merge_file *s)
{
	const struct stat was = s->stat;
	struct capfile_hooks hooks;
	int err = s->file ? 0 : open_file(s);

	s->is_parked = false;
	if (err)
		return err;
	if (s->stat.st_dev != was.st_dev || s->stat.st_ino != was.st_ino)
		return merge_file_keep_error(s->input, s->name, "is another file by now", -ESTALE);
	hooks = hooks_of(s);
	return begin_reading(s, &hooks);
}

void merge_file_finish(struct merge_file *s)
{
	if (s->reader)
		capfile_finish(s->reader);
	close_file(s);
	s->is_done = true;
}
