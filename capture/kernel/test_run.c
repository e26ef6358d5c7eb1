// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What the kernel takes is found out with an empty program of our own: no frame of a file is run
 * twice for it, and no map of the tested program changes.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/test_run.h"

enum {
	/* more than any kernel takes: 17 fragments of a page, which may have 64 KiB */
	OUT_BYTES	= 2 << 20,
	SINGLES		= 101,			/* runs of the empty program, one at a time */
	/* a frame that no page holds, and that fits into 17 fragments of the smallest ones */
	PROBE_BYTES	= 65535,
};

struct test_run {
	int fd;				/* of the program, the owner's */
	int empty_fd;			/* of one that does nothing */
	struct test_run_settings settings;
	uint32_t linear_max;		/* bytes in the first page, as the kernel told */
	bool has_frags;
	uint64_t empty_single, empty_repeated;	/* ns of the empty program; valid if timed */
	uint32_t timed;			/* repetitions of empty_repeated; 0: not measured */

	const void *data;		/* the last frame, and what became of it */
	uint32_t len;
	bool changed;
	uint8_t *out;			/* OUT_BYTES */
};

static void test_run_closep(struct test_run **t)
{
	test_run_close(*t);
}

static void closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* A program that passes each frame. The descriptor, or -errno. */
static int load_empty(uint32_t flags, uint32_t attach_type)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = flags,
		    .expected_attach_type = attach_type);

	return bpf_prog_load(BPF_PROG_TYPE_XDP, "empty", "Dual MIT/GPL", insns, array_size(insns),
			     &opts);
}

/*
 * Nothing tells whether a loaded program was loaded for fragments. But a map of programs takes only
 * those that are like the first one in it, in this and, since 2025, in their expected_attach_type,
 * which some loaders leave 0 (bpf_prog_map_compatible() in kernel/bpf/core.c).
 */
static bool is_like(int fd, uint32_t flags, uint32_t attach_type)
{
	const uint32_t first = 0, second = 1;
	cleanup(closep) int like = load_empty(flags, attach_type);
	cleanup(closep) int map = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, "like", sizeof(first),
						 sizeof(like), 2, NULL);

	return like >= 0 && map >= 0 && !bpf_map_update_elem(map, &first, &like, BPF_ANY) &&
	       !bpf_map_update_elem(map, &second, &fd, BPF_ANY);
}

/* The frame is in @o; ns of a run in @o->duration. */
static int run(const struct test_run *t, int fd, struct bpf_test_run_opts *o, struct xdp_md *out)
{
	struct xdp_md in = { .data_end = o->data_size_in,
			     .ingress_ifindex = t->settings.ifindex,
			     .rx_queue_index = t->settings.queue };

	o->ctx_in = &in;
	o->ctx_size_in = sizeof(in);
	o->ctx_out = out;
	o->ctx_size_out = sizeof(*out);
	return bpf_prog_test_run_opts(fd, o);
}

/* The context that comes back ends where the first page does. */
static int find_linear_max(struct test_run *t)
{
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = t->out, .data_size_in = PROBE_BYTES,
		    .repeat = 1);
	struct xdp_md end;
	int err = run(t, t->empty_fd, &o, &end);

	t->linear_max = err ? 0 : end.data_end;
	return err;
}

int test_run_open(struct test_run **out, int fd, const struct test_run_settings *s)
{
	cleanup(test_run_closep) struct test_run *t = malloc(sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	*t = (struct test_run){ .fd = fd, .empty_fd = -1, .settings = *s };
	t->out = calloc(1, OUT_BYTES);
	if (!t->out)
		return -ENOMEM;
	t->empty_fd = load_empty(BPF_F_XDP_HAS_FRAGS, BPF_XDP);
	if (t->empty_fd < 0)
		return t->empty_fd;
	err = find_linear_max(t);
	if (err)
		return err;
	t->has_frags = is_like(fd, BPF_F_XDP_HAS_FRAGS, BPF_XDP) ||
		       is_like(fd, BPF_F_XDP_HAS_FRAGS, 0);
	*out = steal(&t);
	return 0;
}

uint32_t test_run_max(const struct test_run *t)
{
	return t->has_frags ? UINT32_MAX : t->linear_max;
}

int test_run_frame(struct test_run *t, const void *data, uint32_t len, struct test_run_result *r)
{
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = data, .data_size_in = len, .data_out = t->out,
		    .data_size_out = OUT_BYTES, .repeat = 1);
	struct xdp_md md;
	int err = run(t, t->fd, &o, &md);

	/* out of fragments, which it says as if it were memory */
	if (err == -ENOMEM && len > t->linear_max)
		return -E2BIG;
	if (err)
		return err;
	if (md.data > o.data_size_out)
		return -EBADMSG;
	*r = (struct test_run_result){ .action = o.retval,
				       .data = t->out + md.data,
				       .len = o.data_size_out - md.data };
	r->changed = md.data || r->len != len || memcmp(r->data, data, len);
	t->data = data;
	t->len = len;
	t->changed = r->changed;
	return 0;
}

static int compare_u64(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The mean of @n runs over the same frame. */
static int time_repeated(const struct test_run *t, int fd, uint32_t n, uint64_t *ns)
{
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = t->data, .data_size_in = t->len, .repeat = n);
	struct xdp_md md;
	int err = run(t, fd, &o, &md);

	*ns = o.duration;
	return err;
}

/* The median of @n runs, each over the frame as it came. */
static int time_singly(const struct test_run *t, int fd, uint32_t n, uint64_t *ns)
{
	cleanup(freep) uint64_t *each = calloc(n, sizeof(*each));
	int err = each ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < n && !err; i++)
		err = time_repeated(t, fd, 1, &each[i]);
	if (err)
		return err;
	qsort(each, n, sizeof(*each), compare_u64);
	*ns = each[n / 2];
	return 0;
}

/* By the frame at hand; its bytes do not matter to a program that does not look at them. */
static int time_empty(struct test_run *t, uint32_t n)
{
	int err = time_singly(t, t->empty_fd, SINGLES, &t->empty_single);

	if (!err)
		err = time_repeated(t, t->empty_fd, n, &t->empty_repeated);
	t->timed = err ? 0 : n;
	return err;
}

int test_run_time(struct test_run *t, uint32_t n, uint64_t *ns)
{
	uint64_t empty;
	int err = t->timed == n ? 0 : time_empty(t, n);

	if (!err)
		err = t->changed ? time_singly(t, t->fd, n, ns) : time_repeated(t, t->fd, n, ns);
	empty = t->changed ? t->empty_single : t->empty_repeated;
	if (!err)
		*ns -= min_of(*ns, empty);
	return err;
}

struct test_run *test_run_close(struct test_run *t)
{
	if (!t)
		return NULL;
	closep(&t->empty_fd);
	free(t->out);
	free(t);
	return NULL;
}
