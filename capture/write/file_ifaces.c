// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A table by id, that only grows, and the ids in the order of this file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/write/file_ifaces.h"

void file_ifaces_next_file(struct file_ifaces *f)
{
	f->file++;
	f->n = f->n_told = 0;
}

static int know(struct file_ifaces *f, uint32_t id)
{
	size_t n = max_of((size_t)id + 1, 2 * (size_t)f->n_known);
	struct file_iface *more;

	if (id < f->n_known)
		return 0;
	more = realloc(f->known, n * sizeof(*more));
	if (!more)
		return -ENOMEM;
	memset(more + f->n_known, 0, (n - f->n_known) * sizeof(*more));
	f->known = more;
	f->n_known = n;
	return 0;
}

int file_ifaces_add(struct file_ifaces *f, uint32_t id, uint32_t snaplen)
{
	uint32_t n = f->n;

	if (!(n & (n - 1))) {	/* a power of two, or 0: full */
		uint32_t *more = realloc(f->ids, (n ? 2 * (size_t)n : 1) * sizeof(*more));

		if (!more)
			return -ENOMEM;
		f->ids = more;
	}
	if (know(f, id))
		return -ENOMEM;
	f->ids[f->n++] = id;
	f->known[id].file = f->file;
	f->known[id].number = n;
	f->known[id].snaplen = snaplen;
	f->known[id].end = UINT64_MAX;
	f->known[id].told = 0;
	return 0;
}

void file_ifaces_lose(struct file_ifaces *f, uint32_t id)
{
	if (!know(f, id))
		f->known[id].lost++;
	f->lost++;
}

uint64_t file_ifaces_lost(const struct file_ifaces *f, uint32_t id)
{
	return id < f->n_known ? f->known[id].lost : 0;
}

void file_ifaces_release(struct file_ifaces *f)
{
	free(f->known);
	free(f->ids);
	*f = (struct file_ifaces){ .file = 0 };
}
