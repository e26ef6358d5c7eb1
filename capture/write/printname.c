// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Names of files as lines. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/write/out.h"
#include "capture/write/printname.h"

enum {
	PATIENCE_MS	= 1000,		/* with a reader who takes nothing */
	/* while a signal is pending that the capture has not looked at yet */
	TRIES		= 100,
	PAUSE_US	= 10 * 1000,
};

struct printname {
	struct out *out;	/* NULL: stderr, or nowhere any more */
	bool to_stderr;
	bool is_new;		/* a file to be overwritten */
};

static void printname_closep(struct printname **n)
{
	printname_close(*n);
}

int printname_open(struct printname **printname, const char *to, int interrupt_fd)
{
	cleanup(printname_closep) struct printname *n = calloc(1, sizeof(*n));
	int err;

	if (!n)
		return -ENOMEM;
	n->to_stderr = !strcmp(to, "stderr");
	n->is_new = !n->to_stderr && strcmp(to, "stdout") && strcmp(to, "-");
	err = n->to_stderr ? 0 : out_open(&n->out, n->is_new ? to : "-", interrupt_fd);
	if (err)
		return err;
	if (n->out)
		out_hurry(n->out, PATIENCE_MS);
	*printname = steal(&n);
	return 0;
}

static int write_line(struct printname *n, const char *line, size_t len)
{
	uint64_t from = out_offset(n->out);
	int err = n->is_new ? out_begin(n->out) : 0;

	n->is_new = false;
	if (err)
		return err;
	for (unsigned tries = 0; tries < TRIES; tries++) {
		uint64_t done = out_offset(n->out) - from;

		err = out_write(n->out, line + done, len - done);
		if (err != -EINTR)
			break;
		wait_us(PAUSE_US);
	}
	return err;
}

int printname_add(struct printname *n, const char *name)
{
	char line[PATH_MAX + 1];
	size_t len = strlen(name);
	int err;

	memcpy(line, name, len);
	line[len++] = '\n';
	if (n->to_stderr && write(STDERR_FILENO, line, len) < 0)
		n->to_stderr = false;
	if (!n->out)
		return 0;
	err = write_line(n, line, len);
	if (err)
		n->out = out_close(n->out);
	return err;
}

struct printname *printname_close(struct printname *n)
{
	if (!n)
		return NULL;
	out_close(n->out);
	free(n);
	return NULL;
}
