/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The prog array that a program of ours in front of another one calls it by. The kernel empties a
 * prog array when the last descriptor and the last pin of it are gone, also where a program goes on
 * using it: so it is not only our process that keeps one.
 */
#ifndef XDPDUMP_KERNEL_FRONT_MAP_H
#define XDPDUMP_KERNEL_FRONT_MAP_H

#include <stdbool.h>
#include <stdint.h>

#define FRONT_PROGRAM "xdpdump_front"
#define FRONT_MAP "target" /* its prog array; the other program is at FRONT_TARGET */

/* That of the program @prog_fd; -ENOENT: it has none. -EPERM without CAP_SYS_ADMIN. -errno. */
int front_map_open(int prog_fd);

/* Does the program @prog_fd, of whomever, make tail calls? Without CAP_SYS_ADMIN: no. */
bool front_map_is_caller(int prog_fd);

/*
 * Can the program @id be in such an array at all? 0: it can, or that cannot be known. -EINVAL: not
 * one that is bound to its device, in or out of it; -EBUSY: not one of which functions are replaced
 * (Linux 6.13).
 */
int front_map_takes(uint32_t id);

/* 0: the kernel does not tell. */
uint32_t front_map_id(int map_fd);

/* The id of the program in it, 0: none (any more). -errno. */
int front_map_target(int map_fd, uint32_t *id);

/*
 * Keeps it filled while no process does: pinned in /sys/fs/bpf, by its id. -ENOTSUP: no bpffs is
 * mounted there; -errno. Pinned before: 0. And the opposite, which is not an error where it is not
 * pinned.
 */
int front_map_pin(int map_fd);
int front_map_unpin(int map_fd);

#endif
