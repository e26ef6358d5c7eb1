// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <string.h>

#include "capture/write/place.h"
#include "capture/write/sink.h"

/* -EINTR: who asked us to watch for the signal will look at it now. */
bool sink_goes_on(struct sink *k, int err)
{
	if (!err || err == -EINTR)
		return true;
	if (err < 0 && err != -EPIPE && !k->error)
		k->error = err;
	return false;
}

const char *sink_reason(int err)
{
	if (err == -ETIMEDOUT)
		return "its reader takes nothing";
	if (err == -EINTR)
		return "forced to end";
	return place_refusal(err) ? place_refusal(err) : strerror(-err);
}
