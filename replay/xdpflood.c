// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The traffic generator: an XDP program (bpf/xdpflood.bpf.c) is run on a frame made here, over and
 * over, and redirects it to an interface, with nothing of the network stack in between. In:
 * options. Out: frames, and one line on stdout.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "bpf/flood.h"
#include "capture/base/log.h"
#include "capture/base/util.h"
#include "capture/base/version.h"
#include "xdpflood.skel.h"

#define NS_PER_SEC	1000000000ULL
#define NEVER		UINT64_MAX

enum {
	FRAME_MIN	= 60,
	FRAME_MAX	= 65535,
	/* what the kernel allows beyond the MTU: Ethernet header and a VLAN tag */
	MTU_EXTRA	= 18,
	/* frames handed over at a time: less than the 256 that a veth queues */
	BATCH		= 64,
	CALL_MAX	= 1 << 30,	/* frames per system call */
	SETUP_NS	= 40000000,	/* of a system call, and some more */
};

/* Generic netlink "netdev", Linux 6.3: include/uapi/linux/netdev.h. */
enum {
	NETDEV_DEV_GET = 1,
	NETDEV_DEV_IFINDEX = 1,
	NETDEV_DEV_XDP_FEATURES = 3,
	NETDEV_NDO_XMIT = 4
};

struct options {
	const char *ifname;
	unsigned int ifindex;
	uint64_t count;
	uint64_t seconds;		/* 0: no limit */
	uint64_t pps;			/* 0: as fast as it goes */
	uint64_t size, flows;
	uint64_t cpu;
	bool has_cpu;
	struct ether_addr src_mac, dst_mac;
	struct in_addr src_ip, dst_ip;
	uint64_t src_port, dst_port;
};

enum {
	OPT_SRC_MAC = 256,
	OPT_DST_MAC,
	OPT_SRC_IP,
	OPT_DST_IP,
	OPT_SRC_PORT,
	OPT_DST_PORT,
	OPT_VERSION
};

static const struct {
	int code;
	const char *name, *arg, *help;
} table[] = {
	{ 'i', "interface", "IF", "send out of this interface" },
	{ 'c', "count", "N", "stop after N frames" },
	{ 'r', "rate", "PPS", "frames per second (0: as fast as it goes)" },
	{ 's', "size", "BYTES", "size of a frame without its checksum (128)" },
	{ 'f', "flows", "N", "number of flows, 1 to 16777216 (1)" },
	{ 'p', "cpu", "N", "run on this CPU" },
	{ 't', "time", "SEC", "stop after this time" },
	{ OPT_SRC_MAC, "src-mac", "MAC", "02:00:00:00:00:01" },
	{ OPT_DST_MAC, "dst-mac", "MAC", "02:00:00:00:00:02" },
	{ OPT_SRC_IP, "src-ip", "ADDR", "10.1.0.1" },
	{ OPT_DST_IP, "dst-ip", "ADDR", "10.2.0.1" },
	{ OPT_SRC_PORT, "src-port", "N", "of the first flow, up to 32768 (1024)" },
	{ OPT_DST_PORT, "dst-port", "N", "9" },
	{ OPT_VERSION, "version", NULL, "print the version" },
	{ 'h', "help", NULL, "print this text" },
};

static volatile sig_atomic_t stopped;

/*
 * SIGALRM only interrupts. The others do so again in a second: the first time may have been just
 * before a system call.
 */
static void take_signal(int signal)
{
	if (signal == SIGALRM)
		return;
	stopped = 1;
	alarm(1);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_SEC + (uint64_t)ts.tv_nsec;
}

