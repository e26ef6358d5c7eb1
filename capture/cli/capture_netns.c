// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The network namespaces of a capture: that they are there, go, and come again. */
#include <errno.h>
#include <string.h>

#include "capture/cli/capture_impl.h"
#include "capture/cli/open_netns.h"
#include "capture/cli/opts.h"
#include "capture/kernel/netif_watch.h"
#include "capture/kernel/netns.h"
#include "capture/live/live_iface.h"

/* So that we are told what happens there. */
static enum status make_known(struct netns *ns)
{
	int err = netns_register(ns);

	if (err == -EPERM || err == -EACCES)
		return log_fail(STATUS_PERMISSION,
				"%s: watching a network namespace takes CAP_NET_ADMIN",
				netns_label(ns));
	return err ? log_fail(STATUS_RUNTIME, "%s: cannot watch the network namespace: %s",
			      netns_label(ns), strerror(-err))
		   : STATUS_OK;
}

enum status capture_netns_open(struct capture *l)
{
	const struct opts *o = l->opts;
	enum status status = STATUS_OK;
	char error[NETNS_ERROR_MAX];

	for (unsigned i = 0; !status && i < o->n_netns; i++) {
		int err = netns_open(&l->netns[i], &o->netns[i], error, sizeof(error));

		if ((err == -ENOENT || err == -ESRCH) && o->wait)
			continue;
		status = err ? open_netns_failed(err, error) : make_known(l->netns[i]);
	}
	return status;
}

void capture_netns_close(struct capture *l)
{
	for (unsigned i = 0; i < l->opts->n_netns; i++)
		l->netns[i] = netns_close(l->netns[i]);
}

const struct netns *capture_netns_of(const struct capture *l, unsigned named)
{
	const unsigned n = l->opts->netns_of[named];

	return n ? l->netns[n - 1] : NULL;
}

/* ---- waited for ---- */

/* Goes there, if it is there (again). */
static bool visit(struct netns **ns, const struct netns_words *words, struct netns_visit *v)
{
	char error[NETNS_ERROR_MAX];

	if (*ns && !netns_enter(v, *ns))
		return true;
	*ns = netns_close(*ns);
	return !netns_open(ns, words, error, sizeof(error)) && !netns_register(*ns) &&
	       !netns_enter(v, *ns);
}

/* Is what the @i-th -i means? If not, *@what is not. */
static bool is_there(struct capture *l, unsigned i, struct missing *what)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	const struct opts *o = l->opts;
	const unsigned n = o->netns_of[i];
	struct netif netif;

	*what = (struct missing){ .netns = n ? &o->netns[n - 1] : NULL };
	if (n && !visit(&l->netns[n - 1], what->netns, &v))
		return false;
	what->iface = o->ifaces[i];
	return live_iface_look_up(what->iface, &netif) != -ENODEV;
}

bool capture_missing(struct capture *l, struct missing *what)
{
	for (unsigned i = 0; i < l->opts->n_ifaces; i++)
		if (!is_there(l, i, what))
			return true;
	return false;
}

/* ---- meanwhile ---- */

void capture_netns_gone(struct capture *l, unsigned number)
{
	for (unsigned i = 0; number && i < l->opts->n_netns; i++)
		if (netns_number(l->netns[i]) == number)
			netns_forget(l->netns[i]);
}

bool capture_netns_look(struct capture *l)
{
	bool found = false;

	for (unsigned i = 0; i < l->ifaces.n; i++)
		live_iface_let_go(l->ifaces.v[i]);
	for (unsigned i = 0; l->opts->wait && i < l->opts->n_netns; i++)
		found |= netns_is_forgotten(l->netns[i]) && !netns_open_again(l->netns[i]) &&
			 !make_known(l->netns[i]);
	return found;
}
