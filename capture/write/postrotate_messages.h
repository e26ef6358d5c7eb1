/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What postrotate.c and the process it starts, postrotate_process.c, say to each other. */
#ifndef XDPDUMP_WRITE_POSTROTATE_MESSAGES_H
#define XDPDUMP_WRITE_POSTROTATE_MESSAGES_H

#include <limits.h>
#include <stdint.h>

/* RUN: for @file, while nothing runs. KILL: what runs, if it still does, by signal @sig. */
enum postrotate_verb { POSTROTATE_RUN, POSTROTATE_KILL };

struct postrotate_request {
	uint32_t verb;
	int32_t sig;
	char file[PATH_MAX];	/* ends with a zero */
};

/* Two to each RUN; if it has not started, one. */
enum postrotate_news { POSTROTATE_STARTED, POSTROTATE_ENDED };

struct postrotate_answer {
	uint32_t news;
	int32_t value;		/* STARTED: 0 or -errno. ENDED: as waitpid(2) has it */
};

/* All of that process, in a child; @fd: its end of the socket pair. */
_Noreturn void postrotate_process(int fd, const char *command, const char *path);

#endif
