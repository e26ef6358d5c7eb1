// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * All packets go through one memory, in order. Of those in it the first may be wanted by a trigger:
 * they are on their way into the file, a portion at a time, while others come behind them. The rest
 * are kept as long as a trigger could still ask for them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/base/log.h"
#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/packet/packet.h"
#include "capture/write/packet_memory.h"
#include "capture/write/file_sink.h"
#include "capture/write/recorder_impl.h"
#include "capture/write/rotate.h"

enum {
	/*
	 * a trigger whose packets follow those of the file before continues that file, if it comes
	 * so soon
	 */
	HOLD_NS = 1000 * 1000 * 1000,
	PORTION_PACKETS = 2,	/* that go into the file with each that comes */
	LOOK_AGAIN_NS = 10 * 1000 * 1000,
};

static struct recorder *of(const struct sink *k)
{
	return (struct recorder *)k;
}

/* ---- triggers ---- */

static void want_all(struct recorder *r)
{
	r->n_wanted = packet_memory_count(r->memory);
	r->kept_bytes = 0;
}

static bool is_ignored(const struct recorder *r, uint64_t at_ns)
{
	const bool in_order = r->counts.triggers && at_ns >= r->triggered_ns;

	return (in_order && !r->ends && at_ns - r->triggered_ns < r->set.cooldown_ns) ||
	       (r->set.max_triggers && r->counts.triggers >= r->set.max_triggers);
}

/* True: it counts. */
static bool note_trigger(struct recorder *r, uint64_t at_ns)
{
	if (is_ignored(r, at_ns)) {
		r->counts.ignored++;
		return false;
	}
	r->counts.triggers++;
	r->triggered_ns = at_ns;
	return true;
}

static void close_window(struct recorder *r)
{
	r->is_open = false;
	r->closed_ns = recorder_now_ns(r);
}

static void open_window(struct recorder *r, uint64_t at_ns)
{
	r->open = r->set.after;
	if (r->open.unit == REACH_TIME)
		r->open.n += at_ns;
	r->is_open = r->open.unit != REACH_ALL && r->open.n;
	if (!r->is_open)
		close_window(r);
}

/*
 * What belongs to it is written, and what a trigger of now, the packet @p if it is one, cannot ask
 * for is forgotten: that file ends, unless nothing is.
 */
static int end_window_before(struct recorder *r, const struct packet *p, uint64_t at_ns)
{
	int err = r->set.live ? recorder_write_portion(r) : recorder_write_wanted(r);

	/* while the disk is slow nothing is forgotten, and that file goes on */
	if (err || r->n_wanted)
		return err;
	recorder_forget_old(r, p, at_ns);
	return r->has_file && r->has_gap ? recorder_end_file(r) : 0;
}

/* @p: the packet that is the trigger, the youngest in memory; NULL: something else. */
static int trigger(struct recorder *r, const char *why, const struct packet *p, uint64_t at_ns)
{
	int err;

	if (!note_trigger(r, at_ns))
		return 0;
	err = r->is_open ? 0 : end_window_before(r, p, at_ns);
	if (err)
		return err;
	if (r->has_file && !p)	/* of packets there may be thousands */
		log_announce("%s: trigger: %s: it goes on", rotate_path(r->files), why);
	if (!r->has_file)
		snprintf(r->why, sizeof(r->why), "trigger: %s", why);
	r->has_file = true;
	want_all(r);
	open_window(r, at_ns);
	return r->is_begun ? 0 : recorder_begin_file(r);
}

/* All packets from before that have come by now. */
static int trigger_beside(struct recorder *r)
{
	char why[RECORDER_WHY_MAX];

	strcpy(why, r->beside_why);
	*r->beside_why = '\0';
	return trigger(r, why, NULL, r->beside_ns);
}

bool recorder_trigger(struct recorder *r, const char *why)
{
	const uint64_t now = clock_now_ns();

	if (*r->beside_why || !r->from || is_ignored(r, now)) {
		r->counts.ignored++;
		return false;
	}
	text_utf8_clean(r->beside_why, sizeof(r->beside_why), why, strlen(why));
	r->beside_ns = now;
	return true;
}

void recorder_trigger_last(struct recorder *r, const char *why)
{
	r->counts.ignored += *r->beside_why != '\0';
	*r->beside_why = '\0';
	r->ends = true;
	recorder_trigger(r, why);
}

void recorder_trigger_next(struct recorder *r, const char *why)
{
	text_utf8_clean(r->next_why, sizeof(r->next_why), why, strlen(why));
}

