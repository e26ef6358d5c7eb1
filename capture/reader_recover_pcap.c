// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Where a damaged pcap file can be read on. A record has nothing that tells it from other bytes, so it takes three in a row
 * whose lengths lead from one to the next and whose times are near each other.
 */
#include "capture/reader_impl.h"

enum {
	IN_A_ROW	= 3,
	NEAR_SEC	= 24 * 3600,
	LINKTYPE_LAST	= 1000,		/* a larger one in a damaged header is not believed */
};

static bool is_near(uint32_t a, uint32_t b)
{
	return a > b ? a - b <= NEAR_SEC : b - a <= NEAR_SEC;
}

/* How many records stand in a row from @pos on, up to @most, that are near @sec (NULL: any time) and each other. */
static unsigned row(struct reader *r, size_t pos, unsigned most, const uint32_t *sec, bool *ended)
{
	struct pcap_head h = { .sec = 0 };
	unsigned n = 0;

	*ended = false;
	for (; n < most; n++) {
		uint32_t before = h.sec;

		if (!reader_need(r, pos + r->pcap_record)) {
			*ended = true;
			break;
		}
		h = reader_pcap_head(r, pos);
		if (!reader_pcap_is_sane(r, &h) || (n && !is_near(h.sec, before)) || (!n && sec && !is_near(h.sec, *sec)))
			break;
		pos += r->pcap_record + h.caplen;
	}
	return n;
}

/* The row may be shorter where the file ends. */
static bool is_record(struct reader *r, size_t pos, const uint32_t *sec, unsigned least)
{
	bool ended;
	unsigned n = row(r, pos, IN_A_ROW, sec, &ended);

	return n == IN_A_ROW || (ended && n >= least);
}

/* The first place whose time is near @sec (NULL: not known), or else the first that holds records at all; 0: none. */
static size_t find(struct reader *r, const uint32_t *sec, bool *is_far)
{
	size_t far = 0;

	*is_far = false;
	for (size_t pos = 1; pos < RECOVER_WINDOW && reader_need(r, pos + r->pcap_record); pos++) {
		if (far && pos > far + RECOVER_AHEAD)
			break;
		if (sec && is_record(r, pos, sec, 1))
			return pos;
		if (!far && is_record(r, pos, NULL, 2))
			far = pos;
		if (far && !sec)
			break;
	}
	*is_far = far && sec;
	return far;
}

/* Do lengths alone, whatever else the records say, lead on for a while, or to the very end of the file? */
static bool leads_on(struct reader *r, size_t pos)
{
	enum { LONG_ENOUGH = 8 };

	for (unsigned n = 0; n < LONG_ENOUGH; n++) {
		struct pcap_head h;

		if (!reader_need(r, pos + r->pcap_record))
			return reader_have(r) == pos;
		h = reader_pcap_head(r, pos);
		if (h.caplen > reader_pcap_caplen_max(r) || !(h.sec || h.frac || h.caplen || h.len))
			return false;
		pos += r->pcap_record + h.caplen;
	}
	return true;
}

/*
 * A time that jumps must have more behind it. With nothing that fits right behind it, or with odd numbers of its own, it may
 * be the last record before a damaged place: then the next one does not begin within it.
 */
bool reader_pcap_is_followed(struct reader *r, size_t len)
{
	struct pcap_head h = reader_pcap_head(r, 0);
	bool ended, far, sane = reader_pcap_is_sane(r, &h);
	unsigned n = row(r, len, 2, &h.sec, &ended);
	bool followed = n == 2 || ended || is_record(r, len, NULL, 2) || leads_on(r, len);
	size_t next;

	if (sane && followed)
		return true;
	if (!followed && (!sane || (r->last_sec && !is_near(h.sec, r->last_sec))))
		return false;
	next = find(r, &h.sec, &far);
	return !next || next >= len;
}

