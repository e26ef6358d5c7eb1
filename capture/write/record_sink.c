// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Packets become lines, lines batches, and somebody else delivers those (delivery.h). */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "capture/base/clock.h"
#include "capture/base/loop.h"
#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/format/format.h"
#include "capture/packet/packet.h"
#include "capture/read/merge_options.h"
#include "capture/write/delivery.h"
#include "capture/write/file_ifaces.h"
#include "capture/write/record_sink.h"
#include "capture/write/sink.h"
#include "capture/write/target_settings.h"

#define BATCH_NS	UINT64_C(1000000000)	/* the age at which one is sent that is not full */
#define END_NS		(10 * BATCH_NS)		/* in which a capture that has ended is delivered */

enum {
	HOST_BYTES	= 64,		/* HOST_NAME_MAX of Linux */
	ESCAPED		= 6,		/* bytes that one of a string in JSON may become */
	HEAD_MAX	= 1024 + ESCAPED * (HOST_BYTES + 2 * PATH_MAX),
};

struct record_sink {
	struct sink sink;
	struct target_settings set;
	int interrupt_fd;
	struct loop *loop;		/* NULL: nothing is watched */
	struct delivery *delivery;	/* NULL: it is not open */
	struct format *json;
	/* packets for which there was no room, or of which there is no line */
	struct file_ifaces lost;
	uint64_t unfit;			/* of those */
	uint64_t number;		/* of the last record; each packet has one */
	uint64_t refused_at_end;	/* handed over, and no word came of them */
	char capture[DELIVERY_CAPTURE_MAX];
	/* of each line: {"host":"h","capture":"c","number": */
	char begin[256 + ESCAPED * HOST_BYTES];
	char *batch;			/* that is filled; NULL: there is none */
	size_t used;
	unsigned n;
	uint64_t first;			/* number of its first record */
	uint64_t handed_over;		/* records */
	uint64_t due_ns;		/* when it is sent; UINT64_MAX: it is empty */
	int gone;			/* -errno: the process that delivers has; 0 */
	int patience_ms;		/* of who waits for the end; -1: for ever */
	/* the file that was named last, in JSON, with the directory that we were in */
	char file[PATH_MAX], directory[PATH_MAX], file_json[ESCAPED * 2 * PATH_MAX];
	size_t file_len;
};

static struct record_sink *of(const struct sink *k)
{
	return (struct record_sink *)k;
}

/* ---- batches ---- */

static void say(void *sink, const char *sentence, bool is_failure)
{
	const struct record_sink *k = sink;

	if (is_failure)
		log_complain("%s: %s", k->set.word, sentence);
	else
		log_announce("%s: %s", k->set.word, sentence);
}

/* The process has gone: nothing can be delivered any more. */
static int look(struct record_sink *k)
{
	return k->delivery ? delivery_look(k->delivery, say, k) : 0;
}

static int send_batch(struct record_sink *k)
{
	int err;

	if (!k->n)
		return 0;
	err = delivery_send(k->delivery, k->batch, k->used, k->n, k->first);
	k->handed_over += k->n;
	k->batch = NULL;
	k->used = k->n = 0;
	k->due_ns = UINT64_MAX;
	return err;
}

/*
 * -ENOBUFS: there is none now. When one comes back that is told (on_news()), but where packets come
 * without a pause: then it is looked now and then, and not with each that is lost.
 */
static int take_batch(struct record_sink *k)
{
	enum { NOW_AND_THEN = 256 };
	int err = 0;

	k->batch = delivery_batch(k->delivery);
	if (k->batch || k->lost.lost % NOW_AND_THEN)
		return k->batch ? 0 : -ENOBUFS;
	err = look(k);
	k->batch = err ? NULL : delivery_batch(k->delivery);
	return err ? err : k->batch ? 0 : -ENOBUFS;
}

/* Of files all are waited for. -EINTR: interrupted. */
static int wait_for_batch(struct record_sink *k)
{
	int err = 0;

	while (!err && !(k->batch = delivery_batch(k->delivery))) {
		err = delivery_wait(k->delivery, k->interrupt_fd, -1);
		err = err ? err : look(k);
	}
	return err;
}

/* ---- lines ---- */

