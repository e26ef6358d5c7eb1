// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Nanoseconds per packet of XDP programs, run by BPF_PROG_TEST_RUN on one CPU and on two at once:
 * what each feature of the capture program costs, what the transports cost that it could use, and
 * the program itself, also with filters that reject the packet. Rings are emptied between batches,
 * without their data being touched, so this is the program alone: what it costs that another CPU
 * reads the data shows in "make bench" only. The capture program is loaded anew for each round: its
 * speed, above all on two CPUs, depends on where in memory its maps happen to lie.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>

#include "bench.skel.h"
#include "bpf/bench.h"
#include "capture/filter/expr.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/flows.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/programs.h"
#include "capture/kernel/rings.h"
#include "capture/kernel/takeover.h"
#include "capture/packet/packet.h"
#include "replay/bench.h"

enum { N_HOSTS = 100 };		/* of the long filter */
enum {
	LO = 1,
	CPUS_MAX = 1024,
	FRAME_MAX = 1500,
	ROUNDS = 1 + BENCH_ROUNDS,
	BATCHES = 15,
	BATCHES_QUICK = 3
};

/* ---- what is run ---- */

struct frame {
	uint32_t len;
	uint8_t data[FRAME_MAX];
};

/*
 * The capture program as the tool loads it, once for each round. All stay, so that no two have the
 * same memory.
 */
struct capture {
	uint32_t snap;
	const char *filter;		/* an expression that no frame here matches; NULL: none */
	bool front;			/* in front of the null program, which it calls */
	bool shared;			/* loaded for several interfaces, of which lo is one */
	struct flows_settings flows;	/* zeros: they make no difference */
	struct {
		struct rings *ring;
		struct hook *hook;
	} round[ROUNDS];
};

struct row {
	struct bench_row one;		/* ns per packet on one CPU */
	/*
	 * packets per time on two CPUs, as a multiple of that on one: with rings that one of the
	 * CPUs empties, and with each emptied by its own, which draws no line over to the other
	 */
	struct bench_row two, own;
	const char *program;		/* in bpf/bench.bpf.c; NULL: @capture */
	struct capture *capture;
	const struct frame *frame;
	bool parallel;			/* measured on two CPUs as well */
	/* of the program; that of @capture changes by the round, and so does the ring */
	int fd;
	struct rings *ring;
	/* in a batch: as many as a ring holds on each of two CPUs */
	uint32_t packets;
};

static struct frame tcp128, udp64, ipv6, big;
static struct capture snap96 = { .snap = 96 }, snap256 = { .snap = 256 },
		      whole = { .snap = EVENT_SNAP_MAX };
static char hosts[N_HOSTS * 32];
static struct capture port443 = { .snap = 96, .filter = "tcp port 443" },
		      hosts100 = { .snap = 96, .filter = hosts },
		      front96 = { .snap = 96, .front = true },
		      front443 = { .snap = 96, .filter = "tcp port 443", .front = true },
		      shared96 = { .snap = 96, .shared = true },
		      shared443 = { .snap = 96, .filter = "tcp port 443", .shared = true },
		      flows_only = { .snap = 96, .flows = { .count = true, .only = true } },
		      flows_too = { .snap = 96, .flows = { .count = true } },
		      flow_cut = { .snap = 96, .flows = { .keep = { .limit = 1 } } },
		      flow_sample = { .snap = 96, .flows = { .keep = { .sample = SAMPLE_MAX } } };

#define row(n, p, c, f, par) \
	{ .one = { .name = n, .unit = "ns" }, .two = { .name = n " on two CPUs", .unit = "x one" }, \
	  .own = { .name = n " on two CPUs, each its own ring", .unit = "x one" }, \
	  .program = p, .capture = c, .frame = f, .parallel = par }

enum {
	NULL_ROW,
	FEATURES_END = 6,
	FRAMES_END = 9,
	TRANSPORTS_END = 16,
	REAL = TRANSPORTS_END,
	FILTER_PORT = 19,
	FILTER_HOSTS,
	FRONT_ALL,
	FRONT_NONE,
	SHARED_ALL,
	SHARED_NONE,
	FLOWS_ONLY,
	FLOWS_TOO,
	FLOW_CUT_ROW,
	FLOW_NOT_KEPT
};

