// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The options that Wireshark lets people choose. Their names and what they are for stand in the one
 * table of options: here is how they look in a window. Values have to be words of opts_take.c and
 * opts_observe.c, which a test looks at. The programs of --program are those that are there, where
 * there are some: Wireshark 4.0 has no field for either.
 */
#include <stdio.h>
#include <string.h>

#include "capture/cli/extcap.h"
#include "capture/cli/opts.h"
#include "capture/cli/opts_table.h"
#include "capture/kernel/members.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/xdp.h"

enum { VALUES_MAX = 6 };

struct value { const char *word, *shown; };

static const struct arg {
	int code;
	const char *shown, *type;
	const char *tip;		/* what it is for; NULL: as the table of options says */
	const char *group;		/* the page of the window; NULL: the first one */
	const char *more;		/* elements of the grammar that this type has; NULL: none */
	bool remote;			/* for another machine only */
	struct value values[VALUES_MAX + 1];	/* of a selector the first is the default */
} args[] = {
	{ OPT_REMOTE_HOST, "Host", "string", .more = "{required=true}", .remote = true },
	{ OPT_REMOTE_USER, "User", "string", .more = "{placeholder=as ssh has it}",
	  .remote = true },
	{ OPT_REMOTE_PORT, "Port", "unsigned", .more = "{range=1,65535}", .remote = true },
	{ OPT_REMOTE_KEY, "Private key", "fileselect", .more = "{mustexist=true}", .remote = true },
	{ OPT_REMOTE_INTERFACE, "Interface", "string",
	  .more = "{placeholder=that of the default route}",
	  .remote = true },
	{ OPT_REMOTE_COMMAND, "Command", "string", .more = "{placeholder=xdpdump}",
	  .remote = true },
	{ 's', "Snapshot length", "string",
	  .more = "{placeholder=256}{validation=^([0-9]+|headers)$}" },
	{ 'Q', "Direction", "selector",
	  .values = { { "in", "received" }, { "out", "sent" }, { "inout", "both" } } },
	{ 'P', "Promiscuous mode", "boolflag", .more = NULL },
	{ 'B', "Rings, KiB", "unsigned", .more = "{range=1,1048576}" },
	{ OPT_HOOK, "Hook", "selector",
	  .values = { { "auto", "the first that is there" }, { "native", "XDP native" },
		      { "generic", "XDP generic" }, { "tc", "tc" } } },
	{ OPT_NETNS, "Network namespace", "string",
	  .more = "{placeholder=a name, a process, a path}",
	  .tip = "where the interface is" },
	{ OPT_CONTAINER, "Container", "string",
	  .tip = "in whose network namespace the interface is" },
	{ OPT_OBSERVE, "Observe", "selector", .group = "Program",
	  .values = { { "auto", "as it goes" }, { "trace", "trace it" }, { "front", "call it from its place" } } },
	{ OPT_PROGRAM, "Program", "string", .group = "Program",
	  .more = "{placeholder=a name or an id}" },
	{ OPT_AT, "Packets", "selector", .group = "Program",
	  .values = { { "entry", "as they came in" }, { "exit", "as they came out" }, { "both", "both" } } },
	{ OPT_VERDICT, "Verdict", "multicheck", .group = "Program",
	  .values = { { "aborted", "ABORTED" }, { "drop", "DROP" }, { "pass", "PASS" },
		      { "tx", "TX" }, { "redirect", "REDIRECT" }, { "other", "others" } } },
	{ OPT_EXIT_FILTER, "Filter at the exit", "string", .group = "Program" },
	{ OPT_LOG_LEVEL, "Log level", "selector", .group = "Log",
	  .values = { { "info", "info" }, { "error", "error" }, { "warning", "warning" }, { "debug", "debug" } } },
	{ OPT_LOG_FILE, "Log file", "fileselect", .group = "Log", .more = "{mustexist=false}" },
};

static void print_values(const struct arg *a, int number)
{
	bool one = !strcmp(a->type, "selector");

	for (const struct value *v = a->values; v->word; v++)
		printf("value {arg=%d}{value=%s}{display=%s}{default=%s}\n", number, v->word,
		       v->shown, one && v == a->values ? "true" : "false");
}

/* ---- programs ---- */

struct programs {
	struct xdp_program whole[3];
	int n;
};

/* None of what is no interface of this machine, or is not there. */
static void find_programs(struct programs *p, const struct extcap_options *e)
{
	const char *name = e->iface ? e->iface + strlen(EXTCAP_LOCAL) : "any";
	struct netif n;

	p->n = 0;
	if (!extcap_options_is_remote(e) && strcmp(name, "any") && !netif_by_name(name, &n))
		p->n = max_of(xdp_query(n.ifindex, p->whole), 0);
}

/* By its name, which it has again when it is loaded again, if we may see that. */
static void print_program(const struct xdp_program *p, const char *function, int number)
{
	char id[16];

	snprintf(id, sizeof(id), "%u", p->id);
	printf("value {arg=%d}{value=%s}{display=%s", number, *p->name ? p->name : id,
	       *p->name ? p->name : "program");
	if (*function)
		printf(" in the place of %s", function);
	printf(" (id %s)}{default=false}\n", id);
}

static void print_programs(const struct programs *p, int number)
{
	struct member members[MEMBERS_MAX];

	if (!p->n)
		return;
	printf("value {arg=%d}{value=}{display=the one that is there}{default=true}\n", number);
	for (int i = 0; i < p->n; i++) {
		int count = members_find(&p->whole[i], members);

		print_program(&p->whole[i], "", number);
		for (int k = 0; k < count; k++)
			print_program(&members[k].program, members[k].function, number);
	}
}

/* ---- all of them ---- */

static void print_arg(const struct arg *a, int number)
{
	printf("arg {number=%d}{call=--%s}{display=%s}{type=%s}{tooltip=%s}%s", number,
	       opts_table_long_name(a->code), a->shown, a->type,
	       a->tip ? a->tip : opts_table_help(a->code),
	       a->more ? a->more : "");
	if (a->group)
		printf("{group=%s}", a->group);
	putchar('\n');
	print_values(a, number);
}

static struct arg with_programs(struct arg a, const struct programs *p)
{
	if (a.code == OPT_PROGRAM && p->n) {
		a.type = "selector";
		a.more = "{reload=true}";
	}
	return a;
}

void extcap_config(const struct opts *o)
{
	const char *alone = o->extcap.reload;
	bool remote = extcap_options_is_remote(&o->extcap);
	struct programs programs;

	find_programs(&programs, &o->extcap);
	if (alone)
		alone += strspn(alone, "-");
	for (size_t i = 0; i < array_size(args); i++) {
		struct arg a = with_programs(args[i], &programs);

		if ((a.remote && !remote) || (alone && strcmp(alone, opts_table_long_name(a.code))))
			continue;
		if (alone)
			print_values(&a, i);
		else
			print_arg(&a, i);
		if (a.code == OPT_PROGRAM)
			print_programs(&programs, i);
	}
}

bool extcap_config_is_ours(int code)
{
	if (code >= OPT_EXTCAP_INTERFACES && code <= OPT_LOG_FILE)
		return false;
	for (size_t i = 0; i < array_size(args); i++)
		if (args[i].code == code)
			return true;
	return false;
}
