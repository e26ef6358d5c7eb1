/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Ways of a frame through crossroads.bpf.c. */
#ifndef XDPDUMP_TESTS_CROSSROADS_H
#define XDPDUMP_TESTS_CROSSROADS_H

enum { GO_PASS, GO_DROP, GO_BACK, GO_AWAY, GO_SOCKET, GO_WAYS };
enum { CUT = 4 };		/* bytes off the front of what goes back */

#endif
