/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What stands behind "clickhouse:" and "kafka:" in the words of --to. */
#ifndef XDPDUMP_WRITE_ENGINE_WHERE_H
#define XDPDUMP_WRITE_ENGINE_WHERE_H

#include <stdbool.h>

enum { ENGINE_HOST_MAX = 512, ENGINE_NAME_MAX = 256 };

/* "//HOST[:PORT]/DATABASE.TABLE"; names are letters, digits and underlines. */
struct engine_table {
	char host[ENGINE_HOST_MAX];	/* "::1" stays in its brackets */
	char port[8];			/* "": none is named */
	char database[ENGINE_NAME_MAX], table[ENGINE_NAME_MAX];
};

bool engine_where_table(const char *where, struct engine_table *t);

/* "//HOST[:PORT][,HOST[:PORT]...]/TOPIC" */
struct engine_topic {
	char brokers[ENGINE_HOST_MAX];
	char topic[ENGINE_NAME_MAX];	/* at most 249 of [A-Za-z0-9._-], as Kafka has it */
};

bool engine_where_topic(const char *where, struct engine_topic *t);

#endif
