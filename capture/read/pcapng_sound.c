// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Type, length, trailer and the fields that have to fit: what tells a block from other bytes. */
#include "capture/packet/pcapng_codes.h"
#include "capture/read/order.h"
#include "capture/read/pcapng_sound.h"
#include "capture/read/recovery.h"

uint32_t pcapng_sound_least(uint32_t type)
{
	switch (type) {
	case PCAPNG_SHB:
		return 28;
	case PCAPNG_EPB:
	case PCAPNG_OPB:
		return 32;
	case PCAPNG_ISB:
		return 24;
	case PCAPNG_IDB:
	case PCAPNG_DSB:
		return 20;
	case PCAPNG_SPB:
	case PCAPNG_NRB:
	case PCAPNG_CB:
	case PCAPNG_CB_NO:
		return 16;
	case PCAPNG_JOURNAL:
		return 12;
	default:
		return 0;
	}
}

static const uint8_t *bytes_at(const struct stream *s, size_t pos)
{
	return stream_bytes(s) + pos;
}

uint32_t pcapng_sound_len(struct stream *s, bool swapped, size_t pos)
{
	uint32_t type = order_u32(swapped, bytes_at(s, pos)),
		 len = order_u32(swapped, bytes_at(s, pos) + 4);
	uint32_t least_len = pcapng_sound_least(type);

	return least_len && len >= least_len && len % 4 == 0 && len <= RECOVERY_LEN_MAX ? len : 0;
}

/* Does a block of this type have fields that hardly fit by chance? */
static bool is_telling(uint32_t type)
{
	return type == PCAPNG_EPB || type == PCAPNG_OPB || type == PCAPNG_IDB;
}

bool pcapng_sound_fields(struct stream *s, bool swapped, size_t pos, uint32_t len)
{
	const uint8_t *body = bytes_at(s, pos) + 8;
	uint32_t caplen;

	switch (order_u32(swapped, bytes_at(s, pos))) {
	case PCAPNG_EPB:
	case PCAPNG_OPB:
		caplen = order_u32(swapped, body + 12);
		return caplen <= len - 32;
	case PCAPNG_IDB:
		return order_u16(swapped, body + 2) == 0;
	default:
		return true;
	}
}

/* Does something that looks like a block stand there, or the file end? */
static bool is_border(struct stream *s, bool swapped, size_t pos)
{
	if (!stream_need(s, pos + 8))
		return stream_have(s) == pos;
	return pcapng_sound_len(s, swapped, pos);
}

/*
 * Is there a sound block in the byte order that is set? One that says little of itself needs
 * another one behind it.
 */
static bool is_sound(struct stream *s, bool swapped, size_t pos)
{
	uint32_t len, type;

	if (!stream_need(s, pos + 12))
		return false;
	len = pcapng_sound_len(s, swapped, pos);
	if (!len || !stream_need(s, pos + len))
		return false;
	if (order_u32(swapped, bytes_at(s, pos) + len - 4) != len ||
	    !pcapng_sound_fields(s, swapped, pos, len))
		return false;
	type = order_u32(swapped, bytes_at(s, pos));
	return is_telling(type) || is_border(s, swapped, pos + len);
}

bool pcapng_sound_block(struct stream *s, bool usual, size_t pos, bool *swapped)
{
	uint32_t head[3];

	if (!stream_need(s, pos + 12))
		return false;
	memcpy(head, bytes_at(s, pos), 12);
	*swapped = usual;
	if (head[0] == PCAPNG_SHB) {
		*swapped = head[2] != PCAPNG_MAGIC;
		return (!*swapped || head[2] == __builtin_bswap32(PCAPNG_MAGIC)) &&
		       is_sound(s, *swapped, pos);
	}
	if (is_sound(s, usual, pos))
		return true;
	*swapped = !usual;
	return is_telling(order_u32(*swapped, bytes_at(s, pos))) && is_sound(s, *swapped, pos);
}

bool pcapng_sound_leads(struct stream *s, bool usual, size_t pos, size_t past)
{
	enum { IN_A_ROW = 2 };
	bool swapped;

	for (unsigned n = 0; n < IN_A_ROW || pos <= past; n++) {
		if (!stream_need(s, pos + 12))
			return n && stream_have(s) == pos;
		if (!pcapng_sound_block(s, usual, pos, &swapped))
			return false;
		pos += order_u32(swapped, bytes_at(s, pos + 4));
		s->looks.taken++;
	}
	return true;
}
