// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A capture on another machine: ssh(1) runs xdpdump there with the options that were chosen, and
 * writes what comes into the FIFO itself. Nobody can be asked for a password.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/base/loop.h"
#include "capture/base/wait.h"
#include "capture/cli/extcap.h"
#include "capture/cli/opts.h"
#include "capture/cli/opts_table.h"
#include "capture/cli/said.h"
#include "capture/cli/toolbar.h"
#include "capture/write/out.h"
#include "capture/write/place.h"

enum { SSH_FAILED = 255, PATIENCE_NS = 100 * 1000 * 1000, PATIENCE = 30, ARGS_MAX = 16 };

struct remote {
	struct loop loop;
	struct out *fifo;
	pid_t pid;
	int pid_fd;		/* -1: it does not run */
	bool ended;		/* it has */
};

/* ---- what runs there ---- */

/* As one word of a shell, whatever is in it. */
static void put_word(FILE *f, const char *word)
{
	fputs(" '", f);
	for (; *word; word++)
		if (*word == '\'')
			fputs("'\\''", f);
		else
			putc(*word, f);
	putc('\'', f);
}

static void put_options(FILE *f, const struct extcap_options *e)
{
	for (unsigned i = 0; i < e->n_given; i++) {
		if (!extcap_config_is_ours(e->given[i].code))
			continue;
		fprintf(f, " --%s", opts_table_long_name(e->given[i].code));
		if (e->given[i].arg)
			put_word(f, e->given[i].arg);
	}
}

/* NULL: out of memory; else to be freed. */
static char *command_of(const struct opts *o)
{
	const struct extcap_options *e = &o->extcap;
	char *command = NULL;
	size_t len;
	FILE *f = open_memstream(&command, &len);

	if (!f)
		return NULL;
	fputs(e->remote.command ? e->remote.command : "xdpdump", f);
	put_options(f, e);
	if (e->level == SAID_DEBUG)
		fputs(" --debug", f);
	if (e->remote.iface) {
		fputs(" -i", f);
		put_word(f, e->remote.iface);
	}
	fputs(" -w -", f);
	if (o->filter) {
		fputs(" --", f);
		put_word(f, o->filter);
	}
	if (fclose(f)) {
		free(command);
		return NULL;
	}
	return command;
}

/* ---- ssh ---- */

static void ssh_args(const struct extcap_options *e, const char *command,
		     const char *args[static ARGS_MAX])
{
	const struct { const char *option, *value; } given[] = {
		{ "-p", e->remote.port }, { "-l", e->remote.user }, { "-i", e->remote.key },
	};
	unsigned n = 0;

	args[n++] = "ssh";
	args[n++] = "-T";
	args[n++] = "-oBatchMode=yes";
	for (size_t i = 0; i < array_size(given); i++)
		if (given[i].value) {
			args[n++] = given[i].option;
			args[n++] = given[i].value;
		}
	args[n++] = "--";
	args[n++] = e->remote.host;
	args[n++] = command;
	args[n] = NULL;
}

static void become_ssh(const struct remote *r, const char *const *args)
{
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out_fd(r->fifo), STDOUT_FILENO) < 0)
		_exit(SSH_FAILED);
	execvp(args[0], (char *const *)args);
	log_complain("cannot run ssh: %s", strerror(errno));
	_exit(SSH_FAILED);
}

static int start_ssh(struct remote *r, const char *const *args)
{
	r->pid = fork();
	if (r->pid < 0)
		return -errno;
	if (!r->pid)
		become_ssh(r, args);
	r->pid_fd = pidfd_open(r->pid, 0);
	return r->pid_fd < 0 ? -errno : 0;
}

static void ssh_ended(void *ctx)
{
	((struct remote *)ctx)->ended = true;
}

static void take_said(void *ctx)
{
	said_take(ctx);
}

static int watch(struct remote *r, struct said *s)
{
	int err = loop_add(&r->loop, r->pid_fd, ssh_ended, r);

	if (!err && out_has_reader(r->fifo))
		err = loop_add_written(&r->loop, out_fd(r->fifo));
	return err ? err : loop_add(&r->loop, said_fd(s), take_said, s);
}

/* Its status as waitpid() has it. The far end of what it carries notices that it is gone. */
static int stop_ssh(struct remote *r)
{
	int status = 0;

	for (int i = 0; waitpid(r->pid, &status, WNOHANG) == 0; i++) {
		kill(r->pid, i < PATIENCE ? SIGTERM : SIGKILL);
		wait_us(PATIENCE_NS / 1000);
	}
	return status;
}

/* What came before the capture there had begun was no error until now. */
static enum status judge(struct said *s, int status, bool was_asked)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	said_take(s);
	if (was_asked || sig == SIGPIPE || (!sig && !code))
		return STATUS_OK;
	said_let_out(s);
	if (sig)
		return log_fail(STATUS_RUNTIME, "ssh was ended by signal %d", sig);
	return code <= STATUS_INCOMPLETE
		       ? (enum status)code
		       : log_fail(STATUS_RUNTIME, "ssh has ended with status %d", code);
}

static enum status run_ssh(struct remote *r, const struct opts *o, struct said *s)
{
	cleanup(freep) char *command = command_of(o);
	const char *args[ARGS_MAX];
	enum status status;
	int err;

	if (!command)
		return log_fail(STATUS_RUNTIME, "out of memory");
	log_announce("on %s: %s", o->extcap.remote.host, command);
	said_hold(s);
	ssh_args(&o->extcap, command, args);
	err = start_ssh(r, args);
	if (!err)
		err = watch(r, s);
	while (!err && !r->ended && !r->loop.unread && loop_look(&r->loop))
		loop_wait(&r->loop, UINT64_MAX);
	if (err)
		log_complain("cannot run ssh: %s", strerror(-err));
	if (r->pid <= 0)
		return STATUS_RUNTIME;
	status = judge(s, stop_ssh(r), !loop_goes_on(&r->loop));
	return err ? STATUS_RUNTIME : status;
}

enum status extcap_remote(const struct opts *o, struct said *s, struct toolbar *t)
{
	struct remote r = { .loop = LOOP_INIT, .pid_fd = -1 };
	enum status status = STATUS_OK;
	int err = loop_open(&r.loop);

	toolbar_only_log(t);
	if (!err)
		err = out_open(&r.fifo, o->write, r.loop.stop_fd);
	if (!err)
		status = run_ssh(&r, o, s);
	else if (err != -EINTR)
		status = log_fail(STATUS_RUNTIME, "%s: %s", o->write,
				  place_refusal(err) ? place_refusal(err) : strerror(-err));
	if (r.pid_fd >= 0)
		close(r.pid_fd);
	out_close(r.fifo);
	loop_close(&r.loop);
	return status;
}
