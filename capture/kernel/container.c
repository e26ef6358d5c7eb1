// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Where each engine keeps what:
 *
 * docker: <data-root>/containers/ID/config.v2.json has ID, Name (with a slash) and State.Pid (moby,
 * container/container.go).
 *
 * podman and CRI-O, by containers/storage: <graphroot>/DRIVER-containers/containers.json is a list
 * of id and names; <runroot>/DRIVER-containers/ID/userdata has pidfile (podman,
 * docs/source/markdown/options/pidfile.md; libpod/oci_conmon_common.go) and, of CRI-O, config.json
 * (internal/oci/runtime_oci.go; the names of its annotations: pkg/annotations). Of a user the
 * former is in ~/.local/share/containers/storage, the latter in /run/user/UID/containers.
 *
 * containerd: <state>/io.containerd.runtime.v2.task/NAMESPACE/ID has init.pid and config.json
 * (cmd/containerd-shim-runc-v2/process/init.go, core/runtime/v2/bundle.go; annotations:
 * internal/cri/annotations/annotations.go, and nerdctl's pkg/labels/labels.go).
 *
 * All else that has an id of 64 digits is found by the cgroup of its processes.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <jansson.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/container.h"
#include "capture/kernel/privilege.h"

/* of an id: so many digits are not a coincidence, and as many are shown by all of them */
enum { ID_SHORT = 12, PREFIX_MIN = 3, MATCHES_MAX = 16 };

/* How well what was asked for fits; of several the best are left. */
enum rank { RANK_NONE, RANK_PREFIX, RANK_ID, RANK_NAME };

struct match {
	const char *engine;
	char id[ID_SHORT + 1];
	char name[64];
	int pid;		/* 0: it does not run */
	ino_t netns;
};

struct search {
	const char *root, *wanted;
	enum rank rank;		/* of the matches */
	struct match matches[MATCHES_MAX];
	unsigned n;
};

static void json_closep(json_t **j)
{
	json_decref(*j);
}

/* ---- processes ---- */

/* Its words, as @text; false: none, or no process. */
static bool read_file(const char *path, char *text, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : uninterrupted(read(fd, text, cap - 1));

	text[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
	return n > 0;
}

static bool is_in_cgroup(int pid, const char *id)
{
	char path[64], text[8192];

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	return read_file(path, text, sizeof(text)) && strstr(text, id);
}

/* When a process began, in seconds since 1970; 0: it cannot be known. proc(5): the 22nd field. */
static time_t began(int pid)
{
	struct timespec boot, now;
	char path[64], text[1024];
	const char *behind;
	unsigned long long ticks;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (!read_file(path, text, sizeof(text)) || !(behind = strrchr(text, ')')) ||
	    sscanf(behind, ") %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
		   &ticks) != 1)
		return 0;
	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec - boot.tv_sec + ticks / sysconf(_SC_CLK_TCK);
}

/*
 * A number that was left in a file may belong to somebody else by now: to a process that is in
 * another cgroup, and began after the file was written.
 */
static int alive(long pid, const char *id, const char *file)
{
	char path[64];
	struct stat st;

	if (pid <= 0 || pid > INT_MAX)
		return 0;
	snprintf(path, sizeof(path), "/proc/%ld/ns/net", pid);
	if (access(path, F_OK) && errno == ENOENT)
		return 0;
	if (is_in_cgroup(pid, id))
		return pid;
	return !stat(file, &st) && began(pid) <= st.st_mtime + 1 ? pid : 0;
}

static int pid_of_file(const char *path, const char *id)
{
	char text[32];

	return read_file(path, text, sizeof(text)) ? alive(atol(text), id, path) : 0;
}

/* ---- matches ---- */

static enum rank rank_of_id(const struct search *s, const char *id)
{
	size_t n = strlen(s->wanted);

	if (!strcmp(id, s->wanted))
		return RANK_ID;
	return n >= PREFIX_MIN && !strncmp(id, s->wanted, n) ? RANK_PREFIX : RANK_NONE;
}

/* The best of its names, which end with NULL; *@name: that one, else the first. */
static enum rank rank_of(const struct search *s, const char *id, const char *const *names,
			 const char **name)
{
	*name = "";
	for (; *names; names++) {
		if (!**name)
			*name = *names;
		if (!strcmp(*names, s->wanted)) {
			*name = *names;
			return RANK_NAME;
		}
	}
	return rank_of_id(s, id);
}

/* Of two files about one container that counts which knows a process. */
static void merge(struct match *m, int pid)
{
	if (!m->pid)
		m->pid = pid;
}

static void consider(struct search *s, const char *engine, const char *id,
		     const char *const *names, int pid)
{
	const char *name;
	enum rank rank = rank_of(s, id, names, &name);
	struct match *m = s->matches;

	if (rank == RANK_NONE || rank < s->rank)
		return;
	if (rank > s->rank)
		s->n = 0;
	s->rank = rank;
	for (; m < s->matches + s->n; m++)
		if (!strncmp(m->id, id, ID_SHORT)) {
			merge(m, pid);
			return;
		}
	if (s->n == MATCHES_MAX)
		return;
	*m = (struct match){ .engine = engine, .pid = pid };
	snprintf(m->id, sizeof(m->id), "%s", id);
	snprintf(m->name, sizeof(m->name), "%s", name);
	s->n++;
}

/* ---- files ---- */

static const char *string_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* Calls @take for each file that is like @pattern, below the root. */
static void each_file(struct search *s, const char *pattern,
		      void (*take)(struct search *s, const char *path))
{
	char path[PATH_MAX];
	glob_t g;

	snprintf(path, sizeof(path), "%s%s", s->root, pattern);
	if (glob(path, GLOB_NOSORT, NULL, &g))
		return;
	for (size_t i = 0; i < g.gl_pathc; i++)
		take(s, g.gl_pathv[i]);
	globfree(&g);
}

static void take_docker(struct search *s, const char *path)
{
	cleanup(json_closep) json_t *j = json_load_file(path, 0, NULL);
	const char *id = string_of(j, "ID"), *name = string_of(j, "Name");
	const char *names[] = { name && *name == '/' ? name + 1 : name, NULL };

	if (id)
		consider(s, "docker", id, names,
			 alive(json_integer_value(json_object_get(json_object_get(j, "State"), "Pid")),
			       id, path));
}

enum { NAMES_MAX = 16 };

/* What annotations of its config.json call it, behind the @n that are there. */
static unsigned add_annotations(const json_t *config, const char **names, unsigned n)
{
	static const char *const keys[] = {
		"io.kubernetes.cri.container-name", "io.kubernetes.cri.sandbox-name",
		"io.kubernetes.container.name",	    "io.kubernetes.pod.name",
		"nerdctl/name",
	};
	const json_t *annotations = json_object_get(config, "annotations");

	for (size_t i = 0; i < array_size(keys) && n < NAMES_MAX; i++) {
		const char *name = string_of(annotations, keys[i]);

		if (name)
			names[n++] = name;
	}
	return n;
}

/* .../NAMESPACE/ID/init.pid */
static void take_containerd(struct search *s, const char *path)
{
	cleanup(json_closep) json_t *config = NULL;
	const char *names[NAMES_MAX + 1] = { NULL };
	char file[PATH_MAX], id[256];
	int dir = strrchr(path, '/') - path;

	snprintf(file, sizeof(file), "%.*s/config.json", dir, path);
	config = json_load_file(file, 0, NULL);
	snprintf(file, sizeof(file), "%.*s", dir, path);
	snprintf(id, sizeof(id), "%s", strrchr(file, '/') + 1);
	add_annotations(config, names, 0);
	consider(s, "containerd", id, names, pid_of_file(path, id));
}

/* Its directory while it runs, of root or a user. */
static bool find_userdata(const struct search *s, const char *id, char *out, size_t cap)
{
	static const char *const patterns[] = {
		"/run/containers/storage/*-containers/%s/userdata",
		"/run/user/*/containers/*-containers/%s/userdata",
	};
	char below[PATH_MAX], path[PATH_MAX + 256];
	bool found = false;
	glob_t g;

	for (size_t i = 0; !found && i < array_size(patterns); i++) {
		snprintf(below, sizeof(below), patterns[i], id);
		snprintf(path, sizeof(path), "%s%s", s->root, below);
		if (glob(path, 0, NULL, &g))
			continue;
		snprintf(out, cap, "%s", g.gl_pathv[0]);
		globfree(&g);
		found = true;
	}
	return found;
}

static bool is_hex(const char *id)
{
	return *id && !id[strspn(id, "0123456789abcdef")];
}

static void take_stored(struct search *s, const json_t *entry)
{
	cleanup(json_closep) json_t *config = NULL;
	const char *id = string_of(entry, "id"), *names[NAMES_MAX + 1] = { NULL };
	const json_t *list = json_object_get(entry, "names");
	char dir[PATH_MAX], file[PATH_MAX + 16];
	unsigned n = 0;
	int pid = 0;

	if (!id || !is_hex(id))
		return;
	for (size_t i = 0; i < json_array_size(list) && n < NAMES_MAX / 2; i++)
		if (json_string_value(json_array_get(list, i)))
			names[n++] = json_string_value(json_array_get(list, i));
	if (find_userdata(s, id, dir, sizeof(dir))) {
		snprintf(file, sizeof(file), "%s/config.json", dir);
		config = json_load_file(file, 0, NULL);
		add_annotations(config, names, n);
		snprintf(file, sizeof(file), "%s/pidfile", dir);
		pid = pid_of_file(file, id);
	}
	consider(s, config ? "cri-o" : "podman", id, names, pid);
}

static void take_storage(struct search *s, const char *path)
{
	cleanup(json_closep) json_t *list = json_load_file(path, 0, NULL);

	for (size_t i = 0; i < json_array_size(list); i++)
		take_stored(s, json_array_get(list, i));
}

/* By the cgroup alone: whoever has made it, an id is in its name. */
static void take_process(struct search *s, const char *path)
{
	char text[8192], id[65];
	const char *at;
	int pid = atoi(path + strlen("/proc/"));

	if (s->n || !read_file(path, text, sizeof(text)) || !(at = strstr(text, s->wanted)))
		return;
	/* who watches it is not in it: libpod-conmon-ID.scope, crio-conmon-ID.scope */
	if (at - text >= 7 && !strncmp(at - 7, "conmon-", 7))
		return;
	snprintf(id, sizeof(id), "%.*s", (int)strspn(at, "0123456789abcdef"), at);
	consider(s, "container", id, (const char *const[]){ NULL }, pid);
}

/* ---- of all of them ---- */

static void look(struct search *s)
{
	static const struct {
		const char *pattern;
		void (*take)(struct search *s, const char *path);
	} places[] = {
		{ "/var/lib/docker/containers/*/config.v2.json", take_docker },
		{ "/run/containerd/io.containerd.runtime.v2.task/*/*/init.pid", take_containerd },
		{ "/run/docker/containerd/daemon/io.containerd.runtime.v2.task/*/*/init.pid",
		  take_containerd },
		{ "/var/lib/containers/storage/*-containers/containers.json", take_storage },
		{ "/home/*/.local/share/containers/storage/*-containers/containers.json",
		  take_storage },
	};
	glob_t g;

	for (size_t i = 0; i < array_size(places); i++)
		each_file(s, places[i].pattern, places[i].take);
	if (s->n || strlen(s->wanted) < ID_SHORT || !is_hex(s->wanted) ||
	    glob("/proc/[0-9]*/cgroup", 0, NULL, &g))
		return;
	for (size_t i = 0; i < g.gl_pathc; i++)
		take_process(s, g.gl_pathv[i]);
	globfree(&g);
}

/* The containers of a pod have one network namespace. */
static bool is_one_netns(struct search *s)
{
	char path[64];
	struct stat st;

	for (unsigned i = 0; i < s->n; i++) {
		snprintf(path, sizeof(path), "/proc/%d/ns/net", s->matches[i].pid);
		s->matches[i].netns = stat(path, &st) ? 0 : st.st_ino;
		if (!s->matches[i].netns || s->matches[i].netns != s->matches[0].netns)
			return false;
	}
	return true;
}

/* Those that do not run are no choice where others do. */
static void drop_stopped(struct search *s)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < s->n; i++)
		if (s->matches[i].pid)
			s->matches[kept++] = s->matches[i];
	s->n = kept ? kept : s->n;
}

