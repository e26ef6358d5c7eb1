// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "capture/base/clock.h"
#include "capture/base/limits.h"
#include "capture/base/log.h"
#include "capture/base/util.h"
#include "capture/cli/books.h"
#include "capture/cli/capture_change.h"
#include "capture/cli/pump.h"
#include "capture/filter/per_link.h"
#include "capture/kernel/privilege.h"
#include "capture/live/live_attach.h"
#include "capture/live/live_change.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_presence.h"
#include "capture/live/live_program.h"
#include "capture/live/live_set.h"
#include "capture/packet/packet.h"

enum {
	/*
	 * bytes of an expression: what libpcap makes of a longer one is not optimised, as that takes
	 * seconds, in which packets wait
	 */
	OPTIMIZED_MAX	= 1024,
	/* descriptors: what an interface takes in both directions, and all that is opened later */
	FILES_OF_IFACE	= 26,
	SPARE_FILES	= 64,
};

/* ---- another filter ---- */

/* Of all interfaces, or, when one of them fails, of none. */
static bool put_filters(struct capture_change *c, const struct live_filters *next)
{
	unsigned i = 0;

	for (; i < c->ifaces->n; i++)
		if (live_program_refilter(c->ifaces->v[i], c->settings, next))
			break;
	if (i == c->ifaces->n)
		return true;
	while (i--)
		live_program_refilter(c->ifaces->v[i], c->settings, c->filters);
	return false;
}

/* In the file, with the first packet that came behind it, and on stderr. */
static void tell_of_filter(struct capture_change *c)
{
	const char *text = c->filter_text ? c->filter_text : "none, everything is captured";
	const uint64_t now_ns = clock_now_ns();
	const time_t now = now_ns / 1000000000;
	char when[32];
	struct tm tm;

	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S %z", localtime_r(&now, &tm));
	snprintf(c->filter_note, sizeof(c->filter_note), "filter since %s: %s", when, text);
	c->filter_since_ns = now_ns;
	log_announce("filter: %s", text);
}

/* A stage (stage.h). Packets that the filter before has let through may still come. */
static int note_filter(void *change, struct packet *p)
{
	struct capture_change *c = change;
	const bool is_before = p->has & PACKET_TIME && !p->iface->other_clock &&
			       p->ts_ns < c->filter_since_ns;

	if (*c->filter_note && !is_before &&
	    marks_add(&c->marks, c->filter_note, strlen(c->filter_note)))
		*c->filter_note = '\0';
	return 1;
}

/* Takes @text and @next over. */
static void use_filter(struct capture_change *c, char *text, struct per_link *next)
{
	per_link_close(c->filters->entry);
	c->filters->entry = next;
	free(c->filter_text);
	c->filter_text = text;
	c->settings->filter = text;
	c->books->has_filter = true;
	for (unsigned i = 0; i < c->ifaces->n; i++)
		if (!c->ifaces->v[i]->replaced)
			live_attach_set_filter(c->ifaces->v[i], text);
	tell_of_filter(c);
}

const char *capture_change_filter(struct capture_change *c, const char *words)
{
	privilege_raise_here(*c->rights);
	struct live_filters next = { .exit = c->filters->exit, .trigger = c->filters->trigger };
	char *text = *words ? strdup(words) : NULL;
	const bool optimize = !c->no_optimize && strlen(words) < OPTIMIZED_MAX;
	int err = text ? per_link_open(&next.entry, text, NULL, optimize) : *words ? -ENOMEM : 0;

	if (!err && text)
		err = per_link_check(next.entry, NULL);
	if (err == -EINVAL)
		snprintf(c->said, sizeof(c->said), "%s", per_link_error(next.entry));
	else if (err)
		c->said[0] = '\0';
	else if (put_filters(c, &next)) {
		use_filter(c, text, next.entry);
		return NULL;
	} else
		snprintf(c->said, sizeof(c->said),
			 "the filter cannot be put in place, and stays as it was: stderr has more");
	per_link_close(next.entry);
	free(text);
	return c->said;
}

/* ---- other settings ---- */

static bool is_concerned(const struct capture_change *c, const struct live_iface *t,
			 const struct live_iface_settings *next)
{
	return !t->replaced && (!t->gone || (c->waits && live_presence_may_return(t))) &&
	       live_change_is_needed(t, next);
}

