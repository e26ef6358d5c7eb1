/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What is attached to an interface at XDP, and how. */
#ifndef XDPDUMP_KERNEL_XDP_H
#define XDPDUMP_KERNEL_XDP_H

#include <stdbool.h>
#include <stdint.h>

enum xdp_mode { XDP_MODE_AUTO, XDP_MODE_NATIVE, XDP_MODE_GENERIC, XDP_MODE_OFFLOAD };

struct xdp_program {
	uint32_t id;
	enum xdp_mode mode;
	/* as the kernel has it, cut at 15 characters; "": none, or not allowed to see */
	char name[16];
	uint8_t tag[8];		/* of its instructions; zeros: not allowed to see */
};

/*
 * What is attached to @ifindex: up to one for each mode, nothing to one that is not there. Returns
 * the number, or -errno.
 */
int xdp_query(int ifindex, struct xdp_program found[static 3]);

/* The program @id, with what we are allowed to see of it; the mode is not known here. */
struct xdp_program xdp_program_by_id(uint32_t id);

/* Is it the one that a person means by @words, its id or its name, which may be the whole one? */
bool xdp_program_is(const struct xdp_program *p, const char *words);

/* 0: the kernel does not tell. */
uint32_t xdp_program_id(int prog_fd);

/* Until the frames that are in a program now have come out of it. */
void xdp_wait_for_frames(void);

const char *xdp_mode_name(enum xdp_mode mode);

#endif
