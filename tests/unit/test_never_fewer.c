// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Recovery never delivers fewer packets than reading without it: over every small fixture and files
 * that are sound and unusual, times every kind of damage at most places, once and several times.
 * What ends before the damage comes in front as it was; and where there is one, each packet of the
 * sound file that is delivered without recovery is delivered with it. Of a sound file just these
 * are.
 */
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/sanitized.h"

#include "tests/unit/image.h"

enum {
	SMALL		= 4096,		/* bytes of a fixture that is looked at */
	SPARE		= 128,		/* that damage may add */
	PLACES		= SANITIZED_ADDRESS ? 25 : 50,	/* of each kind of damage in a file */
	PLACES_THOROUGH	= SANITIZED_ADDRESS ? 25 : 250,	/* if THOROUGH is set */
	PACKETS_MAX	= (SMALL + SPARE) / 16 + 1,
	FILES_MAX	= 400,
};

struct seen {
	uint64_t ts_ns, sum;
	uint64_t end;		/* in the file */
};

static struct reading {
	struct seen packets[PACKETS_MAX];
	unsigned n;
	int err;
	bool packed;
} sound, plain, recovered;

static uint64_t sum_of(const struct packet *p)
{
	uint64_t all = p->len * 31ull + p->caplen;

	for (uint32_t i = 0; i < p->caplen; i++)
		all = (all ^ p->data[i]) * 0x100000001b3;
	return all;
}

static void read_file(struct reading *to, const uint8_t *bytes, size_t n, bool recover)
{
	const struct capfile_hooks hooks = { .recover = recover, .buffer = 4096 };
	FILE *f = n ? fmemopen((void *)(uintptr_t)bytes, n, "r") : fopen("/dev/null", "r");
	struct capfile *r = NULL;
	struct packet p;

	to->n = 0;
	to->err = capfile_open_with(&r, f, &hooks);
	to->packed = capfile_compression(r);
	while (!to->err && (to->err = capfile_next(r, &p)) > 0) {
		if (to->n < PACKETS_MAX)
			to->packets[to->n++] = (struct seen){ p.ts_ns, sum_of(&p),
							      capfile_offset(r) };
		/* what is compressed may have any number */
		to->err = to->n == PACKETS_MAX ? -E2BIG : 0;
	}
	capfile_close(r);
	fclose(f);
}

static bool same(const struct seen *a, const struct seen *b)
{
	return a->ts_ns == b->ts_ns && a->sum == b->sum;
}

static unsigned find_in(const struct reading *r, unsigned from, const struct seen *p)
{
	while (from < r->n && !same(&r->packets[from], p))
		from++;
	return from;
}

struct file {
	char name[80];
	uint8_t bytes[SMALL];
	size_t len;
};

/* @where: the first byte that is not as it was. @once: only there. */
static void check(const struct file *f, const char *what, size_t where, bool once,
		  const uint8_t *bytes, size_t n)
{
	bool is_text = strstr(f->name, "text_mode");	/* which recovery undoes */
	/* sections that only recovery reads */
	bool skips = sound.packed || is_text || strstr(f->name, "_version_");
	unsigned in_plain = 0, in_recovered = 0;

	read_file(&plain, bytes, n, false);
	read_file(&recovered, bytes, n, true);
	if (recovered.n < plain.n)
		fail_msg("%s %s at byte %zu: %u packets, and %u without recovery", f->name, what,
			 where, recovered.n, plain.n);
	for (unsigned i = 0; i < sound.n; i++) {
		unsigned k = find_in(&plain, in_plain, &sound.packets[i]);

		if (!skips && sound.packets[i].end <= where &&
		    (i >= recovered.n || !same(&recovered.packets[i], &sound.packets[i])))
			fail_msg("%s %s at byte %zu: packet %u ends before and is not delivered",
				 f->name, what, where, i);
		if (!once || is_text || k == plain.n)
			continue;
		in_plain = k + 1;
		in_recovered = find_in(&recovered, in_recovered, &sound.packets[i]) + 1;
		if (in_recovered > recovered.n)
			fail_msg("%s %s at byte %zu: packet %u is delivered without recovery only",
				 f->name, what, where, i);
	}
}

