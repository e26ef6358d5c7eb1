/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Somebody else than root: the user of -Z, in whose name files are created, and who all of us is
 * once the program is attached; or who has called root by sudo(8) or the like, who we are from the
 * beginning.
 */
#ifndef XDPDUMP_KERNEL_RUN_AS_H
#define XDPDUMP_KERNEL_RUN_AS_H

#include <stdbool.h>
#include <stddef.h>

struct run_as;

/*
 * Looks @user up. -ENOENT: there is no such user. *@a is NULL with 0 when there is nothing to give
 * up: we are not root, or @user is. The other functions take that for "do nothing".
 */
int run_as_open(struct run_as **a, const char *user);

/*
 * The one who has made root run us: by sudo, pkexec or doas, which tell by their variables. NULL
 * with 0: nobody, or root itself. -ENOENT, -ENOTUNIQ: it does not become clear who, and @said has a
 * sentence; other -errno, and it is "".
 */
int run_as_caller(struct run_as **a, char *said, size_t cap);

/* Of the groups of that user only the first: others, docker say, may be as good as root. */
void run_as_drop_groups(struct run_as *a);

/* NULL: the system has only a number for that user. */
const char *run_as_name(const struct run_as *a);
const char *run_as_home(const struct run_as *a);

/* From here to run_as_leave() files are opened as the user opens them. -errno. */
int run_as_enter(const struct run_as *a);
int run_as_leave(const struct run_as *a);

/*
 * For ever and for all threads. No capability stays but those for @keep, see privilege_keep();
 * then it has to be the only thread. -errno, -EPERM if there was a way back.
 */
int run_as_become(const struct run_as *a, unsigned keep);

/*
 * As run_as_become(), of who has entered, or is nobody else than he was before: without any
 * capability, unless that is root. For a process that has no other threads. -errno.
 */
int run_as_stay(void);

/* Returns NULL. */
struct run_as *run_as_close(struct run_as *a);

#endif
