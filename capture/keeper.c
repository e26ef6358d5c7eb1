// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The capture's side of the keeper: what there is to do is noted under a lock that nobody holds for long. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "capture/clock.h"
#include "capture/keeper_impl.h"
#include "capture/out.h"

enum {
	PATIENCE_MS	= 1000,		/* before it is said what is waited for */
	LEFT_OUT_NS	= 1000 * 1000 * 1000,	/* between two sentences about commands that are left out */
	ABORT_MS	= 1000,		/* for what cannot be interrupted, before it is left alone */
};

static void keeper_closep(struct keeper **k)
{
	keeper_close(*k);
}

void keeper_say(struct keeper *k, const char *fmt, ...)
{
	char sentence[PATH_MAX + 512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, args);
	va_end(args);
	k->say(k->say_ctx, sentence);
}

void keeper_ring(const struct keeper *k)
{
	eventfd_write(k->bell, 1);
}

/* ---- start and end ---- */

/* Signals are the capture's business. */
static int start_thread(struct keeper *k)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&k->thread, NULL, keeper_work, k);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	k->has_thread = !err;
	return -err;
}

int keeper_open(struct keeper **keeper, const struct keeper_options *o, keeper_say_fn say, void *ctx, int interrupt_fd)
{
	cleanup(keeper_closep) struct keeper *k = calloc(1, sizeof(*k));
	int err = 0;

	if (!k)
		return -ENOMEM;
	k->o = *o;
	k->say = say;
	k->say_ctx = ctx;
	k->run = (struct command)COMMAND_INIT;
	pthread_mutex_init(&k->lock, NULL);
	k->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	k->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	k->progress = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	k->interrupt_fd = interrupt_fd;
	if (k->bell < 0 || k->done < 0 || k->progress < 0)
		return -errno;
	if (o->command) {
		k->command = strdup(o->command);
		err = k->command ? command_find(o->command, k->command_path, sizeof(k->command_path)) : -ENOMEM;
	}
	if (!err && o->print_name)
		err = keeper_names_open(k, o->print_name, interrupt_fd);
	if (!err)
		err = start_thread(k);
	if (err)
		return err;
	*keeper = steal(&k);
	return 0;
}

/* The files and commands that are still to be done, at the moment. */
static void say_what_is_waited_for(struct keeper *k)
{
	char path[PATH_MAX];
	unsigned n_busy;

	pthread_mutex_lock(&k->lock);
	n_busy = k->n_busy;
	snprintf(path, sizeof(path), "%s", k->first ? k->first->path : "");
	for (const struct kept *f = k->first; f; f = f->next)
		if (f->command == COMMAND_RUNS)
			snprintf(path, sizeof(path), "%s", f->path);
	pthread_mutex_unlock(&k->lock);
	if (n_busy)
		keeper_say(k, "%s: waiting for %s, %u to go; a signal ends that", path, k->command, n_busy);
	else
		keeper_say(k, "%s: waiting for the disk; a signal ends that", path);
}

static void tell_to_end(struct keeper *k, bool aborted)
{
	pthread_mutex_lock(&k->lock);
	k->ending = true;
	k->aborted |= aborted;
	pthread_mutex_unlock(&k->lock);
	keeper_ring(k);
}

/* 1: it has ended. 0: time is up. -EINTR. */
static int wait_for_end(const struct keeper *k, int interrupt_fd, int timeout_ms)
{
	struct pollfd fds[] = { { .fd = k->done, .events = POLLIN }, { .fd = interrupt_fd, .events = POLLIN } };
	int n;

	do
		n = poll(fds, 2, timeout_ms);
	while (n < 0 && errno == EINTR);
	if (fds[0].revents)
		return 1;
	return fds[1].revents ? -EINTR : 0;
}

/* The first one was said. */
static void say_left_out(struct keeper *k)
{
	if (k->n_left_out > 1)
		keeper_say(k, "%s was left out for %llu files", k->command, (unsigned long long)k->n_left_out);
	k->n_left_out = 0;
}

int keeper_finish(struct keeper *k, int interrupt_fd)
{
	int ended, err;

	say_left_out(k);
	tell_to_end(k, false);
	ended = wait_for_end(k, interrupt_fd, PATIENCE_MS);
	if (!ended) {
		say_what_is_waited_for(k);
		ended = wait_for_end(k, interrupt_fd, -1);
	}
	if (ended == -EINTR) {
		tell_to_end(k, true);
		k->hangs = wait_for_end(k, -1, ABORT_MS) != 1;
		return -EINTR;
	}
	pthread_mutex_lock(&k->lock);
	err = k->error;
	pthread_mutex_unlock(&k->lock);
	return err;
}

