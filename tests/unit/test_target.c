// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The words of --to, and of places to listen. */
#include <string.h>

#include "capture/base/listen.h"
#include "capture/base/util.h"
#include "capture/write/target.h"

#include "tests/unit/unit.h"

/* @port: that is connected to again. @wrong: a part of the sentence, NULL: it is good. */
static const struct { const char *word; uint16_t port; const char *wrong; } words[] = {
	{ "tcp-listen:57012", 0, NULL },
	{ "tcp-listen:0", 0, NULL },
	{ "tcp-listen:0.0.0.0:57012", 0, NULL },
	{ "tcp-listen:[::]:57012", 0, NULL },
	{ "tcp-listen:[::1]:0", 0, NULL },
	{ "tcp:localhost:57012", 57012, NULL },
	{ "tcp:192.0.2.1:1", 1, NULL },
	{ "tcp:[2001:db8::1]:65535", 65535, NULL },
	{ "tcp-listen:", 0, "is not tcp-listen:[ADDRESS:]PORT" },
	{ "tcp-listen:localhost:57012", 0, "is not tcp-listen:[ADDRESS:]PORT" },
	{ "tcp-listen:65536", 0, "is not tcp-listen:[ADDRESS:]PORT" },
	{ "tcp-listen:unix:/run/x", 0, "is not tcp-listen:[ADDRESS:]PORT" },
	{ "tcp-listen:::1:57012", 0, "is not tcp-listen:[ADDRESS:]PORT" },
	{ "tcp:57012", 0, "is not tcp:HOST:PORT" },
	{ "tcp::57012", 0, "is not tcp:HOST:PORT" },
	{ "tcp:host:0", 0, "is not tcp:HOST:PORT" },
	{ "tcp:host:http", 0, "is not tcp:HOST:PORT" },
	{ "tcp:::1:57012", 0, "is not tcp:HOST:PORT" },
	{ "tcp://host:57012", 0, "is not tcp:HOST:PORT" },
	{ "tcp", 0, "is none of tcp-listen:[ADDRESS:]PORT, tcp:HOST:PORT, clickhouse:" },
	{ "udp:host:57012", 0, "is none of tcp-listen:[ADDRESS:]PORT, tcp:HOST:PORT, clickhouse:" },
	{ "", 0, "is none of" },
};

static void words_are_good_or_explained(void **state is_unused)
{
	for (size_t i = 0; i < array_size(words); i++) {
		char error[256] = "";
		bool good = target_check(words[i].word, error, sizeof(error));

		if (good != !words[i].wrong || (!good && !strstr(error, words[i].wrong)))
			fail_msg("'%s': %s", words[i].word, good ? "is taken" : error);
		if (good && target_port(words[i].word) != words[i].port)
			fail_msg("'%s': port %u", words[i].word, target_port(words[i].word));
	}
}

static void a_long_word_is_cut(void **state is_unused)
{
	char word[400], error[256];

	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_false(target_check(word, error, sizeof(error)));
	assert_int_equal(strlen(error), sizeof(error) - 1);
}

static void without_an_address_it_is_the_loopback(void **state is_unused)
{
	static const struct { const char *word, *text; } places[] = {
		{ "57012", "127.0.0.1:57012" }, { "0.0.0.0:1", "0.0.0.0:1" },
		{ "[::1]:0", "[::1]:0" },
	};
	char text[LISTEN_TEXT_MAX];
	struct listen_address a;

	for (size_t i = 0; i < array_size(places); i++) {
		assert_true(listen_parse_tcp(places[i].word, &a));
		listen_text(&a, text);
		assert_string_equal(text, places[i].text);
	}
	assert_false(listen_parse("0", &a));
	assert_true(listen_parse("unix:/run/x", &a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_good_or_explained),
		cmocka_unit_test(a_long_word_is_cut),
		cmocka_unit_test(without_an_address_it_is_the_loopback),
	};

	return unit_run("target", tests, array_size(tests));
}
