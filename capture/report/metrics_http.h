/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Tells who asks by HTTP what a capture has done, in a thread of its own, so that nobody who is
 * slow, or says nothing, holds up more than his own connection. By libmicrohttpd.
 */
#ifndef XDPDUMP_REPORT_METRICS_HTTP_H
#define XDPDUMP_REPORT_METRICS_HTTP_H

struct metrics_http;
struct state;

enum { METRICS_HTTP_FDS = 256 + 8 };	/* descriptors at most */

/*
 * For the socket @fd, which is its own then, whatever is returned. -errno; -ENOSYS: built without
 * the library.
 */
int metrics_http_open(struct metrics_http **h, int fd);

/*
 * Answers from now on: starts the thread, which has the rights that there are by now, and to which
 * the signals that are blocked by now are not delivered. -errno.
 */
int metrics_http_start(struct metrics_http *h);

/* From now on this is what is told; @s is its own. Never waits. */
void metrics_http_tell(struct metrics_http *h, struct state *s);

struct metrics_http *metrics_http_close(struct metrics_http *h);

#endif
