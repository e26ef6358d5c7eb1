/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Names of the numbers that head a line. */
#ifndef XDPDUMP_PACKET_NAMES_H
#define XDPDUMP_PACKET_NAMES_H

#include <stdint.h>

struct verdict;

/* IANA protocol keyword, or NULL. */
const char *names_protocol(uint8_t proto);

/* "DROP" of XDP, "SHOT" of TC, or NULL. */
const char *names_verdict(const struct verdict *v);

/* "Toeplitz", of EPB_HASH_..., or NULL. */
const char *names_hash(uint8_t algorithm);

/* EtherType, "LLC" for a length (below 0x600), or NULL. */
const char *names_ether_type(uint16_t eth_type);

#endif
