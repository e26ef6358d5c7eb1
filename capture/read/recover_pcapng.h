/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A pcapng file that is damaged: pcapng_next() reads it, and here is where it can go on. */
#ifndef XDPDUMP_READ_RECOVER_PCAPNG_H
#define XDPDUMP_READ_RECOVER_PCAPNG_H

#include "capture/read/pcapng_state.h"

/* As recover_pcap_resync(). */
bool recover_pcapng_resync(struct pcapng *f);

/* The first place before @to where a block stands, and its byte order, or SIZE_MAX. */
size_t recover_pcapng_find(struct stream *s, size_t to, bool *swapped);

/*
 * Passes by most of the @len bytes of the block that begins here. False: another one begins within
 * it, where it is now, unless it has not moved.
 */
bool recover_pcapng_pass(struct pcapng *f, uint32_t len);

#endif
