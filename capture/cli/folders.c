// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Once it is known what is in the files (learn.c), it is asked which of them can have a packet; all
 * others of the directory are not opened, and not written to either.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "capture/base/util.h"
#include "capture/cli/folders.h"
#include "capture/cli/learn.h"
#include "capture/cli/opts.h"
#include "capture/filter/per_link.h"
#include "capture/index/catalog.h"
#include "capture/packet/packet.h"
#include "capture/read/merge.h"
#include "capture/stage/select.h"

/* How often it is begun anew where files come and go; then it is read as it is. */
enum { TRIES = 10 };

/* A path, and what is known of the file; one that is not in a directory has no catalog_file. */
struct path {
	const char *path;
	const struct catalog *catalog;
	char *own;			/* the same, to be freed; NULL: of opts */
	const struct catalog_file *file;
	bool is_wanted;
};

struct folders {
	const struct opts *opts;
	struct catalog **catalogs;	/* one for each of opts.reads, NULL: no directory */
	struct path *paths;
	size_t n_paths, n_refused;
	size_t n_first;			/* of paths, those of the first of opts.reads */
	const char **names;		/* of those that are wanted, and then of the others */
	struct entry_wanted wanted;
	bool based;
	uint64_t base_ns;
	bool changed;			/* since it was chosen */
};

static void closep(struct folders *f)
{
	for (unsigned i = 0; f->catalogs && i < f->opts->n_reads; i++)
		catalog_close(f->catalogs[i]);
	for (size_t i = 0; i < f->n_paths; i++)
		free(f->paths[i].own);
	free(f->catalogs);
	free(f->paths);
	free(f->names);
	per_link_close(f->wanted.per_link);
}

static bool is_folder(const char *path)
{
	struct stat st;

	return strcmp(path, "-") && !stat(path, &st) && S_ISDIR(st.st_mode);
}

static enum status no_memory(void)
{
	return log_fail(STATUS_RUNTIME, "out of memory");
}

/* ---- the index ---- */

static enum status open_catalogs(struct folders *f)
{
	const struct opts *o = f->opts;

	f->catalogs = calloc(o->n_reads, sizeof(*f->catalogs));
	if (!f->catalogs)
		return no_memory();
	for (unsigned i = 0; i < o->n_reads; i++) {
		int err = is_folder(o->reads[i]) ? catalog_open(&f->catalogs[i], o->reads[i]) : 0;

		if (err)
			return log_fail(STATUS_RUNTIME, "%s: cannot read the directory: %s",
					o->reads[i], strerror(-err));
		if (f->catalogs[i])
			learn_folder(o, o->reads[i], f->catalogs[i]);
	}
	return STATUS_OK;
}

/* ---- the files ---- */

static enum status add_path(struct folders *f, const char *path, char *own,
			    const struct catalog *catalog, const struct catalog_file *file)
{
	struct path *more = f->paths;

	if (!(f->n_paths & (f->n_paths - 1)))	/* a power of two, or 0: full */
		more = realloc(more, (f->n_paths ? 2 * f->n_paths : 1) * sizeof(*more));
	if (!more || !path) {
		free(own);
		return no_memory();
	}
	f->paths = more;
	more[f->n_paths++] =
		(struct path){ .path = path, .own = own, .catalog = catalog, .file = file };
	return STATUS_OK;
}

/* One that cannot be read would be the end of it all; recovery may find something in it. */
static bool is_taken(struct folders *f, const char *folder, const struct catalog_file *file)
{
	if (!file->known)
		return true;
	if (!(file->entry.flags & ENTRY_REFUSED) || f->opts->recover)
		return file->entry.flags & ENTRY_CAPTURE;
	f->n_refused++;
	log_complain("%s%s: begins as a capture, and cannot be read: left out", folder, file->name);
	return false;
}

/* Those without a time come first, as in a merge. */
static int by_time(const void *a, const void *b)
{
	const struct path *p = a, *q = b;
	const uint64_t t = p->file->entry.first_ns, u = q->file->entry.first_ns;

	return t < u ? -1 : t > u ? 1 : strcmp(p->file->name, q->file->name);
}

static enum status add_files(struct folders *f, const char *path, struct catalog *c)
{
	const char *slash = path[strlen(path) - 1] == '/' ? "" : "/";
	cleanup(freep) char *folder = NULL;
	const size_t before = f->n_paths;
	enum status status = STATUS_OK;
	const struct catalog_file *files;
	size_t n;

