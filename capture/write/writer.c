// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A format over a buffer of records: what stands in a file, in which order, and how it ends. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/codec.h"
#include "capture/base/util.h"
#include "capture/format/format.h"
#include "capture/packet/packet.h"
#include "capture/write/file_ifaces.h"
#include "capture/write/out.h"
#include "capture/write/record_buffer.h"
#include "capture/write/writer.h"

struct writer {
	struct format *format;
	const struct format_ops *ops;	/* of format */
	struct file_ifaces ifaces;
	struct record_buffer records;	/* and the out that they go to */
	/* bytes of a packet behind what is in the buffer, not in the file yet; its interface */
	size_t built;
	uint32_t built_of;
	/* what was given to us last is what was built last, and in the file */
	bool is_last;
	uint64_t unfit;			/* of all files */
	enum format_unfit why_unfit;	/* the first one */
};

static void writer_closep(struct writer **w)
{
	writer_close(*w);
}

/* All but the out. */
static int make(struct writer **writer, enum file_format format, const struct text_settings *text)
{
	cleanup(writer_closep) struct writer *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	file_ifaces_next_file(&w->ifaces);
	w->format = format_open(format, text);
	if (!w->format)
		return -ENOMEM;
	w->ops = w->format->ops;
	err = record_buffer_init(&w->records, w->ops->collected, w->ops->packet_min, &w->ifaces);
	if (!err)
		*writer = steal(&w);
	return err;
}

int writer_open(struct writer **writer, enum file_format format, const struct text_settings *text,
		const char *path, int interrupt_fd)
{
	cleanup(writer_closep) struct writer *w = NULL;
	int err = make(&w, format, text);

	if (!err)
		err = out_open(&w->records.out, path, interrupt_fd);
	if (!err)
		*writer = steal(&w);
	return err;
}

int writer_open_to(struct writer **writer, enum file_format format, out_take_fn take, void *ctx)
{
	cleanup(writer_closep) struct writer *w = NULL;
	int err = make(&w, format, NULL);

	if (!err)
		err = out_open_to(&w->records.out, take, ctx);
	if (!err)
		*writer = steal(&w);
	return err;
}

int writer_set_codec(struct writer *w, struct codec c)
{
	return out_set_codec(w->records.out, c);
}

void writer_set_queue(struct writer *w, struct write_queue *q)
{
	w->records.queue = q;
}

bool writer_has_given_up(const struct writer *w)
{
	return w->records.given_up;
}

struct out *writer_take_out(struct writer *w)
{
	return steal(&w->records.out);
}

void writer_give_out(struct writer *w, struct out *out)
{
	record_buffer_restart(&w->records, out);
	file_ifaces_next_file(&w->ifaces);
}

struct out *writer_out(const struct writer *w)
{
	return w->records.out;
}

int writer_reader_fd(const struct writer *w)
{
	const struct out *out = w->records.out;

	return out && out_has_reader(out) ? out_fd(out) : -1;
}

bool writer_is_same(const struct writer *w, const struct stat *st)
{
	return w->records.out && out_is_same(w->records.out, st);
}

int writer_flush(struct writer *w)
{
	return record_buffer_flush(&w->records);
}

bool writer_is_behind(const struct writer *w)
{
	return record_buffer_is_behind(&w->records);
}

int writer_write(struct writer *w)
{
	return record_buffer_write(&w->records);
}

int writer_settle(struct writer *w)
{
	return record_buffer_settle(&w->records);
}

static inline uint8_t *tail(const struct writer *w)
{
	return record_buffer_tail(&w->records);
}

static inline size_t room(const struct writer *w)
{
	return record_buffer_room(&w->records);
}

int writer_begin(struct writer *w, const struct origin *o)
{
	int err = w->records.error = out_begin(w->records.out);
	ssize_t n;

	if (err || !w->ops->head)
		return err;
	while (!err && (n = w->ops->head(w->format, tail(w), room(w), o)) > (ssize_t)room(w))
		err = record_buffer_need(&w->records, n);
	if (!err)
		record_buffer_put(&w->records, n);
	return err;
}

/* Makes interface @id the next one of this file. */
static int add_iface(struct writer *w, uint32_t id, uint32_t snaplen)
{
	int err = file_ifaces_add(&w->ifaces, id, snaplen);

	return err ? w->records.error = err : 0;
}

bool writer_has_iface(const struct writer *w, uint32_t id)
{
	return file_ifaces_has(&w->ifaces, id);
}

