// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Every small fixture, cut at every byte, with every byte, bit and word changed: each fourth of
 * them, unless THOROUGH is set. Packets that end before the damage are delivered as they were, an
 * error is a sentence with a place, no length in a file is believed when memory is asked for, and
 * nothing is read for ever.
 */
#include <errno.h>
#include <glob.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "capture/base/sanitized.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/read/capfile.h"

#include "tests/unit/unit.h"

enum {
	SMALL		= 4096,		/* bytes of a fixture that is looked at */
	SMALL_WORDS	= 1024,		/* and of one whose words are changed */
	/* and each bit: a sanitizer takes its time */
	SMALL_BITS	= SANITIZED_ADDRESS ? 256 : SMALL,
	/* else each fourth byte or word, unless all are asked for */
	SPARSE		= 4,
	RECORD_MIN	= 16,		/* bytes that a packet takes in a file, at least */
	MEMORY_MAX	= 64 << 20,	/* beside what the test itself has */
	N_FIXTURES_MAX	= 400,
};

/*
 * Address space is no measure of what a program under AddressSanitizer uses, so there each
 * allocation is limited.
 */
#if SANITIZED_ADDRESS
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "max_allocation_size_mb=64:allocator_may_return_null=1:quarantine_size_mb=16";
}
#endif

struct fixture {
	uint8_t bytes[SMALL + 1];
	size_t len;
};

static struct fixture fixtures[N_FIXTURES_MAX];

/* What came of reading: where each packet ends, and a sum of all up to it. */
struct result {
	struct place { uint64_t end, sum; } places[SMALL / RECORD_MIN + 1];
	size_t n;
	int err;
	bool packed;		/* where a packet ends is not known then */
	char error[256];
};

static struct result whole, damaged;
static uint8_t copy[SMALL];

static uint64_t mix(uint64_t sum, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	while (n--)
		sum = (sum ^ *p++) * 0x100000001b3;
	return sum;
}

static uint64_t sum_packet(uint64_t sum, const struct packet *p)
{
	const uint64_t fields[] = { p->has,	p->caplen,    p->len,
				    p->dropped, p->iface->id, p->iface->linktype,
				    p->ts_ns,	p->flags,     p->queue,
				    p->id };

	return mix(mix(sum, fields, sizeof(fields)), p->data, p->caplen);
}

/* fmemopen refuses a length of 0 */
static FILE *file_of(const uint8_t *bytes, size_t n)
{
	FILE *f = n ? fmemopen((void *)(uintptr_t)bytes, n, "r") : fopen("/dev/null", "r");

	assert_non_null(f);
	return f;
}

static void read_bytes(struct result *res, const uint8_t *bytes, size_t n)
{
	const struct capfile_hooks hooks = { .buffer = SANITIZED_ADDRESS ? SMALL : 0 };
	FILE *f = file_of(bytes, n);
	struct capfile *r = NULL;
	struct packet p;
	uint64_t sum = 0;

	res->n = 0;
	res->err = capfile_open_with(&r, f, &hooks);
	res->packed = capfile_compression(r);
	/* it may hold any number */
	while (!res->err && !(res->packed && res->n == SMALL / RECORD_MIN) &&
	       (res->err = capfile_next(r, &p)) > 0) {
		if (res->n >= n / RECORD_MIN && !res->packed)
			fail_msg("more than %zu packets in %zu bytes", res->n, n);
		sum = sum_packet(sum, &p);
		res->places[res->n++] =
			(struct place){ res->packed ? UINT64_MAX : capfile_offset(r), sum };
		res->err = 0;
	}
	snprintf(res->error, sizeof(res->error), "%s", res->err ? capfile_error(r) : "");
	capfile_close(r);
	fclose(f);
}

/* Packets of the whole file that end within its first @n bytes. */
static size_t packets_before(size_t n)
{
	size_t i = 0;

	while (i < whole.n && whole.places[i].end <= n)
		i++;
	return i;
}

static bool has_place(const char *error)
{
	return strstr(error, "byte") || strstr(error, "file is empty") ||
	       strstr(error, "no section has version") ||
	       strstr(error, "neither pcap nor pcapng: ");
}

/* @where: the first byte that is not as it was. */
static void check_damaged(const char *what, size_t where, uint32_t value)
{
	size_t n = packets_before(where);

	if (damaged.n < n || (n && damaged.places[n - 1].sum != whole.places[n - 1].sum))
		fail_msg("%s %zu (%08x): %zu packets, and %zu end before: %s", what, where, value,
			 damaged.n, n, damaged.error);
	if (damaged.err && damaged.err != -EBADMSG)
		fail_msg("%s %zu (%08x): error %d", what, where, value, damaged.err);
	if (damaged.err && !has_place(damaged.error))
		fail_msg("%s %zu (%08x): '%s' names no place", what, where, value, damaged.error);
}

static size_t step = SPARSE;		/* 1: THOROUGH is set */

