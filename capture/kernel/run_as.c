// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * User and groups. Changing the effective user from root takes the effective capabilities away, and
 * back gives them back.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/run_as.h"

enum { GROUPS_MAX = 65536 };	/* NGROUPS_MAX of Linux */

struct run_as {
	uid_t uid;
	gid_t gid;
	gid_t own_gid;
	char *name;
	gid_t *own_groups;
	int n_own_groups;
};

static void account_closep(struct run_as **a)
{
	run_as_close(*a);
}

int run_as_open(struct run_as **account, const char *user)
{
	cleanup(account_closep) struct run_as *a = NULL;
	const struct passwd *pw;

	*account = NULL;
	if (geteuid() != 0)
		return 0;
	errno = 0;
	pw = getpwnam(user);
	if (!pw)
		return errno && errno != ESRCH ? -errno : -ENOENT;
	if (pw->pw_uid == 0)
		return 0;
	a = calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	*a = (struct run_as){ .uid = pw->pw_uid, .gid = pw->pw_gid, .own_gid = getegid(), .name = strdup(user) };
	a->own_groups = malloc(GROUPS_MAX * sizeof(*a->own_groups));
	if (!a->name || !a->own_groups)
		return -ENOMEM;
	a->n_own_groups = getgroups(GROUPS_MAX, a->own_groups);
	if (a->n_own_groups < 0)
		return -errno;
	*account = steal(&a);
	return 0;
}

/* The user last: without being root groups cannot be changed. */
int run_as_enter(const struct run_as *a)
{
	if (a && (initgroups(a->name, a->gid) || setegid(a->gid) || seteuid(a->uid)))
		return -errno;
	return 0;
}

int run_as_leave(const struct run_as *a)
{
	if (a && (seteuid(0) || setegid(a->own_gid) || setgroups(a->n_own_groups, a->own_groups)))
		return -errno;
	return 0;
}

int run_as_become(const struct run_as *a)
{
	if (!a)
		return 0;
	if (initgroups(a->name, a->gid) || setresgid(a->gid, a->gid, a->gid) ||
	    setresuid(a->uid, a->uid, a->uid))
		return -errno;
	return setuid(0) == 0 ? -EPERM : 0;
}

struct run_as *run_as_close(struct run_as *a)
{
	if (!a)
		return NULL;
	free(a->name);
	free(a->own_groups);
	free(a);
	return NULL;
}
