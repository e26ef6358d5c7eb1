/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Where an output is written: a name in a directory that is held open, and the file that stands
 * there.
 */
#ifndef XDPDUMP_WRITE_PLACE_H
#define XDPDUMP_WRITE_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

struct place {
	int fd;				/* to be written to; below 0: none */
	int dir_fd;			/* below 0: it was not opened by name */
	bool created;			/* by us */
	char name[NAME_MAX + 1];	/* in dir_fd */
};

#define PLACE_INIT { .fd = -1, .dir_fd = -1 }

/* Results beside -errno, which ends at -4095: why what stands there is not written to. */
enum { PLACE_LINK = -4096, PLACE_FOREIGN = -4097, PLACE_HARD_LINK = -4098, PLACE_KIND = -4099 };

/*
 * Opens the last part of @path in the directory @dir_fd, which stays the caller's, or, if that is
 * -1, in the one that @path names. A new file has mode 0600, an existing one is not changed. Waits
 * for the reader of a FIFO, and tries again what a file system that was interrupted has not done,
 * until @interrupt_fd (-1: none) becomes readable: -EINTR.
 *
 * What others can have put there is refused (PLACE_...). As root no symbolic link is followed in a
 * directory that everybody can write to. In a sticky one that everybody, or a group, can write to a
 * file has to be ours or the owner's of the directory, to have no other name, and to be a regular
 * one or a FIFO: fs.protected_regular=2 and fs.protected_fifos=2 of proc(5), whatever they are set
 * to, and without O_CREAT as well. @p is to be closed whatever is returned.
 */
int place_open(struct place *p, int dir_fd, const char *path, int interrupt_fd);

/*
 * As fstat(2), by the call that stat(2) is as well: that of the C library may be another one, by
 * its version, and in a sandbox each counts.
 */
int place_stat(int fd, struct stat *st);

/* Removes the file, if its name still stands for it: fileid_unlink(). */
int place_unlink(const struct place *p);

/* Gives it another name in its directory: fileid_rename(). */
int place_rename(struct place *p, const char *name);

void place_close(struct place *p);

/* What a PLACE_ result means, as the end of a sentence. NULL: @err is none. */
const char *place_refusal(int err);

#endif
