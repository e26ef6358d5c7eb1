// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A heap of files, the one with the earliest packet on top. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "capture/input.h"
#include "capture/packet.h"
#include "capture/reader.h"
#include "capture/util.h"

enum {
	MEMORY		= 64 << 20,	/* bytes for the buffers of all files */
	BUFFER_MIN	= 16 * 1024,	/* but so many for each */
	OTHER_FILES	= 32,		/* that are open beside the input */
};

struct source {
	struct input *input;
	const char *name;
	FILE *file;
	struct stat stat;
	struct reader *reader;	/* NULL: there is nothing in the file */
	const uint32_t *n_shown;	/* interfaces that the file has shown */
	uint32_t n_ifaces;	/* those that have a number */
	uint64_t key;		/* the time of the packet, or of the last one before it that has a time */
	struct packet packet;	/* to be delivered next */
};

/* An interface of the input is one of a file. */
struct input_iface {
	struct source *source;
	uint32_t id;		/* there */
};

struct input {
	struct input_options options;
	struct source *sources;
	unsigned n_sources;
	struct source *first;	/* in which there is something */
	size_t buffer;		/* bytes, for each */
	struct source **heap;	/* those with a packet to deliver */
	unsigned n_heap;
	struct blocks blocks;
	struct raw_options section_options;	/* of all files */
	bool begun;		/* the heap is filled, and the packet of its top delivered */
	struct input_iface *ifaces;
	uint32_t n_ifaces;
	char **errors;
	unsigned n_errors;
	int error;		/* of the first file that could not be read to its end */
	char title[32];
};

static void closep(struct input **in)
{
	*in = input_close(*in);
}

/* Keeps a sentence, the file's name in front; returns @err. */
static int keep_error(struct input *in, const char *name, const char *sentence, int err)
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

/* Gives the interfaces that a file has shown since their numbers. */
static int number_ifaces(struct source *s)
{
	struct input *in = s->input;

	while (s->n_ifaces < *s->n_shown) {
		if (!(in->n_ifaces & (in->n_ifaces - 1))) {	/* a power of two, or 0: full */
			size_t n = in->n_ifaces ? 2 * (size_t)in->n_ifaces : 1;
			void *more = realloc(in->ifaces, n * sizeof(*in->ifaces));

			if (!more)
				return -ENOMEM;
			in->ifaces = more;
		}
		in->ifaces[in->n_ifaces] = (struct input_iface){ s, s->n_ifaces };
		reader_number_iface(s->reader, s->n_ifaces++, in->n_ifaces++);
	}
	return 0;
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

/* To open a FIFO is to wait for its writer, unless somebody else waits for it. Over a network it may be interrupted for any reason. */
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

/* Most shells allow a thousand open files and the system many more: as many as we need, if we may. */
static void allow_files(unsigned n)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= n + OTHER_FILES)
		return;
	limit.rlim_cur = min_of((rlim_t)n + OTHER_FILES, limit.rlim_max);
	setrlimit(RLIMIT_NOFILE, &limit);
}

static const char *why_not_open(int err)
{
	return err == -EMFILE ? "too many files for the limit of this process (ulimit -n)" : strerror(-err);
}

static int open_source(struct source *s, const char *path)
{
	struct input *in = s->input;
	const struct input_options *o = &in->options;
	struct reader_hooks hooks = {
		.warn = warn, .ctx = s, .buffer = in->buffer, .recover = o->recover,
		.concatenated = o->concatenated, .blocks = o->copy ? &in->blocks : NULL, .local = o->local,
	};
	bool is_stdin = !strcmp(path, "-");
	char sentence[256];
	int err;

	s->name = is_stdin ? "stdin" : path;
	s->file = is_stdin ? stdin : open_path(path, o);
	if (!s->file) {
		err = -errno;
		snprintf(sentence, sizeof(sentence), "cannot open: %s", why_not_open(err));
		return keep_error(in, s->name, sentence, err);
	}
	setvbuf(s->file, NULL, _IONBF, 0);	/* the reader has a buffer */
	if (fstat(fileno(s->file), &s->stat))
		return keep_error(in, s->name, strerror(errno), -errno);
	if (S_ISDIR(s->stat.st_mode))
		return keep_error(in, s->name, "is a directory", -EISDIR);
	if (o->look)
		hooks.look = look;
	if (o->wait && !S_ISREG(s->stat.st_mode))
		hooks.wait = wait_for;
	err = reader_open_with(&s->reader, s->file, &hooks);
	if (err)
		keep_error(in, s->name, reader_error(s->reader), err);
	if (err == -EBADMSG && reader_is_unbegun(s->reader))
		return 0;
	s->n_shown = reader_n_ifaces(s->reader);
	return err;
}

