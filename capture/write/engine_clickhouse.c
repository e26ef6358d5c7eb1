// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * ClickHouse over HTTP, by libcurl: each batch is the body of an INSERT ... FORMAT JSONEachRow. A
 * batch that is sent again is the same bytes, by which a table that looks for that knows it. It
 * takes all of them or none: of what it refuses for the records in it, those are found by halves
 * (halves.h). https://clickhouse.com/docs/interfaces/http
 */
#define CURL_DISABLE_TYPECHECK	/* its calls are not macros here */
#include <curl/curl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/library.h"
#include "capture/base/util.h"
#include "capture/write/engine.h"
#include "capture/write/engine_config.h"
#include "capture/write/engine_where.h"
#include "capture/write/halves.h"

enum {
	CONNECT_SEC	= 10,
	SILENCE_SEC	= 30,	/* without a byte, after which it is given up */
	ANSWER_MAX	= 300,	/* bytes of what it says that are looked at */
	HTTP_OK		= 200,
	HTTP_BAD_REQUEST = 400,
	HTTP_TOO_LARGE	= 413,
};

/* What is called of the library, which is loaded. */
#define CALLS(call) \
	call(easy_init) call(easy_setopt) call(easy_getinfo) call(easy_cleanup) call(easy_strerror) \
	call(multi_init) call(multi_add_handle) call(multi_remove_handle) call(multi_perform) call(multi_poll) \
	call(multi_info_read) call(multi_cleanup) call(slist_append) call(slist_free_all)

struct calls {
#define CALL(name)	__typeof__(curl_##name) *name;
	CALLS(CALL)
#undef CALL
};

struct engine_clickhouse {
	struct engine engine;
	struct calls curl;
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	char error[CURL_ERROR_SIZE];
	struct halves halves;		/* of the batch */
	bool pending;			/* one of them is */
	char why_refused[ENGINE_SAID_MAX];	/* "": nothing of the batch was */
	size_t n_answer;
	char answer[ANSWER_MAX + 1];
};

static struct engine_clickhouse *of(struct engine *e)
{
	return (struct engine_clickhouse *)e;
}

/* ---- a batch ---- */

static size_t take_answer(char *bytes, size_t one, size_t n, void *engine)
{
	struct engine_clickhouse *c = engine;
	const size_t taken = min_of(one * n, (size_t)ANSWER_MAX - c->n_answer);

	memcpy(c->answer + c->n_answer, bytes, taken);
	c->n_answer += taken;
	return one * n;
}

static void send_next(struct engine_clickhouse *c)
{
	const struct batch *b = halves_next(&c->halves);

	c->n_answer = 0;
	c->error[0] = '\0';
	c->curl.easy_setopt(c->easy, CURLOPT_POSTFIELDS, b->len ? b->lines : "");
	c->curl.easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)b->len);
	c->pending = !c->curl.multi_add_handle(c->multi, c->easy);
}

static void send_batch(struct engine *e, const struct batch *b)
{
	struct engine_clickhouse *c = of(e);

	c->why_refused[0] = '\0';
	halves_begin(&c->halves, b);
	send_next(c);
}

static enum outcome transfer_failed(struct engine_clickhouse *c, CURLcode result,
				    char said[static ENGINE_SAID_MAX])
{
	snprintf(said, ENGINE_SAID_MAX, "%s", *c->error ? c->error : c->curl.easy_strerror(result));
	return ENGINE_RETRY;
}

/*
 * The records themselves are what it does not like: src/Common/ErrorCodes.cpp of ClickHouse.
 * Whatever else it says, a table that is not there or a disk that is full, may be mended while they
 * wait.
 */