/* Damages a copy of @n bytes, which has SPARE bytes more, at @at; the new length. */
static size_t flip(uint8_t *copy, size_t n, size_t at, unsigned how)
{
	copy[at] ^= 1 << how % 8;
	return n;
}

static size_t overwrite(uint8_t *copy, size_t n, size_t at, unsigned how)
{
	static const uint8_t values[] = { 0, 0xff, 0x20, 1 };
	size_t len = (size_t[]){ 1, 4, 16, 60 }[how / 4 % 4];

	memset(copy + at, values[how % 4], min_of(len, n - at));
	return n;
}

static size_t cut_out(uint8_t *copy, size_t n, size_t at, unsigned how)
{
	size_t len = (size_t[]){ 1, 2, 4, 7, 16, 50 }[how % 6];

	len = min_of(len, n - at);
	memmove(copy + at, copy + at + len, n - at - len);
	return n - len;
}

static size_t insert(uint8_t *copy, size_t n, size_t at, unsigned how)
{
	size_t len = (size_t[]){ 1, 2, 4, 13, 16, 100 }[how / 3 % 6];

	memmove(copy + at + len, copy + at, n - at);
	memset(copy + at, (uint8_t[]){ 0, 'x', 0xff }[how % 3], len);
	return n + len;
}

static size_t truncate_at(uint8_t *copy is_unused, size_t n is_unused, size_t at,
			  unsigned how is_unused)
{
	return at;
}

static const struct {
	const char *name;
	size_t (*damage)(uint8_t *copy, size_t n, size_t at, unsigned how);
	unsigned n_hows;
} ways[] = {
	{ "with a bit flipped", flip, 8 }, { "overwritten", overwrite, 16 },
	{ "with bytes cut out", cut_out, 6 },
	{ "with bytes inserted", insert, 18 }, { "truncated", truncate_at, 1 },
};

static void check_sound(const struct file *f)
{
	bool skips = strstr(f->name, "_version_");	/* sections that only recovery reads */

	read_file(&recovered, f->bytes, f->len, true);
	if (sound.err || skips)
		return;
	if (recovered.err || recovered.n != sound.n)
		fail_msg("%s: %u packets with recovery, and %u without", f->name, recovered.n,
			 sound.n);
	for (unsigned i = 0; i < sound.n; i++)
		if (!same(&recovered.packets[i], &sound.packets[i]))
			fail_msg("%s: packet %u is another one with recovery", f->name, i);
}

static void never_fewer(void **state)
{
	const struct file *f = *state;
	static uint8_t copy[SMALL + SPARE];

	read_file(&sound, f->bytes, f->len, false);
	check_sound(f);
	for (size_t w = 0; w < array_size(ways); w++) {
		size_t step = f->len / (getenv("THOROUGH") ? PLACES_THOROUGH : PLACES) + 1;
		unsigned how = 0;

		for (size_t at = 0; at < f->len; at += step) {
			/* all ways at each place of the small files; of the others each in turn */
			for (unsigned k = 0;
			     k < (f->len < 200 && !SANITIZED_ADDRESS ? ways[w].n_hows : 2);
			     k++, how++) {
				size_t n;

				memcpy(copy, f->bytes, f->len);
				n = ways[w].damage(copy, f->len, at, how);
				check(f, ways[w].name, at, true, copy, n);
			}
		}
	}
}

/* Several damages in one file. */
static void never_fewer_with_much_damage(void **state)
{
	const struct file *f = *state;
	static uint8_t copy[SMALL + SPARE];
	uint64_t seed = f->len;

	read_file(&sound, f->bytes, f->len, false);
	for (unsigned round = 0; round < (SANITIZED_ADDRESS ? 30u : 300u); round++) {
		size_t n = f->len, first = f->len;

		memcpy(copy, f->bytes, n);
		for (unsigned i = 0; i < 4 && n > 1; i++) {
			size_t at, w;

			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			at = (seed >> 33) % n;
			w = (seed >> 20) % 4;
			if (w == 3 && n + 100 > SMALL + SPARE)
				continue;
			first = min_of(first, at);
			n = ways[w].damage(copy, n, at, seed >> 10 & 0xff);
		}
		check(f, "with much damage", first, false, copy, n);
	}
}

