// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Every order in which the capture, the worker and somebody who moves files can act: all states
 * that can be reached from the start with a few files, each step from each of them once. Beside the
 * lists goes a model of the disk that knows nothing of them; what must never happen is asserted
 * there. From each state the run has to come to its end, with every file let go once.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "capture/write/fileid.h"
#include "capture/write/lifecycle.h"

#include "tests/unit/unit.h"

enum {
	FILES		= 4,	/* in a run, at most */
	NAMES		= 4,
	NOBODY		= -1,	/* has the name */
	SOMEBODY	= -2,	/* else */
	SIZE		= 10,
	STEPS_MAX	= 200,
};

static const struct row {
	const char *name;
	struct lifecycle_limits limits;
	int n_names;		/* they come round */
	bool command;
	bool meddle;		/* somebody moves a file, or puts another one into its place */
	bool empty;		/* files may be */
	bool careless;		/* names are used without a claim */
	unsigned states;	/* to be found at least: the search is no shorter than it was */
} rows[] = {
	{ "a ring of one file", { .n_files = 1 }, 1, false, true, false, false, 2000 },
	{ "a ring of two files", { .n_files = 2 }, 2, false, true, false, false, 4500 },
	{ "a ring of two files with a command", { .n_files = 2 }, 2, true, false, false, false,
	  1000 },
	{ "a ring of two files with a command, and moves", { .n_files = 2 }, 2, true, true, false,
	  false, 11000 },
	{ "a ring of three files, patient", { .n_files = 3, .patient = true }, 3, true, false,
	  false, false, 1500 },
	{ "files that may be empty", { .n_files = 2 }, 2, false, true, true, false, 61000 },
	{ "names that are not claimed", { .n_files = 2 }, 2, true, true, false, true, 35000 },
	{ "the newest files", { .n_files = 2 }, NAMES, false, false, false, false, 500 },
	{ "the newest files with a command", { .n_files = 2 }, NAMES, true, true, false, false,
	  50000 },
	{ "no limits", { 0 }, NAMES, true, true, false, false, 11000 },
	{ "a limit of bytes", { .max_disk = 2 * SIZE }, NAMES, true, false, false, false, 8000 },
	{ "a limit of bytes that no file keeps", { .max_disk = SIZE / 2 }, NAMES, false, false,
	  false, false, 1400 },
	{ "a limit of free space", { .min_free = 100 }, NAMES, false, true, false, false, 60000 },
	{ "a ring with a limit of free space", { .n_files = 2, .min_free = 100 }, 2, false, false,
	  false, false, 4500 },
	{ "such a ring with a command", { .n_files = 2, .min_free = 100 }, 2, true, false, false,
	  false, 10000 },
};

/* ---- the world ---- */

enum command { NONE, ACCEPTED, STARTED, ENDED };

struct file {
	int name;
	uint64_t bytes;
	bool vanishes;
	enum command command;
	bool is_closed, is_gone, is_removed;	/* from the disk, by us */
};

struct unlinking {
	bool is_on;			/* it has looked, and not removed yet */
	int err;			/* what it has seen */
};

static struct world {
	const struct row *row;
	struct lifecycle *life;
	struct file files[FILES];
	int n_files;
	int dir[NAMES];			/* which file has the name */
	/* we have seen that SOMEBODY has it, and have none there since */
	bool is_not_ours[NAMES];
	/* the capture */
	struct roster_file *current;
	int current_file;		/* NOBODY: there is none */
	struct roster_file *claim;	/* its name is being taken away */
	int claimed_file;
	int next;			/* the name that was claimed; NOBODY */
	int opened;			/* the file that has it; NOBODY */
	bool is_full, is_over;		/* it was told to stop; it has ended */
	struct unlinking for_claim;
	/* the worker */
	struct lifecycle_job job, run;	/* JOB_NONE: none */
	bool is_done;			/* what is to be done for the job */
	struct unlinking for_job;
	/* there was nothing to be done, and nothing has happened since */
	bool is_idle;
	/* somebody */
	unsigned n_moves;
} w;

static struct disk_file *disk_of(int file)
{
	return (struct disk_file *)&w.files[file];
}

static int file_of(const struct disk_file *disk)
{
	return (const struct file *)disk - w.files;
}

static const char *path_of(int name)
{
	static const char *const paths[NAMES] = { "a", "b", "c", "d" };

	return paths[name];
}

static bool is_in_place(int file)
{
	return w.dir[w.files[file].name] == file;
}