static struct row rows[] = {
	row("null: XDP_PASS", "null", NULL, &tcp128, true),
	row("+ count", "count", NULL, &tcp128, false),
	row("+ parse", "count_parse", NULL, &tcp128, false),
	row("+ time", "count_parse_time", NULL, &tcp128, false),
	row("+ ring", "count_parse_time_ring", NULL, &tcp128, false),
	row("+ copy", "count_parse_time_ring_copy", NULL, &tcp128, false),

	row("null, IPv6", "null", NULL, &ipv6, false),
	row("count and parse, 64-byte UDP", "count_parse", NULL, &udp64, false),
	row("count and parse, IPv6", "count_parse", NULL, &ipv6, false),

	row("BPF ringbuf, shared", "ringbuf_shared", NULL, &tcp128, true),
	row("BPF ringbuf per CPU", "ringbuf_per_cpu", NULL, &tcp128, true),
	row("mapped ring per CPU, store", "lane_store", NULL, &tcp128, true),
	row("mapped ring per CPU, exchange", "lane_exchange", NULL, &tcp128, true),
	row("mapped ring per CPU, copied by words", "lane_words", NULL, &tcp128, true),
	row("8 packets a record, shared ringbuf", "batch_shared", NULL, &tcp128, true),
	row("8 packets a record, ringbuf per CPU", "batch_per_cpu", NULL, &tcp128, true),

	row("snapshot length 96, 128-byte TCP", NULL, &snap96, &tcp128, true),
	row("snapshot length 256, 1500-byte TCP", NULL, &snap256, &big, false),
	row("whole frame, 1500-byte TCP", NULL, &whole, &big, false),
	row("filtered out by tcp port 443", NULL, &port443, &tcp128, true),
	row("filtered out by 100 hosts", NULL, &hosts100, &tcp128, false),
	row("in front of null, snapshot length 96", NULL, &front96, &tcp128, true),
	row("in front, filtered out by tcp port 443", NULL, &front443, &tcp128, false),
	row("for several interfaces, length 96", NULL, &shared96, &tcp128, true),
	row("for several, filtered out by port 443", NULL, &shared443, &tcp128, false),
	row("flows counted, no packets captured", NULL, &flows_only, &tcp128, true),
	row("flows counted, snapshot length 96", NULL, &flows_too, &tcp128, false),
	row("its flow has been kept far enough", NULL, &flow_cut, &tcp128, true),
	row("its flow is not among those kept", NULL, &flow_sample, &tcp128, false),
};

/* ---- rings ---- */

/* The positions of a BPF ringbuf: all records before @produced are complete between two batches. */
struct positions {
	unsigned long *consumed;
	const unsigned long *produced;
};

struct kernel {
	struct bench_run bench;
	struct bench *skel;
	struct positions ringbufs[1 + CPUS_MAX];	/* the shared one first */
	int n_cpus;
	struct bench_lane *lanes;
	int cpu[2];
	unsigned n_batches;
};

static struct positions map_positions(const struct bench_run *b, int fd)
{
	size_t page = sysconf(_SC_PAGESIZE);
	void *consumed = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	void *produced = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, page);

	if (consumed == MAP_FAILED || produced == MAP_FAILED)
		bench_die(b, EXIT_FAILURE, "cannot map a ring: %s", strerror(errno));
	return (struct positions){ consumed, produced };
}

static void empty_rings(struct kernel *k)
{
	for (int i = 0; i <= k->n_cpus; i++)
		__atomic_store_n(k->ringbufs[i].consumed, *k->ringbufs[i].produced,
				 __ATOMIC_RELEASE);
	for (int i = 0; i < k->n_cpus; i++)
		__atomic_store_n(&k->lanes[i].consumed, k->lanes[i].produced, __ATOMIC_RELEASE);
}

static void empty_capture(struct rings *r)
{
	const struct event *records[64];

	rings_look(r, UINT64_MAX);
	while (rings_take(r, records, 64))
		;
	rings_release(r);
}

/* ---- setting up ---- */

