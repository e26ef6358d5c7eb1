/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Records on their way to an engine (engine.h). A process of its own delivers them, with the
 * libraries for that: it has no rights but the user's, cannot start programs, and reads the file
 * system, but writes to the spool alone. The two share the memory of the batches; what is in there
 * is never waited for.
 */
#ifndef XDPDUMP_WRITE_DELIVERY_H
#define XDPDUMP_WRITE_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/write/delivery_settings.h"

struct delivery;

/*
 * What became of the records that were handed over: all others are on their way. @former: of runs
 * before, which were in the spool, and are delivered now.
 */
struct delivery_counts { uint64_t delivered, spooled, refused, former; };

/* A sentence of what happened. */
typedef void (*delivery_said_fn)(void *ctx, const char *sentence, bool is_failure);

/*
 * Starts the process, while there are no threads yet, and waits until it has seen that the engine
 * is there, or that there is a spool, and @said has why it is needed, or "". -EINTR: @interrupt_fd
 * can be read. -EINVAL: @said has a sentence. Other -errno.
 */
int delivery_open(struct delivery **d, const struct delivery_settings *s, int interrupt_fd,
		  char said[static ENGINE_SAID_MAX]);

/* Memory for a batch, of DELIVERY_BATCH bytes; NULL: all are on their way. */
char *delivery_batch(struct delivery *d);

/*
 * Hands it over, with @n records, the first of which is number @first. -errno: the process has
 * gone.
 */
int delivery_send(struct delivery *d, char *batch, size_t len, unsigned n, uint64_t first);

/* Can be read: then delivery_look() has something to see. -errno: the process has gone. */
int delivery_fd(const struct delivery *d);
int delivery_look(struct delivery *d, delivery_said_fn said, void *ctx);

/*
 * Until delivery_look() has something to see, at most @ms milliseconds. -EINTR: @interrupt_fd can
 * be read.
 */
int delivery_wait(const struct delivery *d, int interrupt_fd, int ms);

/*
 * No more batches come: what is on its way is delivered in the time that there is, or spooled, or
 * refused. delivery_has_ended() is true then. Hurry: at once.
 */
void delivery_end(struct delivery *d);
void delivery_hurry(struct delivery *d);
bool delivery_has_ended(const struct delivery *d);

struct delivery_counts delivery_counts(const struct delivery *d);

struct delivery *delivery_close(struct delivery *d);	/* returns NULL; the process does what is left */

#endif
