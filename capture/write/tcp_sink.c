// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/clock.h"
#include "capture/base/loop.h"
#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/packet/packet.h"
#include "capture/write/connections.h"
#include "capture/write/file_ifaces.h"
#include "capture/write/peer.h"
#include "capture/write/peers.h"
#include "capture/write/sink.h"
#include "capture/write/target_settings.h"
#include "capture/write/tcp_sink.h"

/* In which a live capture that has ended is taken, at most; in which the other side closes then. */
#define END_NS		UINT64_C(10000000000)
#define CLOSE_NS	UINT64_C(1000000000)

struct tcp_client {
	struct tcp_sink *of;
	struct peer *peer;		/* NULL: nobody */
	char name[LISTEN_TEXT_MAX];	/* its address */
};

struct tcp_sink {
	struct sink sink;
	struct target_settings set;
	struct connections connections;
	int patience_ms;		/* for one that takes nothing; -1: for ever */
	struct source *from;		/* NULL: it has not begun */
	/* whoever comes; else clients[0] is the only one, and what it lacks is lost */
	bool many;
	bool is_full;			/* which was said */
	bool ended;
	struct tcp_client clients[TCP_SINK_CLIENTS];
	struct file_ifaces lost;
	int why;			/* -errno, of the first that was lost; 0: none */
	uint64_t unfit;			/* of those that are lost: the format cannot express them */
	enum format_unfit why_unfit;
};

static struct tcp_sink *of(const struct sink *k)
{
	return (struct tcp_sink *)k;
}

/* ---- what is lost ---- */

static void lose(struct tcp_sink *k, uint32_t id, int err)
{
	file_ifaces_lose(&k->lost, id);
	if (!k->why)
		k->why = err;
}

static void lose_waiting(void *sink, uint32_t id)
{
	struct tcp_sink *k = sink;

	lose(k, id, k->why);
}

static void lose_unfit(struct tcp_sink *k, const struct peer *p, uint32_t id)
{
	file_ifaces_lose(&k->lost, id);
	if (!k->unfit++)
		k->why_unfit = peer_unfit(p);
}

/* ---- who is there ---- */

/* NULL: the first one, and behind the last one. */
static struct tcp_client *next_client(struct tcp_sink *k, struct tcp_client *c)
{
	for (c = c ? c + 1 : k->clients; c < k->clients + TCP_SINK_CLIENTS; c++)
		if (c->peer)
			return c;
	return NULL;
}

#define for_each_client(k, c)	\
	for (struct tcp_client *c = next_client(k, NULL); c; c = next_client(k, c))

/* Nobody is there any more; what was not sent is lost for @err, -errno, if it is the only one. */
static void dismiss(struct tcp_sink *k, struct tcp_client *c, int err)
{
	if (!c->peer)
		return;
	if (k->connections.loop)
		loop_remove(k->connections.loop, peer_fd(c->peer), c);
	if (!k->many && peer_waiting(c->peer)) {
		k->why = k->why ? k->why : err;
		peer_drop(c->peer, lose_waiting, k);
	}
	c->peer = peer_close(c->peer);
	k->is_full = false;
}

/* It has gone, by @err, -errno. 0, or that where it was the only one and will not come back. */
static int lose_client(struct tcp_sink *k, struct tcp_client *c, int err)
{
	const bool got = peer_packets(c->peer);

	/* nobody reads any more: with a pipe that is an end as was wanted, here it is not known */
	err = err == -EPIPE ? -ECONNRESET : err;
	dismiss(k, c, err);
	if (k->many)
		return 0;
	k->why = k->why ? k->why : err;
	if (!k->set.live || k->ended) {
		k->sink.error = k->sink.error ? k->sink.error : err;
		return err;
	}
	log_complain("%s: connection lost: %s: it is tried again", k->set.word, strerror(-err));
	connections_retry_later(&k->connections, got);
	return 0;
}

static void on_client(void *client)
{
	struct tcp_client *c = client;
	int err = peer_woken(c->peer);

	if (err && lose_client(c->of, c, err))
		c->of->connections.loop->unread = true;
}

