// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The conditions of rotation. */
#include "capture/base/util.h"
#include "capture/write/schedule.h"

/*
 * A packet cannot be younger than the look that found it; by more than this it is the wall clock
 * that was set.
 */
enum { CLOCK_SET_NS = 100 * 1000 * 1000 };

static uint64_t or_never(uint64_t limit)
{
	return limit ? limit : UINT64_MAX;
}

bool schedule_rotates(const struct rotate_options *o)
{
	return o->file_bytes || o->file_ns || o->interval_ns || o->file_packets || o->on_demand;
}

void schedule_init(struct schedule *s, const struct rotate_options *o, bool live)
{
	bool slices_only = o->file_ns && !o->file_bytes && !o->ring_names;

	*s = (struct schedule){
		.o = *o,
		.live = live,
		.turn = UINT64_MAX,
		.multiple = UINT64_MAX,
		.stop = UINT64_MAX,
		.max_bytes = min_of(or_never(o->file_bytes), or_never(o->stop_bytes)),
		.max_files = min_of(or_never(o->stop_files),
				    slices_only ? or_never(o->n_files) : UINT64_MAX),
	};
}

/* A file may say of its packets that they are from the end of time. */
static uint64_t later(uint64_t t, uint64_t ns)
{
	return t + ns < t ? UINT64_MAX : t + ns;
}

static void set_turns(struct schedule *s)
{
	if (s->o.file_ns)
		s->turn = later(s->begin, s->o.file_ns);
	if (s->o.interval_ns)
		s->multiple = later(s->begin,
				    s->o.interval_ns - (s->begin + s->offset) % s->o.interval_ns);
}

static void begin_at(struct schedule *s, uint64_t t)
{
	s->now = s->begin = s->next = t;
	if (s->o.stop_ns)
		s->stop = later(t, s->o.stop_ns);
	set_turns(s);
}

void schedule_start(struct schedule *s, uint64_t now, uint64_t wall_ns)
{
	s->offset = wall_ns - now;
	s->n_files = 1;
	begin_at(s, now);
}

static enum step new_file(struct schedule *s, uint64_t begin)
{
	if (s->n_files >= s->max_files)
		return STEP_STOP;
	s->next = begin;
	return STEP_NEW_FILE;
}

static bool has_come(uint64_t due, uint64_t t)
{
	return t >= due && due != UINT64_MAX;
}

/* The last end of a slice or multiple of the interval up to @t, of which there is one. */
static uint64_t last_turn(const struct schedule *s, uint64_t t)
{
	uint64_t last = 0;

	if (has_come(s->turn, t))
		last = t - (t - s->begin) % s->o.file_ns;
	if (has_come(s->multiple, t))
		last = max_of(last, t - (t - s->multiple) % s->o.interval_ns);
	return last;
}

static enum step at(struct schedule *s, uint64_t t)
{
	if (has_come(s->stop, t))
		return STEP_STOP;
	return has_come(s->turn, t) || has_come(s->multiple, t) ? new_file(s, last_turn(s, t))
								: STEP_ON;
}

static enum step packet_at(struct schedule *s, uint64_t t)
{
	enum step step = at(s, t);

	if (step == STEP_ON && s->o.file_packets && s->n_packets >= s->o.file_packets)
		return new_file(s, s->o.ring_names ? t : s->begin);
	return step;
}

enum step schedule_packet(struct schedule *s, uint64_t ts_ns)
{
	uint64_t t = ts_ns - s->offset;

	if (s->live)
		return packet_at(s, t > s->now + CLOCK_SET_NS ? s->now : t);
	if (!s->timed)
		begin_at(s, t);
	s->timed = true;
	s->now = t;
	return packet_at(s, t);
}

enum step schedule_untimed(struct schedule *s)
{
	return packet_at(s, s->now);
}

enum step schedule_full(struct schedule *s)
{
	if (!schedule_rotates(&s->o))
		return STEP_STOP;
	return schedule_ask(s);
}

/*
 * With tcpdump's names it is the next one of the same slice of time; dumpcap counts the time from
 * there anew.
 */
enum step schedule_ask(struct schedule *s)
{
	return new_file(s, s->o.ring_names ? s->now : s->begin);
}

bool schedule_written(struct schedule *s)
{
	s->n_packets++;
	return s->o.file_packets && s->n_packets >= s->o.file_packets && s->n_files >= s->max_files;
}

void schedule_now(struct schedule *s, uint64_t now)
{
	s->now = now;
}

enum step schedule_tick(struct schedule *s, uint64_t upto)
{
	return at(s, upto);
}

uint64_t schedule_due(const struct schedule *s)
{
	uint64_t turn = min_of(s->turn, s->multiple);

	return min_of(s->stop, turn);
}

uint64_t schedule_next_wall(const struct schedule *s)
{
	return s->next + s->offset;
}

void schedule_began(struct schedule *s)
{
	s->begin = s->next;
	s->n_packets = 0;
	s->n_files++;
	set_turns(s);
}

/* In another interval than before: at once. */
void schedule_clock_set(struct schedule *s, uint64_t now, uint64_t wall_ns)
{
	uint64_t interval = s->o.interval_ns, end;

	s->now = now;
	if (s->n_files && interval) {
		end = s->multiple + s->offset;
		s->multiple = now;
		if (wall_ns < end && end - wall_ns <= interval)
			s->multiple += end - wall_ns;
	}
	s->offset = wall_ns - now;
}
