// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * An interface that has an XDP program of somebody else, which is traced: the start, what is said,
 * what it follows.
 */
#include "capture/filter/per_link.h"
#include "capture/filter/to_ebpf.h"
#include "capture/live/live_attach.h"
#include "capture/live/live_presence.h"
#include "capture/live/live_program.h"
#include "capture/live/live_watched.h"
#include "tests/unit/watched_iface.h"

static void put_there(const char *name)
{
	kernel.traced = (struct xdp_program){ .id = 7, .mode = XDP_MODE_GENERIC };
	snprintf(kernel.traced.name, sizeof(kernel.traced.name), "%s", name);
	kernel.query = 1;
}

/* ---- the start ---- */

#define FRONT	"; --observe front would put ours in its place to call it, until the end\n"
#define THERE	"xdpdump: v0: an XDP program is attached already: other (id 7, generic mode); it is left as it is, as "

static const struct start_case {
	const char *name;
	const char *there;		/* the program; NULL: none */
	struct observe_options observe;
	enum live_way way;
	int trace_err, load_err, attach_err;
	enum status status;
	const char *said;		/* all of it */
	bool at_tc;
	unsigned n_members;
	int takes_err;			/* why ours cannot call it */
} starts[] = {
	{ "it_is_traced", "other", { .at = EXIT }, .said = "" },
	{ "that_can_be_asked_for", "other", { .way = OBSERVE_TRACE }, .said = "" },
	{ "and_needs_no_program", NULL, { .way = OBSERVE_TRACE }, .said = "" },
	{ "no_program_behind_which_to_look", NULL, { .at = EXIT }, .status = STATUS_INTERFACE,
	  .said = "xdpdump: v0: no XDP program is attached, and --at is about what one does\n" },
	{ "no_program_out_of_which_anything_comes", NULL, { .exit_filter = "tcp" },
	  .status = STATUS_INTERFACE,
	  .said = "xdpdump: v0: no XDP program is attached, and --exit-filter is about what one does\n" },
	{ "the_one_that_is_named", "other", { .program = "other" }, .said = "" },
	{ "one_is_named_and_none_is_there", NULL, { .program = "filter" },
	  .status = STATUS_INTERFACE,
	  .said = "xdpdump: v0: no XDP program is attached, and --program is about what one does\n" },
	{ "another_one_is_named", "other", { .program = "filter" }, .status = STATUS_INTERFACE,
	  .said = "xdpdump: v0: there is no XDP program 'filter', but other (id 7)\n" },
	{ "another_one_is_named_than_those_in_it", "other", { .program = "filter" },
	  .status = STATUS_INTERFACE,
	  .said = "xdpdump: v0: there is no XDP program 'filter', but other (id 7), member_a (id "
		  "20), member_b (id 21)\n",
	  .n_members = 2 },
	{ "at_tc_there_is_room_beside_it", "other", { .at = 0 }, .way = LIVE_TC, .said = "",
	  .at_tc = true },
	{ "another_of_ours_is_there", "xdpdump", { .at = 0 }, .status = STATUS_INTERFACE,
	  .said = "xdpdump: v0: another xdpdump captures there: xdpdump (id 7); it is left as it is\n" },
	{ "nobody_may_see_it", "other", { .at = 0 }, .trace_err = -EPERM,
	  .status = STATUS_PERMISSION,
	  .said = "xdpdump: v0: the kernel shows the program that is there to CAP_SYS_ADMIN only\n" },
	{ "it_runs_in_the_device", "other", { .at = 0 }, .trace_err = -EOPNOTSUPP,
	  .status = STATUS_INTERFACE,
	  .said = "xdpdump: v0: its XDP program runs in the device, where it cannot be watched\n" },
	{ "it_changes_all_the_time", "other", { .at = 0 }, .trace_err = -EAGAIN,
	  .status = STATUS_INTERFACE,
	  .said = "xdpdump: v0: its XDP program is being changed just now\n" },
	{ "it_has_no_btf", "other", { .at = 0 }, .trace_err = -ENODATA, .status = STATUS_INTERFACE,
	  .said = THERE "it was loaded without BTF, by which it would be traced" FRONT },
	{ "it_cannot_be_looked_at", "other", { .at = 0 }, .trace_err = -EIO,
	  .status = STATUS_INTERFACE,
	  .said = THERE "it cannot be traced: Input/output error" FRONT },
	{ "the_kernel_refuses", "other", { .at = 0 }, .load_err = -EPERM,
	  .status = STATUS_INTERFACE,
	  .said = THERE "this kernel does not let programs be traced" FRONT },
	{ "also_what_is_asked_for", "other", { .way = OBSERVE_TRACE }, .load_err = -EPERM,
	  .status = STATUS_INTERFACE,
	  .said = THERE "this kernel does not let programs be traced" FRONT },
	{ "the_machine_cannot", "other", { .at = 0 }, .attach_err = -524,
	  .status = STATUS_INTERFACE,
	  .said = THERE "this kernel cannot trace programs on this machine" FRONT },
	{ "the_kernel_has_no_btf", "other", { .at = 0 }, .load_err = -ESRCH,
	  .status = STATUS_INTERFACE,
	  .said = THERE "this kernel has no BTF, by which it would be traced" FRONT },
	{ "it_can_neither_be_traced_nor_called", "other", { .at = 0 }, .load_err = -EINVAL,
	  .status = STATUS_INTERFACE,
	  .said = THERE "it cannot be traced: Invalid argument, and ours cannot call it either\n",
	  .takes_err = -EINVAL },
	{ "others_are_in_the_way", "other", { .at = 0 }, .attach_err = -EBUSY,
	  .status = STATUS_INTERFACE,
	  .said = THERE "it is traced by others or replaced in part, with which ours does not go" FRONT },
};

