// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Words that double in number; in a file how many, then these. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/fd_bytes.h"
#include "capture/base/numbers.h"
#include "capture/base/util.h"

enum { BITS = 64, WORDS_FIRST = 64 };

struct numbers {
	uint64_t *words;
	uint64_t n_words;
};

int numbers_open(struct numbers **n)
{
	*n = calloc(1, sizeof(**n));
	return *n ? 0 : -ENOMEM;
}

int numbers_add(struct numbers *n, uint64_t number)
{
	uint64_t at = number / BITS, n_words = max_of(n->n_words, (uint64_t)WORDS_FIRST);
	uint64_t *words;

	while (at >= n_words)
		n_words *= 2;
	if (n_words > n->n_words) {
		words = realloc(n->words, n_words * sizeof(*words));
		if (!words)
			return -ENOMEM;
		memset(words + n->n_words, 0, (n_words - n->n_words) * sizeof(*words));
		n->words = words;
		n->n_words = n_words;
	}
	n->words[at] |= UINT64_C(1) << number % BITS;
	return 0;
}

bool numbers_has(const struct numbers *n, uint64_t number)
{
	return number / BITS < n->n_words && n->words[number / BITS] >> number % BITS & 1;
}

int numbers_save(const struct numbers *n, int fd)
{
	int err = fd_bytes_write(fd, &n->n_words, sizeof(n->n_words));

	return err ? err : fd_bytes_write(fd, n->words, n->n_words * sizeof(*n->words));
}

int numbers_load(struct numbers **out, int fd)
{
	struct numbers *n;
	struct stat st;
	int err;

	if (fstat(fd, &st) || lseek(fd, 0, SEEK_SET))
		return -errno;
	if (numbers_open(&n))
		return -ENOMEM;
	err = fd_bytes_read(fd, &n->n_words, sizeof(n->n_words));
	if (!err &&
	    (st.st_size % sizeof(*n->words) || n->n_words != st.st_size / sizeof(*n->words) - 1))
		err = -ENODATA;
	if (!err && n->n_words) {
		n->words = malloc(n->n_words * sizeof(*n->words));
		err = n->words ? fd_bytes_read(fd, n->words, n->n_words * sizeof(*n->words))
			       : -ENOMEM;
	}
	if (err)
		numbers_close(n);
	else
		*out = n;
	return err;
}

struct numbers *numbers_close(struct numbers *n)
{
	if (!n)
		return NULL;
	free(n->words);
	free(n);
	return NULL;
}
