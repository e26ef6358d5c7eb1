// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The options that Wireshark lets people choose. Their names and what they are for stand in the one
 * table of options: here is how they look in a window. Values have to be words of opts_take.c and
 * opts_observe.c, which a test looks at.
 */
#include <stdio.h>
#include <string.h>

#include "capture/cli/extcap.h"
#include "capture/cli/opts_impl.h"

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
	{ OPT_REMOTE_USER, "User", "string", .more = "{placeholder=as ssh has it}", .remote = true },
	{ OPT_REMOTE_PORT, "Port", "unsigned", .more = "{range=1,65535}", .remote = true },
	{ OPT_REMOTE_KEY, "Private key", "fileselect", .more = "{mustexist=true}", .remote = true },
	{ OPT_REMOTE_INTERFACE, "Interface", "string", .more = "{placeholder=that of the default route}",
	  .remote = true },
	{ OPT_REMOTE_COMMAND, "Command", "string", .more = "{placeholder=xdpdump}", .remote = true },
	{ 's', "Snapshot length", "string", .more = "{placeholder=256}{validation=^([0-9]+|headers)$}" },
	{ 'Q', "Direction", "selector",
	  .values = { { "in", "received" }, { "out", "sent" }, { "inout", "both" } } },
	{ 'P', "Promiscuous mode", "boolflag", .more = NULL },
	{ 'B', "Rings, KiB", "unsigned", .more = "{range=1,1048576}" },
	{ OPT_HOOK, "Hook", "selector",
	  .values = { { "auto", "the first that is there" }, { "native", "XDP native" },
		      { "generic", "XDP generic" }, { "tc", "tc" } } },
	{ OPT_NETNS, "Network namespace", "string", .more = "{placeholder=a name, a process, a path}",
	  .tip = "where the interface is" },
	{ OPT_CONTAINER, "Container", "string", .tip = "in whose network namespace the interface is" },
	{ OPT_OBSERVE, "Observe", "selector", .group = "Program",
	  .values = { { "auto", "as it goes" }, { "trace", "trace it" }, { "front", "call it from its place" } } },
	{ OPT_PROGRAM, "Program", "string", .group = "Program", .more = "{placeholder=a name or an id}" },
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
		printf("value {arg=%d}{value=%s}{display=%s}{default=%s}\n", number, v->word, v->shown,
		       one && v == a->values ? "true" : "false");
}

static void print_arg(const struct arg *a, int number)
{
	printf("arg {number=%d}{call=--%s}{display=%s}{type=%s}{tooltip=%s}%s", number,
	       opts_long_name(a->code), a->shown, a->type, a->tip ? a->tip : opts_help_of(a->code),
	       a->more ? a->more : "");
	if (a->group)
		printf("{group=%s}", a->group);
	putchar('\n');
	print_values(a, number);
}

void extcap_config(const struct opts *o)
{
	const char *alone = o->extcap.reload;
	bool remote = extcap_is_remote(&o->extcap);

	if (alone)
		alone += strspn(alone, "-");
	for (size_t i = 0; i < array_size(args); i++) {
		if (args[i].remote && !remote)
			continue;
		if (!alone)
			print_arg(&args[i], i);
		else if (!strcmp(alone, opts_long_name(args[i].code)))
			print_values(&args[i], i);
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