/* Which of the first bytes is changed goes round with the fixtures, as they are much alike. */
static size_t first_of(const struct fixture *f)
{
	return (f - fixtures) % step;
}

static void cut_anywhere(void **state)
{
	const struct fixture *f = *state;

	read_bytes(&whole, f->bytes, f->len);
	for (size_t n = 0; n < f->len; n++) {
		/* so that a sanitizer sees each step too far */
		uint8_t *prefix = malloc(n + 1);

		memcpy(prefix, f->bytes, n);
		read_bytes(&damaged, prefix, n);
		free(prefix);
		check_damaged("cut at byte", n, 0);
		if (damaged.n != packets_before(n) && !damaged.packed &&
		    !strstr(whole.error, "nothing but zeros"))
			fail_msg("cut at byte %zu: %zu packets, where %zu end before", n, damaged.n,
				 packets_before(n));
	}
}

static void any_byte_changed(void **state)
{
	const struct fixture *f = *state;

	read_bytes(&whole, f->bytes, f->len);
	memcpy(copy, f->bytes, f->len);
	for (size_t i = first_of(f); i < f->len; i += step) {
		const uint8_t was = f->bytes[i];
		const uint8_t values[] = { 0,	     0xff,     was ^ 0xff, was ^ 1,
					   was ^ 2,  was ^ 4,  was ^ 8,	   was ^ 16,
					   was ^ 32, was ^ 64, was ^ 128 };

		for (size_t k = 0; k < (f->len <= SMALL_BITS ? sizeof(values) : 3); k++) {
			if (values[k] == was)
				continue;
			copy[i] = values[k];
			read_bytes(&damaged, copy, f->len);
			check_damaged("changed at byte", i, values[k]);
		}
		copy[i] = was;
	}
}

/* Lengths, numbers of interfaces, times: what they are worst at, in both byte orders. */
static void any_word_changed(void **state)
{
	static const uint32_t values[] = { 11,	       12,	   13,	      0x7fffffff,
					   0x80000000, 0xfffffffc, 0xfffffffd };
	const struct fixture *f = *state;

	read_bytes(&whole, f->bytes, f->len);
	memcpy(copy, f->bytes, f->len);
	for (size_t i = 4 * first_of(f); i + 4 <= f->len; i += 4 * step) {
		for (size_t k = 0; k < 2 * sizeof(values) / sizeof(values[0]); k++) {
			uint32_t v = k & 1 ? __builtin_bswap32(values[k / 2]) : values[k / 2];

			memcpy(copy + i, &v, 4);
			read_bytes(&damaged, copy, f->len);
			check_damaged("changed at word", i, v);
		}
		memcpy(copy + i, f->bytes + i, 4);
	}
}

static void put32(uint8_t **to, uint32_t v)
{
	memcpy(*to, &v, 4);
	*to += 4;
}

static double cpu_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static unsigned count_packets(const uint8_t *bytes, size_t n)
{
	FILE *f = file_of(bytes, n);
	struct capfile *r = NULL;
	struct packet p;
	unsigned count = 0;

	assert_int_equal(capfile_open(&r, f, NULL, NULL), 0);
	while (capfile_next(r, &p) > 0)
		count++;
	capfile_close(r);
	fclose(f);
	return count;
}

/*
 * Whether zeros are records or a torn end depends on what follows far behind. That is not looked up
 * for each of them.
 */
static void records_of_zeros_take_no_longer_than_others(void **state)
{
	enum { LEN = 8 << 20, EVERY = 200 << 10 };
	uint8_t *file = calloc(1, LEN), *to = file;
	double since;
	unsigned n;

	(void)state;
	assert_non_null(file);
	put32(&to, 0xa1b2c3d4);
	put32(&to, 2 | 4 << 16);
	to += 8;
	put32(&to, 65535);
	put32(&to, 1);
	for (size_t at = 24 + EVERY / 16 * 16; at < LEN; at += EVERY / 16 * 16)
		file[at] = 1;
	file[24 + (LEN - 24) / 16 * 16 - 16] = 1;
	since = cpu_seconds();
	n = count_packets(file, 24 + (LEN - 24) / 16 * 16);
	free(file);
	assert_int_equal(n, (LEN - 24) / 16);
	if (cpu_seconds() - since > 5)
		fail_msg("%.1f s for 8 MiB", cpu_seconds() - since);
}

/* A section, then over and over what is in @unit: @left bytes of it. */
struct endless {
	uint8_t unit[140000];
	size_t len, at, left;
};

static ssize_t read_endless(void *cookie, char *buf, size_t n)
{
	struct endless *e = cookie;

	n = n < e->len - e->at ? n : e->len - e->at;
	n = n < e->left ? n : e->left;
	memcpy(buf, e->unit + e->at, n);
	e->at = (e->at + n) % e->len;
	e->left -= n;
	return n;
}

static void put_comment(uint8_t **to, size_t n)
{
	put32(to, OPT_COMMENT | n << 16);
	memset(*to, 'x', n);
	*to += n;
}

