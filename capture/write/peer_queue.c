// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Two rings: of bytes, and of where records end. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/write/peer_queue.h"

enum { MARKS_FIRST = 1024 };		/* a power of two */

struct mark {
	uint32_t len;
	bool packet;			/* is it one? */
	uint32_t id;
};

struct peer_queue {
	uint8_t *bytes;
	size_t cap;
	uint64_t put, sent;		/* bytes so far; what is between is in the ring */
	struct mark *marks;		/* record n is at n & marks_mask */
	uint64_t marks_mask;
	uint64_t first, end;		/* records that are not sent whole */
	uint64_t first_ends;		/* of the first of them, in bytes so far */
	uint64_t packets;		/* that are */
};

int peer_queue_open(struct peer_queue **queue, size_t bytes)
{
	struct peer_queue *q = calloc(1, sizeof(*q));

	if (q)
		*q = (struct peer_queue){
			.bytes = malloc(bytes), .cap = bytes,
			.marks = calloc(MARKS_FIRST, sizeof(*q->marks)),
			.marks_mask = MARKS_FIRST - 1,
		};
	if (!q || !q->bytes || !q->marks) {
		peer_queue_close(q);
		return -ENOMEM;
	}
	*queue = q;
	return 0;
}

static int double_marks(struct peer_queue *q)
{
	uint64_t mask = 2 * q->marks_mask + 1;
	struct mark *more = calloc(mask + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	for (uint64_t i = q->first; i < q->end; i++)
		more[i & mask] = q->marks[i & q->marks_mask];
	free(q->marks);
	q->marks = more;
	q->marks_mask = mask;
	return 0;
}

int peer_queue_put(struct peer_queue *q, int64_t id, const void *bytes, size_t n)
{
	size_t at = q->put % q->cap, behind = min_of(n, q->cap - at);

	if (n > q->cap - peer_queue_waiting(q))
		return -ENOBUFS;
	if (q->end - q->first > q->marks_mask && double_marks(q))
		return -ENOMEM;
	memcpy(q->bytes + at, bytes, behind);
	memcpy(q->bytes, (const uint8_t *)bytes + behind, n - behind);
	if (q->first == q->end)
		q->first_ends = q->put + n;
	q->marks[q->end++ & q->marks_mask] = (struct mark){ n, id != PEER_QUEUE_NO_PACKET, id };
	q->put += n;
	return 0;
}

const void *peer_queue_next(const struct peer_queue *q, size_t *n)
{
	size_t at = q->sent % q->cap;

	*n = min_of(peer_queue_waiting(q), q->cap - at);
	return q->bytes + at;
}

void peer_queue_sent(struct peer_queue *q, size_t n)
{
	q->sent += n;
	while (q->first < q->end && q->first_ends <= q->sent) {
		q->packets += q->marks[q->first & q->marks_mask].packet;
		q->first++;
		if (q->first < q->end)
			q->first_ends += q->marks[q->first & q->marks_mask].len;
	}
}

size_t peer_queue_waiting(const struct peer_queue *q)
{
	return q->put - q->sent;
}

uint64_t peer_queue_bytes(const struct peer_queue *q)
{
	return q->sent;
}

uint64_t peer_queue_packets(const struct peer_queue *q)
{
	return q->packets;
}

void peer_queue_drop(struct peer_queue *q, void (*lost)(void *ctx, uint32_t id), void *ctx)
{
	for (; q->first < q->end; q->first++) {
		const struct mark *m = &q->marks[q->first & q->marks_mask];

		if (m->packet)
			lost(ctx, m->id);
	}
	q->put = q->sent;
}

struct peer_queue *peer_queue_close(struct peer_queue *q)
{
	if (!q)
		return NULL;
	free(q->bytes);
	free(q->marks);
	free(q);
	return NULL;
}
