// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * User and groups. Changing the effective user from root takes the effective capabilities away, and
 * back gives them back.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/base/value.h"
#include "capture/kernel/privilege.h"
#include "capture/kernel/run_as.h"

enum { GROUPS_MAX = 65536 };	/* NGROUPS_MAX of Linux */

struct run_as {
	uid_t uid;
	gid_t gid;
	gid_t own_gid;
	char *name;		/* NULL: the system knows the number alone */
	char *home;		/* that of name */
	bool alone;		/* of the groups only the first */
	gid_t *own_groups;
	int n_own_groups;
};

static void account_closep(struct run_as **a)
{
	run_as_close(*a);
}

/* @pw: NULL where only @uid and @gid are known. */
static int account_open(struct run_as **account, const struct passwd *pw, uid_t uid, gid_t gid)
{
	cleanup(account_closep) struct run_as *a = calloc(1, sizeof(*a));

	if (!a)
		return -ENOMEM;
	*a = (struct run_as){ .uid = uid, .gid = gid, .own_gid = getegid() };
	if (pw) {
		a->name = strdup(pw->pw_name);
		a->home = strdup(pw->pw_dir);
	}
	a->own_groups = malloc(GROUPS_MAX * sizeof(*a->own_groups));
	if ((pw && (!a->name || !a->home)) || !a->own_groups)
		return -ENOMEM;
	a->n_own_groups = getgroups(GROUPS_MAX, a->own_groups);
	if (a->n_own_groups < 0)
		return -errno;
	*account = steal(&a);
	return 0;
}

int run_as_open(struct run_as **account, const char *user)
{
	const struct passwd *pw;

	*account = NULL;
	if (geteuid() != 0)
		return 0;
	errno = 0;
	pw = getpwnam(user);
	if (!pw)
		return errno && errno != ESRCH ? -errno : -ENOENT;
	return pw->pw_uid ? account_open(account, pw, pw->pw_uid, pw->pw_gid) : 0;
}

/* ---- who has made root run us ---- */

static const struct caller_words { const char *uid, *gid, *name; } callers[] = {
	{ "SUDO_UID", "SUDO_GID", NULL },	/* sudo(8) */
	{ "PKEXEC_UID", NULL, NULL },		/* pkexec(1) */
	{ NULL, NULL, "DOAS_USER" },		/* doas(1) */
};

static int unknown(char *said, size_t cap, const char *word, const char *value)
{
	snprintf(said, cap, "%s=%s: there is no such user", word, value);
	return -ENOENT;
}

/* Who it is that @value, that of @w, names. -ENOENT, with a sentence in @said. */
static int look_up(const struct caller_words *w, const char *value, struct run_as **a, char *said,
		   size_t cap)
{
	const char *group = w->gid ? getenv(w->gid) : NULL;
	const struct passwd *pw;
	uint64_t uid, gid;

	if (w->name) {
		pw = getpwnam(value);
		if (!pw)
			return unknown(said, cap, w->name, value);
		uid = pw->pw_uid;
	} else if (value_number(value, 0, UINT32_MAX - 1, &uid)) {
		pw = uid ? getpwuid(uid) : NULL;
	} else {
		return unknown(said, cap, w->uid, value);
	}
	if (!uid)
		return 0;
	if (!pw && (!group || !value_number(group, 1, UINT32_MAX - 1, &gid)))
		return unknown(said, cap, w->uid, value);
	return account_open(a, pw, uid, pw ? pw->pw_gid : gid);
}

int run_as_caller(struct run_as **account, char *said, size_t cap)
{
	cleanup(account_closep) struct run_as *a = NULL;

	*account = NULL;
	said[0] = '\0';
	for (size_t i = 0; i < array_size(callers) && geteuid() == 0; i++) {
		cleanup(account_closep) struct run_as *one = NULL;
		const char *word = callers[i].uid ? callers[i].uid : callers[i].name;
		const char *value = getenv(word);
		int err = value && *value ? look_up(&callers[i], value, &one, said, cap) : 0;

		if (err)
			return err;
		if (one && a && one->uid != a->uid) {
			snprintf(said, cap,
				 "%s=%s: another variable of the environment names another user",
				 word, value);
			return -ENOTUNIQ;
		}
		if (one && !a)
			a = steal(&one);
	}
	*account = steal(&a);
	return 0;
}

void run_as_drop_groups(struct run_as *a)
{
	a->alone = true;
}

const char *run_as_name(const struct run_as *a)
{
	return a->name;
}

const char *run_as_home(const struct run_as *a)
{
	return a->home;
}

/* ---- to be somebody ---- */

static int take_groups(const struct run_as *a)
{
	return a->name && !a->alone ? initgroups(a->name, a->gid) : setgroups(0, NULL);
}

/* The user last: without being root groups cannot be changed. */
int run_as_enter(const struct run_as *a)
{
	if (a && (take_groups(a) || setegid(a->gid) || seteuid(a->uid)))
		return -errno;
	return 0;
}

int run_as_leave(const struct run_as *a)
{
	if (a && (seteuid(0) || setegid(a->own_gid) || setgroups(a->n_own_groups, a->own_groups)))
		return -errno;
	return 0;
}

static int change_all(const struct run_as *a)
{
	if (take_groups(a) || setresgid(a->gid, a->gid, a->gid) ||
	    setresuid(a->uid, a->uid, a->uid))
		return -errno;
	return 0;
}

/* The kernel forgets, with another user, by which signal we end when our parent does. */
static int change_and_end_with_parent(const struct run_as *a)
{
	const pid_t parent = getppid();
	int sig, err;

	if (prctl(PR_GET_PDEATHSIG, &sig))
		return -errno;
	err = change_all(a);
	if (!err && sig && prctl(PR_SET_PDEATHSIG, sig))
		return -errno;
	if (sig && getppid() != parent)
		raise(sig);
	return err;
}

int run_as_become(const struct run_as *a, unsigned keep)
{
	int err;

	if (!a)
		return 0;
	privilege_empty_bounding_set();
	err = keep && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) ? -errno : change_and_end_with_parent(a);
	if (!err && keep)
		err = privilege_keep(keep);
	prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
	return err ? err : setuid(0) == 0 ? -EPERM : 0;
}

int run_as_stay(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (uid == 0)
		return 0;
	if (uid != getuid()) {
		if (seteuid(0))
			return -errno;
		privilege_empty_bounding_set();
		if (setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
			return -errno;
	}
	return privilege_keep(0);
}

struct run_as *run_as_close(struct run_as *a)
{
	if (!a)
		return NULL;
	free(a->name);
	free(a->home);
	free(a->own_groups);
	free(a);
	return NULL;
}
