// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What a capture adds to the round-trip time of a UDP echo over a veth pair. One thread plays both
 * ends, because the wake-up of another one, above all on another CPU, takes longer than what is to
 * be measured; the capture tools run on the other CPU. Captured is what comes in at the end that
 * echoes. Everything is in namespaces of this process and gone with it.
 *
 * With an XDP program veth takes packets in by NAPI, as every network card does anyway, and without
 * one it does not: a part of what a program adds here is that. The row "veth with NAPI" has it
 * without a program.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "replay/bench.h"

enum { TRIPS = 50000, TRIPS_QUICK = 5000, WARM_UP = 1000, PORT = 7, ARGS_MAX = 16 };

struct subject {
	struct bench_row row;
	/* veth takes packets in as it does with a program, but there is none */
	bool napi;
	bool null_program;
	const char *argv[ARGS_MAX];	/* of the tool, which is found by $PATH; NULL: none */
	bool missing;
};

struct latency {
	struct bench_run bench;
	int cpu[2];
	int client, server;		/* UDP sockets, each in its own network namespace */
	unsigned trips;
	double *ns;			/* of each trip */
	char xdpdump[PATH_MAX];
};

enum { NOTHING, NAPI, NULL_PROGRAM, OURS = 5, TCPDUMP_IN };

#define OUT	BENCH_TMPFS "/out"
#define rtt(n)	.row = { .name = n, .unit = "us" }

static struct subject subjects[] = {
	{ rtt("no capture") },
	{ rtt("no capture, veth with NAPI"), .napi = true },
	{ rtt("null XDP_PASS program"), .null_program = true },
	{ rtt("tcpdump, both directions"),
	  .argv = { "tcpdump", "-i", "v0", "-Z", "root", "-n", "-s", "96", "-w", OUT } },
	{ rtt("xdpdump, snapshot length 256"),
	  .argv = { "xdpdump", "-i", "v0", "-s", "256", "-w", OUT } },
	{ rtt("xdpdump"), .argv = { "xdpdump", "-i", "v0", "-s", "96", "-w", OUT } },
	{ rtt("tcpdump"), .argv = { "tcpdump", "-i", "v0", "-Q", "in", "-Z", "root", "-n", "-s", "96", "-w", OUT } },
};

/* ---- network ---- */

static void shell(const struct bench_run *b, const char *fmt, ...) printf_like(2, 3);
static void shell(const struct bench_run *b, const char *fmt, ...)
{
	char command[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(command, sizeof(command), fmt, args);
	va_end(args);
	if (system(command))
		bench_die(b, EXIT_FAILURE, "failed: %s", command);
}

static int new_namespace(const struct bench_run *b)
{
	int fd = -1;

	if (!unshare(CLONE_NEWNET))
		fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		bench_die(b, EXIT_FAILURE, "cannot make a network namespace: %s", strerror(errno));
	shell(b, "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6 2>/dev/null || :");
	return fd;
}

static struct sockaddr_in address(int host)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(PORT),
				     .sin_addr.s_addr = htonl(0x0a000000 + host) };
}

/*
 * A UDP socket between 10.0.0.@host and 10.0.0.@other, in the namespace we are in; a lost packet
 * ends the wait for it.
 */
static int make_socket(const struct bench_run *b, int host, int other)
{
	struct sockaddr_in us = address(host), them = address(other);
	struct timeval timeout = { .tv_sec = 2 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&us, sizeof(us)) ||
	    connect(fd, (struct sockaddr *)&them, sizeof(them)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)))
		bench_die(b, EXIT_FAILURE, "cannot make a socket: %s", strerror(errno));
	return fd;
}

/*
 * Sockets stay in the namespace in which they are made. We end up in that of v0, the one captured
 * on.
 */
