// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdbool.h>

#include "capture/base/clock.h"
#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/write/peer.h"
#include "capture/write/peers.h"

/*
 * Those for whom something waits, or (@waiting false) nothing, to be asked for @events. Their
 * number.
 */
static unsigned gather(const struct peers *p, struct pollfd fds[static PEERS_MAX],
		       unsigned who[static PEERS_MAX], bool waiting, short events)
{
	unsigned n = 0;

	for (unsigned i = 0; i < PEERS_MAX; i++) {
		if (!p->v[i] || !!peer_waiting(p->v[i]) != waiting)
			continue;
		who[n] = i;
		fds[n++] = (struct pollfd){ .fd = peer_fd(p->v[i]), .events = events };
	}
	return n;
}

/* Until one of @n or the signal is there: true: go on. */
static bool wait_for_some(const struct peers *p, struct pollfd *fds, unsigned n, int ms)
{
	fds[n] = (struct pollfd){ .fd = p->interrupt_fd, .events = POLLIN };
	return wait_ready(fds, n + 1, ms) > 0 && !fds[n].revents;
}

static void leave(struct peers *p, unsigned i, int err)
{
	p->v[i] = NULL;
	p->leave(p->ctx, i, err);
}

void peers_send(struct peers *p, int patience_ms, uint64_t end_ns)
{
	struct pollfd fds[PEERS_MAX + 1];
	unsigned who[PEERS_MAX], n;

	for (unsigned i = 0; i < PEERS_MAX; i++)
		if (p->v[i])
			peer_send(p->v[i]);
	while ((n = gather(p, fds, who, true, POLLOUT))) {
		int ms = end_ns == UINT64_MAX ? patience_ms
					      : min_of(patience_ms, clock_ms_until(end_ns));

		if (!wait_for_some(p, fds, n, ms))
			return;
		for (unsigned i = 0; i < n; i++) {
			int err = fds[i].revents ? peer_send(p->v[who[i]]) : 0;

			if (err)
				leave(p, who[i], err);
		}
	}
}

void peers_shut(struct peers *p, uint64_t end_ns)
{
	struct pollfd fds[PEERS_MAX + 1];
	unsigned who[PEERS_MAX], n;

	for (unsigned i = 0; i < PEERS_MAX; i++)
		if (p->v[i] && !peer_waiting(p->v[i]))
			peer_shut(p->v[i]);
	while ((n = gather(p, fds, who, false, POLLIN)) &&
	       wait_for_some(p, fds, n, clock_ms_until(end_ns)))
		for (unsigned i = 0; i < n; i++)
			if (fds[i].revents && peer_is_over(p->v[who[i]]))
				leave(p, who[i], 0);
}
