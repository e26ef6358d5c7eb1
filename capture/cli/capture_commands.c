// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What a capture is told while it runs: by --control, by Wireshark's toolbar. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "capture/base/clock.h"
#include "capture/base/value.h"
#include "capture/cli/capture.h"
#include "capture/cli/capture_impl.h"
#include "capture/cli/line_server.h"
#include "capture/filter/per_link.h"
#include "capture/kernel/privilege.h"
#include "capture/kernel/run_as.h"
#include "capture/packet/packet.h"
#include "capture/report/state.h"

/*
 * Bytes of an expression: what libpcap makes of a longer one is not optimised, as that takes
 * seconds, in which packets wait.
 */
enum { OPTIMIZED_MAX = 1024 };

/* ---- another filter ---- */

/* Of all interfaces, or, when one of them fails, of none. */
static bool put_filters(struct capture *l, const struct live_filters *next)
{
	unsigned i = 0;

	for (; i < l->ifaces.n; i++)
		if (live_iface_refilter(l->ifaces.v[i], &l->settings, next))
			break;
	if (i == l->ifaces.n)
		return true;
	while (i--)
		live_iface_refilter(l->ifaces.v[i], &l->settings, &l->filters);
	return false;
}

/* In the file, with the first packet that came behind it, and on stderr. */
static void tell_of_filter(struct capture *l)
{
	const char *text = l->filter_text ? l->filter_text : "none, everything is captured";
	const uint64_t now_ns = clock_now_ns();
	const time_t now = now_ns / 1000000000;
	char when[32];
	struct tm tm;

	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S %z", localtime_r(&now, &tm));
	snprintf(l->filter_note, sizeof(l->filter_note), "filter since %s: %s", when, text);
	l->filter_since_ns = now_ns;
	log_announce("filter: %s", text);
}

/* A stage (stage.h). Packets that the filter before has let through may still come. */
static int note_filter(void *capture, struct packet *p)
{
	struct capture *l = capture;
	const bool is_before = p->has & PACKET_TIME && !p->iface->other_clock &&
			       p->ts_ns < l->filter_since_ns;

	if (*l->filter_note && !is_before &&
	    marks_add(&l->marks, l->filter_note, strlen(l->filter_note)))
		*l->filter_note = '\0';
	return 1;
}

/* Takes @text and @next over. */
static void use_filter(struct capture *l, char *text, struct per_link *next)
{
	per_link_close(l->filters.entry);
	l->filters.entry = next;
	free(l->filter_text);
	l->filter_text = text;
	l->settings.filter = text;
	l->books.has_filter = true;
	for (unsigned i = 0; i < l->ifaces.n; i++)
		if (!l->ifaces.v[i]->replaced)
			live_iface_set_filter(l->ifaces.v[i], text);
	tell_of_filter(l);
}

const char *capture_refilter(struct capture *l, const char *words)
{
	privilege_raise_here(l->rights);
	struct live_filters next = { .exit = l->filters.exit, .trigger = l->filters.trigger };
	char *text = *words ? strdup(words) : NULL;
	const bool optimize = !l->opts->no_optimize && strlen(words) < OPTIMIZED_MAX;
	int err = text ? per_link_open(&next.entry, text, NULL, optimize) : *words ? -ENOMEM : 0;

	if (!err && text)
		err = per_link_check(next.entry, NULL);
	if (err == -EINVAL)
		snprintf(l->said, sizeof(l->said), "%s", per_link_error(next.entry));
	else if (err)
		l->said[0] = '\0';
	else if (put_filters(l, &next)) {
		use_filter(l, text, next.entry);
		return NULL;
	} else
		snprintf(l->said, sizeof(l->said),
			 "the filter cannot be put in place, and stays as it was: stderr has more");
	per_link_close(next.entry);
	free(text);
	return l->said;
}

/* ---- commands ---- */

static const char *change_filter(struct capture *l, const char *words, FILE *out is_unused)
{
	return capture_refilter(l, words);
}

/* What is not captured cannot be captured in another way. */
static const char *change(struct capture *l, const struct live_iface_settings *next)
{
	const struct opts *o = l->opts;

	if (o->flows && !o->write && !o->to)
		return "only flows are told of, and no packets are captured";
	return capture_change(l, next);
}

