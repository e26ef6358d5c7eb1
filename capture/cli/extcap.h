/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Answers Wireshark, which finds us in its folder for extcap(4). */
#ifndef XDPDUMP_CLI_EXTCAP_H
#define XDPDUMP_CLI_EXTCAP_H

#include <stdbool.h>

#include "capture/base/log.h"

struct opts;
struct said;
struct toolbar;

/* Whatever o->extcap.call asks for. Complains; the exit code. */
enum status extcap_run(const struct opts *o);

/* The options of an interface, as lines on stdout: extcap_config.c. */
void extcap_config(const struct opts *o);

/* Can it be chosen there, and is it about the capture itself, wherever that is? */
bool extcap_config_is_ours(int code);

/*
 * A capture on this machine, and on another one by ssh(1): with a log, and a toolbar if there is
 * one.
 */
enum status extcap_capture(const struct opts *o, struct said *s, struct toolbar *t);
enum status extcap_remote(const struct opts *o, struct said *s, struct toolbar *t);

#endif
