// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Files by their identity. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "capture/kept.h"
#include "capture/out.h"
#include "capture/util.h"

/* A directory, shared by the files in it: there may be more files than descriptors. Opened and closed by two threads. */
struct folder {
	unsigned refs;		/* atomic */
	int fd;
	struct fileid id;
};

static void folder_close(struct folder *d)
{
	if (!d || __atomic_sub_fetch(&d->refs, 1, __ATOMIC_ACQ_REL))
		return;
	if (d->fd >= 0)
		close(d->fd);
	free(d);
}

static int folder_open(struct folder **folder, int fd, const struct kept *neighbour)
{
	struct folder *d = neighbour ? neighbour->folder : NULL;
	struct fileid id;
	uint64_t bytes;
	int err = fileid_of(fd, "", &id, &bytes);

	if (err)
		return err;
	if (d && fileid_same(&d->id, &id)) {
		__atomic_add_fetch(&d->refs, 1, __ATOMIC_RELAXED);
		*folder = d;
		return 0;
	}
	d = malloc(sizeof(*d));
	if (!d)
		return -ENOMEM;
	*d = (struct folder){ .refs = 1, .fd = fcntl(fd, F_DUPFD_CLOEXEC, 3), .id = id };
	*folder = d;
	return d->fd < 0 ? -errno : 0;
}

static void kept_closep(struct kept **f)
{
	kept_close(*f);
}

int kept_open(struct kept **kept, const struct out *out, const char *path, const struct kept *neighbour)
{
	cleanup(kept_closep) struct kept *f = calloc(1, sizeof(*f) + strlen(path) + 1);
	const char *slash = strrchr(path, '/');
	int err;

	if (!f)
		return -ENOMEM;
	strcpy(f->path, path);
	f->name = slash ? f->path + (slash + 1 - path) : f->path;
	f->fd = fcntl(out_fd(out), F_DUPFD_CLOEXEC, 3);
	if (f->fd < 0)
		return -errno;
	err = fileid_of(f->fd, "", &f->id, &f->bytes);
	if (!err && out_dir_fd(out) >= 0)
		err = folder_open(&f->folder, out_dir_fd(out), neighbour);
	if (err)
		return err;
	f->has_entry = !f->folder;
	*kept = steal(&f);
	return 0;
}

static int try_sync(struct kept *f)
{
	if (uninterrupted(fdatasync(f->fd)))
		return -errno;
	if (!f->has_entry && uninterrupted(fsync(f->folder->fd)) && errno != EINVAL)	/* not every file system has it */
		return -errno;
	f->has_entry = true;
	return 0;
}

int kept_sync(struct kept *f)
{
	int err = f->sync_failed ? 0 : try_sync(f);

	f->sync_failed |= err != 0;
	return err;
}

int kept_shut(struct kept *f)
{
	int err = close(f->fd) ? -errno : 0;

	f->fd = -1;
	return err == -EINTR ? 0 : err;	/* it is closed, close(2) */
}

bool kept_look(struct kept *f)
{
	struct fileid id;
	uint64_t bytes;

	if (!f->name || fileid_of(f->folder->fd, f->name, &id, &bytes) || !fileid_same(&f->id, &id))
		return false;
	f->bytes = bytes;
	return true;
}

int kept_unlink(const struct kept *f, int *fd)
{
	return fileid_unlink(f->folder->fd, f->name, &f->id, fd);
}

uint64_t kept_room(const struct kept *f)
{
	struct statvfs st;

	return fstatvfs(f->fd, &st) ? UINT64_MAX : (uint64_t)st.f_bavail * st.f_frsize;
}

void kept_settle_all(const struct kept *f)
{
	syncfs(f->fd);
}

struct kept *kept_close(struct kept *f)
{
	if (!f)
		return NULL;
	if (f->fd >= 0)
		close(f->fd);
	out_close(f->out);
	folder_close(f->folder);
	free(f);
	return NULL;
}
