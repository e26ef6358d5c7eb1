/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What is said on stderr while somebody runs us who takes all of it for errors: lines are sorted by
 * how much they matter, written into a file, and handed on; only errors get out.
 */
#ifndef XDPDUMP_CLI_SAID_H
#define XDPDUMP_CLI_SAID_H

#include <stdbool.h>
#include <stddef.h>

struct said;

enum said_level { SAID_ERROR, SAID_WARNING, SAID_INFO, SAID_DEBUG, SAID_LEVELS };

/* The word for it on the command line, and back; false: there is no such word. */
const char *said_level_name(enum said_level level);
bool said_level_by_name(enum said_level *level, const char *name);

/* How much a line of @len bytes matters, by its beginning; it is one of ours. */
enum said_level said_level_of(const char *line, size_t len);

struct said_settings {
	enum said_level level;		/* what matters less is dropped */
	const char *file;		/* lines are added to it; NULL: there is none */
	/* each line that is not dropped, with its end */
	void (*each)(void *ctx, enum said_level level, const char *line, size_t len);
	void *ctx;
};

/*
 * From here on stderr of the process is ours. -errno; whether it is that of the file is told by
 * *@file.
 */
int said_open(struct said **s, const struct said_settings *settings, bool *file);

/* Readable when something was said. */
int said_fd(const struct said *s);

/* Deals with what was said so far. */
void said_take(struct said *s);

/*
 * From here on what is not ours may be errors of a program that we have started: it is held, up to
 * the start line of a capture. And gets out, if that is what they were.
 */
void said_hold(struct said *s);
void said_let_out(struct said *s);

/* And with the rest; stderr is again what it was. Returns NULL. */
struct said *said_close(struct said *s);

#endif
