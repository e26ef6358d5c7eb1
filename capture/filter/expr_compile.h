/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Expressions given to libpcap, as tcpdump -r does for a file. */
#ifndef XDPDUMP_FILTER_EXPR_COMPILE_H
#define XDPDUMP_FILTER_EXPR_COMPILE_H

#include <stdbool.h>
#include <stdint.h>

struct bpf_insn;	/* these two: <pcap/bpf.h> */
struct bpf_program;

enum { EXPR_COMPILE_SAID = 256 };	/* bytes of a sentence of libpcap, PCAP_ERRBUF_SIZE */

/* The packets that an expression is for. */
struct expr_packets {
	uint16_t linktype;	/* LINKTYPE_... of packet.h */
	bool swapped;		/* the header of LINKTYPE_NULL is in the other byte order */
};

/*
 * Into @program, for pcap_freecode(). 0, -ENOMEM, or -EINVAL: libpcap refuses it, and says why in
 * @said. What asks for the direction beside the packets loads it as expr_compile_asks() tells.
 */
int expr_compile(const char *text, const struct expr_packets *of, bool optimize,
		 struct bpf_program *program, char said[static EXPR_COMPILE_SAID]);

/* A load of what a socket says beside a packet: @what is SKF_AD_... of linux/filter.h. */
bool expr_compile_asks(const struct bpf_insn *in, uint32_t what);

#endif
