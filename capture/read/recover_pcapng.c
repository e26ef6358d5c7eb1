// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Where a damaged pcapng file can be read on: at the next block that is sound from its head to its
 * trailer. Where the bytes up to it are one block with a wrong length, or without an end, that
 * block is read as well.
 */
#include "capture/base/util.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/read/describe.h"
#include "capture/read/header.h"
#include "capture/read/magic.h"
#include "capture/read/pcapng_sound.h"
#include "capture/read/recover_pcapng.h"

static const uint8_t *bytes_at(const struct stream *s, size_t pos)
{
	return stream_bytes(s) + pos;
}

/* Does the word before @pos say that a block ends there which began here? */
static bool ends_ours(const struct pcapng *f, size_t pos)
{
	return pos >= 12 && pos % 4 == 0 && order_u32(f->swapped, bytes_at(f->s, pos) - 4) == pos;
}

/* A place to go on at. */
struct place {
	size_t pos;		/* 0: none */
	bool swapped;		/* its byte order */
};

/* A pcap file behind a pcapng file that has lost its end. */
static bool is_pcap(struct pcapng *f, size_t pos)
{
	return stream_need(f->s, pos + 12) && magic_may_be(*bytes_at(f->s, pos)) &&
	       magic_of(bytes_at(f->s, pos), stream_have(f->s) - pos) == MAGIC_PCAP &&
	       header_leads(f->s, f->swapped, pos, pos);
}

/*
 * The first place, of those that are in memory and before @end, where a block, or @or_a_file, may
 * begin: for hardly any of garbage there is more to look at.
 */
static size_t pass_garbage(struct stream *s, size_t pos, size_t end, bool or_a_file)
{
	const uint8_t *bytes = stream_bytes(s);
	const size_t until = min_of(end, stream_have(s) - 11);
	size_t at = pos;

	while (at < until && !pcapng_sound_may_begin(bytes + at) &&
	       !(or_a_file && magic_may_be(bytes[at])))
		at++;
	s->looks.taken += at - pos;
	return at;
}

/*
 * The first block, or a pcap file in front of it: not one that a packet holds as its data, whose
 * records end before further blocks of this file begin.
 */
static struct place find_first(struct pcapng *f)
{
	struct place at = { 1, f->swapped };
	size_t pcap = 0;

	for (; at.pos < RECOVERY_WINDOW && stream_need(f->s, at.pos + 12); at.pos++) {
		at.pos = pass_garbage(f->s, at.pos, RECOVERY_WINDOW, !pcap);
		if (at.pos == RECOVERY_WINDOW || !stream_need(f->s, at.pos + 12))
			break;
		f->s->looks.taken++;
		if (pcapng_sound_block(f->s, f->swapped, at.pos, &at.swapped)) {
			bool begins = order_u32(f->swapped, bytes_at(f->s, at.pos)) == PCAPNG_SHB;

			if (pcap && (begins || header_leads(f->s, f->swapped, pcap, at.pos)))
				break;
			return at;
		}
		if (!pcap && is_pcap(f, at.pos))
			pcap = at.pos;
	}
	return (struct place){ pcap, f->swapped };
}

/*
 * Is the end of the file the end of the block that begins here, as its length says or the trailer?
 */
static bool is_last(struct pcapng *f, uint32_t own_len)
{
	size_t n = stream_have(f->s);

	return !stream_need(f->s, n + 1) && (ends_ours(f, n) || n == own_len);
}

/*
 * The first place from @pos on, and before @until, where the block that begins here may end: the
 * word in front of it says so, or it is @own_len. Most of the time of a file of much damage goes
 * here.
 */
static size_t next_end(struct pcapng *f, size_t pos, size_t until, uint32_t own_len)
{
	const uint8_t *bytes = stream_bytes(f->s);
	const bool swapped = f->swapped;
	size_t at = pos;

	for (; at < until && at != own_len; at += 4)
		if (order_u32(swapped, bytes + at - 4) == at && at >= 12)
			break;
	f->s->looks.taken += (at - pos) / 4 + 1;
	return at;
}

/*
 * The block behind the one that begins here, where that ends as the word in front of the next one
 * says, or its own length. It is behind the @first that was found. Each fourth byte may be the
 * place, and hardly any looks like that.
 */
static struct place find_neighbour(struct pcapng *f, size_t first, uint32_t own_len)
{
	struct place at = { (first + 4) & ~(size_t)3, f->swapped };
	size_t end = min_of(first + RECOVERY_AHEAD, (size_t)RECOVERY_WINDOW);

	while (at.pos < end && stream_need(f->s, at.pos + 12)) {
		size_t until = min_of(end, stream_have(f->s) - 11);

		if (!stream_may_look(f->s))
			return (struct place){ 0, f->swapped };
		at.pos = next_end(f, at.pos, until, own_len);
		if (at.pos >= until)
			continue;	/* more has to be read */
		if (pcapng_sound_block(f->s, f->swapped, at.pos, &at.swapped))
			return at;
		at.pos += 4;
	}
	if (at.pos < end && is_last(f, own_len))
		return (struct place){ stream_have(f->s), f->swapped };
	return (struct place){ 0, f->swapped };
}

