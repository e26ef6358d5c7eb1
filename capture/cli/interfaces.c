// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* -D: the interfaces of this network namespace, or of others. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/text.h"
#include "capture/cli/interfaces.h"
#include "capture/cli/open_netns.h"
#include "capture/cli/opts.h"
#include "capture/cli/table.h"
#include "capture/kernel/leftover.h"
#include "capture/kernel/members.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/netns.h"
#include "capture/kernel/netns_list.h"
#include "capture/kernel/object.h"
#include "capture/kernel/xdp.h"
#include "capture/kernel/xdp_features.h"
#include "capture/live/live_choice.h"

static void netns_closep(struct netns **ns)
{
	netns_close(*ns);
}

/* ---- an interface ---- */

struct listing {
	struct table *table;	/* NULL: JSON is printed at once */
	bool with_netns;	/* the table has a column for it */
	/*
	 * where the interfaces are: what --netns takes, and the name of the process if it is one;
	 * "": here
	 */
	const char *netns, *process;
	unsigned number;
};

static const char *state_of(const struct netif *n)
{
	return !n->up ? "down" : n->running ? "up" : "no link";
}

/* What ip-link(8) calls it; of a device that has no kind, what it is. */
static const char *kind_of(const struct netif *n)
{
	if (!strcmp(n->kind, "tun") && n->ethernet)
		return "tap";
	if (*n->kind)
		return n->kind;
	return n->loopback ? "loopback" : n->ethernet ? "ethernet" : "other";
}

static void put_mac(char out[static 18], const struct netif *n)
{
	struct text t = text_in(out, 17);

	if (n->has_mac)
		text_mac(&t, n->mac);
	out[t.len] = '\0';
}

/* Without its version, which today is that of the kernel. */
static void put_driver(char *out, size_t cap, const struct netif *n)
{
	netif_driver(n->name, out, cap);
	out[strcspn(out, " ")] = '\0';
}

/* "ABORTED,PASS": behind which verdicts the next one runs. */
static void put_chain(struct text *t, uint32_t chain)
{
	/* others than these are possible, and run for nobody */
	static const char *const names[] = { "ABORTED", "DROP", "PASS", "TX", "REDIRECT" };
	bool first = true;

	for (size_t i = 0; i < array_size(names); i++)
		if (chain & 1u << i) {
			text_str(t, first ? "" : ",");
			text_str(t, names[i]);
			first = false;
		}
}

/* Zeros: not allowed to see. */
static void put_tag(char out[static 17], const struct xdp_program *p)
{
	static const uint8_t unknown[sizeof(p->tag)];
	struct text t = text_in(out, 16);

	if (memcmp(p->tag, unknown, sizeof(unknown)))
		for (size_t i = 0; i < sizeof(p->tag); i++)
			text_hex(&t, p->tag[i], 2);
	out[t.len] = '\0';
}

/* ---- as a table ---- */

static void put_or_dash(struct table *t, const char *cell)
{
	table_put(t, *cell ? cell : "-");
}

/* @lead: in front of its name */
static void put_program(struct table *t, const char *lead, const struct xdp_program *p,
			const char *without)
{
	char id[16], tag[17], name[32];

	if (!p) {
		table_put(t, without);
		table_put(t, "-");
		table_put(t, "-");
		table_put(t, "-");
		return;
	}
	snprintf(id, sizeof(id), "%u", p->id);
	put_tag(tag, p);
	snprintf(name, sizeof(name), "%s%s", lead, *p->name ? p->name : "?");
	table_put(t, name);
	table_put(t, id);
	table_put(t, xdp_mode_name(p->mode));
	put_or_dash(t, tag);
}

static void put_netns(const struct listing *l)
{
	char cell[128];

	if (!l->with_netns)
		return;
	snprintf(cell, sizeof(cell), "%s%s%s%s", *l->netns ? l->netns : "-",
		 *l->process ? " (" : "", l->process, *l->process ? ")" : "");
	table_put(l->table, cell);
}

