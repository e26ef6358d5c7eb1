/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The addresses with the most bytes, in a table of fixed size. As long as there are not more
 * addresses than it holds, all is exact. Then the smaller half makes room, and an address that
 * comes (again) may have had as many bytes before as the largest that was dropped: that is known,
 * and told as its error.
 */
#ifndef XDPDUMP_REPORT_TALKERS_H
#define XDPDUMP_REPORT_TALKERS_H

#include <stdbool.h>
#include <stdint.h>

struct talkers;

enum { TALKERS_ROOM = 32768 };

struct talker {
	union {
		uint8_t addr[16];	/* IPv4: the first four, the rest is 0 */
		uint64_t words[2];	/* the same */
	};
	uint8_t version;	/* 4 or 6; 0: an empty place */
	uint64_t packets, sent, received;	/* sent and received in bytes, on the wire */
	uint64_t error;		/* so many bytes more there may be, 0: none */
	uint64_t pad_;
};

/* @room: of addresses, a power of two. -ENOMEM. */
int talkers_open(struct talkers **t, uint32_t room);

/*
 * A packet of @len bytes from or to @addr, which has 4 or 16 bytes. False: no memory to make room,
 * and not counted.
 */
bool talkers_add(struct talkers *t, uint8_t version, const uint8_t *addr, uint32_t len,
		 bool is_source);

/* Have @n more addresses room, so that all is exact afterwards as well? */
bool talkers_have_room(const struct talkers *t, uint32_t n);

/*
 * All packets of @more, which is exact, as if they had been added one by one. False: one of the two
 * is not exact, or both together would not be; or no memory: then it is to be thrown away.
 */
bool talkers_may_join(const struct talkers *t, const struct talkers *more);
bool talkers_join(struct talkers *t, const struct talkers *more);

/* Up to @n of them, that with the most bytes first; how many there are. */
unsigned talkers_top(const struct talkers *t, struct talker *top, unsigned n);

/* An address that is not in the table had no more bytes than this. 0: it holds them all. */
uint64_t talkers_error(const struct talkers *t);

/* Addresses in the table. */
uint32_t talkers_count(const struct talkers *t);

struct talkers *talkers_close(struct talkers *t);

#endif