static void free_all(struct kept *f)
{
	while (f) {
		struct kept *next = f->next;

		kept_close(f);
		f = next;
	}
}

/* A thread that hangs in a system call ends with the process; what it uses has to stay until then. */
struct keeper *keeper_close(struct keeper *k)
{
	if (!k)
		return NULL;
	if (k->has_thread) {
		tell_to_end(k, true);
		if (wait_for_end(k, -1, k->hangs ? 0 : ABORT_MS) != 1) {
			pthread_detach(k->thread);
			return NULL;
		}
		pthread_join(k->thread, NULL);
	}
	free_all(k->first);
	free_all(k->dying);
	free_all(k->displaced);
	out_close(k->names);
	if (k->bell >= 0)
		close(k->bell);
	if (k->done >= 0)
		close(k->done);
	if (k->progress >= 0)
		close(k->progress);
	pthread_mutex_destroy(&k->lock);
	free(k->command);
	free(k);
	return NULL;
}

/* ---- files ---- */

/* False: interrupted, or not patient. */
static bool wait_for_progress(const struct keeper *k)
{
	struct pollfd fds[] = {
		{ .fd = k->progress, .events = POLLIN }, { .fd = k->interrupt_fd, .events = POLLIN },
	};
	eventfd_t n;

	if (!k->o.patient)
		return false;
	poll(fds, 2, -1);
	eventfd_read(k->progress, &n);
	return !fds[1].revents;
}

bool keeper_ready(struct keeper *k)
{
	bool ready;

	do {
		pthread_mutex_lock(&k->lock);
		ready = k->n_unclosed < KEEPER_UNCLOSED && (!k->o.patient || k->n_busy < KEEPER_QUEUE);
		pthread_mutex_unlock(&k->lock);
	} while (!ready && wait_for_progress(k));
	return ready;
}

void keeper_say_crowded(struct keeper *k)
{
	keeper_say(k, "there are more than %u files: the oldest ones wait for %s", k->o.n_files, k->command);
}

void keeper_say_displaced(struct keeper *k, const char *path)
{
	keeper_say(k, "%s: another file has taken its place, and is left alone", path);
}

int keeper_current(struct keeper *k, const struct out *out, const char *path)
{
	bool crowded = false, left_out = false;
	struct kept *f;
	int err;

	pthread_mutex_lock(&k->lock);
	err = kept_open(&f, out, path, k->last);	/* which the thread cannot free now */
	if (!err) {
		left_out = keeper_displace(k, path);
		keeper_add(k, f);
		crowded = keeper_trim(k);
	}
	pthread_mutex_unlock(&k->lock);
	if (left_out)
		keeper_say(k, "%s: %s is left out: the next file has the same name", path, k->command);
	if (crowded)
		keeper_say_crowded(k);
	keeper_ring(k);
	return err;
}

/* Where files come too fast, this happens for many of them, with some in between for which there is room. */
static void leave_out(struct keeper *k, const struct kept *f)
{
	if (k->n_left_out++)
		return;
	k->left_out_ns = clock_monotonic_ns();
	keeper_say(k, "%s: %s is left out: %d files wait for it", f->path, k->command, KEEPER_QUEUE);
}

static void queue_command(struct keeper *k, struct kept *f)
{
	bool is_full;

	if (!k->command || !f->folder || f->vanishes)
		return;
	if (!kept_look(f)) {	/* a ring of one file, or somebody has moved it */
		keeper_say(k, "%s: %s is left out: the file is not there any more", f->path, k->command);
		return;
	}
	pthread_mutex_lock(&k->lock);
	is_full = k->n_busy > KEEPER_QUEUE;	/* one of them runs */
	if (!is_full) {
		f->command = COMMAND_WAITS;
		k->n_busy++;
		if (!k->unrun)
			k->unrun = f;
	}
	pthread_mutex_unlock(&k->lock);
	if (is_full)
		leave_out(k, f);
	else if (k->n_left_out && clock_monotonic_ns() - k->left_out_ns >= LEFT_OUT_NS)
		say_left_out(k);
}

