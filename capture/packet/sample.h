/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What is left out on purpose: of N packets one is kept, at random, and so many a second at most. What is
 * said of it, in options and in files.
 */
#ifndef XDPDUMP_PACKET_SAMPLE_H
#define XDPDUMP_PACKET_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

/* The N of "1/N", 1 to SAMPLE_MAX. False: @s is something else. */
bool sample_parse(const char *s, uint32_t *n);

/* The N of "N/s", 1 to RATE_MAX. */
bool sample_parse_rate(const char *s, uint32_t *n);

/* The N of the word "sample=1/N" in the comment on an interface, which may be NULL; 1: there is none. */
uint32_t sample_of_comment(const char *comment);

/* And that of "rate_limit=N/s"; 0: there is none. */
uint32_t sample_rate_of_comment(const char *comment);

/* @sum and @n times @v, or the largest number: files say what they like. */
uint64_t sample_scale(uint64_t sum, uint64_t v, uint32_t n);

#endif
