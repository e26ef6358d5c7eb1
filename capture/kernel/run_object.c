// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* libbpf opens and loads; the verifier's log is asked for only if the kernel refuses a program. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/base/value.h"
#include "capture/kernel/privilege.h"
#include "capture/kernel/run_maps.h"
#include "capture/kernel/run_object.h"

enum {
	/*
	 * the most that kernels before 6.4 fill (kernel/bpf/verifier.c); touched as far
	 * as needed
	 */
	LOG_BYTES	= UINT32_MAX >> 8,
	LAST_LINES	= 3,
	SAID_MAX	= 640,			/* bytes of them in a sentence */
};

struct run_object {
	char *path;			/* NULL: the kernel has it */
	const char *wanted;		/* section or function, in @what; NULL: not said */
	struct bpf_object *bpf;		/* NULL: not ours */
	struct bpf_program *program;	/* of bpf */
	int fd;				/* of the program */
	bool owned;			/* the descriptor is ours, not libbpf's */
	char name[64];
	char *log;			/* LOG_BYTES, while it is loaded */
	bool whole_log;			/* is printed */
};

static void run_object_closep(struct run_object **r)
{
	run_object_close(*r);
}

bool run_object_is_loaded(const char *what)
{
	return !strncmp(what, "id:", 3);
}

/* ---- one of the kernel ---- */

static enum status check_type(const char *what, const struct bpf_prog_info *info)
{
	const char *type = libbpf_bpf_prog_type_str(info->type);

	if (info->type == BPF_PROG_TYPE_XDP)
		return STATUS_OK;
	return log_fail(STATUS_USAGE, "--run %s: %s is no XDP program but one of type %s", what,
			info->name[0] ? info->name : "this", type ? type : "unknown");
}

static enum status take_loaded(struct run_object *r, const char *what)
{
	struct bpf_prog_info info = { .id = 0 };
	uint32_t len = sizeof(info);
	uint64_t id;
	int err;

	if (!value_number(what + 3, 1, UINT32_MAX, &id))
		return log_fail(STATUS_USAGE, "--run '%s': the id of a program is a number", what);
	r->owned = true;
	r->fd = bpf_prog_get_fd_by_id(id);
	err = r->fd < 0 ? r->fd : bpf_obj_get_info_by_fd(r->fd, &info, &len);
	if (err == -ENOENT)
		return log_fail(STATUS_USAGE, "--run %s: no program has this id", what);
	if (err == -EPERM)
		return log_fail(
			STATUS_PERMISSION,
			"--run %s: to take a program of the kernel is not permitted: "
			"CAP_SYS_ADMIN missing (run as root)",
			what);
	if (err)
		return log_fail(STATUS_RUNTIME, "--run %s: cannot take the program: %s", what,
				strerror(-err));
	if (info.name[0])
		snprintf(r->name, sizeof(r->name), "%s", info.name);
	else
		snprintf(r->name, sizeof(r->name), "id %u", (unsigned)id);
	return check_type(what, &info);
}

/* ---- one of a file ---- */

/* The name of a file may have a colon in it; a file that is there is meant. */
static int split(struct run_object *r, const char *what)
{
	const char *colon = access(what, F_OK) ? strrchr(what, ':') : NULL;

	r->path = colon ? strndup(what, colon - what) : strdup(what);
	r->wanted = colon ? colon + 1 : NULL;
	return r->path ? 0 : -ENOMEM;
}

/* Sections of loaders before libbpf 1.0 are called xdp_something, and have no type for it. */
static bool is_xdp(const struct bpf_program *p)
{
	enum bpf_prog_type type = bpf_program__type(p);

	return type == BPF_PROG_TYPE_XDP ||
	       (type == BPF_PROG_TYPE_UNSPEC && !strncmp(bpf_program__section_name(p), "xdp", 3));
}

static bool is_wanted(const struct run_object *r, const struct bpf_program *p)
{
	return is_xdp(p) && (!r->wanted || !strcmp(r->wanted, bpf_program__name(p)) ||
			     !strcmp(r->wanted, bpf_program__section_name(p)));
}

/* The functions of all XDP programs: "a, b". */
static void list(const struct run_object *r, char *out, size_t cap)
{
	struct text t = text_in(out, cap - 1);
	struct bpf_program *p;

	bpf_object__for_each_program(p, r->bpf) {
		if (!is_xdp(p))
			continue;
		text_str(&t, t.len ? ", " : "");
		text_str(&t, bpf_program__name(p));
	}
	out[t.len] = '\0';
}

static enum status choose(struct run_object *r)
{
	struct bpf_program *p;
	char names[256];
	unsigned n = 0;

	bpf_object__for_each_program(p, r->bpf)
		if (is_wanted(r, p) && !n++)
			r->program = p;
	list(r, names, sizeof(names));
	if (!*names)
		return log_fail(STATUS_USAGE, "%s: there is no XDP program in it", r->path);
	if (!n)
		return log_fail(
			STATUS_USAGE,
			"%s: no XDP program and no section of one is called '%s'; there is: %s",
			r->path, r->wanted, names);
	if (n > 1)
		return log_fail(
			STATUS_USAGE,
			"%s: several XDP programs; one is named behind a colon, as in %s:%s: %s",
			r->path, r->path, bpf_program__name(r->program), names);
	snprintf(r->name, sizeof(r->name), "%s", bpf_program__name(r->program));
	return STATUS_OK;
}

static bool has_prog_array(const struct run_object *r)
{
	const struct bpf_map *m;
	bool found = false;

	bpf_object__for_each_map(m, r->bpf)
		found |= bpf_map__type(m) == BPF_MAP_TYPE_PROG_ARRAY;
	return found;
}