static const char *change_snap(struct capture *l, const char *words, FILE *out is_unused)
{
	struct live_iface_settings next = l->settings;
	uint64_t n;

	if (!value_number(words, 0, next.snap_max, &n)) {
		snprintf(l->said, sizeof(l->said),
			 "snap needs a number of bytes from 1 to %u, for which there is room, or 0 for that",
			 next.snap_max);
		return l->said;
	}
	next.snap = n ? n : next.snap_max;
	return change(l, &next);
}

static const char *change_sample(struct capture *l, const char *words, FILE *out is_unused)
{
	struct live_iface_settings next = l->settings;

	if (!strcmp(words, "all"))
		next.sampling.sample = 1;
	else if (!sample_parse(words, &next.sampling.sample)) {
		snprintf(l->said, sizeof(l->said), "sample needs 1/N, with N from 1 to %d, or all",
			 SAMPLE_MAX);
		return l->said;
	}
	return change(l, &next);
}

static const char *mark(struct capture *l, const char *words, FILE *out is_unused)
{
	if (!*words)
		return "mark needs a text";
	return marks_add(&l->marks, words, strlen(words))
		       ? NULL
		       : "no packet has come for the marks that there are";
}

static const char *next_file(struct capture *l, const char *words is_unused, FILE *out is_unused)
{
	if (l->recording.recorder)
		return "a recorder begins its files at triggers: trigger";
	if (!outputs_is_file(&l->pump.outputs))
		return "no file is written that another one could follow";
	outputs_next_file(&l->pump.outputs);
	return NULL;
}

static const char *trigger(struct capture *l, const char *words, FILE *out is_unused)
{
	if (!l->recording.recorder)
		return "there is no --recorder";
	return recording_asked(&l->recording, *words ? words : "asked for")
		       ? NULL
		       : "it is ignored, for --cooldown, --max-triggers or another one just before";
}

static const char *tell_stats(struct capture *l, const char *words is_unused, FILE *out)
{
	struct state *s = books_state(&l->books);
	size_t n;
	char *line = s ? state_json(s, &n) : NULL;

	state_close(s);
	if (!line)
		return "";
	fputs(line, out);
	free(line);
	return NULL;
}

static const char *stop(struct capture *l, const char *words is_unused, FILE *out is_unused)
{
	l->pump.ended = true;
	return NULL;
}

static const struct command_row {
	const char *name;
	const char *(*run)(struct capture *l, const char *words, FILE *out);
	bool takes_words;
} commands[] = {
	{ "filter", change_filter, true },
	{ "mark", mark, true },	     { "rotate", next_file, false },
	{ "sample", change_sample, true }, { "snap", change_snap, true },
	{ "stats", tell_stats, false },
	{ "stop", stop, false },	   { "trigger", trigger, true },
};

static const char *obey(void *ctx, const char *line, FILE *out)
{
	struct capture *l = ctx;
	const size_t len = strcspn(line, " ");
	const char *words = line + len + strspn(line + len, " ");

	for (size_t i = 0; i < array_size(commands); i++) {
		if (strlen(commands[i].name) != len || strncmp(line, commands[i].name, len))
			continue;
		if (*words && !commands[i].takes_words) {
			snprintf(l->said, sizeof(l->said), "%s takes no words", commands[i].name);
			return l->said;
		}
		return commands[i].run(l, words, out);
	}
	return "commands are filter EXPRESSION, mark TEXT, rotate, sample 1/N, snap LEN, stats, stop, trigger [WHY]";
}

enum status capture_commands_open(struct capture *l)
{
	const char *path = l->opts->control;
	int err;

	if (path || l->guest) {
		pump_stage(&l->pump, note_filter, l);
		pump_stage(&l->pump, capture_note_change, l);
		pump_stage(&l->pump, marks_pass, &l->marks);
	}
	if (!path)
		return STATUS_OK;
	err = run_as_enter(l->user);
	if (!err)
		err = line_server_open(&l->commands, path, obey, l);
	run_as_leave(l->user);
	return err ? log_fail(STATUS_RUNTIME, "--control %s: cannot listen there: %s", path,
			      strerror(-err))
		   : STATUS_OK;
}

enum status capture_commands_begin(struct capture *l)
{
	int err = l->commands ? line_server_begin(l->commands, &l->pump.loop) : 0;

	return err ? log_fail(STATUS_RUNTIME, "--control: cannot wait for commands: %s",
			      strerror(-err))
		   : STATUS_OK;
}

void capture_commands_close(struct capture *l)
{
	l->commands = line_server_close(l->commands);
	marks_close(&l->marks);
	free(l->filter_text);
}
