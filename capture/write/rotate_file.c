// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Which files: the first one, the names of the others, and what must not be overwritten. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "capture/base/clock.h"
#include "capture/base/log.h"
#include "capture/base/util.h"
#include "capture/index/draft.h"
#include "capture/write/fileid.h"
#include "capture/write/out.h"
#include "capture/write/retention.h"
#include "capture/write/rotate_impl.h"
#include "capture/write/write_queue.h"
#include "capture/write/writer.h"

static int refuse(struct rotate *r, int err, const char *why)
{
	r->why = why;
	return err;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* What a file is called that is not complete. NULL: too long. */
static const char *working_name(const struct rotate *r, const char *path, char out[static PATH_MAX])
{
	bool fits = snprintf(out, PATH_MAX, "%s%s", path, r->set.part ? ".part" : "") < PATH_MAX;

	return fits && strlen(last_part(out)) <= NAME_MAX ? out : NULL;
}

void rotate_name(struct rotate *r, struct out *out)
{
	int err = r->set.part ? out_rename(out, last_part(r->path)) : 0;

	if (!err)
		return;
	r->misnamed = true;
	log_complain("%s.part: cannot be renamed: %s", r->path,
		 err == FILEID_ANOTHER ? "another file has taken its place" : strerror(-err));
}

/* In which sentences of other threads come. */
static void tell(void *ctx, const char *sentence)
{
	(void)ctx;
	log_complain("%s", sentence);
}

static int open_retention(struct rotate *r)
{
	const struct rotate_options *o = &r->set.when;
	struct retention_options keep = r->set.keep;
	int err;

	if (o->file_bytes || o->ring_names)
		keep.n_files = o->n_files;
	keep.patient = !r->set.live;
	err = retention_open(&r->retention, &keep, &(struct say){ tell, NULL }, r->interrupt_fd);
	if (err && keep.print_name)
		strncpy(r->wanted, keep.print_name, sizeof(r->wanted) - 1);
	return err;
}

/* Other files follow into the same directory, unless their names say into which. */
static int hold_directory(struct rotate *r)
{
	const char *slash = strrchr(r->series.pattern, '/');
	int fd = out_dir_fd(writer_out(r->writer));

	if (fd < 0 ||
	    (r->series.dated && slash && memchr(r->series.pattern, '%', slash - r->series.pattern)))
		return 0;
	r->dir_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return r->dir_fd < 0 ? -errno : 0;
}

static bool has_name(const char *path, const struct stat *st)
{
	struct stat mine;

	return !stat(path, &mine) && mine.st_dev == st->st_dev && mine.st_ino == st->st_ino;
}

/* Does what is written stand in the place of this file, or come to stand there? */
static bool takes_place_of(const struct rotate *r, const struct stat *st)
{
	return writer_is_same(r->writer, st) || (r->set.part && has_name(r->path, st));
}

static void allow_direct(const struct rotate *r, struct out *out)
{
	if (r->set.direct != DIRECT_NEVER)
		out_allow_direct(out, r->set.direct == DIRECT_ALWAYS);
}

/* What is stdout has no name by which it could be in an index. */
static int begin_draft(const struct rotate *r, struct out *out)
{
	struct draft *d;
	int err;

	if (!r->set.keep.index || out_dir_fd(out) < 0)
		return 0;
	err = draft_open(&d);
	if (!err)
		out_set_draft(out, d);
	return err;
}

int rotate_open_first(struct rotate *r, uint64_t wall_ns)
{
	const struct rotate_settings *o = &r->set;
	char name[PATH_MAX];
	struct stat st;
	int err;

	if (!filenames_next(&r->series, wall_ns, r->path) || !working_name(r, r->path, name))
		return -ENAMETOOLONG;
	if (o->part && !stat(r->path, &st) && !S_ISREG(st.st_mode))
		return refuse(r, -EINVAL, "not a regular file, which --part is for");
	if (o->keep.index && !stat(r->path, &st) && !S_ISREG(st.st_mode))
		return refuse(r, -EINVAL, "not a regular file, which --index is for");
	err = writer_open(&r->writer, o->format, &o->text, name, r->interrupt_fd);
	if (err)
		return err;
	for (size_t i = 0; i < r->n_spared; i++)
		if (takes_place_of(r, &r->spared[i]))
			return refuse(r, -EEXIST, "cannot read from and write to the same file");
	err = writer_set_codec(r->writer, o->codec);
	if (err)
		return err;
	if (!out_is_file(writer_out(r->writer)))
		return schedule_rotates(&o->when)
			       ? refuse(r, -EINVAL, "not a regular file: no others can follow")
			       : 0;
	writer_set_queue(r->writer, r->queue);
	allow_direct(r, writer_out(r->writer));
	err = begin_draft(r, writer_out(r->writer));
	if (!err)
		err = hold_directory(r);
	if (!err && !r->retention)
		err = open_retention(r);
	return err ? err : retention_current(r->retention, writer_out(r->writer), r->path);
}

/* It would be found out when it is needed. A directory with a time in its name may come. */
static int check_folder(struct rotate *r)
{
	char folder[PATH_MAX];
	const char *name = last_part(r->set.path);
	struct stat st;

	if (!stat(r->set.path, &st) && !S_ISREG(st.st_mode))
		return refuse(r, -EINVAL, "not a regular file: no others can follow");
	snprintf(folder, sizeof(folder), "%.*s.", (int)(name - r->set.path), r->set.path);
	if (strchr(folder, '%'))
		return 0;
	return faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) ? -errno : 0;
}

