// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The program of an interface, or one of several in it. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/members.h"
#include "capture/kernel/memory.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/netns.h"
#include "capture/kernel/object.h"
#include "capture/kernel/prog_btf.h"
#include "capture/kernel/traced.h"

enum { TRIES = 10 };		/* while somebody else changes the program */

struct traced {
	int ifindex;
	uint64_t netns;			/* the cookie of the namespace that it is in */
	uint32_t there;			/* the id of the program of the interface: this one, */
	struct xdp_program program;	/* or what this one is in */
	struct object_function function;	/* its name is ours */
	struct memory memory;
	char *name;
};

static void traced_closep(struct traced **t)
{
	traced_close(*t);
}

/* By a name that is longer than the kernel has it several may be meant. */
static int take(struct traced *t, const struct xdp_program *p, const char *wanted)
{
	cleanup(freep) char *name = NULL;
	int err, fd;

	if (wanted && !xdp_program_is(p, wanted))
		return -ESRCH;
	fd = bpf_prog_get_fd_by_id(p->id);
	if (fd < 0)	/* removed since */
		return fd == -ENOENT ? -EAGAIN : fd;
	err = prog_btf_name(fd, &name);
	if (!err && wanted && strlen(wanted) >= sizeof(p->name) && strcmp(wanted, name))
		err = -ESRCH;
	if (err) {
		close(fd);
		return err;
	}
	t->program = *p;
	t->function.program_fd = fd;
	t->name = steal(&name);
	return 0;
}

static int try_open(struct traced *t, const char *wanted)
{
	struct member members[MEMBERS_MAX];
	struct xdp_program found[3];
	int err, n = xdp_query(t->ifindex, found);

	if (n <= 0)
		return n ? n : -ENOENT;
	t->there = found[0].id;
	if (found[0].mode == XDP_MODE_OFFLOAD)
		return -EOPNOTSUPP;
	err = take(t, &found[0], wanted);
	if (err != -ESRCH)
		return err;
	n = members_find(&found[0], members);
	if (n < 0)	/* -ENOENT: it has been taken off since */
		return n == -ENOENT ? -EAGAIN : n;
	for (int i = 0; i < n && err == -ESRCH; i++)
		err = take(t, &members[i].program, wanted);
	return err;
}

int traced_open(struct traced **out, int ifindex, const char *program)
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
		err = try_open(t, program);
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

int traced_try(const struct traced *t)
{
	static const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FENTRY,
		    .attach_prog_fd = t->function.program_fd);
	int err = prog_btf_type(t->function.program_fd, &opts.attach_btf_id), fd;

	if (err)
		return err;
	fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "try", "GPL", nothing, array_size(nothing),
			   &opts);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
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
	return *by == t->there ? TRACED_THERE : TRACED_REPLACED;
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
