/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Packets as records of a table: a line of JSON for each, as -T json has it, with where it comes from and where
 * it is to be found: host, capture, number, file, offset. Engines take them (engine.h). It complains itself.
 */
#ifndef XDPDUMP_WRITE_RECORD_SINK_H
#define XDPDUMP_WRITE_RECORD_SINK_H

#include "capture/base/log.h"

struct sink;
struct target_settings;

/* As target_open(): what stands behind "clickhouse:", "clickhouses:", "kafka:". */
enum status record_sink_clickhouse(struct sink **k, const char *where, const struct target_settings *s,
				   int interrupt_fd);
enum status record_sink_clickhouse_tls(struct sink **k, const char *where, const struct target_settings *s,
				       int interrupt_fd);
enum status record_sink_kafka(struct sink **k, const char *where, const struct target_settings *s, int interrupt_fd);

#endif
