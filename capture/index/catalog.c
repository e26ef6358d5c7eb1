// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Paths are looked up below the descriptor of the directory: it may be moved meanwhile. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/clock.h"
#include "capture/base/util.h"
#include "capture/index/catalog.h"
#include "capture/index/index_file.h"
#include "capture/index/keeper.h"
#include "capture/index/scan.h"
#include "capture/read/blocks.h"

/*
 * A time stamp may be so old when a file gets it: the tick of the kernel, or the clock of
 * a server.
 */
static const uint64_t moment_ns = 2000000000;

/* Bytes in which entries are. */
struct source {
	uint8_t *bytes;
	size_t n;
};

enum { SOURCES = 2 };		/* the index, and a scan */

struct catalog {
	int fd;
	struct keeper *keeper;
	uint64_t opened_ns;
	struct catalog_file *files;
	size_t n;
	struct source sources[SOURCES];
	unsigned n_sources;
};

/* ---- the list ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct catalog_file *)a)->name,
		      ((const struct catalog_file *)b)->name);
}

static int add_file(struct catalog *c, const char *name)
{
	struct catalog_file *more = c->files;
	struct stat st;

	if (!strncmp(name, KEEPER_INDEX, strlen(KEEPER_INDEX)) || fstatat(c->fd, name, &st, 0) ||
	    !S_ISREG(st.st_mode))
		return 0;
	if (!(c->n & (c->n - 1)))	/* a power of two, or 0: full */
		more = realloc(c->files, (c->n ? 2 * c->n : 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	c->files = more;
	more[c->n] = (struct catalog_file){ .name = strdup(name), .is = entry_file_of(&st) };
	return more[c->n].name ? (c->n++, 0) : -ENOMEM;
}

static int list(struct catalog *c)
{
	int fd = openat(c->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (!d) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	while (!err && (errno = 0, e = readdir(d)))
		err = add_file(c, e->d_name);
	err = err ? err : -errno;
	closedir(d);
	if (!err && c->n)
		qsort(c->files, c->n, sizeof(*c->files), by_name);
	return err;
}

/* ---- the index ---- */

/* Also entries of files that have gone since. */
static size_t size_max(const struct catalog *c)
{
	enum { OTHERS = 4096 };

	return index_file_most(2 * c->n + OTHERS);
}

static struct catalog_file *find(const struct catalog *c, const char *name)
{
	const struct catalog_file key = { .name = (char *)(uintptr_t)name };	/* not written to */

	return c->n ? bsearch(&key, c->files, c->n, sizeof(key), by_name) : NULL;
}

/* The sketches of entries stay in @bytes. */
static void know(struct catalog *c, const uint8_t *bytes, size_t n, bool indexed)
{
	char name[INDEX_FILE_NAME_MAX + 1];
	struct index_file in;
	struct entry e;

	if (!index_file_open(&in, bytes, n))
		return;
	while (index_file_next(&in, name, &e)) {
		struct catalog_file *file = find(c, name);

		if (!file || !entry_is_of(&e, &file->is))
			continue;
		file->entry = e;
		file->known = true;
		file->indexed = indexed;
	}
}

static int take(struct catalog *c, int fd, bool indexed)
{
	struct source *s = &c->sources[c->n_sources];
	ssize_t got = 1;
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if ((uint64_t)st.st_size > size_max(c))
		return -EFBIG;
	s->bytes = malloc(max_of(st.st_size, (off_t)1));
	if (!s->bytes)
		return -ENOMEM;
	c->n_sources++;
	while (s->n < (size_t)st.st_size &&
	       (got = uninterrupted(pread(fd, s->bytes + s->n, st.st_size - s->n, s->n))) > 0)
		s->n += got;
	if (got < 0)
		return -errno;
	know(c, s->bytes, s->n, indexed);
	return 0;
}

int catalog_take(struct catalog *c, int fd)
{
	return take(c, fd, false);
}

/* What cannot be read, or is no index, tells nothing. */
static int load(struct catalog *c)
{
	int fd = keeper_open_index(c->keeper, O_RDONLY), err;

	if (fd < 0)
		return 0;
	err = take(c, fd, true);
	close(fd);
	return err == -ENOMEM ? err : 0;
}

/* Has it an entry that the index has, or could? */
static bool is_kept(const struct catalog *c, const struct catalog_file *file)
{
	return file->indexed || (file->known && file->is.mtime_ns + moment_ns < c->opened_ns);
}

static bool keeps(void *catalog, const char *name, const struct entry *e)
{
	const struct catalog_file *file = find(catalog, name);

	return file && is_kept(catalog, file) && entry_is_of(e, &file->is);
}

static bool has_news(const struct catalog *c)
{
	size_t i = 0;

	while (i < c->n && (c->files[i].indexed || !is_kept(c, &c->files[i])))
		i++;
	return i < c->n;
}

int catalog_save(struct catalog *c)
{
	struct blocks records = { .len = 0 };
	const struct keeper_more more = { &records, keeps, c };
	int err = 0;

	if (!has_news(c))
		return 0;
	for (size_t i = 0; !err && i < c->n; i++)
		if (is_kept(c, &c->files[i]))
			err = index_file_add(&records, c->files[i].name, &c->files[i].entry);
	if (!err)
		err = keeper_merge(c->keeper, &more);
	free(records.bytes);
	return err;
}

/* ---- the scan ---- */

struct looking {
	const struct catalog_scan *how;
	uint64_t bytes, packets;	/* of the files before this one */
	FILE *file;
	const struct entry *entry;
};

static int look(void *ctx)
{
	const struct looking *l = ctx;
	off_t at = l->file ? lseek(fileno(l->file), 0, SEEK_CUR) : 0;

	return l->how->look(l->how->ctx, l->bytes + max_of(at, (off_t)0),
			    l->packets + (l->entry ? l->entry->n_packets : 0));
}

/* What cannot be opened or read is not known afterwards either: who reads it will tell. */
static int scan_file(struct catalog *c, const struct catalog_file *file, struct looking *l,
		     struct blocks *out)
{
	int fd = openat(c->fd, file->name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), err;
	struct entry e = { .flags = 0 };

	l->file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!l->file) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	l->entry = &e;
	err = scan_entry(&e, l->file, &file->is, look, l);
	if (!err)
		err = index_file_add(out, file->name, &e);
	l->packets += e.n_packets;
	l->entry = NULL;
	fclose(l->file);
	l->file = NULL;
	entry_close(&e);
	return err == -ENOMEM || err == -EINTR ? err : 0;
}

int catalog_scan(struct catalog *c, const struct catalog_scan *how, struct blocks *out)
{
	struct looking l = { .how = how };
	int err = index_file_begin(out);

	for (size_t i = 0; !err && i < c->n; i++) {
		if (c->files[i].known)
			continue;
		err = -look(&l);
		if (!err)
			err = scan_file(c, &c->files[i], &l, out);
		l.bytes += c->files[i].is.size;
	}
	return err;
}

/* ---- all of it ---- */

struct catalog_file *catalog_files(struct catalog *c, size_t *n)
{
	*n = c->n;
	return c->files;
}

bool catalog_stands(const struct catalog *c, const struct catalog_file *file)
{
	struct entry_file now;
	struct stat st;

	if (fstatat(c->fd, file->name, &st, 0))
		return false;
	now = entry_file_of(&st);
	return entry_file_same(&file->is, &now);
}

size_t catalog_unknown(const struct catalog *c, uint64_t *bytes)
{
	size_t n = 0;

	*bytes = 0;
	for (size_t i = 0; i < c->n; i++) {
		n += !c->files[i].known;
		*bytes += c->files[i].known ? 0 : c->files[i].is.size;
	}
	return n;
}

int catalog_open(struct catalog **catalog, const char *path)
{
	struct catalog *c = *catalog = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return -ENOMEM;
	c->opened_ns = clock_now_ns();
	c->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->fd < 0)
		return -errno;
	err = keeper_open(&c->keeper, c->fd);
	if (!err)
		err = list(c);
	return err ? err : load(c);
}

struct catalog *catalog_close(struct catalog *c)
{
	if (!c)
		return NULL;
	for (size_t i = 0; i < c->n; i++)
		free(c->files[i].name);
	for (unsigned i = 0; i < c->n_sources; i++)
		free(c->sources[i].bytes);
	free(c->files);
	keeper_close(c->keeper);
	if (c->fd >= 0)
		close(c->fd);
	free(c);
	return NULL;
}
