// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The table of places, for each link type made of the same headers; who changes it changes
 * noted_version().
 */
#include <string.h>

#include "bpf/parse.h"
#include "capture/base/hash.h"
#include "capture/base/util.h"
#include "capture/filter/noted.h"
#include "capture/packet/packet.h"

enum { TYPE_ARP = 0x0806, TYPE_RARP = 0x8035, TYPE_MPLS = 0x8847, TAGS_MAX = 2 };

static const uint32_t transports[NOTED_VALUES] = { PROTO_TCP, PROTO_UDP, PROTO_SCTP };
static const uint32_t tags[NOTED_VALUES] = { ETH_TYPE_VLAN, ETH_TYPE_QINQ, ETH_TYPE_9100 };

/* ---- the table ---- */

static struct noted_load at(uint32_t off, uint32_t size)
{
	return (struct noted_load){ NOTED_ABS, off, size };
}

static struct noted_condition one_of(struct noted_load load, const uint32_t *values, unsigned n)
{
	struct noted_condition c = { .load = load, .mask = UINT32_MAX, .n_values = n };

	memcpy(c.values, values, n * sizeof(*values));
	return c;
}

static struct noted_condition is(struct noted_load load, uint32_t value)
{
	return one_of(load, &value, 1);
}

/* Under the conditions of @of, with no places yet. */
static struct noted_group *add_group(struct noted *n, const struct noted_group *of)
{
	struct noted_group *g = &n->groups[n->n++];

	*g = *of;
	return g;
}

static void add_condition(struct noted_group *g, struct noted_condition c)
{
	g->conditions[g->n_conditions++] = c;
}

static void add_place(struct noted_group *g, enum noted_kind kind, struct noted_load load)
{
	g->places[g->n_places++] = (struct noted_place){ load, kind };
}

/* IPv4 that begins at @l3, and is there under the conditions of @under. */
static void add_v4(struct noted *n, const struct noted_group *under, uint32_t l3)
{
	struct noted_group *g = add_group(n, under);

	add_place(g, NOTED_V4, at(l3 + 12, 4));
	add_place(g, NOTED_V4, at(l3 + 16, 4));
	add_place(g, NOTED_PROTO, at(l3 + 9, 1));
	g = add_group(n, under);
	add_condition(g, one_of(at(l3 + 9, 1), transports, NOTED_VALUES));
	add_place(g, NOTED_PORT, (struct noted_load){ l3, l3, 2 });
	add_place(g, NOTED_PORT, (struct noted_load){ l3, l3 + 2, 2 });
}

static void add_v6(struct noted *n, const struct noted_group *under, uint32_t l3)
{
	struct noted_group *g = add_group(n, under);

	for (unsigned i = 0; i < 4; i++) {
		add_place(g, NOTED_V6 + i, at(l3 + 8 + 4 * i, 4));
		add_place(g, NOTED_V6 + i, at(l3 + 24 + 4 * i, 4));
	}
	g = add_group(n, under);
	add_place(g, NOTED_PROTO, at(l3 + 6, 1));
	g = add_group(n, under);
	add_condition(g, one_of(at(l3 + 6, 1), transports, NOTED_VALUES));
	add_place(g, NOTED_PORT, at(l3 + 40, 2));
	add_place(g, NOTED_PORT, at(l3 + 42, 2));
}

static void add_arp(struct noted *n, const struct noted_group *under, uint32_t l3)
{
	struct noted_group *g = add_group(n, under);

	add_place(g, NOTED_V4, at(l3 + 14, 4));
	add_place(g, NOTED_V4, at(l3 + 24, 4));
}

/* IP by the version in its first byte. */
static void add_raw(struct noted *n, const struct noted_group *under, uint32_t l3)
{
	struct noted_group v4 = *under, v6 = *under;
	struct noted_condition version = is(at(l3, 1), 0x40);

	version.mask = 0xf0;
	add_condition(&v4, version);
	version.values[0] = 0x60;
	add_condition(&v6, version);
	add_v4(n, &v4, l3);
	add_v6(n, &v6, l3);
}

