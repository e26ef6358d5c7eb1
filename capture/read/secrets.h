/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Decryption secrets of pcapng: log files of keys that go into a capture, and what is to become of
 * those in it.
 */
#ifndef XDPDUMP_READ_SECRETS_H
#define XDPDUMP_READ_SECRETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct blocks;

/* FILE of TYPE:FILE, or "". */
const char *secrets_path(const char *spec);

/*
 * @spec is TYPE:FILE, or with a comma as for editcap(1): tls, ssh, wg, opcua. Appends a block with
 * what is in FILE, in host byte order. False: @error has a sentence. A sentence as well, and true:
 * the file does not look like such a log.
 */
bool secrets_read(struct blocks *to, const char *spec, char *error, size_t cap);

/* The length of the block at @at of @b. Does it hold secrets? */
size_t secrets_look(const struct blocks *b, size_t at, bool *is_secret);

#endif
