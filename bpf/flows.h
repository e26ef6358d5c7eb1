/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a program does by flows (bpf/flow.h): counts them (--flows), keeps the packets of some and
 * of the others none (--flow-sample), or of each the first ones (--flow-limit). A part of
 * capture.h, whose settings it uses.
 */
#ifndef XDPDUMP_FLOWS_H
#define XDPDUMP_FLOWS_H

/* The packet that is looked at on this CPU. */
struct flow_now {
	struct flow_key key;
	__u32 hash;
	__u32 way;
	__u32 known;		/* it has a flow */
	__u32 pad_;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flow_now);
} flow_now SEC(".maps");

/* These are made by userspace (kernel/flows.c), and are not there if they are not asked for. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct flow_key);
	__type(value, struct flow_kept);
} flow_limits SEC(".maps");

/* One, or two that are used in turns. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flow_room);
} flow_rooms SEC(".maps");

/* For each CPU as many. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flow_index);
} flow_indexes SEC(".maps");

/* Where no header is behind: no tags but two are followed. */
enum { FLOW_L3_MAX = 31, FLOW_IPV4 = 20, FLOW_IPV6 = 40 };

/* The headers of IP, wherever they are; NULL. */
static __always_inline const __u8 *ip_header(FRAME *ctx, __u32 off, const __u32 size, __u32 tag)
{
	const __u8 *end, *data = frame_linear(ctx, &end);
	__u64 at = off;
	__u8 *copy;

	pin(at);
	at &= FLOW_L3_MAX;
	if (!frame_is_elsewhere(ctx, tag) && data + at + size <= end)
		return data + at;
	copy = only_value(&scratch);
	return copy && !frame_load(ctx, tag, copy, at + size, SCRATCH) ? copy + at : (void *)0;
}

static __always_inline __u32 hash_of(const struct flow_key *k)
{
	const __u64 seed[FLOW_SEEDS] = { setting(flow_seed[0]), setting(flow_seed[1]), setting(flow_seed[2]),
					 setting(flow_seed[3]), setting(flow_seed[4]) };

	return flow_hash(k, seed);
}

/* Which flow it is of. @iface: number of the interface. */
static __always_inline void find_flow(FRAME *ctx, const struct parsed *hdr, __u32 tag, __u32 iface,
				      struct flow_now *now)
{
	const __u8 *ip;

	now->known = 0;
	if (hdr->ip_version == 4) {
		ip = ip_header(ctx, hdr->l3_off, FLOW_IPV4, tag);
		if (!ip)
			return;
		flow_addresses_ipv4(&now->key, ip);
	} else {
		ip = hdr->ip_version == 6 ? ip_header(ctx, hdr->l3_off, FLOW_IPV6, tag) : (void *)0;
		if (!ip)
			return;
		flow_addresses_ipv6(&now->key, ip);
	}
	now->way = flow_finish(&now->key, hdr, iface);
	now->hash = hash_of(&now->key);
	now->known = 1;
}

/* An entry, by its number. */
static __always_inline struct flow_line *line_at(struct flow_room *room, __u32 number)
{
	__u64 at = number;

	pin(at);
	return &room->line[at & (FLOW_ROOM - 1)];
}

static __always_inline struct flow_more *more_at(struct flow_room *room, __u32 number)
{
	__u64 at = number;

	pin(at);
	return &room->more[at & (FLOW_ROOM - 1)];
}

static __always_inline int is_of(struct flow_room *room, __u32 number, const struct flow_key *k)
{
	const struct flow_line *l = line_at(room, number);
	const struct flow_more *m;

	if ((l->addr[0] ^ k->addr[0][0]) | (l->addr[1] ^ k->addr[1][0]) | (l->rest ^ k->rest))
		return 0;
	if (k->ip_version == 4)
		return 1;
	m = more_at(room, number);
	return !((m->addr[0] ^ k->addr[0][1]) | (m->addr[1] ^ k->addr[1][1]));
}

/* Its own ones are used up: some more. False: there are none left. */
static __always_inline int fetch_entries(struct flow_room *room, struct flow_index *index)
{
	__u32 first;

	if (*(volatile __u32 *)&room->handed_out >= FLOW_ROOM)
		return 0;
	first = __sync_fetch_and_add(&room->handed_out, FLOW_CHUNK);
	if (first >= FLOW_ROOM)
		return 0;
	index->next = first;
	index->end = first + FLOW_CHUNK;
	return 1;
}