static void make_network(struct latency *l)
{
	const struct bench_run *b = &l->bench;
	int captured = new_namespace(b);

	new_namespace(b);
	shell(b, "ip link add v1 type veth peer name v0");
	shell(b, "ip link set v0 netns /proc/%d/fd/%d", getpid(), captured);
	shell(b, "ip addr add 10.0.0.1/24 dev v1 && ip link set v1 up");
	/* else the row with NAPI has none (veth_xmit()) */
	shell(b, "ethtool -K v1 tso off 2>/dev/null || :");
	l->client = make_socket(b, 1, 2);
	if (setns(captured, CLONE_NEWNET))
		bench_die(b, EXIT_FAILURE, "cannot change the network namespace: %s",
			  strerror(errno));
	shell(b, "ip addr add 10.0.0.2/24 dev v0 && ip link set v0 up");
	l->server = make_socket(b, 2, 1);
}

/* ---- tools ---- */

struct tool {
	pid_t pid;		/* 0: none */
	FILE *err;		/* its stderr */
	int link;		/* of the null program, -1: none */
};

static int attach_null(const struct bench_run *b)
{
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);
	int prog = bpf_prog_load(BPF_PROG_TYPE_XDP, "null_pass", "GPL", pass, array_size(pass),
				 NULL);
	int fd = prog < 0 ? prog : bpf_link_create(prog, if_nametoindex("v0"), BPF_XDP, &opts);

	if (fd < 0)
		bench_die(b, EXIT_FAILURE, "cannot attach the null program: %s", strerror(-fd));
	close(prog);
	return fd;
}

/* Reads its stderr up to a line with @what in it. False: it has ended without one. */
static bool wait_line(struct tool *t, const char *what, char *line, int size)
{
	while (fgets(line, size, t->err))
		if (strstr(line, what))
			return true;
	return false;
}

static void run_tool(const struct latency *l, const struct subject *s, int err)
{
	const char *file = strcmp(s->argv[0], "xdpdump") ? s->argv[0] : l->xdpdump;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	bench_pin(&l->bench, l->cpu[1]);
	dup2(err, STDERR_FILENO);
	execvp(file, (char *const *)s->argv);
	_exit(127);
}

static struct tool start_tool(struct latency *l, struct subject *s)
{
	struct tool t = { .link = s->null_program ? attach_null(&l->bench) : -1 };
	char line[256];
	int fds[2];

	if (s->napi)
		shell(&l->bench, "ethtool -K v0 gro on");
	if (!s->argv[0])
		return t;
	if (pipe2(fds, O_CLOEXEC))
		bench_die(&l->bench, EXIT_FAILURE, "cannot make a pipe: %s", strerror(errno));
	t.err = fdopen(fds[0], "r");
	t.pid = fork();
	if (!t.pid)
		run_tool(l, s, fds[1]);
	close(fds[1]);
	if (t.pid < 0 || !t.err || !wait_line(&t, "listening on", line, sizeof(line)))
		bench_die(&l->bench, EXIT_FAILURE, "%s did not start", s->argv[0]);
	return t;
}

/* The number in a line of its summary. */
static unsigned summary(struct tool *t, const char *what)
{
	char line[256];
	unsigned n = 0;

	if (wait_line(t, what, line, sizeof(line)))
		sscanf(line, "%u", &n);
	return n;
}

/*
 * It must have had all the packets, or the times would be those of something else. Those that
 * "captured" tells of would be fewer: tcpdump leaves behind what is in the last block of its ring.
 */
static void stop_tool(struct latency *l, const struct subject *s, struct tool *t)
{
	unsigned received, dropped;

	if (s->napi)
		shell(&l->bench, "ethtool -K v0 gro off");
	if (t->link >= 0)
		close(t->link);
	if (!t->pid)
		return;
	kill(t->pid, SIGINT);
	received = summary(t, "received by filter");
	dropped = summary(t, "dropped by kernel");
	while (fgetc(t->err) != EOF)
		;
	fclose(t->err);
	waitpid(t->pid, NULL, 0);
	if (received < l->trips + dropped)
		bench_die(&l->bench, EXIT_FAILURE,
			  "not valid: %s had %u of %u packets and dropped %u", s->argv[0], received,
			  l->trips, dropped);
}

/* ---- measuring ---- */

static void pass_on(const struct bench_run *b, int from, int to)
{
	char buf[64] = "";

	if ((from >= 0 && recv(from, buf, sizeof(buf), 0) < 0) ||
	    (to >= 0 && send(to, buf, sizeof(buf), 0) < 0))
		bench_die(b, EXIT_FAILURE, "no echo: %s", strerror(errno));
}