static bool is_plain(const struct rotate_settings *o)
{
	const struct rotate_options *r = &o->when;

	return !schedule_rotates(r) && !r->stop_ns && !r->stop_bytes && !o->keep.max_disk &&
	       !o->keep.min_free;
}

int rotate_open(struct rotate **rotate, const struct rotate_settings *o, int interrupt_fd)
{
	struct rotate *r = *rotate = calloc(1, sizeof(*r));
	struct rlimit limit;
	int err = 0;

	if (!r)
		return -ENOMEM;
	r->set = *o;
	r->interrupt_fd = interrupt_fd;
	r->dir_fd = -1;
	r->plain = is_plain(o);
	r->opened_ns = clock_now_ns();
	r->room_at = o->keep.max_disk || o->keep.min_free ? 0 : UINT64_MAX;
	strncpy(r->path, o->path, sizeof(r->path) - 1);
	if (!filenames_init(&r->series, o->path, &o->when))
		return refuse(r, -EINVAL, "too long, or a '/' comes out of the time (%D)");
	schedule_init(&r->schedule, &o->when, o->live);
	if (schedule_rotates(&o->when) && !o->when.on_demand && !getrlimit(RLIMIT_FSIZE, &limit) &&
	    limit.rlim_cur != RLIM_INFINITY)
		r->schedule.max_bytes = min_of(r->schedule.max_bytes, (uint64_t)limit.rlim_cur);
	if (o->write_buffer)
		err = write_queue_open(&r->queue, o->write_buffer, interrupt_fd);
	if (!err && r->queue)
		err = write_queue_direct(r->queue, o->direct);
	if (err)
		return err;
	if (o->when.on_demand && (err = check_folder(r)))
		return err;
	if (o->when.on_demand || (!o->live && (r->series.dated || r->series.ring)))
		return open_retention(r);
	return rotate_open_first(r, r->opened_ns);
}

int rotate_spare(struct rotate *r, const struct stat *st)
{
	struct stat *more;

	if (r->writer ? takes_place_of(r, st) : r->set.when.on_demand && has_name(r->set.path, st))
		return -EEXIST;
	more = realloc(r->spared, (r->n_spared + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	r->spared = more;
	r->spared[r->n_spared++] = *st;
	return 0;
}

static int stat_named(const struct rotate *r, const char *path, struct stat *st)
{
	return r->dir_fd < 0 ? stat(path, st) : fstatat(r->dir_fd, last_part(path), st, 0);
}

/*
 * May the file that has this name already, if there is one, be overwritten? -EAGAIN: another name
 * is better.
 */
static int look_at(struct rotate *r, const char *name)
{
	struct stat st;

	if (stat_named(r, name, &st))
		return 0;
	if (!S_ISREG(st.st_mode))
		return refuse(r, -EEXIST, "not a regular file");
	for (size_t i = 0; i < r->n_spared; i++)
		if (st.st_dev == r->spared[i].st_dev && st.st_ino == r->spared[i].st_ino)
			return refuse(r, -EEXIST, "cannot read from and write to the same file");
	if (writer_is_same(r->writer, &st) && strcmp(name, r->path))	/* a link */
		return -EAGAIN;
	return r->series.back && (uint64_t)st.st_mtime >= r->opened_ns / 1000000000 ? -EAGAIN : 0;
}

/*
 * May it be the next one's? What this run has there makes way, unless it is the current file (a
 * ring of one).
 */
static int claim(struct rotate *r, const char *name)
{
	int err = look_at(r, name);

	if (err || !strcmp(name, r->path))
		return err;
	err = retention_claim(r->retention, name);
	return err == -EEXIST ? -EAGAIN : err;
}

int rotate_next_name(struct rotate *r, uint64_t wall_ns)
{
	const struct filenames before = r->series;
	int err = -EAGAIN;

	for (uint64_t tries = 0; err == -EAGAIN; tries++) {
		if (!filenames_next(&r->series, wall_ns, r->wanted))
			return -ENAMETOOLONG;
		err = r->series.wrap && tries >= r->series.wrap ? -EBUSY : claim(r, r->wanted);
	}
	if (err == -EBUSY) {
		r->series = before;
		r->wanted[0] = '\0';
	}
	return err;
}

bool rotate_is_there(const struct rotate *r)
{
	char name[PATH_MAX];
	struct stat st;

	return working_name(r, r->path, name) && !stat_named(r, name, &st) &&
	       writer_is_same(r->writer, &st);
}

int rotate_open_next(struct rotate *r, struct out **out)
{
	char name[PATH_MAX];
	int err;

	if (!working_name(r, r->wanted, name))
		return -ENAMETOOLONG;
	/* the name is needed, and the file has another one */
	if (!strcmp(r->wanted, r->path) && writer_out(r->writer) && r->set.part)
		rotate_name(r, writer_out(r->writer));
	/* a ring of one file: the old one makes way, if it is still there */
	else if (!strcmp(r->wanted, r->path) && writer_out(r->writer))
		out_unlink(writer_out(r->writer));
	err = out_open_in(out, r->dir_fd, name, r->interrupt_fd);
	if (!err)
		err = out_set_codec(*out, r->set.codec);
	if (!err)
		allow_direct(r, *out);
	return err ? err : begin_draft(r, *out);
}
