/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What guard.c and the process it starts, guard_process.c, say to each other. */
#ifndef XDPDUMP_KERNEL_GUARD_MESSAGES_H
#define XDPDUMP_KERNEL_GUARD_MESSAGES_H

#include <stdint.h>

#include "capture/kernel/xdp_place.h"

enum guard_verb { GUARD_HOLD, GUARD_GIVE_BACK, GUARD_DROP, GUARD_END };

/* The descriptors of a place, in this order: theirs, ours, another one of ours. */
enum { GUARD_THEIRS, GUARD_OURS, GUARD_OURS_TOO, GUARD_FDS };

/* With @n_fds descriptors, which belong to who receives them. */
struct guard_request {
	enum guard_verb verb;
	uint32_t serial;
	uint32_t n_fds;
	struct xdp_place place;
};

/* To each of them. */
struct guard_answer {
	uint32_t serial;
	int32_t err;		/* 0 or -errno */
};

/* All of the guard, in a child; @fd: its end of the socket pair. @parent_fd: see guard.c. */
_Noreturn void guard_process(int fd, int parent_fd);

#endif
