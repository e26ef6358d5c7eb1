/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Where packets come from: the rings of a live capture, files. It gives the packets, and tells
 * those who write them down of their origin, of the interfaces, and of what was lost: whoever
 * writes is given a source and asks it; nothing is called back up.
 */
#ifndef XDPDUMP_PACKET_SOURCE_H
#define XDPDUMP_PACKET_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

struct iface;
struct iface_stats;
struct origin;
struct packet;
struct source;

struct source_ops {
	/*
	 * The next packet, whose bytes live until the next call; by that the one before has been
	 * dealt with. 1; 0: there is none now; -ENODATA: there will be none; or why there are no
	 * more, which is for the source to tell.
	 */
	int (*next)(struct source *s, struct packet *p);

	/* The packet that came last is not written. NULL: nobody else has counted it. */
	void (*refuse)(struct source *s);

	/*
	 * After 0: how many ns to wait until there may be some; UINT64_MAX: a descriptor will
	 * tell. NULL: 0 is never returned.
	 */
	uint64_t (*pace)(struct source *s);

	/*
	 * No more packets are wanted but those that are on their way, which still come, to be
	 * counted at least; if a write has @failed, all that there are. False: none will come.
	 */
	bool (*stop)(struct source *s, bool failed);

	/*
	 * Hardware, system and comments; what it points to lives until the next call. The program
	 * is for the writer to tell.
	 */
	void (*origin)(struct source *s, struct origin *o);

	/*
	 * Interface @id, from 0 in the order in which they appeared; NULL behind the last one so
	 * far. Lives as long as the source.
	 */
	const struct iface *(*iface)(struct source *s, uint32_t id);

	/*
	 * Its statistics as of now, of which @unwritten packets are not in the output. False: there
	 * are none.
	 */
	bool (*stats)(struct source *s, uint32_t id, uint64_t unwritten, struct iface_stats *stats);

	/* Says that the output is odd in some way because of what comes from here. */
	void (*warn)(struct source *s, const char *sentence);
};

/* The beginning of each source's own struct. */
struct source {
	const struct source_ops *ops;
	/* a packet comes no later than this behind its time; 0: times are no matter of the clock */
	uint64_t lag_ns;
};

#endif
