/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef XDPDUMP_BASE_VERSION_H
#define XDPDUMP_BASE_VERSION_H

#include <stdbool.h>

#include "release.h"	/* XDPDUMP_VERSION, of the Makefile */

/* On stdout: ours, and those of the libraries in use; @all: those it can do without, too. */
void version_print(bool all);

#endif
