/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Entries as bytes: a head, then one record behind the other, each with its own checksum, so that
 * damage costs the file that it hits, and the end of what is cut nothing before it. Numbers are
 * little-endian, so the file may lie on a disk that several machines see. Whatever the bytes are,
 * no more is read than there is.
 */
#ifndef XDPDUMP_INDEX_INDEX_FILE_H
#define XDPDUMP_INDEX_INDEX_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/index/entry.h"

struct blocks;

enum { INDEX_FILE_HEAD = 40, INDEX_FILE_NAME_MAX = 255, INDEX_FILE_RECORD_MAX = 66 * 1024 };

/* Appends the head, and a record. -ENOMEM. */
int index_file_begin(struct blocks *to);
int index_file_add(struct blocks *to, const char *name, const struct entry *e);

/* Puts length and checksum into a record of @len bytes, 16 or more. */
void index_file_seal(uint8_t *record, size_t len);

/* A place in such bytes. */
struct index_file {
	const uint8_t *bytes;
	size_t left;
};

/* Is it one that this version has written? */
bool index_file_open(struct index_file *f, const uint8_t *bytes, size_t n);
bool index_file_is_head(const uint8_t head[static INDEX_FILE_HEAD]);

/* How many bytes a record has that begins so. 0: it is none. */
size_t index_file_record_len(const uint8_t begin[static 8]);

/*
 * The record of these @len bytes: its name, and the entry, whose sketch is in them. False: it is
 * not sound.
 */
bool index_file_record(const uint8_t *record, size_t len, char name[static INDEX_FILE_NAME_MAX + 1],
		       struct entry *e);

/*
 * The next sound record, whose sketch is in the bytes, and its name. False: there are no more, or
 * where the next one begins is lost.
 */
bool index_file_next(struct index_file *f, char name[static INDEX_FILE_NAME_MAX + 1],
		     struct entry *e);

/* Bytes of an index of @n files, at most. */
size_t index_file_most(size_t n);

#endif
