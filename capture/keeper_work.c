// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The keeper's thread: one thing after the other, so that a command is run for a file that is closed, and in order. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "capture/clock.h"
#include "capture/keeper_impl.h"
#include "capture/out.h"

enum {
	NAME_PATIENCE_MS	= 1000,			/* with a reader of names who takes nothing */
	GRACE_NS		= 500 * 1000 * 1000,	/* between SIGTERM and SIGKILL */
};

static bool is_aborted(struct keeper *k)
{
	bool aborted;

	pthread_mutex_lock(&k->lock);
	aborted = k->aborted;
	pthread_mutex_unlock(&k->lock);
	return aborted;
}

/* ---- names ---- */

int keeper_names_open(struct keeper *k, const char *name, int interrupt_fd)
{
	int err;

	k->names_to_stderr = !strcmp(name, "stderr");
	if (k->names_to_stderr)
		return 0;
	k->names_are_new = strcmp(name, "stdout") && strcmp(name, "-");
	err = out_open(&k->names, k->names_are_new ? name : "-", interrupt_fd);
	if (!err)
		out_hurry(k->names, NAME_PATIENCE_MS);
	return err;
}

/*
 * The names of an earlier run go with the first one of ours: a start that fails leaves them. A signal that the capture has
 * not looked at yet is no reason to give up.
 */
static int write_name(struct keeper *k, const char *line, size_t n)
{
	uint64_t from = out_offset(k->names);
	int err = k->names_are_new ? out_begin(k->names) : 0;

	k->names_are_new = false;
	if (err)
		return err;
	for (unsigned tries = 0; tries < 100; tries++) {
		uint64_t done = out_offset(k->names) - from;

		err = out_write(k->names, line + done, n - done);
		if (err != -EINTR)
			break;
		usleep(10 * 1000);
	}
	return err;
}

static void print_name(struct keeper *k, const struct kept *f)
{
	char line[PATH_MAX + 1];
	size_t n = strlen(f->path);
	int err;

	memcpy(line, f->path, n);
	line[n++] = '\n';
	if (k->names_to_stderr && write(STDERR_FILENO, line, n) < 0)
		k->names_to_stderr = false;
	if (!k->names)
		return;
	err = write_name(k, line, n);
	if (!err)
		return;
	if (err != -EPIPE)
		keeper_say(k, "%s: cannot print the name, nor those that follow: %s", f->path, strerror(-err));
	k->names = out_close(k->names);
}

/* ---- to the disk ---- */

static void note_error(struct keeper *k, const struct kept *f, int err, const char *what)
{
	keeper_say(k, "%s: %s: %s", f->path, what, strerror(-err));
	pthread_mutex_lock(&k->lock);
	if (!k->error)
		k->error = err == -EINTR ? -EIO : err;	/* that would be an end as asked for */
	pthread_mutex_unlock(&k->lock);
}

static void sync_file(struct keeper *k, struct kept *f)
{
	int err = kept_sync(f);

	if (err)
		note_error(k, f, err, "cannot be brought to the disk");
}

static void forget(struct keeper *k, struct kept *f)
{
	pthread_mutex_lock(&k->lock);
	keeper_take(k, f);
	pthread_mutex_unlock(&k->lock);
	kept_close(f);
}

/* Nothing more has to be done for it. */
static void settle(struct keeper *k, struct kept *f)
{
	bool is_kept, crowded = false;

	pthread_mutex_lock(&k->lock);
	is_kept = (k->o.n_files || k->o.max_disk || k->o.min_free) && f->name;
	if (!is_kept)
		keeper_take(k, f);
	else
		crowded = keeper_trim(k);
	pthread_mutex_unlock(&k->lock);
	if (!is_kept)
		kept_close(f);
	if (crowded)
		keeper_say_crowded(k);
}

