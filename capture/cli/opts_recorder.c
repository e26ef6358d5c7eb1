// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdio.h>
#include <string.h>

#include "capture/cli/opts_observe.h"
#include "capture/cli/opts_recorder.h"
#include "capture/cli/usage.h"
#include "capture/live/observe.h"
#include "capture/write/packet_memory.h"

enum { MEMORY_DEFAULT = 512 << 20 };

static bool wrong_reach(struct usage *p, const char *what, const char *arg)
{
	return usage_wrong(p, "%s '%s' is none of a time (10s), packets (100p) and bytes (4m)",
			   what, arg);
}

static bool take_reach(struct usage *p, const char *what, const char *arg, struct reach *r)
{
	return reach_parse(arg, r) || wrong_reach(p, what, arg);
}

/* "60s", "256m", "60s,256m". */
static bool take_recorder(struct usage *p, const char *arg)
{
	struct recorder_settings *s = &p->o->recorder;
	char word[32];
	size_t len;

	s->memory = MEMORY_DEFAULT;
	s->back_ns = 0;
	for (const char *at = arg;; at += len + 1) {
		struct reach r;

		len = strcspn(at, ",");
		snprintf(word, sizeof(word), "%.*s", (int)min_of(len, sizeof(word) - 1), at);
		if (!reach_parse(word, &r) || r.unit == REACH_PACKETS)
			return usage_wrong(
				p, "--recorder '%s' is none of a time (60s), a size (256m) and both (60s,256m)", arg);
		if (r.unit == REACH_TIME)
			s->back_ns = r.n;
		else
			s->memory = r.n;
		if (!at[len])
			break;
	}
	return s->memory >= PACKET_MEMORY_MIN ||
	       usage_wrong(p, "--recorder %s: less than 1m is not enough", arg);
}

static bool take_trigger(struct usage *p, const char *arg)
{
	struct opts *o = p->o;

	if (o->n_triggers == OPTS_TRIGGERS_MAX)
		return usage_wrong(p, "more than %d triggers", OPTS_TRIGGERS_MAX);
	if (triggers_parse(arg, opts_observe_verdicts, &o->triggers[o->n_triggers++]))
		return true;
	return usage_wrong(p,
			   "--trigger '%s' is none of rate:>N/s, rate:<N/s, drops:N/s, verdict:LIST, down, signal and "
			   "an expression",
			   arg);
}

bool opts_recorder_take(struct usage *p, int code, const char *arg)
{
	struct recorder_settings *s = &p->o->recorder;

	switch (code) {
	case OPT_RECORDER:
		return take_recorder(p, arg);
	case OPT_TRIGGER:
		return take_trigger(p, arg);
	case OPT_BEFORE:
		return take_reach(p, "--before", arg, &s->before);
	case OPT_AFTER:
		return take_reach(p, "--after", arg, &s->after);
	case OPT_MAX_TRIGGERS:
		return usage_number(p, "number of triggers", arg, 1, UINT64_MAX, &s->max_triggers);
	}
	return usage_span(p, "cooldown", arg, &s->cooldown_ns);
}

/* Offline nothing happens beside the packets. */
static bool check_trigger(struct usage *p, const struct trigger *t)
{
	const struct opts *o = p->o;

	if (o->n_reads && t->kind > TRIGGER_VERDICT)
		return usage_wrong(p, "--trigger %s is for capturing and means nothing with -r",
				   t->words);
	if (!o->n_reads && t->kind == TRIGGER_VERDICT && !(o->observe.at & 1 << POINT_EXIT))
		return usage_wrong(p, "--trigger %s needs the verdicts of a program: --at exit, or --at both",
				   t->words);
	return true;
}

bool opts_recorder_settle(struct usage *p)
{
	static const int parts[] = { OPT_TRIGGER, OPT_BEFORE, OPT_AFTER, OPT_MAX_TRIGGERS, OPT_COOLDOWN, 0 };
	static const int others[] = {
		'C', 'G', 'W', 'b', 'U', OPT_IMMEDIATE, OPT_DISCARD_SECRETS, OPT_INJECT_SECRETS, OPT_FOLLOW, OPT_RUN,
		OPT_TOP, 0,
	};
	struct opts *o = p->o;
	int code = usage_first_given(p, o->recorder.memory ? others : parts);

	if (!o->recorder.memory)
		return !code || usage_wrong(p, "%s is for --recorder", opts_table_name(code));
	if (code)
		return usage_wrong(p, "%s means nothing with --recorder", opts_table_name(code));
	if (o->rotate.stop_bytes || o->rotate.stop_files)
		return usage_wrong(p,
				   "-a filesize: and files: mean nothing with --recorder; --max-triggers may be meant");
	if (!o->write || !strcmp(o->write, "-"))
		return usage_wrong(p, "--recorder is for files and needs -w FILE");
	if (o->n_reads && o->command)
		return usage_wrong(p, "a command (behind --) is for capturing and means nothing with -r");
	if (o->n_reads && !o->n_triggers)
		return usage_wrong(p, "-r and --recorder need a --trigger");
	for (unsigned i = 0; i < o->n_triggers; i++)
		if (!check_trigger(p, &o->triggers[i]))
			return false;
	o->rotate.on_demand = true;
	o->recorder.live = !o->n_reads;
	o->recorder.decodes = format_is_text(o->format);
	return true;
}
