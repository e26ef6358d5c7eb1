// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * seen = filtered + sampled_out + flow_cut + rate_limited + only_counted + ring_full + copy_failed
 *	  + delivered;
 * delivered = taken;
 * taken = refused + unwritten + in the output.
 */
#include <stdio.h>

#include "capture/base/util.h"
#include "capture/packet/ledger.h"
#include "capture/packet/packet.h"

uint64_t ledger_accepted(const struct ledger *l)
{
	return l->sampled_out + l->flow_cut + l->rate_limited + l->only_counted + l->delivered +
	       ledger_lost(l);
}

uint64_t ledger_lost(const struct ledger *l)
{
	return l->ring_full + l->copy_failed;
}

uint64_t ledger_not_written(const struct ledger *l)
{
	return l->refused + l->unwritten;
}

bool ledger_adds_up(const struct ledger *l, bool settled)
{
	uint64_t told = l->filtered + ledger_accepted(l);

	if (told > l->seen || l->taken > l->delivered || ledger_not_written(l) > l->taken)
		return false;
	return !settled || (told == l->seen && l->taken == l->delivered);
}

void ledger_add(struct ledger *sum, const struct ledger *l)
{
	const bool had_seen = sum->seen;

	sum->seen += l->seen;
	sum->filtered += l->filtered;
	sum->sampled_out += l->sampled_out;
	sum->flow_cut += l->flow_cut;
	sum->rate_limited += l->rate_limited;
	sum->only_counted += l->only_counted;
	sum->ring_full += l->ring_full;
	sum->copy_failed += l->copy_failed;
	sum->delivered += l->delivered;
	sum->taken += l->taken;
	sum->refused += l->refused;
	sum->unwritten += l->unwritten;
	sum->if_dropped += l->if_dropped;
	sum->knows_if_dropped |= l->knows_if_dropped;
	sum->resampled |= l->resampled || (had_seen && max_of(sum->asked.sample, 1u) !=
							       max_of(l->asked.sample, 1u));
	sum->asked = l->asked;
}

/* What was asked for, and how many were left out for it. */
static unsigned put_left_out(const struct ledger *l, char *out, size_t cap)
{
	const struct {
		struct sampling asked;
		const char *word;
		uint64_t n;
	} rows[] = {
		{ { .sample = l->asked.sample, .flow = { .sample = l->asked.flow.sample } },
		  "sampled_out",
		  l->sampled_out },
		{ { .flow = { .limit = l->asked.flow.limit, .limit_bytes = l->asked.flow.limit_bytes } }, "flow_cut",
		  l->flow_cut },
		{ { .rate = l->asked.rate }, "rate_limited", l->rate_limited },
	};
	unsigned len = 0, words;

	for (size_t i = 0; i < array_size(rows); i++) {
		words = sample_to_words(&rows[i].asked, out + len, cap - len);
		len += words;
		if (words)
			len += snprintf(out + len, cap - len, " %s=%llu", rows[i].word,
					(unsigned long long)rows[i].n);
	}
	return len;
}

unsigned ledger_to_stats(const struct ledger *l, struct iface_stats *s)
{
	unsigned len;

	s->value[STAT_RECEIVED] = l->seen;
	s->value[STAT_IF_DROP] = l->if_dropped;
	s->value[STAT_ACCEPTED] = ledger_accepted(l);
	s->value[STAT_OS_DROP] = ledger_lost(l);
	s->value[STAT_DELIVERED] = l->taken;
	s->has |= 1u << STAT_RECEIVED | 1u << STAT_ACCEPTED | 1u << STAT_OS_DROP |
		  1u << STAT_DELIVERED;
	if (l->knows_if_dropped)
		s->has |= 1u << STAT_IF_DROP;
	len = snprintf(s->comment, sizeof(s->comment), "ring_full=%llu error=%llu not_written=%llu",
		       (unsigned long long)l->ring_full, (unsigned long long)l->copy_failed,
		       (unsigned long long)ledger_not_written(l));
	return len + put_left_out(l, s->comment + len, sizeof(s->comment) - len);
}
