/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* "xdpdump ctl PATH COMMAND": tells a capture with --control PATH what to do. */
#ifndef XDPDUMP_CLI_CTL_H
#define XDPDUMP_CLI_CTL_H

#include <stdbool.h>

#include "capture/base/log.h"

/* The first words of commands, which capture_commands.c obeys, with @between them. */
#define CTL_COMMANDS(between) \
	"filter" between "mark" between "rotate" between "sample" between "snap" between "stats" between "stop" \
	between "trigger"

/* Is that what these words are? */
bool ctl_is_meant(char *const *argv);

/* What it answers is on stdout, what it refuses on stderr: STATUS_RUNTIME. */
enum status ctl_run(char *const *argv);

#endif
