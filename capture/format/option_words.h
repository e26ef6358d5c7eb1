/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What options of a packet say, as text: names as far as there are some. */
#ifndef XDPDUMP_FORMAT_OPTION_WORDS_H
#define XDPDUMP_FORMAT_OPTION_WORDS_H

struct packet_hash;
struct text;
struct verdict;

/* "DROP"; an action without a name is a number. */
void option_words_verdict(struct text *t, const struct verdict *v);

/* "8f2a1b3c"; "Toeplitz", and an algorithm without a name is a number. */
void option_words_hash(struct text *t, const struct packet_hash *h);
void option_words_algorithm(struct text *t, const struct packet_hash *h);

#endif
