// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A list of programs, which stay loaded when nobody is in them any more, for whoever comes next. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/hook_ops.h"
#include "capture/kernel/netns.h"
#include "capture/kernel/programs.h"

struct program {
	struct program *next;
	struct programs *all;
	/* by which those are known that can be in it */
	const struct hook_ops *ops;
	struct program_settings settings;
	struct filter filter, trigger;	/* n 0: none */
	uint64_t netns;

	const struct object_program *how;
	struct object *object;
	struct hook *guests[SLOTS];	/* NULL: nobody */
	/* somebody was there; a frame of theirs may still be on its way in the program */
	bool warm[SLOTS];
};

struct programs {
	struct program *first;
};

int programs_open(struct programs **p)
{
	*p = calloc(1, sizeof(**p));
	return *p ? 0 : -ENOMEM;
}

static void program_free(struct program *in)
{
	to_ebpf_free(&in->filter);
	to_ebpf_free(&in->trigger);
	free(in);
}

static unsigned slot_of(const struct program_guest *guest)
{
	return (uint32_t)guest->ifindex % SLOTS;
}

bool programs_has_filter(const struct hook *h, const struct filter *filter)
{
	return to_ebpf_is(&h->in->filter, filter);
}

/* Their frames are through, so whoever comes next finds nothing of theirs. */
static void let_cool(struct programs *p)
{
	xdp_wait_for_frames();
	for (struct program *in = p->first; in; in = in->next)
		memset(in->warm, 0, sizeof(in->warm));
}

static int enter(struct program *in, struct hook *h, const struct program_guest *guest)
{
	const unsigned slot = slot_of(guest);
	int err;

	if (in->warm[slot])
		let_cool(in->all);
	err = object_seat(in->object, guest->ifindex, guest->iface, guest->flow_iface);
	if (err)
		return err;
	in->guests[slot] = h;
	h->in = in;
	h->slot = slot;
	h->object = in->object;
	h->program = in->how;
	return 0;
}

int programs_join(struct programs *p, struct hook *h, const struct program_guest *guest,
		  const struct filter *filter)
{
	uint64_t netns;
	int err = netns_cookie(&netns);

	for (struct program *in = p->first; !err && in; in = in->next)
		if (in->ops == h->ops && in->netns == netns && !in->guests[slot_of(guest)] &&
		    !memcmp(&in->settings, &h->settings, sizeof(in->settings)) &&
		    to_ebpf_is(&in->filter, filter) && to_ebpf_is(&in->trigger, &h->trigger))
			return enter(in, h, guest);
	return err ? err : -ENOENT;
}

int programs_add(struct programs *p, struct hook *h, const struct program_guest *guest,
		 const struct filter *filter)
{
	struct program *in = calloc(1, sizeof(*in));
	int err = in ? netns_cookie(&in->netns) : -ENOMEM;

	if (!err)
		err = to_ebpf_copy(&in->filter, filter);
	if (!err)
		err = to_ebpf_copy(&in->trigger, &h->trigger);
	if (err && in)
		program_free(in);
	if (err)
		return err;
	in->all = p;
	in->ops = h->ops;
	in->settings = h->settings;
	in->settings.turn = 0;
	in->how = h->program;
	in->object = h->object;
	err = enter(in, h, guest);
	if (err) {
		program_free(in);
		return err;
	}
	in->next = p->first;
	p->first = in;
	return 0;
}

/* One that somebody has taken off stays as it is. */
static int put(struct hook *h, struct object *next)
{
	int err = hook_ops_is_attached(h) ? h->ops->replace(h, next) : 0;

	if (err && !h->ops->is_lost(h))
		return err;
	h->object = next;
	return 0;
}

int programs_replace(struct hook *h, struct object *next, const struct filter *filter)
{
	struct program *in = h->in;
	struct filter copy;
	unsigned slot = 0;
	int err = to_ebpf_copy(&copy, filter);

	for (; !err && slot < SLOTS; slot++)
		if (in->guests[slot])
			err = put(in->guests[slot], next);
	if (err) {
		while (slot--)
			if (in->guests[slot] && in->guests[slot]->object == next) {
				put(in->guests[slot], in->object);
				in->guests[slot]->object = in->object;
			}
		to_ebpf_free(&copy);
		return err;
	}
	to_ebpf_free(&in->filter);
	in->filter = copy;
	object_close(in->object);
	in->object = next;
	return 0;
}

void programs_leave(struct hook *h)
{
	h->in->guests[h->slot] = NULL;
	h->in->warm[h->slot] = true;
	h->in = NULL;
	h->object = NULL;
}

int programs_strays(const struct programs *p, uint64_t *n)
{
	int err = 0;

	*n = 0;
	for (const struct program *in = p->first; !err && in; in = in->next) {
		uint32_t more = 0;

		err = object_strays(in->object, &more);
		*n += more;
	}
	return err;
}

struct programs *programs_close(struct programs *p)
{
	struct program *in, *next;

	for (in = p ? p->first : NULL; in; in = next) {
		next = in->next;
		object_close(in->object);
		program_free(in);
	}
	free(p);
	return NULL;
}
