// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A thread for each part. Where a part begins is known once its thread has found it. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/thread.h"
#include "capture/base/util.h"
#include "capture/filter/expr.h"
#include "capture/packet/packet.h"
#include "capture/read/capfile.h"
#include "capture/read/part.h"
#include "capture/read/parts.h"

enum { PATIENCE_NS = 100 * 1000 * 1000 };

enum state { IDLE, ASKED, FOUND, DONE };

struct worker {
	_Alignas(CACHE_LINE) struct parts *parts;
	pthread_t thread;
	enum state state;		/* under the lock; of what follows whoever is at it */
	uint64_t from;
	struct part part;
	void *sum;			/* NULL: no memory */
	bool found;			/* where it begins */
	uint64_t n, n_matches;
};

struct parts {
	const struct parts_ops *ops;
	void *ctx;
	const struct expr *filter;
	struct capfile *whole;
	struct worker workers[PARTS_MAX];
	unsigned n_threads, n, first;	/* of n parts the first that the caller has not come to */
	/* where it is looked for, or begins; UINT64_MAX: there is none */
	uint64_t next;
	pthread_mutex_t lock;
	pthread_cond_t asked, come;
	bool ends;
};

/* ---- a part ---- */

static void count(struct worker *w)
{
	const struct parts *p = w->parts;
	struct packet packet;

	while (part_next(&w->part, &packet)) {
		bool matches = !p->filter ||
			       expr_matches(p->filter, packet.data, packet.caplen, packet.len);

		if (matches && !p->ops->packet(w->sum, &packet))
			return;
		w->n++;
		w->n_matches += matches;
	}
}

static void set_state(struct worker *w, enum state state)
{
	struct parts *p = w->parts;

	pthread_mutex_lock(&p->lock);
	w->state = state;
	pthread_cond_broadcast(&p->come);
	pthread_mutex_unlock(&p->lock);
}

static void read_part(struct worker *w)
{
	w->n = w->n_matches = 0;
	w->found = part_open(&w->part, w->from, w->part.to);
	if (w->found) {
		set_state(w, FOUND);
		count(w);
	}
	part_close(&w->part);
}

static bool is_asked(struct worker *w)
{
	struct parts *p = w->parts;
	bool asked;

	pthread_mutex_lock(&p->lock);
	while (w->state != ASKED && !p->ends)
		pthread_cond_wait(&p->asked, &p->lock);
	asked = !p->ends;
	pthread_mutex_unlock(&p->lock);
	return asked;
}

static void *work(void *worker)
{
	struct worker *w = worker;

	while (is_asked(w)) {
		w->found = false;
		if (w->sum)
			read_part(w);
		set_state(w, DONE);
	}
	return NULL;
}

/* ---- the caller ---- */

int parts_open(struct parts **parts, unsigned n)
{
	struct parts *p = calloc_lines(sizeof(*p));
	int err = 0;

	if (!p)
		return -ENOMEM;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->asked, NULL);
	thread_cond_init(&p->come);
	p->next = UINT64_MAX;
	for (; !err && p->n_threads < min_of(n, (unsigned)PARTS_MAX); p->n_threads += !err) {
		struct worker *w = &p->workers[p->n_threads];

		w->parts = p;
		err = thread_start(&w->thread, work, w);
	}
	*parts = err ? parts_close(p) : p;
	return err;
}

static void ask(struct parts *p, unsigned k, uint64_t from, uint64_t to)
{
	struct worker *w = &p->workers[k];

	memset(&w->part, 0, sizeof(w->part));
	capfile_begin_part(p->whole, &w->part);
	w->from = from;
	w->part.to = to;
	w->sum = p->ops->begin(p->ctx);
	pthread_mutex_lock(&p->lock);
	w->state = ASKED;
	pthread_cond_broadcast(&p->asked);
	pthread_mutex_unlock(&p->lock);
}

/* From where on the next part is looked for. */
static void go_to_next(struct parts *p)
{
	p->next = p->first < p->n ? p->workers[p->first].from : UINT64_MAX;
}

