// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Opens what is to be written to. Whether it may be written to is asked of the open file: names
 * change.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/write/fileid.h"
#include "capture/write/place.h"

enum {
	READER_MS	= 50,	/* between two looks for the reader of a FIFO */
	RETRY_MS	= 1,	/* behind an open that was interrupted */
};

/* Before the next try. -EINTR: do not. */
static int pause_for(int interrupt_fd, int ms)
{
	struct pollfd fd = { .fd = interrupt_fd, .events = POLLIN };

	return wait_ready(&fd, 1, ms) > 0 ? -EINTR : 0;
}

/*
 * openat(2), which FUSE and NFS let fail with EINTR for any signal: only what asks us to stop is a
 * reason. -errno.
 */
static int open_at(int dir_fd, const char *name, int flags, int interrupt_fd)
{
	for (;;) {
		int fd = openat(dir_fd, name, flags | O_CLOEXEC, 0600);

		if (fd >= 0 || errno != EINTR)
			return fd >= 0 ? fd : -errno;
		if (pause_for(interrupt_fd, RETRY_MS))
			return -EINTR;
	}
}

/* ---- what others can have put there ---- */

int place_stat(int fd, struct stat *st)
{
	return fstatat(fd, "", st, AT_EMPTY_PATH);
}

static bool everybody_can_write(int dir_fd)
{
	struct stat dir;

	return !place_stat(dir_fd, &dir) && dir.st_mode & S_IWOTH;
}

/* A result of place_open(), or 0. */
static int judge(const struct stat *dir, const struct stat *st)
{
	if (!(dir->st_mode & S_ISVTX) || !(dir->st_mode & (S_IWOTH | S_IWGRP)))
		return 0;
	if (!S_ISREG(st->st_mode) && !S_ISFIFO(st->st_mode))
		return PLACE_KIND;
	if (st->st_uid != geteuid() && st->st_uid != dir->st_uid)
		return PLACE_FOREIGN;
	return st->st_nlink > 1 ? PLACE_HARD_LINK : 0;
}

/*
 * The directory of the open file, which a link may have led to, into *@dir. A pipe is in none: then
 * it is that of the name. -errno.
 */
static int find_directory(const struct place *p, const struct stat *st, struct stat *dir)
{
	char link[32], path[PATH_MAX];
	struct stat named;
	ssize_t n;

	if (place_stat(p->dir_fd, dir))
		return -errno;
	if (!fstatat(p->dir_fd, p->name, &named, AT_SYMLINK_NOFOLLOW) &&
	    named.st_dev == st->st_dev && named.st_ino == st->st_ino)
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", p->fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return -errno;
	path[n] = '\0';
	return *path == '/' && stat(dirname(path), dir) ? -errno : 0;
}

/* Nothing has been written yet, or cut. */
static int check_open(const struct place *p)
{
	struct stat dir, st;
	int err = place_stat(p->fd, &st) ? -errno : find_directory(p, &st, &dir);

	return err ? err : judge(&dir, &st);
}

/*
 * Of what has that name at the moment: 1 if it is a FIFO without a reader that may be waited for.
 */
static int check_fifo(const struct place *p)
{
	struct stat dir, st;
	int err;

	if (place_stat(p->dir_fd, &dir) || fstatat(p->dir_fd, p->name, &st, 0) ||
	    !S_ISFIFO(st.st_mode))
		return -ENXIO;
	err = judge(&dir, &st);
	return err ? err : 1;
}

const char *place_refusal(int err)
{
	switch (err) {
	case PLACE_LINK:
		return "a symbolic link in a directory that everybody can write to: not followed";
	case PLACE_FOREIGN:
		return "the file of another user in a directory that others can write to: not written to";
	case PLACE_HARD_LINK:
		return "a file with other names (hard links) in a directory that others can write to: not written to";
	case PLACE_KIND:
		return "neither a file nor a FIFO, in a directory that others can write to: not written to";
	}
	return NULL;
}

/* ---- open ---- */

/* A FIFO without a reader fails with ENXIO, because we do not block; then wait. */
static int open_existing(struct place *p, int flags, int interrupt_fd)
{
	for (;;) {
		int fd = open_at(p->dir_fd, p->name, flags, interrupt_fd), err;

		if (fd >= 0) {
			p->fd = fd;
			return check_open(p);
		}
		if (fd == -ELOOP && flags & O_NOFOLLOW)
			return PLACE_LINK;
		err = fd == -ENXIO ? check_fifo(p) : fd;
		if (err <= 0)
			return err;
		if (pause_for(interrupt_fd, READER_MS))
			return -EINTR;
	}
}

static int open_directory(int dir_fd, const char *path, int interrupt_fd)
{
	cleanup(freep) char *dir = strdup(path);
	int fd;

	if (!dir)
		return -ENOMEM;
	if (dir_fd < 0)
		return open_at(AT_FDCWD, dirname(dir), O_RDONLY | O_DIRECTORY, interrupt_fd);
	fd = fcntl(dir_fd, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? -errno : fd;
}

static int open_in_directory(struct place *p, int interrupt_fd)
{
	int flags = O_WRONLY | O_NOCTTY | O_NONBLOCK, err;

	if (geteuid() == 0 && everybody_can_write(p->dir_fd))
		flags |= O_NOFOLLOW;
	p->fd = open_at(p->dir_fd, p->name, flags | O_CREAT | O_EXCL, interrupt_fd);
	p->created = p->fd >= 0;
	if (p->fd != -EEXIST)
		return p->created ? 0 : p->fd;
	err = open_existing(p, flags, interrupt_fd);
	/* a symlink to a file that is not there yet */
	if (err == -ENOENT && !(flags & O_NOFOLLOW)) {
		p->fd = open_at(p->dir_fd, p->name, flags | O_CREAT, interrupt_fd);
		err = p->fd < 0 ? p->fd : check_open(p);
	}
	return err;
}

int place_open(struct place *p, int dir_fd, const char *path, int interrupt_fd)
{
	const char *base = strrchr(path, '/');

	*p = (struct place)PLACE_INIT;
	base = base ? base + 1 : path;
	if (!*base)
		return -EISDIR;
	if (strlen(base) > NAME_MAX)
		return -ENAMETOOLONG;
	strcpy(p->name, base);
	p->dir_fd = open_directory(dir_fd, path, interrupt_fd);
	return p->dir_fd < 0 ? p->dir_fd : open_in_directory(p, interrupt_fd);
}

int place_unlink(const struct place *p)
{
	struct fileid id;
	uint64_t bytes;
	int err = fileid_of(p->fd, "", &id, &bytes);

	return err ? err : fileid_unlink(p->dir_fd, p->name, &id, NULL);
}

int place_rename(struct place *p, const char *name)
{
	struct fileid id;
	uint64_t bytes;
	int err = fileid_of(p->fd, "", &id, &bytes);

	if (!err && strlen(name) >= sizeof(p->name))
		err = -ENAMETOOLONG;
	if (!err && strcmp(p->name, name))
		err = fileid_rename(p->dir_fd, p->name, &id, name);
	if (!err)
		strcpy(p->name, name);
	return err;
}

void place_close(struct place *p)
{
	if (p->fd >= 0)
		close(p->fd);
	if (p->dir_fd >= 0)
		close(p->dir_fd);
	*p = (struct place)PLACE_INIT;
}
