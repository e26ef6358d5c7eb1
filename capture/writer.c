// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Buffering of blocks, and the books about which packet ended where. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/out.h"
#include "capture/packet.h"
#include "capture/pcapng.h"
#include "capture/util.h"
#include "capture/writer.h"

enum {
	BUF_SIZE = 256 * 1024,
	/* More than packets fit into the buffer (the smallest EPB has 32 bytes), so those in doubt are always known. */
	N_MARKS = 2 * BUF_SIZE / 32,
};

/* A packet in the file: how far it is from the end of the packet before to its own, and whose it is. */
struct mark {
	uint32_t len;
	uint32_t iface;
};

struct output_iface {
	uint32_t snaplen;
	uint64_t end;		/* of its description, in the file */
	uint64_t lost;
};

struct writer {
	struct out *out;
	uint8_t *buf;
	size_t used, cap;
	uint64_t head_end;		/* in the file; what stands before is never cut */
	struct mark *marks;		/* packet n is at n % N_MARKS */
	uint64_t n_packets;		/* in the file or on the way there */
	uint64_t packets_end;		/* where the last of them ends, or the head */
	uint64_t end;			/* where the last block ends */
	struct output_iface *ifaces;
	uint32_t n_ifaces;
	uint64_t lost;
	int error;			/* the first one */
};

static void writer_closep(struct writer **w)
{
	writer_close(*w);
}

