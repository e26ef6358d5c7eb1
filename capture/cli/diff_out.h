/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Text on its way to stdout: printed at once, when it is full or nothing comes. */
#ifndef XDPDUMP_CLI_DIFF_OUT_H
#define XDPDUMP_CLI_DIFF_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include "capture/base/text.h"

struct loop;
struct progress;

struct diff_out {
	struct loop *loop;		/* the owner's, as the next */
	struct progress *progress;	/* which is erased before */
	struct text text;
	bool no_memory;			/* something is missing */
};

/* False: no memory. */
bool diff_out_open(struct diff_out *o, struct loop *l, struct progress *p);

/* Room for @n bytes of text: what stands there already is printed first, if need be. */
struct text *diff_out_room(struct diff_out *o, size_t n);

/* Prints what has been held back. */
void diff_out_flush(struct diff_out *o);

void diff_out_close(struct diff_out *o);

#endif
