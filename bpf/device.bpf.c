// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * At XDP, bound to one device, whose driver tells what the device knows of a frame beside its bytes
 * (Linux 6.3; tags 6.8). Only what is asked for is asked of it.
 */
#define META	META_DEVICE
#define FRAME_LOADS
#define TAGS
#include "bpf/xdp_frame.h"

/* Types are of net/core/xdp.c, where enum xdp_rss_hash_type is of 4 bytes. */
enum rss_type { RSS_NONE };

/*
 * Asks the driver: of bpf_xdp_metadata_rx_timestamp() ..., 0 or an error. Userspace puts the call
 * in the place of the instruction, where the kernel has such a function (kernel/places.c).
 */
static __always_inline int ask_driver(const int place, struct xdp_md *ctx, void *first,
				      void *second)
{
	register __u64 err asm("r0");
	register struct xdp_md *arg1 asm("r1") = ctx;
	register void *arg2 asm("r2") = first, *arg3 asm("r3") = second;

	asm volatile("r0 = %[mark]"
		     : "=r"(err), "+r"(arg1), "+r"(arg2), "+r"(arg3)
		     : [mark] "i"(place)
		     : "r4", "r5", "memory");
	return err;
}

static __always_inline __u32 tag_of(struct xdp_md *ctx)
{
	__be16 proto = 0;
	__u16 tci = 0;

	if (!(setting(device) & DEVICE_TAG) || ask_driver(DEVICE_TAG_PLACE, ctx, &proto, &tci))
		return 0;
	return bpf_ntohs(proto) << 16 | tci;
}

static __always_inline void frame_meta(struct xdp_md *ctx,
				       const struct note *note __attribute__((unused)),
				       __u64 *words)
{
	enum rss_type type = RSS_NONE;
	__u64 ns = 0;
	__u32 hash = 0;

	if (setting(device) & DEVICE_TIME && ask_driver(DEVICE_TIME_PLACE, ctx, &ns, (void *)0))
		ns = 0;
	if (setting(device) & DEVICE_HASH && ask_driver(DEVICE_HASH_PLACE, ctx, &hash, &type))
		type = RSS_NONE;
	words[META_TIME] = ns;
	words[META_HASH] = type ? (__u64)type << 32 | hash : 0;
}

SEC("xdp.frags")
int xdpdump_device(struct xdp_md *ctx)
{
	capture(ctx);
	return setting(drop) ? XDP_DROP : XDP_PASS;
}
