// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * In: an interface, a number of frames, their size and rate. Out: Ethernet, IPv4 and UDP or TCP
 * frames on that interface, each with a sequence number and its send time, and one line with the
 * rate on stdout.
 */
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <netinet/in.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define MAGIC		"XDPDSEND"
#define STAMP_LEN	24		/* magic, sequence number, time */
#define ETH_LEN		14
#define IP_LEN		20
#define UDP_LEN		8
#define TCP_LEN		20
#define FRAME_MIN	60
#define FRAME_MAX	9014
#define BATCH_MAX	1024
#define NS_PER_SEC	1000000000ULL
#define SPIN_NS		60000		/* the last part of a wait is spent awake */
#define STALL_NS	(10 * NS_PER_SEC)

enum proto { PROTO_UDP, PROTO_TCP, PROTO_MIXED };

struct options {
	const char *ifname;
	uint64_t count;
	uint64_t size;		/* bytes per frame, without FCS */
	uint64_t pps;		/* 0: as fast as it goes */
	uint64_t batch;		/* 0: not given */
	enum proto proto;
	bool stamp_each;
	bool whole_stack;	/* the frames pass tc, and sockets that capture what is sent */
};

struct frames {
	size_t size, stride;
	/* stride bytes per frame; stride >= size and has room for every header and the stamp */
	uint8_t *buf;
	struct iovec *iov;
	struct mmsghdr *msgs;
};

static const uint8_t ether_ip[ETH_LEN + IP_LEN] = {
	0x02, 0, 0, 0, 0, 0x02, 0x02, 0, 0, 0, 0, 0x01, 0x08, 0x00,
	0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 0, 0, 0, 10, 1, 0, 1, 10, 1, 0, 2,
};

static uint64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_SEC + (uint64_t)ts.tv_nsec;
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put64(uint8_t *p, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		p[i] = (uint8_t)(v >> (56 - 8 * i));
}

/* RFC 1071 over @len bytes, added to @sum and folded. */
static uint16_t checksum(uint32_t sum, const uint8_t *p, size_t len)
{
	for (; len > 1; p += 2, len -= 2)
		sum += (uint32_t)p[0] << 8 | p[1];
	if (len)
		sum += (uint32_t)p[0] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put_ip(uint8_t *frame, size_t size, uint8_t ip_proto)
{
	uint8_t *ip = frame + ETH_LEN;

	memcpy(frame, ether_ip, sizeof(ether_ip));
	put16(ip + 2, (uint16_t)(size - ETH_LEN));
	ip[9] = ip_proto;
	put16(ip + 10, checksum(0, ip, IP_LEN));
}

static uint16_t source_port(uint64_t seq)
{
	return (uint16_t)(1024 + seq % 1000);
}

static void put_stamp(uint8_t *payload, uint64_t seq)
{
	memcpy(payload, MAGIC, 8);
	put64(payload + 8, seq);
	put64(payload + 16, now_ns(CLOCK_REALTIME));
}

/* UDP goes without a checksum, as IPv4 allows. */
static void put_udp(uint8_t *frame, size_t size, uint64_t seq)
{
	uint8_t *udp = frame + ETH_LEN + IP_LEN;

	put_ip(frame, size, IPPROTO_UDP);
	put16(udp, source_port(seq));
	put16(udp + 2, 9);
	put16(udp + 4, (uint16_t)(size - ETH_LEN - IP_LEN));
	put16(udp + 6, 0);
	put_stamp(udp + UDP_LEN, seq);
}

static void put_tcp(uint8_t *frame, size_t size, uint64_t seq)
{
	uint8_t *tcp = frame + ETH_LEN + IP_LEN;
	size_t len = size - ETH_LEN - IP_LEN;
	size_t summed = len < TCP_LEN + STAMP_LEN ? len : TCP_LEN + STAMP_LEN;

	put_ip(frame, size, IPPROTO_TCP);
	memset(tcp, 0, TCP_LEN);
	put16(tcp, source_port(seq));
	put16(tcp + 2, 9);
	put16(tcp + 4, (uint16_t)(seq >> 16));
	put16(tcp + 6, (uint16_t)seq);
	tcp[12] = TCP_LEN / 4 << 4;
	tcp[13] = 0x10;		/* ACK */
	put16(tcp + 14, 0xffff);
	put_stamp(tcp + TCP_LEN, seq);
	/* the pseudo header is 10.1.0.1, 10.1.0.2, protocol, length; behind the stamp are zeros */
	put16(tcp + 16, checksum(0x0a01 + 0x0001 + 0x0a01 + 0x0002 + IPPROTO_TCP + (uint32_t)len,
				 tcp, summed));
}

static void put_frame(uint8_t *frame, const struct options *o, uint64_t seq)
{
	if (o->proto == PROTO_TCP || (o->proto == PROTO_MIXED && seq % 2))
		put_tcp(frame, o->size, seq);
	else
		put_udp(frame, o->size, seq);
}

static void frames_free(struct frames *f)
{
	free(f->buf);
	free(f->iov);
	free(f->msgs);
}

static int frames_init(struct frames *f, size_t n, size_t size)
{
	size_t need = ETH_LEN + IP_LEN + TCP_LEN + STAMP_LEN;

	f->size = size;
	f->stride = size > need ? size : need;
	f->buf = calloc(n, f->stride);
	f->iov = calloc(n, sizeof(*f->iov));
	f->msgs = calloc(n, sizeof(*f->msgs));
	if (!f->buf || !f->iov || !f->msgs)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		f->iov[i] = (struct iovec){ .iov_base = f->buf + i * f->stride, .iov_len = size };
		f->msgs[i].msg_hdr.msg_iov = &f->iov[i];
		f->msgs[i].msg_hdr.msg_iovlen = 1;
	}
	return 0;
}