/* Leaves out the files in which there is nothing, if there are others. -EBADMSG: there are none. */
static int begin(struct input *in)
{
	struct source *first = NULL;
	int err = 0;

	for (struct source *s = in->sources; s < in->sources + in->n_sources; s++) {
		if (reader_is_unbegun(s->reader))
			s->reader = reader_close(s->reader);
		else if (!first)
			first = s;
	}
	in->first = first;
	if (!first)
		return -EBADMSG;
	err = number_ifaces(first);	/* a classic file has shown its only one; the others' come behind it */
	return err ? keep_error(in, first->name, "out of memory", err) : 0;
}

static bool is_stdin_twice(const char *const *paths, unsigned n)
{
	unsigned times = 0;

	for (unsigned i = 0; i < n; i++)
		times += !strcmp(paths[i], "-");
	return times > 1;
}

int input_open(struct input **input, const char *const *paths, unsigned n, const struct input_options *o)
{
	cleanup(closep) struct input *in = calloc(1, sizeof(*in));
	int err = 0;

	*input = NULL;
	if (!in)
		return -ENOMEM;
	in->options = *o;
	in->buffer = max_of((size_t)MEMORY / n, (size_t)BUFFER_MIN);
	in->buffer = min_of(in->buffer, (size_t)READER_BUFFER);
	allow_files(n);
	if (is_stdin_twice(paths, n))
		err = keep_error(in, "stdin", "can be read only once", -EINVAL);
	in->sources = calloc(n, sizeof(*in->sources));
	in->heap = calloc(n, sizeof(*in->heap));
	if (!in->sources || !in->heap)
		return -ENOMEM;
	snprintf(in->title, sizeof(in->title), "%u files", n);
	for (unsigned i = 0; i < n && !err; i++) {
		in->sources[i].input = in;
		in->n_sources++;
		err = open_source(&in->sources[i], paths[i]);
	}
	if (!err)
		err = begin(in);
	*input = steal(&in);
	return err;
}

/* As reader_next(). A failure is kept. */
static inline int read_packet(struct source *s, struct packet *p)
{
	int got = reader_next(s->reader, p);

	if (*s->n_shown > s->n_ifaces) {
		int err = number_ifaces(s);

		got = err ? err : got;
	}
	if (got < 0)
		keep_error(s->input, s->name, got == -ENOMEM ? "out of memory" : reader_error(s->reader), got);
	return got;
}

/* False: no more packets in this file. */
static bool advance(struct source *s)
{
	if (read_packet(s, &s->packet) <= 0)
		return false;
	if (s->packet.has & PACKET_TIME)
		s->key = s->packet.ts_ns;
	return true;
}

/* At the same time the files come in their order. */
static bool is_before(const struct source *a, const struct source *b)
{
	return a->key < b->key || (a->key == b->key && a < b);
}

static void sift_down(struct input *in, unsigned i)
{
	struct source *s = in->heap[i];

	for (;;) {
		unsigned child = 2 * i + 1;

		if (child >= in->n_heap)
			break;
		if (child + 1 < in->n_heap && is_before(in->heap[child + 1], in->heap[child]))
			child++;
		if (is_before(s, in->heap[child]))
			break;
		in->heap[i] = in->heap[child];
		i = child;
	}
	in->heap[i] = s;
}

static void fill_heap(struct input *in)
{
	for (unsigned i = 0; i < in->n_sources; i++)
		if (in->sources[i].reader && advance(&in->sources[i]))
			in->heap[in->n_heap++] = &in->sources[i];
	for (unsigned i = in->n_heap / 2; i-- > 0;)
		sift_down(in, i);
}

/* The top was delivered; its file may have read on only now, because the bytes of the packet were in its buffer. */
static void replace_top(struct input *in)
{
	if (!advance(in->heap[0]))
		in->heap[0] = in->heap[--in->n_heap];
	if (in->n_heap)
		sift_down(in, 0);
}