/* Sound files that are not like most. */
static struct file unusual[9];

static void record(uint32_t sec, uint32_t frac, uint32_t caplen, uint32_t len)
{
	put32(sec);
	put32(frac);
	put32(caplen);
	put32(len);
	for (uint32_t i = 0; i < caplen; i++)
		put(&(uint8_t){ sec * 7 + i * (i % 5) }, 1);
}

/* Captured bytes that are a record themselves, and lead on to the next one: too few for a habit. */
static void record_within(uint32_t sec)
{
	const uint32_t within = 40;

	put32(sec);
	put32(0);
	put32(16 + within);
	put32(1);
	record(sec, 0, within, within);
}

static void make_unusual(void)
{
	static const char *const names[] = {
		"a_packet_a_day",
		"packets_without_bytes",
		"captured_more_than_there_was",
		"fractions_of_more_than_a_second",
		"times_that_go_back",
		"times_of_any_year",
		"lengths_on_the_wire_of_gigabytes",
		"all_kinds_in_turn",
		"records_within_records",
	};

	for (size_t k = 0; k < array_size(names); k++) {
		struct file *f = &unusual[k];

		img.len = 0;
		img.swapped = k & 1;
		put32(0xa1b2c3d4);
		put16(2);
		put16(4);
		put64(0);
		put32(65535);
		put32(1);
		for (unsigned i = 0; i < (k == 8 ? 3 : 30); i++) {
			unsigned kind = k == 7 ? i % 7 : k;
			uint32_t sec = kind == 0   ? i * 90000
				       : kind == 4 ? 100000 - 3 * i
				       : kind == 5 ? i * 0x5bd1e995u >> 2
						   : i;
			uint32_t caplen = kind == 1 ? 0 : 20 + i, len = caplen;

			if (kind == 8) {
				record_within(1700000000 + sec);
				continue;
			}
			record((kind == 5 ? 0 : 1700000000) + sec, kind == 3 ? 4000000 + i : i,
			       caplen,
			       kind == 1   ? 60
			       : kind == 2 ? 1
			       : kind == 6 ? 0xf0000000 + i
					   : len);
		}
		snprintf(f->name, sizeof(f->name), "%s", names[k]);
		if (img.len > SMALL)
			abort();
		memcpy(f->bytes, img.bytes, img.len);
		f->len = img.len;
	}
}

static struct file files[FILES_MAX];
static struct CMUnitTest tests[2 * FILES_MAX];
static char names[2 * FILES_MAX][128];
static size_t n_files, n_tests;

static void add(struct file *f)
{
	for (unsigned much = 0; much < 2; much++) {
		snprintf(names[n_tests], sizeof(names[0]), "%s%s", f->name,
			 much ? "_with_much_damage" : "");
		tests[n_tests] = (struct CMUnitTest){
			names[n_tests],
			much ? never_fewer_with_much_damage : never_fewer,
			NULL,
			NULL,
			f,
		};
		n_tests++;
	}
}

static void add_fixtures(const char *pattern)
{
	glob_t found;

	if (glob(pattern, 0, NULL, &found))
		abort();
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct file *f = &files[n_files];
		FILE *from = fopen(found.gl_pathv[i], "re");

		if (!from)
			abort();
		f->len = fread(f->bytes, 1, sizeof(f->bytes), from);
		snprintf(f->name, sizeof(f->name), "%s", strrchr(found.gl_pathv[i], '/') + 1);
		if (f->len && f->len < SMALL && getc(from) == EOF) {
			n_files++;
			add(f);
		}
		fclose(from);
	}
	globfree(&found);
}

int main(void)
{
	add_fixtures("tests/pcaps/*.pcap*");
	add_fixtures("tests/pcaps/files/*");
	make_unusual();
	for (size_t i = 0; i < array_size(unusual); i++)
		add(&unusual[i]);
	freed(NULL);
	return unit_run("never_fewer", tests, n_tests);
}