static enum status failed(enum status status, const char *fmt, ...) printf_like(2, 3);
static enum status failed(enum status status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("xdpflood: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	return status;
}

/* ---- frames ---- */

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/*
 * The first frame, of o->size bytes at @frame, which is zeroed; returns the sum for the program's
 * ip_sum.
 */
static uint32_t put_frame(uint8_t *frame, const struct options *o)
{
	uint8_t *ip = frame + FLOOD_IP, *udp = frame + FLOOD_UDP;
	uint32_t sum = 0, all;

	memcpy(frame, &o->dst_mac, 6);
	memcpy(frame + 6, &o->src_mac, 6);
	put16(frame + 12, 0x0800);
	put16(ip, 0x4500);
	put16(ip + 2, (uint32_t)o->size - FLOOD_IP);
	put16(ip + 6, 0x4000);		/* don't fragment */
	put16(ip + 8, 64 << 8 | IPPROTO_UDP);
	memcpy(ip + 16, &o->dst_ip, 4);
	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
	memcpy(ip + 12, &o->src_ip, 4);
	all = sum + (uint32_t)(ip[12] << 8 | ip[13]) + (uint32_t)(ip[14] << 8 | ip[15]);
	all = (all & 0xffff) + (all >> 16);
	put16(ip + 10, ~(all + (all >> 16)) & 0xffff);
	put16(udp, (uint32_t)o->src_port);
	put16(udp + 2, (uint32_t)o->dst_port);
	put16(udp + 4, (uint32_t)o->size - FLOOD_UDP);	/* and no checksum, as IPv4 allows */
	memcpy(frame + FLOOD_PAYLOAD, FLOOD_MAGIC, 8);
	return sum;
}

/* ---- the interface ---- */

/*
 * True if it has an Ethernet header, is up and takes frames of this size; else *status, after a
 * sentence.
 */
static bool usable(const struct options *o, enum status *status)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq mtu = { .ifr_mtu = 0 }, flags = { .ifr_flags = 0 };
	bool asked;

	/* if_nametoindex() has found it short enough */
	memcpy(mtu.ifr_name, o->ifname, strlen(o->ifname));
	memcpy(flags.ifr_name, o->ifname, strlen(o->ifname));
	asked = fd >= 0 && !ioctl(fd, SIOCGIFMTU, &mtu) && !ioctl(fd, SIOCGIFFLAGS, &flags);
	*status = STATUS_OK;
	if (!asked)
		*status = failed(STATUS_INTERFACE, "%s: %s", o->ifname, strerror(errno));
	else if (!(flags.ifr_flags & IFF_UP))
		*status = failed(STATUS_INTERFACE, "%s: the interface is down", o->ifname);
	else if (o->size > (uint64_t)mtu.ifr_mtu + MTU_EXTRA)
		*status = failed(STATUS_USAGE,
				 "%s: its MTU is %d, so a frame has at most %d bytes, not %" PRIu64,
				 o->ifname, mtu.ifr_mtu, mtu.ifr_mtu + MTU_EXTRA, o->size);
	if (fd >= 0)
		close(fd);
	return *status == STATUS_OK;
}

struct answer {
	uint16_t wanted;	/* attribute */
	uint64_t value;
	bool found;
};

static int take_attribute(const struct nlattr *attr, void *data)
{
	struct answer *a = data;

	if (mnl_attr_get_type(attr) == a->wanted) {
		a->found = true;
		memcpy(&a->value, mnl_attr_get_payload(attr),
		       min_of(sizeof(a->value), (size_t)mnl_attr_get_payload_len(attr)));
	}
	return MNL_CB_OK;
}

static int take_message(const struct nlmsghdr *msg, void *data)
{
	return mnl_attr_parse(msg, sizeof(struct genlmsghdr), take_attribute, data);
}

/*
 * Asks the generic netlink family @family for @a->wanted of what the attribute @type of @len bytes
 * names.
 */
static void ask(struct mnl_socket *nl, uint16_t family, uint8_t command, uint16_t type,
		const void *value, size_t len, struct answer *a)
{
	char buf[8192];
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(msg, sizeof(*genl));
	ssize_t n;

	msg->nlmsg_type = family;
	msg->nlmsg_flags = NLM_F_REQUEST;
	*genl = (struct genlmsghdr){ .cmd = command, .version = 1 };
	mnl_attr_put(msg, type, len, value);
	if (mnl_socket_sendto(nl, msg, msg->nlmsg_len) < 0)
		return;
	n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	if (n > 0)
		mnl_cb_run(buf, (size_t)n, 0, 0, take_message, a);
}

