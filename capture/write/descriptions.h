/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What an output says of the source of its packets and of the interfaces: so that libpcap reads it,
 * which takes a pcapng file only if all interfaces have one link type and one snapshot length; and
 * so that many files of a rotation do not repeat more than they hold.
 */
#ifndef XDPDUMP_WRITE_DESCRIPTIONS_H
#define XDPDUMP_WRITE_DESCRIPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/packet/packet.h"

struct source;
struct writer;

struct descriptions {
	struct source *from;
	/* is what is written: other formats say little of all this */
	bool pcapng;
	bool rotates;			/* there may be many files */
	/* they are read as they come: an interface has one number in all of them */
	bool live;
	uint64_t file_bytes;		/* no file gets larger; UINT64_MAX: no limit */
	uint32_t snap;			/* bytes, to which packets are cut; 0: they are not */
	uint64_t n_files;		/* begun */

	uint32_t n_known, most;		/* interfaces so far, the largest snapshot length of them */
	bool agree;			/* they have the same one */

	uint32_t n;			/* those that are described in the file at hand */
	uint32_t snaplen;		/* bytes, of all of them; 0: no limit */
	/* bytes of a packet, for those who read it; 0: there is no interface yet */
	uint32_t longest;
	bool few;			/* instead, only interfaces with packets are described */
	/* link types, a packet, strings, too many interfaces: complained about */
	bool differ, too_long, shortened, crowded;
};

/* The head of a file, and the interfaces that the input has shown by now. As the writer. */
int descriptions_begin(struct descriptions *d, struct writer *w);

/*
 * The interfaces that it has shown since, for the sake of @p, whose interface the file does not
 * have yet, or (NULL) without packets. -E2BIG: nothing was written, for with the packet it would
 * take more than @room bytes.
 */
int descriptions_iface(struct descriptions *d, struct writer *w, const struct packet *p,
		       uint64_t room);

/* Says so if @p, which was written, is longer than others read. */
void descriptions_complain(struct descriptions *d, const struct packet *p);
static inline void descriptions_check(struct descriptions *d, const struct packet *p)
{
	if (p->caplen > d->longest)
		descriptions_complain(d, p);
}

/*
 * The statistics of interface @id, of which @unwritten packets are not in the output; false: there
 * are none.
 */
bool descriptions_stats(const struct descriptions *d, uint32_t id, uint64_t unwritten,
			struct iface_stats *s);

#endif
