/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Packets as records of a table: a line of JSON for each, as -T json has it, with where it comes
 * from and where it is to be found: host, capture, number, file, offset. Engines take them
 * (engine.h). It complains itself.
 */
#ifndef XDPDUMP_WRITE_RECORD_SINK_H
#define XDPDUMP_WRITE_RECORD_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/log.h"

struct sink;
struct target_settings;

/*
 * What became of the packets that it was given, each of which makes a record: those neither
 * delivered, nor in the spool, nor refused are on their way. @former: of runs before, delivered by
 * this one. False: it is no such sink.
 */
struct record_counts { uint64_t made, delivered, spooled, refused, former; };
bool record_sink_counts(const struct sink *k, struct record_counts *c);

/* As target_open(): what stands behind "clickhouse:", "clickhouses:", "kafka:". */
enum status record_sink_clickhouse(struct sink **k, const char *where,
				   const struct target_settings *s, int interrupt_fd);
enum status record_sink_clickhouse_tls(struct sink **k, const char *where,
				       const struct target_settings *s, int interrupt_fd);
enum status record_sink_kafka(struct sink **k, const char *where, const struct target_settings *s,
			      int interrupt_fd);

#endif
