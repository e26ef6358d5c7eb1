// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Names are those of ip-netns(8): files on which a namespace is mounted. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/nearest.h"
#include "capture/base/util.h"
#include "capture/base/value.h"
#include "capture/kernel/container.h"
#include "capture/kernel/netns_find.h"

struct sentence {
	char *text;
	size_t cap;
};

/* Keeps the sentence; returns @err. */
static int fail(const struct sentence *s, int err, const char *fmt, ...) printf_like(3, 4);
static int fail(const struct sentence *s, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(s->text, s->cap, fmt, args);
	va_end(args);
	return err;
}

/* A name in /run/netns that is like @name. */
static struct nearest nearest_name(const char *name)
{
	struct nearest n = nearest_to(name);
	DIR *dir = opendir(NETNS_NAMES);

	for (struct dirent *e; dir && (e = readdir(dir));)
		if (*e->d_name != '.')
			nearest_try(&n, e->d_name);
	if (dir)
		closedir(dir);
	return n;
}

static int no_such(const struct sentence *s, const char *name)
{
	struct nearest n = nearest_name(name);

	return fail(s, -ENOENT, "%s: no such network namespace%s%s%s", name,
		    *n.best ? "; did you mean "
			    : ": neither a name in " NETNS_NAMES " nor a process",
		    n.best, *n.best ? "?" : "");
}

/* "blue" of /run/netns/blue, 42 of /proc/42/ns/net; others have no shorter name. */
static char *label_of_path(const char *path)
{
	static const char *const folders[] = { NETNS_NAMES "/", "/var" NETNS_NAMES "/" };
	char pid[16];
	int end = 0;

	for (size_t i = 0; i < array_size(folders); i++) {
		size_t n = strlen(folders[i]);

		if (!strncmp(path, folders[i], n) && path[n] && !strchr(path + n, '/'))
			return strdup(path + n);
	}
	if (sscanf(path, "/proc/%15[0-9]/ns/net%n", pid, &end) == 1 && end && !path[end])
		return strdup(pid);
	return strdup(path);
}

static int path_of(struct netns_place *p, const char *fmt, const char *text)
{
	free(p->path);
	if (asprintf(&p->path, fmt, text) >= 0)
		return 0;
	p->path = NULL;
	return -ENOMEM;
}

static int by_process(struct netns_place *p, const char *text)
{
	return path_of(p, "/proc/%s/ns/net", text);
}

static int by_any(struct netns_place *p, const char *text)
{
	uint64_t pid;
	int err;

	if (strchr(text, '/'))
		return path_of(p, "%s", text);
	err = path_of(p, NETNS_NAMES "/%s", text);
	if (err)
		return err;
	p->is_process = access(p->path, F_OK) && value_number(text, 1, INT_MAX, &pid);
	return p->is_process ? by_process(p, text) : 0;
}

static int by_container(struct netns_place *p, const char *text, const struct sentence *s)
{
	char pid[16];
	int n, err = container_find("", text, &n, s->text, s->cap);

	if (err)
		return err;
	snprintf(pid, sizeof(pid), "%d", n);
	return by_process(p, pid);
}

int netns_find(struct netns_place *p, const struct netns_words *words, char *error, size_t cap)
{
	const struct sentence s = { error, cap };
	const char *text = words->text;
	int err;

	*p = (struct netns_place){ .is_process = words->by != NETNS_ANY };
	if (words->by == NETNS_CONTAINER)
		err = by_container(p, text, &s);
	else
		err = p->is_process ? by_process(p, text) : by_any(p, text);
	if (err && err != -ENOMEM)
		return err;
	p->label = err ? NULL : strchr(text, '/') ? label_of_path(text) : strdup(text);
	return p->label ? 0 : fail(&s, -ENOMEM, "out of memory");
}

void netns_find_release(struct netns_place *p)
{
	free(p->path);
	free(p->label);
	*p = (struct netns_place){ .path = NULL };
}

int netns_find_failed(const struct netns_place *p, const struct netns_words *words, int err,
		      char *error, size_t cap)
{
	const struct sentence s = { error, cap };
	const char *text = words->text;

	if (err == -ENOENT && p->is_process)
		return fail(&s, err, "%s: no such process", text);
	if (err == -ENOENT && strchr(text, '/'))
		return fail(&s, err, "%s: no such network namespace: there is no such file", text);
	if (err == -ENOENT)
		return no_such(&s, text);
	if (err == -EINVAL)
		return fail(&s, err, "%s is not a network namespace", text);
	if (err == -EACCES && p->is_process)
		return fail(&s, err,
			    "%s: the network namespace of this process is not ours to see: "
			    "CAP_SYS_PTRACE may be missing",
			    text);
	if (err == -EPERM)
		return fail(&s, err,
			    "%s: entering another network namespace takes CAP_SYS_ADMIN", text);
	return fail(&s, err, "%s: cannot enter the network namespace: %s", text, strerror(-err));
}
