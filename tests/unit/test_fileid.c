// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Somebody who swaps what is deleted, or renamed, for a link: before we look, and between the look
 * and the system call, which is the worst moment there is. Nothing elsewhere is ever touched.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/write/fileid.h"

#include "tests/unit/unit.h"

static char dir[64];

/* What the other one does, once; NULL: nothing. */
static void (*swap)(void);

static void let_swap(void)
{
	void (*now)(void) = swap;

	swap = NULL;
	if (now)
		now();
}

/* Instead of those of the C library. */
int unlinkat(int fd, const char *name, int flags)
{
	let_swap();
	return syscall(SYS_unlinkat, fd, name, flags);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	let_swap();
	return syscall(SYS_renameat2, from_fd, from, to_fd, to, 0);
}

static void make(const char *path)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs("precious", f);
	fclose(f);
}

static bool is_precious(const char *path)
{
	char said[16] = "";
	FILE *f = fopen(path, "re");

	if (!f)
		return false;
	assert_non_null(fgets(said, sizeof(said), f));
	fclose(f);
	return !strcmp(said, "precious");
}

/* ---- what is swapped ---- */

static void file_for_link(void)
{
	assert_int_equal(rename("d/f", "d/was"), 0);
	assert_int_equal(symlink("../other/f", "d/f"), 0);
}

/* It is the file still, but its name is not. */
static void file_for_link_to_it(void)
{
	assert_int_equal(rename("d/f", "was"), 0);
	assert_int_equal(symlink("../was", "d/f"), 0);
}

static void file_for_link_to_directory(void)
{
	assert_int_equal(rename("d/f", "d/was"), 0);
	assert_int_equal(symlink("../other", "d/f"), 0);
}

static void file_for_directory(void)
{
	assert_int_equal(rename("d/f", "d/was"), 0);
	assert_int_equal(rename("other", "d/f"), 0);
}

static void file_for_other(void)
{
	assert_int_equal(rename("d/f", "d/was"), 0);
	assert_int_equal(link("other/f", "d/f"), 0);
}

static void directory_for_link(void)
{
	assert_int_equal(rename("d", "was"), 0);
	assert_int_equal(symlink("other", "d"), 0);
}

static void directory_for_other(void)
{
	assert_int_equal(rename("d", "was"), 0);
	assert_int_equal(rename("other", "d"), 0);
}

enum { OURS, ANOTHER, REFUSED };

/* @before, @between: what comes of it if that is done before the look, and behind it. */
static const struct swap_case {
	const char *name;
	void (*swap)(void);
	const char *precious;	/* where that of others is then */
	int before, between;
} swaps[] = {
	{ "nothing", NULL, "other/f", OURS, OURS },
	{ "a file for a link", file_for_link, "other/f", ANOTHER, OURS },
	{ "a file for a link to it", file_for_link_to_it, "was", ANOTHER, OURS },
	{ "a file for a link to a directory", file_for_link_to_directory, "other/f", ANOTHER,
	  OURS },
	{ "a file for a directory", file_for_directory, "d/f/f", ANOTHER, REFUSED },
	{ "a file for another one's", file_for_other, "other/f", ANOTHER, OURS },
	{ "the directory for a link", directory_for_link, "other/f", OURS, OURS },
	{ "the directory for another one", directory_for_other, "d/f", OURS, OURS },
};

static int set_up(void **state)
{
	(void)state;
	swap = NULL;
	strcpy(dir, "/tmp/fileid-XXXXXX");
	return !mkdtemp(dir) || chdir(dir) || mkdir("d", 0700) || mkdir("other", 0700);
}

static int tear_down(void **state)
{
	char line[96];

	(void)state;
	snprintf(line, sizeof(line), "rm -r %s", dir);
	return chdir("/") || system(line);
}

/* @way: 0: it is deleted, 1: and held, 2: renamed. */
static int take_away(int dir_fd, const struct fileid *id, unsigned way)
{
	int err, held = -1;

	if (way == 2)
		return fileid_rename(dir_fd, "f", id, "g");
	err = fileid_unlink(dir_fd, "f", id, way ? &held : NULL);
	assert_int_equal(held >= 0, way && !err);
	if (held >= 0)
		close(held);
	return err;
}

static void try_once(const struct swap_case *c, unsigned way, bool between)
{
	const int want = between ? c->between : c->before;
	struct fileid id;
	uint64_t bytes;
	int dir_fd, err;

	make("d/f");
	make("other/f");
	dir_fd = open("d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(fileid_of(dir_fd, "f", &id, &bytes), 0);
	if (between)
		swap = c->swap;
	else if (c->swap)
		c->swap();
	err = take_away(dir_fd, &id, way);
	if (!is_precious(c->precious))
		fail_msg("%s: way %u, between %d: what is precious is gone", c->name, way, between);
	/* a directory is renamed as it is, within ours */
	if (want == ANOTHER ? err != FILEID_ANOTHER
	    : want == OURS  ? err
			    : err != -EISDIR && err != -ENOTEMPTY)
		fail_msg("%s: way %u, between %d: %d", c->name, way, between, err);
	assert_null(swap);
	close(dir_fd);
}

static void nothing_elsewhere_is_touched(void **state)
{
	const struct swap_case *c = *state;

	for (unsigned way = 0; way < 3; way++)
		for (unsigned between = 0; between < 2; between++) {
			if (way == 2 && between && c->between == REFUSED)
				/* it has another name then, and all that is in it */
				continue;
			try_once(c, way, between);
			tear_down(NULL);
			set_up(NULL);
		}
}

int main(void)
{
	struct CMUnitTest tests[array_size(swaps)];
	size_t n = 0;

	unit_of_table(swaps, nothing_elsewhere_is_touched, tests, n);
	for (size_t i = 0; i < n; i++) {
		tests[i].setup_func = set_up;
		tests[i].teardown_func = tear_down;
	}
	return unit_run("fileid", tests, n);
}
