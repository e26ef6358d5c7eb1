/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What data is, as far as its first bytes tell: a capture of one of the two formats, or compressed.
 */
#ifndef XDPDUMP_READ_MAGIC_H
#define XDPDUMP_READ_MAGIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/base/codec.h"
#include "capture/read/text_mode.h"

enum magic { MAGIC_NONE, MAGIC_PCAP, MAGIC_PCAPNG, MAGIC_GZIP, MAGIC_ZSTD };

/* bytes that are looked at; with fewer some are not told, or with less certainty */
enum { MAGIC_LEN = 16 };

/* The magic numbers of pcap, in the byte order of the file. */
enum {
	PCAP_MICROSECONDS	= 0xa1b2c3d4,
	PCAP_NANOSECONDS	= 0xa1b23c4d,
	PCAP_MODIFIED		= 0xa1b2cd34,	/* of old Linux patches, with longer records */
};

static inline bool magic_is_pcap(uint32_t magic)
{
	return magic == PCAP_MICROSECONDS || magic == PCAP_NANOSECONDS || magic == PCAP_MODIFIED;
}

/*
 * A header of pcap takes 8 bytes to be told, a section of pcapng 12: behind the magic number stands
 * a version, not always one that can be read, or the number that tells the byte order. The times of
 * packets may look like less than that.
 */
enum magic magic_of(const uint8_t *p, size_t n);

/*
 * May data that begins with byte @first be something but MAGIC_NONE? For places where it is looked
 * at with each packet.
 */
static inline bool magic_may_be(uint8_t first)
{
	switch (first) {
	case 0x0a:			/* pcapng */
	case 0xa1:			/* pcap */
	case 0xd4: case 0x4d: case 0x34:	/* and in the other order */
	case 0x1f:			/* gzip */
	case 0x28:			/* zstd */
	case 0x50 ... 0x5f:		/* and frames of it that are to be skipped */
		return true;
	default:
		return false;
	}
}

/*
 * By which codec data is compressed that begins with these @n bytes; CODEC_NONE: by none that is
 * known here.
 */
enum { MAGIC_CODEC_LEN = 4 };
enum codec_kind magic_codec(const uint8_t *p, size_t n);

/* What a conversion has made of the first bytes of pcapng, if these are what it makes of them. */
enum text_kind magic_text(const uint8_t *p, size_t n);

/* "pcap", "pcapng", "gzip", "zstd". */
const char *magic_name(enum magic m);

#endif
