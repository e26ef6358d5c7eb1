/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The page of --info --html: opened first, written when all reports are known. Complains itself. */
#ifndef XDPDUMP_CLI_INFO_PAGE_H
#define XDPDUMP_CLI_INFO_PAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "capture/base/log.h"

struct info;
struct info_source;
struct loop;
struct opts;
struct out;
struct stat;

struct info_page {
	const char *path;	/* NULL: none is asked for */
	struct out *out;
	FILE *text;		/* what it will be, in memory */
	char *bytes;
	size_t len;
	bool begun;		/* there is a report */
	bool refused;		/* it would take the place of a file that is read */
};

/* Whatever it returns, the page is to be closed. An existing file is not touched yet. */
enum status info_page_open(struct info_page *p, const struct opts *o, const struct loop *l);

/* It is not a file that is read, whose name is @name; else there will be no page. */
enum status info_page_spare(struct info_page *p, const struct stat *st, const char *name);

void info_page_add(struct info_page *p, const struct info *i, const struct info_source *s);

/* Nothing, if there is no report, or was refused. */
enum status info_page_write(struct info_page *p);

void info_page_close(struct info_page *p);

#endif
