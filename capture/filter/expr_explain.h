/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What is wrong with an expression that libpcap refuses, and where. */
#ifndef XDPDUMP_FILTER_EXPR_EXPLAIN_H
#define XDPDUMP_FILTER_EXPR_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "capture/filter/expr_compile.h"

/*
 * @said: by libpcap of @text, for packets @of. Writes it into @out with the text around the place,
 * which is marked, and with the word that may have been meant. Returns where that place is in the
 * text, its length if something lacks at the end; SIZE_MAX: not known. @said is changed.
 */
size_t expr_explain(const char *text, const struct expr_packets *of,
		    char said[static EXPR_COMPILE_SAID], char *out, size_t cap);

/*
 * Is there a word in it that may be a name, of a host, a port or the like, which libpcap looks up?
 * Of those that are none, some are believed to be.
 */
bool expr_explain_has_names(const char *text);

/* Is it wrong for packets of any link type, as far as that is clear from what libpcap said? */
bool expr_explain_is_final(const char *said);

#endif
