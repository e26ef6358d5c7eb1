/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The first line of a request or a response of HTTP/1: RFC 9112, 3 and 4. */
#ifndef XDPDUMP_PACKET_HTTP_H
#define XDPDUMP_PACKET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/parse.h"

enum { HTTP_LINE_MAX = 256 };	/* bytes of a line that are told */

/* Strings are in the packet, whatever bytes they have, without a NUL. */
struct http {
	uint16_t code;			/* of a response; 0: a request */
	/* SHORT: the line goes on behind the bytes, or behind HTTP_LINE_MAX */
	enum parse_end end;
	const char *line, *uri;		/* uri: of a request */
	size_t line_len, method_len, uri_len;	/* the method begins the line */
};

/* @c is at the begin of a segment. False: no such line begins there. */
bool http_read(struct cursor *c, struct http *h);

#endif
