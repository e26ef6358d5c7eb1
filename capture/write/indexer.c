// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* One directory at a time: files go to another one where their names say into which. */
#include <errno.h>
#include <stdlib.h>

#include "capture/base/util.h"
#include "capture/index/entry.h"
#include "capture/index/keeper.h"
#include "capture/write/disk_file.h"
#include "capture/write/folder.h"
#include "capture/write/indexer.h"

struct indexer {
	struct folder *folder;	/* of the last file; NULL */
	struct keeper *keeper;	/* of that */
};

int indexer_open(struct indexer **x)
{
	*x = calloc(1, sizeof(**x));
	return *x ? 0 : -ENOMEM;
}

/* What does not hold is not believed, so it may stay if need be. */
static void leave(struct indexer *x)
{
	if (x->keeper)
		keeper_tidy(x->keeper);
	x->keeper = keeper_close(x->keeper);
	x->folder = folder_close(x->folder);
}

static int enter(struct indexer *x, struct folder *d)
{
	int err;

	if (x->folder == d)
		return 0;
	leave(x);
	err = keeper_open(&x->keeper, folder_fd(d));
	if (!err)
		x->folder = folder_share(d);
	return err;
}

int indexer_add(struct indexer *x, struct disk_file *f)
{
	struct entry e;
	int err;

	if (!disk_file_entry(f, &e))
		return 0;
	err = enter(x, disk_file_folder(f));
	if (!err)
		err = keeper_add(x->keeper, disk_file_name(f), &e);
	entry_close(&e);
	return err;
}

void indexer_finish(struct indexer *x)
{
	leave(x);
}

struct indexer *indexer_close(struct indexer *x)
{
	if (!x)
		return NULL;
	keeper_close(x->keeper);
	folder_close(x->folder);
	free(x);
	return NULL;
}
