// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The protocol is small and promised to stay, so no library is linked for it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "capture/base/notify.h"

/* The watchdog may be that of the process that has started us. */
static bool is_watched(void)
{
	const char *pid = getenv("WATCHDOG_PID");

	return getenv("WATCHDOG_USEC") && (!pid || strtol(pid, NULL, 10) == getpid());
}

void notify_open(struct notify *n)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path ? strlen(path) : 0;
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	*n = (struct notify)NOTIFY_INIT;
	if (len < 2 || len >= sizeof(to.sun_path) || !strchr("/@", path[0]))
		return;
	memcpy(to.sun_path, path, len);
	if (path[0] == '@')	/* without a file */
		to.sun_path[0] = '\0';
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (n->fd >= 0 &&
	    connect(n->fd, (struct sockaddr *)&to, offsetof(struct sockaddr_un, sun_path) + len))
		notify_close(n);
	n->watched = n->fd >= 0 && is_watched();
}

void notify_say(const struct notify *n, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	if (n->fd < 0)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	(void)!write(n->fd, text, strlen(text));	/* SIGPIPE is ignored (main.c) */
}

void notify_close(struct notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	*n = (struct notify)NOTIFY_INIT;
}
