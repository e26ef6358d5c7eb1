// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* In place of engine_clickhouse.c where there is no libcurl. */
#include <errno.h>
#include <stdio.h>

#include "capture/base/util.h"
#include "capture/write/engine.h"

int engine_clickhouse_open(struct engine **e is_unused, const struct engine_settings *s is_unused,
			   char said[static ENGINE_SAID_MAX])
{
	snprintf(said, ENGINE_SAID_MAX, "this xdpdump was built without libcurl");
	return -EINVAL;
}
