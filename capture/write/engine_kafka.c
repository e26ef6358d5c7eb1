// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Kafka by librdkafka: each line of a batch is a message, all of a run in one partition, in their
 * order. The library goes on trying for as long as it takes, and by an idempotent producer nothing
 * is twice in the topic then; that a batch is outstanding for long is told by its events.
 */
#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "capture/base/library.h"
#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/write/engine.h"
#include "capture/write/engine_config.h"
#include "capture/write/engine_where.h"

enum {
	LOOK_MS		= 10 * 1000,	/* in which the topic is to be found */
	AT_ONCE		= 1000,		/* events */
};

/* What is called of the library, which is loaded. */
#define CALLS(call) \
	call(conf_new) call(conf_set) call(conf_set_dr_msg_cb) call(conf_set_error_cb) call(conf_set_log_cb) \
	call(conf_set_opaque) call(conf_destroy) call(new) call(destroy_flags) call(topic_new) call(topic_destroy) \
	call(topic_name) call(metadata) call(metadata_destroy) call(produce) call(poll) call(err2str) call(last_error) \
	call(queue_get_main) call(queue_io_event_enable) call(queue_destroy)

struct calls {
#define CALL(name)	__typeof__(rd_kafka_##name) *name;
	CALLS(CALL)
#undef CALL
};

struct engine_kafka {
	struct engine engine;
	struct calls kafka;
	rd_kafka_conf_t *conf;		/* NULL: it is the producer's */
	rd_kafka_t *producer;
	rd_kafka_topic_t *topic;
	rd_kafka_queue_t *events;
	int event_fd;			/* can be read: there are some */
	const char *key;		/* of all messages of the batch */
	bool looks;			/* for the topic: a batch without a line */
	const char *next, *end;		/* lines of the batch that are not produced yet */
	unsigned outstanding;		/* messages that are */
	unsigned refused;		/* of the batch */
	char why_refused[ENGINE_SAID_MAX];
	char trouble[ENGINE_SAID_MAX / 2];	/* the last one; "": there was none since it was asked for */
	bool is_down;			/* it is not that of one broker of many */
};

static struct engine_kafka *of(struct engine *e)
{
	return (struct engine_kafka *)e;
}

/* ---- events ---- */

static void refuse(struct engine_kafka *k, rd_kafka_resp_err_t err)
{
	k->refused++;
	snprintf(k->why_refused, sizeof(k->why_refused), "%s", k->kafka.err2str(err));
}

static void on_delivery(rd_kafka_t *producer is_unused, const rd_kafka_message_t *m, void *engine)
{
	struct engine_kafka *k = engine;

	k->outstanding--;
	if (m->err)
		refuse(k, m->err);
}

static void on_error(rd_kafka_t *producer is_unused, int err, const char *reason, void *engine)
{
	struct engine_kafka *k = engine;

	snprintf(k->trouble, sizeof(k->trouble), "%s", reason);
	k->is_down |= err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
		      err == RD_KAFKA_RESP_ERR__AUTHENTICATION;
}

static void ignore_log(const rd_kafka_t *producer is_unused, int level is_unused,
		       const char *facility is_unused, const char *line is_unused)
{
}

/* ---- a batch ---- */

/* As many lines as its queue takes. */
static void produce(struct engine_kafka *k)
{
	while (k->next < k->end) {
		const char *newline = memchr(k->next, '\n', k->end - k->next);
		const size_t len = (newline ? newline : k->end) - k->next;
		rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR_NO_ERROR;

		/*
		 * the bytes stay where they are until there is an outcome; without a flag they are
		 * not copied
		 */
		if (k->kafka.produce(k->topic, RD_KAFKA_PARTITION_UA, 0, (void *)(uintptr_t)k->next,
				     len, k->key, strlen(k->key), NULL))
			err = k->kafka.last_error();
		if (err == RD_KAFKA_RESP_ERR__QUEUE_FULL)
			return;
		if (err)
			refuse(k, err);
		else
			k->outstanding++;
		k->next += len + 1;
	}
}

static void send_batch(struct engine *e, const struct batch *b)
{
	struct engine_kafka *k = of(e);

	k->looks = !b->len;
	k->next = b->lines;
	k->end = b->lines + b->len;
	k->key = b->capture;
	k->refused = 0;
	produce(k);
}

static enum outcome look_for_topic(struct engine_kafka *k, char said[static ENGINE_SAID_MAX])
{
	const struct rd_kafka_metadata *m = NULL;
	rd_kafka_resp_err_t err = k->kafka.metadata(k->producer, 0, k->topic, &m, LOOK_MS);
	const bool answered = !err;

	if (answered && m->topic_cnt == 1)
		err = m->topics[0].err;
	if (m)
		k->kafka.metadata_destroy(m);
	k->kafka.poll(k->producer, 0);
	snprintf(said, ENGINE_SAID_MAX, "%.150s%s%s", k->kafka.err2str(err),
		 *k->trouble ? ": " : "", k->trouble);
	k->is_down = false;
	return !err ? ENGINE_DELIVERED : answered ? ENGINE_REFUSED : ENGINE_RETRY;
}

static bool is_done(const struct engine_kafka *k)
{
	return k->next >= k->end && !k->outstanding;
}