void keeper_file(struct keeper *k, struct out *out)
{
	struct kept *f = k->current;

	if (!f) {	/* keeper_current() failed */
		out_close(out);
		return;
	}
	f->bytes = out_size(out);
	f->vanishes = !f->bytes && !out_has_ended(out);
	queue_command(k, f);
	pthread_mutex_lock(&k->lock);
	f->out = out;	/* from here on the thread may free it */
	k->bytes += f->bytes;
	k->current = NULL;
	k->current_bytes = 0;
	k->n_unclosed++;
	if (!k->unclosed)
		k->unclosed = f;
	pthread_mutex_unlock(&k->lock);
	keeper_ring(k);
}

/* One that is on its way to the disk just loses its name: the thread has it open, and closes it. */
static void leave_to_thread(struct keeper *k, struct kept *f, int fd)
{
	keeper_unname(k, f);
	if (f->out) {
		if (fd >= 0)
			close(fd);
		return;
	}
	keeper_take(k, f);
	f->fd = fd;
	keeper_append(&k->dying, f);
}

/* Its blocks are freed by the thread, when that closes the last descriptor. */
static int unlink_namesake(struct keeper *k, struct kept *f)
{
	int fd = -1, err = kept_unlink(f, &fd);

	if (err && err != -ENOENT && err != -ESTALE)
		return err;
	if (err == -ESTALE && f->out)	/* the thread still has it */
		return -EBUSY;
	if (err == -ESTALE) {
		keeper_take(k, f);
		keeper_append(&k->displaced, f);
		return err;
	}
	leave_to_thread(k, f, fd);
	return 0;
}

/* -ESTALE: another file has taken its place, which is new. */
static int try_claim(struct keeper *k, const char *path)
{
	struct kept *f;

	for (f = k->dying; f; f = f->next)
		if (f->name && !strcmp(f->path, path))
			return -EBUSY;
	for (f = k->displaced; f; f = f->next)
		if (!strcmp(f->path, path))
			return -EEXIST;
	for (f = k->first; f; f = f->next)
		if (f->name && !strcmp(f->path, path))
			return f->command == COMMAND_NONE && f != k->current ? unlink_namesake(k, f) : -EBUSY;
	return 0;
}

int keeper_claim(struct keeper *k, const char *path)
{
	int err;

	do {
		pthread_mutex_lock(&k->lock);
		err = try_claim(k, path);
		pthread_mutex_unlock(&k->lock);
		keeper_ring(k);
	} while (err == -EBUSY && wait_for_progress(k));
	if (err != -ESTALE)
		return err;
	keeper_say_displaced(k, path);
	return -EEXIST;
}

/* ---- room ---- */

static void say_no_room(struct keeper *k, unsigned n_busy)
{
	keeper_say(k, "the files of this run have reached %llu bytes, and there is no other one to delete%s",
		   (unsigned long long)k->o.max_disk, n_busy ? ": those that were finished wait for their command" : "");
}

/* With the lock held. -EAGAIN: there will be, soon or for the patient. -ENOSPC: there is none. */
static int make_room(struct keeper *k, uint64_t bytes)
{
	k->current_bytes = bytes;
	while (k->o.max_disk && k->bytes + bytes > k->o.max_disk)
		if (!keeper_doom_oldest(k))
			return k->unclosed || (k->o.patient && k->n_busy) ? -EAGAIN : -ENOSPC;
	return 0;
}

enum keeper_room keeper_room(struct keeper *k, uint64_t bytes)
{
	uint64_t now = k->o.min_free ? clock_monotonic_ns() : 0;
	bool look = k->o.min_free && now - k->asked_ns >= KEEPER_LOOK_NS, full, ring;
	enum keeper_room room;
	unsigned n_busy;
	int err;

	if (look)
		k->asked_ns = now;
	do {
		pthread_mutex_lock(&k->lock);
		k->look |= look;
		err = make_room(k, bytes);
		full = err == -ENOSPC && k->room == KEEPER_ROOM;
		if (full)
			k->room = KEEPER_NO_ROOM;
		ring = k->look || k->dying;
		room = k->room;
		n_busy = k->n_busy;
		pthread_mutex_unlock(&k->lock);
		if (ring)
			keeper_ring(k);
	} while (err == -EAGAIN && wait_for_progress(k));
	if (full)
		say_no_room(k, n_busy);
	return room;
}
