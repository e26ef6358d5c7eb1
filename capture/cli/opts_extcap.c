// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What Wireshark adds to the options that it lets people choose. It looks for what it can ask of us
 * by extcap(4); a capture is then one like any other, with a FIFO for its file.
 */
#include <getopt.h>
#include <string.h>

#include "capture/cli/opts_impl.h"

static const struct hidden table[] = {
	{ OPT_EXTCAP_INTERFACES, "extcap-interfaces", no_argument,
	  "list the interfaces for Wireshark" },
	{ OPT_EXTCAP_INTERFACE, "extcap-interface", required_argument, "one of that list" },
	{ OPT_EXTCAP_VERSION, "extcap-version", optional_argument, "the version of Wireshark" },
	{ OPT_EXTCAP_DLTS, "extcap-dlts", no_argument, "list the link types of the interface" },
	{ OPT_EXTCAP_CONFIG, "extcap-config", no_argument, "list the options of the interface" },
	{ OPT_EXTCAP_RELOAD, "extcap-reload-option", required_argument,
	  "with --extcap-config: the values of this option alone" },
	{ OPT_EXTCAP_FILTER, "extcap-capture-filter", required_argument,
	  "without --capture: is it one?" },
	{ OPT_EXTCAP_CAPTURE, "capture", no_argument, "capture on the interface" },
	{ OPT_EXTCAP_FIFO, "fifo", required_argument, "with --capture: where packets go" },
	{ OPT_EXTCAP_CONTROL_IN, "extcap-control-in", required_argument,
	  "where the toolbar is heard" },
	{ OPT_EXTCAP_CONTROL_OUT, "extcap-control-out", required_argument, "where it is told" },
	{ OPT_REMOTE_HOST, "remote-host", required_argument,
	  "the machine to capture on, as ssh knows it" },
	{ OPT_REMOTE_PORT, "remote-port", required_argument, "the port of ssh there" },
	{ OPT_REMOTE_USER, "remote-user", required_argument, "the user there" },
	{ OPT_REMOTE_KEY, "remote-key", required_argument,
	  "the private key; without it those that ssh and its agent have" },
	{ OPT_REMOTE_INTERFACE, "remote-interface", required_argument,
	  "the interface there; without it that of its default route" },
	{ OPT_REMOTE_COMMAND, "remote-command", required_argument,
	  "what runs there: xdpdump, or sudo -n xdpdump" },
	{ OPT_LOG_LEVEL, "log-level", required_argument,
	  "what is in the log: error, warning, info, debug" },
	{ OPT_LOG_FILE, "log-file", required_argument, "add the log to this file as well" },
};

const struct hidden *opts_extcap(size_t *n)
{
	*n = array_size(table);
	return table;
}

bool opts_extcap_is_meant(char *const *argv)
{
	for (; *argv && strcmp(*argv, "--"); argv++)
		if (!strncmp(*argv, "--extcap-", 9) || !strcmp(*argv, "--capture"))
			return true;
	return false;
}

/* Fields that are empty in its window are passed on as well. */
bool opts_extcap_note(struct parser *p, int code, const char *arg)
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

static bool take_level(struct parser *p, const char *arg)
{
	if (!said_level_by_name(&p->o->extcap.level, arg))
		return opts_wrong(p, "log level '%s' is none of error, warning, info and debug",
				  arg);
	p->o->debug |= p->o->extcap.level == SAID_DEBUG;
	return true;
}

bool opts_take_extcap(struct parser *p, int code, const char *arg)
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
	return code != OPT_REMOTE_PORT || opts_number(p, "port", arg, 1, 65535, &port);
}

static enum extcap_call call_of(const struct parser *p)
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

bool extcap_is_remote(const struct extcap_options *e)
{
	return e->iface && !strcmp(e->iface, EXTCAP_REMOTE);
}

static bool settle_capture(struct parser *p)
{
	static const int remote[] = { OPT_REMOTE_HOST, OPT_REMOTE_PORT,	     OPT_REMOTE_USER,
				      OPT_REMOTE_KEY,  OPT_REMOTE_INTERFACE, OPT_REMOTE_COMMAND, 0 };
	struct extcap_options *e = &p->o->extcap;
	int code = opts_first_given(p, remote);

	if (!p->times[OPT_EXTCAP_FIFO])
		return opts_wrong(p, "--capture writes into the FIFO of --fifo, which is missing");
	if (p->times['w'] || p->times['i'])
		return opts_wrong(p, "-%c means nothing with --capture", p->times['w'] ? 'w' : 'i');
	if (e->n_given > EXTCAP_GIVEN_MAX)
		return opts_wrong(p, "more than %d options for --capture", EXTCAP_GIVEN_MAX);
	if (code && !extcap_is_remote(e))
		return opts_wrong(p, "%s is for the interface %s", opts_name(code), EXTCAP_REMOTE);
	if (e->filter && p->o->filter)
		return opts_wrong(p, "--extcap-capture-filter and '%s' are two filters",
				  p->o->filter);
	if (e->filter) {
		p->o->filter = strdup(e->filter);
		if (!p->o->filter)
			return opts_wrong(p, "out of memory");
	}
	if (!extcap_is_remote(e))
		return opts_take_iface(p, e->iface + strlen(EXTCAP_LOCAL));
	if (!e->remote.host)
		return opts_wrong(p, "--remote-host is missing: the machine to capture on");
	return !p->o->n_reads || opts_wrong(p, "-r means nothing with --capture");
}

bool opts_settle_extcap(struct parser *p)
{
	struct extcap_options *e = &p->o->extcap;

	e->call = call_of(p);
	if (!p->times[OPT_LOG_LEVEL])
		e->level = SAID_INFO;
	if (e->call == EXTCAP_NONE) {
		for (size_t i = 0; i < array_size(table); i++)
			if (p->times[table[i].code])
				return opts_wrong(p, "--%s is what Wireshark adds to --capture or --extcap-config",
						  table[i].name);
		return true;
	}
	if (e->call == EXTCAP_INTERFACES || e->call == EXTCAP_VERSION)
		return true;
	if (!e->iface && e->call != EXTCAP_FILTER)
		return opts_wrong(p, "--extcap-interface is missing");
	if (e->iface && !is_listed(e->iface))
		return opts_wrong(p,
				  "'%s' is none of the interfaces that --extcap-interfaces lists",
				  e->iface);
	return e->call != EXTCAP_CAPTURE || settle_capture(p);
}
