/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the parts of the command line's parser share. Only for opts*.c. */
#ifndef XDPDUMP_OPTS_IMPL_H
#define XDPDUMP_OPTS_IMPL_H

#include "capture/opts.h"
#include "capture/util.h"

/* Options without a letter. */
enum {
	OPT_STATS = 256, OPT_PRINT, OPT_MODE, OPT_MIRROR_PORT, OPT_VERSION, OPT_DEBUG, OPT_FORMAT, OPT_COMPRESS, OPT_SYNC,
	OPT_MAX_DISK, OPT_MIN_FREE, OPT_SKIP, OPT_START, OPT_END, OPT_DEDUP, OPT_INFO, OPT_COMPARE, OPT_TOLERANCE, OPT_RECOVER,
	N_CODES
};

struct parser {
	struct opts *o;
	char *error;
	size_t cap;
	unsigned n_x, n_X, n_t, n_q;
	const char *filter_file;
	uint64_t snap;
	bool given[N_CODES];	/* by letter or OPT_... */
};

/* Sets the sentence; returns false. */
bool opts_wrong(struct parser *p, const char *fmt, ...) printf_like(2, 3);

/* An option as the user writes it: "-C", "--max-disk". */
const char *opts_name(int code);

/* One option, with its value or NULL. */
bool opts_take(struct parser *p, int code, const char *arg);

/* What the options mean together. */
bool opts_settle(struct parser *p);

#endif
