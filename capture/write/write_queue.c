// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The side of who puts in, and waits. */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "capture/base/clock.h"
#include "capture/base/thread.h"
#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/write/out.h"
#include "capture/write/write_queue_impl.h"

enum {
	STALLED_MS	= 1000,			/* without progress, when the end is forced */
	/* bytes that wait; 2 MiB do as well, less does not */
	MANY		= 1 << 20,
	RECENT_NS	= 10 * 1000 * 1000,	/* with progress */
};

/* ---- pieces ---- */

void write_queue_free(struct piece **list)
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

void write_queue_give_back(struct write_queue *q, struct piece *p)
{
	p->buffer.used = p->done = 0;
	p->next = q->free;
	q->free = p;
}

struct piece *write_queue_take_first(struct write_queue *q)
{
	struct piece *p = q->first;

	q->first = p->next;
	if (!q->first)
		q->last = &q->first;
	q->state.waiting -= p->buffer.used;
	q->gone_ns = clock_monotonic_ns();
	return p;
}

/* ---- who puts in ---- */

/* -EINTR. Called and left with the lock. */
static int wait_for_progress(struct write_queue *q, int interrupt_fd)
{
	struct pollfd fds[] = { { .fd = q->progress, .events = POLLIN },
				{ .fd = interrupt_fd, .events = POLLIN } };
	eventfd_t n;

	write_queue_unlock(q);
	while (wait_ready(fds, 2, -1) < 0 && errno == EINTR)
		;
	eventfd_read(q->progress, &n);
	write_queue_lock(q);
	return fds[0].revents ? 0 : -EINTR;
}

static void hurry(struct write_queue *q)
{
	q->hurries |= q->first != NULL;
	if (q->first)
		eventfd_write(q->bell, 1);
}

void write_queue_hurry(struct write_queue *q)
{
	write_queue_lock(q);
	hurry(q);
	write_queue_unlock(q);
}

static int wait_for_room(struct write_queue *q, size_t n)
{
	int err = 0;

	while (!err && !q->state.error && q->first && q->state.waiting + n > q->max) {
		hurry(q);
		err = wait_for_progress(q, q->interrupt_fd);
	}
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

static int put(struct write_queue *q, struct out *out, struct write_buffer *b, size_t cap,
	       bool more)
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
	return q->state.waiting > MANY && clock_monotonic_ns() - q->gone_ns < RECENT_NS;
}

int write_queue_put(struct write_queue *q, struct out *out, struct write_buffer *b, size_t cap,
		    bool more)
{
	bool theirs;
	int err;

	write_queue_lock(q);
	err = put(q, out, b, cap, more);
	theirs = is_their_turn(q);
	write_queue_unlock(q);
	if (theirs)
		sched_yield();
	return err;
}

/* A failed file takes all that waits for it with it. */
static int end_failed(struct write_queue *q, struct write_buffer *failed)
{
	int err = q->state.error;
	struct piece *p = write_queue_take_first(q);

	free(q->failed.bytes);
	*failed = q->failed = p->buffer;
	free(p);
	while (q->first)
		write_queue_give_back(q, write_queue_take_first(q));
	q->untaken = NULL;
	q->hurries = false;
	q->state.error = 0;
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

	write_queue_unlock(q);
	n = wait_ready(fds, q->is_forced ? 1 : 2, q->is_forced ? STALLED_MS : -1);
	eventfd_read(q->progress, &written);
	write_queue_lock(q);
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

	write_queue_lock(q);
	hurry(q);
	err = q->given_up ? -EINTR : 0;
	while (!err && (q->n_taken || (q->first && !q->state.error)))
		err = wait_for_disk(q);
	*waiting = q->state.waiting;
	if (!err && q->state.error)
		err = end_failed(q, failed);
	write_queue_unlock(q);
	return err;
}

struct write_queue_state write_queue_state(struct write_queue *q)
{
	struct write_queue_state state;

	write_queue_lock(q);
	state = q->state;
	write_queue_unlock(q);
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
	q->forced_fd = -1;
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
		err = thread_start(&t->thread, write_threads_work, t);
		q->n_threads += !err;
	}
	return err;
}

struct write_queue *write_queue_close(struct write_queue *q)
{
	if (!q || q->given_up)
		return NULL;
	write_queue_lock(q);
	q->ends = true;
	pthread_cond_broadcast(&q->turn);
	write_queue_unlock(q);
	if (q->bell >= 0)
		eventfd_write(q->bell, 1);
	for (unsigned i = 0; i < q->n_threads; i++)
		pthread_join(q->threads[i].thread, NULL);
	free(q->threads);
	write_queue_free(&q->first);
	write_queue_free(&q->free);
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