/*
 * As disk_file_unlink() does: it looks, and then it removes what has the name. Somebody may act
 * between the two, the other side of ours may not.
 */
static void look_before_unlink(struct unlinking *u, int file)
{
	int there = w.dir[w.files[file].name];

	*u = (struct unlinking){ .is_on = true,
				 .err = there == file	  ? 0
					: there == NOBODY ? -ENOENT
							  : FILEID_ANOTHER };
}

static int unlink_file(struct unlinking *u, int file)
{
	struct file *f = &w.files[file];

	u->is_on = false;
	if (u->err == FILEID_ANOTHER && !f->vanishes) {	/* which is said: it is not one of ours */
		assert_int_equal(w.dir[f->name], SOMEBODY);
		w.is_not_ours[f->name] = true;
	}
	if (u->err)
		return u->err;
	assert_true(w.dir[f->name] == file || w.dir[f->name] < 0);
	assert_true(f->command == NONE || f->command == ENDED);
	f->is_removed |= w.dir[f->name] == file;
	w.dir[f->name] = NOBODY;
	return 0;
}

static void let_go(struct lifecycle_job *job)
{
	struct file *f = &w.files[file_of(job->disk)];

	if (!job->is_gone)
		return;
	assert_false(f->is_gone);
	assert_true(f->is_closed);
	assert_true(f->command == NONE || f->command == ENDED);
	assert_int_not_equal(file_of(job->disk), w.current_file);
	assert_int_not_equal(file_of(job->disk), w.claimed_file);
	f->is_gone = true;
}

/* ---- steps: each false if it is not possible now ---- */

static int new_file(int name)
{
	w.files[w.n_files] = (struct file){ .name = name, .bytes = SIZE };
	w.dir[name] = w.n_files;
	return w.n_files++;
}

static void begin(int file)
{
	unsigned news;

	assert_int_equal(lifecycle_begin(w.life, disk_of(file), path_of(w.files[file].name),
					 &w.current, &news),
			 0);
	w.current_file = file;
	w.opened = w.next = NOBODY;
	w.is_not_ours[w.files[file].name] = false;
	for (int i = 0; i < file && news & LIFECYCLE_LEFT_OUT; i++)
		if (w.files[i].name == w.files[file].name && w.files[i].command == ACCEPTED)
			w.files[i].command = NONE;
}

static bool start(void)
{
	if (w.n_files)
		return false;
	begin(new_file(0));
	return true;
}

static bool may_open_another(void)
{
	return w.current && !w.claim && w.next == NOBODY && w.n_files < FILES && !w.is_over &&
	       !w.is_full;
}

static bool claim(void)
{
	struct disk_file *disk;
	int name, err;

	if (!may_open_another() || w.row->n_names == 1)
		return false;
	name = (w.files[w.current_file].name + 1) % w.row->n_names;
	err = lifecycle_claim(w.life, path_of(name), &w.claim, &disk);
	assert_true(!err || err == -EBUSY || err == -EEXIST);
	if (w.is_not_ours[name])
		assert_int_equal(err, -EEXIST);
	if (!err && w.claim)
		w.claimed_file = file_of(disk);
	else if (!err)
		w.next = name;
	return true;
}

static bool finish_claim(int was)
{
	int err = lifecycle_claimed(w.life, w.claim, was);

	assert_int_equal(err, was == FILEID_ANOTHER ? -EEXIST : was == -ENOENT ? 0 : was);
	if (!err)
		w.next = w.files[w.claimed_file].name;
	w.claim = NULL;
	w.claimed_file = NOBODY;
	return true;
}

static bool look_for_claim(void)
{
	if (!w.claim || w.for_claim.is_on)
		return false;
	look_before_unlink(&w.for_claim, w.claimed_file);
	return true;
}

static bool end_claim(void)
{
	return w.for_claim.is_on && finish_claim(unlink_file(&w.for_claim, w.claimed_file));
}

static bool fail_claim(void)
{
	return w.row->meddle && w.claim && !w.for_claim.is_on && finish_claim(-EROFS);
}

/* Nobody can look and remove at once (unlinkat(2)): that race is left. */
static bool is_about_to_go(int name)
{
	return (w.for_claim.is_on && w.files[w.claimed_file].name == name) ||
	       (w.for_job.is_on && w.files[file_of(w.job.disk)].name == name);
}

