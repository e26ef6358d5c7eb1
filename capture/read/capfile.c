// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The choice between the formats, and what both have in common. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/read/decompress.h"
#include "capture/read/text_damage.h"

/* Tells that the places in a sentence are not those of the file. */
static void say_inside(struct capfile *r, size_t n)
{
	const char *packed = codec_name(decompress_codec(r->unpack));

	if (n >= sizeof(r->error))
		return;
	if (r->packed_at)
		snprintf(r->error + n, sizeof(r->error) - n,
			 " (inside the %s data from byte %llu on)", packed,
			 (unsigned long long)r->packed_at);
	else
		snprintf(r->error + n, sizeof(r->error) - n, " (inside the %s data)", packed);
}

static int fail_poor(struct capfile *r)
{
	unsigned long long at = r->offset;

	if (r->poor == NO_IFACES)
		snprintf(r->error, sizeof(r->error),
			 "not read on from byte %llu: more than %u interfaces, all files together",
			 at, BUDGET_IFACES);
	else
		snprintf(
			r->error, sizeof(r->error),
			"not read on from byte %llu: it would take more than %u MiB of memory, all files "
			"together",
			at, BUDGET_BYTES >> 20);
	return -EBADMSG;
}

int capfile_fail(struct capfile *r, const char *fmt, ...)
{
	va_list args;
	size_t n;

	if (r->poor)
		return fail_poor(r);
	if (r->io_error == EBADMSG && r->unpack) {
		snprintf(r->error, sizeof(r->error), "%s; byte %llu of the capture inside",
			 decompress_error(r->unpack),
			 (unsigned long long)(r->offset + stream_have(r)));
		return -EBADMSG;
	}
	if (r->io_error) {
		snprintf(r->error, sizeof(r->error), "cannot read on at byte %llu: %s",
			 (unsigned long long)(r->offset + stream_have(r)), strerror(r->io_error));
		return -r->io_error;
	}
	va_start(args, fmt);
	n = vsnprintf(r->error, sizeof(r->error), fmt, args);
	va_end(args);
	if (r->unpack)
		say_inside(r, n);
	return -EBADMSG;
}

void capfile_warn(struct capfile *r, enum capfile_warning kind, const char *fmt, ...)
{
	char sentence[256];
	va_list args;

	if (r->warned & 1u << kind || !r->hooks.warn)
		return;
	r->warned |= 1u << kind;
	va_start(args, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, args);
	va_end(args);
	r->hooks.warn(r->hooks.ctx, sentence);
}

bool capfile_may_keep(struct capfile *r, size_t n)
{
	if (!budget_take(&r->budget->kept, n)) {
		capfile_warn(
			r, WARN_KEPT,
			"more than %u MiB of names, comments and statistics: what is too much is left out",
			BUDGET_KEPT >> 20);
		return false;
	}
	r->kept += n;
	return true;
}

bool capfile_take(struct capfile *r, size_t n)
{
	bool enough = budget_take(&r->budget->bytes, n);

	r->taken += enough ? n : 0;
	r->poor = enough ? r->poor : NO_BYTES;
	return enough;
}

void capfile_give(struct capfile *r, size_t n)
{
	r->taken -= n;
	r->budget->bytes += n;
}

/* With what is known of it elsewhere. */
enum { IFACE_BYTES = sizeof(struct capfile_iface) + 16 };

struct capfile_iface *capfile_add_iface(struct capfile *r)
{
	const uint32_t n = r->n_ifaces + 1;
	const unsigned chunk = 31 - __builtin_clz(n);
	struct capfile_iface *ri;

	if (!r->budget->ifaces)
		r->poor = NO_IFACES;
	if (!r->budget->ifaces || !capfile_take(r, IFACE_BYTES))
		return NULL;
	if (!(n & (n - 1)))	/* a power of two: the chunk before is full */
		r->ifaces[chunk] = calloc(n, sizeof(*ri));
	if (!r->ifaces[chunk])
		return NULL;
	r->budget->ifaces--;
	ri = capfile_iface_at(r, r->n_ifaces);
	ri->iface.id = r->n_ifaces++;
	ri->iface.swapped = r->swapped;
	capfile_set_unit(&ri->unit, 6);
	return ri;
}

/* 10^19 is the largest power of ten in 64 bits. */
static uint64_t power_of_ten(unsigned n)
{
	uint64_t v = 1;

	while (n--)
		v *= 10;
	return v;
}

/* Where a tick is a whole number of ns, as nearly always, one multiplication will do. */
static bool whole_ns(const struct time_unit *u, uint64_t ticks, uint64_t *ts_ns)
{
	return u->ns_per_tick && !u->offset_sec &&
	       !__builtin_mul_overflow(ticks, u->ns_per_tick, ts_ns) && *ts_ns <= INT64_MAX;
}