static bool is_about_records(long status, const char *answer)
{
	static const unsigned codes[] = {
		6,	/* CANNOT_PARSE_TEXT */
		26,	/* CANNOT_PARSE_QUOTED_STRING */
		27,	/* CANNOT_PARSE_INPUT_ASSERTION_FAILED */
		38,	/* CANNOT_PARSE_DATE */
		41,	/* CANNOT_PARSE_DATETIME */
		53,	/* TYPE_MISMATCH */
		69,	/* ARGUMENT_OUT_OF_BOUND */
		70,	/* CANNOT_CONVERT_TYPE */
		72,	/* CANNOT_PARSE_NUMBER */
		117,	/* INCORRECT_DATA */
		130,	/* CANNOT_READ_ARRAY_FROM_TEXT */
		131,	/* TOO_LARGE_STRING_SIZE */
		321,	/* VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE */
		349,	/* CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN */
		376,	/* CANNOT_PARSE_UUID */
		407,	/* DECIMAL_OVERFLOW */
		441,	/* CANNOT_PARSE_DOMAIN_VALUE_FROM_STRING */
		467,	/* CANNOT_PARSE_BOOL */
		469,	/* VIOLATED_CONSTRAINT */
		675,	/* CANNOT_PARSE_IPV4 */
		676,	/* CANNOT_PARSE_IPV6 */
		691,	/* UNKNOWN_ELEMENT_OF_ENUM */
	};
	unsigned code = 0;

	if (status == HTTP_TOO_LARGE)
		return true;
	sscanf(answer, "Code: %u", &code);
	for (size_t i = 0; i < array_size(codes); i++)
		if (codes[i] == code)
			return true;
	return status == HTTP_BAD_REQUEST && !code;
}

/* What it says is a line: "Code: 60, e.displayText() = DB::Exception: ...". */
static enum outcome outcome_of(struct engine_clickhouse *c, char said[static ENGINE_SAID_MAX])
{
	long status = 0;

	c->curl.easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status == HTTP_OK)
		return ENGINE_DELIVERED;
	c->answer[c->n_answer] = '\0';
	c->answer[strcspn(c->answer, "\r\n")] = '\0';
	snprintf(said, ENGINE_SAID_MAX, "HTTP %ld%s%s", status, *c->answer ? ": " : "", c->answer);
	/* the table, or the user: what is wrong at the beginning is wrong */
	return !halves_next(&c->halves)->n || is_about_records(status, c->answer) ? ENGINE_REFUSED
										  : ENGINE_RETRY;
}

/* Of all that was sent, or it goes on with what is next. */
static enum outcome settle(struct engine_clickhouse *c, enum outcome outcome, unsigned *refused,
			   char said[static ENGINE_SAID_MAX])
{
	if (outcome == ENGINE_RETRY)
		return outcome;
	if (outcome == ENGINE_REFUSED)
		strcpy(c->why_refused, said);
	halves_take(&c->halves, outcome == ENGINE_REFUSED);
	if (halves_next(&c->halves)) {
		send_next(c);
		said[0] = '\0';
		return ENGINE_PENDING;
	}
	*refused = c->halves.refused;
	strcpy(said, c->why_refused);
	return *said ? ENGINE_REFUSED : ENGINE_DELIVERED;
}

/* Of the transfer that has ended. */
static const CURLMsg *find_end(struct engine_clickhouse *c)
{
	CURLMsg *m;
	int n;

	do
		m = c->curl.multi_info_read(c->multi, &n);
	while (m && m->msg != CURLMSG_DONE);
	return m;
}

static enum outcome wait_for_outcome(struct engine *e, int fd, int ms, unsigned *refused,
				     char said[static ENGINE_SAID_MAX])
{
	struct engine_clickhouse *c = of(e);
	struct curl_waitfd other = { .fd = fd, .events = CURL_WAIT_POLLIN };
	const CURLMsg *m;
	CURLcode result;
	int running = 0;

	said[0] = '\0';
	if (!c->pending)
		return transfer_failed(c, CURLE_OUT_OF_MEMORY, said);
	c->curl.multi_perform(c->multi, &running);
	if (running) {
		c->curl.multi_poll(c->multi, &other, 1, ms < 0 ? INT_MAX : ms, NULL);
		c->curl.multi_perform(c->multi, &running);
	}
	m = find_end(c);
	if (!m)
		return ENGINE_PENDING;
	result = m->data.result;	/* which does not outlive the next call */
	c->curl.multi_remove_handle(c->multi, c->easy);
	c->pending = false;
	return settle(c, result ? transfer_failed(c, result, said) : outcome_of(c, said), refused,
		      said);
}

static struct engine *close_engine(struct engine *e)
{
	struct engine_clickhouse *c = of(e);

	if (c->pending)
		c->curl.multi_remove_handle(c->multi, c->easy);
	if (c->easy)
		c->curl.easy_cleanup(c->easy);
	if (c->multi)
		c->curl.multi_cleanup(c->multi);
	if (c->headers)
		c->curl.slist_free_all(c->headers);
	free(c);
	return NULL;
}

