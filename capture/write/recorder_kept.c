// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Packets in the memory of the recorder: on their way into the file, or until they are
 * forgotten.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/base/log.h"
#include "capture/base/util.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_options.h"
#include "capture/packet/source.h"
#include "capture/write/packet_memory.h"
#include "capture/write/recorder_impl.h"
#include "capture/write/rotate.h"

/* bytes into the file between two looks at the rings, and at the room for them */
enum { PORTION = 4 << 20, PIECE = 128 << 10 };

/* Where packets come as time goes by, they come a little later. */
uint64_t recorder_now_ns(const struct recorder *r)
{
	return r->set.live ? clock_now_ns() - r->from->lag_ns : r->newest_ns;
}

/* ---- what the files are told ---- */

static struct recorder *of_source(const struct source *s)
{
	return (struct recorder *)((char *)s - offsetof(struct recorder, told));
}

/* One more comment behind those options, which are in *@in then; without memory it goes without. */
static void add_comment(uint8_t **in, struct raw_options *o, const char *why)
{
	const size_t len = strlen(why), size = o->len + pcapng_options_comment_size(len);
	uint8_t *options = malloc(size);

	if (!options)
		return;
	if (o->len)
		memcpy(options, o->bytes, o->len);
	pcapng_options_put_comment(options + o->len, why, len);
	free(*in);
	*in = options;
	*o = (struct raw_options){ options, size };
}

static void origin(struct source *s, struct origin *o)
{
	struct recorder *r = of_source(s);

	r->from->ops->origin(r->from, o);
	add_comment(&r->head_options, &o->options, r->why);
}

static const struct iface *iface(struct source *s, uint32_t id)
{
	struct source *from = of_source(s)->from;

	return from->ops->iface(from, id);
}

static bool stats(struct source *s, uint32_t id, uint64_t unwritten, struct iface_stats *st)
{
	const struct recorder *r = of_source(s);

	return r->from->ops->stats(r->from, id,
				   unwritten + (id < r->n_ifaces ? r->ifaces[id].unwritten : 0),
				   st);
}

static void warn(struct source *s, const char *sentence)
{
	struct source *from = of_source(s)->from;

	from->ops->warn(from, sentence);
}

const struct source_ops recorder_told_ops = { .origin = origin, .iface = iface, .stats = stats, .warn = warn };

/* ---- counts ---- */

static int count(struct recorder *r, const struct packet *p)
{
	const uint32_t id = p->iface->id;

	if (id >= r->n_ifaces) {
		const size_t n = (id + 1ul) * 2;
		__typeof__(r->ifaces) more = realloc(r->ifaces, n * sizeof(*more));

		if (!more)
			return -ENOMEM;
		memset(more + r->n_ifaces, 0, (n - r->n_ifaces) * sizeof(*more));
		r->ifaces = more;
		r->n_ifaces = n;
	}
	r->ifaces[id].unwritten++;
	return 0;
}

uint64_t recorder_lost(const struct recorder *r, uint32_t id)
{
	return id < r->n_ifaces ? r->ifaces[id].lost : 0;
}

struct recorder_counts recorder_counts(const struct recorder *r)
{
	struct recorder_counts c = r->counts;

	c.in_memory = packet_memory_count(r->memory);
	if (c.in_memory && r->newest_ns > packet_memory_oldest_ns(r->memory))
		c.back_ns = r->newest_ns - packet_memory_oldest_ns(r->memory);
	return c;
}

/* ---- files ---- */

int recorder_begin_file(struct recorder *r)
{
	int err = rotate_begin(r->files, &r->told, r->run_ns,
			       r->set.live ? clock_now_ns() : r->triggered_ns);

	if (err)
		return err;
	r->is_begun = true;
	r->counts.files++;
	log_announce("%s: %s", rotate_path(r->files), r->why);
	return 0;
}

int recorder_end_file(struct recorder *r)
{
	int err = r->is_begun ? rotate_finish(r->files) : 0;

	r->has_file = r->is_begun = r->has_gap = false;
	return err;
}

static uint64_t n_kept(const struct recorder *r)
{
	return packet_memory_count(r->memory) - r->n_wanted;
}

/* The file may not begin yet: then nothing is written. */
static int write_oldest(struct recorder *r)
{
	struct packet p;
	int err = r->is_begun ? 0 : recorder_begin_file(r);

	if (err)
		return err;
	packet_memory_oldest(r->memory, &p);
	if (r->set.decodes)
		link_decode(&p);
	err = rotate_packet(r->files, &p);
	r->ifaces[p.iface->id].unwritten--;
	r->counts.written++;
	r->counts.bytes -= p.caplen;
	r->n_wanted--;
	packet_memory_drop(r->memory);
	return err;
}

