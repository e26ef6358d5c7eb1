/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The cases of a test once more, with what is written going through a queue to a thread. */
#ifndef XDPDUMP_TESTS_BY_A_THREAD_H
#define XDPDUMP_TESTS_BY_A_THREAD_H

#include "capture/write/write_queue.h"

/* Little, so that it is full now and then. */
enum { BY_A_THREAD_MAX = 4096 };

static struct write_queue *queue;	/* NULL: at once */

static inline int start_queue(void **state)
{
	(void)state;
	return write_queue_open(&queue, BY_A_THREAD_MAX, -1) || write_queue_start(queue) ? -1 : 0;
}

static inline int stop_queue(void **state)
{
	(void)state;
	queue = write_queue_close(queue);
	return 0;
}

/* The tests of @from, which are named by @names, a format of printf(), in @out. Returns how many. */
static inline size_t by_a_thread(const struct CMUnitTest *from, size_t n, char names[][96], struct CMUnitTest *out)
{
	for (size_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "%s, by a thread", from[i].name);
		out[i] = from[i];
		out[i].name = names[i];
		out[i].setup_func = start_queue;
		out[i].teardown_func = stop_queue;
	}
	return n;
}

#endif
