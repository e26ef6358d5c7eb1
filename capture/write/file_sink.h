/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The files of a run as one of the outputs, and what is said when packets are missing from them. */
#ifndef XDPDUMP_WRITE_FILE_SINK_H
#define XDPDUMP_WRITE_FILE_SINK_H

struct rotate;
struct sink;

/* Always the same one, by which @r is closed. */
struct sink *file_sink(struct rotate *r);

#endif
