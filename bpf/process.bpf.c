// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * At tc, on the way out, with the process that has sent the packet: the one that runs, if the
 * socket is one of its files, for what runs may be anybody whom an interrupt came upon; else the
 * one that was seen to use the socket before.
 */
#include <linux/pkt_cls.h>

#include <bpf/bpf_core_read.h>

#define META	META_PROCESS
#define OTHER_FUNCTIONS(ctx)	find_sender(ctx, (void *)0)
struct __sk_buff;
struct event_process;
int find_sender(struct __sk_buff *ctx, struct event_process *process);

#include "bpf/tc_frame.h"

/* Of the kernel's, the members that are asked for; where they are is found when this is loaded. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct fdtable {
	unsigned int max_fds;
	void **fd;
};
struct files_struct {
	struct fdtable *fdt;
};
struct task_struct {
	int pid, tgid;
	struct task_struct *group_leader;
	struct files_struct *files;
	char comm[EVENT_COMM];
};
struct socket {
	void *file;
};
typedef struct {
	int owned;
} socket_lock_t;
struct sock {
	socket_lock_t sk_lock;
	__u16 sk_protocol;
	struct socket *sk_socket;
};
struct sk_buff {
	struct sock *sk;
};
#pragma clang attribute pop

/* Who was seen to use a socket. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);		/* the socket's cookie */
	__type(value, struct event_process);
} senders SEC(".maps");

/* The table of files has a multiple of 64 places (alloc_fdtable() in fs/file.c). */
enum { AT_ONCE = SCRATCH / 8, FILES_MAX = 256 * AT_ONCE };

/* As the highest bit. */
static __always_inline __u64 is_zero(__u64 x)
{
	return (x - 1) & ~x;
}

/*
 * Is it one of the AT_ONCE files at @fd, an address of the kernel's? Below 0: they cannot be read.
 * Not static: the verifier looks at it once, and not for each turn of the loop.
 */
__noinline int is_among_files(__u64 fd, __u64 file)
{
	__u64 *some = only_value(&scratch), hit = 0;

	if (!some || bpf_probe_read_kernel(some, SCRATCH, (const void *)fd))
		return -1;
	/*
	 * Without a jump for each, of which the verifier follows only so many; and one after the
	 * other, else the compiler keeps all of them on the stack.
	 */
#pragma unroll
	for (__u32 k = 0; k < AT_ONCE; k++) {
		hit |= is_zero(some[k] ^ file);
		pin(hit);
	}
	return hit >> 63;
}

/* Is it one of the first FILES_MAX files of the task? */
static __always_inline int is_open(struct task_struct *task, const void *file)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	__u32 n = BPF_CORE_READ(table, max_fds);
	const void **fd = (const void **)BPF_CORE_READ(table, fd);
	int found = 0;

	for (__u32 i = 0; i < FILES_MAX && i < n && !found; i += AT_ONCE)
		found = is_among_files((__u64)(fd + i), (__u64)file);
	return found > 0;
}

/*
 * Is the task that runs the sender? A socket without a file is the kernel's, or nobody's any more.
 * With TCP who sends holds the lock of the socket: without it, it is an answer of the kernel, and
 * there is no need to look.
 */
static __always_inline int is_sender(struct task_struct *task, struct sock *sk,
				     const struct event_process *seen)
{
	void *file = BPF_CORE_READ(sk, sk_socket, file);

	if (!file)
		return 0;
	if (seen && seen->pid == (__u32)BPF_CORE_READ(task, tgid))
		return 1;
	if (BPF_CORE_READ(sk, sk_protocol) == PROTO_TCP && !BPF_CORE_READ(sk, sk_lock.owned))
		return 0;
	return is_open(task, file);
}

static __always_inline int is_same(const struct event_process *a, const struct event_process *b)
{
	const __u64 *x = (const void *)a, *y = (const void *)b;

	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2];
}

/* By itself, for its stack is full. */
__noinline int find_sender(struct __sk_buff *ctx, struct event_process *process)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	/* the context is the struct sk_buff itself */
	struct sock *sk = BPF_CORE_READ((struct sk_buff *)ctx, sk);
	const struct event_process *seen;
	struct event_process now;	/* before Linux 6.2 a map takes nothing out of a ring */
	__u64 cookie;

	if (!process)
		return 0;
	*process = (struct event_process){ .pid = 0 };
	if (!sk)
		return 0;
	cookie = bpf_get_socket_cookie(ctx);
	seen = bpf_map_lookup_elem(&senders, &cookie);
	if (!is_sender(task, sk, seen)) {
		if (seen)
			*process = *seen;
		return 0;
	}
	now.pid = BPF_CORE_READ(task, tgid);
	now.tid = BPF_CORE_READ(task, pid);
	BPF_CORE_READ_INTO(&now.name, task, group_leader, comm);
	*process = now;
	if (!seen || !is_same(seen, &now))
		bpf_map_update_elem(&senders, &cookie, &now, BPF_ANY);
	return 0;
}

static __always_inline void frame_meta(struct __sk_buff *ctx,
					const struct note *note __attribute__((unused)),
					__u64 *words)
{
	find_sender(ctx, (void *)words);
}

SEC("tc")
int xdpdump_process(struct __sk_buff *ctx)
{
	capture(ctx);
	return TC_ACT_UNSPEC;	/* which is TCX_NEXT as well */
}