/* False: there is none. */
static bool close_oldest(struct keeper *k)
{
	bool is_wanted, is_done;
	struct kept *f;
	int err;

	pthread_mutex_lock(&k->lock);
	f = k->unclosed;
	is_wanted = f && f->name && !k->aborted;
	pthread_mutex_unlock(&k->lock);
	if (!f)
		return false;
	if (k->o.sync != KEEPER_SYNC_NEVER && is_wanted)
		sync_file(k, f);
	err = kept_shut(f);
	if (err)
		note_error(k, f, err, "cannot be closed");
	out_close(f->out);
	if (f->folder && !f->vanishes)
		print_name(k, f);
	pthread_mutex_lock(&k->lock);
	f->out = NULL;
	k->unclosed = f->next && f->next->out ? f->next : NULL;
	k->n_unclosed--;
	is_done = f->command == COMMAND_NONE;
	pthread_mutex_unlock(&k->lock);
	if (f->vanishes)
		forget(k, f);
	else if (is_done)
		settle(k, f);
	return true;
}

static void sync_current(struct keeper *k)
{
	uint64_t now = clock_monotonic_ns();
	struct kept *f;

	if (k->o.sync != KEEPER_SYNC_EVERY || now < k->sync_at)
		return;
	pthread_mutex_lock(&k->lock);
	f = k->current;
	pthread_mutex_unlock(&k->lock);
	if (f)
		sync_file(k, f);
	k->sync_at = clock_monotonic_ns() + k->o.sync_ns;
}

/* ---- commands ---- */

static void command_is_done(struct keeper *k, struct kept *f)
{
	uint64_t before = f->bytes;
	bool there;

	pthread_mutex_lock(&k->lock);
	there = kept_look(f);
	f->command = COMMAND_NONE;
	k->n_busy--;
	if (there)
		k->bytes += f->bytes - before;
	pthread_mutex_unlock(&k->lock);
	if (there)
		settle(k, f);
	else
		forget(k, f);
}

static void start_command(struct keeper *k)
{
	struct kept *f;
	int err;

	pthread_mutex_lock(&k->lock);
	f = k->unrun;
	if (!f || f->out || f == k->current || k->aborted) {
		pthread_mutex_unlock(&k->lock);
		return;
	}
	f->command = COMMAND_RUNS;
	keeper_next_unrun(k);
	pthread_mutex_unlock(&k->lock);
	err = command_start(&k->run, k->command_path, k->command, f->path);
	if (err) {
		keeper_say(k, "%s: cannot start %s: %s%s", f->path, k->command, strerror(-err),
			   err == -ENOEXEC ? " (a script has to begin with #!)" : "");
		command_is_done(k, f);
		keeper_ring(k);
		return;
	}
	k->run_for = f;
	k->run_sig = SIGTERM;
	k->run_why = NULL;
	k->run_until = clock_monotonic_ns() + (k->o.command_ns ? k->o.command_ns : KEEPER_COMMAND_NS);
}

static void kill_in_time(struct keeper *k)
{
	uint64_t now = clock_monotonic_ns();
	bool aborted = is_aborted(k);

	if (!k->run_why && (aborted || now >= k->run_until)) {
		k->run_why = aborted ? "was killed, as the end was forced" : "was killed: it took too long";
		k->run_until = now;
	}
	if (now < k->run_until)
		return;
	command_kill(&k->run, k->run_sig);
	k->run_until = k->run_sig == SIGTERM ? now + GRACE_NS : UINT64_MAX;
	k->run_sig = SIGKILL;
}

static void mind_command(struct keeper *k)
{
	struct kept *f = k->run_for;
	char buf[128];
	int status;

	if (f && command_ended(&k->run, &status)) {
		const char *result = k->run_why ? k->run_why : command_result(status, buf, sizeof(buf));

		if (*result)
			keeper_say(k, "%s: %s %s", f->path, k->command, result);
		k->run_for = NULL;
		command_is_done(k, f);
	}
	if (k->run_for)
		kill_in_time(k);
	else
		start_command(k);
}

/* ---- room ---- */

/*
 * File systems take a while to free what was deleted, up to half a minute if nobody asks. Who does not wait for that deletes
 * one file after the other and sees no effect. Compression and holes: only a part of the size may come back.
 */
static void wait_for_room(const struct kept *current, uint64_t before, uint64_t bytes)
{
	for (unsigned tries = 0; tries < 3; tries++) {
		if (kept_room(current) >= before + bytes / 8)
			return;
		usleep(10 * 1000);
	}
	kept_settle_all(current);
}

