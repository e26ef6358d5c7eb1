/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the functions of a loaded program are called. The kernel cuts the name of a program, and its
 * BTF has all of it.
 */
#ifndef XDPDUMP_KERNEL_PROG_BTF_H
#define XDPDUMP_KERNEL_PROG_BTF_H

#include <stdint.h>

/*
 * The name of the function where it begins, or of the one with the type @type in its BTF; for the
 * caller to free. -ENODATA: it was loaded without BTF, or without the names of its functions.
 */
int prog_btf_name(int prog_fd, char **name);

/* The type of the former, in the BTF of the program. -ENODATA. */
int prog_btf_type(int prog_fd, uint32_t *type);
int prog_btf_function(int prog_fd, uint32_t type, char **name);

#endif
