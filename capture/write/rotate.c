// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * One writer, one file after the other in it. A new one is opened before the old one is given up.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/write/descriptions.h"
#include "capture/write/file_series.h"
#include "capture/write/out.h"
#include "capture/write/retention.h"
#include "capture/write/rotate.h"
#include "capture/write/schedule.h"
#include "capture/write/sink.h"
#include "capture/write/write_queue.h"
#include "capture/write/writer.h"

enum {
	FRAME_MIN	= 4096,		/* bytes that are worth a frame of their own */
	/* after which it is asked again whether there is room for more */
	ROOM_BYTES	= 1 << 20,
};

struct rotate {
	struct sink sink;
	struct rotate_settings set;
	struct descriptions descriptions;
	struct schedule schedule;
	struct file_series files;
	struct write_queue *queue;	/* by which regular files are written; NULL: at once */
	/* the last one that was seen to be in the file; NULL: none so far */
	const struct iface *iface;
	bool plain;			/* there is nothing to look at */
	bool begun;
	bool finished;			/* the current file; on demand there may be none */
	/* the next one, until the next look at the packets, or flush */
	bool postponed;
	bool cut_short;
	bool torn;			/* the current one could not be written to its end */
	uint64_t room_at;		/* size at which to ask for room */
};

/* ---- the beginning ---- */

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
	int err;

	if (!r)
		return -ENOMEM;
	r->set = *o;
	r->plain = is_plain(o);
	r->room_at = o->keep.max_disk || o->keep.min_free ? 0 : UINT64_MAX;
	err = file_series_init(&r->files, &r->set, interrupt_fd);
	if (err)
		return err;
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
	r->files.queue = r->queue;
	if (o->when.on_demand && (err = file_series_check_folder(&r->files)))
		return err;
	if (o->when.on_demand || (!o->live && (r->files.names.dated || r->files.names.ring)))
		return file_series_open_retention(&r->files);
	return file_series_open_first(&r->files, r->files.opened_ns);
}

int rotate_spare(struct rotate *r, const struct stat *st)
{
	return file_series_spare(&r->files, st);
}

static void out_closep(struct out **o)
{
	out_close(*o);
}

/* ---- from one file to the next ---- */

static int begin_file(struct rotate *r)
{
	int err = descriptions_begin(&r->descriptions, r->files.writer);

	if (!err && r->set.head)
		err = writer_block(r->files.writer, r->set.head, r->set.head_len);
	r->iface = NULL;
	if (!err && (r->schedule.live || r->schedule.n_files > 1))
		err = writer_write(r->files.writer);
	return err == -EINTR ? 0 : err;
}

int rotate_start(struct rotate *r)
{
	int err = r->files.retention ? retention_start(r->files.retention) : 0;

	return !err && r->files.retention && r->queue ? write_queue_start(r->queue, r->set.n_threads)
						: err;
}

/* The file that is wanted, of which nothing is written yet, becomes the current one. */
static int begin_wanted(struct rotate *r, struct out *next)
{
	int err;

	r->finished = false;
	r->room_at = r->room_at == UINT64_MAX ? UINT64_MAX : 0;
	schedule_began(&r->schedule);
	err = file_series_take(&r->files, next);
	return err ? err : begin_file(r);
}

static int begin_another(struct rotate *r, uint64_t wall_ns)
{
	cleanup(out_closep) struct out *next = NULL;
	int err = file_series_next_name(&r->files, wall_ns);

	if (!err)
		err = file_series_open_next(&r->files, &next);
	if (err == -EINTR) {	/* a file system, and a signal that asks us to stop */
		r->files.wanted[0] = '\0';
		return -EBUSY;
	}
	return err ? err : begin_wanted(r, steal(&next));
}

