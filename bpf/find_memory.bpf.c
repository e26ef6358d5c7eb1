// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Two variables of the kernel, which are there on x86-64 (arch/x86/mm/kaslr.c). To find them in
 * /proc/kallsyms would take longer than all the rest of a start.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf/memory.h"

char gpl_compatible[] SEC("license") = "Dual MIT/GPL";

static const char pages[] = "vmemmap_base", direct[] = "page_offset_base";

static __always_inline long read_variable(const char *name, int size, __u64 *value)
{
	__u64 at;

	return bpf_kallsyms_lookup_name(name, size, 0, &at) ?:
	       bpf_probe_read_kernel(value, sizeof(*value), (void *)at);
}

SEC("syscall")
int xdpdump_memory(struct memory *m)
{
	struct memory found = { .pages = 0 };

	if (read_variable(pages, sizeof(pages), &found.pages) ||
	    read_variable(direct, sizeof(direct), &found.direct))
		return 1;
	*m = found;
	return 0;
}
