/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What has been collected for a file, on its way there: threads compress and write it, in order,
 * while the next is being collected, so that who collects never waits for a disk before the queue
 * is full. Whoever has put something in leaves the out alone until write_queue_settle(). All outs
 * have the same codec.
 */
#ifndef XDPDUMP_WRITE_WRITE_QUEUE_H
#define XDPDUMP_WRITE_WRITE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/write/direct.h"
#include "capture/write/write_buffer.h"

struct out;
struct write_queue;

/*
 * At most @max bytes wait in it, or one buffer. What waits for room watches @interrupt_fd (-1:
 * none). The memory is made as it is needed, and given back after a second without work. -errno.
 */
int write_queue_open(struct write_queue **q, size_t max, int interrupt_fd);

/* What is written past the page cache, by one thread; before that begins. -ENOMEM. */
int write_queue_direct(struct write_queue *q, enum direct_when when);

/*
 * Starts @n_threads, in which all signals are blocked: more than one is for what is compressed, a
 * piece in each. -errno.
 */
int write_queue_start(struct write_queue *q, unsigned n_threads);

/*
 * Hands on what is in @b, to be written to @out behind all that was handed on before, and at once
 * unless @more comes soon; @b is an empty buffer of at least @cap bytes afterwards. Waits for room.
 * 0. -EINTR: @interrupt_fd has become readable; -ENOMEM; or the error of an out_write() before,
 * after which nothing is written: in these cases @b is as it was.
 */
int write_queue_put(struct write_queue *q, struct out *out, struct write_buffer *b, size_t cap,
		    bool more);

/* What has been handed on is to be in the file as soon as can be. */
void write_queue_hurry(struct write_queue *q);

/*
 * Waits until all is written, *@waiting is 0 then. Or the error of the out_write() that failed: the
 * bytes that it was given, which live until the next call, are in *@failed, and of *@waiting bytes,
 * these and what came behind them, none or some of the first are written. The queue is empty and
 * without an error afterwards.
 */
int write_queue_settle(struct write_queue *q, struct write_buffer *failed, uint64_t *waiting);

/*
 * From now on that ends with -EINTR, and *@waiting is what it is, when the end has been forced and
 * for a second nothing more was written: the disk stands still, and a thread with it. It is forced
 * once @fd can be read; -1: it is. The queue and its outs then live on until the process ends;
 * write_queue_close() leaves them alone.
 */
void write_queue_force(struct write_queue *q, int fd);

/* How far it has come; at the same moment. */
struct write_queue_state {
	uint64_t waiting;	/* bytes that were put in and are not written */
	uint64_t size;		/* while there are some: out_size() behind the last that is */
	int error;		/* as of write_queue_put() */
};

struct write_queue_state write_queue_state(struct write_queue *q);

/*
 * Ends the threads once that has been written which is being written; what waits is not. Returns
 * NULL.
 */
struct write_queue *write_queue_close(struct write_queue *q);

#endif
