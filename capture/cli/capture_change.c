// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Other settings while packets come. The file tells of them by another interface in the place of
 * each, so that what its description says is true of all of its packets, in whichever file they
 * come to be.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "capture/base/clock.h"
#include "capture/base/limits.h"
#include "capture/cli/capture_impl.h"
#include "capture/kernel/privilege.h"
#include "capture/live/live_change.h"

/*
 * Descriptors: what an interface takes in both directions, and all that is opened later
 * (capture_ifaces.c).
 */
enum { FILES_OF_IFACE = 26, SPARE_FILES = 64 };

static bool is_concerned(const struct capture *l, const struct live_iface *t,
			 const struct live_iface_settings *next)
{
	return !t->replaced && (!t->gone || capture_waits_for(l, t)) &&
	       live_change_is_needed(t, next);
}

/*
 * The one that is to replace @t; NULL: there is none. Those that replace stand in the order of
 * those there are.
 */
static struct live_iface *successor(const struct capture *l, const struct live_iface *t,
				    unsigned from)
{
	for (unsigned i = from; i < l->ifaces.n; i++)
		if (l->ifaces.v[i]->before == t)
			return l->ifaces.v[i];
	return NULL;
}

static enum status load(struct capture *l, struct live_iface *t, unsigned from,
			const struct live_iface_settings *next)
{
	struct live_iface *n = live_set_add(&l->ifaces);

	if (!n)
		return log_fail(STATUS_RUNTIME, "no room for one more interface");
	return live_change_load(n, t, t->entry ? successor(l, t->entry, from) : NULL,
				l->ifaces.n - 1, next);
}

/* Of all that there are, behind these, or, where one fails, of none. */
static enum status load_all(struct capture *l, const struct live_iface_settings *next)
{
	const unsigned n = l->ifaces.n;
	enum status status = STATUS_OK;

	for (unsigned i = 0; !status && i < n; i++)
		if (is_concerned(l, l->ifaces.v[i], next))
			status = load(l, l->ifaces.v[i], n, next);
	while (status && l->ifaces.n > n)
		live_set_drop(&l->ifaces);
	return status;
}

static bool has_room(const struct capture *l, const struct live_iface_settings *next)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < l->ifaces.n; i++)
		n += is_concerned(l, l->ifaces.v[i], next);
	return l->ifaces.n + n <= LIVE_SET_MAX &&
	       limits_has_files(FILES_OF_IFACE * n + SPARE_FILES);
}

/* In the file, with the first packet that is captured so, and on stderr. */
static void tell(struct capture *l)
{
	const struct live_iface_settings *s = &l->settings;
	const time_t now = clock_now_ns() / 1000000000;
	char when[32], sample[24] = "all packets";
	struct tm tm;

	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S %z", localtime_r(&now, &tm));
	if (s->sampling.sample > 1)
		snprintf(sample, sizeof(sample), "1 packet of %u", s->sampling.sample);
	snprintf(l->change_note, sizeof(l->change_note), "since %s: %s, snapshot length %u", when,
		 sample, s->snap);
	log_announce("%s, snapshot length %u bytes from now on", sample, s->snap);
}

int capture_note_change(void *capture, struct packet *p)
{
	struct capture *l = capture;

	if (*l->change_note && p->iface->id >= l->changed_from &&
	    marks_add(&l->marks, l->change_note, strlen(l->change_note)))
		*l->change_note = '\0';
	return 1;
}

static bool is_news(const struct live_iface_settings *s, const struct live_iface_settings *next)
{
	return s->snap != next->snap ||
	       max_of(s->sampling.sample, 1u) != max_of(next->sampling.sample, 1u);
}

const char *capture_change(struct capture *l, const struct live_iface_settings *next)
{
	privilege_raise_here(l->rights);
	const unsigned n = l->ifaces.n;
	const bool is_new = is_news(&l->settings, next);
	enum status status = STATUS_OK;

	if (!has_room(l, next))
		return "no room for another change: there are no numbers left for interfaces, or too many open files";
	if (load_all(l, next))
		return "the programs for that cannot be loaded, and nothing has changed: stderr has more";
	l->settings = *next;
	for (unsigned i = n; i < l->ifaces.n; i++)
		status = max_of(status,
				live_change_make(l->ifaces.v[i],
						 (struct live_iface *)l->ifaces.v[i]->before));
	if (l->ifaces.n > n)
		outputs_joined(&l->pump.outputs);
	if (is_new || l->ifaces.n > n) {
		l->changed_from = n;
		tell(l);
	}
	return status ? "not all interfaces could be changed: stderr has more" : NULL;
}
