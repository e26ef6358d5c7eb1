/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Bytes that are collected for a file. */
#ifndef XDPDUMP_WRITE_WRITE_BUFFER_H
#define XDPDUMP_WRITE_WRITE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

struct write_buffer {
	uint8_t *bytes;		/* from malloc() */
	size_t used, cap;
};

#endif
