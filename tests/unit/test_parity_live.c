// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The program in the kernel against the same parser in userspace: frames go through
 * BPF_PROG_TEST_RUN, and the record that comes out of the ring, the verdict and the counters have
 * to be what this side makes of the same bytes. Takes the fixtures, all their truncations, and
 * mutations of them; needs CAP_BPF.
 */
#define PCAP_DONT_INCLUDE_PCAP_BPF_H
#include <bpf/bpf.h>
#include <errno.h>
#include <glob.h>
#include <pcap/pcap.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/rings.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"

#include <cmocka.h>	/* last: its skip() is a macro */

enum {
	TEST_RUN_MIN	= 14,		/* bytes of a frame that BPF_PROG_TEST_RUN takes */
	/* of a frame in several buffers headers are looked for in so many bytes */
	COPIED		= 512,
	IFACE		= 0x1234,
	N_MUTANTS	= 20000,
	MUTANT_MAX	= 3000,		/* in one buffer, with all its headers */
	WHOLE		= 0,		/* for the linear part: as long as the kernel makes it */
};

struct frame {
	char name[96];			/* for messages */
	uint8_t *data;
	uint32_t len;
};

static struct {
	struct frame *v;
	size_t n;
} fixtures;

/* The program, and what it should have counted by now. */
struct rig {
	struct rings *ring;
	struct hook *hook;
	struct hook_settings settings;
	struct counters want;
};

static void rig_close(struct rig *r)
{
	r->hook = hook_close(r->hook);
	r->ring = rings_close(r->ring);
}

/* Each CPU's ring has @ring_size bytes, or as many as one record needs. */
static int rig_open(struct rig *r, const struct hook_settings *settings, size_t ring_size)
{
	int err;

	*r = (struct rig){ .settings = *settings };
	err = rings_open(&r->ring, ring_size * sysconf(_SC_NPROCESSORS_ONLN), settings->snap);
	if (!err)
		err = hook_open(&r->hook, &hook_xdp, r->ring, settings);
	if (err)
		rig_close(r);
	return err;
}

/* A test that fails does not come back, so the next one closes what it left. */
static struct rig rig;

static struct rig *rig_set(const struct hook_settings *settings, size_t ring_size)
{
	int err;

	rig_close(&rig);
	err = rig_open(&rig, settings, ring_size);
	if (err)
		fail_msg("snap %u: cannot load the program: %s", settings->snap, strerror(-err));
	return &rig;
}

static struct rig *rig_with(uint32_t snap, size_t ring_size)
{
	return rig_set(&(struct hook_settings){ .snap = snap, .iface = IFACE }, ring_size);
}

/*
 * Returns the verdict, or -errno. @linear: bytes in the first buffer, the others in fragments; or
 * WHOLE.
 */
static int run_program(const struct rig *r, const uint8_t *data, uint32_t len, uint32_t linear)
{
	struct xdp_md ctx = { .data_end = linear };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = data, .data_size_in = len, .repeat = 1);
	int err;

	if (linear) {
		opts.ctx_in = &ctx;
		opts.ctx_size_in = sizeof(ctx);
	}
	err = bpf_prog_test_run_opts(hook_program_fd(r->hook), &opts);
	return err ? err : (int)opts.retval;
}

/*
 * What the program has to find. With a short first buffer it looks for headers in a copy of the
 * first bytes.
 */
static struct parsed parse_here(const uint8_t *data, uint32_t len, uint32_t linear)
{
	const struct iface ethernet = { .linktype = LINKTYPE_ETHERNET };
	struct packet p = { .data = data, .caplen = len, .len = len, .iface = &ethernet };

	if (linear == WHOLE || linear >= len) {
		link_decode(&p);
	} else {
		struct cursor c = cursor_init(data, linear, len, PARSE_REACH);

		if (linear < COPIED)
			c = cursor_init(data, min_of(len, (uint32_t)COPIED), len, COPIED);
		parse_frame(&c, &p.hdr);
	}
	return p.hdr;
}

