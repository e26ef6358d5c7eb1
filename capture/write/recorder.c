// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * All packets go through one memory, in order. Of those in it the first may be wanted by a trigger:
 * they are on their way into the file, a portion at a time, while others come behind them. The rest
 * are kept as long as a trigger could still ask for them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/base/log.h"
#include "capture/base/util.h"
#include "capture/base/value.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_options.h"
#include "capture/packet/source.h"
#include "capture/write/packet_memory.h"
#include "capture/write/recorder.h"
#include "capture/write/rotate.h"
#include "capture/write/sink.h"

enum {
	WHY_MAX = 256,
	/* a trigger whose packets follow those of the file before continues that file, if it comes so soon */
	HOLD_NS = 1000 * 1000 * 1000,
	/* bytes into the file between two looks at the rings, and at the room for them; packets with each that comes */
	PORTION = 4 << 20, PIECE = 128 << 10, PORTION_PACKETS = 2,
	LOOK_AGAIN_NS = 10 * 1000 * 1000,
};

struct recorder {
	struct sink sink;
	struct source told;		/* what the files are told: of @from, and why there is a file */
	struct source *from;
	struct recorder_settings set;
	struct rotate *files;
	struct packet_memory *memory;
	uint64_t n_wanted;		/* packets in memory, from the oldest on, that belong into the file */
	uint64_t kept_bytes;		/* captured bytes of those behind them */
	struct reach open;		/* what is still to come into the file; of TIME: until then */
	bool is_open;			/* it is after a trigger, and more is to come */
	bool has_file;			/* it is begun, or was to be */
	bool is_begun;			/* it is */
	bool has_gap;			/* a packet behind those of the file is forgotten */
	uint64_t closed_ns;		/* the last window, by now_ns() */
	uint64_t newest_ns;		/* of the packets */
	uint64_t triggered_ns;		/* the last time */
	uint64_t run_ns;		/* the run's own time */
	struct recorder_counts counts;
	uint64_t *unwritten;		/* of each interface, packets that are in no file */
	uint32_t n_ifaces;
	char next_why[WHY_MAX];		/* the next packet triggers; "": it does not */
	/* something beside the packets has, then, of which the last may still be on their way; "": nothing has */
	char beside_why[WHY_MAX];
	uint64_t beside_ns;
	bool ends;			/* with the file of the last trigger */
	char why[WHY_MAX];		/* of the file at hand */
	uint8_t *options;		/* of its head, or of the packet at hand */
};

static struct recorder *of(const struct sink *k)
{
	return (struct recorder *)k;
}

bool reach_parse(const char *s, struct reach *r)
{
	static const struct { const char *ends; enum reach_unit unit; } units[] = {
		{ "p", REACH_PACKETS }, { "kmgtKMGT", REACH_BYTES }, { "sh", REACH_TIME },
	};
	const size_t len = strlen(s);
	char number[32];

	if (len < 2 || len >= sizeof(number))
		return false;
	r->unit = REACH_ALL;
	for (size_t i = 0; i < array_size(units); i++)
		if (strchr(units[i].ends, s[len - 1]))
			r->unit = units[i].unit;
	snprintf(number, sizeof(number), "%.*s", (int)len - 1, s);
	switch (r->unit) {
	case REACH_PACKETS:
		return value_number(number, 0, INT64_MAX, &r->n);
	case REACH_BYTES:
		return value_size(s, 1, &r->n);
	case REACH_TIME:
		return value_span(s, &r->n) && r->n;
	case REACH_ALL:
		break;
	}
	return false;
}

/* Where packets come as time goes by, they come a little later. */
static uint64_t now_ns(const struct recorder *r)
{
	return r->set.live ? clock_now_ns() - r->from->lag_ns : r->newest_ns;
}

/* ---- what the files are told ---- */

static struct recorder *of_source(const struct source *s)
{
	return (struct recorder *)((char *)s - offsetof(struct recorder, told));
}

