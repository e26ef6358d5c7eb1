// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What -i asks for: names, patterns and bonds, which stand for what fits, and what could not be captured. */
#include "capture/cli/named_ifaces.h"

#include "tests/unit/played_kernel.h"

/* ---- namespaces, of which there are none ---- */

int netns_open(struct netns **ns is_unused, const struct netns_words *words is_unused, char *error, size_t cap)
{
	snprintf(error, cap, "there is none");
	return -ENOENT;
}

int netns_open_again(struct netns *ns is_unused)
{
	return -ENOENT;
}

int netns_register(struct netns *ns is_unused)
{
	return 0;
}

void netns_forget(struct netns *ns is_unused)
{
}

bool netns_is_forgotten(const struct netns *ns is_unused)
{
	return false;
}

bool netns_has_number(const struct netns *ns, unsigned number)
{
	return netns_number(ns) == number;
}

struct netns *netns_close(struct netns *ns is_unused)
{
	return NULL;
}

/* ---- what is asked for ---- */

enum { BOND = 10 };

static struct opts o;
static struct named_ifaces named;

/* -i for each of the words. The machine has v0 alone, or @bond, that it is a bond. */
static void ask(const char *first, const char *second, bool bond)
{
	kernel_reset();
	o = (struct opts){ .ifaces = { first, second }, .n_ifaces = !!first + !!second };
	named = (struct named_ifaces){ .opts = &o, .netns = { .opts = &o } };
	if (!bond)
		return;
	kernel.netif = (struct netif){ .ifindex = BOND, .name = "bond0", .kind = "bond", .up = true };
}

static const struct netif
	eth0 = { .ifindex = 4, .name = "eth0", .up = true },
	eth9 = { .ifindex = 4, .name = "eth9", .up = true },
	member = { .ifindex = 5, .name = "eth1", .up = true, .master = BOND, .bonded = true },
	port = { .ifindex = 6, .name = "eth2", .up = true, .master = BOND };

static void without_an_option_there_is_one_without_a_name(void **state)
{
	(void)state;
	ask(NULL, NULL, false);
	assert_int_equal(named_ifaces_count(&named), 1);
	assert_null(named_ifaces_name(&named, 0));
	assert_int_equal(named_ifaces_find_bond(&named, 0), STATUS_OK);
	assert_null(named_ifaces_pattern(&named, 0));
	assert_false(named_ifaces_has_patterns(&named));
	named_ifaces_close(&named);
}

static void a_pattern_stands_for_what_fits(void **state)
{
	int bond = 1;

	(void)state;
	ask("v0", "eth*", false);
	assert_int_equal(named_ifaces_count(&named), 2);
	assert_int_equal(named_ifaces_find_bond(&named, 0), STATUS_OK);
	assert_int_equal(named_ifaces_find_bond(&named, 1), STATUS_OK);
	assert_null(named_ifaces_pattern(&named, 0));
	assert_string_equal(named_ifaces_pattern(&named, 1), "eth*");
	assert_true(named_ifaces_has_patterns(&named));
	assert_true(named_ifaces_fits(&named, 1, &eth0, &bond));
	assert_int_equal(bond, 0);
	assert_false(named_ifaces_fits(&named, 1, &kernel.netif, &bond));
	named_ifaces_close(&named);
}

static void a_bond_stands_for_its_members(void **state)
{
	int bond;

	(void)state;
	ask("bond0", NULL, true);
	assert_int_equal(named_ifaces_find_bond(&named, 0), STATUS_OK);
	assert_true(named_ifaces_is_bond(&named, 0));
	assert_string_equal(named_ifaces_pattern(&named, 0), "bond0");
	assert_true(named_ifaces_fits(&named, 0, &member, &bond));
	assert_int_equal(bond, BOND);
	assert_false(named_ifaces_fits(&named, 0, &port, &bond));
	assert_int_equal(bond, 0);
	assert_false(named_ifaces_fits(&named, 0, &kernel.netif, &bond));
	named_ifaces_close(&named);
}

static void no_program_of_a_bond_is_watched(void **state)
{
	assert_int_equal(written_set_up(state), 0);
	ask("bond0", NULL, true);
	o.observe.way = OBSERVE_FRONT;
	written_listen();
	assert_int_equal(named_ifaces_find_bond(&named, 0), STATUS_USAGE);
	assert_non_null(strstr(written_said(), "bond0 is a bond, which stands for its members"));
	named_ifaces_close(&named);
	assert_int_equal(written_tear_down(state), 0);
}

