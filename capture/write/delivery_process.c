// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The process that delivers. One batch is with the engine, others wait in memory, in the order in
 * which they came; in front of them stands what is in the spool. As soon as the engine does not
 * take them, or not fast enough, those in memory are brought to the spool.
 */
#include <errno.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/base/clock.h"
#include "capture/base/descriptors.h"
#include "capture/base/limits.h"
#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/kernel/landlock.h"
#include "capture/kernel/privilege.h"
#include "capture/kernel/run_as.h"
#include "capture/kernel/seccomp.h"
#include "capture/write/delivery_messages.h"
#include "capture/write/spool.h"

#define PAUSE_MIN_NS	UINT64_C(1000000000)
#define PAUSE_MAX_NS	(30 * PAUSE_MIN_NS)
/* when nobody is there any more who could wait for longer */
#define ALONE_NS	(10 * PAUSE_MIN_NS)
#define LAST_NS		(2 * PAUSE_MIN_NS)

enum { FREE_MIN = DELIVERY_BATCHES / 4 };	/* batches; with fewer, what waits goes to the spool */

struct process {
	int fd;				/* -1: who has started us has gone */
	const struct delivery_settings *set;
	struct delivery_shared *shared;
	struct engine *engine;
	struct spool *spool;		/* NULL: there is none */
	struct delivery_request queue[DELIVERY_BATCHES];	/* from the oldest on */
	unsigned n_queued;

	enum { NOTHING, OF_QUEUE, OF_SPOOL } pending;
	struct batch batch;		/* which that is */
	bool former;
	bool is_failing;		/* which was said */
	bool has_refused, has_filled;	/* the same */
	uint64_t retry_ns;		/* when the next try is due; 0: at once */
	uint64_t pause_ns;		/* before that one */
	bool is_ending, is_hurried;
	uint64_t end_ns;		/* when that is over */
	/* that the engine answers once more is waited for until then; it has not */
	uint64_t last_ns;
	bool has_given_up;
};

/* ---- what we say ---- */

static void tell(const struct process *p, const struct delivery_answer *a)
{
	if (p->fd >= 0)
		uninterrupted(send(p->fd, a, sizeof(*a), MSG_NOSIGNAL));
}

static void say(const struct process *p, enum delivery_news news, const char *fmt, ...)
	printf_like(3, 4);

static void say(const struct process *p, enum delivery_news news, const char *fmt, ...)
{
	struct delivery_answer a = { .news = news };
	va_list args;

	va_start(args, fmt);
	vsnprintf(a.text, sizeof(a.text), fmt, args);
	va_end(args);
	tell(p, &a);
}

static const char *s_of(unsigned long long n)
{
	return n == 1 ? "" : "s";
}

/* ---- what waits ---- */

/* Batch @i of the queue goes, whatever has become of it. */
static void take_out(struct process *p, unsigned i)
{
	tell(p, &(struct delivery_answer){ .news = DELIVERY_FREE, .slot = p->queue[i].slot });
	memmove(p->queue + i, p->queue + i + 1, (--p->n_queued - i) * sizeof(*p->queue));
}

static struct batch batch_of(const struct process *p, const struct delivery_request *r)
{
	return (struct batch){ p->shared->batches[r->slot], r->len, r->n, p->set->capture };
}

/* 0, or -errno: it waits on. */
static int bring_to_spool(struct process *p, unsigned i)
{
	const struct delivery_request *r = &p->queue[i];
	const struct batch b = batch_of(p, r);
	const int err = p->spool ? spool_put(p->spool, r->first, &b) : -ENOENT;

	if (err && p->spool && !p->has_filled)
		say(p, DELIVERY_FAILED, "%.200s: cannot take more: %s", spool_path(p->spool),
		    err == -ENOSPC ? "it is full" : strerror(-err));
	p->has_filled |= err && p->spool;
	if (err)
		return err;
	p->shared->spooled += r->n;
	take_out(p, i);
	return 0;
}

static void relieve(struct process *p)
{
	const unsigned i = p->pending == OF_QUEUE;

	while (p->spool && p->n_queued > i &&
	       (p->is_failing || DELIVERY_BATCHES - p->n_queued < FREE_MIN))
		if (bring_to_spool(p, i))
			return;
}

static void refuse(struct process *p)
{
	p->shared->refused += p->queue[0].n;
	take_out(p, 0);
}

/* ---- the engine ---- */

/* The oldest batch of the spool that can be read, into p->batch. */
static bool find_spooled(struct process *p)
{
	char said[ENGINE_SAID_MAX];
	int found = 0;

	while (p->spool && (found = spool_oldest(p->spool, &p->batch, &p->former, said)) < 0)
		say(p, DELIVERY_FAILED, "%s", said);
	return found;
}

static void begin_next(struct process *p)
{
	const bool found = find_spooled(p);

	if (!found && !p->n_queued)
		return;
	p->pending = found ? OF_SPOOL : OF_QUEUE;
	if (!found)
		p->batch = batch_of(p, &p->queue[0]);
	p->engine->ops->send(p->engine, &p->batch);
}

