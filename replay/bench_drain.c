// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * How fast a full ring is emptied into a file on tmpfs, on one CPU: million packets per second. The
 * capture program fills the ring by BPF_PROG_TEST_RUN with 128-byte frames, 96 bytes of each are
 * kept; the path from there to the file is that of the tool. Only the emptying is timed. Beside it
 * the same for tcpdump, which is libpcap: its TPACKET_V3 ring of the same total size is filled over
 * veth, and pcap_dispatch() with pcap_dump() empties it into a file.
 */
#include <bpf/bpf.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#define PCAP_DONT_INCLUDE_PCAP_BPF_H	/* it and linux/bpf.h both have a struct bpf_insn */
#include <pcap/pcap.h>

#include "bpf/event.h"
#include "capture/cli/pump.h"
#include "capture/kernel/rings.h"
#include "capture/live/live_books.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_set.h"
#include "capture/live/live_source.h"
#include "capture/packet/source.h"
#include "capture/write/retention.h"
#include "capture/write/writer.h"
#include "replay/bench.h"

enum {
	LO		= 1,
	SNAP		= 96,
	FRAME		= 128,
	RING		= 16 * 1024 * 1024,
	REPEATS		= 9,		/* in a round */
	REPEATS_QUICK	= 3,
};

#define OUT	BENCH_TMPFS "/out"

struct rig {
	struct bench_run bench;
	int cpu[2];
	unsigned repeats;
	uint8_t frame[FRAME];
	struct rings *ring;
	struct live_iface iface;			/* with the capture program */
	struct live_iface *only;
	struct live_set set;
	struct live_source source;
	struct pump pump;
	pcap_t *pcap;
	pcap_dumper_t *dumper;
	int sender;			/* AF_PACKET, on the other end of libpcap's veth */
};

/* ---- ours ---- */

/* Runs the capture program until the ring is full, on whatever CPU. */
static void *fill_ring(void *ctx)
{
	struct rig *r = ctx;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = r->frame, .data_size_in = FRAME,
		    .repeat = RING / (SNAP + 48));
	int err = bpf_prog_test_run_opts(hook_program_fd(r->iface.received.hook), &opts);

	if (err)
		bench_die(&r->bench, EXIT_FAILURE, "cannot run the capture program: %s",
			  strerror(-err));
	return NULL;
}

/* From the ring to the outputs, as a live capture does it. Returns the number of packets. */
static uint64_t empty_ring(struct rig *r)
{
	uint64_t n;

	r->source.stopped = true;	/* to the last one */
	pump_drain(&r->pump, &n);
	outputs_flush(&r->pump.outputs);
	return n;
}

static void open_outputs(struct rig *r, const char *path)
{
	const struct outputs_settings settings = {
		.file = { .path = path,
			  .keep.sync = RETENTION_SYNC_NEVER,
			  .live = true,
			  .snap = SNAP },
	};

	r->pump = (struct pump){ .source = &r->source.source, .loop = LOOP_INIT };
	if (outputs_open(&r->pump.outputs, &settings, -1) || outputs_start(&r->pump.outputs) ||
	    !pump_begin(&r->pump, NULL))
		bench_die(&r->bench, EXIT_FAILURE, "cannot write to %s", path);
}

/* What was emptied is what the program has put in since @before, and it is in the output. */
static void check_ours(struct rig *r, uint64_t before, uint64_t n)
{
	if (!live_books_snapshot(&r->iface) && r->iface.blind)
		bench_die(&r->bench, EXIT_FAILURE, "cannot read the counters");
	if (outputs_error(&r->pump.outputs) || n != r->iface.received.counters.delivered - before ||
	    n != outputs_captured(&r->pump.outputs))
		bench_die(&r->bench, EXIT_FAILURE, "not valid: %llu of %llu packets written",
			  (unsigned long long)n,
			  (unsigned long long)(r->iface.received.counters.delivered - before));
}

static void on_cpu(struct rig *r, int cpu, pthread_t *thread, void *(*what)(void *))
{
	pthread_attr_t attr;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	pthread_attr_init(&attr);
	pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
	if (pthread_create(thread, &attr, what, r))
		bench_die(&r->bench, EXIT_FAILURE, "cannot start a thread on CPU %d", cpu);
	pthread_attr_destroy(&attr);
}

