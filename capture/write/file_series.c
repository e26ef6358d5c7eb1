// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/clock.h"
#include "capture/base/log.h"
#include "capture/base/util.h"
#include "capture/index/draft.h"
#include "capture/write/file_series.h"
#include "capture/write/fileid.h"
#include "capture/write/out.h"
#include "capture/write/retention.h"
#include "capture/write/rotate_settings.h"
#include "capture/write/schedule.h"
#include "capture/write/writer.h"

static int refuse(struct file_series *f, int err, const char *why)
{
	f->why = why;
	return err;
}

int file_series_init(struct file_series *f, const struct rotate_settings *set, int interrupt_fd)
{
	f->set = set;
	f->interrupt_fd = interrupt_fd;
	f->dir_fd = -1;
	f->opened_ns = clock_now_ns();
	strncpy(f->path, set->path, sizeof(f->path) - 1);
	return filenames_init(&f->names, set->path, &set->when)
		       ? 0
		       : refuse(f, -EINVAL, "too long, or a '/' comes out of the time (%D)");
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* What a file is called that is not complete. NULL: too long. */
static const char *working_name(const struct file_series *f, const char *path,
				char out[static PATH_MAX])
{
	bool fits = snprintf(out, PATH_MAX, "%s%s", path, f->set->part ? ".part" : "") < PATH_MAX;

	return fits && strlen(last_part(out)) <= NAME_MAX ? out : NULL;
}

/* With --part: the current file, @out, gets its name, without .part. */
static void give_name(struct file_series *f, struct out *out)
{
	int err = f->set->part ? out_rename(out, last_part(f->path)) : 0;

	if (!err)
		return;
	f->misnamed = true;
	log_complain("%s.part: cannot be renamed: %s", f->path,
		 err == FILEID_ANOTHER ? "another file has taken its place" : strerror(-err));
}

/* In which sentences of other threads come. */
static void tell(void *ctx, const char *sentence)
{
	(void)ctx;
	log_complain("%s", sentence);
}

int file_series_open_retention(struct file_series *f)
{
	const struct rotate_options *o = &f->set->when;
	struct retention_options keep = f->set->keep;
	int err;

	if (o->file_bytes || o->ring_names)
		keep.n_files = o->n_files;
	keep.patient = !f->set->live;
	err = retention_open(&f->retention, &keep, &(struct say){ tell, NULL }, f->interrupt_fd);
	if (err && keep.print_name)
		strncpy(f->wanted, keep.print_name, sizeof(f->wanted) - 1);
	return err;
}

/* Other files follow into the same directory, unless their names say into which. */
static int hold_directory(struct file_series *f)
{
	const char *slash = strrchr(f->names.pattern, '/');
	int fd = out_dir_fd(writer_out(f->writer));

	if (fd < 0 ||
	    (f->names.dated && slash && memchr(f->names.pattern, '%', slash - f->names.pattern)))
		return 0;
	f->dir_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return f->dir_fd < 0 ? -errno : 0;
}

static bool has_name(const char *path, const struct stat *st)
{
	struct stat mine;

	return !stat(path, &mine) && mine.st_dev == st->st_dev && mine.st_ino == st->st_ino;
}

/* Does what is written stand in the place of this file, or come to stand there? */
static bool takes_place_of(const struct file_series *f, const struct stat *st)
{
	return writer_is_same(f->writer, st) || (f->set->part && has_name(f->path, st));
}

static void allow_direct(const struct file_series *f, struct out *out)
{
	if (f->set->direct != DIRECT_NEVER)
		out_allow_direct(out, f->set->direct == DIRECT_ALWAYS);
}

/* What is stdout has no name by which it could be in an index. */
static int begin_draft(const struct file_series *f, struct out *out)
{
	struct draft *d;
	int err;

	if (!f->set->keep.index || out_dir_fd(out) < 0)
		return 0;
	err = draft_open(&d);
	if (!err)
		out_set_draft(out, d);
	return err;
}

int file_series_open_first(struct file_series *f, uint64_t wall_ns)
{
	const struct rotate_settings *o = f->set;
	char name[PATH_MAX];
	struct stat st;
	int err;

	if (!filenames_next(&f->names, wall_ns, f->path) || !working_name(f, f->path, name))
		return -ENAMETOOLONG;
	if (o->part && !stat(f->path, &st) && !S_ISREG(st.st_mode))
		return refuse(f, -EINVAL, "not a regular file, which --part is for");
	if (o->keep.index && !stat(f->path, &st) && !S_ISREG(st.st_mode))
		return refuse(f, -EINVAL, "not a regular file, which --index is for");
	err = writer_open(&f->writer, o->format, &o->text, name, f->interrupt_fd);
	if (err)
		return err;
	for (size_t i = 0; i < f->n_spared; i++)
		if (takes_place_of(f, &f->spared[i]))
			return refuse(f, -EEXIST, "cannot read from and write to the same file");
	err = writer_set_codec(f->writer, o->codec);
	if (err)
		return err;
	if (!out_is_file(writer_out(f->writer)))
		return schedule_rotates(&o->when)
			       ? refuse(f, -EINVAL, "not a regular file: no others can follow")
			       : 0;
	writer_set_queue(f->writer, f->queue);
	allow_direct(f, writer_out(f->writer));
	err = begin_draft(f, writer_out(f->writer));
	if (!err)
		err = hold_directory(f);
	if (!err && !f->retention)
		err = file_series_open_retention(f);
	return err ? err : retention_current(f->retention, writer_out(f->writer), f->path);
}

int file_series_check_folder(struct file_series *f)
{
	char folder[PATH_MAX];
	const char *name = last_part(f->set->path);
	struct stat st;

	if (!stat(f->set->path, &st) && !S_ISREG(st.st_mode))
		return refuse(f, -EINVAL, "not a regular file: no others can follow");
	snprintf(folder, sizeof(folder), "%.*s.", (int)(name - f->set->path), f->set->path);
	if (strchr(folder, '%'))
		return 0;
	return faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) ? -errno : 0;
}

