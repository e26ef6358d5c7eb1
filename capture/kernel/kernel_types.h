/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What programs have to know of the types of this kernel, from its BTF. */
#ifndef XDPDUMP_KERNEL_KERNEL_TYPES_H
#define XDPDUMP_KERNEL_KERNEL_TYPES_H

#include <stdbool.h>
#include <stdint.h>

struct kernel_types {
	bool has_ip_summed, has_frags_flag;	/* else 0 is all that is known of it */
	bool has_tcx;			/* links at tc */
	uint32_t ip_summed_bit;		/* of struct sk_buff, from its start */
	/*
	 * Whether a frame at XDP has more than one buffer: bits of the 32-bit word at this offset,
	 * in bytes, of struct xdp_buff, to which a call of this function of the kernel, by its BTF
	 * id, leads from the context of a program (Linux 6.2: bpf_cast_to_kern_ctx() in
	 * kernel/bpf/helpers.c, xdp_buff_has_frags() in include/net/xdp.h). Programs that do are
	 * accepted here.
	 */
	uint32_t frags_bits, frags_off, cast_id;
	/*
	 * BTF ids of bpf_xdp_metadata_rx_timestamp() ... (net/core/xdp.c); 0: there is no such
	 * function
	 */
	uint32_t rx_timestamp_id, rx_hash_id, rx_vlan_tag_id;
};

/*
 * They are asked for once, in a process of its own, as reading all types takes 11 MB, and stay. So
 * it is to be called before processes cannot be made any more. Not to be called by two threads at a
 * time.
 */
const struct kernel_types *kernel_types(void);

#endif
