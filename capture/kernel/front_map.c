// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Found among the maps of the program, by type and name. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/kernel/front_map.h"

#define BPFFS "/sys/fs/bpf"

enum { MAPS_MAX = 64 }; /* of a program: MAX_USED_MAPS of linux/bpf_verifier.h */

/* Of any name, where that is NULL. */
static bool is_prog_array(int fd, const char *name)
{
	struct bpf_map_info info = { .id = 0 };
	uint32_t len = sizeof(info);

	return !bpf_obj_get_info_by_fd(fd, &info, &len) && info.type == BPF_MAP_TYPE_PROG_ARRAY &&
	       (!name || !strcmp(info.name, name));
}

static int find(int prog_fd, const char *name)
{
	uint32_t ids[MAPS_MAX], len;
	struct bpf_prog_info info = { .nr_map_ids = MAPS_MAX, .map_ids = (uintptr_t)ids };
	int err;

	len = sizeof(info);
	err = bpf_obj_get_info_by_fd(prog_fd, &info, &len);
	if (err)
		return err;
	for (uint32_t i = 0; i < info.nr_map_ids && i < MAPS_MAX; i++) {
		int fd = bpf_map_get_fd_by_id(ids[i]);

		if (fd == -EPERM)
			return fd;
		if (fd >= 0 && is_prog_array(fd, name))
			return fd;
		if (fd >= 0)
			close(fd);
	}
	return -ENOENT;
}

int front_map_open(int prog_fd)
{
	return find(prog_fd, FRONT_MAP);
}

bool front_map_is_caller(int prog_fd)
{
	int fd = find(prog_fd, NULL);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/*
 * The array takes the kind of the first program that is put into it, so of an empty one that is no
 * reason.
 */
int front_map_takes(uint32_t id)
{
	const uint32_t key = FRONT_TARGET;
	int fd = bpf_prog_get_fd_by_id(id), map = -1, err = 0;

	if (fd >= 0)
		map = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, "try", sizeof(key), sizeof(fd), 1,
				     NULL);
	if (map >= 0) {
		err = bpf_map_update_elem(map, &key, &fd, BPF_ANY);
		close(map);
	}
	if (fd >= 0)
		close(fd);
	return err == -EINVAL || err == -EBUSY ? err : 0;
}

int front_map_target(int map_fd, uint32_t *id)
{
	uint32_t key = FRONT_TARGET;
	int err = bpf_map_lookup_elem(map_fd, &key, id);

	if (err == -ENOENT)
		*id = 0;
	return err == -ENOENT ? 0 : err;
}

uint32_t front_map_id(int map_fd)
{
	struct bpf_map_info info = { .id = 0 };
	uint32_t len = sizeof(info);

	return bpf_obj_get_info_by_fd(map_fd, &info, &len) ? 0 : info.id;
}

/* The name says whose it is, and the id that it is this one. */
static void name_pin(int map_fd, char path[static 64])
{
	snprintf(path, 64, BPFFS "/xdpdump-target-%u", front_map_id(map_fd));
}

int front_map_pin(int map_fd)
{
	struct statfs fs;
	char path[64];
	int err;

	if (statfs(BPFFS, &fs) || fs.f_type != BPF_FS_MAGIC)
		return -ENOTSUP;
	name_pin(map_fd, path);
	err = bpf_obj_pin(map_fd, path);
	return err == -EEXIST ? 0 : err;
}

int front_map_unpin(int map_fd)
{
	char path[64];

	name_pin(map_fd, path);
	return unlink(path) && errno != ENOENT ? -errno : 0;
}
