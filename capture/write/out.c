// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Files, FIFOs and stdout, compressed or not. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/index/draft.h"
#include "capture/write/compress.h"
#include "capture/write/out.h"
#include "capture/write/place.h"

/*
 * Frames that can be cut off again. With -U each has one packet, and statistics are as long as a
 * few of them.
 */
enum { N_BORDERS = 4096 };

#ifdef STATX_DIOALIGN
enum { DIOALIGN = STATX_DIOALIGN };

static bool fits(const struct statx *st)
{
	return st->stx_dio_offset_align && OUT_BLOCK % st->stx_dio_offset_align == 0 &&
	       st->stx_dio_mem_align && OUT_BLOCK_ALIGN % st->stx_dio_mem_align == 0;
}
#else	/* headers older than Linux 6.1 */
enum { DIOALIGN = 0 };

static bool fits(const struct statx *st is_unused)
{
	return false;
}
#endif

/* Where a frame ends. */
struct border {
	uint64_t offset;	/* in what out_write() was given */
	uint64_t size;		/* in the file */
};

/* What is compressed. */
struct frames {
	struct codec codec;
	struct compress *pack;
	/* bytes given to out_write() that are in whole frames in the file */
	uint64_t offset;
	const uint8_t *frame;		/* on its way: length 0 if none */
	size_t len, sent;
	size_t given;			/* bytes that are in it */
	/* the end of frame n is at n % N_BORDERS, for first <= n < end */
	struct border border[N_BORDERS];
	uint64_t first, end;
};

struct out {
	struct place at;	/* stdout is not opened by name */
	int interrupt_fd;
	int patience_ms;	/* -1: for ever */
	/* where our part of the file begins: stdout may have been written to before */
	uint64_t base;
	uint64_t size;		/* from there */
	struct frames *frames;	/* NULL: not compressed */
	struct draft *draft;	/* NULL: nobody wants to know what is in it */
	out_take_fn take;	/* NULL: there is a descriptor */
	void *ctx;		/* of that */
	bool is_file;
	bool is_appended;	/* to what was in it before, wherever we are (open(2), O_APPEND) */
	bool direct;		/* out_write_block() may be tried; */
	bool direct_now;	/* O_DIRECT is set */
	bool ended;		/* out_end() */
};

static void out_closep(struct out **o)
{
	out_close(*o);
}

/* 1 if @fd is ready for @events, -EINTR if interrupted, -ETIMEDOUT. */
static int wait_for(const struct out *o, int fd, short events, int timeout_ms)
{
	struct pollfd fds[] = { { .fd = fd, .events = events },
				{ .fd = o->interrupt_fd, .events = POLLIN } };
	int n;

	do
		n = wait_ready(fds, 2, timeout_ms);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (fds[0].revents)
		return 1;
	return fds[1].revents ? -EINTR : -ETIMEDOUT;
}

int out_open(struct out **out, const char *path, int interrupt_fd)
{
	return out_open_in(out, -1, path, interrupt_fd);
}

