// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* How connections come: somebody connects to us, or we to somebody. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/base/clock.h"
#include "capture/base/dial.h"
#include "capture/base/loop.h"
#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/write/tcp_sink_impl.h"

#define RETRY_MIN_NS	UINT64_C(1000000000)
#define RETRY_MAX_NS	(30 * RETRY_MIN_NS)
#define CONNECT_NS	(10 * RETRY_MIN_NS)

enum { AT_ONCE = 16 };		/* that are accepted in one go */

static int accept_one(const struct tcp_sink *k, struct listen_address *from)
{
	int fd;

	*from = (struct listen_address){ .len = sizeof(from->address) };
	fd = accept4(k->listen_fd, (struct sockaddr *)&from->address, &from->len,
		     SOCK_NONBLOCK | SOCK_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static struct tcp_client *find_place(struct tcp_sink *k)
{
	for (unsigned i = 0; i < TCP_SINK_CLIENTS; i++)
		if (!k->clients[i].peer)
			return &k->clients[i];
	return NULL;
}

static void turn_away(struct tcp_sink *k, int fd, const struct listen_address *from)
{
	char name[LISTEN_TEXT_MAX];

	listen_text(from, name);
	close(fd);
	if (!k->is_full)
		log_complain("%s: %s, and who comes next, is turned away: there are %d already",
			     k->set.word, name, TCP_SINK_CLIENTS);
	k->is_full = true;
}

static void on_listen(void *sink)
{
	struct tcp_sink *k = sink;
	struct listen_address from;
	int fd;

	for (unsigned i = 0; i < AT_ONCE && (fd = accept_one(k, &from)) >= 0; i++) {
		struct tcp_client *c = find_place(k);

		if (!c)
			turn_away(k, fd, &from);
		else if (tcp_sink_welcome(k, c, fd, &from))
			log_complain("%s: out of memory for a reader", k->set.word);
	}
}

/* ---- connected to ---- */

static void hang_up(struct tcp_sink *k)
{
	if (k->dial_fd < 0)
		return;
	loop_remove(k->loop, k->dial_fd, k);
	close(k->dial_fd);
	k->dial_fd = -1;
}

void tcp_ends_retry_later(struct tcp_sink *k)
{
	hang_up(k);
	k->pause_ns = k->pause_ns ? min_of(2 * k->pause_ns, RETRY_MAX_NS) : RETRY_MIN_NS;
	k->retry_ns = clock_monotonic_ns() + k->pause_ns;
}

static void on_dial(void *sink)
{
	struct tcp_sink *k = sink;
	int fd;

	if (dial_failed(k->dial_fd)) {
		tcp_ends_retry_later(k);
		return;
	}
	loop_remove(k->loop, k->dial_fd, k);
	fd = k->dial_fd;
	k->dial_fd = -1;
	k->retry_ns = UINT64_MAX;
	if (tcp_sink_welcome(k, &k->clients[0], fd, &k->to))
		tcp_ends_retry_later(k);
	else
		log_announce("%s: connected again", k->set.word);
}

void tcp_ends_tick(struct tcp_sink *k, uint64_t now_ns)
{
	if (now_ns < k->retry_ns)
		return;
	if (k->dial_fd >= 0) {		/* nobody answers */
		tcp_ends_retry_later(k);
		return;
	}
	k->dial_fd = dial_begin(&k->to);
	k->retry_ns = clock_monotonic_ns() + CONNECT_NS;
	if (k->dial_fd < 0 || loop_add_socket(k->loop, k->dial_fd, on_dial, k))
		tcp_ends_retry_later(k);
}

int tcp_ends_watch(struct tcp_sink *k)
{
	return k->listen_fd < 0 ? 0 : loop_add(k->loop, k->listen_fd, on_listen, k);
}

void tcp_ends_close(struct tcp_sink *k)
{
	hang_up(k);
	k->retry_ns = UINT64_MAX;
	if (k->listen_fd < 0)
		return;
	if (k->loop)
		loop_remove(k->loop, k->listen_fd, k);
	close(k->listen_fd);
	k->listen_fd = -1;
}

/* ---- the beginning ---- */

static int look(void *sink)
{
	struct pollfd fd = { .fd = ((const struct tcp_sink *)sink)->interrupt_fd, .events = POLLIN };

	return wait_ready(&fd, 1, 0) > 0 ? EINTR : 0;
}

/* As target_open(). */
static enum status done(struct sink **out, struct tcp_sink *k, enum status status, int err)
{
	if (!status && !err)
		*out = &k->sink;
	else
		k->sink.ops->close(&k->sink);
	return status;
}

/* @fd: -errno, and why. */
static enum status failed(struct sink **out, struct tcp_sink *k, int err, const char *what,
			  const char *why)
{
	const char *word = k->set.word;

	if (err == -EINTR)
		return log_complain("%s: interrupted while it waited for a reader", word),
		       done(out, k, STATUS_OK, err);
	return done(out, k, log_fail(STATUS_RUNTIME, "--to %s: cannot %s: %s", word, what, why),
		    err);
}

/* Of files one reader gets all: -errno. */
static int wait_for_reader(struct tcp_sink *k)
{
	struct pollfd fds[] = { { .fd = k->listen_fd, .events = POLLIN },
				{ .fd = k->interrupt_fd, .events = POLLIN } };
	struct listen_address from;
	int fd;

	do {
		if (wait_ready(fds, 2, -1) > 0 && fds[1].revents)
			return -EINTR;
		fd = accept_one(k, &from);
	} while (fd < 0);
	tcp_ends_close(k);
	return tcp_sink_welcome(k, &k->clients[0], fd, &from);
}

enum status tcp_sink_listen(struct sink **out, const char *where, const struct target_settings *s,
			    int interrupt_fd)
{
	struct tcp_sink *k = tcp_sink_make(s, interrupt_fd);
	struct listen_address at;
	char name[LISTEN_TEXT_MAX];
	int err;

	if (!k)
		return log_fail(STATUS_RUNTIME, "out of memory");
	k->many = s->live;
	listen_parse_tcp(where, &at);
	k->listen_fd = listen_open(&at);
	if (k->listen_fd < 0)
		return failed(out, k, k->listen_fd, "listen there", strerror(-k->listen_fd));
	getsockname(k->listen_fd, (struct sockaddr *)&at.address, &at.len);
	listen_text(&at, name);
	log_announce(s->live ? "%s: for whoever connects to %s, not encrypted"
			     : "%s: waiting for a reader at %s, not encrypted", s->word, name);
	err = s->live ? 0 : wait_for_reader(k);
	return err ? failed(out, k, err, "send to a reader", strerror(-err))
		   : done(out, k, STATUS_OK, 0);
}

enum status tcp_sink_connect(struct sink **out, const char *where, const struct target_settings *s,
			     int interrupt_fd)
{
	struct tcp_sink *k = tcp_sink_make(s, interrupt_fd);
	const char *why = NULL;
	int fd;

	if (!k)
		return log_fail(STATUS_RUNTIME, "out of memory");
	fd = dial_open(where, &k->to, look, k, &why);
	if (fd >= 0) {
		int err = tcp_sink_welcome(k, &k->clients[0], fd, &k->to);

		return err ? failed(out, k, err, "send there", strerror(-err))
			   : done(out, k, STATUS_OK, 0);
	}
	return failed(out, k, fd, "connect", why);
}
