// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/kernel_types.h"

/* Also inside of members without a name. */
static bool find_inside(const struct btf *btf, const struct btf_type *type, const char *name,
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
		if (!*called && btf_is_composite(of) && find_inside(btf, of, name, &inner)) {
			*bit += inner;
			return true;
		}
	}
	return false;
}

/* Where it begins, in bits. */
static bool find_member(const struct btf *btf, const char *type, const char *member, uint32_t *bit)
{
	int id = btf__find_by_name_kind(btf, type, BTF_KIND_STRUCT);

	return id > 0 && find_inside(btf, btf__type_by_id(btf, id), member, bit);
}

static bool find_enumerator(const struct btf *btf, const char *type, const char *name,
			    uint32_t *value)
{
	int id = btf__find_by_name_kind(btf, type, BTF_KIND_ENUM);
	const struct btf_type *t = id > 0 ? btf__type_by_id(btf, id) : NULL;

	for (uint32_t i = 0; t && i < btf_vlen(t); i++) {
		*value = btf_enum(t)[i].val;
		if (!strcmp(btf__name_by_offset(btf, btf_enum(t)[i].name_off), name))
			return true;
	}
	return false;
}

/* 0: there is none. */
static uint32_t find_function(const struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);

	return id > 0 ? id : 0;
}

static void find_all(const struct btf *btf, struct kernel_types *t)
{
	const uint32_t cast = find_function(btf, "bpf_cast_to_kern_ctx");
	uint32_t bit;

	t->has_tcx = find_enumerator(btf, "bpf_attach_type", "BPF_TCX_INGRESS", &bit);
	t->has_ip_summed = find_member(btf, "sk_buff", "ip_summed", &t->ip_summed_bit);
	t->has_frags_flag = cast && find_member(btf, "xdp_buff", "flags", &bit) && bit % 32 == 0 &&
			    find_enumerator(btf, "xdp_buff_flags", "XDP_FLAGS_HAS_FRAGS",
					    &t->frags_bits);
	t->cast_id = t->has_frags_flag ? cast : 0;
	t->frags_off = t->has_frags_flag ? bit / 8 : 0;
	t->rx_timestamp_id = find_function(btf, "bpf_xdp_metadata_rx_timestamp");
	t->rx_hash_id = find_function(btf, "bpf_xdp_metadata_rx_hash");
	t->rx_vlan_tag_id = find_function(btf, "bpf_xdp_metadata_rx_vlan_tag");
}

/* It needs a kernel that compiles programs, and the right to look into what is its own. */
static bool accepts_look(const struct kernel_types *t)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_KFUNC_CALL, .imm = t->cast_id },
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .src_reg = BPF_REG_0, .off = t->frags_off },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "look", "GPL", insns, array_size(insns), NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void ask(struct kernel_types *t)
{
	struct btf *btf = btf__load_vmlinux_btf();

	if (btf)
		find_all(btf, t);
	if (t->has_frags_flag)
		t->has_frags_flag = t->frags_off <= INT16_MAX && accepts_look(t);
}

static void ask_and_tell(int fd)
{
	struct kernel_types t = { .cast_id = 0 };

	ask(&t);
	_exit(write(fd, &t, sizeof(t)) != sizeof(t));
}

static void learn(struct kernel_types *t)
{
	struct kernel_types told;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return;
	pid = fork();
	if (!pid)
		ask_and_tell(fds[1]);
	close(fds[1]);
	if (pid > 0 && uninterrupted(read(fds[0], &told, sizeof(told))) == sizeof(told))
		*t = told;
	close(fds[0]);
	if (pid > 0)
		uninterrupted(waitpid(pid, NULL, 0));
}

const struct kernel_types *kernel_types(void)
{
	static struct kernel_types types;
	static bool asked;

	if (!asked)
		learn(&types);
	asked = true;
	return &types;
}
