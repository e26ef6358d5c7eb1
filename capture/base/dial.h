/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Connections by TCP to somebody else: "host:57012", "192.0.2.1:57012", "[2001:db8::1]:57012". */
#ifndef XDPDUMP_BASE_DIAL_H
#define XDPDUMP_BASE_DIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/listen.h"

/* Is called several times a second while it takes long: 0, or an errno, and it ends with that. */
typedef int (*dial_look_fn)(void *ctx);

/* False: it is none. *@port: that of it; may be NULL. */
bool dial_parse(const char *word, uint16_t *port);

/*
 * Looks up the name, in a process of its own where a resolver has to be asked, and connects to the
 * first address that answers, which *@to is from then on. A socket, non-blocking, close-on-exec,
 * for the caller to close; or -errno, which *@why tells in words, until the next strerror(3).
 */
int dial_open(const char *word, struct listen_address *to, dial_look_fn look, void *ctx,
	      const char **why);

/*
 * Begins to connect to @to: a socket as above, which can be written to when it is known what has
 * become of it; dial_failed() tells then: an errno, or 0. -errno.
 */
int dial_begin(const struct listen_address *to);
int dial_failed(int fd);

#endif