/* What is there, if it is not ours, is overwritten. */
static bool open_next(void)
{
	if (w.next == NOBODY || w.opened != NOBODY || !w.current)
		return false;
	for (int i = 0; i < w.n_files; i++)
		if (is_in_place(i) && w.files[i].name == w.next)
			assert_true(w.files[i].is_gone);
	w.opened = new_file(w.next);
	return true;
}

static bool open_careless(void)
{
	int name, before;

	if (!may_open_another() || !w.row->careless)
		return false;
	name = (w.files[w.current_file].name + 1) % w.row->n_names;
	before = w.dir[name];
	if (is_about_to_go(name) || (before >= 0 && w.files[before].command == STARTED))
		return false;
	w.next = name;
	w.opened = new_file(name);
	return true;
}

/*
 * A ring of one file: the old one makes way. Or it has moved (logrotate), and its name is used
 * again.
 */
static bool open_same(void)
{
	if (!may_open_another())
		return false;
	if (w.row->n_names > 1 && is_in_place(w.current_file))
		return false;
	if (is_in_place(w.current_file)) {
		look_before_unlink(&w.for_claim, w.current_file);
		unlink_file(&w.for_claim, w.current_file);
	}
	w.next = w.files[w.current_file].name;
	w.opened = new_file(w.next);
	return true;
}

static bool complete(uint64_t bytes, bool vanishes)
{
	struct file *f;
	bool wants;

	if (!w.current || w.claim || (w.opened == NOBODY && w.n_files < FILES && !w.is_full))
		return false;
	f = &w.files[w.current_file];
	wants = w.row->command && !vanishes && is_in_place(w.current_file);
	f->bytes = bytes;
	f->vanishes = vanishes;
	assert_true(lifecycle_complete(w.life, w.current, bytes, vanishes, wants));
	f->command = wants ? ACCEPTED : NONE;
	w.current = NULL;
	w.current_file = NOBODY;
	return true;
}

static bool complete_it(void)
{
	return complete(SIZE, false);
}

static bool complete_empty(void)
{
	return w.row->empty && complete(0, false);
}

static bool complete_vanishing(void)
{
	return w.row->empty && complete(0, true);
}

static bool begin_next(void)
{
	if (w.current || w.opened == NOBODY)
		return false;
	begin(w.opened);
	return true;
}

static bool ask_for_room(void)
{
	enum lifecycle_room room;
	bool news;

	if (!w.current || (!w.row->limits.max_disk && !w.row->limits.min_free))
		return false;
	room = lifecycle_room(w.life, SIZE, w.row->limits.min_free, &news);
	assert_true(!news || room == LIFECYCLE_FULL);
	w.is_full |= room == LIFECYCLE_FULL || room == LIFECYCLE_DISK_LOW;
	return true;
}

static bool end(void)
{
	if (w.current || w.opened != NOBODY || w.is_over || !w.n_files)
		return false;
	lifecycle_end(w.life, false);
	w.is_over = true;
	return true;
}

static bool force(void)
{
	if (!w.is_over || lifecycle_is_forced(w.life))
		return false;
	lifecycle_end(w.life, true);
	return true;
}

static bool take_job(bool sync)
{
	struct file *f;

	if (w.job.kind != JOB_NONE || w.is_idle)
		return false;
	lifecycle_next(w.life, sync, &w.job);
	w.is_done = false;
	if (w.job.kind == JOB_NONE) {
		w.is_idle = true;
		return true;
	}
	f = &w.files[file_of(w.job.disk)];
	assert_false(f->is_gone);
	assert_int_equal(f->is_closed, w.job.kind == JOB_DELETE || w.job.kind == JOB_RUN);
	if (w.job.kind == JOB_RUN) {
		assert_int_equal(w.run.kind, JOB_NONE);
		assert_int_equal(f->command, ACCEPTED);
		for (int i = 0; i < w.n_files; i++)	/* it never gets another file of ours */
			assert_true(w.dir[f->name] != i || &w.files[i] == f ||
				    (i == w.opened && w.row->careless));
		f->command = STARTED;
		w.run = w.job;
		w.job.kind = JOB_NONE;
	}
	return true;
}

static bool take_any_job(void)
{
	return take_job(false);
}

static bool take_sync(void)
{
	return w.current && take_job(true);
}

static bool removes_a_name(void)
{
	return w.job.kind == JOB_DELETE ? w.job.wanted : w.job.kind == JOB_CLOSE && w.job.vanishes;
}

