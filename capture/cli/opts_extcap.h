/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What Wireshark calls with, as extcap(4) has it; a capture is then one like any other, with a FIFO
 * for its file.
 */
#ifndef XDPDUMP_CLI_OPTS_EXTCAP_H
#define XDPDUMP_CLI_OPTS_EXTCAP_H

#include <stdbool.h>

struct usage;

/* Does it, with these words? */
bool opts_extcap_is_meant(char *const *argv);

/* Any option of such a call. False: it counts as not given. */
bool opts_extcap_note(struct usage *p, int code, const char *arg);

/* As opts_take(), of those of its own; and what they mean together. */
bool opts_extcap_take(struct usage *p, int code, const char *arg);
bool opts_extcap_settle(struct usage *p);

#endif
