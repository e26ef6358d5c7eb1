// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Addresses without names: nothing is asked of a resolver. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "capture/base/listen.h"
#include "capture/base/util.h"
#include "capture/base/value.h"
#include "capture/base/wait.h"

static bool take_path(const char *path, struct listen_address *a)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&a->address;

	if (!*path || strlen(path) >= sizeof(un->sun_path))
		return false;
	un->sun_family = AF_UNIX;
	strcpy(un->sun_path, path);
	a->len = sizeof(*un);
	return true;
}

/* @host of @len bytes, with [ and ] around it if it is of IPv6. */
static bool take_host(const char *host, size_t len, uint16_t port, struct listen_address *a)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&a->address;
	struct sockaddr_in *in = (struct sockaddr_in *)&a->address;
	char text[INET6_ADDRSTRLEN] = "";
	bool is_6 = len > 2 && host[0] == '[' && host[len - 1] == ']';

	host += is_6;
	len -= 2 * is_6;
	if (!len || len >= sizeof(text))
		return false;
	memcpy(text, host, len);
	if (is_6) {
		*in6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port) };
		a->len = sizeof(*in6);
		return inet_pton(AF_INET6, text, &in6->sin6_addr) == 1;
	}
	*in = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
	a->len = sizeof(*in);
	return inet_pton(AF_INET, text, &in->sin_addr) == 1;
}

static bool take_port(const char *word, uint16_t lowest, struct listen_address *a)
{
	static const char loopback[] = "127.0.0.1";
	const char *colon = strrchr(word, ':');
	uint64_t port;

	*a = (struct listen_address){ .len = 0 };
	if (!value_number(colon ? colon + 1 : word, lowest, UINT16_MAX, &port))
		return false;
	return colon ? take_host(word, colon - word, port, a)
		     : take_host(loopback, strlen(loopback), port, a);
}

bool listen_parse(const char *word, struct listen_address *a)
{
	if (strncmp(word, "unix:", 5))
		return take_port(word, 1, a);
	*a = (struct listen_address){ .len = 0 };
	return take_path(word + 5, a);
}

bool listen_parse_tcp(const char *word, struct listen_address *a)
{
	return take_port(word, 0, a);
}

void listen_text(const struct listen_address *a, char out[static LISTEN_TEXT_MAX])
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a->address;
	const struct sockaddr_in *in = (const struct sockaddr_in *)&a->address;
	char host[INET6_ADDRSTRLEN] = "?";

	if (a->address.ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
		snprintf(out, LISTEN_TEXT_MAX, "[%s]:%u", host, ntohs(in6->sin6_port));
	} else {
		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		snprintf(out, LISTEN_TEXT_MAX, "%s:%u", host, ntohs(in->sin_port));
	}
}

static const char *path_of(const struct listen_address *a)
{
	return a->address.ss_family == AF_UNIX ? ((const struct sockaddr_un *)&a->address)->sun_path
					       : NULL;
}

static void closep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/*
 * One of us at a time in the folder of the path, to be closed: a socket that is bound refuses until
 * it listens, as one that was left does. Who keeps it for more than a second, which anybody can, is
 * not waited for. -1: it is no path.
 */
static int lock_folder(const struct listen_address *a)
{
	enum { TIMES = 100, PAUSE_US = 10 * 1000 };
	const char *path = path_of(a), *slash = path ? strrchr(path, '/') : NULL;
	char folder[sizeof(((struct sockaddr_un *)NULL)->sun_path)] = ".";
	int fd;

	if (!path)
		return -1;
	if (slash)
		memcpy(folder, path, slash - path + 1);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (unsigned i = 0; fd >= 0 && i < TIMES && flock(fd, LOCK_EX | LOCK_NB); i++)
		wait_us(PAUSE_US);
	return fd;
}

/* A file that is none refuses a connection as well. */
static bool is_left_over(const char *path, const struct listen_address *a)
{
	struct stat st;
	int fd;
	bool refused;

	if (lstat(path, &st) || !S_ISSOCK(st.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	refused = fd >= 0 && connect(fd, (const struct sockaddr *)&a->address, a->len) &&
		  errno == ECONNREFUSED;
	if (fd >= 0)
		close(fd);
	return refused;
}

static void remove_left_over(const struct listen_address *a)
{
	const char *path = path_of(a);

	if (path && is_left_over(path, a))
		unlink(path);
}

static int bind_to(int fd, const struct listen_address *a)
{
	const struct sockaddr *to = (const struct sockaddr *)&a->address;

	if (!bind(fd, to, a->len))
		return 0;
	if (errno != EADDRINUSE || to->sa_family != AF_UNIX)
		return -errno;
	remove_left_over(a);
	return bind(fd, to, a->len) ? -errno : 0;
}

int listen_open(const struct listen_address *a)
{
	cleanup(closep) const int lock is_unused = lock_folder(a);
	int fd = socket(a->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	err = bind_to(fd, a);
	if (!err && listen(fd, SOMAXCONN))
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

void listen_remove(const struct listen_address *a)
{
	cleanup(closep) const int lock is_unused = lock_folder(a);

	remove_left_over(a);
}
