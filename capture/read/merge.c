// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A heap of files, the one with the earliest packet on top. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/limits.h"
#include "capture/base/util.h"
#include "capture/read/ahead.h"
#include "capture/read/follow.h"
#include "capture/read/merge.h"
#include "capture/read/merge_file.h"
#include "capture/read/parts.h"

enum {
	MEMORY		= 64 << 20,	/* bytes for the buffers of all files */
	BUFFER_MIN	= 16 * 1024,	/* but so many for each */
	AWAKE		= 128,		/* files that are kept open from the start */
	OTHER_FILES	= 32,		/* that are open beside the input */
};

static void closep(struct merge **in)
{
	*in = merge_close(*in);
}

/* Gives the interfaces that a file has shown since their numbers. */
static int number_ifaces(struct merge_file *s)
{
	struct merge *in = s->input;

	while (s->n_ifaces < *s->n_shown) {
		if (!(in->n_ifaces & (in->n_ifaces - 1))) {	/* a power of two, or 0: full */
			size_t n = in->n_ifaces ? 2 * (size_t)in->n_ifaces : 1;
			void *more = realloc(in->ifaces, n * sizeof(*in->ifaces));

			if (!more)
				return -ENOMEM;
			in->ifaces = more;
		}
		in->ifaces[in->n_ifaces] = (struct merge_iface){ s, s->n_ifaces };
		capfile_number_iface(s->reader, s->n_ifaces++, in->n_ifaces++, s->name);
	}
	return 0;
}

static bool is_stdin_twice(const char *const *paths, unsigned n)
{
	unsigned times = 0;

	for (unsigned i = 0; i < n; i++)
		times += !strcmp(paths[i], "-");
	return times > 1;
}

/* Each has its share; a power of two, as a buffer that grows becomes one. */
static size_t buffer_for(unsigned n)
{
	size_t size = CAPFILE_BUFFER;

	while (size > BUFFER_MIN && size > (size_t)MEMORY / n)
		size /= 2;
	return size;
}

static int open_sources(struct merge *in, const char *const *paths, unsigned n)
{
	int err = 0;

	for (unsigned i = 0; !err && i < n; i++)
		err = merge_file_open(in, paths[i]);
	return err;
}

/*
 * Many files, and those that take much memory, are read in turn: of most only one or two are needed
 * at a time. Where there are not enough descriptors they are opened in turn, too.
 */
static int begin_sources(struct merge *in, const char *const *paths, unsigned n)
{
	int err = 0;

	for (unsigned i = 0; !err && i < n; i++) {
		bool parked = i >= AWAKE || in->budget.bytes < BUDGET_BYTES / 2;

		err = in->all_open ? 0 : merge_file_open(in, paths[i]);
		if (!err)
			err = merge_file_begin(in->sources[i], parked);
	}
	return err;
}

/* The first in which there is something is looked at before any packet. -EBADMSG: there is none. */
static int begin(struct merge *in)
{
	struct merge_file *s;
	unsigned i = 0;
	int err;

	while (i < in->n_sources && in->sources[i]->is_done)
		i++;
	if (i == in->n_sources)
		return -EBADMSG;
	in->first = s = in->sources[i];
	err = s->is_parked ? merge_file_wake(s) : 0;
	if (err)
		return err;
	/* a classic file has shown its only one; the others' come behind it */
	err = number_ifaces(s);
	return err ? merge_file_keep_error(in, s->name, "out of memory", err) : 0;
}

int merge_open(struct merge **input, const char *const *paths, unsigned n,
	       const struct merge_options *o)
{
	cleanup(closep) struct merge *in = calloc(1, sizeof(*in));
	int err = 0;

	*input = NULL;
	if (!in)
		return -ENOMEM;
	in->options = *o;
	in->budget = (struct budget)BUDGET_INIT;
	in->buffer = buffer_for(n);
	in->all_open = !o->follow &&
		       limits_open_files((uint64_t)n + OTHER_FILES) >= (uint64_t)n + OTHER_FILES;
	in->paths = paths;
	in->n_paths = n;
	if (is_stdin_twice(paths, n))
		err = merge_file_keep_error(in, "stdin", "can be read only once", -EINVAL);
	in->heap = calloc(n, sizeof(*in->heap));
	if (!in->heap)
		return -ENOMEM;
	snprintf(in->title, sizeof(in->title), "%u files", n);
	if (!err && o->follow)
		err = merge_file_follow(in, paths[0]);
	else if (!err && in->all_open)
		err = open_sources(in, paths, n);
	*input = steal(&in);
	return err;
}

