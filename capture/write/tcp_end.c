// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The end of a capture, in a time that is bounded where it is live. */
#include "capture/base/clock.h"
#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/write/tcp_sink_impl.h"

enum {
	END_MS	= 10 * 1000,	/* in which a capture that has ended is taken, at most */
	CLOSE_MS = 1000,	/* and in which the other side closes then */
};

/*
 * Those for whom something waits, or (@waiting false) nothing, to be asked for @events. Their
 * number.
 */
static unsigned gather(struct tcp_sink *k, struct pollfd fds[static TCP_SINK_CLIENTS],
		       struct tcp_client *who[static TCP_SINK_CLIENTS], bool waiting, short events)
{
	unsigned n = 0;

	for_each_client(k, c) {
		if (!!peer_waiting(c->peer) != waiting)
			continue;
		who[n] = c;
		fds[n++] = (struct pollfd){ .fd = peer_fd(c->peer), .events = events };
	}
	return n;
}

/* Until one of @n or the signal is there: true: go on. */
static bool wait_for_some(const struct tcp_sink *k, struct pollfd *fds, unsigned n, int ms)
{
	fds[n] = (struct pollfd){ .fd = k->interrupt_fd, .events = POLLIN };
	return wait_ready(fds, n + 1, ms) > 0 && !fds[n].revents;
}

/* Of a file that is for as long as it takes. */
void tcp_end_send(struct tcp_sink *k)
{
	const uint64_t end = clock_monotonic_ns() + END_MS * UINT64_C(1000000);
	struct pollfd fds[TCP_SINK_CLIENTS + 1];
	struct tcp_client *who[TCP_SINK_CLIENTS];
	unsigned n;

	for_each_client(k, c)
		peer_send(c->peer);
	while ((n = gather(k, fds, who, true, POLLOUT))) {
		int ms = k->set.live ? min_of(k->patience_ms, clock_ms_until(end)) : k->patience_ms;

		if (!wait_for_some(k, fds, n, ms))
			return;
		for (unsigned i = 0; i < n; i++) {
			int err = fds[i].revents ? peer_send(who[i]->peer) : 0;

			if (err)
				tcp_sink_gone(k, who[i], err);
		}
	}
}

void tcp_end_shut(struct tcp_sink *k)
{
	const uint64_t end = clock_monotonic_ns() + CLOSE_MS * UINT64_C(1000000);
	struct pollfd fds[TCP_SINK_CLIENTS + 1];
	struct tcp_client *who[TCP_SINK_CLIENTS];
	unsigned n;

	for_each_client(k, c)
		if (!peer_waiting(c->peer))
			peer_shut(c->peer);
	while ((n = gather(k, fds, who, false, POLLIN)) &&
	       wait_for_some(k, fds, n, clock_ms_until(end)))
		for (unsigned i = 0; i < n; i++)
			if (fds[i].revents && peer_is_over(who[i]->peer))
				tcp_sink_dismiss(k, who[i], 0);
}