static unsigned n_warnings;

static void count_warning(void *ctx, const char *sentence)
{
	(void)ctx;
	if (!strstr(sentence, "more than 32 MiB of names"))
		fail_msg("warned of something else: %s", sentence);
	n_warnings++;
}

/*
 * Sections, each with an interface that has a long comment and statistics that have one: 90 MB of
 * them.
 */
static void comments_of_many_interfaces_do_not_fill_the_memory(void **state)
{
	enum { COMMENT = 65532, N = 700 };
	static char buffer[1 << 16];
	static struct endless e;
	struct capfile *r = NULL;
	uint8_t *to = e.unit;
	struct packet p;
	FILE *f;

	(void)state;
	put32(&to, PCAPNG_SHB);
	put32(&to, 28);
	put32(&to, PCAPNG_MAGIC);
	put32(&to, 1);
	put32(&to, UINT32_MAX);
	put32(&to, UINT32_MAX);
	put32(&to, 28);
	for (unsigned block = 0; block < 2; block++) {
		uint32_t len = (block ? 20 : 16) + 4 + COMMENT + 4;

		put32(&to, block ? PCAPNG_ISB : PCAPNG_IDB);
		put32(&to, len);
		for (unsigned i = 0; i < (block ? 3 : 2); i++)
			put32(&to, 0);
		put_comment(&to, COMMENT);
		put32(&to, len);
	}
	e.len = to - e.unit;
	e.left = N * e.len;
	f = fopencookie(&e, "r", (cookie_io_functions_t){ .read = read_endless });
	assert_non_null(f);
	/* without a buffer the C library asks for each byte */
	setvbuf(f, buffer, _IOFBF, sizeof(buffer));
	assert_int_equal(capfile_open(&r, f, count_warning, NULL), 0);
	assert_int_equal(capfile_next(r, &p), 0);
	assert_int_equal(n_warnings, 1);
	assert_non_null(capfile_iface(r, N - 1));
	assert_non_null(capfile_iface(r, 0)->comment);
	assert_null(capfile_iface(r, N - 1)->comment);
	capfile_close(r);
	fclose(f);
}

/* ---- the fixtures ---- */

static struct CMUnitTest tests[3 * N_FIXTURES_MAX];
static char names[3 * N_FIXTURES_MAX][128];
static size_t n_fixtures, n_tests;

static void load(struct fixture *x, const char *path)
{
	FILE *f = fopen(path, "re");

	if (!f)
		abort();
	x->len = fread(x->bytes, 1, sizeof(x->bytes), f);
	fclose(f);
}

static void add_test(const struct fixture *f, const char *path, const char *what,
		     CMUnitTestFunction fn)
{
	snprintf(names[n_tests], sizeof(names[0]), "%.80s_%s", strrchr(path, '/') + 1, what);
	tests[n_tests] = (struct CMUnitTest){ names[n_tests], fn, NULL, NULL,
					      (void *)(uintptr_t)f };
	n_tests++;
}

static void add_fixtures(const char *pattern)
{
	glob_t found;

	if (glob(pattern, 0, NULL, &found))
		abort();
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct fixture *f = &fixtures[n_fixtures];

		load(f, found.gl_pathv[i]);
		if (f->len > SMALL || !f->len)
			continue;
		n_fixtures++;
		add_test(f, found.gl_pathv[i], "cut_anywhere", cut_anywhere);
		add_test(f, found.gl_pathv[i], "with_any_byte_changed", any_byte_changed);
		if (f->len <= SMALL_WORDS)
			add_test(f, found.gl_pathv[i], "with_any_word_changed", any_word_changed);
	}
	globfree(&found);
}

static void limit_memory(void)
{
#if !SANITIZED_ADDRESS
	FILE *f = fopen("/proc/self/statm", "re");
	struct rlimit limit;
	size_t pages;

	if (!f || fscanf(f, "%zu", &pages) != 1)
		abort();
	fclose(f);
	limit.rlim_cur = limit.rlim_max = pages * sysconf(_SC_PAGESIZE) + MEMORY_MAX;
	setrlimit(RLIMIT_AS, &limit);
	/* the buffer of a reader, opened so often, is not to come from the kernel */
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	mallopt(M_TRIM_THRESHOLD, 4 << 20);
#endif
}

int main(void)
{
	step = getenv("THOROUGH") ? 1 : SPARSE;
	add_fixtures("tests/pcaps/*.pcap*");
	add_fixtures("tests/pcaps/files/*.pcap*");
	add_fixtures("tests/pcaps/files/*.gz");
	add_fixtures("tests/pcaps/files/*.zst");
	tests[n_tests++] = (struct CMUnitTest)cmocka_unit_test(
		records_of_zeros_take_no_longer_than_others);
	tests[n_tests++] = (struct CMUnitTest)cmocka_unit_test(
		comments_of_many_interfaces_do_not_fill_the_memory);
	limit_memory();
	return unit_run("damage", tests, n_tests);
}
