// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A packet that matches is never ruled out by what is noted of it: all packets of all captures
 * there are, and others made of them by changing bytes, tagging and cutting, against all
 * expressions there are. And most that cannot match are ruled out.
 */
#include <glob.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/filter/expr.h"
#include "capture/filter/noted.h"
#include "capture/filter/per_link.h"
#include "capture/filter/possible.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/read/capfile.h"

#include "tests/unit/unit.h"

#define CASES	"tests/unit/test_filter_cases.txt"

enum { EXPRESSIONS_MAX = 4096, PACKETS_MAX = 4096, VALUES_MAX = 256, BYTES_MAX = 256 };

static char *expressions[EXPRESSIONS_MAX];
static size_t n_expressions;

/* A packet of a file, its first bytes. */
static struct kept {
	uint8_t bytes[BYTES_MAX + 8];
	struct packet p;
	struct iface i;
} kept[PACKETS_MAX];
static size_t n_kept;

/* ---- what there is ---- */

static void add_expression(const char *text)
{
	assert_true(n_expressions < EXPRESSIONS_MAX);
	expressions[n_expressions] = strdup(text);
	assert_non_null(expressions[n_expressions++]);
}

/* Where what is known of a packet is asked for again, and where X is something else by then. */
static const char *const others[] = {
	"ip and not ip6 and not arp", "tcp and not udp", "udp port 53 and not arp and not ip6", "ip6 and not ip",
	"port 80 and ip[ip[9]:2] = 0x4000", "port 53 and ip[ip[9] - 11:2] = 0",
	"src port 40000 and ether[ip[0]:2] != 1",
};

/* Of packets that are not there: each of them is to be ruled out. */
static const char *const absent[] = {
	"host 203.0.113.77", "src host 203.0.113.77", "dst host 203.0.113.77", "net 203.77.0.64/26",
	"src net 203.77.0.0/17",
	"tcp port 64999", "udp dst port 64999", "sctp src port 64999", "port 64999 or port 64998", "ip proto 253",
	"ip6 host 2001:db8:ffff::77", "ip6 src host 2001:db8:ffff::77", "ip6 dst host 2001:db8:ffff::77",
	"vlan and host 203.0.113.77", "vlan and vlan and port 64999", "mpls and host 203.0.113.77",
	"arp host 203.0.113.77",
	"ether host 02:99:99:99:99:99", "host 203.0.113.77 and not port 53", "ether proto 0x9999",
	"(tcp or less 100) and (udp or greater 50) and dst host 203.0.113.77",
};

static void read_expressions(void)
{
	char line[4096];
	FILE *f = fopen(CASES, "re");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line && *line != '#')
			add_expression(line);
	}
	fclose(f);
	for (size_t i = 0; i < array_size(others); i++)
		add_expression(others[i]);
}

static void keep(const struct packet *p)
{
	struct kept *k = &kept[n_kept++];

	k->p = *p;
	k->p.caplen = min_of(p->caplen, (uint32_t)BYTES_MAX);
	memcpy(k->bytes, p->data, k->p.caplen);
	k->i = (struct iface){ .linktype = p->iface->linktype, .swapped = p->iface->swapped };
	k->p.data = k->bytes;
	k->p.iface = &k->i;
}

static void read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	struct capfile *r;
	struct packet p;

	assert_non_null(f);
	if (!capfile_open(&r, f, NULL, NULL))
		while (n_kept < PACKETS_MAX && capfile_next(r, &p) > 0)
			if (link_knows(p.iface->linktype))
				keep(&p);
	capfile_close(r);
	fclose(f);
}

/* What the packet is about, in words. */
static void add_expressions_of(struct packet *p)
{
	char text[256], address[64];
	const uint8_t *ip;

	link_decode(p);
	ip = link_at(p, p->hdr.l3_off, 40);
	if (p->hdr.ip_version == 4 && ip) {
		snprintf(address, sizeof(address), "%u.%u.%u.%u", ip[12], ip[13], ip[14], ip[15]);
		snprintf(text, sizeof(text), "host %s", address);
		add_expression(text);
		snprintf(text, sizeof(text), "src net %u.%u.%u.0/24 or mpls and host %s", ip[12],
			 ip[13], ip[14], address);
		add_expression(text);
		snprintf(text, sizeof(text), "vlan and (host %s or vlan and src host %s)", address,
			 address);
		add_expression(text);
	}
	if (p->hdr.flags & PARSE_PORTS) {
		snprintf(text, sizeof(text), "port %u", p->hdr.sport);
		add_expression(text);
		snprintf(text, sizeof(text), "(tcp or sctp) and src port %u and not dst port %u",
			 p->hdr.sport, p->hdr.sport ^ 1);
		add_expression(text);
	}
	if (p->iface->linktype == LINKTYPE_ETHERNET && p->caplen > 12) {
		snprintf(text, sizeof(text), "ether host %02x:%02x:%02x:%02x:%02x:%02x", p->data[6],
			 p->data[7], p->data[8], p->data[9], p->data[10], p->data[11]);
		add_expression(text);
	}
}

