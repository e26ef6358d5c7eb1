// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Reading on behind damage: what both formats have in common. How to find the next packet each of
 * them knows.
 */
#include <errno.h>

#include "capture/base/util.h"
#include "capture/read/another.h"
#include "capture/read/find_pcap.h"
#include "capture/read/header.h"
#include "capture/read/pcapng.h"
#include "capture/read/recover.h"
#include "capture/read/recover_pcapng.h"

enum { PLACES_SAID = 100 };	/* lines about damage; further places are only counted */

static void say(struct recover *r, const char *what, uint64_t from, uint64_t len)
{
	char sentence[512];

	if (!r->s->hooks.warn || r->recovery->places + r->recovery->mended > PLACES_SAID)
		return;
	snprintf(sentence, sizeof(sentence), "%s %llu byte%s from byte %llu: %s", what,
		 (unsigned long long)len, len == 1 ? "" : "s", (unsigned long long)from,
		 r->s->error);
	r->s->hooks.warn(r->s->hooks.ctx, sentence);
}

static void skipped(struct recover *r, uint64_t from)
{
	r->recovery->places++;
	r->recovery->bytes += r->s->offset - from;
	say(r, "skipped", from, r->s->offset - from);
}

/* What stands there was delivered as something else. */
static void went_back(struct recover *r, uint64_t from)
{
	r->recovery->places++;
	r->recovery->again += from - r->s->offset;
	say(r, "read again", r->s->offset, from - r->s->offset);
}

static void mended(struct recover *r, const struct recovery_place *p)
{
	r->recovery->mended++;
	say(r, p->torn ? "read what is left of" : "read all the same", p->at, p->mended_len);
}

/* What is compressed cannot be read behind damage. */
static void lose_rest(struct recover *r)
{
	if (r->rest_lost)
		return;
	r->rest_lost = true;
	r->recovery->places++;
	if (r->s->hooks.warn)
		r->s->hooks.warn(r->s->hooks.ctx, r->s->error);
}

static int end(struct recover *r)
{
	return r->recovery->packets || !r->recovery->places ? 0 : -EBADMSG;
}

bool recover_read_on(struct recover *r, bool is_pcapng, int *got)
{
	struct stream *s = r->s;
	struct recovery_place *p = is_pcapng ? &r->pcapng->place : &r->pcap.place;
	bool *is_undone = &r->pcap.trust.is_undone;
	const uint64_t from = p->at;

	if (*got == NEXT_PACKET)
		r->recovery->packets++;
	if (*got != -EBADMSG || s->share.poor) {
		*got = *got ? *got : end(r);
		return false;
	}
	if (s->io_error == EBADMSG)
		lose_rest(r);
	if (s->offset == from)	/* else it was whole, but what it holds makes no sense */
		is_pcapng ? recover_pcapng_resync(r->pcapng) : recover_pcap_resync(&r->pcap);
	if (s->io_error && s->io_error != EBADMSG) {
		*got = stream_fail(s, "cannot read on");
		return false;
	}
	if (*is_undone) {
		*is_undone = false;
	} else if (s->offset > from) {
		skipped(r, from);
	} else if (s->offset < from) {
		went_back(r, from);
	} else if (p->mended_len) {
		mended(r, p);
	} else {
		*got = end(r);
		return false;
	}
	return true;
}

static bool may_begin(uint8_t first)
{
	return magic_may_be(first) || first == '\r';
}

static size_t find_header(struct stream *s)
{
	for (size_t pos = 1; pos < RECOVERY_WINDOW && stream_need(s, pos + PCAP_HEADER); pos++)
		if (may_begin(stream_bytes(s)[pos]) && header_leads(s, false, pos, pos))
			return pos;
	return SIZE_MAX;
}

static void step_to(struct recover *r, size_t pos)
{
	uint64_t from = r->s->offset;

	stream_step(r->s, pos);
	skipped(r, from);
}

/*
 * Begins with a header behind something else, or with blocks or records, which are less certain,
 * without one before it.
 */
static int begin_behind(struct recover *r)
{
	size_t header = find_header(r->s), to = min_of(header, (size_t)RECOVERY_WINDOW), blocks,
	       records;
	struct pcap_dialect d;
	bool swapped;
	int err;

	blocks = recover_pcapng_find(r->s, to, &swapped);
	if (blocks < header) {
		step_to(r, blocks);
		r->pcapng->swapped = swapped;
		pcapng_start(r->pcapng);
		return RECOVER_BLOCKS;
	}
	records = find_pcap_first(r->s, 0, to, &d);
	if (records < header) {
		step_to(r, records);
		err = recover_pcap_start(&r->pcap, &d);
		return err ? err : RECOVER_RECORDS;
	}
	if (header == SIZE_MAX)
		return RECOVER_NOTHING;
	step_to(r, header);
	return RECOVER_HEADER;
}

int recover_begin(struct recover *r)
{
	struct pcap_dialect d;
	int err;

	if (find_pcap_first(r->s, PCAP_HEADER, PCAP_HEADER, &d) != PCAP_HEADER)
		return begin_behind(r);
	step_to(r, PCAP_HEADER);
	err = recover_pcap_start(&r->pcap, &d);
	return err ? err : RECOVER_RECORDS;
}

void recover_init(struct recover *r, struct pcap *pcap, struct pcapng *pcapng,
		  struct recovery *recovery)
{
	struct stream *s = pcap->s;

	*r = (struct recover){ .s = s, .pcapng = pcapng, .recovery = recovery };
	r->pcap.trust =
		(struct trust_pcap){ .s = s, .f = pcap, .text = { .s = s, .recovery = recovery } };
	pcapng->recovery = recovery;
	pcapng->pass = recover_pcapng_pass;
}
