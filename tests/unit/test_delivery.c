// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Batches, and an engine that does with them what a script says: whatever happens, each record is
 * delivered, in the spool or refused, and is in the books as that.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/write/delivery.h"

#include "tests/unit/unit.h"

enum { LOG_MAX = 64 };

/*
 * What becomes of one batch after the other, the first of which is the question whether the engine
 * is there: 'd' delivered, 'r' another time, 'x' refused, '1' one of its records refused, 'p' it
 * stays pending. The last one is that of all that follow. Shared with the process.
 */
static struct played {
	_Atomic pid_t pid;
	char script[16];
	_Atomic unsigned asked;
	_Atomic unsigned n_taken;
	char taken[LOG_MAX][16];	/* what the engine has got, the beginnings */
	bool opens;
} *played;

static char dir[64];
static unsigned n_said;
static char last_said[ENGINE_SAID_MAX];

static int set_up(void **state is_unused)
{
	strcpy(dir, "/tmp/xdpdump-test.XXXXXX");
	played = mmap(NULL, sizeof(*played), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	memset(played, 0, sizeof(*played));
	played->opens = true;
	n_said = 0;
	return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state is_unused)
{
	char line[128];

	snprintf(line, sizeof(line), "rm -r %s", dir);
	munmap(played, sizeof(*played));
	return system(line) ? -1 : 0;
}

/* ---- the engine ---- */

static struct { struct engine engine; const struct batch *batch; char what; } fake;

static void send_batch(struct engine *e is_unused, const struct batch *b)
{
	const unsigned i = min_of(played->asked++, (unsigned)strlen(played->script) - 1);

	fake.batch = b;
	fake.what = played->script[i];
}

static enum outcome wait_for_outcome(struct engine *e is_unused, int fd, int ms, unsigned *refused,
				     char said[static ENGINE_SAID_MAX])
{
	const char what = fake.what;

	snprintf(said, ENGINE_SAID_MAX, "%s",
		 what == 'r'		      ? "away"
		 : what == 'x' || what == '1' ? "odd"
					      : "");
	if (what == 'p')
		wait_ready(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, ms);
	if ((what == 'd' || what == '1') && fake.batch->n)
		snprintf(played->taken[played->n_taken++ % LOG_MAX], sizeof(played->taken[0]),
			 "%.*s", (int)strcspn(fake.batch->lines, "\n"), fake.batch->lines);
	*refused = what == '1' ? 1 : fake.batch->n;
	return what == 'p'   ? ENGINE_PENDING
	       : what == 'd' ? ENGINE_DELIVERED
	       : what == 'r' ? ENGINE_RETRY
			     : ENGINE_REFUSED;
}

static int open_fake(struct engine **e, const struct engine_settings *s is_unused,
		     char said[static ENGINE_SAID_MAX])
{
	static const struct engine_ops ops = { .send = send_batch, .wait = wait_for_outcome };

	played->pid = getpid();
	fake.engine.ops = &ops;
	*e = &fake.engine;
	snprintf(said, ENGINE_SAID_MAX, "no such engine");
	return played->opens ? 0 : -EINVAL;
}

/* ---- our side ---- */

static int open_as(struct delivery **d, const char *script, bool spool, uint64_t end_ns,
		   char said[ENGINE_SAID_MAX])
{
	struct delivery_settings s = {
		.word = "fake:", .open = open_fake, .spool = spool ? dir : NULL, .spool_limit = 1 << 20,
		.end_ns = end_ns, .capture = "c",
	};

	snprintf(played->script, sizeof(played->script), "%s", script);
	played->asked = 0;
	return delivery_open(d, &s, -1, said);
}

static struct delivery *opened(const char *script, bool spool, uint64_t end_ns)
{
	char said[ENGINE_SAID_MAX] = "";
	struct delivery *d = NULL;

	assert_int_equal(open_as(&d, script, spool, end_ns, said), 0);
	assert_string_equal(said, *script == 'r' ? said : "");
	return d;
}

static void listen_to(void *ctx is_unused, const char *sentence, bool is_failure is_unused)
{
	n_said++;
	snprintf(last_said, sizeof(last_said), "%s", sentence);
}

static int look(struct delivery *d)
{
	return delivery_look(d, listen_to, NULL);
}

static bool try_send(struct delivery *d, uint64_t first, unsigned n)
{
	char *batch = delivery_batch(d);
	size_t len = 0;

	if (!batch)
		return false;
	for (unsigned i = 0; i < n; i++)
		len += sprintf(batch + len, "%u\n", (unsigned)first + i);
	assert_int_equal(delivery_send(d, batch, len, n, first), 0);
	return true;
}

static void send_one(struct delivery *d, uint64_t first, unsigned n)
{
	while (!try_send(d, first, n)) {
		assert_int_equal(delivery_wait(d, -1, -1), 0);
		assert_int_equal(look(d), 0);
	}
}

static void want_taken(const char *list)
{
	char all[LOG_MAX * 17] = "";

	for (unsigned i = 0; i < played->n_taken; i++)
		sprintf(all + strlen(all), "%s%s", i ? " " : "", played->taken[i]);
	assert_string_equal(all, list);
}

static void want(const struct delivery *d, uint64_t delivered, uint64_t spooled, uint64_t refused,
		 uint64_t former)
{
	const struct delivery_counts c = delivery_counts(d);

	assert_int_equal(c.delivered, delivered);
	assert_int_equal(c.spooled, spooled);
	assert_int_equal(c.refused, refused);
	assert_int_equal(c.former, former);
}

static void wait_for_end(struct delivery *d)
{
	while (!delivery_has_ended(d)) {
		assert_int_equal(delivery_wait(d, -1, -1), 0);
		assert_int_equal(look(d), 0);
	}
}

static void end(struct delivery *d)
{
	delivery_end(d);
	wait_for_end(d);
}

/* ---- all goes well ---- */

static void batches_are_delivered_in_their_order(void **state is_unused)
{
	struct delivery *d = opened("d", false, 0);

	for (unsigned i = 0; i < 40; i++)
		send_one(d, 10 * i + 1, 10);
	end(d);
	want(d, 400, 0, 0, 0);
	assert_int_equal(played->n_taken, 40);
	assert_string_equal(played->taken[39], "391");
	assert_int_equal(n_said, 0);
	delivery_close(d);
}

static void an_empty_batch_is_given_back(void **state is_unused)
{
	struct delivery *d = opened("d", false, 0);

	for (unsigned i = 0; i < 3 * DELIVERY_BATCHES; i++) {
		char *batch = delivery_batch(d);

		assert_non_null(batch);
		assert_int_equal(delivery_send(d, batch, 0, 0, 1), 0);
	}
	end(d);
	want(d, 0, 0, 0, 0);
	delivery_close(d);
}

/* ---- the beginning ---- */

static void an_engine_that_is_not_there_is_told_of(void **state is_unused)
{
	static const struct { const char *script; bool opens; const char *said; } cases[] = {
		{ "r", true, "away" }, { "x", true, "odd" }, { "d", false, "no such engine" },
	};

	for (size_t i = 0; i < array_size(cases); i++) {
		char said[ENGINE_SAID_MAX] = "";
		struct delivery *d = NULL;

		played->opens = cases[i].opens;
		assert_int_equal(open_as(&d, cases[i].script, false, 0, said), -EINVAL);
		assert_string_equal(said, cases[i].said);
		assert_null(d);
	}
}

static void a_spool_does_in_its_place_but_not_for_one_that_refuses(void **state is_unused)
{
	char said[ENGINE_SAID_MAX] = "";
	struct delivery *d = NULL;

	assert_int_equal(open_as(&d, "x", true, 0, said), -EINVAL);
	assert_string_equal(said, "odd");
	assert_int_equal(open_as(&d, "r", true, 0, said), 0);
	assert_non_null(strstr(said, "cannot deliver: away: tried again, and meanwhile to "));
	send_one(d, 1, 3);
	end(d);
	want(d, 0, 3, 0, 0);
	delivery_close(d);
}

static void a_spool_that_cannot_be_had_is_told_of(void **state is_unused)
{
	char said[ENGINE_SAID_MAX] = "";
	struct delivery *d = opened("d", true, 0), *other = NULL;

	assert_int_equal(open_as(&other, "d", true, 0, said), -EINVAL);
	assert_non_null(strstr(said, "another xdpdump has it"));
	end(d);
	delivery_close(d);
	strcat(dir, "/nowhere");
	assert_int_equal(open_as(&other, "d", true, 0, said), -EINVAL);
	assert_non_null(strstr(said, "No such file or directory"));
	*strrchr(dir, '/') = '\0';
}

static void an_interrupt_ends_the_waiting(void **state is_unused)
{
	const struct delivery_settings s = { .word = "fake:", .open = open_fake, .capture = "c" };
	char said[ENGINE_SAID_MAX];
	struct delivery *d = NULL;
	int fds[2];

	strcpy(played->script, "p");
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(delivery_open(&d, &s, fds[0], said), -EINTR);
	assert_null(d);
	close(fds[0]);
	close(fds[1]);
}

/* ---- the engine has gone for a while ---- */

static void what_fails_is_tried_again(void **state is_unused)
{
	struct delivery *d = opened("drd", false, 0);

	send_one(d, 1, 2);
	send_one(d, 3, 2);
	end(d);
	want(d, 4, 0, 0, 0);
	want_taken("1 3");
	assert_int_equal(n_said, 2);
	assert_string_equal(last_said, "delivers again");
	delivery_close(d);
}

static void what_waits_meanwhile_goes_through_the_spool(void **state is_unused)
{
	struct delivery *d = opened("dr", true, 0);

	for (unsigned i = 0; i < 3; i++)
		send_one(d, 2 * i + 1, 2);
	while (delivery_counts(d).spooled < 6) {
		assert_int_equal(delivery_wait(d, -1, -1), 0);
		assert_int_equal(look(d), 0);
	}
	want(d, 0, 6, 0, 0);
	strcpy(played->script, "d");
	while (delivery_counts(d).delivered < 6)
		wait_us(1000);
	send_one(d, 7, 2);
	end(d);
	want(d, 8, 0, 0, 0);
	want_taken("1 3 5 7");
	delivery_close(d);
}

/* Also behind the time at which something would be tried again. */
static void who_has_nothing_to_deliver_sleeps(void **state is_unused)
{
	struct delivery *d = opened("r", true, 0);
	struct timespec used;
	clockid_t clock;

	assert_int_equal(clock_getcpuclockid(played->pid, &clock), 0);
	wait_us(1300 * 1000);
	assert_int_equal(clock_gettime(clock, &used), 0);
	assert_true(used.tv_sec == 0 && used.tv_nsec < 100 * 1000 * 1000);
	end(d);
	delivery_close(d);
}

/* Which is long before the next try would have been due. */
static void at_the_end_it_is_asked_once_more(void **state is_unused)
{
	struct delivery *d = opened("dr", true, 0);

	send_one(d, 1, 2);
	while (delivery_counts(d).spooled < 2) {
		assert_int_equal(delivery_wait(d, -1, -1), 0);
		assert_int_equal(look(d), 0);
	}
	strcpy(played->script, "d");
	end(d);
	want(d, 2, 0, 0, 0);
	delivery_close(d);
}

static void what_is_left_is_delivered_by_the_next_run(void **state is_unused)
{
	struct delivery *d = opened("r", true, 0);

	send_one(d, 1, 2);
	send_one(d, 3, 2);
	end(d);
	want(d, 0, 4, 0, 0);
	delivery_close(d);
	d = opened("d", true, 0);
	send_one(d, 1, 5);
	end(d);
	want(d, 5, 0, 0, 4);
	want_taken("1 3 1");
	delivery_close(d);
}

static void one_that_cannot_be_read_is_passed_over(void **state is_unused)
{
	struct delivery *d = opened("r", true, 0);
	char line[256];

	for (unsigned i = 0; i < 3; i++)
		send_one(d, 2 * i + 1, 2);
	end(d);
	delivery_close(d);
	snprintf(line, sizeof(line), ": >%s/fake_/c-00000000000000000001-2.ndjson", dir);
	assert_int_equal(system(line), 0);
	d = opened("d", true, 0);
	end(d);
	want(d, 0, 0, 0, 4);
	want_taken("3 5");
	assert_int_equal(n_said, 1);
	assert_non_null(strstr(last_said, "is left there: No data available"));
	delivery_close(d);
}

static void a_spool_that_is_full_is_told_of_and_the_rest_refused(void **state is_unused)
{
	struct delivery *d;
	const unsigned n = 5000;	/* of 4 bytes and more each: a few batches */

	d = opened("r", true, 0);
	for (unsigned i = 0; i < DELIVERY_BATCHES; i++)
		send_one(d, i * n + 100000, n * 4);
	end(d);
	assert_true(delivery_counts(d).spooled > 0);
	assert_true(delivery_counts(d).refused > 0);
	assert_int_equal(delivery_counts(d).spooled + delivery_counts(d).refused,
			 DELIVERY_BATCHES * n * 4);
	assert_non_null(strstr(last_said, "it is full"));
	assert_int_equal(n_said, 1);
	delivery_close(d);
}

/* ---- it is too slow ---- */

static void memory_is_bounded(void **state is_unused)
{
	struct delivery *d = opened("dp", false, 1);
	unsigned sent = 0;

	while (try_send(d, sent + 1, 1))
		sent++;
	assert_int_equal(sent, DELIVERY_BATCHES);
	end(d);		/* in a nanosecond */
	want(d, 0, 0, DELIVERY_BATCHES, 0);
	delivery_close(d);
}

static void what_does_not_fit_goes_to_the_spool(void **state is_unused)
{
	struct delivery *d = opened("dp", true, 1);

	for (unsigned i = 0; i < 3 * DELIVERY_BATCHES; i++)
		send_one(d, i + 1, 1);
	end(d);
	want(d, 0, 3 * DELIVERY_BATCHES, 0, 0);
	delivery_close(d);
}

static void who_is_in_a_hurry_waits_for_nothing(void **state is_unused)
{
	struct delivery *d = opened("dp", false, 0);

	send_one(d, 1, 7);
	delivery_end(d);
	delivery_hurry(d);
	wait_for_end(d);
	want(d, 0, 0, 7, 0);
	delivery_close(d);
}

/* ---- it refuses ---- */

static void what_is_refused_is_counted_and_told_of_once(void **state is_unused)
{
	struct delivery *d = opened("dx1xd", false, 0);

	for (unsigned i = 0; i < 4; i++)
		send_one(d, 10 * i + 1, 10);
	end(d);
	want(d, 19, 0, 21, 0);
	want_taken("11 31");
	assert_int_equal(n_said, 1);
	assert_string_equal(last_said, "refuses 10 records, and perhaps more: odd");
	delivery_close(d);
}

static void what_is_refused_leaves_the_spool(void **state is_unused)
{
	struct delivery *d = opened("r", true, 0);

	send_one(d, 1, 4);
	end(d);
	delivery_close(d);
	d = opened("d1d", true, 0);
	end(d);
	want(d, 0, 0, 0, 3);
	delivery_close(d);
	d = opened("d", true, 0);
	end(d);
	want(d, 0, 0, 0, 0);
	delivery_close(d);
}

/* ---- somebody has gone ---- */

static void a_process_that_was_killed_is_missed(void **state is_unused)
{
	struct delivery *d = opened("dp", false, 0);
	int err;

	send_one(d, 1, 1);
	assert_int_equal(kill(played->pid, SIGKILL), 0);
	while (!(err = look(d)))
		assert_int_equal(delivery_wait(d, -1, -1), 0);
	assert_int_equal(err, -ECHILD);
	delivery_close(d);
}

/* As if we were killed: the process brings to the spool what it was given, and ends. */
static void what_was_handed_over_is_kept_when_we_are_killed(void **state is_unused)
{
	struct delivery *d = opened("dr", true, 0);
	const pid_t pid = played->pid;

	send_one(d, 1, 3);
	delivery_close(d);
	waitpid(pid, NULL, 0);
	d = opened("d", true, 0);
	end(d);
	want(d, 0, 0, 0, 3);
	delivery_close(d);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(batches_are_delivered_in_their_order),
		TEST(an_empty_batch_is_given_back),
		TEST(an_engine_that_is_not_there_is_told_of),
		TEST(a_spool_does_in_its_place_but_not_for_one_that_refuses),
		TEST(a_spool_that_cannot_be_had_is_told_of),
		TEST(an_interrupt_ends_the_waiting),
		TEST(what_fails_is_tried_again),
		TEST(what_waits_meanwhile_goes_through_the_spool),
		TEST(who_has_nothing_to_deliver_sleeps),
		TEST(at_the_end_it_is_asked_once_more),
		TEST(what_is_left_is_delivered_by_the_next_run),
		TEST(one_that_cannot_be_read_is_passed_over),
		TEST(a_spool_that_is_full_is_told_of_and_the_rest_refused),
		TEST(memory_is_bounded),
		TEST(what_does_not_fit_goes_to_the_spool),
		TEST(who_is_in_a_hurry_waits_for_nothing),
		TEST(what_is_refused_is_counted_and_told_of_once),
		TEST(what_is_refused_leaves_the_spool),
		TEST(a_process_that_was_killed_is_missed),
		TEST(what_was_handed_over_is_kept_when_we_are_killed),
	};

	return unit_run("delivery", tests, array_size(tests));
}
