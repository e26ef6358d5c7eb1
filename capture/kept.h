/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A capture file as the keeper knows it: by what makes it unique, so that it never takes another file for it. */
#ifndef XDPDUMP_KEPT_H
#define XDPDUMP_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/fileid.h"

struct folder;
struct out;

enum kept_command { COMMAND_NONE, COMMAND_WAITS, COMMAND_RUNS };

struct kept {
	struct kept *next;		/* younger */
	struct out *out;		/* complete, still to be closed; NULL: being written, or closed */
	int fd;				/* a duplicate of its descriptor, until it is closed; -1 */
	struct folder *folder;		/* NULL: stdout, which is nobody's to delete */
	const char *name;		/* in there; part of path. NULL: what stands there is not this file any more */
	struct fileid id;
	uint64_t bytes;			/* st_size when it was complete or its command had ended */
	enum kept_command command;
	bool vanishes;			/* nothing is in it, and it has no end: closed, it is removed */
	bool has_entry;			/* its directory entry is on the disk */
	bool sync_failed;		/* what is on the disk is unknown, and asking again would say "all well" */
	char path[];			/* as the user named it */
};

/*
 * Remembers @out, a regular file that was opened as @path. Directories are held open, one descriptor for all files that are
 * neighbours: @neighbour, or NULL. -errno.
 */
int kept_open(struct kept **f, const struct out *out, const char *path, const struct kept *neighbour);

/* Brings to the disk what is in the file and, once, its directory entry. After a failure it does nothing. -errno. */
int kept_sync(struct kept *f);

/* Closes fd; file systems over a network tell of failed writes then. -errno: what was written may not be there. */
int kept_shut(struct kept *f);

/* Looks at its size again. False: it is not in its place. */
bool kept_look(struct kept *f);

/* Removes it, which has a name, as fileid_unlink() does. */
int kept_unlink(const struct kept *f, int *fd);

/* Free bytes where it is. UINT64_MAX: unknown. */
uint64_t kept_room(const struct kept *f);

/* Makes the file system do what it has put off, such as freeing blocks. May take seconds. */
void kept_settle_all(const struct kept *f);

/* Returns NULL. */
struct kept *kept_close(struct kept *f);

#endif
