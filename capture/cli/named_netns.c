// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <string.h>

#include "capture/cli/named_netns.h"
#include "capture/cli/open_netns.h"
#include "capture/kernel/netns.h"

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

enum status named_netns_open(struct named_netns *n)
{
	const struct opts *o = n->opts;
	enum status status = STATUS_OK;
	char error[NETNS_ERROR_MAX];

	for (unsigned i = 0; !status && i < o->n_netns; i++) {
		int err = netns_open(&n->v[i], &o->netns[i], error, sizeof(error));

		if ((err == -ENOENT || err == -ESRCH) && o->wait)
			continue;
		status = err ? open_netns_failed(err, error) : make_known(n->v[i]);
	}
	return status;
}

void named_netns_close(struct named_netns *n)
{
	for (unsigned i = 0; i < n->opts->n_netns; i++)
		n->v[i] = netns_close(n->v[i]);
}

const struct netns *named_netns_of(const struct named_netns *n, unsigned i)
{
	const unsigned of = n->opts->netns_of[i];

	return of ? n->v[of - 1] : NULL;
}

/* ---- waited for ---- */

static bool visit(struct netns **ns, const struct netns_words *words, struct netns_visit *v)
{
	char error[NETNS_ERROR_MAX];

	if (*ns && !netns_enter(v, *ns))
		return true;
	*ns = netns_close(*ns);
	return !netns_open(ns, words, error, sizeof(error)) && !netns_register(*ns) &&
	       !netns_enter(v, *ns);
}

bool named_netns_visit(struct named_netns *n, unsigned i, struct netns_visit *v)
{
	const unsigned of = n->opts->netns_of[i];

	return !of || visit(&n->v[of - 1], &n->opts->netns[of - 1], v);
}

/* ---- meanwhile ---- */

void named_netns_gone(struct named_netns *n, unsigned number)
{
	for (unsigned i = 0; number && i < n->opts->n_netns; i++)
		if (netns_number(n->v[i]) == number)
			netns_forget(n->v[i]);
}

bool named_netns_look(struct named_netns *n)
{
	bool found = false;

	for (unsigned i = 0; n->opts->wait && i < n->opts->n_netns; i++)
		found |= netns_is_forgotten(n->v[i]) && !netns_open_again(n->v[i]) &&
			 !make_known(n->v[i]);
	return found;
}