void capfile_set_unit(struct time_unit *u, uint8_t resolution)
{
	unsigned n = resolution & 0x7f;

	u->resolution = resolution;
	u->unknown = n > (resolution & 0x80 ? 63 : 19);
	u->ns_per_tick = resolution <= 9 ? power_of_ten(9 - n) : 0;
}

bool capfile_time(const struct time_unit *u, uint64_t ticks, uint64_t *ts_ns)
{
	const int64_t sec_max = INT64_MAX / 1000000000;
	unsigned n = u->resolution & 0x7f;
	uint64_t sec, frac, ns;
	int64_t total;

	if (whole_ns(u, ticks, ts_ns))
		return true;
	if (u->unknown)
		return false;
	if (u->resolution & 0x80) {
		sec = ticks >> n;
		frac = ticks - (sec << n);
		ns = (unsigned __int128)frac * 1000000000 >> n;
	} else {
		uint64_t unit = power_of_ten(n);

		sec = ticks / unit;
		frac = ticks % unit;
		ns = (unsigned __int128)frac * 1000000000 / unit;
	}
	if (sec > (uint64_t)sec_max || __builtin_add_overflow((int64_t)sec, u->offset_sec, &total))
		return false;
	if (total < 0 || total > sec_max)
		return false;
	*ts_ns = (uint64_t)total * 1000000000 + ns;
	return true;
}

/* A few bytes at the start that tell what the file is instead, and what happened to it. */
static const char *what_else(const uint8_t *p, size_t n)
{
	static const struct { const char *bytes; size_t n; const char *what; } known[] = {
		{ "\x0d\x0a\x0d\x0d\x0d\x0a", 6, "a pcapng file that came through a terminal or in text mode (LF became CR LF): --recover undoes that" },
		{ "\x0a\x0d\x0d\x0d\x0a", 5, "a pcapng file damaged by a transfer in text mode (CRLF became CRCRLF): --recover undoes that" },
		{ "\x0a\x0d\x0a", 3, "a pcapng file damaged by a transfer in text mode (CR LF became LF)" },
		{ "\x0a\x0a", 2, "a pcapng file damaged by a transfer in text mode (CR was removed or became LF)" },
		{ "\x0d\x0d\x0d", 3, "a pcapng file damaged by a transfer in text mode (LF became CR)" },
		{ "\x1f\x8b", 2, "compressed with gzip, a second time" },
		{ "\x28\xb5\x2f\xfd", 4, "compressed with zstd, a second time" },
		{ "\xfd" "7zXZ", 5, "compressed with xz; decompress it first: xz -dc FILE | xdpdump -r -" },
		{ "BZh", 3, "compressed with bzip2; decompress it first: bzip2 -dc FILE | xdpdump -r -" },
		{ "\x04\x22\x4d\x18", 4, "compressed with lz4; decompress it first: lz4 -dc FILE | xdpdump -r -" },
		{ "\x54\x52\x53\x4e", 4, "a NetMon capture" },
		{ "\x47\x4d\x42\x55", 4, "a NetMon capture" },
		{ "snoop\0\0", 7, "a snoop capture" },
	};

	for (size_t i = 0; i < array_size(known); i++)
		if (n >= known[i].n && !memcmp(p, known[i].bytes, known[i].n))
			return known[i].what;
	return NULL;
}

static int begin_unpacking(struct capfile *r)
{
	enum codec_kind kind;

	if (r->unpack)
		return 0;
	stream_need(r, DECOMPRESS_MAGIC);
	kind = decompress_kind(stream_bytes(r), stream_have(r));
	if (kind == CODEC_NONE)
		return 0;
	if (r->hooks.recover)
		text_damage_try_packed(r);
	return stream_decompress(r, kind);
}

static int refuse(struct capfile *r)
{
	const uint8_t *p;
	const char *what;

	stream_need(r, 8);
	p = stream_bytes(r);
	what = what_else(p, stream_have(r));
	if (what)
		return capfile_fail(r, "neither pcap nor pcapng: %s", what);
	if (text_damage_in_front(r))
		return -EBADMSG;
	p = stream_bytes(r);
	return capfile_fail(r,
			    "neither pcap nor pcapng: it starts with the bytes %02x %02x %02x %02x",
			    p[0], p[1], p[2], p[3]);
}

static void undo_text(struct capfile *r)
{
	enum text_kind kind;

	stream_need(r, 6);
	kind = text_damage_kind(stream_bytes(r), stream_have(r));
	if (kind)
		text_damage_undo(r, kind);
}