static const char *parsed_text(const struct parsed *p, char out[static 256])
{
	snprintf(
		out, 256,
		"eth_type %#x l3_off %u l4_off %u hdr_len %u sport %u dport %u flags %#x ip_version %u "
		"ip_proto %u n_tags %u end %u ttl %u pad_ %u",
		p->eth_type, p->l3_off, p->l4_off, p->hdr_len, p->sport, p->dport, p->flags,
		p->ip_version, p->ip_proto, p->n_tags, p->end, p->ttl, p->pad_);
	return out;
}

static void compare_number(const char *where, const char *what, uint64_t kernel, uint64_t here)
{
	if (kernel != here)
		fail_msg("%s: %s: kernel %llu, userspace %llu", where, what,
			 (unsigned long long)kernel, (unsigned long long)here);
}

static void compare_record(const struct rig *r, const char *where, const struct event *ev,
			   const uint8_t *data, uint32_t len, const struct parsed *hdr)
{
	uint32_t caplen = min_of(len, r->settings.snap);
	char a[256], b[256];

	if (r->settings.headers_only && hdr->hdr_len)
		caplen = min_of(caplen, (uint32_t)hdr->hdr_len);
	compare_number(where, "len", ev->len, len);
	compare_number(where, "caplen", ev->caplen, caplen);
	compare_number(where, "iface", ev->iface, IFACE);
	compare_number(where, "queue", ev->queue, 0);
	compare_number(where, "hook", ev->hook, EVENT_XDP);
	compare_number(where, "verdict", ev->verdict, 0);
	compare_number(where, "meta", ev->meta, 0);
	compare_number(where, "offload", ev->flags, 0);
	if (memcmp(&ev->hdr, hdr, sizeof(*hdr)))
		fail_msg("%s: kernel: %s; userspace: %s", where, parsed_text(&ev->hdr, a),
			 parsed_text(hdr, b));
	for (uint32_t i = 0; i < caplen; i++)
		if (ev->data[i] != data[i])
			fail_msg("%s: byte %u: kernel %#x, userspace %#x", where, i, ev->data[i],
				 data[i]);
}

/* The next record, or NULL. */
static const struct event *next_record(const struct rig *r)
{
	const struct event *ev;

	return rings_take(r->ring, &ev, 1) ? ev : NULL;
}

/* One frame, whose record has to be the only one in the ring. */
static void compare_frame(struct rig *r, const char *name, const uint8_t *data, uint32_t len,
			  uint32_t linear)
{
	struct parsed hdr = parse_here(data, len, linear);
	const struct event *ev;
	char where[160];
	int verdict = run_program(r, data, len, linear);

	snprintf(where, sizeof(where), "%s, length %u, linear part %u (0: all)", name, len, linear);
	if (verdict < 0)
		fail_msg("%s: BPF_PROG_TEST_RUN: %s", where, strerror(-verdict));
	compare_number(where, "verdict", verdict, r->settings.drop ? XDP_DROP : XDP_PASS);
	rings_look(r->ring, UINT64_MAX);
	ev = next_record(r);
	if (!ev)
		fail_msg("%s: no record in the ring", where);
	compare_record(r, where, ev, data, len, &hdr);
	compare_number(where, "lost", ev->lost, 0);
	if (next_record(r))
		fail_msg("%s: more than one record", where);
	rings_release(r->ring);
	count_packet(&r->want, &hdr, len);
	r->want.delivered++;
}

static void compare_tally(const char *what, const struct tally *kernel, const struct tally *here)
{
	compare_number(what, "packets", kernel->packets, here->packets);
	compare_number(what, "bytes", kernel->bytes, here->bytes);
}

