/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the caller has left open: nobody has asked for it, and it could be anything. */
#ifndef XDPDUMP_BASE_DESCRIPTORS_H
#define XDPDUMP_BASE_DESCRIPTORS_H

/*
 * Closes all descriptors above stderr but those that a word names, as in /dev/fd/63 or
 * --read=/proc/self/fd/5. @words ends with NULL; @more has @n. Before there are any of our own.
 * -errno: some may be open.
 */
int descriptors_keep_named(char *const *words, const char *const *more, unsigned n);

/*
 * In a process of its own: stdin is /dev/null, stdout is stderr, and what is at *@fd,
 * close-on-exec, stands behind these from then on; all others are closed. -errno.
 */
int descriptors_leave_all_but(int *fd);

#endif
