/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What Wireshark asks of us when it finds us in its folder for extcap(4): a part of the command
 * line.
 */
#ifndef XDPDUMP_CLI_EXTCAP_OPTIONS_H
#define XDPDUMP_CLI_EXTCAP_OPTIONS_H

#include <stdbool.h>
#include <string.h>

#include "capture/cli/said.h"

/* In front of the name of an interface: no interface can be called so. And another machine. */
#define EXTCAP_LOCAL	"xdp:"
#define EXTCAP_REMOTE	"xdp-ssh"

enum extcap_call {
	EXTCAP_NONE,		/* it is a person who calls */
	EXTCAP_INTERFACES,
	EXTCAP_DLTS,
	EXTCAP_CONFIG,
	EXTCAP_FILTER,		/* is it one? */
	EXTCAP_CAPTURE,
	EXTCAP_VERSION,
};

enum { EXTCAP_GIVEN_MAX = 32 };

struct extcap_options {
	enum extcap_call call;
	const char *iface;		/* as it was listed */
	const char *filter;
	/* the values of this option alone: "--hook", or without dashes */
	const char *reload;
	const char *control_in, *control_out;	/* FIFOs of the toolbar, NULL: none */
	enum said_level level;
	const char *log_file;
	struct {
		const char *host, *port, *user, *key, *iface, *command;	/* NULL: not given */
	} remote;
	/* all that were given, in order, by their codes; arg NULL: there is none */
	struct { int code; const char *arg; } given[EXTCAP_GIVEN_MAX];
	unsigned n_given;
};

/* Is @o about another machine? */
static inline bool extcap_options_is_remote(const struct extcap_options *o)
{
	return o->iface && !strcmp(o->iface, EXTCAP_REMOTE);
}

#endif
