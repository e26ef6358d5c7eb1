// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * CAPTURE-NUMBER-RECORDS.ndjson, where captures have names that sort by time (record_sink.c): so
 * files sort as they were written. One that is in the making has .part behind that.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/fd_bytes.h"
#include "capture/base/util.h"
#include "capture/write/spool.h"

#define SUFFIX	".ndjson"

struct spooled {
	char name[NAME_MAX + 1];
	uint64_t len;
	unsigned n;
	bool former;
};

struct spool {
	char path[PATH_MAX];
	int fd;				/* of the directory */
	uint64_t limit, len, records, former;
	struct spooled *files;		/* from the oldest on */
	size_t first, n, cap;		/* those that are there begin with @first */
	char *lines;			/* of the oldest one; NULL: they were not asked for */
	char capture[NAME_MAX + 1];	/* and whose they are */
};

/* ---- what is there ---- */

static int make_room(struct spool *s)
{
	struct spooled *more = s->files;

	if (s->first > s->n / 2) {
		s->n -= s->first;
		memmove(s->files, s->files + s->first, s->n * sizeof(*s->files));
		s->first = 0;
		return 0;
	}
	more = reallocarray(s->files, 2 * s->cap + 64, sizeof(*more));
	if (!more)
		return -ENOMEM;
	s->files = more;
	s->cap = 2 * s->cap + 64;
	return 0;
}

static int add(struct spool *s, const struct spooled *f)
{
	const int err = s->n == s->cap ? make_room(s) : 0;

	if (err)
		return err;
	s->files[s->n++] = *f;
	s->len += f->len;
	s->records += f->n;
	s->former += f->former ? f->n : 0;
	return 0;
}

static void forget_oldest(struct spool *s)
{
	const struct spooled *f = &s->files[s->first++];

	s->len -= f->len;
	s->records -= f->n;
	if (s->first < s->n)
		return;
	s->first = s->n = 0;
}

/* Is it one of ours? How many records are in it is in its name. */
static bool parse(const char *name, struct spooled *f)
{
	const char *dash = strrchr(name, '-');
	char *end;
	unsigned long n = dash ? strtoul(dash + 1, &end, 10) : 0;

	if (!n || n > UINT_MAX || strcmp(end, SUFFIX))
		return false;
	snprintf(f->name, sizeof(f->name), "%s", name);
	f->n = n;
	f->former = true;
	return true;
}

static int scan(struct spool *s)
{
	struct dirent **entries;
	int n = scandir(s->path, &entries, NULL, alphasort), err = n < 0 ? -errno : 0;
	struct stat st;

	for (int i = 0; i < n; i++) {
		struct spooled f;

		if (!err && parse(entries[i]->d_name, &f) &&
		    !fstatat(s->fd, f.name, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode)) {
			f.len = st.st_size;
			err = add(s, &f);
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return err;
}

/* ---- opened, closed ---- */

/* Of the word only what a name may have. */
static int make_path(struct spool *s, const char *dir, const char *target)
{
	int len = snprintf(s->path, sizeof(s->path), "%s/", dir);

	if (len + strlen(target) >= sizeof(s->path))
		return -ENAMETOOLONG;
	for (const char *t = target; *t; t++)
		s->path[len++] = strchr("/:,[]", *t) ? '_' : *t;
	s->path[len] = '\0';
	return mkdir(s->path, 0700) && errno != EEXIST ? -errno : 0;
}

static void spool_closep(struct spool **s)
{
	spool_close(*s);
}

int spool_open(struct spool **spool, const char *dir, const char *target, uint64_t limit)
{
	cleanup(spool_closep) struct spool *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->limit = limit;
	err = make_path(s, dir, target);
	s->fd = err ? -1 : open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!err && (s->fd < 0 || flock(s->fd, LOCK_EX | LOCK_NB)))
		err = -errno;
	if (!err)
		err = scan(s);
	if (!err)
		*spool = steal(&s);
	return err;
}

struct spool *spool_close(struct spool *s)
{
	if (!s)
		return NULL;
	free(s->lines);
	if (s->fd >= 0)
		close(s->fd);
	free(s->files);
	free(s);
	return NULL;
}

/* ---- in and out ---- */

static int write_lines(int fd, const struct batch *b)
{
	int err = fd_bytes_write(fd, b->lines, b->len);

	return err ? err : fdatasync(fd) ? -errno : 0;
}

static int make_file(const struct spool *s, const char *name, const struct batch *b)
{
	char part[NAME_MAX + 1];
	int fd, err;

	if (snprintf(part, sizeof(part), "%s.part", name) >= (int)sizeof(part))
		return -ENAMETOOLONG;
	fd = openat(s->fd, part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = write_lines(fd, b);
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(s->fd, part, s->fd, name))
		err = -errno;
	if (err)
		unlinkat(s->fd, part, 0);
	return err ? err : fsync(s->fd) ? -errno : 0;
}

int spool_put(struct spool *s, uint64_t first, const struct batch *b)
{
	struct spooled f = { .len = b->len, .n = b->n };
	int err;

	if (s->len + b->len > s->limit)
		return -ENOSPC;
	snprintf(f.name, sizeof(f.name), "%s-%020" PRIu64 "-%u" SUFFIX, b->capture, first, b->n);
	err = add(s, &f);
	if (err)
		return err;
	err = make_file(s, f.name, b);
	if (!err)
		return 0;
	unlinkat(s->fd, f.name, 0);
	s->n--;
	s->len -= f.len;
	s->records -= f.n;
	return err;
}

/* All of it, into s->lines. */
static int read_lines(struct spool *s, const struct spooled *f)
{
	const int fd = openat(s->fd, f->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 1;
	int err = fd < 0 ? -errno : 0;

	s->lines = err ? NULL : malloc(f->len + 1);
	while (s->lines && n > 0 && len < f->len) {
		n = uninterrupted(read(fd, s->lines + len, f->len - len));
		err = n < 0 ? -errno : 0;
		len += max_of(n, (ssize_t)0);
	}
	if (fd >= 0)
		close(fd);
	return err ? err : !s->lines ? -ENOMEM : len < f->len || !len ? -ENODATA : 0;
}

/* All but the last two numbers. */
static void name_capture(struct spool *s, const char *name)
{
	snprintf(s->capture, sizeof(s->capture), "%s", name);
	for (unsigned i = 0; i < 2 && strrchr(s->capture, '-'); i++)
		*strrchr(s->capture, '-') = '\0';
}

int spool_oldest(struct spool *s, struct batch *b, bool *former, char said[static ENGINE_SAID_MAX])
{
	const struct spooled *f = &s->files[s->first];
	int err;

	if (s->first == s->n)
		return 0;
	free(s->lines);
	err = read_lines(s, f);
	if (err) {
		snprintf(said, ENGINE_SAID_MAX, "%.200s/%.100s is left there: %s", s->path, f->name,
			 strerror(-err));
		forget_oldest(s);
		return err;
	}
	name_capture(s, f->name);
	*b = (struct batch){ s->lines, f->len, f->n, s->capture };
	*former = f->former;
	return 1;
}

void spool_remove(struct spool *s)
{
	free(steal(&s->lines));
	unlinkat(s->fd, s->files[s->first].name, 0);
	forget_oldest(s);
}

/* ---- questions ---- */

const char *spool_path(const struct spool *s)
{
	return s->path;
}

uint64_t spool_records(const struct spool *s)
{
	return s->records;
}

uint64_t spool_former(const struct spool *s)
{
	return s->former;
}