static bool look_for_job(void)
{
	if (w.job.kind == JOB_NONE || w.is_done || w.for_job.is_on || !removes_a_name())
		return false;
	assert_int_not_equal(file_of(w.job.disk), w.current_file);
	look_before_unlink(&w.for_job, file_of(w.job.disk));
	return true;
}

static bool do_job(void)
{
	if (w.job.kind == JOB_NONE || w.is_done || (removes_a_name() && !w.for_job.is_on))
		return false;
	w.is_done = true;
	if (removes_a_name())
		w.job.err = unlink_file(&w.for_job, file_of(w.job.disk));
	if (w.job.kind == JOB_CLOSE)
		w.files[file_of(w.job.disk)].is_closed = true;
	return true;
}

static bool give_back(uint64_t free_bytes)
{
	if (w.job.kind == JOB_NONE || !w.is_done)
		return false;
	w.job.free_bytes = free_bytes;
	lifecycle_done(w.life, &w.job);
	if (w.job.kind == JOB_LOOK)
		w.is_full |= w.job.is_low;
	let_go(&w.job);
	w.job.kind = JOB_NONE;
	return true;
}

static bool give_back_job(void)
{
	return give_back(1000);
}

static bool give_back_low(void)
{
	return w.job.kind == JOB_LOOK && give_back(0);
}

static bool fail_delete(void)
{
	if (w.job.kind != JOB_DELETE || w.is_done || !w.job.wanted || w.for_job.is_on ||
	    !w.row->meddle)
		return false;
	w.job.err = -EPERM;
	w.is_done = true;
	return give_back(1000);
}

static bool finish_command(bool takes_it_away)
{
	int file;

	if (w.run.kind != JOB_RUN)
		return false;
	file = file_of(w.run.disk);
	w.files[file].command = ENDED;
	if (takes_it_away && is_in_place(file))
		w.dir[w.files[file].name] = NOBODY;
	w.run.there = is_in_place(file);
	lifecycle_done(w.life, &w.run);
	let_go(&w.run);
	w.run.kind = JOB_NONE;
	return true;
}

static bool end_command(void)
{
	return finish_command(false);
}

static bool end_command_that_takes_the_file(void)
{
	return finish_command(true);
}

static bool meddle(int name, int with)
{
	if (!w.row->meddle || w.n_moves || name >= w.row->n_names || w.dir[name] < 0 ||
	    is_about_to_go(name))
		return false;
	w.n_moves++;
	w.dir[name] = with;
	return true;
}

static bool move_a(void)
{
	return meddle(0, NOBODY);
}

static bool replace_a(void)
{
	return meddle(0, SOMEBODY);
}

static bool move_b(void)
{
	return meddle(1, NOBODY);
}

static bool replace_b(void)
{
	return meddle(1, SOMEBODY);
}

static const struct step {
	const char *name;
	bool (*fn)(void);
} steps[] = {
	{ "the first file begins", start },
	{ "claim the next name", claim },
	{ "it looks at the file", look_for_claim },
	{ "the claim ends", end_claim },
	{ "the claim fails", fail_claim },
	{ "open the next file", open_next },
	{ "open one with the same name", open_same },
	{ "open the next one without a claim", open_careless },
	{ "the current file is complete", complete_it },
	{ "the current file is complete, and empty", complete_empty },
	{ "the current file is complete, and vanishes", complete_vanishing },
	{ "the next file begins", begin_next },
	{ "is there room?", ask_for_room },
	{ "no more files come", end },
	{ "the end is forced", force },
	{ "the worker takes a job", take_any_job },
	{ "the worker takes a job, at the time to sync", take_sync },
	{ "it looks before it removes", look_for_job },
	{ "it does it", do_job },
	{ "it gives it back", give_back_job },
	{ "it finds that little is free", give_back_low },
	{ "it cannot delete", fail_delete },
	{ "the command ends", end_command },
	{ "the command ends, the file is gone", end_command_that_takes_the_file },
	{ "somebody moves a", move_a },
	{ "somebody replaces a", replace_a },
	{ "somebody moves b", move_b },
	{ "somebody replaces b", replace_b },
};

enum { N_STEPS = sizeof(steps) / sizeof(*steps) };

/* ---- all orders ---- */

static struct state {
	uint64_t *image;	/* all that decides what comes next */
	unsigned n;		/* words of it */
	unsigned from;		/* the state before */
	unsigned char step;	/* that led here */
	unsigned char length;	/* of the way */
} *found;
static unsigned n_found, cap_found, *table, table_size;