int rotate_begin(struct rotate *r, struct source *from, uint64_t now, uint64_t wall_ns)
{
	int err;

	if (r->begun)
		return begin_another(r, wall_ns);
	err = r->files.writer ? 0 : file_series_open_first(&r->files, wall_ns);
	if (err && r->set.when.on_demand)	/* what is open is not to be written to, the next time */
		r->files.writer = writer_close(r->files.writer);
	r->descriptions = (struct descriptions){
		.from = from,
		.pcapng = r->set.format == FORMAT_PCAPNG,
		.rotates = schedule_rotates(&r->set.when),
		.live = r->schedule.live,
		.file_bytes = r->schedule.max_bytes,
		.snap = r->set.snap,
	};
	r->begun = !err;
	if (err)
		return err;
	schedule_start(&r->schedule, now, wall_ns);
	return begin_file(r);
}

static bool stats_of(void *ctx, uint32_t id, struct iface_stats *s)
{
	const struct rotate *r = ctx;

	return descriptions_stats(&r->descriptions, id, writer_lost(r->files.writer, id), s);
}

/* The current file goes on for now. */
static int postpone(struct rotate *r)
{
	r->files.wanted[0] = '\0';
	r->postponed = true;
	return 0;
}

/* All of it that can fail easily comes before the old file is finished. */
static int switch_to_wanted(struct rotate *r)
{
	cleanup(out_closep) struct out *next = NULL;
	int err = file_series_open_next(&r->files, &next);

	if (err == -EINTR)	/* a file system, and a signal that asks us to stop */
		return postpone(r);
	if (err)
		return err;
	r->finished = true;
	err = writer_finish(r->files.writer, stats_of, r);
	if (err) {
		r->torn = true;
		r->files.wanted[0] = '\0';
		return err;
	}
	file_series_hand_over(&r->files, r->torn);
	return begin_wanted(r, steal(&next));
}

static int follow(struct rotate *r, enum step step)
{
	int err;

	if (step == STEP_STOP)
		return SINK_END;
	if (step == STEP_ON || r->postponed)
		return 0;
	err = file_series_next_name(&r->files, schedule_next_wall(&r->schedule));
	if (err == -EBUSY)
		return postpone(r);
	return err ? err : switch_to_wanted(r);
}

int rotate_next(struct rotate *r)
{
	enum step step = r->finished ? STEP_ON : schedule_ask(&r->schedule);

	if (step == STEP_NEW_FILE && !file_series_is_there(&r->files)) {
		strcpy(r->files.wanted, r->files.path);
		return switch_to_wanted(r);
	}
	return follow(r, step);
}

void rotate_now(struct rotate *r, uint64_t now)
{
	r->postponed = false;	/* the files before may have come further */
	schedule_now(&r->schedule, now);
}

int rotate_tick(struct rotate *r, uint64_t upto)
{
	return follow(r, schedule_tick(&r->schedule, upto));
}

uint64_t rotate_due(const struct rotate *r)
{
	return r->postponed ? r->schedule.stop : schedule_due(&r->schedule);
}

void rotate_clock_set(struct rotate *r, uint64_t now, uint64_t wall_ns)
{
	schedule_clock_set(&r->schedule, now, wall_ns);
}

/* ---- packets ---- */

/* With @n bytes more: is there room for what comes before it is asked again? */
static int check_room(struct rotate *r, size_t n)
{
	uint64_t max = r->set.keep.max_disk, size;
	enum retention_room room;

	if (out_is_compressed(writer_out(r->files.writer)))
		writer_settle(r->files.writer);
	size = writer_size(r->files.writer) + n;
	r->room_at = size + (max ? min_of((uint64_t)ROOM_BYTES, max / 32 + 1) : ROOM_BYTES);
	room = retention_room(r->files.retention, r->room_at);
	r->cut_short = room == RETENTION_DISK_LOW;
	return room == RETENTION_ROOM ? 0 : SINK_LAST;
}

static int written(struct rotate *r)
{
	return schedule_written(&r->schedule) ? SINK_LAST : 0;
}

