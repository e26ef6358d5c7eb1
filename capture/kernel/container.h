/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Containers by name or id: of docker, podman, CRI-O, and containerd with its clients (Kubernetes,
 * nerdctl, ctr), by the files that they keep, without asking anybody.
 */
#ifndef XDPDUMP_KERNEL_CONTAINER_H
#define XDPDUMP_KERNEL_CONTAINER_H

#include <stddef.h>

/*
 * *@pid: a process in the network namespace of the container @name: its name, that of its pod, its
 * id, or the beginning of an id. @root: "", or in front of all paths but /proc, for tests. -errno,
 * and a sentence in @error: -ENOENT: there is none; -ESRCH: it does not run; -ENOTUNIQ: there are
 * several, and not in one namespace.
 */
int container_find(const char *root, const char *name, int *pid, char *error, size_t cap);

#endif