static void compare_counters(const struct rig *r)
{
	const struct counters *want = &r->want;
	struct counters c;

	assert_int_equal(hook_counters(r->hook, POINT_ENTRY, &c), 0);
	compare_tally("all", &c.all, &want->all);
	compare_tally("tcp", &c.tcp, &want->tcp);
	compare_tally("udp", &c.udp, &want->udp);
	compare_tally("other", &c.other, &want->other);
	compare_tally("ipv4", &c.ipv4, &want->ipv4);
	compare_tally("ipv6", &c.ipv6, &want->ipv6);
	compare_tally("non_ip", &c.non_ip, &want->non_ip);
	compare_number("counters", "delivered", c.delivered, want->delivered);
	compare_number("counters", "ring_full", c.ring_full, want->ring_full);
	compare_number("counters", "error", c.error, want->error);
	compare_number("sums", "tcp + udp + other", c.tcp.packets + c.udp.packets + c.other.packets,
		       c.all.packets);
	compare_number("sums", "of bytes", c.tcp.bytes + c.udp.bytes + c.other.bytes, c.all.bytes);
	compare_number("sums", "ipv4 + ipv6 + non_ip",
		       c.ipv4.packets + c.ipv6.packets + c.non_ip.packets, c.all.packets);
	compare_number("sums", "of bytes", c.ipv4.bytes + c.ipv6.bytes + c.non_ip.bytes,
		       c.all.bytes);
	compare_number("sums", "of fates", c.delivered + c.ring_full + c.error, c.all.packets);
}

/* A copy that ends where the frame does, so that sanitizers see every byte read behind it. */
static void compare_cut(struct rig *r, const struct frame *f, uint32_t len, uint32_t linear)
{
	cleanup(freep) uint8_t *data = malloc(len);

	assert_non_null(data);
	memcpy(data, f->data, len);
	compare_frame(r, f->name, data, len, linear);
}

static uint64_t tai_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_TAI, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* What the load has cost: the limit is a million instructions. */
static void print_verdict(const struct rig *r, double sec)
{
	struct bpf_prog_info info = { .id = 0 };
	uint32_t len = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(hook_program_fd(r->hook), &info, &len), 0);
	print_message("# loaded in %.3f s: %u instructions, %u verified\n", sec,
		      info.xlated_prog_len / 8, info.verified_insns);
}

static void fixtures_and_all_their_truncations_agree(void **state is_unused)
{
	uint64_t before = tai_now();
	struct rig *r = rig_with(EVENT_SNAP_MAX, 1 << 20);

	print_verdict(r, (tai_now() - before) / 1e9);

	for (size_t i = 0; i < fixtures.n; i++)
		for (uint32_t len = TEST_RUN_MIN; len <= fixtures.v[i].len; len++)
			compare_cut(r, &fixtures.v[i], len, WHOLE);
	compare_counters(r);
}

/* Older kernels refuse to put the end of a small frame into fragments. */
static bool can_cut_linear_part(const struct rig *r)
{
	const uint8_t frame[64] = { 0 };
	int verdict = run_program(r, frame, sizeof(frame), TEST_RUN_MIN);

	if (verdict < 0)
		return false;
	rings_look(r->ring, UINT64_MAX);
	next_record(r);
	rings_release(r->ring);
	return true;
}

static void headers_in_later_buffers_are_found(void **state is_unused)
{
	static const uint32_t linear[] = { 14, 15, 34, 54, 100, 511, 512, 513 };
	struct rig *r = rig_with(EVENT_SNAP_MAX, 1 << 20);

	if (!can_cut_linear_part(r)) {
		print_message("# this kernel makes no short linear parts in BPF_PROG_TEST_RUN\n");
		skip();
	}
	r = rig_with(EVENT_SNAP_MAX, 1 << 20);
	for (size_t i = 0; i < fixtures.n; i++)
		for (size_t n = 0; n < array_size(linear); n++)
			if (linear[n] <= fixtures.v[i].len)
				compare_cut(r, &fixtures.v[i], fixtures.v[i].len, linear[n]);
	compare_counters(r);
}

/* Always the same numbers (Knuth, MMIX). */
static uint32_t below(uint64_t *seed, uint32_t n)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (*seed >> 33) % n;
}

/* A frame that grows up to MUTANT_MAX bytes. */
struct mutant {
	uint8_t data[MUTANT_MAX];
	uint32_t len;
};

static void insert(struct mutant *m, uint32_t off, const uint8_t *bytes, uint32_t n)
{
	if (off > m->len || m->len + n > MUTANT_MAX)
		return;
	memmove(m->data + off + n, m->data + off, m->len - off);
	memcpy(m->data + off, bytes, n);
	m->len += n;
}

