/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Somebody who looks: takes packets, as one of the outputs or by view_packet(), and keys, and makes
 * a page of them. Of terminals it knows nothing.
 */
#ifndef XDPDUMP_VIEW_VIEW_H
#define XDPDUMP_VIEW_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/log.h"
#include "capture/view/page.h"
#include "capture/view/view_keys.h"

struct grid;
struct iface;
struct packet;
struct sink;
struct source;
struct view;

enum {
	VIEW_REDRAW_NS = 500 * 1000 * 1000,
};

/* What a key asks the owner for. */
enum view_wish {
	VIEW_NOTHING,
	VIEW_QUIT,
	VIEW_AGAIN, /* files: all packets once more, from the first; then view_done() */
};

/* @live: packets come as time goes by, captured or appended to a file. -ENOMEM. */
int view_open(struct view **v, bool live);

/* What the owner knows beside: his to fill, strings live as long as the view. */
struct page_facts *view_facts(struct view *v);

/* As one of the outputs, by which it is closed then; or not, and its owner reports. */
struct sink *view_sink(struct view *v);
struct sink *view_lent_sink(struct view *v);

/* Files: packets will come, or come again, from @from; a packet; there are no more. */
void view_begin(struct view *v, struct source *from);
void view_packet(struct view *v, const struct packet *p);
void view_done(struct view *v);

/* @key: as in view_keys.h. */
enum view_wish view_key(struct view *v, int key);

/* A sentence for who looks, in the place of the last one. */
void view_say(struct view *v, const char *sentence, bool is_alarm);

/* CLOCK_MONOTONIC: when it is to be drawn again. */
uint64_t view_due_ns(const struct view *v);

/* Rates up to now, and the page. */
void view_draw(struct view *v, struct grid *g, unsigned rows, unsigned cols, uint64_t now_ns);

/* Tells of the last file that somebody has asked for by a key; the exit code. */
enum status view_report(const struct view *v);

struct view *view_close(struct view *v);

#endif
