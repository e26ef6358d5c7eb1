// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What empties the queue. Each thread takes the first piece that nobody has, compresses it, and
 * writes it when all before are written; or the one that there is collects blocks of them.
 */
#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <sys/eventfd.h>

#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/write/compress.h"
#include "capture/write/direct.h"
#include "capture/write/out.h"
#include "capture/write/write_queue_impl.h"

enum { IDLE_MS = 1000 };	/* without work, after which memory is given back */

/*
 * What was freed is not in use any more, but only this gives it back (malloc(3), NOTES). It takes
 * its time, in which nobody has to wait.
 */
static void rest(struct writing_thread *t)
{
	struct write_queue *q = t->queue;
	struct piece *free = steal(&q->free);

	write_queue_unlock(q);
	write_queue_free(&free);
	t->pack = compress_close(t->pack);
	malloc_trim(0);
	write_queue_lock(q);
}

/* False: nobody has rung it for so long (-1: for ever). Called and left with the lock. */
static bool wait_for_bell(struct write_queue *q, int ms)
{
	struct pollfd bell = { .fd = q->bell, .events = POLLIN };
	eventfd_t rung;
	int n;

	write_queue_unlock(q);
	n = wait_ready(&bell, 1, ms);
	eventfd_read(q->bell, &rung);
	write_queue_lock(q);
	return n;
}

/* Bytes of all pieces, of which the first may be written in part. */
static size_t have(const struct write_queue *q)
{
	return q->state.waiting - q->first->done;
}

/* There is something to write, but more of it would be better, and nobody wants to see it yet. */
static bool is_too_little(const struct write_queue *q)
{
	return q->direct && q->untaken && !q->hurries && !q->state.error &&
	       have(q) < direct_enough(q->direct, q->first->out);
}

static bool has_work(struct write_queue *q)
{
	while (is_too_little(q) && !q->ends)
		wait_for_bell(q, -1);
	return q->ends || (q->untaken && !q->state.error);
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
		if (!wait_for_bell(q, q->free || t->pack ? IDLE_MS : -1))
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
	return err ? err
		   : compress_frame(t->pack, p->buffer.bytes, p->buffer.used, &f->bytes, &f->len);
}

static int write_piece(struct piece *p, const struct frame *f)
{
	out_note(p->out, p->buffer.bytes, p->buffer.used);
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

	write_queue_unlock(q);
	err = make_frame(t, p, &frame);
	write_queue_lock(q);
	if (wait_for_turn(q, p)) {
		write_queue_unlock(q);
		if (!err)
			err = write_piece(p, &frame);
		size = out_size(p->out);
		write_queue_lock(q);
		q->state.error = err;
		q->state.size = size;
		if (!err)
			write_queue_give_back(q, write_queue_take_first(q));
	}
	q->n_taken--;
	pthread_cond_broadcast(&q->turn);
	eventfd_write(q->progress, 1);
}

/* The next @n bytes of all pieces, from @p on. */
static void gather(uint8_t *to, const struct piece *p, size_t n)
{
	for (size_t at = p->done; n; at = 0) {
		size_t part = min_of(n, p->buffer.used - at);

		memcpy(to, p->buffer.bytes + at, part);
		to += part;
		n -= part;
		if (n)
			p = p->next;
	}
}

/* Of @n bytes from @p on, as many as one step takes. How many that were, or -errno. */
static ssize_t write_step(struct write_queue *q, const struct piece *p, size_t n, size_t waiting)
{
	const uint8_t *from = p->buffer.bytes + p->done;
	ssize_t done = -1;
	int err;

	if (direct_step(q->direct, p->out, n, waiting, &n)) {
		gather(direct_block(q->direct), p, n);
		done = out_write_block(p->out, direct_block(q->direct));
	}
	if (done > 0)
		return done;
	n = min_of(n, p->buffer.used - p->done);
	err = out_write(p->out, from, n);
	return err ? err : (ssize_t)n;
}

/* From the first piece on, all of which is in the file or not. */
static void pass(struct write_queue *q, size_t n)
{
	while (n && n >= q->first->buffer.used - q->first->done) {
		n -= q->first->buffer.used - q->first->done;
		write_queue_give_back(q, write_queue_take_first(q));
	}
	if (n)
		q->first->done += n;
}

/* The pieces from @p on whose last bytes are among the next @n. */
static void note_ended(const struct piece *p, size_t n)
{
	while (n && n >= p->buffer.used - p->done) {
		n -= p->buffer.used - p->done;
		out_note(p->out, p->buffer.bytes, p->buffer.used);
		if (n)
			p = p->next;
	}
}

/* As process(), for the one thread of which blocks are written. */
static void process_directly(struct write_queue *q, struct piece *p)
{
	size_t n = have(q), waiting = q->state.waiting;
	uint64_t size;
	ssize_t done;

	write_queue_unlock(q);
	done = write_step(q, p, n, waiting);
	note_ended(p, max_of(done, (ssize_t)0));
	size = out_size(p->out);
	direct_count(q->direct, max_of(done, 0));
	write_queue_lock(q);
	if (done < 0)
		q->state.error = done;
	else
		pass(q, done);
	q->state.size = size - (q->first ? q->first->done : 0);
	q->untaken = q->first;
	q->hurries &= q->first != NULL;
	q->n_taken--;
	eventfd_write(q->progress, 1);
}

void *write_threads_work(void *thread)
{
	struct writing_thread *t = thread;
	struct piece *p;

	write_queue_lock(t->queue);
	while ((p = wait_for_work(t)))
		if (t->queue->direct)
			process_directly(t->queue, p);
		else
			process(t, p);
	write_queue_unlock(t->queue);
	t->pack = compress_close(t->pack);
	return NULL;
}
