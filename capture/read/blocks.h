/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * pcapng blocks that may be copied to another file, one behind the other, whole and in host byte
 * order.
 */
#ifndef XDPDUMP_READ_BLOCKS_H
#define XDPDUMP_READ_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

struct blocks {
	uint8_t *bytes;
	size_t len, cap;
};

/* Appends @n bytes of them. -ENOMEM. */
int blocks_append(struct blocks *to, const void *bytes, size_t n);

#endif
