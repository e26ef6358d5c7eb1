/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The options of pcapng blocks: taken apart, checked, and those without a field carried along in
 * host byte order.
 */
#ifndef XDPDUMP_READ_OPTIONS_H
#define XDPDUMP_READ_OPTIONS_H

#include "capture/read/pcapng_state.h"

struct option {
	uint16_t code, len;
	const uint8_t *value;
};

/* Options not yet looked at. Needs no opt_endofopt at the end. */
struct options {
	struct pcapng *f;
	const struct body *b;
	size_t pos;
	/* of the options in the block; those that are carried along are moved together there */
	size_t begin;
	size_t carried;		/* bytes of them */
	uint64_t seen;		/* 1 << code of the options that may come only once */
};

/* Of a block that has its options at @pos. */
static inline struct options options_at(struct pcapng *f, const struct body *b, size_t pos)
{
	return (struct options){ .f = f, .b = b, .pos = pos, .begin = pos };
}

/* False at the end, or where a length contradicts the block. */
bool options_next(struct options *o, struct option *opt);

/* The first of its kind and @len bytes long? */
bool options_is_sound(struct options *o, const struct option *opt, unsigned len);

/*
 * Keeps an option that has no field for it, in host order, if it may be copied and its length is
 * one that readers accept. What was taken from earlier options of the block by then stays valid,
 * @opt does not.
 */
void options_carry(struct options *o, const struct option *opt);

/*
 * The verdict of a program, which then is not carried. False: there is none, or one of hardware, or
 * there are several, which stay as they are.
 */
bool options_take_verdict(struct options *o, struct verdict *v);

/* What was carried, in the block. */
struct raw_options options_carried(const struct options *o);

/* A copy of it, in place of what *kept had, if there may be one. -ENOMEM. */
int options_keep(struct raw_options *kept, const struct options *o);

/*
 * Keeps the first string of a kind as clean UTF-8; without memory the option is left out. False:
 * there is one already.
 */
bool options_keep_string(struct options *o, char **kept, const struct option *opt);

/*
 * Blocks and options whose numbers have the highest bit are of local use, and may refer to each
 * other by number. So both are copied or neither, which it says once for the file: the first one is
 * at @at.
 */
bool options_copies_local(struct pcapng *f, unsigned long long at);

#endif
