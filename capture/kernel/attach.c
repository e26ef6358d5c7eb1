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
#include "capture/base/util.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/attach.h"
#include "capture/kernel/rings.h"
#include "xdpdump.skel.h"

struct attach {
	struct xdpdump *skel;
	int link_fd;			/* -1: not attached */
	uint32_t id;			/* of the program */
	int n_cpus;
	struct counters *per_cpu;	/* n_cpus of them */
};

static int print_nothing(enum libbpf_print_level level is_unused, const char *fmt is_unused,
			 va_list args is_unused)
{
	return 0;
}

static int print_refusals(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, fmt, args) : 0;
}

static int print_all(enum libbpf_print_level level is_unused, const char *fmt, va_list args)
{
	return vfprintf(stderr, fmt, args);
}

void attach_set_verbose(enum attach_log log)
{
	libbpf_set_print(log == ATTACH_ALL	  ? print_all
			 : log == ATTACH_REFUSALS ? print_refusals
						  : print_nothing);
}

static void attach_closep(struct attach **a)
{
	attach_close(*a);
}

static int use_rings(struct xdpdump *skel, const struct rings *ring)
{
	int err = bpf_map__reuse_fd(skel->maps.rings, rings_map_fd(ring));

	skel->rodata->ring_size = rings_cpu_size(ring);
	return err ? err : bpf_map__reuse_fd(skel->maps.bell, rings_bell_fd(ring));
}

/* Where the last function of a linked program begins. */
static size_t last_function(const struct bpf_insn *insns, size_t n)
{
	size_t last = 0;

	for (size_t i = 0; i < n; i++)
		if (insns[i].code == (BPF_JMP | BPF_CALL) && insns[i].src_reg == BPF_PSEUDO_CALL)
			last = max_of(last, i + 1 + insns[i].imm);
	return last;
}

/*
 * Called by libbpf when the functions are linked and before the kernel gets them: the place holder
 * of the filter, the last one, becomes @filter. It must not become shorter, because there is line
 * information of the place holder.
 */
static int insert_filter(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	const struct filter *filter = (const struct filter *)cookie;
	const struct bpf_insn *insns = bpf_program__insns(prog);
	size_t n = bpf_program__insn_cnt(prog), start = last_function(insns, n);
	cleanup(freep) struct bpf_insn *all = calloc(start + filter->n, sizeof(*all));

	opts->prog_flags |= BPF_F_XDP_HAS_FRAGS;
	if (!all)
		return -ENOMEM;
	if (n < 2 || insns[n - 2].imm != FILTER_MARK || filter->n < n - start)
		return -ENOTRECOVERABLE;
	memcpy(all, insns, start * sizeof(*all));
	memcpy(all + start, filter->insns, filter->n * sizeof(*all));
	return bpf_program__set_insns(prog, all, start + filter->n);
}

static int open_and_load(struct attach *a, const struct rings *ring,
			 const struct attach_settings *s)
{
	int err;

	a->skel = xdpdump__open();
	if (!a->skel)
		return -errno;
	a->skel->rodata->snap = s->snap;
	a->skel->rodata->headers_only = s->headers_only;
	a->skel->rodata->verdict = s->drop ? XDP_DROP : XDP_PASS;
	a->skel->rodata->iface = s->iface;
	a->skel->rodata->has_filter = s->filter;
	err = use_rings(a->skel, ring);
	return err ? err : xdpdump__load(a->skel);
}

/*
 * When the last handler goes, libbpf (1.1) frees the list, goes on using it, and crashes later. So
 * one stays.
 */
static int keep_a_handler(void)
{
	static int kept = -1;

	if (kept < 0)
		kept = libbpf_register_prog_handler("xdpdump/kept", BPF_PROG_TYPE_XDP, BPF_XDP,
						    NULL);
	return kept;
}

/* libbpf is told how to put the filter in only as long as it takes. */
static int open_with_filter(struct attach *a, const struct rings *ring,
			    const struct attach_settings *s)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .cookie = (long)s->filter,
		    .prog_prepare_load_fn = insert_filter);
	int handler = keep_a_handler();
	int err;

	if (handler >= 0)
		handler = libbpf_register_prog_handler("xdp.frags", BPF_PROG_TYPE_XDP, BPF_XDP,
						       &opts);
	if (handler < 0)
		return handler;
	err = open_and_load(a, ring, s);
	libbpf_unregister_prog_handler(handler);
	return err;
}

static int ask_id(struct attach *a)
{
	struct bpf_prog_info info = { .id = 0 };
	uint32_t len = sizeof(info);
	int err = bpf_obj_get_info_by_fd(attach_program_fd(a), &info, &len);

	a->id = info.id;
	return err;
}

int attach_open(struct attach **attach, const struct rings *ring, const struct attach_settings *s)
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
	if (!a->per_cpu)
		return -ENOMEM;
	err = s->filter ? open_with_filter(a, ring, s) : open_and_load(a, ring, s);
	if (!err)
		err = ask_id(a);
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

bool attach_is_lost(const struct attach *a)
{
	struct bpf_link_info info = { .id = 0 };
	uint32_t len = sizeof(info);

	if (a->link_fd < 0 || bpf_obj_get_info_by_fd(a->link_fd, &info, &len))
		return false;
	return !info.xdp.ifindex || info.prog_id != a->id;
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
		[XDP_MODE_AUTO] = "auto",
		[XDP_MODE_NATIVE] = "native",
		[XDP_MODE_GENERIC] = "generic",
		[XDP_MODE_OFFLOAD] = "offload",
	};

	return names[mode];
}
