// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* One writer, one file after the other in it. A new one is opened before the old one is given up. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "capture/clock.h"
#include "capture/err.h"
#include "capture/keeper.h"
#include "capture/opts.h"
#include "capture/out.h"
#include "capture/packet.h"
#include "capture/rotate.h"
#include "capture/schedule.h"
#include "capture/series.h"
#include "capture/util.h"
#include "capture/writer.h"

enum {
	FRAME_MIN	= 4096,		/* bytes that are worth a frame of their own */
	ROOM_BYTES	= 1 << 20,	/* after which it is asked again whether there is room for more */
};

struct rotate {
	const struct opts *opts;
	struct rotate_source source;
	struct schedule schedule;
	struct series series;
	struct writer *writer;		/* NULL: the first file is not open yet */
	struct keeper *keeper;		/* NULL: no regular file */
	int interrupt_fd;
	int dir_fd;			/* of all files; -1: each name tells */
	bool plain;			/* there is nothing to look at */
	bool begun;
	bool finished;			/* the current file */
	bool postponed;			/* the next one, until the next flush */
	bool cut_short;
	uint64_t opened_ns;		/* wall clock */
	uint64_t room_at;		/* size at which to ask for room */
	struct stat *spared;
	size_t n_spared;
	char path[PATH_MAX];		/* of the current file */
	char wanted[PATH_MAX];		/* of one that could not be made; "" */
	const char *why;		/* NULL: errno tells */
};

static void out_closep(struct out **o)
{
	out_close(*o);
}

static int refuse(struct rotate *r, int err, const char *why)
{
	r->why = why;
	return err;
}

/* ---- the first file ---- */

/* In which sentences of other threads come. */
static void say(void *ctx, const char *sentence)
{
	(void)ctx;
	complain("%s", sentence);
}

static int open_keeper(struct rotate *r)
{
	const struct rotate_options *o = &r->opts->rotate;
	struct keeper_options keep = r->opts->keep;
	int err;

	if (!series_wraps(&r->series) && (o->file_bytes || o->ring_names))
		keep.n_files = o->n_files;
	err = keeper_open(&r->keeper, &keep, say, NULL, r->interrupt_fd);
	if (err && keep.command && (err == -ENOENT || err == -EACCES))
		strncpy(r->wanted, keep.command, sizeof(r->wanted) - 1);
	else if (err && keep.print_name)
		strncpy(r->wanted, keep.print_name, sizeof(r->wanted) - 1);
	return err;
}

/* Other files follow into the same directory, unless their names say into which. */
static int hold_directory(struct rotate *r)
{
	const char *slash = strrchr(r->series.pattern, '/');
	int fd = out_dir_fd(writer_out(r->writer));

	if (fd < 0 || (r->series.dated && slash && memchr(r->series.pattern, '%', slash - r->series.pattern)))
		return 0;
	r->dir_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return r->dir_fd < 0 ? -errno : 0;
}

static int open_first(struct rotate *r, uint64_t wall_ns)
{
	const struct opts *o = r->opts;
	int err;

	if (!series_next(&r->series, wall_ns, r->path))
		return -ENAMETOOLONG;
	err = writer_open(&r->writer, o->format, &o->print, r->path, r->interrupt_fd);
	if (err)
		return err;
	for (size_t i = 0; i < r->n_spared; i++)
		if (writer_is_same(r->writer, &r->spared[i]))
			return refuse(r, -EEXIST, "cannot read from and write to the same file");
	if (!rotate_is_file(r))
		return schedule_rotates(&o->rotate) ? refuse(r, -EINVAL, "not a regular file: no others can follow") : 0;
	err = writer_set_codec(r->writer, o->codec);
	if (!err)
		err = hold_directory(r);
	if (!err && !r->keeper)
		err = open_keeper(r);
	return err ? err : keeper_current(r->keeper, writer_out(r->writer), r->path);
}

static bool is_plain(const struct opts *o)
{
	const struct rotate_options *r = &o->rotate;

	return !schedule_rotates(r) && !r->stop_ns && !r->stop_bytes && !o->keep.max_disk && !o->keep.min_free;
}

int rotate_open(struct rotate **rotate, const struct opts *o, int interrupt_fd)
{
	struct rotate *r = *rotate = calloc(1, sizeof(*r));
	struct rlimit limit;

	if (!r)
		return -ENOMEM;
	r->opts = o;
	r->interrupt_fd = interrupt_fd;
	r->dir_fd = -1;
	r->plain = is_plain(o);
	r->opened_ns = clock_now_ns();
	r->room_at = o->keep.max_disk || o->keep.min_free ? ROOM_BYTES : UINT64_MAX;
	strncpy(r->path, o->write, sizeof(r->path) - 1);
	if (!series_init(&r->series, o->write, &o->rotate))
		return refuse(r, -EINVAL, "too long, or a '/' comes out of the time (%D)");
	schedule_init(&r->schedule, &o->rotate, !o->n_reads);
	if (schedule_rotates(&o->rotate) && !getrlimit(RLIMIT_FSIZE, &limit) && limit.rlim_cur != RLIM_INFINITY)
		r->schedule.max_bytes = min_of(r->schedule.max_bytes, (uint64_t)limit.rlim_cur);
	if (o->n_reads && (r->series.dated || r->series.ring))
		return open_keeper(r);
	return open_first(r, r->opened_ns);
}