/* A packet has come, and the window is open: does it belong there? */
static void extend_window(struct recorder *r, const struct packet *p)
{
	struct reach *open = &r->open;

	if (open->unit == REACH_TIME && r->newest_ns > open->n)
		return close_window(r);
	want_all(r);
	if (open->unit == REACH_PACKETS)
		open->n--;
	else if (open->unit == REACH_BYTES)
		open->n -= min_of(open->n, (uint64_t)p->caplen);
	if (!open->n)
		close_window(r);
}

/* ---- the sink ---- */

/* No other trigger counts. */
static bool is_last(const struct recorder *r)
{
	return !*r->beside_why &&
	       (r->ends || (r->set.max_triggers && r->counts.triggers >= r->set.max_triggers));
}

/* Is the file complete, as no other trigger can continue it? */
static bool is_complete(const struct recorder *r, uint64_t now)
{
	const bool goes_back = now + HOLD_NS < r->closed_ns;

	return r->is_begun && !r->is_open && !r->n_wanted &&
	       (r->has_gap || is_last(r) || goes_back || now >= r->closed_ns + HOLD_NS);
}

/* It is @now, and all packets from before that have come. */
static int settle(struct recorder *r, uint64_t now)
{
	int err = *r->beside_why && now > r->beside_ns ? trigger_beside(r) : 0;

	if (err && err != -EBUSY)
		return err;
	if (r->is_open && r->open.unit == REACH_TIME && now > r->open.n)
		close_window(r);
	if (r->has_file && !r->is_begun) {
		err = recorder_begin_file(r);
		if (err)
			return err == -EBUSY ? 0 : err;
	}
	if (!is_complete(r, now))
		return 0;
	err = recorder_end_file(r);
	return !err && is_last(r) ? SINK_LAST : err;
}

static int packet(struct sink *k, const struct packet *p)
{
	struct recorder *r = of(k);
	int err;

	if (k->error)
		return k->error;
	if (p->has & PACKET_TIME)
		r->newest_ns = p->ts_ns;
	err = r->set.live && !*r->beside_why ? 0 : settle(r, r->newest_ns);
	if (err) {
		r->counts.forgotten++;
		return err == SINK_LAST ? SINK_END : err;
	}
	recorder_forget_old(r, NULL, r->newest_ns);
	err = *r->next_why ? recorder_put_trigger(r, p) : recorder_put(r, p);
	if (!err && r->is_open)
		extend_window(r, p);
	if (!err && *r->next_why)
		err = trigger(r, r->next_why, p, p->has & PACKET_TIME ? p->ts_ns : r->newest_ns);
	*r->next_why = '\0';
	if (err && err != -EBUSY)
		return err;
	return r->set.live ? recorder_write_if_room(r, PORTION_PACKETS) : recorder_write_wanted(r);
}

static int start(struct sink *k)
{
	return rotate_start(of(k)->files);
}

static int begin(struct sink *k, struct source *from, uint64_t now, uint64_t wall_ns)
{
	of(k)->from = from;
	of(k)->run_ns = now;
	of(k)->wall_offset_ns = wall_ns - now;
	return 0;
}

static int flush(struct sink *k)
{
	struct recorder *r = of(k);
	int err = k->error ? k->error : recorder_write_portion(r);

	return err || !r->is_begun ? err : rotate_flush(r->files);
}

static int joined(struct sink *k)
{
	return of(k)->is_begun ? rotate_joined(of(k)->files) : 0;
}

static int left(struct sink *k, uint32_t id)
{
	return of(k)->is_begun && !of(k)->n_wanted ? rotate_left(of(k)->files, id) : 0;
}

static size_t pending(const struct sink *k)
{
	const struct recorder *r = of(k);

	return k->error ? 0 : r->n_wanted + (r->is_begun ? rotate_pending(r->files) : 0);
}

static void now(struct sink *k, uint64_t now)
{
	of(k)->run_ns = now;
	rotate_now(of(k)->files, now);
}

static int tick(struct sink *k, uint64_t upto is_unused)
{
	struct recorder *r = of(k);
	uint64_t now;
	int err;

	if (k->error || !r->from)
		return k->error;
	now = recorder_now_ns(r);
	recorder_forget_old(r, NULL, now);
	err = recorder_write_portion(r);
	return err ? err : settle(r, now);
}

