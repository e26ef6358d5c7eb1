/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The programs that the broker loads, by numbers that it is asked by. */
#ifndef XDPDUMP_KERNEL_BROKER_PROGRAMS_H
#define XDPDUMP_KERNEL_BROKER_PROGRAMS_H

#include <stdint.h>

struct hook_ops;
struct object_program;

/* The @i-th of all that can be had, and of which hook it is; NULL: there are not so many. */
const struct object_program *broker_programs_nth(unsigned i, const struct hook_ops **ops);

/* As broker_number_fn. */
int broker_programs_number(const struct object_program *p, uint32_t *number);

#endif