/* A socket bound to @ifindex that receives nothing. */
static int open_socket(int *out, int ifindex, bool whole_stack)
{
	struct sockaddr_ll sll = { .sll_family = AF_PACKET, .sll_ifindex = ifindex };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), one = 1, err;

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&sll, sizeof(sll))) {
		err = -errno;
		close(fd);
		return err;
	}
	/* older kernels and some devices lack it, the frames then take the queueing discipline */
	if (!whole_stack)
		setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one));
	*out = fd;
	return 0;
}

/*
 * True if @err means no room for the moment, unless that has lasted too long; @since is 0 before
 * the first time.
 */
static bool retry(int err, uint64_t *since)
{
	uint64_t now;

	if (err == EINTR)
		return true;
	if (err != ENOBUFS && err != EAGAIN)
		return false;
	now = now_ns(CLOCK_MONOTONIC);
	if (!*since)
		*since = now;
	sched_yield();
	return now - *since < STALL_NS;
}

static int send_batch(int fd, struct frames *f, const struct options *o, uint64_t seq,
		      unsigned int n)
{
	unsigned int done = 0;
	uint64_t since = 0;

	for (unsigned int i = 0; i < n; i++)
		put_frame(f->buf + i * f->stride, o, seq + i);
	while (done < n) {
		int ret = sendmmsg(fd, f->msgs + done, n - done, 0);

		if (ret < 0 && !retry(errno, &since))
			return -errno;
		if (ret > 0) {
			done += (unsigned int)ret;
			since = 0;
		}
	}
	return 0;
}

static int send_one(int fd, struct frames *f, const struct options *o, uint64_t seq)
{
	uint64_t since = 0;
	ssize_t ret;

	do {
		put_frame(f->buf, o, seq);
		ret = sendto(fd, f->buf, f->size, 0, NULL, 0);
	} while (ret < 0 && retry(errno, &since));
	return ret < 0 ? -errno : 0;
}

static void wait_until(uint64_t due_ns)
{
	uint64_t now = now_ns(CLOCK_MONOTONIC), wake = due_ns - SPIN_NS;
	struct timespec ts = { .tv_sec = (time_t)(wake / NS_PER_SEC),
			       .tv_nsec = (long)(wake % NS_PER_SEC) };

	if (now < wake)
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
	while (now_ns(CLOCK_MONOTONIC) < due_ns)
		;
}

static int send_all(int fd, const struct options *o, uint64_t *elapsed_ns)
{
	struct frames f = { 0 };
	uint64_t start, seq = 0;
	int err = frames_init(&f, o->batch, o->size);

	start = now_ns(CLOCK_MONOTONIC);
	while (!err && seq < o->count) {
		uint64_t n = o->count - seq < o->batch ? o->count - seq : o->batch;

		if (o->pps)
			wait_until(start + (uint64_t)((double)seq / (double)o->pps * NS_PER_SEC));
		err = o->stamp_each ? send_one(fd, &f, o, seq)
				    : send_batch(fd, &f, o, seq, (unsigned int)n);
		seq += n;
	}
	*elapsed_ns = now_ns(CLOCK_MONOTONIC) - start;
	frames_free(&f);
	return err;
}

static bool number(const char *s, uint64_t min, uint64_t max, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(s, &end, 10);
	return *s >= '0' && *s <= '9' && !*end && !errno && *out >= min && *out <= max;
}