/* Bytes that may still come into the current file, in which one packet always has room. */
static uint64_t room_left(struct rotate *r)
{
	uint64_t max = r->schedule.max_bytes, size;

	if (max != UINT64_MAX)
		writer_settle(r->files.writer);
	size = writer_size(r->files.writer);
	return !writer_packets(r->files.writer) ? UINT64_MAX : max > size ? max - size : 0;
}

/* Its description and the packet go into one file. */
static int describe(struct rotate *r, const struct packet *p)
{
	int err = descriptions_iface(&r->descriptions, r->files.writer, p, room_left(r));

	if (err != -E2BIG)
		return err;
	err = follow(r, schedule_full(&r->schedule));
	if (!err && !writer_has_iface(r->files.writer, p->iface->id))
		err = descriptions_iface(&r->descriptions, r->files.writer, p, UINT64_MAX);
	return err;
}

static inline int see_iface(struct rotate *r, const struct packet *p)
{
	int err = 0;

	if (p->iface == r->iface)
		return 0;
	if (!writer_has_iface(r->files.writer, p->iface->id))
		err = describe(r, p);
	r->iface = p->iface;
	return err;
}

static int put(struct rotate *r, const struct packet *p);

/* What compression saves is only known when it is done. 1: perhaps it is smaller than it seemed. */
static int compress_more(struct rotate *r)
{
	int err = 0;

	if (!out_is_compressed(writer_out(r->files.writer)))
		return 0;
	if (writer_is_behind(r->files.writer))
		err = writer_settle(r->files.writer);
	else if (writer_pending(r->files.writer) >= FRAME_MIN)
		err = writer_write(r->files.writer);
	else
		return 0;
	return err ? err : 1;
}

/* The packet that would make it too large is the next file's. */
static int put_elsewhere(struct rotate *r, const struct packet *p)
{
	int again = compress_more(r);
	int err = again ? min_of(again, 0) : follow(r, schedule_full(&r->schedule));

	if (err) {
		writer_refuse(r->files.writer, p->iface->id);
		return err;
	}
	if (again || !writer_packets(r->files.writer))
		return put(r, p);
	err = writer_packet(r->files.writer, p);
	return err ? err : written(r);
}

/* Only when it is known how large the file becomes is the packet put there. */
static int put(struct rotate *r, const struct packet *p)
{
	int err = see_iface(r, p);
	uint64_t size;
	ssize_t n;

	if (err) {
		writer_refuse(r->files.writer, p->iface->id);
		return err;
	}
	n = writer_build(r->files.writer, p);
	if (n <= 0)
		return n;
	size = writer_size(r->files.writer) + n;
	if (size > r->schedule.max_bytes && writer_packets(r->files.writer))
		return put_elsewhere(r, p);
	if (size > r->room_at && check_room(r, n)) {
		writer_refuse(r->files.writer, p->iface->id);
		return SINK_END;
	}
	writer_put(r->files.writer);
	return written(r);
}

static inline int take(struct rotate *r, const struct packet *p)
{
	int err;

	if (r->plain) {
		err = see_iface(r, p);
		if (err)
			writer_refuse(r->files.writer, p->iface->id);
		return err ? err : writer_packet(r->files.writer, p);
	}
	err = follow(r, p->has & PACKET_TIME && !p->iface->other_clock
				? schedule_packet(&r->schedule, p->ts_ns)
				: schedule_untimed(&r->schedule));
	if (!err)
		return put(r, p);
	writer_refuse(r->files.writer, p->iface->id);
	return err;
}

int rotate_packet(struct rotate *r, const struct packet *p)
{
	int err = take(r, p);

	descriptions_check(&r->descriptions, p);
	return err;
}

/* What has no room comes with its first packet, or at the beginning of the next file. */
static int describe_new(struct rotate *r)
{
	int err = descriptions_iface(&r->descriptions, r->files.writer, NULL, room_left(r));

	return err == -E2BIG ? 0 : err;
}