static void restart(const struct row *row)
{
	w = (struct world){
		.row = row,
		.current_file = NOBODY,
		.claimed_file = NOBODY,
		.next = NOBODY,
		.opened = NOBODY,
		.dir = { NOBODY, NOBODY, NOBODY, NOBODY },
	};
	assert_int_equal(lifecycle_open(&w.life, &row->limits), 0);
}

static bool take_step(unsigned step)
{
	bool was_idle = w.is_idle;

	w.is_idle = false;
	if (steps[step].fn != take_any_job && steps[step].fn != take_sync)
		return steps[step].fn() || (w.is_idle = was_idle, false);
	w.is_idle = was_idle;
	return steps[step].fn();
}

static struct { unsigned at; int step; } doing;	/* -1: comes to its end */

static void go_to(const struct row *row, unsigned at)
{
	unsigned char way[STEPS_MAX];
	unsigned n = found[at].length;

	doing.at = at;
	doing.step = -1;
	for (unsigned i = n; i; at = found[at].from)
		way[--i] = found[at].step;
	restart(row);
	for (unsigned i = 0; i < n; i++)
		assert_true(take_step(way[i]));
}

/* Of a failure: how to get there. */
static void print_way(unsigned at)
{
	if (found[at].length) {
		print_way(found[at].from);
		print_message("# %s\n", steps[found[at].step].name);
	}
}

static int print_doing(void **state)
{
	(void)state;
	if (!found)
		return 0;
	print_way(doing.at);
	print_message("# %s\n",
		      doing.step < 0 ? "then it comes to its end" : steps[doing.step].name);
	return 0;
}

/* assert(3) of the lists. */
static void aborted(int sig)
{
	print_doing(NULL);
	signal(sig, SIG_DFL);
	raise(sig);
}

enum { IMAGE_MAX = 64 };	/* words */

/* A file, NOBODY, or an errno. */
static uint64_t byte_of(int n)
{
	return (uint8_t)n;
}

static unsigned describe(uint64_t image[static IMAGE_MAX])
{
	unsigned n = lifecycle_check(w.life, image, IMAGE_MAX / 2);
	uint64_t names = 0;

	for (int i = 0; i < NAMES; i++)
		names |= byte_of(w.dir[i]) << 8 * i | (uint64_t)w.is_not_ours[i] << (48 + i);
	image[n++] = names | (uint64_t)w.n_files << 32 | (uint64_t)w.n_moves << 40;
	image[n++] = byte_of(w.current_file) | byte_of(w.claimed_file) << 8 |
		     byte_of(w.next) << 16 | byte_of(w.opened) << 24 | (uint64_t)w.is_full << 32 |
		     (uint64_t)w.is_over << 33 | (uint64_t)w.is_idle << 34 |
		     (uint64_t)w.is_done << 35;
	image[n++] = w.job.kind |
		     (w.job.kind ? byte_of(file_of(w.job.disk)) << 8 | w.job.wanted << 16 : 0) |
		     (w.run.kind ? byte_of(file_of(w.run.disk)) + 1 : 0) << 24;
	image[n++] = (w.for_claim.is_on ? 1 | byte_of(w.for_claim.err) << 8 : 0) |
		     (w.for_job.is_on ? 1 | byte_of(w.for_job.err) << 8 : 0) << 16 |
		     (w.job.kind == JOB_DELETE ? byte_of(w.job.err) : 0) << 32;
	for (int i = 0; i < w.n_files; i++)
		image[n++] = w.files[i].name | w.files[i].command << 8 |
			     w.files[i].is_closed << 16 | w.files[i].is_gone << 17 |
			     w.files[i].is_removed << 18;
	return n;
}

static unsigned slot_of(const uint64_t *image, unsigned n)
{
	uint64_t h = 1469598103934665603u;

	for (unsigned i = 0; i < n; i++)
		h = (h ^ image[i] ^ h >> 29) * 0x9e3779b97f4a7c15u;
	for (unsigned i = (h ^ h >> 32) % table_size;; i = (i + 1) % table_size) {
		const struct state *s = table[i] ? &found[table[i] - 1] : NULL;

		if (!s || (s->n == n && !memcmp(s->image, image, n * sizeof(*image))))
			return i;
	}
}

static void rebuild(void)
{
	table_size = 4 * cap_found + 1;
	free(table);
	table = calloc(table_size, sizeof(*table));
	for (unsigned i = 0; i < n_found; i++)
		table[slot_of(found[i].image, found[i].n)] = i + 1;
}