/* Deletes @f and waits for the effect on the free space, if that is of interest. -errno of kept_unlink(). */
static int delete_file(const struct kept *f, const struct kept *current)
{
	uint64_t before = current ? kept_room(current) : 0;
	int fd = -1, err = f->name ? kept_unlink(f, &fd) : 0;

	if (fd >= 0)
		close(fd);
	if (fd >= 0 && current)
		wait_for_room(current, before, f->bytes);
	return err;
}

/* What could not be deleted goes on to take its room. False: there was nothing to be deleted. */
static bool delete_doomed(struct keeper *k)
{
	struct kept *f, *current;
	int err;

	pthread_mutex_lock(&k->lock);
	f = k->dying;
	current = k->o.min_free ? k->current : NULL;
	pthread_mutex_unlock(&k->lock);
	if (!f)
		return false;
	err = delete_file(f, current);
	if (err == -ESTALE)
		keeper_say_displaced(k, f->path);
	else if (err && err != -ENOENT)
		keeper_say(k, "%s: cannot delete: %s", f->path, strerror(-err));
	pthread_mutex_lock(&k->lock);
	k->dying = f->next;
	k->look |= current != NULL;
	if (err && err != -ENOENT && err != -ESTALE)
		k->bytes += f->bytes;
	if (err == -ESTALE)
		keeper_append(&k->displaced, f);
	pthread_mutex_unlock(&k->lock);
	if (err != -ESTALE)
		kept_close(f);
	return true;
}

/* One file at a time; when it is gone there is another look. */
static void look_at_room(struct keeper *k)
{
	uint64_t left = UINT64_MAX;
	bool low = false;
	struct kept *f;

	pthread_mutex_lock(&k->lock);
	f = k->look ? k->current : NULL;
	k->look = false;
	pthread_mutex_unlock(&k->lock);
	if (f)
		left = kept_room(f);
	pthread_mutex_lock(&k->lock);
	if (left < k->o.min_free && !k->dying && !keeper_doom_oldest(k) && !k->unclosed)
		low = k->room == KEEPER_ROOM;
	if (low)
		k->room = KEEPER_DISK_LOW;
	pthread_mutex_unlock(&k->lock);
	if (low)
		keeper_say(k, "%s: only %llu bytes are free on its disk, and no other file of this run can be deleted", f->path,
			   (unsigned long long)left);
}

/* ---- the thread ---- */

static int until(uint64_t then, uint64_t now)
{
	return then <= now ? 0 : (int)min_of((then - now) / 1000000 + 1, (uint64_t)INT_MAX);
}

static void wait_for_work(struct keeper *k)
{
	struct pollfd fds[] = { { .fd = k->bell, .events = POLLIN }, { .fd = k->run.fd, .events = POLLIN } };
	uint64_t now = clock_monotonic_ns(), then = UINT64_MAX;
	eventfd_t n;

	if (k->o.sync == KEEPER_SYNC_EVERY)
		then = k->sync_at;
	if (k->run_for)
		then = min_of(then, k->run_until);
	poll(fds, 2, then == UINT64_MAX ? -1 : until(then, now));
	eventfd_read(k->bell, &n);
}

/* An end that is forced leaves the waiting commands out. */
static bool has_ended(struct keeper *k)
{
	bool ended;

	pthread_mutex_lock(&k->lock);
	ended = k->ending && !k->unclosed && !k->run_for && (k->aborted || (!k->unrun && !k->dying));
	pthread_mutex_unlock(&k->lock);
	return ended;
}

static void say_not_run(struct keeper *k)
{
	if (k->unrun)
		keeper_say(k, "%s: %s was not run%s", k->unrun->path, k->command,
			   k->n_busy > 1 ? ", nor for the files after it" : "");
}

void *keeper_work(void *keeper)
{
	struct keeper *k = keeper;

	k->sync_at = clock_monotonic_ns() + k->o.sync_ns;
	while (!has_ended(k)) {
		wait_for_work(k);
		do {
			mind_command(k);
			sync_current(k);
			do
				look_at_room(k);
			while (delete_doomed(k));
			eventfd_write(k->progress, 1);
		} while (close_oldest(k));
	}
	say_not_run(k);
	eventfd_write(k->done, 1);
	return NULL;
}
