// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A row for each scheme. */
#include <stdio.h>
#include <string.h>

#include "capture/base/dial.h"
#include "capture/base/library.h"
#include "capture/base/listen.h"
#include "capture/base/util.h"
#include "capture/write/engine_where.h"
#include "capture/write/record_sink.h"
#include "capture/write/target.h"
#include "capture/write/target_settings.h"
#include "capture/write/tcp_sink.h"

#define TABLE	"//HOST[:PORT]/DATABASE.TABLE"
#define TOPIC	"//HOST[:PORT][,HOST[:PORT]...]/TOPIC"

static bool is_place_to_listen(const char *where)
{
	struct listen_address a;

	return listen_parse_tcp(where, &a);
}

static bool is_host(const char *where)
{
	return dial_parse(where, NULL);
}

static bool is_table(const char *where)
{
	struct engine_table t;

	return engine_where_table(where, &t);
}

static bool is_topic(const char *where)
{
	struct engine_topic t;

	return engine_where_topic(where, &t);
}

static const struct target {
	const char *scheme, *where;	/* and how that is written */
	bool (*check)(const char *where);
	/* @where: what stands behind the scheme in its word. As target_open(). */
	enum status (*open)(struct sink **k, const char *where, const struct target_settings *s,
			    int interrupt_fd);
	bool dials;			/* an end of that name, at a port */
	bool takes_records;
	enum library library;		/* that is needed for that */
} targets[] = {
	{ "tcp-listen", "[ADDRESS:]PORT", is_place_to_listen, tcp_sink_listen, .dials = false },
	{ "tcp", "HOST:PORT", is_host, tcp_sink_connect, .dials = true },
	{ "clickhouse", TABLE, is_table, record_sink_clickhouse, .takes_records = true,
	  .library = LIBRARY_CURL },
	{ "clickhouses", TABLE, is_table, record_sink_clickhouse_tls, .takes_records = true,
	  .library = LIBRARY_CURL },
	{ "kafka", TOPIC, is_topic, record_sink_kafka, .takes_records = true,
	  .library = LIBRARY_RDKAFKA },
};

static const char *behind(const struct target *t, const char *word)
{
	size_t n = strlen(t->scheme);

	return !strncmp(word, t->scheme, n) && word[n] == ':' ? word + n + 1 : NULL;
}

static const struct target *target_of(const char *word, const char **where)
{
	for (size_t i = 0; i < array_size(targets); i++)
		if ((*where = behind(&targets[i], word)))
			return &targets[i];
	return NULL;
}

bool target_check(const char *word, char *error, size_t cap)
{
	const char *where;
	const struct target *t = target_of(word, &where);
	int n;

	if (t && t->takes_records && !library_built(t->library)) {
		snprintf(error, cap,
			 "--to %s: this xdpdump was built without %s: install %s (Debian) and build it again",
			 t->scheme, library_name(t->library), library_package(t->library));
		return false;
	}
	if (t && t->check(where))
		return true;
	if (t) {
		snprintf(error, cap, "--to '%s' is not %s:%s", word, t->scheme, t->where);
		return false;
	}
	n = snprintf(error, cap, "--to '%s' is none of", word);
	for (size_t i = 0; i < array_size(targets) && n < (int)cap; i++)
		n += snprintf(error + n, cap - n, "%s %s:%s", i ? "," : "", targets[i].scheme,
			      targets[i].where);
	return false;
}

bool target_takes_records(const char *word)
{
	const char *where;
	const struct target *t = target_of(word, &where);

	return t && t->takes_records;
}

uint16_t target_port(const char *word)
{
	const char *where;
	const struct target *t = target_of(word, &where);
	uint16_t port = 0;

	return t && t->dials && dial_parse(where, &port) ? port : 0;
}

enum status target_open(struct sink **k, const struct target_settings *s, int interrupt_fd)
{
	const char *where;
	const struct target *t = target_of(s->word, &where);

	*k = NULL;
	return t->open(k, where, s, interrupt_fd);
}
