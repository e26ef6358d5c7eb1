/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The sandbox: once all is opened, what is not needed any more is out of reach. First rights, files
 * and the network, then threads may begin, then system calls. --sandbox tells what becomes of it
 * where the kernel lacks something. Who only reads is the user of -Z from then on, sandbox or not.
 * Both complain; the exit code.
 */
#ifndef XDPDUMP_CLI_CONFINE_H
#define XDPDUMP_CLI_CONFINE_H

#include <stdbool.h>

#include "capture/base/log.h"

struct opts;

/* As was asked for; or we are built with a sanitizer. */
bool confine_is_off(const struct opts *o);

/* What comes later than the sandbox. */
enum confine_later {
	CONFINE_OPENS		= 1,	/* files of -r are opened */
	/* interfaces come, or are given up in a way that takes more */
	CONFINE_ATTACHES	= 2,
	CONFINE_READS_AHEAD	= 4,	/* threads read, or make text */
	CONFINE_REFILTERS	= 8,	/* other filters come, which somebody else loads */
	CONFINE_HAS_RIGHTS	= 16,	/* what comes takes rights of our own */
};

/* @later: an or of enum confine_later. */
enum status confine_reach(const struct opts *o, unsigned later);
enum status confine_calls(const struct opts *o, unsigned later);

/* Both, where there are no threads. */
enum status confine(const struct opts *o, unsigned later);

/* What there is of it, here, for --version -v. */
void confine_print(void);

#endif