/* The world as it is now, if it is new. */
static void note(unsigned from, unsigned step)
{
	uint64_t image[IMAGE_MAX];
	unsigned slot, n = describe(image);

	if (n_found == cap_found) {
		cap_found = cap_found ? 2 * cap_found : 1024;
		found = realloc(found, cap_found * sizeof(*found));
		rebuild();
	}
	slot = slot_of(image, n);
	if (table[slot])
		return;
	found[n_found] = (struct state){ malloc(n * sizeof(*image)), n, from, step,
					 n_found ? found[from].length + 1 : 0 };
	assert_non_null(found[n_found].image);
	memcpy(found[n_found].image, image, n * sizeof(*image));
	assert_true(found[n_found].length < STEPS_MAX);
	table[slot] = ++n_found;
}

static void drop_all(bool is_end)
{
	struct disk_file *disk;
	unsigned n = 0;

	for (; (disk = lifecycle_drop(w.life)); n++) {
		assert_false(w.files[file_of(disk)].is_gone);
		w.files[file_of(disk)].is_gone = true;
	}
	for (int i = 0; i < w.n_files && is_end; i++)
		assert_true(w.files[i].is_gone);
	lifecycle_close(w.life);
}

/* Nothing is left to be done: the limits hold, and each command that was accepted was run once. */
static void check_the_end(void)
{
	int n = 0;

	for (int i = 0; i < w.n_files; i++) {
		assert_true(w.files[i].command == NONE || w.files[i].command == ENDED ||
			    lifecycle_is_forced(w.life));
		n += is_in_place(i) && !w.files[i].is_gone;
	}
	if (w.row->limits.n_files && !lifecycle_is_forced(w.life))
		assert_true(n <= (int)w.row->limits.n_files);
	assert_true(!w.files[w.n_files - 1].is_removed || w.files[w.n_files - 1].vanishes);
}

/* From wherever it is. */
static void come_to_the_end(void)
{
	unsigned n = 0;

	look_for_claim();
	end_claim();
	if (w.current)
		w.is_full = true;
	complete(SIZE, false);
	begin_next();
	w.is_full = true;
	complete(SIZE, false);
	end();
	do {
		look_for_job();
		do_job();
		give_back(1000);
		w.is_idle = false;
		take_job(false);
		look_for_job();
		if (n & 1)
			end_command();
		assert_true(++n < 100);
	} while (w.job.kind != JOB_NONE || w.run.kind != JOB_NONE || !lifecycle_has_ended(w.life));
	check_the_end();
}

static void every_step_from(const struct row *row, unsigned at)
{
	for (unsigned step = 0; step < N_STEPS; step++) {
		go_to(row, at);
		while (step < N_STEPS && !(doing.step = step, take_step(step)))
			step++;
		if (step < N_STEPS)
			note(at, step);
		drop_all(false);
	}
	go_to(row, at);
	if (w.n_files)
		come_to_the_end();
	drop_all(w.n_files);
}

static void every_order(void **state)
{
	const struct row *row = *state;

	n_found = cap_found = 0;
	restart(row);
	note(0, 0);
	drop_all(false);
	for (unsigned at = 0; at < n_found; at++)
		every_step_from(row, at);
	print_message("# %u states: %s\n", n_found, row->name);
	assert_true(n_found >= row->states);
	for (unsigned i = 0; i < n_found; i++)
		free(found[i].image);
	free(found);
	free(table);
	found = NULL;
	table = NULL;
}

/* ---- many files ---- */

enum { MANY = 5000 };

static char many[MANY][8];

static void close_one(struct lifecycle *l, unsigned i)
{
	struct lifecycle_job job;
	struct roster_file *f;
	unsigned news;

	snprintf(many[i], sizeof(many[i]), "f%u", i);
	assert_int_equal(lifecycle_begin(l, (struct disk_file *)many[i], many[i], &f, &news), 0);
	assert_true(lifecycle_complete(l, f, SIZE, false, false));
	lifecycle_next(l, false, &job);
	assert_int_equal(job.kind, JOB_CLOSE);
	lifecycle_done(l, &job);
	assert_false(job.is_gone);
}

static void claim_one(struct lifecycle *l, unsigned i)
{
	struct lifecycle_job job;
	struct disk_file *disk;
	struct roster_file *f;

	assert_int_equal(lifecycle_claim(l, many[i], &f, &disk), 0);
	assert_non_null(f);
	assert_ptr_equal(disk, many[i]);
	assert_int_equal(lifecycle_claimed(l, f, 0), 0);
	assert_int_equal(lifecycle_claim(l, many[i], &f, &disk), 0);
	assert_null(f);
	lifecycle_next(l, false, &job);
	assert_int_equal(job.kind, JOB_DELETE);
	assert_false(job.wanted);
	lifecycle_done(l, &job);
	assert_true(job.is_gone);
}

