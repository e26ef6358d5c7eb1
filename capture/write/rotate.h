/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The files of one run. Stands between the flow and the writer: decides before each packet whether
 * a new file begins, names it, and hands the finished one on. Every file is complete on its own:
 * head, packets, statistics.
 */
#ifndef XDPDUMP_WRITE_ROTATE_H
#define XDPDUMP_WRITE_ROTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "capture/format/format.h"
#include "capture/write/rotate_settings.h"

struct packet;
struct rotate;
struct sink;
struct source;
struct writer;

/*
 * Opens the first file, unless its name depends on the first packet's time (-r), or it begins on
 * demand: then it is seen that files can be made there. Nothing is written or overwritten yet.
 * -errno, -EINVAL: the options do not fit the file. *@r is set then, too, for rotate_error(), and
 * has to be closed.
 */
int rotate_open(struct rotate **r, const struct rotate_settings *s, int interrupt_fd);

/* Rights are given up, and threads may begin: before the first file does. -errno. */
int rotate_start(struct rotate *r);

/* Its place among the outputs, for file_sink.h; and back. */
struct sink *rotate_sink(struct rotate *r);
struct rotate *rotate_of(const struct sink *k);

/* A file that is read from: it is never written to. -EEXIST: it is the first output. -ENOMEM. */
int rotate_spare(struct rotate *r, const struct stat *st);

/*
 * Begins the first file, of what comes from @from, at @now of the run's own clock (schedule.h); on
 * demand the next one, when the one before has ended. -EBUSY: not yet, as those before it are still
 * on their way to the disk.
 * This and the next return 0, -errno as from the writer or because a file could not be made, or
 * SINK_END or LAST (sink.h).
 */
int rotate_begin(struct rotate *r, struct source *from, uint64_t now, uint64_t wall_ns);
int rotate_packet(struct rotate *r, const struct packet *p);
int rotate_flush(struct rotate *r);

/*
 * The source has more interfaces now: the file says so at once, if it has room for them. Interface
 * @id has gone, and all of its packets have come: its statistics are final.
 */
int rotate_joined(struct rotate *r);
int rotate_left(struct rotate *r, uint32_t id);

/* As in schedule.h, for a live capture. */
void rotate_now(struct rotate *r, uint64_t now);
int rotate_tick(struct rotate *r, uint64_t upto);

/* A new file is asked for; under the old name, if the file is not there any more. */
int rotate_next(struct rotate *r);

/*
 * When rotate_tick() has something to do; UINT64_MAX: never. A file that has to wait for another
 * one is not due at any time: it is asked for again with the next look.
 */
uint64_t rotate_due(const struct rotate *r);

/* The wall clock was set. */
void rotate_clock_set(struct rotate *r, uint64_t now, uint64_t wall_ns);

bool rotate_begun(const struct rotate *r);

/* Would some more not have to wait for the disk? */
bool rotate_has_room(const struct rotate *r);

/* Is it a regular file, one that others can follow? */
bool rotate_is_file(const struct rotate *r);

/* As for the writer, of all files. */
size_t rotate_pending(const struct rotate *r);
void rotate_hurry(struct rotate *r, int ms);
uint64_t rotate_lost(const struct rotate *r, uint32_t id);
uint64_t rotate_lost_all(const struct rotate *r);
uint64_t rotate_unfit(const struct rotate *r, enum format_unfit *why);

/*
 * Of the packet that was given to it last: where it begins, as writer_last(), and in which file;
 * the name is good until the next one begins. NULL: it is in none.
 */
const char *rotate_last(const struct rotate *r, uint64_t *offset);

/* Bytes in all files of this run together, and how many were begun. */
void rotate_written(const struct rotate *r, uint64_t *bytes, uint64_t *files);

/* The current file's, for what comes between the packets. */
struct writer *rotate_writer(const struct rotate *r);

/*
 * Ends the current file, for good or, on demand, until another one begins. 0 or -errno,
 * SINK_LAST.
 */
int rotate_finish(struct rotate *r);

/*
 * As write_queue_force(), of what rotate_finish() waits for. It is -EINTR then, and the packets
 * that were not written are lost; the file is left as it is.
 */
void rotate_force(struct rotate *r, int fd);

/*
 * Waits until all files are on the disk and their commands have ended. -EINTR: interrupted. Other
 * errors were told of.
 */
int rotate_wait(struct rotate *r, int interrupt_fd);

/* The file that @err is about, and what is wrong with it. Is it one that could not be made? */
bool rotate_has_failed(const struct rotate *r);
const char *rotate_path(const struct rotate *r);
const char *rotate_error(const struct rotate *r, int err);

/* Little is left of the disk, which was told of: that is why it ended. */
bool rotate_is_cut_short(const struct rotate *r);

/* Returns NULL. */
struct rotate *rotate_close(struct rotate *r);

#endif
