/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Reads pcap and pcapng, told apart by their first bytes, compressed with gzip or zstd or not.
 * Comes in a stream, goes out packet by packet: nothing seeks, so a pipe is as good as a file.
 * Delivers every packet before the place where a file is cut or damaged.
 */
#ifndef XDPDUMP_READ_CAPFILE_H
#define XDPDUMP_READ_CAPFILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "capture/read/blocks.h"
#include "capture/read/recovery.h"

struct ahead;
struct budget;
struct iface;
struct iface_stats;
struct packet;
struct part;
struct raw_options;
struct capfile;

/*
 * Is called with a sentence for what is odd and can be read all the same; each kind of oddity once
 * a file.
 */
typedef void (*capfile_warn_fn)(void *ctx, const char *sentence);

/*
 * Is called with its descriptor before each read of a file. 0: go on; an errno ends the reading as
 * a failed read would.
 */
typedef int (*capfile_wait_fn)(void *ctx, int fd);

/*
 * Is called now and then while there is work. 0: go on; an errno ends the reading as a failed read
 * would.
 */
typedef int (*capfile_look_fn)(void *ctx);

/* Is called in place of a read of the file. How many of @n bytes it gives, 0: there are no more. */
typedef size_t (*capfile_read_fn)(void *ctx, void *buf, size_t n);

enum { CAPFILE_BUFFER = 256 * 1024 };

struct capfile_hooks {
	capfile_warn_fn warn;	/* may be NULL */
	capfile_wait_fn wait;	/* may be NULL */
	capfile_look_fn look;	/* may be NULL */
	capfile_read_fn read;	/* may be NULL, or the file may be */
	void *ctx;
	/*
	 * takes over what is compressed; the file is a regular one, and `wait` not needed. NULL:
	 * none
	 */
	struct ahead *ahead;
	struct budget *budget;	/* of memory, for all files together; NULL: one of its own */
	/* bytes to begin with; it grows for a larger packet. 0: CAPFILE_BUFFER */
	size_t buffer;
	bool recover;		/* to go on behind damage, see struct recovery */
	/* the file: no more of it is waited for to tell better what is wrong */
	bool grows;
	bool concatenated;	/* to go on with the next capture where one ends; so does recover */
	/*
	 * capfile_next() appends those that it passes on its way to the packet. NULL: it skips them
	 */
	struct blocks *blocks;
	/*
	 * those of local use as well, for they and all packets go into one file and nothing else
	 * does
	 */
	bool local;
};

/* As capfile_open(), with all the hooks that there are. */
int capfile_open_with(struct capfile **r, FILE *f, const struct capfile_hooks *hooks);

/*
 * Starts on @f, which stays the caller's and from which nothing has been read, and reads the first
 * block or header. On -EBADMSG capfile_error() tells what is wrong; *r is set then, too, and has to
 * be closed.
 */
int capfile_open(struct capfile **r, FILE *f, capfile_warn_fn warn, void *ctx);

/*
 * After it failed: because the file is empty, or ends within its header? So does one that was just
 * begun when the power went.
 */
bool capfile_is_unbegun(const struct capfile *r);

/*
 * 1: a packet, whose data and iface live until the next call and capfile_close(). 0: the end.
 * -EBADMSG: the file is cut short or damaged. -EIO or another errno: reading failed. -ENOMEM.
 */
int capfile_next(struct capfile *r, struct packet *p);

/* There are more whole records since capfile_next() came to the end: goes on with them. */
void capfile_go_on(struct capfile *r);

/* The place in the file, or in what is unpacked, that it has come to. */
uint64_t capfile_offset(const struct capfile *r);

/*
 * Can parts of what comes be read beside it (read/part.h)? Not of what is compressed, comes slowly,
 * or has another capture behind it.
 */
bool capfile_has_parts(const struct capfile *r);

/* Tells a part, all of which is zero, what is known of the file, which has to stay open. */
void capfile_begin_part(const struct capfile *r, struct part *part);

/*
 * Does it begin where we are, with the interfaces that there are? And goes on behind it, once it has
 * ended, as if its packets were read.
 */
bool capfile_is_at_part(const struct capfile *r, const struct part *part);
void capfile_take_part(struct capfile *r, const struct part *part);

/*
 * Has all that was read so far been delivered, so that capfile_next() will have to wait for input?
 */
bool capfile_is_drained(const struct capfile *r);

/* After a failure: what was found, what was allowed, at which byte offset. */
const char *capfile_error(const struct capfile *r);

/* "pcap", "pcap (nanoseconds)", "pcapng" ... of the first capture in the file. */
const char *capfile_format(const struct capfile *r);

/*
 * "gzip" or "zstd", the first that is met; NULL: the file is not compressed. Where it is, offsets
 * in sentences are those in what is unpacked.
 */
const char *capfile_compression(const struct capfile *r);

/* The interfaces seen so far, in the order of the file; NULL behind the last. */
const struct iface *capfile_iface(const struct capfile *r, uint32_t id);

/* In what units it counts time, as if_tsresol: bit 7 clear: 10^-n s, set: 2^-n s. */
uint8_t capfile_resolution(const struct capfile *r, uint32_t id);

/*
 * How many these are: a place that is looked at with each packet, where a call is too much. Lives
 * as long as the reader.
 */
const uint32_t *capfile_n_ifaces(const struct capfile *r);

/*
 * Gives an interface the number that its packets shall show, and the name of the file, which has to
 * live as long; capfile_iface() goes on to know it as the @n-th of the file.
 */
void capfile_number_iface(struct capfile *r, uint32_t n, uint32_t id, const char *file);

/* The last statistics that the file holds of an interface, or NULL. */
const struct iface_stats *capfile_stats(const struct capfile *r, uint32_t id);

/*
 * What the first section says of its origin: SHB_HARDWARE, SHB_OS or SHB_USERAPPL; NULL if nothing.
 */
const char *capfile_section(const struct capfile *r, int option);

/* And what else, comments above all. */
struct raw_options capfile_section_options(const struct capfile *r);

/* What it came to so far. */
struct recovery capfile_recovery(const struct capfile *r);

/*
 * The work of finding out what stands where: places, headers and blocks that were looked at, and
 * places that were unpacked.
 */
struct capfile_work {
	uint64_t looks;
	uint32_t unpacked;
};
struct capfile_work capfile_work(const struct capfile *r);

/* Only what was read of interfaces and sections is needed from here on. */
void capfile_finish(struct capfile *r);

struct capfile *capfile_close(struct capfile *r);

#endif
