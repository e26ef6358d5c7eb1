// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A ring of seconds. */
#include "capture/base/util.h"
#include "capture/view/history.h"

static struct tally *second(struct history *h, uint64_t n)
{
	return &h->seconds[n % HISTORY_SEC];
}

void history_update(struct history *h, uint64_t now_ns, const struct tally *sum)
{
	uint64_t now = now_ns / 1000000000 + 1; /* 0 is never */
	struct tally *t;

	if (!h->now)
		h->first = h->now = now;
	if (now > h->now + HISTORY_SEC)
		h->now = now - HISTORY_SEC;
	for (; h->now < now; h->now++)
		*second(h, h->now + 1) = (struct tally){ 0 };
	t = second(h, h->now);
	t->packets += sum->packets - h->seen.packets;
	t->bytes += sum->bytes - h->seen.bytes;
	h->seen = *sum;
}

bool history_column(const struct history *h, unsigned width, unsigned back, struct tally *sum,
		    unsigned *sec)
{
	uint64_t oldest = max_of(h->first, h->now < HISTORY_SEC ? 0 : h->now - HISTORY_SEC + 1);
	uint64_t column, from, to;

	*sum = (struct tally){ 0 };
	if (!h->now || (h->now - 1) / width < back)
		return false;
	column = (h->now - 1) / width - back;
	from = max_of(column * width, oldest);
	to = min_of((column + 1) * width, h->now);
	if (from >= to)
		return false;
	for (uint64_t n = from; n < to; n++) {
		sum->packets += h->seconds[n % HISTORY_SEC].packets;
		sum->bytes += h->seconds[n % HISTORY_SEC].bytes;
	}
	*sec = to - from;
	return true;
}
