// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stdio.h>

#include "capture/base/log.h"
#include "capture/base/loop.h"
#include "capture/cli/flows.h"
#include "capture/report/flow_table.h"

typedef unsigned long long ull;

bool flows_print(struct flow_table *t, const struct flow_lines *how, uint64_t of_none,
		 uint64_t no_room, struct loop *loop)
{
	const struct flow_rest rest = flow_table_rest(t);
	bool good;
	int err;

	if (loop)
		loop_let_go(loop);
	flow_table_print(t, how, stdout);
	good = !fflush(stdout) && !ferror(stdout);
	err = errno;
	if (loop)
		loop_take_back(loop);
	log_announce("%u flows with %llu packets; of no flow %llu, no room in the table for %llu",
		     flow_table_count(t), (ull)flow_table_packets(t), (ull)(rest.of_none + of_none),
		     (ull)(rest.no_room + no_room));
	flow_table_clear(t);
	errno = err;
	return good;
}
