// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A rotation of one file, which is not brought to the disk while packets wait. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/view/view_file.h"
#include "capture/write/place.h"
#include "capture/write/sink.h"

struct view_file {
	char path[256];
	struct rotate *rotate;
	uint64_t n; /* packets */
	int error;
};

static bool fail(struct view_file **f, const char *path, int err, char *said, size_t cap)
{
	const char *why = place_refusal(err) ? place_refusal(err) : strerror(err < 0 ? -err : EIO);

	snprintf(said, cap, "%s: cannot write: %s", path, why);
	if (*f && (*f)->rotate)
		rotate_close((*f)->rotate);
	free(*f);
	*f = NULL;
	return false;
}

bool view_file_open(struct view_file **f, const char *path, bool live, struct source *from,
		    uint64_t now, uint64_t wall_ns, char *said, size_t cap)
{
	struct view_file *new = calloc(1, sizeof(*new));
	struct rotate_settings settings = { .format = FORMAT_PCAPNG, .live = live };
	int err;

	*f = NULL;
	if (!new)
		return fail(f, path, -ENOMEM, said, cap);
	snprintf(new->path, sizeof(new->path), "%s", path);
	settings.path = new->path;
	settings.keep.sync = RETENTION_SYNC_NEVER;
	*f = new;
	if (!strcmp(path, "-") || !access(path, F_OK))
		return fail(f, path, -EEXIST, said, cap);
	err = rotate_open(&new->rotate, &settings, -1);
	if (!err)
		err = rotate_start(new->rotate);
	if (!err)
		err = rotate_begin(new->rotate, from, now, wall_ns);
	return !err || fail(f, path, err, said, cap);
}

bool view_file_packet(struct view_file *f, const struct packet *p)
{
	if (!f->error)
		f->error = rotate_packet(f->rotate, p);
	f->n += !f->error;
	return !f->error;
}

struct rotate *view_file_rotate(const struct view_file *f)
{
	return f->rotate;
}

const char *view_file_path(const struct view_file *f)
{
	return f->path;
}

bool view_file_close(struct view_file **file, char *said, size_t cap)
{
	struct view_file *f = steal(file);
	int err = rotate_finish(f->rotate);
	bool ok;

	err = f->error ? f->error : min_of(err, 0);
	ok = !err && !rotate_lost_all(f->rotate);
	if (ok)
		snprintf(said, cap, "%llu packet%s in %s", (unsigned long long)f->n,
			 f->n == 1 ? "" : "s", f->path);
	else
		snprintf(said, cap, "%s: not complete: %s", f->path,
			 err < 0 ? rotate_error(f->rotate, err) : "packets are missing");
	rotate_close(f->rotate);
	free(f);
	return ok;
}
