// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Counts packets; info_text.c and info_json.c tell. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/sample.h"
#include "capture/read/capfile.h"
#include "capture/report/info.h"
#include "capture/report/talkers.h"

enum { ETH_TYPE_ARP = 0x0806 };

static const struct { const char *key, *name; } rows[N_INFO_ROWS] = {
	[INFO_IPV4]		= { "ipv4", "IPv4" },
	[INFO_IPV6]		= { "ipv6", "IPv6" },
	[INFO_ARP]		= { "arp", "ARP" },
	[INFO_NON_IP]		= { "non_ip", "other than IP" },
	[INFO_UNKNOWN_LINK]	= { "unknown_link", "unknown link type" },
	[INFO_TCP]		= { "tcp", "TCP" },
	[INFO_UDP]		= { "udp", "UDP" },
	[INFO_ICMP]		= { "icmp", "ICMP" },
	[INFO_ICMPV6]		= { "icmpv6", "ICMPv6" },
	[INFO_IGMP]		= { "igmp", "IGMP" },
	[INFO_SCTP]		= { "sctp", "SCTP" },
	[INFO_GRE]		= { "gre", "GRE" },
	[INFO_OTHER_IP]		= { "other_ip", "other IP" },
	[INFO_VLAN]		= { "vlan", "VLAN" },
	[INFO_FRAGMENT]		= { "fragments", "fragments" },
	[INFO_CUT_HEADER]	= { "cut_headers", "headers cut off" },
	[INFO_BAD_HEADER]	= { "bad_headers", "headers damaged" },
	[INFO_DEEP]		= { "deep_headers", "headers too deep" },
};

/*
 * The largest size of each row of the histogram: as RFC 2819, 5 (etherStatsPkts...) has them, but
 * without the checksum of Ethernet, and some for frames that it did not know.
 */
static const uint32_t size_to[N_INFO_SIZES] = { 63, 127, 255, 511, 1023, 1518, 4095, 9216, 65535, UINT32_MAX };

int info_open(struct info *i)
{
	*i = (struct info){ 0 };
	return talkers_open(&i->talkers, TALKERS_ROOM);
}

const char *info_row_key(enum info_row row)
{
	return rows[row].key;
}

const char *info_row_name(enum info_row row)
{
	return rows[row].name;
}

uint64_t info_duration(const struct info *i)
{
	return i->n_timed ? i->latest_ns - i->earliest_ns : 0;
}

static void count_time(struct info *i, uint64_t ts_ns)
{
	if (!i->n_timed++) {
		i->earliest_ns = i->latest_ns = i->first_ns = i->last_ns = ts_ns;
		return;
	}
	i->n_back += ts_ns < i->last_ns;
	i->last_ns = ts_ns;
	i->earliest_ns = min_of(i->earliest_ns, ts_ns);
	i->latest_ns = max_of(i->latest_ns, ts_ns);
}

uint32_t info_size_to(unsigned row)
{
	return size_to[row];
}

uint32_t info_size_from(unsigned row)
{
	return row ? size_to[row - 1] + 1 : 0;
}

void info_size_label(char *out, size_t cap, unsigned row)
{
	if (info_size_to(row) == UINT32_MAX)
		snprintf(out, cap, "%u and more", info_size_from(row));
	else
		snprintf(out, cap, "%u to %u", info_size_from(row), info_size_to(row));
}

unsigned info_sizes(const struct info *i, unsigned *first)
{
	unsigned n = N_INFO_SIZES;

	while (n && !i->sizes[n - 1].packets)
		n--;
	for (*first = 0; *first < n && !i->sizes[*first].packets;)
		++*first;
	return n;
}

/*
 * Without branches, which sizes that come in no order would have guessed wrongly: the row of the
 * least size with so many bits, or the next one.
 */
static unsigned size_row(uint32_t len)
{
	static const uint8_t of_bits[33] = { 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 8,
					     9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9 };
	const unsigned row = of_bits[len ? 32 - __builtin_clz(len) : 0];

	return row + (len > size_to[row]);
}

static void count_size(struct info *i, const struct packet *p)
{
	tally_add(&i->sizes[size_row(p->len)], p->len);
	i->captured_bytes += p->caplen;
	if (i->all.packets == 1)
		i->len_min = i->len_max = p->len;
	i->len_min = min_of(i->len_min, p->len);
	i->len_max = max_of(i->len_max, p->len);
	if (p->caplen >= p->len)
		return;
	if (!i->n_cut++)
		i->cut_min = i->cut_max = p->caplen;
	i->cut_min = min_of(i->cut_min, p->caplen);
	i->cut_max = max_of(i->cut_max, p->caplen);
}

static enum info_row network_row(const struct packet *p)
{
	switch (p->hdr.eth_type) {
	case ETH_TYPE_IPV4:
		return INFO_IPV4;
	case ETH_TYPE_IPV6:
		return INFO_IPV6;
	case ETH_TYPE_ARP:
		return INFO_ARP;
	case 0:
		return link_knows(p->iface->linktype) ? INFO_NON_IP : INFO_UNKNOWN_LINK;
	}
	return INFO_NON_IP;
}

