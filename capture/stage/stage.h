/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What packets go through between the source and the outputs, one after the other. */
#ifndef XDPDUMP_STAGE_STAGE_H
#define XDPDUMP_STAGE_STAGE_H

struct packet;

struct stage {
	/* 1: the packet goes on, perhaps changed; 0: it does not; -errno, which was told. */
	int (*pass)(void *ctx, struct packet *p);
	void *ctx;
};

#endif
