// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Where an interface would be captured, and why: what -D says, over a kernel that is played. */
#include <errno.h>

#include "capture/base/util.h"
#include "capture/kernel/front_map.h"
#include "capture/kernel/leftover.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/traced.h"
#include "capture/kernel/xdp.h"
#include "capture/kernel/xdp_features.h"
#include "capture/live/live_choice.h"
#include "capture/live/live_watched.h"

#include "tests/unit/unit.h"

static const struct choice_case {
	const char *name;
	struct netif netif;
	struct xdp_program there;	/* id 0: none */
	int takes_err;			/* of an array of programs that ours could call it by */
	int trace_err, try_err;		/* why it is not traced; 0, 0: it is */
	uint32_t target;		/* whom that calls, if it is ours; 0: it is not */
	int features_err;
	bool native;			/* the driver has it */
	const char *hook, *why;
} cases[] = {
	{ "a_driver_with_xdp", { .ethernet = true }, .native = true, .hook = "native",
	  .why = "the driver has XDP" },
	{ "a_driver_without", { .ethernet = true }, .hook = "tc", .why = "the driver has no XDP" },
	{ "a_kernel_that_does_not_say", { .ethernet = true }, .features_err = -EOPNOTSUPP,
	  .hook = "native",
	  .why = "or tc, as this kernel does not say what the driver has" },
	{ "a_bond", { .ethernet = true, .kind = "bond" }, .native = true, .hook = "members",
	  .why = "it is a bond: each of its members is captured" },
	{ "packets_of_ip", { .raw = true }, .hook = "tc",
	  .why = "its packets begin with an IP header" },
	{ "packets_of_something_else", { .up = true }, .hook = "none",
	  .why = "its packets begin neither with an Ethernet header nor with IP" },
	{ "a_vlan", { .ethernet = true, .kind = "vlan", .vlan = 5, .link = 3 }, .hook = "tc",
	  .why = "it is VLAN 5 of v0, at whose XDP --hook native captures it" },
	{ "a_vlan_of_another_namespace", { .ethernet = true, .kind = "vlan", .vlan = 5 },
	  .hook = "tc",
	  .why = "the driver has no XDP" },
	{ "a_program_that_can_be_traced", { .ethernet = true }, { .id = 7, .name = "other", .mode = XDP_MODE_NATIVE },
	  .hook = "native", .why = "other is there, which is traced" },
	{ "a_program_that_can_be_traced_in_generic_mode", { .ethernet = true },
	  { .id = 7, .name = "other", .mode = XDP_MODE_GENERIC }, .hook = "generic",
	  .why = "other is there, which is traced" },
	{ "a_program_without_btf", { .ethernet = true }, { .id = 7, .name = "other" }, .trace_err = -ENODATA,
	  .hook = "none", .why = "other is there; --observe front calls it" },
	{ "a_program_that_can_be_called", { .ethernet = true }, { .id = 7, .name = "other" }, .try_err = -EPERM,
	  .native = true, .hook = "none", .why = "other is there; --observe front calls it" },
	{ "a_program_that_is_bound_to_the_device", { .ethernet = true }, { .id = 7, .name = "other" }, -EINVAL, -EPERM,
	  .native = true, .hook = "none", .why = "other is there, and cannot be called, as it is bound to the device" },
	{ "a_program_of_which_functions_are_replaced", { .ethernet = true }, { .id = 7, .name = "other" },
	  -EBUSY, -EPERM,
	  .native = true, .hook = "none",
	  .why = "other is there, and cannot be called, as functions of it are replaced" },
	{ "a_program_whose_name_is_not_known", { .ethernet = true }, { .id = 7 }, .try_err = -EPERM, .hook = "none",
	  .why = "? is there; --observe front calls it" },
	{ "ours", { .ethernet = true }, { .id = 7, .name = "xdpdump_device" }, -EINVAL, .hook = "none",
	  .why = "another xdpdump captures there" },
	{ "ours_in_front_of_another_one", { .ethernet = true }, { .id = 7, .name = "xdpdump_front" }, .target = 9,
	  .hook = "none", .why = "xdpdump in front of target (id 9)" },
};

static const struct choice_case *now;
static int n_open;

int xdp_features_of(int ifindex, struct xdp_features *f)
{
	assert_int_equal(ifindex, now->netif.ifindex);
	*f = (struct xdp_features){ .native = now->native };
	return now->features_err;
}

int netif_by_index(int ifindex, struct netif *n)
{
	*n = (struct netif){ .ifindex = 3, .name = "v0" };
	return ifindex == n->ifindex ? 0 : -ENODEV;
}

bool netif_is_bond(const struct netif *n)
{
	return !strcmp(n->kind, "bond");
}

int traced_open(struct traced **t, int ifindex, const char *program)
{
	assert_int_equal(ifindex, now->netif.ifindex);
	assert_null(program);
	if (now->trace_err)
		return now->trace_err;
	*t = (struct traced *)&now;
	n_open++;
	return 0;
}

int traced_try(const struct traced *t)
{
	assert_ptr_equal(t, &now);
	return now->try_err;
}

struct traced *traced_close(struct traced *t is_unused)
{
	n_open--;
	return NULL;
}

int front_map_takes(uint32_t id)
{
	assert_int_equal(id, now->there.id);
	return now->takes_err;
}

bool live_watched_is_ours(const char *name)
{
	return !strncmp(name, "xdpdump", 7);
}

bool leftover_is_front(uint32_t id, struct xdp_program *target)
{
	assert_int_equal(id, now->there.id);
	*target = (struct xdp_program){ .id = now->target, .name = "target" };
	return now->target;
}

static void is_chosen(void **state)
{
	struct live_choice c;

	now = *state;
	live_choice_make(&c, &now->netif, now->there.id ? &now->there : NULL);
	assert_string_equal(c.hook, now->hook);
	assert_string_equal(c.why, now->why);
	assert_int_equal(n_open, 0);
}

int main(void)
{
	struct CMUnitTest tests[array_size(cases)];
	size_t n = 0;

	unit_of_table(cases, is_chosen, tests, n);
	return unit_run("live_choice", tests, n);
}
