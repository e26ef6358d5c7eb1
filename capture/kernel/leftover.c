// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * From the program on the interface to its prog array, and from that to the other program. That a
 * process of ours is still there is read in /proc, as the kernel keeps no list of who has what
 * open.
 */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/front_map.h"
#include "capture/kernel/leftover.h"
#include "capture/kernel/xdp_place.h"

static void fd_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void dir_closep(DIR **d)
{
	if (*d)
		closedir(*d);
}

static void file_closep(FILE **f)
{
	if (*f)
		fclose(*f);
}

bool leftover_is_front(uint32_t id, struct xdp_program *target)
{
	const struct xdp_program front = xdp_program_by_id(id);
	cleanup(fd_closep) int fd = -1, map = -1;
	uint32_t target_id;

	if (strcmp(front.name, FRONT_PROGRAM))
		return false;
	fd = bpf_prog_get_fd_by_id(id);
	map = fd < 0 ? fd : front_map_open(fd);
	if (map < 0 || front_map_target(map, &target_id))
		return false;
	*target = (struct xdp_program){ .id = 0 };
	if (target_id)
		*target = xdp_program_by_id(target_id);
	return true;
}

/* ---- who has it open ---- */

static bool read_line(const char *dir, const char *name, char *line, int cap)
{
	cleanup(file_closep) FILE *f = NULL;
	char path[400];

	snprintf(path, sizeof(path), "%s/%.255s", dir, name);
	f = fopen(path, "re");
	return f && fgets(line, cap, f);
}

/* A link tells of its program as well, but it is its owner's, and no program. */
static bool is_program(const char *dir, const char *name, uint32_t id)
{
	cleanup(file_closep) FILE *f = NULL;
	bool is_prog = false, is_id = false;
	char path[400], line[128];
	unsigned n;

	snprintf(path, sizeof(path), "%s/%.255s", dir, name);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		is_prog |= !strncmp(line, "prog_type:", 10);
		is_id |= sscanf(line, "prog_id: %u", &n) == 1 && n == id;
	}
	return is_prog && is_id;
}

static bool has_program(const char *pid, uint32_t id)
{
	cleanup(dir_closep) DIR *d = NULL;
	const struct dirent *e;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%.20s/fdinfo", pid);
	d = opendir(path);
	while (d && (e = readdir(d)))
		if (is_program(path, e->d_name, id))
			return true;
	return false;
}

/* Others may look at it as well; by their names processes of ours are told from them. */
/* @but: one that does not count. */
static int find_process(uint32_t id, int but)
{
	cleanup(dir_closep) DIR *d = opendir("/proc");
	const struct dirent *e;
	char path[64], comm[32];
	int pid;

	while (d && (e = readdir(d))) {
		pid = atoi(e->d_name);
		snprintf(path, sizeof(path), "/proc/%.20s", e->d_name);
		if (pid > 0 && pid != but && read_line(path, "comm", comm, sizeof(comm)) &&
		    !strncmp(comm, "xdpdump", 7) && has_program(e->d_name, id))
			return pid;
	}
	return 0;
}

int leftover_process(uint32_t id)
{
	return find_process(id, getpid());
}

bool leftover_is_held(uint32_t id)
{
	char self[16];

	snprintf(self, sizeof(self), "%d", getpid());
	return has_program(self, id) || find_process(id, getpid());
}

/* ---- mended ---- */

int leftover_mend(int ifindex, const struct xdp_program *front)
{
	cleanup(fd_closep) int fd = bpf_prog_get_fd_by_id(front->id);
	cleanup(fd_closep) int map = fd < 0 ? fd : front_map_open(fd);
	cleanup(fd_closep) int target_fd = -1;
	struct xdp_place place;
	uint32_t id;
	int err;

	if (map < 0)
		return map;
	err = front_map_target(map, &id);
	if (err)
		return err;
	if (id)
		target_fd = bpf_prog_get_fd_by_id(id);
	if (id && target_fd < 0)
		return target_fd;
	err = xdp_place_find(&place, ifindex, front->mode, fd);
	if (!err)
		err = xdp_place_exchange(&place, fd, target_fd);
	if (!err)
		front_map_unpin(map);
	return err;
}
