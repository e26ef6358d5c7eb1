// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Files of which nothing is known are read by a process of its own, in the sandbox, from which
 * nothing but the entries comes back, and is checked as what a file says.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/base/fd_bytes.h"
#include "capture/base/progress.h"
#include "capture/base/util.h"
#include "capture/cli/confine.h"
#include "capture/cli/learn.h"
#include "capture/cli/opts.h"
#include "capture/index/catalog.h"
#include "capture/kernel/run_as.h"
#include "capture/read/blocks.h"

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
static int read_files(const struct opts *o, const char *path, struct catalog *c, pid_t parent,
		      int fd)
{
	const struct opts alone = { .action = ACTION_OFFLINE, .reads = &path, .n_reads = 1,
				    .user = o->user, .sandbox = o->sandbox };
	struct looking l = { .size = 0 };
	const struct catalog_scan how = { look, &l };
	struct blocks out = { .len = 0 };

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		return -EPERM;
	progress_init(&l.progress, false);
	catalog_unknown(c, &l.size);
	if (confine(&alone, CONFINE_OPENS) || catalog_scan(c, &how, &out))
		return -ENOMEM;
	if (fd_bytes_write(fd, out.bytes, out.len))
		return -EIO;
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

/* As the user of -Z. */
static int save(const struct opts *o, struct catalog *c)
{
	struct run_as *user = NULL;
	int err = o->user ? run_as_open(&user, o->user) : 0;

	if (!err)
		err = run_as_enter(user);
	if (!err) {
		int saved = catalog_save(c);

		err = run_as_leave(user);
		err = saved ? saved : err;
	}
	run_as_close(user);
	return err;
}

void learn_folder(const struct opts *o, const char *path, struct catalog *c)
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
	else if ((err = save(o, c)))
		log_complain("warning: %s: the index cannot be written (%s): it is made anew each time", path,
			     strerror(-err));
}
