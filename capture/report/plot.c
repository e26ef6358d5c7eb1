// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Half a cell is ':', less than that '.'. */
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/report/plot.h"

/*
 * Three digits at least, and no zeros that say nothing; what rounds to 1000 is one of the next
 * unit.
 */
static void three_digits(char *out, size_t cap, double v, const char *unit)
{
	int behind = v < 9.995 ? 2 : v < 99.95 ? 1 : 0;

	snprintf(out, cap, "%.*f %s", behind, v, unit);
}

void plot_number(char *out, size_t cap, double v)
{
	static const char *const units[] = { "", "k", "M", "G", "T", "P", "E" };
	unsigned i = 0;

	for (; v >= 999.5 && i + 1 < array_size(units); i++)
		v /= 1000;
	if (i)
		three_digits(out, cap, v, units[i]);
	else
		snprintf(out, cap, "%.3g", v);
}

void plot_unit(char *out, size_t cap, double v, const char *unit)
{
	char number[16];

	plot_number(number, sizeof(number), v);
	snprintf(out, cap, "%s%s%s", number, strchr(number, ' ') ? "" : " ", unit);
}

void plot_span(char *out, size_t cap, uint64_t ns)
{
	/* 90 s rather than 1.5 min: from two of them on */
	static const struct { double from, ns; const char *unit; } units[] = {
		{ 2 * 86400e9, 86400e9, "d" }, { 2 * 3600e9, 3600e9, "h" },
		{ 2 * 60e9, 60e9, "min" },
		{ 1e9, 1e9, "s" }, { 1e6, 1e6, "ms" }, { 1e3, 1e3, "us" }, { 1, 1, "ns" },
	};
	unsigned i = 0;

	while (i + 1 < array_size(units) && ns < units[i].from)
		i++;
	snprintf(out, cap, "%.4g %s", ns / units[i].ns, units[i].unit);
}

double plot_axis(double v)
{
	static const double firsts[] = { 1, 2, 5 };
	double zeros = 1;

	if (v <= 0)
		return 1;
	while (zeros * 10 <= v)
		zeros *= 10;
	while (zeros > v)
		zeros /= 10;
	for (unsigned i = 0; i < array_size(firsts); i++)
		if (firsts[i] * zeros >= v)
			return firsts[i] * zeros;
	return 10 * zeros;
}

char plot_cell(double v, double axis, unsigned rows, unsigned row)
{
	double height = v / axis * rows - row;

	if (height >= 1)
		return '#';
	if (height >= 0.5)
		return ':';
	return height > 0 ? '.' : ' ';
}
