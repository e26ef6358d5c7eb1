/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The rings that the command line asks for. */
#ifndef XDPDUMP_CLI_OPEN_RINGS_H
#define XDPDUMP_CLI_OPEN_RINGS_H

#include <stdint.h>

#include "capture/base/log.h"

struct opts;
struct rings;

/*
 * What @o->snap may become while packets are captured: who may ask for another snapshot length can
 * ask for a longer one, if the rings need not be larger for that.
 */
uint32_t open_rings_snap_max(const struct opts *o);

/* For records of packets of @snap_max bytes. Complains; the exit code. */
enum status open_rings(struct rings **r, const struct opts *o, uint32_t snap_max);

#endif
