// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A set of numbers; and what another process has saved of one, or what it has made of that. */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/base/numbers.h"
#include "capture/base/util.h"
#include "tests/unit/unit.h"

static const uint64_t members[] = { 0, 1, 63, 64, 4095, 4096, 1000000 };

static struct numbers *some(void)
{
	struct numbers *n = NULL;

	assert_int_equal(numbers_open(&n), 0);
	for (size_t i = 0; i < array_size(members); i++)
		assert_int_equal(numbers_add(n, members[i]), 0);
	return n;
}

static int file_with(const struct numbers *n)
{
	int fd = memfd_create("numbers", 0);

	assert_true(fd >= 0);
	if (n)
		assert_int_equal(numbers_save(n, fd), 0);
	return fd;
}

static void has_what_was_added(const struct numbers *n)
{
	uint64_t found = 0;

	for (uint64_t i = 0; i < 1100000; i++)
		found += numbers_has(n, i);
	assert_int_equal(found, array_size(members));
	for (size_t i = 0; i < array_size(members); i++)
		assert_true(numbers_has(n, members[i]));
	assert_false(numbers_has(n, UINT64_MAX));
}

static void what_is_saved_is_loaded(void **state is_unused)
{
	struct numbers *n = some(), *loaded = NULL;
	int fd = file_with(n);

	has_what_was_added(n);
	assert_int_equal(numbers_load(&loaded, fd), 0);
	has_what_was_added(loaded);
	numbers_close(loaded);
	numbers_close(n);
	close(fd);
}

static void none_at_all_are_saved_too(void **state is_unused)
{
	struct numbers *n = NULL, *loaded = NULL;
	int fd;

	assert_int_equal(numbers_open(&n), 0);
	fd = file_with(n);
	assert_int_equal(numbers_load(&loaded, fd), 0);
	assert_false(numbers_has(loaded, 0));
	numbers_close(loaded);
	numbers_close(n);
	close(fd);
}

/*
 * Each a file of so many bytes, with this many words told; those that there are, where it is
 * UINT64_MAX.
 */
static const struct { off_t size; uint64_t told; } wrong[] = {
	{ 0, UINT64_MAX }, { 7, UINT64_MAX }, { 8, UINT64_MAX }, { 4096, UINT64_MAX }, { 16, 2 },
	{ 8, 1 }, { 24, 1 },
	{ 8, UINT64_MAX - 1 }, { 16, UINT64_C(1) << 61 | 1 }, { 20, 1 },
};

static void what_is_not_whole_is_refused(void **state is_unused)
{
	for (size_t i = 0; i < array_size(wrong); i++) {
		struct numbers *n = some(), *loaded = NULL;
		int fd = file_with(n);

		assert_int_equal(ftruncate(fd, wrong[i].size), 0);
		if (wrong[i].told != UINT64_MAX)
			assert_int_equal(pwrite(fd, &wrong[i].told, 8, 0), 8);
		if (numbers_load(&loaded, fd) != -ENODATA || loaded)
			fail_msg("%jd bytes that tell of %ju words", (intmax_t)wrong[i].size,
				 (uintmax_t)wrong[i].told);
		numbers_close(n);
		close(fd);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_saved_is_loaded),
		cmocka_unit_test(none_at_all_are_saved_too),
		cmocka_unit_test(what_is_not_whole_is_refused),
	};

	return unit_run("numbers", tests, array_size(tests));
}
