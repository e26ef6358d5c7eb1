/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Where packets go that leave the machine: the words of --to, "SCHEME:WHERE". */
#ifndef XDPDUMP_WRITE_TARGET_H
#define XDPDUMP_WRITE_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/base/log.h"

struct sink;
struct target_settings;

/* False: @error has one sentence about what is wrong with the word. */
bool target_check(const char *word, char *error, size_t cap);

/* Do records go there, not a stream of a capture format? */
bool target_takes_records(const char *word);

/*
 * Is @word another end that is connected to again when it has gone, and at which port? 0: it is
 * not.
 */
uint16_t target_port(const char *word);

/* Opens it; complains; the exit code. *@k NULL: @interrupt_fd became readable, a normal end. */
enum status target_open(struct sink **k, const struct target_settings *s, int interrupt_fd);

#endif