static void a_start(void **state)
{
	static const struct live_filters filters = { .entry = NULL };
	const struct start_case *c = *state;
	struct live_iface_settings s = settings_of(&c->observe);

	assert_int_equal(set_up(NULL), 0);
	s.way = c->way;
	if (c->there)
		put_there(c->there);
	kernel.n_members = c->n_members;
	kernel.trace_err = c->trace_err;
	kernel.takes_err = c->takes_err;
	kernel.load_err = c->load_err;
	kernel.attach_err[XDP_MODE_AUTO] = c->attach_err;
	written_listen();
	assert_int_equal(start(&s, &filters), c->status);
	assert_string_equal(written_said(), c->said);
	assert_int_equal(kernel.attached, !c->status);
	if (!c->status)
		assert_ptr_equal(kernel.ops, c->at_tc	? &hook_tc_in
					     : c->there ? &hook_trace
							: &hook_xdp);
	assert_int_equal(tear_down(NULL), 0);
}

static void per_link_closep(struct per_link **p)
{
	per_link_close(*p);
}

static void the_program_gets_what_was_asked_for(void **state is_unused)
{
	const struct observe_options both = { .at = ENTRY | EXIT, .verdicts = 6 };
	struct live_iface_settings s = settings_of(&both);
	cleanup(per_link_closep) struct per_link *text = NULL;
	struct live_filters filters = { .entry = NULL };
	struct live_watched w;

	put_there("other");
	assert_int_equal(per_link_open(&text, "tcp", NULL, true), 0);
	filters.exit = text;
	written_listen();
	assert_int_equal(start(&s, &filters), STATUS_OK);
	assert_int_equal(kernel.settings.at, ENTRY | EXIT);
	assert_int_equal(kernel.settings.iface, 5);
	assert_int_equal(kernel.settings.exit_iface, 6);
	assert_int_equal(kernel.settings.verdicts, 6);
	assert_int_equal(kernel.filter_n, 0);
	assert_true(kernel.exit_filter_n > 0);
	assert_ptr_equal(kernel.settings.traced, iface.traced);
	assert_int_equal(iface.way, LIVE_GENERIC);
	assert_true(live_watched_program(&iface, &w));
	assert_string_equal(w.name, "the_whole_name");
	assert_int_equal(w.id, 7);
	assert_true(w.by_tracing);
}

