/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Packets on stdout, as people or programs read them. */
#ifndef XDPDUMP_WRITE_TEXT_SINK_H
#define XDPDUMP_WRITE_TEXT_SINK_H

#include "capture/format/format.h"

struct sink;
struct text_settings;

/*
 * As writer_open() of stdout. With line_buffered each packet is flushed; else @n_threads beside the
 * caller's may make text, of packets whose interfaces stay where they are until the end.
 */
int text_sink_open(struct sink **k, enum file_format format, const struct text_settings *text,
		   unsigned n_threads, int interrupt_fd);

#endif
