/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Packets become text in several threads, a batch of them each, in the order in which they came:
 * byte for byte what one format alone makes of them. For what is read from files: a batch is text
 * when it is full.
 */
#ifndef XDPDUMP_WRITE_FORMATTERS_H
#define XDPDUMP_WRITE_FORMATTERS_H

#include <stddef.h>
#include <stdint.h>

#include "capture/format/format.h"

struct formatters;
struct packet;
struct text_settings;

/* Takes the @n bytes of one packet of interface @iface. 0, or as writer_packet(). */
typedef int (*formatters_put)(void *ctx, uint32_t iface, const void *text, size_t n);

/*
 * @format: one of text, as in format_open(); @put is called by the caller's thread alone.
 * -ENOMEM.
 */
int formatters_open(struct formatters **f, enum file_format format,
		    const struct text_settings *text, formatters_put put, void *ctx);

/* @n threads beside the caller's, which takes its part too, or as many as can be of use. -errno. */
int formatters_start(struct formatters *f, unsigned n);

/*
 * Takes a copy of it; its interface stays where it is until the flush. The first error of put,
 * which is asked no more then, or -ENOMEM.
 */
int formatters_packet(struct formatters *f, const struct packet *p);

/* All that was given has been put. As formatters_packet(). */
int formatters_flush(struct formatters *f);

/* Packets that are on their way. */
size_t formatters_pending(const struct formatters *f);

/* Of what is on its way nothing is put. Returns NULL. */
struct formatters *formatters_close(struct formatters *f);

#endif
