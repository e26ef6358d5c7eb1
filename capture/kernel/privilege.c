// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * capabilities(7): BPF loads, PERFMON lets the verifier follow pointers, NET_ADMIN attaches;
 * SYS_ADMIN has the first two.
 */
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>

#include "capture/base/util.h"
#include "capture/kernel/privilege.h"

static bool has(cap_t caps, cap_value_t cap)
{
	cap_flag_value_t set = CAP_CLEAR;

	return !cap_get_flag(caps, cap, CAP_EFFECTIVE, &set) && set == CAP_SET;
}

/*
 * Only the first user namespace maps all ids to themselves, and only its capabilities count for
 * bpf(2).
 */
static bool in_user_namespace(void)
{
	unsigned inside = 0, outside = 0, count = 0;
	FILE *f = fopen("/proc/self/uid_map", "re");
	int n;

	if (!f)
		return false;
	n = fscanf(f, "%u %u %u", &inside, &outside, &count);
	fclose(f);
	return n == 3 && (inside || outside || count != 4294967295u);
}

bool privilege_to_attach(char *missing, size_t cap)
{
	static const struct { cap_value_t cap; const char *name; bool in_sys_admin; } needed[] = {
		{ CAP_NET_ADMIN, "CAP_NET_ADMIN", false }, { CAP_BPF, "CAP_BPF", true },
		{ CAP_PERFMON, "CAP_PERFMON", true },
	};
	cap_t caps = cap_get_proc();
	size_t len = 0;

	missing[0] = '\0';
	if (!caps)
		return true;	/* the kernel will tell */
	for (size_t i = 0; i < array_size(needed); i++) {
		if (has(caps, needed[i].cap) ||
		    (needed[i].in_sys_admin && has(caps, CAP_SYS_ADMIN)))
			continue;
		len += snprintf(missing + len, cap - len, "%s%s", len ? ", " : "", needed[i].name);
	}
	cap_free(caps);
	if (len)
		snprintf(missing + len, cap - len, " missing (run as root)");
	else if (in_user_namespace())
		snprintf(
			missing, cap,
			"capabilities of a user namespace do not count; those of the initial one are missing");
	return !missing[0];
}
