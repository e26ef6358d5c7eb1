// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libFuzzer target for command lines: any words are taken or refused with one sentence, and the
 * same words a second time in the same way.
 *
 *	make fuzz-opts		make check replays tests/fuzz/opts
 *
 * Input: words, each up to a line feed. None of them has a slash, so that no file is read.
 */
#include <string.h>

#include "capture/cli/opts.h"
#include "capture/cli/opts_parse.h"

#include "tests/fuzz/fuzz.h"

enum { WORDS_MAX = 64 };

/* getopt_long() puts the words into another order: each run has its own. */
static bool parse(char *const *words, int n, char *error, size_t cap)
{
	char *argv[WORDS_MAX + 1];
	struct opts o = { .count = 0 };
	bool ok;

	memcpy(argv, words, (n + 1) * sizeof(*argv));
	error[0] = '\0';
	ok = opts_parse(&o, n, argv, error, cap);
	must(ok == !error[0]);
	must(!ok || o.n_secrets <= OPTS_SECRETS_MAX);
	opts_close(&o);
	return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *words[WORDS_MAX + 1] = { (char *)"xdpdump" };
	char first[512], second[512];
	int n = 1;
	bool ok;

	must(text);
	memcpy(text, data, size);
	text[size] = '\0';
	for (char *at; (at = memchr(text, '/', size)) || (at = memchr(text, '\0', size));)
		*at = '.';
	for (char *word = text, *end; n < WORDS_MAX && word < text + size; word = end + 1) {
		end = strchrnul(word, '\n');
		*end = '\0';
		words[n++] = word;
	}
	ok = parse(words, n, first, sizeof(first));
	must(parse(words, n, second, sizeof(second)) == ok && !strcmp(first, second));
	free(text);
	return 0;
}