static void thousands_of_files_are_found_by_their_names(void **state)
{
	uint64_t *image = malloc(8 * MANY * sizeof(*image));
	struct lifecycle *l;

	(void)state;
	assert_int_equal(lifecycle_open(&l, &(struct lifecycle_limits){ .n_files = MANY }), 0);
	for (unsigned i = 0; i < MANY; i++)
		close_one(l, i);
	assert_int_equal(lifecycle_check(l, image, 8 * MANY), 4 * MANY + 2);
	for (unsigned i = 0; i < MANY; i++)
		claim_one(l, i * 7 % MANY);
	assert_int_equal(lifecycle_check(l, image, 8 * MANY), 2);
	lifecycle_close(l);
	free(image);
}

/* ---- orders of their own ---- */

static struct roster_file *begin_one(struct lifecycle *l, unsigned i, unsigned *news)
{
	struct roster_file *f;

	snprintf(many[i], sizeof(many[i]), "f%u", i);
	assert_int_equal(lifecycle_begin(l, (struct disk_file *)many[i], many[i], &f, news), 0);
	return f;
}

static struct lifecycle *opened(const struct lifecycle_limits *limits)
{
	struct lifecycle *l;

	assert_int_equal(lifecycle_open(&l, limits), 0);
	return l;
}

/* The next thing to be done is of this @kind, for file @i. */
static struct lifecycle_job next_is(struct lifecycle *l, enum job_kind kind, unsigned i)
{
	struct lifecycle_job job;

	lifecycle_next(l, false, &job);
	assert_int_equal(job.kind, kind);
	if (kind != JOB_NONE)
		assert_ptr_equal(job.disk, many[i]);
	return job;
}

/* A look at the disk finds so much. */
static void look(struct lifecycle *l, unsigned current, uint64_t free_bytes)
{
	struct lifecycle_job job;
	bool full;

	assert_int_equal(lifecycle_room(l, SIZE, true, &full), LIFECYCLE_ROOM);
	job = next_is(l, JOB_LOOK, current);
	job.free_bytes = free_bytes;
	lifecycle_done(l, &job);
	assert_false(job.is_low);
}

/* How the deletion of a file, for want of room, ends: what stands there is not always ours. */
static const struct { int err, claimed; bool is_gone, is_stuck; } ends[] = {
	{ 0, 0, true, false },
	{ -ENOENT, 0, true, false },
	{ -EPERM, 0, true, true },
	{ FILEID_ANOTHER, -EEXIST, false, false },
};

/* What stands there was said to be somebody's: the next file must not take the place from it. */
static void a_place_that_another_file_has_taken_is_not_ours(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		struct lifecycle *l = opened(&(struct lifecycle_limits){ .min_free = 100 });
		struct lifecycle_job job;
		struct disk_file *disk;
		struct roster_file *f;
		unsigned news;

		close_one(l, 0);
		begin_one(l, 1, &news);
		look(l, 1, 99);
		job = next_is(l, JOB_DELETE, 0);
		assert_true(job.wanted);
		job.err = ends[i].err;
		lifecycle_done(l, &job);
		assert_int_equal(job.is_gone, ends[i].is_gone);
		assert_int_equal(lifecycle_claim(l, many[0], &f, &disk), ends[i].claimed);
		assert_null(f);
		lifecycle_close(l);
	}
}

static void what_cannot_be_deleted_goes_on_to_take_room(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		struct lifecycle *l = opened(&(struct lifecycle_limits){ .max_disk = 25 });
		struct lifecycle_job job;
		unsigned news;
		bool full;

		close_one(l, 0);
		begin_one(l, 1, &news);
		assert_int_equal(lifecycle_room(l, 20, false, &full), LIFECYCLE_ROOM);
		job = next_is(l, JOB_DELETE, 0);
		job.err = ends[i].err;
		lifecycle_done(l, &job);
		assert_int_equal(lifecycle_room(l, 15, false, &full), LIFECYCLE_ROOM);
		assert_int_equal(lifecycle_room(l, 16, false, &full),
				 ends[i].is_stuck ? LIFECYCLE_FULL : LIFECYCLE_ROOM);
		assert_int_equal(full, ends[i].is_stuck);
		lifecycle_close(l);
	}
}