/*
 * The one that is to replace @t; NULL: there is none. Those that replace stand in the order of
 * those there are.
 */
static struct live_iface *successor(const struct capture_change *c, const struct live_iface *t,
				    unsigned from)
{
	for (unsigned i = from; i < c->ifaces->n; i++)
		if (c->ifaces->v[i]->before == t)
			return c->ifaces->v[i];
	return NULL;
}

static enum status load(struct capture_change *c, struct live_iface *t, unsigned from,
			const struct live_iface_settings *next)
{
	struct live_iface *n = live_set_add(c->ifaces);

	if (!n)
		return log_fail(STATUS_RUNTIME, "no room for one more interface");
	return live_change_load(n, t, t->entry ? successor(c, t->entry, from) : NULL,
				c->ifaces->n - 1, next);
}

/* Of all that there are, behind these, or, where one fails, of none. */
static enum status load_all(struct capture_change *c, const struct live_iface_settings *next)
{
	const unsigned n = c->ifaces->n;
	enum status status = STATUS_OK;

	for (unsigned i = 0; !status && i < n; i++)
		if (is_concerned(c, c->ifaces->v[i], next))
			status = load(c, c->ifaces->v[i], n, next);
	while (status && c->ifaces->n > n)
		live_set_drop(c->ifaces);
	return status;
}

static bool has_room(const struct capture_change *c, const struct live_iface_settings *next)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < c->ifaces->n; i++)
		n += is_concerned(c, c->ifaces->v[i], next);
	return c->ifaces->n + n <= LIVE_SET_MAX &&
	       limits_has_files(FILES_OF_IFACE * n + SPARE_FILES);
}

/* In the file, with the first packet that is captured so, and on stderr. */
static void tell_of_settings(struct capture_change *c)
{
	const struct live_iface_settings *s = c->settings;
	const time_t now = clock_now_ns() / 1000000000;
	char when[32], sample[24] = "all packets";
	struct tm tm;

	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S %z", localtime_r(&now, &tm));
	if (s->sampling.sample > 1)
		snprintf(sample, sizeof(sample), "1 packet of %u", s->sampling.sample);
	snprintf(c->note, sizeof(c->note), "since %s: %s, snapshot length %u", when,
		 sample, s->snap);
	log_announce("%s, snapshot length %u bytes from now on", sample, s->snap);
}

/* A stage (stage.h), as the one above. */
static int note_settings(void *change, struct packet *p)
{
	struct capture_change *c = change;

	if (*c->note && p->iface->id >= c->changed_from &&
	    marks_add(&c->marks, c->note, strlen(c->note)))
		*c->note = '\0';
	return 1;
}

static bool is_news(const struct live_iface_settings *s, const struct live_iface_settings *next)
{
	return s->snap != next->snap ||
	       max_of(s->sampling.sample, 1u) != max_of(next->sampling.sample, 1u);
}

const char *capture_change_settings(struct capture_change *c, const struct live_iface_settings *next)
{
	privilege_raise_here(*c->rights);
	const unsigned n = c->ifaces->n;
	const bool is_new = is_news(c->settings, next);
	enum status status = STATUS_OK;

	if (!has_room(c, next))
		return "no room for another change: there are no numbers left for interfaces, or too many open files";
	if (load_all(c, next))
		return "the programs for that cannot be loaded, and nothing has changed: stderr has more";
	*c->settings = *next;
	for (unsigned i = n; i < c->ifaces->n; i++)
		status = max_of(status,
				live_change_make(c->ifaces->v[i],
						 (struct live_iface *)c->ifaces->v[i]->before));
	if (c->ifaces->n > n)
		outputs_joined(&c->pump->outputs);
	if (is_new || c->ifaces->n > n) {
		c->changed_from = n;
		tell_of_settings(c);
	}
	return status ? "not all interfaces could be changed: stderr has more" : NULL;
}

void capture_change_begin(struct capture_change *c)
{
	pump_stage(c->pump, note_filter, c);
	pump_stage(c->pump, note_settings, c);
	pump_stage(c->pump, marks_pass, &c->marks);
}

void capture_change_close(struct capture_change *c)
{
	marks_close(&c->marks);
	free(c->filter_text);
}
