/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The cases of a test once more, with what is written going through a queue to a thread. */
#ifndef XDPDUMP_TESTS_BY_A_THREAD_H
#define XDPDUMP_TESTS_BY_A_THREAD_H

#include "capture/write/write_queue.h"

/* Little, so that it is full now and then. */
enum { BY_A_THREAD_MAX = 4096 };

static struct write_queue *queue;	/* NULL: at once */

static inline int start_threads(unsigned n)
{
	return write_queue_open(&queue, BY_A_THREAD_MAX, -1) || write_queue_start(queue, n) ? -1
											    : 0;
}

static inline int start_queue(void **state)
{
	(void)state;
	return start_threads(1);
}

static inline int start_queue_of_three(void **state)
{
	(void)state;
	return start_threads(3);
}

static inline int stop_queue(void **state)
{
	(void)state;
	queue = write_queue_close(queue);
	return 0;
}

/*
 * The tests of @from, which get their names in @names, and the queue by @start, in @out. Returns
 * how many.
 */
static inline size_t by_threads(const struct CMUnitTest *from, size_t n, const char *by,
				CMFixtureFunction start, char names[][96], struct CMUnitTest *out)
{
	for (size_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "%s, by %s", from[i].name, by);
		out[i] = from[i];
		out[i].name = names[i];
		out[i].setup_func = start;
		out[i].teardown_func = stop_queue;
	}
	return n;
}

static inline size_t by_a_thread(const struct CMUnitTest *from, size_t n, char names[][96],
				 struct CMUnitTest *out)
{
	return by_threads(from, n, "a thread", start_queue, names, out);
}

static inline size_t by_three_threads(const struct CMUnitTest *from, size_t n, char names[][96],
				      struct CMUnitTest *out)
{
	return by_threads(from, n, "three threads", start_queue_of_three, names, out);
}

#endif