int input_next(struct input *in, struct packet *p)
{
	in->blocks.len = 0;
	if (in->n_sources == 1)
		return read_packet(&in->sources[0], p);
	if (!in->begun)
		fill_heap(in);
	else if (in->n_heap)
		replace_top(in);
	in->begun = true;
	if (!in->n_heap)
		return in->error;
	*p = in->heap[0]->packet;
	return 1;
}

const struct blocks *input_blocks(const struct input *in)
{
	return &in->blocks;
}

const char *input_error(const struct input *in, unsigned n)
{
	if (!in)
		return n ? NULL : "out of memory";
	return n < in->n_errors ? in->errors[n] : NULL;
}

struct recovery input_recovery(const struct input *in)
{
	struct recovery sum = { .packets = 0 };

	for (unsigned i = 0; i < in->n_sources; i++) {
		const struct reader *r = in->sources[i].reader;
		struct recovery one = { .packets = 0 };

		if (r)
			one = reader_recovery(r);
		sum.packets += one.packets;
		sum.places += one.places;
		sum.bytes += one.bytes;
		sum.mended += one.mended;
	}
	return sum;
}

bool input_is_drained(const struct input *in)
{
	if (in->n_sources == 1)
		return reader_is_drained(in->sources[0].reader);
	return !in->begun || (in->n_heap && reader_is_drained(in->heap[0]->reader));
}

bool input_is_stream(const struct input *in)
{
	for (unsigned i = 0; i < in->n_sources; i++)
		if (!S_ISREG(in->sources[i].stat.st_mode))
			return true;
	return false;
}

const struct iface *input_iface(const struct input *in, uint32_t id)
{
	return id < in->n_ifaces ? reader_iface(in->ifaces[id].source->reader, in->ifaces[id].id) : NULL;
}

const struct iface_stats *input_stats(const struct input *in, uint32_t id)
{
	return id < in->n_ifaces ? reader_stats(in->ifaces[id].source->reader, in->ifaces[id].id) : NULL;
}

const char *input_section(const struct input *in, int option)
{
	return reader_section(in->first->reader, option);
}

struct raw_options input_section_options(struct input *in)
{
	struct raw_options *all = &in->section_options;

	all->len = 0;
	for (unsigned i = 0; i < in->n_sources; i++) {
		const struct reader *r = in->sources[i].reader;
		struct raw_options one = r ? reader_section_options(r) : (struct raw_options){ .len = 0 };
		void *more = one.len ? realloc(all->bytes, all->len + one.len) : NULL;

		if (!more)	/* nothing to add, or no memory for it */
			continue;
		all->bytes = more;
		memcpy(all->bytes + all->len, one.bytes, one.len);
		all->len += one.len;
	}
	return *all;
}

const char *input_name(const struct input *in, unsigned i)
{
	return i < in->n_sources ? in->sources[i].name : NULL;
}

const struct stat *input_stat(const struct input *in, unsigned i)
{
	return i < in->n_sources ? &in->sources[i].stat : NULL;
}

const struct reader *input_reader(const struct input *in, unsigned i)
{
	return i < in->n_sources ? in->sources[i].reader : NULL;
}

const char *input_title(const struct input *in)
{
	return in->n_sources == 1 ? in->sources[0].name : in->title;
}

bool input_progress(const struct input *in, uint64_t *done, uint64_t *size)
{
	*done = *size = 0;
	if (input_is_stream(in))
		return false;
	for (unsigned i = 0; i < in->n_sources; i++) {
		off_t at = lseek(fileno(in->sources[i].file), 0, SEEK_CUR);

		*done += at < 0 ? 0 : at;
		*size += in->sources[i].stat.st_size;
	}
	return true;
}

struct input *input_close(struct input *in)
{
	if (!in)
		return NULL;
	for (unsigned i = 0; i < in->n_sources; i++) {
		struct source *s = &in->sources[i];

		reader_close(s->reader);
		if (s->file && s->file != stdin)
			fclose(s->file);
	}
	for (unsigned i = 0; i < in->n_errors; i++)
		free(in->errors[i]);
	free(in->errors);
	free(in->blocks.bytes);
	free(in->section_options.bytes);
	free(in->ifaces);
	free(in->heap);
	free(in->sources);
	free(in);
	return NULL;
}
