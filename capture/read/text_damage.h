/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Captures that came through a terminal or a transfer in text mode. */
#ifndef XDPDUMP_READ_TEXT_DAMAGE_H
#define XDPDUMP_READ_TEXT_DAMAGE_H

#include "capture/read/pcap_row.h"
#include "capture/read/recovery.h"

/* For recovery. */
struct text_damage {
	struct stream *s;
	struct recovery *recovery;
	unsigned n_tries;
};

/*
 * What is at stream_bytes(), and all that comes, is read as it was before the conversion. Says so.
 */
void text_damage_undo(struct text_damage *t, enum text_kind kind);

/*
 * Does that if it is better: for records that begin here, of which reading without recovery
 * delivers @n_plain; for those behind the file header that stands here; for compressed data.
 */
bool text_damage_try(struct text_damage *t, struct pcap_view *v, unsigned n_plain);
bool text_damage_try_header(struct text_damage *t, const struct pcap_dialect *d);
void text_damage_try_packed(struct text_damage *t);

/*
 * Without recovery: adds to the sentence about damage what may have been its cause. @d: of pcap;
 * NULL: it is none.
 */
void text_damage_explain(struct stream *s, const struct pcap_dialect *d);

/* A capture stands behind lines of text: a sentence about that. False: there is none. */
bool text_damage_in_front(struct stream *s, bool recover);

#endif
