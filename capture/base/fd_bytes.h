/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* All of some bytes through a descriptor, in as many steps as that takes. */
#ifndef XDPDUMP_BASE_FD_BYTES_H
#define XDPDUMP_BASE_FD_BYTES_H

#include <stddef.h>

/* From where the file stands, or as a pipe takes them. -errno: some may be written. */
int fd_bytes_write(int fd, const void *bytes, size_t n);

/* The same; -ENODATA: there are not so many. */
int fd_bytes_read(int fd, void *bytes, size_t n);

#endif
