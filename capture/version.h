/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef XDPDUMP_VERSION_H
#define XDPDUMP_VERSION_H

#define XDPDUMP_VERSION	"0.1.0"

#endif
