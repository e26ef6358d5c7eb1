/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Sockets on which somebody is asked to come: "9100", "0.0.0.0:9100", "[::]:9100",
 * "unix:/run/x".
 */
#ifndef XDPDUMP_BASE_LISTEN_H
#define XDPDUMP_BASE_LISTEN_H

#include <stdbool.h>
#include <sys/socket.h>

struct listen_address {
	struct sockaddr_storage address;
	socklen_t len;
};

/* False: it is none. Without an address it is that of the loopback, 127.0.0.1. */
bool listen_parse(const char *word, struct listen_address *a);

/* The same without a path; port 0: any that is free. */
bool listen_parse_tcp(const char *word, struct listen_address *a);

/* Of TCP: "127.0.0.1:9100", "[::1]:9100". */
enum { LISTEN_TEXT_MAX = 64 };
void listen_text(const struct listen_address *a, char out[static LISTEN_TEXT_MAX]);

/*
 * A socket that listens there, non-blocking, close-on-exec, for the caller to close; of a path,
 * that a process left which has gone, takes its place. -errno.
 */
int listen_open(const struct listen_address *a);

/* Removes the path, if it is one, of a socket that nobody listens on any more; all else stays. */
void listen_remove(const struct listen_address *a);

#endif
