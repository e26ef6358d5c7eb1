/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The recorder, for the files that it consists of: recorder.c has triggers and is the sink,
 * recorder_kept.c has the packets.
 */
#ifndef XDPDUMP_WRITE_RECORDER_IMPL_H
#define XDPDUMP_WRITE_RECORDER_IMPL_H

#include "capture/packet/source.h"
#include "capture/write/recorder.h"
#include "capture/write/sink.h"

struct packet;
struct packet_memory;

enum { RECORDER_WHY_MAX = 256 };

struct recorder {
	struct sink sink;
	/* what the files are told: of @from, and why there is a file */
	struct source told;
	struct source *from;
	struct recorder_settings set;
	struct rotate *files;
	struct packet_memory *memory;
	/* packets in memory, from the oldest on, that belong into the file */
	uint64_t n_wanted;
	uint64_t kept_bytes;		/* captured bytes of those behind them */
	/* what is still to come into the file; of TIME: until then */
	struct reach open;
	bool is_open;			/* it is after a trigger, and more is to come */
	bool has_file;			/* it is begun, or was to be */
	bool is_begun;			/* it is */
	bool has_gap;			/* a packet behind those of the file is forgotten */
	uint64_t closed_ns;		/* the last window, by now_ns() */
	uint64_t newest_ns;		/* of the packets */
	uint64_t triggered_ns;		/* the last time */
	uint64_t run_ns;		/* the run's own time */
	struct recorder_counts counts;
	/* packets that are in no file; of these, lost */
	struct { uint64_t unwritten, lost; } *ifaces;
	uint32_t n_ifaces;
	/* the next packet triggers; "": it does not */
	char next_why[RECORDER_WHY_MAX];
	/*
	 * something beside the packets has, then, of which the last may still be on their way; "":
	 * nothing has
	 */
	char beside_why[RECORDER_WHY_MAX];
	uint64_t beside_ns;
	bool ends;			/* with the file of the last trigger */
	char why[RECORDER_WHY_MAX];		/* of the file at hand */
	/* with our comments: of its head, of the packet at hand */
	uint8_t *head_options, *packet_options;
	uint64_t wall_offset_ns;	/* from the run's own time to the wall clock */
};

/* What the files are told: what the source tells, why there is a file, and what is in none. */
extern const struct source_ops recorder_told_ops;

/*
 * The time of packets up to which all have come: of the clock, or that of the packets
 * themselves.
 */
uint64_t recorder_now_ns(const struct recorder *r);

/* -EBUSY: not yet. Other errors, and those of what follows, as from rotate.h. */
int recorder_begin_file(struct recorder *r);
int recorder_end_file(struct recorder *r);

/*
 * What is wanted goes into the file: all of it; up to @n_packets, or a portion of it, where that
 * does not have to wait for the disk.
 */
int recorder_write_wanted(struct recorder *r);
int recorder_write_if_room(struct recorder *r, uint64_t n_packets);
int recorder_write_portion(struct recorder *r);

/*
 * What no trigger of @ts_ns can ask for, @trigger if it is a packet, the youngest, is forgotten, as
 * long as nothing is wanted. Or the oldest, whatever it is: lost, if it is wanted.
 */
void recorder_forget_old(struct recorder *r, const struct packet *trigger, uint64_t ts_ns);
void recorder_forget_oldest(struct recorder *r);

/* One more; the other one is a trigger, and gets a comment. */
int recorder_put(struct recorder *r, const struct packet *p);
int recorder_put_trigger(struct recorder *r, const struct packet *p);

#endif