static bool proto_by_name(const char *s, enum proto *out)
{
	static const char *const names[] = { "udp", "tcp", "mixed" };

	for (enum proto p = PROTO_UDP; p <= PROTO_MIXED; p++) {
		*out = p;
		if (!strcmp(s, names[p]))
			return true;
	}
	return false;
}

static bool set_option(struct options *o, int letter, const char *arg)
{
	switch (letter) {
	case 'i':
		o->ifname = arg;
		return true;
	case 'n':
		return number(arg, 1, UINT64_MAX / 2, &o->count);
	case 's':
		return number(arg, FRAME_MIN, FRAME_MAX, &o->size);
	case 'r':
		return number(arg, 1, NS_PER_SEC, &o->pps);
	case 'b':
		return number(arg, 1, BATCH_MAX, &o->batch);
	case 'p':
		return proto_by_name(arg, &o->proto);
	case 'q':
		o->whole_stack = true;
		return true;
	default:
		o->stamp_each = true;
		return true;
	}
}

/* NULL, or what is wrong with the options as a whole. */
static const char *contradiction(const struct options *o)
{
	size_t headers = ETH_LEN + IP_LEN + (o->proto == PROTO_UDP ? UDP_LEN : TCP_LEN);

	if (!o->ifname)
		return "-i is missing";
	if (o->stamp_each && o->batch > 1)
		return "-t sends one frame at a time, so -b must be 1";
	if (o->stamp_each && o->size < headers + STAMP_LEN)
		return "-t needs frames of 66 bytes (UDP) or 78 bytes (TCP) to hold the time";
	return NULL;
}

static const char *allowed(int letter)
{
	switch (letter) {
	case 'n':
		return "a number of frames from 1";
	case 's':
		return "a frame size from 60 to 9014";
	case 'r':
		return "frames per second from 1 to 1000000000";
	case 'b':
		return "a number of frames from 1 to 1024";
	default:
		return "udp, tcp or mixed";
	}
}

/* Slow rates come evenly: a batch is at most a millisecond's worth. */
static uint64_t default_batch(const struct options *o)
{
	if (o->stamp_each || (o->pps && o->pps < 2000))
		return 1;
	return o->pps && o->pps < 64000 ? o->pps / 1000 : 64;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: send -i IF [-n COUNT] [-s SIZE] [-r PPS] [-b BATCH] [-p udp|tcp|mixed] [-t] [-q]\n");
	return 2;
}

static int parse(struct options *o, int argc, char **argv)
{
	const char *wrong;
	int letter;

	opterr = 0;
	while ((letter = getopt(argc, argv, "i:n:s:r:b:p:tq")) != -1) {
		if (letter == '?')
			return usage();
		if (!set_option(o, letter, optarg)) {
			fprintf(stderr, "send: -%c %s: not %s\n", letter, optarg, allowed(letter));
			return 2;
		}
	}
	if (optind < argc)
		return usage();
	wrong = contradiction(o);
	if (wrong) {
		fprintf(stderr, "send: %s\n", wrong);
		return 2;
	}
	if (!o->batch)
		o->batch = default_batch(o);
	return 0;
}

static int run(const struct options *o, uint64_t *elapsed_ns)
{
	unsigned int ifindex = if_nametoindex(o->ifname);
	int fd = -1, err;

	if (!ifindex)
		return -errno;
	err = open_socket(&fd, (int)ifindex, o->whole_stack);
	if (err)
		return err;
	err = send_all(fd, o, elapsed_ns);
	close(fd);
	return err;
}

static const char *reason(int err)
{
	switch (-err) {
	case ENODEV:
		return "no such interface";
	case EPERM:
		return "sending raw frames needs CAP_NET_RAW";
	case EMSGSIZE:
		return "the frames are larger than its MTU";
	case ENETDOWN:
		return "the interface is down";
	case EAGAIN:
	case ENOBUFS:
		return "no room to send for 10 seconds";
	default:
		return strerror(-err);
	}
}

int main(int argc, char **argv)
{
	struct options o = { .count = 1000, .size = 128 };
	uint64_t elapsed_ns = 0;
	double seconds;
	int ret = parse(&o, argc, argv);

	if (ret)
		return ret;
	/* sleep no longer than asked for, the default slack is 50 microseconds */
	prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	ret = run(&o, &elapsed_ns);
	if (ret) {
		fprintf(stderr, "send: %s: %s\n", o.ifname, reason(ret));
		return 1;
	}
	seconds = (double)(elapsed_ns ? elapsed_ns : 1) / (double)NS_PER_SEC;
	printf("sent %" PRIu64 " packets in %.6f s (%.0f pps)\n", o.count, seconds,
	       (double)o.count / seconds);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "send: stdout: %s\n", strerror(errno));
		return 1;
	}
	return 0;
}