/*
 * The first block behind the one that begins here, or rather one that is its neighbour: where a
 * trailer says so, or else its length. Packets may hold pcapng themselves, and that is not what we
 * are looking for.
 */
static struct place find(struct pcapng *f, uint32_t own_len)
{
	struct place first = find_first(f), neighbour;

	if (!first.pos && stream_have(f->s) < RECOVERY_WINDOW && is_last(f, own_len))
		return (struct place){ stream_have(f->s), f->swapped };
	if (!first.pos)
		return first;
	if (ends_ours(f, first.pos) || first.pos == own_len)
		return first;
	neighbour = find_neighbour(f, first.pos, own_len);
	return neighbour.pos ? neighbour : first;
}

/* The header of a section is lost: what comes behind it is not part of the section before. */
static void lose_section(struct pcapng *f, bool swapped)
{
	f->first_iface = f->ifaces->n;
	f->swapped = swapped;
}

/* Nothing behind it is whole. A packet may have its beginning. */
static void take_torn(struct pcapng *f, uint32_t type)
{
	const size_t most = type == PCAPNG_SPB ? 12 : 28;	/* bytes in front of its data */
	const size_t have = stream_have(f->s);
	uint32_t len;

	if ((type != PCAPNG_EPB && type != PCAPNG_OPB && type != PCAPNG_SPB) || have <= most)
		return;
	len = pcapng_sound_len(f->s, f->swapped, 0);
	if (len > have && pcapng_sound_fields(f->s, f->swapped, 0, len)) {
		f->place.mended_len = have;
		f->place.torn = true;
	}
}

/* Reads on at @to, which is not where the damaged block of type @type began. */
static void go_on(struct pcapng *f, struct place to, uint32_t type)
{
	uint32_t next = 0;

	if (stream_need(f->s, to.pos + 8))
		memcpy(&next, bytes_at(f->s, to.pos), 4);
	if (is_pcap(f, to.pos))
		type = 0;
	else if (next != PCAPNG_SHB && (type == PCAPNG_SHB || to.swapped != f->swapped))
		lose_section(f, to.swapped);
	else if (type == PCAPNG_IDB)
		describe_substitute_iface(f);	/* so that those behind it keep their numbers */
	stream_step(f->s, to.pos);
}

bool recover_pcapng_resync(struct pcapng *f)
{
	uint32_t type = 0, own_len = 0;
	struct place to;

	stream_grant_looks(f->s);
	if (stream_need(f->s, 12)) {
		type = order_u32(f->swapped, stream_bytes(f->s));
		own_len = pcapng_sound_len(f->s, f->swapped, 0);
	}
	for (;;) {
		to = find(f, own_len);
		if (to.pos || !stream_need(f->s, RECOVERY_WINDOW))
			break;
		stream_step(f->s, RECOVERY_WINDOW - 1);
		own_len = type = 0;
	}
	if (!to.pos) {
		if (type)
			take_torn(f, type);
		if (!f->place.mended_len)
			stream_step(f->s, stream_have(f->s));
		return f->place.mended_len;
	}
	if (type && type != PCAPNG_SHB && to.pos >= pcapng_sound_least(type) &&
	    (to.pos == own_len || ends_ours(f, to.pos)))
		f->place.mended_len = to.pos;
	else
		go_on(f, to, type);
	return true;
}

size_t recover_pcapng_find(struct stream *s, size_t to, bool *swapped)
{
	for (size_t pos = 0; pos < to && stream_need(s, pos + 12); pos++)
		if (pcapng_sound_block(s, false, pos, swapped))
			return pos;
	return SIZE_MAX;
}

bool recover_pcapng_pass(struct pcapng *f, uint32_t len)
{
	const uint64_t begin = f->s->offset, end = begin + len;
	struct place at = { 12, f->swapped };

	for (; f->s->offset + at.pos + 12 <= end && stream_need(f->s, at.pos + 12); at.pos++) {
		/* the last place of the window, and of the block, is looked at in any case */
		at.pos = pass_garbage(f->s, at.pos,
				      min_of((uint64_t)RECOVERY_WINDOW, end - 12 - f->s->offset),
				      false);
		if (!stream_need(f->s, at.pos + 12))
			break;
		f->s->looks.taken++;
		if (pcapng_sound_block(f->s, f->swapped, at.pos, &at.swapped)) {
			/* else it is looked for in the way of resync() */
			if (f->s->offset > begin)
				go_on(f, at, 0);
			return false;
		}
		if (at.pos == RECOVERY_WINDOW) {
			stream_step(f->s, at.pos);
			at.pos = 0;
		}
	}
	return true;
}
