// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <string.h>

#include "capture/base/util.h"
#include "capture/write/compress.h"
#include "capture/write/direct.h"
#include "capture/write/out.h"
#include "capture/write/piece_write.h"
#include "capture/write/pieces.h"

int piece_write_make(const struct piece *p, struct compress **pack, struct piece_frame *f)
{
	struct codec codec = out_codec(p->out);
	int err;

	if (codec.kind == CODEC_NONE)
		return 0;
	err = *pack ? 0 : compress_open(pack, codec);
	return err ? err
		   : compress_frame(*pack, p->buffer.bytes, p->buffer.used, &f->bytes, &f->len);
}

int piece_write_all(struct piece *p, const struct piece_frame *f)
{
	out_note(p->out, p->buffer.bytes, p->buffer.used);
	return f->bytes ? out_write_frame(p->out, f->bytes, f->len, p->buffer.used)
			: out_write(p->out, p->buffer.bytes, p->buffer.used);
}

/* The next @n bytes of all pieces, from @p on. */
static void gather(uint8_t *to, const struct piece *p, size_t n)
{
	for (size_t at = p->done; n; at = 0) {
		size_t part = min_of(n, p->buffer.used - at);

		memcpy(to, p->buffer.bytes + at, part);
		to += part;
		n -= part;
		if (n)
			p = p->next;
	}
}

static ssize_t write_some(struct direct *d, const struct piece *p, size_t n, size_t waiting)
{
	const uint8_t *from = p->buffer.bytes + p->done;
	ssize_t done = -1;
	int err;

	if (direct_step(d, p->out, n, waiting, &n)) {
		gather(direct_block(d), p, n);
		done = out_write_block(p->out, direct_block(d));
	}
	if (done > 0)
		return done;
	n = min_of(n, p->buffer.used - p->done);
	err = out_write(p->out, from, n);
	return err ? err : (ssize_t)n;
}

/* The pieces from @p on whose last bytes are among the next @n. */
static void note_ended(const struct piece *p, size_t n)
{
	while (n && n >= p->buffer.used - p->done) {
		n -= p->buffer.used - p->done;
		out_note(p->out, p->buffer.bytes, p->buffer.used);
		if (n)
			p = p->next;
	}
}

ssize_t piece_write_step(struct direct *d, const struct piece *p, size_t n, size_t waiting)
{
	ssize_t done = write_some(d, p, n, waiting);

	note_ended(p, max_of(done, (ssize_t)0));
	return done;
}