	if (asprintf(&folder, "%s%s", path, slash) < 0) {
		folder = NULL;
		return no_memory();
	}
	files = catalog_files(c, &n);
	for (size_t i = 0; !status && i < n; i++) {
		char *own;

		if (!is_taken(f, folder, &files[i]))
			continue;
		own = asprintf(&own, "%s%s", folder, files[i].name) < 0 ? NULL : own;
		status = add_path(f, own, own, c, &files[i]);
	}
	if (!status && f->n_paths == before)
		return log_fail(STATUS_RUNTIME, "%s: there is no capture in this directory", path);
	if (!status)
		qsort(f->paths + before, f->n_paths - before, sizeof(*f->paths), by_time);
	return status;
}

static enum status add_all(struct folders *f)
{
	const struct opts *o = f->opts;
	enum status status = STATUS_OK;

	for (unsigned i = 0; !status && i < o->n_reads; i++) {
		status = f->catalogs[i] ? add_files(f, o->reads[i], f->catalogs[i])
					: add_path(f, o->reads[i], NULL, NULL, NULL);
		f->n_first = i ? f->n_first : f->n_paths;
	}
	return status;
}

/* ---- the choice ---- */

static bool is_relative(const struct select_time *t)
{
	return t->kind == SELECT_CLOCK || t->kind == SELECT_LATER;
}

/* The first packet of all, whether its file is read or not. False: that is not known. */
static bool find_base(struct folders *f)
{
	f->base_ns = UINT64_MAX;
	for (const struct path *p = f->paths; p < f->paths + f->n_paths; p++) {
		if (!p->file || !p->file->known)
			return false;
		if (p->file->entry.n_timed)
			f->base_ns = min_of(f->base_ns, p->file->entry.first_ns);
	}
	return f->base_ns != UINT64_MAX;
}

/*
 * False: without reading them all nobody knows what is wanted. So it is with --diff, where what
 * goes with an image that matches does not have to, and with -d, which is for the link type of them
 * all.
 */
static bool settle_wanted(struct folders *f)
{
	const struct opts *o = f->opts;
	struct selection s = { .start = o->start, .end = o->end };
	struct packet first = { .has = PACKET_TIME };

	if (o->action == ACTION_DIFF || o->action == ACTION_DUMP)
		return false;
	f->wanted.timed = o->start.kind != SELECT_NONE || o->end.kind != SELECT_NONE;
	if (is_relative(&o->start) || is_relative(&o->end)) {
		f->based = find_base(f);
		if (!f->based)
			return false;
		first.ts_ns = f->base_ns;
	}
	select_base(&s, &first);
	f->wanted.start_ns = s.start_ns;
	f->wanted.end_ns = s.end_ns;
	return !o->filter ||
	       !per_link_open(&f->wanted.per_link, o->filter, o->filter_file, !o->no_optimize);
}

/*
 * One at least is read: it tells what is wrong with an expression, or where packets would have come
 * from. The first for which the expression is one.
 */
static void choose_one(struct folders *f, struct path *from, const struct path *end)
{
	struct path *p = from;

	while (f->wanted.per_link && p < end && !entry_fits(&p->file->entry, f->wanted.per_link))
		p++;
	(p < end ? p : from)->is_wanted = true;
}

static void choose_of(struct folders *f, struct path *from, const struct path *end, bool known)
{
	size_t n = 0;

	for (struct path *p = from; p < end; p++) {
		p->is_wanted = !known || !p->file || !p->file->known ||
			       entry_may_have(&p->file->entry, &f->wanted);
		n += p->is_wanted;
	}
	if (!n)		/* then all are known */
		choose_one(f, from, end);
}

static void choose(struct folders *f)
{
	struct path *second = f->paths + f->n_first, *end = f->paths + f->n_paths;
	const bool known = settle_wanted(f);

	if (f->opts->action != ACTION_COMPARE) {
		choose_of(f, f->paths, end, known);
		return;
	}
	choose_of(f, f->paths, second, known);
	choose_of(f, second, end, known);
}

static unsigned count_wanted(const struct path *p, const struct path *end)
{
	unsigned n = 0;

	for (; p < end; p++)
		n += p->is_wanted;
	return n;
}