bool merge_is_open(const struct merge *in)
{
	return in->all_open;
}

bool merge_read_ahead(struct merge *in)
{
	return merge_file_read_ahead(in);
}

struct capfile *merge_whole(struct merge *in)
{
	struct merge_file *s = in->sources[0];

	/* stdin may begin anywhere */
	return in->n_paths == 1 && !in->follow && S_ISREG(s->stat.st_mode) && s->file != stdin &&
			       capfile_has_parts(s->reader)
		       ? s->reader
		       : NULL;
}

void merge_divide(struct merge *in, struct parts *parts, uint64_t least,
		  const struct expr *filter, const struct parts_ops *ops, void *ctx)
{
	struct capfile *whole = merge_whole(in);

	if (whole)
		parts_begin(parts, whole, in->sources[0]->stat.st_size, least, filter, ops, ctx);
}

int merge_begin(struct merge *in)
{
	int err = in->follow ? merge_file_follow_first(in, in->paths[0])
			     : begin_sources(in, in->paths, in->n_paths);

	return err ? err : begin(in);
}

/* As capfile_next(). A failure is kept. */
static inline int read_packet(struct merge_file *s, struct packet *p)
{
	int got = capfile_next(s->reader, p);

	if (*s->n_shown > s->n_ifaces) {
		int err = number_ifaces(s);

		got = err ? err : got;
	}
	if (got < 0)
		merge_file_keep_error(s->input, s->name,
				      got == -ENOMEM ? "out of memory" : capfile_error(s->reader),
				      got);
	return got;
}

/* False: no more packets in this file. */
static bool advance(struct merge_file *s)
{
	if (read_packet(s, &s->packet) <= 0) {
		merge_file_finish(s);
		return false;
	}
	if (s->packet.has & PACKET_TIME)
		s->key = s->packet.ts_ns;
	return true;
}

/* At the same time the files come in their order. */
static bool is_before(const struct merge_file *a, const struct merge_file *b)
{
	return a->key < b->key || (a->key == b->key && a->place < b->place);
}