static void load_programs(struct kernel *k)
{
	const struct bench_run *b = &k->bench;
	uint32_t zero = 0;
	int err;

	k->n_cpus = libbpf_num_possible_cpus();
	k->skel = bench__open();
	if (!k->skel || k->n_cpus < 1 || k->n_cpus > CPUS_MAX)
		bench_die(b, EXIT_FAILURE, "cannot open the programs");
	bpf_map__set_max_entries(k->skel->maps.ringbufs, k->n_cpus);
	bpf_map__set_max_entries(k->skel->maps.lanes, k->n_cpus);
	err = bench__load(k->skel);
	if (err)
		bench_die(b, EXIT_FAILURE, "cannot load the programs: %s", strerror(-err));
	k->ringbufs[0] = map_positions(b, bpf_map__fd(k->skel->maps.shared));
	for (uint32_t i = zero; i < (uint32_t)k->n_cpus; i++) {
		int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "bench_ring", 0, 0, BENCH_RING, NULL);

		if (fd < 0 ||
		    bpf_map_update_elem(bpf_map__fd(k->skel->maps.ringbufs), &i, &fd, BPF_ANY))
			bench_die(b, EXIT_FAILURE, "cannot make a ring: %s", strerror(errno));
		k->ringbufs[1 + i] = map_positions(b, fd);
		close(fd);
	}
	k->lanes = mmap(NULL, k->n_cpus * sizeof(*k->lanes), PROT_READ | PROT_WRITE, MAP_SHARED,
			bpf_map__fd(k->skel->maps.lanes), 0);
	if (k->lanes == MAP_FAILED)
		bench_die(b, EXIT_FAILURE, "cannot map the rings: %s", strerror(errno));
}

static void expr_closep(struct expr **e)
{
	expr_close(*e);
}

static int make_filter(struct filter *f, const char *text)
{
	cleanup(expr_closep) struct expr *e = NULL;
	const struct sock_filter *insns;
	int err = expr_open(&e, text, LINKTYPE_ETHERNET, true);
	size_t n;

	if (err)
		return err;
	insns = expr_insns(e, &n);
	return to_ebpf(f, hook_xdp.loads, insns, n);
}

/*
 * The null program as one that is there already: on lo, as long as it takes to get hold of it. It
 * stays until the end of all.
 */
static struct takeover *get_hold_of_null(const struct bench_run *b, int null_fd)
{
	struct takeover *t = NULL;
	int err = bpf_xdp_attach(LO, null_fd, XDP_FLAGS_SKB_MODE, NULL);

	if (!err)
		err = takeover_open(&t, LO, NULL);
	if (!err)
		err = bpf_xdp_detach(LO, XDP_FLAGS_SKB_MODE, NULL);
	if (err)
		bench_die(b, EXIT_FAILURE, "cannot get in front of a program: %s", strerror(-err));
	return t;
}

