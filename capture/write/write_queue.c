// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Who puts in, and waits; and threads, each of which takes the first piece that nobody has,
 * compresses it, and writes it when all before are written; or the one that there is collects
 * blocks of them.
 */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "capture/base/clock.h"
#include "capture/base/thread.h"
#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/write/compress.h"
#include "capture/write/direct.h"
#include "capture/write/out.h"
#include "capture/write/piece_write.h"
#include "capture/write/pieces.h"
#include "capture/write/write_queue.h"

enum {
	STALLED_MS	= 1000,			/* without progress, when the end is forced */
	/* bytes that wait; 2 MiB do as well, less does not */
	MANY		= 1 << 20,
	RECENT_NS	= 10 * 1000 * 1000,	/* with progress */
	IDLE_MS		= 1000,			/* without work, after which memory is given back */
};

struct writing_thread {
	struct write_queue *queue;
	struct compress *pack;		/* its own; NULL: none so far */
	pthread_t thread;
};

struct write_queue {
	size_t max;
	int interrupt_fd;
	/* eventfd: there is work for a thread, or they are to end */
	int bell;
	int progress;			/* eventfd: something was written, or failed */
	struct direct *direct;		/* NULL: all goes through the page cache */
	struct writing_thread *threads;
	unsigned n_threads;
	pthread_mutex_t lock;		/* of all that follows */
	pthread_cond_t turn;		/* the first is another one, or has failed */
	struct pieces pieces;
	struct piece *untaken;		/* of these the first that no thread has */
	unsigned n_taken;
	struct write_buffer failed;	/* what was told of, until the next call */
	uint64_t size;			/* as in struct write_queue_state, as this is */
	int error;
	uint64_t gone_ns;		/* when the last one was written, by CLOCK_MONOTONIC */
	bool hurries;			/* what is there is to be written before more has come */
	bool ends;
	bool is_forced, given_up;	/* write_queue_force() */
	int forced_fd;			/* -1: nobody forces it */
};

static void lock(struct write_queue *q)
{
	pthread_mutex_lock(&q->lock);
}

static void unlock(struct write_queue *q)
{
	pthread_mutex_unlock(&q->lock);
}

/* The first piece has been written, or is not to be. With the lock. */
static void drop_first(struct write_queue *q)
{
	pieces_give_back(&q->pieces, pieces_take_first(&q->pieces));
	q->gone_ns = clock_monotonic_ns();
}

/* ---- who puts in ---- */

/* -EINTR. Called and left with the lock. */
static int wait_for_progress(struct write_queue *q, int interrupt_fd)
{
	struct pollfd fds[] = { { .fd = q->progress, .events = POLLIN },
				{ .fd = interrupt_fd, .events = POLLIN } };
	eventfd_t n;

	unlock(q);
	while (wait_ready(fds, 2, -1) < 0 && errno == EINTR)
		;
	eventfd_read(q->progress, &n);
	lock(q);
	return fds[0].revents ? 0 : -EINTR;
}

static void hurry(struct write_queue *q)
{
	q->hurries |= q->pieces.first != NULL;
	if (q->pieces.first)
		eventfd_write(q->bell, 1);
}

void write_queue_hurry(struct write_queue *q)
{
	lock(q);
	hurry(q);
	unlock(q);
}

static int wait_for_room(struct write_queue *q, size_t n)
{
	int err = 0;

	while (!err && !q->error && q->pieces.first && q->pieces.waiting + n > q->max) {
		hurry(q);
		err = wait_for_progress(q, q->interrupt_fd);
	}
	return err ? err : q->error;
}

static void append(struct write_queue *q, struct piece *p)
{
	pieces_append(&q->pieces, p);
	if (!q->untaken)
		q->untaken = p;
	eventfd_write(q->bell, 1);
}

static int put(struct write_queue *q, struct out *out, struct write_buffer *b, size_t cap,
	       bool more)
{
	int err = wait_for_room(q, b->used);
	struct write_buffer full = *b;
	struct piece *p;

	if (err)
		return err;
	p = pieces_take_free(&q->pieces, cap);
	if (!p)
		return -ENOMEM;
	if (!q->pieces.first)
		q->size = out_size(out);
	*b = p->buffer;
	p->buffer = full;
	p->out = out;
	q->hurries |= !more;
	append(q, p);
	return 0;
}