static void sift_down(struct merge *in, unsigned i)
{
	struct merge_file *s = in->heap[i];

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

static void drop_top(struct merge *in)
{
	in->heap[0] = in->heap[--in->n_heap];
	if (in->n_heap)
		sift_down(in, 0);
}

/* What is on top has to have its packet. */
static void wake_top(struct merge *in)
{
	while (in->n_heap && in->heap[0]->is_parked) {
		struct merge_file *s = in->heap[0];

		if (merge_file_wake(s))
			merge_file_finish(s);
		if (s->is_done || !advance(s))
			drop_top(in);
		else
			sift_down(in, 0);
	}
}

static void fill_heap(struct merge *in)
{
	for (unsigned i = 0; i < in->n_sources; i++) {
		struct merge_file *s = in->sources[i];

		if (s->is_parked || (!s->is_done && advance(s)))
			in->heap[in->n_heap++] = s;
	}
	for (unsigned i = in->n_heap / 2; i-- > 0;)
		sift_down(in, i);
	wake_top(in);
}

/*
 * The top was delivered; its file may have read on only now, because the bytes of the packet were
 * in its buffer.
 */
static void replace_top(struct merge *in)
{
	if (advance(in->heap[0]))
		sift_down(in, 0);
	else
		drop_top(in);
	wake_top(in);
}

/* The last of the files, and then the one that has taken its place. */
static int next_followed(struct merge *in, struct packet *p)
{
	for (;;) {
		struct merge_file *s = in->sources[in->n_sources - 1];
		int got = s->is_done ? 0 : read_packet(s, p);

		if (got > 0 || got == -EINTR || got == -ENOMEM)
			return got;
		merge_file_finish(s);
		got = merge_file_follow_on(in);
		if (got)
			return got;
	}
}

int merge_next(struct merge *in, struct packet *p)
{
	in->blocks.len = 0;
	if (in->follow)
		return next_followed(in, p);
	if (in->n_sources == 1)
		return read_packet(in->sources[0], p);
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

const struct blocks *merge_blocks(const struct merge *in)
{
	return &in->blocks;
}

const char *merge_error(const struct merge *in, unsigned n)
{
	if (!in)
		return n ? NULL : "out of memory";
	return n < in->n_errors ? in->errors[n] : NULL;
}

struct recovery merge_recovery(const struct merge *in)
{
	struct recovery sum = { .packets = 0 };

	for (unsigned i = 0; i < in->n_sources; i++) {
		const struct capfile *r = in->sources[i]->reader;
		struct recovery one = { .packets = 0 };

		if (r)
			one = capfile_recovery(r);
		sum.packets += one.packets;
		sum.places += one.places;
		sum.bytes += one.bytes;
		sum.mended += one.mended;
	}
	return sum;
}

bool merge_is_drained(const struct merge *in)
{
	if (in->follow)
		return true;
	if (in->n_sources == 1)
		return capfile_is_drained(in->sources[0]->reader);
	return !in->begun || (in->n_heap && capfile_is_drained(in->heap[0]->reader));
}

bool merge_is_stream(const struct merge *in)
{
	if (in->follow)
		return true;
	for (unsigned i = 0; i < in->n_sources; i++)
		if (!S_ISREG(in->sources[i]->stat.st_mode))
			return true;
	return false;
}

const struct iface *merge_iface(const struct merge *in, uint32_t id)
{
	return id < in->n_ifaces ? capfile_iface(in->ifaces[id].source->reader, in->ifaces[id].id)
				 : NULL;
}

const struct iface_stats *merge_stats(const struct merge *in, uint32_t id)
{
	return id < in->n_ifaces ? capfile_stats(in->ifaces[id].source->reader, in->ifaces[id].id)
				 : NULL;
}

const char *merge_section(const struct merge *in, int option)
{
	return capfile_section(in->first->reader, option);
}

struct raw_options merge_section_options(struct merge *in)
{
	struct raw_options *all = &in->section_options;

	all->len = 0;
	for (unsigned i = 0; i < in->n_sources; i++) {
		const struct capfile *r = in->sources[i]->reader;
		struct raw_options one = r ? capfile_section_options(r)
					   : (struct raw_options){ .len = 0 };
		void *more = one.len ? realloc(all->bytes, all->len + one.len) : NULL;

		if (!more)	/* nothing to add, or no memory for it */
			continue;
		all->bytes = more;
		memcpy(all->bytes + all->len, one.bytes, one.len);
		all->len += one.len;
	}
	return *all;
}

const char *merge_name(const struct merge *in, unsigned i)
{
	return i < in->n_sources ? in->sources[i]->name : NULL;
}

const struct stat *merge_stat(const struct merge *in, unsigned i)
{
	return i < in->n_sources ? &in->sources[i]->stat : NULL;
}

const struct capfile *merge_reader(const struct merge *in, unsigned i)
{
	return i < in->n_sources ? in->sources[i]->reader : NULL;
}

const char *merge_title(const struct merge *in)
{
	return in->n_sources == 1 ? in->sources[0]->name : in->title;
}

bool merge_progress(const struct merge *in, uint64_t *done, uint64_t *size)
{
	*done = *size = 0;
	if (merge_is_stream(in))
		return false;
	for (unsigned i = 0; i < in->n_sources; i++) {
		const struct merge_file *s = in->sources[i];
		off_t at = s->file	? lseek(fileno(s->file), 0, SEEK_CUR)
			   : s->is_done ? s->stat.st_size
					: 0;

		*done += at < 0 ? 0 : at;
		*size += s->stat.st_size;
	}
	return true;
}

struct merge *merge_close(struct merge *in)
{
	if (!in)
		return NULL;
	for (unsigned i = 0; i < in->n_sources; i++) {
		merge_file_finish(in->sources[i]);
		capfile_close(in->sources[i]->reader);
		free(in->sources[i]->followed_path);
		free(in->sources[i]);
	}
	ahead_close(in->ahead);
	follow_close(in->follow);
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
