// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A client is read from until its line is whole, answered, and let go. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/listen.h"
#include "capture/base/loop.h"
#include "capture/base/util.h"
#include "capture/cli/line_server.h"

struct client {
	struct line_server *server;
	int fd;			/* -1: nobody */
	uint64_t number;	/* the how many-th it is */
	size_t n;
	char *line;		/* LINE_MAX_BYTES */
};

struct line_server {
	int fd;
	struct listen_address address;
	struct loop *loop;
	line_fn asked;
	void *ctx;
	uint64_t n_clients;	/* so far */
	struct client clients[LINE_CLIENTS];
};

static void dismiss(struct client *c)
{
	if (c->fd < 0)
		return;
	loop_remove(c->server->loop, c->fd, c);
	close(c->fd);
	free(c->line);
	c->fd = -1;
	c->line = NULL;
}

/*
 * Who does not take it at once, which is a matter of the buffer of a socket, does not get all of
 * it.
 */
static void answer(const struct client *c, const char *text, size_t len)
{
	while (len) {
		ssize_t n = send(c->fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n <= 0)
			return;
		text += n;
		len -= n;
	}
}

static void deal_with(const struct client *c)
{
	const struct line_server *s = c->server;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	const char *wrong = out ? s->asked(s->ctx, c->line, out) : "";

	if (out && fclose(out))
		wrong = "";
	if (!wrong)
		answer(c, "ok\n", 3);
	else
		answer(c, "error: ", 7);
	if (wrong)
		answer(c, *wrong ? wrong : "out of memory", *wrong ? strlen(wrong) : 13);
	answer(c, wrong ? "\n" : text, wrong ? 1 : len);
	free(text);
}

static void on_client(void *client)
{
	struct client *c = client;
	ssize_t n = recv(c->fd, c->line + c->n, LINE_MAX_BYTES - 1 - c->n, MSG_DONTWAIT);
	char *end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	c->n += n > 0 ? n : 0;
	c->line[c->n] = '\0';
	end = strchr(c->line, '\n');
	if (end)
		*end = '\0';
	if (end && strlen(c->line) == (size_t)(end - c->line))
		deal_with(c);
	else if (n > 0 && c->n < LINE_MAX_BYTES - 1)
		return;
	else if (n > 0)
		answer(c, "error: the line is too long\n", 28);
	dismiss(c);
}

/* A place for one more. */
static struct client *make_room(struct line_server *s)
{
	struct client *oldest = &s->clients[0];

	for (unsigned i = 0; i < LINE_CLIENTS; i++) {
		if (s->clients[i].fd < 0)
			return &s->clients[i];
		if (s->clients[i].number < oldest->number)
			oldest = &s->clients[i];
	}
	dismiss(oldest);
	return oldest;
}

static void on_server(void *server)
{
	struct line_server *s = server;
	struct client *c;
	int fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	c = make_room(s);
	*c = (struct client){
		.server = s, .fd = fd, .number = ++s->n_clients, .line = malloc(LINE_MAX_BYTES)
	};
	if (c->line && !loop_add(s->loop, fd, on_client, c))
		return;
	dismiss(c);
}

int line_server_open(struct line_server **server, const char *path, line_fn asked, void *ctx)
{
	struct line_server *s = calloc(1, sizeof(*s));
	char where[256];
	mode_t before;

	if (!s)
		return -ENOMEM;
	s->asked = asked;
	s->ctx = ctx;
	for (unsigned i = 0; i < LINE_CLIENTS; i++)
		s->clients[i].fd = -1;
	if (snprintf(where, sizeof(where), "unix:%s", path) >= (int)sizeof(where) ||
	    !listen_parse(where, &s->address)) {
		free(s);
		return -EINVAL;
	}
	before = umask(S_IXUSR | S_IRWXG | S_IRWXO);
	s->fd = listen_open(&s->address);
	umask(before);
	if (s->fd < 0) {
		int err = s->fd;

		free(s);
		return err;
	}
	*server = s;
	return 0;
}

int line_server_begin(struct line_server *s, struct loop *loop)
{
	s->loop = loop;
	return loop_add(loop, s->fd, on_server, s);
}

struct line_server *line_server_close(struct line_server *s)
{
	if (!s)
		return NULL;
	for (unsigned i = 0; i < LINE_CLIENTS; i++)
		dismiss(&s->clients[i]);
	close(s->fd);
	listen_remove(&s->address);
	free(s);
	return NULL;
}