/* What an EtherType at @type announces, and begins at @l3. */
static void add_typed(struct noted *n, const struct noted_group *under, uint32_t type, uint32_t l3)
{
	const uint32_t arps[] = { TYPE_ARP, TYPE_RARP };
	struct noted_group v4 = *under, v6 = *under, arp = *under;

	add_place(add_group(n, under), NOTED_TYPE, at(type, 2));
	add_condition(&v4, is(at(type, 2), ETH_TYPE_IPV4));
	add_condition(&v6, is(at(type, 2), ETH_TYPE_IPV6));
	add_condition(&arp, one_of(at(type, 2), arps, array_size(arps)));
	add_v4(n, &v4, l3);
	add_v6(n, &v6, l3);
	add_arp(n, &arp, l3);
}

/* Tagged up to twice; and what one label of MPLS is in front of. */
static void add_ethernet(struct noted *n)
{
	struct noted_group under = { .n_places = 0 }, mpls = { .n_places = 0 }, *g = add_group(n, &under);

	add_place(g, NOTED_MAC, at(2, 4));
	add_place(g, NOTED_MAC, at(8, 4));
	for (uint32_t i = 0; i <= TAGS_MAX; i++) {
		add_typed(n, &under, 12 + 4 * i, 14 + 4 * i);
		add_condition(&under, one_of(at(12 + 4 * i, 2), tags, NOTED_VALUES));
	}
	add_condition(&mpls, is(at(12, 2), TYPE_MPLS));
	add_raw(n, &mpls, 18);
}

/* How many of the first conditions two groups have in common. */
static unsigned shared(const struct noted_group *a, const struct noted_group *b)
{
	unsigned i = 0;

	while (i < min_of(a->n_conditions, b->n_conditions) &&
	       !memcmp(&a->conditions[i], &b->conditions[i], sizeof(a->conditions[i])))
		i++;
	return i;
}

static void find_shared(struct noted *n)
{
	for (unsigned g = 0; g < n->n; g++) {
		struct noted_group *group = &n->groups[g];

		group->n_shared = g ? shared(group - 1, group) : 0;
		for (unsigned i = 0; i < group->n_conditions; i++) {
			unsigned next = g + 1;

			while (next < n->n && shared(group, &n->groups[next]) > i)
				next++;
			group->next[i] = next;
		}
	}
}

bool noted_of_link(struct noted *n, uint16_t linktype)
{
	const struct noted_group always = { .n_places = 0 };

	memset(n, 0, sizeof(*n));	/* all of it, for noted_version() */
	switch (linktype) {
	case LINKTYPE_ETHERNET:
		add_ethernet(n);
		break;
	case LINKTYPE_LINUX_SLL:
		add_typed(n, &always, 14, 16);
		break;
	case LINKTYPE_LINUX_SLL2:
		add_typed(n, &always, 0, 20);
		break;
	case LINKTYPE_RAW:
	case LINKTYPE_RAW_BSD:
	case LINKTYPE_RAW_OPENBSD:
		add_raw(n, &always, 0);
		break;
	case LINKTYPE_IPV4:
		add_v4(n, &always, 0);
		break;
	case LINKTYPE_IPV6:
		add_v6(n, &always, 0);
		break;
	}
	find_shared(n);
	return n->n;
}

uint64_t noted_version(void)
{
	static const struct hash_key key = { { 1, 2, 3, 4 } };
	static const uint16_t all[] = {
		LINKTYPE_ETHERNET, LINKTYPE_LINUX_SLL,	 LINKTYPE_LINUX_SLL2, LINKTYPE_RAW,
		LINKTYPE_RAW_BSD,  LINKTYPE_RAW_OPENBSD, LINKTYPE_IPV4,	      LINKTYPE_IPV6,
	};
	uint64_t version = N_NOTED;
	struct noted n;

	for (size_t i = 0; i < array_size(all); i++) {
		noted_of_link(&n, all[i]);
		version = hash_mix(version + all[i], hash_bytes(&key, &n, sizeof(n)).a);
	}
	return version;
}

/* ---- packets ---- */

/* False: it is not all there. */
static inline bool load_from(const uint8_t *data, uint32_t caplen, const struct noted_load *l,
			     uint32_t *value)
{
	uint64_t off = l->off;

	if (l->msh != NOTED_ABS) {
		if (l->msh >= caplen)
			return false;
		off += 4 * (data[l->msh] & 15u);
	}
	if (off + l->size > caplen)
		return false;
	*value = l->size == 1 ? data[off] : l->size == 2 ? be16(data + off) : be32(data + off);
	return true;
}

