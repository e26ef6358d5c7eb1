/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Where packets come from, as those see it who write them down: what is to be said of their origin,
 * of the interfaces and of what was lost. Whoever writes is given a source and asks it; nothing is
 * called back up.
 */
#ifndef XDPDUMP_PACKET_SOURCE_H
#define XDPDUMP_PACKET_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

struct iface;
struct iface_stats;
struct origin;
struct source;

struct source_ops {
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
};

#endif
