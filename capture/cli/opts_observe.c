// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <string.h>
#include <strings.h>

#include "capture/base/value.h"
#include "capture/cli/opts_observe.h"
#include "capture/cli/usage.h"

static bool take_observe(struct usage *p, const char *arg)
{
	static const char *const ways[] = {
		[OBSERVE_AUTO] = "auto", [OBSERVE_TRACE] = "trace", [OBSERVE_FRONT] = "front",
	};

	for (unsigned i = 0; i < array_size(ways); i++)
		if (!strcmp(arg, ways[i])) {
			p->o->observe.way = i;
			return true;
		}
	return usage_wrong(p, "--observe '%s' is none of auto, trace and front", arg);
}

static bool take_at(struct usage *p, const char *arg)
{
	static const struct { const char *name; unsigned at; } points[] = {
		{ "entry", 1 << POINT_ENTRY },
		{ "exit", 1 << POINT_EXIT },
		{ "both", 1 << POINT_ENTRY | 1 << POINT_EXIT },
	};

	p->o->has_place = value_number(arg, 0, UINT64_MAX, &p->o->place);
	if (p->o->has_place)
		return true;
	for (size_t i = 0; i < array_size(points); i++)
		if (!strcmp(arg, points[i].name)) {
			p->o->observe.at = points[i].at;
			return true;
		}
	return usage_wrong(
		p, "--at '%s' is none of entry, exit and both, and no place in a file of -r", arg);
}

static bool take_program(struct usage *p, const char *arg)
{
	if (!*arg)
		return usage_wrong(p, "--program '' is no name and no id of a program");
	p->o->observe.program = arg;
	return true;
}

bool opts_observe_verdicts(const char *list, unsigned *mask)
{
	static const char *const names[VERDICT_KINDS] = {
		"aborted", "drop", "pass", "tx", "redirect", "other",
	};
	size_t len;

	*mask = 0;
	for (const char *at = list;; at += len + 1) {
		unsigned i = 0;

		len = strcspn(at, ",");
		while (i < VERDICT_KINDS &&
		       (strlen(names[i]) != len || strncasecmp(at, names[i], len)))
			i++;
		if (i == VERDICT_KINDS)
			return false;
		*mask |= 1 << i;
		if (!at[len])
			return true;
	}
}

static bool take_verdicts(struct usage *p, const char *arg)
{
	unsigned mask;

	if (!opts_observe_verdicts(arg, &mask))
		return usage_wrong(p, "--verdict '%s' is no list of aborted, drop, pass, tx, redirect and other", arg);
	p->o->observe.verdicts |= mask;
	return true;
}

static bool take_style(struct usage *p, const char *arg)
{
	p->o->observe.xdp_tools_names = !strcmp(arg, "xdp-tools");
	return p->o->observe.xdp_tools_names || !strcmp(arg, "own") ||
	       usage_wrong(p, "--style '%s' is none of own and xdp-tools", arg);
}

bool opts_observe_take(struct usage *p, int code, const char *arg)
{
	switch (code) {
	case OPT_OBSERVE:
		return take_observe(p, arg);
	case OPT_AT:
		return take_at(p, arg);
	case OPT_PROGRAM:
		return take_program(p, arg);
	case OPT_VERDICT:
		return take_verdicts(p, arg);
	case OPT_STYLE:
		return take_style(p, arg);
	}
	p->o->observe.exit_filter = arg;
	return true;
}

bool opts_observe_settle(struct usage *p)
{
	const struct observe_options *o = &p->o->observe;

	if (p->o->mirror_port && (observe_needs_program(o) || o->way == OBSERVE_FRONT))
		return usage_wrong(p, "--mirror-port drops every frame, and a program that is watched decides itself");
	if (!(p->o->directions & LIVE_RECEIVED) &&
	    (observe_needs_program(o) || o->way == OBSERVE_FRONT))
		return usage_wrong(p, "-Q out: an XDP program that is watched is given received packets");
	if (p->o->hook == LIVE_TC && (observe_needs_program(o) || o->way == OBSERVE_FRONT))
		return usage_wrong(p, "--hook tc is behind XDP, where a program that is watched has decided already");
	if (o->way == OBSERVE_FRONT && p->o->wait)
		return usage_wrong(p, "--wait: what comes back has no program yet that --observe front could call");
	return true;
}
