// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Our side of it: a request, and the answer that is waited for. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/broker.h"
#include "capture/kernel/broker_messages.h"
#include "capture/kernel/kernel_types.h"

/*
 * The kernel's verifier may take seconds, and wait for a CPU; who ends has nothing to do
 * but that.
 */
enum { ANSWER_MS = 60 * 1000, END_MS = 1000 };

struct broker {
	pid_t pid;
	int fd;
	bool is_silent;		/* it has not answered, and is not asked any more */
	struct broker_shared *shared;
	broker_number_fn *number;
};

static void broker_closep(struct broker **b)
{
	broker_close(*b);
}

static int start_process(struct broker *b, const struct broker_grant *grant)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	b->pid = fork();
	if (b->pid == 0)
		broker_process(pair[1], grant, b->shared);
	close(pair[1]);
	b->fd = pair[0];
	return b->pid < 0 ? -errno : 0;
}

/* Until something is to be read, if only that it has ended. */
static int wait_for(const struct broker *b, int ms)
{
	struct pollfd p = { .fd = b->fd, .events = POLLIN };
	int n = uninterrupted(wait_ready(&p, 1, ms));

	return n < 0 ? -errno : n ? 0 : -ETIMEDOUT;
}

/* What comes with it is in @got, the caller's, if the answer is 0. */
static int receive(struct broker *b, uint32_t *maps, int got[FD_MESSAGE_MAX])
{
	struct broker_answer a;
	int err = wait_for(b, ANSWER_MS);

	b->is_silent = err;
	if (err)
		return err;
	if (fd_message_receive(b->fd, &a, sizeof(a), got, FD_MESSAGE_MAX, 0) != sizeof(a))
		return -EOWNERDEAD;
	*maps = a.maps & ((1u << OBJECT_MAPS) - 1);
	return a.err;
}

int broker_open(struct broker **out, const struct broker_grant *grant)
{
	cleanup(broker_closep) struct broker *b = calloc(1, sizeof(*b));
	int err, none[FD_MESSAGE_MAX];
	uint32_t maps;

	if (!b)
		return -ENOMEM;
	*b = (struct broker){ .pid = -1, .fd = -1, .number = grant->number };
	b->shared = mmap(NULL, sizeof(*b->shared), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (b->shared == MAP_FAILED) {
		b->shared = NULL;
		return -errno;
	}
	kernel_types();		/* it will know them then, without having to start a process */
	err = start_process(b, grant);
	if (!err)
		err = receive(b, &maps, none);	/* that it is ready */
	if (err)
		return err;
	*out = steal(&b);
	return 0;
}

/* ---- a request ---- */

static int put_filter(struct broker *b, unsigned which, const struct filter *f,
		      struct broker_request *r)
{
	const size_t n = f ? f->n_classic : 0;

	if (f && !f->classic)
		return -EPERM;
	if (n > BROKER_INSNS_MAX)
		return -E2BIG;
	r->n_insns[which] = n;
	if (n)
		memcpy(b->shared->insns[which], f->classic, n * sizeof(*f->classic));
	return 0;
}

static int compose(struct broker *b, struct broker_request *r, const struct object_plan *plan)
{
	int err = plan->traced ? -EPERM : b->number(plan->program, &r->program);

	r->ifindex = plan->ifindex;
	r->settings = plan->settings;
	if (!err)
		err = put_filter(b, BROKER_FILTER, plan->filter, r);
	return err ? err : put_filter(b, BROKER_TRIGGER, plan->trigger, r);
}

static unsigned put_maps(struct broker_request *r, const struct object_plan *plan, int *fds)
{
	unsigned n = 0;

	for (unsigned i = 0; i < OBJECT_MAPS; i++)
		if (plan->maps[i] >= 0) {
			r->maps |= 1u << i;
			fds[n++] = plan->maps[i];
		}
	return n;
}

static int ask(struct broker *b, const struct broker_request *r, const int *fds, unsigned n,
	       uint32_t *maps, int got[FD_MESSAGE_MAX])
{
	int err = b->is_silent ? -ETIMEDOUT : fd_message_send(b->fd, r, sizeof(*r), fds, n);

	if (err)
		return err == -EPIPE || err == -ECONNRESET ? -EOWNERDEAD : err;
	return receive(b, maps, got);
}

/* What came belongs to the parts. -EMFILE: not all has come. */
static int take(struct object_parts *parts, const int *fds, uint32_t maps)
{
	unsigned n = 0;
	bool all;

	*parts = (struct object_parts)OBJECT_PARTS_INIT;
	parts->program = fds[n++];
	all = parts->program >= 0;
	for (unsigned i = 0; i < OBJECT_MAPS; i++)
		if (maps & 1u << i) {
			parts->maps[i] = fds[n++];
			all &= parts->maps[i] >= 0;
		}
	if (!all)
		object_load_close(parts);
	return all ? 0 : -EMFILE;
}

int broker_load(struct broker *b, struct object_parts *parts, const struct object_plan *plan)
{
	struct broker_request r = { .verb = BROKER_LOAD };
	int fds[OBJECT_MAPS], got[FD_MESSAGE_MAX], err = compose(b, &r, plan);
	const unsigned n = put_maps(&r, plan, fds);
	uint32_t maps;

	if (!err)
		err = ask(b, &r, fds, n, &maps, got);
	return err ? err : take(parts, got, maps);
}

int broker_promiscuous(struct broker *b, int ifindex)
{
	const struct broker_request r = { .verb = BROKER_PROMISCUOUS, .ifindex = ifindex };
	int got[FD_MESSAGE_MAX];
	uint32_t maps;
	int err = ask(b, &r, NULL, 0, &maps, got);

	return err ? err : got[0] < 0 ? -EMFILE : got[0];
}

int broker_pid(const struct broker *b)
{
	return b->pid;
}

struct broker *broker_close(struct broker *b)
{
	if (!b)
		return NULL;
	if (b->fd >= 0)
		shutdown(b->fd, SHUT_WR);	/* whoever else has it */
	if (b->pid > 0 && !b->is_silent && !wait_for(b, END_MS))
		uninterrupted(waitpid(b->pid, NULL, 0));
	if (b->fd >= 0)
		close(b->fd);
	if (b->shared)
		munmap(b->shared, sizeof(*b->shared));
	free(b);
	return NULL;
}
