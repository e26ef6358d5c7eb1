/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What is known of a pcapng file while it is read, and a block of it. */
#ifndef XDPDUMP_READ_PCAPNG_STATE_H
#define XDPDUMP_READ_PCAPNG_STATE_H

#include "capture/packet/packet.h"
#include "capture/read/blocks.h"
#include "capture/read/ifaces.h"
#include "capture/read/order.h"
#include "capture/read/recovery.h"
#include "capture/read/stream.h"

struct pcapng {
	struct stream *s;
	struct ifaces *ifaces;		/* of the file */
	/* to which those are appended that may be copied; NULL: none are wanted */
	struct blocks *blocks;
	bool local;			/* those of local use as well */
	struct recovery *recovery;	/* NULL: there is none */
	/* Recovery: see recover_pcapng_pass(). */
	bool (*pass)(struct pcapng *f, uint32_t len);

	bool swapped;			/* this section has the other byte order */
	bool unbegun;			/* the file ends within a section header */
	uint32_t first_iface;		/* of this section */
	uint32_t n_lost_ifaces;		/* whose descriptions were lost */
	uint32_t n_sections;
	uint32_t first_section;		/* of this capture */
	char *section[3];		/* SHB_HARDWARE ... of the first section */
	struct raw_options section_options;
	struct processes *processes;	/* whose names are known; NULL: none is */
	struct recovery_place place;
};

/*
 * A block in memory: its body, without the 8 bytes of type and length and the 4 of the trailer.
 * Ours to write into.
 */
struct body {
	uint32_t type;
	uint8_t *data;
	size_t len;		/* a multiple of 4, unless torn */
	unsigned long long at;	/* of the block in the file */
	bool torn;		/* the file ends before the block */
};

#endif
