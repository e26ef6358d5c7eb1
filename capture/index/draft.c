// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The reader comes to the end of a file with each piece of it, and goes on with the next. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/index/draft.h"
#include "capture/index/entry.h"
#include "capture/index/notes.h"
#include "capture/packet/packet.h"
#include "capture/read/capfile.h"

enum { BUFFER = 64 * 1024 };

struct draft {
	const uint8_t *piece;	/* what is left of it */
	size_t left;
	struct capfile *reader;	/* NULL: nothing has come so far */
	struct entry entry;
	struct notes *notes;
	int err;		/* of the reader, once */
};

static void draft_closep(struct draft **d)
{
	draft_close(*d);
}

static size_t read_piece(void *draft, void *to, size_t n)
{
	struct draft *d = draft;

	n = min_of(n, d->left);
	memcpy(to, d->piece, n);
	d->piece += n;
	d->left -= n;
	return n;
}

int draft_open(struct draft **draft)
{
	cleanup(draft_closep) struct draft *d = calloc(1, sizeof(*d));
	int err;

	if (!d)
		return -ENOMEM;
	err = notes_open(&d->notes, &d->entry);
	if (!err)
		*draft = steal(&d);
	return err;
}

static int begin_or_go_on(struct draft *d)
{
	const struct capfile_hooks hooks = { .read = read_piece, .ctx = d, .buffer = BUFFER };

	if (!d->reader)
		return capfile_open_with(&d->reader, NULL, &hooks);
	capfile_go_on(d->reader);
	return 0;
}

void draft_add(struct draft *d, const void *bytes, size_t n)
{
	struct packet p;
	int got = 0;

	if (d->err)
		return;
	d->piece = bytes;
	d->left = n;
	d->err = begin_or_go_on(d);
	while (!d->err && (got = capfile_next(d->reader, &p)) > 0)
		notes_packet(d->notes, &p);
	if (!d->err)
		d->err = got;
}

bool draft_end(struct draft *d, struct entry *e)
{
	if (d->err || !d->reader)
		return false;
	sketch_fold(&d->entry.sketch);
	*e = d->entry;
	e->flags = ENTRY_CAPTURE | ENTRY_WHOLE;
	d->entry.sketch.bits = NULL;
	d->err = -EINVAL;	/* which was it */
	return true;
}

struct draft *draft_close(struct draft *d)
{
	if (!d)
		return NULL;
	capfile_close(d->reader);
	notes_close(d->notes);
	entry_close(&d->entry);
	free(d);
	return NULL;
}
