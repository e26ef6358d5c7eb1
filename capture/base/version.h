/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef XDPDUMP_BASE_VERSION_H
#define XDPDUMP_BASE_VERSION_H

#include "release.h"	/* XDPDUMP_VERSION, of the Makefile */

/* On stdout: ours, and those of the libraries in use. */
void version_print(void);

#endif