/* @number "": it is one more program of the row before. */
static void put_cells(const struct listing *l, const char *number, const struct netif *n,
		      const char *lead, const struct xdp_program *p, const char *without,
		      const char *hook)
{
	char driver[64], mac[18];
	struct table *t = l->table;

	put_driver(driver, sizeof(driver), n);
	put_mac(mac, n);
	table_put(t, number);
	put_netns(l);
	table_put(t, n->name);
	table_put(t, state_of(n));
	put_program(t, lead, p, without);
	table_put(t, kind_of(n));
	put_or_dash(t, driver);
	put_or_dash(t, mac);
	table_put(t, hook);
}

static void put_row(const struct listing *l, const char *number, const struct netif *n,
		    const struct xdp_program *p, const char *without)
{
	char hook[sizeof(struct live_choice) + 16];
	struct live_choice choice;

	live_choice_make(&choice, n, p);
	snprintf(hook, sizeof(hook), "%s: %s", choice.hook, choice.why);
	put_cells(l, number, n, "", p, without, hook);
}

/* As xdp-loader(8) shows the programs of a dispatcher. */
static void put_members(const struct listing *l, const struct netif *n,
			const struct xdp_program *whole)
{
	struct member members[MEMBERS_MAX];
	int count = members_find(whole, members);
	char words[160];

	for (int i = 0; i < count; i++) {
		const struct member *m = &members[i];
		struct text t = text_in(words, sizeof(words) - 1);

		text_str(&t, "in the place of ");
		text_str(&t, *m->function ? m->function : "a function");
		if (m->is_configured) {
			text_str(&t, ", priority ");
			text_u64(&t, m->priority);
			text_str(&t, ", the next one after ");
			put_chain(&t, m->chain);
		}
		words[t.len] = '\0';
		put_cells(l, "", n, "=> ", &m->program, "", words);
	}
}

static void put_head(const struct listing *l)
{
	static const char *const names[] = {
		"#",   "Namespace", "Interface", "State",  "XDP program", "ID",
		"Mode", "Tag",	     "Kind",	  "Driver", "Address",	   "Hook",
	};

	for (size_t i = 0; i < array_size(names); i++)
		if (l->with_netns || strcmp(names[i], "Namespace"))
			table_put(l->table, names[i]);
}

static void put_rows(const struct listing *l, const struct netif *n)
{
	struct xdp_program found[3];
	int count = xdp_query(n->ifindex, found);
	char number[16];

	snprintf(number, sizeof(number), "%u", l->number);
	if (count <= 0)
		put_row(l, number, n, NULL, count < 0 ? "unknown" : "-");
	for (int i = 0; i < count; i++) {
		put_row(l, i ? "" : number, n, &found[i], "");
		put_members(l, n, &found[i]);
	}
}

/* ---- as JSON ---- */

static void json_string(const char *key, const char *value)
{
	char text[1024];
	struct text t = text_in(text, sizeof(text));

	text_json(&t, value, min_of(strlen(value), sizeof(text) / 6));
	printf(",\"%s\":\"%.*s\"", key, (int)t.len, text);
}

static void json_or_nothing(const char *key, const char *value)
{
	if (*value)
		json_string(key, value);
}

/* Without the end of the object. */
static void json_begin_program(const struct xdp_program *p, bool first)
{
	char tag[17];

	put_tag(tag, p);
	printf("%s{\"id\":%u", first ? "" : ",", p->id);
	json_or_nothing("name", p->name);
	json_string("mode", xdp_mode_name(p->mode));
	json_or_nothing("tag", tag);
}

static void json_members(const struct xdp_program *whole)
{
	struct member members[MEMBERS_MAX];
	int count = members_find(whole, members);
	char words[64];

	if (count > 0)
		fputs(",\"members\":[", stdout);
	for (int i = 0; i < count; i++) {
		const struct member *m = &members[i];
		struct text t = text_in(words, sizeof(words) - 1);

		json_begin_program(&m->program, !i);
		json_or_nothing("function", m->function);
		put_chain(&t, m->chain);
		words[t.len] = '\0';
		if (m->is_configured) {
			printf(",\"priority\":%u", m->priority);
			json_string("chain", words);
		}
		putchar('}');
	}
	if (count > 0)
		putchar(']');
}

