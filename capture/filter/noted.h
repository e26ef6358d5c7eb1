/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What is noted of packets, so that it can be told later and without them that a filter matches
 * none: addresses, ports and the like. They are not taken from headers as anybody understands
 * these, but are what the programs of libpcap load to compare it: a place is a load, under
 * conditions that are loads as well. So nothing that such a program sees can be missing, whatever
 * the packet is, and where a program loads from another place (a tunnel, an option) it is not known
 * what it will find.
 */
#ifndef XDPDUMP_FILTER_NOTED_H
#define XDPDUMP_FILTER_NOTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum noted_kind {
	NOTED_TYPE,		/* EtherType */
	NOTED_MAC,		/* the last four bytes of an address of Ethernet */
	NOTED_PROTO,		/* of IPv4, or the next header of IPv6 */
	NOTED_PORT,
	NOTED_V4,		/* also in ARP; source or destination, as all of them */
	NOTED_V4_24, NOTED_V4_16, NOTED_V4_8,	/* its first bits */
	NOTED_V6,		/* four words, each a kind */
	NOTED_V6_LAST = NOTED_V6 + 3,
	N_NOTED
};

/*
 * A load from the packet: @size bytes at @off, behind 4 * (byte @msh & 15) bytes if that is no
 * NOTED_ABS.
 */
enum { NOTED_ABS = UINT32_MAX };
struct noted_load {
	uint32_t msh, off;
	uint32_t size;		/* 1, 2 or 4 */
};

/* What a load gives under @mask is one of @values. */
enum { NOTED_VALUES = 3 };
struct noted_condition {
	struct noted_load load;
	uint32_t mask;
	uint32_t values[NOTED_VALUES];
	unsigned n_values;
};

struct noted_place {
	struct noted_load load;
	enum noted_kind kind;
};

/* Places under the same conditions. */
enum { NOTED_CONDITIONS = 5, NOTED_PLACES = 8 };
struct noted_group {
	struct noted_condition conditions[NOTED_CONDITIONS];
	unsigned n_conditions;
	unsigned n_shared;		/* of the first ones, with the group before */
	/* the next group that does not share all up to this one */
	unsigned next[NOTED_CONDITIONS];
	struct noted_place places[NOTED_PLACES];
	unsigned n_places;
};

enum { NOTED_GROUPS = 40 };
struct noted {
	struct noted_group groups[NOTED_GROUPS];
	unsigned n;
};

/* What is noted of packets of a link type. False: nothing. */
bool noted_of_link(struct noted *n, uint16_t linktype);

/* Changes with all that is noted: what was noted of a file by another version is of no use. */
uint64_t noted_version(void);

/* What is asked about a set of noted values. */
typedef bool (*noted_has_fn)(void *ctx, enum noted_kind kind, uint32_t value);
/* False: it is there already, and so is what goes with it. */
typedef bool (*noted_add_fn)(void *ctx, enum noted_kind kind, uint32_t value);

/* All that is noted of the @caplen bytes of a packet. */
void noted_packet(const struct noted *n, const uint8_t *data, uint32_t caplen, noted_add_fn add,
		  void *ctx);

/* What is known on a way through a program: the load gives @value under @mask. */
struct noted_fact {
	struct noted_load load;
	uint32_t mask, value;
};

/*
 * May there be a packet, of those whose values are noted, for which all @facts hold, and then
 * @fact? False: there is none.
 */
bool noted_allows(const struct noted *n, const struct noted_fact *facts, unsigned n_facts,
		  const struct noted_fact *fact, noted_has_fn has, void *ctx);

static inline bool noted_same_load(const struct noted_load *a, const struct noted_load *b)
{
	return a->msh == b->msh && a->off == b->off && a->size == b->size;
}

#endif