/* A packet to the other end and back again. */
static double trip(const struct latency *l)
{
	double start = bench_now_ns();

	pass_on(&l->bench, -1, l->client);
	pass_on(&l->bench, l->server, l->server);
	pass_on(&l->bench, l->client, -1);
	return bench_now_ns() - start;
}

static void measure(struct latency *l, struct subject *s)
{
	struct tool t = start_tool(l, s);

	for (unsigned i = 0; i < WARM_UP; i++)
		trip(l);
	for (unsigned i = 0; i < l->trips; i++)
		l->ns[i] = trip(l);
	stop_tool(l, s, &t);
	bench_sample(&s->row, bench_median(l->ns, l->trips) / 1000);
}

static bool has_command(const char *name)
{
	char command[64];

	snprintf(command, sizeof(command), "command -v %s >/dev/null", name);
	return !system(command);
}

/* Beside this program, where make puts it, unless the environment says otherwise. */
static void find_tools(struct latency *l)
{
	const char *path = getenv("XDPDUMP");
	ssize_t n = readlink("/proc/self/exe", l->xdpdump, sizeof(l->xdpdump) - 16);

	if (path) {
		snprintf(l->xdpdump, sizeof(l->xdpdump), "%s", path);
	} else if (n > 0) {
		l->xdpdump[n] = 0;
		*strrchr(l->xdpdump, '/') = 0;
		strcpy(strrchr(l->xdpdump, '/'), "/xdpdump");
	}
	if (access(l->xdpdump, X_OK))
		bench_die(&l->bench, EXIT_FAILURE, "%s: %s; make builds it", l->xdpdump,
			  strerror(errno));
	for (unsigned i = 0; i < array_size(subjects); i++) {
		struct subject *s = &subjects[i];

		s->missing = (s->napi && !has_command("ethtool")) ||
			     (s->argv[0] && strcmp(s->argv[0], "xdpdump") &&
			      !has_command(s->argv[0]));
	}
}

static void report(struct latency *l)
{
	const struct bench_row *all[array_size(subjects)], *none = &subjects[NOTHING].row;

	printf("median round-trip time of a UDP echo over veth, %u trips a round\n", l->trips);
	for (unsigned i = 0; i < array_size(subjects); i++) {
		all[i] = &subjects[i].row;
		bench_print(all[i]);
	}
	bench_figure(&l->bench, "latency_ns",
		     1000 * bench_above(&subjects[OURS].row, &subjects[NULL_PROGRAM].row));
	bench_figure(&l->bench, "latency_added_us", bench_above(&subjects[OURS].row, none));
	if (!subjects[NAPI].missing)
		bench_figure(&l->bench, "latency_above_napi_us",
			     bench_above(&subjects[OURS].row, &subjects[NAPI].row));
	if (!subjects[TCPDUMP_IN].missing)
		bench_figure(&l->bench, "latency_tcpdump_us",
			     bench_above(&subjects[TCPDUMP_IN].row, none));
	bench_finish(&l->bench, all, array_size(all));
}

int main(int argc, char **argv)
{
	static struct latency l;

	bench_init(&l.bench, argc, argv, "for namespaces and to capture");
	if (!bench_two_cpus(l.cpu))
		bench_die(&l.bench, EXIT_FAILURE,
			  "needs two CPUs: the tools would take time from the echo");
	l.trips = l.bench.quick ? TRIPS_QUICK : TRIPS;
	l.ns = calloc(l.trips, sizeof(*l.ns));
	if (!l.ns)
		bench_die(&l.bench, EXIT_FAILURE, "out of memory");
	find_tools(&l);
	bench_tmpfs(&l.bench);
	make_network(&l);
	bench_pin(&l.bench, l.cpu[0]);
	for (int round = 0; round < BENCH_ROUNDS; round++)
		for (unsigned i = 0; i < array_size(subjects); i++)
			if (!subjects[i].missing)
				measure(&l, &subjects[i]);
	report(&l);
	return EXIT_SUCCESS;
}
