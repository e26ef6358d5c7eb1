// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The first difference as a sentence, and below it the two packets. */
#include <stddef.h>

#include "capture/base/loop.h"
#include "capture/base/progress.h"
#include "capture/base/text.h"
#include "capture/cli/run_expect.h"
#include "capture/format/summary_line.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/read/merge.h"
#include "capture/report/expect.h"

typedef unsigned long long ull;

enum status run_expect_open(struct run_expect *e, const struct opts *o, struct loop *l,
			    struct progress *p)
{
	*e = (struct run_expect){ .path = o->expect };
	if (!e->path)
		return STATUS_OK;
	e->opts.concatenated = o->concatenated;
	return file_source_open(&e->file, &e->opts, l, p, &e->path, 1);
}

enum status run_expect_begin(struct run_expect *e)
{
	return e->path ? file_source_begin(&e->file) : STATUS_OK;
}

static void show(const char *what, const struct packet *p)
{
	char line[LINE_MAX_BYTES];
	struct text t = text_in(line, sizeof(line));

	summary_line_packet(&t, p, 0);
	summary_line_verdict(&t, p);
	log_announce("  %s %.*s", what, (int)t.len, line);
}

static void tell(struct run_expect *e, struct packet *wanted, const struct packet *found,
		 const char *words)
{
	progress_erase(e->file.progress);
	log_complain("%s: packet %llu: %s", merge_name(e->file.input, 0), (ull)found->id, words);
	if (!wanted)
		return;
	link_decode(wanted);
	show("expected:", wanted);
	show("found:   ", found);
}

void run_expect_packet(struct run_expect *e, const struct packet *p)
{
	struct packet wanted;
	char words[160];
	int got;

	if (!e->path || e->differs || e->failed)
		return;
	got = file_source_next(&e->file, &wanted);
	if (got < 0) {
		e->failed = true;
	} else if (!got) {
		e->differs = true;
		tell(e, NULL, p, "nothing more is expected");
	} else if (!expect_packet(&wanted, p, words, sizeof(words))) {
		e->differs = true;
		tell(e, &wanted, p, words);
	} else {
		e->n_same++;
	}
}

enum status run_expect_end(struct run_expect *e)
{
	struct packet wanted;
	uint64_t n = 0;
	int got = 0;

	if (!e->path || e->differs)
		return e->differs ? STATUS_RUNTIME : STATUS_OK;
	while (!e->failed && (got = file_source_next(&e->file, &wanted)) > 0)
		n++;
	if (e->file.loop->asked)
		return log_fail(STATUS_SIGNAL + e->file.loop->asked,
				"stopped: the first %llu packets are as expected", (ull)e->n_same);
	if (e->failed || got < 0) {
		file_source_complain(&e->file);
		return STATUS_RUNTIME;
	}
	if (n)
		return log_fail(STATUS_RUNTIME, "%s: %llu packet%s more %s expected",
				merge_name(e->file.input, 0), (ull)n, n == 1 ? "" : "s",
				n == 1 ? "is" : "are");
	log_announce("as expected: %s", merge_name(e->file.input, 0));
	return STATUS_OK;
}

void run_expect_close(struct run_expect *e)
{
	file_source_close(&e->file);
}
