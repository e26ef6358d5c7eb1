// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdlib.h>

#include "capture/packet/pcapng_options.h"
#include "capture/write/recorder_memory.h"
#include "capture/write/recorder_told.h"

static struct recorder_told *of(struct source *s)
{
	return (struct recorder_told *)s;
}

static void origin(struct source *s, struct origin *o)
{
	struct recorder_told *t = of(s);

	t->from->ops->origin(t->from, o);
	pcapng_options_add_comment(&t->head_options, &o->options, t->why);
}

static const struct iface *iface(struct source *s, uint32_t id)
{
	struct source *from = of(s)->from;

	return from->ops->iface(from, id);
}

static bool stats(struct source *s, uint32_t id, uint64_t unwritten, struct iface_stats *st)
{
	const struct recorder_told *t = of(s);

	return t->from->ops->stats(t->from, id,
				   unwritten + recorder_memory_unwritten(t->memory, id), st);
}

static void warn(struct source *s, const char *sentence)
{
	struct source *from = of(s)->from;

	from->ops->warn(from, sentence);
}

static const struct source_ops ops = {
	.origin = origin, .iface = iface, .stats = stats, .warn = warn
};

void recorder_told_init(struct recorder_told *t, const struct recorder_memory *memory,
			const char *why)
{
	*t = (struct recorder_told){ .source.ops = &ops, .memory = memory, .why = why };
}

void recorder_told_close(struct recorder_told *t)
{
	free(t->head_options);
}
