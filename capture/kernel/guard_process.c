// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The guard as a process: what it is told it keeps in memory that it has from the beginning, so
 * that nothing is missing when it is needed. It never ends while it holds a place that it could
 * still give back, but for SIGKILL.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/base/fd_message.h"
#include "capture/base/util.h"
#include "capture/kernel/front_map.h"
#include "capture/kernel/guard.h"
#include "capture/kernel/guard_messages.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/netns.h"

enum {
	AGAIN_MS	= 50,
	AGAIN_TIMES	= 60 * 1000 / AGAIN_MS,	/* a minute for memory to become free */
};

/* Descriptors are -1 where there is none. */
struct held {
	bool used;
	struct xdp_place place;
	int fds[GUARD_FDS];
	int maps[GUARD_FDS];	/* of ours, so that it is not emptied: front_map.h */
};

struct process {
	int fd;
	int parent_fd;
	struct held held[GUARD_PLACES + 1];	/* one changes */
};

/* ---- places ---- */

static struct held *find(struct process *p, const struct xdp_place *place)
{
	for (unsigned i = 0; i < array_size(p->held); i++)
		if (p->held[i].used && p->held[i].place.ifindex == place->ifindex)
			return &p->held[i];
	return NULL;
}

static struct held *find_free(struct process *p)
{
	for (unsigned i = 0; i < array_size(p->held); i++)
		if (!p->held[i].used)
			return &p->held[i];
	return NULL;
}

