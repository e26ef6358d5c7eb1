// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* All strings are our own words and numbers. */
#include <string.h>

#include "capture/base/text.h"
#include "capture/cli/diff_json.h"
#include "capture/cli/diff_out.h"
#include "capture/format/option_words.h"
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

static void put_head(struct diff_out *o, const struct packet *entry, const struct packet *exit)
{
	struct text *t = diff_out_room(o, 512);
	struct verdict v;

	put_number(t, "{\"frame_frame_packet_id\":", entry->id);
	if (entry->has & PACKET_TIME)
		put_number(t, ",\"time_ns\":", entry->ts_ns);
	if (pcapng_options_verdict(exit, &v)) {
		text_str(t, ",\"verdict\":\"");
		option_words_verdict(t, &v);
		text_char(t, '"');
	}
	put_number(t, ",\"entry_len\":", entry->len);
	put_number(t, ",\"exit_len\":", exit->len);
	put_number(t, ",\"entry_cap_len\":", entry->caplen);
	put_number(t, ",\"exit_cap_len\":", exit->caplen);
	text_str(t, ",\"changes\":[");
}

/* Changes of a pair, and how many there have been. */
struct told {
	struct diff_out *out;
	unsigned n;
};

static void put_change(void *ctx, const struct change *c)
{
	static const char *const kinds[] = {
		[CHANGE_PUT] = "put_in_front",	   [CHANGE_TAKEN] = "taken_off_front",
		[CHANGE_HEADER] = "header",	   [CHANGE_FIELD] = "field",
		[CHANGE_BYTES] = "bytes",	   [CHANGE_MORE] = "more_bytes",
		[CHANGE_CUT] = "cut_off_end",	   [CHANGE_GROWN] = "put_at_end",
		[CHANGE_WRONG] = "wrong_checksum",
	};
	struct told *d = ctx;
	struct text *t = diff_out_room(d->out, 2 * CHANGE_TEXT);

	put_string(t, d->n++ ? ",{\"kind\":\"" : "{\"kind\":\"", kinds[c->kind]);
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

void diff_json_pair(struct diff_out *o, const struct packet *entry, const struct packet *exit)
{
	struct told told = { .out = o };

	put_head(o, entry, exit);
	changes(entry, exit, put_change, &told);
	text_str(diff_out_room(o, 4), "]}\n");
}

void diff_json_totals(struct diff_out *o, const struct pairs_totals *n,
		      const struct diff_totals *d)
{
	struct text *t = diff_out_room(o, 4096);
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
