// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Two lists under one lock: what waits, the first one first, and what is free, the last one first.
 * Each thread takes the first piece that nobody has, compresses it, and writes it when all before
 * are written.
 */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "capture/base/thread.h"
#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/write/compress.h"
#include "capture/write/out.h"
#include "capture/write/write_queue.h"

enum { IDLE_MS = 1000 };	/* without work, after which memory is given back */

struct piece {
	struct piece *next;
	struct write_buffer buffer;
	struct out *out;
};

struct writing_thread {
	struct write_queue *queue;
	struct compress *pack;		/* its own; NULL: none so far */
	pthread_t thread;
};

struct write_queue {
	size_t max;
	int interrupt_fd;
	int bell;			/* eventfd: there is work for a thread, or they are to end */
	int progress;			/* eventfd: something was written, or failed */
	struct writing_thread *threads;
	unsigned n_threads;
	pthread_mutex_t lock;		/* of all that follows */
	pthread_cond_t work;
	pthread_cond_t turn;		/* the first is another one, or has failed */
	struct piece *first, **last;	/* the first is what is being written, or has failed */
	struct piece *untaken;		/* of these the first that no thread has */
	unsigned n_taken;
	struct piece *free;		/* what was written last comes first: it is in the cache */
	struct write_buffer failed;	/* what was told of, until the next call */
	struct write_queue_state state;
	bool ends;
};

/* ---- pieces ---- */

static void free_pieces(struct piece **list)
{
	while (*list) {
		struct piece *p = *list;

		*list = p->next;
		free(p->buffer.bytes);
		free(p);
	}
}

/* An empty one of at least @cap bytes. NULL: no memory. */
static struct piece *take_free(struct write_queue *q, size_t cap)
{
	struct piece *p = q->free;
	uint8_t *bytes;

	if (p)
		q->free = p->next;
	else
		p = calloc(1, sizeof(*p));
	if (!p || p->buffer.cap >= cap)
		return p;
	bytes = realloc(p->buffer.bytes, cap);
	if (!bytes) {
		free(p->buffer.bytes);
		free(p);
		return NULL;
	}
	p->buffer.bytes = bytes;
	p->buffer.cap = cap;
	return p;
}

static void give_back(struct write_queue *q, struct piece *p)
{
	p->buffer.used = 0;
	p->next = q->free;
	q->free = p;
}

static struct piece *take_first(struct write_queue *q)
{
	struct piece *p = q->first;

	q->first = p->next;
	if (!q->first)
		q->last = &q->first;
	q->state.waiting -= p->buffer.used;
	return p;
}

/* ---- the thread ---- */

static void lock(struct write_queue *q)
{
	pthread_mutex_lock(&q->lock);
}

static void unlock(struct write_queue *q)
{
	pthread_mutex_unlock(&q->lock);
}

/*
 * What was freed is not in use any more, but only this gives it back (malloc(3), NOTES). It takes
 * its time, in which nobody has to wait.
 */
static void rest(struct writing_thread *t)
{
	struct write_queue *q = t->queue;
	struct piece *free = steal(&q->free);

	unlock(q);
	free_pieces(&free);
	t->pack = compress_close(t->pack);
	malloc_trim(0);
	lock(q);
}

static bool has_work(const struct write_queue *q)
{
	return q->untaken && !q->state.error;
}

/*
 * The thread's from then on; NULL: it is to end. Only one may hear the bell, so who has does so for the next
 * one.
 */
static struct piece *wait_for_work(struct writing_thread *t)
{
	struct write_queue *q = t->queue;
	struct piece *p;

	while (!has_work(q) && !q->ends) {
		struct pollfd bell = { .fd = q->bell, .events = POLLIN };
		int ms = q->free || t->pack ? IDLE_MS : -1, n;
		eventfd_t rung;

		unlock(q);
		n = wait_ready(&bell, 1, ms);
		eventfd_read(q->bell, &rung);
		lock(q);
		if (!n && !has_work(q))
			rest(t);
	}
	p = q->ends ? NULL : q->untaken;
	if (p) {
		q->untaken = p->next;
		q->n_taken++;
	}
	if (q->ends || q->untaken)
		eventfd_write(q->bell, 1);
	return p;
}

struct frame {
	const uint8_t *bytes;	/* NULL: it is not compressed */
	size_t len;
};

static int make_frame(struct writing_thread *t, const struct piece *p, struct frame *f)
{
	struct codec codec = out_codec(p->out);
	int err;

	if (codec.kind == CODEC_NONE)
		return 0;
	err = t->pack ? 0 : compress_open(&t->pack, codec);
	return err ? err : compress_frame(t->pack, p->buffer.bytes, p->buffer.used, &f->bytes, &f->len);
}

static int write_piece(struct piece *p, const struct frame *f)
{
	return f->bytes ? out_write_frame(p->out, f->bytes, f->len, p->buffer.used)
			: out_write(p->out, p->buffer.bytes, p->buffer.used);
}

/* False: one before has failed, or it is to end. */
static bool wait_for_turn(struct write_queue *q, const struct piece *p)
{
	while (q->first != p && !q->state.error && !q->ends)
		pthread_cond_wait(&q->turn, &q->lock);
	return q->first == p;
}