static unsigned add_names(struct folders *f, const char **to, bool is_wanted)
{
	unsigned n = 0;

	for (size_t i = 0; i < f->n_paths; i++)
		if (f->paths[i].is_wanted == is_wanted)
			to[n++] = f->paths[i].path;
	return n;
}

/* ---- what has become of it meanwhile ---- */

/* Those that are open have the names that we have given. */
static bool is_open_as_found(const struct folders *f, const struct merge *in)
{
	const struct path *p = f->paths;
	const char *name;

	for (unsigned i = 0; (name = merge_name(in, i)); i++) {
		while (p < f->paths + f->n_paths && p->path != name)
			p++;
		if (p == f->paths + f->n_paths)		/* of another input */
			return true;
		if (p->file && merge_stat(in, i)->st_ino != p->file->is.inode)
			return false;
	}
	return true;
}

/*
 * What is being written grows, and is read to what there is; what was passed over has to be as it
 * was.
 */
static bool holds(void *ctx, const struct merge *in, int err)
{
	struct folders *f = ctx;

	f->changed = err ? err == -ENOENT || err == -ESTALE : !is_open_as_found(f, in);
	for (const struct path *p = f->paths; !err && !f->changed && p < f->paths + f->n_paths; p++)
		f->changed = p->file && !p->is_wanted && !catalog_stands(p->catalog, p->file);
	return !f->changed;
}

/* ---- all of it ---- */

static enum status read_chosen(struct folders *f, enum status (*read)(const struct opts *o),
			       bool last)
{
	struct opts o = *f->opts;

	f->names = calloc(f->n_paths, sizeof(*f->names));
	if (!f->names)
		return no_memory();
	o.reads = f->names;
	o.n_reads = add_names(f, f->names, true);
	o.spared = f->names + o.n_reads;
	o.n_spared = add_names(f, f->names + o.n_reads, false);
	if (o.action == ACTION_COMPARE) {
		o.sides[0].name = f->opts->reads[0];
		o.sides[0].n = count_wanted(f->paths, f->paths + f->n_first);
		o.sides[1].name = f->opts->reads[1];
		o.sides[1].n = o.n_reads - o.sides[0].n;
	}
	o.based = f->based;
	o.base_ns = f->base_ns;
	/* which opens the next one when the first has been told of */
	if (!last && o.action != ACTION_INFO) {
		o.holds = holds;
		o.holds_ctx = f;
	}
	return read(&o);
}

static bool has_folder(const struct opts *o)
{
	unsigned i = 0;

	while (i < o->n_reads && !is_folder(o->reads[i]))
		i++;
	return i < o->n_reads;
}

/* *@changed: others stand there by now. */
static enum status run_once(const struct opts *o, enum status (*read)(const struct opts *o),
			    bool last, bool *changed)
{
	cleanup(closep) struct folders f = { .opts = o };
	enum status status = open_catalogs(&f);

	if (!status)
		status = add_all(&f);
	if (status)
		return status;
	choose(&f);
	status = read_chosen(&f, read, last);
	*changed = f.changed;
	return !status && f.n_refused ? STATUS_RUNTIME : status;
}

enum status folders_run(const struct opts *o, enum status (*read)(const struct opts *o))
{
	bool changed = true;
	enum status status = STATUS_OK;

	if (!has_folder(o))
		return read(o);
	if (o->follow)
		return log_fail(STATUS_USAGE, "%s is a directory: --follow is for a file, or for those of a pattern in "
				"quotes: -r '%s/*'", o->reads[0], o->reads[0]);
	if (o->has_place)
		return log_fail(STATUS_USAGE, "%s is a directory: --at is a place in one file",
				o->reads[0]);
	for (unsigned i = 1; changed && i <= TRIES; i++) {
		changed = false;
		status = run_once(o, read, i == TRIES, &changed);
	}
	return status;
}

enum status folders_index(const struct opts *o)
{
	cleanup(closep) struct folders f = { .opts = o };
	enum status status;

	for (unsigned i = 0; i < o->n_reads; i++)
		if (!is_folder(o->reads[i]))
			return log_fail(STATUS_USAGE, "%s is no directory, which --index is for",
					o->reads[i]);
	status = open_catalogs(&f);
	if (!status)
		status = add_all(&f);
	if (!status)
		log_announce("%zu capture%s indexed", f.n_paths, f.n_paths == 1 ? "" : "s");
	return status;
}
