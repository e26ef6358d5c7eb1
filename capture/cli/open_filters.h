/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The filters that the command line asks for. */
#ifndef XDPDUMP_CLI_OPEN_FILTERS_H
#define XDPDUMP_CLI_OPEN_FILTERS_H

#include "capture/base/log.h"

struct live_filters;
struct opts;

/*
 * What is captured, and what packets are marked by, whose text becomes *@trigger_text (NULL: by
 * nothing). They, which live as long as that, are the caller's to close also when it fails, which
 * it complains of.
 */
enum status open_filters(struct live_filters *f, char **trigger_text, const struct opts *o);

#endif
