// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Files by their identity, in a directory that is held open. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/index/draft.h"
#include "capture/index/entry.h"
#include "capture/write/disk_file.h"
#include "capture/write/fileid.h"
#include "capture/write/folder.h"
#include "capture/write/out.h"
#include "capture/write/place.h"

enum {
	/* for blocks that were freed, before all is asked to be done */
	ROOM_LOOKS	= 3,
	ROOM_WAIT_US	= 10 * 1000,
};

struct disk_file {
	struct out *out;	/* complete, still to be closed; NULL: being written, or closed */
	int fd;			/* a duplicate of its descriptor, until it is closed; -1 */
	int held_fd;		/* of a file that was removed: holds its blocks; -1 */
	struct folder *folder;	/* NULL: stdout */
	const char *name;	/* in there; part of path */
	struct fileid id;
	bool has_entry;		/* its directory entry is on the disk */
	bool sync_failed;
	char path[];
};

static void disk_file_closep(struct disk_file **f)
{
	disk_file_close(*f);
}

int disk_file_open(struct disk_file **file, const struct out *out, const char *path,
		   struct folder **folder)
{
	cleanup(disk_file_closep) struct disk_file *f = calloc(1, sizeof(*f) + strlen(path) + 1);
	const char *slash = strrchr(path, '/');
	uint64_t bytes;
	int err;

	if (!f)
		return -ENOMEM;
	strcpy(f->path, path);
	f->name = slash ? f->path + (slash + 1 - path) : f->path;
	f->held_fd = -1;
	f->fd = fcntl(out_fd(out), F_DUPFD_CLOEXEC, 3);
	if (f->fd < 0)
		return -errno;
	err = fileid_of(f->fd, "", &f->id, &bytes);
	if (!err && out_dir_fd(out) >= 0)
		err = folder_open(folder, out_dir_fd(out));
	if (err)
		return err;
	if (out_dir_fd(out) >= 0)
		f->folder = folder_share(*folder);
	f->has_entry = !f->folder;
	*file = steal(&f);
	return 0;
}

const char *disk_file_path(const struct disk_file *f)
{
	return f->path;
}

bool disk_file_has_place(const struct disk_file *f)
{
	return f->folder;
}

void disk_file_give(struct disk_file *f, struct out *out)
{
	f->out = out;
}

static bool can_be_found(const struct disk_file *f)
{
	struct statx st;

	return statx(f->fd, "", AT_EMPTY_PATH, STATX_NLINK, &st) || st.stx_nlink;
}

static int try_sync(struct disk_file *f)
{
	if (!can_be_found(f))
		return 0;
	if (uninterrupted(fdatasync(f->fd)))
		return -errno;
	if (!f->has_entry && uninterrupted(fsync(folder_fd(f->folder))) && errno != EINVAL)
		return -errno;	/* not every file system has it */
	f->has_entry = true;
	return 0;
}

int disk_file_sync(struct disk_file *f)
{
	int err = f->sync_failed ? 0 : try_sync(f);

	f->sync_failed |= err != 0;
	return err;
}

/*
 * Times of files are those of the last tick of the kernel, which may be that of a change
 * to come.
 */
static bool stamp(int fd, struct stat *st)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT } };

	clock_gettime(CLOCK_REALTIME, &times[1]);
	return !futimens(fd, times) && !place_stat(fd, st) &&
	       st->st_mtim.tv_sec == times[1].tv_sec && st->st_mtim.tv_nsec == times[1].tv_nsec;
}

bool disk_file_entry(struct disk_file *f, struct entry *e)
{
	struct draft *d = f->out ? out_draft(f->out) : NULL;
	struct stat st;

	if (!d || !f->folder || !draft_end(d, e))
		return false;
	if (!stamp(f->fd, &st)) {
		entry_close(e);
		return false;
	}
	e->file = entry_file_of(&st);
	return true;
}

struct folder *disk_file_folder(const struct disk_file *f)
{
	return f->folder;
}

const char *disk_file_name(const struct disk_file *f)
{
	return f->name;
}

int disk_file_shut(struct disk_file *f)
{
	int err = close(f->fd) ? -errno : 0;

	f->fd = -1;
	f->out = out_close(f->out);
	return err == -EINTR ? 0 : err;	/* it is closed, close(2) */
}

bool disk_file_look(const struct disk_file *f, uint64_t *bytes)
{
	struct fileid id;

	return f->folder && !fileid_of(folder_fd(f->folder), f->name, &id, bytes) &&
	       fileid_same(&f->id, &id);
}

int disk_file_unlink(struct disk_file *f)
{
	return f->folder ? fileid_unlink(folder_fd(f->folder), f->name, &f->id, &f->held_fd)
			 : -ENOENT;
}

static uint64_t room_at(int fd)
{
	struct statvfs st;

	return fstatvfs(fd, &st) ? UINT64_MAX : (uint64_t)st.f_bavail * st.f_frsize;
}

uint64_t disk_file_room(const struct disk_file *f)
{
	return room_at(f->fd);
}

static void free_blocks(struct disk_file *f)
{
	if (f->held_fd >= 0)
		close(f->held_fd);
	f->held_fd = -1;
}

/*
 * File systems take a while to free what was deleted, up to half a minute if nobody asks. Who does
 * not wait for that deletes one file after the other and sees no effect. Compression and holes:
 * only a part of the size may come back.
 */
void disk_file_free(struct disk_file *f, uint64_t bytes)
{
	uint64_t before;

	if (f->held_fd < 0)
		return;
	before = room_at(folder_fd(f->folder));
	free_blocks(f);
	for (unsigned looks = 0; looks < ROOM_LOOKS; looks++) {
		if (room_at(folder_fd(f->folder)) >= before + bytes / 8)
			return;
		wait_us(ROOM_WAIT_US);
	}
	syncfs(folder_fd(f->folder));
}

const char *disk_file_error(int err)
{
	return err == FILEID_ANOTHER ? "another file has taken its place, and is left alone"
			      : strerror(-err);
}

struct disk_file *disk_file_close(struct disk_file *f)
{
	if (!f)
		return NULL;
	free_blocks(f);
	if (f->fd >= 0)
		close(f->fd);
	out_close(f->out);
	folder_close(f->folder);
	free(f);
	return NULL;
}