static void insert_tags(struct mutant *m, uint64_t *seed)
{
	static const uint16_t types[] = { ETH_TYPE_VLAN, ETH_TYPE_QINQ, ETH_TYPE_9100 };

	for (uint32_t n = 1 + below(seed, PARSE_MAX_TAGS + 1); n; n--) {
		uint16_t type = types[below(seed, array_size(types))];
		uint8_t tag[4] = { type >> 8, type & 255, below(seed, 256), below(seed, 256) };

		insert(m, 12, tag, sizeof(tag));
	}
}

/*
 * Behind the IPv6 header, wherever tags have moved it; the payload length follows in three cases of
 * four.
 */
static void insert_extensions(struct mutant *m, uint64_t *seed)
{
	static const uint8_t kinds[] = { PROTO_HOPOPTS, PROTO_ROUTING, PROTO_FRAGMENT, PROTO_AH,
					 PROTO_DSTOPTS };
	const struct parsed hdr = parse_here(m->data, m->len, WHOLE);
	uint32_t before = m->len, ip = hdr.l3_off, payload;

	if (hdr.ip_version != 6)
		return;
	for (uint32_t n = 1 + below(seed, PARSE_MAX_EXT + 2); n; n--) {
		uint8_t kind = kinds[below(seed, array_size(kinds))];
		uint8_t bytes[8 + 3 * 8] = { m->data[ip + 6] };
		uint8_t units = kind == PROTO_FRAGMENT ? below(seed, 256) : below(seed, 4);
		uint32_t size = extension_len(kind, units);

		bytes[1] = units;
		if (kind == PROTO_FRAGMENT)
			bytes[3] = below(seed, 4) ? 0 : below(seed, 256);
		insert(m, ip + 40, bytes, size);
		m->data[ip + 6] = kind;
	}
	payload = (m->data[ip + 4] << 8 | m->data[ip + 5]) + m->len - before;
	if (below(seed, 4)) {
		m->data[ip + 4] = payload >> 8;
		m->data[ip + 5] = payload & 255;
	}
}

/* 16 bits at an even place get a value at a border; most lengths are such a pair. */
static void change_length(struct mutant *m, uint64_t *seed)
{
	static const uint16_t values[] = { 0, 1, 7, 8, 19, 20, 40, 0x0800, 0x86dd, 0x7fff, 0xffff };
	uint32_t off = 12 + 2 * below(seed, 44);
	uint16_t value = below(seed, 2) ? values[below(seed, array_size(values))]
					: m->len - below(seed, 80);

	if (off + 2 > m->len)
		return;
	m->data[off] = value >> 8;
	m->data[off + 1] = value & 255;
}

static void mutate(struct mutant *m, uint64_t *seed)
{
	uint32_t near = min_of(m->len, 120u);

	switch (below(seed, 8)) {
	case 0:
		insert_tags(m, seed);
		break;
	case 1:
	case 2:
		insert_extensions(m, seed);
		break;
	case 3:
		change_length(m, seed);
		break;
	case 4:
		m->data[12 + below(seed, near - 12)] = below(seed, 256);
		break;
	case 5:
		m->len = TEST_RUN_MIN + below(seed, m->len - TEST_RUN_MIN + 1);
		break;
	default:
		m->data[12 + below(seed, near - 12)] ^= 1 << below(seed, 8);
	}
}

static void mutated_frames_agree(void **state is_unused)
{
	struct rig *r = rig_with(EVENT_SNAP_MAX, 1 << 20);
	bool cuts = can_cut_linear_part(r);
	uint64_t seed = 1;

	r = rig_with(EVENT_SNAP_MAX, 1 << 20);
	for (int i = 0; i < N_MUTANTS; i++) {
		const struct frame *f = &fixtures.v[below(&seed, fixtures.n)];
		struct frame mutated = { .len = 0 };
		struct mutant m = { .len = min_of(f->len, (uint32_t)MUTANT_MAX) };

		memcpy(m.data, f->data, m.len);
		for (uint32_t n = 1 + below(&seed, 5); n; n--)
			mutate(&m, &seed);
		snprintf(mutated.name, sizeof(mutated.name), "mutant %d of %.64s", i, f->name);
		mutated.data = m.data;
		mutated.len = m.len;
		compare_cut(r, &mutated, m.len, WHOLE);
		if (cuts)
			compare_cut(r, &mutated, m.len,
				    TEST_RUN_MIN + below(&seed, m.len - TEST_RUN_MIN + 1));
	}
	compare_counters(r);
}