int writer_iface(struct writer *w, const struct iface *i, uint32_t snaplen)
{
	struct iface described = *i;
	int err = w->records.error;
	ssize_t n = 0;

	if (snaplen && (!i->snaplen || snaplen < i->snaplen))
		described.snaplen = snaplen;
	if (!err)
		err = add_iface(w, i->id, snaplen);
	if (err || !w->ops->iface)
		return err;
	while (!err && (n = w->ops->iface(w->format, tail(w), room(w), &described, snaplen)) >
			       (ssize_t)room(w))
		err = record_buffer_need(&w->records, n);
	if (err)
		return err;
	record_buffer_put(&w->records, n);
	w->ifaces.known[i->id].end = w->records.end;
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
	file_ifaces_lose(&w->ifaces, id);
	w->unfit++;
	if (!w->why_unfit)
		w->why_unfit = why;
	return 0;
}

/* For a packet of interface @id, which a format may need no description of. */
static inline int prepare(struct writer *w, uint32_t id)
{
	int err = w->records.error;

	if (!err && !file_ifaces_has(&w->ifaces, id))
		err = add_iface(w, id, 0);
	if (!w->records.n_packets && !err && out_is_compressed(w->records.out))
		err = flush_head(w);
	return err;
}

static inline ssize_t build(struct writer *w, const struct packet *p)
{
	const struct file_iface *i;
	uint32_t id = p->iface->id;
	int err = prepare(w, id);
	ssize_t n = 0;

	w->is_last = false;
	i = err ? NULL : &w->ifaces.known[id];
	while (!err && (n = w->ops->packet(w->format, tail(w), room(w), p, i->number,
					   i->snaplen)) > (ssize_t)room(w))
		err = record_buffer_need(&w->records, n);
	if (err) {
		file_ifaces_lose(&w->ifaces, id);
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
	record_buffer_put_packet(&w->records, w->built, w->built_of);
	w->is_last = true;
}

int writer_packet(struct writer *w, const struct packet *p)
{
	ssize_t n = build(w, p);

	if (n > 0)
		put(w);
	return min_of(n, 0);
}

int writer_made(struct writer *w, uint32_t id, const void *record, size_t len)
{
	int err = prepare(w, id);

	while (!err && len > room(w))
		err = record_buffer_need(&w->records, len);
	if (err) {
		file_ifaces_lose(&w->ifaces, id);
		return err;
	}
	memcpy(tail(w), record, len);
	record_buffer_put_packet(&w->records, len, id);
	return 0;
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
	int err = w->records.error;
	ssize_t n = 0;

	if (!w->ops->block)
		return err;
	while (!err &&
	       (n = w->ops->block(w->format, tail(w), room(w), block, len)) > (ssize_t)room(w))
		err = record_buffer_need(&w->records, n);
	if (!err)
		record_buffer_put(&w->records, n);
	return err;
}

size_t writer_pending(const struct writer *w)
{
	return record_buffer_pending(&w->records);
}

uint64_t writer_size(const struct writer *w)
{
	uint64_t stats = w->ops->stats
				 ? (uint64_t)(w->ifaces.n - w->ifaces.n_told) * WRITER_STATS_MAX
				 : 0;

	return record_buffer_size(&w->records) + stats;
}

uint64_t writer_written(const struct writer *w)
{
	return record_buffer_written(&w->records);
}

uint64_t writer_packets(const struct writer *w)
{
	return w->records.n_packets;
}

bool writer_last(const struct writer *w, uint64_t *offset)
{
	const struct record_buffer *b = &w->records;

	if (!w->is_last || !w->ops->own)
		return false;
	*offset = b->packets_end - w->ops->own(record_buffer_tail(b) - w->built, w->built);
	return true;
}

void writer_refuse(struct writer *w, uint32_t id)
{
	w->is_last = false;
	file_ifaces_lose(&w->ifaces, id);
}

void writer_hurry(struct writer *w, int ms)
{
	out_hurry(w->records.out, ms);
}

uint64_t writer_lost(const struct writer *w, uint32_t id)
{
	return file_ifaces_lost(&w->ifaces, id);
}

uint64_t writer_lost_all(const struct writer *w)
{
	return w->ifaces.lost;
}

uint64_t writer_unfit(const struct writer *w, enum format_unfit *why)
{
	*why = w->why_unfit;
	return w->unfit;
}

int writer_final_stats(struct writer *w, uint32_t id, writer_stats_fn stats, void *ctx)
{
	struct iface_stats s = { .has = 0 };
	struct file_iface *i;
	int err = w->records.error;
	ssize_t n = 0;

	if (err || !w->ops->stats || !file_ifaces_has(&w->ifaces, id))
		return err;
	i = &w->ifaces.known[id];
	if (i->told || !stats(ctx, id, &s))
		return 0;
	while (!err &&
	       (n = w->ops->stats(w->format, tail(w), room(w), i->number, &s)) > (ssize_t)room(w))
		err = record_buffer_need(&w->records, n);
	if (err)
		return err;
	record_buffer_put(&w->records, n);
	i->told = w->records.end;
	w->ifaces.n_told++;
	return 0;
}

/* Is there nothing more to say of it? */
static bool is_told(const struct writer *w, const struct file_iface *i)
{
	return i->told && i->told <= out_offset(w->records.out);
}

/* One record an interface, written together, so that they are in the file all or not at all. */
static int write_stats(struct writer *w, writer_stats_fn stats, void *ctx)
{
	static const struct iface_stats none;
	struct record_buffer *b = &w->records;
	struct iface_stats s = none;
	int err;

	b->used = 0;
	for (uint32_t i = 0; i < w->ifaces.n; i++) {
		uint32_t id = w->ifaces.ids[i];
		ssize_t n;

		/* cut away, or nothing known */
		if (w->ifaces.known[id].end > out_offset(b->out) ||
		    is_told(w, &w->ifaces.known[id]) || !stats(ctx, id, &s))
			continue;
		while ((n = w->ops->stats(w->format, tail(w), room(w), i, &s)) > (ssize_t)room(w))
			if (record_buffer_grow(b, b->cap + n))
				return -ENOMEM;
		b->used += n;
		s = none;
	}
	err = out_write(b->out, b->bytes, b->used);
	b->used = 0;
	return err;
}

/*
 * At a full disk the last packets make room; the first failed try has filled the file up to the
 * limit.
 */
static int write_stats_in_place(struct writer *w, uint64_t marked, writer_stats_fn stats, void *ctx)
{
	int err = write_stats(w, stats, ctx);

	while (record_buffer_is_full(err)) {
		if (!w->records.error)
			w->records.error = err;
		if (!record_buffer_cut_last(&w->records, marked))
			return err;
		err = write_stats(w, stats, ctx);
	}
	return err;
}

static void put_end(struct writer *w)
{
	ssize_t n = 0;
	int err = w->records.error;

	while (!err && (n = w->ops->end(w->format, tail(w), room(w))) > (ssize_t)room(w))
		err = record_buffer_need(&w->records, n);
	if (!err)
		record_buffer_put(&w->records, n);
}

/*
 * Only now is known how the file should have begun. Of one that is compressed, or no file, that
 * stays.
 */
static int amend(struct writer *w)
{
	uint8_t buf[FORMAT_AMEND_MAX];
	size_t n = w->ops->amend(w->format, buf);

	return n && n <= out_offset(w->records.out) ? out_amend(w->records.out, buf, n) : 0;
}

/* What comes behind the last packet. -errno: not all of it is there. */
static int write_end(struct writer *w, uint64_t marked, writer_stats_fn stats, void *ctx)
{
	int err = w->ops->stats ? write_stats_in_place(w, marked, stats, ctx) : 0;

	if (err)
		record_buffer_cut_torn(&w->records);
	if (!err && w->ops->amend)
		err = amend(w);
	if (!err && !w->records.error)
		err = out_end(w->records.out);
	return err;
}

int writer_finish(struct writer *w, writer_stats_fn stats, void *ctx)
{
	struct record_buffer *b = &w->records;
	uint64_t marked = record_buffer_first_marked(b);
	int err;

	if (w->ops->end)
		put_end(w);
	if (record_buffer_write(b) == -EINTR)
		b->error = -EINTR;
	if (b->given_up)
		return b->error;
	if (b->error && record_buffer_has_head(b) && record_buffer_cut_torn(b))
		return b->error;
	if (b->error && !record_buffer_has_head(b)) {	/* better nothing */
		record_buffer_cut_all(b);
		return b->error;
	}
	if (b->error && !out_is_file(b->out))
		return b->error;
	err = write_end(w, marked, stats, ctx);
	if (!b->error)
		b->error = err;
	return b->error;
}

struct writer *writer_close(struct writer *w)
{
	if (!w)
		return NULL;
	record_buffer_release(&w->records);
	file_ifaces_release(&w->ifaces);
	format_close(w->format);
	free(w);
	return NULL;
}