static void load_capture(const struct bench_run *b, struct capture *c, struct takeover *null)
{
	cleanup(to_ebpf_free) struct filter f = { .n = 0 };
	struct hook_settings settings = { .snap = c->snap, .filter = c->filter ? &f : NULL,
					    .takeover = null, .at = 1 << POINT_ENTRY, .ifindex = LO };
	struct flows *flows = NULL;	/* one for all rounds: it stays */
	int err = c->filter ? make_filter(&f, c->filter) : 0;

	for (int i = 0; !err && i < ROUNDS; i++) {
		if (c->shared)
			err = programs_open(&settings.programs);
		if (err)
			break;
		err = rings_open(&c->round[i].ring, BENCH_RING, c->snap + 8 * EVENT_META_MAX);
		if (!err && flows_settings_ask(&c->flows) && !flows)
			err = flows_open(&flows, &c->flows, c->round[i].ring);
		settings.flows = flows;
		if (!err)
			err = hook_open(&c->round[i].hook, c->front ? &hook_front : &hook_xdp,
					c->round[i].ring, &settings);
	}
	if (err)
		bench_die(b, EXIT_FAILURE, "cannot load the capture program: %s", strerror(-err));
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/* An Ethernet frame of @len bytes with an IP header of @version and @proto behind it, and ports. */
static void make_frame(struct frame *f, uint32_t len, int version, uint8_t proto)
{
	uint8_t *ip = f->data + 14, *l4 = ip + (version == 4 ? 20 : 40);

	*f = (struct frame){ .len = len };
	memcpy(f->data, "\x02\0\0\0\0\x02\x02\0\0\0\0\x01", 12);
	put16(f->data + 12, version == 4 ? ETH_TYPE_IPV4 : ETH_TYPE_IPV6);
	if (version == 4) {
		memcpy(ip, "\x45\0\0\0\0\0\0\0\x40\0\0\0\x0a\0\0\x01\x0a\0\0\x02", 20);
		put16(ip + 2, len - 14);
		ip[9] = proto;
	} else {
		memcpy(ip, "\x60\0\0\0\0\0\0\x40", 8);
		put16(ip + 4, len - 54);
		ip[6] = proto;
	}
	put16(l4, 1000);
	put16(l4 + 2, 2000);
	if (proto == PROTO_UDP)
		put16(l4 + 4, f->data + len - l4);
	else
		l4[12] = 0x50;
}

static void name_hosts(void)
{
	size_t len = 0;

	for (int i = 0; i < N_HOSTS; i++)
		len += snprintf(hosts + len, sizeof(hosts) - len, "%shost 192.0.2.%d",
				i ? " or " : "", 1 + i);
}

static void set_up(struct kernel *k)
{
	struct takeover *null;

	make_frame(&tcp128, 128, 4, PROTO_TCP);
	make_frame(&udp64, 64, 4, PROTO_UDP);
	make_frame(&ipv6, 128, 6, PROTO_TCP);
	make_frame(&big, 1500, 4, PROTO_TCP);
	object_set_log(OBJECT_SILENT);
	load_programs(k);
	null = get_hold_of_null(&k->bench, bpf_program__fd(k->skel->progs.null));
	load_capture(&k->bench, &snap96, NULL);
	load_capture(&k->bench, &snap256, NULL);
	load_capture(&k->bench, &whole, NULL);
	name_hosts();
	load_capture(&k->bench, &port443, NULL);
	load_capture(&k->bench, &hosts100, NULL);
	load_capture(&k->bench, &front96, null);
	load_capture(&k->bench, &front443, null);
	load_capture(&k->bench, &shared96, NULL);
	load_capture(&k->bench, &shared443, NULL);
	load_capture(&k->bench, &flows_only, NULL);
	load_capture(&k->bench, &flows_too, NULL);
	load_capture(&k->bench, &flow_cut, NULL);
	load_capture(&k->bench, &flow_sample, NULL);
	for (unsigned i = 0; i < array_size(rows); i++) {
		struct row *r = &rows[i];
		size_t room = r->capture ? rings_cpu_size(r->capture->round[0].ring)
					 : BENCH_RING / 2;
		uint32_t caplen = min_of(r->frame->len,
					 r->capture ? r->capture->snap : (uint32_t)BENCH_SNAP);

		if (r->program)
			r->fd = bpf_program__fd(
				bpf_object__find_program_by_name(k->skel->obj, r->program));
		/* 88: the heads, metadata, and what it is rounded up by */
		r->packets = room / (caplen + 88);
	}
}

/* ---- measuring ---- */

/*
 * test_run takes the program into the XDP dispatcher and out again, which holds up all CPUs for
 * milliseconds, unless the program is attached somewhere: here to lo of our own namespace, which is
 * down.
 */
static int hold(const struct bench_run *b, const struct row *r)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_SKB_MODE);
	int fd = bpf_link_create(r->fd, LO, BPF_XDP, &opts);

	if (fd < 0)
		bench_die(b, EXIT_FAILURE, "%s: cannot attach to lo: %s", r->one.name,
			  strerror(-fd));
	return fd;
}

/*
 * Runs one batch on this CPU; the time of all of it. The clock around the call: what the kernel
 * reports is whole ns.
 */
static double run_batch(const struct bench_run *b, const struct row *r)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = r->frame->data,
		    .data_size_in = r->frame->len, .repeat = r->packets);
	double start = bench_now_ns();
	int err = bpf_prog_test_run_opts(r->fd, &opts);
	double end = bench_now_ns();

	if (err || opts.retval != XDP_PASS)
		bench_die(b, EXIT_FAILURE, "%s: cannot run: %s", r->one.name,
			  strerror(err ? -err : EPROTO));
	return end - start;
}

static void empty(struct kernel *k, const struct row *r)
{
	if (r->ring)
		empty_capture(r->ring);
	else
		empty_rings(k);
}

/* ns per packet, the median of the batches. One before them warms the memory. */
static double on_one_cpu(struct kernel *k, const struct row *r)
{
	double ns[BATCHES];

	run_batch(&k->bench, r);
	empty(k, r);
	for (unsigned i = 0; i < k->n_batches; i++) {
		ns[i] = run_batch(&k->bench, r) / r->packets;
		empty(k, r);
	}
	return bench_median(ns, k->n_batches);
}

struct pair {
	struct kernel *k;
	const struct row *row;
	bool own;		/* each empties its own ring */
	unsigned arrived;	/* at meet(), by both */
};

