// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Tries shifts and counts equal bytes: the likely ones first, all of them only if these fail. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/report/align.h"

enum {
	SHIFT_MAX	= 256,	/* XDP_PACKET_HEADROOM: there is no more room in front */
	REACH		= 512,	/* bytes behind the shift that are looked at */
	LEAST		= 8,	/* fewer there say nothing */
	ADDRESSES	= 12,	/* of Ethernet, in front of the tags */
	ETHERNET	= 14,
};

#define LOW_BITS	0x7f7f7f7f7f7f7f7full	/* of each byte all but the highest */

/* So many bytes are equal, of those that both have. */
struct guess {
	struct alignment how;
	uint32_t equal, of;
};

static uint32_t count_equal(const uint8_t *a, const uint8_t *b, uint32_t n)
{
	uint32_t equal = 0, i = 0;

	for (; i + 8 <= n; i += 8) {
		uint64_t x, y;

		memcpy(&x, a + i, 8);
		memcpy(&y, b + i, 8);
		x ^= y;
		/* of each byte the highest bit, if the others or itself are not 0 */
		x |= (x & LOW_BITS) + LOW_BITS;
		equal += 8 - __builtin_popcountll(x & ~LOW_BITS);
	}
	for (; i < n; i++)
		equal += a[i] == b[i];
	return equal;
}

/*
 * @more has @n bytes, behind @kept that are in both, which @less has not. False: it
 * cannot be told.
 */
static bool look(const struct packet *less, const struct packet *more, uint32_t kept, uint32_t n,
		 struct guess *g)
{
	uint32_t behind;

	if (less->caplen <= kept || more->caplen <= kept || more->caplen - kept <= n)
		return false;
	behind = min_of(less->caplen - kept, more->caplen - kept - n);
	behind = min_of(behind, (uint32_t)REACH);
	if (n && behind < LEAST)
		return false;
	g->of = kept + behind;
	g->equal = count_equal(less->data, more->data, kept) +
		   count_equal(less->data + kept, more->data + kept + n, behind);
	return true;
}

static bool is_better(const struct guess *a, const struct guess *b)
{
	return (uint64_t)a->equal * b->of > (uint64_t)b->equal * a->of;
}

static bool is_more(const struct guess *a, const struct guess *b)
{
	return a->equal > b->equal;
}

/* A tag goes in front of a type, which goes along. */
static bool takes_type_along(const struct packet *less, const struct packet *more, uint32_t n)
{
	const uint8_t *type = link_at(less, ADDRESSES, 2);
	const uint8_t *behind = link_at(more, (size_t)ADDRESSES + n, 2);

	return type && behind && !memcmp(type, behind, 2);
}

/*
 * Where headers are put in or taken out: in front of the whole frame, behind the addresses, or in
 * front of what the link layer carries.
 */
static void try_shift(const struct packet *entry, const struct packet *exit, int32_t moved,
		      bool (*beats)(const struct guess *, const struct guess *), struct guess *best)
{
	const struct packet *less = moved < 0 ? exit : entry, *more = moved < 0 ? entry : exit;
	const bool ethernet = entry->iface->linktype == LINKTYPE_ETHERNET &&
			      exit->iface->linktype == LINKTYPE_ETHERNET;
	const uint32_t kept[] = { 0, less->hdr.l3_off ? less->hdr.l3_off : ETHERNET, ADDRESSES };
	unsigned n = !moved || !ethernet ? 1 : takes_type_along(less, more, abs(moved)) ? 3 : 2;

	for (unsigned i = 0; i < n; i++) {
		struct guess g = { .how = { kept[i], moved } };

		if (look(less, more, kept[i], abs(moved), &g) && beats(&g, best))
			*best = g;
	}
}

static uint32_t len_of(const struct packet *p)
{
	return max_of(p->len, p->caplen);
}

struct alignment align_packets(const struct packet *entry, const struct packet *exit)
{
	const int64_t longer = (int64_t)len_of(exit) - len_of(entry);
	const uint32_t shorter = min_of(entry->caplen, exit->caplen);
	const uint32_t half = min_of(shorter, (uint32_t)REACH) / 2;
	struct guess best = { .of = 1 }, any;

	try_shift(entry, exit, 0, is_better, &best);
	if (longer && longer >= -INT32_MAX && longer <= INT32_MAX)
		try_shift(entry, exit, longer, is_better, &best);
	if (2ull * best.equal >= best.of)
		return best.how;
	any = best;
	for (int32_t moved = 1; moved <= SHIFT_MAX; moved++) {
		try_shift(entry, exit, moved, is_more, &any);
		try_shift(entry, exit, -moved, is_more, &any);
	}
	return any.equal > half ? any.how : best.how;
}
