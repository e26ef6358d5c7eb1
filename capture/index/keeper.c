// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Record by record, so that an index of any size takes no memory; by calls that a sandbox allows
 * anyway.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/fd_bytes.h"
#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/index/entry.h"
#include "capture/index/index_file.h"
#include "capture/index/keeper.h"
#include "capture/read/blocks.h"

#define NEW_INDEX KEEPER_INDEX ".new"

enum {
	ADDED_MIN	= 64,		/* records that may be added before all is written anew */
	LOCK_TRIES	= 20,
	LOCK_US		= 10 * 1000,	/* between two of them */
};

struct keeper {
	int dir_fd;
	uid_t owner;
	ino_t inode;		/* of the index that was last seen; 0: none */
	off_t end;		/* of its records */
	unsigned n_kept;	/* in it when it was written anew; */
	unsigned n_added;	/* and since, by us */
	bool begun;		/* it was written anew */
};

static void closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* ---- one at a time ---- */

static bool lock(const struct keeper *k)
{
	for (unsigned i = 0; i < LOCK_TRIES; i++) {
		if (!flock(k->dir_fd, LOCK_EX | LOCK_NB))
			return true;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return false;
		wait_us(LOCK_US);
	}
	return false;
}

static void unlock(const struct keeper *k, bool locked)
{
	if (locked)
		flock(k->dir_fd, LOCK_UN);
}

static bool is_believed(const struct keeper *k, const struct stat *st)
{
	return S_ISREG(st->st_mode) &&
	       (st->st_uid == 0 || st->st_uid == geteuid() || st->st_uid == k->owner);
}

