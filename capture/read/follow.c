// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Looks again when something happens in the directory, and now and then, for a network tells
 * nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/read/follow.h"

enum {
	LOOK_MS	= 250,
	/* looks at a file that may not have come to its end yet, once there is a next one */
	PATIENCE = 4,
	CHANGES = IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE,
};

/* A file, whatever its name. An inode that was freed comes back with another time of birth. */
struct identity {
	uint64_t dev, ino;
	int64_t born_ns;	/* 0: the file system does not know */
};

struct seen {
	struct identity id;
	uint64_t size;		/* that were read of it, in bytes */
	bool there;		/* still */
};

/* A file that may be the next one, and then is the one that is read. */
struct candidate {
	char *path;
	struct identity id;
	/* it is there; as long as it is not known when it was made, when it was changed */
	int64_t since_ns;
};

struct follow {
	const char *pattern;
	/* of a file that was there, whatever is in it that might make a pattern */
	bool is_name;
	follow_wait_fn wait;
	void *ctx;
	int inotify_fd;		/* -1: there is none */
	struct seen *seen;	/* all files of the pattern that were read, by their identity */
	size_t n_seen;
	struct candidate next;	/* path NULL: none so far */
	struct candidate current;
	bool has_later;		/* than that one, of those that were not read */
	uint64_t size;		/* that were read of it, in bytes */
};

static int64_t ns_of(const struct statx_timestamp *t)
{
	return t->tv_sec * 1000000000 + t->tv_nsec;
}

static bool identify(int fd, const char *path, struct statx *st, struct identity *id)
{
	if (statx(fd, path, *path ? 0 : AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, st))
		return false;
	*id = (struct identity){
		.dev = (uint64_t)st->stx_dev_major << 32 | st->stx_dev_minor, .ino = st->stx_ino,
		.born_ns = st->stx_mask & STATX_BTIME ? ns_of(&st->stx_btime) : 0,
	};
	return true;
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct identity));
}

