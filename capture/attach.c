// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* All that is done with libbpf, beside the ring. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/attach.h"
#include "capture/ring.h"
#include "capture/util.h"
#include "xdpdump.skel.h"

struct attach {
	struct xdpdump *skel;
	int link_fd;			/* -1: not attached */
	int n_cpus;
	struct counters *per_cpu;	/* n_cpus of them */
};

static int print_nothing(enum libbpf_print_level level is_unused, const char *fmt is_unused, va_list args is_unused)
{
	return 0;
}

static int print_all(enum libbpf_print_level level is_unused, const char *fmt, va_list args)
{
	return vfprintf(stderr, fmt, args);
}

void attach_set_verbose(bool verbose)
{
	libbpf_set_print(verbose ? print_all : print_nothing);
}

static void attach_closep(struct attach **a)
{
	attach_close(*a);
}

static int use_rings(struct xdpdump *skel, const struct ring *ring)
{
	int err = bpf_map__reuse_fd(skel->maps.rings, ring_map_fd(ring));

	skel->rodata->ring_size = ring_cpu_size(ring);
	return err ? err : bpf_map__reuse_fd(skel->maps.bell, ring_bell_fd(ring));
}

int attach_open(struct attach **attach, const struct ring *ring, const struct attach_settings *s)
{
	cleanup(attach_closep) struct attach *a = calloc(1, sizeof(*a));
	int err;

	if (!a)
		return -ENOMEM;
	a->link_fd = -1;
	a->n_cpus = libbpf_num_possible_cpus();
	if (a->n_cpus < 0)
		return a->n_cpus;
	a->per_cpu = calloc(a->n_cpus, sizeof(*a->per_cpu));
	a->skel = xdpdump__open();
	if (!a->per_cpu || !a->skel)
		return -ENOMEM;
	a->skel->rodata->snap = s->snap;
	a->skel->rodata->headers_only = s->headers_only;
	a->skel->rodata->verdict = s->drop ? XDP_DROP : XDP_PASS;
	a->skel->rodata->iface = s->iface;
	err = use_rings(a->skel, ring);
	if (!err)
		err = xdpdump__load(a->skel);
	if (err)
		return err;
	*attach = steal(&a);
	return 0;
}

int attach_to(struct attach *a, int ifindex, enum xdp_mode mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts);

	opts.flags = mode == XDP_MODE_GENERIC ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
	a->link_fd = bpf_link_create(attach_program_fd(a), ifindex, BPF_XDP, &opts);
	return a->link_fd < 0 ? a->link_fd : 0;
}

void attach_detach(struct attach *a)
{
	if (a->link_fd >= 0)
		close(a->link_fd);
	a->link_fd = -1;
}

/* struct counters holds nothing but u64. */
int attach_counters(const struct attach *a, struct counters *sum)
{
	uint64_t *total = (uint64_t *)sum;
	uint32_t key = 0;
	int err = bpf_map_lookup_elem(bpf_map__fd(a->skel->maps.counters), &key, a->per_cpu);

	if (err)
		return err;
	memset(sum, 0, sizeof(*sum));
	for (int cpu = 0; cpu < a->n_cpus; cpu++)
		for (size_t i = 0; i < sizeof(*sum) / sizeof(*total); i++)
			total[i] += ((const uint64_t *)&a->per_cpu[cpu])[i];
	return 0;
}

int attach_program_fd(const struct attach *a)
{
	return bpf_program__fd(a->skel->progs.xdpdump);
}

struct attach *attach_close(struct attach *a)
{
	if (!a)
		return NULL;
	attach_detach(a);
	if (a->skel)
		xdpdump__destroy(a->skel);
	free(a->per_cpu);
	free(a);
	return NULL;
}

/* To know the name of a program takes CAP_SYS_ADMIN; the id is free. */
static void add_program(struct xdp_program *p, uint32_t id, enum xdp_mode mode)
{
	struct bpf_prog_info info = { .id = 0 };
	uint32_t len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	*p = (struct xdp_program){ .id = id, .mode = mode };
	if (fd < 0)
		return;
	if (!bpf_obj_get_info_by_fd(fd, &info, &len))
		snprintf(p->name, sizeof(p->name), "%s", info.name);
	close(fd);
}

int attach_query(int ifindex, struct xdp_program found[static 3])
{
	LIBBPF_OPTS(bpf_xdp_query_opts, opts);
	int err = bpf_xdp_query(ifindex, 0, &opts);
	int n = 0;

	if (err)
		return err;
	if (opts.drv_prog_id)
		add_program(&found[n++], opts.drv_prog_id, XDP_MODE_NATIVE);
	if (opts.skb_prog_id)
		add_program(&found[n++], opts.skb_prog_id, XDP_MODE_GENERIC);
	if (opts.hw_prog_id)
		add_program(&found[n++], opts.hw_prog_id, XDP_MODE_OFFLOAD);
	return n;
}

const char *xdp_mode_name(enum xdp_mode mode)
{
	static const char *const names[] = {
		[XDP_MODE_AUTO] = "auto", [XDP_MODE_NATIVE] = "native", [XDP_MODE_GENERIC] = "generic",
		[XDP_MODE_OFFLOAD] = "offload",
	};

	return names[mode];
}
