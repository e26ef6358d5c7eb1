// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * capabilities(7): BPF loads, PERFMON lets the verifier follow pointers, NET_ADMIN attaches;
 * SYS_ADMIN has the first two, finds programs by their ids, and enters network namespaces, for
 * which SYS_PTRACE follows /proc/PID/ns. NET_RAW is promiscuous mode, NET_BROADCAST the watch over
 * other namespaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/privilege.h"

static const struct { cap_value_t cap; unsigned what; } table[] = {
	{ CAP_NET_ADMIN, PRIVILEGE_KERNEL | PRIVILEGE_LOAD },
	{ CAP_BPF, PRIVILEGE_KERNEL | PRIVILEGE_LOAD },
	{ CAP_PERFMON, PRIVILEGE_KERNEL | PRIVILEGE_LOAD }, { CAP_SYS_ADMIN, PRIVILEGE_KERNEL },
	{ CAP_NET_RAW, PRIVILEGE_KERNEL | PRIVILEGE_PROMISCUOUS },
	{ CAP_NET_BROADCAST, PRIVILEGE_KERNEL },
	{ CAP_SYS_PTRACE, PRIVILEGE_KERNEL }, { CAP_DAC_READ_SEARCH, PRIVILEGE_LOOK },
	{ CAP_DAC_OVERRIDE, PRIVILEGE_PIN | PRIVILEGE_FILES }, { CAP_FOWNER, PRIVILEGE_FILES },
};

static void caps_closep(cap_t *caps)
{
	if (*caps)
		cap_free(*caps);
}

static bool is_set(cap_t caps, cap_value_t cap, cap_flag_t flag)
{
	cap_flag_value_t set = CAP_CLEAR;

	return !cap_get_flag(caps, cap, flag, &set) && set == CAP_SET;
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
	cleanup(caps_closep) cap_t caps = cap_get_proc();
	size_t len = 0;

	missing[0] = '\0';
	if (!caps)
		return true;	/* the kernel will tell */
	for (size_t i = 0; i < array_size(needed); i++) {
		if (is_set(caps, needed[i].cap, CAP_EFFECTIVE) ||
		    (needed[i].in_sys_admin && is_set(caps, CAP_SYS_ADMIN, CAP_EFFECTIVE)))
			continue;
		len += snprintf(missing + len, cap - len, "%s%s", len ? ", " : "", needed[i].name);
	}
	if (len)
		snprintf(missing + len, cap - len, " missing (run as root)");
	else if (in_user_namespace())
		snprintf(
			missing, cap,
			"capabilities of a user namespace do not count; those of the initial one are missing");
	return !missing[0];
}

bool privilege_is_lent(void)
{
	cleanup(caps_closep) cap_t now = cap_get_proc();

	if (!geteuid())
		return false;
	for (size_t i = 0; now && i < array_size(table); i++)
		if (is_set(now, table[i].cap, CAP_PERMITTED))
			return true;
	return !now;
}

static int keep(unsigned what, bool in_effect)
{
	cleanup(caps_closep) cap_t now = cap_get_proc();
	cleanup(caps_closep) cap_t kept = cap_init();

	if (!now || !kept)
		return -errno;
	for (size_t i = 0; i < array_size(table); i++)
		if (table[i].what & what && is_set(now, table[i].cap, CAP_PERMITTED) &&
		    (cap_set_flag(kept, CAP_PERMITTED, 1, &table[i].cap, CAP_SET) ||
		     (in_effect && cap_set_flag(kept, CAP_EFFECTIVE, 1, &table[i].cap, CAP_SET))))
			return -errno;
	/*
	 * nor are there any for a program that is started: what is not inheritable is not
	 * ambient
	 */
	return cap_set_proc(kept) ? -errno : 0;
}

int privilege_keep(unsigned what)
{
	return keep(what, false);
}

void privilege_empty_bounding_set(void)
{
	for (cap_value_t cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
}

/* Who has no CAP_SETPCAP cannot do more, and no_new_privs is as good. */
int privilege_settle(unsigned what)
{
	const unsigned long bits = SECBIT_NOROOT | SECBIT_NO_SETUID_FIXUP |
				   SECBIT_NO_CAP_AMBIENT_RAISE;

	privilege_empty_bounding_set();
	prctl(PR_SET_SECUREBITS, bits | bits << 1 | SECBIT_KEEP_CAPS_LOCKED, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return keep(what, !geteuid());
}

unsigned privilege_to_load(void)
{
	cleanup(caps_closep) cap_t now = cap_get_proc();

	for (size_t i = 0; now && i < array_size(table); i++)
		if (table[i].what & PRIVILEGE_LOAD && !is_set(now, table[i].cap, CAP_PERMITTED))
			return PRIVILEGE_KERNEL;
	return PRIVILEGE_LOAD;
}

bool privilege_to_make_files(const char *directory)
{
	cleanup(caps_closep) cap_t all = cap_get_proc(), none = cap_dup(all);
	bool can;

	if (geteuid() || !all || !none || cap_clear_flag(none, CAP_EFFECTIVE) || cap_set_proc(none))
		return false;
	can = !faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS);
	cap_set_proc(all);
	return !can;
}

/* Where the kernel does not let us it will say what it misses. */
static void put_into_effect(cap_t now, uint64_t caps, cap_flag_value_t in_effect)
{
	for (size_t i = 0; i < array_size(table); i++)
		if (caps & 1ull << table[i].cap)
			cap_set_flag(now, CAP_EFFECTIVE, 1, &table[i].cap, in_effect);
	cap_set_proc(now);
}

struct privilege_raised privilege_raise(unsigned what)
{
	cleanup(caps_closep) cap_t now = what ? cap_get_proc() : NULL;
	struct privilege_raised r = { 0 };

	for (size_t i = 0; now && i < array_size(table); i++)
		if (table[i].what & what && is_set(now, table[i].cap, CAP_PERMITTED) &&
		    !is_set(now, table[i].cap, CAP_EFFECTIVE))
			r.caps |= 1ull << table[i].cap;
	if (r.caps)
		put_into_effect(now, r.caps, CAP_SET);
	return r;
}

void privilege_lower(struct privilege_raised *r)
{
	cleanup(caps_closep) cap_t now = r->caps ? cap_get_proc() : NULL;

	if (now)
		put_into_effect(now, r->caps, CAP_CLEAR);
	r->caps = 0;
}
