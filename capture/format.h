/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * How packets become bytes: pcapng, pcap, and text for people and for programs. A format builds records in memory, whole
 * ones; where they go, and what is done when there is no room for them, is the writer's business.
 */
#ifndef XDPDUMP_FORMAT_H
#define XDPDUMP_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>


enum file_format {
	FORMAT_PCAPNG,
	FORMAT_PCAP,		/* times in microseconds */
	FORMAT_PCAP_NS,
	FORMAT_JSON,		/* one object a line */
	FORMAT_CSV,
	FORMAT_TEXT,
	N_FORMATS
};

/* The name of a format on the command line. */
const char *format_name(enum file_format format);

/* The format of that name into *format. False: there is none. */
bool format_by_name(enum file_format *format, const char *name);

/* Is it text, which a terminal can show? */
bool format_is_text(enum file_format format);

#endif