/*
 * Packets per second. Filled by the other CPU, so that the data is not in our cache, or by both at
 * once.
 */
static double drain_ours(struct rig *r, const char *path, unsigned n_cpus)
{
	uint64_t before = r->iface.received.counters.delivered, n;
	pthread_t threads[2];
	double ns;

	for (unsigned i = 0; i < n_cpus; i++)
		on_cpu(r, r->cpu[!i], &threads[i], fill_ring);
	for (unsigned i = 0; i < n_cpus; i++)
		pthread_join(threads[i], NULL);
	open_outputs(r, path);
	ns = bench_now_ns();
	n = empty_ring(r);
	ns = bench_now_ns() - ns;
	check_ours(r, before, n);
	outputs_close(&r->pump.outputs);
	unlink(OUT);
	return n * 1e9 / ns;
}

/* ---- tcpdump's ---- */

/* More than its ring holds. */
static void *fill_pcap(void *ctx)
{
	struct rig *r = ctx;

	for (unsigned i = 0; i < RING / FRAME; i++)
		if (send(r->sender, r->frame, FRAME, 0) != FRAME)
			bench_die(&r->bench, EXIT_FAILURE, "cannot send: %s", strerror(errno));
	return NULL;
}

static void dump(u_char *ctx, const struct pcap_pkthdr *h, const u_char *data)
{
	struct rig *r = (struct rig *)ctx;

	pcap_dump((u_char *)r->dumper, h, data);
}

static uint64_t empty_pcap(struct rig *r)
{
	uint64_t n = 0;
	int more;

	while ((more = pcap_dispatch(r->pcap, -1, dump, (u_char *)r)) > 0)
		n += more;
	pcap_dump_flush(r->dumper);
	return n;
}

static double drain_pcap(struct rig *r)
{
	struct pcap_stat before, after;
	pthread_t thread;
	struct stat st;
	uint64_t n;
	double ns;

	pcap_stats(r->pcap, &before);
	on_cpu(r, r->cpu[1], &thread, fill_pcap);
	pthread_join(thread, NULL);
	pcap_stats(r->pcap, &after);
	r->dumper = pcap_dump_open(r->pcap, OUT);
	if (!r->dumper)
		bench_die(&r->bench, EXIT_FAILURE, "cannot write to %s: %s", OUT,
			  pcap_geterr(r->pcap));
	ns = bench_now_ns();
	n = empty_pcap(r);
	ns = bench_now_ns() - ns;
	pcap_dump_close(r->dumper);
	if (after.ps_drop == before.ps_drop || n < RING / 512 || stat(OUT, &st) ||
	    (uint64_t)st.st_size < n * SNAP)
		bench_die(&r->bench, EXIT_FAILURE,
			  "not valid: libpcap's ring was not full: %llu packets",
			  (unsigned long long)n);
	unlink(OUT);
	return n * 1e9 / ns;
}

/* ---- setting up ---- */

static void open_ours(struct rig *r)
{
	const struct hook_settings settings = { .snap = SNAP };
	int err = rings_open(&r->ring, RING, SNAP);

	if (!err)
		err = hook_open(&r->iface.received.hook, &hook_xdp, r->ring, &settings);
	/*
	 * lo of our own namespace, which is down: else each test_run holds up all CPUs for
	 * milliseconds
	 */
	if (!err)
		err = hook_attach(r->iface.received.hook, LO, XDP_MODE_GENERIC);
	if (err)
		bench_die(&r->bench, EXIT_FAILURE, "cannot load the capture program: %s",
			  strerror(-err));
	r->iface.iface = (struct iface){ .linktype = LINKTYPE_ETHERNET, .snaplen = SNAP };
	r->iface.netif.has_mac = true;
	memcpy(r->iface.netif.mac, r->frame, 6);
	r->only = &r->iface;
	r->set = (struct live_set){ &r->only, 1 };
	live_source_init(&r->source, r->ring, &r->set);
}