/*
 * Where the threads and we share a processor, ten times as much is put in before it is their turn,
 * and has left the cache by then. While a disk stands still they have nothing to do.
 */
static bool is_their_turn(const struct write_queue *q)
{
	return q->pieces.waiting > MANY && clock_monotonic_ns() - q->gone_ns < RECENT_NS;
}

int write_queue_put(struct write_queue *q, struct out *out, struct write_buffer *b, size_t cap,
		    bool more)
{
	bool theirs;
	int err;

	lock(q);
	err = put(q, out, b, cap, more);
	theirs = is_their_turn(q);
	unlock(q);
	if (theirs)
		sched_yield();
	return err;
}

/* A failed file takes all that waits for it with it. */
static int end_failed(struct write_queue *q, struct write_buffer *failed)
{
	int err = q->error;
	struct piece *p = pieces_take_first(&q->pieces);

	free(q->failed.bytes);
	*failed = q->failed = p->buffer;
	free(p);
	while (q->pieces.first)
		drop_first(q);
	q->untaken = NULL;
	q->hurries = false;
	q->error = 0;
	return err;
}

/* The thread that stands still ends when it does not any more, if we are there so long. */
static int give_up(struct write_queue *q)
{
	q->given_up = q->ends = true;
	eventfd_write(q->bell, 1);
	return -EINTR;
}

/* As wait_for_progress(), until it is written or given up. */
static int wait_for_disk(struct write_queue *q)
{
	struct pollfd fds[] = { { .fd = q->progress, .events = POLLIN },
				{ .fd = q->forced_fd, .events = POLLIN } };
	eventfd_t written;
	int n;

	unlock(q);
	n = wait_ready(fds, q->is_forced ? 1 : 2, q->is_forced ? STALLED_MS : -1);
	eventfd_read(q->progress, &written);
	lock(q);
	q->is_forced |= n > 0 && fds[1].revents;
	return n ? 0 : give_up(q);
}

void write_queue_force(struct write_queue *q, int fd)
{
	q->forced_fd = fd;
	q->is_forced = fd < 0;
}

int write_queue_settle(struct write_queue *q, struct write_buffer *failed, uint64_t *waiting)
{
	int err;

	lock(q);
	hurry(q);
	err = q->given_up ? -EINTR : 0;
	while (!err && (q->n_taken || (q->pieces.first && !q->error)))
		err = wait_for_disk(q);
	*waiting = q->pieces.waiting;
	if (!err && q->error)
		err = end_failed(q, failed);
	unlock(q);
	return err;
}

struct write_queue_state write_queue_state(struct write_queue *q)
{
	struct write_queue_state state;

	lock(q);
	state = (struct write_queue_state){ q->pieces.waiting, q->size, q->error };
	unlock(q);
	return state;
}

/* ---- the threads ---- */

/*
 * What was freed is not in use any more, but only this gives it back (malloc(3), NOTES). It takes
 * its time, in which nobody has to wait.
 */
static void rest(struct writing_thread *t)
{
	struct write_queue *q = t->queue;
	struct piece *free = steal(&q->pieces.free);

	unlock(q);
	pieces_free(&free);
	t->pack = compress_close(t->pack);
	malloc_trim(0);
	lock(q);
}

/* False: nobody has rung it for so long (-1: for ever). Called and left with the lock. */
static bool wait_for_bell(struct write_queue *q, int ms)
{
	struct pollfd bell = { .fd = q->bell, .events = POLLIN };
	eventfd_t rung;
	int n;

	unlock(q);
	n = wait_ready(&bell, 1, ms);
	eventfd_read(q->bell, &rung);
	lock(q);
	return n;
}

/* There is something to write, but more of it would be better, and nobody wants to see it yet. */
static bool is_too_little(const struct write_queue *q)
{
	return q->direct && q->untaken && !q->hurries && !q->error &&
	       pieces_have(&q->pieces) < direct_enough(q->direct, q->pieces.first->out);
}