static void caplen_is_the_smaller_of_len_and_snap(void **state is_unused)
{
	static const uint32_t snaps[] = { 1,	14,   60,    64,    96,	   128,		  256,
					  1500, 9000, 65535, 65536, 65540, EVENT_SNAP_MAX };
	static const uint32_t sizes[] = { 15,	64,   128,  256,   576,	  1024,
					  1520, 4096, 9216, 65535, 65549, 70000 };
	static uint8_t data[70001];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i % 251;
	for (size_t i = 0; i < array_size(snaps); i++) {
		struct rig *r = rig_with(snaps[i], 1 << 20);

		for (size_t n = 0; n < array_size(sizes); n++)
			for (int by = -1; by <= 1; by++)
				compare_frame(r, "pattern", data, sizes[n] + by, WHOLE);
		for (int by = -1; by <= 1; by++)
			if (snaps[i] + by >= TEST_RUN_MIN && snaps[i] < sizeof(data))
				compare_frame(r, "pattern", data, snaps[i] + by, WHOLE);
		for (size_t n = 0; n < fixtures.n; n++)
			compare_cut(r, &fixtures.v[n], fixtures.v[n].len, WHOLE);
		compare_counters(r);
	}
}

/* Takes all records; returns how many, and the last one's loss. */
static uint64_t drain(struct rig *r, uint32_t *lost)
{
	const struct event *ev;
	uint64_t n = 0;

	rings_look(r->ring, UINT64_MAX);
	for (; (ev = next_record(r)); n++)
		*lost = ev->lost;
	rings_release(r->ring);
	return n;
}

static void full_ring_loses_packets_and_says_how_many(void **state is_unused)
{
	static const uint32_t snaps[] = { 60, 256, 4000 };
	const struct frame *f = &fixtures.v[0];

	for (size_t i = 0; i < array_size(snaps); i++) {
		struct rig *r = rig_with(snaps[i], 4096);
		struct parsed hdr = parse_here(f->data, f->len, WHOLE);
		uint64_t taken = 0, runs = 0;
		struct counters c;
		uint32_t lost = 0;

		for (uint32_t round = 1; round <= 3; round++) {
			for (uint32_t n = 0; n < 100 * round; n++, runs++) {
				assert_int_equal(run_program(r, f->data, f->len, WHOLE), XDP_PASS);
				count_packet(&r->want, &hdr, f->len);
			}
			taken += drain(r, &lost);
			assert_int_equal(hook_counters(r->hook, POINT_ENTRY, &c), 0);
			compare_number("full ring", "delivered", c.delivered, taken);
			compare_number("full ring", "delivered + ring_full",
				       c.delivered + c.ring_full, runs);
			assert_true(c.delivered > 0 && c.ring_full > 0);
			assert_int_equal(run_program(r, f->data, f->len, WHOLE), XDP_PASS);
			count_packet(&r->want, &hdr, f->len);
			runs++;
			taken += drain(r, &lost);
			compare_number("full ring", "lost in the next record", lost, runs - taken);
		}
		r->want.delivered = taken;
		r->want.ring_full = runs - taken;
		compare_counters(r);
	}
}

static void the_smallest_ring_holds_the_largest_record(void **state is_unused)
{
	/* what BPF_PROG_TEST_RUN makes of several pages is the same for us */
	const uint32_t len = 10000;
	struct rig *r = rig_with(EVENT_SNAP_MAX, 1);
	cleanup(freep) uint8_t *data = calloc(1, len);

	assert_true(rings_cpu_size(r->ring) >= event_room(EVENT_SNAP_MAX));
	for (int i = 0; i < 100; i++)
		compare_frame(r, "zeros", data, len, WHOLE);
	compare_counters(r);
}

