/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The kernel's side of an interface: all of hook.h, takeover.h, traced.h, xdp.h and netif.h that
 * live/ calls, played by a test, which therefore needs no privileges.
 */
#ifndef XDPDUMP_TESTS_PLAYED_KERNEL_H
#define XDPDUMP_TESTS_PLAYED_KERNEL_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "bpf/event.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/ethtool.h"
#include "capture/kernel/front_map.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/members.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/takeover.h"
#include "capture/kernel/traced.h"
#include "capture/kernel/xdp_features.h"
#include "capture/live/live_iface.h"
#include "capture/packet/pcapng_codes.h"

#include "tests/unit/written.h"

static struct {
	/* all that they need to be is one: of received packets, and of sent ones */
	struct hook hook, sent;
	const struct hook_ops *ops;	/* as what the former was loaded the last time */
	bool attached, sent_attached;
	struct netif netif;		/* the only one, */
	/* but for the device that it is on, if that has a number: there programs are then */
	struct netif below;
	int load_err, query, counters_err, promiscuous, default_err, find_err, again_err;
	int attach_err[XDP_MODE_OFFLOAD + 1], tc_err;
	struct ethtool_queues queues;
	bool lro, routed, strips_vlan, strips_stag, is_lost, by_ifindex;
	unsigned entered, detached_inside;
	const char *driver;
	struct hook_settings settings;	/* with which it was loaded */
	size_t filter_n, exit_filter_n, trigger_n;	/* instructions; 0: none */
	int trigger_err;		/* of loading one with a trigger */
	unsigned n_read;		/* looks at the counters */
	struct counters counters[2];	/* of the first and of the later ones */
	struct counters sent_counters;
	struct xdp_holder holder;	/* whose place can be taken; prog_id 0: nobody's */
	int open_err, give_back_err;
	enum takeover_state state;
	struct xdp_program traced;	/* what there is to be traced; id 0: nothing */
	struct object_function function;
	int trace_err, follow_err, takes_err;
	unsigned n_traced;		/* that are open */
	unsigned n_members;		/* of the program that is there */
	struct xdp_features features;
	/* the second of loading what is bound to the device */
	int features_err, device_err, hash_err;
	unsigned n_rebound;
	int replace_err, sent_replace_err;
	struct hook next, next_sent;	/* that come after the first two */
	struct counters next_counters;
	bool passed, sent_passed;	/* to them */
	int after_err, pass_err, sent_pass_err;
	size_t replaced_n, sent_replaced_n;	/* instructions of the filters since; 0: none */
	int promiscuous_at;		/* its number */
} kernel;

static const struct netif *kernel_place(void)
{
	return kernel.below.ifindex ? &kernel.below : &kernel.netif;
}

const struct hook_ops hook_xdp = { .loads = &filter_loads_xdp }, hook_device = { .loads = &filter_loads_trace },
		      hook_front = { .loads = &filter_loads_xdp },
		      hook_trace = { .loads = &filter_loads_trace },
		      hook_tc_in = { .loads = &filter_loads_tc }, hook_tc_out = { .loads = &filter_loads_tc },
		      hook_tc_process = { .loads = &filter_loads_tc };

int hook_open(struct hook **h, const struct hook_ops *ops, const struct rings *rings,
	      const struct hook_settings *s)
{
	(void)rings;
	kernel.settings = *s;
	kernel.filter_n = s->filter ? s->filter->n : 0;
	kernel.exit_filter_n = s->exit_filter ? s->exit_filter->n : 0;
	kernel.trigger_n = s->trigger ? s->trigger->n : 0;
	if (s->trigger && kernel.trigger_err)
		return kernel.trigger_err;
	if (ops == &hook_device && kernel.device_err)
		return kernel.device_err;
	*h = kernel.load_err				       ? NULL
	     : ops == &hook_tc_out || ops == &hook_tc_process ? &kernel.sent
							       : &kernel.hook;
	if (*h != &kernel.sent)
		kernel.ops = ops;
	return kernel.load_err;
}

int hook_open_after(struct hook **h, const struct hook_ops *ops, const struct hook *before,
		    const struct hook_settings *s)
{
	assert_ptr_equal(ops, before == &kernel.sent ? &hook_tc_out : kernel.ops);
	kernel.settings = *s;
	*h = before == &kernel.sent ? &kernel.next_sent : &kernel.next;
	return kernel.after_err;
}

int hook_pass_on(struct hook *h, struct hook *next)
{
	const bool sent = h == &kernel.sent || next == &kernel.sent,
		   on = h == &kernel.sent || h == &kernel.hook;
	int err = sent ? kernel.sent_pass_err : kernel.pass_err;

	assert_ptr_equal(on ? next : h, sent ? &kernel.next_sent : &kernel.next);
	if (!err)
		*(sent ? &kernel.sent_passed : &kernel.passed) = on;
	return err;
}

int hook_attach(struct hook *h, int ifindex, enum xdp_mode mode)
{
	int err = h == &kernel.sent || kernel.ops == &hook_tc_in ? kernel.tc_err
								  : kernel.attach_err[mode];

	assert_int_equal(ifindex, kernel_place()->ifindex);
	*(h == &kernel.sent ? &kernel.sent_attached : &kernel.attached) = !err;
	return err;
}

