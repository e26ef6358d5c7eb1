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
#include "capture/packet/pcapng_options.h"
#include "capture/write/file_sink.h"
#include "capture/write/packet_memory.h"
#include "capture/write/recorder.h"
#include "capture/write/recorder_file.h"
#include "capture/write/recorder_memory.h"
#include "capture/write/rotate.h"
#include "capture/write/sink.h"

enum {
	/*
	 * a trigger whose packets follow those of the file before continues that file, if it comes
	 * so soon
	 */
	HOLD_NS = 1000 * 1000 * 1000,
	PORTION_PACKETS = 2,	/* that go into the file with each that comes */
	LOOK_AGAIN_NS = 10 * 1000 * 1000,
};

struct recorder {
	struct sink sink;
	struct recorder_memory memory;
	struct recorder_file file;
	struct recorder_settings set;
	/* what is still to come into the file; of TIME: until then */
	struct reach open;
	bool is_open;			/* it is after a trigger, and more is to come */
	uint64_t closed_ns;		/* the last window, by now_ns() */
	uint64_t newest_ns;		/* of the packets */
	uint64_t n_triggers, n_ignored;
	/* the next packet triggers; "": it does not */
	char next_why[RECORDER_FILE_WHY];
	/*
	 * something beside the packets has, then, of which the last may still be on their way; "":
	 * nothing has
	 */
	char beside_why[RECORDER_FILE_WHY];
	uint64_t beside_ns;
	bool ends;			/* with the file of the last trigger */
	uint8_t *packet_options;	/* of the packet at hand, with our comment */
	uint64_t wall_offset_ns;	/* from the run's own time to the wall clock */
};

static struct recorder *of(const struct sink *k)
{
	return (struct recorder *)k;
}

/*
 * The time of packets up to which all have come: of the clock, or that of the packets themselves.
 * Where packets come as time goes by, they come a little later.
 */
static uint64_t now_ns(const struct recorder *r)
{
	return r->set.live ? clock_now_ns() - r->file.told.from->lag_ns : r->newest_ns;
}

/* ---- memory ---- */

static void forget_oldest(struct recorder *r)
{
	recorder_memory_forget(&r->memory);
	r->file.has_gap |= r->file.has_file;
}

static void forget_old(struct recorder *r, const struct packet *trigger, uint64_t ts_ns)
{
	const bool any = recorder_memory_forget_old(&r->memory, trigger, ts_ns);

	r->file.has_gap |= any && r->file.has_file;
}

/* What is in its way goes into the file, or is forgotten. */
static int put(struct recorder *r, const struct packet *p)
{
	int err = recorder_memory_note(&r->memory, p);

	while (!err && !recorder_memory_put(&r->memory, p)) {
		if (!recorder_memory_count(&r->memory)) {	/* larger than all of it */
			r->memory.forgotten++;
			r->file.has_gap |= r->file.has_file;
			return 0;
		}
		err = r->memory.n_wanted ? recorder_file_write_oldest(&r->file) : 0;
		if (!r->memory.n_wanted || err == -EBUSY) {
			if (recorder_memory_count(&r->memory))
				forget_oldest(r);
			err = err == -EBUSY ? 0 : err;
		}
	}
	return err;
}

/* It says so itself. */
static int put_trigger(struct recorder *r, const struct packet *p)
{
	struct packet marked = *p;
	char comment[RECORDER_FILE_WHY + 16];

	snprintf(comment, sizeof(comment), "trigger: %s", r->next_why);
	pcapng_options_add_comment(&r->packet_options, &marked.options, comment);
	return put(r, &marked);
}

/* ---- triggers ---- */

static bool is_ignored(const struct recorder *r, uint64_t at_ns)
{
	const bool in_order = r->n_triggers && at_ns >= r->file.asked_ns;

	return (in_order && !r->ends && at_ns - r->file.asked_ns < r->set.cooldown_ns) ||
	       (r->set.max_triggers && r->n_triggers >= r->set.max_triggers);
}

/* True: it counts. */
static bool note_trigger(struct recorder *r, uint64_t at_ns)
{
	if (is_ignored(r, at_ns)) {
		r->n_ignored++;
		return false;
	}
	r->n_triggers++;
	r->file.asked_ns = at_ns;
	return true;
}

