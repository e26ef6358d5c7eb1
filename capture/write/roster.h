/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Files on lists, one list for each state, and what is counted of them. A file is in one of them
 * or, between roster_take() and roster_put() only, in none: what is not in a list cannot be taken
 * from it, and what is in one cannot be put into another. Files are the caller's, and so is the
 * lock.
 */
#ifndef XDPDUMP_WRITE_ROSTER_H
#define XDPDUMP_WRITE_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disk_file;

/*
 * As lifecycle.h describes them. Up to CLAIMED they are counted: the others are on their way out,
 * or not ours.
 */
enum file_state {
	NOWHERE,
	CURRENT,
	COMPLETE,
	CLOSING,
	WAITING,
	RUNNING,
	KEPT,
	CLAIMED,
	DOOMED,
	DELETING,
	DISPLACED,
	N_STATES
};

/* But for the last three nothing of this changes while it is in a list. */
struct roster_file {
	struct roster_file *older, *younger;	/* in the list of its state */
	struct roster_file *next;		/* in the chain of its name */
	enum file_state state;
	uint64_t number;		/* of the run: the younger, the higher */
	uint64_t bytes;
	const char *path;
	struct disk_file *disk;
	bool has_name;			/* path stands for it, as far as we know */
	bool wants_command;		/* which has not ended */
	/* nothing is in it, and it has no end: closed, it is removed */
	bool vanishes;
	bool is_claimed;		/* its name is being taken away, in whatever state */
	bool is_displaced;		/* another file has taken its place */
	bool is_lent;			/* the current one, to the worker */
};

struct roster {
	struct roster_list {
		struct roster_file *oldest, *youngest;
		unsigned n;
	} lists[N_STATES];
	struct roster_file **names;	/* chains of those that have one, by its hash */
	size_t n_chains;		/* a power of two */
	size_t n_chained;
	unsigned n_named;		/* files with a name */
	unsigned n_busy;		/* that want a command */
	uint64_t bytes;			/* in files */
};

/* -ENOMEM. The end forgets the files that are left. */
int roster_init(struct roster *r);
void roster_fini(struct roster *r);

void roster_take(struct roster *r, struct roster_file *f, enum file_state from);
void roster_put(struct roster *r, struct roster_file *f, enum file_state to);
void roster_move(struct roster *r, struct roster_file *f, enum file_state from, enum file_state to);

/* The file, in whatever state, that has the name @path; NULL: none. */
struct roster_file *roster_find(const struct roster *r, const char *path);

/* Of those that are counted; NULL: there are none. */
struct roster_file *roster_oldest(const struct roster *r);
struct roster_file *roster_youngest(const struct roster *r);

/*
 * Checks that lists and counts agree, and writes what there is as up to @cap words, of which a
 * path is where it stands: for tests. How many they are.
 */
size_t roster_check(const struct roster *r, uint64_t *image, size_t cap);

#endif
