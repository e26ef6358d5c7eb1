/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What records are delivered to: one batch after the other, each until something has become of it.
 * For the process that does nothing else (delivery_process.c).
 */
#ifndef XDPDUMP_WRITE_ENGINE_H
#define XDPDUMP_WRITE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

struct engine;

/* @n lines, each of one record, with the newline at its end; all are of the run @capture. */
struct batch {
	const char *lines;
	size_t len;
	unsigned n;
	const char *capture;
};

enum outcome {
	ENGINE_PENDING,
	ENGINE_DELIVERED,
	ENGINE_RETRY,		/* not now: @said has why. Perhaps it has some of it, or all */
	ENGINE_REFUSED,		/* never: @said has why */
};

enum { ENGINE_SAID_MAX = 400 };

struct engine_settings {
	const char *where;	/* behind the scheme of --to, as engine_where.h has it */
	const char *config;	/* a file of --to-config; NULL: none */
	bool encrypted;		/* by TLS; otherwise it is for the config to say */
};

struct engine_ops {
	/* Begins to deliver @b, which stays until there is an outcome. Nothing else is pending. */
	void (*send)(struct engine *e, const struct batch *b);

	/*
	 * Until there is an outcome, @fd can be read, or @ms milliseconds are over; -1: they never
	 * are. PENDING: it is one of the latter two, which @said may tell something of, else it is
	 * "". REFUSED: *@refused of the records are, and the others delivered.
	 */
	enum outcome (*wait)(struct engine *e, int fd, int ms, unsigned *refused,
			     char said[static ENGINE_SAID_MAX]);

	/* returns NULL; what is pending is given up */
	struct engine *(*close)(struct engine *e);
};

/* The beginning of each engine's own struct. */
struct engine {
	const struct engine_ops *ops;
};

/*
 * 0, or -EINVAL, and @said has a sentence. Nobody has been asked for anything yet, but all files
 * have been read and libraries loaded. A batch without a line may be sent then, to see whether what
 * is delivered to is there.
 */
int engine_clickhouse_open(struct engine **e, const struct engine_settings *s,
			   char said[static ENGINE_SAID_MAX]);
int engine_kafka_open(struct engine **e, const struct engine_settings *s,
		      char said[static ENGINE_SAID_MAX]);

#endif
