// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The questions of Wireshark: which interfaces there are, what their packets are, what can be
 * chosen, whether a filter is one. It runs us at each of its starts, for all of its users, so none
 * of them takes a capability, or looks further than it has to.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/version.h"
#include "capture/cli/extcap.h"
#include "capture/cli/opts.h"
#include "capture/cli/said.h"
#include "capture/cli/toolbar.h"
#include "capture/filter/per_link.h"
#include "capture/kernel/netif.h"
#include "capture/packet/packet.h"

static void print_version(void)
{
	printf("extcap {version=%s}{display=xdpdump}\n", XDPDUMP_VERSION);
}

/* Can it stand in a sentence of the grammar, and in the name of a FIFO in /tmp? */
static bool can_be_said(const char *name)
{
	for (; *name; name++)
		if (*name <= ' ' || *name > '~' || strchr("{}=/", *name))
			return false;
	return true;
}

static void print_iface(void *ctx is_unused, const struct netif *n)
{
	if ((n->ethernet || n->raw) && can_be_said(n->name))
		printf("interface {value=" EXTCAP_LOCAL "%s}{display=XDP: %s}\n", n->name, n->name);
}

static enum status list_interfaces(void)
{
	int err;

	print_version();
	printf("interface {value=" EXTCAP_LOCAL "any}{display=XDP: any}\n");
	err = netif_list(print_iface, NULL);
	printf("interface {value=" EXTCAP_REMOTE "}{display=XDP: another machine, by ssh}\n");
	toolbar_print();
	return err && err != -EINTR
		       ? log_fail(STATUS_RUNTIME, "cannot list the interfaces: %s", strerror(-err))
		       : STATUS_OK;
}

/* Those of which not one is meant, and those of another machine, count as Ethernet. */
static enum status find(const struct extcap_options *e, struct netif *n)
{
	const char *name = e->iface ? e->iface + strlen(EXTCAP_LOCAL) : "any";
	int err;

	*n = (struct netif){ .ethernet = true };
	if (extcap_options_is_remote(e) || !strcmp(name, "any"))
		return STATUS_OK;
	err = netif_by_name(name, n);
	return err ? log_fail(STATUS_INTERFACE, "%s: %s", name,
			      err == -ENODEV ? "there is no such interface" : strerror(-err))
		   : STATUS_OK;
}

/* DLT_EN10MB, and DLT_RAW as Linux has it (pcap/dlt.h). */
static enum status list_link_types(const struct extcap_options *e)
{
	struct netif n;
	enum status status = find(e, &n);

	if (status)
		return status;
	if (n.ethernet)
		printf("dlt {number=1}{name=EN10MB}{display=Ethernet}\n");
	else
		printf("dlt {number=12}{name=RAW}{display=Raw IP}\n");
	return STATUS_OK;
}

/* Nothing, or a line that says what is wrong, which is no failure of ours. */
static enum status check_filter(const struct extcap_options *e)
{
	struct per_link *f = NULL;
	struct netif n;
	struct iface i = { .linktype = LINKTYPE_ETHERNET };
	enum status status = find(e, &n);
	int err;

	if (status || !e->filter)
		return status;
	if (!n.ethernet)
		i.linktype = LINKTYPE_RAW;
	err = per_link_open(&f, e->filter, NULL, true);
	if (!err)
		err = per_link_check(f, &i);
	if (err == -EINVAL)
		printf("%s\n", per_link_error(f));
	per_link_close(f);
	return err && err != -EINVAL
		       ? log_fail(STATUS_RUNTIME, "cannot look at the filter: %s", strerror(-err))
		       : STATUS_OK;
}

/* ---- captures ---- */

static void log_line(void *toolbar, enum said_level level, const char *line, size_t len)
{
	toolbar_log(toolbar, line, len);
	if (level == SAID_WARNING)
		toolbar_status(toolbar, line, len - (len && line[len - 1] == '\n'));
}

static enum status open_failed(const struct extcap_options *e, int err, bool is_file)
{
	return is_file ? log_fail(STATUS_RUNTIME, "--log-file %s: %s", e->log_file, strerror(-err))
		       : log_fail(STATUS_RUNTIME, "cannot keep a log: %s", strerror(-err));
}

static enum status capture(const struct opts *o)
{
	const struct extcap_options *e = &o->extcap;
	struct said_settings settings = { .level = e->level, .file = e->log_file, .each = log_line };
	struct toolbar *t = NULL;
	struct said *s = NULL;
	const char *failed;
	enum status status;
	bool is_file;
	int err = toolbar_open(&t, e->control_in, e->control_out, &failed);

	if (err)
		return log_fail(STATUS_RUNTIME, "%s: %s", failed ? failed : "toolbar",
				err == -ENOTSUP ? "not a FIFO" : strerror(-err));
	settings.ctx = t;
	err = said_open(&s, &settings, &is_file);
	if (err)
		status = open_failed(e, err, is_file);
	else
		status = (extcap_options_is_remote(e) ? extcap_remote : extcap_capture)(o, s, t);
	said_close(s);
	toolbar_close(t);
	return status;
}

static enum status answer(const struct opts *o)
{
	switch (o->extcap.call) {
	case EXTCAP_INTERFACES:
		return list_interfaces();
	case EXTCAP_DLTS:
		return list_link_types(&o->extcap);
	case EXTCAP_CONFIG:
		extcap_config(o);
		return STATUS_OK;
	case EXTCAP_FILTER:
		return check_filter(&o->extcap);
	default:
		print_version();
		return STATUS_OK;
	}
}

enum status extcap_run(const struct opts *o)
{
	enum status status;

	if (o->extcap.call == EXTCAP_CAPTURE)
		return capture(o);
	status = answer(o);
	return status ? status : log_finish_stdout();
}
