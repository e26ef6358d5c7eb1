/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A sink for sockets: tcp_sink.c writes to who is there, tcp_ends.c knows how they come and go,
 * tcp_end.c takes leave.
 */
#ifndef XDPDUMP_WRITE_TCP_SINK_IMPL_H
#define XDPDUMP_WRITE_TCP_SINK_IMPL_H

#include "capture/base/listen.h"
#include "capture/write/file_ifaces.h"
#include "capture/write/peer.h"
#include "capture/write/sink.h"
#include "capture/write/target.h"
#include "capture/write/tcp_sink.h"

struct tcp_sink;

struct tcp_client {
	struct tcp_sink *of;
	struct peer *peer;		/* NULL: nobody */
	char name[LISTEN_TEXT_MAX];	/* its address */
};

struct tcp_sink {
	struct sink sink;
	struct target_settings set;
	int interrupt_fd;
	int patience_ms;		/* for one that takes nothing; -1: for ever */
	struct loop *loop;		/* NULL: nothing is watched yet */
	struct source *from;		/* NULL: it has not begun */
	/* whoever comes; else clients[0] is the only one, and what it lacks is lost */
	bool many;
	bool ended;
	struct tcp_client clients[TCP_SINK_CLIENTS];
	struct file_ifaces lost;
	int why;			/* -errno, of the first that was lost; 0: none */
	uint64_t unfit;			/* of those that are lost: the format cannot express them */
	enum format_unfit why_unfit;

	int listen_fd;			/* -1: it is not there that they come from */
	bool is_full;			/* which was said */

	/* that is connected to, and again when it has gone; len 0: none is */
	struct listen_address to;
	int dial_fd;			/* on its way there; -1: there is none */
	/* when the next try is due, or this one has taken too long; UINT64_MAX: there is none */
	uint64_t retry_ns;
	uint64_t pause_ns;		/* before it; 0: there was none */
};

/* Those who are there; NULL: the first one, and behind the last one. */
struct tcp_client *tcp_sink_next(struct tcp_sink *k, struct tcp_client *c);
#define for_each_client(k, c)	for (struct tcp_client *c = tcp_sink_next(k, NULL); c; c = tcp_sink_next(k, c))

/* Somebody is there from now on, by @fd, which is taken. 0, or -errno. */
int tcp_sink_welcome(struct tcp_sink *k, struct tcp_client *c, int fd,
		     const struct listen_address *from);

/* Nobody is there any more; what was not sent is lost for @err, -errno, if it is the only one. */
void tcp_sink_dismiss(struct tcp_sink *k, struct tcp_client *c, int err);

/*
 * It has gone, by @err, -errno. 0, or that where it was the only one and will not come back.
 */
int tcp_sink_gone(struct tcp_sink *k, struct tcp_client *c, int err);

/* Somebody may come now, or be connected to. -errno. */
int tcp_ends_watch(struct tcp_sink *k);

/* The only one has gone: it is connected to again in a while. */
void tcp_ends_retry_later(struct tcp_sink *k);
void tcp_ends_tick(struct tcp_sink *k, uint64_t now_ns);

/*
 * Sends what waits, to those who take it; and waits until those who have got all have closed as
 * well: a close before would take from them what they have not read.
 */
void tcp_end_send(struct tcp_sink *k);
void tcp_end_shut(struct tcp_sink *k);

/* Nobody comes any more. */
void tcp_ends_close(struct tcp_sink *k);

/* Makes one that nobody is connected to. NULL: no memory. */
struct tcp_sink *tcp_sink_make(const struct target_settings *s, int interrupt_fd);

#endif
