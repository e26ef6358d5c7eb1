/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The outputs that the command line asks for. */
#ifndef XDPDUMP_CLI_OPEN_OUTPUTS_H
#define XDPDUMP_CLI_OPEN_OUTPUTS_H

#include <stddef.h>

#include "capture/base/log.h"

struct blocks;
struct merge;
struct opts;
struct outputs;
struct parts;
struct run_as;

/*
 * As outputs_open(), by the user of -Z, who is *@a from then on (NULL: none), to be closed by the
 * caller. What is read is never written to. @head: blocks that each file begins with, which have to
 * live as long as the outputs; NULL: none.
 */
enum status open_outputs(struct outputs *f, const struct opts *o, const struct blocks *head,
			 int interrupt_fd, struct run_as **a);

/*
 * All is open, of @n @inputs as well, of which some may be NULL: what is not needed any more is
 * given up (confine.h), and the threads begin, those that read ahead among them; and those of
 * file_source_parts() into *@parts, unless that is NULL. Complains.
 */
enum status open_outputs_start(struct outputs *f, const struct opts *o, struct merge *const *inputs,
			       size_t n, struct parts **parts);

#endif
