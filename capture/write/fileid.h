/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What makes a file unique. Its name does not: that goes to another one when somebody moves files.
 */
#ifndef XDPDUMP_WRITE_FILEID_H
#define XDPDUMP_WRITE_FILEID_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Inode numbers are used again, so the time of birth belongs to it. 0: the file system does not
 * know.
 */
struct fileid {
	uint32_t dev_major, dev_minor;
	uint64_t ino;
	int64_t born_ns;
};

/* That of @name in the directory @fd, or with "" of @fd itself, and its size. -errno. */
int fileid_of(int fd, const char *name, struct fileid *id, uint64_t *bytes);

/*
 * A result beside -errno, which ends at -4095, and those of place.h: another file has the name, and
 * is left alone. Not -ESTALE, which a file system over a network may say of the right one.
 */
enum { FILEID_ANOTHER = -4100 };

bool fileid_same(const struct fileid *a, const struct fileid *b);

/*
 * Removes @name from the directory @dir_fd if it stands for the file @id. *@fd (may be NULL), to be
 * closed by the caller, holds its blocks until then: freeing those takes time. -ENOENT: there is
 * none. FILEID_ANOTHER. Otherwise -errno.
 */
int fileid_unlink(int dir_fd, const char *name, const struct fileid *id, int *fd);

/* Gives it another name there, whoever has that one. Errors as fileid_unlink(). */
int fileid_rename(int dir_fd, const char *name, const struct fileid *id, const char *new_name);

#endif