/* ---- the beginning ---- */

static bool find_calls(struct calls *c)
{
	const struct library_call wanted[] = {
#define CALL(name)	{ "curl_" #name, (void **)&c->name },
		CALLS(CALL)
#undef CALL
	};

	return library_functions(LIBRARY_CURL, wanted, array_size(wanted));
}

/* "ca": a file of certificates, in place of the system's. */
static bool take_key(void *engine, const char *key, const char *value,
		     char said[static ENGINE_SAID_MAX] is_unused)
{
	static const struct { const char *key; CURLoption option; } keys[] = {
		{ "user", CURLOPT_USERNAME }, { "password", CURLOPT_PASSWORD },
		{ "ca", CURLOPT_CAINFO },
	};
	struct engine_clickhouse *c = engine;

	for (size_t i = 0; i < array_size(keys); i++)
		if (!strcmp(key, keys[i].key))
			return !c->curl.easy_setopt(c->easy, keys[i].option, value);
	return false;
}

/* Fields that the table has no column for are left out there. */
static bool set_url(struct engine_clickhouse *c, const struct engine_table *t, bool encrypted)
{
	char url[ENGINE_HOST_MAX + 2 * ENGINE_NAME_MAX + 256];

	snprintf(url, sizeof(url),
		 "%s://%s:%s/?query=INSERT%%20INTO%%20%%60%s%%60.%%60%s%%60%%20FORMAT%%20JSONEachRow"
		 "&input_format_skip_unknown_fields=1",
		 encrypted ? "https" : "http", t->host, *t->port ? t->port : encrypted ? "8443" : "8123",
		 t->database, t->table);
	return !c->curl.easy_setopt(c->easy, CURLOPT_URL, url);
}

static bool set_up(struct engine_clickhouse *c)
{
	const struct { CURLoption option; long value; } numbers[] = {
		{ CURLOPT_NOSIGNAL, 1 }, { CURLOPT_POST, 1 },
		{ CURLOPT_CONNECTTIMEOUT, CONNECT_SEC },
		{ CURLOPT_LOW_SPEED_TIME, SILENCE_SEC }, { CURLOPT_LOW_SPEED_LIMIT, 1 },
		{ CURLOPT_HTTPAUTH, CURLAUTH_BASIC }, { CURLOPT_TCP_KEEPALIVE, 1 },
	};
	const struct { CURLoption option; void *value; } others[] = {
		{ CURLOPT_ERRORBUFFER, c->error }, { CURLOPT_WRITEDATA, c },
		{ CURLOPT_WRITEFUNCTION, take_answer },
		/* nobody asks whether it may send the body */
		{ CURLOPT_HTTPHEADER, c->headers = c->curl.slist_append(NULL, "Expect:") },
	};
	bool ok = true;

	for (size_t i = 0; i < array_size(numbers); i++)
		ok &= !c->curl.easy_setopt(c->easy, numbers[i].option, numbers[i].value);
	for (size_t i = 0; i < array_size(others); i++)
		ok &= !c->curl.easy_setopt(c->easy, others[i].option, others[i].value);
	return ok;
}

static void closep(struct engine_clickhouse **c)
{
	if (*c)
		close_engine(&(*c)->engine);
}

int engine_clickhouse_open(struct engine **e, const struct engine_settings *s,
			   char said[static ENGINE_SAID_MAX])
{
	static const struct engine_ops ops = { .send = send_batch, .wait = wait_for_outcome, .close = close_engine };
	cleanup(closep) struct engine_clickhouse *c = calloc(1, sizeof(*c));
	struct engine_table t;

	snprintf(said, ENGINE_SAID_MAX, "out of memory");
	if (!c)
		return -EINVAL;
	c->engine.ops = &ops;
	if (!find_calls(&c->curl)) {
		snprintf(said, ENGINE_SAID_MAX, "libcurl cannot be loaded: Debian has it in %s",
			 library_package(LIBRARY_CURL));
		return -EINVAL;
	}
	c->multi = c->curl.multi_init();
	c->easy = c->curl.easy_init();
	if (!c->multi || !c->easy || !set_up(c) || !engine_where_table(s->where, &t) ||
	    !set_url(c, &t, s->encrypted) || !engine_config_read(s->config, take_key, c, said))
		return -EINVAL;
	*e = &steal(&c)->engine;
	return 0;
}
