// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The only place where a file is removed, or renamed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/write/fileid.h"

static int look(int fd, const char *name, int flags, struct fileid *id, uint64_t *bytes)
{
	struct statx st;

	if (uninterrupted(statx(fd, name, flags,
				STATX_INO | STATX_SIZE | STATX_BTIME, &st)))
		return -errno;
	*id = (struct fileid){ .dev_major = st.stx_dev_major,
			       .dev_minor = st.stx_dev_minor,
			       .ino = st.stx_ino };
	if (st.stx_mask & STATX_BTIME)
		id->born_ns = st.stx_btime.tv_sec * INT64_C(1000000000) + st.stx_btime.tv_nsec;
	*bytes = st.stx_size;
	return 0;
}

int fileid_of(int fd, const char *name, struct fileid *id, uint64_t *bytes)
{
	return look(fd, name, *name ? 0 : AT_EMPTY_PATH, id, bytes);
}

bool fileid_same(const struct fileid *a, const struct fileid *b)
{
	return a->dev_major == b->dev_major && a->dev_minor == b->dev_minor && a->ino == b->ino &&
	       a->born_ns == b->born_ns;
}

/* A symbolic link is a file of its own. */
static int check(int fd, const char *name, const struct fileid *id)
{
	struct fileid found;
	uint64_t bytes;
	int err = look(fd, name, *name ? AT_SYMLINK_NOFOLLOW : AT_EMPTY_PATH, &found, &bytes);

	return err || fileid_same(&found, id) ? err : FILEID_ANOTHER;
}

static int remove_checked(int err, int dir_fd, const char *name)
{
	return err ? err : uninterrupted(unlinkat(dir_fd, name, 0)) ? -errno : 0;
}

int fileid_unlink(int dir_fd, const char *name, const struct fileid *id, int *held)
{
	int err, fd;

	if (!held)
		return remove_checked(check(dir_fd, name, id), dir_fd, name);
	*held = -1;
	fd = uninterrupted(openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
	if (fd < 0)
		return -errno;
	err = remove_checked(check(fd, "", id), dir_fd, name);
	if (err)
		close(fd);
	else
		*held = fd;
	return err;
}

int fileid_rename(int dir_fd, const char *name, const struct fileid *id, const char *new_name)
{
	int err = check(dir_fd, name, id);

	return err ? err : uninterrupted(renameat(dir_fd, name, dir_fd, new_name)) ? -errno : 0;
}
