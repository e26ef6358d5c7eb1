// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Numbers that files begin with. */
#include <string.h>

#include "capture/packet/pcapng_codes.h"
#include "capture/read/decompress.h"
#include "capture/read/magic.h"

static uint32_t word(const uint8_t *p, bool swapped)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return swapped ? __builtin_bswap32(v) : v;
}

static bool is_pcap(const uint8_t *p, size_t n, bool swapped)
{
	const unsigned digit = 9, dg_ux = 543;	/* an old tcpdump of DG/UX: libpcap, sf-pcap.c */
	uint16_t version[2];

	if (n < 8 || !magic_is_pcap(word(p, swapped)))
		return false;
	memcpy(version, p + 4, 4);
	for (unsigned i = 0; i < 2; i++)
		version[i] = swapped ? __builtin_bswap16(version[i]) : version[i];
	/*
	 * the digits of the times, which nobody has ever told; in a record of that second it is a
	 * length
	 */
	if (n >= 16 && word(p + 12, false))
		return false;
	return (version[0] <= digit || version[0] == dg_ux) && version[1] <= digit;
}

static bool is_pcapng(const uint8_t *p, size_t n)
{
	return n >= 12 && word(p, false) == PCAPNG_SHB &&
	       (word(p + 8, false) == PCAPNG_MAGIC || word(p + 8, true) == PCAPNG_MAGIC);
}

enum magic magic_of(const uint8_t *p, size_t n)
{
	const uint8_t deflate = 8, reserved = 0xe0;	/* RFC 1952, 2.3 */

	if (is_pcap(p, n, false) || is_pcap(p, n, true))
		return MAGIC_PCAP;
	if (is_pcapng(p, n))
		return MAGIC_PCAPNG;
	switch (decompress_kind(p, n)) {
	case CODEC_GZIP:
		return n >= 4 && p[2] == deflate && !(p[3] & reserved) ? MAGIC_GZIP : MAGIC_NONE;
	case CODEC_ZSTD:
		return MAGIC_ZSTD;
	case CODEC_NONE:
		break;
	}
	return MAGIC_NONE;
}

const char *magic_name(enum magic m)
{
	static const char *const names[] = {
		[MAGIC_NONE] = "nothing known", [MAGIC_PCAP] = "pcap", [MAGIC_PCAPNG] = "pcapng",
		[MAGIC_GZIP] = "gzip",		[MAGIC_ZSTD] = "zstd",
	};

	return names[m];
}
