// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A link says in which program its own one is. In which order they run, and behind which verdicts,
 * is in the settings of libxdp's dispatcher: struct xdp_dispatcher_config of its
 * xdp/prog_dispatcher.h.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/members.h"
#include "capture/kernel/prog_btf.h"

enum {
	SLOTS		= 10,		/* MAX_DISPATCHER_ACTIONS */
	MAPS_MAX	= 8,		/* of a dispatcher, which has one */
	VALUE_MAX	= 4096,
};

/*
 * As of version 2; version 1 has the number of programs at the beginning, the same lists, and no
 * flags.
 */
struct config {
	uint8_t head[4];
	uint32_t chains[SLOTS];
	uint32_t priorities[SLOTS];
};

static void fd_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* ---- the settings ---- */

static bool read_map(uint32_t id, struct config *c)
{
	cleanup(fd_closep) int fd = bpf_map_get_fd_by_id(id);
	struct bpf_map_info info = { .id = 0 };
	uint32_t len = sizeof(info), zero = 0;
	uint8_t value[VALUE_MAX];

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) || info.type != BPF_MAP_TYPE_ARRAY ||
	    !strstr(info.name, ".rodata") || info.value_size < sizeof(*c) ||
	    info.value_size > VALUE_MAX || bpf_map_lookup_elem(fd, &zero, value))
		return false;
	memcpy(c, value, sizeof(*c));
	return true;
}

static bool read_config(int prog_fd, const char *name, struct config *c)
{
	uint32_t ids[MAPS_MAX];
	struct bpf_prog_info info = { .nr_map_ids = MAPS_MAX, .map_ids = (uintptr_t)ids };
	uint32_t len = sizeof(info);

	if (strcmp(name, "xdp_dispatcher") || bpf_obj_get_info_by_fd(prog_fd, &info, &len))
		return false;
	for (unsigned i = 0; i < min_of(info.nr_map_ids, (uint32_t)MAPS_MAX); i++)
		if (read_map(ids[i], c))
			return true;
	return false;
}

/* ---- the members ---- */

static bool is_replacement(uint32_t id)
{
	cleanup(fd_closep) int fd = bpf_prog_get_fd_by_id(id);
	struct bpf_prog_info info = { .id = 0 };
	uint32_t len = sizeof(info);

	return fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len) &&
	       info.type == BPF_PROG_TYPE_EXT;
}

/* Others that trace it have links as well. */
static bool find_member(uint32_t link_id, const struct xdp_program *whole, int whole_fd,
			struct member *m)
{
	cleanup(fd_closep) int fd = bpf_link_get_fd_by_id(link_id);
	cleanup(freep) char *function = NULL;
	struct bpf_link_info info = { .id = 0 };
	uint32_t len = sizeof(info);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) ||
	    info.type != BPF_LINK_TYPE_TRACING || info.tracing.target_obj_id != whole->id ||
	    !is_replacement(info.prog_id))
		return false;
	*m = (struct member){ .program = xdp_program_by_id(info.prog_id) };
	m->program.mode = whole->mode;
	if (!prog_btf_function(whole_fd, info.tracing.target_btf_id, &function))
		snprintf(m->function, sizeof(m->function), "%s", function);
	return true;
}

static int in_order(const void *a, const void *b)
{
	return strcmp(((const struct member *)a)->function, ((const struct member *)b)->function);
}

static void configure(struct member *m, const struct config *c)
{
	unsigned slot;

	if (sscanf(m->function, "prog%u", &slot) != 1 || slot >= SLOTS)
		return;
	m->is_configured = true;
	m->priority = c->priorities[slot];
	m->chain = c->chains[slot];
}

int members_find(const struct xdp_program *whole, struct member found[static MEMBERS_MAX])
{
	cleanup(fd_closep) int fd = bpf_prog_get_fd_by_id(whole->id);
	struct config config;
	uint32_t id = 0;
	int n = 0;

	if (fd < 0)
		return fd;
	while (n < MEMBERS_MAX && !bpf_link_get_next_id(id, &id))
		n += find_member(id, whole, fd, &found[n]);
	qsort(found, n, sizeof(*found), in_order);
	if (n && read_config(fd, whole->name, &config))
		for (int i = 0; i < n; i++)
			configure(&found[i], &config);
	return n;
}