void parts_begin(struct parts *p, struct capfile *r, uint64_t size, uint64_t least,
		 const struct expr *filter, const struct parts_ops *ops, void *ctx)
{
	const uint64_t at = capfile_offset(r), rest = size > at ? size - at : 0,
		       each = max_of(rest / (p->n_threads + 1), least);

	p->whole = r;
	p->filter = filter;
	p->ops = ops;
	p->ctx = ctx;
	p->first = 0;
	p->n = min_of(rest / each - (rest >= each), (uint64_t)p->n_threads);
	for (unsigned k = 0; k < p->n; k++)
		ask(p, k, at + (k + 1) * each, k + 1 < p->n ? at + (k + 2) * each : UINT64_MAX);
	go_to_next(p);
}

bool parts_are_due(const struct parts *p)
{
	return p->next != UINT64_MAX && capfile_offset(p->whole) >= p->next;
}

/* False: @look has said no. */
static bool wait_for(struct worker *w, enum state least, parts_look_fn look, void *look_ctx)
{
	struct parts *p = w->parts;
	bool goes_on = true;

	pthread_mutex_lock(&p->lock);
	while (goes_on && w->state < least) {
		if (thread_cond_wait(&p->come, &p->lock, PATIENCE_NS))
			continue;
		pthread_mutex_unlock(&p->lock);
		goes_on = look(look_ctx);
		pthread_mutex_lock(&p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return goes_on;
}

static void wait_until_done(struct worker *w)
{
	struct parts *p = w->parts;

	pthread_mutex_lock(&p->lock);
	while (w->state != IDLE && w->state != DONE)
		pthread_cond_wait(&p->come, &p->lock);
	w->state = IDLE;
	pthread_mutex_unlock(&p->lock);
}

/* The first part is of no more use. */
static void leave(struct parts *p, struct worker *w)
{
	w->part.stop = true;
	wait_until_done(w);
	if (w->sum)
		p->ops->end(w->sum);
	w->sum = NULL;
	p->first++;
	go_to_next(p);
}

/* The caller goes on behind it. How many packets it had. */
static uint64_t add(struct parts *p, struct worker *w)
{
	if (!capfile_is_at_part(p->whole, &w->part) || !p->ops->add(p->ctx, w->sum, w->n_matches))
		return 0;
	capfile_take_part(p->whole, &w->part);
	return w->n;
}

/* Where it begins we are, or come to, or are not any more. False: @look has said no. */
static bool take(struct parts *p, parts_look_fn look, void *look_ctx, uint64_t *n)
{
	struct worker *w = &p->workers[p->first];
	uint64_t at = capfile_offset(p->whole);

	if (!wait_for(w, FOUND, look, look_ctx))
		return false;
	if (w->found && at < w->part.begin) {
		p->next = w->part.begin;
		return true;
	}
	if (w->found && at == w->part.begin) {
		if (!wait_for(w, DONE, look, look_ctx))
			return false;
		*n += add(p, w);
	}
	leave(p, w);
	return true;
}

uint64_t parts_take(struct parts *p, parts_look_fn look, void *look_ctx)
{
	uint64_t n = 0;

	while (parts_are_due(p) && take(p, look, look_ctx, &n))
		;
	return n;
}

void parts_finish(struct parts *p)
{
	for (unsigned k = p->first; k < p->n; k++)
		p->workers[k].part.stop = true;
	while (p->first < p->n)
		leave(p, &p->workers[p->first]);
	p->n = p->first = 0;
	p->next = UINT64_MAX;
}

struct parts *parts_close(struct parts *p)
{
	if (!p)
		return NULL;
	parts_finish(p);
	pthread_mutex_lock(&p->lock);
	p->ends = true;
	pthread_cond_broadcast(&p->asked);
	pthread_mutex_unlock(&p->lock);
	for (unsigned k = 0; k < p->n_threads; k++)
		pthread_join(p->workers[k].thread, NULL);
	pthread_cond_destroy(&p->asked);
	pthread_cond_destroy(&p->come);
	pthread_mutex_destroy(&p->lock);
	free(p);
	return NULL;
}
