// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Files of which nothing is known are read by a process of its own, in the sandbox, from which nothing but the
 * entries comes back, and is checked as what a file says. Then it is asked which files can have a packet; all
 * others of the directory are not opened, and not written to either.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/base/progress.h"
#include "capture/base/util.h"
#include "capture/cli/confine.h"
#include "capture/cli/folders.h"
#include "capture/cli/opts.h"
#include "capture/filter/per_link.h"
#include "capture/index/catalog.h"
#include "capture/kernel/run_as.h"
#include "capture/packet/packet.h"
#include "capture/read/blocks.h"
#include "capture/stage/select.h"

/* A path, and what is known of the file; one that is not in a directory has no catalog_file. */
struct path {
	const char *path;
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

struct looking {
	struct progress progress;
	uint64_t size;
};

static int look(void *ctx, uint64_t bytes, uint64_t packets)
{
	struct looking *l = ctx;

	if (progress_is_due(&l->progress))
		progress_show(&l->progress, packets, bytes, l->size);
	return 0;
}

/* The process that reads: into @fd. It ends with who waits for it. */
static int read_files(const struct opts *o, const char *path, struct catalog *c, pid_t parent, int fd)
{
	const struct opts alone = { .action = ACTION_OFFLINE, .reads = &path, .n_reads = 1, .sandbox = o->sandbox };
	struct looking l = { .size = 0 };
	const struct catalog_scan how = { look, &l };
	struct run_as *account = NULL;
	struct blocks out = { .len = 0 };
	ssize_t n;

	if ((o->user && run_as_open(&account, o->user)) || run_as_become(account, 0) ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		return -EPERM;
	progress_init(&l.progress, false);
	catalog_unknown(c, &l.size);
	if (confine(&alone, CONFINE_OPENS) || catalog_scan(c, &how, &out))
		return -ENOMEM;
	for (size_t at = 0; at < out.len; at += n) {
		n = uninterrupted(write(fd, out.bytes + at, out.len - at));
		if (n <= 0)
			return -EIO;
	}
	progress_erase(&l.progress);
	return 0;
}

static int learn_by(const struct opts *o, const char *path, struct catalog *c, int fd)
{
	const pid_t parent = getpid(), pid = fork();
	int how;

	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(!!read_files(o, path, c, parent, fd));
	while (waitpid(pid, &how, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(how) && !WEXITSTATUS(how) ? catalog_take(c, fd) : -ECANCELED;
}

/* Of those that stay unknown it will be seen when they are read. */
static void learn(const struct opts *o, const char *path, struct catalog *c)
{
	uint64_t bytes;
	const size_t n = catalog_unknown(c, &bytes);
	int fd = n ? memfd_create("index", MFD_CLOEXEC) : -1;
	int err = n && fd < 0 ? -errno : 0;

	if (!n)
		return;
	if (!err)
		err = learn_by(o, path, c, fd);
	if (fd >= 0)
		close(fd);
	if (err)
		log_complain("warning: %s: what is in its files cannot be found out: %s: all are opened", path,
			     strerror(-err));
	else if ((err = catalog_save(c)))
		log_complain("warning: %s: the index cannot be written (%s): it is made anew each time", path,
			     strerror(-err));
}

static enum status open_catalogs(struct folders *f)
{
	const struct opts *o = f->opts;

	f->catalogs = calloc(o->n_reads, sizeof(*f->catalogs));
	if (!f->catalogs)
		return no_memory();
	for (unsigned i = 0; i < o->n_reads; i++) {
		int err = is_folder(o->reads[i]) ? catalog_open(&f->catalogs[i], o->reads[i]) : 0;

		if (err)
			return log_fail(STATUS_RUNTIME, "%s: cannot read the directory: %s", o->reads[i],
					strerror(-err));
		if (f->catalogs[i])
			learn(o, o->reads[i], f->catalogs[i]);
	}
	return STATUS_OK;
}

/* ---- the files ---- */

static enum status add_path(struct folders *f, const char *path, char *own, const struct catalog_file *file)
{
	struct path *more = f->paths;

	if (!(f->n_paths & (f->n_paths - 1)))	/* a power of two, or 0: full */
		more = realloc(more, (f->n_paths ? 2 * f->n_paths : 1) * sizeof(*more));
	if (!more || !path) {
		free(own);
		return no_memory();
	}
	f->paths = more;
	more[f->n_paths++] = (struct path){ .path = path, .own = own, .file = file };
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
		status = add_path(f, own, own, &files[i]);
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
					: add_path(f, o->reads[i], NULL, NULL);
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
 * False: without reading them all nobody knows what is wanted. So it is with --diff, where what goes with an image
 * that matches does not have to.
 */
static bool settle_wanted(struct folders *f)
{
	const struct opts *o = f->opts;
	struct selection s = { .start = o->start, .end = o->end };
	struct packet first = { .has = PACKET_TIME };

	if (o->action == ACTION_DIFF)
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
	return !o->filter || !per_link_open(&f->wanted.per_link, o->filter, o->filter_file, !o->no_optimize);
}

/*
 * One at least is read: it tells what is wrong with an expression, or where packets would have come from. The
 * first for which the expression is one.
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
		p->is_wanted = !known || !p->file || !p->file->known || entry_may_have(&p->file->entry, &f->wanted);
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

static enum status read_chosen(struct folders *f, enum status (*read)(const struct opts *o))
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
	return read(&o);
}

/* ---- all of it ---- */

static bool has_folder(const struct opts *o)
{
	unsigned i = 0;

	while (i < o->n_reads && !is_folder(o->reads[i]))
		i++;
	return i < o->n_reads;
}

enum status folders_run(const struct opts *o, enum status (*read)(const struct opts *o))
{
	cleanup(closep) struct folders f = { .opts = o };
	enum status status;

	if (o->follow || !has_folder(o))
		return read(o);
	if (o->has_place)
		return log_fail(STATUS_USAGE, "%s is a directory: --at is a place in one file", o->reads[0]);
	status = open_catalogs(&f);
	if (!status)
		status = add_all(&f);
	if (status)
		return status;
	choose(&f);
	status = read_chosen(&f, read);
	return !status && f.n_refused ? STATUS_RUNTIME : status;
}

enum status folders_index(const struct opts *o)
{
	cleanup(closep) struct folders f = { .opts = o };
	enum status status;

	for (unsigned i = 0; i < o->n_reads; i++)
		if (!is_folder(o->reads[i]))
			return log_fail(STATUS_USAGE, "%s is no directory, which --index is for", o->reads[i]);
	status = open_catalogs(&f);
	if (!status)
		status = add_all(&f);
	if (!status)
		log_announce("%zu capture%s indexed", f.n_paths, f.n_paths == 1 ? "" : "s");
	return status;
}
