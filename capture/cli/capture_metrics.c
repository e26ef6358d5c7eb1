// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* --metrics: once a second those who ask are given a newer state. */
#include <stdlib.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/base/listen.h"
#include "capture/base/thread.h"
#include "capture/cli/capture_impl.h"
#include "capture/report/metrics_http.h"
#include "capture/report/state.h"

static enum status cannot_start(const struct capture *l, int err)
{
	return log_fail(STATUS_RUNTIME, "--metrics %s: cannot start the server: %s",
			l->opts->metrics, strerror(-err));
}

enum status capture_metrics_open(struct capture *l)
{
	const char *where = l->opts->metrics;
	struct listen_address a;
	int fd, err;

	if (!where)
		return STATUS_OK;
	if (!listen_parse(where, &a))	/* which the options have seen to */
		return STATUS_USAGE;
	fd = listen_open(&a);
	if (fd < 0)
		return log_fail(STATUS_RUNTIME, "--metrics %s: cannot listen there: %s", where,
				strerror(-fd));
	err = metrics_http_open(&l->metrics, fd);
	if (!err)
		return STATUS_OK;
	listen_remove(&a);
	return cannot_start(l, err);
}

/* Signals of the terminal as well: what ncurses does when they come is for its own thread alone. */
enum status capture_metrics_start(struct capture *l)
{
	sigset_t before;
	int err;

	if (!l->metrics)
		return STATUS_OK;
	thread_block_signals(&before);
	err = metrics_http_start(l->metrics);
	thread_restore_signals(&before);
	return err ? cannot_start(l, err) : STATUS_OK;
}

/* To the second: when there was more of something than the last time. */
static void note_time(struct capture_grown *g, uint64_t n, uint64_t now_ns)
{
	if (n != g->n)
		*g = (struct capture_grown){ n, now_ns };
}

void capture_metrics_tell(struct capture *l)
{
	struct state *s = l->metrics ? books_state(&l->books) : NULL;

	if (!s)
		return;
	note_time(&l->arrived, s->ledger.taken, s->now_ns);
	note_time(&l->written, s->written_bytes, s->now_ns);
	s->last_packet_ns = l->arrived.at_ns;
	s->last_write_ns = l->written.at_ns;
	metrics_http_tell(l->metrics, s);
}

void capture_metrics_close(struct capture *l)
{
	struct listen_address a;

	if (!l->metrics)
		return;
	l->metrics = metrics_http_close(l->metrics);
	if (listen_parse(l->opts->metrics, &a))
		listen_remove(&a);
}
