// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* -D: the interfaces of this network namespace. -L and -J: what one of them has. */
#include <stdio.h>
#include <string.h>

#include "capture/base/text.h"
#include "capture/cli/capture.h"
#include "capture/cli/open_netns.h"
#include "capture/cli/opts.h"
#include "capture/kernel/leftover.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/object.h"
#include "capture/kernel/xdp.h"
#include "capture/live/live_iface.h"

static void netns_closep(struct netns **ns)
{
	netns_close(*ns);
}

/* The number is what -i takes as well. @rest: what is said of a program behind that, or "". */
static void print_row(const char *number, const char *name, const char *state, const char *program,
		      const char *id, const char *mode, const char *rest)
{
	char shown[64];
	struct text t = text_in(shown, sizeof(shown) - 1);

	text_escaped(&t, name, strlen(name));
	shown[t.len] = '\0';
	printf("%3s  %-16s %-8s %-16s %-8s ", number, shown, state, program, id);
	printf(*rest ? "%-8s %s\n" : "%s%s\n", mode, rest);
}

static void put_name(struct text *t, const char *name)
{
	text_escaped(t, *name ? name : "?", *name ? strlen(name) : 1);
}

/* Its tag, and whose place it has. */
static void describe(const struct xdp_program *p, struct text *t)
{
	static const uint8_t unknown[sizeof(p->tag)];
	struct xdp_program target;

	if (memcmp(p->tag, unknown, sizeof(unknown)))
		for (size_t i = 0; i < sizeof(p->tag); i++)
			text_hex(t, p->tag[i], 2);
	if (!leftover_is_front(p->id, &target))
		return;
	text_str(t, "  xdpdump in front of ");
	if (!target.id) {
		text_str(t, "a program that is gone");
		return;
	}
	put_name(t, target.name);
	text_str(t, " (id ");
	text_u64(t, target.id);
	text_char(t, ')');
}

static void print_program(const char *number, const struct netif *n, const char *state,
			  const struct xdp_program *p)
{
	char id[16], name[64], rest[128];
	struct text shown = text_in(name, sizeof(name) - 1), t = text_in(rest, sizeof(rest) - 1);

	snprintf(id, sizeof(id), "%u", p->id);
	put_name(&shown, p->name);
	name[shown.len] = '\0';
	describe(p, &t);
	rest[t.len] = '\0';
	print_row(number, n->name, state, name, id, xdp_mode_name(p->mode), rest);
}

static void print_iface(void *ctx, const struct netif *n)
{
	const char *state = !n->up ? "down" : n->running ? "up" : "no link";
	struct xdp_program found[3];
	int count = xdp_query(n->ifindex, found);
	unsigned *place = ctx;
	char number[16];

	snprintf(number, sizeof(number), "%u", ++*place);
	if (count <= 0)
		print_row(number, n->name, state, count < 0 ? "unknown" : "-", "-", "-", "");
	for (int i = 0; i < count; i++)
		print_program(i ? "" : number, n, state, &found[i]);
}

static enum status list(void)
{
	unsigned place = 0;
	int err;

	print_row("#", "Interface", "State", "XDP program", "ID", "Mode", "Tag");
	err = netif_list(print_iface, &place);
	return err ? log_fail(STATUS_RUNTIME, "cannot list the interfaces: %s", strerror(-err))
		   : STATUS_OK;
}

static enum status list_in(const struct netns_words *words)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	cleanup(netns_closep) struct netns *ns = NULL;
	enum status status = open_netns(&ns, words);

	if (!status && netns_enter(&v, ns))
		status = log_fail(STATUS_INTERFACE,
				  "%s: the network namespace has just disappeared",
				  netns_label(ns));
	return status ? status : list();
}

enum status interfaces_run(const struct opts *o)
{
	enum status status = STATUS_OK;

	object_set_log(OBJECT_SILENT);
	if (!o->n_netns)
		status = list();
	for (unsigned i = 0; !status && i < o->n_netns; i++)
		status = list_in(&o->netns[i]);
	return status ? status : log_finish_stdout();
}

/* One interface, as live_iface_describe() finds it. */
static enum status find(struct live_iface *t, const struct opts *o)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	enum status status = live_iface_enter(t, &v);

	if (!status)
		status = live_iface_find(t, o->n_ifaces ? o->ifaces[0] : NULL);
	if (!status && !t->netif.ethernet && !t->netif.raw)
		return log_fail(STATUS_UNSUPPORTED,
				"%s: its packets begin neither with an Ethernet header nor with an IP header, which is not supported",
				live_iface_name(t));
	return status;
}

static enum status list_of(const struct opts *o, const char *what, char letter,
			   const char *(*item)(const struct netif *n))
{
	cleanup(live_iface_close) struct live_iface t = { .promiscuous_fd = -1 };
	cleanup(netns_closep) struct netns *ns = NULL;
	enum status status = open_netns_of(&ns, o, 0);

	t.netns = ns;
	if (!status)
		status = find(&t, o);
	if (status)
		return status;
	printf("%s for %s (use option -%c to set):\n  %s\n", what, live_iface_name(&t), letter,
	       item(&t.netif));
	return log_finish_stdout();
}

static const char *link_type_of(const struct netif *n)
{
	return n->ethernet ? "EN10MB (Ethernet)" : "RAW (Raw IP)";
}

static const char *stamp_type_of(const struct netif *n is_unused)
{
	return "host (Host)";
}

enum status interfaces_link_types(const struct opts *o)
{
	return list_of(o, "Data link types", 'y', link_type_of);
}

enum status interfaces_stamp_types(const struct opts *o)
{
	return list_of(o, "Time stamp types", 'j', stamp_type_of);
}
