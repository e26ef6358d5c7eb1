// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Where a damaged pcapng file can be read on: at the next block that is sound from its head to its
 * trailer. Where the bytes up to it are one block with a wrong length, or without an end, that
 * block is read as well.
 */
#include "capture/base/util.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/read/magic.h"
#include "capture/read/pcapng.h"

/* The least that a block of the known types has; 0: not known. */
static uint32_t least(uint32_t type)
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

static const uint8_t *bytes_at(const struct capfile *r, size_t pos)
{
	return stream_bytes(r) + pos;
}

/* The length in a block head that is in memory, if it is one; 0: it is none. */
static uint32_t head_len(struct capfile *r, size_t pos)
{
	uint32_t type = capfile_u32(r, bytes_at(r, pos)),
		 len = capfile_u32(r, bytes_at(r, pos) + 4);
	uint32_t least_len = least(type);

	return least_len && len >= least_len && len % 4 == 0 && len <= RECOVER_LEN_MAX ? len : 0;
}

/* Does a block of this type have fields that hardly fit by chance? */
static bool is_telling(uint32_t type)
{
	return type == PCAPNG_EPB || type == PCAPNG_OPB || type == PCAPNG_IDB;
}

/* Do the fields of a block, which is in memory, fit it? */
static bool fields_fit(struct capfile *r, size_t pos, uint32_t len)
{
	const uint8_t *body = bytes_at(r, pos) + 8;
	uint32_t caplen;

	switch (capfile_u32(r, bytes_at(r, pos))) {
	case PCAPNG_EPB:
	case PCAPNG_OPB:
		caplen = capfile_u32(r, body + 12);
		return caplen <= len - 32;
	case PCAPNG_IDB:
		return capfile_u16(r, body + 2) == 0;
	default:
		return true;
	}
}

/* Does something that looks like a block stand there, or the file end? */
static bool is_border(struct capfile *r, size_t pos)
{
	if (!stream_need(r, pos + 8))
		return stream_have(r) == pos;
	return head_len(r, pos);
}

/*
 * Is there a sound block in the byte order that is set? One that says little of itself needs
 * another one behind it.
 */
static bool is_sound(struct capfile *r, size_t pos)
{
	uint32_t len, type;

	if (!stream_need(r, pos + 12))
		return false;
	len = head_len(r, pos);
	if (!len || !stream_need(r, pos + len))
		return false;
	if (capfile_u32(r, bytes_at(r, pos) + len - 4) != len || !fields_fit(r, pos, len))
		return false;
	type = capfile_u32(r, bytes_at(r, pos));
	return is_telling(type) || is_border(r, pos + len);
}

static bool is_sound_in(struct capfile *r, size_t pos, bool swapped)
{
	const bool was = r->swapped;
	bool sound;

	r->swapped = swapped;
	sound = is_sound(r, pos);
	r->swapped = was;
	return sound;
}

/*
 * In which order is there a sound block? A section tells; else it may be the other one if its
 * header was lost. As most numbers are small, many blocks look much the same in the other order
 * three bytes before: only those that do not count then.
 */
static bool is_block(struct capfile *r, size_t pos, bool *swapped)
{
	uint32_t head[3];

	if (!stream_need(r, pos + 12))
		return false;
	memcpy(head, bytes_at(r, pos), 12);
	*swapped = r->swapped;
	if (head[0] == PCAPNG_SHB) {
		*swapped = head[2] != PCAPNG_MAGIC;
		return (!*swapped || head[2] == __builtin_bswap32(PCAPNG_MAGIC)) &&
		       is_sound_in(r, pos, *swapped);
	}
	if (is_sound(r, pos))
		return true;
	*swapped = !r->swapped;
	return is_telling(__builtin_bswap32(capfile_u32(r, bytes_at(r, pos)))) &&
	       is_sound_in(r, pos, *swapped);
}

/* Does the word before @pos say that a block ends there which began here? */
static bool ends_ours(const struct capfile *r, size_t pos)
{
	return pos >= 12 && pos % 4 == 0 && capfile_u32(r, bytes_at(r, pos) - 4) == pos;
}

/* A place to go on at. */
struct place {
	size_t pos;		/* 0: none */
	bool swapped;		/* its byte order */
};

/* A pcap file behind a pcapng file that has lost its end. */
static bool is_pcap(struct capfile *r, size_t pos)
{
	return stream_need(r, pos + 12) && magic_may_be(*bytes_at(r, pos)) &&
	       magic_of(bytes_at(r, pos), stream_have(r) - pos) == MAGIC_PCAP &&
	       recover_header_leads(r, pos, pos);
}

/*
 * The first block, or a pcap file in front of it: not one that a packet holds as its data, whose
 * records end before further blocks of this file begin.
 */
static struct place find_first(struct capfile *r)
{
	struct place at = { 1, r->swapped };
	size_t pcap = 0;

	for (; at.pos < RECOVER_WINDOW && stream_need(r, at.pos + 12); at.pos++) {
		r->looked_at++;
		if (is_block(r, at.pos, &at.swapped)) {
			bool begins = capfile_u32(r, bytes_at(r, at.pos)) == PCAPNG_SHB;

			if (pcap && (begins || recover_header_leads(r, pcap, at.pos)))
				break;
			return at;
		}
		if (!pcap && is_pcap(r, at.pos))
			pcap = at.pos;
	}
	return (struct place){ pcap, r->swapped };
}

/*
 * Is the end of the file the end of the block that begins here, as its length says or the trailer?
 */
static bool is_last(struct capfile *r, uint32_t own_len)
{
	size_t n = stream_have(r);

	return !stream_need(r, n + 1) && (ends_ours(r, n) || n == own_len);
}

