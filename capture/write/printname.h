/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The list of finished files that -b printname: asks for: a name a line. */
#ifndef XDPDUMP_WRITE_PRINTNAME_H
#define XDPDUMP_WRITE_PRINTNAME_H

struct printname;

/*
 * @to: a file, "-" or "stdout", "stderr". Opened as out_open() does, which may wait for the reader
 * of a FIFO and end with -EINTR when @interrupt_fd becomes readable. A file is overwritten with the
 * first name only: a start that fails leaves those of an earlier run. -errno, or a result of
 * place.h.
 */
int printname_open(struct printname **n, const char *to, int interrupt_fd);

/*
 * -errno: this name could not be printed, and those that follow will not be. -EPIPE: nobody reads
 * them.
 */
int printname_add(struct printname *n, const char *name);

/* Returns NULL. */
struct printname *printname_close(struct printname *n);

#endif
