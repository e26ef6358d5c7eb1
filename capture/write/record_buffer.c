// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What is collected, what is in the file, and the marks of the packets in both. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/write/file_ifaces.h"
#include "capture/write/out.h"
#include "capture/write/record_buffer.h"
#include "capture/write/write_queue.h"

int record_buffer_init(struct record_buffer *b, size_t collected, size_t packet_min,
		       struct file_ifaces *ifaces)
{
	*b = (struct record_buffer){
		.ifaces = ifaces,
		.bytes = malloc(collected),
		.cap = collected,
		.limit = collected,
		.collected = collected,
		.packets_max = collected / packet_min,
		.marks_mask = 4 * collected / packet_min - 1,
	};
	b->marks = calloc(b->marks_mask + 1, sizeof(*b->marks));
	return b->bytes && b->marks ? 0 : -ENOMEM;
}

void record_buffer_release(struct record_buffer *b)
{
	out_close(b->out);
	free(b->bytes);
	free(b->marks);
	*b = (struct record_buffer){ .out = NULL };
}

void record_buffer_restart(struct record_buffer *b, struct out *out)
{
	out_close(b->out);
	b->out = out;
	b->used = 0;
	b->limit = b->collected;
	b->head_end = b->n_packets = b->packets_end = b->end = b->whole = 0;
	b->first_marked = b->first_waiting = b->first_waiting_at = b->out_size = 0;
	b->error = 0;
}

/* ---- lost packets ---- */

static void lose_last(struct record_buffer *b)
{
	const struct record_mark *m = &b->marks[--b->n_packets & b->marks_mask];

	b->packets_end -= m->len;
	file_ifaces_lose(b->ifaces, m->iface);
}

static void lose_behind(struct record_buffer *b, uint64_t offset)
{
	while (b->n_packets && b->packets_end > offset)
		lose_last(b);
}

/* ---- into the file ---- */

bool record_buffer_is_full(int err)
{
	return err == -ENOSPC || err == -EDQUOT || err == -EFBIG;
}

/*
 * The @n @bytes behind b->whole could not be written, nor what was to follow. A frame is in the
 * file whole or not at all: if there is no room for it, then perhaps for half of its packets, or a
 * quarter.
 */
static void write_what_fits(struct record_buffer *b, const uint8_t *bytes, size_t n)
{
	uint64_t begin = b->whole;
	int err = b->error;

	lose_behind(b, begin + n);
	while (record_buffer_is_full(err) && b->n_packets && b->packets_end > begin) {
		lose_behind(b, begin + (b->packets_end - begin) / 2);
		err = b->packets_end > begin ? out_write(b->out, bytes, b->packets_end - begin) : 0;
	}
	b->whole = out_offset(b->out);
}

static void restart_collecting(struct record_buffer *b)
{
	b->used = 0;
	b->limit = b->collected;
}

static int failed(struct record_buffer *b, int err, const uint8_t *bytes, size_t n)
{
	b->error = err;
	if (out_is_compressed(b->out) && out_is_file(b->out))
		write_what_fits(b, bytes, n);
	restart_collecting(b);
	return err;
}

/* What the disk has not taken so far. Nothing touches the file any more. */
static int give_up(struct record_buffer *b)
{
	b->given_up = true;
	lose_behind(b, b->whole);
	restart_collecting(b);
	return b->error = -EINTR;
}

static int write_at_once(struct record_buffer *b)
{
	uint64_t from = out_offset(b->out);
	int err = out_write(b->out, b->bytes, b->used);

	if (err == -EINTR) {
		uint64_t done = out_offset(b->out) - from;

		memmove(b->bytes, b->bytes + done, b->used - done);
		b->used -= done;
		return err;
	}
	if (err)
		return failed(b, err, b->bytes, b->used);
	out_note(b->out, b->bytes, b->used);
	restart_collecting(b);
	b->whole = b->end;
	b->out_size = out_size(b->out);
	return 0;
}

/* ---- by the queue ---- */

/* Those that are written for certain wait no more. */
static void pass_written(struct record_buffer *b)
{
	uint64_t at = b->end - b->used - write_queue_state(b->queue).waiting;

	if (!b->first_waiting)
		b->first_waiting_at = b->head_end;
	while (b->first_waiting < b->n_packets) {
		uint32_t len = b->marks[b->first_waiting & b->marks_mask].len;

		if (b->first_waiting_at + len > at)
			break;
		b->first_waiting_at += len;
		b->first_waiting++;
	}
}

static int double_marks(struct record_buffer *b)
{
	uint64_t n = b->marks_mask + 1, first = record_buffer_first_marked(b);
	struct record_mark *more = calloc(2 * n, sizeof(*more));

	if (!more)
		return -ENOMEM;
	for (uint64_t i = first; i < b->n_packets; i++)
		more[i & (2 * n - 1)] = b->marks[i & b->marks_mask];
	free(b->marks);
	b->marks = more;
	b->marks_mask = 2 * n - 1;
	b->first_marked = first;
	return 0;
}