int capfile_begin(struct capfile *r)
{
	uint32_t magic;
	int err = begin_unpacking(r);

	if (err)
		return err;
	if (r->hooks.recover)
		undo_text(r);
	if (!stream_need(r, 4)) {
		r->unbegun = !r->io_error ||
			     (r->io_error == EBADMSG && decompress_is_cut(r->unpack));
		if (!r->io_error && stream_have(r) == 0)
			return capfile_fail(r, "the file is empty");
		return capfile_fail(r, "cut short at byte %llu: too short for pcap or pcapng",
				   (unsigned long long)r->offset + stream_have(r));
	}
	memcpy(&magic, stream_bytes(r), 4);
	if (magic == PCAPNG_SHB)
		return pcapng_begin(r);
	err = pcap_begin(r);
	return err == -ENOMSG ? refuse(r) : err;
}

int capfile_open_with(struct capfile **reader, FILE *f, const struct capfile_hooks *hooks)
{
	struct capfile *r = calloc(1, sizeof(*r));
	int err;

	*reader = r;
	if (!r)
		return -ENOMEM;
	r->file = f;
	r->hooks = *hooks;
	r->own_budget = (struct budget)BUDGET_INIT;
	r->budget = hooks->budget ? hooks->budget : &r->own_budget;
	r->cap = r->base = hooks->buffer ? hooks->buffer : CAPFILE_BUFFER;
	if (!capfile_take(r, r->cap))
		return capfile_fail(r, "no memory left");
	r->buf = malloc(r->cap);
	if (!r->buf)
		return -ENOMEM;
	err = capfile_begin(r);
	if (err == -EBADMSG && hooks->recover)
		return recover_begin(r);
	if (err == -EBADMSG)
		text_damage_explain(r);
	return err;
}

int capfile_open(struct capfile **reader, FILE *f, capfile_warn_fn warn, void *ctx)
{
	return capfile_open_with(reader, f, &(struct capfile_hooks){ .warn = warn, .ctx = ctx });
}

bool capfile_is_unbegun(const struct capfile *r)
{
	return r && r->unbegun;
}

/* All but what each packet has, and its headers, which link_decode() clears. */
static inline void clear(struct packet *p)
{
	p->ts_ns = p->dropped = p->id = 0;
	p->flags = p->queue = p->has = 0;
	p->options = (struct raw_options){ 0 };
}

int capfile_next(struct capfile *r, struct packet *p)
{
	int got;

	clear(p);
	if (r->hooks.recover)
		return recover_next(r, p);
	got = another_next(r, p);
	if (got == -EBADMSG)
		text_damage_explain(r);
	return got;
}

struct recovery capfile_recovery(const struct capfile *r)
{
	return r->recovery;
}

const char *capfile_error(const struct capfile *r)
{
	return r ? r->error : "out of memory";
}

const char *capfile_format(const struct capfile *r)
{
	return r->format;
}

const char *capfile_compression(const struct capfile *r)
{
	return r->compression;
}

const struct iface *capfile_iface(const struct capfile *r, uint32_t id)
{
	return id < r->n_ifaces ? &capfile_iface_at(r, id)->iface : NULL;
}

const uint32_t *capfile_n_ifaces(const struct capfile *r)
{
	return &r->n_ifaces;
}

void capfile_number_iface(struct capfile *r, uint32_t n, uint32_t id)
{
	capfile_iface_at(r, n)->iface.id = id;
}

uint8_t capfile_resolution(const struct capfile *r, uint32_t id)
{
	return capfile_iface_at(r, id)->unit.resolution;
}

const struct iface_stats *capfile_stats(const struct capfile *r, uint32_t id)
{
	return id < r->n_ifaces ? capfile_iface_at(r, id)->stats : NULL;
}

const char *capfile_section(const struct capfile *r, int option)
{
	return r->section[option - SHB_HARDWARE];
}

struct raw_options capfile_section_options(const struct capfile *r)
{
	return r->section_options;
}

static void free_iface(struct capfile_iface *ri)
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

void capfile_finish(struct capfile *r)
{
	size_t n_ifaces = r->n_ifaces;

	r->unpack = decompress_close(r->unpack);
	free(r->back.bytes);
	r->back = (struct given_back){ .bytes = NULL };
	free(r->buf);
	r->buf = NULL;
	r->begin = r->end = r->cap = 0;
	capfile_give(r, r->taken - n_ifaces * IFACE_BYTES);
}

struct capfile *capfile_close(struct capfile *r)
{
	if (!r)
		return NULL;
	capfile_finish(r);
	for (uint32_t i = 0; i < r->n_ifaces; i++)
		free_iface(capfile_iface_at(r, i));
	for (unsigned i = 0; i < CAPFILE_CHUNKS; i++)
		free(r->ifaces[i]);
	for (size_t i = 0; i < array_size(r->section); i++)
		free(r->section[i]);
	free(r->section_options.bytes);
	r->budget->bytes += r->taken;
	r->budget->kept += r->kept;
	r->budget->ifaces += r->n_ifaces;
	free(r);
	return NULL;
}
