// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <bpf/btf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "capture/kernel/kernel_types.h"

static bool find(const struct btf *btf, const struct btf_type *type, const char *name,
		 uint32_t *bit)
{
	const struct btf_member *m = btf_members(type);

	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const struct btf_type *of = btf__type_by_id(btf, m[i].type);
		const char *called = btf__name_by_offset(btf, m[i].name_off);
		uint32_t inner;

		*bit = btf_member_bit_offset(type, i);
		if (!strcmp(called, name))
			return true;
		if (!*called && btf_is_composite(of) && find(btf, of, name, &inner)) {
			*bit += inner;
			return true;
		}
	}
	return false;
}

int kernel_types_member(const char *type, const char *member, uint32_t *bit)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int id = btf ? btf__find_by_name_kind(btf, type, BTF_KIND_STRUCT) : -ENOENT;
	bool found = id > 0 && find(btf, btf__type_by_id(btf, id), member, bit);

	btf__free(btf);
	return found ? 0 : -ENOENT;
}