/* False if the kernel knows (Linux 6.3) that the interface does not take redirected frames. */
static bool takes_frames(unsigned int ifindex)
{
	struct answer family = { .wanted = CTRL_ATTR_FAMILY_ID },
		      features = { .wanted = NETDEV_DEV_XDP_FEATURES };
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);

	if (!nl)
		return true;
	ask(nl, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME, "netdev", sizeof("netdev"),
	    &family);
	if (family.found)
		ask(nl, (uint16_t)family.value, NETDEV_DEV_GET, NETDEV_DEV_IFINDEX, &ifindex,
		    sizeof(ifindex), &features);
	mnl_socket_close(nl);
	return !features.found || features.value & NETDEV_NDO_XMIT;
}

/* ---- sending ---- */

/* A system call in progress ends with EINTR at the time given, and from then on every 50 ms. */
static void interrupt_at(uint64_t at_ns)
{
	uint64_t now = now_ns(), in_us = at_ns > now ? (at_ns - now) / 1000 + 1 : 1;
	const struct itimerval when = {
		.it_value = { .tv_sec = (time_t)(in_us / 1000000),
			      .tv_usec = (suseconds_t)(in_us % 1000000) },
		.it_interval = { .tv_usec = 50000 },
	};

	setitimer(ITIMER_REAL, &when, NULL);
}

/*
 * Frames to try for in one system call. Setting one up takes the kernel some 20 ms, so there are
 * few of them. One with a rate ends by a signal when all frames should be out.
 */
static uint64_t plan(const struct options *o, uint64_t end_ns, uint64_t left)
{
	double takes_ns = o->pps ? SETUP_NS + (double)left / (double)o->pps * NS_PER_SEC : 0;

	if (o->pps && takes_ns < (double)(end_ns - now_ns()))
		end_ns = now_ns() + (uint64_t)takes_ns;
	if (end_ns != NEVER)
		interrupt_at(end_ns);
	/* since the caller looked: the timer, of which there is one, was that of take_signal() */
	if (stopped)
		interrupt_at(now_ns());
	return o->pps || left > CALL_MAX ? CALL_MAX : left;
}

/* Sends all; 0, or -errno. */
static int flood(struct xdpflood *skel, const struct options *o, uint8_t *frame)
{
	const volatile uint64_t *sent = (const volatile uint64_t *)&skel->bss->sent;
	uint64_t start = now_ns(), end = o->seconds ? start + o->seconds * NS_PER_SEC : NEVER;
	char name[IF_NAMESIZE];
	int err = 0;

	while (!err && !stopped && *sent < o->count && now_ns() < end) {
		LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame,
			    .data_size_in = (uint32_t)o->size,
			    .repeat = (int)plan(o, end, o->count - *sent),
			    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);

		err = bpf_prog_test_run_opts(bpf_program__fd(skel->progs.xdpflood), &run);
		if (err == -EINTR)
			err = 0;
		if (!err && !if_indextoname(o->ifindex, name))
			err = -ENODEV;
	}
	if (!skel->bss->last_ns)
		skel->bss->last_ns = now_ns();
	return err;
}

/* The time is that from the first frame to the last: the kernel takes some 20 ms to get ready. */
static void report(const struct xdpflood *skel)
{
	uint64_t sent = skel->bss->sent,
		 took_ns = sent > 1 ? skel->bss->last_ns - skel->bss->first_ns : 0;
	double seconds = (double)took_ns / NS_PER_SEC;

	printf("sent %" PRIu64 " packets in %.6f s (%.0f pps)\n", sent, seconds,
	       took_ns ? (double)(sent - 1) / seconds : 0);
}

