// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Finished files: commands, names, limits, and what goes wrong with them, in a temporary directory.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "capture/write/out.h"
#include "capture/write/postrotate.h"
#include "capture/write/retention.h"
#include "tests/unit/unit.h"

static char dir[] = "/tmp/retention-XXXXXX";
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char said[65536];	/* every sentence, a line each */

/* ---- helpers ---- */

static void note(void *ctx, const char *sentence)
{
	size_t len;

	(void)ctx;
	pthread_mutex_lock(&lock);
	len = strlen(said);
	snprintf(said + len, sizeof(said) - len, "%s\n", sentence);
	unit_patiently(said);
	pthread_mutex_unlock(&lock);
}

static const struct say to = { note, NULL };

/* The thread may be about to say more. */
static const char *all_said(void)
{
	static char copy[sizeof(said)];

	pthread_mutex_lock(&lock);
	memcpy(copy, said, sizeof(copy));
	pthread_mutex_unlock(&lock);
	return copy;
}

static void forget_said(void)
{
	pthread_mutex_lock(&lock);
	said[0] = '\0';
	pthread_mutex_unlock(&lock);
}

static bool was_said(const char *what)
{
	bool yes;

	pthread_mutex_lock(&lock);
	yes = strstr(said, what) != NULL;
	pthread_mutex_unlock(&lock);
	return yes;
}