static void open_pcap(struct rig *r)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	char error[PCAP_ERRBUF_SIZE];

	if (system("ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up"))
		bench_die(&r->bench, EXIT_FAILURE, "cannot make a veth pair");
	to.sll_ifindex = if_nametoindex("v1");
	r->sender = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (r->sender < 0 || bind(r->sender, (struct sockaddr *)&to, sizeof(to)))
		bench_die(&r->bench, EXIT_FAILURE, "cannot make a packet socket: %s",
			  strerror(errno));
	r->pcap = pcap_create("v0", error);
	pcap_set_snaplen(r->pcap, SNAP);
	pcap_set_buffer_size(r->pcap, RING);
	pcap_set_timeout(r->pcap, 1000);	/* as tcpdump does */
	if (pcap_activate(r->pcap) < 0 || pcap_setnonblock(r->pcap, 1, error))
		bench_die(&r->bench, EXIT_FAILURE, "cannot capture with libpcap: %s",
			  pcap_geterr(r->pcap));
}

static void make_frame(uint8_t *f)
{
	static const uint8_t head[] = {
		2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0,
		0x45, 0, 0, FRAME - 14, 0, 0, 0, 0, 64, PROTO_TCP, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
		0x10, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, PARSE_ACK,
	};

	memcpy(f, head, sizeof(head));
}

/* ---- measuring ---- */

enum { OURS, OURS_TWO, OURS_NULL, PCAP, N_ROWS };

static struct bench_row rows[N_ROWS] = {
	[OURS] = { .name = "filled by one CPU, to a file", .unit = "M/s" },
	[OURS_TWO] = { .name = "filled by two CPUs at once, to a file", .unit = "M/s" },
	[OURS_NULL] = { .name = "filled by one CPU, to /dev/null", .unit = "M/s" },
	[PCAP] = { .name = "libpcap as in tcpdump, to a file", .unit = "M/s" },
};

static double drain(struct rig *r, unsigned row)
{
	switch (row) {
	case OURS_TWO:
		return drain_ours(r, OUT, 2);
	case OURS_NULL:
		return drain_ours(r, "/dev/null", 1);
	case PCAP:
		return drain_pcap(r);
	}
	return drain_ours(r, OUT, 1);
}

static void run_round(struct rig *r, bool counts)
{
	for (unsigned row = 0; row < N_ROWS; row++) {
		double rate[REPEATS];

		if (row == OURS_TWO && r->cpu[0] == r->cpu[1])
			continue;
		for (unsigned i = 0; i < r->repeats; i++)
			rate[i] = drain(r, row) / 1e6;
		if (counts)
			bench_sample(&rows[row], bench_median(rate, r->repeats));
	}
}

int main(int argc, char **argv)
{
	const struct bench_row *all[N_ROWS];
	static struct rig r;

	bench_init(&r.bench, argc, argv, "for namespaces and XDP programs");
	r.repeats = r.bench.quick ? REPEATS_QUICK : REPEATS;
	if (unshare(CLONE_NEWNET))
		bench_die(&r.bench, EXIT_FAILURE, "cannot make a network namespace: %s",
			  strerror(errno));
	bench_tmpfs(&r.bench);
	bench_two_cpus(r.cpu);
	bench_pin(&r.bench, r.cpu[0]);
	object_set_log(OBJECT_SILENT);
	make_frame(r.frame);
	open_ours(&r);
	open_pcap(&r);
	for (int i = 0; i <= BENCH_ROUNDS; i++)
		run_round(&r, i > 0);	/* the first one warms the memory */
	printf("full rings of %zu KiB per CPU emptied on one CPU, 128-byte frames, %d bytes of each\n",
	       rings_cpu_size(r.ring) / 1024, SNAP);
	for (unsigned i = 0; i < N_ROWS; i++)
		bench_print(all[i] = &rows[i]);
	bench_figure(&r.bench, "drain_mpps", bench_stats(&rows[OURS]).median);
	bench_figure(&r.bench, "drain_tcpdump_mpps", bench_stats(&rows[PCAP]).median);
	bench_finish(&r.bench, all, N_ROWS);
	return EXIT_SUCCESS;
}