/* Waits for the other. Spins, because a wake-up would take as long as many packets. */
static void meet(struct pair *p)
{
	unsigned n = __atomic_add_fetch(&p->arrived, 1, __ATOMIC_ACQ_REL);
	unsigned both = (n + 1) / 2 * 2;

	while (__atomic_load_n(&p->arrived, __ATOMIC_ACQUIRE) < both)
		;
}

static void *second_cpu(void *ctx)
{
	struct pair *p = ctx;

	bench_pin(&p->k->bench, p->k->cpu[1]);
	for (unsigned i = 0; i < p->k->n_batches; i++) {
		meet(p);
		run_batch(&p->k->bench, p->row);
		meet(p);
		if (p->own)
			rings_drop(p->row->ring, p->k->cpu[1]);
	}
	return NULL;
}

/* ns per packet of two CPUs together, from the common start until the slower one is done. */
static double on_two_cpus(struct kernel *k, const struct row *r, bool own)
{
	struct pair p = { .k = k, .row = r, .own = own };
	double ns[BATCHES];
	pthread_t thread;
	int err = pthread_create(&thread, NULL, second_cpu, &p);

	if (err)
		bench_die(&k->bench, EXIT_FAILURE, "cannot start a thread: %s", strerror(err));
	for (unsigned i = 0; i < k->n_batches; i++) {
		double start;

		meet(&p);
		start = bench_now_ns();
		run_batch(&k->bench, r);
		meet(&p);
		ns[i] = (bench_now_ns() - start) / (2.0 * r->packets);
		if (own)
			rings_drop(r->ring, k->cpu[0]);
		else
			empty(k, r);
	}
	pthread_join(thread, NULL);
	return bench_median(ns, k->n_batches);
}

static void measure(struct kernel *k, struct row *r, bool counts)
{
	int link = hold(&k->bench, r);
	double ns = on_one_cpu(k, r);
	const bool parallel = r->parallel && k->cpu[0] != k->cpu[1];
	double both = parallel ? on_two_cpus(k, r, false) : 0;
	double own = parallel && r->ring ? on_two_cpus(k, r, true) : 0;

	close(link);
	if (counts)
		bench_sample(&r->one, ns);
	if (counts && both)
		bench_sample(&r->two, ns / both);
	if (counts && own)
		bench_sample(&r->own, ns / own);
}

/* One after the other, so that a machine that gets slower or faster does so for all. */
static void run_round(struct kernel *k, int round)
{
	for (unsigned i = 0; i < array_size(rows); i++) {
		struct row *r = &rows[i];

		if (r->capture) {
			r->ring = r->capture->round[round].ring;
			r->fd = hook_program_fd(r->capture->round[round].hook);
		}
		measure(k, r, round > 0);
	}
}

/* All are rejected. */
static void check_filtered(const struct bench_run *b, const struct capture *c)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct counters found;
		int err = hook_counters(c->round[i].hook, POINT_ENTRY, &found);

		if (err || found.all.packets || !found.filtered.packets)
			bench_die(b, EXIT_FAILURE, "not valid: a filter lets packets through");
	}
}

/* None but the first is captured. */
static void check_left_out(const struct bench_run *b, const struct capture *c)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct counters found;
		int err = hook_counters(c->round[i].hook, POINT_ENTRY, &found);

		if (err || !found.all.packets || found.delivered > 1 || found.flow_no_room)
			bench_die(b, EXIT_FAILURE,
				  "not valid: packets are captured whose flows are not");
	}
}

/* A packet that finds no room is cheap: with even one of them the times would mean nothing. */
static void check_losses(const struct kernel *k)
{
	const struct capture *all[] = { &snap96, &snap256, &whole, &front96, &shared96, &flows_too };
	unsigned long long lost = k->skel->bss->failed;

	for (unsigned i = 0; i < array_size(all) * ROUNDS; i++) {
		struct counters c;
		int err = hook_counters(all[i / ROUNDS]->round[i % ROUNDS].hook, POINT_ENTRY, &c);

		if (err)
			bench_die(&k->bench, EXIT_FAILURE, "cannot read the counters: %s",
				  strerror(-err));
		lost += c.all.packets - c.delivered;
	}
	check_left_out(&k->bench, &flows_only);
	check_left_out(&k->bench, &flow_cut);
	check_left_out(&k->bench, &flow_sample);
	check_filtered(&k->bench, &port443);
	check_filtered(&k->bench, &hosts100);
	check_filtered(&k->bench, &front443);
	check_filtered(&k->bench, &shared443);
	if (lost)
		bench_die(&k->bench, EXIT_FAILURE, "not valid: %llu packets found no room", lost);
}

