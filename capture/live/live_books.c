// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/base/util.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/netif.h"
#include "capture/live/live_books.h"
#include "capture/live/live_iface.h"
#include "capture/packet/ledger.h"

/*
 * What became of the packets is read before how many there were: while they come, a packet that is
 * in the one has to be in the other.
 */
static int read_counters(struct live_hook *h, uint32_t point)
{
	struct counters first;
	int err = h->hook ? hook_counters(h->hook, point, &first) : 0;

	if (!err && h->hook)
		err = hook_counters(h->hook, point, &h->counters);
	if (err || !h->hook)
		return err;
	h->counters.delivered = first.delivered;
	h->counters.ring_full = first.ring_full;
	h->counters.error = first.error;
	h->counters.sampled_out = first.sampled_out;
	h->counters.flow_cut = first.flow_cut;
	h->counters.rate_limited = first.rate_limited;
	h->counters.only_counted = first.only_counted;
	h->counters.triggers = first.triggers;
	return 0;
}

static void add(struct counters *sum, const struct counters *c)
{
	const __u64 *from = (const __u64 *)c;
	__u64 *to = (__u64 *)sum;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(*to); i++)
		to[i] += from[i];
}

void live_books_count(const struct live_iface *t, struct counters *sum)
{
	add(sum, &t->received.counters);
	add(sum, &t->sent.counters);
}

void live_books_count_all(const struct live_iface *t, struct counters *received,
			  struct counters *sent)
{
	for (; t; t = t->before) {
		add(received, &t->received.counters);
		add(sent, &t->sent.counters);
	}
}

static uint64_t seen(const struct live_iface *t)
{
	return count_seen(&t->received.counters) + count_seen(&t->sent.counters);
}

bool live_books_snapshot(struct live_iface *t)
{
	uint64_t before = seen(t);
	struct netif now;
	int err = read_counters(&t->received, t->point);

	if (!err)
		err = read_counters(&t->sent, POINT_ENTRY);
	t->counted_ns = clock_now_ns();
	if (err) {
		if (!t->blind)
			log_complain("%s: cannot read the counters: %s", live_iface_name(t),
				     strerror(-err));
		t->blind = true;
		return true;
	}
	if (t->gone || !t->has_if_dropped)
		return seen(t) == before;
	err = netif_again_by(t->rtnl, &t->netif, &now);
	if (!err || err == -EPERM) {	/* the right that -Z has given up */
		t->has_if_dropped = !err && now.has_rx_missed &&
				    now.rx_missed >= t->netif.rx_missed;
		t->if_dropped = t->if_dropped_before +
				(t->has_if_dropped ? now.rx_missed - t->netif.rx_missed : 0);
	}
	return seen(t) == before;
}

void live_books_ledger(const struct live_iface *t, uint64_t unwritten, struct ledger *l)
{
	struct counters c = { .delivered = 0 };

	live_books_count(t, &c);
	*l = (struct ledger){
		.seen = count_seen(&c),
		.filtered = c.filtered.packets,
		.sampled_out = c.sampled_out,
		.flow_cut = c.flow_cut,
		.rate_limited = c.rate_limited,
		.only_counted = c.only_counted,
		.ring_full = c.ring_full,
		.copy_failed = c.error,
		.delivered = c.delivered,
		.taken = t->taken,
		.refused = t->refused,
		.unwritten = unwritten,
		.if_dropped = t->if_dropped,
		.knows_if_dropped = t->has_if_dropped && (!t->gone || t->replaced),
		.asked = t->sampling,
	};
}

/*
 * Another word of the comment, which has @len bytes, as far as there is room. Returns how long it
 * is then.
 */
static unsigned printf_like(3, 4)
	add_word(struct iface_stats *s, unsigned len, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(s->comment + len, sizeof(s->comment) - len, fmt, args);
	va_end(args);
	return min_of(len + n, (unsigned)sizeof(s->comment) - 1);
}

void live_books_stats(const struct live_iface *t, uint64_t unwritten, struct iface_stats *s)
{
	uint64_t end_ns = t->end_ns ? t->end_ns : t->counted_ns;
	struct ledger ledger;
	unsigned len;

	*s = (struct iface_stats){
		.ts_ns = end_ns,
		.value = { [STAT_START] = t->start_ns, [STAT_END] = end_ns },
		.has = 1u << STAT_START | 1u << STAT_END,
	};
	live_books_ledger(t, unwritten, &ledger);
	len = ledger_to_stats(&ledger, s);
	if (t->link_downs)
		len = add_word(s, len, " link_down=%u", t->link_downs);
	if (t->returns)
		len = add_word(s, len, " returned=%u", t->returns);
	if (t->renamed)
		len = add_word(s, len, " renamed");
	if (t->clock_step_ns)
		len = add_word(s, len, " clock_step=%+.3fs", t->clock_step_ns / 1e9);
	if (t->gone && !t->replaced)
		add_word(s, len, t->detached ? " detached" : " lost_interface");
}
