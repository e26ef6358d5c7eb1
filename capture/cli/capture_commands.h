/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a capture is told while it runs (--control). */
#ifndef XDPDUMP_CLI_CAPTURE_COMMANDS_H
#define XDPDUMP_CLI_CAPTURE_COMMANDS_H

#include <stdbool.h>

#include "capture/base/log.h"

struct books;
struct capture_change;
struct line_server;
struct pump;
struct recording;
struct run_as;

struct capture_commands {
	/* who obeys: the owner's, longer than this */
	struct capture_change *change;
	struct recording *recording;
	struct pump *pump;
	const struct books *books;
	bool only_flows;		/* no packets are captured */
	struct line_server *server;	/* NULL: nobody tells it anything */
	char said[128];			/* to who does */
};

/*
 * Makes the socket @path, as @user (NULL: as we are); NULL: nobody tells it anything. Then, once
 * packets are captured, obeys. These complain.
 */
enum status capture_commands_open(struct capture_commands *c, const char *path,
				  const struct run_as *user);
enum status capture_commands_begin(struct capture_commands *c);

void capture_commands_close(struct capture_commands *c);

#endif