/* ---- telling ---- */

static void print_rows(const char *title, unsigned first, unsigned end)
{
	printf("%s\n", title);
	for (unsigned i = first; i < end; i++) {
		const struct row *r = &rows[i];
		struct bench_stats one = bench_stats(&r->one), two = bench_stats(&r->two),
				   own = bench_stats(&r->own);

		printf("  %-40s %7.1f %7.1f .. %-7.1f %7.1f", r->one.name, one.median, one.min,
		       one.max, bench_above(&r->one, &rows[NULL_ROW].one));
		if (r->two.n)
			printf(" %7.2f %5.2f .. %.2f", two.median, two.min, two.max);
		if (r->own.n)
			printf(" %7.2f %5.2f .. %.2f", own.median, own.min, own.max);
		printf("\n");
	}
}

static void report(struct kernel *k)
{
	const struct bench_row *all[3 * array_size(rows)];
	const struct row *real = &rows[REAL];
	unsigned n = 0;

	printf("%-42s %7s %18s %7s %7s %20s\n", "", "ns", "min .. max", "-null", "2 CPUs",
	       "own rings");
	print_rows("feature by feature, 128-byte IPv4/TCP", NULL_ROW, FEATURES_END);
	print_rows("other frames", FEATURES_END, FRAMES_END);
	print_rows("transports: time, head, copy of 96 bytes", FRAMES_END, TRANSPORTS_END);
	print_rows("the capture program", REAL, array_size(rows));
	printf("2 CPUs: packets per second of two at once, as a multiple of one alone; own rings: each empties "
	       "its own\n");
	bench_figure(&k->bench, "kernel_ns", bench_above(&real->one, &rows[NULL_ROW].one));
	bench_figure(&k->bench, "filter_port_ns",
		     bench_above(&rows[FILTER_PORT].one, &rows[NULL_ROW].one));
	bench_figure(&k->bench, "filter_hosts_ns",
		     bench_above(&rows[FILTER_HOSTS].one, &rows[NULL_ROW].one));
	bench_figure(&k->bench, "front_ns", bench_above(&rows[FRONT_ALL].one, &real->one));
	bench_figure(&k->bench, "front_filtered_ns",
		     bench_above(&rows[FRONT_NONE].one, &rows[NULL_ROW].one));
	bench_figure(&k->bench, "shared_ns", bench_above(&rows[SHARED_ALL].one, &real->one));
	bench_figure(&k->bench, "shared_filtered_ns",
		     bench_above(&rows[SHARED_NONE].one, &rows[FILTER_PORT].one));
	bench_figure(&k->bench, "flows_ns",
		     bench_above(&rows[FLOWS_ONLY].one, &rows[NULL_ROW].one));
	bench_figure(&k->bench, "flow_cut_ns",
		     bench_above(&rows[FLOW_CUT_ROW].one, &rows[NULL_ROW].one));
	if (real->two.n) {
		bench_figure(&k->bench, "two_cpu_ratio", bench_stats(&real->own).median);
		bench_figure(&k->bench, "two_cpu_one_consumer_ratio",
			     bench_stats(&real->two).median);
	}
	for (unsigned i = 0; i < array_size(rows); i++) {
		all[n++] = &rows[i].one;
		all[n++] = &rows[i].two;
		all[n++] = &rows[i].own;
	}
	bench_finish(&k->bench, all, n);
}

int main(int argc, char **argv)
{
	static struct kernel k;

	bench_init(&k.bench, argc, argv, "to load XDP programs");
	k.n_batches = k.bench.quick ? BATCHES_QUICK : BATCHES;
	if (unshare(CLONE_NEWNET))
		bench_die(&k.bench, EXIT_FAILURE, "cannot make a network namespace: %s",
			  strerror(errno));
	bench_two_cpus(k.cpu);
	bench_pin(&k.bench, k.cpu[0]);
	set_up(&k);
	for (int i = 0; i < ROUNDS; i++)
		run_round(&k, i);
	check_losses(&k);
	report(&k);
	return EXIT_SUCCESS;
}
