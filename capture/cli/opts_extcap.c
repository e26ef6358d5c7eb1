// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <getopt.h>
#include <string.h>

#include "capture/cli/opts_extcap.h"
#include "capture/cli/opts_netns.h"
#include "capture/cli/usage.h"


bool opts_extcap_is_meant(char *const *argv)
{
	for (; *argv && strcmp(*argv, "--"); argv++)
		if (!strncmp(*argv, "--extcap-", 9) || !strcmp(*argv, "--capture"))
			return true;
	return false;
}

/* Fields that are empty in its window are passed on as well. */
bool opts_extcap_note(struct usage *p, int code, const char *arg)
{
	struct extcap_options *e = &p->o->extcap;

	if (arg && !*arg)
		return false;
	if (e->n_given < EXTCAP_GIVEN_MAX) {
		e->given[e->n_given].code = code;
		e->given[e->n_given].arg = arg;
	}
	e->n_given++;
	return true;
}

static bool take_level(struct usage *p, const char *arg)
{
	if (!said_level_by_name(&p->o->extcap.level, arg))
		return usage_wrong(p, "log level '%s' is none of error, warning, info and debug",
				   arg);
	p->o->debug |= p->o->extcap.level == SAID_DEBUG;
	return true;
}

bool opts_extcap_take(struct usage *p, int code, const char *arg)
{
	struct extcap_options *e = &p->o->extcap;
	const struct { int code; const char **word; } words[] = {
		{ OPT_EXTCAP_INTERFACE, &e->iface }, { OPT_EXTCAP_RELOAD, &e->reload },
		{ OPT_EXTCAP_FILTER, &e->filter }, { OPT_EXTCAP_FIFO, &p->o->write },
		{ OPT_EXTCAP_CONTROL_IN, &e->control_in },
		{ OPT_EXTCAP_CONTROL_OUT, &e->control_out },
		{ OPT_REMOTE_HOST, &e->remote.host }, { OPT_REMOTE_USER, &e->remote.user },
		{ OPT_REMOTE_PORT, &e->remote.port }, { OPT_REMOTE_KEY, &e->remote.key },
		{ OPT_REMOTE_INTERFACE, &e->remote.iface },
		{ OPT_REMOTE_COMMAND, &e->remote.command },
		{ OPT_LOG_FILE, &e->log_file },
	};
	uint64_t port;

	for (size_t i = 0; i < array_size(words); i++)
		if (words[i].code == code)
			*words[i].word = arg;
	if (code == OPT_LOG_LEVEL)
		return take_level(p, arg);
	return code != OPT_REMOTE_PORT || usage_number(p, "port", arg, 1, 65535, &port);
}

static enum extcap_call call_of(const struct usage *p)
{
	static const struct { int code; enum extcap_call call; } calls[] = {
		{ OPT_EXTCAP_INTERFACES, EXTCAP_INTERFACES }, { OPT_EXTCAP_DLTS, EXTCAP_DLTS },
		{ OPT_EXTCAP_CONFIG, EXTCAP_CONFIG }, { OPT_EXTCAP_CAPTURE, EXTCAP_CAPTURE },
		{ OPT_EXTCAP_FILTER, EXTCAP_FILTER }, { OPT_EXTCAP_VERSION, EXTCAP_VERSION },
	};

	for (size_t i = 0; i < array_size(calls); i++)
		if (p->times[calls[i].code])
			return calls[i].call;
	return EXTCAP_NONE;
}

static bool is_listed(const char *name)
{
	size_t len = strlen(EXTCAP_LOCAL);

	return !strcmp(name, EXTCAP_REMOTE) || (!strncmp(name, EXTCAP_LOCAL, len) && name[len]);
}

static bool settle_capture(struct usage *p)
{
	static const int remote[] = { OPT_REMOTE_HOST, OPT_REMOTE_PORT,	     OPT_REMOTE_USER,
				      OPT_REMOTE_KEY,  OPT_REMOTE_INTERFACE, OPT_REMOTE_COMMAND, 0 };
	struct extcap_options *e = &p->o->extcap;
	int code = usage_first_given(p, remote);

	if (!p->times[OPT_EXTCAP_FIFO])
		return usage_wrong(p, "--capture writes into the FIFO of --fifo, which is missing");
	if (p->times['w'] || p->times['i'])
		return usage_wrong(p, "-%c means nothing with --capture",
				   p->times['w'] ? 'w' : 'i');
	if (e->n_given > EXTCAP_GIVEN_MAX)
		return usage_wrong(p, "more than %d options for --capture", EXTCAP_GIVEN_MAX);
	if (code && !extcap_options_is_remote(e))
		return usage_wrong(p, "%s is for the interface %s", opts_table_name(code),
				   EXTCAP_REMOTE);
	if (e->filter && p->o->filter)
		return usage_wrong(p, "--extcap-capture-filter and '%s' are two filters",
				   p->o->filter);
	if (e->filter) {
		p->o->filter = strdup(e->filter);
		if (!p->o->filter)
			return usage_wrong(p, "out of memory");
	}
	if (!extcap_options_is_remote(e))
		return opts_netns_take_iface(p, e->iface + strlen(EXTCAP_LOCAL));
	if (!e->remote.host)
		return usage_wrong(p, "--remote-host is missing: the machine to capture on");
	return !p->o->n_reads || usage_wrong(p, "-r means nothing with --capture");
}

bool opts_extcap_settle(struct usage *p)
{
	struct extcap_options *e = &p->o->extcap;
	const struct hidden *h;
	size_t n;

	e->call = call_of(p);
	if (!p->times[OPT_LOG_LEVEL])
		e->level = SAID_INFO;
	if (e->call == EXTCAP_NONE) {
		for (h = opts_table_hidden(&n); n; n--, h++)
			if (p->times[h->code])
				return usage_wrong(p, "--%s is what Wireshark adds to --capture or --extcap-config",
						   h->name);
		return true;
	}
	if (e->call == EXTCAP_INTERFACES || e->call == EXTCAP_VERSION)
		return true;
	if (!e->iface && e->call != EXTCAP_FILTER)
		return usage_wrong(p, "--extcap-interface is missing");
	if (e->iface && !is_listed(e->iface))
		return usage_wrong(p,
				   "'%s' is none of the interfaces that --extcap-interfaces lists",
				   e->iface);
	return e->call != EXTCAP_CAPTURE || settle_capture(p);
}
