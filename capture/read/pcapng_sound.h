/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Blocks of pcapng that are sound from head to trailer, at any place of the stream. @swapped: the
 * byte order.
 */
#ifndef XDPDUMP_READ_PCAPNG_SOUND_H
#define XDPDUMP_READ_PCAPNG_SOUND_H

#include <string.h>

#include "capture/read/stream.h"

/*
 * Can these be the four bytes of a known type, in either order? Those in the middle tell: small
 * numbers have none, a section has two alike, and those of vendors have 0x0b. Of 16,000 places in
 * garbage one is like that.
 */
static inline bool pcapng_sound_may_begin(const uint8_t *type)
{
	uint16_t middle;

	memcpy(&middle, type + 1, sizeof(middle));
	return middle == 0 || middle == 0x0d0d || middle == 0x0b00 || middle == 0x000b;
}

/* The least that a block of the known types has; 0: not known. */
uint32_t pcapng_sound_least(uint32_t type);

/* The length in a block head that is in memory, if it is one; 0: it is none. */
uint32_t pcapng_sound_len(struct stream *s, bool swapped, size_t pos);

/* Do the fields of a block, which is in memory, fit it? */
bool pcapng_sound_fields(struct stream *s, bool swapped, size_t pos, uint32_t len);

/*
 * In which order is there a sound block? A section tells; else it may be the other than the @usual
 * one if its header was lost. As most numbers are small, many blocks look much the same in the
 * other order three bytes before: only those that do not count then.
 */
bool pcapng_sound_block(struct stream *s, bool usual, size_t pos, bool *swapped);

/* Do such blocks lead from @pos past @past, or to the end of the file? */
bool pcapng_sound_leads(struct stream *s, bool usual, size_t pos, size_t past);

#endif
