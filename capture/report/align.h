/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Two images of one packet, before a program and after it: which byte has become which. Programs at
 * XDP move the start of a frame (bpf_xdp_adjust_head), and put a header there or take one away,
 * behind link-layer addresses that they write anew.
 */
#ifndef XDPDUMP_REPORT_ALIGN_H
#define XDPDUMP_REPORT_ALIGN_H

#include <stdint.h>

struct packet;

struct alignment {
	uint32_t kept;		/* bytes in front that are where they were */
	/*
	 * bytes that stand behind them now and did not before; negative: that are gone
	 * from there
	 */
	int32_t moved;
};

/*
 * The one that leaves most bytes equal, by what is captured of both; the headers of both are
 * decoded. Where nothing speaks for another one, nothing has moved.
 */
struct alignment align_packets(const struct packet *entry, const struct packet *exit);

/* Where byte @i of the entry is in the exit; UINT32_MAX: it was taken out. */
static inline uint32_t align_of(const struct alignment *a, uint32_t i)
{
	if (i < a->kept)
		return i;
	return a->moved < 0 && i - a->kept < -(uint32_t)a->moved ? UINT32_MAX : i + a->moved;
}

#endif