/* What has failed stays the first one. */
static void process(struct writing_thread *t, struct piece *p)
{
	struct write_queue *q = t->queue;
	struct frame frame = { NULL, 0 };
	uint64_t size;
	int err;

	unlock(q);
	err = make_frame(t, p, &frame);
	lock(q);
	if (wait_for_turn(q, p)) {
		unlock(q);
		if (!err)
			err = write_piece(p, &frame);
		size = out_size(p->out);
		lock(q);
		q->state.error = err;
		q->state.size = size;
		if (!err)
			give_back(q, take_first(q));
	}
	q->n_taken--;
	pthread_cond_broadcast(&q->turn);
	eventfd_write(q->progress, 1);
}

static void *work(void *thread)
{
	struct writing_thread *t = thread;
	struct piece *p;

	lock(t->queue);
	while ((p = wait_for_work(t)))
		process(t, p);
	unlock(t->queue);
	t->pack = compress_close(t->pack);
	return NULL;
}

/* ---- who puts in ---- */

/* -EINTR. Called and left with the lock. */
static int wait_for_progress(struct write_queue *q, int interrupt_fd)
{
	struct pollfd fds[] = { { .fd = q->progress, .events = POLLIN },
				{ .fd = interrupt_fd, .events = POLLIN } };
	eventfd_t n;

	unlock(q);
	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	eventfd_read(q->progress, &n);
	lock(q);
	return fds[0].revents ? 0 : -EINTR;
}

static int wait_for_room(struct write_queue *q, size_t n)
{
	int err = 0;

	while (!err && !q->state.error && q->first && q->state.waiting + n > q->max)
		err = wait_for_progress(q, q->interrupt_fd);
	return err ? err : q->state.error;
}

static void append(struct write_queue *q, struct piece *p)
{
	p->next = NULL;
	*q->last = p;
	q->last = &p->next;
	if (!q->untaken)
		q->untaken = p;
	q->state.waiting += p->buffer.used;
	eventfd_write(q->bell, 1);
}

static int put(struct write_queue *q, struct out *out, struct write_buffer *b, size_t cap)
{
	int err = wait_for_room(q, b->used);
	struct write_buffer full = *b;
	struct piece *p;

	if (err)
		return err;
	p = take_free(q, cap);
	if (!p)
		return -ENOMEM;
	if (!q->first)
		q->state.size = out_size(out);
	*b = p->buffer;
	p->buffer = full;
	p->out = out;
	append(q, p);
	return 0;
}

int write_queue_put(struct write_queue *q, struct out *out, struct write_buffer *b, size_t cap)
{
	int err;

	lock(q);
	err = put(q, out, b, cap);
	unlock(q);
	return err;
}

/* A failed file takes all that waits for it with it. */
static int end_failed(struct write_queue *q, struct write_buffer *failed)
{
	int err = q->state.error;
	struct piece *p = take_first(q);

	free(q->failed.bytes);
	*failed = q->failed = p->buffer;
	free(p);
	while (q->first)
		give_back(q, take_first(q));
	q->untaken = NULL;
	q->state.error = 0;
	return err;
}

int write_queue_settle(struct write_queue *q, struct write_buffer *failed, uint64_t *waiting)
{
	int err = 0;

	lock(q);
	while (q->n_taken || (q->first && !q->state.error))
		wait_for_progress(q, -1);
	*waiting = q->state.waiting;
	if (q->state.error)
		err = end_failed(q, failed);
	unlock(q);
	return err;
}

struct write_queue_state write_queue_state(struct write_queue *q)
{
	struct write_queue_state state;

	lock(q);
	state = q->state;
	unlock(q);
	return state;
}

/* ---- from beginning to end ---- */

int write_queue_open(struct write_queue **queue, size_t max, int interrupt_fd)
{
	struct write_queue *q = calloc(1, sizeof(*q));
	int err;

	if (!q)
		return -ENOMEM;
	q->max = max;
	q->interrupt_fd = interrupt_fd;
	q->last = &q->first;
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->turn, NULL);
	q->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	q->progress = q->bell < 0 ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (q->progress < 0) {
		err = -errno;
		write_queue_close(q);
		return err;
	}
	*queue = q;
	return 0;
}

int write_queue_start(struct write_queue *q, unsigned n_threads)
{
	int err = 0;

	q->threads = calloc(n_threads, sizeof(*q->threads));
	if (!q->threads)
		return -ENOMEM;
	while (!err && q->n_threads < n_threads) {
		struct writing_thread *t = &q->threads[q->n_threads];

		t->queue = q;
		err = thread_start(&t->thread, work, t);
		q->n_threads += !err;
	}
	return err;
}

struct write_queue *write_queue_close(struct write_queue *q)
{
	if (!q)
		return NULL;
	lock(q);
	q->ends = true;
	pthread_cond_broadcast(&q->turn);
	unlock(q);
	if (q->bell >= 0)
		eventfd_write(q->bell, 1);
	for (unsigned i = 0; i < q->n_threads; i++)
		pthread_join(q->threads[i].thread, NULL);
	free(q->threads);
	free_pieces(&q->first);
	free_pieces(&q->free);
	free(q->failed.bytes);
	if (q->bell >= 0)
		close(q->bell);
	if (q->progress >= 0)
		close(q->progress);
	pthread_cond_destroy(&q->turn);
	pthread_mutex_destroy(&q->lock);
	free(q);
	return NULL;
}