int keeper_open_index(const struct keeper *k, int flags)
{
	cleanup(closep) int fd = openat(k->dir_fd, KEEPER_INDEX,
					flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	int got;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (!is_believed(k, &st))
		return -EPERM;
	got = fd;
	fd = -1;
	return got;
}

static bool has_head(int fd)
{
	uint8_t head[INDEX_FILE_HEAD];

	return !fd_bytes_read(fd, head, sizeof(head)) && index_file_is_head(head);
}

/* ---- anew ---- */

static bool holds(const struct keeper *k, const char *name, const struct entry *e)
{
	struct entry_file now;
	struct stat st;

	if (fstatat(k->dir_fd, name, &st, 0) || !S_ISREG(st.st_mode))
		return false;
	now = entry_file_of(&st);
	return entry_is_of(e, &now);
}

/* The next record, of *@len bytes, sound or not, into @r. False: there is none. */
static bool next_record(int fd, uint8_t *r, size_t *len)
{
	if (fd_bytes_read(fd, r, 8))
		return false;
	*len = index_file_record_len(r);
	return *len && !fd_bytes_read(fd, r + 8, *len - 8);
}

static int copy_records(struct keeper *k, int from, int to, const struct keeper_more *more)
{
	cleanup(freep) uint8_t *r = malloc(INDEX_FILE_RECORD_MAX);
	char name[INDEX_FILE_NAME_MAX + 1];
	struct entry e;
	size_t len;
	int err = 0;

	if (!r)
		return -ENOMEM;
	while (!err && next_record(from, r, &len)) {
		if (!index_file_record(r, len, name, &e) ||
		    (more->replaces && more->replaces(more->ctx, name, &e)) || !holds(k, name, &e))
			continue;
		err = fd_bytes_write(to, r, len);
		k->n_kept++;
	}
	return err;
}

static int write_index(struct keeper *k, int fd, const struct keeper_more *more)
{
	cleanup(closep) int old = keeper_open_index(k, O_RDONLY);
	struct blocks head = { .len = 0 };
	int err = index_file_begin(&head);

	if (!err)
		err = fd_bytes_write(fd, head.bytes, head.len);
	free(head.bytes);
	k->n_kept = 0;
	if (!err && old >= 0 && has_head(old))
		err = copy_records(k, old, fd, more);
	return err || !more->records ? err
				     : fd_bytes_write(fd, more->records->bytes, more->records->len);
}

/* The index that is open now is the one whose records are known. */
static int remember(struct keeper *k, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	k->inode = st.st_ino;
	k->end = st.st_size;
	k->n_added = 0;
	k->begun = true;
	return 0;
}

static int write_anew(struct keeper *k, const struct keeper_more *more)
{
	int fd, err;

	unlinkat(k->dir_fd, NEW_INDEX, 0);	/* of one that was killed */
	fd = openat(k->dir_fd, NEW_INDEX, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	err = write_index(k, fd, more);
	if (!err)
		err = remember(k, fd);
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(k->dir_fd, NEW_INDEX, k->dir_fd, KEEPER_INDEX))
		err = -errno;
	if (err)
		unlinkat(k->dir_fd, NEW_INDEX, 0);
	return err;
}

int keeper_merge(struct keeper *k, const struct keeper_more *more)
{
	const bool locked = lock(k);
	int err = write_anew(k, more);

	unlock(k, locked);
	return err;
}

/* ---- one more ---- */

/* To the end of its last record, from where that was before. False: something else is there. */
static bool find_end(struct keeper *k, int fd)
{
	uint8_t begin[8];
	struct stat st;
	size_t len;

	if (fstat(fd, &st))
		return false;
	if (st.st_ino != k->inode && !has_head(fd))
		return false;
	if (st.st_ino != k->inode)
		k->end = INDEX_FILE_HEAD;
	k->inode = st.st_ino;
	for (; k->end < st.st_size; k->end += len) {
		if (lseek(fd, k->end, SEEK_SET) < 0 || fd_bytes_read(fd, begin, sizeof(begin)))
			return false;
		len = index_file_record_len(begin);
		if (!len)
			return false;
	}
	return k->end == st.st_size;
}

/* -EAGAIN: it is to be written anew. */
static int append(struct keeper *k, const struct blocks *record)
{
	cleanup(closep) int fd = -1;
	int err;

	if (!k->begun || k->n_added >= max_of(k->n_kept, (unsigned)ADDED_MIN))
		return -EAGAIN;
	fd = keeper_open_index(k, O_RDWR | O_APPEND);
	if (fd < 0 || !find_end(k, fd))
		return -EAGAIN;
	err = fd_bytes_write(fd, record->bytes, record->len);
	if (err)
		return uninterrupted(ftruncate(fd, k->end)) ? -errno : err;
	k->end += record->len;
	k->n_added++;
	return 0;
}

static bool is_named(void *name, const char *other, const struct entry *e is_unused)
{
	return !strcmp(name, other);
}

int keeper_add(struct keeper *k, const char *name, const struct entry *e)
{
	char copy[INDEX_FILE_NAME_MAX + 1] = "";
	struct blocks record = { .len = 0 };
	const struct keeper_more more = { &record, is_named, strncpy(copy, name, sizeof(copy) - 1) };
	int err = index_file_add(&record, copy, e);
	bool locked;

	if (!err) {
		locked = lock(k);
		err = append(k, &record);
		if (err == -EAGAIN)
			err = write_anew(k, &more);
		unlock(k, locked);
	}
	free(record.bytes);
	return err;
}

int keeper_tidy(struct keeper *k)
{
	return k->n_added ? keeper_merge(k, &(struct keeper_more){ NULL, NULL, NULL }) : 0;
}

/* ---- from beginning to end ---- */

int keeper_open(struct keeper **keeper, int dir_fd)
{
	struct keeper *k = calloc(1, sizeof(*k));
	struct stat st;

	if (!k)
		return -ENOMEM;
	if (fstat(dir_fd, &st)) {
		free(k);
		return -errno;
	}
	*k = (struct keeper){ .dir_fd = dir_fd, .owner = st.st_uid };
	*keeper = k;
	return 0;
}

struct keeper *keeper_close(struct keeper *k)
{
	free(k);
	return NULL;
}
