// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The guard knows of a place before it is taken, and until it is given back. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/front_map.h"
#include "capture/kernel/guard.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/takeover.h"
#include "capture/kernel/xdp_place.h"

enum { TRIES = 10 }; /* while somebody else changes the program */

struct takeover {
	struct xdp_holder holder;
	struct xdp_place place;
	struct guard *guard;	/* NULL: none */
	int target_fd;
	int our_fd;		/* the caller's; -1: not taken, or given back */
	uint32_t our_id;
};

static void takeover_closep(struct takeover **t)
{
	takeover_close(*t);
}

/* ---- who is there ---- */

static int describe(int prog_fd, struct xdp_holder *h)
{
	struct bpf_prog_info info = { .id = 0 };
	uint32_t len = sizeof(info);
	int err = bpf_obj_get_info_by_fd(prog_fd, &info, &len);

	if (err)
		return err;
	snprintf(h->name, sizeof(h->name), "%s", info.name);
	memcpy(h->tag, info.tag, sizeof(h->tag));
	h->tail_calls = front_map_is_caller(prog_fd);
	return 0;
}

/* The program that is there, as *@fd for the caller. */
static int look(int ifindex, struct xdp_holder *h, int *fd)
{
	struct xdp_program found[3];
	int err, n = xdp_query(ifindex, found);

	if (n <= 0)
		return n ? n : -ENOENT;
	*h = (struct xdp_holder){ .prog_id = found[0].id, .mode = found[0].mode };
	*fd = bpf_prog_get_fd_by_id(h->prog_id);
	if (*fd < 0) /* removed since */
		return *fd == -ENOENT ? -EAGAIN : *fd;
	err = describe(*fd, h);
	if (err)
		close(*fd);
	return err;
}

int takeover_look(int ifindex, struct xdp_holder *h)
{
	int fd, err = look(ifindex, h, &fd);

	if (err)
		return err == -EAGAIN ? -ENOENT : err;
	close(fd);
	h->link_id = xdp_place_link(ifindex, h->prog_id);
	return 0;
}

/* ---- taken ---- */

static int try_open(struct takeover *t, int ifindex)
{
	int err = look(ifindex, &t->holder, &t->target_fd);

	if (err) {
		t->target_fd = -1;
		return err;
	}
	if (t->holder.mode == XDP_MODE_OFFLOAD)
		return -EOPNOTSUPP;
	err = xdp_place_find(&t->place, ifindex, t->holder.mode, t->target_fd);
	t->holder.link_id = t->place.link_id;
	return err;
}

int takeover_open(struct takeover **out, int ifindex, struct guard *guard)
{
	cleanup(takeover_closep) struct takeover *t = calloc(1, sizeof(*t));
	int err = -EAGAIN;

	if (!t)
		return -ENOMEM;
	*t = (struct takeover){ .guard = guard, .target_fd = -1, .our_fd = -1 };
	for (unsigned i = 0; i < TRIES && err == -EAGAIN; i++) {
		if (t->target_fd >= 0)
			close(t->target_fd);
		err = try_open(t, ifindex);
	}
	if (err)
		return err;
	*out = steal(&t);
	return 0;
}

const struct xdp_holder *takeover_holder(const struct takeover *t)
{
	return &t->holder;
}

int takeover_program_fd(const struct takeover *t)
{
	return t->target_fd;
}

static int tell_guard(struct takeover *t, int our_fd, int other_fd)
{
	const int ours[] = { our_fd, other_fd };

	return t->guard ? guard_hold(t->guard, &t->place, t->target_fd, ours) : 0;
}

/* What a guard that has ended meanwhile would have tidied up is done here. */
static void dismiss_guard(struct takeover *t, int our_fd)
{
	int map;

	if (!t->guard || !guard_drop(t->guard, &t->place))
		return;
	map = front_map_open(our_fd);
	if (map < 0)
		return;
	front_map_unpin(map);
	close(map);
}

int takeover_take(struct takeover *t, int our_fd)
{
	int err = tell_guard(t, our_fd, -1);

	if (err)
		return err;
	err = xdp_place_exchange(&t->place, t->target_fd, our_fd);
	if (err) {
		dismiss_guard(t, our_fd);
		return err;
	}
	t->our_fd = our_fd;
	t->our_id = xdp_program_id(our_fd);
	return 0;
}

int takeover_exchange(struct takeover *t, int from_fd, int to_fd)
{
	int err = tell_guard(t, from_fd, to_fd);

	if (err)
		return err;
	err = xdp_place_exchange(&t->place, from_fd, to_fd);
	t->our_fd = err ? from_fd : to_fd;
	t->our_id = xdp_program_id(t->our_fd);
	tell_guard(t, t->our_fd, -1);
	return err;
}

/* The guard may do it where we may not (any more), and looks further where ours is gone. */
int takeover_give_back(struct takeover *t)
{
	int err;

	if (t->our_fd < 0)
		return 0;
	err = xdp_place_give_back(&t->place, t->our_fd, t->target_fd);
	if (err && t->guard)
		err = guard_give_back(t->guard, &t->place);
	if (err && err != -ENOENT)
		return err;
	dismiss_guard(t, t->our_fd);
	t->our_fd = -1;
	return 0;
}

/* ---- what is there now ---- */

/* Another mode than that of the place counts: somebody has put something there. */
enum takeover_state takeover_state(const struct takeover *t, uint32_t *by)
{
	struct xdp_program found[3];
	struct netif n;
	int count;

	*by = 0;
	if (netif_by_index(t->place.ifindex, &n) == -ENODEV)
		return TAKEOVER_GONE;
	count = xdp_query(t->place.ifindex, found);
	if (!count)
		return TAKEOVER_EMPTY;
	if (count < 0) /* not to be known: as it was */
		return t->our_fd < 0 ? TAKEOVER_TARGET : TAKEOVER_OURS;
	*by = found[0].id;
	if (t->our_fd >= 0 && *by == t->our_id)
		return TAKEOVER_OURS;
	return *by == t->holder.prog_id ? TAKEOVER_TARGET : TAKEOVER_REPLACED;
}

struct takeover *takeover_close(struct takeover *t)
{
	if (!t)
		return NULL;
	takeover_give_back(t);
	if (t->target_fd >= 0)
		close(t->target_fd);
	free(t);
	return NULL;
}
