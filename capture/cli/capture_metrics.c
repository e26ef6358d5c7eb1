// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdlib.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/base/listen.h"
#include "capture/base/thread.h"
#include "capture/cli/books.h"
#include "capture/cli/capture_metrics.h"
#include "capture/report/metrics_http.h"
#include "capture/report/state.h"

static enum status cannot_start(const struct capture_metrics *m, int err)
{
	return log_fail(STATUS_RUNTIME, "--metrics %s: cannot start the server: %s",
			m->where, strerror(-err));
}

enum status capture_metrics_open(struct capture_metrics *m, const char *where)
{
	struct listen_address a;
	int fd, err;

	m->where = where;
	if (!where)
		return STATUS_OK;
	if (!listen_parse(where, &a))	/* which the options have seen to */
		return STATUS_USAGE;
	fd = listen_open(&a);
	if (fd < 0)
		return log_fail(STATUS_RUNTIME, "--metrics %s: cannot listen there: %s", where,
				strerror(-fd));
	err = metrics_http_open(&m->http, fd);
	if (!err)
		return STATUS_OK;
	listen_remove(&a);
	return cannot_start(m, err);
}

/* Signals of the terminal as well: what ncurses does when they come is for its own thread alone. */
enum status capture_metrics_start(const struct capture_metrics *m)
{
	sigset_t before;
	int err;

	if (!m->http)
		return STATUS_OK;
	thread_block_signals(&before);
	err = metrics_http_start(m->http);
	thread_restore_signals(&before);
	return err ? cannot_start(m, err) : STATUS_OK;
}

static void note_time(struct capture_grown *g, uint64_t n, uint64_t now_ns)
{
	if (n != g->n)
		*g = (struct capture_grown){ n, now_ns };
}

void capture_metrics_tell(struct capture_metrics *m, const struct books *b)
{
	struct state *s = m->http ? books_state(b) : NULL;

	if (!s)
		return;
	note_time(&m->arrived, s->ledger.taken, s->now_ns);
	note_time(&m->written, s->written_bytes, s->now_ns);
	s->last_packet_ns = m->arrived.at_ns;
	s->last_write_ns = m->written.at_ns;
	metrics_http_tell(m->http, s);
}

void capture_metrics_close(struct capture_metrics *m)
{
	struct listen_address a;

	if (!m->http)
		return;
	m->http = metrics_http_close(m->http);
	if (listen_parse(m->where, &a))
		listen_remove(&a);
}
