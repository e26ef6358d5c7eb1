// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* --map: what it means, and what is refused. */
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/kernel/map_option.h"

#include "tests/unit/unit.h"

/*
 * Key and value in hex as they come out, for a map of these sizes; and what is said,
 * NULL: nothing.
 */
static const struct map_case {
	const char *name, *text, *map, *key, *value, *said;
	size_t key_size, value_size;
} cases[] = {
	{ "an_entry", "blocked=0a000001:ff", "blocked", "0a000001", "ff", NULL, 4, 1 },
	{ "both_cases_of_digits", "m=aAbBfF:DEad", "m", "aabbff", "dead", NULL, 3, 2 },
	{ "a_map_without_keys", "queue=:00000001", "queue", "", "00000001", NULL, 0, 4 },
	{ "a_name_with_a_point", ".bss=00000000:01", ".bss", "00000000", "01", NULL, 4, 1 },
	{ "no_name", "=00:00", NULL, NULL, NULL, "--map '=00:00' is neither NAME=KEY:VALUE", 0, 0 },
	{ "no_sign", "blocked", NULL, NULL, NULL, "--map 'blocked' is neither", 0, 0 },
	{ "empty", "", NULL, NULL, NULL, "--map '' is neither", 0, 0 },
	{ "no_colon", "m=00", NULL, NULL, NULL, "--map 'm=00' is neither", 0, 0 },
	{ "no_value", "m=00:", NULL, NULL, NULL, "--map 'm=00:' is neither", 0, 0 },
	{ "no_path", "m=@", NULL, NULL, NULL, "--map 'm=@' is neither", 0, 0 },
	{ "a_key_too_short", "m=0a00:01", "m", NULL, NULL,
	  "key '0a00' has 4 digits in hex; the map wants 8", 4, 1 },
	{ "a_key_too_long", "m=0a000001ff:01", "m", NULL, NULL, "key '0a000001ff' has 10 digits", 4,
	  1 },
	{ "a_key_of_half_a_byte", "m=0a00000:01", "m", NULL, NULL, "key '0a00000' has 7 digits", 4,
	  1 },
	{ "a_key_of_a_half_more", "m=0a0000010:01", "m", NULL, NULL, "key '0a0000010' has 9 digits",
	  4, 1 },
	{ "a_key_that_is_no_hex", "m=0a00000g:01", "m", NULL, NULL, "key '0a00000g' is not in hex",
	  4, 1 },
	{ "a_key_with_0x", "m=0x0a0001:01", "m", NULL, NULL, "key '0x0a0001' is not in hex", 4, 1 },
	{ "a_key_with_a_sign", "m=-a000001:01", "m", NULL, NULL, "key '-a000001' is not in hex", 4,
	  1 },
	{ "a_value_too_short", "m=00:01", "m", NULL, NULL,
	  "value '01' has 2 digits in hex; the map wants 4", 1, 2 },
	{ "a_value_that_is_no_hex", "m=00:zz", "m", NULL, NULL, "value 'zz' is not in hex", 1, 1 },
	{ "a_second_colon", "m=00:01:02", "m", NULL, NULL, "value '01:02' has 5 digits", 1, 2 },
};

static void want_bytes(const uint8_t *got, const char *hex, size_t size)
{
	size_t n;
	uint8_t *want = unit_bytes(hex, &n);

	assert_int_equal(n, size);
	assert_memory_equal(got, want, n);
	free(want);
}

static void as_the_row_wants(void **state)
{
	const struct map_case *c = *state;
	/* of exactly that size, so that a sanitizer sees a step too far */
	uint8_t *key = malloc(max_of(c->key_size, (size_t)1));
	uint8_t *value = malloc(max_of(c->value_size, (size_t)1));
	struct map_option m;
	char said[256] = "";
	bool ok = map_option_parse(&m, c->text, said, sizeof(said));

	assert_int_equal(ok, c->map != NULL);
	if (ok) {
		assert_int_equal(m.name_len, strlen(c->map));
		assert_memory_equal(m.name, c->map, m.name_len);
		ok = map_option_bytes(&m, MAP_KEY, key, c->key_size, said, sizeof(said)) &&
		     map_option_bytes(&m, MAP_VALUE, value, c->value_size, said, sizeof(said));
	}
	assert_int_equal(ok, !c->said);
	if (c->said && !strstr(said, c->said))
		fail_msg("said '%s'", said);
	if (ok) {
		want_bytes(key, c->key, c->key_size);
		want_bytes(value, c->value, c->value_size);
	}
	free(key);
	free(value);
}

static void a_pinned_map_has_a_path(void **state is_unused)
{
	struct map_option m;
	char said[256];

	assert_true(map_option_parse(&m, "m=@/sys/fs/bpf/a=b:c", said, sizeof(said)));
	assert_string_equal(m.pin, "/sys/fs/bpf/a=b:c");
	assert_int_equal(m.name_len, 1);
	assert_true(map_option_parse(&m, "m=00:@1", said, sizeof(said)));
	assert_null(m.pin);
}

int main(void)
{
	struct CMUnitTest tests[64] = { cmocka_unit_test(a_pinned_map_has_a_path) };
	size_t n = 1;

	unit_of_table(cases, as_the_row_wants, tests, n);
	return unit_run("map_option", tests, n);
}