static enum status explain(const struct options *o, int err)
{
	if (err == -ENODEV)
		return failed(STATUS_RUNTIME, "%s: the interface has disappeared", o->ifname);
	if (err == -EINVAL)
		return failed(STATUS_UNSUPPORTED,
			      "the kernel does not run live frames of %" PRIu64
			      " bytes: it needs Linux 5.18, "
			      "and frames are limited to some 690 bytes less than a page",
			      o->size);
	return failed(STATUS_RUNTIME, "%s: %s", o->ifname, strerror(-err));
}

static int no_output(enum libbpf_print_level level is_unused, const char *fmt is_unused,
		     va_list args is_unused)
{
	return 0;
}

static void closep(struct xdpflood **skel)
{
	xdpflood__destroy(*skel);
}

static enum status run(const struct options *o)
{
	cleanup(freep) uint8_t *frame = calloc(1, o->size);
	cleanup(closep) struct xdpflood *skel = NULL;
	int err;

	libbpf_set_print(no_output);
	skel = xdpflood__open();
	if (!frame || !skel)
		return failed(STATUS_RUNTIME, "%s", strerror(ENOMEM));
	skel->rodata->ifindex = o->ifindex;
	skel->rodata->n_flows = (uint32_t)o->flows;
	skel->rodata->src_ip = ntohl(o->src_ip.s_addr);
	skel->rodata->src_port = (uint16_t)o->src_port;
	skel->rodata->count = o->count;
	skel->rodata->pps = o->pps;
	skel->rodata->ip_sum = put_frame(frame, o);
	err = xdpflood__load(skel);
	if (err == -EPERM || err == -EACCES)
		return failed(
			STATUS_PERMISSION,
			"the program does not load: CAP_BPF and CAP_NET_ADMIN are needed (run as root)");
	if (err)
		return failed(STATUS_UNSUPPORTED, "the program does not load: %s", strerror(-err));
	err = flood(skel, o, frame);
	if (!err || skel->bss->sent)
		report(skel);
	if (err)
		return explain(o, err);
	return fflush(stdout) ? failed(STATUS_RUNTIME, "stdout: %s", strerror(errno)) : STATUS_OK;
}

/* ---- options ---- */

static void help(void)
{
	printf("Usage: xdpflood -i IF [options]\n"
	       "Sends UDP frames with sequence numbers out of an interface, faster than a socket can.\n\n");
	for (size_t i = 0; i < array_size(table); i++) {
		char head[64], letter[8] = "    ";

		if (table[i].code < 256)
			snprintf(letter, sizeof(letter), "-%c, ", table[i].code);
		snprintf(head, sizeof(head), "%s--%s%s%s", letter, table[i].name,
			 table[i].arg ? " " : "", table[i].arg ? table[i].arg : "");
		printf("  %-25s %s\n", head, table[i].help);
	}
}

static bool number(const char *s, uint64_t min, uint64_t max, uint64_t *v)
{
	char *end;

	errno = 0;
	*v = strtoull(s, &end, 10);
	return *s >= '0' && *s <= '9' && !*end && !errno && *v >= min && *v <= max;
}

/* NULL, or what the argument should have been. */
static const char *set(struct options *o, int code, const char *arg)
{
	switch (code) {
	case 'i':
		o->ifname = arg;
		return NULL;
	case 'c':
		return number(arg, 1, NEVER, &o->count) ? NULL : "a number of frames from 1";
	case 'r':
		return number(arg, 0, NS_PER_SEC, &o->pps)
			       ? NULL
			       : "a number of frames per second up to 1000000000";
	case 's':
		return number(arg, FRAME_MIN, FRAME_MAX, &o->size) ? NULL
								   : "a number of bytes from 60";
	case 'f':
		return number(arg, 1, FLOOD_FLOWS_MAX, &o->flows)
			       ? NULL
			       : "a number of flows from 1 to 16777216";
	case 'p':
		o->has_cpu = true;
		return number(arg, 0, CPU_SETSIZE - 1, &o->cpu) ? NULL : "the number of a CPU";
	case 't':
		return number(arg, 1, UINT32_MAX, &o->seconds) ? NULL
							       : "a number of seconds from 1";
	case OPT_SRC_MAC:
		return ether_aton_r(arg, &o->src_mac) ? NULL : "a MAC address";
	case OPT_DST_MAC:
		return ether_aton_r(arg, &o->dst_mac) ? NULL : "a MAC address";
	case OPT_SRC_IP:
		return inet_pton(AF_INET, arg, &o->src_ip) == 1 ? NULL : "an IPv4 address";
	case OPT_DST_IP:
		return inet_pton(AF_INET, arg, &o->dst_ip) == 1 ? NULL : "an IPv4 address";
	case OPT_SRC_PORT:
		return number(arg, 0, FLOOD_PORT_MAX, &o->src_port) ? NULL
								    : "a port from 0 to 32768";
	default:
		return number(arg, 0, 65535, &o->dst_port) ? NULL : "a port from 0 to 65535";
	}
}