static void its_name_is_not_cut_in_the_file(void **state is_unused)
{
	static const struct live_filters filters = { .entry = NULL };
	struct observe_options both = { .at = ENTRY | EXIT };
	struct live_iface_settings s;

	both.xdp_tools_names = true;
	s = settings_of(&both);
	put_there("other");
	iface.point = POINT_EXIT;
	iface.entry = &entry;
	assert_int_equal(live_attach_describe(&entry, "v0", 0, &s), STATUS_OK);
	assert_int_equal(live_program_load(&entry, NULL, &s, &filters), STATUS_OK);
	assert_int_equal(start(&s, &filters), STATUS_OK);
	assert_string_equal(entry.iface.name, "v0:the_whole_name()@fentry");
	assert_string_equal(iface.iface.name, "v0:the_whole_name()@fexit");
}

/* ---- it changes ---- */

static const struct change {
	const char *name;
	uint32_t id;			/* of what is there now; 0: nothing */
	int trace_err, follow_err;
	const char *said;
	bool followed;
} changes[] = {
	{ "another_program_is_followed", 8, 0, 0,
	  "xdpdump: warning: v0: the_whole_name (id 7) was replaced by the_whole_name (id 8), "
	  "which is watched from now on\n",
	  true },
	{ "one_without_btf_is_not", 8, -ENODATA, 0,
	  "xdpdump: v0: an XDP program is attached already: other (id 7, generic mode); it is left as it is, as "
	  "it was loaded without BTF, by which it would be traced" FRONT, false },
	{ "one_that_the_kernel_refuses_is_not", 8, 0, -EINVAL,
	  "xdpdump: v0: an XDP program is attached already: other (id 8, generic mode); it is left as it is, as "
	  "it cannot be traced: Invalid argument" FRONT, false },
	{ "nothing_is_not", 0, 0, 0, "xdpdump: v0: the_whole_name was taken off by its owner\n",
	  false },
};

static void a_change(void **state)
{
	static const struct live_filters filters = { .entry = NULL };
	static const struct observe_options entry_alone = { .at = ENTRY };
	const struct change *c = *state;
	struct live_iface_settings s = settings_of(&entry_alone);

	assert_int_equal(set_up(NULL), 0);
	put_there("other");
	assert_int_equal(start(&s, &filters), STATUS_OK);
	kernel.is_lost = true;
	kernel.traced.id = c->id;
	kernel.trace_err = c->trace_err;
	kernel.follow_err = c->follow_err;
	written_listen();
	assert_true(live_presence_is_lost(&iface));
	assert_int_equal(!live_program_follow(&iface, &s), c->followed);
	assert_int_equal(traced_program(iface.traced)->id, c->followed ? 8 : 7);
	assert_int_equal(live_presence_is_lost(&iface), !c->followed);
	if (!c->followed)
		live_presence_lose(&iface);
	assert_int_equal(iface.gone, !c->followed);
	assert_string_equal(written_said(), c->said);
	assert_int_equal(kernel.n_traced, 1);
	assert_int_equal(tear_down(NULL), 0);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		with_iface(the_program_gets_what_was_asked_for),
		with_iface(its_name_is_not_cut_in_the_file),
	};
	struct CMUnitTest tests[64];
	size_t n = 0;

	unit_of_table(starts, a_start, tests, n);
	unit_of_table(changes, a_change, tests, n);
	memcpy(tests + n, others, sizeof(others));
	return unit_run("live_trace", tests, n + array_size(others));
}