/* Where it is to be found, by an absolute name. False: nowhere. */
static bool find_file(struct record_sink *k, const struct packet *p, uint64_t *offset)
{
	const char *file = k->set.place ? k->set.place(k->set.place_ctx, offset) : NULL;
	struct text t;

	if (!file && p->iface->file && strcmp(p->iface->file, "-") &&
	    !merge_options_is_tcp(p->iface->file)) {
		file = p->iface->file;
		*offset = p->offset;
	}
	if (!file || !strcmp(file, k->file))
		return file;
	snprintf(k->file, sizeof(k->file), "%s", file);
	t = text_in(k->file_json, sizeof(k->file_json));
	if (*file != '/') {
		text_json(&t, k->directory, strlen(k->directory));
		text_char(&t, '/');
	}
	text_json(&t, file, strlen(file));
	k->file_len = t.len;
	return true;
}

static size_t put_head(struct record_sink *k, const struct packet *p, char *buf)
{
	struct text t = text_in(buf, HEAD_MAX);
	uint64_t offset;

	text_str(&t, k->begin);
	text_u64(&t, k->number);
	if (!find_file(k, p, &offset))
		return t.len;
	text_str(&t, ",\"file\":\"");
	text_bytes(&t, k->file_json, k->file_len);
	text_str(&t, "\",\"offset\":");
	text_u64(&t, offset);
	return t.len;
}

/* Its line at the end of the batch: 0, more than there is room for, or -errno. */
static ssize_t put_line(struct record_sink *k, const struct packet *p)
{
	char *at = k->batch + k->used;
	const size_t room = DELIVERY_BATCH - k->used;
	const size_t head = room > HEAD_MAX ? put_head(k, p, at) : 0;
	ssize_t n;

	if (!head)
		return HEAD_MAX;
	n = k->json->ops->packet(k->json, at + head, room - head, p, p->iface->id, 0);
	if (n <= 0 || n > (ssize_t)(room - head))
		return n + head;
	at[head] = ',';		/* in place of its brace */
	k->used += head + n;
	k->n++;
	return 0;
}

/* -EFBIG: there is no batch that it fits into. */
static int add_line(struct record_sink *k, const struct packet *p)
{
	int err = k->batch ? 0 : k->set.live ? take_batch(k) : wait_for_batch(k);

	if (err)
		return err;
	if (!k->n)
		k->first = k->number;
	if (!put_line(k, p))
		return 0;
	if (!k->n)
		return -EFBIG;
	err = send_batch(k);
	return err ? err : add_line(k, p);
}

/* Where there are files as well the capture goes on for them. */
static int without_process(const struct record_sink *k)
{
	return k->set.place ? 0 : k->gone;
}

/* What it is no part of goes on. */
static int lose(struct record_sink *k, const struct packet *p, int err)
{
	k->json->ops->skip(k->json, p);
	file_ifaces_lose(&k->lost, p->iface->id);
	k->unfit += err == -EFBIG;
	if (err == -EFBIG || err == -ENOBUFS)
		return 0;
	if (err == -EINTR)
		return SINK_LAST;
	k->gone = err;
	return without_process(k);
}

static int packet(struct sink *sink, const struct packet *p)
{
	struct record_sink *k = of(sink);
	int err;

	k->number++;
	err = k->gone ? k->gone : add_line(k, p);
	if (err)
		return lose(k, p, err);
	if (k->n == 1)
		k->due_ns = clock_monotonic_ns() + BATCH_NS;
	return 0;
}

static int try_to_send(struct record_sink *k)
{
	k->gone = k->gone ? k->gone : send_batch(k);
	return without_process(k);
}

/* Batches are sent when they are full or old: what is flushed is little. */
static int flush(struct sink *k)
{
	return k->eager ? try_to_send(of(k)) : 0;
}

static size_t pending(const struct sink *k is_unused)
{
	return 0;
}

static int tick(struct sink *sink, uint64_t upto)
{
	struct record_sink *k = of(sink);

	return k->gone ? without_process(k) : upto >= k->due_ns ? try_to_send(k) : 0;
}

static uint64_t due(const struct sink *k)
{
	return of(k)->due_ns;
}

/* ---- beside packets ---- */

static void on_news(void *sink)
{
	struct record_sink *k = sink;
	int err = look(k);

	if (!err)
		return;
	k->gone = err;
	loop_remove(k->loop, delivery_fd(k->delivery), k);
}

