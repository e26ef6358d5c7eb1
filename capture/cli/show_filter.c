// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * -d, -dd, -ddd. The link type is Ethernet, which is what XDP has, or that of the first interface
 * in the file of -r; of several files it has to be the same.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "capture/cli/apart.h"
#include "capture/cli/confine.h"
#include "capture/cli/opts.h"
#include "capture/cli/show_filter.h"
#include "capture/filter/disasm.h"
#include "capture/filter/expr.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/hook.h"
#include "capture/packet/packet.h"
#include "capture/read/capfile.h"

static void ignore(void *ctx is_unused, const char *sentence is_unused)
{
}

/* In pcapng the first interface may stand anywhere before the first packet. */
static enum status first_iface(struct capfile *r, const char *name, struct iface *first)
{
	struct packet p;
	int got = capfile_iface(r, 0) ? 1 : capfile_next(r, &p);

	if (capfile_iface(r, 0)) {
		first->linktype = capfile_iface(r, 0)->linktype;
		first->swapped = capfile_iface(r, 0)->swapped;
		return STATUS_OK;
	}
	if (got < 0)
		return log_fail(STATUS_RUNTIME, "%s: %s", name, capfile_error(r));
	return log_fail(STATUS_RUNTIME, "%s: it has no interface, so no link type", name);
}

static FILE *open_file(const char *path)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;

	if (!f)
		log_complain("%s: cannot open: %s", path, strerror(errno));
	return f;
}

/* Closes it. */
static enum status read_first(FILE *f, const char *path, struct iface *first)
{
	const char *name = strcmp(path, "-") ? path : "stdin";
	struct capfile *r = NULL;
	enum status status;

	if (!f)
		return STATUS_RUNTIME;
	if (capfile_open(&r, f, ignore, NULL))
		status = log_fail(STATUS_RUNTIME, "%s: %s", name, capfile_error(r));
	else
		status = first_iface(r, name, first);
	capfile_close(r);
	if (f != stdin)
		fclose(f);
	return status;
}

/* What a process of its own finds out, as names in the filter are looked up behind it. */
struct reading {
	const struct opts *opts;
	struct iface *first;	/* in memory of both */
};

static enum status read_others(const struct reading *r)
{
	const struct opts *o = r->opts;
	const struct iface *first = r->first;
	enum status status = STATUS_OK;

	for (unsigned i = 1; !status && i < o->n_reads; i++) {
		struct iface other;

		status = read_first(open_file(o->reads[i]), o->reads[i], &other);
		if (!status &&
		    (other.linktype != first->linktype || other.swapped != first->swapped))
			return log_fail(STATUS_USAGE,
					"%s has another link type than %s: -d is for one of them",
					o->reads[i], o->reads[0]);
	}
	return status;
}

/* There is nothing to be finished: a signal ends it, whatever it waits for. */
static enum status read_apart(void *ctx)
{
	const struct reading *r = ctx;
	const struct opts *o = r->opts;
	enum status status;
	sigset_t none;
	FILE *f;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	f = open_file(o->reads[0]);
	status = f ? confine(o, o->n_reads > 1 ? CONFINE_OPENS : 0) : STATUS_RUNTIME;
	if (!status)
		status = read_first(f, o->reads[0], r->first);
	return status ? status : read_others(r);
}

static enum status find_iface(const struct opts *o, struct iface *first)
{
	struct reading r = { .opts = o };
	enum status status;

	r.first = mmap(NULL, sizeof(*r.first), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (r.first == MAP_FAILED)
		return log_fail(STATUS_RUNTIME, "out of memory");
	status = apart_run(read_apart, &r);
	first->linktype = r.first->linktype;
	first->swapped = r.first->swapped;
	munmap(r.first, sizeof(*r.first));
	return status;
}

/* What runs in the kernel. */
static enum status dump_translated(const struct expr *e)
{
	cleanup(to_ebpf_free) struct filter f = { 0 };
	const struct sock_filter *insns;
	size_t n;
	int err;

	insns = expr_insns(e, &n);
	err = to_ebpf(&f, hook_xdp.loads, insns, n);
	if (err)
		return log_fail(STATUS_UNSUPPORTED, "the filter cannot be translated to eBPF: %s",
				strerror(-err));
	putchar('\n');
	disasm_print(f.insns, f.n);
	return STATUS_OK;
}

static enum status dump(const struct expr *e, const struct opts *o)
{
	enum status status;

	expr_dump(e, o->dump);
	status = o->print.verbose > 0 ? dump_translated(e) : STATUS_OK;
	return status ? status : log_finish_stdout();
}

enum status show_filter_run(const struct opts *o)
{
	struct iface first = { .linktype = o->linktype };
	enum status status = o->n_reads ? find_iface(o, &first) : STATUS_OK;
	const char *filter = o->filter ? o->filter : "";
	char words[PATH_MAX + 256];
	struct expr *e = NULL;
	int err;

	if (status)
		return status;
	err = expr_open_for(&e, filter, &first, !o->no_optimize);
	if (err)
		status = log_fail(err == -ENOMEM ? STATUS_RUNTIME : STATUS_USAGE, "%s",
				  err == -ENOMEM
					  ? "out of memory"
					  : expr_error_in(e, o->filter_file, words, sizeof(words)));
	else
		status = dump(e, o);
	expr_close(e);
	return status;
}
