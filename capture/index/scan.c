// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/index/entry.h"
#include "capture/index/notes.h"
#include "capture/index/scan.h"
#include "capture/packet/packet.h"
#include "capture/read/capfile.h"
#include "capture/read/magic.h"

/*
 * What cannot be begun is a capture if its first bytes say so: who reads it will tell what is
 * wrong.
 */
static bool looks_so(FILE *f)
{
	uint8_t first[MAGIC_LEN];
	ssize_t n = lseek(fileno(f), 0, SEEK_SET) ? 0 : read(fileno(f), first, sizeof(first));
	enum magic is = n > 0 ? magic_of(first, n) : MAGIC_NONE;

	return is == MAGIC_PCAP || is == MAGIC_PCAPNG;
}

static int read_packets(struct notes *n, struct capfile *r, struct entry *e)
{
	struct packet p;
	int got;

	while ((got = capfile_next(r, &p)) > 0)
		notes_packet(n, &p);
	if (!got)
		e->flags |= ENTRY_WHOLE;
	return got == -EBADMSG ? 0 : got;
}

static int read_file(struct entry *e, FILE *f, const struct capfile_hooks *hooks)
{
	struct notes *n = NULL;
	struct capfile *r = NULL;
	int err = notes_open(&n, e);

	if (!err)
		err = capfile_open_with(&r, f, hooks);
	if (!err) {
		e->flags = ENTRY_CAPTURE;
		err = read_packets(n, r, e);
	} else if (err == -EBADMSG) {
		e->flags = !looks_so(f)
				   ? 0
				   : ENTRY_CAPTURE | (capfile_is_unbegun(r) ? 0 : ENTRY_REFUSED);
		err = 0;
	}
	capfile_close(r);
	notes_close(n);
	return err;
}

/* Is the file what the entry is of? Otherwise -ESTALE. */
static int check(const struct entry *e, FILE *f)
{
	struct entry_file now;
	struct stat st;

	if (fstat(fileno(f), &st))
		return -errno;
	now = entry_file_of(&st);
	return entry_is_of(e, &now) ? 0 : -ESTALE;
}

int scan_entry(struct entry *e, FILE *f, const struct entry_file *is, int (*look)(void *ctx),
	       void *ctx)
{
	const struct capfile_hooks hooks = { .look = look, .ctx = ctx };
	int err;

	memset(e, 0, sizeof(*e));
	setvbuf(f, NULL, _IONBF, 0);
	e->file = *is;
	err = check(e, f);
	if (!err)
		err = read_file(e, f, &hooks);
	if (err)
		return err;
	sketch_fold(&e->sketch);
	err = check(e, f);
	if (err == -ESTALE)
		e->flags &= ~ENTRY_WHOLE;
	return err == -ESTALE ? 0 : err;
}
