/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Reads pcap and pcapng, told apart by their first bytes, compressed with gzip or zstd or not. Comes in a stream,
 * goes out packet by packet: nothing seeks, so a pipe is as good as a file. Delivers every packet before the place
 * where a file is cut or damaged.
 */
#ifndef XDPDUMP_READ_CAPFILE_H
#define XDPDUMP_READ_CAPFILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct budget;
struct iface;
struct iface_stats;
struct packet;
struct raw_options;
struct reader;

/* Is called with a sentence for what is odd and can be read all the same; each kind of oddity once a file. */
typedef void (*reader_warn_fn)(void *ctx, const char *sentence);

/*
 * Is called with its descriptor before each read of a file. 0: go on; an errno ends the reading as a failed read
 * would.
 */
typedef int (*reader_wait_fn)(void *ctx, int fd);

/* Is called now and then while there is work. 0: go on; an errno ends the reading as a failed read would. */
typedef int (*reader_look_fn)(void *ctx);

enum { READER_BUFFER = 256 * 1024 };

/* pcapng blocks that may be copied to another file, one behind the other, whole and in host byte order. */
struct blocks {
	uint8_t *bytes;
	size_t len, cap;
};

/* Appends @n bytes of them. -ENOMEM. */
int blocks_append(struct blocks *to, const void *bytes, size_t n);

struct reader_hooks {
	reader_warn_fn warn;	/* may be NULL */
	reader_wait_fn wait;	/* may be NULL */
	reader_look_fn look;	/* may be NULL */
	void *ctx;
	struct budget *budget;	/* of memory, for all files together; NULL: one of its own */
	size_t buffer;		/* bytes to begin with; it grows for a larger packet. 0: READER_BUFFER */
	bool recover;		/* to go on behind damage, see struct recovery */
	bool grows;		/* the file: no more of it is waited for to tell better what is wrong */
	bool concatenated;	/* to go on with the next capture where one ends; so does recover */
	struct blocks *blocks;	/* reader_next() appends those that it passes on its way to the packet. NULL: it skips them */
	bool local;		/* those of local use as well, for they and all packets go into one file and nothing else does */
};

/* As reader_open(), with all the hooks that there are. */
int reader_open_with(struct reader **r, FILE *f, const struct reader_hooks *hooks);

/*
 * Starts on @f, which stays the caller's and from which nothing has been read, and reads the first block or header.
 * On -EBADMSG reader_error() tells what is wrong; *r is set then, too, and has to be closed.
 */
int reader_open(struct reader **r, FILE *f, reader_warn_fn warn, void *ctx);

/*
 * After it failed: because the file is empty, or ends within its header? So does one that was just begun when the
 * power went.
 */
bool reader_is_unbegun(const struct reader *r);

/*
 * 1: a packet, whose data and iface live until the next call and reader_close(). 0: the end. -EBADMSG: the file is
 * cut short or damaged. -EIO or another errno: reading failed. -ENOMEM.
 */
int reader_next(struct reader *r, struct packet *p);

/* Has all that was read so far been delivered, so that reader_next() will have to wait for input? */
bool reader_is_drained(const struct reader *r);

/* After a failure: what was found, what was allowed, at which byte offset. */
const char *reader_error(const struct reader *r);

/* "pcap", "pcap (nanoseconds)", "pcapng" ... of the first capture in the file. */
const char *reader_format(const struct reader *r);

/*
 * "gzip" or "zstd", the first that is met; NULL: the file is not compressed. Where it is, offsets in sentences are
 * those in what is unpacked.
 */
const char *reader_compression(const struct reader *r);

/* The interfaces seen so far, in the order of the file; NULL behind the last. */
const struct iface *reader_iface(const struct reader *r, uint32_t id);

/* In what units it counts time, as if_tsresol: bit 7 clear: 10^-n s, set: 2^-n s. */
uint8_t reader_resolution(const struct reader *r, uint32_t id);

/*
 * How many these are: a place that is looked at with each packet, where a call is too much. Lives as long as the
 * reader.
 */
const uint32_t *reader_n_ifaces(const struct reader *r);

/*
 * Gives an interface the number that its packets shall show; reader_iface() goes on to know it as the @n-th of the
 * file.
 */
void reader_number_iface(struct reader *r, uint32_t n, uint32_t id);

/* The last statistics that the file holds of an interface, or NULL. */
const struct iface_stats *reader_stats(const struct reader *r, uint32_t id);

/* What the first section says of its origin: SHB_HARDWARE, SHB_OS or SHB_USERAPPL; NULL if nothing. */
const char *reader_section(const struct reader *r, int option);

/* And what else, comments above all. */
struct raw_options reader_section_options(const struct reader *r);

/*
 * With recover, reader_next() goes on behind damage, and warn() is told of each place. A packet that the end of the
 * file cuts is delivered with the bytes that are there. -EBADMSG only if not one packet was found.
 */
struct recovery {
	uint64_t packets;	/* delivered */
	uint64_t places;	/* that were skipped */
	uint64_t bytes;		/* in them */
	uint64_t again;		/* bytes that were read in two ways, as it was not clear which one is right */
	uint64_t mended;	/* places that were damaged and could be read all the same */
};
struct recovery reader_recovery(const struct reader *r);

/* Only what was read of interfaces and sections is needed from here on. */
void reader_finish(struct reader *r);

struct reader *reader_close(struct reader *r);

#endif
