/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The keeper's two halves: keeper.c is called by the capture, keeper_work.c is the thread. */
#ifndef XDPDUMP_KEEPER_IMPL_H
#define XDPDUMP_KEEPER_IMPL_H

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "capture/command.h"
#include "capture/keeper.h"
#include "capture/kept.h"
#include "capture/util.h"

struct out;

enum { KEEPER_LOOK_NS = 20 * 1000 * 1000 };	/* between two looks at the free space */

struct keeper {
	struct keeper_options o;	/* its strings are not to be used later */
	char *command;			/* as it was given; NULL: none */
	char command_path[PATH_MAX];
	keeper_say_fn say;
	void *say_ctx;
	pthread_t thread;
	bool has_thread;
	int bell;			/* eventfd: there is work for the thread */
	int done;			/* eventfd: it has ended */
	int progress;			/* eventfd: it has done something, for the patient */
	int interrupt_fd;		/* the caller's */

	pthread_mutex_t lock;		/* of what follows; the thread alone frees files */
	struct kept *first, *last;	/* those that exist or have something before them, oldest first */
	struct kept *current;		/* the last one, while it is being written */
	struct kept *unclosed;		/* the oldest that is complete and not closed */
	struct kept *unrun;		/* the oldest whose command waits */
	struct kept *dying;		/* taken from the list, to be deleted */
	struct kept *displaced;		/* taken from it as well: another file stands in their place */
	unsigned n_files;		/* in the list, with a name */
	unsigned n_unclosed;
	unsigned n_busy;		/* whose commands have not ended */
	uint64_t bytes;			/* of all but the current one; those that could not be deleted included */
	uint64_t current_bytes;		/* when last asked for room */
	bool ending, aborted;
	bool look;			/* at the free space */
	bool crowded;			/* n_files could not be held, which was said */
	enum keeper_room room;		/* other than KEEPER_ROOM: for ever */
	int error;			/* the first of a sync or close */

	/* The capture's. */
	bool hangs;			/* the thread, in a system call: it was waited for long enough */
	uint64_t n_left_out;		/* commands, since one was last accepted */
	uint64_t left_out_ns;		/* when that was last said */
	uint64_t asked_ns;		/* when the thread was last asked to look at the free space */

	/* The thread's. */
	struct out *names;		/* NULL: nowhere, or stderr */
	bool names_to_stderr;
	bool names_are_new;		/* a file to be overwritten with the first one */
	struct command run;
	struct kept *run_for;
	uint64_t run_until;		/* CLOCK_MONOTONIC, then it is killed */
	int run_sig;			/* by this signal */
	const char *run_why;		/* it was killed */
	uint64_t sync_at;		/* the current file */
};

/* ---- keeper_list.c, all with the lock held ---- */

/* A new current file. */
void keeper_add(struct keeper *k, struct kept *f);
void keeper_take(struct keeper *k, struct kept *f);

/* Its name is another file's, or nobody's: it is not to be kept. */
void keeper_unname(struct keeper *k, struct kept *f);
void keeper_append(struct kept **list, struct kept *f);

/* Is it complete, and nothing left to be done for it? */
bool keeper_may_go(const struct keeper *k, const struct kept *f);

/* Hands the oldest file that may go to the thread, to be deleted. False: there is none. */
bool keeper_doom_oldest(struct keeper *k);

/* No more than n_files and max_disk. True: so few, which is to be said once, without the lock. */
bool keeper_trim(struct keeper *k);

/* Sets the file aside whose name is that of the next one. True: its command is left out, for it would get the wrong file. */
bool keeper_displace(struct keeper *k, const char *path);

/* The oldest whose command waited does not wait any more. */
void keeper_next_unrun(struct keeper *k);

/* ---- both sides ---- */

void keeper_say(struct keeper *k, const char *fmt, ...) printf_like(2, 3);
void keeper_say_crowded(struct keeper *k);
void keeper_say_displaced(struct keeper *k, const char *path);
void keeper_ring(const struct keeper *k);

/* The thread. */
void *keeper_work(void *keeper);

/* Opens print_name. -errno. */
int keeper_names_open(struct keeper *k, const char *name, int interrupt_fd);

#endif
