// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* --diff for other programs: objects, each in a line. All strings are our own words and numbers. */
#include <string.h>

#include "capture/cli/diff_impl.h"
#include "capture/format/summary_line.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_options.h"
#include "capture/report/changes.h"
#include "capture/report/pairs.h"

static void put_number(struct text *t, const char *before, uint64_t v)
{
	text_str(t, before);
	text_u64(t, v);
}

static void put_string(struct text *t, const char *before, const char *s)
{
	text_str(t, before);
	text_json(t, s, strlen(s));
	text_char(t, '"');
}

static void put_head(struct diff *d, const struct packet *entry, const struct packet *exit)
{
	struct text *t = diff_room(d, 512);
	struct verdict v;

	put_number(t, "{\"frame_frame_packet_id\":", entry->id);
	if (entry->has & PACKET_TIME)
		put_number(t, ",\"time_ns\":", entry->ts_ns);
	if (pcapng_options_verdict(exit, &v)) {
		text_str(t, ",\"verdict\":\"");
		summary_line_action(t, &v);
		text_char(t, '"');
	}
	put_number(t, ",\"entry_len\":", entry->len);
	put_number(t, ",\"exit_len\":", exit->len);
	put_number(t, ",\"entry_cap_len\":", entry->caplen);
	put_number(t, ",\"exit_cap_len\":", exit->caplen);
	text_str(t, ",\"changes\":[");
	d->n_told = 0;
}

static void put_change(void *ctx, const struct change *c)
{
	static const char *const kinds[] = {
		[CHANGE_PUT] = "put_in_front",	   [CHANGE_TAKEN] = "taken_off_front",
		[CHANGE_HEADER] = "header",	   [CHANGE_FIELD] = "field",
		[CHANGE_BYTES] = "bytes",	   [CHANGE_MORE] = "more_bytes",
		[CHANGE_CUT] = "cut_off_end",	   [CHANGE_GROWN] = "put_at_end",
		[CHANGE_WRONG] = "wrong_checksum",
	};
	struct diff *d = ctx;
	struct text *t = diff_room(d, 2 * CHANGE_TEXT);

	put_string(t, d->n_told++ ? ",{\"kind\":\"" : "{\"kind\":\"", kinds[c->kind]);
	if (c->kind != CHANGE_MORE) {
		put_number(t, ",\"entry_offset\":", c->at);
		put_number(t, ",\"exit_offset\":", c->now);
	} else {
		put_number(t, ",\"places\":", c->now);
	}
	put_number(t, ",\"bytes\":", c->len);
	if (c->what)
		put_string(t, ",\"what\":\"", c->what);
	if (*c->before)
		put_string(t, ",\"before\":\"", c->before);
	if (*c->after)
		put_string(t, ",\"after\":\"", c->after);
	text_char(t, '}');
}

void diff_json_pair(struct diff *d, const struct packet *entry, const struct packet *exit)
{
	put_head(d, entry, exit);
	changes(entry, exit, put_change, d);
	text_str(diff_room(d, 4), "]}\n");
}

void diff_json_totals(struct diff *d)
{
	const struct pairs_totals *n = pairs_totals(d->pairs);
	struct text *t = diff_room(d, 4096);
	const char *sep = "";

	put_number(t, "{\"pairs\":", n->pairs);
	put_number(t, ",\"changed\":", d->n_changed);
	put_number(t, ",\"partial\":", d->n_partial);
	put_number(t, ",\"entries_alone\":", n->alone[PAIRS_ENTRY]);
	put_number(t, ",\"exits_alone\":", n->alone[PAIRS_EXIT]);
	put_number(t, ",\"without_id\":", n->alone[PAIRS_NO_ID]);
	text_str(t, ",\"verdicts\":{");
	for (unsigned row = 0; row < N_VERDICTS; row++) {
		const struct tally *of = &d->verdicts.rows[row];

		if (!of->packets)
			continue;
		text_str(t, sep);
		put_string(t, "\"", verdicts_key(row));
		put_number(t, ":{\"packets\":", of->packets);
		put_number(t, ",\"bytes\":", of->bytes);
		text_char(t, '}');
		sep = ",";
	}
	text_str(t, "}}\n");
}
