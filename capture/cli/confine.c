// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Which need comes of which option. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "capture/base/limits.h"
#include "capture/base/util.h"
#include "capture/cli/confine.h"
#include "capture/cli/opts.h"
#include "capture/cli/rights.h"
#include "capture/kernel/landlock.h"
#include "capture/kernel/privilege.h"
#include "capture/kernel/run_as.h"
#include "capture/kernel/seccomp.h"
#include "capture/read/merge_options.h"
#include "capture/write/schedule.h"
#include "capture/write/target.h"

bool confine_is_off(const struct opts *o)
{
	return o->sandbox == CONFINE_OFF || seccomp_is_sanitized();
}

static bool writes(const struct opts *o)
{
	return o->write && strcmp(o->write, "-");
}

static bool is_live(const struct opts *o)
{
	return o->action == ACTION_LIVE;
}

/*
 * Files are made after the first one, for a SIGHUP say, or that gets its name when there are
 * packets.
 */
static bool rotates(const struct opts *o)
{
	return writes(o) && (is_live(o) || schedule_rotates(&o->rotate) || strchr(o->write, '%') ||
			     o->part || o->keep.max_disk || o->keep.min_free || o->keep.index);
}

/* Somebody wants to see something else of files. */
static bool reads_again(const struct opts *o)
{
	return o->top && !is_live(o);
}

static bool opens(const struct opts *o, unsigned later)
{
	return later & CONFINE_OPENS || reads_again(o);
}

/* NULL: it is no path. */
static const char *path_of_metrics(const struct opts *o)
{
	return o->metrics && !strncmp(o->metrics, "unix:", 5) ? o->metrics + 5 : NULL;
}

/* The port at which it is connected to again; 0: there is none. */
static uint16_t dials_again(const struct opts *o)
{
	return is_live(o) && o->to ? target_port(o->to) : 0;
}

/* It is cut where the disk is full. */
static bool is_file(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode);
}

static unsigned needs(const struct opts *o, unsigned later)
{
	const struct { bool is; unsigned need; } all[] = {
		{ true, SECCOMP_READS },
		{ opens(o, later), SECCOMP_OPENS },
		{ later & CONFINE_READS_AHEAD, SECCOMP_READS_AHEAD },
		{ o->follow, SECCOMP_FOLLOWS },
		{ o->write || o->html || is_file(STDOUT_FILENO), SECCOMP_WRITES },
		{ o->action == ACTION_INFO || reads_again(o), SECCOMP_RANDOM },
		{ o->flows, SECCOMP_SORTS },
		{ o->flows_ns && is_live(o), SECCOMP_PAUSES },
		{ o->part, SECCOMP_RENAMES },
		{ o->keep.index, SECCOMP_INDEXES },
		{ o->keep.min_free, SECCOMP_MEASURES },
		{ o->write && o->keep.sync != RETENTION_SYNC_NEVER, SECCOMP_SYNCS },
		{ rotates(o) || o->top, SECCOMP_ROTATES },
		{ o->top, SECCOMP_VIEWS },
		{ o->command, SECCOMP_WAITS },
		{ is_live(o), SECCOMP_LIVE },
		{ later & CONFINE_ATTACHES, SECCOMP_ATTACHES },
		{ later & CONFINE_REFILTERS || reads_again(o), SECCOMP_REFILTERS },
		{ o->metrics, SECCOMP_TALKS },
		{ path_of_metrics(o) || o->control, SECCOMP_LISTENS },
		{ o->extcap.call, SECCOMP_RESTORES },
		{ o->to, SECCOMP_SENDS },
		{ o->run, SECCOMP_RUNS },
		{ dials_again(o), SECCOMP_CONNECTS },
	};
	unsigned needs = 0;

	for (size_t i = 0; i < array_size(all); i++)
		needs |= all[i].is ? all[i].need : 0;
	return needs;
}

/* What stays of the rights that there are. */
static unsigned rights(const struct opts *o, unsigned later, const char *output)
{
	bool makes = o->top || (writes(o) && privilege_to_make_files(output));
	bool looks = opens(o, later) || o->follow || o->n_netns;

	return (later & CONFINE_HAS_RIGHTS ? PRIVILEGE_KERNEL : 0) | (looks ? PRIVILEGE_LOOK : 0) |
	       (o->observe.way == OBSERVE_FRONT ? PRIVILEGE_PIN : 0) |
	       (makes ? PRIVILEGE_FILES : 0);
}

/* Something is not to be had. */
static enum status lacks(const struct opts *o, const char *what, int err)
{
	if (o->sandbox == CONFINE_STRICT)
		return log_fail(STATUS_UNSUPPORTED, "--sandbox strict: %s: %s", what,
				strerror(-err));
	log_complain("warning: %s: %s: the sandbox goes without (--sandbox off: without any)", what,
		     strerror(-err));
	return STATUS_OK;
}

/* The directory of @path, which may be a pattern: up to the first of @special in it. */
static void directory_of(const char *path, const char *special, char out[static PATH_MAX])
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%.*s", (int)strcspn(path, special), path);
	if (copy[0] && copy[strlen(copy) - 1] == '/')
		strncat(copy, ".", sizeof(copy) - strlen(copy) - 1);
	snprintf(out, PATH_MAX, "%s", dirname(copy));
}

/* The directories of paths, as long as the places are used. */
struct folders { char written[5][PATH_MAX], followed[PATH_MAX], linked[PATH_MAX]; };

