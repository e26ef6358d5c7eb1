/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Where bytes go: a file, a FIFO, a pipe on stdout. Compresses them if asked to. Knows how to wait
 * without becoming deaf to signals, how far a failed write came, and how to leave no trace of a
 * start that failed. Does not know what the bytes mean.
 */
#ifndef XDPDUMP_WRITE_OUT_H
#define XDPDUMP_WRITE_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "capture/base/codec.h"

struct draft;
struct out;

/*
 * Opens @path, "-" for stdout, for writing, as place_open() does: an existing file is not touched
 * before out_begin(). While it has to wait, here or in out_write(), it watches @interrupt_fd (-1:
 * none) and returns -EINTR when that becomes readable.
 * -errno, or a result of place.h: place_refusal().
 */
int out_open(struct out **out, const char *path, int interrupt_fd);

/*
 * The same in a directory that is held open, whatever has become of its name since; of @path only
 * the last part counts. @dir_fd stays the caller's; -1: as out_open().
 */
int out_open_in(struct out **out, int dir_fd, const char *path, int interrupt_fd);

/* Before the first out_write(): what is written gets compressed. -ENOMEM, or 0. */
int out_set_codec(struct out *o, struct codec c);

/*
 * No file: @take gets the bytes of each out_write(), all or, with -errno, none of them. -ENOMEM.
 */
typedef int (*out_take_fn)(void *ctx, const void *bytes, size_t n);
int out_open_to(struct out **out, out_take_fn take, void *ctx);

/*
 * Takes @d, what is to be known of this file for an index; NULL: nothing any more. It is closed
 * with it.
 */
void out_set_draft(struct out *o, struct draft *d);
struct draft *out_draft(const struct out *o);

/*
 * For its draft, if it has one: the next bytes of what out_write() is given, whole
 * records of them.
 */
void out_note(struct out *o, const void *bytes, size_t n);

bool out_is_compressed(const struct out *o);

/* How; CODEC_NONE: not at all. */
struct codec out_codec(const struct out *o);

/* Empties a regular file: from here on it is ours. */
int out_begin(struct out *o);

/* Is it the file that @st describes? */
bool out_is_same(const struct out *o, const struct stat *st);

/* A regular file, which can be cut and synced? */
bool out_is_file(const struct out *o);

/* A pipe or a socket, whose reader can go? */
bool out_has_reader(const struct out *o);

/* Its descriptor; that of its directory, -1 if there is none. They stay those of @o. */
int out_fd(const struct out *o);
int out_dir_fd(const struct out *o);

/*
 * Writes all @n bytes, compressed as a frame of their own, so that they can be read as soon as they
 * are written. On failure
 * -errno, and out_offset() tells how far it came: with compression all or nothing, and of a regular
 * file the torn frame is removed. After -EINTR the next call has to give the bytes from there on
 * again, more of them if there are more.
 */
int out_write(struct out *o, const void *buf, size_t n);

/*
 * The same with a regular file, of bytes that compress_frame() has made a frame of with out_codec()
 * already: @given of them, @len of the frame.
 */
int out_write_frame(struct out *o, const uint8_t *frame, size_t len, size_t given);

/*
 * Past the page cache, if that can be: of a regular file that was opened by name and is not
 * compressed. Where the kernel does not say it is taken for possible if @try. out_write_block()
 * writes OUT_BLOCK bytes, which begin at a multiple of OUT_BLOCK_ALIGN in memory and of their own
 * number in the file: how many were written, or -errno, and it is not possible any more.
 */
enum { OUT_BLOCK = 1 << 20, OUT_BLOCK_ALIGN = 64 * 1024 };
void out_allow_direct(struct out *o, bool try);
bool out_is_direct(const struct out *o);
ssize_t out_write_block(struct out *o, const void *block);

/* How many of the bytes that were written are in the file, or sent. */
uint64_t out_offset(const struct out *o);

/* Bytes in the file, or sent, compressed: what it takes on the disk. */
uint64_t out_size(const struct out *o);

/*
 * Cuts a regular file; what is written next stands at @offset. With compression at the end of a
 * frame, so that out_offset() may be less afterwards; -ERANGE if that is further back than can be
 * remembered, thousands of frames. 0 is always possible.
 */
int out_cut(struct out *o, uint64_t offset);

/*
 * Writes @n bytes, which out_write() has written before, anew at the beginning of a regular file
 * that is not compressed; of others nothing is changed.
 */
int out_amend(struct out *o, const void *buf, size_t n);

/* The end is near: give up with -ETIMEDOUT when a reader takes nothing for @ms milliseconds. */
void out_hurry(struct out *o, int ms);

/*
 * All that is to be in it was written: it stays, though that may be nothing. Compressed, nothing is
 * a frame of nothing, for zstd(1) and gzip(1) refuse a file without any frame.
 */
int out_end(struct out *o);
bool out_has_ended(const struct out *o);

/* Removes a file that was opened by name, if that name still stands for it: fileid_unlink(). */
int out_unlink(const struct out *o);

/*
 * Gives it another name in its directory, whoever has that one, if its name still stands for it:
 * fileid_rename().
 */
int out_rename(struct out *o, const char *name);

/*
 * Releases; a file that we created, in which there is nothing and which has not ended is removed,
 * by out_unlink(). Returns NULL.
 */
struct out *out_close(struct out *o);

#endif
