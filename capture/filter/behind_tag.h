/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A filter for the packets of a VLAN device, made one for the frames of the device below it. It
 * means the same bytes: those of a frame without its outermost tag, which is what a VLAN device
 * has. (libpcap's "vlan 5 and EXPR" is not that: there ether[12], len and greater count the tag.)
 */
#ifndef XDPDUMP_FILTER_BEHIND_TAG_H
#define XDPDUMP_FILTER_BEHIND_TAG_H

#include <stddef.h>
#include <stdint.h>

struct sock_filter;

struct vlan_tag {
	uint16_t type;		/* 0x8100: IEEE 802.1Q, 0x88a8: 802.1ad */
	uint16_t number;	/* 1 to 4094 */
};

/*
 * @prog, for Ethernet, becomes @made, to be freed, which rejects frames that do not begin with
 * @tag. NULL: everything in it. -EOPNOTSUPP: it loads a number that would have the tag in its midst
 * (ether[10:4]); where that is known with the frame only, the frame is rejected. -EINVAL: it is no
 * program; -ENOMEM.
 */
int behind_tag(const struct sock_filter *prog, size_t n, const struct vlan_tag *tag,
	       struct sock_filter **made, size_t *n_made);

#endif