/*
 * The block behind the one that begins here, where that ends as the word in front of the next one
 * says, or its own length. It is behind the @first that was found. Each fourth byte may be the
 * place, and hardly any looks like that.
 */
static struct place find_neighbour(struct capfile *r, size_t first, uint32_t own_len)
{
	struct place at = { (first + 4) & ~(size_t)3, r->swapped };
	size_t end = min_of(first + RECOVER_AHEAD, (size_t)RECOVER_WINDOW);

	for (; at.pos < end && stream_need(r, at.pos + 12); at.pos += 4) {
		r->looked_at++;
		if (!capfile_may_look(r))
			return (struct place){ 0, r->swapped };
		if ((ends_ours(r, at.pos) || at.pos == own_len) && is_block(r, at.pos, &at.swapped))
			return at;
	}
	if (at.pos < end && is_last(r, own_len))
		return (struct place){ stream_have(r), r->swapped };
	return (struct place){ 0, r->swapped };
}

/*
 * The first block behind the one that begins here, or rather one that is its neighbour: where a
 * trailer says so, or else its length. Packets may hold pcapng themselves, and that is not what we
 * are looking for.
 */
static struct place find(struct capfile *r, uint32_t own_len)
{
	struct place first = find_first(r), neighbour;

	if (!first.pos && stream_have(r) < RECOVER_WINDOW && is_last(r, own_len))
		return (struct place){ stream_have(r), r->swapped };
	if (!first.pos)
		return first;
	if (ends_ours(r, first.pos) || first.pos == own_len)
		return first;
	neighbour = find_neighbour(r, first.pos, own_len);
	return neighbour.pos ? neighbour : first;
}

/* The header of a section is lost: what comes behind it is not part of the section before. */
static void lose_section(struct capfile *r, bool swapped)
{
	r->first_iface = r->n_ifaces;
	r->swapped = swapped;
}

/* Nothing behind it is whole. A packet may have its beginning. */
static void take_torn(struct capfile *r, uint32_t type)
{
	size_t most = type == PCAPNG_SPB ? 12 : 28;	/* bytes in front of its data */

	if ((type == PCAPNG_EPB || type == PCAPNG_OPB || type == PCAPNG_SPB) &&
	    stream_have(r) > most && head_len(r, 0) > stream_have(r) &&
	    fields_fit(r, 0, head_len(r, 0))) {
		r->mended_len = stream_have(r);
		r->torn = true;
	}
}

/* Reads on at @to, which is not where the damaged block of type @type began. */
static void go_on(struct capfile *r, struct place to, uint32_t type)
{
	uint32_t next = 0;

	if (stream_need(r, to.pos + 8))
		memcpy(&next, bytes_at(r, to.pos), 4);
	if (is_pcap(r, to.pos))
		type = 0;
	else if (next != PCAPNG_SHB && (type == PCAPNG_SHB || to.swapped != r->swapped))
		lose_section(r, to.swapped);
	else if (type == PCAPNG_IDB)
		describe_substitute_iface(r);	/* so that those behind it keep their numbers */
	stream_step(r, to.pos);
}

bool recover_pcapng_resync(struct capfile *r)
{
	uint32_t type = 0, own_len = 0;
	struct place to;

	recover_grant_looks(r);
	if (stream_need(r, 12)) {
		type = capfile_u32(r, stream_bytes(r));
		own_len = head_len(r, 0);
	}
	for (;;) {
		to = find(r, own_len);
		if (to.pos || !stream_need(r, RECOVER_WINDOW))
			break;
		stream_step(r, RECOVER_WINDOW - 1);
		own_len = type = 0;
	}
	if (!to.pos) {
		if (type)
			take_torn(r, type);
		if (!r->mended_len)
			stream_step(r, stream_have(r));
		return r->mended_len;
	}
	if (type && type != PCAPNG_SHB && to.pos >= least(type) &&
	    (to.pos == own_len || ends_ours(r, to.pos)))
		r->mended_len = to.pos;
	else
		go_on(r, to, type);
	return true;
}

size_t recover_pcapng_find(struct capfile *r, size_t to, bool *swapped)
{
	r->swapped = false;
	for (size_t pos = 0; pos < to && stream_need(r, pos + 12); pos++)
		if (is_block(r, pos, swapped))
			return pos;
	return SIZE_MAX;
}

bool recover_pcapng_leads(struct capfile *r, size_t pos, size_t past)
{
	enum { IN_A_ROW = 2 };
	bool swapped;
	uint32_t len;

	for (unsigned n = 0; n < IN_A_ROW || pos <= past; n++) {
		if (!stream_need(r, pos + 12))
			return n && stream_have(r) == pos;
		if (!is_block(r, pos, &swapped))
			return false;
		memcpy(&len, bytes_at(r, pos + 4), 4);
		pos += swapped ? __builtin_bswap32(len) : len;
		r->looked_at++;
	}
	return true;
}

bool recover_pcapng_pass(struct capfile *r, uint32_t len)
{
	const uint64_t begin = r->offset, end = begin + len;
	struct place at = { 12, r->swapped };

	for (; r->offset + at.pos + 12 <= end && stream_need(r, at.pos + 12); at.pos++) {
		r->looked_at++;
		if (is_block(r, at.pos, &at.swapped)) {
			/* else it is looked for in the way of resync() */
			if (r->offset > begin)
				go_on(r, at, 0);
			return false;
		}
		if (at.pos == RECOVER_WINDOW) {
			stream_step(r, at.pos);
			at.pos = 0;
		}
	}
	return true;
}
