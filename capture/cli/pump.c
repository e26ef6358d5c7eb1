// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The order of things: packets first, then what is due. */
#include <errno.h>

#include "capture/base/clock.h"
#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/cli/pump.h"
#include "capture/packet/packet.h"
#include "capture/packet/source.h"
#include "capture/write/sink.h"

enum {
	/* packets between two looks at the signals */
	LOOK_AFTER	= 1024,
	/* nothing stays in a buffer for longer than 100 ms: that, a pace, and the lag */
	FLUSH_NS	= 90 * 1000 * 1000,
	/* between two rounds at most */
	ROUND_NS	= 1000 * 1000 * 1000,
	/* once we are to stop, a reader of ours has to take something within this time */
	HURRY_MS	= 1000,
	REST_US		= 1000,	/* to wait for packets that are on their way into a ring */
};

void pump_stage(struct pump *p, int (*pass)(void *ctx, struct packet *packet), void *ctx)
{
	p->stages[p->n_stages++] = (struct stage){ pass, ctx };
}

int pump_watch_readers(struct pump *p)
{
	int err = 0;

	for (unsigned i = 0; !err && i < p->outputs.n_sinks; i++) {
		struct sink *k = p->outputs.sinks[i];
		int fd = k->ops->reader_fd(k);

		if (fd >= 0)
			err = loop_add_written(&p->loop, fd);
		else if (k->ops->watch)
			err = k->ops->watch(k, &p->loop);
	}
	return err;
}

bool pump_begin(struct pump *p, const struct packet *next)
{
	uint64_t wall_ns, now;

	if (p->begun)
		return true;
	wall_ns = next && next->has & PACKET_TIME ? next->ts_ns : clock_now_ns();
	now = p->outputs.live ? clock_monotonic_ns() : wall_ns;
	p->begun = outputs_begin(&p->outputs, p->source, now, wall_ns);
	return p->begun;
}

/*
 * From now on another signal forces the end, and then a disk that stands still is not
 * waited for.
 */
static void may_be_forced(struct pump *p)
{
	if (p->outputs.rotate)
		rotate_force(p->outputs.rotate, p->loop.forced ? -1 : p->loop.end_fd);
}

/* Takes the signals that have come. */
static void look(struct pump *p)
{
	if (loop_look(&p->loop))
		return;
	outputs_hurry(&p->outputs, p->loop.forced ? 0 : HURRY_MS);
	may_be_forced(p);
}

static bool goes_on(const struct pump *p)
{
	return loop_goes_on(&p->loop) && !p->ended && !p->outputs.done;
}

static void refuse(struct pump *p)
{
	p->outputs.refused++;
	if (p->source->ops->refuse)
		p->source->ops->refuse(p->source);
}

/* Through the stages, and into the outputs, unless they are done. As a stage. */
static inline int hand_on(struct pump *p, struct packet *packet)
{
	int got = 1;

	for (unsigned i = 0; got > 0 && i < p->n_stages; i++)
		got = p->stages[i].pass(p->stages[i].ctx, packet);
	if (got <= 0)
		return got;
	if (p->loop.forced || p->outputs.done || !(p->begun || pump_begin(p, packet)))
		refuse(p);
	else
		outputs_packet(&p->outputs, packet);
	return 1;
}

int pump_drain(struct pump *p, uint64_t *n)
{
	struct packet packet;
	int got = 0;

	for (*n = 0; goes_on(p) && (got = p->source->ops->next(p->source, &packet)) > 0; ++*n) {
		got = hand_on(p, &packet);
		if (got < 0)
			return got;
		if (*n % LOOK_AFTER == LOOK_AFTER - 1)
			look(p);
	}
	return goes_on(p) ? got : 0;
}

static void flush(struct pump *p, uint64_t taken)
{
	uint64_t now = clock_monotonic_ns();

	if (taken && now - p->flushed_ns < FLUSH_NS)
		return;
	if (outputs_pending(&p->outputs))
		outputs_flush(&p->outputs);
	p->flushed_ns = now;
}

/* Until there may be packets again, or the next file begins. */
static void wait(struct pump *p)
{
	uint64_t pace = min_of(p->source->ops->pace(p->source), (uint64_t)ROUND_NS);
	uint64_t due = outputs_due(&p->outputs), now = clock_monotonic_ns();

	if (due != UINT64_MAX) {
		due += p->source->lag_ns;
		pace = min_of(pace, due > now ? due - now : 0);
	}
	loop_wait(&p->loop, pace);
}

static uint64_t begin_round(struct pump *p)
{
	uint64_t now = clock_monotonic_ns();

	if (p->outputs.live)
		outputs_now(&p->outputs, now);
	return now;
}

static bool is_enough(const struct pump *p)
{
	return p->outputs.limit && p->outputs.taken + p->outputs.refused >= p->outputs.limit;
}

/* What the source has still to give, or all of it. What is not wanted any more is counted. */
static int take_rest(struct pump *p)
{
	bool is_counted = p->source->ops->refuse, last_round = false;
	struct packet packet;
	int got, err = 0;

	begin_round(p);
	for (uint64_t n = 1; !err && (is_counted || !is_enough(p)); n++) {
		got = p->source->ops->next(p->source, &packet);
		if (got < 0)
			return got == -ENODATA ? 0 : got;
		if (got)
			err = min_of(hand_on(p, &packet), 0);
		if (!got || n % LOOK_AFTER == 0)
			look(p);
		if (got)
			continue;
		if (last_round)
			break;
		last_round = p->loop.forced;
		if (!last_round)
			wait_us(REST_US);
		begin_round(p);
	}
	return err;
}

int pump_run(struct pump *p)
{
	bool rest;
	int got = 0;

	while (goes_on(p)) {
		uint64_t now = begin_round(p), n;

		got = pump_drain(p, &n);
		if (got < 0)
			break;
		look(p);
		flush(p, n);
		/* what the source holds back may still belong into the current file */
		if (goes_on(p))
			outputs_tick(&p->outputs, now - p->source->lag_ns);
		if (p->round)
			p->round(p->ctx);
		if (goes_on(p))
			wait(p);
	}
	if (p->outputs.live)
		outputs_hurry(&p->outputs, HURRY_MS);
	rest = p->source->ops->stop(p->source, outputs_error(&p->outputs));
	if (got < 0 && got != -ENODATA)
		return got;
	return rest ? take_rest(p) : 0;
}

/* A signal ends the waiting for a reader; only one that forces the end ends the flush as well. */
void pump_finish(struct pump *p)
{
	if (!outputs_error(&p->outputs))
		pump_begin(p, NULL);
	look(p);
	outputs_flush(&p->outputs);
	while (!p->loop.forced && outputs_pending(&p->outputs)) {
		wait_us(REST_US);
		look(p);
		outputs_flush(&p->outputs);
	}
	may_be_forced(p);
	outputs_finish(&p->outputs);
	look(p);
}

enum status pump_wait(struct pump *p)
{
	enum status status;

	/* no other file can begin, and the commands are not to be killed for that */
	if (p->outputs.rotate)
		loop_ignore_hangup(&p->loop);
	if (outputs_wait(&p->outputs, p->loop.end_fd) == -EINTR)
		look(p);
	status = outputs_report(&p->outputs);
	return p->loop.forced ? (enum status)(STATUS_SIGNAL + p->loop.forced) : status;
}

void pump_close(struct pump *p)
{
	outputs_close(&p->outputs);
	loop_close(&p->loop);
}
