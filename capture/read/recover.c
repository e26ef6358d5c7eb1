// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Reading on behind damage: what both formats have in common. How to find the next packet each of
 * them knows.
 */
#include <errno.h>

#include "capture/base/util.h"
#include "capture/read/magic.h"
#include "capture/read/pcap.h"
#include "capture/read/pcapng.h"
#include "capture/read/text_damage.h"

enum { PLACES_SAID = 100 };	/* lines about damage; further places are only counted */

static void say(struct capfile *r, const char *what, uint64_t from, uint64_t len)
{
	char sentence[512];

	if (!r->hooks.warn || r->recovery.places + r->recovery.mended > PLACES_SAID)
		return;
	snprintf(sentence, sizeof(sentence), "%s %llu byte%s from byte %llu: %s", what,
		 (unsigned long long)len, len == 1 ? "" : "s", (unsigned long long)from, r->error);
	r->hooks.warn(r->hooks.ctx, sentence);
}

static void skipped(struct capfile *r, uint64_t from)
{
	r->recovery.places++;
	r->recovery.bytes += r->offset - from;
	say(r, "skipped", from, r->offset - from);
}

/* What stands there was delivered as something else. */
static void went_back(struct capfile *r, uint64_t from)
{
	r->recovery.places++;
	r->recovery.again += from - r->offset;
	say(r, "read again", r->offset, from - r->offset);
}

static void mended(struct capfile *r, uint64_t from)
{
	r->recovery.mended++;
	say(r, r->torn ? "read what is left of" : "read all the same", from, r->mended_len);
}

/* What is compressed cannot be read behind damage. */
static void lose_rest(struct capfile *r)
{
	if (r->rest_lost)
		return;
	r->rest_lost = true;
	r->recovery.places++;
	if (r->hooks.warn)
		r->hooks.warn(r->hooks.ctx, r->error);
}

static int end(struct capfile *r)
{
	return r->recovery.packets || !r->recovery.places ? 0 : -EBADMSG;
}

int recover_next(struct capfile *r, struct packet *p)
{
	for (;;) {
		int got = another_next(r, p);
		uint64_t from = r->block_at;

		if (got > 0)
			r->recovery.packets++;
		if (got != -EBADMSG || r->poor)
			return got ? got : end(r);
		if (r->io_error == EBADMSG)
			lose_rest(r);
		if (r->offset == from)	/* else it was whole, but what it holds makes no sense */
			r->resync(r);
		if (r->io_error && r->io_error != EBADMSG)
			return capfile_fail(r, "cannot read on");
		if (r->is_undone)
			r->is_undone = false;
		else if (r->offset > from)
			skipped(r, from);
		else if (r->offset < from)
			went_back(r, from);
		else if (r->mended_len)
			mended(r, from);
		else
			return end(r);
		memset(p, 0, sizeof(*p));
	}
}

void recover_grant_looks(struct capfile *r)
{
	enum { FREE = 4 << 20, FOR_A_BYTE = 32 };

	if (!r->looks_granted)
		r->looks_granted = FREE;
	if (r->offset > r->granted_at)
		r->looks_granted += FOR_A_BYTE * (r->offset - r->granted_at);
	r->granted_at = r->offset;
}

bool recover_header_leads(struct capfile *r, size_t pos, size_t past)
{
	struct pcap_dialect d;

	if (!stream_need(r, pos + PCAP_HEADER))
		return false;
	/* a section that has to be undone first */
	if (text_damage_kind(stream_bytes(r) + pos, PCAP_HEADER))
		return true;
	switch (magic_of(stream_bytes(r) + pos, PCAP_HEADER)) {
	case MAGIC_PCAP:
		return pcap_dialect_of(stream_bytes(r) + pos, &d) &&
		       recover_pcap_leads(r, &d, pos + PCAP_HEADER, past);
	case MAGIC_PCAPNG:
		return recover_pcapng_leads(r, pos, past);
	default:
		return false;
	}
}

static bool may_begin(uint8_t first)
{
	return magic_may_be(first) || first == '\r';
}

static size_t find_header(struct capfile *r)
{
	for (size_t pos = 1; pos < RECOVER_WINDOW && stream_need(r, pos + PCAP_HEADER); pos++)
		if (may_begin(stream_bytes(r)[pos]) && recover_header_leads(r, pos, pos))
			return pos;
	return SIZE_MAX;
}

static void step_to(struct capfile *r, size_t pos)
{
	uint64_t from = r->offset;

	stream_step(r, pos);
	skipped(r, from);
}

/*
 * Begins with a header behind something else, or with blocks or records, which are less certain,
 * without one before it.
 */
static int begin_behind(struct capfile *r)
{
	size_t header = find_header(r), to = min_of(header, (size_t)RECOVER_WINDOW), blocks,
	       records;
	struct pcap_dialect d;
	bool swapped;

	blocks = recover_pcapng_find(r, to, &swapped);
	if (blocks < header) {
		step_to(r, blocks);
		r->swapped = swapped;
		pcapng_start(r);
		return 0;
	}
	records = recover_pcap_find(r, 0, to, &d);
	if (records < header) {
		step_to(r, records);
		return pcap_start(r, &d);
	}
	if (header == SIZE_MAX)
		return -ENODATA;
	step_to(r, header);
	return capfile_begin(r);
}

int recover_begin(struct capfile *r)
{
	struct pcap_dialect d;
	char reason[sizeof(r->error)];
	int err;

	memcpy(reason, r->error, sizeof(reason));
	if (recover_pcap_find(r, PCAP_HEADER, PCAP_HEADER, &d) == PCAP_HEADER) {
		step_to(r, PCAP_HEADER);
		err = pcap_start(r, &d);
	} else {
		err = begin_behind(r);
	}
	if (r->io_error)
		return capfile_fail(r, "cannot read on");
	if (err != -ENODATA)
		return err;
	memcpy(r->error, reason, sizeof(reason));
	return -EBADMSG;
}
