/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A terminal, by ncurses. Nothing here waits for it but, a second at most, the end. Without the
 * library screen_open() fails, which nobody asks for then. From screen_begin() on what is written
 * to stderr is kept, if that is a terminal, and comes when it is closed.
 */
#ifndef XDPDUMP_VIEW_SCREEN_H
#define XDPDUMP_VIEW_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

struct grid;
struct screen;

/*
 * Finds one: stdout, with keys from stdin or, if that is no terminal, from the one that controls
 * us. False: @why tells, a sentence. Whatever it returns, it is to be closed.
 */
bool screen_open(struct screen **s, char *why, size_t cap);

/*
 * What is said would stand across the page: from here on it is kept, if it is not already, also
 * what processes say that begin later.
 */
void screen_keep_stderr(struct screen *s);

/* Takes it; the others are for then. False: as screen_open(). */
bool screen_begin(struct screen *s, char *why, size_t cap);

/* Readable when a key was pressed. */
int screen_fd(const struct screen *s);

/* Its size, now. */
void screen_size(struct screen *s, unsigned *rows, unsigned *cols);

void screen_draw(struct screen *s, const struct grid *g);

/* The next key, as in view.h; -1: there is none. */
int screen_key(struct screen *s);

/* Its terminal is not there any more. */
bool screen_has_gone(const struct screen *s);

/* The last line that was written to stderr since the last time. False: there is none. */
bool screen_said(struct screen *s, char *line, size_t cap);

/* As it was before, with what was written to stderr. */
struct screen *screen_close(struct screen *s);

#endif
