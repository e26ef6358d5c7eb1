// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Chunks that double, so that none of them moves. */
#include <stdlib.h>

#include "capture/read/ifaces.h"

_Static_assert(BUDGET_IFACES < 1 << IFACES_CHUNKS, "all that the budget has have a place");

struct file_iface *ifaces_add(struct ifaces *all, struct budget_share *share, bool swapped)
{
	const uint32_t n = all->n + 1;
	const unsigned chunk = 31 - __builtin_clz(n);
	struct file_iface *i;

	if (!budget_take_iface(share, IFACES_BYTES))
		return NULL;
	if (!(n & (n - 1)))	/* a power of two: the chunk before is full */
		all->chunks[chunk] = calloc(n, sizeof(*i));
	if (!all->chunks[chunk])
		return NULL;
	i = ifaces_at(all, all->n);
	i->iface.id = all->n++;
	i->iface.swapped = swapped;
	time_unit_set(&i->unit, 6);
	return i;
}

static void free_iface(struct file_iface *ri)
{
	free(ri->iface.name);
	free(ri->iface.description);
	free(ri->iface.os);
	free(ri->iface.hardware);
	free(ri->iface.comment);
	free(ri->iface.filter);
	free(ri->iface.options.bytes);
	if (ri->stats)
		free(ri->stats->options.bytes);
	free(ri->stats);
}

void ifaces_free(struct ifaces *all)
{
	for (uint32_t i = 0; i < all->n; i++)
		free_iface(ifaces_at(all, i));
	for (unsigned i = 0; i < IFACES_CHUNKS; i++)
		free(all->chunks[i]);
}