bool hook_is_attached(const struct hook *h)
{
	return h == &kernel.sent ? kernel.sent_attached : kernel.attached;
}

bool hook_is_lost(const struct hook *h)
{
	return h == &kernel.hook && kernel.is_lost;
}

int hook_detach(struct hook *h)
{
	kernel.detached_inside = kernel.entered;
	*(h == &kernel.sent ? &kernel.sent_attached : &kernel.attached) = false;
	return h == &kernel.sent ? 0 : kernel.give_back_err;
}

bool hook_is_by_ifindex(const struct hook *h is_unused)
{
	return kernel.by_ifindex;
}

int hook_counters(const struct hook *h, uint32_t point is_unused, struct counters *sum)
{
	*sum = h == &kernel.next || h == &kernel.next_sent ? kernel.next_counters
	       : h == &kernel.sent			   ? kernel.sent_counters
				   : kernel.counters[kernel.n_read++ ? 1 : 0];
	return kernel.counters_err;
}

struct hook *hook_close(struct hook *h)
{
	(void)h;
	return NULL;
}

int takeover_open(struct takeover **t, int ifindex, struct guard *guard)
{
	(void)ifindex, (void)guard;
	if (kernel.open_err || !kernel.holder.prog_id)
		return kernel.open_err ? kernel.open_err : -ENOENT;
	*t = (struct takeover *)&kernel;
	return 0;
}

const struct xdp_holder *takeover_holder(const struct takeover *t)
{
	assert_ptr_equal(t, &kernel);
	return &kernel.holder;
}

enum takeover_state takeover_state(const struct takeover *t, uint32_t *by)
{
	assert_ptr_equal(t, &kernel);
	*by = 9;
	return kernel.state;
}

struct takeover *takeover_close(struct takeover *t is_unused)
{
	return NULL;
}

int front_map_takes(uint32_t id is_unused)
{
	return kernel.takes_err;
}

int traced_open(struct traced **t, int ifindex, const char *program)
{
	(void)ifindex;
	if (kernel.trace_err || !kernel.traced.id)
		return kernel.trace_err ? kernel.trace_err : -ENOENT;
	if (program && strcmp(program, kernel.traced.name))
		return -ESRCH;
	*t = malloc(sizeof(kernel.traced));
	memcpy(*t, &kernel.traced, sizeof(kernel.traced));
	kernel.n_traced++;
	return 0;
}

const struct xdp_program *traced_program(const struct traced *t)
{
	return (const struct xdp_program *)t;
}

const struct object_function *traced_function(const struct traced *t is_unused)
{
	return &kernel.function;
}

struct traced *traced_close(struct traced *t)
{
	kernel.n_traced -= !!t;
	free(t);
	return NULL;
}

const struct hook_ops *hook_ops_of(const struct hook *h)
{
	return h == &kernel.sent ? &hook_tc_out : kernel.ops;
}

int hook_replace(struct hook *h, const struct filter *filter,
		 const struct filter *exit_filter is_unused)
{
	int err = h == &kernel.sent ? kernel.sent_replace_err : kernel.replace_err;

	if (!err)
		*(h == &kernel.sent ? &kernel.sent_replaced_n
				    : &kernel.replaced_n) = filter ? filter->n : 0;
	return err;
}

int hook_follow(struct hook *h, struct traced *next, const struct filter *filter is_unused,
		const struct filter *exit_filter is_unused)
{
	assert_ptr_equal(h, &kernel.hook);
	assert_non_null(next);
	kernel.is_lost = kernel.follow_err;
	return kernel.follow_err;
}

int hook_rebind(struct hook *h, const struct hook_ops *ops, int ifindex, uint8_t device,
		const struct filter *filter is_unused, const struct filter *trigger)
{
	kernel.trigger_n = trigger ? trigger->n : 0;
	assert_ptr_equal(h, &kernel.hook);
	assert_true(kernel.ops == &hook_device || ops == &hook_device);
	assert_int_equal(!!device, ops == &hook_device);
	assert_int_equal(ifindex, kernel_place()->ifindex);
	assert_false(kernel.attached);
	kernel.n_rebound++;
	if (ops == &hook_device && kernel.device_err)
		return kernel.device_err;
	kernel.ops = ops;
	return kernel.load_err;
}

int xdp_features_of(int ifindex, struct xdp_features *f)
{
	assert_int_equal(ifindex, kernel_place()->ifindex);
	*f = kernel.features;
	return kernel.features_err;
}

int xdp_query(int ifindex, struct xdp_program found[static 3])
{
	(void)ifindex;
	found[0] = (struct xdp_program){ .id = 7, .mode = XDP_MODE_GENERIC, .name = "other" };
	return kernel.query;
}

bool xdp_program_is(const struct xdp_program *p, const char *words)
{
	return !strcmp(p->name, words);
}

