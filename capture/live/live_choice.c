// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What live_attach.c comes to, without attaching anything. */
#include <errno.h>
#include <stdio.h>

#include "capture/kernel/front_map.h"
#include "capture/kernel/leftover.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/traced.h"
#include "capture/kernel/xdp.h"
#include "capture/kernel/xdp_features.h"
#include "capture/live/live_choice.h"
#include "capture/live/live_watched.h"
#include "capture/live/live_way.h"

static const char *name_of(const struct xdp_program *p)
{
	return *p->name ? p->name : "?";
}

/* As it is without a word on the command line, where the kernel allows that. */
static bool is_traced(struct live_choice *c, const struct netif *n, const struct xdp_program *there)
{
	struct traced *t;
	int err = traced_open(&t, n->ifindex, NULL);

	if (err)
		return false;
	err = traced_try(t);
	traced_close(t);
	if (err)
		return false;
	c->hook = live_way_name(live_way_of_mode(there->mode));
	snprintf(c->why, sizeof(c->why), "%s is there, which is traced", name_of(there));
	return true;
}

static void behind_another(char *why, size_t cap, const struct xdp_program *there)
{
	const int err = front_map_takes(there->id);

	snprintf(why, cap, "%s is there%s", name_of(there),
		 err == -EINVAL ? ", and cannot be called, as it is bound to the device"
		 : err == -EBUSY ? ", and cannot be called, as functions of it are replaced"
				 : "; --observe front calls it");
}

/* Ours may be a leftover, or that of another xdpdump. */
static void behind(struct live_choice *c, const struct netif *n, const struct xdp_program *there)
{
	char *why = c->why;
	const size_t cap = sizeof(c->why);
	struct xdp_program target;
	const bool is_front = leftover_is_front(there->id, &target);

	if (is_front && target.id)
		snprintf(why, cap, "xdpdump in front of %s (id %u)", name_of(&target), target.id);
	else if (is_front)
		snprintf(why, cap, "xdpdump in front of a program that is gone");
	else if (live_watched_is_ours(there->name))
		snprintf(why, cap, "another xdpdump captures there");
	else if (!is_traced(c, n, there))
		behind_another(why, cap, there);
}

/* Its own way is at tc; the other one is to be asked for. */
static bool is_on_another(const struct netif *n, struct netif *below)
{
	return n->vlan && n->link && !netif_by_index(n->link, below);
}

void live_choice_make(struct live_choice *c, const struct netif *n,
		      const struct xdp_program *there)
{
	struct xdp_features f;
	struct netif below;
	int err;

	if (netif_is_bond(n)) {
		c->hook = "members";
		snprintf(c->why, sizeof(c->why), "it is a bond: each of its members is captured");
		return;
	}
	c->hook = n->raw ? "tc" : "none";
	if (!n->ethernet) {
		snprintf(c->why, sizeof(c->why), "its packets begin %s",
			 n->raw ? "with an IP header"
				: "neither with an Ethernet header nor with IP");
		return;
	}
	if (there) {
		behind(c, n, there);
		return;
	}
	if (is_on_another(n, &below)) {
		c->hook = "tc";
		snprintf(c->why, sizeof(c->why),
			 "it is VLAN %u of %s, at whose XDP --hook native captures it", n->vlan,
			 below.name);
		return;
	}
	err = xdp_features_of(n->ifindex, &f);
	c->hook = err || f.native ? "native" : "tc";
	snprintf(c->why, sizeof(c->why), "%s",
		 err    ? "or tc, as this kernel does not say what the driver has"
		 : f.native ? "the driver has XDP"
			  : "the driver has no XDP");
}
