/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Recovery: reading on behind damage, of either format. */
#ifndef XDPDUMP_READ_RECOVER_H
#define XDPDUMP_READ_RECOVER_H

#include "capture/read/pcapng_state.h"
#include "capture/read/recover_pcap.h"

struct recover {
	struct stream *s;
	struct recover_pcap pcap;
	struct pcapng *pcapng;
	struct recovery *recovery;
	bool rest_lost;		/* the file is compressed, and damaged from here on */
};

void recover_init(struct recover *r, struct pcap *pcap, struct pcapng *pcapng,
		  struct recovery *recovery);

/*
 * After recover_pcap_next() or pcapng_next(): counts, and behind damage goes to where reading goes
 * on. True: it is to be asked again; false: *got is what it has come to.
 */
bool recover_read_on(struct recover *r, bool is_pcapng, int *got);

/* What is found in a file whose beginning is damaged, and reading goes on with. */
enum {
	RECOVER_NOTHING,
	RECOVER_RECORDS,	/* of pcap, which is begun */
	RECOVER_BLOCKS,		/* of pcapng, likewise */
	RECOVER_HEADER,		/* of a capture, which begins here */
};

/* One of these, or -ENOMEM. */
int recover_begin(struct recover *r);

#endif
