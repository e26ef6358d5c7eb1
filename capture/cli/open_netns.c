// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The sentence is of kernel/netns.c; the exit code is ours. */
#include <errno.h>

#include "capture/cli/open_netns.h"
#include "capture/cli/opts.h"
#include "capture/kernel/netns.h"

enum status open_netns_failed(int err, const char *error)
{
	switch (err) {
	case -EPERM:
	case -EACCES:
		return log_fail(STATUS_PERMISSION, "%s", error);
	case -ENOENT:
	case -EINVAL:
	case -ESRCH:
	case -ENOTUNIQ:
		return log_fail(STATUS_INTERFACE, "%s", error);
	}
	return log_fail(STATUS_RUNTIME, "%s", error);
}

enum status open_netns(struct netns **ns, const struct netns_words *words)
{
	char error[NETNS_ERROR_MAX];
	int err = netns_open(ns, words, error, sizeof(error));

	return err ? open_netns_failed(err, error) : STATUS_OK;
}

enum status open_netns_of(struct netns **ns, const struct opts *o, unsigned i)
{
	*ns = NULL;
	return o->netns_of[i] ? open_netns(ns, &o->netns[o->netns_of[i] - 1]) : STATUS_OK;
}