static const char *name_of(int code)
{
	for (size_t i = 0; i < array_size(table); i++)
		if (table[i].code == code)
			return table[i].name;
	return "";
}

/* True to go on; else *status is what to exit with, and all has been said. */
static bool parse(struct options *o, int argc, char **argv, enum status *status)
{
	struct option longs[array_size(table) + 1] = { { 0 } };
	char shorts[2 * array_size(table) + 2] = ":", *end = shorts + 1;
	const char *wanted;
	int code;

	for (size_t i = 0; i < array_size(table); i++) {
		longs[i] = (struct option){ .name = table[i].name,
					    .has_arg = table[i].arg != NULL,
					    .val = table[i].code };
		if (table[i].code < 256)
			end = stpcpy(end, (const char[]){ (char)table[i].code,
							  table[i].arg ? ':' : 0, 0 });
	}
	*status = STATUS_OK;
	opterr = 0;
	while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (code == 'h')
			return help(), false;
		if (code == OPT_VERSION)
			return printf("xdpflood %s\n", XDPDUMP_VERSION), false;
		wanted = code == '?' || code == ':' ? "" : set(o, code, optarg);
		if (!wanted)
			continue;
		*status =
			*wanted ? failed(STATUS_USAGE, "--%s '%s' is not %s", name_of(code), optarg,
					 wanted)
				: failed(STATUS_USAGE,
					 code == ':'
						 ? "%s wants a value (xdpflood -h shows all options)"
						 : "unknown option %s (xdpflood -h shows all options)",
					 argv[optind - 1]);
		return false;
	}
	if (optind < argc)
		*status = failed(STATUS_USAGE, "'%s' is one word too many", argv[optind]);
	else if (!o->ifname)
		*status = failed(STATUS_USAGE,
				 "no interface: -i IF (xdpflood -h shows all options)");
	return *status == STATUS_OK;
}

static bool pin(uint64_t cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return !sched_setaffinity(0, sizeof(set), &set);
}

int main(int argc, char **argv)
{
	struct options o = {
		.count = NEVER,
		.size = 128,
		.flows = 1,
		.src_mac = { { 2, 0, 0, 0, 0, 1 } },
		.dst_mac = { { 2, 0, 0, 0, 0, 2 } },
		.src_ip = { htonl(0x0a010001) },
		.dst_ip = { htonl(0x0a020001) },
		.src_port = 1024,
		.dst_port = 9,
	};
	const struct sigaction act = { .sa_handler = take_signal };
	enum status status;

	if (!parse(&o, argc, argv, &status))
		return fflush(stdout) ? STATUS_RUNTIME : status;
	o.ifindex = if_nametoindex(o.ifname);
	if (!o.ifindex)
		return failed(STATUS_INTERFACE, "%s: no such interface", o.ifname);
	if (!usable(&o, &status))
		return status;
	if (!takes_frames(o.ifindex))
		return failed(
			STATUS_UNSUPPORTED,
			"%s: it takes no redirected frames; a veth does if its other end has an XDP "
			"program or GRO",
			o.ifname);
	if (o.has_cpu && !pin(o.cpu))
		return failed(STATUS_USAGE, "CPU %" PRIu64 ": %s", o.cpu, strerror(errno));
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGALRM, &act, NULL);
	return run(&o);
}
