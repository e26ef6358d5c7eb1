// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Directories with a count of their owners. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture/write/fileid.h"
#include "capture/write/folder.h"

struct folder {
	unsigned refs;		/* atomic */
	int fd;
	struct fileid id;
};

int folder_open(struct folder **folder, int fd)
{
	struct folder *d;
	struct fileid id;
	uint64_t bytes;
	int err = fileid_of(fd, "", &id, &bytes);

	if (err || (*folder && fileid_same(&(*folder)->id, &id)))
		return err;
	d = malloc(sizeof(*d));
	if (!d)
		return -ENOMEM;
	*d = (struct folder){ .refs = 1, .fd = fcntl(fd, F_DUPFD_CLOEXEC, 3), .id = id };
	if (d->fd < 0) {
		err = -errno;
		free(d);
		return err;
	}
	folder_close(*folder);
	*folder = d;
	return 0;
}

struct folder *folder_share(struct folder *d)
{
	__atomic_add_fetch(&d->refs, 1, __ATOMIC_RELAXED);
	return d;
}

int folder_fd(const struct folder *d)
{
	return d->fd;
}

struct folder *folder_close(struct folder *d)
{
	if (d && !__atomic_sub_fetch(&d->refs, 1, __ATOMIC_ACQ_REL)) {
		close(d->fd);
		free(d);
	}
	return NULL;
}
