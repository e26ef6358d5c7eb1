/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A state in the words of Prometheus: its text format 0.0.4, or OpenMetrics 1.0, which is that with
 * a few lines more (https://prometheus.io/docs/specs/om/open_metrics_spec/).
 */
#ifndef XDPDUMP_REPORT_METRICS_H
#define XDPDUMP_REPORT_METRICS_H

#include <stdbool.h>
#include <stddef.h>

struct state;

/*
 * Of *@n bytes, the caller's to free. NULL: out of memory. Asks how much is free on the disk, which
 * may take as long as that does.
 */
char *metrics_text(const struct state *s, bool openmetrics, size_t *n);

#endif
