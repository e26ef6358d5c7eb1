/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* --flows: the table on stdout, and what there is beside it on stderr. */
#ifndef XDPDUMP_CLI_FLOWS_H
#define XDPDUMP_CLI_FLOWS_H

#include <stdbool.h>
#include <stdint.h>

struct flow_lines;
struct flow_table;
struct loop;

/*
 * Prints it, clears it, and says how many there were; @of_none, @no_room: packets beside those that
 * the table itself knows of. @loop: nothing is left to complete, and a signal ends the process
 * while a reader takes nothing (loop_let_go()); NULL: there is. False: stdout takes no more, and
 * errno says why.
 */
bool flows_print(struct flow_table *t, const struct flow_lines *how, uint64_t of_none,
		 uint64_t no_room, struct loop *loop);

#endif