size_t reader_pcap_header_len(struct reader *r)
{
	bool ended;
	unsigned most = row(r, PCAP_HEADER, IN_A_ROW, NULL, &ended);
	size_t len = PCAP_HEADER;

	for (size_t pos = PCAP_HEADER - 1; pos >= PCAP_RECORD && most < IN_A_ROW; pos--) {
		unsigned n = row(r, pos, IN_A_ROW, NULL, &ended);

		if (n > most && n > 1) {
			most = n;
			len = pos;
		}
	}
	return len;
}

/* The end of the file cuts a packet: its beginning is there. */
static bool take_torn(struct reader *r)
{
	struct pcap_head h;

	if (reader_have(r) <= r->pcap_record || (r->last_sec && !is_near(reader_pcap_head(r, 0).sec, r->last_sec)))
		return false;
	h = reader_pcap_head(r, 0);
	if (!reader_pcap_is_sane(r, &h) || r->pcap_record + (size_t)h.caplen <= reader_have(r))
		return false;
	r->mended_len = reader_have(r);
	r->torn = true;
	return true;
}

bool reader_pcap_resync(struct reader *r)
{
	bool moved = false, far;
	size_t next;

	for (;;) {
		next = find(r, r->last_sec ? &r->last_sec : NULL, &far);
		if (next || !reader_need(r, RECOVER_WINDOW))
			break;
		reader_step(r, RECOVER_WINDOW / 2);
		moved = true;
	}
	if ((!next || far) && !moved && take_torn(r))
		return true;
	reader_step(r, next ? next : reader_have(r));
	return next;
}

/* Fractions of a million or more cannot be microseconds. */
static bool has_nanoseconds(struct reader *r, size_t pos)
{
	for (unsigned n = 0; n < 1000 && reader_need(r, pos + r->pcap_record); n++) {
		struct pcap_head h = reader_pcap_head(r, pos);

		if (!reader_pcap_is_sane(r, &h))
			break;
		if (h.frac >= 1000000)
			return true;
		pos += r->pcap_record + h.caplen;
	}
	return false;
}

/* What is left of the header may say what the packets are. */
static uint16_t linktype(const struct reader *r)
{
	uint32_t type = reader_u32(r, reader_bytes(r) + 20) & 0xffff;

	return type && type <= LINKTYPE_LAST ? type : LINKTYPE_ETHERNET;
}

/* Is there something of a header that is spoilt? A version will do. */
static bool has_version(struct reader *r)
{
	uint16_t version[2];

	if (!reader_need(r, PCAP_HEADER))
		return false;
	memcpy(version, reader_bytes(r) + 4, 4);
	return (version[0] == 2 && version[1] == 4) || (version[0] == 2 << 8 && version[1] == 4 << 8);
}

/* @least: records up to the end of the file that are enough. */
static bool find_in_order(struct reader *r, size_t from, size_t to, unsigned least)
{
	r->pcap_nanoseconds = true;	/* to find either */
	for (size_t pos = from; pos <= to && reader_need(r, pos + r->pcap_record); pos++) {
		if (!is_record(r, pos, NULL, least))
			continue;
		r->pcap_nanoseconds = has_nanoseconds(r, pos);
		if (reader_pcap_start(r, pos == PCAP_HEADER ? linktype(r) : LINKTYPE_ETHERNET))
			return false;
		reader_step(r, pos);
		return true;
	}
	return false;
}

bool reader_pcap_find(struct reader *r, bool in_place)
{
	size_t from = in_place ? PCAP_HEADER : 0, to = in_place ? PCAP_HEADER : RECOVER_WINDOW;

	r->pcap_record = PCAP_RECORD;
	r->pcap_snaplen = 0;
	r->pcap_lengths_swapped = false;
	for (int swapped = 0; swapped < 2; swapped++) {
		r->swapped = swapped;
		if (find_in_order(r, from, to, in_place && has_version(r) ? 1 : 2))
			return true;
	}
	return false;
}