static const char *in_dir(const char *name)
{
	static char paths[64][256];
	static unsigned next;
	char *path = paths[next++ % 64];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

static void put(const char *name, const char *content, mode_t mode)
{
	FILE *f = fopen(in_dir(name), "w");

	assert_non_null(f);
	fputs(content, f);
	fclose(f);
	chmod(in_dir(name), mode);
}

static const char *content(const char *name)
{
	static char buf[8192];
	FILE *f = fopen(in_dir(name), "r");
	size_t n = f ? fread(buf, 1, sizeof(buf) - 1, f) : 0;

	if (f)
		fclose(f);
	buf[n] = '\0';
	return buf;
}

static bool exists(const char *name)
{
	return !access(in_dir(name), F_OK);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * UINT64_C(1000) + t.tv_nsec / 1000000;
}

/* Looks every 10 ms, for a minute. */
#define eventually(condition)						\
	do {								\
		bool yes_ = (condition);				\
									\
		for (int i_ = 0; !yes_ && i_ < 6000; i_++) {		\
			usleep(10 * 1000);				\
			yes_ = (condition);				\
		}							\
		assert_true(yes_);					\
	} while (0)

static struct retention *open_retention(const struct retention_options *o)
{
	struct retention *r;

	assert_int_equal(retention_open(&r, o, &to, -1), 0);
	assert_int_equal(retention_start(r), 0);
	return r;
}

static struct out *begin_at(struct retention *r, const char *path)
{
	struct out *out;

	assert_int_equal(out_open(&out, path, -1), 0);
	assert_int_equal(retention_current(r, out, path), 0);
	return out;
}

static struct out *begin_file(struct retention *r, const char *name, size_t n)
{
	struct out *out = begin_at(r, in_dir(name));
	char *bytes = calloc(1, n + 1);

	assert_int_equal(out_begin(out), 0);
	assert_int_equal(out_write(out, bytes, n), 0);
	free(bytes);
	return out;
}

static void file(struct retention *r, const char *name, size_t n)
{
	retention_file(r, begin_file(r, name, n));
}

static int setup(void **state)
{
	(void)state;
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	forget_said();
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	char line[64];

	(void)state;
	snprintf(line, sizeof(line), "rm -r %s", dir);
	return system(line);
}

/* ---- commands ---- */

static void the_command_gets_each_file_in_order_the_last_one_included(void **state)
{
	struct retention_options o = { .command = in_dir("record") };
	struct retention *r;
	char name[32], wanted[512] = "";

	(void)state;
	put("record", "#!/bin/sh\nIFS= read -r x; echo \"$# ${1##*/} $x\" >>\"${0%/*}/log\"\n", 0755);
	r = open_retention(&o);
	for (int i = 0; i < 9; i++) {
		snprintf(name, sizeof(name), "a file %d", i);
		snprintf(wanted + strlen(wanted), sizeof(wanted) - strlen(wanted), "1 %s \n", name);
		file(r, name, 10);
	}
	assert_int_equal(retention_finish(r, -1), 0);
	assert_string_equal(content("log"), wanted);
	assert_string_equal(all_said(), "");
	retention_close(r);
}

static void
a_command_has_no_signal_of_ours_blocked_or_ignored_no_descriptor_and_the_lowest_priority(
	void **state)
{
	struct retention_options o = { .command = in_dir("look") };
	struct retention *r;
	unsigned long blocked, ignored;
	char input[32], leader[32];
	unsigned lines;
	const char *log;
	int nice, leak = open("/dev/null", O_RDONLY);

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	put("look", "#!/bin/sh\nexec >\"${0%/*}/log\"\nsleep 0.2\ngrep -E '^Sig(Blk|Ign)' /proc/self/status\n"
		    "ls -l /proc/self/fd | wc -l\nps -o ni= -p $$\nreadlink /proc/$$/fd/0\n"
		    "[ $(ps -o pgid= -p $$) = $$ ] && echo leader\n", 0755);
	r = open_retention(&o);
	file(r, "f", 10);
	assert_int_equal(retention_finish(r, -1), 0);
	retention_close(r);
	close(leak);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	log = content("log");
	assert_int_equal(sscanf(log, "SigBlk: %lx SigIgn: %lx %u %d %31s %31s", &blocked, &ignored,
				&lines, &nice, input, leader),
			 6);
	assert_int_equal(blocked, 0);
	/* the real-time signals above are the C library's own */
	assert_int_equal(ignored & 0x7fffffff, 0);
	assert_int_equal(lines, 5);	/* a total, three, and that of ls */
	assert_int_equal(nice, 19);
	assert_string_equal(input, "/dev/null");
	assert_string_equal(leader, "leader");
}

static void what_a_command_prints_does_not_get_into_our_stdout(void **state)
{
	struct retention_options o = { .command = in_dir("talk") };
	int out = dup(1), err = dup(2), fds[2];
	struct retention *r;

	(void)state;
	put("talk", "#!/bin/sh\necho words\n", 0755);
	fds[0] = open(in_dir("stdout"), O_CREAT | O_WRONLY, 0600);
	fds[1] = open(in_dir("stderr"), O_CREAT | O_WRONLY, 0600);
	fflush(stdout);
	dup2(fds[0], 1);
	dup2(fds[1], 2);
	r = open_retention(&o);
	file(r, "f", 10);
	retention_finish(r, -1);
	retention_close(r);
	dup2(out, 1);
	dup2(err, 2);
	close(out);
	close(err);
	close(fds[0]);
	close(fds[1]);
	assert_string_equal(content("stdout"), "");
	assert_string_equal(content("stderr"), "words\n");
}

static const struct failing { const char *name, *script, *wanted; } failing[] = {
	{ "a command that fails is named with its status", "#!/bin/sh\nexit 3\n",
	  "/f: %s ended with status 3\n" },
	{ "a command that dies is named with the signal", "#!/bin/sh\nkill -9 $$\n",
	  "/f: %s was killed by signal 9 (Killed)\n" },
	{ "a script without #! is not a program", "exit 0\n",
	  "/f: cannot start %s: Exec format error (a script has to begin with #!)\n" },
	{ "a missing interpreter is no reason to stop", "#!/missing/sh\n",
	  "/f: cannot start %s: No such file or directory\n" },
};

static void a_failure_is_reported_and_nothing_more(void **state)
{
	const struct failing *c = *state;
	char dir_now[sizeof(dir)], sentence[512], wanted[1024];
	struct retention_options o = { .command = in_dir("cmd") };
	struct retention *r;

	setup(NULL);
	o.command = in_dir("cmd");
	strcpy(dir_now, dir);
	put("cmd", c->script, 0755);
	r = open_retention(&o);
	file(r, "f", 10);
	assert_int_equal(retention_finish(r, -1), 0);
	retention_close(r);
	snprintf(sentence, sizeof(sentence), c->wanted, o.command);
	snprintf(wanted, sizeof(wanted), "%s%s", dir_now, sentence);
	assert_string_equal(all_said(), wanted);
	assert_true(exists("f"));
	teardown(NULL);
}

/*
 * How many ms it takes until a command that ignores SIGTERM is killed, with @ms to end by
 * itself.
 */
static uint64_t killed_after(uint64_t ms)
{
	struct retention_options o = { .command = in_dir("hang"), .command_ns = ms * 1000000 };
	uint64_t since = now_ms();
	struct retention *r = open_retention(&o);

	file(r, "f", 10);
	assert_int_equal(retention_finish(r, -1), 0);
	assert_true(was_said("was killed: it took too long"));
	retention_close(r);
	return now_ms() - since;
}

/* On a busy machine it may be told to end before it can ignore that. */
static void a_command_that_hangs_is_killed_when_its_time_is_up(void **state)
{
	uint64_t ms = 200, took;

	(void)state;
	put("hang", "#!/bin/sh\ntrap '' TERM\n: >\"$1.ignores\"\nwhile :; do sleep 1000; done\n",
	    0755);
	for (took = killed_after(ms); !exists("f.ignores"); took = killed_after(ms))
		ms *= 2;
	assert_true(took >= ms + 400);	/* and half a second for SIGTERM */
}

static void the_command_never_gets_another_file_of_the_same_name(void **state)
{
	struct retention_options o = { .command = in_dir("record") };
	struct retention *r;
	struct out *out, *next;

	(void)state;
	put("record", "#!/bin/sh\nstat -c %s \"$1\" >>\"${0%/*}/log\"\n", 0755);
	r = open_retention(&o);
	out = begin_file(r, "f", 10);
	unlink(in_dir("f"));
	assert_int_equal(out_open(&next, in_dir("f"), -1), 0);
	retention_file(r, out);
	eventually(was_said("is left out: the file is not there any more"));
	assert_string_equal(content("log"), "");
	assert_int_equal(retention_current(r, next, in_dir("f")), 0);
	assert_int_equal(out_write(next, "123", 3), 0);
	retention_file(r, next);
	assert_int_equal(retention_finish(r, -1), 0);
	assert_string_equal(content("log"), "3\n");
	retention_close(r);
}

static void files_are_given_without_waiting_and_at_most_64_wait(void **state)
{
	struct retention_options o = { .command = in_dir("slow") };
	struct retention *r;
	char name[16];
	int lines = 0;

	(void)state;
	put("slow", "#!/bin/sh\ncd \"${0%/*}\"\n: >>begun\nwhile ! [ -e go ]; do sleep 0.05; done\necho $1 >>log\n",
	    0755);
	r = open_retention(&o);
	for (int i = 0; i < 70; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		file(r, name, 10);
		eventually(exists("begun"));
	}
	put("go", "", 0644);
	assert_int_equal(retention_finish(r, -1), 0);
	for (const char *s = content("log"); *s; s++)
		lines += *s == '\n';
	assert_int_equal(lines, 65);	/* one was running */
	assert_true(was_said("f65: "));
	assert_true(was_said("is left out: 64 files wait for it"));
	assert_true(was_said("was left out for 5 files"));
	retention_close(r);
}

/* That runs the commands; they tell of it in "log". */
static pid_t its_process(void)
{
	int pid = 0;

	eventually(sscanf(content("log"), "%d\n", &pid) == 1);
	return pid;
}

/* Z where there is none. */
static char state_of(pid_t pid)
{
	char path[64], state = 'Z';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (f && fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = 'Z';
	if (f)
		fclose(f);
	return state;
}

static void what_runs_commands_is_a_process_that_ends_with_us(void **state)
{
	struct retention_options o = { .command = in_dir("record") };
	struct retention *r;
	pid_t pid;

	(void)state;
	put("record", "#!/bin/sh\necho $PPID >\"${0%/*}/log\"\n", 0755);
	r = open_retention(&o);
	file(r, "f", 10);
	pid = its_process();
	assert_int_not_equal(pid, getpid());
	assert_int_not_equal(state_of(pid), 'Z');
	assert_int_equal(retention_finish(r, -1), 0);
	retention_close(r);
	eventually(state_of(pid) == 'Z');
}

static void without_that_process_files_go_on(void **state)
{
	struct retention_options o = { .command = in_dir("hang") };
	struct retention *r;
	pid_t pid;

	(void)state;
	put("hang", "#!/bin/sh\ncd \"${0%/*}\"\necho $PPID >log\n"
		    "for i in $(seq 600); do [ -e go ] || sleep 0.1; done\n: >gone\n", 0755);
	r = open_retention(&o);
	file(r, "f", 10);
	pid = its_process();
	eventually(state_of(pid) == 'S');	/* it has told that the command runs */
	assert_int_equal(kill(pid, SIGKILL), 0);
	file(r, "g", 10);
	assert_int_equal(retention_finish(r, -1), 0);
	put("go", "", 0644);
	eventually(exists("gone"));
	assert_true(was_said("/f: "));
	assert_true(was_said("hang was lost sight of: the process that runs it was killed"));
	assert_true(was_said("/g: cannot start "));
	retention_close(r);
}

static int n_threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	int n = -2;	/* . and .. */

	assert_non_null(tasks);
	while (readdir(tasks))
		n++;
	closedir(tasks);
	return n;
}

/* Rights are given up before: what comes until then waits. */
static void there_is_no_thread_before_the_start(void **state)
{
	struct retention_options o = { .print_name = in_dir("names") };
	int before = n_threads();
	struct retention *r;

	(void)state;
	assert_int_equal(retention_open(&r, &o, &to, -1), 0);
	file(r, "f", 10);
	assert_int_equal(n_threads(), before);
	assert_string_equal(content("names"), "");
	assert_int_equal(retention_start(r), 0);
	assert_int_equal(n_threads(), before + 1);
	assert_int_equal(retention_finish(r, -1), 0);
	assert_true(*content("names"));
	retention_close(r);
}

static void the_patient_wait_for_disk_and_command(void **state)
{
	struct retention_options o = {
		.command = "true", .patient = true, .max_disk = 100, .print_name = in_dir("names")
	};
	struct retention *r = open_retention(&o);
	struct out *out = NULL;
	char name[16];
	int lines = 0;

	(void)state;
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		if (out)
			retention_file(r, out);
		assert_true(retention_ready(r));
		out = begin_file(r, name, 30);
		assert_int_equal(retention_room(r, 30), RETENTION_ROOM);
		snprintf(name, sizeof(name), "f%d", i - 40);
		if (i >= 40)	/* what is over the limit waits to be closed or deleted */
			eventually(!exists(name));
	}
	retention_file(r, out);
	assert_int_equal(retention_finish(r, -1), 0);
	for (const char *s = content("names"); *s; s++)
		lines += *s == '\n';
	assert_int_equal(lines, 200);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		assert_int_equal(exists(name), i >= 197);
	}
	assert_string_equal(all_said(), "");
	retention_close(r);
}

