/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A queue, for the two sides that it has: write_queue.c puts in and waits, write_threads.c writes.
 * Two lists under one lock: what waits, the first one first, and what is free, the last one first.
 */
#ifndef XDPDUMP_WRITE_WRITE_QUEUE_IMPL_H
#define XDPDUMP_WRITE_WRITE_QUEUE_IMPL_H

#include <pthread.h>

#include "capture/write/write_queue.h"

struct compress;

struct piece {
	struct piece *next;
	struct write_buffer buffer;
	size_t done;			/* bytes that are written */
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
	/* eventfd: there is work for a thread, or they are to end */
	int bell;
	int progress;			/* eventfd: something was written, or failed */
	struct direct *direct;		/* NULL: all goes through the page cache */
	struct writing_thread *threads;
	unsigned n_threads;
	pthread_mutex_t lock;		/* of all that follows */
	pthread_cond_t turn;		/* the first is another one, or has failed */
	struct piece *first, **last;	/* the first is what is being written, or has failed */
	struct piece *untaken;		/* of these the first that no thread has */
	unsigned n_taken;
	struct piece *free;		/* what was written last comes first: it is in the cache */
	struct write_buffer failed;	/* what was told of, until the next call */
	struct write_queue_state state;
	uint64_t gone_ns;		/* when the last one was written, by CLOCK_MONOTONIC */
	bool hurries;			/* what is there is to be written before more has come */
	bool ends;
	bool is_forced, given_up;	/* write_queue_force() */
	int forced_fd;			/* -1: nobody forces it */
};

static inline void write_queue_lock(struct write_queue *q)
{
	pthread_mutex_lock(&q->lock);
}

static inline void write_queue_unlock(struct write_queue *q)
{
	pthread_mutex_unlock(&q->lock);
}

/*
 * The first piece, which waits no more; one that is empty from now on, for the next. With
 * the lock.
 */
struct piece *write_queue_take_first(struct write_queue *q);
void write_queue_give_back(struct write_queue *q, struct piece *p);

void write_queue_free(struct piece **list);

/* What a thread does, until the queue ends. @thread: a struct writing_thread. */
void *write_threads_work(void *thread);

#endif
