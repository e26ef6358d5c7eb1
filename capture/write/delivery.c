// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Our side of it: memory for batches, and a socket by which they go and come back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/write/delivery.h"
#include "capture/write/delivery_messages.h"

struct delivery {
	int fd;
	struct delivery_shared *shared;
	uint32_t used;			/* a bit for each batch */
	bool ended;
};
_Static_assert(DELIVERY_BATCHES <= 32, "bits of used");

static void delivery_closep(struct delivery **d)
{
	delivery_close(*d);
}

static int start_process(struct delivery *d, const struct delivery_settings *s)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	pid = fork();
	if (pid == 0)
		delivery_process(pair[1], s, d->shared);
	close(pair[1]);
	d->fd = pair[0];
	return pid < 0 ? -errno : 0;
}

/* -EAGAIN: there is none. */
static int hear(struct delivery *d, struct delivery_answer *a)
{
	const ssize_t n = recv(d->fd, a, sizeof(*a), MSG_DONTWAIT);

	if (n == sizeof(*a)) {
		a->text[sizeof(a->text) - 1] = '\0';
		return 0;
	}
	return n < 0 && (errno == EAGAIN || errno == EINTR) ? -EAGAIN : -ECHILD;
}

static int wait_until_ready(struct delivery *d, int interrupt_fd, char said[static ENGINE_SAID_MAX])
{
	struct delivery_answer a;
	int err;

	while ((err = hear(d, &a)) == -EAGAIN) {
		err = delivery_wait(d, interrupt_fd, -1);
		if (err)
			return err;
	}
	if (err)
		return err;
	memcpy(said, a.text, ENGINE_SAID_MAX);
	return a.news == DELIVERY_READY ? 0 : -EINVAL;
}

int delivery_open(struct delivery **delivery, const struct delivery_settings *s, int interrupt_fd,
		  char said[static ENGINE_SAID_MAX])
{
	cleanup(delivery_closep) struct delivery *d = calloc(1, sizeof(*d));
	int err;

	if (!d)
		return -ENOMEM;
	d->fd = -1;
	/* in pages that are not there before something is written to them */
	d->shared = mmap(NULL, sizeof(*d->shared), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (d->shared == MAP_FAILED) {
		d->shared = NULL;
		return -errno;
	}
	err = start_process(d, s);
	if (!err)
		err = wait_until_ready(d, interrupt_fd, said);
	if (!err)
		*delivery = steal(&d);
	return err;
}

/*
 * The first ones again and again: the memory of the others is not touched as long as the engine
 * keeps pace.
 */
char *delivery_batch(struct delivery *d)
{
	for (unsigned i = 0; i < DELIVERY_BATCHES; i++) {
		if (d->used & 1u << i)
			continue;
		d->used |= 1u << i;
		return d->shared->batches[i];
	}
	return NULL;
}

static int ask(const struct delivery *d, const struct delivery_request *r)
{
	const ssize_t n = send(d->fd, r, sizeof(*r), MSG_NOSIGNAL | MSG_DONTWAIT);

	return n == sizeof(*r) ? 0 : -ECHILD;
}

int delivery_send(struct delivery *d, char *batch, size_t len, unsigned n, uint64_t first)
{
	const struct delivery_request r = {
		DELIVERY_SEND, (batch - d->shared->batches[0]) / DELIVERY_BATCH, len, n, first,
	};

	if (n)
		return ask(d, &r);
	d->used &= ~(1u << r.slot);
	return 0;
}

int delivery_fd(const struct delivery *d)
{
	return d->fd;
}

int delivery_look(struct delivery *d, delivery_said_fn said, void *ctx)
{
	struct delivery_answer a;
	int err = 0;

	while (!d->ended && !(err = hear(d, &a))) {
		if (a.news == DELIVERY_FREE)
			d->used &= ~(1u << a.slot % DELIVERY_BATCHES);
		else if (a.news == DELIVERY_SAID || a.news == DELIVERY_FAILED)
			said(ctx, a.text, a.news == DELIVERY_FAILED);
		d->ended |= a.news == DELIVERY_ENDED;
	}
	return err == -EAGAIN ? 0 : err;
}

int delivery_wait(const struct delivery *d, int interrupt_fd, int ms)
{
	struct pollfd fds[] = { { .fd = d->fd, .events = POLLIN }, { .fd = interrupt_fd, .events = POLLIN } };

	return wait_ready(fds, array_size(fds), ms) > 0 && fds[1].revents ? -EINTR : 0;
}

void delivery_end(struct delivery *d)
{
	ask(d, &(struct delivery_request){ .verb = DELIVERY_END });
}

void delivery_hurry(struct delivery *d)
{
	ask(d, &(struct delivery_request){ .verb = DELIVERY_HURRY });
}

bool delivery_has_ended(const struct delivery *d)
{
	return d->ended;
}

struct delivery_counts delivery_counts(const struct delivery *d)
{
	const struct delivery_shared *s = d->shared;

	return (struct delivery_counts){ s->delivered, s->spooled, s->refused, s->former };
}

struct delivery *delivery_close(struct delivery *d)
{
	if (!d)
		return NULL;
	if (d->fd >= 0)
		close(d->fd);
	if (d->shared)
		munmap(d->shared, sizeof(*d->shared));
	free(d);
	return NULL;
}
