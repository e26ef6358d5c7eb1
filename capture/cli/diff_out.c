// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdio.h>
#include <stdlib.h>

#include "capture/base/loop.h"
#include "capture/base/progress.h"
#include "capture/cli/diff_out.h"

enum { OUT_ROOM = 64 * 1024 };

bool diff_out_open(struct diff_out *o, struct loop *l, struct progress *p)
{
	*o = (struct diff_out){ .loop = l, .progress = p,
				.text = { malloc(OUT_ROOM), 0, OUT_ROOM } };
	return o->text.buf;
}

/* Who reads it may have stopped to: a signal ends the process then. */
void diff_out_flush(struct diff_out *o)
{
	if (!o->text.len)
		return;
	progress_erase(o->progress);
	loop_let_go(o->loop);
	fwrite(o->text.buf, 1, o->text.len, stdout);
	fflush(stdout);
	loop_take_back(o->loop);
	o->text.len = 0;
}

struct text *diff_out_room(struct diff_out *o, size_t n)
{
	if (o->text.cap - o->text.len >= n)
		return &o->text;
	diff_out_flush(o);
	if (o->text.cap < n) {
		char *more = realloc(o->text.buf, n);

		if (!more) {
			o->no_memory = true;
			return &o->text;		/* what does not fit in is cut */
		}
		o->text.buf = more;
		o->text.cap = n;
	}
	return &o->text;
}

void diff_out_close(struct diff_out *o)
{
	free(o->text.buf);
}
