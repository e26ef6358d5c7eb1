/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A capture file on the disk, known by what makes it unique, so that no other one is ever taken for
 * it; and what is done to such a file that takes time. Its path, its identity and its directory
 * never change: two threads may ask for these, look and unlink at the same time. The rest is one
 * thread's: disk_file_give() hands it over.
 */
#ifndef XDPDUMP_WRITE_DISK_FILE_H
#define XDPDUMP_WRITE_DISK_FILE_H

#include <stdbool.h>
#include <stdint.h>

struct disk_file;
struct entry;
struct folder;
struct out;

/*
 * Remembers @out, a regular file that was opened as @path. *@folder: the directory of the file
 * before, which becomes that of this one (folder_open()). -errno.
 */
int disk_file_open(struct disk_file **f, const struct out *out, const char *path,
		   struct folder **folder);

/* As the user named it. */
const char *disk_file_path(const struct disk_file *f);

/* It has a name in a directory: it is not stdout, which is nobody's to delete. */
bool disk_file_has_place(const struct disk_file *f);

/* It is complete: @out is the file's now, and closed with it. */
void disk_file_give(struct disk_file *f, struct out *out);

/*
 * Brings to the disk what is in the file and, once, its directory entry; unless nobody can find it
 * there, because it has no name any more. After a failure it does nothing: what is on the disk is
 * unknown then, and asking again would say that all is well. -errno.
 */
int disk_file_sync(struct disk_file *f);

/*
 * Closes it; one that we made, in which there is nothing and which has not ended, is removed. File
 * systems over a network tell of failed writes then. -errno: what was written may not be there.
 */
int disk_file_shut(struct disk_file *f);

/*
 * Before it is shut: the entry of it for an index, as it is now that it is complete, to be closed.
 * It is given the time of this very moment, so that whoever writes to it afterwards gives it
 * another one, however soon that is. False: it is not known what is in it, or the file system does
 * not keep such times.
 */
bool disk_file_entry(struct disk_file *f, struct entry *e);

/* Its directory, the file's for as long as that is; its name there. Of one that has a place. */
struct folder *disk_file_folder(const struct disk_file *f);
const char *disk_file_name(const struct disk_file *f);

/* Is it in its place? With how many bytes? */
bool disk_file_look(const struct disk_file *f, uint64_t *bytes);

/*
 * Removes it as fileid_unlink() does. Its blocks are freed by disk_file_close(), which takes time.
 */
int disk_file_unlink(struct disk_file *f);

/* Free bytes where it is. UINT64_MAX: unknown. */
uint64_t disk_file_room(const struct disk_file *f);

/*
 * Frees the blocks of a file that was removed, and waits, up to seconds, until the file system has
 * done it.
 */
void disk_file_free(struct disk_file *f, uint64_t bytes);

/* What is wrong, by the result of disk_file_unlink(). */
const char *disk_file_error(int err);

/* Returns NULL. */
struct disk_file *disk_file_close(struct disk_file *f);

#endif
