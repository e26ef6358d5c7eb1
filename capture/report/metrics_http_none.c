// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* In place of metrics_http.c where there is no libmicrohttpd: nobody is told anything. */
#include <errno.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/report/metrics_http.h"
#include "capture/report/state.h"

int metrics_http_open(struct metrics_http **h is_unused, int fd)
{
	close(fd);
	return -ENOSYS;
}

int metrics_http_start(struct metrics_http *h is_unused)
{
	return -ENOSYS;
}

void metrics_http_tell(struct metrics_http *h is_unused, struct state *s)
{
	state_close(s);
}

struct metrics_http *metrics_http_close(struct metrics_http *h is_unused)
{
	return NULL;
}
