/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The user of -Z: files are created in his name, and once the program is attached all of us is his. */
#ifndef XDPDUMP_KERNEL_RUN_AS_H
#define XDPDUMP_KERNEL_RUN_AS_H

#include <stdbool.h>

struct account;

/*
 * Looks @user up. -ENOENT: there is no such user. *@a is NULL with 0 when there is nothing to give up: we are not root, or
 * @user is. The other functions take that for "do nothing".
 */
int account_open(struct account **a, const char *user);

/* From here to account_leave() files are opened as the user opens them. -errno. */
int account_enter(const struct account *a);
int account_leave(const struct account *a);

/* For ever and for all threads; no capability stays. -errno, -EPERM if there was a way back. */
int account_become(const struct account *a);

/* Returns NULL. */
struct account *account_close(struct account *a);

#endif
