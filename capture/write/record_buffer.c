// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What is collected, what is in the file, and the marks of the packets in both. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/write/file_ifaces.h"
#include "capture/write/out.h"
#include "capture/write/record_buffer.h"

int record_buffer_init(struct record_buffer *b, size_t collected, size_t packet_min,
		       struct file_ifaces *ifaces)
{
	*b = (struct record_buffer){
		.ifaces = ifaces,
		.bytes = malloc(collected),
		.cap = collected,
		.limit = collected,
		.collected = collected,
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
 * A frame is in the file whole or not at all: if there is no room for it, then perhaps for half of
 * its packets, or a quarter.
 */
static void write_what_fits(struct record_buffer *b)
{
	uint64_t begin = b->whole;
	int err = b->error;

	while (record_buffer_is_full(err) && b->n_packets && b->packets_end > begin) {
		lose_behind(b, begin + (b->packets_end - begin) / 2);
		err = b->packets_end > begin ? out_write(b->out, b->bytes, b->packets_end - begin)
					     : 0;
	}
	b->whole = out_offset(b->out);
}

int record_buffer_flush(struct record_buffer *b)
{
	uint64_t from;
	int err;

	if (b->error || !b->used)
		return b->error;
	from = out_offset(b->out);
	err = out_write(b->out, b->bytes, b->used);
	if (err == -EINTR) {
		uint64_t done = out_offset(b->out) - from;

		memmove(b->bytes, b->bytes + done, b->used - done);
		b->used -= done;
		return err;
	}
	b->used = 0;
	b->limit = b->collected;
	b->error = err;
	if (!err)
		b->whole = b->end;
	else if (out_is_compressed(b->out) && out_is_file(b->out))
		write_what_fits(b);
	return err;
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
	int err = record_buffer_flush(b);

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
	return b->n_packets > b->marks_mask ? b->n_packets - b->marks_mask : 0;
}

/* What is cut at once are no more than the packets of a full buffer. */
bool record_buffer_cut_last(struct record_buffer *b, uint64_t marked)
{
	if (!out_is_file(b->out) || !b->n_packets ||
	    (marked && b->n_packets <= marked + b->marks_mask / 4))
		return false;
	lose_last(b);
	return !cut(b, b->packets_end) && record_buffer_has_head(b);
}
