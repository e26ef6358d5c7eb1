// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Buffering of records, and the books about which packet ended where. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/codec.h"
#include "capture/base/util.h"
#include "capture/format/format.h"
#include "capture/packet/packet.h"
#include "capture/write/out.h"
#include "capture/write/writer.h"

/*
 * A packet in the file: how far it is from the end of the packet before to its own, and whose it
 * is.
 */
struct mark {
	uint32_t len;
	uint32_t iface;
};

struct output_iface {
	/* the last one that it is in: counted from 1, 0: none. The next three are about that */
	uint64_t file;
	uint32_t number;
	uint32_t snaplen;
	uint64_t end;		/* of its description; UINT64_MAX: there is none */
	uint64_t lost;
};

struct writer {
	struct format *format;
	const struct format_ops *ops;	/* of format */
	struct out *out;		/* NULL: taken */
	uint8_t *buf;
	size_t used, cap;
	/* more is not collected: what is worth a write, or one long record */
	size_t limit;
	uint64_t head_end;		/* in the file; what stands before is never cut */
	struct mark *marks;		/* packet n is at n & marks_mask */
	/* four times what fits into the buffer: those in doubt, and those of a frame to cut */
	uint64_t marks_mask;
	uint64_t n_packets;		/* in the file or on the way there */
	uint64_t packets_end;		/* where the last of them ends, or the head */
	uint64_t end;			/* where the last record ends */
	uint64_t whole;			/* where the last record ends that is in the file */
	size_t built;			/* behind what is in the buffer: a packet's, not in the file yet */
	uint32_t built_of;		/* its interface */
	uint64_t file;			/* which one it is, from 1 */
	struct output_iface *ifaces;	/* by their ids, those of all files */
	uint32_t n_known;
	uint32_t *ids;			/* of the interfaces of this file, by their numbers in it */
	uint32_t n_ifaces;
	uint64_t lost;			/* from here on: of all files */
	uint64_t unfit;
	enum format_unfit why_unfit;	/* the first one */
	int error;			/* the first one */
};

static void writer_closep(struct writer **w)
{
	writer_close(*w);
}

int writer_open(struct writer **writer, enum file_format format, const struct text_settings *text,
		const char *path, int interrupt_fd)
{
	cleanup(writer_closep) struct writer *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->file = 1;
	w->format = format_open(format, text);
	if (!w->format)
		return -ENOMEM;
	w->ops = w->format->ops;
	w->cap = w->limit = w->ops->collected;
	w->buf = malloc(w->cap);
	w->marks_mask = 4 * w->cap / w->ops->packet_min - 1;
	w->marks = calloc(w->marks_mask + 1, sizeof(*w->marks));
	if (!w->buf || !w->marks)
		return -ENOMEM;
	err = out_open(&w->out, path, interrupt_fd);
	if (err)
		return err;
	*writer = steal(&w);
	return 0;
}

int writer_set_codec(struct writer *w, struct codec c)
{
	return out_set_codec(w->out, c);
}

struct out *writer_take_out(struct writer *w)
{
	return steal(&w->out);
}

void writer_give_out(struct writer *w, struct out *out)
{
	out_close(w->out);
	w->out = out;
	w->used = 0;
	w->limit = w->ops->collected;
	w->head_end = w->n_packets = w->packets_end = w->end = w->whole = 0;
	w->n_ifaces = 0;
	w->error = 0;
	w->file++;
}

struct out *writer_out(const struct writer *w)
{
	return w->out;
}

bool writer_is_same(const struct writer *w, const struct stat *st)
{
	return out_is_same(w->out, st);
}

static int grow(struct writer *w, size_t cap)
{
	uint8_t *bigger = realloc(w->buf, cap);

	if (!bigger)
		return w->error = -ENOMEM;
	w->buf = bigger;
	w->cap = cap;
	return 0;
}

static int know_iface(struct writer *w, uint32_t id)
{
	size_t n = max_of((size_t)id + 1, 2 * (size_t)w->n_known);
	struct output_iface *more;

	if (id < w->n_known)
		return 0;
	more = realloc(w->ifaces, n * sizeof(*more));
	if (!more)
		return -ENOMEM;
	memset(more + w->n_known, 0, (n - w->n_known) * sizeof(*more));
	w->ifaces = more;
	w->n_known = n;
	return 0;
}

