// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A file is read once, as it is without any option, for its times and values; then asked. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/filter/expr.h"
#include "capture/filter/noted.h"
#include "capture/filter/per_link.h"
#include "capture/filter/possible.h"
#include "capture/index/entry.h"
#include "capture/packet/packet.h"
#include "capture/read/capfile.h"
#include "capture/read/magic.h"

static uint64_t ns_of(const struct timespec *t)
{
	return t->tv_sec * 1000000000ull + t->tv_nsec;
}

struct entry_file entry_file_of(const struct stat *st)
{
	return (struct entry_file){
		.size = st->st_size, .inode = st->st_ino,
		.mtime_ns = ns_of(&st->st_mtim), .ctime_ns = ns_of(&st->st_ctim),
	};
}

bool entry_file_same(const struct entry_file *a, const struct entry_file *b)
{
	return a->size == b->size && a->inode == b->inode && a->mtime_ns == b->mtime_ns &&
	       a->ctime_ns == b->ctime_ns;
}

bool entry_is_of(const struct entry *e, const struct entry_file *f)
{
	return entry_file_same(&e->file, f);
}

/* ---- asked ---- */

static bool has(void *ctx, enum noted_kind kind, uint32_t value)
{
	return sketch_has(ctx, kind, value);
}

/* For packets of a link type that the expression is not for it says no. */
static bool may_match(const struct entry *e, struct per_link *per_link, uint16_t linktype)
{
	const struct iface i = { .linktype = linktype };
	struct sketch sketch = e->sketch;
	const struct sock_filter *in;
	const struct expr *expr;
	struct noted noted;
	size_t n;
	int err;

	err = per_link_expr(per_link, &i, &expr);
	if (err || !noted_of_link(&noted, linktype))
		return err != -EINVAL;
	in = expr_insns(expr, &n);
	if (possible(in, n, &noted, has, &sketch))
		return true;
	if (!expr_is_directed(expr))
		return false;
	in = expr_insns_sent(expr, &n);
	return possible(in, n, &noted, has, &sketch);
}

bool entry_fits(const struct entry *e, struct per_link *per_link)
{
	const unsigned n = min_of(e->n_links, (unsigned)ENTRY_LINKS);
	unsigned i = 0;

	while (i < n && per_link_check(per_link, &(struct iface){ .linktype = e->links[i] }))
		i++;
	return i < n;
}

bool entry_may_have(const struct entry *e, const struct entry_wanted *w)
{
	if (!(e->flags & ENTRY_CAPTURE))
		return false;
	if (!(e->flags & ENTRY_WHOLE))
		return true;
	if (w->timed && (!e->n_timed || e->max_ns < w->start_ns || e->min_ns >= w->end_ns))
		return false;
	if (!w->per_link || e->n_links > ENTRY_LINKS)
		return e->n_packets;
	for (unsigned i = 0; i < e->n_links; i++)
		if (may_match(e, w->per_link, e->links[i]))
			return true;
	return false;
}

void entry_close(struct entry *e)
{
	sketch_close(&e->sketch);
}