static void close_window(struct recorder *r)
{
	r->is_open = false;
	r->closed_ns = now_ns(r);
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
	int err = r->set.live ? recorder_file_write_portion(&r->file)
			      : recorder_file_write_wanted(&r->file);

	/* while the disk is slow nothing is forgotten, and that file goes on */
	if (err || r->memory.n_wanted)
		return err;
	forget_old(r, p, at_ns);
	return r->file.has_file && r->file.has_gap ? recorder_file_end(&r->file) : 0;
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
	if (r->file.has_file && !p)	/* of packets there may be thousands */
		log_announce("%s: trigger: %s: it goes on", rotate_path(r->file.rotate), why);
	if (!r->file.has_file)
		snprintf(r->file.why, sizeof(r->file.why), "trigger: %s", why);
	r->file.has_file = true;
	recorder_memory_want(&r->memory);
	open_window(r, at_ns);
	return r->file.is_begun ? 0 : recorder_file_begin(&r->file);
}

/* All packets from before that have come by now. */
static int trigger_beside(struct recorder *r)
{
	char why[RECORDER_FILE_WHY];

	strcpy(why, r->beside_why);
	*r->beside_why = '\0';
	return trigger(r, why, NULL, r->beside_ns);
}

bool recorder_trigger(struct recorder *r, const char *why)
{
	const uint64_t now = clock_now_ns();

	if (*r->beside_why || !r->file.told.from || is_ignored(r, now)) {
		r->n_ignored++;
		return false;
	}
	text_utf8_clean(r->beside_why, sizeof(r->beside_why), why, strlen(why));
	r->beside_ns = now;
	return true;
}

void recorder_trigger_last(struct recorder *r, const char *why)
{
	r->n_ignored += *r->beside_why != '\0';
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
	recorder_memory_want(&r->memory);
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
	       (r->ends || (r->set.max_triggers && r->n_triggers >= r->set.max_triggers));
}

/* Is the file complete, as no other trigger can continue it? */
static bool is_complete(const struct recorder *r, uint64_t now)
{
	const bool goes_back = now + HOLD_NS < r->closed_ns;

	return r->file.is_begun && !r->is_open && !r->memory.n_wanted &&
	       (r->file.has_gap || is_last(r) || goes_back || now >= r->closed_ns + HOLD_NS);
}

/* It is @now, and all packets from before that have come. */
static int settle(struct recorder *r, uint64_t now)
{
	int err = *r->beside_why && now > r->beside_ns ? trigger_beside(r) : 0;

	if (err && err != -EBUSY)
		return err;
	if (r->is_open && r->open.unit == REACH_TIME && now > r->open.n)
		close_window(r);
	if (r->file.has_file && !r->file.is_begun) {
		err = recorder_file_begin(&r->file);
		if (err)
			return err == -EBUSY ? 0 : err;
	}
	if (!is_complete(r, now))
		return 0;
	err = recorder_file_end(&r->file);
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
		r->memory.forgotten++;
		return err == SINK_LAST ? SINK_END : err;
	}
	forget_old(r, NULL, r->newest_ns);
	err = *r->next_why ? put_trigger(r, p) : put(r, p);
	if (!err && r->is_open)
		extend_window(r, p);
	if (!err && *r->next_why)
		err = trigger(r, r->next_why, p, p->has & PACKET_TIME ? p->ts_ns : r->newest_ns);
	*r->next_why = '\0';
	if (err && err != -EBUSY)
		return err;
	return r->set.live ? recorder_file_write_if_room(&r->file, PORTION_PACKETS)
			   : recorder_file_write_wanted(&r->file);
}

static int start(struct sink *k)
{
	return rotate_start(of(k)->file.rotate);
}

static int begin(struct sink *k, struct source *from, uint64_t now, uint64_t wall_ns)
{
	of(k)->file.told.from = from;
	of(k)->file.run_ns = now;
	of(k)->wall_offset_ns = wall_ns - now;
	return 0;
}

static int flush(struct sink *k)
{
	struct recorder *r = of(k);
	int err = k->error ? k->error : recorder_file_write_portion(&r->file);

	return err || !r->file.is_begun ? err : rotate_flush(r->file.rotate);
}

static int joined(struct sink *k)
{
	return of(k)->file.is_begun ? rotate_joined(of(k)->file.rotate) : 0;
}

static int left(struct sink *k, uint32_t id)
{
	const struct recorder *r = of(k);

	return r->file.is_begun && !r->memory.n_wanted ? rotate_left(r->file.rotate, id) : 0;
}

static size_t pending(const struct sink *k)
{
	const struct recorder *r = of(k);

	return k->error ? 0
			: r->memory.n_wanted +
				  (r->file.is_begun ? rotate_pending(r->file.rotate) : 0);
}

static void now(struct sink *k, uint64_t now)
{
	of(k)->file.run_ns = now;
	rotate_now(of(k)->file.rotate, now);
}

static int tick(struct sink *k, uint64_t upto is_unused)
{
	struct recorder *r = of(k);
	uint64_t now;
	int err;

	if (k->error || !r->file.told.from)
		return k->error;
	now = now_ns(r);
	forget_old(r, NULL, now);
	err = recorder_file_write_portion(&r->file);
	return err ? err : settle(r, now);
}

