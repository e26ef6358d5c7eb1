/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The tool as a function: its main() in a child without an exec, which takes a tenth of the time of
 * a program with 17 libraries, and what it has printed in memory.
 */
#ifndef XDPDUMP_TESTS_TOOL_H
#define XDPDUMP_TESTS_TOOL_H

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/base/util.h"

#include "tests/unit/unit.h"

int xdpdump_main(int argc, char **argv);	/* main() of the tool, renamed by the Makefile */

struct text {
	char *bytes;		/* a NUL follows */
	size_t len;
};

/* What the last run has printed, complained about, and its exit status; good until the next one. */
static struct tool {
	struct text out, err;
	int status;
} tool;

static char tool_dir[64];	/* where tests may write */

static is_unused struct text text_of_fd(int fd)
{
	struct stat st;
	struct text t = { 0 };

	assert_int_equal(fstat(fd, &st), 0);
	t.bytes = malloc(st.st_size + 1);
	assert_non_null(t.bytes);
	assert_int_equal(pread(fd, t.bytes, st.st_size, 0), st.st_size);
	t.len = st.st_size;
	t.bytes[t.len] = '\0';
	return t;
}

static is_unused struct text text_of_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct text t;

	if (fd < 0)
		fail_msg("%s: %s", path, strerror(errno));
	t = text_of_fd(fd);
	close(fd);
	return t;
}

static is_unused unsigned lines_of(const struct text *t)
{
	unsigned n = 0;

	for (size_t i = 0; i < t->len; i++)
		n += t->bytes[i] == '\n';
	return n;
}

/* Two texts are the same, or the first line that differs is shown. @what: what they are of. */
static is_unused void same_text(const char *what, const struct text *a, const struct text *b)
{
	size_t at = 0, line = 0;

	if (a->len == b->len && !memcmp(a->bytes, b->bytes, a->len))
		return;
	for (; at < a->len && at < b->len && a->bytes[at] == b->bytes[at]; at++)
		if (a->bytes[at] == '\n')
			line = at + 1;
	fail_msg("%s: at byte %zu:\n%.*s\n%.*s", what, at, (int)strcspn(a->bytes + line, "\n"),
		 a->bytes + line, (int)strcspn(b->bytes + line, "\n"), b->bytes + line);
}

static is_unused void run_words(char **words, int n)
{
	static int fds[2] = { -1, -1 };
	int status;
	pid_t pid;

	fflush(NULL);
	for (int i = 0; i < 2; i++) {
		if (fds[i] < 0)
			fds[i] = memfd_create("said", MFD_CLOEXEC);
		assert_int_equal(ftruncate(fds[i], 0), 0);
		assert_int_equal(lseek(fds[i], 0, SEEK_SET), 0);
	}
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
		dup2(fds[0], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		exit(xdpdump_main(n, words));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	free(tool.out.bytes);
	free(tool.err.bytes);
	tool = (struct tool){ text_of_fd(fds[0]), text_of_fd(fds[1]),
			      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status) };
	tool.err.len = unit_patiently(tool.err.bytes);
}

/*
 * Runs it with the words of a line, as for printf(). What stands between ' and ' is one word.
 * Returns the exit status.
 */
static is_unused __attribute__((format(printf, 1, 2))) int run(const char *format, ...)
{
	static char line[1 << 16], *words[4096];
	int n = 0;
	va_list args;

	va_start(args, format);
	assert_true((size_t)vsnprintf(line, sizeof(line), format, args) < sizeof(line));
	va_end(args);
	words[n++] = (char *)(uintptr_t)"xdpdump";
	for (char *p = line + strspn(line, " "); *p; p += strspn(p, " ")) {
		const char *end = *p == '\'' ? "'" : " ";

		p += *p == '\'';
		words[n++] = p;
		p += strcspn(p, end);
		if (*p)
			*p++ = '\0';
	}
	words[n] = NULL;
	run_words(words, n);
	return tool.status;
}

/* Runs it, and that is no failure and says nothing on stderr. */
#define run_well(...)											\
	do {												\
		if (run(__VA_ARGS__) || tool.err.len)							\
			fail_msg("exit %d: %s", tool.status, tool.err.bytes);				\
	} while (0)

/* What it prints, which is the caller's to free. */
static is_unused struct text steal_out(void)
{
	struct text t = tool.out;

	tool.out = (struct text){ 0 };
	return t;
}

static is_unused int make_tool_dir(void **state is_unused)
{
	strcpy(tool_dir, "/tmp/xdpdump-test-XXXXXX");
	return mkdtemp(tool_dir) ? 0 : -1;
}

static is_unused void empty_tool_dir(void)
{
	char pattern[128];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/*", tool_dir);
	if (!glob(pattern, 0, NULL, &found))
		for (size_t i = 0; i < found.gl_pathc; i++)
			unlink(found.gl_pathv[i]);
	globfree(&found);
}

/* Another one below it, for captures: what is in it, an index as well, but it stays. */
static is_unused void empty_capture_dir(const char *dir)
{
	char pattern[128];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/{*,.x*}", dir);
	if (!glob(pattern, GLOB_BRACE, NULL, &found))
		for (size_t i = 0; i < found.gl_pathc; i++)
			remove(found.gl_pathv[i]);
	globfree(&found);
}

static is_unused int remove_tool_dir(void **state is_unused)
{
	empty_tool_dir();
	free(tool.out.bytes);
	free(tool.err.bytes);
	tool = (struct tool){ 0 };
	return rmdir(tool_dir);
}

#endif
