/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What every unit test needs: cmocka, speaking TAP, cases out of tables. To be included last: its
 * skip() is a macro.
 */
#ifndef XDPDUMP_UNIT_H
#define XDPDUMP_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The array @out has room for as many more as the table @t has, behind @n. */
#define unit_check_room(t, out, n)									\
	do {												\
		if ((n) + sizeof(t) / sizeof((t)[0]) > sizeof(out) / sizeof((out)[0])) {		\
			fprintf(stderr, "%s: no room for the cases of " #t "\n", __FILE__);		\
			abort();									\
		}											\
	} while (0)

/* A case of a table @t, whose elements begin with a name, as a test that is given that element. */
#define unit_of_table(t, fn, out, n)									\
	do {												\
		unit_check_room(t, out, n);								\
		for (size_t i_ = 0; i_ < sizeof(t) / sizeof((t)[0]); i_++)				\
			(out)[(n)++] = (struct CMUnitTest){ (t)[i_].name, fn, NULL, NULL, (void *)&(t)[i_] };	\
	} while (0)

/* The same, named by a format of printf() with the name of the element. */
#define unit_of_table_as(t, name_as, fn, out, n)							\
	do {												\
		unit_check_room(t, out, n);								\
		static char names_[sizeof(t) / sizeof((t)[0])][80];					\
													\
		for (size_t i_ = 0; i_ < sizeof(t) / sizeof((t)[0]); i_++) {				\
			snprintf(names_[i_], sizeof(names_[i_]), name_as, (t)[i_].name);		\
			(out)[(n)++] = (struct CMUnitTest){ names_[i_], fn, NULL, NULL, (void *)&(t)[i_] };	\
		}											\
	} while (0)

static inline int unit_run(const char *group, const struct CMUnitTest *tests, size_t n)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests(group, tests, n, NULL, NULL);
}

/*
 * Takes out of @said, a text of lines, those that say what is waited for, and returns how long it
 * is. They come when the disk or a command takes more than a second, which on a busy machine is
 * nothing strange.
 */
static inline __attribute__((unused)) size_t unit_patiently(char *said)
{
	for (char *line = said, *end; (end = strchr(line, '\n'));) {
		if (memmem(line, end - line, "; a signal ends that", 20))
			memmove(line, end + 1, strlen(end));
		else
			line = end + 1;
	}
	return strlen(said);
}

/*
 * @hex without blanks as bytes in memory of exactly that size, so that a sanitizer sees each step
 * too far.
 */
static inline __attribute__((unused)) uint8_t *unit_bytes(const char *hex, size_t *n)
{
	size_t len = 0;
	uint8_t *out;

	while (hex[len])
		len++;
	*n = len / 2;
	out = malloc(*n ? *n : 1);
	for (size_t i = 0; i < *n; i++) {
		char pair[] = { hex[2 * i], hex[2 * i + 1], '\0' };

		out[i] = strtoul(pair, NULL, 16);
	}
	return out;
}

#endif
