/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A set of numbers, a bit for each up to the largest. */
#ifndef XDPDUMP_BASE_NUMBERS_H
#define XDPDUMP_BASE_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

struct numbers;

/* -ENOMEM. */
int numbers_open(struct numbers **n);
int numbers_add(struct numbers *n, uint64_t number);

bool numbers_has(const struct numbers *n, uint64_t number);

struct numbers *numbers_close(struct numbers *n);

#endif
