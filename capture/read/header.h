/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Headers of captures, of either format, anywhere in the stream. */
#ifndef XDPDUMP_READ_HEADER_H
#define XDPDUMP_READ_HEADER_H

#include "capture/read/stream.h"

/*
 * Does the header of a capture stand @pos bytes from here, whose records or blocks lead on past
 * @past, or to the end of the file? @usual: the byte order of what is read here.
 */
bool header_leads(struct stream *s, bool usual, size_t pos, size_t past);

#endif