/* Of one that no file has described, too. */
static void count_lost(struct writer *w, uint32_t id)
{
	if (!know_iface(w, id))
		w->ifaces[id].lost++;
	w->lost++;
}

static void lose_last_packet(struct writer *w)
{
	const struct mark *m = &w->marks[--w->n_packets & w->marks_mask];

	w->packets_end -= m->len;
	count_lost(w, m->iface);
}

static void lose_packets_behind(struct writer *w, uint64_t offset)
{
	while (w->n_packets && w->packets_end > offset)
		lose_last_packet(w);
}

static bool is_out_of_room(int err)
{
	return err == -ENOSPC || err == -EDQUOT || err == -EFBIG;
}

/*
 * A frame is in the file whole or not at all: if there is no room for it, then perhaps for half of
 * its packets, or a quarter.
 */
static void write_what_fits(struct writer *w)
{
	uint64_t begin = w->whole;
	int err = w->error;

	while (is_out_of_room(err) && w->n_packets && w->packets_end > begin) {
		lose_packets_behind(w, begin + (w->packets_end - begin) / 2);
		err = w->packets_end > begin ? out_write(w->out, w->buf, w->packets_end - begin)
					     : 0;
	}
	w->whole = out_offset(w->out);
}

int writer_flush(struct writer *w)
{
	uint64_t from;
	int err;

	if (w->error || !w->used)
		return w->error;
	from = out_offset(w->out);
	err = out_write(w->out, w->buf, w->used);
	if (err == -EINTR) {
		uint64_t done = out_offset(w->out) - from;

		memmove(w->buf, w->buf + done, w->used - done);
		w->used -= done;
		return err;
	}
	w->used = 0;
	w->limit = w->ops->collected;
	w->error = err;
	if (!err)
		w->whole = w->end;
	else if (out_is_compressed(w->out) && out_is_file(w->out))
		write_what_fits(w);
	return err;
}

/*
 * Makes sure that @n bytes fit behind what is in the buffer. An interrupted flush leaves bytes
 * there.
 */
static int make_room(struct writer *w, size_t n)
{
	int err = writer_flush(w);

	if (err && err != -EINTR)
		return err;
	w->limit = max_of(w->ops->collected, w->used + n);
	return w->limit <= w->cap ? 0 : grow(w, w->limit);
}

static inline uint8_t *tail(const struct writer *w)
{
	return w->buf + w->used;
}

static inline size_t room(const struct writer *w)
{
	return w->limit - w->used;
}

static void appended(struct writer *w, size_t n)
{
	w->used += n;
	w->end += n;
}

/* What stands before the first packet is the head. */
static void appended_head(struct writer *w, size_t n)
{
	appended(w, n);
	if (w->n_packets == 0)
		w->head_end = w->packets_end = w->end;
}

int writer_begin(struct writer *w, const struct origin *o)
{
	int err = w->error = out_begin(w->out);
	ssize_t n;

	if (err || !w->ops->head)
		return err;
	while (!err && (n = w->ops->head(w->format, tail(w), room(w), o)) > (ssize_t)room(w))
		err = make_room(w, n);
	if (!err)
		appended_head(w, n);
	return err;
}

/* Makes interface @id the next one of this file. */
static int add_iface(struct writer *w, uint32_t id, uint32_t snaplen)
{
	uint32_t n = w->n_ifaces;

	if (!(n & (n - 1))) {	/* a power of two, or 0: full */
		uint32_t *more = realloc(w->ids, (n ? 2 * (size_t)n : 1) * sizeof(*more));

		if (!more)
			return w->error = -ENOMEM;
		w->ids = more;
	}
	if (know_iface(w, id))
		return w->error = -ENOMEM;
	w->ids[w->n_ifaces++] = id;
	w->ifaces[id].file = w->file;
	w->ifaces[id].number = n;
	w->ifaces[id].snaplen = snaplen;
	w->ifaces[id].end = UINT64_MAX;
	return 0;
}

