/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Numbers for people to look at: short, and as columns of characters that every terminal has. */
#ifndef XDPDUMP_REPORT_PLOT_H
#define XDPDUMP_REPORT_PLOT_H

#include <stddef.h>
#include <stdint.h>

/* "0", "999", "1.23 k", "45.6 M": three digits, and what they are to be multiplied with. */
void plot_number(char *out, size_t cap, double v);

/* The same with its unit: "999 bit/s", "1.23 kbit/s". */
void plot_unit(char *out, size_t cap, double v, const char *unit);

/* "25 ms", "1.6 s", "5 min", "2.5 d". */
void plot_span(char *out, size_t cap, uint64_t ns);

/* The end of an axis: 1, 2 or 5 with zeros, the least that is not below @v; 1 for nothing. */
double plot_axis(double v);

/*
 * What stands in row @row, from 0 at the bottom, of @rows, where a column of height @v stands, and
 * @axis would fill all: a blank, '#', or at its upper end '.' or ':'. Of the least there is a dot.
 */
char plot_cell(double v, double axis, unsigned rows, unsigned row);

#endif