static uint64_t due(const struct sink *k)
{
	const struct recorder *r = of(k);
	uint64_t end_ns, now;

	if (!r->set.live || (!r->file.has_file && !*r->beside_why))
		return UINT64_MAX;
	if (*r->beside_why)
		return r->file.run_ns;
	if (r->memory.n_wanted || !r->file.is_begun)
		return r->file.is_begun && rotate_has_room(r->file.rotate) ? r->file.run_ns
								: r->file.run_ns + LOOK_AGAIN_NS;
	if (r->is_open && r->open.unit != REACH_TIME)
		return UINT64_MAX;
	end_ns = r->is_open ? r->open.n : r->closed_ns + HOLD_NS;
	now = now_ns(r);
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
	uint64_t *const times[] = { &r->newest_ns, &r->file.asked_ns, &r->closed_ns,
				    &r->beside_ns };

	for (size_t i = 0; i < array_size(times); i++)
		*times[i] += step_ns;
	if (r->open.unit == REACH_TIME)
		r->open.n += step_ns;
	r->wall_offset_ns += step_ns;
	rotate_clock_set(r->file.rotate, now, wall_ns);
}

static int spare(struct sink *k, const struct stat *st)
{
	return rotate_spare(of(k)->file.rotate, st);
}

static int reader_fd(const struct sink *k is_unused)
{
	return -1;
}

static void hurry(struct sink *k, int ms)
{
	rotate_hurry(of(k)->file.rotate, ms);
}

static bool lacks_something(const struct recorder *r)
{
	return r->file.has_file && (r->memory.n_wanted || !r->file.is_begun);
}

/* The last trigger, whose file may have to wait for those before it to come to the disk. */
static int write_last(struct recorder *r)
{
	enum { TIMES = 5000, PAUSE_US = 1000 };
	int err = *r->beside_why ? trigger_beside(r) : 0;

	for (unsigned i = 0; (!err || err == -EBUSY) && lacks_something(r) && i < TIMES; i++) {
		err = r->file.is_begun ? 0 : recorder_file_begin(&r->file);
		if (!err)
			err = recorder_file_write_wanted(&r->file);
		else if (err == -EBUSY)
			wait_us(PAUSE_US);
	}
	return err;
}

/* What nobody has asked for by now is forgotten, and what could not be written is lost. */
static int finish(struct sink *k)
{
	struct recorder *r = of(k);
	struct sink *files = file_sink(r->file.rotate);
	int err = k->error ? 0 : write_last(r), ended;

	ended = recorder_file_end(&r->file);
	while (recorder_memory_count(&r->memory))
		forget_oldest(r);
	files->error = files->error ? files->error : k->error;
	if (!err)
		err = ended;
	files->incomplete = rotate_is_cut_short(r->file.rotate);
	if (err < 0 && err != -EPIPE && !files->error)
		files->error = err;
	return err;
}

static enum status report(const struct sink *k, uint64_t refused)
{
	const struct sink *files = file_sink(of(k)->file.rotate);

	return files->ops->report(files, refused + of(k)->memory.lost);
}

static struct sink *close_sink(struct sink *k)
{
	struct recorder *r = of(k);

	rotate_close(r->file.rotate);
	recorder_memory_close(&r->memory);
	recorder_told_close(&r->file.told);
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
	int err = r ? recorder_memory_open(&r->memory,
					   max_of(s->memory, (uint64_t)PACKET_MEMORY_MIN))
		    : -ENOMEM;

	if (err) {
		free(r);
		return err;
	}
	r->sink.ops = &ops;
	r->memory.before = s->before;
	r->memory.back_ns = s->back_ns;
	r->set = *s;
	r->file.memory = &r->memory;
	r->file.rotate = files;
	r->file.live = s->live;
	r->file.decodes = s->decodes;
	recorder_told_init(&r->file.told, &r->memory, r->file.why);
	*recorder = r;
	return 0;
}

struct sink *recorder_sink(struct recorder *r)
{
	return &r->sink;
}

uint64_t recorder_lost(const struct recorder *r, uint32_t id)
{
	return recorder_memory_lost(&r->memory, id);
}

struct recorder_counts recorder_counts(const struct recorder *r)
{
	const struct recorder_memory *m = &r->memory;

	return (struct recorder_counts){
		.written = m->written,
		.in_memory = recorder_memory_count(m),
		.bytes = m->bytes,
		.forgotten = m->forgotten,
		.lost = m->lost,
		.triggers = r->n_triggers,
		.ignored = r->n_ignored,
		.files = r->file.n_files,
		.back_ns = recorder_memory_back_ns(m, r->newest_ns),
	};
}