static void take_events(struct engine_kafka *k)
{
	uint64_t n;

	if (read(k->event_fd, &n, sizeof(n)) < 0)
		n = 0;		/* nothing has come: it is looked all the same */
	while (k->kafka.poll(k->producer, 0) >= AT_ONCE)
		;
	produce(k);
}

static enum outcome wait_for_outcome(struct engine *e, int fd, int ms, unsigned *refused,
				     char said[static ENGINE_SAID_MAX])
{
	struct engine_kafka *k = of(e);
	struct pollfd fds[] = { { .fd = fd, .events = POLLIN }, { .fd = k->event_fd, .events = POLLIN } };

	if (k->looks)
		return look_for_topic(k, said);
	take_events(k);
	if (!is_done(k)) {
		wait_ready(fds, array_size(fds), ms);
		take_events(k);
	}
	snprintf(said, ENGINE_SAID_MAX, "%s", k->is_down ? k->trouble : "");
	k->is_down = false;
	if (!is_done(k))
		return ENGINE_PENDING;
	*refused = k->refused;
	if (k->refused)
		snprintf(said, ENGINE_SAID_MAX, "%s", k->why_refused);
	return k->refused ? ENGINE_REFUSED : ENGINE_DELIVERED;
}

static struct engine *close_engine(struct engine *e)
{
	struct engine_kafka *k = of(e);

	if (k->events)
		k->kafka.queue_destroy(k->events);
	if (k->topic)
		k->kafka.topic_destroy(k->topic);
	if (k->producer)
		k->kafka.destroy_flags(k->producer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	if (k->conf)
		k->kafka.conf_destroy(k->conf);
	if (k->event_fd >= 0)
		close(k->event_fd);
	free(k);
	return NULL;
}

/* ---- the beginning ---- */

static bool find_calls(struct calls *c)
{
	const struct library_call wanted[] = {
#define CALL(name)	{ "rd_kafka_" #name, (void **)&c->name },
		CALLS(CALL)
#undef CALL
	};

	return library_functions(LIBRARY_RDKAFKA, wanted, array_size(wanted));
}

static bool set(void *engine, const char *key, const char *value, char said[static ENGINE_SAID_MAX])
{
	struct engine_kafka *k = engine;

	return k->kafka.conf_set(k->conf, key, value, said, ENGINE_SAID_MAX) == RD_KAFKA_CONF_OK;
}

/* What the file of --to-config says comes behind what we say. */
static bool configure(struct engine_kafka *k, const struct engine_topic *t, const char *config,
		      char said[static ENGINE_SAID_MAX])
{
	static const char *const ours[][2] = {
		{ "client.id", "xdpdump" }, { "enable.idempotence", "true" },
		{ "message.timeout.ms", "0" },
		{ "partitioner", "murmur2_random" }, { "compression.codec", "lz4" },
		{ "linger.ms", "5" },
		{ "socket.keepalive.enable", "true" },
	};

	k->conf = k->kafka.conf_new();
	for (size_t i = 0; i < array_size(ours); i++)
		if (!set(k, ours[i][0], ours[i][1], said))
			return false;
	k->kafka.conf_set_opaque(k->conf, k);
	k->kafka.conf_set_dr_msg_cb(k->conf, on_delivery);
	k->kafka.conf_set_error_cb(k->conf, on_error);
	k->kafka.conf_set_log_cb(k->conf, ignore_log);
	return set(k, "bootstrap.servers", t->brokers, said) &&
	       engine_config_read(config, set, k, said);
}

static bool make_producer(struct engine_kafka *k, const struct engine_topic *t,
			  char said[static ENGINE_SAID_MAX])
{
	static const uint64_t one = 1;

	k->producer = k->kafka.new(RD_KAFKA_PRODUCER, k->conf, said, ENGINE_SAID_MAX);
	if (!k->producer)
		return false;
	k->conf = NULL;
	snprintf(said, ENGINE_SAID_MAX, "out of memory");
	k->topic = k->kafka.topic_new(k->producer, t->topic, NULL);
	k->events = k->kafka.queue_get_main(k->producer);
	k->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!k->topic || !k->events || k->event_fd < 0)
		return false;
	k->kafka.queue_io_event_enable(k->events, k->event_fd, &one, sizeof(one));
	return true;
}

static void closep(struct engine_kafka **k)
{
	if (*k)
		close_engine(&(*k)->engine);
}

int engine_kafka_open(struct engine **e, const struct engine_settings *s,
		      char said[static ENGINE_SAID_MAX])
{
	static const struct engine_ops ops = { .send = send_batch, .wait = wait_for_outcome, .close = close_engine };
	cleanup(closep) struct engine_kafka *k = calloc(1, sizeof(*k));
	struct engine_topic t;

	snprintf(said, ENGINE_SAID_MAX, "out of memory");
	if (!k)
		return -EINVAL;
	k->engine.ops = &ops;
	k->event_fd = -1;
	if (!find_calls(&k->kafka)) {
		snprintf(said, ENGINE_SAID_MAX, "librdkafka cannot be loaded: Debian has it in %s",
			 library_package(LIBRARY_RDKAFKA));
		return -EINVAL;
	}
	if (!engine_where_topic(s->where, &t) || !configure(k, &t, s->config, said) ||
	    !make_producer(k, &t, said))
		return -EINVAL;
	*e = &steal(&k)->engine;
	return 0;
}
