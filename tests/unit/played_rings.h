/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Rings in memory of our own in place of maps of the kernel, which takes no privileges; a test
 * writes what is in them. For one file of a program: it defines what libbpf has.
 */
#ifndef XDPDUMP_TESTS_PLAYED_RINGS_H
#define XDPDUMP_TESTS_PLAYED_RINGS_H

#include <bpf/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/kernel/rings.h"

/* What was asked for last. */
static struct {
	size_t stride;
	unsigned n_lanes;
} played;

int bpf_map_create(enum bpf_map_type type, const char *name, __u32 key_size, __u32 value_size,
		   __u32 max_entries, const struct bpf_map_create_opts *opts)
{
	size_t size = (size_t)value_size * max_entries;
	int fd = memfd_create(name, MFD_CLOEXEC);

	(void)key_size;
	(void)opts;
	if (type == BPF_MAP_TYPE_RINGBUF)
		size = 2 * sysconf(_SC_PAGESIZE) + 2 * (size_t)max_entries;
	else
		played.stride = value_size, played.n_lanes = max_entries;
	if (fd >= 0 && ftruncate(fd, size + sysconf(_SC_PAGESIZE))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The memory of the rings, for the program's part; NULL: there is none. */
static inline char *played_map(const struct rings *r)
{
	void *p = mmap(NULL, played.stride * played.n_lanes, PROT_READ | PROT_WRITE, MAP_SHARED,
		       rings_map_fd(r), 0);

	return p == MAP_FAILED ? NULL : p;
}

static inline struct cpu_ring *played_lane(char *map, unsigned n)
{
	return (struct cpu_ring *)(map + n * played.stride);
}

#endif