int writer_open(struct writer **writer, const char *path, int interrupt_fd)
{
	cleanup(writer_closep) struct writer *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->cap = BUF_SIZE;
	w->buf = malloc(w->cap);
	w->marks = calloc(N_MARKS, sizeof(*w->marks));
	if (!w->buf || !w->marks)
		return -ENOMEM;
	err = out_open(&w->out, path, interrupt_fd);
	if (err)
		return err;
	*writer = steal(&w);
	return 0;
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

/* An interrupted flush leaves bytes in the buffer. */
static int flush_and_grow(struct writer *w, size_t n)
{
	int err = writer_flush(w);

	if (err && err != -EINTR)
		return err;
	return n <= w->cap - w->used ? 0 : grow(w, w->used + n);
}

/* Makes sure that @n bytes fit behind what is in the buffer. */
static inline int make_room(struct writer *w, size_t n)
{
	return n <= w->cap - w->used ? w->error : flush_and_grow(w, n);
}

static void appended(struct writer *w, size_t n)
{
	w->used += n;
	w->end += n;
}

int writer_begin(struct writer *w, const char *hardware, const char *os, const char *appl)
{
	w->error = out_begin(w->out);
	if (!w->error)
		appended(w, pcapng_shb(w->buf, hardware, os, appl));
	return w->error;
}

int writer_iface(struct writer *w, const struct iface *i, uint32_t snaplen)
{
	int err = make_room(w, i->filter ? PCAPNG_IDB_MAX : PCAPNG_HEAD_MAX);
	struct output_iface *more;
	struct iface described = *i;

	if (err)
		return err;
	more = realloc(w->ifaces, (w->n_ifaces + 1) * sizeof(*more));
	if (!more)
		return w->error = -ENOMEM;
	w->ifaces = more;
	w->ifaces[w->n_ifaces++] = (struct output_iface){ .snaplen = snaplen };
	if (snaplen && (!i->snaplen || snaplen < i->snaplen))
		described.snaplen = snaplen;
	appended(w, pcapng_idb(w->buf + w->used, &described));
	w->ifaces[w->n_ifaces - 1].end = w->end;
	if (w->n_packets == 0)
		w->head_end = w->packets_end = w->end;
	return 0;
}

int writer_packet(struct writer *w, const struct packet *p)
{
	struct output_iface *iface = &w->ifaces[p->iface->id];
	int err = make_room(w, PCAPNG_EPB_MAX + (size_t)p->caplen);

	if (err) {
		iface->lost++;
		w->lost++;
		return err;
	}
	appended(w, pcapng_epb(w->buf + w->used, p->iface->id, p, iface->snaplen));
	w->marks[w->n_packets++ % N_MARKS] = (struct mark){ w->end - w->packets_end, p->iface->id };
	w->packets_end = w->end;
	return 0;
}

int writer_flush(struct writer *w)
{
	uint64_t from = out_offset(w->out);
	int err;

	if (w->error || !w->used)
		return w->error;
	err = out_write(w->out, w->buf, w->used);
	if (err == -EINTR) {
		uint64_t done = out_offset(w->out) - from;

		memmove(w->buf, w->buf + done, w->used - done);
		w->used -= done;
		return err;
	}
	w->used = 0;
	return w->error = err;
}

size_t writer_pending(const struct writer *w)
{
	return w->used;
}

void writer_hurry(struct writer *w, int ms)
{
	out_hurry(w->out, ms);
}

uint64_t writer_lost(const struct writer *w, uint32_t id)
{
	return id < w->n_ifaces ? w->ifaces[id].lost : 0;
}

uint64_t writer_lost_all(const struct writer *w)
{
	return w->lost;
}

static void lose_last_packet(struct writer *w)
{
	const struct mark *m = &w->marks[--w->n_packets % N_MARKS];

	w->packets_end -= m->len;
	w->ifaces[m->iface].lost++;
	w->lost++;
}

/* Counts the packets that did not make it whole into the output, and takes a torn one out of a file. */
static int cut_torn_packet(struct writer *w)
{
	while (w->n_packets && w->packets_end > out_offset(w->out))
		lose_last_packet(w);
	return out_is_file(w->out) && w->packets_end < out_offset(w->out) ? out_cut(w->out, w->packets_end) : 0;
}

static bool is_out_of_room(int err)
{
	return err == -ENOSPC || err == -EDQUOT || err == -EFBIG;
}

/* One block an interface, written together, so that they are in the file all or not at all. */
static int write_stats(struct writer *w, writer_stats_fn stats, void *ctx)
{
	int err;

	w->used = 0;
	for (uint32_t id = 0; id < w->n_ifaces; id++) {
		struct iface_stats s = { .has = 0 };

		if (w->ifaces[id].end > out_offset(w->out) || !stats(ctx, id, &s))	/* cut away, or nothing known */
			continue;
		if (w->used + PCAPNG_HEAD_MAX > w->cap && grow(w, 2 * w->cap))
			return -ENOMEM;
		w->used += pcapng_isb(w->buf + w->used, id, &s);
	}
	err = out_write(w->out, w->buf, w->used);
	w->used = 0;
	return err;
}

/* At a full disk the last packets make room; the first failed try has filled the file up to the limit. */
static int write_stats_in_place(struct writer *w, writer_stats_fn stats, void *ctx)
{
	uint64_t floor = w->n_packets > N_MARKS ? w->n_packets - N_MARKS + 1 : 0;
	int err = write_stats(w, stats, ctx);

	while (is_out_of_room(err) && out_is_file(w->out) && w->n_packets > floor) {
		if (!w->error)
			w->error = err;
		lose_last_packet(w);
		if (out_cut(w->out, w->packets_end))
			return err;
		err = write_stats(w, stats, ctx);
	}
	return err;
}

int writer_finish(struct writer *w, writer_stats_fn stats, void *ctx)
{
	int err;

	if (writer_flush(w) == -EINTR)
		w->error = -EINTR;
	if (w->error && out_offset(w->out) < w->head_end) {	/* not even the head fits: better nothing */
		while (w->n_packets)
			lose_last_packet(w);
		if (out_is_file(w->out))
			out_cut(w->out, 0);
		return w->error;
	}
	if (w->error && cut_torn_packet(w))
		return w->error;
	if (w->error && !(is_out_of_room(w->error) && out_is_file(w->out)))
		return w->error;
	err = write_stats_in_place(w, stats, ctx);
	if (err && out_is_file(w->out))
		out_cut(w->out, w->packets_end);
	if (!err)
		err = out_sync(w->out);
	if (!w->error)
		w->error = err;
	return w->error;
}

struct writer *writer_close(struct writer *w)
{
	if (!w)
		return NULL;
	out_close(w->out);
	free(w->buf);
	free(w->marks);
	free(w->ifaces);
	free(w);
	return NULL;
}
