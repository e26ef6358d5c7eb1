/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * An output in the making, of any format. Collects whole records and hands them on together; when
 * the disk is full it leaves a file that ends with a whole record and the statistics, and knows
 * which packets are missing from it.
 */
#ifndef XDPDUMP_WRITE_WRITER_H
#define XDPDUMP_WRITE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "capture/format/format.h"
#include "capture/write/out.h"

struct iface;
struct iface_stats;
struct origin;
struct packet;
struct text_settings;
struct write_queue;
struct writer;

/*
 * Opens @path as out_open() does. Nothing is written or overwritten yet. @text as in format_open().
 */
int writer_open(struct writer **w, enum file_format format, const struct text_settings *text,
		const char *path, int interrupt_fd);

/* The same of what goes to @take, as out_open_to(). */
int writer_open_to(struct writer **w, enum file_format format, out_take_fn take, void *ctx);

/* As out_set_codec(), for this file. */
int writer_set_codec(struct writer *w, struct codec c);

/* From here on it is written by @q, the caller's, which lives longer. */
void writer_set_queue(struct writer *w, struct write_queue *q);

/*
 * A finished file, for the caller to sync and close; the writer then needs another one. With it, an
 * out that nothing was written to, the writer stands where writer_open() left it, but what it has
 * counted so far stays.
 */
struct out *writer_take_out(struct writer *w);

/*
 * A thread that stands still has the file, as of write_queue_force(), for as long as the process is
 * there.
 */
bool writer_has_given_up(const struct writer *w);
void writer_give_out(struct writer *w, struct out *out);

/* The file, on loan; NULL: taken. */
struct out *writer_out(const struct writer *w);

/* The descriptor of a pipe or a socket, whose reader can go; -1: it is none. */
int writer_reader_fd(const struct writer *w);

/*
 * Is @st the output itself, if there is one? Reading and overwriting one file at once
 * destroys it.
 */
bool writer_is_same(const struct writer *w, const struct stat *st);

/* Empties the file and writes its head, which tells of the origin where the format can. */
int writer_begin(struct writer *w, const struct origin *o);

/*
 * Adds an interface to the file, once, where it gets the next number; for pcapng and pcap they have
 * to come before their packets. @snaplen cuts its packets (0: no limit). writer_block() adds a
 * pcapng block of @len bytes; other formats leave it out. A packet that the format cannot express
 * is counted, and no error. These and the next return 0 or, once writing has failed, -errno, -EPIPE
 * when the reader has gone. writer_flush() alone may return -EINTR: the interrupt_fd became
 * readable, and nothing is lost; as an error it counts in writer_finish() only.
 */
int writer_iface(struct writer *w, const struct iface *i, uint32_t snaplen);
bool writer_has_iface(const struct writer *w, uint32_t id);
int writer_packet(struct writer *w, const struct packet *p);
int writer_block(struct writer *w, const void *block, size_t len);

/* As writer_packet(): what its format makes of a packet of interface @id, @len bytes. */
int writer_made(struct writer *w, uint32_t id, const void *record, size_t len);
int writer_flush(struct writer *w);

/* Is some of it in the queue? Waits until it is in the file: how large that is is known then. */
bool writer_is_behind(const struct writer *w);
int writer_settle(struct writer *w);

/* writer_flush(), but it is in the file when it returns. */
int writer_write(struct writer *w);

/* Bytes that a crash now would lose. */
size_t writer_pending(const struct writer *w);

/* How large the file gets at most if it ends now; and how many bytes are in it. */
uint64_t writer_size(const struct writer *w);
uint64_t writer_written(const struct writer *w);

/* Packets in this file. */
uint64_t writer_packets(const struct writer *w);

/*
 * writer_packet() in two steps. Builds the record of a packet: by so many bytes the file will grow;
 * 0: it cannot be expressed. It is in the file only with writer_put(); whatever else is done comes
 * in place of it.
 */
ssize_t writer_build(struct writer *w, const struct packet *p);
void writer_put(struct writer *w);

/*
 * Where the packet that was given to it last begins, in bytes of the file before they are
 * compressed; to be asked before anything else is written. False: it is not in the file, or is not
 * found again there.
 */
bool writer_last(const struct writer *w, uint64_t *offset);

/* Counts a packet of interface @id as lost that is not to be written any more. */
void writer_refuse(struct writer *w, uint32_t id);

/* From now on do not wait longer than @ms milliseconds for a reader that takes nothing. */
void writer_hurry(struct writer *w, int ms);

/*
 * Packets of interface @id that were given to writer_packet() and are not in the file; of all
 * interfaces.
 */
uint64_t writer_lost(const struct writer *w, uint32_t id);
uint64_t writer_lost_all(const struct writer *w);

/* Those of them that the format cannot express, and in *why the reason of the first one. */
uint64_t writer_unfit(const struct writer *w, enum format_unfit *why);

enum {
	/*
	 * bytes that writer_size() keeps for the statistics of an interface: all counters, a
	 * comment of 255,
	 */
	WRITER_STATS_MAX	= 512,
	WRITER_STATS_OPTIONS_MAX = 128,	/* and so many of other options */
};

/*
 * Fills in the statistics of interface @id just before they are written; false: there are none, and
 * nothing was filled in.
 */
typedef bool (*writer_stats_fn)(void *ctx, uint32_t id, struct iface_stats *s);

/*
 * Those of interface @id are final: they are written now, if the file has it, and not again at its
 * end, unless they are not in it any more by then. As writer_iface().
 */
int writer_final_stats(struct writer *w, uint32_t id, writer_stats_fn stats, void *ctx);

/*
 * Ends what is in the file: flushes, cuts it to its last whole record if a write failed, and
 * appends the statistics, if the format has them, in place of the last packets if there is no room.
 * Returns the first error of the file's life, or 0.
 */
int writer_finish(struct writer *w, writer_stats_fn stats, void *ctx);

/* Releases only. Returns NULL. */
struct writer *writer_close(struct writer *w);

#endif