/*
 * The entry of a flow that is not there yet, and its place, a word that is 0. Its numbers are
 * zeros. Returns what the word is then; 0: no room.
 */
static __always_inline __u32 begin_flow(struct flow_room *room, struct flow_index *index,
					__u32 *word, const struct flow_now *now, __u32 mark)
{
	struct flow_line *l;
	struct flow_more *m;
	__u32 number;

	if (index->next == index->end && !fetch_entries(room, index))
		return 0;
	number = index->next++;
	l = line_at(room, number);
	l->addr[0] = now->key.addr[0][0];
	l->addr[1] = now->key.addr[1][0];
	l->rest = now->key.rest;
	m = more_at(room, number);
	m->addr[0] = now->key.addr[0][1];
	m->addr[1] = now->key.addr[1][1];
	return *word = mark | (number & (FLOW_ROOM - 1));
}

/* The word with its entry; 0: there is no room for it. */
static __always_inline __u32 find_entry(struct flow_room *room, struct flow_index *index,
					const struct flow_now *now)
{
	const __u32 mark = FLOW_USED | (now->hash >> FLOW_INDEX_BITS) << FLOW_ROOM_BITS;
	__u32 first = now->hash & (FLOW_INDEX - 1);

	pin(first);
	first &= FLOW_INDEX - 1;
	for (__u32 i = 0; i < FLOW_PROBES; i++) {
		__u32 *word = &index->word[first + i], found = *word;

		if (!found)
			return begin_flow(room, index, word, now, mark);
		if (!((found ^ mark) >> FLOW_ROOM_BITS) && is_of(room, found, &now->key))
			return found;
	}
	return 0;
}

/*
 * CLOCK_TAI: now, or as it was read last if there was no tick of the kernel since, which has no
 * call where there is a compiler for programs.
 */
static __always_inline __u64 clock_of(struct flow_index *index, int now)
{
	const __u64 tick = bpf_jiffies64();

	if (now || index->tick != tick) {
		index->ns = bpf_ktime_get_tai_ns();
		index->tick = tick;
	}
	return index->ns;
}

/* A packet of @len bytes with headers @hdr, which goes @way. */
static __always_inline void count_in(struct flow_room *room, struct flow_index *index, __u32 number,
				     __u32 way, const struct parsed *hdr, __u32 len)
{
	const __u16 flags = hdr->ip_proto == PROTO_TCP ? hdr->flags : 0;
	struct flow_line *l = line_at(room, number);
	__u64 ns;

	pin(way);
	way &= 1;
	ns = clock_of(index, flags & (PARSE_SYN | PARSE_FIN | PARSE_RST) ||
			     (l->packets[way] & FLOW_PACKETS_MAX) < FLOW_EXACT);
	if (!l->last_ns) {
		struct flow_more *m = more_at(room, number);

		m->first_ns = ns;
		m->first_way = way;
	}
	l->last_ns = ns;
	l->packets[way] = (l->packets[way] + 1) | (__u64)(flags & FLOW_TCP_FLAGS)
							  << FLOW_PACKETS_BITS;
	l->bytes[way] += len;
}

/* Into the table. False: there is no room for another flow. */
static __always_inline int is_counted(const struct flow_now *now, const struct parsed *hdr,
				      __u32 len)
{
	struct flow_room *room = only_value(&flow_rooms);
	__u32 turn = 0, at, word;
	struct flow_index *index;

	if (room && setting(flows) & FLOW_TWO) {
		turn = *(volatile __u32 *)&room->turn;
		room = bpf_map_lookup_elem(&flow_rooms, &turn);
	}
	at = setting(flows) & FLOW_TWO ? 2 * bpf_get_smp_processor_id() + turn
				       : bpf_get_smp_processor_id();
	index = bpf_map_lookup_elem(&flow_indexes, &at);
	if (!room || !index || !(word = find_entry(room, index, now)))
		return 0;
	count_in(room, index, word, now->way, hdr, len);
	return 1;
}

