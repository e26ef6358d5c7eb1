// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Packets to those who are connected. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/loop.h"
#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/packet/packet.h"
#include "capture/write/tcp_sink_impl.h"

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

struct tcp_client *tcp_sink_next(struct tcp_sink *k, struct tcp_client *c)
{
	for (c = c ? c + 1 : k->clients; c < k->clients + TCP_SINK_CLIENTS; c++)
		if (c->peer)
			return c;
	return NULL;
}

static void on_client(void *client)
{
	struct tcp_client *c = client;
	int err = peer_woken(c->peer);

	if (err && tcp_sink_gone(c->of, c, err))
		c->of->loop->unread = true;
}

static int watch_client(struct tcp_client *c)
{
	return c->of->loop ? loop_add_socket(c->of->loop, peer_fd(c->peer), on_client, c) : 0;
}

int tcp_sink_welcome(struct tcp_sink *k, struct tcp_client *c, int fd,
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
		tcp_sink_dismiss(k, c, err);
	return err;
}

void tcp_sink_dismiss(struct tcp_sink *k, struct tcp_client *c, int err)
{
	if (!c->peer)
		return;
	if (k->loop)
		loop_remove(k->loop, peer_fd(c->peer), c);
	if (!k->many && peer_waiting(c->peer)) {
		k->why = k->why ? k->why : err;
		peer_drop(c->peer, lose_waiting, k);
	}
	c->peer = peer_close(c->peer);
	k->is_full = false;
}

int tcp_sink_gone(struct tcp_sink *k, struct tcp_client *c, int err)
{
	if (peer_packets(c->peer))
		k->pause_ns = 0;
	/* nobody reads any more: with a pipe that is an end as was wanted, here it is not known */
	err = err == -EPIPE ? -ECONNRESET : err;
	tcp_sink_dismiss(k, c, err);
	if (k->many)
		return 0;
	k->why = k->why ? k->why : err;
	if (!k->set.live || k->ended) {
		k->sink.error = k->sink.error ? k->sink.error : err;
		return err;
	}
	log_complain("%s: connection lost: %s: it is tried again", k->set.word, strerror(-err));
	tcp_ends_retry_later(k);
	return 0;
}

static void cut_off(struct tcp_sink *k, struct tcp_client *c, const char *why)
{
	log_complain("%s: %s is cut off, %s: it got %llu packets, %llu bytes", k->set.word, c->name,
		     why, (unsigned long long)peer_packets(c->peer),
		     (unsigned long long)peer_bytes(c->peer));
	tcp_sink_dismiss(k, c, -ENOBUFS);
}

/* What @err, of something that was written to it, means. As tcp_sink_gone(). */
static int check(struct tcp_sink *k, struct tcp_client *c, int err)
{
	if (!err)
		err = peer_push(c->peer);
	else if (k->many)
		return cut_off(k, c, "too slow"), 0;
	return err ? tcp_sink_gone(k, c, err) : 0;
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

/* As tcp_sink_gone(); -EINTR: there is none, but who waits is asked to stop. */
static int wait_for_room(struct tcp_sink *k, struct tcp_client *c, const struct packet *p)
{
	struct pollfd fds[] = { { .fd = peer_fd(c->peer), .events = POLLOUT },
				{ .fd = k->interrupt_fd, .events = POLLIN } };

	for (;;) {
		int err = peer_send(c->peer), n;

		if (err)
			return tcp_sink_gone(k, c, err);
		if (peer_has_room(c->peer, p))
			return 0;
		n = wait_ready(fds, 2, k->patience_ms);
		if (n > 0 && fds[1].revents)
			return -EINTR;
		if (!n)
			return tcp_sink_gone(k, c, -ETIMEDOUT);
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

/* What is written to each of those that are there. As tcp_sink_gone(). */
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

		err = err ? tcp_sink_gone(k, c, err) : 0;
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
	tcp_ends_tick(of(k), upto);
	return 0;
}

static uint64_t due(const struct sink *k)
{
	return of(k)->retry_ns;
}

static int watch(struct sink *sink, struct loop *l)
{
	struct tcp_sink *k = of(sink);
	int err;

	k->loop = l;
	err = tcp_ends_watch(k);
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

static int finish(struct sink *sink)
{
	struct tcp_sink *k = of(sink);

	k->ended = true;
	tcp_ends_close(k);
	for_each_client(k, c)
		if (k->from && peer_end(c->peer) && k->many)
			cut_off(k, c, "too slow");
	tcp_end_send(k);
	tcp_end_shut(k);
	for_each_client(k, c) {
		if (peer_waiting(c->peer) && k->many)
			cut_off(k, c, "too slow at the end");
		else
			tcp_sink_dismiss(k, c, -ETIMEDOUT);
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
		tcp_sink_dismiss(k, c, 0);
	tcp_ends_close(k);
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

struct tcp_sink *tcp_sink_make(const struct target_settings *s, int interrupt_fd)
{
	struct tcp_sink *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	*k = (struct tcp_sink){
		.sink.ops = &ops, .set = *s, .interrupt_fd = interrupt_fd, .patience_ms = -1,
		.listen_fd = -1, .dial_fd = -1, .retry_ns = UINT64_MAX,
	};
	return k;
}
