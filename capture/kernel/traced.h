/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Somebody else's XDP program on an interface, and the function of it that is traced, which
 * notices nothing of that.
 */
#ifndef XDPDUMP_KERNEL_TRACED_H
#define XDPDUMP_KERNEL_TRACED_H

#include <stdint.h>

#include "bpf/memory.h"
#include "capture/kernel/xdp.h"

struct object_function;
struct traced;

/*
 * The program that is there now, as long as it is traced kept loaded; with @program, a name or an
 * id, this one or the one of its members (members.h) that is called so. -ENOENT: there is none.
 * -ESRCH: none that is called so. -EPERM: the kernel shows programs to CAP_SYS_ADMIN only.
 * -ENODATA: it was loaded without BTF, or without the names of its functions. -EOPNOTSUPP: it runs
 * in the device.
 */
int traced_open(struct traced **t, int ifindex, const char *program);

/* As of then: in which mode, and what the function is called, which is not cut. */
const struct xdp_program *traced_program(const struct traced *t);
const struct object_function *traced_function(const struct traced *t);
int traced_ifindex(const struct traced *t);
uint64_t traced_netns(const struct traced *t);	/* see netns_cookie() */
struct memory traced_memory(const struct traced *t);

/* Would the kernel let a program of ours trace it? -EPERM, -EINVAL ...; nothing is attached. */
int traced_try(const struct traced *t);

enum traced_state {
	TRACED_THERE,		/* or it is not to be known */
	TRACED_REPLACED,	/* by something else */
	TRACED_REMOVED,		/* nothing is there */
	TRACED_GONE,		/* the interface is not there, or is in another namespace */
};

/*
 * What is there now; *@by: the id of the program, 0: none. As with takeover_state(), to be called
 * when a message of a change of the interface comes, and every now and then.
 */
enum traced_state traced_state(const struct traced *t, uint32_t *by);

struct traced *traced_close(struct traced *t);

#endif
