// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Pieces in a ring, each what one step of unpacking gives. */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/thread.h"
#include "capture/base/util.h"
#include "capture/read/ahead.h"
#include "capture/read/decompress.h"

enum {
	PIECE		= 128 * 1024,	/* a block of zstd (RFC 8878, 3.1.1.2.4) */
	N_PIECES	= 8,
	PATIENCE_NS	= 100 * 1000 * 1000,
};

struct ahead {
	pthread_t thread;
	bool begun;			/* of who reads */
	size_t taken;			/* bytes of the first piece, by who reads */
	pthread_mutex_t lock;		/* of all that follows but the bytes */
	/* there is more; there is room, or something to do at all */
	pthread_cond_t come, go_on;
	struct decompress *unpack;	/* NULL: nothing to do, or left */
	bool ends;
	uint64_t first, end;		/* piece n is at n % N_PIECES, for first <= n < end */
	size_t len[N_PIECES];
	/* what came after all pieces, 0 or -errno, when unpack is NULL */
	ssize_t last;
	size_t memory;
	int fd;
	uint8_t bytes[N_PIECES][PIECE];
};

static ssize_t read_on(void *ctx, void *buf, size_t n)
{
	const struct ahead *a = ctx;
	ssize_t got = uninterrupted(read(a->fd, buf, n));

	return got < 0 ? -errno : got;
}

/* False: it is to end. Called and left with the lock. */
static bool wait_for_work(struct ahead *a)
{
	while (!a->ends && (!a->unpack || a->end - a->first == N_PIECES))
		pthread_cond_wait(&a->go_on, &a->lock);
	return !a->ends;
}

static void *work(void *ahead)
{
	struct ahead *a = ahead;

	pthread_mutex_lock(&a->lock);
	while (wait_for_work(a)) {
		unsigned i = a->end % N_PIECES;
		struct decompress *u = a->unpack;
		ssize_t got;

		pthread_mutex_unlock(&a->lock);
		got = decompress_read(u, a->bytes[i], PIECE);
		pthread_mutex_lock(&a->lock);
		a->memory = decompress_memory(u);
		a->len[i] = max_of(got, 0);
		a->end += got > 0;
		a->last = got;
		if (got <= 0)
			a->unpack = NULL;
		pthread_cond_signal(&a->come);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

int ahead_open(struct ahead **ahead)
{
	struct ahead *a = malloc(sizeof(*a));
	int err;

	if (!a)
		return -ENOMEM;
	memset(a, 0, offsetof(struct ahead, bytes));
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->go_on, NULL);
	thread_cond_init(&a->come);
	err = thread_start(&a->thread, work, a);
	if (err) {
		free(a);
		return err;
	}
	*ahead = a;
	return 0;
}

void ahead_begin(struct ahead *a, struct decompress *u, int fd)
{
	decompress_set_source(u, read_on, a);
	a->begun = true;
	pthread_mutex_lock(&a->lock);
	a->fd = fd;
	a->unpack = u;
	a->memory = decompress_memory(u);
	pthread_cond_signal(&a->go_on);
	pthread_mutex_unlock(&a->lock);
}

bool ahead_has_begun(const struct ahead *a)
{
	return a->begun;
}

static void wait_for_piece(struct ahead *a)
{
	while (a->first == a->end && a->unpack &&
	       thread_cond_wait(&a->come, &a->lock, PATIENCE_NS))
		;
}

static void give_room(struct ahead *a)
{
	pthread_mutex_lock(&a->lock);
	a->first++;
	a->taken = 0;
	pthread_cond_signal(&a->go_on);
	pthread_mutex_unlock(&a->lock);
}

ssize_t ahead_read(struct ahead *a, void *buf, size_t n)
{
	const unsigned i = a->first % N_PIECES;
	ssize_t got = 0;
	size_t len = 0;

	pthread_mutex_lock(&a->lock);
	if (a->first == a->end)
		wait_for_piece(a);
	if (a->first != a->end)
		len = a->len[i];
	else
		got = a->unpack ? -EAGAIN : a->last;
	pthread_mutex_unlock(&a->lock);
	if (!len)
		return got;
	n = min_of(n, len - a->taken);
	memcpy(buf, a->bytes[i] + a->taken, n);
	a->taken += n;
	if (a->taken == len)
		give_room(a);
	return n;
}

size_t ahead_memory(struct ahead *a)
{
	size_t bytes;

	pthread_mutex_lock(&a->lock);
	bytes = sizeof(*a) + a->memory;
	pthread_mutex_unlock(&a->lock);
	return bytes;
}

void ahead_stop(struct ahead *a)
{
	pthread_mutex_lock(&a->lock);
	if (a->ends) {
		pthread_mutex_unlock(&a->lock);
		return;
	}
	a->ends = true;
	pthread_cond_signal(&a->go_on);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
}

struct ahead *ahead_close(struct ahead *a)
{
	if (!a)
		return NULL;
	ahead_stop(a);
	pthread_cond_destroy(&a->come);
	pthread_cond_destroy(&a->go_on);
	pthread_mutex_destroy(&a->lock);
	free(a);
	return NULL;
}
