/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Which records of a pcap file that may be damaged are delivered. */
#ifndef XDPDUMP_READ_TRUST_PCAP_H
#define XDPDUMP_READ_TRUST_PCAP_H

#include "capture/read/pcap_row.h"
#include "capture/read/text_damage.h"

struct trust_pcap {
	struct stream *s;
	struct pcap *f;
	struct text_damage text;
	bool is_undone;			/* what stands here is another record now */
	struct pcap_habits habits;
	uint32_t last_sec;		/* of the last record that shows what is usual; 0: none */
	/* records that begin before this offset are delivered without a look at them */
	uint64_t trusted;
	uint64_t usual;			/* and those before this one show what is usual */
	/* what stands there is not: stream.go_on is better. 0: none */
	uint64_t doubtful;
	uint64_t promised;		/* what is trusted from go_on on */
	bool rejoins;			/* go_on leads back to what is read without recovery */
	bool plain_ended;		/* where that has ended */
};

/* With what has been usual so far. */
struct pcap_view trust_pcap_view(struct trust_pcap *t);

/*
 * May the record that begins here be delivered, whose header is @h and which is in memory? What
 * reading without recovery delivers is, unless there is at least as much that is better in its
 * place.
 */
bool trust_pcap_may(struct trust_pcap *t, const struct pcap_head *h);

/* Knows nothing of the records so far, for a new capture. */
void trust_pcap_anew(struct trust_pcap *t);

#endif
