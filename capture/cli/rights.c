// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What the program itself lends is refused, and what the caller has left open is closed, before
 * anything is done.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/descriptors.h"
#include "capture/cli/opts.h"
#include "capture/cli/rights.h"
#include "capture/kernel/privilege.h"
#include "capture/kernel/run_as.h"

static enum status refuse_set_id(void)
{
	if (getuid() == geteuid() && getgid() == getegid())
		return STATUS_OK;
	return log_fail(STATUS_PERMISSION,
			"refused, as the program is set-user-ID or set-group-ID: whoever runs it would write and "
			"run what he may not; to capture three capabilities are enough (make install-caps)");
}

enum status rights_begin(struct rights *r)
{
	enum status status = refuse_set_id();
	char said[256];
	int err;

	if (status)
		return status;
	err = run_as_caller(&r->caller, said, sizeof(said));
	if (err && *said)
		return log_fail(STATUS_PERMISSION,
				"%s: refused, as it is not clear whose rights to use", said);
	if (!err)
		err = run_as_enter(r->caller);
	return err ? log_fail(STATUS_PERMISSION, "cannot become the user who has called: %s",
			      strerror(-err))
		   : STATUS_OK;
}

/* ---- what is to be done is known ---- */

static bool observes_front(const struct opts *o)
{
	return o->observe.way == OBSERVE_FRONT;
}

/* An or of enum privilege. */
static unsigned needed(const struct opts *o)
{
	switch (o->action) {
	case ACTION_LIVE:
		return PRIVILEGE_KERNEL | PRIVILEGE_LOOK | (observes_front(o) ? PRIVILEGE_PIN : 0);
	case ACTION_LIST:
	case ACTION_LINK_TYPES:
	case ACTION_STAMP_TYPES:
		return PRIVILEGE_KERNEL | PRIVILEGE_LOOK;
	case ACTION_RESTORE:
		return PRIVILEGE_KERNEL | PRIVILEGE_LOOK | PRIVILEGE_PIN;
	default:
		return o->run ? PRIVILEGE_KERNEL : 0;
	}
}

/* -Z names another one than the caller, who is not root. */
static enum status choose_another(struct rights *r, const char *user)
{
	struct run_as *other;
	int err = run_as_open(&other, user);

	if (err == -ENOENT)
		return log_fail(STATUS_USAGE, "-Z %s: there is no such user", user);
	if (err)
		return log_fail(STATUS_RUNTIME, "-Z %s: %s", user, strerror(-err));
	if (!other)
		return log_fail(STATUS_PERMISSION,
				"-Z %s: refused, as root was asked by sudo, doas or pkexec, and only to attach; "
				"a root shell may (su -, or one without SUDO_UID, DOAS_USER and PKEXEC_UID)",
				user);
	run_as_drop_groups(other);
	run_as_close(r->caller);
	r->caller = other;
	return STATUS_OK;
}

/* What -z runs finds the home of who it is, not root's. */
static void tell_who(const struct run_as *a)
{
	if (run_as_home(a))
		setenv("HOME", run_as_home(a), 1);
	if (run_as_name(a)) {
		setenv("USER", run_as_name(a), 1);
		setenv("LOGNAME", run_as_name(a), 1);
	}
}

static enum status become(struct rights *r, const struct opts *o)
{
	int err = run_as_leave(r->caller);
	enum status status = STATUS_OK;

	if (!err && o->user)
		status = choose_another(r, o->user);
	if (status)
		return status;
	if (!err)
		err = run_as_become(r->caller, needed(o));
	if (err)
		return log_fail(STATUS_PERMISSION, "cannot become %s: %s",
				o->user ? o->user : "the user who has called", strerror(-err));
	tell_who(r->caller);
	return STATUS_OK;
}

enum status rights_user(struct run_as **a, const struct opts *o)
{
	int err = o->user ? run_as_open(a, o->user) : 0;

	if (err == -ENOENT)
		return log_fail(STATUS_USAGE, "-Z %s: there is no such user", o->user);
	return err ? log_fail(STATUS_RUNTIME, "-Z %s: %s", o->user, strerror(-err)) : STATUS_OK;
}

/* Before anything is done for the user of -Z. */
static enum status look_up(const struct opts *o)
{
	struct run_as *user = NULL;
	enum status status = rights_user(&user, o);

	run_as_close(user);
	return status;
}

static enum status keep(const struct opts *o)
{
	int err = geteuid() ? privilege_keep(needed(o)) : 0;

	return err ? log_fail(STATUS_RUNTIME, "cannot give capabilities up: %s", strerror(-err))
		   : look_up(o);
}

enum status rights_settle(struct rights *r, const struct opts *o, char *const *words)
{
	int err = descriptors_keep_named(words, o->reads, o->n_reads);

	if (err)
		return log_fail(STATUS_RUNTIME, "cannot close what the caller has left open: %s",
				strerror(-err));
	return r->caller ? become(r, o) : keep(o);
}

void rights_close(struct rights *r)
{
	r->caller = run_as_close(r->caller);
}

enum status rights_become(const struct run_as *a, const struct opts *o)
{
	int err = run_as_become(a, 0);

	return err ? log_fail(STATUS_PERMISSION, "-Z %s: cannot become that user: %s", o->user,
			      strerror(-err))
		   : STATUS_OK;
}
