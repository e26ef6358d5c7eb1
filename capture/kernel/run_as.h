/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The user of -Z: files are created in his name, and once the program is attached all of us is his.
 */
#ifndef XDPDUMP_KERNEL_RUN_AS_H
#define XDPDUMP_KERNEL_RUN_AS_H

#include <stdbool.h>

struct run_as;

/*
 * Looks @user up. -ENOENT: there is no such user. *@a is NULL with 0 when there is nothing to give
 * up: we are not root, or @user is. The other functions take that for "do nothing".
 */
int run_as_open(struct run_as **a, const char *user);

/* From here to run_as_leave() files are opened as the user opens them. -errno. */
int run_as_enter(const struct run_as *a);
int run_as_leave(const struct run_as *a);

/* For ever and for all threads; no capability stays. -errno, -EPERM if there was a way back. */
int run_as_become(const struct run_as *a);

/* Returns NULL. */
struct run_as *run_as_close(struct run_as *a);

#endif