/* A section that libbpf does not know; what stands behind xdp.frags is no matter to the kernel. */
static void make_xdp(struct bpf_program *p)
{
	bpf_program__set_type(p, BPF_PROG_TYPE_XDP);
	if (!strncmp(bpf_program__section_name(p), "xdp.frags", 9))
		bpf_program__set_flags(p, bpf_program__flags(p) | BPF_F_XDP_HAS_FRAGS);
}

/* Others are loaded only if they may be called by it, and nothing is pinned. */
static void prepare(struct run_object *r)
{
	bool calls = has_prog_array(r);
	struct bpf_program *p;
	struct bpf_map *m;

	bpf_object__for_each_program(p, r->bpf) {
		bpf_program__set_autoload(p, p == r->program || (calls && is_xdp(p)));
		if (is_xdp(p) && bpf_program__type(p) == BPF_PROG_TYPE_UNSPEC)
			make_xdp(p);
	}
	bpf_object__for_each_map(m, r->bpf)
		bpf_map__set_pin_path(m, NULL);
}

static enum status open_failed(const struct run_object *r, int err)
{
	char why[128];

	libbpf_strerror(err, why, sizeof(why));
	return log_fail(STATUS_RUNTIME,
			"%s: not an object that libbpf can open: %s; --debug shows what it says",
			r->path, why);
}

static enum status open_file(struct run_object *r)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .kernel_log_buf = r->log,
		    .kernel_log_size = LOG_BYTES);

	if (access(r->path, R_OK))
		return log_fail(STATUS_RUNTIME, "%s: cannot open: %s", r->path, strerror(errno));
	r->bpf = bpf_object__open_file(r->path, &opts);
	return r->bpf ? STATUS_OK : open_failed(r, errno);
}

/*
 * The end of the verifier's log as one line: its last words, without those that only count
 * instructions.
 */
static void last_lines(const char *log, char *out, size_t cap)
{
	struct text t = text_in(out, cap - 1);
	const char *lines[LAST_LINES] = { NULL };
	size_t n = 0;

	for (const char *line = log; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		if (*line == '\n' || !strncmp(line, "processed ", 10))
			continue;
		lines[n++ % LAST_LINES] = line;
	}
	for (size_t i = n > LAST_LINES ? n - LAST_LINES : 0; i < n; i++) {
		const char *line = lines[i % LAST_LINES];

		text_str(&t, t.len ? "; " : "");
		text_bytes(&t, line, strcspn(line, "\n"));
	}
	out[t.len] = '\0';
}

static enum status load_failed(const struct run_object *r, int err)
{
	char said[SAID_MAX];

	if (err == -EPERM && !privilege_to_attach(said, sizeof(said)))
		return log_fail(STATUS_PERMISSION, "%s: running a program is not permitted: %s",
				r->path, said);
	for (const char *line = r->log; r->whole_log && *line; line += *line == '\n') {
		log_announce("  %.*s", (int)strcspn(line, "\n"), line);
		line += strcspn(line, "\n");
	}
	last_lines(r->log, said, sizeof(said));
	if (*said)
		return log_fail(STATUS_UNSUPPORTED, "%s: the kernel refuses %s: %s", r->path,
				r->name, said);
	if (err == -EPERM)
		return log_fail(STATUS_PERMISSION, "%s: the kernel does not let us load it: %s",
				r->path, strerror(-err));
	libbpf_strerror(err, said, sizeof(said));
	return log_fail(STATUS_UNSUPPORTED,
			"%s: cannot be loaded: %s; --debug shows what libbpf says", r->path, said);
}

static enum status check_attach_type(const struct run_object *r)
{
	uint32_t type = bpf_program__expected_attach_type(r->program);

	if (type == BPF_XDP || !type)
		return STATUS_OK;
	return log_fail(
		STATUS_USAGE,
		"%s: %s is for entries of a device or CPU map, and the kernel runs it only there",
		r->path, r->name);
}

static enum status load(struct run_object *r)
{
	int err;

	prepare(r);
	*r->log = '\0';
	err = bpf_object__load(r->bpf);
	r->fd = err ? -1 : bpf_program__fd(r->program);
	return err ? load_failed(r, err) : STATUS_OK;
}

static enum status take_file(struct run_object *r, const char *what, const struct map_option *maps,
			     unsigned n_maps)
{
	enum status status;

	r->log = malloc(LOG_BYTES);
	if (!r->log || split(r, what))
		return log_fail(STATUS_RUNTIME, "out of memory");
	status = open_file(r);
	if (!status)
		status = choose(r);
	if (!status)
		status = check_attach_type(r);
	if (!status)
		status = load(r);
	free(r->log);
	r->log = NULL;
	return status ? status : run_maps_fill(r->bpf, maps, n_maps);
}

enum status run_object_open(struct run_object **out, const char *what,
			    const struct map_option *maps, unsigned n_maps, bool whole_log)
{
	cleanup(run_object_closep) struct run_object *r = calloc(1, sizeof(*r));
	enum status status;

	if (!r)
		return log_fail(STATUS_RUNTIME, "out of memory");
	r->fd = -1;
	r->whole_log = whole_log;
	status = run_object_is_loaded(what) ? take_loaded(r, what)
					    : take_file(r, what, maps, n_maps);
	if (!status)
		*out = steal(&r);
	return status;
}

int run_object_fd(const struct run_object *r)
{
	return r->fd;
}

const char *run_object_name(const struct run_object *r)
{
	return r->name;
}

const char *run_object_path(const struct run_object *r)
{
	return r->path;
}

struct run_object *run_object_close(struct run_object *r)
{
	if (!r)
		return NULL;
	if (r->owned && r->fd >= 0)
		close(r->fd);
	bpf_object__close(r->bpf);
	free(r->log);
	free(r->path);
	free(r);
	return NULL;
}
