/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The file that somebody who looks asks for: what is shown from then on, as pcapng. */
#ifndef XDPDUMP_VIEW_VIEW_FILE_H
#define XDPDUMP_VIEW_VIEW_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/write/rotate.h"

struct packet;
struct source;
struct view_file;

/*
 * Begins it, of what comes from @from, at @now as rotate_begin(). A file that is there already is
 * not written to. False: @said tells why.
 */
bool view_file_open(struct view_file **f, const char *path, bool live, struct source *from,
		    uint64_t now, uint64_t wall_ns, char *said, size_t cap);

/* False: it has ended, which view_file_close() tells. */
bool view_file_packet(struct view_file *f, const struct packet *p);

struct rotate *view_file_rotate(const struct view_file *f);
const char *view_file_path(const struct view_file *f);

/* Ends the file. @said: what is in it, or what went wrong, and then false. */
bool view_file_close(struct view_file **f, char *said, size_t cap);

#endif
