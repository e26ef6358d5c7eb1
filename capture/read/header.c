// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A magic number is not enough: what is behind it has to be records or blocks. */
#include "capture/read/header.h"
#include "capture/read/magic.h"
#include "capture/read/pcap_row.h"
#include "capture/read/pcapng_sound.h"

bool header_leads(struct stream *s, bool usual, size_t pos, size_t past)
{
	struct pcap_dialect d;

	if (!stream_need(s, pos + PCAP_HEADER))
		return false;
	/* a section that has to be undone first */
	if (magic_text(stream_bytes(s) + pos, PCAP_HEADER))
		return true;
	switch (magic_of(stream_bytes(s) + pos, PCAP_HEADER)) {
	case MAGIC_PCAP:
		return pcap_dialect_of(stream_bytes(s) + pos, &d) &&
		       pcap_row_leads(s, &d, pos + PCAP_HEADER, past);
	case MAGIC_PCAPNG:
		return pcapng_sound_leads(s, usual, pos, past);
	default:
		return false;
	}
}