int out_open_in(struct out **out, int dir_fd, const char *path, int interrupt_fd)
{
	cleanup(out_closep) struct out *o = calloc(1, sizeof(*o));
	struct stat st;
	int err;

	if (!o)
		return -ENOMEM;
	o->at = (struct place)PLACE_INIT;
	o->interrupt_fd = interrupt_fd;
	o->patience_ms = -1;
	if (strcmp(path, "-") == 0) {
		o->at.fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
		if (o->at.fd < 0)
			return -errno;
	} else {
		err = place_open(&o->at, dir_fd, path, interrupt_fd);
		if (err)
			return err;
	}
	if (place_stat(o->at.fd, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	o->is_file = S_ISREG(st.st_mode);
	if (o->is_file && o->at.dir_fd < 0) {	/* stdout: only what we append is ours to cut */
		o->is_appended = fcntl(o->at.fd, F_GETFL) & O_APPEND;
		o->base = st.st_size;
		o->is_file = o->is_appended || lseek(o->at.fd, 0, SEEK_CUR) == st.st_size;
	}
	*out = steal(&o);
	return 0;
}

int out_open_to(struct out **out, out_take_fn take, void *ctx)
{
	struct out *o = calloc(1, sizeof(*o));

	if (!o)
		return -ENOMEM;
	o->at = (struct place)PLACE_INIT;
	o->take = take;
	o->ctx = ctx;
	*out = o;
	return 0;
}

int out_set_codec(struct out *o, struct codec c)
{
	if (c.kind == CODEC_NONE)
		return 0;
	o->frames = calloc(1, sizeof(*o->frames));
	if (!o->frames)
		return -ENOMEM;
	o->frames->codec = c;
	return compress_open(&o->frames->pack, c);
}

void out_set_draft(struct out *o, struct draft *d)
{
	draft_close(o->draft);
	o->draft = d;
}

struct draft *out_draft(const struct out *o)
{
	return o->draft;
}

void out_note(struct out *o, const void *bytes, size_t n)
{
	if (o->draft)
		draft_add(o->draft, bytes, n);
}

bool out_is_compressed(const struct out *o)
{
	return o->frames;
}

struct codec out_codec(const struct out *o)
{
	return o->frames ? o->frames->codec : (struct codec){ CODEC_NONE, 0 };
}

int out_begin(struct out *o)
{
	return o->is_file ? out_cut(o, 0) : 0;
}

bool out_is_same(const struct out *o, const struct stat *st)
{
	struct stat mine;

	return S_ISREG(st->st_mode) && !place_stat(o->at.fd, &mine) && mine.st_dev == st->st_dev &&
	       mine.st_ino == st->st_ino;
}

bool out_is_file(const struct out *o)
{
	return o->is_file;
}

bool out_has_reader(const struct out *o)
{
	struct stat st;

	return !place_stat(o->at.fd, &st) && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

int out_fd(const struct out *o)
{
	return o->at.fd;
}

int out_dir_fd(const struct out *o)
{
	return o->at.dir_fd;
}

/*
 * What a reader takes from us can stop at any time, so wait for room before each write. A pipe that
 * polls as writable takes PIPE_BUF bytes without blocking, whether it is in non-blocking mode or
 * not (pipe(7)).
 */
static ssize_t write_some(struct out *o, const void *buf, size_t n)
{
	ssize_t done;
	int err;

	if (!o->is_file) {
		err = wait_for(o, o->at.fd, POLLOUT, o->patience_ms);
		if (err < 0)
			return err;
		n = min_of(n, (size_t)PIPE_BUF);
	}
	done = write(o->at.fd, buf, n);
	if (done >= 0)
		return done;
	return errno == EINTR || errno == EAGAIN ? 0 : -errno;
}

static int set_direct(struct out *o, bool on)
{
	int flags;

	if (o->direct_now == on)
		return 0;
	flags = fcntl(o->at.fd, F_GETFL);
	if (flags < 0 || fcntl(o->at.fd, F_SETFL, on ? flags | O_DIRECT : flags & ~O_DIRECT))
		return -errno;
	o->direct_now = on;
	return 0;
}

static int write_all(struct out *o, const uint8_t *p, size_t n)
{
	int err = set_direct(o, false);

	if (err)
		return err;
	if (o->take) {
		err = o->take(o->ctx, p, n);
		o->size += err ? 0 : n;
		return err;
	}
	while (n) {
		ssize_t done = write_some(o, p, n);

		if (done < 0)
			return done;
		p += done;
		n -= done;
		o->size += done;
	}
	return 0;
}

/* Everything behind @size, which is where the next byte goes. */
static int cut_file(struct out *o, uint64_t size)
{
	if (uninterrupted(ftruncate(o->at.fd, o->base + size)) ||
	    lseek(o->at.fd, o->base + size, SEEK_SET) < 0)
		return -errno;
	o->size = size;
	return 0;
}

static void take_frame(struct frames *f, const uint8_t *frame, size_t len, size_t given)
{
	f->frame = frame;
	f->len = len;
	f->given = given;
	f->sent = 0;
}

static int begin_frame(struct frames *f, const uint8_t *data, size_t n)
{
	const uint8_t *frame;
	size_t len;
	int err = compress_frame(f->pack, data, n, &frame, &len);

	if (!err)
		take_frame(f, frame, len, n);
	return err;
}

static void end_frame(struct out *o)
{
	struct frames *f = o->frames;

	f->len = 0;
	f->offset += f->given;
	f->border[f->end++ % N_BORDERS] = (struct border){ f->offset, o->size };
	if (f->end - f->first > N_BORDERS)
		f->first++;
}

/* Sends what is left of the frame. One that does not fit into a file is taken out again. */
static int send_frame(struct out *o)
{
	struct frames *f = o->frames;
	uint64_t from = o->size;
	int err = write_all(o, f->frame + f->sent, f->len - f->sent);

	f->sent += o->size - from;
	if (!err) {
		end_frame(o);
	} else if (err != -EINTR) {
		f->len = 0;
		if (o->is_file)
			cut_file(o, o->size - f->sent);
	}
	return err;
}

/* A frame that was interrupted on its way holds the first bytes already. */
static int write_frames(struct out *o, const uint8_t *p, size_t n)
{
	while (n) {
		int err = o->frames->len ? 0 : begin_frame(o->frames, p, n);

		if (!err)
			err = send_frame(o);
		if (err)
			return err;
		p += o->frames->given;
		n -= o->frames->given;
	}
	return 0;
}

int out_write(struct out *o, const void *buf, size_t n)
{
	return o->frames ? write_frames(o, buf, n) : write_all(o, buf, n);
}

int out_write_frame(struct out *o, const uint8_t *frame, size_t len, size_t given)
{
	take_frame(o->frames, frame, len, given);
	return send_frame(o);
}

void out_allow_direct(struct out *o, bool try)
{
	struct statx st;

	if (!o->is_file || o->at.dir_fd < 0 || o->frames ||
	    statx(o->at.fd, "", AT_EMPTY_PATH, DIOALIGN, &st))
		return;
	o->direct = st.stx_mask & DIOALIGN ? fits(&st) : try;
}

bool out_is_direct(const struct out *o)
{
	return o->direct;
}

ssize_t out_write_block(struct out *o, const void *block)
{
	ssize_t done = set_direct(o, true);

	if (!done)
		done = uninterrupted(write(o->at.fd, block, OUT_BLOCK));
	if (done > 0) {
		o->size += done;
		return done;
	}
	o->direct = false;
	return done == -1 ? -errno : done;
}

uint64_t out_offset(const struct out *o)
{
	return o->frames ? o->frames->offset : o->size;
}

uint64_t out_size(const struct out *o)
{
	return o->size;
}

/*
 * The last frame that ends at @offset or before, and nothing behind it. The very beginning is
 * always a border.
 */
static int cut_frames(struct out *o, uint64_t offset)
{
	struct frames *f = o->frames;
	struct border last = { 0 };
	uint64_t end = f->end;
	int err;

	while (end > f->first && f->border[(end - 1) % N_BORDERS].offset > offset)
		end--;
	if (end > f->first)
		last = f->border[(end - 1) % N_BORDERS];
	else if (f->first && offset)
		return -ERANGE;
	err = cut_file(o, last.size);
	if (err)
		return err;
	f->offset = last.offset;
	f->len = 0;
	f->end = end;
	if (!last.offset)
		f->first = f->end = 0;
	return 0;
}

/* As pwrite(2), by what there is anyway. What is appended cannot be anywhere else. */
int out_amend(struct out *o, const void *buf, size_t n)
{
	int err = set_direct(o, false);

	if (err || !o->is_file || o->frames || o->is_appended)
		return err;
	if (lseek(o->at.fd, o->base, SEEK_SET) < 0 || uninterrupted(write(o->at.fd, buf, n)) < 0)
		err = -errno;
	return lseek(o->at.fd, o->base + o->size, SEEK_SET) < 0 ? -errno : err;
}

int out_cut(struct out *o, uint64_t offset)
{
	return o->frames ? cut_frames(o, offset) : cut_file(o, offset);
}

void out_hurry(struct out *o, int ms)
{
	o->patience_ms = ms;
}

int out_end(struct out *o)
{
	int err = o->frames && !o->size ? begin_frame(o->frames, NULL, 0) : 0;

	if (!err && o->frames && !o->size)
		err = send_frame(o);
	o->ended = !err;
	return err;
}

bool out_has_ended(const struct out *o)
{
	return o->ended;
}

int out_unlink(const struct out *o)
{
	return place_unlink(&o->at);
}

int out_rename(struct out *o, const char *name)
{
	return place_rename(&o->at, name);
}

struct out *out_close(struct out *o)
{
	if (!o)
		return NULL;
	if (o->at.created && !o->ended && !o->size)
		out_unlink(o);
	place_close(&o->at);
	if (o->frames)
		compress_close(o->frames->pack);
	free(o->frames);
	draft_close(o->draft);
	free(o);
	return NULL;
}
