/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Finds the headers of a packet of any known link type by means of bpf/parse.h. */
#ifndef XDPDUMP_DECODE_H
#define XDPDUMP_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet;

/* Is it one of the link types that decode_packet() knows? */
bool decode_knows(uint16_t linktype);

/* The name of a link type as libpcap has it, or "LINKTYPE_<n>", with a NUL into @out. */
void decode_linktype_name(uint16_t linktype, char *out, size_t cap);

/* Fills p->hdr from data, caplen, len and the link type. An unknown link type leaves it zero. */
void decode_packet(struct packet *p);

#endif
