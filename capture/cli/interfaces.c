// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* -D: the interfaces of this network namespace. -L and -J: what one of them has. */
#include <stdio.h>
#include <string.h>

#include "capture/base/text.h"
#include "capture/cli/capture.h"
#include "capture/cli/opts.h"
#include "capture/kernel/object.h"
#include "capture/kernel/xdp.h"
#include "capture/kernel/netif.h"
#include "capture/live/live_iface.h"

/* The number is what -i takes as well. */
static void print_row(const char *number, const char *name, const char *state, const char *program,
		      const char *id, const char *mode)
{
	char shown[64];
	struct text t = text_in(shown, sizeof(shown) - 1);

	text_escaped(&t, name, strlen(name));
	shown[t.len] = '\0';
	printf("%3s  %-16s %-8s %-16s %-8s %s\n", number, shown, state, program, id, mode);
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
		print_row(number, n->name, state, count < 0 ? "unknown" : "-", "-", "-");
	for (int i = 0; i < count; i++) {
		char id[16], name[64];
		struct text t = text_in(name, sizeof(name) - 1);

		snprintf(id, sizeof(id), "%u", found[i].id);
		text_escaped(&t, found[i].name, strlen(found[i].name));
		name[t.len] = '\0';
		print_row(i ? "" : number, n->name, state, *name ? name : "?", id,
			  xdp_mode_name(found[i].mode));
	}
}

enum status interfaces_run(void)
{
	unsigned place = 0;
	int err;

	object_set_log(OBJECT_SILENT);
	print_row("#", "Interface", "State", "XDP program", "ID", "Mode");
	err = netif_list(print_iface, &place);
	if (err)
		return log_fail(STATUS_RUNTIME, "cannot list the interfaces: %s", strerror(-err));
	return log_finish_stdout();
}

/* One interface, as live_iface_describe() finds it. */
static enum status list_of(const struct opts *o, const char *what, char letter, const char *item)
{
	struct live_iface t = { .promiscuous_fd = -1 };
	enum status status = live_iface_find(&t, o->n_ifaces ? o->ifaces[0] : NULL);

	if (status)
		return status;
	if (!t.netif.ethernet)
		return log_fail(STATUS_UNSUPPORTED,
				"%s: its packets have no Ethernet header, which is not supported",
				t.netif.name);
	printf("%s for %s (use option -%c to set):\n  %s\n", what, t.netif.name, letter, item);
	return log_finish_stdout();
}

enum status interfaces_link_types(const struct opts *o)
{
	return list_of(o, "Data link types", 'y', "EN10MB (Ethernet)");
}

enum status interfaces_stamp_types(const struct opts *o)
{
	return list_of(o, "Time stamp types", 'j', "host (Host)");
}
