// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Batches in a ring: one is filled, those before it are text or become text, and the oldest is put.
 * Who waits for the oldest makes text as well.
 */
#include <errno.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/thread.h"
#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/write/formatters.h"

enum {
	N_BATCHES	= 8,		/* more threads would have nothing to do */
	PACKETS		= 256,
	BYTES		= 128 * 1024,	/* of packets, to begin with, and of text */
};

enum batch_state { FILLED, READY, TAKEN, MADE };

struct batch {
	enum batch_state state;		/* under the lock; of all else the one who has it */
	struct format *format;		/* as it is before the first of them */
	struct packet packets[PACKETS];
	unsigned n;
	uint8_t *bytes;			/* what they point to */
	size_t used, cap;
	char *text;
	size_t room, ends[PACKETS];	/* each ends there */
	int error;
};

struct formatters {
	/* that has seen all packets, as far as another one depends on that */
	struct format *format;
	formatters_put put;
	void *ctx;
	int error;
	pthread_t threads[N_BATCHES];
	unsigned n_threads;
	uint64_t first, last;		/* batch n is at n % N_BATCHES; the last one is filled */
	struct batch batches[N_BATCHES];
	pthread_mutex_t lock;		/* of all that follows and the states */
	pthread_cond_t work, made;
	uint64_t next;			/* the first that nobody has taken */
	bool ends;
};

static struct batch *batch_at(struct formatters *f, uint64_t n)
{
	return &f->batches[n % N_BATCHES];
}

/* ---- text ---- */

static int grow(void *bytes, size_t *cap, size_t need)
{
	uint8_t **p = bytes, *larger = realloc(*p, max_of(2 * *cap, need));

	if (!larger)
		return -ENOMEM;
	*p = larger;
	*cap = max_of(2 * *cap, need);
	return 0;
}

static int make(struct batch *b)
{
	size_t end = 0;

	for (unsigned i = 0; i < b->n; i++) {
		const struct packet *p = &b->packets[i];
		ssize_t n;

		while ((n = b->format->ops->packet(b->format, b->text + end, b->room - end, p,
						   p->iface->id, 0)) > (ssize_t)(b->room - end))
			if (grow(&b->text, &b->room, end + n))
				return -ENOMEM;
		b->ends[i] = end += max_of(n, (ssize_t)0);
	}
	return 0;
}

/* Called and left with the lock. False: there is none to make. */
static bool make_next(struct formatters *f)
{
	struct batch *b = batch_at(f, f->next);

	if (b->state != READY)
		return false;
	b->state = TAKEN;
	f->next++;
	pthread_mutex_unlock(&f->lock);
	b->error = make(b);
	pthread_mutex_lock(&f->lock);
	b->state = MADE;
	pthread_cond_signal(&f->made);
	return true;
}

