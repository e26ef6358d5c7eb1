// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* At XDP. A frame is passed on whatever fails here, unless all are to be dropped. */
#define FRAME_IFINDEX	ctx->ingress_ifindex
#include "bpf/xdp_frame.h"

SEC("xdp.frags")
int xdpdump(struct xdp_md *ctx)
{
	capture(ctx);
	return setting(drop) ? XDP_DROP : XDP_PASS;
}
