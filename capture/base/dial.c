// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * getaddrinfo(3) waits for resolvers as long as it pleases, deaf to signals that are blocked: a
 * process that can be ended does it.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/base/dial.h"
#include "capture/base/util.h"
#include "capture/base/value.h"
#include "capture/base/wait.h"

enum {
	HOST_MAX	= 256,		/* RFC 1035: 255 */
	ADDRESSES	= 8,		/* of a host that are tried */
	LOOK_MS		= 50,
	CONNECT_MS	= 30 * 1000,	/* for each of them */
};

struct found {
	int error;			/* EAI_... */
	unsigned n;
	struct listen_address v[ADDRESSES];
};

/* ---- a word ---- */

/* @host without the brackets around an address of IPv6. */
static bool split(const char *word, char host[static HOST_MAX], uint16_t *port)
{
	const char *colon = strrchr(word, ':');
	size_t len = colon ? colon - word : 0;
	bool is_6 = len > 2 && word[0] == '[' && word[len - 1] == ']';
	uint64_t number;

	if (!len || len >= HOST_MAX || !value_number(colon + 1, 1, UINT16_MAX, &number))
		return false;
	memcpy(host, word + is_6, len - 2 * is_6);
	host[len - 2 * is_6] = '\0';
	if (is_6 != !!strchr(host, ':') || strpbrk(host, "/[] "))
		return false;
	*port = number;
	return true;
}

bool dial_parse(const char *word, uint16_t *port)
{
	char host[HOST_MAX];
	uint16_t any;

	return split(word, host, port ? port : &any);
}

/* ---- a name ---- */

static void find(const char *host, uint16_t port, int flags, struct found *f)
{
	const struct addrinfo hints = { .ai_flags = flags, .ai_socktype = SOCK_STREAM };
	struct addrinfo *all = NULL;

	f->error = getaddrinfo(host, NULL, &hints, &all);
	for (const struct addrinfo *i = f->error ? NULL : all; i && f->n < ADDRESSES;
	     i = i->ai_next) {
		struct listen_address *a = &f->v[f->n];

		memcpy(&a->address, i->ai_addr, i->ai_addrlen);
		a->len = i->ai_addrlen;
		if (i->ai_family == AF_INET6)
			((struct sockaddr_in6 *)&a->address)->sin6_port = htons(port);
		else
			((struct sockaddr_in *)&a->address)->sin_port = htons(port);
		f->n += i->ai_family == AF_INET || i->ai_family == AF_INET6;
	}
	if (all)
		freeaddrinfo(all);
}

/* Until @fd is ready for @events. -errno; -ETIMEDOUT. */
static int wait_for(int fd, short events, int ms, dial_look_fn look, void *ctx)
{
	int err;

	for (int waited = 0; waited < ms; waited += LOOK_MS) {
		struct pollfd p = { .fd = fd, .events = events };

		if (wait_ready(&p, 1, LOOK_MS) > 0)
			return 0;
		err = look ? look(ctx) : 0;
		if (err)
			return -err;
	}
	return -ETIMEDOUT;
}

/* What comes out of the pipe of @pid, which ends with it. */
static int take_answer(int fd, pid_t pid, struct found *f, dial_look_fn look, void *ctx)
{
	int err = wait_for(fd, POLLIN, INT32_MAX / 2, look, ctx);

	if (!err && read(fd, f, sizeof(*f)) != sizeof(*f))
		f->error = EAI_FAIL;
	if (err)
		kill(pid, SIGKILL);
	return err;
}

static int ask_resolver(const char *host, uint16_t port, struct found *f, dial_look_fn look,
			void *ctx)
{
	int fds[2], err;
	pid_t pid;

	if (pipe(fds))
		return -errno;
	pid = fork();
	if (pid == 0) {
		find(host, port, 0, f);
		_exit(write(fds[1], f, sizeof(*f)) != sizeof(*f));
	}
	err = pid < 0 ? -errno : 0;
	close(fds[1]);
	if (!err)
		err = take_answer(fds[0], pid, f, look, ctx);
	close(fds[0]);
	if (pid > 0)
		uninterrupted(waitpid(pid, NULL, 0));
	return err;
}

/* ---- a connection ---- */

int dial_begin(const struct listen_address *to)
{
	int fd = socket(to->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	if (!connect(fd, (const struct sockaddr *)&to->address, to->len) || errno == EINPROGRESS)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

int dial_failed(int fd)
{
	socklen_t len = sizeof(int);
	int err = 0;

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) ? errno : err;
}

static int reach(const struct listen_address *to, dial_look_fn look, void *ctx)
{
	int fd = dial_begin(to), err;

	if (fd < 0)
		return fd;
	err = wait_for(fd, POLLOUT, CONNECT_MS, look, ctx);
	if (!err)
		err = -dial_failed(fd);
	if (!err)
		return fd;
	close(fd);
	return err;
}

static int reach_one(const struct found *f, struct listen_address *to, dial_look_fn look, void *ctx)
{
	int got = -EHOSTUNREACH;

	for (unsigned i = 0; i < f->n && got < 0 && got != -EINTR; i++) {
		*to = f->v[i];
		got = reach(to, look, ctx);
	}
	return got;
}

int dial_open(const char *word, struct listen_address *to, dial_look_fn look, void *ctx,
	      const char **why)
{
	struct found f = { .n = 0 };
	char host[HOST_MAX];
	uint16_t port;
	int got = 0;

	*why = "not HOST:PORT";
	if (!split(word, host, &port))
		return -EINVAL;
	find(host, port, AI_NUMERICHOST, &f);
	if (f.error)
		got = ask_resolver(host, port, &f, look, ctx);
	if (!got && f.error) {
		*why = gai_strerror(f.error);
		return -EHOSTUNREACH;
	}
	if (!got)
		got = reach_one(&f, to, look, ctx);
	*why = strerror(got < 0 ? -got : 0);
	return got;
}