static int watch_client(struct tcp_client *c)
{
	struct loop *l = c->of->connections.loop;

	return l ? loop_add_socket(l, peer_fd(c->peer), on_client, c) : 0;
}

static int welcome(struct tcp_sink *k, struct tcp_client *c, int fd,
		   const struct listen_address *from)
{
	const struct peer_settings set = {
		.format = k->set.format, .snap = k->set.snap, .live = k->set.live, .quiet = k->many,
		.head = k->set.head, .head_len = k->set.head_len, .lost = &k->lost,
	};
	int err = peer_open(&c->peer, fd, &set);

	if (err)
		return err;
	c->of = k;
	listen_text(from, c->name);
	if (k->from)
		err = peer_begin(c->peer, k->from);
	if (!err)
		err = watch_client(c);
	if (err)
		dismiss(k, c, err);
	return err;
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

static int come(void *sink, int fd, const struct listen_address *from)
{
	struct tcp_sink *k = sink;
	struct tcp_client *c = k->many ? find_place(k) : &k->clients[0];
	int err;

	if (!c) {
		turn_away(k, fd, from);
		return -EBUSY;
	}
	err = welcome(k, c, fd, from);
	if (err && k->many)
		log_complain("%s: out of memory for a reader", k->set.word);
	return err;
}

static void cut_off(struct tcp_sink *k, struct tcp_client *c, const char *why)
{
	log_complain("%s: %s is cut off, %s: it got %llu packets, %llu bytes", k->set.word, c->name,
		     why, (unsigned long long)peer_packets(c->peer),
		     (unsigned long long)peer_bytes(c->peer));
	dismiss(k, c, -ENOBUFS);
}

/* What @err, of something that was written to it, means. As lose_client(). */
static int check(struct tcp_sink *k, struct tcp_client *c, int err)
{
	if (!err)
		err = peer_push(c->peer);
	else if (k->many)
		return cut_off(k, c, "too slow"), 0;
	return err ? lose_client(k, c, err) : 0;
}

/* ---- packets ---- */

static int begin(struct sink *sink, struct source *from, uint64_t now is_unused,
		 uint64_t wall_ns is_unused)
{
	struct tcp_sink *k = of(sink);
	int err = 0;

	k->from = from;
	for_each_client(k, c)
		err = err ? err : peer_begin(c->peer, from);
	return err;
}

/* As lose_client(); -EINTR: there is none, but who waits is asked to stop. */
static int wait_for_room(struct tcp_sink *k, struct tcp_client *c, const struct packet *p)
{
	struct pollfd fds[] = { { .fd = peer_fd(c->peer), .events = POLLOUT },
				{ .fd = k->connections.interrupt_fd, .events = POLLIN } };

	for (;;) {
		int err = peer_send(c->peer), n;

		if (err)
			return lose_client(k, c, err);
		if (peer_has_room(c->peer, p))
			return 0;
		n = wait_ready(fds, 2, k->patience_ms);
		if (n > 0 && fds[1].revents)
			return -EINTR;
		if (!n)
			return lose_client(k, c, -ETIMEDOUT);
	}
}

/*
 * Where packets come without a pause nobody tells that there is some again: it is tried now and
 * then.
 */
static bool has_room(const struct tcp_sink *k, const struct tcp_client *c, const struct packet *p)
{
	enum { NOW_AND_THEN = 256 };

	if (peer_has_room(c->peer, p) || k->lost.lost % NOW_AND_THEN)
		return peer_has_room(c->peer, p);
	return !peer_send(c->peer) && peer_has_room(c->peer, p);
}

static int to_one(struct tcp_sink *k, const struct packet *p)
{
	const uint32_t id = p->iface->id;
	struct tcp_client *c = &k->clients[0];
	int waited = 0, err;

	if (c->peer && !k->set.live && !peer_has_room(c->peer, p))
		waited = wait_for_room(k, c, p);
	if (!c->peer || (k->set.live && !has_room(k, c, p))) {
		lose(k, id, c->peer ? -ENOBUFS : -ENOTCONN);
		return waited;
	}
	err = peer_packet(c->peer, p);
	if (err > 0)
		lose_unfit(k, c->peer, id);
	else if (err < 0)
		lose(k, id, err);
	err = check(k, c, min_of(err, 0));
	return err ? err : waited == -EINTR ? SINK_LAST : 0;
}

static void to_all(struct tcp_sink *k, const struct packet *p)
{
	bool unfit = false;

	for_each_client(k, c) {
		int err = peer_has_room(c->peer, p) ? peer_packet(c->peer, p) : -ENOBUFS;

		if (err > 0 && !unfit)
			lose_unfit(k, c->peer, p->iface->id);
		unfit |= err > 0;
		check(k, c, min_of(err, 0));
	}
}

static int packet(struct sink *sink, const struct packet *p)
{
	struct tcp_sink *k = of(sink);

	if (!k->many)
		return to_one(k, p);
	to_all(k, p);
	return 0;
}

/* What is written to each of those that are there. As lose_client(). */
static int all(struct tcp_sink *k, int (*write)(struct peer *p, const void *arg, size_t n),
	       const void *arg, size_t n)
{
	int worst = 0;

	if (!k->from)
		return 0;
	for_each_client(k, c) {
		int err = check(k, c, write(c->peer, arg, n));

		worst = worst ? worst : err;
	}
	return worst;
}

static int flush(struct sink *sink)
{
	struct tcp_sink *k = of(sink);
	int worst = 0;

	for_each_client(k, c) {
		int err = peer_is_blocked(c->peer) ? 0 : peer_send(c->peer);

		err = err ? lose_client(k, c, err) : 0;
		worst = worst ? worst : err;
	}
	return worst;
}

static int block_to(struct peer *p, const void *bytes, size_t n)
{
	return peer_block(p, bytes, n);
}

static int block(struct sink *k, const void *bytes, size_t n)
{
	return all(of(k), block_to, bytes, n);
}

static int joined_to(struct peer *p, const void *arg is_unused, size_t n is_unused)
{
	return peer_joined(p);
}

static int joined(struct sink *k)
{
	return all(of(k), joined_to, NULL, 0);
}

static int left_to(struct peer *p, const void *id, size_t n is_unused)
{
	return peer_left(p, *(const uint32_t *)id);
}

static int left(struct sink *k, uint32_t id)
{
	return all(of(k), left_to, &id, 0);
}

/* What a flush would bring on its way; for who is slow nobody waits. */
static size_t pending(const struct sink *sink)
{
	struct tcp_sink *k = of(sink);
	size_t n = 0;

	for_each_client(k, c)
		n += peer_is_blocked(c->peer) ? 0 : peer_waiting(c->peer);
	return n;
}

/* ---- beside packets ---- */

static int tick(struct sink *k, uint64_t upto)
{
	connections_tick(&of(k)->connections, upto);
	return 0;
}

static uint64_t due(const struct sink *k)
{
	return of(k)->connections.retry_ns;
}

static int watch(struct sink *sink, struct loop *l)
{
	struct tcp_sink *k = of(sink);
	int err = connections_watch(&k->connections, l);

	for_each_client(k, c)
		err = err ? err : watch_client(c);
	return err;
}

static int spare(struct sink *k is_unused, const struct stat *st is_unused)
{
	return 0;
}

/* That one has gone is dealt with here. */
static int reader_fd(const struct sink *k is_unused)
{
	return -1;
}

static uint64_t lost(const struct sink *k, int64_t id)
{
	return id == SINK_ALL_IFACES ? of(k)->lost.lost : file_ifaces_lost(&of(k)->lost, id);
}

static void hurry(struct sink *k, int ms)
{
	of(k)->patience_ms = ms;
}

/* ---- the end ---- */

static void leave(void *sink, unsigned i, int err)
{
	struct tcp_sink *k = sink;

	if (err)
		lose_client(k, &k->clients[i], err);
	else
		dismiss(k, &k->clients[i], 0);
}

static void take_leave(struct tcp_sink *k)
{
	const uint64_t now = clock_monotonic_ns();
	struct peers p = { .interrupt_fd = k->connections.interrupt_fd, .leave = leave, .ctx = k };

	for (unsigned i = 0; i < TCP_SINK_CLIENTS; i++)
		p.v[i] = k->clients[i].peer;
	peers_send(&p, k->patience_ms, k->set.live ? now + END_NS : UINT64_MAX);
	peers_shut(&p, clock_monotonic_ns() + CLOSE_NS);
}

static int finish(struct sink *sink)
{
	struct tcp_sink *k = of(sink);

	k->ended = true;
	connections_close(&k->connections);
	for_each_client(k, c)
		if (k->from && peer_end(c->peer) && k->many)
			cut_off(k, c, "too slow");
	take_leave(k);
	for_each_client(k, c) {
		if (peer_waiting(c->peer) && k->many)
			cut_off(k, c, "too slow at the end");
		else
			dismiss(k, c, -ETIMEDOUT);
	}
	return 0;
}

static const char *reason(int err)
{
	return err == -ENOBUFS	  ? "its reader is too slow"
	       : err == -ENOTCONN ? "not connected"
				  : sink_reason(err);
}

static enum status report(const struct sink *sink, uint64_t refused)
{
	const struct tcp_sink *k = of(sink);
	const uint64_t lost = k->lost.lost - k->unfit + (k->sink.error ? refused : 0);
	enum status status = STATUS_OK;

	if (k->unfit)
		status = sink_report_missing(k->set.word, k->unfit,
					     sink_unfit_reason(k->why_unfit));
	if (lost || k->sink.error)
		status = sink_report_missing(k->set.word, lost, reason(k->why));
	return status;
}

static struct sink *close_sink(struct sink *sink)
{
	struct tcp_sink *k = of(sink);

	k->many = true;		/* what is lost by now was told */
	for_each_client(k, c)
		dismiss(k, c, 0);
	connections_close(&k->connections);
	file_ifaces_release(&k->lost);
	free(k);
	return NULL;
}

static const struct sink_ops ops = {
	.begin = begin,
	.packet = packet,
	.flush = flush,
	.joined = joined,
	.left = left,
	.pending = pending,
	.tick = tick,
	.due = due,
	.spare = spare,
	.reader_fd = reader_fd,
	.watch = watch,
	.block = block,
	.lost = lost,
	.hurry = hurry,
	.finish = finish,
	.report = report,
	.close = close_sink,
};

/* ---- the beginning ---- */

static struct tcp_sink *make(const struct target_settings *s, int interrupt_fd)
{
	struct tcp_sink *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	*k = (struct tcp_sink){ .sink.ops = &ops, .set = *s, .patience_ms = -1,
				.connections = CONNECTIONS_INIT };
	k->connections.word = s->word;
	k->connections.interrupt_fd = interrupt_fd;
	k->connections.come = come;
	k->connections.ctx = k;
	return k;
}

/* As target_open(). @err: of what could not be done, and why. */
static enum status opened(struct sink **out, struct tcp_sink *k, int err, const char *what,
			  const char *why)
{
	const char *word = k->set.word;

	if (!err) {
		*out = &k->sink;
		return STATUS_OK;
	}
	if (err == -EINTR)
		log_complain("%s: interrupted while it waited for a reader", word);
	else
		log_complain("--to %s: cannot %s: %s", word, what, why);
	close_sink(&k->sink);
	return err == -EINTR ? STATUS_OK : STATUS_RUNTIME;
}

enum status tcp_sink_listen(struct sink **out, const char *where, const struct target_settings *s,
			    int interrupt_fd)
{
	struct tcp_sink *k = make(s, interrupt_fd);
	const char *what, *why;
	int err;

	if (!k)
		return log_fail(STATUS_RUNTIME, "out of memory");
	k->many = s->live;
	err = connections_listen(&k->connections, where, !s->live, &what, &why);
	return opened(out, k, err, what, why);
}

enum status tcp_sink_connect(struct sink **out, const char *where, const struct target_settings *s,
			     int interrupt_fd)
{
	struct tcp_sink *k = make(s, interrupt_fd);
	const char *what, *why = NULL;
	int err;

	if (!k)
		return log_fail(STATUS_RUNTIME, "out of memory");
	err = connections_connect(&k->connections, where, &what, &why);
	return opened(out, k, err, what, why);
}