static void json_program(const struct xdp_program *p, bool first)
{
	struct xdp_program target;

	json_begin_program(p, first);
	json_members(p);
	if (leftover_is_front(p->id, &target)) {
		printf(",\"in_front_of\":{\"id\":%u", target.id);
		json_or_nothing("name", target.name);
		putchar('}');
	}
	putchar('}');
}

/* What is not known is not there. */
static void print_json(const struct listing *l, const struct netif *n)
{
	struct xdp_program found[3];
	int count = xdp_query(n->ifindex, found);
	struct live_choice choice;
	char driver[64], mac[18];

	put_driver(driver, sizeof(driver), n);
	put_mac(mac, n);
	live_choice_make(&choice, n, count > 0 ? &found[0] : NULL);
	printf("{\"number\":%u", l->number);
	json_or_nothing("netns", l->netns);
	json_or_nothing("process", l->process);
	json_string("name", n->name);
	json_string("state", state_of(n));
	json_string("kind", kind_of(n));
	json_or_nothing("driver", driver);
	json_or_nothing("address", mac);
	json_string("hook", choice.hook);
	json_string("why", choice.why);
	if (count >= 0) {
		fputs(",\"xdp\":[", stdout);
		for (int i = 0; i < count; i++)
			json_program(&found[i], !i);
		putchar(']');
	}
	puts("}");
}

/* ---- all of them ---- */

static void take_iface(void *ctx, const struct netif *n)
{
	struct listing *l = ctx;

	l->number++;
	if (l->table)
		put_rows(l, n);
	else
		print_json(l, n);
}

static enum status list(struct listing *l)
{
	int err;

	l->number = 0;
	err = netif_list(take_iface, l);
	return err ? log_fail(STATUS_RUNTIME, "cannot list the interfaces: %s", strerror(-err))
		   : STATUS_OK;
}

static enum status list_in(struct listing *l, const struct netns_words *words)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	cleanup(netns_closep) struct netns *ns = NULL;
	enum status status = open_netns(&ns, words);

	if (!status && netns_enter(&v, ns))
		status = log_fail(STATUS_INTERFACE,
				  "%s: the network namespace has just disappeared", words->text);
	l->netns = words->text;
	return status ? status : list(l);
}

/* What goes meanwhile is passed over. */
static enum status list_found(struct listing *l, const struct netns_found *found)
{
	const struct netns_words words = { found->by, found->text };
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	cleanup(netns_closep) struct netns *ns = NULL;
	char error[NETNS_ERROR_MAX];
	int err = netns_open(&ns, &words, error, sizeof(error));

	if (!err)
		err = netns_enter(&v, ns);
	if (err)
		return err == -EPERM ? open_netns_failed(err, error) : STATUS_OK;
	l->netns = found->text;
	l->process = found->process;
	return list(l);
}

static enum status list_all(struct listing *l)
{
	struct netns_found *found;
	enum status status = list(l);
	size_t n;
	int err = netns_list(&found, &n);

	if (err)
		return log_fail(STATUS_RUNTIME, "cannot look for network namespaces: %s",
				strerror(-err));
	for (size_t i = 0; !status && i < n; i++)
		status = list_found(l, &found[i]);
	netns_list_free(found, n);
	return status;
}

static enum status list_those_of(const struct opts *o, struct listing *l)
{
	enum status status = STATUS_OK;

	if (o->all_netns)
		return list_all(l);
	if (!o->n_netns)
		return list(l);
	for (unsigned i = 0; !status && i < o->n_netns; i++)
		status = list_in(l, &o->netns[i]);
	return status;
}

enum status interfaces_run(const struct opts *o)
{
	struct listing l = { .with_netns = o->all_netns || o->n_netns, .netns = "", .process = "" };
	enum status status;

	object_set_log(OBJECT_SILENT);
	if (o->screen == FORMAT_TEXT && table_open(&l.table, 11 + l.with_netns))
		return log_fail(STATUS_RUNTIME, "out of memory");
	if (l.table)
		put_head(&l);
	status = list_those_of(o, &l);
	if (l.table && !table_print(l.table, stdout))
		status = log_fail(STATUS_RUNTIME, "out of memory");
	table_close(l.table);
	return status ? status : log_finish_stdout();
}
