/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The packets of the recorder, in order: the first of them may be wanted by a trigger, and are on
 * their way into a file; the rest is kept as long as a trigger could still ask for it.
 */
#ifndef XDPDUMP_WRITE_RECORDER_MEMORY_H
#define XDPDUMP_WRITE_RECORDER_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/write/reach.h"

struct packet;
struct packet_memory;

struct recorder_memory {
	struct packet_memory *packets;
	struct reach before;		/* what a trigger asks for */
	uint64_t back_ns;		/* and no older ones; 0: no matter */
	uint64_t n_wanted;		/* from the oldest on */
	uint64_t kept_bytes;		/* captured bytes of those behind them */
	uint64_t bytes;			/* of all */
	uint64_t written;		/* packets that have gone into files */
	uint64_t forgotten;		/* that no trigger has asked for */
	uint64_t lost;			/* that one has, and that were in the way */
	/* packets that are in no file; of these, lost */
	struct { uint64_t unwritten, lost; } *ifaces;
	uint32_t n_ifaces;
};

/* @bytes of memory. All else, but what it says of triggers, is zero. -ENOMEM. */
int recorder_memory_open(struct recorder_memory *m, uint64_t bytes);

/*
 * It has come, and is in no file: before it is put there, or refused as it is too large. -ENOMEM.
 */
int recorder_memory_note(struct recorder_memory *m, const struct packet *p);

/* False: there is no room before older ones have gone. */
bool recorder_memory_put(struct recorder_memory *m, const struct packet *p);

/* How many there are, and how many of them are not wanted. */
uint64_t recorder_memory_count(const struct recorder_memory *m);
uint64_t recorder_memory_kept(const struct recorder_memory *m);

/* All that there are. */
void recorder_memory_want(struct recorder_memory *m);

/* The oldest, which is wanted; then, it has been written: it is dropped. */
void recorder_memory_oldest(const struct recorder_memory *m, struct packet *p);
void recorder_memory_wrote(struct recorder_memory *m, const struct packet *p);

/* The oldest is dropped, whatever it is: lost, if it is wanted. */
void recorder_memory_forget(struct recorder_memory *m);

/*
 * What no trigger of @ts_ns can ask for, @trigger if it is a packet, the youngest, is forgotten, as
 * long as nothing is wanted. Was there something?
 */
bool recorder_memory_forget_old(struct recorder_memory *m, const struct packet *trigger,
				uint64_t ts_ns);

/* From the oldest to @newest_ns. */
uint64_t recorder_memory_back_ns(const struct recorder_memory *m, uint64_t newest_ns);

/* Packets of interface @id that are in no file; and that are lost. */
uint64_t recorder_memory_unwritten(const struct recorder_memory *m, uint32_t id);
uint64_t recorder_memory_lost(const struct recorder_memory *m, uint32_t id);

void recorder_memory_close(struct recorder_memory *m);

#endif