/* Packets that wait, and those of the next buffer, take half of the marks at most. */
static int make_marks(struct record_buffer *b)
{
	int err = 0;

	pass_written(b);
	while (!err && b->n_packets - b->first_waiting + b->packets_max > (b->marks_mask + 1) / 2)
		err = double_marks(b);
	return err;
}

/* -ENOMEM: it is not handed on. @more comes soon. */
static int hand_on(struct record_buffer *b, bool more)
{
	struct write_buffer w = { b->bytes, b->used, b->cap };
	struct write_queue_state state;
	int err = make_marks(b);

	if (!err)
		err = write_queue_put(b->queue, b->out, &w, b->collected, more);
	if (err)
		return err;
	b->bytes = w.bytes;
	b->cap = w.cap;
	restart_collecting(b);
	state = write_queue_state(b->queue);
	b->out_size = state.waiting ? state.size + state.waiting : out_size(b->out);
	return 0;
}

bool record_buffer_is_behind(const struct record_buffer *b)
{
	return b->queue && write_queue_state(b->queue).waiting;
}

int record_buffer_settle(struct record_buffer *b)
{
	struct write_buffer bad;
	uint64_t waiting;
	int err;

	if (!b->queue)
		return b->error;
	err = write_queue_settle(b->queue, &bad, &waiting);
	b->out_size = out_size(b->out);
	if (b->error)
		return b->error;
	b->whole = b->end - b->used - waiting;
	if (err == -EINTR)
		return give_up(b);
	return err ? failed(b, err, bad.bytes, bad.used) : 0;
}

int record_buffer_write(struct record_buffer *b)
{
	int err = record_buffer_settle(b);

	return err || !b->used ? err : write_at_once(b);
}

/* Nothing has come since the last time, but some of that may wait for more. */
static int look_behind(struct record_buffer *b)
{
	if (!b->queue)
		return 0;
	write_queue_hurry(b->queue);
	return write_queue_state(b->queue).error ? record_buffer_settle(b) : 0;
}

static int flush(struct record_buffer *b, bool more)
{
	int err;

	if (b->error)
		return b->error;
	if (!b->used)
		return look_behind(b);
	err = b->queue ? hand_on(b, more) : -ENOMEM;
	return !err || err == -EINTR ? err : record_buffer_write(b);
}

int record_buffer_flush(struct record_buffer *b)
{
	return flush(b, false);
}

size_t record_buffer_pending(const struct record_buffer *b)
{
	return b->used + (b->queue ? write_queue_state(b->queue).waiting : 0);
}

uint64_t record_buffer_written(const struct record_buffer *b)
{
	struct write_queue_state state = { .waiting = 0 };

	if (b->queue)
		state = write_queue_state(b->queue);
	return state.waiting ? state.size : out_size(b->out);
}

uint64_t record_buffer_size(const struct record_buffer *b)
{
	return b->out_size + b->used;
}

int record_buffer_grow(struct record_buffer *b, size_t n)
{
	uint8_t *bigger;

	b->limit = max_of(b->collected, b->used + n);
	if (b->limit <= b->cap)
		return 0;
	bigger = realloc(b->bytes, b->limit);
	if (!bigger)
		return b->error = -ENOMEM;
	b->bytes = bigger;
	b->cap = b->limit;
	return 0;
}

/* An interrupted flush leaves bytes in the buffer. */
int record_buffer_need(struct record_buffer *b, size_t n)
{
	int err = flush(b, true);

	return err && err != -EINTR ? err : record_buffer_grow(b, n);
}

/* Of a regular file; compressed, it may lose more than what stands behind @offset. */
static int cut(struct record_buffer *b, uint64_t offset)
{
	int err = out_cut(b->out, offset);

	b->whole = out_offset(b->out);
	lose_behind(b, b->whole);
	return err;
}

int record_buffer_cut_torn(struct record_buffer *b)
{
	lose_behind(b, out_offset(b->out));
	return out_is_file(b->out) && b->whole < out_offset(b->out)
		       ? cut(b, max_of(b->whole, b->packets_end))
		       : 0;
}

bool record_buffer_has_head(const struct record_buffer *b)
{
	return out_offset(b->out) >= b->head_end;
}

void record_buffer_cut_all(struct record_buffer *b)
{
	lose_behind(b, 0);
	if (out_is_file(b->out))
		out_cut(b->out, 0);
}

uint64_t record_buffer_first_marked(const struct record_buffer *b)
{
	return max_of(b->first_marked,
		      b->n_packets > b->marks_mask ? b->n_packets - b->marks_mask : 0);
}

/* What is cut at once are no more than the packets of a full buffer. */
bool record_buffer_cut_last(struct record_buffer *b, uint64_t marked)
{
	if (!out_is_file(b->out) || !b->n_packets ||
	    (marked && b->n_packets < marked + b->packets_max))
		return false;
	lose_last(b);
	return !cut(b, b->packets_end) && record_buffer_has_head(b);
}
