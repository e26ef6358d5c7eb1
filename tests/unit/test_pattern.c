// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Which interfaces a pattern stands for, of a machine with bonds; and what the kernel's message
 * about an interface says of a bond.
 */
#include <errno.h>
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>

#include "capture/base/util.h"
#include "capture/kernel/netif.h"
#include "capture/live/pattern.h"

#include "tests/unit/unit.h"

enum { BRIDGE = 5, BOND0 = 10, BOND1 = 11 };

static const struct netif machine[] = {
	{ .ifindex = 1, .name = "lo", .up = true },
	{ .ifindex = 2, .name = "eth0", .up = true, .master = BOND0, .bonded = true },
	{ .ifindex = 3, .name = "eth1", .up = true, .master = BOND0, .bonded = true },
	{ .ifindex = 4, .name = "eth2", .up = true, .master = BRIDGE },
	{ .ifindex = BRIDGE, .name = "br0", .kind = "bridge", .up = true },
	{ .ifindex = 6, .name = "eth3", .master = BOND1, .bonded = true },
	{ .ifindex = BOND0, .name = "bond0", .kind = "bond", .up = true },
	{ .ifindex = BOND1, .name = "bond1", .kind = "bond" },
	{ .ifindex = 12, .name = "bond0.5", .kind = "vlan", .up = true },
};

static const struct netif *bond_of(const struct netif *n)
{
	for (size_t i = 0; n->bonded && i < array_size(machine); i++)
		if (machine[i].ifindex == n->master)
			return &machine[i];
	return NULL;
}

static const struct pattern_case {
	const char *name;
	const char *pattern;
	const char *stands_for;
} cases[] = {
	{ "any_is_what_is_up_and_of_a_bond_its_members", "any", "lo eth0 eth1 eth2 br0 bond0.5" },
	{ "a_star_is_everything_but_bonds", "*", "lo eth0 eth1 eth2 br0 eth3 bond0.5" },
	{ "the_name_of_bonds_is_their_members", "bond?", "eth0 eth1 eth3" },
	{ "the_name_of_one_bond_is_its_members", "*nd1", "eth3" },
	{ "a_vlan_on_a_bond_is_an_interface_of_its_own", "bond*", "eth0 eth1 eth3 bond0.5" },
	{ "a_member_is_meant_by_its_name_as_well", "eth[12]", "eth1 eth2" },
	{ "a_port_of_a_bridge_is_not_meant_by_that_of_the_bridge", "br*", "br0" },
	{ "nothing_fits", "wlan*", "" },
};

static void stands_for(void **state)
{
	const struct pattern_case *c = *state;
	char found[256] = "";
	size_t len = 0;

	assert_true(pattern_is(c->pattern));
	for (size_t i = 0; i < array_size(machine); i++) {
		const struct netif *n = &machine[i];

		if (pattern_fits(c->pattern, n) || pattern_fits_bond(c->pattern, bond_of(n)))
			len += snprintf(found + len, sizeof(found) - len, "%s%s", len ? " " : "",
					n->name);
	}
	assert_string_equal(found, c->stands_for);
}

static struct nlmsghdr *message(char *buf, const char *name)
{
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(msg, sizeof(*info));

	msg->nlmsg_type = RTM_NEWLINK;
	*info = (struct ifinfomsg){ .ifi_index = 2, .ifi_type = ARPHRD_ETHER, .ifi_flags = IFF_UP };
	mnl_attr_put_strz(msg, IFLA_IFNAME, name);
	return msg;
}

/* "veth", and as a port of what is called @of; NULL: of nothing. */
static void put_kind(struct nlmsghdr *msg, const char *kind, const char *of)
{
	struct nlattr *nest = mnl_attr_nest_start(msg, IFLA_LINKINFO);

	mnl_attr_put_strz(msg, IFLA_INFO_KIND, kind);
	if (of)
		mnl_attr_put_strz(msg, IFLA_INFO_SLAVE_KIND, of);
	mnl_attr_nest_end(msg, nest);
	if (of)
		mnl_attr_put_u32(msg, IFLA_MASTER, BOND0);
}

/*
 * What is below it, and whether that is in another namespace: told in front of that, as kernels do,
 * or behind it.
 */
enum { HERE, TOLD_FIRST, TOLD_LAST, PLACES };

static void put_vlan(struct nlmsghdr *msg, unsigned number, int place)
{
	struct nlattr *nest, *data;

	mnl_attr_put_u32(msg, IFLA_MTU, 9000);
	if (place == TOLD_FIRST)
		mnl_attr_put_u32(msg, IFLA_LINK_NETNSID, 0);
	mnl_attr_put_u32(msg, IFLA_LINK, 7);
	if (place == TOLD_LAST)
		mnl_attr_put_u32(msg, IFLA_LINK_NETNSID, 0);
	nest = mnl_attr_nest_start(msg, IFLA_LINKINFO);
	mnl_attr_put_strz(msg, IFLA_INFO_KIND, "vlan");
	data = mnl_attr_nest_start(msg, IFLA_INFO_DATA);
	mnl_attr_put_u16(msg, IFLA_VLAN_ID, number);
	mnl_attr_put_u16(msg, IFLA_VLAN_PROTOCOL, htons(0x88a8));
	mnl_attr_nest_end(msg, data);
	mnl_attr_nest_end(msg, nest);
}

static void a_message_of_a_vlan(void **state)
{
	(void)state;
	for (int place = HERE; place < PLACES; place++) {
		char buf[1024];
		struct nlmsghdr *msg = message(buf, "x0.5");
		struct netif n;

		put_vlan(msg, 5, place);
		netif_take(msg, &n);
		assert_int_equal(n.vlan, 5);
		assert_int_equal(n.vlan_type, 0x88a8);
		assert_int_equal(n.mtu, 9000);
		assert_int_equal(n.link, place == HERE ? 7 : 0);
	}
}

static const struct message_case {
	const char *name;
	const char *kind, *of;
	bool is_bond, bonded;
	int master;
} messages[] = {
	{ "a_message_of_a_bond", "bond", NULL, true, false, 0 },
	{ "a_message_of_a_member", "veth", "bond", false, true, BOND0 },
	{ "a_message_of_a_port_of_a_bridge", "veth", "bridge", false, false, BOND0 },
	{ "a_message_of_one_that_has_left", "veth", NULL, false, false, 0 },
};

static void message_says(void **state)
{
	const struct message_case *c = *state;
	char buf[1024];
	struct nlmsghdr *msg = message(buf, "x0");
	struct netif n, bond;

	put_kind(msg, c->kind, c->of);
	netif_take(msg, &n);
	assert_string_equal(n.name, "x0");
	assert_int_equal(netif_is_bond(&n), c->is_bond);
	assert_int_equal(n.bonded, c->bonded);
	assert_int_equal(n.master, c->master);
	if (!c->bonded)
		assert_int_equal(netif_bond(&n, &bond), -ENODEV);
}

int main(void)
{
	struct CMUnitTest tests[array_size(cases) + array_size(messages) + 1];
	size_t n = 0;

	unit_of_table(cases, stands_for, tests, n);
	unit_of_table(messages, message_says, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_message_of_a_vlan);
	return unit_run("pattern", tests, n);
}
