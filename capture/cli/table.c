// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/cli/table.h"

enum { CELL_MAX = 512 };

struct table {
	char **cells;
	size_t n_cells;
	unsigned n_columns;
	bool failed;
};

static void table_closep(struct table **t)
{
	table_close(*t);
}

int table_open(struct table **out, unsigned n_columns)
{
	cleanup(table_closep) struct table *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->n_columns = n_columns;
	*out = steal(&t);
	return 0;
}

void table_put(struct table *t, const char *cell)
{
	char shown[CELL_MAX], **more = reallocarray(t->cells, t->n_cells + 1, sizeof(*more));
	struct text text = text_in(shown, sizeof(shown));

	text_escaped(&text, cell, strlen(cell));
	if (more)
		t->cells = more;
	if (more && (t->cells[t->n_cells] = strndup(shown, text.len)))
		t->n_cells++;
	else
		t->failed = true;
}

/* In characters. */
static unsigned width(const char *cell)
{
	unsigned n = 0;

	for (; *cell; cell++)
		n += (*cell & 0xc0) != 0x80;
	return n;
}

static unsigned width_of_column(const struct table *t, unsigned column)
{
	unsigned widest = 0;

	for (size_t i = column; i < t->n_cells; i += t->n_columns)
		widest = max_of(widest, width(t->cells[i]));
	return widest;
}

bool table_print(const struct table *t, FILE *out)
{
	unsigned *widths = calloc(t->n_columns, sizeof(*widths));

	if (t->failed || !widths) {
		free(widths);
		return false;
	}
	for (unsigned i = 0; i < t->n_columns; i++)
		widths[i] = width_of_column(t, i);
	for (size_t i = 0; i < t->n_cells; i++) {
		unsigned column = i % t->n_columns;
		int blanks = widths[column] - width(t->cells[i]);

		if (column == 0)
			fprintf(out, "%*s%s", blanks + 1, "", t->cells[i]);
		else if (column + 1 == t->n_columns)
			fprintf(out, "  %s\n", t->cells[i]);
		else
			fprintf(out, "  %s%*s", t->cells[i], blanks, "");
	}
	free(widths);
	return true;
}

struct table *table_close(struct table *t)
{
	if (!t)
		return NULL;
	for (size_t i = 0; i < t->n_cells; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t);
	return NULL;
}
