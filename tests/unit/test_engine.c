// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What engines are told before they are asked for anything: where they are, and the lines of
 * --to-config.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/library.h"
#include "capture/base/util.h"
#include "capture/format/fields.h"
#include "capture/write/engine_config.h"
#include "capture/write/engine_where.h"
#include "capture/write/target.h"

#include "tests/unit/unit.h"

/* ---- words ---- */

static const struct { const char *where, *host, *port, *database, *table; } tables[] = {
	{ "//localhost/net.packets", "localhost", "", "net", "packets" },
	{ "//db.example.org:9123/a_1.B2", "db.example.org", "9123", "a_1", "B2" },
	{ "//192.0.2.1:1/a.b", "192.0.2.1", "1", "a", "b" },
	{ "//[2001:db8::1]/a.b", "[2001:db8::1]", "", "a", "b" },
	{ "//[::1]:65535/a.b", "[::1]", "65535", "a", "b" },
	{ .where = "" }, { .where = "//" }, { .where = "localhost/a.b" },
	{ .where = "//localhost" },
	{ .where = "//localhost/" }, { .where = "//localhost/a" }, { .where = "//localhost/a." },
	{ .where = "//localhost/.b" }, { .where = "//localhost/a.b.c" },
	{ .where = "//localhost/a.b/c" },
	{ .where = "///a.b" }, { .where = "//:8123/a.b" }, { .where = "//localhost:/a.b" },
	{ .where = "//localhost:0/a.b" }, { .where = "//localhost:65536/a.b" },
	{ .where = "//localhost:x/a.b" },
	{ .where = "//2001:db8::1/a.b" }, { .where = "//[]/a.b" }, { .where = "//[::1/a.b" },
	{ .where = "//::1]/a.b" },
	{ .where = "//[::1]x/a.b" }, { .where = "//[::1]:/a.b" },
	{ .where = "//user@localhost/a.b" },
	{ .where = "//local host/a.b" }, { .where = "//localhost/a.b?x=1" },
	{ .where = "//localhost/a`.b" },
};

static void tables_are_found_in_words(void **state is_unused)
{
	for (size_t i = 0; i < array_size(tables); i++) {
		struct engine_table t;
		const bool good = engine_where_table(tables[i].where, &t);

		if (good != !!tables[i].host)
			fail_msg("'%s' is %staken", tables[i].where, good ? "" : "not ");
		if (!good)
			continue;
		assert_string_equal(t.host, tables[i].host);
		assert_string_equal(t.port, tables[i].port);
		assert_string_equal(t.database, tables[i].database);
		assert_string_equal(t.table, tables[i].table);
	}
}

static const struct { const char *where, *brokers, *topic; } topics[] = {
	{ "//broker/packets", "broker", "packets" },
	{ "//a:9092,b:9093/net.packets-1_x", "a:9092,b:9093", "net.packets-1_x" },
	{ "//[::1]:9092,192.0.2.1/t", "[::1]:9092,192.0.2.1", "t" },
	{ .where = "" }, { .where = "//" }, { .where = "broker/t" }, { .where = "//broker" },
	{ .where = "//broker/" },
	{ .where = "///t" }, { .where = "//,/t" }, { .where = "//a,/t" }, { .where = "//,a/t" },
	{ .where = "//a,,b/t" },
	{ .where = "//a:0/t" }, { .where = "//a:x,b/t" }, { .where = "//a,b:/t" },
	{ .where = "//a/t/u" },
	{ .where = "//a/t u" }, { .where = "//a=b/t" },
};

static void topics_are_found_in_words(void **state is_unused)
{
	for (size_t i = 0; i < array_size(topics); i++) {
		struct engine_topic t;
		const bool good = engine_where_topic(topics[i].where, &t);

		if (good != !!topics[i].topic)
			fail_msg("'%s' is %staken", topics[i].where, good ? "" : "not ");
		if (!good)
			continue;
		assert_string_equal(t.brokers, topics[i].brokers);
		assert_string_equal(t.topic, topics[i].topic);
	}
}

static void names_have_a_length(void **state is_unused)
{
	struct engine_table table;
	struct engine_topic topic;
	char word[2 * ENGINE_HOST_MAX], name[300];

	memset(name, 'n', sizeof(name));
	snprintf(word, sizeof(word), "//h/%.255s.%.255s", name, name);
	assert_true(engine_where_table(word, &table));
	snprintf(word, sizeof(word), "//h/%.256s.b", name);
	assert_false(engine_where_table(word, &table));
	snprintf(word, sizeof(word), "//h/%.249s", name);
	assert_true(engine_where_topic(word, &topic));
	snprintf(word, sizeof(word), "//h/%.250s", name);
	assert_false(engine_where_topic(word, &topic));
	snprintf(word, sizeof(word), "//%.300s%.212s/t", name, name);
	assert_false(engine_where_topic(word, &topic));
}