int rotate_joined(struct rotate *r)
{
	int err = r->begun && !r->finished ? describe_new(r) : 0;

	return err || !r->begun ? err : writer_flush(r->files.writer);
}

int rotate_left(struct rotate *r, uint32_t id)
{
	int err = 0;

	if (r->begun && !r->finished)
		err = writer_final_stats(r->files.writer, id, stats_of, r);
	return err || !r->begun ? err : writer_flush(r->files.writer);
}

int rotate_flush(struct rotate *r)
{
	int err = writer_flush(r->files.writer);

	r->postponed = false;
	return err || r->room_at == UINT64_MAX ? err : check_room(r, 0);
}

/* ---- the end ---- */

int rotate_finish(struct rotate *r)
{
	int err = 0;

	if (!r->files.writer)
		return 0;
	/* interfaces without packets; if it fails, so does what follows */
	if (r->begun && !r->finished)
		describe_new(r);
	if (!r->finished)
		err = writer_finish(r->files.writer, stats_of, r);
	r->finished = true;
	r->torn |= err;
	if (writer_has_given_up(r->files.writer))
		writer_take_out(r->files.writer);	/* the thread has it until the process ends */
	else if (r->files.retention && writer_out(r->files.writer))
		file_series_hand_over(&r->files, r->torn);
	return err;
}

void rotate_force(struct rotate *r, int fd)
{
	if (r->queue)
		write_queue_force(r->queue, fd);
}

int rotate_wait(struct rotate *r, int interrupt_fd)
{
	return r->files.retention ? retention_finish(r->files.retention, interrupt_fd) : 0;
}

struct rotate *rotate_close(struct rotate *r)
{
	if (!r)
		return NULL;
	write_queue_close(r->queue);
	file_series_close(&r->files);
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
	return r->files.retention;
}

bool rotate_has_room(const struct rotate *r)
{
	return !r->queue || write_queue_state(r->queue).waiting < r->set.write_buffer / 2;
}

size_t rotate_pending(const struct rotate *r)
{
	return r->files.writer ? writer_pending(r->files.writer) : 0;
}

void rotate_hurry(struct rotate *r, int ms)
{
	if (r->files.writer && writer_out(r->files.writer))
		writer_hurry(r->files.writer, ms);
}

uint64_t rotate_lost(const struct rotate *r, uint32_t id)
{
	return r->files.writer ? writer_lost(r->files.writer, id) : 0;
}

uint64_t rotate_lost_all(const struct rotate *r)
{
	return r->files.writer ? writer_lost_all(r->files.writer) : 0;
}

uint64_t rotate_unfit(const struct rotate *r, enum format_unfit *why)
{
	return r->files.writer ? writer_unfit(r->files.writer, why) : 0;
}

const char *rotate_last(const struct rotate *r, uint64_t *offset)
{
	return r->files.writer && writer_last(r->files.writer, offset) ? r->files.path : NULL;
}

void rotate_written(const struct rotate *r, uint64_t *bytes, uint64_t *files)
{
	const struct file_series *f = &r->files;
	bool current = r->begun && f->writer && writer_out(f->writer);

	*bytes = f->handed_over + (current ? writer_written(f->writer) : 0);
	*files = f->n_handed_over + current;
}

struct writer *rotate_writer(const struct rotate *r)
{
	return r->files.writer;
}

bool rotate_has_failed(const struct rotate *r)
{
	return r->files.wanted[0];
}

const char *rotate_path(const struct rotate *r)
{
	return r->files.wanted[0] ? r->files.wanted : r->files.path;
}

const char *rotate_error(const struct rotate *r, int err)
{
	return r->files.why ? r->files.why : sink_reason(err);
}

bool rotate_is_cut_short(const struct rotate *r)
{
	return r->cut_short || r->files.misnamed;
}

struct sink *rotate_sink(struct rotate *r)
{
	return &r->sink;
}

struct rotate *rotate_of(const struct sink *k)
{
	return (struct rotate *)k;
}