static int read_all(void **state)
{
	glob_t found;

	(void)state;
	read_expressions();
	if (glob("tests/pcaps/{*.pcap,files/*}", GLOB_BRACE, NULL, &found))
		return -1;
	for (size_t i = 0; i < found.gl_pathc; i++)
		read_file(found.gl_pathv[i]);
	globfree(&found);
	for (size_t i = 0; i < n_kept; i += 1 + n_kept / 60)
		add_expressions_of(&kept[i].p);
	return n_kept > 500 ? 0 : -1;
}

static int forget_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_expressions; i++)
		free(expressions[i]);
	return 0;
}

/* ---- the set of one packet, without what a sketch would add ---- */

static struct set {
	uint64_t values[VALUES_MAX];
	size_t n;
} set;

static bool add(void *ctx, enum noted_kind kind, uint32_t value)
{
	struct set *s = ctx;

	assert_true(s->n < VALUES_MAX);
	s->values[s->n++] = (uint64_t)kind << 32 | value;
	return true;
}

static bool has(void *ctx, enum noted_kind kind, uint32_t value)
{
	const struct set *s = ctx;
	size_t i = 0;

	while (i < s->n && s->values[i] != ((uint64_t)kind << 32 | value))
		i++;
	return i < s->n;
}

static struct counts { unsigned long matched, ruled_out, not_ruled_out; } tally;

/* Of the program for packets in this direction. */
static bool is_possible(const struct expr *e, const struct packet *p, const struct noted *noted)
{
	size_t n;
	const struct sock_filter *in = p->flags & EPB_OUTBOUND ? expr_insns_sent(e, &n)
							       : expr_insns(e, &n);

	return possible(in, n, noted, has, &set);
}

static void check(const char *text, const struct expr *e, const struct packet *p,
		  const struct noted *noted)
{
	const bool matches = p->flags & EPB_OUTBOUND
				     ? expr_matches_sent(e, p->data, p->caplen, p->len)
				     : expr_matches(e, p->data, p->caplen, p->len);

	if (!matches) {
		is_possible(e, p, noted) ? tally.not_ruled_out++ : tally.ruled_out++;
		return;
	}
	tally.matched++;
	if (!is_possible(e, p, noted))
		fail_msg("'%s' matches a packet of link type %u and %u bytes, and is ruled out",
			 text, p->iface->linktype, p->caplen);
}

static uint64_t noise(void)
{
	static uint64_t s = 88172645463325252;

	s ^= s << 13;
	s ^= s >> 7;
	s ^= s << 17;
	return s >> 11;
}

/* Another packet that looks like @of. */
static void make(struct kept *k, const struct kept *of)
{
	const uint8_t tag[4] = { 0x81, 0, 0, 7 };

	*k = *of;
	k->p.data = k->bytes;
	k->p.iface = &k->i;
	if (noise() % 2 && k->i.linktype == LINKTYPE_ETHERNET && k->p.caplen > 14) {
		memmove(k->bytes + 16, k->bytes + 12, k->p.caplen - 12);
		memcpy(k->bytes + 12, tag, sizeof(tag));
		k->p.caplen += 4;
		k->p.len += 4;
	}
	for (unsigned i = noise() % 4; i && k->p.caplen; i--)
		k->bytes[noise() % min_of(k->p.caplen, 64u)] = noise() % 3 ? noise()
									   : noise() % 2 * 255;
	if (noise() % 4 == 0)
		k->p.caplen = noise() % (k->p.caplen + 1);
	k->p.flags = noise() % 2 ? EPB_OUTBOUND : EPB_INBOUND;
}

