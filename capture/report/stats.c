// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A few lines on stderr: totals, rates, shares, losses by cause. */
#include <stdio.h>

#include "capture/base/log.h"
#include "capture/packet/ledger.h"
#include "capture/report/stats.h"

static double share(uint64_t part, uint64_t all)
{
	return all ? 100.0 * part / all : 0;
}

/* 1234567 as "1.235 M". */
static void scaled(char *out, size_t cap, double v)
{
	static const char *const units[] = { "", "k", "M", "G", "T" };
	unsigned i = 0;

	for (; v >= 1000 && i + 1 < array_size(units); i++)
		v /= 1000;
	snprintf(out, cap, i ? "%.3f %s" : "%.0f %s", v, units[i]);
}

typedef unsigned long long ull;

/* For what was asked for. */
static void left_out(const struct ledger *l)
{
	const struct sampling *a = &l->asked;
	char limit[24];

	if (a->flow.sample > 1)
		log_announce("  sampled out: %llu packets, as 1 flow of %u is kept%s",
			     (ull)l->sampled_out, a->flow.sample,
			     a->sample > 1 ? ", and of its packets some, at random" : "");
	else if (a->sample > 1)
		log_announce("  sampled out: %llu packets, as 1 of %u is kept, at random%s",
			     (ull)l->sampled_out, a->sample,
			     l->resampled ? "; it was another sample before" : "");
	else if (l->sampled_out)
		log_announce("  sampled out: %llu packets, before all were kept",
			     (ull)l->sampled_out);
	if (a->flow.limit) {
		sample_flow_limit_to_text(&a->flow, limit, sizeof(limit));
		log_announce("  flows cut: %llu packets, as %s of each flow and direction are kept",
			     (ull)l->flow_cut, limit);
	}
	if (a->rate)
		log_announce("  rate limited: %llu packets, as %u a second are kept at most",
			     (ull)l->rate_limited, a->rate);
	if (l->only_counted)
		log_announce("  only counted: %llu packets", (ull)l->only_counted);
}

void stats_print(const struct totals *t, uint64_t ns)
{
	const struct counters *c = &t->c;
	char rate[32] = "", bits[32] = "";
	double sec = ns / 1e9;

	if (ns) {
		scaled(rate, sizeof(rate), c->all.packets / sec);
		scaled(bits, sizeof(bits), c->all.bytes * 8 / sec);
	}
	log_announce("%.3f s: %llu packets%s%s%s, %llu bytes%s%s%s", sec, (ull)c->all.packets,
		     ns ? " (" : "", rate, ns ? "pps)" : "", (ull)c->all.bytes, ns ? " (" : "",
		     bits, ns ? "bit/s)" : "");
	log_announce("  TCP %llu (%.1f %%), UDP %llu (%.1f %%), other %llu (%.1f %%)",
		     (ull)c->tcp.packets, share(c->tcp.packets, c->all.packets),
		     (ull)c->udp.packets, share(c->udp.packets, c->all.packets),
		     (ull)c->other.packets, share(c->other.packets, c->all.packets));
	log_announce("  IPv4 %llu (%.1f %%), IPv6 %llu (%.1f %%), non-IP %llu (%.1f %%)",
		     (ull)c->ipv4.packets, share(c->ipv4.packets, c->all.packets),
		     (ull)c->ipv6.packets, share(c->ipv6.packets, c->all.packets),
		     (ull)c->non_ip.packets, share(c->non_ip.packets, c->all.packets));
	if (t->has_sent)
		log_announce("  received %llu packets, %llu bytes; sent %llu packets, %llu bytes",
			     (ull)(c->all.packets - t->sent.packets),
			     (ull)(c->all.bytes - t->sent.bytes), (ull)t->sent.packets,
			     (ull)t->sent.bytes);
	if (t->has_filter)
		log_announce("  filtered out: %llu packets, %llu bytes", (ull)c->filtered.packets,
			     (ull)c->filtered.bytes);
	if (t->ledger)
		left_out(t->ledger);
	if (t->ledger)
		log_announce(
			"  lost: ring full %llu, copy failed %llu, not written %llu, by the interface %llu",
			(ull)t->ledger->ring_full, (ull)t->ledger->copy_failed,
			(ull)ledger_not_written(t->ledger), (ull)t->ledger->if_dropped);
}

const char *stats_verdict_name(unsigned kind)
{
	static const char *const names[VERDICT_KINDS] = { "ABORTED", "DROP",	 "PASS",
							  "TX",	     "REDIRECT", "other" };

	return names[kind];
}

void stats_print_verdicts(const char *iface, const char *program, uint32_t id,
			  const struct program_verdicts *v)
{
	log_announce("  verdicts of %s (id %u) on %s:", program, id, iface);
	for (unsigned i = 0; i < VERDICT_KINDS; i++)
		if (v->by[i].packets)
			log_announce("    %-8s %llu packets, %llu bytes", stats_verdict_name(i),
				     (ull)v->by[i].packets, (ull)v->by[i].bytes);
	if (v->no_call_left.packets)
		log_announce("    no tail call left of the 32 that it can make: %llu packets, %llu bytes",
			     (ull)v->no_call_left.packets, (ull)v->no_call_left.bytes);
	if (v->not_called.packets)
		log_announce("    could not be called, and passed: %llu packets, %llu bytes",
			     (ull)v->not_called.packets, (ull)v->not_called.bytes);
}
