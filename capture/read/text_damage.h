/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Captures that came through a terminal or a transfer in text mode. Only for reader*.c. */
#ifndef XDPDUMP_READ_TEXT_DAMAGE_H
#define XDPDUMP_READ_TEXT_DAMAGE_H

#include "capture/read/pcap.h"
#include "capture/read/text_mode.h"

/* What the conversion has made of the first bytes of pcapng, if these are what it makes of them. */
enum text_kind text_damage_kind(const uint8_t *p, size_t n);

/*
 * Recovery: what is at stream_bytes(), and all that comes, is read as it was before the conversion.
 * Says so.
 */
void text_damage_undo(struct capfile *r, enum text_kind kind);

/*
 * Recovery, which does that if it is better: for records that begin here, of which reading without
 * recovery delivers @n_plain; for those behind the file header that stands here; for compressed
 * data.
 */
bool text_damage_try(struct pcap_view *v, unsigned n_plain);
bool text_damage_try_header(struct capfile *r, const struct pcap_dialect *d);
void text_damage_try_packed(struct capfile *r);

/* Adds to the sentence about damage what may have been its cause. */
void text_damage_explain(struct capfile *r);

/* A capture stands behind lines of text: a sentence about that. False: there is none. */
bool text_damage_in_front(struct capfile *r);

#endif