/* Is it the first one of a connection that begins? */
static __always_inline int is_syn(const struct parsed *hdr)
{
	return hdr->ip_proto == PROTO_TCP && (hdr->flags & (PARSE_SYN | PARSE_ACK)) == PARSE_SYN;
}

/* With a SYN behind other packets a flow starts anew; one that is sent again is one of them. */
static __always_inline void start_anew(struct flow_kept *k, const struct parsed *hdr)
{
	if (!is_syn(hdr)) {
		if (!*(volatile __u32 *)&k->goes_on)
			k->goes_on = 1;
	} else if (k->goes_on) {
		k->goes_on = 0;
		*(volatile __u64 *)&k->n[0] = 0;
		*(volatile __u64 *)&k->n[1] = 0;
	}
}

/*
 * Have so many packets, or bytes, of its flow been kept in its direction? The packet with which
 * there are so many is. What the table has forgotten begins again.
 */
static __always_inline int is_cut(const struct flow_now *now, const struct parsed *hdr, __u32 len)
{
	const __u64 n = setting(flows) & FLOW_CUT_BYTES ? len : 1;
	struct flow_kept fresh = { .goes_on = !is_syn(hdr) }, *k;
	__u32 way = now->way & 1;

	k = bpf_map_lookup_elem(&flow_limits, &now->key);
	if (!k) {
		/* or another CPU has, meanwhile */
		bpf_map_update_elem(&flow_limits, &now->key, &fresh, BPF_NOEXIST);
		k = bpf_map_lookup_elem(&flow_limits, &now->key);
		if (!k)
			return 0;
	} else {
		start_anew(k, hdr);
	}
	pin(way);
	way &= 1;
	if (*(volatile __u64 *)&k->n[way] >= setting(flow_limit))
		return 1;
	return __sync_fetch_and_add(&k->n[way], n) >= setting(flow_limit);
}

/* What judge_flow() says as well, beside one of SAMPLED_OUT ... */
enum { FLOW_NONE = 1 << 8, FLOW_NO_ROOM = 1 << 9, FLOW_WHY = FLOW_NONE - 1 };

/* Counts it in its flow, and says whether it is left out on purpose. */
static __always_inline int judge(const struct flow_now *now, const struct parsed *hdr, __u32 len)
{
	int told = setting(flows) & FLOW_ONLY ? ONLY_COUNTED : 0;

	if (!now->known)
		return told | FLOW_NONE;
	if (setting(flows) & FLOW_COUNT && !is_counted(now, hdr, len))
		told |= FLOW_NO_ROOM;
	if (told & FLOW_WHY)
		return told;
	if (setting(flow_sample) && (__u64)now->hash * setting(flow_sample) >> 32)
		return told | SAMPLED_OUT;
	if (setting(flow_limit) && is_cut(now, hdr, len))
		return told | FLOW_CUT;
	return told;
}

/*
 * All of it, of a packet that is wanted, and its headers, so that it is one call. Not static, as
 * the next two: the verifier looks at each once.
 */
__noinline int flow_verdict(FRAME *ctx, struct parsed *hdr, __u32 len, __u32 tag, __u32 iface)
{
	struct flow_now now;

	pin(tag);
	if (!setting(flows) || !hdr)
		return 0;
	parse_here(ctx, hdr, len, tag);
	find_flow(ctx, hdr, tag, iface, &now);
	return judge(&now, hdr, len);
}

/* One after the other, as what is wanted shows later. */
__noinline int look_at_flow(FRAME *ctx, struct parsed *hdr, __u32 iface)
{
	struct flow_now *now = only_value(&flow_now);

	if (setting(flows) && hdr && now)
		find_flow(ctx, hdr, 0, iface, now);
	return 0;
}

__noinline int judge_flow(struct parsed *hdr, __u32 len)
{
	struct flow_now *now = only_value(&flow_now);

	return setting(flows) && hdr && now ? judge(now, hdr, len) : 0;
}

/* What it has said of the flow alone goes into the books. */
static __always_inline void count_told(struct counters *c, __u32 told)
{
	if (told & FLOW_NONE)
		c->flow_none++;
	if (told & FLOW_NO_ROOM)
		c->flow_no_room++;
}

#endif