static void an_interrupt_ends_the_waiting_of_the_patient(void **state)
{
	struct retention_options o = { .command = in_dir("hang"), .patient = true };
	struct retention *r;
	int pipe_fds[2];

	(void)state;
	put("hang", "#!/bin/sh\nsleep 1000\n", 0755);
	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(retention_open(&r, &o, &to, pipe_fds[0]), 0);
	assert_int_equal(retention_start(r), 0);
	file(r, "a", 10);
	assert_int_equal(write(pipe_fds[1], "", 1), 1);
	assert_int_equal(retention_claim(r, in_dir("a")), -EBUSY);
	retention_close(r);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

static void an_interrupt_ends_the_waiting_for_a_command(void **state)
{
	struct retention_options o = { .command = in_dir("hang") };
	struct retention *r;
	int pipe_fds[2];

	(void)state;
	put("hang", "#!/bin/sh\necho $$ >\"${0%/*}/pid\"\nsleep 1000\n", 0755);
	assert_int_equal(pipe(pipe_fds), 0);
	r = open_retention(&o);
	file(r, "f1", 10);
	file(r, "f2", 10);
	eventually(*content("pid"));
	assert_int_equal(write(pipe_fds[1], "", 1), 1);
	assert_int_equal(retention_finish(r, pipe_fds[0]), -EINTR);
	eventually(was_said("was not run"));
	assert_true(was_said("f1: "));
	assert_true(was_said("was killed, as the end was forced"));
	assert_true(was_said("f2: "));
	assert_int_equal(kill(atoi(content("pid")), 0), -1);
	assert_int_equal(errno, ESRCH);
	retention_close(r);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

static void go_on(void *ctx, const char *sentence)
{
	if (!strstr(sentence, "/f: waiting for "))
		return;
	++*(unsigned *)ctx;
	put("go", "", 0644);
}

/* A command that ends when that was said. */
static void it_says_what_it_waits_for(void **state)
{
	struct retention_options o = { .command = in_dir("slow") };
	unsigned n = 0;
	struct retention *r;

	(void)state;
	put("slow", "#!/bin/sh\nfor i in $(seq 600); do [ -e \"${0%/*}/go\" ] || sleep 0.1; done\n",
	    0755);
	assert_int_equal(retention_open(&r, &o, &(struct say){ go_on, &n }, -1), 0);
	assert_int_equal(retention_start(r), 0);
	file(r, "f", 10);
	assert_int_equal(retention_finish(r, -1), 0);
	assert_int_equal(n, 1);
	retention_close(r);
}

static const struct finding {
	const char *name, *command;
	int err;
	const char *path;
} findings[] = {
	{ "a command is found in PATH", "sh", 0, "/bin/sh" },
	{ "with a slash it is a path", "/bin/true", 0, "/bin/true" },
	{ "a missing one is missing", "no-such-program", -ENOENT, NULL },
	{ "a missing path is missing", "/no/such", -ENOENT, NULL },
	{ "none is missing", "", -ENOENT, NULL },
	{ "words are a name", "sh -c true", -ENOENT, NULL },
	{ "a directory cannot be run", "/bin/", -EACCES, NULL },
	{ "a file that may not be run cannot", "/etc/passwd", -EACCES, NULL },
};

static void a_command_is_looked_up(void **state)
{
	const struct finding *c = *state;
	char path[256], *before = strdup(getenv("PATH"));

	setenv("PATH", "/no/such:/bin", 1);
	assert_int_equal(postrotate_find(c->command, path, sizeof(path)), c->err);
	if (c->path)
		assert_string_equal(path, c->path);
	setenv("PATH", before, 1);
	free(before);
}

static void a_missing_command_is_an_error_at_once(void **state)
{
	struct retention_options o = { .command = "no-such-program" };
	struct retention *r;

	(void)state;
	assert_int_equal(retention_open(&r, &o, &to, -1), -ENOENT);
}

/* ---- names, disk ---- */

static void names_are_printed_when_a_file_is_complete(void **state)
{
	struct retention_options o = { .print_name = in_dir("names"),
				       .sync = RETENTION_SYNC_NEVER };
	struct retention *r;
	struct out *current;
	char wanted[1024];

	(void)state;
	put("names", "old\n", 0644);
	r = open_retention(&o);
	file(r, "a", 10);
	current = begin_file(r, "b", 10);
	snprintf(wanted, sizeof(wanted), "%s\n", in_dir("a"));
	eventually(!strcmp(content("names"), wanted));
	retention_file(r, current);
	assert_int_equal(retention_finish(r, -1), 0);
	snprintf(wanted, sizeof(wanted), "%s\n%s\n", in_dir("a"), in_dir("b"));
	assert_string_equal(content("names"), wanted);
	retention_close(r);
}

/* A slice without packets in a format that has no head: a file like all others. */
static void an_empty_file_that_has_ended_stays_with_name_and_command(void **state)
{
	struct retention_options o = { .print_name = in_dir("names"),
				       .command = in_dir("note"),
				       .n_files = 2 };
	struct retention *r;

	(void)state;
	put("note", "#!/bin/sh\necho \"${1##*/}\" >>\"${0%/*}/notes\"\n", 0755);
	r = open_retention(&o);
	for (char name[] = "a"; *name <= 'c'; ++*name) {
		struct out *out = begin_file(r, name, 0);

		assert_int_equal(out_end(out), 0);
		retention_file(r, out);
	}
	assert_int_equal(retention_finish(r, -1), 0);
	assert_string_equal(content("notes"), "a\nb\nc\n");
	assert_non_null(strstr(content("names"), "/a\n"));
	assert_non_null(strstr(content("names"), "/c\n"));
	assert_false(exists("a"));	/* the oldest of three */
	assert_true(exists("b") && exists("c"));
	retention_close(r);
}

static void an_empty_file_of_ours_goes_without_name_and_command(void **state)
{
	struct retention_options o = { .print_name = in_dir("names"),
				       .command = in_dir("no"),
				       .n_files = 3 };
	struct retention *r;

	(void)state;
	put("no", "#!/bin/sh\nexit 1\n", 0755);
	r = open_retention(&o);
	file(r, "f", 0);
	assert_int_equal(retention_finish(r, -1), 0);
	assert_string_equal(content("names"), "");
	assert_string_equal(all_said(), "");
	assert_false(exists("f"));
	retention_close(r);
}

/* A file of procfs is a regular one that cannot be synced. */
static int sync_failure(enum retention_sync sync, bool wait)
{
	struct retention_options o = { .sync = sync, .sync_ns = 10 * 1000000 };
	struct retention *r = open_retention(&o);
	struct out *out = begin_at(r, "/proc/self/comm");
	int err;

	assert_int_equal(out_write(out, "test_retention", 14), 0);
	if (wait)
		eventually(was_said(
			"/proc/self/comm: cannot be brought to the disk: Invalid argument"));
	retention_file(r, out);
	err = retention_finish(r, -1);
	retention_close(r);
	return err;
}

static void a_failed_sync_is_said_once_and_returned(void **state)
{
	static const char wanted[] =
		"/proc/self/comm: cannot be brought to the disk: Invalid argument\n";

	(void)state;
	assert_int_equal(sync_failure(RETENTION_SYNC_CLOSE, false), -EINVAL);
	assert_string_equal(all_said(), wanted);
	forget_said();
	/* and not tried again */
	assert_int_equal(sync_failure(RETENTION_SYNC_EVERY, true), -EINVAL);
	assert_string_equal(all_said(), wanted);
	forget_said();
	assert_int_equal(sync_failure(RETENTION_SYNC_NEVER, false), 0);
	assert_string_equal(all_said(), "");
}

/* ---- limits ---- */

static void the_oldest_go_when_there_are_too_many(void **state)
{
	struct retention_options o = { .n_files = 3 };
	struct retention *r = open_retention(&o);
	struct out *current;
	char name[2] = "a";

	(void)state;
	put("0", "older than the run", 0644);
	for (; *name < 'g'; ++*name)
		file(r, name, 10);
	current = begin_file(r, "g", 10);
	eventually(!exists("d"));
	for (*name = 'a'; *name <= 'g'; ++*name)
		assert_int_equal(exists(name), *name > 'd');
	retention_file(r, current);
	assert_int_equal(retention_finish(r, -1), 0);
	assert_true(exists("e"));
	assert_true(exists("0"));
	assert_string_equal(all_said(), "");
	retention_close(r);
}

static void only_files_of_this_run_are_deleted(void **state)
{
	struct retention_options o = { .n_files = 1 };
	struct retention *r = open_retention(&o);
	struct out *current = begin_file(r, "a", 10);
	char wanted[512];

	(void)state;
	assert_int_equal(rename(in_dir("a"), in_dir("moved")), 0);
	put("a", "precious", 0644);
	retention_file(r, current);
	file(r, "b", 10);
	assert_int_equal(retention_finish(r, -1), 0);
	assert_string_equal(content("a"), "precious");
	assert_true(exists("moved"));
	assert_true(exists("b"));
	snprintf(wanted, sizeof(wanted),
		 "%s: another file has taken its place, and is left alone\n", in_dir("a"));
	assert_string_equal(all_said(), wanted);
	retention_close(r);
}

static void a_file_of_the_same_inode_and_name_is_another_one(void **state)
{
	struct retention_options o = { .n_files = 1 };
	struct retention *r = open_retention(&o);

	(void)state;
	file(r, "a", 10);
	for (int i = 0; i < 20; i++) {	/* inodes are used again soon, if at all */
		usleep(5000);
		unlink(in_dir("a"));
		put("a", "precious", 0644);
	}
	file(r, "b", 10);
	assert_int_equal(retention_finish(r, -1), 0);
	assert_string_equal(content("a"), "precious");
	retention_close(r);
}

static void files_are_deleted_where_they_are_when_their_directory_has_moved(void **state)
{
	struct retention_options o = { .n_files = 1 };
	struct retention *r = open_retention(&o);

	(void)state;
	assert_int_equal(mkdir(in_dir("d"), 0755), 0);
	file(r, "d/a", 10);
	assert_int_equal(rename(in_dir("d"), in_dir("e")), 0);
	assert_int_equal(mkdir(in_dir("d"), 0755), 0);
	put("d/a", "precious", 0644);
	file(r, "b", 10);
	assert_int_equal(retention_finish(r, -1), 0);
	assert_false(exists("e/a"));
	assert_string_equal(content("d/a"), "precious");
	retention_close(r);
}

static void a_file_is_not_deleted_before_its_command_has_ended(void **state)
{
	struct retention_options o = { .n_files = 1, .command = in_dir("slow") };
	struct retention *r;
	struct out *current;

	(void)state;
	put("slow", "#!/bin/sh\nwhile ! [ -e \"${0%/*}/go\" ]; do sleep 0.05; done\n[ -e \"$1\" ]\n", 0755);
	r = open_retention(&o);
	file(r, "a", 10);
	file(r, "b", 10);
	current = begin_file(r, "c", 10);
	eventually(was_said("there are more than 1 files: the oldest ones wait for "));
	assert_true(exists("a") && exists("b"));
	put("go", "", 0644);
	eventually(!exists("a") && !exists("b"));
	retention_file(r, current);
	assert_int_equal(retention_finish(r, -1), 0);
	assert_true(exists("c"));
	assert_false(was_said("ended with status"));
	retention_close(r);
}

static void a_command_may_take_the_file_away(void **state)
{
	struct retention_options o = { .n_files = 1, .command = "gzip" };
	struct retention *r = open_retention(&o);

	(void)state;
	file(r, "a", 10);
	file(r, "b", 10);
	assert_int_equal(retention_finish(r, -1), 0);
	assert_true(exists("a.gz") && exists("b.gz"));
	assert_false(exists("a") || exists("b"));
	assert_string_equal(all_said(), "");
	retention_close(r);
}

static void the_oldest_go_when_all_are_too_large(void **state)
{
	struct retention_options o = { .max_disk = 1000 };
	struct retention *r = open_retention(&o);
	struct out *current;

	(void)state;
	file(r, "a", 400);
	file(r, "b", 400);
	current = begin_file(r, "c", 200);
	usleep(100 * 1000);	/* for a and b to be closed */
	assert_int_equal(retention_room(r, 200), RETENTION_ROOM);
	usleep(100 * 1000);
	assert_true(exists("a"));
	assert_int_equal(retention_room(r, 201), RETENTION_ROOM);
	eventually(!exists("a"));
	assert_true(exists("b"));
	assert_int_equal(retention_room(r, 1000), RETENTION_ROOM);
	eventually(!exists("b"));
	assert_string_equal(all_said(), "");
	assert_int_equal(retention_room(r, 1001), RETENTION_FULL);
	assert_int_equal(retention_room(r, 1001), RETENTION_FULL);
	assert_string_equal(
		all_said(),
		"the files of this run have reached 1000 bytes, and there is no other one to delete\n");
	retention_file(r, current);
	assert_int_equal(retention_finish(r, -1), 0);
	assert_true(exists("c"));
	retention_close(r);
}

static void all_go_when_the_disk_is_too_small(void **state)
{
	struct retention_options o = { .min_free = UINT64_MAX / 2 };
	struct retention *r = open_retention(&o);
	enum retention_room room = RETENTION_ROOM;
	struct out *current;
	uint64_t since = now_ms();

	(void)state;
	file(r, "a", 10);
	file(r, "b", 10);
	current = begin_file(r, "c", 10);
	for (; room == RETENTION_ROOM && now_ms() - since < 60000; usleep(20 * 1000))
		room = retention_room(r, 10);
	assert_int_equal(room, RETENTION_DISK_LOW);
	assert_false(exists("a") || exists("b"));
	assert_true(exists("c"));
	assert_true(was_said("/c: only "));
	assert_true(was_said(
		" bytes are free on its disk, and no other file of this run can be deleted"));
	retention_file(r, current);
	assert_int_equal(retention_finish(r, -1), 0);
	retention_close(r);
}

/* ---- names that come again ---- */

static void a_name_is_claimed_when_its_file_is_done_with(void **state)
{
	struct retention_options o = { .n_files = 2, .command = in_dir("slow") };
	struct retention *r;
	struct out *current;

	(void)state;
	put("slow", "#!/bin/sh\nwhile ! [ -e \"${0%/*}/go\" ]; do sleep 0.05; done\n", 0755);
	r = open_retention(&o);
	assert_int_equal(retention_claim(r, in_dir("a")), 0);
	file(r, "a", 10);
	current = begin_file(r, "b", 10);
	assert_int_equal(retention_claim(r, in_dir("a")), -EBUSY);
	assert_int_equal(retention_claim(r, in_dir("b")), -EBUSY);
	assert_true(exists("a"));
	put("go", "", 0644);
	eventually(retention_claim(r, in_dir("a")) == 0);
	assert_false(exists("a"));
	retention_file(r, current);
	file(r, "a", 10);
	assert_int_equal(retention_finish(r, -1), 0);
	assert_true(exists("a") && exists("b"));
	assert_string_equal(all_said(), "");
	retention_close(r);
}

static void a_name_that_somebody_else_has_taken_cannot_be_claimed(void **state)
{
	struct retention_options o = { .n_files = 2 };
	char wanted[512];
	struct retention *r = open_retention(&o);

	(void)state;
	file(r, "a", 10);
	unlink(in_dir("a"));
	put("a", "precious", 0644);
	eventually(retention_claim(r, in_dir("a")) == -EEXIST);
	assert_int_equal(retention_claim(r, in_dir("a")), -EEXIST);
	assert_string_equal(content("a"), "precious");
	snprintf(wanted, sizeof(wanted),
		 "%s: another file has taken its place, and is left alone\n", in_dir("a"));
	assert_string_equal(all_said(), wanted);
	retention_close(r);
}

static void the_command_never_gets_the_file_that_is_written_now(void **state)
{
	struct retention_options o = { .n_files = 1, .command = in_dir("log-size") };
	struct retention *r;
	struct out *old, *current;

	(void)state;
	put("log-size", "#!/bin/sh\nstat -c %s \"$1\" >>\"${0%/*}/log\"\n", 0755);
	r = open_retention(&o);
	file(r, "first", 33);
	old = begin_file(r, "a", 10);
	unlink(in_dir("a"));
	retention_file(r, old);
	current = begin_file(r, "a", 20);
	usleep(200 * 1000);
	retention_file(r, current);
	assert_int_equal(retention_finish(r, -1), 0);
	assert_null(strstr(content("log"), "10\n"));
	assert_true(exists("a"));
	retention_close(r);
}

static void without_an_end_nothing_is_waited_for(void **state)
{
	struct retention_options o = { .command = in_dir("hang") };
	struct retention *r;

	(void)state;
	put("hang", "#!/bin/sh\nsleep 1000\n", 0755);
	r = open_retention(&o);
	file(r, "a", 10);
	usleep(100 * 1000);
	retention_close(r);	/* or this test ends by the limit of the runner */
	assert_true(exists("a"));
}

#define in_a_directory(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	struct CMUnitTest tests[64] = {
		in_a_directory(the_command_gets_each_file_in_order_the_last_one_included),
		in_a_directory(
			a_command_has_no_signal_of_ours_blocked_or_ignored_no_descriptor_and_the_lowest_priority),
		in_a_directory(what_a_command_prints_does_not_get_into_our_stdout),
		in_a_directory(a_command_that_hangs_is_killed_when_its_time_is_up),
		in_a_directory(the_command_never_gets_another_file_of_the_same_name),
		in_a_directory(files_are_given_without_waiting_and_at_most_64_wait),
		in_a_directory(an_interrupt_ends_the_waiting_for_a_command),
		in_a_directory(what_runs_commands_is_a_process_that_ends_with_us),
		in_a_directory(without_that_process_files_go_on),
		in_a_directory(there_is_no_thread_before_the_start),
		in_a_directory(the_patient_wait_for_disk_and_command),
		in_a_directory(an_interrupt_ends_the_waiting_of_the_patient),
		in_a_directory(it_says_what_it_waits_for),
		in_a_directory(a_missing_command_is_an_error_at_once),
		in_a_directory(names_are_printed_when_a_file_is_complete),
		in_a_directory(an_empty_file_that_has_ended_stays_with_name_and_command),
		in_a_directory(an_empty_file_of_ours_goes_without_name_and_command),
		in_a_directory(a_failed_sync_is_said_once_and_returned),
		in_a_directory(the_oldest_go_when_there_are_too_many),
		in_a_directory(only_files_of_this_run_are_deleted),
		in_a_directory(a_file_of_the_same_inode_and_name_is_another_one),
		in_a_directory(files_are_deleted_where_they_are_when_their_directory_has_moved),
		in_a_directory(a_file_is_not_deleted_before_its_command_has_ended),
		in_a_directory(a_command_may_take_the_file_away),
		in_a_directory(the_oldest_go_when_all_are_too_large),
		in_a_directory(all_go_when_the_disk_is_too_small),
		in_a_directory(a_name_is_claimed_when_its_file_is_done_with),
		in_a_directory(a_name_that_somebody_else_has_taken_cannot_be_claimed),
		in_a_directory(the_command_never_gets_the_file_that_is_written_now),
		in_a_directory(without_an_end_nothing_is_waited_for),
	};
	size_t n = 0;

	while (tests[n].test_func)
		n++;
	unit_of_table(failing, a_failure_is_reported_and_nothing_more, tests, n);
	unit_of_table(findings, a_command_is_looked_up, tests, n);
	return unit_run("retention", tests, n);
}
