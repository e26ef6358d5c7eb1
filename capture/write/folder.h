/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A directory that is held open, shared by the files in it: there may be more files than
 * descriptors. From any thread.
 */
#ifndef XDPDUMP_WRITE_FOLDER_H
#define XDPDUMP_WRITE_FOLDER_H

struct folder;

/*
 * *@folder becomes the directory that is open as @fd, which stays the caller's: what it was before
 * (NULL: none) if that is the same one, else a new one in its place. -errno.
 */
int folder_open(struct folder **folder, int fd);

/* Another owner of it. */
struct folder *folder_share(struct folder *d);

int folder_fd(const struct folder *d);

/* Returns NULL. */
struct folder *folder_close(struct folder *d);

#endif