/* Of the pending batch @refused records were refused, and the others delivered. */
static void settle(struct process *p, unsigned refused)
{
	const unsigned delivered = p->batch.n - refused;

	if (p->pending == OF_SPOOL && p->former) {
		p->shared->former += delivered;
		spool_remove(p->spool);
		return;
	}
	p->shared->delivered += delivered;
	p->shared->refused += refused;
	if (p->pending == OF_QUEUE) {
		take_out(p, 0);
		return;
	}
	p->shared->spooled -= p->batch.n;
	spool_remove(p->spool);
}

static void fail(struct process *p, enum delivery_news news, const char *why)
{
	if (!p->is_failing && p->spool)
		say(p, news, "cannot deliver: %.200s: tried again, and meanwhile to %.150s", why,
		    spool_path(p->spool));
	else if (!p->is_failing)
		say(p, news, "cannot deliver: %.200s: tried again", why);
	p->is_failing = true;
}

static void retry_later(struct process *p)
{
	p->pause_ns = p->pause_ns ? min_of(2 * p->pause_ns, PAUSE_MAX_NS) : PAUSE_MIN_NS;
	p->retry_ns = clock_monotonic_ns() + p->pause_ns;
}

static void succeed(struct process *p)
{
	if (p->is_failing)
		say(p, DELIVERY_SAID, "delivers again");
	p->is_failing = p->has_filled = false;
	p->pause_ns = 0;
}

static void complain_of_refused(struct process *p, unsigned refused, const char *why)
{
	if (!p->has_refused)
		say(p, DELIVERY_FAILED, "refuses %u record%s, and perhaps more: %s", refused,
		    s_of(refused), why);
	p->has_refused = true;
}

static void take_outcome(struct process *p, enum outcome outcome, unsigned refused, const char *why)
{
	if (outcome == ENGINE_PENDING) {
		if (*why)
			fail(p, DELIVERY_FAILED, why);
		return;
	}
	if (outcome == ENGINE_RETRY) {
		p->has_given_up = p->is_ending;
		fail(p, DELIVERY_FAILED, why);
		retry_later(p);
	} else {
		refused = outcome == ENGINE_REFUSED ? min_of(refused, p->batch.n) : 0;
		succeed(p);
		if (refused)
			complain_of_refused(p, refused, why);
		settle(p, refused);
	}
	p->pending = NOTHING;
}

/* ---- who has started us ---- */

/* One more try, if it was not to be had before. */
static void end(struct process *p, uint64_t in_ns)
{
	const uint64_t now = clock_monotonic_ns();

	p->is_ending = true;
	p->end_ns = in_ns ? now + in_ns : UINT64_MAX;
	p->last_ns = now + LAST_NS;
	p->retry_ns = 0;
}

static void lose_sight(struct process *p)
{
	close(p->fd);
	p->fd = -1;
	end(p, ALONE_NS);
}

static bool is_sound(const struct delivery_request *r)
{
	return r->slot < DELIVERY_BATCHES && r->len <= DELIVERY_BATCH;
}

static void obey(struct process *p, const struct delivery_request *r)
{
	if (r->verb == DELIVERY_SEND && is_sound(r) && p->n_queued < DELIVERY_BATCHES)
		p->queue[p->n_queued++] = *r;
	else if (r->verb == DELIVERY_END)
		end(p, p->set->end_ns);
	else if (r->verb == DELIVERY_HURRY)
		p->is_hurried = true;
}

static void listen_to_all(struct process *p)
{
	struct delivery_request r;
	ssize_t n = sizeof(r);

	while (p->fd >= 0 && n == sizeof(r)) {
		n = recv(p->fd, &r, sizeof(r), MSG_DONTWAIT);
		if (n == sizeof(r))
			obey(p, &r);
		else if (n >= 0 || (errno != EAGAIN && errno != EINTR))
			lose_sight(p);
	}
}

/* ---- all of it ---- */

static bool has_work(const struct process *p)
{
	return p->n_queued || (p->spool && spool_records(p->spool));
}

/* Until something is due; -1: nothing is. */
static int patience_ms(const struct process *p)
{
	uint64_t due = !p->is_ending   ? UINT64_MAX
		       : p->is_failing ? min_of(p->end_ns, p->last_ns)
				       : p->end_ns;

	if (p->pending == NOTHING && p->is_failing && has_work(p))
		due = min_of(due, p->retry_ns);
	return clock_ms_until(due);
}

static void wait_for_something(struct process *p)
{
	struct pollfd fd = { .fd = p->fd, .events = POLLIN };
	char said[ENGINE_SAID_MAX];
	unsigned refused = 0;
	enum outcome outcome;

	if (p->pending == NOTHING) {
		wait_ready(&fd, 1, patience_ms(p));
		return;
	}
	outcome = p->engine->ops->wait(p->engine, p->fd, patience_ms(p), &refused, said);
	take_outcome(p, outcome, refused, said);
}

