/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a piece of a packet that was put in or taken out is, in words. */
#ifndef XDPDUMP_REPORT_HEADER_WORDS_H
#define XDPDUMP_REPORT_HEADER_WORDS_H

#include <stdint.h>

struct packet;
struct text;

enum { HEADER_WORDS_MAX = 512 };	/* bytes of text, at most */

/*
 * The headers that begin in the @n bytes at @at, one behind the other as far as they are known:
 * "VLAN 100", "IPv4 10.0.0.1 > 10.0.0.2 proto 17 UDP 1234 > 4789 VXLAN 5"; else the bytes.
 */
void header_words(struct text *t, const struct packet *p, uint32_t at, uint32_t n);

/* Up to 16 of @n bytes in hex. */
void header_words_hex(struct text *t, const uint8_t *bytes, uint32_t n);

#endif