/* One more comment behind those options; without memory it goes without. */
static void add_comment(struct recorder *r, struct raw_options *o, const char *why)
{
	const size_t len = strlen(why), size = o->len + pcapng_options_comment_size(len);
	uint8_t *options = malloc(size);

	if (!options)
		return;
	if (o->len)
		memcpy(options, o->bytes, o->len);
	pcapng_options_put_comment(options + o->len, why, len);
	free(r->options);
	r->options = options;
	*o = (struct raw_options){ options, size };
}

static void origin(struct source *s, struct origin *o)
{
	struct recorder *r = of_source(s);

	r->from->ops->origin(r->from, o);
	add_comment(r, &o->options, r->why);
}

static const struct iface *iface(struct source *s, uint32_t id)
{
	struct source *from = of_source(s)->from;

	return from->ops->iface(from, id);
}

static bool stats(struct source *s, uint32_t id, uint64_t unwritten, struct iface_stats *st)
{
	const struct recorder *r = of_source(s);

	return r->from->ops->stats(r->from, id, unwritten + (id < r->n_ifaces ? r->unwritten[id] : 0), st);
}

static void warn(struct source *s, const char *sentence)
{
	struct source *from = of_source(s)->from;

	from->ops->warn(from, sentence);
}

static const struct source_ops told_ops = { .origin = origin, .iface = iface, .stats = stats, .warn = warn };

/* ---- counts ---- */

static int count(struct recorder *r, const struct packet *p)
{
	uint64_t *more;
	uint32_t id = p->iface->id;

	if (id >= r->n_ifaces) {
		more = realloc(r->unwritten, (id + 1ul) * 2 * sizeof(*more));
		if (!more)
			return -ENOMEM;
		memset(more + r->n_ifaces, 0, ((id + 1ul) * 2 - r->n_ifaces) * sizeof(*more));
		r->unwritten = more;
		r->n_ifaces = (id + 1) * 2;
	}
	r->unwritten[id]++;
	return 0;
}

struct recorder_counts recorder_counts(const struct recorder *r)
{
	struct recorder_counts c = r->counts;
	struct packet oldest;

	c.in_memory = packet_memory_count(r->memory);
	if (packet_memory_oldest(r->memory, &oldest) && r->newest_ns > oldest.ts_ns)
		c.back_ns = r->newest_ns - oldest.ts_ns;
	return c;
}

/* ---- files ---- */

static int begin_file(struct recorder *r)
{
	int err = rotate_begin(r->files, &r->told, r->run_ns, r->set.live ? clock_now_ns() : r->triggered_ns);

	if (err)
		return err;
	r->is_begun = true;
	r->counts.files++;
	log_announce("%s: %s", rotate_path(r->files), r->why);
	return 0;
}

static int end_file(struct recorder *r)
{
	int err = r->is_begun ? rotate_finish(r->files) : 0;

	r->has_file = r->is_begun = r->has_gap = false;
	return err;
}

static void close_window(struct recorder *r)
{
	r->is_open = false;
	r->closed_ns = now_ns(r);
}

static uint64_t n_kept(const struct recorder *r)
{
	return packet_memory_count(r->memory) - r->n_wanted;
}

