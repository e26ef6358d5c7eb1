/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What is left out on purpose: of N packets, or flows, one is kept, at random, so many packets or
 * bytes of each flow, and so many packets a second at most. What is said of it, in options and in
 * files.
 */
#ifndef XDPDUMP_PACKET_SAMPLE_H
#define XDPDUMP_PACKET_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which packets of flows are kept: of so many flows one, and of each and its two directions so many
 * packets.
 */
struct flow_choice {
	uint32_t sample;	/* 1 to SAMPLE_MAX; 0 and 1: all */
	/* limit is of bytes: the packet with which there are so many is kept as well */
	bool limit_bytes;
	uint64_t limit;		/* 0: all */
};

/* All of it; zeros: nothing. */
struct sampling {
	uint32_t sample;	/* of so many packets one; 0 and 1: all */
	uint32_t rate;		/* packets a second; 0: no limit */
	struct flow_choice flow;
};

/* The N of "1/N", 1 to SAMPLE_MAX. False: @s is something else. */
bool sample_parse(const char *s, uint32_t *n);

/* The N of "N/s", 1 to RATE_MAX. */
bool sample_parse_rate(const char *s, uint32_t *n);

/* "20" or "20p" packets, "4k" or "4096b" bytes, at least 1 of them: sets limit and limit_bytes. */
bool sample_parse_flow_limit(const char *s, struct flow_choice *c);

/* The same the other way round: "20", "4096b". Returns how long that is. */
size_t sample_flow_limit_to_text(const struct flow_choice *c, char *out, size_t cap);

/*
 * The words of the comment on an interface, each with a blank before it: " sample=1/N", "
 * rate_limit=N/s", " flow_sample=1/N", " flow_limit=20"; "" if nothing is left out. Returns how
 * long they are; @cap: more.
 */
size_t sample_to_words(const struct sampling *s, char *out, size_t cap);

/*
 * What the words in the comment, which may be NULL, say. Without one of them a sample is 1, and a
 * limit 0.
 */
struct sampling sample_of_comment(const char *comment);

/* Does it say that of many packets, or flows, one is in the file? */
bool sample_is_scaled(const char *comment);

/* @sum and @n times @v, or the largest number: files say what they like. */
uint64_t sample_scale(uint64_t sum, uint64_t v, uint32_t n);

#endif