bool writer_has_iface(const struct writer *w, uint32_t id)
{
	return id < w->n_known && w->ifaces[id].file == w->file;
}

int writer_iface(struct writer *w, const struct iface *i, uint32_t snaplen)
{
	struct iface described = *i;
	int err = w->error;
	ssize_t n = 0;

	if (snaplen && (!i->snaplen || snaplen < i->snaplen))
		described.snaplen = snaplen;
	if (!err)
		err = add_iface(w, i->id, snaplen);
	if (err || !w->ops->iface)
		return err;
	while (!err && (n = w->ops->iface(w->format, tail(w), room(w), &described, snaplen)) >
			       (ssize_t)room(w))
		err = make_room(w, n);
	if (err)
		return err;
	appended_head(w, n);
	w->ifaces[i->id].end = w->end;
	return 0;
}

/* A frame of its own, so that all packets can be cut off. */
static int flush_head(struct writer *w)
{
	int err = writer_flush(w);

	return err == -EINTR ? 0 : err;
}

static int not_fit(struct writer *w, uint32_t id, enum format_unfit why)
{
	count_lost(w, id);
	w->unfit++;
	if (!w->why_unfit)
		w->why_unfit = why;
	return 0;
}

static inline ssize_t build(struct writer *w, const struct packet *p)
{
	uint32_t id = p->iface->id;
	int err = w->error;
	ssize_t n = 0;

	/* a format that needs no description of it */
	if (!err && !writer_has_iface(w, id))
		err = add_iface(w, id, 0);
	if (!w->n_packets && !err && out_is_compressed(w->out))
		err = flush_head(w);
	while (!err && (n = w->ops->packet(w->format, tail(w), room(w), p, w->ifaces[id].number,
					   w->ifaces[id].snaplen)) > (ssize_t)room(w))
		err = make_room(w, n);
	if (err) {
		count_lost(w, id);
		return err;
	}
	if (n < 0)
		return not_fit(w, id, -n);
	w->built = n;
	w->built_of = id;
	return n;
}

static inline void put(struct writer *w)
{
	appended(w, w->built);
	w->marks[w->n_packets++ & w->marks_mask] =
		(struct mark){ w->end - w->packets_end, w->built_of };
	w->packets_end = w->end;
}

int writer_packet(struct writer *w, const struct packet *p)
{
	ssize_t n = build(w, p);

	if (n > 0)
		put(w);
	return min_of(n, 0);
}

ssize_t writer_build(struct writer *w, const struct packet *p)
{
	return build(w, p);
}

void writer_put(struct writer *w)
{
	put(w);
}

int writer_block(struct writer *w, const void *block, size_t len)
{
	int err = w->error;
	ssize_t n = 0;

	if (!w->ops->block)
		return err;
	while (!err &&
	       (n = w->ops->block(w->format, tail(w), room(w), block, len)) > (ssize_t)room(w))
		err = make_room(w, n);
	if (!err)
		appended_head(w, n);
	return err;
}

size_t writer_pending(const struct writer *w)
{
	return w->used;
}

uint64_t writer_size(const struct writer *w)
{
	uint64_t stats = w->ops->stats ? (uint64_t)w->n_ifaces * WRITER_STATS_MAX : 0;

	return out_size(w->out) + w->used + stats;
}

uint64_t writer_packets(const struct writer *w)
{
	return w->n_packets;
}

void writer_refuse(struct writer *w, uint32_t id)
{
	count_lost(w, id);
}

void writer_hurry(struct writer *w, int ms)
{
	out_hurry(w->out, ms);
}

uint64_t writer_lost(const struct writer *w, uint32_t id)
{
	return id < w->n_known ? w->ifaces[id].lost : 0;
}

uint64_t writer_lost_all(const struct writer *w)
{
	return w->lost;
}

uint64_t writer_unfit(const struct writer *w, enum format_unfit *why)
{
	*why = w->why_unfit;
	return w->unfit;
}

/* Takes what stands behind @offset out of the file; compressed, it may be more than that. */
static int cut(struct writer *w, uint64_t offset)
{
	int err = out_cut(w->out, offset);

	w->whole = out_offset(w->out);
	lose_packets_behind(w, w->whole);
	return err;
}

