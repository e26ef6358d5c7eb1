// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdint.h>

#include "capture/base/limits.h"
#include "capture/cli/command.h"
#include "capture/cli/file_limit.h"
#include "capture/cli/line_server.h"
#include "capture/cli/opts.h"
#include "capture/live/live_way.h"
#include "capture/report/metrics_http.h"
#include "capture/write/tcp_sink.h"

/*
 * Descriptors of a capture, finished files on their way to the disk included, and of each
 * interface: program, maps, link; of one whose sent packets are captured twice; more of one that
 * is in front of a program; and the tables of flows, of the capture and of each program.
 */
enum { FDS_OF_MANY = 1 << 20, FDS = 57, FDS_OF_IFACE = 10, FDS_OF_SENT = FDS_OF_IFACE,
	FDS_OF_FRONT = 6, FDS_OF_TRACE = 10, FDS_OF_FLOWS = 3 };

static uint64_t of_capture(const struct opts *o)
{
	return FDS + (o->metrics ? METRICS_HTTP_FDS : 0) + (o->command ? COMMAND_FDS : 0) +
	       (o->control ? LINE_SERVER_FDS : 0) + (o->to ? TCP_SINK_FDS : 0);
}

static uint64_t needed(const struct opts *o, unsigned n_ifaces)
{
	const bool sent = o->directions & LIVE_SENT, front = o->observe.way == OBSERVE_FRONT,
		   flows = o->flows || o->sampling.flow.limit;
	const uint64_t each = FDS_OF_IFACE + sent * FDS_OF_SENT + front * FDS_OF_FRONT +
			      flows * FDS_OF_FLOWS * (1 + sent);

	return of_capture(o) + flows * FDS_OF_FLOWS + each * n_ifaces;
}

enum status file_limit_raise(const struct opts *o, unsigned n_ifaces, bool has_patterns)
{
	const uint64_t n = needed(o, n_ifaces), allowed = limits_open_files(n);

	if (allowed < n)
		return log_fail(STATUS_RUNTIME,
				"only %llu open files are allowed, and %llu are needed: ulimit -n %llu",
				(unsigned long long)allowed, (unsigned long long)n,
				(unsigned long long)n);
	/* of those on which a program is, if it is traced; as many as there may be */
	limits_open_files(of_capture(o) + (FDS_OF_IFACE + FDS_OF_TRACE) * (uint64_t)n_ifaces);
	if (has_patterns)
		limits_open_files(FDS_OF_MANY);
	return STATUS_OK;
}