static uint64_t due(const struct sink *k)
{
	const struct recorder *r = of(k);
	uint64_t end_ns, now;

	if (!r->set.live || (!r->has_file && !*r->beside_why))
		return UINT64_MAX;
	if (*r->beside_why)
		return r->run_ns;
	if (r->n_wanted || !r->is_begun)
		return r->is_begun && rotate_has_room(r->files) ? r->run_ns
								: r->run_ns + LOOK_AGAIN_NS;
	if (r->is_open && r->open.unit != REACH_TIME)
		return UINT64_MAX;
	end_ns = r->is_open ? r->open.n : r->closed_ns + HOLD_NS;
	now = recorder_now_ns(r);
	return clock_monotonic_ns() + (end_ns > now ? end_ns - now : 0);
}

/*
 * What is to come then, and what was, is as far away as before; packets keep the times that they
 * have.
 */
static void clock_set(struct sink *k, uint64_t now, uint64_t wall_ns)
{
	struct recorder *r = of(k);
	const uint64_t step_ns = wall_ns - now - r->wall_offset_ns;
	uint64_t *const times[] = { &r->newest_ns, &r->triggered_ns, &r->closed_ns, &r->beside_ns };

	for (size_t i = 0; i < array_size(times); i++)
		*times[i] += step_ns;
	if (r->open.unit == REACH_TIME)
		r->open.n += step_ns;
	r->wall_offset_ns += step_ns;
	rotate_clock_set(r->files, now, wall_ns);
}

static int spare(struct sink *k, const struct stat *st)
{
	return rotate_spare(of(k)->files, st);
}

static int reader_fd(const struct sink *k is_unused)
{
	return -1;
}

static void hurry(struct sink *k, int ms)
{
	rotate_hurry(of(k)->files, ms);
}

static bool lacks_something(const struct recorder *r)
{
	return r->has_file && (r->n_wanted || !r->is_begun);
}

/* The last trigger, whose file may have to wait for those before it to come to the disk. */
static int write_last(struct recorder *r)
{
	enum { TIMES = 5000, PAUSE_US = 1000 };
	int err = *r->beside_why ? trigger_beside(r) : 0;

	for (unsigned i = 0; (!err || err == -EBUSY) && lacks_something(r) && i < TIMES; i++) {
		err = r->is_begun ? 0 : recorder_begin_file(r);
		if (!err)
			err = recorder_write_wanted(r);
		else if (err == -EBUSY)
			wait_us(PAUSE_US);
	}
	return err;
}

/* What nobody has asked for by now is forgotten, and what could not be written is lost. */
static int finish(struct sink *k)
{
	struct recorder *r = of(k);
	struct sink *files = file_sink(r->files);
	int err = k->error ? 0 : write_last(r), ended;

	ended = recorder_end_file(r);
	while (packet_memory_count(r->memory))
		recorder_forget_oldest(r);
	files->error = files->error ? files->error : k->error;
	if (!err)
		err = ended;
	files->incomplete = rotate_is_cut_short(r->files);
	if (err < 0 && err != -EPIPE && !files->error)
		files->error = err;
	return err;
}

static enum status report(const struct sink *k, uint64_t refused)
{
	const struct sink *files = file_sink(of(k)->files);

	return files->ops->report(files, refused + of(k)->counts.lost);
}

static struct sink *close_sink(struct sink *k)
{
	struct recorder *r = of(k);

	rotate_close(r->files);
	packet_memory_close(r->memory);
	free(r->ifaces);
	free(r->head_options);
	free(r->packet_options);
	free(r);
	return NULL;
}

static const struct sink_ops ops = {
	.start = start,
	.begin = begin,
	.packet = packet,
	.flush = flush,
	.joined = joined,
	.left = left,
	.pending = pending,
	.now = now,
	.tick = tick,
	.due = due,
	.clock_set = clock_set,
	.spare = spare,
	.reader_fd = reader_fd,
	.hurry = hurry,
	.finish = finish,
	.report = report,
	.close = close_sink,
};

int recorder_open(struct recorder **recorder, const struct recorder_settings *s,
		  struct rotate *files)
{
	struct recorder *r = calloc(1, sizeof(*r));
	int err = r ? packet_memory_open(&r->memory, max_of(s->memory, (uint64_t)PACKET_MEMORY_MIN))
		    : -ENOMEM;

	if (err) {
		free(r);
		return err;
	}
	r->sink.ops = &ops;
	r->told.ops = &recorder_told_ops;
	r->set = *s;
	r->files = files;
	*recorder = r;
	return 0;
}

struct sink *recorder_sink(struct recorder *r)
{
	return &r->sink;
}
