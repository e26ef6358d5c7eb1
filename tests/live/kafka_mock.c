// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * kafka_mock PORTFILE: a cluster of Kafka with two brokers that is none, librdkafka's mock. Where
 *it is comes into the file; lines on stdin tell it what to do, and each is answered by a line:
 *
 *	errors N	the next N requests to produce fail, each by another error that is worth
 *another try refuse N	the next N fail for good down, up	nobody is there; they are again
 *	topic NAME	is made
 *	take N FILE	messages of that topic, N or as many as come in 20 seconds, into FILE, a
 *line each
 *
 * No handle of librdkafka is destroyed: while a connection ends, that can abort the process
 * (rd_kafka_broker_destroy_final, https://github.com/confluentinc/librdkafka/issues/3608).
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PRODUCE = 0, BROKERS = 2, PATIENCE_MS = 20 * 1000, LOOK_MS = 200 };

struct mock {
	rd_kafka_t *kafka;
	rd_kafka_mock_cluster_t *cluster;
	const char *where;
	char topic[256];
};

static rd_kafka_t *make(rd_kafka_type_t type, const char *const (*settings)[2], size_t n)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256] = "";
	rd_kafka_t *k;

	for (size_t i = 0; i < n; i++)
		if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], why, sizeof(why)) !=
		    RD_KAFKA_CONF_OK)
			exit(fprintf(stderr, "%s\n", why) > 0);
	k = rd_kafka_new(type, conf, why, sizeof(why));
	if (!k)
		exit(fprintf(stderr, "%s\n", why) > 0);
	return k;
}

static const char *fail_requests(struct mock *m, unsigned n, bool for_good)
{
	static const rd_kafka_resp_err_t later[] = {
		RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
		RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
		RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
	};

	for (unsigned i = 0; i < n; i++)
		rd_kafka_mock_push_request_errors(m->cluster, PRODUCE, 1,
						  for_good ? RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED
							   : later[i % (sizeof(later) / sizeof(later[0]))]);
	return "ok";
}

static const char *set_brokers(struct mock *m, bool down)
{
	for (int i = 1; i <= BROKERS; i++)
		if (down)
			rd_kafka_mock_broker_set_down(m->cluster, i);
		else
			rd_kafka_mock_broker_set_up(m->cluster, i);
	return "ok";
}

/* One partition after the other from its beginning, as all of a run are in one of them. */
static unsigned take(struct mock *m, unsigned wanted, FILE *out)
{
	const char *const settings[][2] = {
		{ "bootstrap.servers", m->where }, { "group.id", "reader" },
		{ "auto.offset.reset", "earliest" },
		{ "log_level", "0" },
	};
	rd_kafka_t *k = make(RD_KAFKA_CONSUMER, settings, sizeof(settings) / sizeof(settings[0]));
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(4);
	unsigned n = 0;

	rd_kafka_poll_set_consumer(k);
	for (int i = 0; i < 4; i++)
		rd_kafka_topic_partition_list_add(list, m->topic, i)->offset =
			RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_assign(k, list);
	/* and a little longer, for what comes twice */
	for (int ms = 0; ms < (n < wanted ? PATIENCE_MS : 5 * LOOK_MS);) {
		rd_kafka_message_t *msg = rd_kafka_consumer_poll(k, LOOK_MS);

		if (msg && !msg->err) {
			n++;
			fprintf(out, "%d %.*s %.*s\n", msg->partition, (int)msg->key_len,
				(const char *)msg->key, (int)msg->len, (const char *)msg->payload);
		} else {
			ms += LOOK_MS;
		}
		if (msg)
			rd_kafka_message_destroy(msg);
	}
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_consumer_close(k);
	return n;
}

static const char *take_into(struct mock *m, unsigned n, const char *path)
{
	static char answer[32];
	FILE *out = fopen(path, "w");

	if (!out)
		return "no file";
	snprintf(answer, sizeof(answer), "%u", take(m, n, out));
	return fclose(out) ? "not written" : answer;
}

static const char *obey(struct mock *m, const char *line)
{
	char path[512];
	unsigned n;

	if (sscanf(line, "errors %u", &n) == 1)
		return fail_requests(m, n, false);
	if (sscanf(line, "refuse %u", &n) == 1)
		return fail_requests(m, n, true);
	if (!strcmp(line, "down\n") || !strcmp(line, "up\n"))
		return set_brokers(m, *line == 'd');
	if (sscanf(line, "topic %255s", m->topic) == 1)
		return rd_kafka_mock_topic_create(m->cluster, m->topic, 4, 1) ? "no topic" : "ok";
	return sscanf(line, "take %u %511s", &n, path) == 2 ? take_into(m, n, path) : "what?";
}

int main(int argc, char **argv)
{
	const char *const settings[][2] = { { "bootstrap.servers", "none" }, { "log_level", "0" } };
	struct mock m = { .kafka = make(RD_KAFKA_PRODUCER, settings, 2) };
	char line[1024];
	FILE *f;

	m.cluster = rd_kafka_mock_cluster_new(m.kafka, BROKERS);
	m.where = rd_kafka_mock_cluster_bootstraps(m.cluster);
	f = argc == 2 ? fopen(argv[1], "w") : NULL;
	if (!f || fprintf(f, "%s\n", m.where) < 0 || fclose(f))
		return 2;
	while (fgets(line, sizeof(line), stdin)) {
		printf("%s\n", obey(&m, line));
		fflush(stdout);
	}
	_exit(0);
}
