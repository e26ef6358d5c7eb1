// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What all hooks have in common: a program that can be exchanged, and a link. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/hook.h"

static void hook_closep(struct hook **h)
{
	hook_close(*h);
}

int hook_open(struct hook **hook, const struct hook_ops *ops, const struct rings *rings,
	      const struct hook_settings *s)
{
	cleanup(hook_closep) struct hook *h = calloc(1, sizeof(*h));
	int err;

	if (!h)
		return -ENOMEM;
	h->ops = ops;
	h->rings = rings;
	h->link_fd = -1;
	h->settings = (struct program_settings){
		.snap = s->snap,
		.headers_only = s->headers_only,
		.drop = s->drop,
		.iface = s->iface,
		.hook = ops->at,
	};
	err = object_open(&h->object, &ops->program, rings, &h->settings, s->filter, NULL);
	if (err)
		return err;
	*hook = steal(&h);
	return 0;
}

int hook_attach(struct hook *h, int ifindex, enum xdp_mode mode)
{
	return h->ops->attach(h, ifindex, mode);
}

int hook_replace(struct hook *h, const struct filter *filter)
{
	struct object *next;
	int err = object_open(&next, &h->ops->program, h->rings, &h->settings, filter, h->object);

	if (err)
		return err;
	if (h->link_fd >= 0)
		err = h->ops->replace(h, next);
	if (err) {
		object_close(next);
		return err;
	}
	object_close(h->object);
	h->object = next;
	return 0;
}

bool hook_is_lost(const struct hook *h)
{
	struct bpf_link_info info = { .id = 0 };
	uint32_t len = sizeof(info);

	if (h->link_fd < 0 || bpf_obj_get_info_by_fd(h->link_fd, &info, &len))
		return false;
	return !info.xdp.ifindex || info.prog_id != object_program_id(h->object);
}

void hook_detach(struct hook *h)
{
	if (h->link_fd >= 0)
		h->ops->detach(h);
}

int hook_counters(const struct hook *h, struct counters *sum)
{
	return object_counters(h->object, sum);
}

int hook_program_fd(const struct hook *h)
{
	return object_program_fd(h->object);
}

struct hook *hook_close(struct hook *h)
{
	if (!h)
		return NULL;
	hook_detach(h);
	object_close(h->object);
	free(h);
	return NULL;
}

/* Only if ours is still what is there: else -EPERM. */
int hook_replace_link(struct hook *h, const struct object *next)
{
	LIBBPF_OPTS(bpf_link_update_opts, opts, .flags = BPF_F_REPLACE,
		    .old_prog_fd = object_program_fd(h->object));

	return bpf_link_update(h->link_fd, object_program_fd(next), &opts);
}

void hook_detach_link(struct hook *h)
{
	close(h->link_fd);
	h->link_fd = -1;
}