static int ambiguous(const struct search *s, char *error, size_t cap)
{
	size_t len = snprintf(error, cap, "%s: several containers:", s->wanted);

	for (unsigned i = 0; i < s->n && len + sizeof(struct match) < cap; i++) {
		const struct match *m = &s->matches[i];

		len += snprintf(error + len, cap - len, "%s %s (%s%s%s)", i ? "," : "", m->id,
				m->engine, *m->name ? " " : "", m->name);
	}
	return -ENOTUNIQ;
}

int container_find(const char *root, const char *name, int *pid, char *error, size_t cap)
{
	privilege_raise_here(PRIVILEGE_LOOK);
	struct search s = { .root = root, .wanted = name };

	look(&s);
	if (!s.n) {
		snprintf(error, cap,
			 "%s: no such container of docker, podman, CRI-O or containerd%s", name,
			 geteuid() ? "; root can see more" : "");
		return -ENOENT;
	}
	drop_stopped(&s);
	if (s.matches[0].pid ? s.n > 1 && !is_one_netns(&s) : s.n > 1)
		return ambiguous(&s, error, cap);
	*pid = s.matches[0].pid;
	if (*pid)
		return 0;
	snprintf(error, cap, "%s: the container %s of %s does not run", name, s.matches[0].id,
		 s.matches[0].engine);
	return -ESRCH;
}
