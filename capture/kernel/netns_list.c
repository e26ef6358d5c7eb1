// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * By the inodes of their files, which are different as long as they live. Processes that we may not
 * look at are passed over; so are threads, which can be elsewhere than their process.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "capture/base/util.h"
#include "capture/kernel/netns_list.h"

struct search {
	struct netns_found *found;
	size_t n;
	ino_t *seen;		/* ours, and those found */
	size_t n_seen;
};

static bool is_seen(const struct search *s, ino_t inode)
{
	for (size_t i = 0; i < s->n_seen; i++)
		if (s->seen[i] == inode)
			return true;
	return false;
}

static bool note(struct search *s, ino_t inode)
{
	ino_t *more = reallocarray(s->seen, s->n_seen + 1, sizeof(*more));

	if (!more)
		return false;
	s->seen = more;
	s->seen[s->n_seen++] = inode;
	return true;
}

/* The file of a namespace that was not there before? */
static bool is_new(const struct search *s, const char *path, ino_t *inode)
{
	struct statfs fs;
	struct stat st;

	if (stat(path, &st) || statfs(path, &fs) || fs.f_type != NSFS_MAGIC)
		return false;
	*inode = st.st_ino;
	return !is_seen(s, *inode);
}

/* Takes over @text. */
static int add(struct search *s, ino_t inode, enum netns_by by, char *text)
{
	struct netns_found *more = reallocarray(s->found, s->n + 1, sizeof(*more));

	if (more)
		s->found = more;
	if (!more || !text || !note(s, inode)) {
		free(text);
		return -ENOMEM;
	}
	s->found[s->n++] = (struct netns_found){ .by = by, .text = text };
	return 0;
}

static int is_name(const struct dirent *e)
{
	return *e->d_name != '.';
}

static int is_number(const struct dirent *e)
{
	return isdigit((unsigned char)*e->d_name);
}

/* Each entry of @dir, in the order of @compare. */
static int each_entry(struct search *s, const char *dir, int (*wanted)(const struct dirent *e),
		      int (*compare)(const struct dirent **a, const struct dirent **b),
		      int (*take)(struct search *s, const char *name))
{
	struct dirent **entries;
	int n = scandir(dir, &entries, wanted, compare), err = 0;

	if (n < 0)
		return errno == ENOMEM ? -ENOMEM : 0;
	for (int i = 0; i < n; i++) {
		if (!err)
			err = take(s, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return err;
}

static int take_name(struct search *s, const char *name)
{
	char path[sizeof(NETNS_NAMES) + NAME_MAX + 1];
	ino_t inode;

	snprintf(path, sizeof(path), NETNS_NAMES "/%s", name);
	return is_new(s, path, &inode) ? add(s, inode, NETNS_ANY, strdup(name)) : 0;
}

static void read_process_name(const char *pid, char name[static 16])
{
	char path[32];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.10s/comm", pid);
	f = fopen(path, "re");
	if (!f || !fgets(name, 16, f))
		*name = '\0';
	name[strcspn(name, "\n")] = '\0';
	if (f)
		fclose(f);
}

static int take_process(struct search *s, const char *pid)
{
	char path[32];
	ino_t inode;
	int err;

	snprintf(path, sizeof(path), "/proc/%.10s/ns/net", pid);
	if (!is_new(s, path, &inode))
		return 0;
	err = add(s, inode, NETNS_PID, strdup(pid));
	if (!err)
		read_process_name(pid, s->found[s->n - 1].process);
	return err;
}

static int take_mounted(struct search *s)
{
	cleanup(freep) char *line = NULL;
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char path[512];
	size_t cap = 0;
	ino_t inode;
	int err = 0;

	while (f && !err && getline(&line, &cap, f) > 0)
		if (netns_of_mount(line, path) && is_new(s, path, &inode))
			err = add(s, inode, NETNS_ANY, strdup(path));
	if (f)
		fclose(f);
	return err;
}

static int by_number(const struct dirent **a, const struct dirent **b)
{
	long x = atol((*a)->d_name), y = atol((*b)->d_name);

	return x < y ? -1 : x > y;
}

int netns_list(struct netns_found **list, size_t *n)
{
	struct search s = { .n = 0 };
	struct stat ours;
	int err = stat("/proc/thread-self/ns/net", &ours) ? -errno : 0;

	if (!err && !note(&s, ours.st_ino))
		err = -ENOMEM;
	if (!err)
		err = each_entry(&s, NETNS_NAMES, is_name, alphasort, take_name);
	if (!err)
		err = each_entry(&s, "/proc", is_number, by_number, take_process);
	if (!err)
		err = take_mounted(&s);
	free(s.seen);
	if (err) {
		netns_list_free(s.found, s.n);
		return err;
	}
	*list = s.found;
	*n = s.n;
	return 0;
}

void netns_list_free(struct netns_found *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i].text);
	free(list);
}