static void nothing_is_deleted_while_enough_is_free(void **state)
{
	struct lifecycle *l = opened(&(struct lifecycle_limits){ .min_free = 100 });
	unsigned news;

	(void)state;
	close_one(l, 0);
	begin_one(l, 1, &news);
	look(l, 1, 100);
	next_is(l, JOB_NONE, 0);
	look(l, 1, 99);
	next_is(l, JOB_DELETE, 0);
	lifecycle_close(l);
}

/* Not only when that one is complete, which may take days. */
static void the_oldest_goes_when_another_begins(void **state)
{
	struct lifecycle *l = opened(&(struct lifecycle_limits){ .n_files = 2 });
	unsigned news;

	(void)state;
	close_one(l, 0);
	close_one(l, 1);
	next_is(l, JOB_NONE, 0);
	begin_one(l, 2, &news);
	next_is(l, JOB_DELETE, 0);
	lifecycle_close(l);
}

static void busy_is(struct lifecycle *l, unsigned n, const char *of)
{
	char path[16];

	assert_int_equal(lifecycle_busy(l, path, sizeof(path)), n);
	assert_string_equal(path, of);
}

static void a_command_is_waited_for_until_it_has_ended_or_is_left_out(void **state)
{
	struct lifecycle *l = opened(&(struct lifecycle_limits){ 0 });
	struct lifecycle_job job, run;
	struct roster_file *f;
	unsigned news;

	(void)state;
	busy_is(l, 0, "");
	f = begin_one(l, 0, &news);
	busy_is(l, 0, "f0");
	assert_true(lifecycle_complete(l, f, SIZE, false, true));
	busy_is(l, 1, "f0");
	job = next_is(l, JOB_CLOSE, 0);
	lifecycle_done(l, &job);
	run = next_is(l, JOB_RUN, 0);
	f = begin_one(l, 1, &news);
	busy_is(l, 1, "f0");	/* the one that runs, not the current file */
	assert_true(lifecycle_complete(l, f, SIZE, false, true));
	busy_is(l, 2, "f0");
	begin_one(l, 1, &news);
	assert_int_equal(news, LIFECYCLE_LEFT_OUT);
	busy_is(l, 1, "f0");
	run.there = true;
	lifecycle_done(l, &run);
	assert_true(run.is_gone);
	busy_is(l, 0, "f1");
	lifecycle_close(l);
}

/* Commands that wait for the first one. */
static void the_patient_wait_when_many_commands_do(void **state)
{
	for (int patient = 0; patient < 2; patient++) {
		struct lifecycle *l = opened(&(struct lifecycle_limits){ .patient = patient });

		(void)state;
		for (unsigned i = 0; i < LIFECYCLE_QUEUE + 2; i++) {
			struct lifecycle_job job;
			unsigned news;

			assert_int_equal(lifecycle_ready(l), !patient || i < LIFECYCLE_QUEUE);
			assert_int_equal(lifecycle_complete(l, begin_one(l, i, &news), SIZE, false,
							    true),
					 i <= LIFECYCLE_QUEUE);
			job = next_is(l, JOB_CLOSE, i);
			lifecycle_done(l, &job);
			if (!i)
				next_is(l, JOB_RUN, 0);
		}
		lifecycle_close(l);
	}
}

int main(void)
{
	static const struct CMUnitTest orders[] = {
		cmocka_unit_test(thousands_of_files_are_found_by_their_names),
		cmocka_unit_test(a_place_that_another_file_has_taken_is_not_ours),
		cmocka_unit_test(what_cannot_be_deleted_goes_on_to_take_room),
		cmocka_unit_test(nothing_is_deleted_while_enough_is_free),
		cmocka_unit_test(the_oldest_goes_when_another_begins),
		cmocka_unit_test(a_command_is_waited_for_until_it_has_ended_or_is_left_out),
		cmocka_unit_test(the_patient_wait_when_many_commands_do),
	};
	struct CMUnitTest tests[sizeof(rows) / sizeof(*rows) + sizeof(orders) / sizeof(*orders)];
	size_t n = 0;

	unit_of_table(rows, every_order, tests, n);
	memcpy(tests + n, orders, sizeof(orders));
	n += sizeof(orders) / sizeof(*orders);
	for (size_t i = 0; i < n; i++)
		tests[i].teardown_func = print_doing;
	signal(SIGABRT, aborted);
	return unit_run("lifecycle", tests, n);
}
