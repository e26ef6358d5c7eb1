/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Packets of pcapng. */
#ifndef XDPDUMP_READ_PCAPNG_H
#define XDPDUMP_READ_PCAPNG_H

#include "capture/read/pcapng_state.h"

/* A section header begins here. -EBADMSG. */
int pcapng_begin(struct pcapng *f);

/* Goes on with blocks, whether there was a section header or not. */
void pcapng_start(struct pcapng *f);

/* NEXT_END, NEXT_PACKET, NEXT_ANOTHER or -errno. */
int pcapng_next(struct pcapng *f, struct packet *p);

void pcapng_release(struct pcapng *f);

#endif
