// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* -D: the interfaces of this network namespace. */
#include <stdio.h>
#include <string.h>

#include "capture/attach.h"
#include "capture/live.h"
#include "capture/netif.h"
#include "capture/text.h"

static void print_row(const char *name, const char *state, const char *program, const char *id, const char *mode)
{
	char shown[64];
	struct text t = text_in(shown, sizeof(shown) - 1);

	text_escaped(&t, name, strlen(name));
	shown[t.len] = '\0';
	printf("%-16s %-8s %-16s %-8s %s\n", shown, state, program, id, mode);
}

static void print_iface(void *ctx is_unused, const struct netif *n)
{
	const char *state = !n->up ? "down" : n->running ? "up" : "no link";
	struct xdp_program found[3];
	int count = attach_query(n->ifindex, found);

	if (count <= 0)
		print_row(n->name, state, count < 0 ? "unknown" : "-", "-", "-");
	for (int i = 0; i < count; i++) {
		char id[16], name[64];
		struct text t = text_in(name, sizeof(name) - 1);

		snprintf(id, sizeof(id), "%u", found[i].id);
		text_escaped(&t, found[i].name, strlen(found[i].name));
		name[t.len] = '\0';
		print_row(n->name, state, *name ? name : "?", id, xdp_mode_name(found[i].mode));
	}
}

enum status list_run(void)
{
	int err;

	attach_set_verbose(false);
	print_row("Interface", "State", "XDP program", "ID", "Mode");
	err = netif_list(print_iface, NULL);
	if (err)
		return fail(STATUS_RUNTIME, "cannot list the interfaces: %s", strerror(-err));
	return finish_stdout();
}
