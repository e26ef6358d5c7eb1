/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The names of processes, which Wireshark 5.0 and we put into custom blocks of pcapng. */
#ifndef XDPDUMP_READ_PROCESSES_H
#define XDPDUMP_READ_PROCESSES_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/read/pcapng_state.h"

struct processes;

/* May a block of @len bytes be one of these? Longer ones are not looked into. */
bool processes_wants(uint32_t type, uint32_t len);

/*
 * Remembers the name in @b, if it is such a block and has one. What cannot be remembered is not
 * known.
 */
void processes_learn(struct pcapng *f, const struct body *b);

/* Of the packets that come: NULL: not known. Lives until the next block is read. */
const char *processes_name(const struct pcapng *f, uint32_t pid);

/* Those of another section are others. */
void processes_forget(struct pcapng *f);

#endif
