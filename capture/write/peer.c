// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A writer as of a file, whose bytes go into a queue, packet by packet. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/packet/packet.h"
#include "capture/write/descriptions.h"
#include "capture/write/file_ifaces.h"
#include "capture/write/peer.h"
#include "capture/write/peer_queue.h"
#include "capture/write/writer.h"

enum {
	QUEUE		= 8 << 20,	/* bytes that may wait, */
	RESERVE		= 2 << 20,	/* and for one packet more, and the end */
	OF_RECORD	= 4096,		/* beside the bytes of a packet */
	WORTH_IT	= 64 * 1024,	/* to be sent, without being asked to */
};

struct peer {
	int fd;
	bool blocked;			/* until it can be written to again */
	size_t tried;			/* bytes that waited then */
	int64_t id;			/* of the packet that is written, or PEER_QUEUE_NO_PACKET */
	struct peer_settings set;
	struct descriptions descriptions;
	struct writer *writer;
	struct peer_queue *queue;
};

static int enqueue(void *peer, const void *bytes, size_t n)
{
	struct peer *p = peer;

	return peer_queue_put(p->queue, p->id, bytes, n);
}

int peer_open(struct peer **peer, int fd, const struct peer_settings *s)
{
	struct peer *p = calloc(1, sizeof(*p));
	int err;

	if (!p) {
		close(fd);
		return -ENOMEM;
	}
	p->fd = fd;
	p->set = *s;
	p->id = PEER_QUEUE_NO_PACKET;
	err = peer_queue_open(&p->queue, QUEUE + RESERVE);
	if (!err)
		err = writer_open_to(&p->writer, s->format, enqueue, p);
	if (err) {
		peer_close(p);
		return err;
	}
	*peer = p;
	return 0;
}

int peer_begin(struct peer *p, struct source *from)
{
	const bool quiet = p->set.quiet;
	int err;

	p->descriptions = (struct descriptions){
		.from = from,
		.pcapng = p->set.format == FORMAT_PCAPNG,
		.live = p->set.live,
		.file_bytes = UINT64_MAX,
		.snap = p->set.snap,
		.differ = quiet, .too_long = quiet, .shortened = quiet, .crowded = quiet,
	};
	err = descriptions_begin(&p->descriptions, p->writer);
	return err ? err : peer_block(p, p->set.head, p->set.head_len);
}

static int describe(struct peer *p, const struct packet *packet)
{
	int err = descriptions_iface(&p->descriptions, p->writer, packet, UINT64_MAX);

	return err ? err : writer_flush(p->writer);
}

bool peer_has_room(const struct peer *p, const struct packet *packet)
{
	return peer_queue_waiting(p->queue) + packet->caplen + OF_RECORD <= QUEUE;
}

int peer_packet(struct peer *p, const struct packet *packet)
{
	const uint32_t id = packet->iface->id;
	int err = writer_has_iface(p->writer, id) ? 0 : describe(p, packet);
	ssize_t n = err ? err : writer_build(p->writer, packet);

	if (n <= 0)
		return n ? n : 1;
	writer_put(p->writer);
	p->id = id;
	err = writer_flush(p->writer);
	p->id = PEER_QUEUE_NO_PACKET;
	descriptions_check(&p->descriptions, packet);
	return err;
}

enum format_unfit peer_unfit(const struct peer *p)
{
	enum format_unfit why;

	writer_unfit(p->writer, &why);
	return why;
}

int peer_block(struct peer *p, const void *block, size_t len)
{
	int err = len ? writer_block(p->writer, block, len) : 0;

	return err ? err : writer_flush(p->writer);
}

int peer_joined(struct peer *p)
{
	return describe(p, NULL);
}

static bool stats_of(void *peer, uint32_t id, struct iface_stats *s)
{
	const struct peer *p = peer;

	return descriptions_stats(&p->descriptions, id, file_ifaces_lost(p->set.lost, id), s);
}

int peer_left(struct peer *p, uint32_t id)
{
	int err = writer_final_stats(p->writer, id, stats_of, p);

	return err ? err : writer_flush(p->writer);
}

int peer_end(struct peer *p)
{
	int err = describe(p, NULL);

	return err ? err : writer_finish(p->writer, stats_of, p);
}

/* ---- the other side ---- */

int peer_send(struct peer *p)
{
	size_t n;
	const void *bytes;

	while (bytes = peer_queue_next(p->queue, &n), n) {
		ssize_t done = send(p->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (done < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		p->blocked = done < 0 && errno == EAGAIN;
		if (p->blocked)
			break;
		peer_queue_sent(p->queue, max_of(done, (ssize_t)0));
	}
	p->tried = peer_queue_waiting(p->queue);
	return 0;
}

/* Where packets come without a pause nobody tells that a socket can be written to again. */
int peer_push(struct peer *p)
{
	return peer_queue_waiting(p->queue) >= p->tried + WORTH_IT ? peer_send(p) : 0;
}

/* Bytes that nobody wants, not for ever: 1; 0: there is an end. -errno. */
static int throw_away(const struct peer *p)
{
	enum { TIMES = 16 };
	char ignored[4096];
	ssize_t n = 1;

	for (unsigned i = 0; n > 0 && i < TIMES; i++)
		n = recv(p->fd, ignored, sizeof(ignored), MSG_DONTWAIT);
	return n >= 0 ? n > 0 : errno == EAGAIN || errno == EINTR ? 1 : -errno;
}

/* Behind an end that was read recv(2) tells of no reset. */
static bool is_reset(const struct peer *p)
{
	struct pollfd fd = { .fd = p->fd };

	return wait_ready(&fd, 1, 0) > 0;
}

/* Who closes only his half of the connection still reads. */
int peer_woken(struct peer *p)
{
	int got = throw_away(p);

	return got < 0 ? got : is_reset(p) ? -ECONNRESET : peer_send(p);
}

bool peer_is_over(const struct peer *p)
{
	return throw_away(p) <= 0;
}

void peer_shut(const struct peer *p)
{
	shutdown(p->fd, SHUT_WR);
}

size_t peer_waiting(const struct peer *p)
{
	return peer_queue_waiting(p->queue);
}

bool peer_is_blocked(const struct peer *p)
{
	return p->blocked;
}

uint64_t peer_packets(const struct peer *p)
{
	return peer_queue_packets(p->queue);
}

uint64_t peer_bytes(const struct peer *p)
{
	return peer_queue_bytes(p->queue);
}

void peer_drop(struct peer *p, void (*lost)(void *ctx, uint32_t id), void *ctx)
{
	peer_queue_drop(p->queue, lost, ctx);
}

int peer_fd(const struct peer *p)
{
	return p->fd;
}

struct peer *peer_close(struct peer *p)
{
	if (!p)
		return NULL;
	writer_close(p->writer);
	peer_queue_close(p->queue);
	close(p->fd);
	free(p);
	return NULL;
}
