/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What stands on a screen, in memory: printable ASCII, whatever was put there. */
#ifndef XDPDUMP_VIEW_GRID_H
#define XDPDUMP_VIEW_GRID_H

#include "capture/base/util.h"

enum { GRID_ROWS_MAX = 200, GRID_COLS_MAX = 400 };

/* What it is; how that looks is for the terminal to say, also without colours. */
enum grid_style { GRID_PLAIN, GRID_BAR, GRID_HEAD, GRID_DIM, GRID_CURVE, GRID_ALARM };

struct grid {
	unsigned rows, cols;
	char text[GRID_ROWS_MAX][GRID_COLS_MAX];
	unsigned char style[GRID_ROWS_MAX][GRID_COLS_MAX];
};

/* Blank, as large as this, as far as that goes. */
void grid_clear(struct grid *g, unsigned rows, unsigned cols);

/*
 * Puts text there, and what is outside is left out. What is not printable ASCII is a question mark.
 * Returns the column behind it.
 */
unsigned grid_put(struct grid *g, unsigned row, unsigned col, enum grid_style style,
		  const char *fmt, ...) printf_like(5, 6);

/* The same style for all of a row. */
void grid_fill(struct grid *g, unsigned row, enum grid_style style);

#endif