static void check_all(const char *text, const struct expr *const *of_link, struct kept *k)
{
	struct noted noted;
	const struct expr *e = of_link[k->i.linktype % 512];

	if (!e)
		return;
	if (!noted_of_link(&noted, k->i.linktype))
		return;
	set.n = 0;
	noted_packet(&noted, k->p.data, k->p.caplen, add, &set);
	check(text, e, &k->p, &noted);
}

static void against(const char *text, bool optimize)
{
	static const struct expr *of_link[512];
	struct per_link *per_link;
	static struct kept made;

	assert_int_equal(per_link_open(&per_link, text, NULL, optimize), 0);
	memset(of_link, 0, sizeof(of_link));
	for (size_t i = 0; i < n_kept; i++) {
		const struct expr **e = &of_link[kept[i].i.linktype % 512];

		if (!*e && per_link_expr(per_link, &kept[i].i, e))
			*e = NULL;
	}
	for (size_t i = 0; i < n_kept; i++)
		check_all(text, of_link, &kept[i]);
	for (size_t i = 0; i < n_kept; i += 1 + noise() % 8) {
		make(&made, &kept[i]);
		check_all(text, of_link, &made);
	}
	per_link_close(per_link);
}

static void what_matches_is_never_ruled_out(void **state)
{
	const bool *optimize = *state;

	tally = (struct counts){ 0 };
	for (size_t i = 0; i < n_expressions; i++)
		against(expressions[i], *optimize);
	print_message("# %zu expressions, %zu packets: %lu match, %lu of %lu others ruled out\n",
		      n_expressions, n_kept, tally.matched, tally.ruled_out,
		      tally.ruled_out + tally.not_ruled_out);
	assert_true(tally.matched > 10000 && tally.ruled_out > tally.not_ruled_out);
}

static bool has_nothing(void *ctx is_unused, enum noted_kind kind is_unused,
			uint32_t value is_unused)
{
	return false;
}

/* Programs that libpcap does not write, of packets of Ethernet of which there are none. */
static void what_is_not_understood_is_possible(void **state is_unused)
{
	enum { MANY = 600 };
	const struct sock_filter ports[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x800, 0, 6),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 6, 0, 4),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14), BPF_STMT(BPF_LDX | BPF_IMM, 5),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 14), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 80, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0), BPF_STMT(BPF_RET | BPF_K, 1),
	};
	struct sock_filter many[MANY + 2], back[] = { BPF_STMT(BPF_JMP | BPF_JA, UINT32_MAX) };
	struct noted noted;

	assert_true(noted_of_link(&noted, LINKTYPE_ETHERNET));
	/* that it is Ethernet of IPv4 is not: there is no such type */
	assert_false(possible(ports, array_size(ports), &noted, has_nothing, NULL));
	assert_true(possible(ports + 4, array_size(ports) - 4, &noted, has_nothing, NULL));
	assert_true(possible(back, 1, &noted, has_nothing, NULL));
	assert_true(possible(ports, 2, &noted, has,
			     &(struct set){ { (uint64_t)NOTED_TYPE << 32 | 0x800 }, 1 }));
	for (unsigned i = 0; i < MANY; i++)
		many[i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, i, 0, 0);
	many[MANY] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	assert_true(possible(many, MANY + 1, &noted, has_nothing, NULL));
	assert_false(possible(many + MANY, 1, &noted, has_nothing, NULL));
}

static void what_is_not_there_is_ruled_out(void **state is_unused)
{
	for (size_t i = 0; i < array_size(absent); i++) {
		tally = (struct counts){ 0 };
		against(absent[i], true);
		if (tally.matched > 4 || tally.not_ruled_out > 4)
			fail_msg("'%s': %lu match, %lu others are not ruled out", absent[i],
				 tally.matched, tally.not_ruled_out);
		assert_true(tally.ruled_out > 500);
	}
}

int main(void)
{
	static bool yes = true, no;
	static const struct CMUnitTest tests[] = {
		{ "what_matches_is_never_ruled_out", what_matches_is_never_ruled_out, NULL, NULL,
		  &yes },
		{ "nor_by_a_program_that_is_not_optimized", what_matches_is_never_ruled_out, NULL,
		  NULL, &no },
		cmocka_unit_test(what_is_not_there_is_ruled_out),
		cmocka_unit_test(what_is_not_understood_is_possible),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("possible", tests, array_size(tests), read_all, forget_all);
}
