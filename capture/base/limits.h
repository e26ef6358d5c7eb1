/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the process may have. */
#ifndef XDPDUMP_BASE_LIMITS_H
#define XDPDUMP_BASE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Raises the soft limit of open files to @n where it is lower and the hard one allows it: most
 * shells allow a thousand, and the system many more. Returns how many are allowed then, UINT64_MAX
 * where that is not known.
 */
uint64_t limits_open_files(uint64_t n);

/* Are @n more descriptors to be had? */
bool limits_has_files(uint64_t n);

/*
 * From here to the end there is no core dump of us, nor of what we start, and nobody without
 * CAP_SYS_PTRACE looks into our memory: what is in it is others' packets.
 */
void limits_no_core(void);

#endif
