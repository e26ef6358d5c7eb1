// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/kernel/prog_btf.h"

static void btf_closep(struct btf **b)
{
	btf__free(*b);
}

static int find_name(uint32_t btf_id, uint32_t type, char **name)
{
	cleanup(btf_closep) struct btf *btf = NULL;
	const struct btf_type *t;

	if (!type || !btf_id)
		return -ENODATA;
	btf = btf__load_from_kernel_by_id(btf_id);
	if (!btf)
		return -errno;
	t = btf__type_by_id(btf, type);
	*name = t && btf_is_func(t) ? strdup(btf__name_by_offset(btf, t->name_off)) : NULL;
	return *name ? 0 : -ENODATA;
}

int prog_btf_function(int fd, uint32_t type, char **name)
{
	struct bpf_prog_info info = { .id = 0 };
	uint32_t len = sizeof(info);
	int err = bpf_obj_get_info_by_fd(fd, &info, &len);

	return err ? err : find_name(info.btf_id, type, name);
}

static int first_function(int fd, uint32_t *btf_id, uint32_t *type)
{
	struct bpf_prog_info info = { .id = 0 };
	struct bpf_func_info first = { .type_id = 0 };
	uint32_t len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len) || !info.nr_func_info)
		return -ENODATA;
	info = (struct bpf_prog_info){ .nr_func_info = 1, .func_info_rec_size = sizeof(first),
				       .func_info = (uintptr_t)&first };
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return -ENODATA;
	*btf_id = info.btf_id;
	*type = first.type_id;
	return 0;
}

int prog_btf_name(int fd, char **name)
{
	uint32_t btf_id, type;
	int err = first_function(fd, &btf_id, &type);

	return err ? err : find_name(btf_id, type, name);
}

int prog_btf_type(int fd, uint32_t *type)
{
	uint32_t btf_id;

	return first_function(fd, &btf_id, type);
}
