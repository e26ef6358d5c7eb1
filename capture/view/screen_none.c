// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Without ncurses: the option has said so, and nobody comes here. */
#include <stdio.h>

#include "capture/base/util.h"
#include "capture/view/screen.h"

bool screen_open(struct screen **s, char *why, size_t cap)
{
	*s = NULL;
	snprintf(why, cap, "built without ncurses");
	return false;
}

bool screen_begin(struct screen *s is_unused, char *why is_unused, size_t cap is_unused)
{
	return false;
}

int screen_fd(const struct screen *s is_unused)
{
	return -1;
}

void screen_keep_stderr(struct screen *s is_unused)
{
}

void screen_size(struct screen *s is_unused, unsigned *rows, unsigned *cols)
{
	*rows = *cols = 0;
}

void screen_draw(struct screen *s is_unused, const struct grid *g is_unused)
{
}

int screen_key(struct screen *s is_unused)
{
	return -1;
}

bool screen_has_gone(const struct screen *s is_unused)
{
	return true;
}

bool screen_said(struct screen *s is_unused, char *line is_unused, size_t cap is_unused)
{
	return false;
}

struct screen *screen_close(struct screen *s is_unused)
{
	return NULL;
}
