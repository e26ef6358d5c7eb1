/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Whole records on their way into a file, and where in it each of the last packets ends: so that a
 * file that cannot take all of them ends with a whole record, and the packets that it lacks are
 * counted. Does not know what is in a record. Positions are bytes of what was given to out_write(),
 * before it is compressed.
 */
#ifndef XDPDUMP_WRITE_RECORD_BUFFER_H
#define XDPDUMP_WRITE_RECORD_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct file_ifaces;
struct out;
struct write_queue;

/*
 * A packet in the file: how far it is from the end of the packet before to its own, and whose it
 * is.
 */
struct record_mark {
	uint32_t len;
	uint32_t iface;
};

/*
 * head_end <= packets_end <= end; whole <= end, which is out_offset() + used while
 * nothing fails.
 */
struct record_buffer {
	struct out *out;		/* NULL: taken */
	/*
	 * the caller's, by which it is written; NULL: at once. Then the out is ours only when
	 * settled
	 */
	struct write_queue *queue;
	struct file_ifaces *ifaces;	/* the caller's: lost packets are counted there */
	uint8_t *bytes;
	size_t used, cap;
	/* more is not collected: what is worth a write, or one long record */
	size_t limit;
	size_t collected;		/* what is worth a write, */
	size_t packets_max;		/* and how many packets that are at most */
	uint64_t head_end;		/* in the file; what stands before is never cut */
	struct record_mark *marks;	/* packet n is at n & marks_mask */
	/*
	 * four times what fits into the buffer, or more: those in doubt, and those of a frame to
	 * cut
	 */
	uint64_t marks_mask;
	uint64_t first_marked;		/* of the packets before there are no marks */
	uint64_t first_waiting;		/* of the packets in the queue, or perhaps one before; */
	uint64_t first_waiting_at;	/* where it begins in the file */
	uint64_t out_size;		/* when all before is written; see record_buffer_size() */
	uint64_t n_packets;		/* in the file or on the way there */
	uint64_t packets_end;		/* where the last of them ends, or the head */
	uint64_t end;			/* where the last record ends */
	uint64_t whole;			/* where the last record ends that is in the file */
	int error;			/* of this file, the first one */
	/* the queue was, as of write_queue_force(): the out is not ours any more */
	bool given_up;
};

/*
 * Collects @collected bytes before it writes; no packet takes fewer than @packet_min. Both are
 * powers of two. -ENOMEM. The release closes the out.
 */
int record_buffer_init(struct record_buffer *b, size_t collected, size_t packet_min,
		       struct file_ifaces *ifaces);
void record_buffer_release(struct record_buffer *b);

/* Begins another file, in @out, which is the buffer's from then on. */
void record_buffer_restart(struct record_buffer *b, struct out *out);

/* Where the next record is built, and how many bytes it may have without record_buffer_need(). */
static inline uint8_t *record_buffer_tail(const struct record_buffer *b)
{
	return b->bytes + b->used;
}

static inline size_t record_buffer_room(const struct record_buffer *b)
{
	return b->limit - b->used;
}

/*
 * Makes room for @n bytes, by writing what is there or by growing. 0, or the error of this file.
 */
int record_buffer_need(struct record_buffer *b, size_t n);

/* The same without writing: for what is not to be in the file yet. -ENOMEM. */
int record_buffer_grow(struct record_buffer *b, size_t n);

/* The @n bytes at the tail are a record: of no packet, or of one of @iface. */
static inline void record_buffer_put(struct record_buffer *b, size_t n)
{
	b->used += n;
	b->end += n;
	if (b->n_packets == 0)	/* what stands before the first packet is the head */
		b->head_end = b->packets_end = b->end;
}

static inline void record_buffer_put_packet(struct record_buffer *b, size_t n, uint32_t iface)
{
	b->used += n;
	b->end += n;
	b->marks[b->n_packets++ & b->marks_mask] =
		(struct record_mark){ b->end - b->packets_end, iface };
	b->packets_end = b->end;
}

/*
 * Writes what was collected, or hands it on to the queue. 0, or the error of this file, perhaps of
 * what was handed on before; -EINTR is none: nothing is lost, and the next call goes on.
 */
int record_buffer_flush(struct record_buffer *b);

/* The same, but it is in the file then, with all that was handed on. */
int record_buffer_write(struct record_buffer *b);

/* Bytes that were collected and are not in the file. */
size_t record_buffer_pending(const struct record_buffer *b);

/* Has the queue something that is not written? Waits until it is: 0, or the error of this file. */
bool record_buffer_is_behind(const struct record_buffer *b);
int record_buffer_settle(struct record_buffer *b);

/*
 * Bytes in the file; and how many it takes at most with all that was collected, which is exact
 * where it is not compressed or the queue is settled.
 */
uint64_t record_buffer_written(const struct record_buffer *b);
uint64_t record_buffer_size(const struct record_buffer *b);

/* There is no room for more on the disk, or in the file: less may still fit. */
bool record_buffer_is_full(int err);

/* Is the head in the file? */
bool record_buffer_has_head(const struct record_buffer *b);

/*
 * After an error: counts the packets that did not make it whole into the output, and takes a torn
 * record out of a file. Errors of out_cut().
 */
int record_buffer_cut_torn(struct record_buffer *b);

/* Takes all out of a file, the head as well. */
void record_buffer_cut_all(struct record_buffer *b);

/*
 * Takes the last packet out of a file, which is counted as lost. Where packets end is known of the
 * last ones only: @marked was record_buffer_first_marked() when none of them was lost yet. False:
 * there is none left that could go, or the head has gone with it.
 */
uint64_t record_buffer_first_marked(const struct record_buffer *b);
bool record_buffer_cut_last(struct record_buffer *b, uint64_t marked);

#endif
