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

/*
 * To another process, through a file that both have: all of them behind what is in it, and from its
 * beginning those that were saved there, which *@n becomes. -errno; -ENODATA: not all of them are
 * there, and nothing more.
 */
int numbers_save(const struct numbers *n, int fd);
int numbers_load(struct numbers **n, int fd);

struct numbers *numbers_close(struct numbers *n);

#endif
