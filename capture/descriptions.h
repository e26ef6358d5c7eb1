/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What an output says of the files that are read and of their interfaces, so that libpcap reads it: it takes a pcapng file
 * only if all interfaces have one link type and one snapshot length. For the drivers: it complains itself.
 */
#ifndef XDPDUMP_DESCRIPTIONS_H
#define XDPDUMP_DESCRIPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/packet.h"

struct input;
struct opts;
struct watch;
struct writer;

struct descriptions {
	const struct opts *opts;
	struct watch *watch;
	struct input *input;
	uint32_t n;		/* interfaces in the file at hand */
	uint32_t snaplen;	/* bytes, of all of them there; 0: no limit */
	uint32_t longest;	/* bytes of a packet, for those who read it */
	bool differ, too_long, too_many;	/* link types, a packet, comments: complained about */
};

/* The head of a file, and the interfaces that the input has shown by now. As the writer. */
int descriptions_begin(struct descriptions *d, struct writer *w);

/* The interfaces that it has shown since. */
int descriptions_go_on(struct descriptions *d, struct writer *w);

/* Says so if @p, which is about to be written, is longer than others read. */
void descriptions_complain(struct descriptions *d, const struct packet *p);
static inline void descriptions_check(struct descriptions *d, const struct packet *p)
{
	if (p->caplen > d->longest)
		descriptions_complain(d, p);
}

#endif
