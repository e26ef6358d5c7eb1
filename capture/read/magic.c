// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Numbers that files begin with. */
#include <string.h>

#include "capture/packet/pcapng_codes.h"
#include "capture/read/magic.h"
#include "capture/read/order.h"

static bool is_pcap(const uint8_t *p, size_t n, bool swapped)
{
	const unsigned digit = 9, dg_ux = 543;	/* an old tcpdump of DG/UX: libpcap, sf-pcap.c */
	unsigned major, minor;

	if (n < 8 || !magic_is_pcap(order_u32(swapped, p)))
		return false;
	major = order_u16(swapped, p + 4);
	minor = order_u16(swapped, p + 6);
	/*
	 * the digits of the times, which nobody has ever told; in a record of that second it is a
	 * length
	 */
	if (n >= 16 && order_u32(false, p + 12))
		return false;
	return (major <= digit || major == dg_ux) && minor <= digit;
}

static bool is_pcapng(const uint8_t *p, size_t n)
{
	return n >= 12 && order_u32(false, p) == PCAPNG_SHB &&
	       (order_u32(false, p + 8) == PCAPNG_MAGIC || order_u32(true, p + 8) == PCAPNG_MAGIC);
}

enum codec_kind magic_codec(const uint8_t *p, size_t n)
{
	if (n >= 2 && !memcmp(p, "\x1f\x8b", 2))
		return CODEC_GZIP;
	if (n >= 4 && (!memcmp(p, "\x28\xb5\x2f\xfd", 4) ||
		       ((p[0] & 0xf0) == 0x50 && !memcmp(p + 1, "\x2a\x4d\x18", 3))))
		return CODEC_ZSTD;	/* a frame, or one to be skipped: RFC 8878, 3.1 */
	return CODEC_NONE;
}

enum magic magic_of(const uint8_t *p, size_t n)
{
	const uint8_t deflate = 8, reserved = 0xe0;	/* RFC 1952, 2.3 */

	if (is_pcap(p, n, false) || is_pcap(p, n, true))
		return MAGIC_PCAP;
	if (is_pcapng(p, n))
		return MAGIC_PCAPNG;
	switch (magic_codec(p, n)) {
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

enum text_kind magic_text(const uint8_t *p, size_t n)
{
	if (n >= 6 && !memcmp(p, "\r\n\r\r\r\n", 6))
		return TEXT_LF_TO_CRLF;
	return n >= 5 && !memcmp(p, "\n\r\r\r\n", 5) ? TEXT_CRLF_TO_CRCRLF : TEXT_SOUND;
}
