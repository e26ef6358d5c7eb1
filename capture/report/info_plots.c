// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The pictures of --info, in characters that every terminal and every mail has. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/report/info.h"
#include "capture/report/plot.h"

enum { BAR = 34, COLUMNS = 68, ROWS = 8, LABEL = 10 };

static void bar(char out[static BAR + 1], double v, double most)
{
	unsigned n = v / most * BAR + 0.5;

	n = v > 0 ? max_of(n, 1u) : 0;
	memset(out, '#', n);
	out[n] = '\0';
}

void info_plot_sizes(const struct info *i, FILE *out)
{
	unsigned first, n = info_sizes(i, &first);
	uint64_t most = 0;

	for (unsigned row = first; row < n; row++)
		most = max_of(most, (uint64_t)i->sizes[row].packets);
	if (most)
		fprintf(out, "%-20s %14s  %6s\n", "Bytes in a packet:", "packets", "%");
	for (unsigned row = first; row < n; row++) {
		char label[32], hashes[BAR + 1];
		uint64_t v = i->sizes[row].packets;

		info_size_label(label, sizeof(label), row);
		bar(hashes, v, most);
		fprintf(out, "  %-18s %14" PRIu64 "  %6.1f%s%s\n", label, v,
			100.0 * v / i->all.packets, *hashes ? "  " : "", hashes);
	}
}

/* What is drawn: columns of the timeline, as many together as are needed for them to fit. */
struct curve {
	double v[COLUMNS];	/* packets a second */
	unsigned n;
	uint64_t step_ns;
	double most;
};

static void make_curve(struct curve *c, const struct timeline *t)
{
	unsigned together = (t->n + COLUMNS - 1) / COLUMNS;

	*c = (struct curve){ .step_ns = together * timeline_step_ns(t) };
	for (unsigned at = 0; at < t->n; at += together) {
		c->v[c->n] = timeline_sum(t, at, together).packets / (c->step_ns / 1e9);
		c->most = max_of(c->most, c->v[c->n]);
		c->n++;
	}
}

static void print_row(const struct curve *c, double axis, unsigned row, FILE *out)
{
	char cells[COLUMNS + 1], label[LABEL] = "";
	unsigned n = 0;

	for (unsigned k = 0; k < c->n; k++) {
		cells[k] = plot_cell(c->v[k], axis, ROWS, row);
		n = cells[k] == ' ' ? n : k + 1;
	}
	if (row % 2)
		plot_number(label, sizeof(label), axis * (row + 1) / ROWS);
	fprintf(out, "%*s |%.*s\n", LABEL - 1, label, (int)n, cells);
}

void info_plot_rate(const struct info *i, FILE *out)
{
	char step[32], all[32], line[COLUMNS + 1];
	struct curve c;

	if (!info_duration(i))
		return;
	make_curve(&c, &i->timeline);
	plot_span(step, sizeof(step), c.step_ns);
	plot_span(all, sizeof(all), c.n * c.step_ns);
	fprintf(out, "%-20s packets/sec, a column is %s\n", "Rate over time:", step);
	for (unsigned row = ROWS; row-- > 0;)
		print_row(&c, plot_axis(c.most), row, out);
	memset(line, '-', c.n);
	line[c.n] = '\0';
	fprintf(out, "%*s +%s\n", LABEL - 1, "0", line);
	fprintf(out, "%*s%*s\n", LABEL + 1, "", c.n, all);
}