static inline bool holds(const struct noted_condition *c, const uint8_t *data, uint32_t caplen)
{
	uint32_t value;

	if (!load_from(data, caplen, &c->load, &value))
		return false;
	for (unsigned i = 0; i < c->n_values; i++)
		if ((value & c->mask) == c->values[i])
			return true;
	return false;
}

static inline void note(enum noted_kind kind, uint32_t value, noted_add_fn add, void *ctx)
{
	if (!add(ctx, kind, value) || kind != NOTED_V4)
		return;
	add(ctx, NOTED_V4_24, value & 0xffffff00);
	add(ctx, NOTED_V4_16, value & 0xffff0000);
	add(ctx, NOTED_V4_8, value & 0xff000000);
}

void noted_packet(const struct noted *n, const uint8_t *data, uint32_t caplen, noted_add_fn add,
		  void *ctx)
{
	/* of the first conditions of the group before, which are not asked again */
	unsigned held = 0;

	for (unsigned at = 0; at < n->n;) {
		const struct noted_group *g = &n->groups[at];
		uint32_t value;

		held = min_of(held, g->n_shared);
		while (held < g->n_conditions && holds(&g->conditions[held], data, caplen))
			held++;
		if (held < g->n_conditions) {
			at = g->next[held];
			continue;
		}
		for (unsigned i = 0; i < g->n_places; i++)
			if (load_from(data, caplen, &g->places[i].load, &value))
				note(g->places[i].kind, value, add, ctx);
		at++;
	}
}

/* ---- questions ---- */

/* Is it sure that what the fact says meets the condition? */
static bool implies(const struct noted_fact *f, const struct noted_condition *c)
{
	const uint32_t whole = UINT32_MAX >> (32 - 8 * f->load.size), mask = c->mask & whole;

	if (!noted_same_load(&f->load, &c->load) || (f->mask & mask) != mask)
		return false;
	for (unsigned i = 0; i < c->n_values; i++)
		if ((f->value & mask) == c->values[i])
			return true;
	return false;
}

static bool all_hold(const struct noted_group *g, const struct noted_fact *facts, unsigned n_facts)
{
	for (unsigned i = 0; i < g->n_conditions; i++) {
		unsigned k = 0;

		while (k < n_facts && !implies(&facts[k], &g->conditions[i]))
			k++;
		if (k == n_facts)
			return false;
	}
	return true;
}

/* Of an address of IPv4 a part is noted as well. */
static bool may_be(enum noted_kind kind, uint32_t mask, uint32_t value, uint32_t size,
		   noted_has_fn has, void *ctx)
{
	static const struct { enum noted_kind kind; uint32_t mask; } parts[] = {
		{ NOTED_V4_24, 0xffffff00 }, { NOTED_V4_16, 0xffff0000 },
		{ NOTED_V4_8, 0xff000000 },
	};
	const uint32_t whole = UINT32_MAX >> (32 - 8 * size);

	if ((mask & whole) == whole && !has(ctx, kind, value))
		return false;
	for (size_t i = 0; kind == NOTED_V4 && i < array_size(parts); i++)
		if ((mask & parts[i].mask) == parts[i].mask &&
		    !has(ctx, parts[i].kind, value & parts[i].mask))
			return false;
	return true;
}

bool noted_allows(const struct noted *n, const struct noted_fact *facts, unsigned n_facts,
		  const struct noted_fact *fact, noted_has_fn has, void *ctx)
{
	for (const struct noted_group *g = n->groups; g < n->groups + n->n; g++) {
		bool known = false, held = false;

		for (unsigned i = 0; i < g->n_places; i++) {
			const struct noted_place *p = &g->places[i];

			if (!noted_same_load(&p->load, &fact->load))
				continue;
			held = known ? held : all_hold(g, facts, n_facts);
			known = true;
			if (held &&
			    !may_be(p->kind, fact->mask, fact->value, p->load.size, has, ctx))
				return false;
		}
	}
	return true;
}
