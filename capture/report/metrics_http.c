// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The capture puts a state into a box, and takes out what nobody has asked for meanwhile; the
 * thread takes it out when somebody asks, and keeps the answers made of it until there is another
 * one.
 */
#include <errno.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/library.h"
#include "capture/base/util.h"
#include "capture/report/metrics.h"
#include "capture/report/metrics_http.h"
#include "capture/report/state.h"

enum {
	CONNECTIONS	= METRICS_HTTP_FDS - 8,
	SILENCE_SEC	= 3,		/* after which a connection is closed */
	MEMORY		= 16 * 1024,	/* bytes, of a connection */
};

enum { PLAIN, OPENMETRICS, FORMATS };

/* What is called of the library, which is loaded. */
#define CALLS(call) \
	call(start_daemon) call(stop_daemon) call(lookup_connection_value) call(queue_response) \
	call(create_response_from_buffer) call(add_response_header) call(destroy_response)

struct calls {
#define CALL(name)	__typeof__(MHD_##name) *name;
	CALLS(CALL)
#undef CALL
};

struct metrics_http {
	struct calls mhd;
	int fd;				/* that of the daemon, once there is one */
	struct MHD_Daemon *daemon;	/* NULL: not started */
	_Atomic(struct state *) box;
	/* the thread's: */
	struct MHD_Response *answers[FORMATS];	/* NULL: there is none yet */
};

static const char *const types[FORMATS] = {
	[PLAIN] = "text/plain; version=0.0.4; charset=utf-8",
	[OPENMETRICS] = "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

static bool find_calls(struct calls *c)
{
	const struct library_call wanted[] = {
#define CALL(name)	{ "MHD_" #name, (void **)&c->name },
		CALLS(CALL)
#undef CALL
	};

	return library_functions(LIBRARY_MICROHTTPD, wanted, array_size(wanted));
}

static struct MHD_Response *answer_of(const struct calls *mhd, const struct state *s,
				      unsigned format)
{
	size_t n;
	char *text = metrics_text(s, format == OPENMETRICS, &n);
	struct MHD_Response *answer =
		text ? mhd->create_response_from_buffer(n, text, MHD_RESPMEM_MUST_FREE) : NULL;

	if (!answer)
		free(text);
	else
		mhd->add_response_header(answer, MHD_HTTP_HEADER_CONTENT_TYPE, types[format]);
	return answer;
}

/* One that somebody is still reading stays until that is done. */
static void drop_answers(struct metrics_http *h)
{
	for (unsigned i = 0; i < FORMATS; i++) {
		if (h->answers[i])
			h->mhd.destroy_response(h->answers[i]);
		h->answers[i] = NULL;
	}
}

static void renew(struct metrics_http *h)
{
	struct state *s = atomic_exchange(&h->box, NULL);

	if (!s)
		return;
	drop_answers(h);
	for (unsigned i = 0; i < FORMATS; i++)
		h->answers[i] = answer_of(&h->mhd, s, i);
	state_close(s);
}

static enum MHD_Result say(const struct calls *mhd, struct MHD_Connection *c, unsigned status,
			   const char *sentence)
{
	struct MHD_Response *r = mhd->create_response_from_buffer(
		strlen(sentence), (void *)(uintptr_t)sentence, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result result = r ? mhd->queue_response(c, status, r) : MHD_NO;

	if (r)
		mhd->destroy_response(r);
	return result;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *url,
				  const char *method, const char *version is_unused,
				  const char *body is_unused, size_t *body_len,
				  void **request is_unused)
{
	struct metrics_http *h = ctx;
	const char *accept = h->mhd.lookup_connection_value(c, MHD_HEADER_KIND,
							    MHD_HTTP_HEADER_ACCEPT);
	unsigned format = accept && strstr(accept, "application/openmetrics-text") ? OPENMETRICS
										   : PLAIN;

	if (*body_len) {
		*body_len = 0;
		return MHD_YES;
	}
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD))
		return say(&h->mhd, c, MHD_HTTP_METHOD_NOT_ALLOWED, "GET /metrics\n");
	if (strcmp(url, "/metrics"))
		return say(&h->mhd, c, MHD_HTTP_NOT_FOUND, "GET /metrics\n");
	renew(h);
	if (!h->answers[format])
		return say(&h->mhd, c, MHD_HTTP_SERVICE_UNAVAILABLE, "the capture has not begun\n");
	return h->mhd.queue_response(c, MHD_HTTP_OK, h->answers[format]);
}

int metrics_http_open(struct metrics_http **out, int fd)
{
	struct metrics_http *h = calloc(1, sizeof(*h));

	if (h && find_calls(&h->mhd)) {
		h->fd = fd;
		*out = h;
		return 0;
	}
	close(fd);
	free(h);
	return -ENOMEM;
}

int metrics_http_start(struct metrics_http *h)
{
	h->daemon = h->mhd.start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, h,
					MHD_OPTION_LISTEN_SOCKET, h->fd,
					MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
					MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENCE_SEC,
					MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY,
					MHD_OPTION_END);
	return h->daemon ? 0 : -ENOMEM;
}

void metrics_http_tell(struct metrics_http *h, struct state *s)
{
	state_close(atomic_exchange(&h->box, s));
}

struct metrics_http *metrics_http_close(struct metrics_http *h)
{
	if (!h)
		return NULL;
	if (h->daemon)
		h->mhd.stop_daemon(h->daemon);
	else
		close(h->fd);
	drop_answers(h);
	state_close(h->box);
	free(h);
	return NULL;
}
