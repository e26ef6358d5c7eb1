// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Text in rows and columns. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "capture/view/grid.h"

void grid_clear(struct grid *g, unsigned rows, unsigned cols)
{
	g->rows = min_of(rows, (unsigned)GRID_ROWS_MAX);
	g->cols = min_of(cols, (unsigned)GRID_COLS_MAX);
	memset(g->text, ' ', sizeof(g->text));
	memset(g->style, GRID_PLAIN, sizeof(g->style));
}

unsigned grid_put(struct grid *g, unsigned row, unsigned col, enum grid_style style,
		  const char *fmt, ...)
{
	char text[GRID_COLS_MAX + 1];
	unsigned at = col;
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	for (const char *p = text; *p && row < g->rows && at < g->cols; p++, at++) {
		g->text[row][at] = *p >= ' ' && *p <= '~' ? *p : '?';
		g->style[row][at] = style;
	}
	return at;
}

void grid_fill(struct grid *g, unsigned row, enum grid_style style)
{
	if (row < g->rows)
		memset(g->style[row], style, g->cols);
}