/* Of a build without libraries it is said what it lacks. */
static void a_target_that_is_not_built_is_named(void **state is_unused)
{
	static const struct { const char *good, *bad; enum library library; } words[] = {
		{ "clickhouse://h/a.b", "clickhouse://h/a", LIBRARY_CURL },
		{ "clickhouses://h/a.b", "clickhouses:h/a.b", LIBRARY_CURL },
		{ "kafka://h/t", "kafka:t", LIBRARY_RDKAFKA },
	};

	for (size_t i = 0; i < array_size(words); i++) {
		const bool built = library_built(words[i].library);
		char error[256] = "";

		assert_int_equal(target_check(words[i].good, error, sizeof(error)), built);
		assert_true(built || strstr(error, library_name(words[i].library)));
		assert_false(target_check(words[i].bad, error, sizeof(error)));
		assert_non_null(strstr(error, built ? "is not" : "built without"));
		assert_true(target_takes_records(words[i].good));
		assert_int_equal(target_port(words[i].good), 0);
	}
	assert_false(target_takes_records("tcp:h:1"));
}

/* ---- lines ---- */

struct taken { char text[512]; };

static bool take(void *ctx, const char *key, const char *value, char said[static ENGINE_SAID_MAX])
{
	struct taken *t = ctx;
	const size_t len = strlen(t->text);

	snprintf(t->text + len, sizeof(t->text) - len, "[%s|%s]", key, value);
	if (!strcmp(key, "odd"))
		snprintf(said, ENGINE_SAID_MAX, "odd indeed");
	return strcmp(key, "odd") && strcmp(key, "strange");
}

static const struct { const char *text, *taken, *wrong; } configs[] = {
	{ "", "", NULL },
	{ "user=me\npassword = a=b c \n", "[user|me][password|a=b c]", NULL },
	{ "# a comment\n\n  \t\n key\t=\tvalue\r\n", "[key|value]", NULL },
	{ "empty=\nlast=1", "[empty|][last|1]", NULL },
	{ "a=1\nword\nb=2\n", "[a|1]", "config:2: 'word' is not KEY=VALUE" },
	{ "odd=1\nb=2\n", "[odd|1]", "config:1: odd indeed" },
	{ "\nstrange=1\n", "[strange|1]", "config:2: 'strange' is no key that is known" },
};

static void lines_are_keys_and_values(void **state is_unused)
{
	char dir[] = "/tmp/xdpdump-test.XXXXXX", path[64];

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/config", dir);
	for (size_t i = 0; i < array_size(configs); i++) {
		char said[ENGINE_SAID_MAX] = "";
		struct taken t = { "" };
		FILE *f = fopen(path, "w");
		bool good;

		assert_non_null(f);
		fputs(configs[i].text, f);
		fclose(f);
		good = engine_config_read(path, take, &t, said);
		assert_string_equal(t.text, configs[i].taken);
		if (good != !configs[i].wrong || (!good && !strstr(said, configs[i].wrong)))
			fail_msg("case %zu: %s", i, good ? "is taken" : said);
	}
	unlink(path);
	rmdir(dir);
}

static void a_file_that_is_not_there_is_named(void **state is_unused)
{
	char said[ENGINE_SAID_MAX] = "";

	assert_true(engine_config_read(NULL, take, NULL, said));
	assert_false(engine_config_read("/nowhere/config", take, NULL, said));
	assert_string_equal(said, "/nowhere/config: cannot be read: No such file or directory");
}

/* ---- the schema ---- */

/* Of a file, each with @format around it. */
static void want_names(const char *path, const char *format)
{
	static const char *const more[] = { "host", "capture", "number" };
	static char schema[32768];
	FILE *f = fopen(path, "r");
	size_t n_fields, n = 0;
	const struct field *all = fields(&n_fields);

	assert_non_null(f);
	n = fread(schema, 1, sizeof(schema) - 1, f);
	fclose(f);
	schema[n] = '\0';
	for (size_t i = 0; i < n_fields + array_size(more); i++) {
		const char *name = i < n_fields ? all[i].name : more[i - n_fields];
		char wanted[128];

		snprintf(wanted, sizeof(wanted), format, name);
		if (!strstr(schema, wanted))
			fail_msg("%s does not have %s", path, name);
	}
}

static void each_field_is_in_the_schemas(void **state is_unused)
{
	want_names("share/clickhouse/xdpdump.sql", "\n    %s ");
	want_names("share/kafka/packets.schema.json", "\n    \"%s\": {");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_found_in_words),
		cmocka_unit_test(topics_are_found_in_words),
		cmocka_unit_test(names_have_a_length),
		cmocka_unit_test(a_target_that_is_not_built_is_named),
		cmocka_unit_test(lines_are_keys_and_values),
		cmocka_unit_test(a_file_that_is_not_there_is_named),
		cmocka_unit_test(each_field_is_in_the_schemas),
	};

	return unit_run("engine", tests, array_size(tests));
}
