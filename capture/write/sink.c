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

enum status sink_report_missing(const char *name, unsigned long long n, const char *why)
{
	return log_fail(STATUS_INCOMPLETE, "%s: %llu packet%s not written: %s", name, n,
			n == 1 ? "" : "s", why);
}

const char *sink_unfit_reason(enum format_unfit why)
{
	if (why == FORMAT_OTHER_LINKTYPE)
		return "a pcap file has one link type, and theirs is another one; pcapng has room for all";
	if (why == FORMAT_TOO_LATE)
		return "pcap has no times after 2106; pcapng has";
	return "longer than what tcpdump and tshark read, 262144 bytes of most link types; -s cuts them";
}

const char *sink_reason(int err)
{
	if (err == -ETIMEDOUT)
		return "its reader takes nothing";
	if (err == -EINTR)
		return "forced to end";
	return place_refusal(err) ? place_refusal(err) : strerror(-err);
}
