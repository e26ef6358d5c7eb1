// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* xdpdump: captures packets at XDP, writes pcapng, prints, and reads captures back. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "capture/base/log.h"
#include "capture/base/version.h"
#include "capture/cli/capture.h"
#include "capture/cli/compare.h"
#include "capture/cli/completions.h"
#include "capture/cli/confine.h"
#include "capture/cli/ctl.h"
#include "capture/cli/diff.h"
#include "capture/cli/extcap.h"
#include "capture/cli/folders.h"
#include "capture/cli/iface_types.h"
#include "capture/cli/info.h"
#include "capture/cli/interfaces.h"
#include "capture/cli/lost.h"
#include "capture/cli/opts.h"
#include "capture/cli/opts_help.h"
#include "capture/cli/opts_parse.h"
#include "capture/cli/read.h"
#include "capture/cli/restore.h"
#include "capture/cli/rights.h"
#include "capture/cli/run.h"
#include "capture/cli/show_filter.h"
#include "capture/cli/top.h"
#include "capture/kernel/privilege.h"

/*
 * A standard descriptor that the caller closed would become the first file opened, and be written
 * to as stderr is. What takes its place is open the wrong way round, so that reading or writing
 * fails as with a closed one, EBADF.
 */
static void hold_standard_fds(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* What does nothing but ask the kernel. */
static enum status run_raised(const struct opts *o)
{
	privilege_raise_here(PRIVILEGE_KERNEL | PRIVILEGE_PIN);

	switch (o->action) {
	case ACTION_LINK_TYPES:
		return iface_types_link(o);
	case ACTION_STAMP_TYPES:
		return iface_types_stamp(o);
	case ACTION_RESTORE:
		return restore_run(o);
	default:
		return interfaces_run(o);
	}
}

static enum status run(const struct opts *o)
{
	switch (o->action) {
	case ACTION_HELP:
		opts_help(o->topic);
		return log_finish_stdout();
	case ACTION_COMPLETIONS:
		completions_print(o->shell);
		return log_finish_stdout();
	case ACTION_VERSION:
		version_print(o->print.verbose);
		if (o->print.verbose > 0)
			confine_print();
		return log_finish_stdout();
	case ACTION_LIST:
	case ACTION_LINK_TYPES:
	case ACTION_STAMP_TYPES:
	case ACTION_RESTORE:
		return run_raised(o);
	case ACTION_DUMP:
		return folders_run(o, show_filter_run);
	case ACTION_OFFLINE:
		return folders_run(o, o->top ? top_run : read_run);
	case ACTION_INDEX:
		return folders_index(o);
	case ACTION_INFO:
		return folders_run(o, info_run);
	case ACTION_COMPARE:
		return folders_run(o, o->lost ? lost_run : compare_run);
	case ACTION_DIFF:
		return folders_run(o, o->run ? run_run : diff_run);
	case ACTION_RUN:
		return folders_run(o, run_run);
	case ACTION_LIVE:
		break;
	}
	return o->extcap.call ? extcap_run(o) : capture_run(o);
}

int main(int argc, char **argv)
{
	struct rights rights = RIGHTS_INIT;
	struct opts o = { 0 };
	enum status status;
	char error[256];

	hold_standard_fds();
	/* Failed writes are reported by their errno, not by death. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);	/* ignored, nobody would tell how a command has ended */
	status = rights_begin(&rights);
	if (!status && ctl_is_meant(argv)) {
		status = ctl_run(argv);
		rights_close(&rights);
		return status;
	}
	if (!status && !opts_parse(&o, argc, argv, error, sizeof(error)))
		status = log_fail(STATUS_USAGE, "%s (xdpdump -h shows all options)", error);
	if (!status)
		status = rights_settle(&rights, &o, argv);
	rights_close(&rights);
	if (!status)
		status = run(&o);
	opts_close(&o);
	return status;
}