static bool is_over(const struct process *p)
{
	const uint64_t now = clock_monotonic_ns();
	const bool in_vain = p->spool && p->is_failing && (p->has_given_up || now >= p->last_ns);

	return p->is_hurried || (p->is_ending && (!has_work(p) || in_vain || now >= p->end_ns));
}

static void deliver(struct process *p)
{
	while (!is_over(p)) {
		if (p->pending == NOTHING &&
		    (!p->is_failing || clock_monotonic_ns() >= p->retry_ns))
			begin_next(p);
		wait_for_something(p);
		listen_to_all(p);
		relieve(p);
	}
	listen_to_all(p);
	p->pending = NOTHING;
	while (p->n_queued)
		if (bring_to_spool(p, 0))
			refuse(p);
}

/* ---- the beginning ---- */

static bool open_spool(struct process *p, char said[static ENGINE_SAID_MAX])
{
	int err = p->set->spool
			  ? spool_open(&p->spool, p->set->spool, p->set->word, p->set->spool_limit)
			  : 0;

	if (err == -EWOULDBLOCK)
		snprintf(said, ENGINE_SAID_MAX,
			 "--spool %.200s: another xdpdump has it, for the same --to",
			 p->set->spool);
	else if (err)
		snprintf(said, ENGINE_SAID_MAX, "--spool %.200s: %s", p->set->spool,
			 strerror(-err));
	return !err;
}

/*
 * What libraries, resolvers and certificates are read from; to any port, as brokers are where they
 * say. No program can be started, and that needs no rule. Before there are threads of a library,
 * which would do without. Where there is no Landlock all does, as we are told by who has started
 * us. Not even root has a right then.
 */
static int confine(const struct process *p)
{
	const char *config = p->set->engine.config;
	char *copy = strdup(config ? config : "/etc/none");
	const struct landlock_place places[] = {
		{ "/etc", LANDLOCK_READ }, { "/usr", LANDLOCK_READ }, { "/lib", LANDLOCK_READ },
		{ "/lib64", LANDLOCK_READ }, { "/run", LANDLOCK_READ },
		{ p->spool ? spool_path(p->spool) : "/etc",
		  p->spool ? LANDLOCK_WRITE : LANDLOCK_READ },
		{ copy ? dirname(copy) : "/etc", LANDLOCK_READ },	/* with what the file names */
	};
	int err = privilege_settle(0);

	if (!err)
		landlock_enter(places, array_size(places), LANDLOCK_ANY_PORT);
	free(copy);
	return err;
}

/* False: it is not there, and @said has why, or nobody waits for it any more. */
static bool look_for_engine(struct process *p, char said[static ENGINE_SAID_MAX])
{
	enum outcome outcome = ENGINE_PENDING;
	unsigned refused;

	p->engine->ops->send(p->engine, &(struct batch){ "", 0, 0, "" });
	while (outcome == ENGINE_PENDING && !p->is_ending) {
		outcome = p->engine->ops->wait(p->engine, p->fd, -1, &refused, said);
		listen_to_all(p);
	}
	if (outcome == ENGINE_DELIVERED) {
		say(p, DELIVERY_READY, "%s", "");
		return true;
	}
	if (outcome != ENGINE_RETRY || !p->spool)
		return false;
	fail(p, DELIVERY_READY, said);
	retry_later(p);
	return true;
}

static bool make_ready(struct process *p, char said[static ENGINE_SAID_MAX])
{
	int err = run_as_stay();

	if (!err)
		err = descriptors_leave_all_but(&p->fd);
	if (!err && !open_spool(p, said))
		return false;
	if (!err && p->set->sandbox)
		err = confine(p);
	if (err) {
		snprintf(said, ENGINE_SAID_MAX, "cannot give rights up: %s", strerror(-err));
		return false;
	}
	if (p->set->open(&p->engine, &p->set->engine, said))
		return false;
	if (p->set->sandbox && seccomp_is_there())
		err = seccomp_enter(SECCOMP_READS | SECCOMP_DELIVERS,
				    getenv("XDPDUMP_SANDBOX_KILL"));
	if (err) {
		snprintf(said, ENGINE_SAID_MAX, "seccomp: %s", strerror(-err));
		return false;
	}
	return look_for_engine(p, said);
}

/*
 * It ends when we do, but for what has to be brought to an end then. The spool is free before that
 * is told.
 */
void delivery_process(int fd, const struct delivery_settings *s, struct delivery_shared *shared)
{
	struct process p = { .fd = fd, .set = s, .shared = shared };
	char said[ENGINE_SAID_MAX] = "";
	sigset_t all;
	bool ready;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	limits_no_core();
	ready = make_ready(&p, said);
	if (ready)
		deliver(&p);
	p.spool = spool_close(p.spool);
	say(&p, ready ? DELIVERY_ENDED : DELIVERY_NOT_READY, "%s", said);
	_exit(0);
}
