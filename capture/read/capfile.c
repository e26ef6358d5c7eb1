// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The roof over what reads a file: the choice between the formats, and one capture after the other.
 * Below it, from the ground up:
 *
 * bytes		budget pushback text_mode magic decompress ahead stream
 * of both formats	time_unit ifaces another recovery order
 * the formats		pcap; pcapng_state options describe collect pcapng
 * at any place		pcap_row pcapng_sound header
 * behind damage	text_damage find_pcap trust_pcap recover_pcap recover_pcapng recover
 * in the middle	part
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/read/another.h"
#include "capture/read/capfile.h"
#include "capture/read/decompress.h"
#include "capture/read/part.h"
#include "capture/read/pcapng.h"
#include "capture/read/recover.h"

struct capfile {
	struct stream s;
	struct ifaces ifaces;
	struct pcap pcap;
	struct pcapng pcapng;
	bool is_pcapng;			/* or pcap: what is read at the moment */
	bool recovers, concatenated;
	bool unbegun;			/* see capfile_is_unbegun() */
	const char *format;		/* the first one */
	struct recover recover;
	struct recovery recovery;
	struct budget own_budget;
};

/* A few bytes at the start that tell what the file is instead, and what happened to it. */
static const char *what_else(const uint8_t *p, size_t n)
{
	static const struct { const char *bytes; size_t n; const char *what; } known[] = {
		{ "\x0d\x0a\x0d\x0d\x0d\x0a", 6,
		  "a pcapng file that came through a terminal or in text mode (LF became CR LF): "
		  "--recover undoes that" },
		{ "\x0a\x0d\x0d\x0d\x0a", 5,
		  "a pcapng file damaged by a transfer in text mode (CRLF became CRCRLF): --recover undoes that" },
		{ "\x0a\x0d\x0a", 3,
		  "a pcapng file damaged by a transfer in text mode (CR LF became LF)" },
		{ "\x0a\x0a", 2,
		  "a pcapng file damaged by a transfer in text mode (CR was removed or became LF)" },
		{ "\x0d\x0d\x0d", 3,
		  "a pcapng file damaged by a transfer in text mode (LF became CR)" },
		{ "\x1f\x8b", 2, "compressed with gzip, a second time" },
		{ "\x28\xb5\x2f\xfd", 4, "compressed with zstd, a second time" },
		{ "\xfd" "7zXZ", 5,
		  "compressed with xz; decompress it first: xz -dc FILE | xdpdump -r -" },
		{ "BZh", 3,
		  "compressed with bzip2; decompress it first: bzip2 -dc FILE | xdpdump -r -" },
		{ "\x04\x22\x4d\x18", 4,
		  "compressed with lz4; decompress it first: lz4 -dc FILE | xdpdump -r -" },
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
	struct stream *s = &r->s;
	enum codec_kind kind;

	if (s->packed.unpack)
		return 0;
	stream_need(s, MAGIC_CODEC_LEN);
	kind = magic_codec(stream_bytes(s), stream_have(s));
	if (kind == CODEC_NONE)
		return 0;
	if (r->recovers)
		text_damage_try_packed(&r->recover.pcap.trust.text);
	return stream_decompress(s, kind);
}

static int refuse(struct capfile *r)
{
	struct stream *s = &r->s;
	const uint8_t *p;
	const char *what;

	stream_need(s, 8);
	what = what_else(stream_bytes(s), stream_have(s));
	if (what)
		return stream_fail(s, "neither pcap nor pcapng: %s", what);
	if (text_damage_in_front(s, r->recovers))
		return -EBADMSG;
	p = stream_bytes(s);
	return stream_fail(s,
			   "neither pcap nor pcapng: it starts with the bytes %02x %02x %02x %02x",
			   p[0], p[1], p[2], p[3]);
}

static void undo_text(struct capfile *r)
{
	enum text_kind kind;

	stream_need(&r->s, 6);
	kind = magic_text(stream_bytes(&r->s), stream_have(&r->s));
	if (kind)
		text_damage_undo(&r->recover.pcap.trust.text, kind);
}

static void begun(struct capfile *r, bool is_pcapng)
{
	r->is_pcapng = is_pcapng;
	if (!r->format)
		r->format = is_pcapng ? "pcapng" : pcap_name(&r->pcap.dialect);
}

static int begin_format(struct capfile *r)
{
	uint32_t magic;
	int err;

	memcpy(&magic, stream_bytes(&r->s), 4);
	if (magic == PCAPNG_SHB) {
		begun(r, true);
		return pcapng_begin(&r->pcapng);
	}
	if (!pcap_is_magic(stream_bytes(&r->s)))
		return refuse(r);
	err = r->recovers ? recover_pcap_begin(&r->recover.pcap) : pcap_begin(&r->pcap);
	if (!err)
		begun(r, false);
	return err;
}

/* The capture that stands at stream_bytes(). As capfile_open(). */
static int begin(struct capfile *r)
{
	struct stream *s = &r->s;
	int err = begin_unpacking(r);

	if (err)
		return err;
	if (r->recovers)
		undo_text(r);
	if (stream_need(s, 4))
		return begin_format(r);
	r->unbegun = !s->io_error ||
		     (s->io_error == EBADMSG && decompress_is_cut(s->packed.unpack));
	if (!s->io_error && stream_have(s) == 0)
		return stream_fail(s, "the file is empty");
	return stream_fail(s, "cut short at byte %llu: too short for pcap or pcapng",
			   (unsigned long long)s->offset + stream_have(s));
}

/* A file whose beginning is damaged. 0, or -EBADMSG with the reason that is told already. */
static int begin_damaged(struct capfile *r)
{
	char reason[sizeof(r->s.error)];
	int found, err;

	memcpy(reason, r->s.error, sizeof(reason));
	found = recover_begin(&r->recover);
	err = found == RECOVER_HEADER ? begin(r) : min_of(found, 0);
	if (r->s.io_error)
		return stream_fail(&r->s, "cannot read on");
	if (found == RECOVER_RECORDS || found == RECOVER_BLOCKS)
		begun(r, found == RECOVER_BLOCKS);
	if (found != RECOVER_NOTHING)
		return err;
	memcpy(r->s.error, reason, sizeof(reason));
	return -EBADMSG;
}

/* Tells where it begins, and how to get at it. */
static int refuse_another(struct capfile *r)
{
	struct stream *s = &r->s;
	unsigned long long at = s->offset;
	const char *what;

	stream_need(s, MAGIC_LEN);
	what = magic_name(magic_of(stream_bytes(s), stream_have(s)));
	if (s->packed.unpack)
		return stream_fail(
			s,
			"another capture (%s) begins at byte %llu: --concatenated or --recover reads it as "
			"well; by itself: %s -dc FILE | tail -c +%llu | xdpdump -r -",
			what, at, capfile_compression(r), at + 1);
	return stream_fail(
		s,
		"another capture (%s) begins at byte %llu: --concatenated or --recover reads it as well; "
		"by itself: tail -c +%llu FILE | xdpdump -r -",
		what, at, at + 1);
}

static inline int next_of_capture(struct capfile *r, struct packet *p)
{
	if (r->is_pcapng)
		return pcapng_next(&r->pcapng, p);
	return r->recovers ? recover_pcap_next(&r->recover.pcap, p) : pcap_next(&r->pcap, p);
}

/* Goes on with the next capture where one begins, or without it. @got: what is no packet. */
static int next_capture(struct capfile *r, struct packet *p, int got)
{
	while (got != NEXT_PACKET) {
		bool behind = got == NEXT_END && stream_is_behind(&r->s);
		int err;

		if (!behind && got != NEXT_ANOTHER)
			return got;
		err = behind ? stream_leave(&r->s) : 0;
		if (!err)
			err = r->concatenated || r->recovers ? begin(r) : refuse_another(r);
		if (err)
			return err;
		got = next_of_capture(r, p);
	}
	return got;
}

static void explain(struct capfile *r)
{
	text_damage_explain(&r->s, r->pcap.iface && !r->is_pcapng ? &r->pcap.dialect : NULL);
}

/* The layers, each on what it needs of those below. */
static void connect(struct capfile *r, const struct capfile_hooks *hooks)
{
	r->pcap = (struct pcap){ .s = &r->s, .ifaces = &r->ifaces };
	r->pcapng = (struct pcapng){
		.s = &r->s, .ifaces = &r->ifaces, .blocks = hooks->blocks, .local = hooks->local
	};
	if (hooks->recover)
		recover_init(&r->recover, &r->pcap, &r->pcapng, &r->recovery);
	r->recovers = hooks->recover;
	r->concatenated = hooks->concatenated;
	r->own_budget = (struct budget)BUDGET_INIT;
}

int capfile_open_with(struct capfile **reader, FILE *f, const struct capfile_hooks *hooks)
{
	const struct stream_hooks below = {
		.warn = hooks->warn,
		.wait = hooks->wait,
		.look = hooks->look,
		.read = hooks->read,
		.ahead = hooks->ahead,
		.ctx = hooks->ctx,
		.grows = hooks->grows,
	};
	struct capfile *r = calloc(1, sizeof(*r));
	int err;

	*reader = r;
	if (!r)
		return -ENOMEM;
	connect(r, hooks);
	err = stream_open(&r->s, f, &below, hooks->budget ? hooks->budget : &r->own_budget,
			  hooks->buffer ? hooks->buffer : CAPFILE_BUFFER);
	if (err)
		return err;
	err = begin(r);
	if (err == -EBADMSG && hooks->recover)
		return begin_damaged(r);
	if (err == -EBADMSG)
		explain(r);
	return err;
}

int capfile_open(struct capfile **reader, FILE *f, capfile_warn_fn warn, void *ctx)
{
	return capfile_open_with(reader, f, &(struct capfile_hooks){ .warn = warn, .ctx = ctx });
}

bool capfile_is_unbegun(const struct capfile *r)
{
	return r && (r->unbegun || r->pcap.unbegun || r->pcapng.unbegun);
}

static int next_behind_damage(struct capfile *r, struct packet *p)
{
	int got;

	for (;;) {
		got = next_capture(r, p, next_of_capture(r, p));
		if (!recover_read_on(&r->recover, r->is_pcapng, &got))
			return got;
		memset(p, 0, sizeof(*p));
	}
}

int capfile_next(struct capfile *r, struct packet *p)
{
	int got;

	packet_clear(p);
	if (r->recovers)
		return next_behind_damage(r, p);
	got = next_of_capture(r, p);
	if (got == NEXT_PACKET)
		return got;
	got = next_capture(r, p, got);
	if (got == -EBADMSG)
		explain(r);
	return got;
}

void capfile_go_on(struct capfile *r)
{
	r->s.ended = false;
}

uint64_t capfile_offset(const struct capfile *r)
{
	return r->s.offset;
}

bool capfile_has_parts(const struct capfile *r)
{
	const struct stream *s = &r->s;

	return !r->recovers && !r->concatenated && !s->packed.unpack && !s->before &&
	       !s->raw.undo.kind && !s->text.undo.kind && !s->hooks.read && !s->hooks.wait;
}

void capfile_begin_part(const struct capfile *r, struct part *part)
{
	part->fd = fileno(r->s.file);
	part->is_pcapng = r->is_pcapng;
	part->ifaces = r->ifaces;
	part->pcap = r->pcap;
	part->pcapng = r->pcapng;
	part->pcapng.blocks = NULL;
	part->pcapng.processes = NULL;
}

bool capfile_is_at_part(const struct capfile *r, const struct part *part)
{
	return r->s.offset == part->begin && capfile_has_parts(r) &&
	       r->is_pcapng == part->is_pcapng && r->ifaces.n == part->ifaces.n &&
	       r->pcapng.n_sections == part->pcapng.n_sections;
}

void capfile_take_part(struct capfile *r, const struct part *part)
{
	stream_jump(&r->s, part->end);
}

bool capfile_is_drained(const struct capfile *r)
{
	return r->s.begin == r->s.end;
}

struct recovery capfile_recovery(const struct capfile *r)
{
	return r->recovery;
}

struct capfile_work capfile_work(const struct capfile *r)
{
	return (struct capfile_work){ .looks = r->s.looks.taken, .unpacked = r->s.packed.n_tried };
}

const char *capfile_error(const struct capfile *r)
{
	return r ? r->s.error : "out of memory";
}

const char *capfile_format(const struct capfile *r)
{
	return r->format;
}

const char *capfile_compression(const struct capfile *r)
{
	return r->s.packed.first;
}

const struct iface *capfile_iface(const struct capfile *r, uint32_t id)
{
	return id < r->ifaces.n ? &ifaces_at(&r->ifaces, id)->iface : NULL;
}

const uint32_t *capfile_n_ifaces(const struct capfile *r)
{
	return &r->ifaces.n;
}

void capfile_number_iface(struct capfile *r, uint32_t n, uint32_t id, const char *file)
{
	ifaces_at(&r->ifaces, n)->iface.id = id;
	ifaces_at(&r->ifaces, n)->iface.file = file;
}

uint8_t capfile_resolution(const struct capfile *r, uint32_t id)
{
	return ifaces_at(&r->ifaces, id)->unit.resolution;
}

const struct iface_stats *capfile_stats(const struct capfile *r, uint32_t id)
{
	return id < r->ifaces.n ? ifaces_at(&r->ifaces, id)->stats : NULL;
}

const char *capfile_section(const struct capfile *r, int option)
{
	return r->pcapng.section[option - SHB_HARDWARE];
}

struct raw_options capfile_section_options(const struct capfile *r)
{
	return r->pcapng.section_options;
}

void capfile_finish(struct capfile *r)
{
	stream_finish(&r->s, r->ifaces.n * IFACES_BYTES);
}

struct capfile *capfile_close(struct capfile *r)
{
	if (!r)
		return NULL;
	capfile_finish(r);
	ifaces_free(&r->ifaces);
	pcapng_release(&r->pcapng);
	budget_return(&r->s.share);
	free(r);
	return NULL;
}
