// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The traffic generator's program: run on frames that userspace has made, it gives each its number
 * and its flow and sends it out of an interface. The kernel uses a frame's memory again without
 * setting it up anew, so all that varies is written each time.
 */
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "bpf/flood.h"

char gpl_compatible[] SEC("license") = "Dual MIT/GPL";

/* Set before the program is loaded. */
const volatile __u32 ifindex;
const volatile __u32 n_flows = 1;
const volatile __u32 src_ip;	/* of the first flow, host order */
const volatile __u16 src_port;	/* of the first flow, at most FLOOD_PORT_MAX */
const volatile __u32 ip_sum;	/* of the 16-bit words of the IP header but the checksum and the source address */

const volatile __u64 count;	/* frames in all */
const volatile __u64 pps;	/* 0: as fast as it goes */

/* Test runs of one program are not made side by side, so nothing here is shared. */
__u64 sent;			/* frames so far, which is the number of the next */
__u32 flow;
__u64 due_ns, due_rest;		/* when the next is to go, CLOCK_MONOTONIC, and the rest of its division by pps */
__u64 first_ns, last_ns;	/* when number 0 and number count - 1 went, CLOCK_MONOTONIC; 0: not yet */

static __always_inline __u16 ip_checksum(__u32 src)
{
	__u32 sum = ip_sum + (src >> 16) + (src & 0xffff);

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static __always_inline void write_flow(__u8 *frame)
{
	__u32 src = src_ip + (flow >> FLOOD_PORT_BITS);
	__u16 port = src_port + (flow & ((1 << FLOOD_PORT_BITS) - 1));

	*(__u32 *)(frame + FLOOD_SRC_IP) = bpf_htonl(src);
	*(__u16 *)(frame + FLOOD_IP_SUM) = bpf_htons(ip_checksum(src));
	*(__u16 *)(frame + FLOOD_SRC_PORT) = bpf_htons(port);
	flow = flow + 1 < n_flows ? flow + 1 : 0;
}

/*
 * A frame that comes too early is dropped, and its run costs little: the clock is asked again some
 * 0.1 us later.
 */
static __always_inline int too_early(void)
{
	__u64 now_ns = bpf_ktime_get_ns();

	if (!due_ns)
		due_ns = now_ns;
	if (now_ns < due_ns)
		return 1;
	due_ns += 1000000000 / pps;
	due_rest += 1000000000 % pps;
	if (due_rest >= pps) {
		due_rest -= pps;
		due_ns++;
	}
	return 0;
}

SEC("xdp")
int xdpflood(struct xdp_md *ctx)
{
	__u8 *frame = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	if (frame + FLOOD_MIN > end)
		return XDP_ABORTED;
	if (sent >= count || (pps && too_early()))
		return XDP_DROP;
	if (n_flows > 1)
		write_flow(frame);
	*(__u64 *)(frame + FLOOD_SEQ) = bpf_cpu_to_be64(sent);
	if (sent == 0)
		first_ns = bpf_ktime_get_ns();
	if (sent == count - 1)
		last_ns = bpf_ktime_get_ns();
	sent++;
	return bpf_redirect(ifindex, 0);
}