static enum info_row transport_row(uint8_t ip_proto)
{
	switch (ip_proto) {
	case PROTO_TCP:
		return INFO_TCP;
	case PROTO_UDP:
		return INFO_UDP;
	case PROTO_ICMP:
		return INFO_ICMP;
	case PROTO_ICMPV6:
		return INFO_ICMPV6;
	case PROTO_IGMP:
		return INFO_IGMP;
	case PROTO_SCTP:
		return INFO_SCTP;
	case PROTO_GRE:
		return INFO_GRE;
	}
	return INFO_OTHER_IP;
}

void info_count_rows(struct tally sums[static N_INFO_ROWS], const struct packet *p)
{
	static const enum info_row endings[] = {
		[PARSE_SHORT] = INFO_CUT_HEADER,
		[PARSE_BAD] = INFO_BAD_HEADER,
		[PARSE_DEEP] = INFO_DEEP,
	};

	tally_add(&sums[network_row(p)], p->len);
	if (p->hdr.ip_version)
		tally_add(&sums[transport_row(p->hdr.ip_proto)], p->len);
	if (p->hdr.n_tags)
		tally_add(&sums[INFO_VLAN], p->len);
	if (p->hdr.flags & PARSE_FRAG)
		tally_add(&sums[INFO_FRAGMENT], p->len);
	if (p->hdr.end != PARSE_OK)
		tally_add(&sums[endings[p->hdr.end]], p->len);
}

/* A version says that the fixed header is there, and the addresses with it. */
static bool count_addresses(struct talkers *t, const struct packet *p)
{
	const uint8_t *ip = p->data + p->hdr.l3_off;
	unsigned at = p->hdr.ip_version == 4 ? 12 : 8, size = p->hdr.ip_version == 4 ? 4 : 16;

	return !p->hdr.ip_version ||
	       (talkers_add(t, p->hdr.ip_version, ip + at, p->len, true) &&
		talkers_add(t, p->hdr.ip_version, ip + at + size, p->len, false));
}

/* Of tunnels in each other all, but each kind once; of what is inside the innermost. */
static bool count_inside(struct info *i, const struct packet *p)
{
	struct tunnel tunnels[TUNNEL_MAX];
	unsigned n = tunnel_walk(p, tunnels), seen = 0;
	struct packet inner;

	if (!n)
		return true;
	if (!i->inner_talkers && talkers_open(&i->inner_talkers, TALKERS_ROOM))
		return false;
	for (unsigned k = 0; k < n; k++) {
		if (!(seen & 1u << tunnels[k].kind))
			tally_add(&i->tunnels[tunnels[k].kind], p->len);
		seen |= 1u << tunnels[k].kind;
	}
	inner = tunnels[n - 1].inner;
	inner.len = p->len;	/* bytes are those of the frames */
	info_count_rows(i->inner, &inner);
	return count_addresses(i->inner_talkers, &inner);
}

uint32_t info_n_ifaces(const struct capfile *r)
{
	uint32_t n = 0;

	while (capfile_iface(r, n))
		n++;
	return n;
}

struct tally info_estimate_of(const struct info *i, const struct iface *f)
{
	static const struct tally none;
	const bool is_there = f->id < i->n_ifaces;
	const struct tally *t = is_there ? &i->ifaces[f->id] : &none,
			   *of_flows = is_there ? &i->of_flows[f->id] : &none;
	const struct sampling s = sample_of_comment(f->comment);
	/* what is of no flow was not chosen by flows */
	const uint64_t packets = sample_scale(t->packets - of_flows->packets, of_flows->packets,
					      s.flow.sample),
		       bytes = sample_scale(t->bytes - of_flows->bytes, of_flows->bytes,
					    s.flow.sample);

	return (struct tally){ sample_scale(0, packets, s.sample),
			       sample_scale(0, bytes, s.sample) };
}

bool info_estimate(const struct info *i, const struct capfile *r, struct tally *sum)
{
	const struct iface *f;
	bool sampled = false;

	*sum = (struct tally){ 0, 0 };
	for (uint32_t id = 0; (f = capfile_iface(r, id)); id++) {
		const struct tally t = info_estimate_of(i, f);

		sampled |= sample_is_scaled(f->comment);
		sum->packets = sample_scale(sum->packets, t.packets, 1);
		sum->bytes = sample_scale(sum->bytes, t.bytes, 1);
	}
	return sampled;
}

/* @v, which has @n, gets zeros up to @more. */
static bool grow(struct tally **v, uint32_t n, uint32_t more)
{
	struct tally *grown = calloc_lines(more * sizeof(*grown));

	if (!grown)
		return false;
	if (n)
		memcpy(grown, *v, n * sizeof(*grown));
	free(*v);
	*v = grown;
	return true;
}

