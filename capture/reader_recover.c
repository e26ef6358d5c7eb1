// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Reading on behind damage: what both formats have in common. How to find the next packet each of them knows. */
#include <errno.h>

#include "capture/reader_impl.h"

enum { PLACES_SAID = 100 };	/* lines about damage; further places are only counted */

static void say(struct reader *r, const char *what, uint64_t from, uint64_t len)
{
	char sentence[512];

	if (!r->hooks.warn || r->recovery.places + r->recovery.mended > PLACES_SAID)
		return;
	snprintf(sentence, sizeof(sentence), "%s %llu byte%s from byte %llu: %s", what, (unsigned long long)len,
		 len == 1 ? "" : "s", (unsigned long long)from, r->error);
	r->hooks.warn(r->hooks.ctx, sentence);
}

static void skipped(struct reader *r, uint64_t from)
{
	r->recovery.places++;
	r->recovery.bytes += r->offset - from;
	say(r, "skipped", from, r->offset - from);
}

static void mended(struct reader *r, uint64_t from)
{
	r->recovery.mended++;
	say(r, r->torn ? "read what is left of" : "read all the same", from, r->mended_len);
}

/* What is compressed cannot be read behind damage. */
static void lose_rest(struct reader *r)
{
	if (r->rest_lost)
		return;
	r->rest_lost = true;
	r->recovery.places++;
	if (r->hooks.warn)
		r->hooks.warn(r->hooks.ctx, r->error);
}

static int end(struct reader *r)
{
	return r->recovery.packets || !r->recovery.places ? 0 : -EBADMSG;
}

int reader_recover_next(struct reader *r, struct packet *p)
{
	for (;;) {
		int got = reader_next_of_all(r, p);
		uint64_t from = r->block_at;

		if (got > 0)
			r->recovery.packets++;
		if (got != -EBADMSG)
			return got ? got : end(r);
		if (r->io_error == EBADMSG)
			lose_rest(r);
		if (r->offset == from)	/* else it was whole, but what it holds makes no sense */
			r->resync(r);
		if (r->io_error && r->io_error != EBADMSG)
			return reader_fail(r, "cannot read on");
		if (r->offset > from)
			skipped(r, from);
		else if (r->mended_len)
			mended(r, from);
		else
			return end(r);
		memset(p, 0, sizeof(*p));
	}
}

int reader_recover_begin(struct reader *r)
{
	r->block_at = 0;
	if (!reader_pcap_find(r, true) && !reader_pcapng_find(r) && !reader_pcap_find(r, false))
		return r->io_error ? reader_fail(r, "cannot read on") : -EBADMSG;
	skipped(r, 0);
	return 0;
}