/* Its members fit no more; with --wait one of its name takes its place, and is another one. */
static void a_bond_that_has_gone(void **state, bool wait)
{
	const struct netif another = { .ifindex = 20, .name = "bond0", .kind = "bond" },
			   impostor = { .ifindex = 21, .name = "bond0", .kind = "bridge" },
			   elsewhere = { .ifindex = BOND, .name = "bond0", .kind = "bond", .netns = 7 };
	const struct netif late = { .ifindex = 8, .name = "eth5", .master = 20, .bonded = true };
	int bond;

	assert_int_equal(written_set_up(state), 0);
	ask("bond0", NULL, true);
	o.wait = wait;
	assert_int_equal(named_ifaces_find_bond(&named, 0), STATUS_OK);
	written_listen();
	named_ifaces_changed(&named, &elsewhere, true);
	named_ifaces_changed(&named, &eth0, true);
	assert_true(named_ifaces_is_bond(&named, 0));
	named_ifaces_changed(&named, &kernel.netif, true);
	assert_string_equal(written_said(), "xdpdump: bond0 disappeared\n");
	assert_false(named_ifaces_is_bond(&named, 0));
	assert_int_equal(named.has_lost, !wait);
	assert_int_equal(named_ifaces_has_patterns(&named), wait);
	named_ifaces_changed(&named, &impostor, false);
	assert_false(named_ifaces_is_bond(&named, 0));
	named_ifaces_changed(&named, &another, false);
	assert_int_equal(named_ifaces_is_bond(&named, 0), wait);
	assert_int_equal(named_ifaces_pattern(&named, 0) && named_ifaces_fits(&named, 0, &late, &bond), wait);
	named_ifaces_close(&named);
	assert_int_equal(written_tear_down(state), 0);
}

static void a_bond_that_goes_is_an_error(void **state)
{
	a_bond_that_has_gone(state, false);
}

static void a_bond_that_goes_is_waited_for(void **state)
{
	a_bond_that_has_gone(state, true);
}

/* Nobody has told us, but it is not there any more. */
static void a_bond_that_has_gone_is_noticed_without_a_message(void **state)
{
	assert_int_equal(written_set_up(state), 0);
	ask("bond0", NULL, true);
	assert_int_equal(named_ifaces_find_bond(&named, 0), STATUS_OK);
	named_ifaces_look(&named);
	assert_true(named_ifaces_is_bond(&named, 0));
	kernel.again_err = -ENODEV;
	written_listen();
	named_ifaces_look(&named);
	assert_string_equal(written_said(), "xdpdump: bond0 disappeared\n");
	assert_false(named_ifaces_is_bond(&named, 0));
	named_ifaces_close(&named);
	assert_int_equal(written_tear_down(state), 0);
}

static void what_was_refused_is_tried_again_when_it_has_gone_or_another_name(void **state)
{
	const struct netif elsewhere = { .ifindex = 4, .name = "eth0", .netns = 7 },
			   all_elsewhere = { .netns = 7 };

	(void)state;
	ask("eth*", NULL, false);
	assert_false(named_ifaces_has_refused(&named, &eth0));
	named_ifaces_refuse(&named, &eth0);
	named_ifaces_refuse(&named, &member);
	named_ifaces_refuse(&named, &elsewhere);
	named_ifaces_changed(&named, &eth0, false);
	assert_true(named_ifaces_has_refused(&named, &eth0));
	named_ifaces_changed(&named, &all_elsewhere, true);
	assert_false(named_ifaces_has_refused(&named, &elsewhere));
	assert_true(named_ifaces_has_refused(&named, &eth0));
	named_ifaces_changed(&named, &eth9, false);
	assert_false(named_ifaces_has_refused(&named, &eth0));
	assert_true(named_ifaces_has_refused(&named, &member));
	named_ifaces_changed(&named, &member, true);
	assert_false(named_ifaces_has_refused(&named, &member));
	named_ifaces_close(&named);
}

/* The first one of which that is so; a pattern is never missing. */
static void what_is_missing_is_named(void **state)
{
	struct missing what;

	(void)state;
	ask("v0", NULL, false);
	assert_false(named_ifaces_missing(&named, &what));
	ask("v0", "v7", false);
	assert_true(named_ifaces_missing(&named, &what));
	assert_string_equal(what.iface, "v7");
	assert_null(what.netns);
	ask("v0", NULL, false);
	o.netns[0] = (struct netns_words){ NETNS_ANY, "blue" };
	o.n_netns = o.netns_of[0] = 1;
	assert_true(named_ifaces_missing(&named, &what));
	assert_null(what.iface);
	assert_string_equal(what.netns->text, "blue");
	named_ifaces_close(&named);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_an_option_there_is_one_without_a_name),
		cmocka_unit_test(a_pattern_stands_for_what_fits),
		cmocka_unit_test(a_bond_stands_for_its_members),
		cmocka_unit_test(no_program_of_a_bond_is_watched),
		cmocka_unit_test(a_bond_that_goes_is_an_error),
		cmocka_unit_test(a_bond_that_goes_is_waited_for),
		cmocka_unit_test(a_bond_that_has_gone_is_noticed_without_a_message),
		cmocka_unit_test(what_was_refused_is_tried_again_when_it_has_gone_or_another_name),
		cmocka_unit_test(what_is_missing_is_named),
	};

	return unit_run("named_ifaces", tests, array_size(tests));
}
