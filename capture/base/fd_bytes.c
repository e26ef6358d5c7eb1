// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <unistd.h>

#include "capture/base/fd_bytes.h"
#include "capture/base/util.h"

int fd_bytes_write(int fd, const void *bytes, size_t n)
{
	const char *at = bytes;
	ssize_t got;

	for (; n; at += got, n -= got) {
		got = uninterrupted(write(fd, at, n));
		if (got <= 0)
			return got ? -errno : -EIO;
	}
	return 0;
}

int fd_bytes_read(int fd, void *bytes, size_t n)
{
	char *at = bytes;
	ssize_t got;

	for (; n; at += got, n -= got) {
		got = uninterrupted(read(fd, at, n));
		if (got <= 0)
			return got ? -errno : -ENODATA;
	}
	return 0;
}
