// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The other end of line_server.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/cli/ctl.h"
#include "capture/filter/expr.h"

bool ctl_is_meant(char *const *argv)
{
	return argv[0] && argv[1] && !strcmp(argv[1], "ctl");
}

static void closep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int connect_to(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(a.sun_path))
		return -ENAMETOOLONG;
	strcpy(a.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (const struct sockaddr *)&a, sizeof(a)))
		return fd;
	close(fd);
	return -errno;
}

static bool say(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n < 0)
			return false;
		text += n;
		len -= n;
	}
	return true;
}

static enum status hear(const char *path, FILE *in)
{
	static const char error[] = "error: ";
	cleanup(freep) char *line = NULL;
	size_t cap = 0;
	ssize_t n = getline(&line, &cap, in);

	if (n <= 0)
		return log_fail(STATUS_RUNTIME, "%s: no answer", path);
	line[strcspn(line, "\n")] = '\0';
	if (!strncmp(line, error, sizeof(error) - 1))
		return log_fail(STATUS_RUNTIME, "%s", line + sizeof(error) - 1);
	while ((n = getline(&line, &cap, in)) > 0)
		fwrite(line, 1, n, stdout);
	return log_finish_stdout();
}

enum status ctl_run(char *const *argv)
{
	cleanup(freep) char *words = NULL;
	cleanup(closep) int fd = -1;
	enum status status;
	FILE *in;

	if (!argv[2] || !argv[3])
		return log_fail(STATUS_USAGE, "ctl needs the path of --control, and a command: "
					      CTL_COMMANDS(", "));
	words = expr_join(argv + 3);
	if (!words)
		return log_fail(STATUS_RUNTIME, "out of memory");
	if (strchr(words, '\n'))
		return log_fail(STATUS_USAGE, "a command is one line");
	fd = connect_to(argv[2]);
	if (fd < 0)
		return log_fail(STATUS_RUNTIME, "%s: cannot connect: %s", argv[2], strerror(-fd));
	if (!say(fd, words) || !say(fd, "\n"))
		return log_fail(STATUS_RUNTIME, "%s: cannot ask: %s", argv[2], strerror(errno));
	in = fdopen(fd, "r");
	if (!in)
		return log_fail(STATUS_RUNTIME, "out of memory");
	fd = -1;
	status = hear(argv[2], in);
	fclose(in);
	return status;
}