static int watch(struct sink *sink, struct loop *l)
{
	struct record_sink *k = of(sink);

	k->loop = l;
	return loop_add(l, delivery_fd(k->delivery), on_news, k);
}

static int spare(struct sink *k is_unused, const struct stat *st is_unused)
{
	return 0;
}

static int reader_fd(const struct sink *k is_unused)
{
	return -1;
}

/* Also those for which there was no room. */
static struct record_counts counts_of(const struct record_sink *k)
{
	const struct delivery_counts c = delivery_counts(k->delivery);

	return (struct record_counts){
		.made = k->number,
		.delivered = c.delivered,
		.spooled = c.spooled,
		.refused = c.refused + k->refused_at_end + k->lost.lost,
		.former = c.former,
	};
}

static uint64_t lost(const struct sink *k, int64_t id)
{
	return id == SINK_ALL_IFACES ? counts_of(of(k)).refused
				     : file_ifaces_lost(&of(k)->lost, id);
}

static void hurry(struct sink *k, int ms)
{
	of(k)->patience_ms = ms;
}

/* ---- the end ---- */

/*
 * For as long as it takes, if nobody has asked us to stop; somebody may now. Then it is asked to
 * hurry, and given up if its disk stands still.
 */
static int wait_for_end(struct record_sink *k)
{
	uint64_t end = k->patience_ms < 0 ? UINT64_MAX
					  : clock_monotonic_ns() + (k->patience_ms ? END_NS : 0);
	bool hurries = false;
	int err = look(k);

	while (!err && !delivery_has_ended(k->delivery)) {
		const int ms = clock_ms_until(end);

		err = delivery_wait(k->delivery, hurries ? -1 : k->interrupt_fd, ms);
		if ((err || !ms) && hurries)
			return -ETIMEDOUT;
		if (err || !ms) {
			delivery_hurry(k->delivery);
			hurries = true;
			end = clock_monotonic_ns() + END_NS;
		}
		err = look(k);
	}
	return err;
}

static int finish(struct sink *sink)
{
	struct record_sink *k = of(sink);
	struct delivery_counts c;
	int err = k->gone ? k->gone : send_batch(k);

	if (!err)
		delivery_end(k->delivery);
	if (!err)
		err = wait_for_end(k);
	c = delivery_counts(k->delivery);
	k->refused_at_end = k->handed_over -
			    min_of(c.delivered + c.spooled + c.refused, k->handed_over);
	return err;
}

static const char *reason(const struct record_sink *k)
{
	if (k->sink.error == -ECHILD)
		return "the process that delivers has gone";
	if (k->sink.error == -ETIMEDOUT)
		return "they were not delivered in time";
	if (k->unfit)
		return "they are too long for a record";
	return k->lost.lost ? "more than can be delivered" : "the engine does not take them";
}

static enum status report(const struct sink *sink, uint64_t refused)
{
	const struct record_sink *k = of(sink);
	const struct record_counts c = counts_of(k);
	const uint64_t unseen = k->sink.error ? refused : 0;

	log_announce("%s: %" PRIu64 " records: %" PRIu64 " delivered, %" PRIu64
		     " in the spool, %" PRIu64 " refused",
		     k->set.word, c.made, c.delivered, c.spooled, c.refused);
	if (c.former)
		log_announce("%s: and %" PRIu64
			     " delivered of those that runs before have left in the spool",
			     k->set.word, c.former);
	if (!c.refused && !k->sink.error)
		return STATUS_OK;
	return sink_report_missing(k->set.word, c.refused + unseen, reason(k));
}

static struct sink *close_sink(struct sink *sink)
{
	struct record_sink *k = of(sink);

	delivery_close(k->delivery);
	format_close(k->json);
	file_ifaces_release(&k->lost);
	free(k);
	return NULL;
}

static const struct sink_ops ops = {
	.packet = packet,
	.flush = flush,
	.pending = pending,
	.tick = tick,
	.due = due,
	.spare = spare,
	.reader_fd = reader_fd,
	.watch = watch,
	.lost = lost,
	.hurry = hurry,
	.finish = finish,
	.report = report,
	.close = close_sink,
};

