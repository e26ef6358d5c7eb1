/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A table whose columns are as wide as what is in them. */
#ifndef XDPDUMP_CLI_TABLE_H
#define XDPDUMP_CLI_TABLE_H

#include <stdbool.h>
#include <stdio.h>

struct table;

/* -errno. */
int table_open(struct table **t, unsigned n_columns);

/* The next cell, row by row; what could steer a terminal is escaped. */
void table_put(struct table *t, const char *cell);

/*
 * The first column at the right, the last one as long as it is. False: out of memory, then or
 * before.
 */
bool table_print(const struct table *t, FILE *out);

struct table *table_close(struct table *t);

#endif
