// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The kernel cuts the name of a program, and its BTF has all of it. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/memory.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/netns.h"
#include "capture/kernel/object.h"
#include "capture/kernel/traced.h"

enum { TRIES = 10 };		/* while somebody else changes the program */

struct traced {
	int ifindex;
	uint64_t netns;			/* the cookie of the namespace that it is in */
	struct xdp_program program;
	struct object_function function;	/* its name is ours */
	struct memory memory;
	char *name;
};

static void traced_closep(struct traced **t)
{
	traced_close(*t);
}

static void btf_closep(struct btf **b)
{
	btf__free(*b);
}

/* The type of its first function, which is where it begins; 0: not known. */
static uint32_t type_of_function(int fd, uint32_t *btf_id)
{
	struct bpf_prog_info info = { .id = 0 };
	struct bpf_func_info first = { .type_id = 0 };
	uint32_t len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len) || !info.nr_func_info)
		return 0;
	info = (struct bpf_prog_info){ .nr_func_info = 1, .func_info_rec_size = sizeof(first),
				       .func_info = (uintptr_t)&first };
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return 0;
	*btf_id = info.btf_id;
	return first.type_id;
}

static int find_name(int fd, char **name)
{
	cleanup(btf_closep) struct btf *btf = NULL;
	uint32_t btf_id, type = type_of_function(fd, &btf_id);
	const struct btf_type *t;

	if (!type || !btf_id)
		return -ENODATA;
	btf = btf__load_from_kernel_by_id(btf_id);
	if (!btf)
		return -errno;
	t = btf__type_by_id(btf, type);
	*name = t && btf_is_func(t) ? strdup(btf__name_by_offset(btf, t->name_off)) : NULL;
	return *name ? 0 : -ENODATA;
}

static int try_open(struct traced *t)
{
	struct xdp_program found[3];
	int n = xdp_query(t->ifindex, found);

	if (n <= 0)
		return n ? n : -ENOENT;
	t->program = found[0];
	if (t->program.mode == XDP_MODE_OFFLOAD)
		return -EOPNOTSUPP;
	t->function.program_fd = bpf_prog_get_fd_by_id(t->program.id);
	if (t->function.program_fd < 0)	/* removed since */
		return t->function.program_fd == -ENOENT ? -EAGAIN : t->function.program_fd;
	return find_name(t->function.program_fd, &t->name);
}

int traced_open(struct traced **out, int ifindex)
{
	cleanup(traced_closep) struct traced *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	*t = (struct traced){ .ifindex = ifindex, .function = { -1, NULL } };
	err = netns_cookie(&t->netns);
	if (!err)
		err = -EAGAIN;
	for (unsigned i = 0; i < TRIES && err == -EAGAIN; i++)
		err = try_open(t);
	if (err)
		return err;
	t->function.name = t->name;
	t->memory = memory_find();
	*out = steal(&t);
	return 0;
}

const struct xdp_program *traced_program(const struct traced *t)
{
	return &t->program;
}

const struct object_function *traced_function(const struct traced *t)
{
	return &t->function;
}

int traced_ifindex(const struct traced *t)
{
	return t->ifindex;
}

uint64_t traced_netns(const struct traced *t)
{
	return t->netns;
}

struct memory traced_memory(const struct traced *t)
{
	return t->memory;
}

enum traced_state traced_state(const struct traced *t, uint32_t *by)
{
	struct xdp_program found[3];
	struct netif n;
	int count;

	*by = 0;
	if (netif_by_index(t->ifindex, &n) == -ENODEV)
		return TRACED_GONE;
	count = xdp_query(t->ifindex, found);
	if (count <= 0)
		return count ? TRACED_THERE : TRACED_REMOVED;
	*by = found[0].id;
	return *by == t->program.id ? TRACED_THERE : TRACED_REPLACED;
}

struct traced *traced_close(struct traced *t)
{
	if (!t)
		return NULL;
	if (t->function.program_fd >= 0)
		close(t->function.program_fd);
	free(t->name);
	free(t);
	return NULL;
}