static void headers_only_leaves_the_payload_behind(void **state is_unused)
{
	const struct hook_settings settings = { .snap = EVENT_SNAP_MAX,
						  .headers_only = true,
						  .iface = IFACE };
	struct rig *r = rig_set(&settings, 1 << 20);
	unsigned shorter = 0;

	for (size_t i = 0; i < fixtures.n; i++) {
		const struct frame *f = &fixtures.v[i];
		struct parsed hdr = parse_here(f->data, f->len, WHOLE);

		compare_cut(r, f, f->len, WHOLE);
		shorter += hdr.hdr_len < f->len;
	}
	compare_counters(r);
	assert_true(shorter > fixtures.n / 2);
}

static void a_mirror_port_drops_every_frame(void **state is_unused)
{
	struct rig *r = rig_set(
		&(struct hook_settings){ .snap = 256, .drop = true, .iface = IFACE }, 4096);
	const struct frame *f = &fixtures.v[0];
	uint32_t lost;

	for (size_t i = 0; i < fixtures.n; i++)
		compare_cut(r, &fixtures.v[i], fixtures.v[i].len, WHOLE);
	compare_counters(r);
	for (int i = 0; i < 100; i++)	/* also those that find the ring full */
		assert_int_equal(run_program(r, f->data, f->len, WHOLE), XDP_DROP);
	assert_true(drain(r, &lost) < 100);
}

static void records_carry_the_time(void **state is_unused)
{
	struct rig *r = rig_with(64, 1 << 20);
	const struct frame *f = &fixtures.v[0];

	for (int i = 0; i < 100; i++) {
		uint64_t before = tai_now(), after;
		const struct event *ev;

		assert_int_equal(run_program(r, f->data, f->len, WHOLE), XDP_PASS);
		after = tai_now();
		rings_look(r->ring, UINT64_MAX);
		ev = next_record(r);
		assert_non_null(ev);
		assert_in_range(ev->tai_ns, before, after);
		rings_release(r->ring);
	}
}

static void add_fixture(const char *path, unsigned number, const uint8_t *data, uint32_t len)
{
	struct frame *f;

	fixtures.v = realloc(fixtures.v, (fixtures.n + 1) * sizeof(*fixtures.v));
	assert_non_null(fixtures.v);
	f = &fixtures.v[fixtures.n++];
	snprintf(f->name, sizeof(f->name), "%s, frame %u", strrchr(path, '/') + 1, number);
	f->data = malloc(len);
	assert_non_null(f->data);
	f->len = len;
	memcpy(f->data, data, len);
}

/* From one CPU, whose counters then tell the whole loss. */
static int read_fixtures(void **state is_unused)
{
	char why[PCAP_ERRBUF_SIZE];
	cpu_set_t one;
	glob_t found;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(glob("tests/pcaps/*.pcap", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct pcap_pkthdr *h;
		const uint8_t *data;
		pcap_t *pcap = pcap_open_offline(found.gl_pathv[i], why);

		if (!pcap)
			fail_msg("%s", why);
		for (unsigned n = 1; pcap_next_ex(pcap, &h, &data) == 1; n++)
			if (h->caplen >= TEST_RUN_MIN)
				add_fixture(found.gl_pathv[i], n, data, h->caplen);
		pcap_close(pcap);
	}
	globfree(&found);
	return fixtures.n ? 0 : -1;
}

static int forget_fixtures(void **state is_unused)
{
	rig_close(&rig);
	for (size_t i = 0; i < fixtures.n; i++)
		free(fixtures.v[i].data);
	free(fixtures.v);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixtures_and_all_their_truncations_agree),
		cmocka_unit_test(mutated_frames_agree),
		cmocka_unit_test(headers_in_later_buffers_are_found),
		cmocka_unit_test(caplen_is_the_smaller_of_len_and_snap),
		cmocka_unit_test(full_ring_loses_packets_and_says_how_many),
		cmocka_unit_test(the_smallest_ring_holds_the_largest_record),
		cmocka_unit_test(headers_only_leaves_the_payload_behind),
		cmocka_unit_test(a_mirror_port_drops_every_frame),
		cmocka_unit_test(records_carry_the_time),
	};
	int err;

	object_set_log(OBJECT_SILENT);
	err = rig_open(&rig, &(struct hook_settings){ .snap = 64 }, 4096);
	if (err == -EPERM) {
		puts("1..0 # SKIP needs root (CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON)");
		return 77;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, read_fixtures, forget_fixtures);
}