/* The file may not begin yet: then nothing is written. */
static int write_oldest(struct recorder *r)
{
	struct packet p;
	int err = r->is_begun ? 0 : begin_file(r);

	if (err)
		return err;
	packet_memory_oldest(r->memory, &p);
	if (r->set.decodes)
		link_decode(&p);
	err = rotate_packet(r->files, &p);
	r->unwritten[p.iface->id]--;
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

static int write_wanted(struct recorder *r)
{
	return write_some(r, UINT64_MAX, UINT64_MAX);
}

/* While the disk is slow they had better wait in memory, where others have room behind them. */
static int write_if_room(struct recorder *r, uint64_t n_packets)
{
	return r->n_wanted && rotate_has_room(r->files) ? write_some(r, n_packets, PIECE) : 0;
}

static int write_portion(struct recorder *r)
{
	int err = 0;

	for (size_t n = 0; !err && n < PORTION && r->n_wanted; n += PIECE)
		err = write_if_room(r, UINT64_MAX);
	return err;
}

/* ---- memory ---- */

static void forget_oldest(struct recorder *r)
{
	struct packet p;

	packet_memory_oldest(r->memory, &p);
	if (r->n_wanted)
		r->n_wanted--;
	else
		r->kept_bytes -= p.caplen;
	r->counts.bytes -= p.caplen;
	r->counts.forgotten++;
	r->has_gap |= r->has_file;
	packet_memory_drop(r->memory);
}

static bool is_older(const struct recorder *r, uint64_t reach_ns, uint64_t now)
{
	struct packet p;

	return reach_ns && packet_memory_oldest(r->memory, &p) && p.ts_ns + reach_ns < now;
}

/*
 * Can no trigger that comes now ask for the oldest? Of those before it are @packets and @bytes, and it
 * is of @ts_ns.
 */
static bool is_out_of_reach(const struct recorder *r, uint64_t packets, uint64_t bytes, uint64_t ts_ns)
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
static void forget_old(struct recorder *r, const struct packet *trigger, uint64_t ts_ns)
{
	const uint64_t itself = trigger ? 1 : 0, its_bytes = trigger ? trigger->caplen : 0;

	while (!r->n_wanted && n_kept(r) > itself &&
	       is_out_of_reach(r, n_kept(r) - itself, r->kept_bytes - its_bytes, ts_ns))
		forget_oldest(r);
}

/* What is in its way goes into the file, or is forgotten. */
static int put(struct recorder *r, const struct packet *p)
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
				forget_oldest(r);
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
static int put_trigger(struct recorder *r, const struct packet *p)
{
	struct packet marked = *p;
	char comment[WHY_MAX + 16];

	snprintf(comment, sizeof(comment), "trigger: %s", r->next_why);
	add_comment(r, &marked.options, comment);
	return put(r, &marked);
}

/* ---- triggers ---- */

static void want_all(struct recorder *r)
{
	r->n_wanted = packet_memory_count(r->memory);
	r->kept_bytes = 0;
}

/* True: it counts. */
static bool note_trigger(struct recorder *r, uint64_t at_ns)
{
	const bool first = !r->counts.triggers;
	const bool too_soon = !first && !r->ends && at_ns < r->triggered_ns + r->set.cooldown_ns;

	if (too_soon || (r->set.max_triggers && r->counts.triggers >= r->set.max_triggers)) {
		r->counts.ignored++;
		return false;
	}
	r->counts.triggers++;
	r->triggered_ns = at_ns;
	return true;
}

static void open_window(struct recorder *r, uint64_t at_ns)
{
	r->open = r->set.after;
	if (r->open.unit == REACH_TIME)
		r->open.n += at_ns;
	r->is_open = r->open.unit != REACH_ALL && r->open.n;
	if (!r->is_open)
		close_window(r);
}

/*
 * What belongs to it is written, and what a trigger of now, the packet @p if it is one, cannot ask for is
 * forgotten: that file ends, unless nothing is.
 */
static int end_window_before(struct recorder *r, const struct packet *p, uint64_t at_ns)
{
	int err = write_wanted(r);

	if (err)
		return err;
	forget_old(r, p, at_ns);
	return r->has_file && r->has_gap ? end_file(r) : 0;
}

/* @p: the packet that is the trigger, the youngest in memory; NULL: something else. */
static int trigger(struct recorder *r, const char *why, const struct packet *p, uint64_t at_ns)
{
	int err;

	if (!note_trigger(r, at_ns))
		return 0;
	err = r->is_open ? 0 : end_window_before(r, p, at_ns);
	if (err)
		return err;
	if (r->has_file && !p)	/* of packets there may be thousands */
		log_announce("%s: trigger: %s: it goes on", rotate_path(r->files), why);
	if (!r->has_file)
		snprintf(r->why, sizeof(r->why), "trigger: %s", why);
	r->has_file = true;
	want_all(r);
	open_window(r, at_ns);
	return r->is_begun ? 0 : begin_file(r);
}

/* All packets from before that have come by now. */
static int trigger_beside(struct recorder *r)
{
	char why[WHY_MAX];

	strcpy(why, r->beside_why);
	*r->beside_why = '\0';
	return trigger(r, why, NULL, r->beside_ns);
}

void recorder_trigger(struct recorder *r, const char *why)
{
	if (*r->beside_why || !r->from) {
		r->counts.ignored++;
		return;
	}
	snprintf(r->beside_why, sizeof(r->beside_why), "%s", why);
	r->beside_ns = clock_now_ns();
}

void recorder_trigger_last(struct recorder *r, const char *why)
{
	*r->beside_why = '\0';
	recorder_trigger(r, why);
	r->ends = true;
}

void recorder_trigger_next(struct recorder *r, const char *why)
{
	snprintf(r->next_why, sizeof(r->next_why), "%s", why);
}

/* A packet has come, and the window is open: does it belong there? */
static void extend_window(struct recorder *r, const struct packet *p)
{
	struct reach *open = &r->open;

	if (open->unit == REACH_TIME && r->newest_ns > open->n && p->ts_ns > open->n)
		return close_window(r);
	want_all(r);
	if (open->unit == REACH_PACKETS)
		open->n--;
	else if (open->unit == REACH_BYTES)
		open->n -= min_of(open->n, (uint64_t)p->caplen);
	if (!open->n)
		close_window(r);
}

/* ---- the sink ---- */

/* No other trigger counts. */
static bool is_last(const struct recorder *r)
{
	return !*r->beside_why && (r->ends || (r->set.max_triggers && r->counts.triggers >= r->set.max_triggers));
}

/* Is the file complete, as no other trigger can continue it? */
static bool is_complete(const struct recorder *r, uint64_t now)
{
	return r->is_begun && !r->is_open && !r->n_wanted &&
	       (r->has_gap || is_last(r) || now >= r->closed_ns + HOLD_NS);
}

/* It is @now, and all packets from before that have come. */
static int settle(struct recorder *r, uint64_t now)
{
	int err = *r->beside_why && now > r->beside_ns ? trigger_beside(r) : 0;

	if (err && err != -EBUSY)
		return err;
	if (r->is_open && r->open.unit == REACH_TIME && now > r->open.n)
		close_window(r);
	if (r->has_file && !r->is_begun) {
		err = begin_file(r);
		if (err)
			return err == -EBUSY ? 0 : err;
	}
	if (!is_complete(r, now))
		return 0;
	err = end_file(r);
	return !err && is_last(r) ? SINK_LAST : err;
}

static int packet(struct sink *k, const struct packet *p)
{
	struct recorder *r = of(k);
	int err;

	if (k->error)
		return k->error;
	if (p->has & PACKET_TIME)
		r->newest_ns = max_of(r->newest_ns, p->ts_ns);
	err = r->set.live && !*r->beside_why ? 0 : settle(r, r->newest_ns);
	if (err) {
		r->counts.forgotten++;
		return err == SINK_LAST ? SINK_END : err;
	}
	forget_old(r, NULL, r->newest_ns);
	err = *r->next_why ? put_trigger(r, p) : put(r, p);
	if (!err && r->is_open)
		extend_window(r, p);
	if (!err && *r->next_why)
		err = trigger(r, r->next_why, p, p->has & PACKET_TIME ? p->ts_ns : r->newest_ns);
	*r->next_why = '\0';
	if (err && err != -EBUSY)
		return err;
	return r->set.live ? write_if_room(r, PORTION_PACKETS) : write_wanted(r);
}

static int start(struct sink *k)
{
	return rotate_start(of(k)->files);
}

static int begin(struct sink *k, struct source *from, uint64_t now, uint64_t wall_ns is_unused)
{
	of(k)->from = from;
	of(k)->run_ns = now;
	return 0;
}

static int flush(struct sink *k)
{
	struct recorder *r = of(k);
	int err = k->error ? k->error : write_portion(r);

	return err || !r->is_begun ? err : rotate_flush(r->files);
}

static int joined(struct sink *k)
{
	return of(k)->is_begun ? rotate_joined(of(k)->files) : 0;
}

static int left(struct sink *k, uint32_t id)
{
	return of(k)->is_begun && !of(k)->n_wanted ? rotate_left(of(k)->files, id) : 0;
}

static size_t pending(const struct sink *k)
{
	const struct recorder *r = of(k);

	return k->error ? 0 : r->n_wanted + (r->is_begun ? rotate_pending(r->files) : 0);
}

static void now(struct sink *k, uint64_t now)
{
	of(k)->run_ns = now;
	rotate_now(of(k)->files, now);
}

static int tick(struct sink *k, uint64_t upto is_unused)
{
	struct recorder *r = of(k);
	uint64_t now;
	int err;

	if (k->error || !r->from)
		return k->error;
	now = now_ns(r);
	forget_old(r, NULL, now);
	err = write_portion(r);
	return err ? err : settle(r, now);
}

static uint64_t due(const struct sink *k)
{
	const struct recorder *r = of(k);
	uint64_t end_ns, now;

	if (!r->set.live || (!r->has_file && !*r->beside_why))
		return UINT64_MAX;
	if (*r->beside_why)
		return r->run_ns;
	if (r->n_wanted || !r->is_begun)
		return r->is_begun && rotate_has_room(r->files) ? r->run_ns : r->run_ns + LOOK_AGAIN_NS;
	if (r->is_open && r->open.unit != REACH_TIME)
		return UINT64_MAX;
	end_ns = r->is_open ? r->open.n : r->closed_ns + HOLD_NS;
	now = now_ns(r);
	return clock_monotonic_ns() + (end_ns > now ? end_ns - now : 0);
}

static void clock_set(struct sink *k, uint64_t now, uint64_t wall_ns)
{
	rotate_clock_set(of(k)->files, now, wall_ns);
}

static int spare(struct sink *k, const struct stat *st)
{
	return rotate_spare(of(k)->files, st);
}

static int reader_fd(const struct sink *k is_unused)
{
	return -1;
}

static void hurry(struct sink *k, int ms)
{
	rotate_hurry(of(k)->files, ms);
}

/* What nobody has asked for by now is forgotten. */
static int finish(struct sink *k)
{
	struct recorder *r = of(k);
	struct sink *files = rotate_sink(r->files);
	int err = k->error || !*r->beside_why ? 0 : trigger_beside(r), ended;

	if (!err && !k->error)
		err = write_wanted(r);
	ended = end_file(r);
	while (packet_memory_count(r->memory))
		forget_oldest(r);
	files->error = files->error ? files->error : k->error;
	if (!err)
		err = ended;
	files->incomplete = rotate_is_cut_short(r->files);
	if (err < 0 && err != -EPIPE && !files->error)
		files->error = err;
	return err;
}

static enum status report(const struct sink *k, uint64_t refused)
{
	const struct sink *files = rotate_sink(of(k)->files);

	return files->ops->report(files, refused);
}

static struct sink *close_sink(struct sink *k)
{
	struct recorder *r = of(k);

	rotate_close(r->files);
	packet_memory_close(r->memory);
	free(r->unwritten);
	free(r->options);
	free(r);
	return NULL;
}

static const struct sink_ops ops = {
	.start = start,
	.begin = begin,
	.packet = packet,
	.flush = flush,
	.joined = joined,
	.left = left,
	.pending = pending,
	.now = now,
	.tick = tick,
	.due = due,
	.clock_set = clock_set,
	.spare = spare,
	.reader_fd = reader_fd,
	.hurry = hurry,
	.finish = finish,
	.report = report,
	.close = close_sink,
};

int recorder_open(struct recorder **recorder, const struct recorder_settings *s, struct rotate *files)
{
	struct recorder *r = calloc(1, sizeof(*r));
	int err = r ? packet_memory_open(&r->memory, max_of(s->memory, (uint64_t)PACKET_MEMORY_MIN)) : -ENOMEM;

	if (err) {
		free(r);
		return err;
	}
	r->sink.ops = &ops;
	r->told.ops = &told_ops;
	r->set = *s;
	r->files = files;
	*recorder = r;
	return 0;
}

struct sink *recorder_sink(struct recorder *r)
{
	return &r->sink;
}