int file_series_spare(struct file_series *f, const struct stat *st)
{
	struct stat *more;

	if (f->writer ? takes_place_of(f, st)
		      : f->set->when.on_demand && has_name(f->set->path, st))
		return -EEXIST;
	more = realloc(f->spared, (f->n_spared + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	f->spared = more;
	f->spared[f->n_spared++] = *st;
	return 0;
}

static int stat_named(const struct file_series *f, const char *path, struct stat *st)
{
	return f->dir_fd < 0 ? stat(path, st) : fstatat(f->dir_fd, last_part(path), st, 0);
}

/*
 * May the file that has this name already, if there is one, be overwritten? -EAGAIN: another name
 * is better.
 */
static int look_at(struct file_series *f, const char *name)
{
	struct stat st;

	if (stat_named(f, name, &st))
		return 0;
	if (!S_ISREG(st.st_mode))
		return refuse(f, -EEXIST, "not a regular file");
	for (size_t i = 0; i < f->n_spared; i++)
		if (st.st_dev == f->spared[i].st_dev && st.st_ino == f->spared[i].st_ino)
			return refuse(f, -EEXIST, "cannot read from and write to the same file");
	if (writer_is_same(f->writer, &st) && strcmp(name, f->path))	/* a link */
		return -EAGAIN;
	return f->names.back && (uint64_t)st.st_mtime >= f->opened_ns / 1000000000 ? -EAGAIN : 0;
}

/*
 * May it be the next one's? What this run has there makes way, unless it is the current file (a
 * ring of one).
 */
static int claim(struct file_series *f, const char *name)
{
	int err = look_at(f, name);

	if (err || !strcmp(name, f->path))
		return err;
	err = retention_claim(f->retention, name);
	return err == -EEXIST ? -EAGAIN : err;
}

int file_series_next_name(struct file_series *f, uint64_t wall_ns)
{
	struct filenames before;
	int err = -EAGAIN;

	if (!retention_ready(f->retention))
		return -EBUSY;
	before = f->names;
	for (uint64_t tries = 0; err == -EAGAIN; tries++) {
		if (!filenames_next(&f->names, wall_ns, f->wanted))
			return -ENAMETOOLONG;
		err = f->names.wrap && tries >= f->names.wrap ? -EBUSY : claim(f, f->wanted);
	}
	if (err == -EBUSY) {
		f->names = before;
		f->wanted[0] = '\0';
	}
	return err;
}

bool file_series_is_there(const struct file_series *f)
{
	char name[PATH_MAX];
	struct stat st;

	return working_name(f, f->path, name) && !stat_named(f, name, &st) &&
	       writer_is_same(f->writer, &st);
}

int file_series_open_next(struct file_series *f, struct out **out)
{
	char name[PATH_MAX];
	int err;

	if (!working_name(f, f->wanted, name))
		return -ENAMETOOLONG;
	/* the name is needed, and the file has another one */
	if (!strcmp(f->wanted, f->path) && writer_out(f->writer) && f->set->part)
		give_name(f, writer_out(f->writer));
	/* a ring of one file: the old one makes way, if it is still there */
	else if (!strcmp(f->wanted, f->path) && writer_out(f->writer))
		out_unlink(writer_out(f->writer));
	err = out_open_in(out, f->dir_fd, name, f->interrupt_fd);
	if (!err)
		err = out_set_codec(*out, f->set->codec);
	if (!err)
		allow_direct(f, *out);
	return err ? err : begin_draft(f, *out);
}

int file_series_take(struct file_series *f, struct out *next)
{
	writer_give_out(f->writer, next);
	strcpy(f->path, f->wanted);
	f->wanted[0] = '\0';
	return retention_current(f->retention, next, f->path);
}

void file_series_hand_over(struct file_series *f, bool torn)
{
	struct out *out = writer_take_out(f->writer);

	f->handed_over += out_size(out);
	f->n_handed_over++;
	if (!torn)
		give_name(f, out);
	else if (f->set->part)
		strcat(f->path, ".part");	/* for which there was room */
	if (torn)	/* not all that was noted is in it */
		out_set_draft(out, NULL);
	retention_file(f->retention, out);
}

void file_series_close(struct file_series *f)
{
	f->writer = writer_close(f->writer);
	retention_close(f->retention);
	if (f->dir_fd >= 0)
		close(f->dir_fd);
	free(f->spared);
}
