/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A part of a capture file that is read beside the rest of it, by another thread: from a record in
 * the middle on, as long as there is nothing but packets of which nothing is to be said. What else
 * there may be is left to the reader of the whole, which goes on where the part has ended.
 *
 * Where records stand in the middle is guessed (nothing tells them from other bytes), and known only
 * once the whole has been read up to there: see capfile_take_part().
 */
#ifndef XDPDUMP_READ_PART_H
#define XDPDUMP_READ_PART_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "capture/read/budget.h"
#include "capture/read/pcap.h"
#include "capture/read/pcapng.h"

struct part {
	struct stream s;
	struct ifaces ifaces;		/* those that the whole knew, whose they stay */
	struct pcap pcap;
	struct pcapng pcapng;
	bool is_pcapng;
	struct budget budget;
	int fd;
	uint64_t read_at;		/* in the file, what is read next */
	uint64_t to;
	atomic_bool stop;		/* by anybody */
	bool odd;			/* there is something to say */
	uint64_t begin, end;		/* offsets in the file: of its first record; behind its last */
};

/*
 * Begins with the first record from offset @from on, which others follow, into p->begin; up to the
 * first at @to or behind it. False: none was found, or no memory. What the whole knows of the file
 * is set already, see capfile_begin_part(). To be closed in any case.
 */
bool part_open(struct part *p, uint64_t from, uint64_t to);

/* The same with the one that is believed to begin at @at, up to the end of the file. */
bool part_open_at(struct part *p, uint64_t at);

/*
 * 1: a packet, as that of capfile_next(). 0: the part ends here. p->end is where that packet begins,
 * or where the whole has to go on.
 */
int part_next(struct part *p, struct packet *packet);

/* That packet is one of the part, whatever comes. */
static inline void part_keep(struct part *p)
{
	p->end = p->s.offset;
}

void part_close(struct part *p);

#endif
