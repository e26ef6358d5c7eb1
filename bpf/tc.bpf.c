// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* At tc, on the way in or out. Other programs on the hook run as if this one were not there. */
#include <linux/pkt_cls.h>

#include "bpf/tc_frame.h"

SEC("tc")
int xdpdump_tc(struct __sk_buff *ctx)
{
	capture(ctx);
	return TC_ACT_UNSPEC;	/* which is TCX_NEXT as well */
}
