// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* ppoll(2), whose mask of signals is left alone. */
#include <time.h>

#include "capture/base/wait.h"

enum { MS_NS = 1000 * 1000, US_NS = 1000, S_MS = 1000, S_US = 1000 * 1000 };

int wait_ready(struct pollfd *fds, unsigned n, int ms)
{
	const struct timespec t = { ms / S_MS, (long)(ms % S_MS) * MS_NS };

	return ppoll(fds, n, ms < 0 ? NULL : &t, NULL);
}

void wait_us(unsigned us)
{
	const struct timespec t = { us / S_US, (long)(us % S_US) * US_NS };

	ppoll(NULL, 0, &t, NULL);
}
