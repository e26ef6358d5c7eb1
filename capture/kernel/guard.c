// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Requests and answers over a socket pair, descriptors with them. The guard is a child, so it waits
 * for our end by a descriptor of us; a closed socket says the same where there is none.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/base/fd_message.h"
#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/kernel/guard.h"
#include "capture/kernel/guard_messages.h"

enum { ANSWER_MS = 10000 }; /* the guard has little to do; it may have to wait for a CPU */

struct guard {
	pid_t pid;
	int fd;			/* -1: none */
	uint32_t serial;
};

static void guard_closep(struct guard **g)
{
	guard_close(*g);
}

/* Of @parent_fd it wants to know when that process has ended; -1: this kernel cannot say. */
static int start(struct guard *g, int parent_fd)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	g->pid = fork();
	if (g->pid == 0)
		guard_process(pair[1], parent_fd);
	close(pair[1]);
	g->fd = pair[0];
	return g->pid < 0 ? -errno : 0;
}

int guard_open(struct guard **out)
{
	cleanup(guard_closep) struct guard *g = calloc(1, sizeof(*g));
	int err, parent_fd;

	if (!g)
		return -ENOMEM;
	*g = (struct guard){ .pid = -1, .fd = -1 };
	parent_fd = syscall(SYS_pidfd_open, getpid(), 0);
	err = start(g, parent_fd);
	if (parent_fd >= 0)
		close(parent_fd);
	if (err)
		return err;
	*out = steal(&g);
	return 0;
}

/* ---- a request ---- */

/* Until something is to be read, if only that the guard has ended. */
static int wait_for(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n = uninterrupted(wait_ready(&p, 1, ANSWER_MS));

	return n < 0 ? -errno : n ? 0 : -ETIMEDOUT;
}

/* Answers to requests that were given up before are passed over. */
static int answer(struct guard *g)
{
	struct guard_answer a;
	ssize_t n;
	int err;

	do {
		err = wait_for(g->fd);
		if (err)
			return err;
		n = uninterrupted(recv(g->fd, &a, sizeof(a), 0));
		if (n != sizeof(a))
			return -EOWNERDEAD;
	} while (a.serial != g->serial);
	return a.err;
}

static int ask(struct guard *g, enum guard_verb verb, const struct xdp_place *place, const int *fds,
	       unsigned n)
{
	struct guard_request r = { .verb = verb, .serial = ++g->serial, .n_fds = n };
	int err;

	if (place)
		r.place = *place;
	err = fd_message_send(g->fd, &r, sizeof(r), fds, n);
	if (err)
		return err == -EPIPE || err == -ECONNRESET ? -EOWNERDEAD : err;
	return answer(g);
}

int guard_hold(struct guard *g, const struct xdp_place *place, int theirs_fd, const int ours_fd[2])
{
	const int fds[GUARD_FDS] = { theirs_fd, ours_fd[0], ours_fd[1] };

	return ask(g, GUARD_HOLD, place, fds, ours_fd[1] < 0 ? 2 : 3);
}

int guard_give_back(struct guard *g, const struct xdp_place *place)
{
	return ask(g, GUARD_GIVE_BACK, place, NULL, 0);
}

int guard_drop(struct guard *g, const struct xdp_place *place)
{
	return ask(g, GUARD_DROP, place, NULL, 0);
}

int guard_pid(const struct guard *g)
{
	return g->pid;
}

/* One that does not answer ends by itself, without being waited for. */
struct guard *guard_close(struct guard *g)
{
	int err;

	if (!g)
		return NULL;
	if (g->pid > 0) {
		err = ask(g, GUARD_END, NULL, NULL, 0);
		if (!err || err == -EOWNERDEAD)
			uninterrupted(waitpid(g->pid, NULL, 0));
	}
	if (g->fd >= 0)
		close(g->fd);
	free(g);
	return NULL;
}
