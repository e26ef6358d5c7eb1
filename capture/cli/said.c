// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * stderr is a pipe to ourselves. It does not block: what does not fit before we come to read it is
 * dropped, as by any log that must not hold up what it is about.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/cli/said.h"

enum { LINE_MAX_SAID = 8192 };	/* as much as log.c makes of a sentence */

struct said {
	struct said_settings settings;
	int read_fd, stderr_fd, file_fd;	/* -1: none */
	char line[LINE_MAX_SAID];
	size_t len;
	bool holding;
	char held[LINE_MAX_SAID];
	size_t n_held;
};

static const char *const names[SAID_LEVELS] = {
	[SAID_ERROR] = "error", [SAID_WARNING] = "warning", [SAID_INFO] = "info", [SAID_DEBUG] = "debug",
};

static void said_closep(struct said **s)
{
	said_close(*s);
}

const char *said_level_name(enum said_level level)
{
	return names[level];
}

bool said_level_by_name(enum said_level *level, const char *name)
{
	for (*level = SAID_ERROR; *level < SAID_LEVELS; ++*level)
		if (!strcmp(names[*level], name))
			return true;
	return false;
}

static bool begins(const char *line, size_t len, const char *with)
{
	return len >= strlen(with) && !memcmp(line, with, strlen(with));
}

enum said_level said_level_of(const char *line, size_t len)
{
	if (begins(line, len, "xdpdump: warning: "))
		return SAID_WARNING;
	if (begins(line, len, "xdpdump: "))
		return SAID_ERROR;
	return begins(line, len, "libbpf: ") ? SAID_DEBUG : SAID_INFO;
}

static int take_stderr(struct said *s)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	s->read_fd = fds[0];
	s->stderr_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (s->stderr_fd < 0 || dup2(fds[1], STDERR_FILENO) < 0) {
		int err = -errno;

		close(fds[1]);
		return err;
	}
	close(fds[1]);
	return 0;
}

int said_open(struct said **out, const struct said_settings *settings, bool *file)
{
	cleanup(said_closep) struct said *s = calloc(1, sizeof(*s));
	int err;

	*file = false;
	if (!s)
		return -ENOMEM;
	s->settings = *settings;
	s->read_fd = s->stderr_fd = s->file_fd = -1;
	if (settings->file) {
		*file = true;
		s->file_fd = open(settings->file,
				  O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (s->file_fd < 0)
			return -errno;
		*file = false;
	}
	err = take_stderr(s);
	if (!err)
		*out = steal(&s);
	return err;
}

int said_fd(const struct said *s)
{
	return s->read_fd;
}

static void write_to(int fd, const char *line, size_t len)
{
	ssize_t ignored is_unused;

	if (fd >= 0)
		ignored = write(fd, line, len);
}

void said_hold(struct said *s)
{
	said_take(s);
	s->holding = true;
}

void said_let_out(struct said *s)
{
	write_to(s->stderr_fd, s->held, s->n_held);
	s->n_held = 0;
}

static void hold(struct said *s, const char *line, size_t len)
{
	s->holding = !begins(line, len, "listening on ");
	if (!s->holding)
		s->n_held = 0;
	else if (len <= sizeof(s->held) - s->n_held) {
		memcpy(s->held + s->n_held, line, len);
		s->n_held += len;
	}
}

static void hand_on(struct said *s, const char *line, size_t len)
{
	enum said_level level = said_level_of(line, len);

	if (level == SAID_ERROR)
		write_to(s->stderr_fd, line, len);
	else if (s->holding && level == SAID_INFO)
		hold(s, line, len);
	if (level > s->settings.level)
		return;
	write_to(s->file_fd, line, len);
	if (s->settings.each)
		s->settings.each(s->settings.ctx, level, line, len);
}

/* Whole lines, and what is too long to be one. */
static void hand_on_lines(struct said *s)
{
	size_t at = 0;
	const char *end;

	while ((end = memchr(s->line + at, '\n', s->len - at))) {
		hand_on(s, s->line + at, end + 1 - (s->line + at));
		at = end + 1 - s->line;
	}
	if (!at && s->len == sizeof(s->line)) {
		hand_on(s, s->line, s->len);
		at = s->len;
	}
	s->len -= at;
	memmove(s->line, s->line + at, s->len);
}

void said_take(struct said *s)
{
	ssize_t n;

	while ((n = read(s->read_fd, s->line + s->len, sizeof(s->line) - s->len)) > 0) {
		s->len += n;
		hand_on_lines(s);
	}
}

struct said *said_close(struct said *s)
{
	const int fds[] = { s ? s->read_fd : -1, s ? s->stderr_fd : -1, s ? s->file_fd : -1 };

	if (s && s->stderr_fd >= 0) {
		said_take(s);
		if (s->len)
			hand_on(s, s->line, s->len);
		dup2(s->stderr_fd, STDERR_FILENO);
	}
	for (size_t i = 0; i < array_size(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(s);
	return NULL;
}