static bool has_work(struct write_queue *q)
{
	while (is_too_little(q) && !q->ends)
		wait_for_bell(q, -1);
	return q->ends || (q->untaken && !q->error);
}

/*
 * The thread's from then on; NULL: it is to end. Only one may hear the bell, so who has does so for
 * the next one.
 */
static struct piece *wait_for_work(struct writing_thread *t)
{
	struct write_queue *q = t->queue;
	struct piece *p;

	while (!has_work(q))
		if (!wait_for_bell(q, q->pieces.free || t->pack ? IDLE_MS : -1))
			rest(t);
	p = q->ends ? NULL : q->untaken;
	if (p) {
		q->untaken = p->next;
		q->n_taken++;
	}
	if (q->ends || q->untaken)
		eventfd_write(q->bell, 1);
	return p;
}

/* False: one before has failed, or it is to end. */
static bool wait_for_turn(struct write_queue *q, const struct piece *p)
{
	while (q->pieces.first != p && !q->error && !q->ends)
		pthread_cond_wait(&q->turn, &q->lock);
	return q->pieces.first == p;
}

/* What has failed stays the first one. */
static void process(struct writing_thread *t, struct piece *p)
{
	struct write_queue *q = t->queue;
	struct piece_frame frame = { NULL, 0 };
	uint64_t size;
	int err;

	unlock(q);
	err = piece_write_make(p, &t->pack, &frame);
	lock(q);
	if (wait_for_turn(q, p)) {
		unlock(q);
		if (!err)
			err = piece_write_all(p, &frame);
		size = out_size(p->out);
		lock(q);
		q->error = err;
		q->size = size;
		if (!err)
			drop_first(q);
	}
	q->n_taken--;
	pthread_cond_broadcast(&q->turn);
	eventfd_write(q->progress, 1);
}

/* From the first piece on, all of which is in the file or not. */
static void pass(struct write_queue *q, size_t n)
{
	while (n && n >= q->pieces.first->buffer.used - q->pieces.first->done) {
		n -= q->pieces.first->buffer.used - q->pieces.first->done;
		drop_first(q);
	}
	if (n)
		q->pieces.first->done += n;
}

/* As process(), for the one thread of which blocks are written. */
static void process_directly(struct write_queue *q, struct piece *p)
{
	size_t n = pieces_have(&q->pieces), waiting = q->pieces.waiting;
	uint64_t size;
	ssize_t done;

	unlock(q);
	done = piece_write_step(q->direct, p, n, waiting);
	size = out_size(p->out);
	direct_count(q->direct, max_of(done, 0));
	lock(q);
	if (done < 0)
		q->error = done;
	else
		pass(q, done);
	q->size = size - (q->pieces.first ? q->pieces.first->done : 0);
	q->untaken = q->pieces.first;
	q->hurries &= q->pieces.first != NULL;
	q->n_taken--;
	eventfd_write(q->progress, 1);
}

/* What a thread does, until the queue ends. */
static void *work(void *thread)
{
	struct writing_thread *t = thread;
	struct piece *p;

	lock(t->queue);
	while ((p = wait_for_work(t)))
		if (t->queue->direct)
			process_directly(t->queue, p);
		else
			process(t, p);
	unlock(t->queue);
	t->pack = compress_close(t->pack);
	return NULL;
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
	q->forced_fd = -1;
	pieces_init(&q->pieces);
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

int write_queue_direct(struct write_queue *q, enum direct_when when)
{
	return when == DIRECT_NEVER ? 0 : direct_open(&q->direct, when, q->max);
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
	if (!q || q->given_up)
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
	pieces_free(&q->pieces.first);
	pieces_free(&q->pieces.free);
	free(q->failed.bytes);
	if (q->bell >= 0)
		close(q->bell);
	if (q->progress >= 0)
		close(q->progress);
	direct_close(q->direct);
	pthread_cond_destroy(&q->turn);
	pthread_mutex_destroy(&q->lock);
	free(q);
	return NULL;
}
