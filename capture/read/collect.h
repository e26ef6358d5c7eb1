/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* pcapng blocks that say nothing about packets, and may be copied to another file. */
#ifndef XDPDUMP_READ_COLLECT_H
#define XDPDUMP_READ_COLLECT_H

#include "capture/read/pcapng_state.h"

/* Are blocks of this kind collected, if somebody wants them? Says so if they cannot be. */
bool collect_wants(struct pcapng *f, uint32_t type, uint32_t len);

/* Appends the block, in host order, to the collection. -ENOMEM. */
int collect_block(struct pcapng *f, const struct body *b);

#endif
