// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/base/clock.h"
#include "capture/base/dial.h"
#include "capture/base/log.h"
#include "capture/base/loop.h"
#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/write/connections.h"

#define RETRY_MIN_NS	UINT64_C(1000000000)
#define RETRY_MAX_NS	(30 * RETRY_MIN_NS)
#define CONNECT_NS	(10 * RETRY_MIN_NS)

enum { AT_ONCE = 16 };		/* that are accepted in one go */

static int accept_one(const struct connections *c, struct listen_address *from)
{
	int fd;

	*from = (struct listen_address){ .len = sizeof(from->address) };
	fd = accept4(c->listen_fd, (struct sockaddr *)&from->address, &from->len,
		     SOCK_NONBLOCK | SOCK_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static void on_listen(void *connections)
{
	struct connections *c = connections;
	struct listen_address from;
	int fd;

	for (unsigned i = 0; i < AT_ONCE && (fd = accept_one(c, &from)) >= 0; i++)
		c->come(c->ctx, fd, &from);
}

/* ---- connected to ---- */

static void hang_up(struct connections *c)
{
	if (c->dial_fd < 0)
		return;
	loop_remove(c->loop, c->dial_fd, c);
	close(c->dial_fd);
	c->dial_fd = -1;
}

void connections_retry_later(struct connections *c, bool got)
{
	hang_up(c);
	if (got)
		c->pause_ns = 0;
	c->pause_ns = c->pause_ns ? min_of(2 * c->pause_ns, RETRY_MAX_NS) : RETRY_MIN_NS;
	c->retry_ns = clock_monotonic_ns() + c->pause_ns;
}

static void on_dial(void *connections)
{
	struct connections *c = connections;
	int fd;

	if (dial_failed(c->dial_fd)) {
		connections_retry_later(c, false);
		return;
	}
	loop_remove(c->loop, c->dial_fd, c);
	fd = c->dial_fd;
	c->dial_fd = -1;
	c->retry_ns = UINT64_MAX;
	if (c->come(c->ctx, fd, &c->to))
		connections_retry_later(c, false);
	else
		log_announce("%s: connected again", c->word);
}

void connections_tick(struct connections *c, uint64_t now_ns)
{
	if (now_ns < c->retry_ns)
		return;
	if (c->dial_fd >= 0) {		/* nobody answers */
		connections_retry_later(c, false);
		return;
	}
	c->dial_fd = dial_begin(&c->to);
	c->retry_ns = clock_monotonic_ns() + CONNECT_NS;
	if (c->dial_fd < 0 || loop_add_socket(c->loop, c->dial_fd, on_dial, c))
		connections_retry_later(c, false);
}

int connections_watch(struct connections *c, struct loop *l)
{
	c->loop = l;
	return c->listen_fd < 0 ? 0 : loop_add(c->loop, c->listen_fd, on_listen, c);
}

void connections_close(struct connections *c)
{
	hang_up(c);
	c->retry_ns = UINT64_MAX;
	if (c->listen_fd < 0)
		return;
	if (c->loop)
		loop_remove(c->loop, c->listen_fd, c);
	close(c->listen_fd);
	c->listen_fd = -1;
}

/* ---- the beginning ---- */

static bool is_interrupted(const struct connections *c)
{
	struct pollfd fd = { .fd = c->interrupt_fd, .events = POLLIN };

	return wait_ready(&fd, 1, 0) > 0;
}

static int look(void *connections)
{
	return is_interrupted(connections) ? EINTR : 0;
}

static int wait_for_one(struct connections *c)
{
	struct pollfd fds[] = { { .fd = c->listen_fd, .events = POLLIN },
				{ .fd = c->interrupt_fd, .events = POLLIN } };
	struct listen_address from;
	int fd;

	do {
		if (wait_ready(fds, 2, -1) > 0 && fds[1].revents)
			return -EINTR;
		fd = accept_one(c, &from);
	} while (fd < 0);
	connections_close(c);
	return c->come(c->ctx, fd, &from);
}

int connections_listen(struct connections *c, const char *where, bool one, const char **what,
		       const char **why)
{
	struct listen_address at;
	char name[LISTEN_TEXT_MAX];
	int err;

	listen_parse_tcp(where, &at);
	c->listen_fd = listen_open(&at);
	if (c->listen_fd < 0) {
		*what = "listen there";
		*why = strerror(-c->listen_fd);
		return c->listen_fd;
	}
	getsockname(c->listen_fd, (struct sockaddr *)&at.address, &at.len);
	listen_text(&at, name);
	log_announce(one ? "%s: waiting for a reader at %s, not encrypted"
			 : "%s: for whoever connects to %s, not encrypted", c->word, name);
	err = one ? wait_for_one(c) : 0;
	*what = "send to a reader";
	*why = strerror(-err);
	return err;
}

int connections_connect(struct connections *c, const char *where, const char **what,
			const char **why)
{
	int fd, err;

	*what = "connect";
	fd = dial_open(where, &c->to, look, c, why);
	if (fd < 0)
		return fd;
	err = c->come(c->ctx, fd, &c->to);
	*what = "send there";
	*why = strerror(-err);
	return err;
}
