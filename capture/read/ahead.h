/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A thread that unpacks a file ahead of who reads it, a MiB at most, so that the two overlap. It
 * knows regular files only, and nothing of what has been read of them before.
 */
#ifndef XDPDUMP_READ_AHEAD_H
#define XDPDUMP_READ_AHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct ahead;
struct decompress;

/* Starts the thread, which waits. -errno. */
int ahead_open(struct ahead **a);

/*
 * From here on it unpacks with @u, of which nothing else is done then, and reads @fd, to where @u
 * and its source have come, both the caller's. Once.
 */
void ahead_begin(struct ahead *a, struct decompress *u, int fd);
bool ahead_has_begun(const struct ahead *a);

/*
 * As decompress_read(), after whose 0 or error the thread has left @u. -EAGAIN: nothing has come
 * for a tenth of a second, and more may.
 */
ssize_t ahead_read(struct ahead *a, void *buf, size_t n);

/* Bytes that it has allocated, @u among them. */
size_t ahead_memory(struct ahead *a);

/* The thread leaves @u, what it has unpacked is lost, and it ends. Returns NULL. */
struct ahead *ahead_close(struct ahead *a);

/* The same, without the end: to begin again takes another one. */
void ahead_stop(struct ahead *a);

#endif