/* Room for interface @id, whose ids come in no order. */
static bool has_iface(struct info *i, uint32_t id)
{
	uint32_t n = id + 1 + id / 2;

	if (id < i->n_ifaces)
		return true;
	if (!grow(&i->ifaces, i->n_ifaces, n) || !grow(&i->of_flows, i->n_ifaces, n))
		return false;
	i->n_ifaces = n;
	return true;
}

int info_packet(struct info *i, const struct packet *p)
{
	if (!has_iface(i, p->iface->id))
		return -ENOMEM;
	tally_add(&i->all, p->len);
	tally_add(&i->ifaces[p->iface->id], p->len);
	if (p->hdr.ip_version)
		tally_add(&i->of_flows[p->iface->id], p->len);
	i->n_dropped += p->dropped;
	count_size(i, p);
	if (p->has & PACKET_TIME) {
		count_time(i, p->ts_ns);
		timeline_add(&i->timeline, p->ts_ns, p->len);
	}
	info_count_rows(i->rows, p);
	verdicts_add(&i->verdicts, p);
	return count_addresses(i->talkers, p) && count_inside(i, p) ? 0 : -ENOMEM;
}

bool info_part_packet(struct info *i, struct packet *p)
{
	/* a packet has two, and two more in a tunnel */
	if (i->poor || !talkers_have_room(i->talkers, 2) ||
	    (i->inner_talkers && !talkers_have_room(i->inner_talkers, 2)))
		return false;
	link_decode(p);
	i->poor = info_packet(i, p);
	return !i->poor;
}

static void join_rows(struct tally *sums, const struct tally *more, size_t n)
{
	for (size_t k = 0; k < n; k++)
		tally_join(&sums[k], &more[k]);
}

static void join_times(struct info *i, const struct info *part)
{
	if (!part->n_timed)
		return;
	if (!i->n_timed) {
		i->earliest_ns = part->earliest_ns;
		i->first_ns = part->first_ns;
	}
	i->n_back += part->n_back + (i->n_timed && part->first_ns < i->last_ns);
	i->n_timed += part->n_timed;
	i->earliest_ns = min_of(i->earliest_ns, part->earliest_ns);
	i->latest_ns = max_of(i->latest_ns, part->latest_ns);
	i->last_ns = part->last_ns;
	timeline_join(&i->timeline, &part->timeline);
}

/* Smallest and largest of @n and @n_more packets. */
static void join_range(uint32_t *least, uint32_t *most, uint64_t n, uint32_t more_least,
		       uint32_t more_most, uint64_t n_more)
{
	if (!n_more)
		return;
	*least = n ? min_of(*least, more_least) : more_least;
	*most = max_of(*most, more_most);
}

static bool join_ifaces(struct info *i, const struct info *part)
{
	if (part->n_ifaces && !has_iface(i, part->n_ifaces - 1))
		return false;
	join_rows(i->ifaces, part->ifaces, part->n_ifaces);
	join_rows(i->of_flows, part->of_flows, part->n_ifaces);
	return true;
}

static bool join_talkers(struct info *i, const struct info *part)
{
	if (part->inner_talkers && !i->inner_talkers && talkers_open(&i->inner_talkers, TALKERS_ROOM))
		return false;
	return talkers_join(i->talkers, part->talkers) &&
	       (!part->inner_talkers || talkers_join(i->inner_talkers, part->inner_talkers));
}

static bool may_join(const struct info *i, const struct info *part)
{
	return !part->poor && talkers_may_join(i->talkers, part->talkers) &&
	       (!part->inner_talkers || !i->inner_talkers ||
		talkers_may_join(i->inner_talkers, part->inner_talkers));
}

bool info_join(struct info *i, const struct info *part)
{
	if (!may_join(i, part))
		return false;
	i->poor = !join_ifaces(i, part) || !join_talkers(i, part);
	if (i->poor)
		return false;
	join_range(&i->len_min, &i->len_max, i->all.packets, part->len_min, part->len_max,
		   part->all.packets);
	join_range(&i->cut_min, &i->cut_max, i->n_cut, part->cut_min, part->cut_max, part->n_cut);
	tally_join(&i->all, &part->all);
	i->captured_bytes += part->captured_bytes;
	i->n_cut += part->n_cut;
	i->n_dropped += part->n_dropped;
	join_times(i, part);
	join_rows(i->rows, part->rows, N_INFO_ROWS);
	join_rows(i->tunnels, part->tunnels, N_TUNNELS);
	join_rows(i->inner, part->inner, N_INFO_ROWS);
	join_rows(i->sizes, part->sizes, N_INFO_SIZES);
	verdicts_join(&i->verdicts, &part->verdicts);
	return true;
}

void info_close(struct info *i)
{
	free(i->ifaces);
	free(i->of_flows);
	i->ifaces = i->of_flows = NULL;
	i->talkers = talkers_close(i->talkers);
	i->inner_talkers = talkers_close(i->inner_talkers);
}