/* Where it is in the list, or would have its place. */
static size_t place_of(const struct follow *f, const struct identity *id)
{
	size_t from = 0, to = f->n_seen;

	while (from < to) {
		size_t middle = (from + to) / 2;

		if (compare(&f->seen[middle].id, id) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static struct seen *find(struct follow *f, const struct identity *id)
{
	size_t i = place_of(f, id);

	return i < f->n_seen && !compare(&f->seen[i].id, id) ? &f->seen[i] : NULL;
}

/* Without memory for it, it may be read again. */
static void remember_current(struct follow *f)
{
	size_t i = place_of(f, &f->current.id);
	struct seen *known = find(f, &f->current.id);
	void *more;

	if (known) {
		known->size = f->size;
		return;
	}
	more = realloc(f->seen, (f->n_seen + 1) * sizeof(*f->seen));
	if (!more)
		return;
	f->seen = more;
	memmove(f->seen + i + 1, f->seen + i, (f->n_seen - i) * sizeof(*f->seen));
	f->seen[i] = (struct seen){ .id = f->current.id, .size = f->size };
	f->n_seen++;
}

/* Those that are gone need not be known any more. */
static void forget_the_gone(struct follow *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_seen; i++) {
		if (f->seen[i].there)
			f->seen[n++] = f->seen[i];
	}
	f->n_seen = n;
	for (size_t i = 0; i < n; i++)
		f->seen[i].there = false;
}

static void watch_directory(struct follow *f)
{
	char copy[PATH_MAX];

	f->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (f->inotify_fd >= 0 && strlen(f->pattern) < sizeof(copy))
		inotify_add_watch(f->inotify_fd, dirname(strcpy(copy, f->pattern)), CHANGES);
}

int follow_open(struct follow **follow, const char *pattern, follow_wait_fn wait, void *ctx)
{
	struct follow *f = *follow = calloc(1, sizeof(*f));
	struct stat st;

	if (!f)
		return -ENOMEM;
	f->pattern = pattern;
	f->is_name = !stat(pattern, &st);
	f->wait = wait;
	f->ctx = ctx;
	watch_directory(f);
	return 0;
}

static bool is_earlier(const struct candidate *a, const struct candidate *b)
{
	return a->since_ns < b->since_ns ||
	       (a->since_ns == b->since_ns && strverscmp(a->path, b->path) < 0);
}

/*
 * A file that was read is one to be read again once it is shorter: it was begun anew, when it was
 * changed. One that is empty may have got its name before the one in front of it has got its end.
 */
static void look_at(struct follow *f, char *path)
{
	struct candidate c = { .path = path };
	struct statx st;
	struct seen *s;

	if (!identify(AT_FDCWD, path, &st, &c.id) || !S_ISREG(st.stx_mode))
		return;
	s = find(f, &c.id);
	if (s)
		s->there = true;
	c.since_ns = c.id.born_ns && !s ? c.id.born_ns : ns_of(&st.stx_mtime);
	if (!st.stx_size || (s && st.stx_size >= s->size))
		return;
	f->has_later |= f->current.path && !is_earlier(&c, &f->current);
	if (f->next.path && !is_earlier(&c, &f->next))
		return;
	c.path = strdup(path);
	if (!c.path)
		return;
	free(f->next.path);
	f->next = c;
}

bool follow_has_next(struct follow *f)
{
	char events[4096];
	glob_t found = { 0 };

	while (f->inotify_fd >= 0 && read(f->inotify_fd, events, sizeof(events)) > 0)
		;
	free(f->next.path);
	f->next = (struct candidate){ .path = NULL };
	f->has_later = false;
	if (f->is_name)
		look_at(f, (char *)f->pattern);
	else if (!glob(f->pattern, 0, NULL, &found))
		for (size_t i = 0; i < found.gl_pathc; i++)
			look_at(f, found.gl_pathv[i]);
	globfree(&found);
	forget_the_gone(f);
	return f->next.path;
}

int follow_next(struct follow *f, const char **path)
{
	while (!follow_has_next(f)) {
		int err = f->wait(f->ctx, f->inotify_fd, LOOK_MS);

		if (err)
			return err;
	}
	free(f->current.path);
	f->current = f->next;
	f->next.path = NULL;
	f->size = 0;
	remember_current(f);
	*path = f->current.path;
	return 0;
}

/* The file is the one that was opened, whatever had its name a moment before. */
static bool is_longer(struct follow *f, int fd)
{
	off_t at = lseek(fd, 0, SEEK_CUR);
	struct statx st;

	if (at < 0 || !identify(fd, "", &st, &f->current.id))
		return true;	/* read() has something to say of that */
	f->size = at;
	remember_current(f);
	return st.stx_size > (uint64_t)at;
}

/*
 * A file that is begun while the one before it gets its last bytes is the next one, and not the
 * other way round. As long as it is not known when they were made, it takes some patience to tell.
 */
static unsigned looks_needed(const struct follow *f, bool whole)
{
	return whole && f->current.id.born_ns ? 1 : PATIENCE;
}

static bool has_successor(struct follow *f)
{
	return follow_has_next(f) && (f->has_later || !f->current.id.born_ns);
}

int follow_more(struct follow *f, int fd, bool whole)
{
	unsigned looks = 0;	/* since there is a next file */

	while (!is_longer(f, fd) && looks < looks_needed(f, whole)) {
		int err;

		looks = has_successor(f) ? looks + 1 : 0;
		err = f->wait(f->ctx, f->inotify_fd, looks == looks_needed(f, whole) ? 0 : LOOK_MS);
		if (err)
			return err;
	}
	return 0;
}

struct follow *follow_close(struct follow *f)
{
	if (!f)
		return NULL;
	if (f->inotify_fd >= 0)
		close(f->inotify_fd);
	free(f->next.path);
	free(f->current.path);
	free(f->seen);
	free(f);
	return NULL;
}
