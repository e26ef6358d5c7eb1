/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Packets of a pcap file that may be damaged. */
#ifndef XDPDUMP_READ_RECOVER_PCAP_H
#define XDPDUMP_READ_RECOVER_PCAP_H

#include "capture/read/trust_pcap.h"

struct recover_pcap {
	struct trust_pcap trust;
	struct recovery_place place;
};

/* As pcap_begin(), pcap_start() and pcap_next(). */
int recover_pcap_begin(struct recover_pcap *r);
int recover_pcap_start(struct recover_pcap *r, const struct pcap_dialect *d);
int recover_pcap_next(struct recover_pcap *r, struct packet *p);

/*
 * Is called where that failed and consumed nothing. Steps on to where reading can go on, or sets
 * place.mended_len and stays; false: nothing more can be read, and it has stepped to the end.
 */
bool recover_pcap_resync(struct recover_pcap *r);

#endif
