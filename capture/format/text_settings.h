/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* How packets look as text (text_line.c): one line each, then, if asked for, its bytes. */
#ifndef XDPDUMP_FORMAT_TEXT_SETTINGS_H
#define XDPDUMP_FORMAT_TEXT_SETTINGS_H

#include <stdbool.h>

/* How the time stands at the start of a line: tcpdump's -t to -ttttt. */
enum time_format { TIME_OF_DAY, TIME_NONE, TIME_EPOCH, TIME_DELTA, TIME_DATE, TIME_SINCE_FIRST };

/* -x -xx -X -XX -A -AA */
enum hex_format { HEX_NONE, HEX, HEX_LINK, HEX_ASCII, HEX_ASCII_LINK, ASCII, ASCII_LINK };

struct text_settings {
	enum time_format time;
	enum hex_format hex;
	int verbose;		/* number of -v, -1 for -q */
	bool link;		/* -e: link-layer addresses */
	bool number;		/* -#: number of the packet */
	bool microseconds;	/* --micro: times have six digits behind the point, not nine */
	bool sequence;		/* -S: sequence numbers of TCP */
	bool lengths;		/* --lengths: captured bytes */
	bool line_buffered;	/* -l */
	bool offsets;		/* --offsets: rows tell where the packet is in which file */
	bool colour;		/* lines have the colours of colour.h */
};

#endif
