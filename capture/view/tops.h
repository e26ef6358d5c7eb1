/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Who has most: flows or addresses, with their rates, in a table of fixed size. Space saving in
 * small sets: who is new to a full set takes the place of one that has less, or of the least of
 * those that are as new, and the bytes of that one are by how much the newcomer may have had more.
 * So a flood of new ones costs little more than other packets, and who has much stays.
 */
#ifndef XDPDUMP_VIEW_TOPS_H
#define XDPDUMP_VIEW_TOPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/flow.h"

struct packet;
struct tops;

/* The two ends of a flow, in an order of their own, or one address and zeros. No padding: it is
 * compared as words. */
union party {
	struct {
		uint8_t addr[2][16]; /* IPv4: the first four, the rest is 0 */
		uint16_t port[2]; /* 0: none */
		uint8_t version; /* 4 or 6; 0: an empty place */
		uint8_t proto;
		uint8_t pad[2];
	};
	struct flow_key key; /* the same, of no interface */
	uint64_t words[5];
};

_Static_assert(sizeof(union party) == 40, "no padding");
_Static_assert(offsetof(union party, proto) == offsetof(union party, key.ip_proto),
	       "it is the same");

struct top {
	union party who;
	uint64_t packets;
	uint64_t bytes[2]; /* on the wire, from the first end and from the other; sent and received
			    */
	uint64_t error; /* so many bytes more there may be; 0: none */
	double pps, bps; /* packets, and bits, a second */
};

enum tops_order { TOPS_BY_BITS, TOPS_BY_PPS, TOPS_BY_BYTES, TOPS_BY_PACKETS, TOPS_ORDERS };

/* @room: a power of two of at least 8. -ENOMEM. */
int tops_open(struct tops **t, uint32_t room);

/* A packet of @len bytes; from which end. */
void tops_add(struct tops *t, const union party *who, uint32_t len, unsigned end);

/*
 * Of flows: what they have had is counted for both of their ends in @ends as well, with the next
 * tick, or when one has to go: that costs a packet nothing.
 */
void tops_set_ends(struct tops *t, struct tops *ends);

/*
 * The rates of the @sec seconds since the last time, smoothed; @all: of all there was, in @sec.
 * What the others tell is as of the last tick, but for some packets.
 */
void tops_tick(struct tops *t, double sec, bool all);

/* Up to @n of them, the first first; how many there are. */
unsigned tops_best(const struct tops *t, enum tops_order order, struct top *best, unsigned n);

/* Who is not in the table had no more bytes than this. 0: it holds all. */
uint64_t tops_error(const struct tops *t);

/* Nobody is in it any more. */
void tops_clear(struct tops *t);

struct tops *tops_close(struct tops *t);

#endif