bool record_sink_counts(const struct sink *k, struct record_counts *c)
{
	if (k->ops != &ops)
		return false;
	*c = counts_of(of(k));
	return true;
}

/* ---- the beginning ---- */

/* RFC 9562, version 7: milliseconds of now, and random bits; so later ones sort behind. */
static void name_capture(char out[static DELIVERY_CAPTURE_MAX])
{
	const uint64_t ms = clock_now_ns() / 1000000;
	uint64_t random[2] = { clock_monotonic_ns(), getpid() };
	ssize_t n = getrandom(random, sizeof(random), GRND_NONBLOCK);

	(void)n;	/* early at boot there are none: then it is those */
	snprintf(out, DELIVERY_CAPTURE_MAX,
		 "%08" PRIx64 "-%04" PRIx64 "-7%03" PRIx64 "-%04" PRIx64 "-%012" PRIx64,
		 ms >> 16 & 0xffffffff, ms & 0xffff, random[0] & 0xfff,
		 (random[0] >> 12 & 0x3fff) | 0x8000, random[1] & 0xffffffffffff);
}

static void prepare_lines(struct record_sink *k)
{
	struct text t = text_in(k->begin, sizeof(k->begin) - 1);
	char host[HOST_BYTES + 1] = "";

	gethostname(host, sizeof(host) - 1);
	if (!getcwd(k->directory, sizeof(k->directory)))
		k->directory[0] = '\0';
	name_capture(k->capture);
	text_str(&t, "{\"host\":\"");
	text_json(&t, host, strlen(host));
	text_str(&t, "\",\"capture\":\"");
	text_str(&t, k->capture);
	text_str(&t, "\",\"number\":");
	t.buf[t.len] = '\0';
}

static enum status open_delivery(struct record_sink *k, struct delivery_settings *d)
{
	char said[ENGINE_SAID_MAX] = "";
	int err;

	d->word = k->set.word;
	d->spool = k->set.spool;
	d->spool_limit = k->set.spool_limit;
	d->engine.config = k->set.config;
	d->sandbox = k->set.sandbox;
	d->end_ns = k->set.live ? END_NS : 0;
	memcpy(d->capture, k->capture, sizeof(d->capture));
	err = delivery_open(&k->delivery, d, k->interrupt_fd, said);
	if (err == -EINTR)
		return log_fail(STATUS_OK, "%s: interrupted while it waited for it", k->set.word);
	if (err)
		return log_fail(STATUS_RUNTIME, "--to %s: %s", k->set.word,
				err == -EINVAL ? said : strerror(-err));
	if (*said)
		say(k, said, true);
	return STATUS_OK;
}

static enum status open_sink(struct sink **out, struct delivery_settings *d,
			     const struct target_settings *s, int interrupt_fd)
{
	struct record_sink *k = calloc(1, sizeof(*k));
	enum status status;

	if (!k)
		return log_fail(STATUS_RUNTIME, "out of memory");
	k->sink.ops = &ops;
	k->set = *s;
	k->interrupt_fd = interrupt_fd;
	k->patience_ms = -1;
	k->due_ns = UINT64_MAX;
	k->json = format_open(FORMAT_JSON, NULL);
	prepare_lines(k);
	status = k->json ? open_delivery(k, d) : log_fail(STATUS_RUNTIME, "out of memory");
	if (!status && k->delivery)
		*out = &k->sink;
	else
		close_sink(&k->sink);
	return status;
}

enum status record_sink_clickhouse(struct sink **k, const char *where,
				   const struct target_settings *s, int interrupt_fd)
{
	struct delivery_settings d = { .open = engine_clickhouse_open, .engine.where = where };

	return open_sink(k, &d, s, interrupt_fd);
}

enum status record_sink_clickhouse_tls(struct sink **k, const char *where,
				       const struct target_settings *s, int interrupt_fd)
{
	struct delivery_settings d = { .open = engine_clickhouse_open, .engine.where = where };

	d.engine.encrypted = true;
	return open_sink(k, &d, s, interrupt_fd);
}

enum status record_sink_kafka(struct sink **k, const char *where, const struct target_settings *s,
			      int interrupt_fd)
{
	struct delivery_settings d = { .open = engine_kafka_open, .engine.where = where };

	return open_sink(k, &d, s, interrupt_fd);
}