int rotate_spare(struct rotate *r, const struct stat *st)
{
	struct stat *more;

	if (r->writer && writer_is_same(r->writer, st))
		return -EEXIST;
	more = realloc(r->spared, (r->n_spared + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	r->spared = more;
	r->spared[r->n_spared++] = *st;
	return 0;
}

/* ---- from one file to the next ---- */

static int begin_file(struct rotate *r)
{
	int err = r->source.begin(r->source.ctx, r->writer);

	if (!err && (r->schedule.live || r->schedule.n_files > 1))
		err = writer_flush(r->writer);
	return err == -EINTR ? 0 : err;
}

int rotate_begin(struct rotate *r, const struct rotate_source *source, uint64_t now, uint64_t wall_ns)
{
	int err = r->writer ? 0 : open_first(r, wall_ns);

	r->source = *source;
	r->begun = !err;
	if (err)
		return err;
	schedule_start(&r->schedule, now, wall_ns);
	return begin_file(r);
}

static int stat_named(const struct rotate *r, const char *path, struct stat *st)
{
	const char *slash = strrchr(path, '/');

	return r->dir_fd < 0 ? stat(path, st) : fstatat(r->dir_fd, slash ? slash + 1 : path, st, 0);
}

/* May the file that has this name already, if there is one, be overwritten? -EAGAIN: another name is better. */
static int look_at(struct rotate *r, const char *name)
{
	struct stat st;
	int err;

	if (stat_named(r, name, &st))
		return 0;
	if (!S_ISREG(st.st_mode))
		return refuse(r, -EEXIST, "not a regular file");
	for (size_t i = 0; i < r->n_spared; i++)
		if (st.st_dev == r->spared[i].st_dev && st.st_ino == r->spared[i].st_ino)
			return refuse(r, -EEXIST, "cannot read from and write to the same file");
	if (r->series.back && (uint64_t)st.st_mtime >= r->opened_ns / 1000000000)
		return -EAGAIN;
	if (!series_wraps(&r->series) || writer_is_same(r->writer, &st))
		return 0;
	err = keeper_claim(r->keeper, name);
	return err == -EEXIST ? -EAGAIN : err;
}

/* -EBUSY: the name is not free yet, so that its turn will come later. */
static int next_name(struct rotate *r)
{
	const struct series before = r->series;
	int err = -EAGAIN;

	for (uint64_t tries = 0; err == -EAGAIN; tries++) {
		if (!series_next(&r->series, schedule_next_wall(&r->schedule), r->wanted))
			return -ENAMETOOLONG;
		err = r->series.wrap && tries >= r->series.wrap ? -EBUSY : look_at(r, r->wanted);
	}
	if (err == -EBUSY)
		r->series = before;
	return err;
}

/* A ring of one file: the old one makes way. */
static void remove_namesake(struct rotate *r)
{
	const char *slash = strrchr(r->wanted, '/');
	struct stat st;

	if (!strcmp(r->wanted, r->path) && !stat_named(r, r->wanted, &st) && writer_is_same(r->writer, &st))
		unlinkat(r->dir_fd, slash ? slash + 1 : r->wanted, 0);
}

/* All of it that can fail easily comes before the old file is finished. */
static int switch_to_wanted(struct rotate *r)
{
	cleanup(out_closep) struct out *next = NULL;
	int err;

	remove_namesake(r);
	err = out_open_in(&next, r->dir_fd, r->wanted, r->interrupt_fd);
	if (!err)
		err = out_set_codec(next, r->opts->codec);
	if (err)
		return err;
	r->finished = true;
	err = writer_finish(r->writer, r->source.stats, r->source.ctx);
	if (err) {
		r->wanted[0] = '\0';
		return err;
	}
	keeper_file(r->keeper, writer_take_out(r->writer));
	writer_give_out(r->writer, steal(&next));
	r->finished = false;
	strcpy(r->path, r->wanted);
	r->wanted[0] = '\0';
	r->room_at = r->room_at == UINT64_MAX ? UINT64_MAX : ROOM_BYTES;
	schedule_began(&r->schedule);
	err = keeper_current(r->keeper, writer_out(r->writer), r->path);
	return err ? err : begin_file(r);
}

static int follow(struct rotate *r, enum step step)
{
	int err;

	if (step == STEP_STOP)
		return ROTATE_END;
	if (step == STEP_ON || r->postponed)
		return 0;
	err = next_name(r);
	if (err == -EBUSY) {
		r->wanted[0] = '\0';
		r->postponed = true;
		return 0;
	}
	return err ? err : switch_to_wanted(r);
}

int rotate_next(struct rotate *r)
{
	enum step step = schedule_ask(&r->schedule);
	struct stat st;

	if (step == STEP_NEW_FILE && (stat_named(r, r->path, &st) || !writer_is_same(r->writer, &st))) {
		strcpy(r->wanted, r->path);
		return switch_to_wanted(r);
	}
	return follow(r, step);
}

void rotate_now(struct rotate *r, uint64_t now)
{
	schedule_now(&r->schedule, now);
}

int rotate_tick(struct rotate *r, uint64_t upto)
{
	return follow(r, schedule_tick(&r->schedule, upto));
}

uint64_t rotate_due(const struct rotate *r)
{
	return r->postponed ? UINT64_MAX : schedule_due(&r->schedule);
}

void rotate_clock_set(struct rotate *r, uint64_t now, uint64_t wall_ns)
{
	schedule_clock_set(&r->schedule, now, wall_ns);
}

/* ---- packets ---- */

static int check_room(struct rotate *r)
{
	uint64_t size = writer_size(r->writer);
	enum keeper_room room = keeper_room(r->keeper, size);

	r->room_at = size + ROOM_BYTES;
	r->cut_short = room == KEEPER_DISK_LOW;
	return room == KEEPER_ROOM ? 0 : ROTATE_LAST;
}

static int written(struct rotate *r)
{
	if (schedule_written(&r->schedule))
		return ROTATE_LAST;
	return writer_size(r->writer) >= r->room_at ? check_room(r) : 0;
}

static int put(struct rotate *r, const struct packet *p);

/* The packet that made it too large is the next file's. What compression saves is only known when it is done. */
static int put_elsewhere(struct rotate *r, const struct packet *p)
{
	bool again;
	int err;

	writer_undo(r->writer);
	again = out_is_compressed(writer_out(r->writer)) && writer_pending(r->writer) >= FRAME_MIN;
	err = again ? writer_flush(r->writer) : follow(r, schedule_full(&r->schedule));
	if (err) {
		writer_refuse(r->writer, p->iface->id);
		return err;
	}
	if (again)
		return put(r, p);
	err = writer_packet(r->writer, p);
	return err ? err : written(r);
}

static int put(struct rotate *r, const struct packet *p)
{
	uint64_t before = writer_packets(r->writer);
	int err = writer_packet(r->writer, p);

	if (err)
		return err;
	if (before && writer_packets(r->writer) > before && writer_size(r->writer) > r->schedule.max_bytes)
		return put_elsewhere(r, p);
	return written(r);
}

int rotate_packet(struct rotate *r, const struct packet *p)
{
	int err;

	if (r->plain)
		return writer_packet(r->writer, p);
	err = follow(r, schedule_packet(&r->schedule, p->has & PACKET_TIME ? p->ts_ns : r->schedule.now + r->schedule.offset));
	if (!err)
		return put(r, p);
	writer_refuse(r->writer, p->iface->id);
	return err;
}

int rotate_flush(struct rotate *r)
{
	int err = writer_flush(r->writer);

	r->postponed = false;
	return err || r->room_at == UINT64_MAX ? err : check_room(r);
}

/* ---- the end ---- */

int rotate_finish(struct rotate *r)
{
	int err = 0;

	if (!r->writer)
		return 0;
	if (!r->finished)
		err = writer_finish(r->writer, r->source.stats, r->source.ctx);
	r->finished = true;
	if (r->keeper)
		keeper_file(r->keeper, writer_take_out(r->writer));
	return err;
}

int rotate_wait(struct rotate *r)
{
	return r->keeper ? keeper_finish(r->keeper, r->interrupt_fd) : 0;
}

struct rotate *rotate_close(struct rotate *r)
{
	if (!r)
		return NULL;
	r->writer = writer_close(r->writer);
	keeper_close(r->keeper);
	if (r->dir_fd >= 0)
		close(r->dir_fd);
	free(r->spared);
	free(r);
	return NULL;
}

/* ---- questions ---- */

bool rotate_begun(const struct rotate *r)
{
	return r->begun;
}

bool rotate_is_file(const struct rotate *r)
{
	return r->writer && writer_out(r->writer) && out_is_file(writer_out(r->writer));
}

size_t rotate_pending(const struct rotate *r)
{
	return r->writer ? writer_pending(r->writer) : 0;
}

void rotate_hurry(struct rotate *r, int ms)
{
	if (r->writer && writer_out(r->writer))
		writer_hurry(r->writer, ms);
}

uint64_t rotate_lost(const struct rotate *r, uint32_t id)
{
	return r->writer ? writer_lost(r->writer, id) : 0;
}

uint64_t rotate_lost_all(const struct rotate *r)
{
	return r->writer ? writer_lost_all(r->writer) : 0;
}

uint64_t rotate_unfit(const struct rotate *r, int *reason)
{
	return r->writer ? writer_unfit(r->writer, reason) : 0;
}

struct writer *rotate_writer(const struct rotate *r)
{
	return r->writer;
}

bool rotate_has_failed(const struct rotate *r)
{
	return r->wanted[0];
}

const char *rotate_path(const struct rotate *r)
{
	return r->wanted[0] ? r->wanted : r->path;
}

const char *rotate_error(const struct rotate *r, int err)
{
	return r->why ? r->why : strerror(-err);
}

bool rotate_is_cut_short(const struct rotate *r)
{
	return r->cut_short;
}
