// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What several threads make of packets is what one format makes of them, packet for packet. */
#include <errno.h>
#include <limits.h>
#include <sys/types.h>

#include "capture/base/util.h"
#include "capture/format/format.h"
#include "capture/format/text_settings.h"
#include "capture/packet/packet.h"
#include "capture/write/formatters.h"
#include "tests/unit/unit.h"

enum { MANY = 5000, LONGEST = 70000, ROOM = 1 << 20 };

static const struct iface ifaces[] = { { .id = 0, .linktype = LINKTYPE_ETHERNET, .name = "a" },
				       { .id = 1, .linktype = LINKTYPE_ETHERNET, .name = "b" } };

/* What a packet points to; the next one there is in the same place. */
struct place {
	uint8_t bytes[LONGEST], options[8];
	char process[16];
};
static struct place given, wanted;

/* Packet @i of a run. */
static struct packet packet(struct place *at, unsigned i)
{
	uint32_t caplen = i % 997 == 996 ? LONGEST - i % 100 : 20 + i % 200;
	bool has_options = i % 5 == 0, has_process = i % 3 == 0;

	memset(at->bytes, i, caplen);
	memcpy(at->options, i % 2 ? "\1\0\2\0hi\0" : "\1\0\2\0ho\0", sizeof(at->options));
	snprintf(at->process, sizeof(at->process), "p%u", i);
	return (struct packet){
		.ts_ns = 1700000000000000000 + (uint64_t)i * 1234567 % 99999999,
		.data = at->bytes, .caplen = caplen, .len = caplen + i % 7,
		.iface = &ifaces[i % 2],
		.process = has_process ? at->process : NULL,
		.pid = i,
		.options = { has_options ? at->options : NULL, has_options ? sizeof(at->options) : 0 },
		.has = (i % 11 ? PACKET_TIME : 0) | (has_process ? PACKET_PROCESS : 0),
	};
}

/* What one format makes of all that comes, against what is put. */
struct expected {
	struct format *format;
	char *text;
	unsigned n, fails_at;		/* UINT_MAX: never */
};

static int compare(void *ctx, uint32_t iface, const void *text, size_t n)
{
	struct expected *e = ctx;
	struct packet p;

	assert_true(e->n <= e->fails_at);
	if (e->n == e->fails_at) {
		e->fails_at = e->n - 1;		/* it is not asked again */
		return -EPIPE;
	}
	p = packet(&wanted, e->n++);
	assert_int_equal(iface, p.iface->id);
	assert_int_equal(e->format->ops->packet(e->format, e->text, ROOM, &p, p.iface->id, 0), n);
	assert_memory_equal(e->text, text, n);
	return 0;
}

static const struct look {
	const char *name;
	enum file_format format;
	struct text_settings text;
} looks[] = {
	{ "numbers_and_times_since_the_one_before", FORMAT_TEXT,
	  { .number = true, .time = TIME_DELTA } },
	{ "times_since_the_first_one_in_microseconds", FORMAT_TEXT,
	  { .time = TIME_SINCE_FIRST, .microseconds = true } },
	{ "all_bytes_and_comments", FORMAT_TEXT, { .hex = HEX_ASCII_LINK, .verbose = 1 } },
	{ "json", FORMAT_JSON, { .time = TIME_OF_DAY } },
	{ "csv", FORMAT_CSV, { .time = TIME_OF_DAY } },
};

static struct expected expect(const struct look *look, unsigned fails_at)
{
	struct expected e = { format_open(look->format, &look->text), malloc(ROOM), 0, fails_at };

	assert_non_null(e.format);
	assert_non_null(e.text);
	return e;
}

static void end_expecting(struct expected *e)
{
	format_close(e->format);
	free(e->text);
}

static struct formatters *begin(struct expected *e, const struct look *look, unsigned n_threads)
{
	struct formatters *f;

	assert_int_equal(formatters_open(&f, look->format, &look->text, compare, e), 0);
	assert_int_equal(formatters_start(f, n_threads), 0);
	return f;
}

static int give(struct formatters *f, unsigned from, unsigned n)
{
	int err = 0;

	for (unsigned i = from; !err && i < from + n; i++) {
		struct packet p = packet(&given, i);

		err = formatters_packet(f, &p);
	}
	return err;
}

static void is_as_by_one(void **state)
{
	for (unsigned n_threads = 0; n_threads < 4; n_threads++) {
		struct expected e = expect(*state, UINT_MAX);
		struct formatters *f = begin(&e, *state, n_threads);

		assert_int_equal(give(f, 0, MANY), 0);
		assert_int_equal(formatters_flush(f), 0);
		assert_int_equal(e.n, MANY);
		assert_int_equal(formatters_pending(f), 0);
		formatters_close(f);
		end_expecting(&e);
	}
}

static void a_flush_puts_all_that_was_given(void **state is_unused)
{
	struct expected e = expect(looks, UINT_MAX);
	struct formatters *f = begin(&e, looks, 2);
	unsigned n = 0;

	assert_int_equal(formatters_flush(f), 0);
	for (unsigned i = 1; i < 40; n += i++) {
		assert_int_equal(give(f, n, i), 0);
		assert_true(formatters_pending(f) >= i);
		assert_int_equal(formatters_flush(f), 0);
		assert_int_equal(e.n, n + i);
	}
	formatters_close(f);
	end_expecting(&e);
}

static void an_error_ends_it(void **state is_unused)
{
	static const unsigned at[] = { 0, 1, 255, 256, 3000 };

	for (unsigned i = 0; i < array_size(at); i++) {
		struct expected e = expect(looks, at[i]);
		struct formatters *f = begin(&e, looks, 2);

		assert_int_equal(give(f, 0, 2 * MANY), -EPIPE);
		assert_int_equal(e.n, at[i]);
		assert_int_equal(formatters_flush(f), -EPIPE);
		formatters_close(f);
		end_expecting(&e);
	}
}

static void what_is_on_its_way_is_not_put_at_a_close(void **state is_unused)
{
	for (unsigned i = 0; i < 20; i++) {
		struct expected e = expect(looks, UINT_MAX);
		struct formatters *f = begin(&e, looks, 3);

		assert_int_equal(give(f, 0, 256 * i / 2 + 1), 0);
		formatters_close(f);
		assert_true(e.n <= 256 * i / 2);
		end_expecting(&e);
	}
}

int main(void)
{
	struct CMUnitTest tests[array_size(looks) + 3];
	size_t n = 0;

	unit_of_table(looks, is_as_by_one, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_flush_puts_all_that_was_given);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(an_error_ends_it);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(what_is_on_its_way_is_not_put_at_a_close);
	return unit_run("formatters", tests, n);
}
