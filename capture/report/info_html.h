/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Reports of info.h as a page for browsers, all in one file. */
#ifndef XDPDUMP_REPORT_INFO_HTML_H
#define XDPDUMP_REPORT_INFO_HTML_H

#include <stdio.h>

struct info;
struct info_source;

/* A page: its beginning, each report, its end. */
void info_html_begin(FILE *out);
void info_html(const struct info *i, const struct info_source *s, FILE *out);
void info_html_end(FILE *out);

#endif
