/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* How a kind of program gets at the bytes of a frame. */
#ifndef XDPDUMP_FILTER_FILTER_LOADS_H
#define XDPDUMP_FILTER_FILTER_LOADS_H

#include <stdint.h>

struct filter_loads {
	/* in its context, 4 bytes each: the part that it reads directly; the same: there is none */
	int16_t data, data_end;
	/* and what is not 0 where that is not the start of the frame; 0: it always is */
	int16_t elsewhere;
	/*
	 * for the rest, of the arguments context, offset, where to on the stack, and length; 0:
	 * frame_word() of the program
	 */
	int32_t helper;
	/* that is told of the tag beside the bytes, which is the third argument */
	int8_t tag;
	/* and how, if the third argument is not 0; NULL: no matter what that is */
	const struct filter_loads *other;
};

extern const struct filter_loads filter_loads_xdp, filter_loads_device, filter_loads_tc,
	filter_loads_trace;

#endif