static void close_all(int *fds, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static void forget(struct held *h)
{
	close_all(h->fds, GUARD_FDS);
	close_all(h->maps, GUARD_FDS);
	h->used = false;
}

static void unpin(const struct held *h)
{
	for (unsigned i = GUARD_OURS; i < GUARD_FDS; i++)
		if (h->maps[i] >= 0)
			front_map_unpin(h->maps[i]);
}

/* A pin is one thing more that keeps the map; without bpffs the guard has to do. */
static int keep_maps(struct held *h)
{
	for (unsigned i = GUARD_OURS; i < GUARD_FDS; i++) {
		if (h->fds[i] < 0)
			continue;
		h->maps[i] = front_map_open(h->fds[i]);
		if (h->maps[i] < 0 && h->maps[i] != -ENOENT)
			return h->maps[i];
		if (h->maps[i] >= 0)
			front_map_pin(h->maps[i]);
	}
	return 0;
}

/* Is @fd, a map, one of @h? */
static bool has_map(const struct held *h, int fd)
{
	uint32_t id = front_map_id(fd);

	for (unsigned i = GUARD_OURS; i < GUARD_FDS; i++)
		if (h->maps[i] >= 0 && front_map_id(h->maps[i]) == id)
			return true;
	return false;
}

/* What was said of a place before stays until what is new is complete. */
static int hold(struct process *p, const struct xdp_place *place, const int fds[GUARD_FDS])
{
	struct held *before = find(p, place), *h = find_free(p);
	int err;

	if (!h)
		return -ENOSPC;
	*h = (struct held){ .place = *place, .maps = { -1, -1, -1 } };
	memcpy(h->fds, fds, sizeof(h->fds));
	err = keep_maps(h);
	if (err) {
		close_all(h->maps, GUARD_FDS);
		return err;
	}
	if (before) {
		for (unsigned i = GUARD_OURS; i < GUARD_FDS; i++)
			if (before->maps[i] >= 0 && !has_map(h, before->maps[i]))
				front_map_unpin(before->maps[i]);
		forget(before);
	}
	h->used = true;
	return 0;
}

/* One of ours is at @place, or none: -ENOENT. */
static int give_back_at(const struct held *h, const struct xdp_place *place)
{
	int err = -ENOENT;

	for (unsigned i = GUARD_OURS; i < GUARD_FDS && err == -ENOENT; i++)
		if (h->fds[i] >= 0)
			err = xdp_place_give_back(place, h->fds[i], h->fds[GUARD_THEIRS]);
	return err;
}

struct search {
	const struct held *held;
	bool done;
};

static void try_iface(void *ctx, const struct netif *n)
{
	struct search *s = ctx;
	struct xdp_place place = s->held->place;

	place.ifindex = n->ifindex;
	s->done = s->done || !give_back_at(s->held, &place);
}

static bool try_namespace(void *ctx)
{
	struct search *s = ctx;

	netif_list(try_iface, s);
	return s->done;
}

/*
 * An interface that is moved to another namespace takes ours with it, and may get another number
 * there. A link is the same everywhere.
 */
static int give_back(const struct held *h)
{
	struct search s = { .held = h };
	struct netif n;
	int err = give_back_at(h, &h->place);

	if (err == -ENOENT && !h->place.link_id &&
	    netif_by_index(h->place.ifindex, &n) == -ENODEV && netns_each(try_namespace, &s))
		return 0;
	return err;
}

static void drop(struct held *h)
{
	unpin(h);
	forget(h);
}

/*
 * What cannot be given back now may be later. If it never can, its pin stays, and with it what
 * xdpdump --restore needs.
 */
static void give_all_back(struct process *p)
{
	for (unsigned i = 0; i < array_size(p->held); i++) {
		struct held *h = &p->held[i];
		int err = h->used ? give_back(h) : -ENOENT;

		for (unsigned n = 0; err && err != -ENOENT && n < AGAIN_TIMES; n++) {
			poll(NULL, 0, AGAIN_MS);
			err = give_back(h);
		}
		if (h->used && (!err || err == -ENOENT))
			drop(h);
	}
}

/* ---- requests ---- */

static int obey(struct process *p, const struct guard_request *r, int fds[GUARD_FDS])
{
	struct held *h = find(p, &r->place);
	unsigned n = 0;
	int err;

	while (n < GUARD_FDS && fds[n] >= 0)
		n++;
	switch (r->verb) {
	case GUARD_HOLD:
		err = n == r->n_fds ? hold(p, &r->place, fds) : -EMFILE;
		if (err)
			close_all(fds, GUARD_FDS);
		return err;
	case GUARD_GIVE_BACK: return h ? give_back(h) : -ENOENT;
	case GUARD_DROP:
		if (h)
			drop(h);
		return 0;
	case GUARD_END: break;
	}
	give_all_back(p);
	return 0;
}

/* False: there will be no more. */
static bool serve(struct process *p)
{
	struct guard_request r;
	struct guard_answer a;
	int fds[GUARD_FDS];
	/* descriptors for which there is no room get lost: n_fds of the request tells */
	ssize_t n = fd_message_receive(p->fd, &r, sizeof(r), fds, GUARD_FDS, MSG_DONTWAIT);

	if (n == -ECONNRESET || n == -EPIPE)
		return false;
	if (n < 0) { /* no memory, say: it is still there, or nobody has it */
		poll(NULL, 0, n == -EAGAIN ? 0 : AGAIN_MS);
		return true;
	}
	if (n != sizeof(r))
		return false;
	a = (struct guard_answer){ .serial = r.serial, .err = obey(p, &r, fds) };
	send(p->fd, &a, sizeof(a), MSG_NOSIGNAL | MSG_DONTWAIT);
	return r.verb != GUARD_END;
}

/* What was sent before the end is read before the end is believed. */
static void wait_for_the_end(struct process *p)
{
	struct pollfd fds[] = { { .fd = p->fd, .events = POLLIN },
				{ .fd = p->parent_fd, .events = POLLIN } };

	for (;;) {
		if (poll(fds, array_size(fds), -1) < 0)
			continue;
		if (fds[0].revents) {
			if (!serve(p))
				return;
		} else if (fds[1].revents) {
			return;
		}
	}
}

/* ---- apart from ours ---- */

/*
 * The rights that exchanging a program needs, and no others. Who is root pins into root's directory
 * as its owner.
 */
static void keep_rights(void)
{
	static const cap_value_t needed[] = { CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_DAC_OVERRIDE };
	cap_t now = cap_get_proc(), kept = cap_init();

	for (size_t i = 0; now && kept && i < array_size(needed) - !geteuid(); i++) {
		cap_flag_value_t has = CAP_CLEAR;

		if (!cap_get_flag(now, needed[i], CAP_PERMITTED, &has) && has == CAP_SET) {
			cap_set_flag(kept, CAP_PERMITTED, 1, &needed[i], CAP_SET);
			cap_set_flag(kept, CAP_EFFECTIVE, 1, &needed[i], CAP_SET);
		}
	}
	if (kept)
		cap_set_proc(kept);
	cap_free(now);
	cap_free(kept);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static int move_above(int fd)
{
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	return moved < 0 ? fd : moved;
}

/* Nothing stays open but the two: whoever reads what we print is to see its end. */
static void close_others(struct process *p)
{
	struct rlimit files;
	int low, high;

	p->fd = move_above(p->fd);
	p->parent_fd = p->parent_fd < 0 ? -1 : move_above(p->parent_fd);
	low = p->parent_fd < 0 ? p->fd : min_of(p->fd, p->parent_fd);
	high = max_of(p->fd, p->parent_fd);
	for (int fd = 0; fd < low; fd++)
		close(fd);
	if (high > low + 1)
		close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0u, 0);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		open("/dev/null", O_RDWR);
	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

static void leave_terminal(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	prctl(PR_SET_NAME, "xdpdump-guard", 0, 0, 0);
	if (chdir("/"))
		return;		/* then a file system stays busy, that is all */
}

void guard_process(int fd, int parent_fd)
{
	struct process p = { .fd = fd, .parent_fd = parent_fd };

	leave_terminal();
	close_others(&p);
	keep_rights();
	wait_for_the_end(&p);
	give_all_back(&p);
	_exit(0);
}