int members_find(const struct xdp_program *whole, struct member found[static MEMBERS_MAX])
{
	assert_int_equal(whole->id, 7);
	for (unsigned i = 0; i < kernel.n_members; i++) {
		found[i] = (struct member){ .program = { .id = 20 + i } };
		snprintf(found[i].program.name, sizeof(found[i].program.name), "member_%c",
			 (char)('a' + i));
	}
	return kernel.n_members;
}

const char *xdp_mode_name(enum xdp_mode mode)
{
	static const char *const names[] = { "auto", "native", "generic", "offload" };

	return names[mode];
}

int netif_by_name(const char *name, struct netif *n)
{
	*n = kernel.netif;
	if (kernel.find_err)
		return kernel.find_err;
	return strcmp(name, kernel.netif.name) && strcmp(name, "other-name") ? -ENODEV : 0;
}

int netif_by_index(int ifindex, struct netif *n)
{
	*n = ifindex == kernel.below.ifindex ? kernel.below : kernel.netif;
	return ifindex == n->ifindex ? 0 : -ENODEV;
}

int netif_again(const struct netif *was, struct netif *now)
{
	int err = kernel.again_err ? kernel.again_err : netif_by_index(was->ifindex, now);

	now->netns = was->netns;
	return err;
}

int netif_again_by(struct rtnl *by is_unused, const struct netif *was, struct netif *now)
{
	return netif_again(was, now);
}

bool netif_is_bond(const struct netif *n)
{
	return !strcmp(n->kind, "bond");
}

int netif_bond(const struct netif *n, struct netif *bond)
{
	*bond = (struct netif){ .ifindex = n->master, .name = "bond0", .kind = "bond" };
	return n->bonded ? 0 : -ENODEV;
}

int netif_by_place(unsigned place, struct netif *n)
{
	*n = kernel.netif;
	return place == 1 ? 0 : -ENODEV;
}

int netif_default(struct netif *n, bool *routed)
{
	*n = kernel.netif;
	*routed = kernel.routed;
	return kernel.default_err;
}

void netif_nearest(const char *name, char *out, unsigned cap)
{
	snprintf(out, cap, "%s", name[0] == kernel.netif.name[0] ? kernel.netif.name : "");
}

uint64_t netif_speed_bps(const char *name)
{
	return strcmp(name, kernel_place()->name) ? 0 : 10000000000;
}

void netif_driver(const char *name, char *out, unsigned cap)
{
	snprintf(out, cap, "%s", strcmp(name, kernel_place()->name) ? "unknown" : kernel.driver);
}

void ethtool_queues(const char *name is_unused, struct ethtool_queues *q)
{
	*q = kernel.queues;
}

bool ethtool_has_one_queue(const char *name is_unused)
{
	return kernel.queues.rx == 1;
}

bool ethtool_has_lro(const char *name is_unused)
{
	return kernel.lro;
}

bool ethtool_has_gro_hw(const char *name is_unused, bool *fixed)
{
	*fixed = false;
	return false;
}

bool ethtool_strips_vlan(const char *name)
{
	assert_string_equal(name, kernel_place()->name);
	return kernel.strips_vlan;
}

bool ethtool_strips_stag(const char *name)
{
	assert_string_equal(name, kernel_place()->name);
	return kernel.strips_stag;
}

int netif_hash_function(const char *name is_unused, uint8_t *function)
{
	*function = EPB_HASH_TOEPLITZ;
	return kernel.hash_err;
}

int netif_promiscuous(int ifindex)
{
	kernel.promiscuous_at = ifindex;
	return kernel.promiscuous < 0 ? kernel.promiscuous
				      : open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* A namespace, and how often somebody is in it. */
struct netns {
	const char *label;
	unsigned number;
	int enter_err;
	bool has_left;
	int inside;
};

int netns_enter(struct netns_visit *v, const struct netns *ns)
{
	if (!ns || ns->enter_err)
		return ns ? ns->enter_err : 0;
	v->home = ++((struct netns *)ns)->inside;
	kernel.entered++;
	return 0;
}

void netns_leave(struct netns_visit *v)
{
	kernel.entered -= v->home >= 0;
	v->home = -1;
}

const char *netns_label(const struct netns *ns)
{
	return ns->label;
}

const struct netns_words *netns_words(const struct netns *ns)
{
	static struct netns_words words;

	words = (struct netns_words){ NETNS_ANY, ns->label };
	return &words;
}

const char *netns_option(enum netns_by by)
{
	assert_int_equal(by, NETNS_ANY);
	return "--netns";
}

unsigned netns_number(const struct netns *ns)
{
	return ns ? ns->number : 0;
}

bool netns_is_another(const struct netns *ns)
{
	return ns;
}

bool netns_has_left(const struct netns *ns)
{
	return ns->has_left;
}

/* All is well, and nothing is attached. */
static void kernel_reset(void)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.driver = "veth 1.0";
	kernel.function.name = "the_whole_name";
	kernel.netif = (struct netif){
		.ifindex = 3,
		.name = "v0",
		.up = true,
		.running = true,
		.ethernet = true,
		.has_mac = true,
		.mac = { 2, 0, 0, 0, 0, 1 },
		.has_rx_missed = true,
		.rx_missed = 100,
	};
}

#endif
