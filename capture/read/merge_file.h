/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The files that are read together: opened, parked, followed. */
#ifndef XDPDUMP_READ_MERGE_FILE_H
#define XDPDUMP_READ_MERGE_FILE_H

#include <stdio.h>
#include <sys/stat.h>

#include "capture/packet/packet.h"
#include "capture/read/budget.h"
#include "capture/read/capfile.h"
#include "capture/read/merge_options.h"

/*
 * A file. It is parked if it has been looked into and is to be read again from its beginning: when
 * its first packet is the next one of all.
 */
struct merge_file {
	struct merge *input;
	unsigned place;		/* among them */
	const char *path, *name;
	char *followed_path;	/* the same; NULL: path is of the caller of merge_open() */
	FILE *file;		/* NULL: done, or parked where not all are open */
	struct stat stat;
	struct capfile *reader;	/* NULL: parked, or there is nothing in the file */
	bool is_parked, is_done;
	const uint32_t *n_shown;	/* interfaces that the file has shown */
	uint32_t n_ifaces;	/* those that have a number */
	/* the time of the packet, or of the last one before it that has a time */
	uint64_t key;
	struct packet packet;	/* to be delivered next */
};

/* An interface of the input is one of a file. */
struct merge_iface {
	struct merge_file *source;
	uint32_t id;		/* there */
};

struct merge {
	struct merge_options options;
	const char *const *paths;	/* of the caller */
	unsigned n_paths;
	struct budget budget;
	struct merge_file **sources;
	unsigned n_sources;
	struct follow *follow;	/* NULL: no others come */
	struct ahead *ahead;	/* of the one file; NULL: none */
	struct merge_file *first;	/* in which there is something */
	bool all_open;		/* there are descriptors for all of them */
	size_t buffer;		/* bytes, for each */
	struct merge_file **heap;	/* those with a packet to deliver */
	unsigned n_heap;
	struct blocks blocks;
	struct raw_options section_options;	/* of all files */
	bool begun;		/* the heap is filled, and the packet of its top delivered */
	struct merge_iface *ifaces;
	uint32_t n_ifaces;
	char **errors;
	unsigned n_errors;
	int error;		/* of the first file that could not be read to its end */
	char title[32];
};

/* Keeps a sentence, the file's name in front; returns @err. */
int merge_file_keep_error(struct merge *in, const char *name, const char *sentence, int err);

/* Opens the file as one more source. -errno, which is kept. */
int merge_file_open(struct merge *in, const char *path);

/*
 * Reads its first block or header; @parked: and then its first packet, and parks it, if that can be
 * done. If there is nothing in it, it is done. -errno, which is kept.
 */
int merge_file_begin(struct merge_file *s, bool parked);

/*
 * Watches for files; then waits for the first in which there is something, which is the last source
 * then. -errno, which is kept.
 */
int merge_file_follow(struct merge *in, const char *pattern);
int merge_file_follow_first(struct merge *in, const char *pattern);

/*
 * Waits for the next file, which becomes the last source. What is wrong with one is told, and
 * another waited for. -errno.
 */
int merge_file_follow_on(struct merge *in);

/* Begins again with one that is parked. -errno, which is kept. */
int merge_file_wake(struct merge_file *s);

/* As merge_read_ahead(). */
bool merge_file_read_ahead(struct merge *in);

/* No more packets are wanted of it. */
void merge_file_finish(struct merge_file *s);

#endif