/* So many packets and bytes, or what there is. */
static int write_some(struct recorder *r, uint64_t n_packets, uint64_t n_bytes)
{
	const uint64_t upto = r->counts.bytes > n_bytes ? r->counts.bytes - n_bytes : 0;
	int err = 0;

	while (!err && r->n_wanted && n_packets-- && r->counts.bytes >= upto)
		err = write_oldest(r);
	return err == -EBUSY ? 0 : err;
}

int recorder_write_wanted(struct recorder *r)
{
	return write_some(r, UINT64_MAX, UINT64_MAX);
}

/* While the disk is slow they had better wait in memory, where others have room behind them. */
int recorder_write_if_room(struct recorder *r, uint64_t n_packets)
{
	return r->n_wanted && rotate_has_room(r->files) ? write_some(r, n_packets, PIECE) : 0;
}

int recorder_write_portion(struct recorder *r)
{
	int err = 0;

	for (size_t n = 0; !err && n < PORTION && r->n_wanted; n += PIECE)
		err = recorder_write_if_room(r, UINT64_MAX);
	return err;
}

/* ---- memory ---- */

void recorder_forget_oldest(struct recorder *r)
{
	struct packet p;

	packet_memory_oldest(r->memory, &p);
	if (r->n_wanted) {
		r->n_wanted--;
		r->counts.lost++;
		r->ifaces[p.iface->id].lost++;
	} else {
		r->kept_bytes -= p.caplen;
		r->counts.forgotten++;
	}
	r->counts.bytes -= p.caplen;
	r->has_gap |= r->has_file;
	packet_memory_drop(r->memory);
}

static bool is_older(const struct recorder *r, uint64_t reach_ns, uint64_t now)
{
	return reach_ns && now > reach_ns && packet_memory_oldest_ns(r->memory) < now - reach_ns;
}

/*
 * Can no trigger that comes now ask for the oldest? Of those before it are @packets and @bytes, and
 * it is of @ts_ns.
 */
static bool is_out_of_reach(const struct recorder *r, uint64_t packets, uint64_t bytes,
			    uint64_t ts_ns)
{
	const struct reach *before = &r->set.before;

	if (is_older(r, r->set.back_ns, ts_ns))
		return true;
	switch (before->unit) {
	case REACH_PACKETS:
		return packets > before->n;
	case REACH_BYTES:
		return bytes > before->n;
	case REACH_TIME:
		return is_older(r, before->n, ts_ns);
	case REACH_ALL:
		break;
	}
	return false;
}

/* Those that are wanted come first: as long as there are some, nothing is forgotten. */
void recorder_forget_old(struct recorder *r, const struct packet *trigger, uint64_t ts_ns)
{
	const uint64_t itself = trigger ? 1 : 0, its_bytes = trigger ? trigger->caplen : 0;

	while (!r->n_wanted && n_kept(r) > itself &&
	       is_out_of_reach(r, n_kept(r) - itself, r->kept_bytes - its_bytes, ts_ns))
		recorder_forget_oldest(r);
}

/* What is in its way goes into the file, or is forgotten. */
int recorder_put(struct recorder *r, const struct packet *p)
{
	int err = count(r, p);

	while (!err && !packet_memory_put(r->memory, p)) {
		if (!packet_memory_count(r->memory)) {	/* larger than all of it */
			r->counts.forgotten++;
			r->has_gap |= r->has_file;
			return 0;
		}
		err = r->n_wanted ? write_oldest(r) : 0;
		if (!r->n_wanted || err == -EBUSY) {
			if (packet_memory_count(r->memory))
				recorder_forget_oldest(r);
			err = err == -EBUSY ? 0 : err;
		}
	}
	if (err)
		return err;
	r->counts.bytes += p->caplen;
	r->kept_bytes += p->caplen;
	return 0;
}

/* It says so itself. */
int recorder_put_trigger(struct recorder *r, const struct packet *p)
{
	struct packet marked = *p;
	char comment[RECORDER_WHY_MAX + 16];

	snprintf(comment, sizeof(comment), "trigger: %s", r->next_why);
	add_comment(&r->packet_options, &marked.options, comment);
	return recorder_put(r, &marked);
}
