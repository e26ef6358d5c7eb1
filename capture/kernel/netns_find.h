/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Network namespaces by what a person says of one: where it is, and why there is none. */
#ifndef XDPDUMP_KERNEL_NETNS_FIND_H
#define XDPDUMP_KERNEL_NETNS_FIND_H

#include <stdbool.h>
#include <stddef.h>

/* Where names are: NETNS_RUN_DIR of iproute2's include/namespace.h, where /var/run leads to. */
#define NETNS_NAMES "/run/netns"

/* A sentence has room in it; several containers are listed. */
enum { NETNS_ERROR_MAX = 1024 };

enum netns_by {
	NETNS_ANY,		/* its name, the number of a process in it, or its path */
	NETNS_PID,		/* the number of a process */
	NETNS_CONTAINER,	/* the name or id of a container: container.h */
};

/* What is said of a namespace. */
struct netns_words {
	enum netns_by by;
	const char *text;
};

/* Both are this struct's. */
struct netns_place {
	char *path;		/* which leads to it, if there is one */
	char *label;		/* as of netns_label() */
	bool is_process;	/* that of a process */
};

/*
 * Where the one is that @words mean. @p is to be released whatever is returned. -errno and a
 * sentence in @error: -ENOMEM; of a container -ENOENT: there is none, -ESRCH: it does not run,
 * -ENOTUNIQ: there are several. Whether something is at the path is not looked at.
 */
int netns_find(struct netns_place *p, const struct netns_words *words, char *error, size_t cap);

/* The sentence for what came of opening it: @err, which is returned. */
int netns_find_failed(const struct netns_place *p, const struct netns_words *words, int err,
		      char *error, size_t cap);

void netns_find_release(struct netns_place *p);

#endif