static void *work(void *formatters)
{
	struct formatters *f = formatters;

	pthread_mutex_lock(&f->lock);
	while (!f->ends)
		if (!make_next(f))
			pthread_cond_wait(&f->work, &f->lock);
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

/* ---- the caller's thread ---- */

static void set_ready(struct formatters *f)
{
	pthread_mutex_lock(&f->lock);
	batch_at(f, f->last)->state = READY;
	pthread_cond_signal(&f->work);
	pthread_mutex_unlock(&f->lock);
}

/* The oldest one is made; without @wait, if it is that already. */
static bool is_made(struct formatters *f, bool wait)
{
	const struct batch *b = batch_at(f, f->first);
	bool made;

	pthread_mutex_lock(&f->lock);
	while (wait && b->state != MADE)
		if (!make_next(f))
			pthread_cond_wait(&f->made, &f->lock);
	made = b->state == MADE;
	pthread_mutex_unlock(&f->lock);
	return made;
}

static void put(struct formatters *f, struct batch *b)
{
	size_t at = 0;

	if (!f->error)
		f->error = b->error;
	for (unsigned i = 0; !f->error && i < b->n; at = b->ends[i++])
		if (b->ends[i] > at)
			f->error = f->put(f->ctx, b->packets[i].iface->id, b->text + at,
					  b->ends[i] - at);
}

static void begin_batch(struct formatters *f)
{
	struct batch *b = batch_at(f, f->last);

	pthread_mutex_lock(&f->lock);
	b->state = FILLED;
	pthread_mutex_unlock(&f->lock);
	b->n = b->used = 0;
	format_copy(b->format, f->format);
}

/* Those that are made; and as many as it takes to leave at most @most behind them. */
static void put_made(struct formatters *f, uint64_t most)
{
	while (f->first < f->last && is_made(f, f->last - f->first > most))
		put(f, batch_at(f, f->first++));
}

static int next_batch(struct formatters *f)
{
	set_ready(f);
	f->last++;
	put_made(f, N_BATCHES - 1);
	begin_batch(f);
	return f->error;
}

/* Where the next thing is copied to: it stays aligned for all. */
static void *place(struct batch *b, const void *from, size_t n)
{
	void *to = b->bytes + b->used;

	if (n)
		memcpy(to, from, n);
	b->used += (n + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	return to;
}

static size_t room_for(const struct packet *p, size_t process)
{
	return p->caplen + process + p->options.len + 3 * alignof(max_align_t);
}

static void copy(struct batch *b, const struct packet *p, size_t process)
{
	struct packet *to = &b->packets[b->n++];

	*to = *p;
	to->data = place(b, p->data, p->caplen);
	to->options.bytes = place(b, p->options.bytes, p->options.len);
	if (process)
		to->process = place(b, p->process, process);
}

int formatters_packet(struct formatters *f, const struct packet *p)
{
	size_t process = p->has & PACKET_PROCESS && p->process ? strlen(p->process) + 1 : 0;
	size_t need = room_for(p, process);
	struct batch *b = batch_at(f, f->last);

	if (f->error)
		return f->error;
	if (b->n == PACKETS || (b->n && b->used + need > b->cap)) {
		if (next_batch(f))
			return f->error;
		b = batch_at(f, f->last);
	}
	if (b->used + need > b->cap && grow(&b->bytes, &b->cap, need))
		return f->error = -ENOMEM;
	copy(b, p, process);
	if (f->format->ops->skip)
		f->format->ops->skip(f->format, p);
	return 0;
}

int formatters_flush(struct formatters *f)
{
	if (batch_at(f, f->last)->n)
		next_batch(f);
	put_made(f, 0);
	return f->error;
}

size_t formatters_pending(const struct formatters *f)
{
	return (f->last - f->first) * PACKETS + f->batches[f->last % N_BATCHES].n;
}

static void formatters_closep(struct formatters **f)
{
	formatters_close(*f);
}

int formatters_open(struct formatters **formatters, enum file_format format,
		    const struct text_settings *text, formatters_put put_text, void *ctx)
{
	cleanup(formatters_closep) struct formatters *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->work, NULL);
	pthread_cond_init(&f->made, NULL);
	f->put = put_text;
	f->ctx = ctx;
	f->format = format_open(format, text);
	if (!f->format)
		return -ENOMEM;
	for (unsigned i = 0; i < N_BATCHES; i++) {
		struct batch *b = &f->batches[i];

		b->format = format_open(format, text);
		if (!b->format || grow(&b->bytes, &b->cap, BYTES) ||
		    grow(&b->text, &b->room, BYTES))
			return -ENOMEM;
	}
	begin_batch(f);
	*formatters = steal(&f);
	return 0;
}

int formatters_start(struct formatters *f, unsigned n)
{
	int err = 0;

	while (!err && f->n_threads < min_of(n, (unsigned)N_BATCHES)) {
		err = thread_start(&f->threads[f->n_threads], work, f);
		f->n_threads += !err;
	}
	return err;
}

struct formatters *formatters_close(struct formatters *f)
{
	if (!f)
		return NULL;
	pthread_mutex_lock(&f->lock);
	f->ends = true;
	pthread_cond_broadcast(&f->work);
	pthread_mutex_unlock(&f->lock);
	for (unsigned i = 0; i < f->n_threads; i++)
		pthread_join(f->threads[i], NULL);
	for (unsigned i = 0; i < N_BATCHES; i++) {
		format_close(f->batches[i].format);
		free(f->batches[i].bytes);
		free(f->batches[i].text);
	}
	format_close(f->format);
	pthread_mutex_destroy(&f->lock);
	pthread_cond_destroy(&f->work);
	pthread_cond_destroy(&f->made);
	free(f);
	return NULL;
}
