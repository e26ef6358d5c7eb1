// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Entries of maps, one by one, through bpf(2). */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/map_option.h"
#include "capture/kernel/run_maps.h"

/* A map of the object, with room for one of its entries. */
struct target {
	const char *name;
	int fd;
	enum bpf_map_type type;
	uint32_t key_size, value_size;	/* bytes */
	unsigned copies;		/* of the value, that an entry has */
	bool read_only;			/* constants: it is frozen */
	size_t stride;			/* from one copy to the next */
	uint8_t *key, *value;		/* NULL key: the map has none */
};

static void target_close(struct target *t)
{
	free(t->key);
	free(t->value);
}

static void closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static bool is_per_cpu(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

/* Values that mean something only in the map that they are in. */
static bool is_of_descriptors(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_PROG_ARRAY || type == BPF_MAP_TYPE_ARRAY_OF_MAPS ||
	       type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

static enum status find(struct target *t, const struct bpf_object *o, const struct map_option *m)
{
	cleanup(freep) char *name = strndup(m->name, m->name_len);
	struct bpf_map *map = name ? bpf_object__find_map_by_name(o, name) : NULL;
	int n_cpus = libbpf_num_possible_cpus();

	if (!map)
		return log_fail(STATUS_USAGE, "--map %.*s: %s has no map of that name",
				(int)m->name_len, m->name, bpf_object__name(o));
	*t = (struct target){ .name = bpf_map__name(map),
			      .fd = bpf_map__fd(map),
			      .type = bpf_map__type(map),
			      .key_size = bpf_map__key_size(map),
			      .value_size = bpf_map__value_size(map),
			      .read_only = bpf_map__map_flags(map) & BPF_F_RDONLY_PROG,
			      .copies = 1 };
	t->stride = t->value_size;
	if (is_per_cpu(t->type)) {
		t->stride = (t->value_size + 7) & ~7u;
		t->copies = n_cpus > 0 ? n_cpus : 1;
	}
	t->value = calloc(t->copies, t->stride ? t->stride : 1);
	t->key = t->key_size ? malloc(t->key_size) : NULL;
	if (!t->value || (t->key_size && !t->key))
		return log_fail(STATUS_RUNTIME, "out of memory");
	return STATUS_OK;
}

static enum status update_failed(const struct target *t, int err)
{
	if (err == -E2BIG)
		return log_fail(
			STATUS_USAGE,
			"--map %s: no room for this entry: the map is full, or the index is beyond its end",
			t->name);
	return log_fail(err == -EPERM ? STATUS_PERMISSION : STATUS_RUNTIME,
			"--map %s: the kernel does not take the entry: %s", t->name,
			strerror(-err));
}

static enum status update(const struct target *t)
{
	int err = bpf_map_update_elem(t->fd, t->key, t->value, BPF_ANY);

	return err ? update_failed(t, err) : STATUS_OK;
}

/* A map of programs has descriptors as values: here the name of a program of the same object. */
static enum status program_value(const struct target *t, const struct bpf_object *o,
				 const char *name)
{
	const struct bpf_program *p = bpf_object__find_program_by_name(o, name);
	int fd = p ? bpf_program__fd(p) : -1;

	if (fd < 0)
		return log_fail(
			STATUS_USAGE,
			"--map %s: a value of this map is the function of an XDP program of the object, "
			"which '%s' is not",
			t->name, name);
	memcpy(t->value, &fd, sizeof(fd));
	return STATUS_OK;
}

static enum status set(const struct target *t, const struct bpf_object *o,
		       const struct map_option *m)
{
	enum status status = STATUS_OK;
	char said[256];

	if (t->read_only)
		return log_fail(
			STATUS_USAGE,
			"--map %s: these are constants, which are read-only in a loaded program",
			t->name);
	if (t->type != BPF_MAP_TYPE_PROG_ARRAY && is_of_descriptors(t->type))
		return log_fail(STATUS_USAGE, "--map %s: the values of such a map are other maps",
				t->name);
	if (!map_option_bytes(m, MAP_KEY, t->key, t->key_size, said, sizeof(said)))
		return log_fail(STATUS_USAGE, "--map %s: %s", t->name, said);
	if (t->type == BPF_MAP_TYPE_PROG_ARRAY)
		status = program_value(t, o, m->value);
	else if (!map_option_bytes(m, MAP_VALUE, t->value, t->value_size, said, sizeof(said)))
		return log_fail(STATUS_USAGE, "--map %s: %s", t->name, said);
	if (status)
		return status;
	for (unsigned i = 1; i < t->copies; i++)
		memcpy(t->value + i * t->stride, t->value, t->value_size);
	return update(t);
}

static enum status check_pinned(const struct target *t, const char *path, int fd,
				struct bpf_map_info *info)
{
	uint32_t len = sizeof(*info);
	int err = fd < 0 ? fd : bpf_obj_get_info_by_fd(fd, info, &len);

	if (err)
		return log_fail(err == -EPERM || err == -EACCES ? STATUS_PERMISSION : STATUS_USAGE,
				"--map %s: cannot open the pinned map %s: %s", t->name, path,
				strerror(-err));
	if (info->type != t->type || info->key_size != t->key_size ||
	    info->value_size != t->value_size)
		return log_fail(STATUS_USAGE, "--map %s: %s is pinned as another kind of map",
				t->name, path);
	if (is_of_descriptors(t->type) || !t->key)
		return log_fail(STATUS_USAGE,
				"--map %s: the entries of such a map cannot be copied", t->name);
	return STATUS_OK;
}

/*
 * If somebody deletes the entry at hand the kernel begins anew with the first one: so there is an
 * end after as many as there can be.
 */
static enum status copy(const struct target *t, const char *path)
{
	cleanup(closep) int fd = bpf_obj_get(path);
	cleanup(freep) uint8_t *next = t->key_size ? malloc(t->key_size) : NULL;
	struct bpf_map_info info = { .id = 0 };
	enum status status = check_pinned(t, path, fd, &info);

	for (uint32_t i = 0; !status && next && i < info.max_entries; i++) {
		if (bpf_map_get_next_key(fd, i ? t->key : NULL, next))
			break;
		memcpy(t->key, next, t->key_size);
		if (!bpf_map_lookup_elem(fd, t->key, t->value))
			status = update(t);
	}
	return status;
}

enum status run_maps_fill(struct bpf_object *o, const struct map_option *maps, unsigned n)
{
	enum status status = STATUS_OK;

	for (unsigned i = 0; i < n && !status; i++) {
		cleanup(target_close) struct target t = { .fd = -1 };

		status = find(&t, o, &maps[i]);
		if (!status)
			status = maps[i].pin ? copy(&t, maps[i].pin) : set(&t, o, &maps[i]);
	}
	return status;
}
