// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <limits.h>
#include <string.h>

#include "capture/cli/opts_netns.h"
#include "capture/cli/usage.h"


static bool is_same(const struct netns_words *a, const struct netns_words *b)
{
	return a->by == b->by && !strcmp(a->text, b->text);
}

/* The next one begins: of that before, no interface was named. */
static void close_netns(struct usage *p)
{
	if (!p->netns_empty)
		p->netns_empty = p->netns_open;
	p->netns_open = 0;
}

bool opts_netns_take(struct usage *p, int code, const char *arg)
{
	const struct netns_words words = {
		.by = code == OPT_PID		? NETNS_PID
		      : code == OPT_CONTAINER	? NETNS_CONTAINER
						: NETNS_ANY,
		.text = arg,
	};
	struct opts *o = p->o;
	unsigned i = 0;
	uint64_t pid;

	if (!*arg)
		return usage_wrong(p, "the name of the %s is empty",
				   code == OPT_CONTAINER ? "container" : "network namespace");
	if (code == OPT_PID && !usage_number(p, "process", arg, 1, INT_MAX, &pid))
		return false;
	close_netns(p);
	while (i < o->n_netns && !is_same(&o->netns[i], &words))
		i++;
	if (i == OPTS_IFACES_MAX)
		return usage_wrong(p, "more than %d network namespaces", OPTS_IFACES_MAX);
	o->netns[i] = words;
	o->n_netns = max_of(o->n_netns, i + 1);
	p->netns = p->netns_open = i + 1;
	return true;
}

bool opts_netns_take_iface(struct usage *p, const char *arg)
{
	struct opts *o = p->o;

	for (unsigned i = 0; i < o->n_ifaces; i++)
		if (!strcmp(o->ifaces[i], arg) && o->netns_of[i] == p->netns)
			return usage_wrong(p, "interface %s is given twice", arg);
	if (o->n_ifaces == OPTS_IFACES_MAX)
		return usage_wrong(p, "more than %d interfaces", OPTS_IFACES_MAX);
	o->netns_of[o->n_ifaces] = p->netns;
	o->ifaces[o->n_ifaces++] = arg;
	p->netns_open = 0;
	return true;
}

/* One alone needs no interface: it has one that is meant then. */
bool opts_netns_settle(struct usage *p)
{
	struct opts *o = p->o;
	const struct netns_words *w;

	if (o->all_netns && o->action != ACTION_LIST)
		return usage_wrong(p, "--all-netns is for the list of -D");
	if (o->all_netns && o->n_netns)
		return usage_wrong(p, "--all-netns are all: %s means nothing with it",
				   netns_option(o->netns[0].by));
	if (o->action == ACTION_LIST && o->screen == FORMAT_CSV)
		return usage_wrong(p, "-D prints text or json");
	if (o->action == ACTION_LIST || !o->n_netns)
		return true;
	if (!o->n_ifaces && o->n_netns == 1) {
		o->netns_of[0] = 1;
		return true;
	}
	close_netns(p);
	if (!p->netns_empty)
		return true;
	w = &o->netns[p->netns_empty - 1];
	return usage_wrong(p, "%s %s is for the -i behind it, and there is none",
			   netns_option(w->by), w->text);
}
