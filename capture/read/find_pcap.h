/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Where in a damaged pcap file records begin, and how sure that is. */
#ifndef XDPDUMP_READ_FIND_PCAP_H
#define XDPDUMP_READ_FIND_PCAP_H

#include <sys/types.h>

#include "capture/read/pcap_row.h"

/* How much speaks for a record. */
enum pcap_likeness {
	PCAP_NOTHING,
	PCAP_WEAK,		/* only that lengths lead on for long */
	PCAP_FAR,		/* a row that is as one should be */
	PCAP_NEARBY,		/* and it is near the time that is expected */
};

/*
 * Of what begins at @pos, whose header is in memory. @sec: of a record before, or NULL. Nothing
 * that is not better than @than is looked for.
 */
enum pcap_likeness find_pcap_likeness(struct pcap_view *v, size_t pos, const uint32_t *sec,
				      enum pcap_likeness than);

struct pcap_place {
	size_t pos;		/* 0: none */
	enum pcap_likeness likeness;
};

/* The best place from @from on, within the window. */
struct pcap_place find_pcap_best(struct pcap_view *v, size_t from, const uint32_t *sec);

/* Does the header of another capture stand at @pos, which leads past @past? */
bool find_pcap_is_header(struct pcap_view *v, size_t pos, size_t past);

/*
 * Where to go on rather than at @pos: at a file header right before it, perhaps before us and still
 * in memory. @now: how the records there are written.
 */
ssize_t find_pcap_with_header(struct stream *s, const struct pcap_dialect *now, size_t pos);

/* How long the file header is that stands here: it may have lost some bytes. */
size_t find_pcap_header_len(struct stream *s, const struct pcap_dialect *d);

/*
 * The first place, from @from to @to, where records begin without a file header, and what they look
 * like; SIZE_MAX: there is none. Where a header is spoilt, at most, the place is the one behind it.
 */
size_t find_pcap_first(struct stream *s, size_t from, size_t to, struct pcap_dialect *dialect);

#endif
