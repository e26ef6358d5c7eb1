/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* --top of a capture: a view among its outputs, and a terminal that shows it. */
#ifndef XDPDUMP_CLI_CAPTURE_TOP_H
#define XDPDUMP_CLI_CAPTURE_TOP_H

#include "capture/base/log.h"

struct books;
struct capture_top;
struct pump;

/*
 * One more output of @p, before there are packets, for a terminal that is there; @b may be filled
 * in until it is shown. Both are the caller's, longer than it. Complains; *@t is to be closed also
 * then.
 */
enum status capture_top_open(struct capture_top **t, struct pump *p, const struct books *b);

/* Takes the terminal, on which @filter (NULL: none) is told. Complains. */
enum status capture_top_show(struct capture_top *t, const char *filter);

/* After each round: draws what there is, when that is due. */
void capture_top_round(struct capture_top *t);

/* The view stays with the outputs, where nobody draws it any more. Returns NULL. */
struct capture_top *capture_top_close(struct capture_top *t);

#endif