/* A file that is followed may be a link to one elsewhere. */
static unsigned add_followed(const struct opts *o, struct folders *f, struct landlock_place *places)
{
	char path[PATH_MAX];
	unsigned n = 0;

	directory_of(o->reads[0], "*?[", f->followed);
	places[n++] = (struct landlock_place){ f->followed, LANDLOCK_READ };
	if (!realpath(o->reads[0], path))
		return n;
	directory_of(path, "", f->linked);
	places[n++] = (struct landlock_place){ f->linked, LANDLOCK_READ };
	return n;
}

static bool is_path(const char *word)
{
	return word && strcmp(word, "-") && strcmp(word, "stdout") && strcmp(word, "stderr");
}

/* What is made there may be removed again, if nothing comes into it. */
static unsigned add_written(const struct opts *o, struct folders *f, struct landlock_place *places)
{
	const struct { const char *path, *special; } all[array_size(f->written)] = {
		{ writes(o) ? o->write : NULL, "%" }, { o->html, "" }, { o->keep.print_name, "" },
		{ path_of_metrics(o), "" }, { o->control, "" },
	};
	unsigned n = 0;

	for (size_t i = 0; i < array_size(all); i++) {
		if (!is_path(all[i].path))
			continue;
		directory_of(all[i].path, all[i].special, f->written[i]);
		places[n++] = (struct landlock_place){ f->written[i], LANDLOCK_WRITE };
	}
	return n;
}

/*
 * Interfaces are looked for in /proc and /sys, whether the terminal has gone in /dev/tty, and what
 * the names in an expression mean in /etc.
 */
static unsigned add_places(const struct opts *o, unsigned later, struct folders *f,
			   struct landlock_place *places)
{
	unsigned n = add_written(o, f, places);

	if (is_live(o))
		places[n++] = (struct landlock_place){ later & CONFINE_ATTACHES ? "/" : "/dev/tty",
						       LANDLOCK_READ };
	for (unsigned i = 0; later & CONFINE_OPENS && i < o->n_reads; i++)
		if (strcmp(o->reads[i], "-") && !merge_options_is_tcp(o->reads[i]))
			places[n++] = (struct landlock_place){ o->reads[i], LANDLOCK_READ };
	if (later & CONFINE_OPENS && o->expect)
		places[n++] = (struct landlock_place){ o->expect, LANDLOCK_READ };
	if (later & CONFINE_REFILTERS)
		places[n++] = (struct landlock_place){ "/etc", LANDLOCK_READ };
	return o->follow ? n + add_followed(o, f, places + n) : n;
}

/*
 * Somebody at a terminal may save packets wherever he likes; and /proc/PID/ns of others, in which
 * namespaces are found again, is out of reach for who has any Landlock.
 */
static enum status shut_files(const struct opts *o, unsigned later, struct folders *f)
{
	enum { BESIDE_FILES = 10 };
	cleanup(freep) struct landlock_place *places = calloc(o->n_reads + BESIDE_FILES,
							      sizeof(*places));
	int err;

	if (!places)
		return log_fail(STATUS_RUNTIME, "out of memory");
	err = o->top || o->n_netns
		      ? 0
		      : landlock_enter(places, add_places(o, later, f, places), dials_again(o));
	return err ? lacks(o, "landlock", err) : STATUS_OK;
}

/* Where it is looked up each time it would not be found any more, and UTC be taken. */
static void learn_time_zone(void)
{
	setenv("TZ", ":/etc/localtime", 0);
	tzset();
}

/* Or the first word to it would look whether it is a terminal. */
static void settle_stdout(void)
{
	setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
	if (isatty(STDOUT_FILENO))
		setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
}

/*
 * Threads do without memory of their own, for more of which there is a system call
 * (mprotect(2)).
 */
static void settle_memory(void)
{
	mallopt(M_ARENA_MAX, 1);
}

/* Who captures is it once he has attached. */
static enum status become(const struct opts *o)
{
	struct run_as *user = NULL;
	enum status status = is_live(o) ? STATUS_OK : rights_user(&user, o);

	if (!status)
		status = rights_become(user, o);
	run_as_close(user);
	return status;
}

enum status confine_reach(const struct opts *o, unsigned later)
{
	struct folders f;
	char output[PATH_MAX] = "";
	enum status status = become(o);
	int err;

	if (status || confine_is_off(o))
		return status;
	learn_time_zone();
	settle_stdout();
	settle_memory();
	limits_no_core();
	if (writes(o))
		directory_of(o->write, "%", output);
	err = privilege_settle(rights(o, later, output));
	if (err)
		return log_fail(STATUS_RUNTIME, "cannot give capabilities up: %s", strerror(-err));
	return shut_files(o, later, &f);
}

enum status confine_calls(const struct opts *o, unsigned later)
{
	int err;

	if (confine_is_off(o))
		return STATUS_OK;
	err = seccomp_is_there() ? seccomp_enter(needs(o, later), getenv("XDPDUMP_SANDBOX_KILL"))
				 : -ENOSYS;
	return err ? lacks(o, "seccomp", err) : STATUS_OK;
}

enum status confine(const struct opts *o, unsigned later)
{
	enum status status = confine_reach(o, later);

	return status ? status : confine_calls(o, later);
}

void confine_print(void)
{
	const int version = landlock_version();

	printf("sandbox: %s seccomp, ", seccomp_is_there() ? "with" : "without");
	if (version)
		printf("Landlock %d\n", version);
	else
		printf("without Landlock\n");
}