/*
 * Counts the packets that did not make it whole into the output, and takes a torn record out of a
 * file.
 */
static int cut_torn_record(struct writer *w)
{
	lose_packets_behind(w, out_offset(w->out));
	return out_is_file(w->out) && w->whole < out_offset(w->out)
		       ? cut(w, max_of(w->whole, w->packets_end))
		       : 0;
}

/* One record an interface, written together, so that they are in the file all or not at all. */
static int write_stats(struct writer *w, writer_stats_fn stats, void *ctx)
{
	int err;

	w->used = 0;
	for (uint32_t i = 0; i < w->n_ifaces; i++) {
		struct iface_stats s = { .has = 0 };
		uint32_t id = w->ids[i];
		ssize_t n;

		/* cut away, or nothing known */
		if (w->ifaces[id].end > out_offset(w->out) || !stats(ctx, id, &s))
			continue;
		while ((n = w->ops->stats(w->format, tail(w), room(w), i, &s)) > (ssize_t)room(w))
			if (grow(w, w->limit = 2 * w->cap + n))
				return -ENOMEM;
		w->used += n;
	}
	err = out_write(w->out, w->buf, w->used);
	w->used = 0;
	return err;
}

/*
 * At a full disk the last packets make room; the first failed try has filled the file up to the
 * limit. Packet @known is the first with a mark, and what is cut at once are no more than the
 * packets of a full buffer.
 */
static int write_stats_in_place(struct writer *w, uint64_t known, writer_stats_fn stats, void *ctx)
{
	int err = write_stats(w, stats, ctx);

	while (is_out_of_room(err) && out_is_file(w->out) && w->n_packets &&
	       (!known || w->n_packets > known + w->marks_mask / 4)) {
		if (!w->error)
			w->error = err;
		lose_last_packet(w);
		if (cut(w, w->packets_end) || out_offset(w->out) < w->head_end)
			return err;
		err = write_stats(w, stats, ctx);
	}
	return err;
}

static void put_end(struct writer *w)
{
	ssize_t n = 0;
	int err = w->error;

	while (!err && (n = w->ops->end(w->format, tail(w), room(w))) > (ssize_t)room(w))
		err = make_room(w, n);
	if (!err)
		appended_head(w, n);
}

/*
 * Only now is known how the file should have begun. Of one that is compressed, or no file, that
 * stays.
 */
static int amend(struct writer *w)
{
	uint8_t buf[FORMAT_AMEND_MAX];
	size_t n = w->ops->amend(w->format, buf);

	return n && n <= out_offset(w->out) ? out_amend(w->out, buf, n) : 0;
}

/* Not even the head fits: better nothing. */
static void leave_nothing(struct writer *w)
{
	lose_packets_behind(w, 0);
	if (out_is_file(w->out))
		out_cut(w->out, 0);
}

int writer_finish(struct writer *w, writer_stats_fn stats, void *ctx)
{
	uint64_t known = w->n_packets > w->marks_mask ? w->n_packets - w->marks_mask : 0;
	int err = 0;

	if (w->ops->end)
		put_end(w);
	if (writer_flush(w) == -EINTR)
		w->error = -EINTR;
	if (w->error && out_offset(w->out) >= w->head_end && cut_torn_record(w))
		return w->error;
	if (w->error && out_offset(w->out) < w->head_end) {
		leave_nothing(w);
		return w->error;
	}
	if (w->error && !out_is_file(w->out))
		return w->error;
	if (w->ops->stats)
		err = write_stats_in_place(w, known, stats, ctx);
	if (err)
		cut_torn_record(w);
	if (!err && w->ops->amend)
		err = amend(w);
	if (!err && !w->error)
		err = out_end(w->out);
	if (!w->error)
		w->error = err;
	return w->error;
}

struct writer *writer_close(struct writer *w)
{
	if (!w)
		return NULL;
	out_close(w->out);
	format_close(w->format);
	free(w->buf);
	free(w->marks);
	free(w->ifaces);
	free(w->ids);
	free(w);
	return NULL;
}
