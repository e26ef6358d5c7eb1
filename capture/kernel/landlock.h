/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Files, TCP ports, abstract sockets and signals out of reach: by landlock(7), as much of it as
 * this kernel has. What is open stays so.
 */
#ifndef XDPDUMP_KERNEL_LANDLOCK_H
#define XDPDUMP_KERNEL_LANDLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* The version of it that this kernel has; 0: none. */
int landlock_version(void);

enum landlock_use {
	LANDLOCK_LIST,	/* directories below are opened, and no file */
	LANDLOCK_READ,
	LANDLOCK_WRITE,	/* files are made below, written, renamed, deleted */
};

struct landlock_place {
	const char *path;
	enum landlock_use use;
};

enum { LANDLOCK_ANY_PORT = -1 };

/*
 * From here on the calling thread, and those that it starts, reach nothing but @places, and by TCP
 * nobody but at @port, 0: at none; ANY_PORT: at any, but nobody reaches them.
 * no_new_privs has to be set. -ENOSYS: there is none here; other -errno.
 */
int landlock_enter(const struct landlock_place *places, unsigned n, int port);

#endif
