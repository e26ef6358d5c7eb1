/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Network namespaces: found by what a person says of one, and entered for as long as it takes. None
 * is kept open in between: who has a descriptor of a namespace, or a socket in it, holds its
 * interfaces when its last process has gone.
 */
#ifndef XDPDUMP_KERNEL_NETNS_H
#define XDPDUMP_KERNEL_NETNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/kernel/netns_find.h"

struct netns;

/*
 * The one that @words mean, which stay the caller's, and as long as this. -errno and a sentence in
 * @error: those of netns_find(); -ENOENT: there is none, or no process; -EINVAL: it is not one of
 * the network; -EACCES or -EPERM: entering it is not allowed.
 */
int netns_open(struct netns **ns, const struct netns_words *words, char *error, size_t cap);

/*
 * The one that they mean now, after that has gone. -errno as above, and then it is as it was.
 */
int netns_open_again(struct netns *ns);

/*
 * Gives it a number, under which it is known to netif_watch.h and netif_again(), and keeps it: that
 * of struct netif. The kernel does the same for each veth pair that leads into another namespace.
 * -errno: -EPERM: CAP_NET_ADMIN.
 */
int netns_register(struct netns *ns);

/* 0 for NULL, for our own namespace, and for one without a number. */
unsigned netns_number(const struct netns *ns);

/* Other than ours, that is, which NULL is as well. */
bool netns_is_another(const struct netns *ns);

/*
 * It has gone: it has no number, not ours either, and is not to be entered any more. NULL
 * has not.
 */
void netns_forget(struct netns *ns);
bool netns_is_forgotten(const struct netns *ns);

/* Is it the one of this number? */
bool netns_has_number(const struct netns *ns, unsigned number);

/*
 * What its interfaces have in front of theirs in a capture: "blue" of blue/eth0, the number of the
 * process, or the path.
 */
const char *netns_label(const struct netns *ns);

/* By what it was found, and the option that says so. */
const struct netns_words *netns_words(const struct netns *ns);
const char *netns_option(enum netns_by by);

/* Does what it was found by lead to something else by now, or nowhere? */
bool netns_has_left(const struct netns *ns);

/* Where the calling thread was before. */
struct netns_visit {
	int home;		/* -1: it is there */
};

#define NETNS_VISIT_INIT { .home = -1 }

/*
 * Takes the calling thread into @ns; NULL, or our own namespace: it stays. It is to start no
 * threads and processes there. -errno: -ENOENT or -ESTALE: it is not to be found any more, or
 * another one has its name; -EPERM: CAP_SYS_ADMIN.
 */
int netns_enter(struct netns_visit *v, const struct netns *ns);

/* And back, which cannot fail. For cleanup(), too. */
void netns_leave(struct netns_visit *v);

struct netns *netns_close(struct netns *ns);

/* Which namespace the calling thread is in: a number that none has after it. -errno. */
int netns_cookie(uint64_t *cookie);

/* The file on which a line of proc(5)'s mountinfo says that one is mounted. */
bool netns_of_mount(const char *line, char path[static 512]);

/*
 * Calls @here in each that is mounted somewhere, as those with a name are, until it says true,
 * which is returned. Of those that only have processes nothing is known here.
 */
bool netns_each(bool (*here)(void *ctx), void *ctx);

#endif
