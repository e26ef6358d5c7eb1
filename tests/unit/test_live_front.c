// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * An interface that has an XDP program of somebody else: when ours takes its place, and what is
 * said.
 */
#include "capture/filter/per_link.h"
#include "capture/live/live_attach.h"
#include "capture/live/live_packet.h"
#include "capture/live/live_presence.h"
#include "capture/live/live_program.h"
#include "tests/unit/watched_iface.h"

static const struct live_filters none;

static struct live_iface_settings in_front(unsigned at)
{
	return settings_of(&(struct observe_options){ .way = OBSERVE_FRONT, .at = at });
}

static void put_there(const char *name)
{
	kernel.holder = (struct xdp_holder){ .prog_id = 7, .mode = XDP_MODE_GENERIC };
	snprintf(kernel.holder.name, sizeof(kernel.holder.name), "%s", name);
	kernel.query = 1;
}

/* ---- the start ---- */

static const struct start_case {
	const char *name;
	const char *there;		/* the program; NULL: none */
	struct observe_options observe;
	int open_err, attach_err, load_err;
	enum status status;
	const char *said;		/* all of it */
} starts[] = {
	{ "no_program_and_none_is_needed", NULL, { .way = OBSERVE_FRONT }, .said = "" },
	{ "no_program_behind_which_to_look", NULL, { .way = OBSERVE_FRONT, .at = EXIT },
	  .status = STATUS_INTERFACE,
	  .said = "xdpdump: v0: no XDP program is attached, and --at is about what one does\n" },
	{ "no_program_that_says_anything", NULL, { .way = OBSERVE_FRONT, .verdicts = 1 },
	  .status = STATUS_INTERFACE,
	  .said = "xdpdump: v0: no XDP program is attached, and --verdict is about what one does\n" },
	{ "the_one_that_is_named", "other", { .way = OBSERVE_FRONT, .program = "other" },
	  .said = "" },
	{ "another_one_is_named", "other", { .way = OBSERVE_FRONT, .program = "filter" },
	  .status = STATUS_INTERFACE,
	  .said = "xdpdump: v0: there is no XDP program 'filter', but other (id 7)\n" },
	{ "its_place_is_taken", "other", { .way = OBSERVE_FRONT, .at = EXIT }, .said = "" },
	{ "another_of_ours_is_there", "xdpdump_front", { .way = OBSERVE_FRONT },
	  .status = STATUS_INTERFACE,
	  .said = "xdpdump: v0: another xdpdump captures there: xdpdump_front (id 7); it is left as it is\n" },
	{ "nobody_may_see_it", "other", { .way = OBSERVE_FRONT }, .open_err = -EPERM,
	  .status = STATUS_PERMISSION,
	  .said = "xdpdump: v0: the kernel shows the program that is there to CAP_SYS_ADMIN only\n" },
	{ "it_runs_in_the_device", "other", { .way = OBSERVE_FRONT }, .open_err = -EOPNOTSUPP,
	  .status = STATUS_UNSUPPORTED,
	  .said = "xdpdump: v0: its XDP program runs in the device, where ours cannot call it\n" },
	{ "two_links_may_hold_it", "other", { .way = OBSERVE_FRONT }, .open_err = -ENOTUNIQ,
	  .status = STATUS_INTERFACE,
	  .said = "xdpdump: v0: it cannot be told which link holds its XDP program\n" },
	{ "it_changes_all_the_time", "other", { .way = OBSERVE_FRONT }, .open_err = -EAGAIN,
	  .status = STATUS_INTERFACE,
	  .said = "xdpdump: v0: its XDP program is being changed just now\n" },
	{ "it_cannot_be_looked_at", "other", { .way = OBSERVE_FRONT }, .open_err = -EIO,
	  .status = STATUS_RUNTIME,
	  .said = "xdpdump: v0: cannot look at its XDP program: Input/output error\n" },
	{ "it_is_bound_to_its_device", "other", { .way = OBSERVE_FRONT }, .load_err = -EINVAL,
	  .status = STATUS_INTERFACE,
	  .said = "xdpdump: v0: other (id 7) is left as it is: the kernel does not let ours call it, "
		  "probably because it is bound to the device (BPF_F_XDP_DEV_BOUND_ONLY)\n" },
	{ "functions_of_it_are_replaced", "xdp_dispatcher", { .way = OBSERVE_FRONT },
	  .load_err = -EBUSY, .status = STATUS_INTERFACE,
	  .said = "xdpdump: v0: xdp_dispatcher (id 7) is left as it is: functions of it are replaced "
		  "(freplace), and such a program cannot be called by ours since Linux 6.13\n" },
	{ "its_owner_was_faster", "other", { .way = OBSERVE_FRONT }, .attach_err = -EEXIST,
	  .status = STATUS_INTERFACE,
	  .said = "xdpdump: v0: other (id 7) is not there any more: its owner has just changed it\n" },
	{ "taking_is_not_allowed", "other", { .way = OBSERVE_FRONT }, .attach_err = -EPERM,
	  .status = STATUS_PERMISSION,
	  .said = "xdpdump: v0: the kernel does not let us take the place of other: Operation not permitted\n" },
	{ "the_guard_has_ended", "other", { .way = OBSERVE_FRONT }, .attach_err = -EOWNERDEAD,
	  .status = STATUS_RUNTIME,
	  .said = "xdpdump: v0: the process that would give the place of other back has ended\n" },
	{ "taking_fails", "", { .way = OBSERVE_FRONT }, .attach_err = -ENOMEM,
	  .status = STATUS_RUNTIME,
	  .said = "xdpdump: v0: cannot take the place of name unknown: Cannot allocate memory\n" },
};

static void a_start(void **state)
{
	const struct start_case *c = *state;
	struct live_iface_settings s = settings_of(&c->observe);

	assert_int_equal(set_up(NULL), 0);
	if (c->there)
		put_there(c->there);
	kernel.open_err = c->open_err;
	kernel.load_err = c->load_err;
	kernel.attach_err[XDP_MODE_GENERIC] = c->attach_err;
	written_listen();
	assert_int_equal(start(&s, &none), c->status);
	assert_string_equal(written_said(), c->said);
	assert_int_equal(kernel.attached, !c->status);
	assert_int_equal(tear_down(NULL), 0);
}

/* It tells that to a program that is bound to it, and such a program calls no other one. */
static void one_that_watches_is_not_told_what_the_device_knows(void **state)
{
	struct live_iface_settings s = in_front(0);

	(void)state;
	put_there("other");
	kernel.features.device = s.device = DEVICE_TIME;
	written_listen();
	assert_int_equal(start(&s, &none), STATUS_INTERFACE);
	assert_string_equal(written_said(),
			    "xdpdump: v0: an XDP program is there, and what the adapter knows is only told to "
			    "one in its place: without -j adapter_unsynced and --rx-hash it is watched\n");
	assert_false(kernel.attached);
}

static void one_that_watches_warns_of_tags(void **state)
{
	struct live_iface_settings s = in_front(0);

	(void)state;
	put_there("other");
	kernel.features.device = DEVICE_TAG;
	kernel.strips_vlan = true;
	written_listen();
	assert_int_equal(start(&s, &none), STATUS_OK);
	assert_non_null(strstr(written_said(), "warning: v0 takes VLAN tags off"));
	assert_ptr_equal(kernel.ops, &hook_front);
	assert_int_equal(kernel.settings.device, 0);
	assert_string_equal(iface.iface.comment, "vlan_offload=on");
}

static void the_program_gets_what_was_asked_for(void **state)
{
	struct live_iface_settings s = in_front(0);
	struct live_filters filters = { .entry = NULL };

	(void)state;
	put_there("other");
	assert_int_equal(start(&s, &none), STATUS_OK);
	assert_int_equal(kernel.settings.at, ENTRY);
	assert_int_equal(kernel.settings.exit_iface, 5);
	assert_int_equal(iface.way, LIVE_GENERIC);
	s.observe =
		(struct observe_options){ .way = OBSERVE_FRONT, .at = ENTRY | EXIT, .verdicts = 6 };
	assert_int_equal(per_link_open(&filters.exit, "tcp", NULL, true), 0);
	assert_int_equal(live_program_load(&iface, NULL, &s, &filters), STATUS_OK);
	per_link_close(filters.exit);
	assert_int_equal(kernel.settings.at, ENTRY | EXIT);
	assert_int_equal(kernel.settings.iface, 5);
	assert_int_equal(kernel.settings.exit_iface, 6);
	assert_int_equal(kernel.settings.verdicts, 6);
	assert_true(kernel.exit_filter_n && !kernel.filter_n);
	assert_ptr_equal(kernel.ops, &hook_front);
	assert_false(kernel.settings.tail_calls);
	kernel.holder.tail_calls = true;
	assert_int_equal(live_program_load(&iface, NULL, &s, &none), STATUS_OK);
	assert_true(kernel.settings.tail_calls);
}

static void an_interface_is_two_in_the_file(void **state)
{
	struct live_iface_settings s = in_front(ENTRY | EXIT);

	(void)state;
	put_there("other");
	iface = (struct live_iface){ .point = POINT_EXIT, .entry = &entry };
	assert_int_equal(live_attach_describe(&entry, "v0", 0, &s), STATUS_OK);
	assert_int_equal(live_program_load(&entry, NULL, &s, &none), STATUS_OK);
	assert_int_equal(start(&s, &none), STATUS_OK);
	assert_string_equal(entry.iface.name, "v0");
	assert_null(entry.iface.description);
	assert_string_equal(iface.iface.name, "v0");
	assert_string_equal(iface.iface.description, "after other");
	assert_ptr_equal(iface.received.hook, entry.received.hook);
}

static void as_those_of_xdp_tools(void **state)
{
	struct live_iface_settings s = in_front(ENTRY | EXIT);

	(void)state;
	put_there("other");
	s.observe.xdp_tools_names = true;
	iface = (struct live_iface){ .point = POINT_EXIT, .entry = &entry };
	assert_int_equal(live_attach_describe(&entry, "v0", 0, &s), STATUS_OK);
	assert_int_equal(live_program_load(&entry, NULL, &s, &none), STATUS_OK);
	assert_int_equal(start(&s, &none), STATUS_OK);
	assert_string_equal(entry.iface.name, "v0:other()@fentry");
	assert_string_equal(iface.iface.name, "v0:other()@fexit");
	assert_null(iface.iface.description);
}

/* ---- packets ---- */

static void a_record_with_an_id_and_a_verdict(void **state)
{
	static union {
		struct event ev;
		uint8_t bytes[sizeof(struct event) + 128];
	} record;
	static const struct { uint8_t byte; uint64_t action; } verdicts[] = {
		{ 1, 0 }, { 2, 1 }, { 5, 4 }, { 78, 77 }, { 255, 254 },
	};
	const uint64_t id = 0x0123456789abcdef;
	const struct clock clock = { 0 };
	struct packet p;

	(void)state;
	record.ev = (struct event){ .len = 60, .caplen = 20, .meta = META_ID };
	memcpy(record.ev.data, &id, 8);
	memset(record.ev.data + 8, 0xaa, 20);
	for (size_t i = 0; i < array_size(verdicts); i++) {
		record.ev.verdict = verdicts[i].byte;
		live_packet_make(&iface, &record.ev, &clock, 0, &p);
		assert_int_equal(p.has & (PACKET_ID | PACKET_VERDICT), PACKET_ID | PACKET_VERDICT);
		assert_true(p.id == id);
		assert_int_equal(p.verdict.type, VERDICT_XDP);
		assert_int_equal(p.verdict.action, verdicts[i].action);
		assert_ptr_equal(p.data, record.ev.data + 8);
	}
	record.ev.verdict = 0;
	live_packet_make(&iface, &record.ev, &clock, 0, &p);
	assert_int_equal(p.has & (PACKET_ID | PACKET_VERDICT), PACKET_ID);
	record.ev.meta = 0;
	live_packet_make(&iface, &record.ev, &clock, 0, &p);
	assert_int_equal(p.has & (PACKET_ID | PACKET_VERDICT), 0);
	assert_ptr_equal(p.data, record.ev.data);
	assert_null(p.options.bytes);
	assert_int_equal(p.options.len, 0);
}

/* ---- the end ---- */

static const struct lost_case {
	const char *name;
	enum takeover_state now;
	const char *said;
} losses[] = {
	{ "somebody_has_taken_it", TAKEOVER_REPLACED,
	  "xdpdump: v0: somebody has put another program (id 9) in the place of ours\n" },
	{ "its_owner_has_put_it_there_again", TAKEOVER_TARGET,
	  "xdpdump: v0: other was put there again by its owner, in the place of ours\n" },
	{ "its_owner_has_taken_it_off", TAKEOVER_EMPTY,
	  "xdpdump: v0: other was taken off by its owner, and ours with it\n" },
};

static void a_place_that_is_lost(void **state)
{
	const struct lost_case *c = *state;
	struct live_iface_settings s = in_front(ENTRY);

	assert_int_equal(set_up(NULL), 0);
	put_there("other");
	assert_int_equal(start(&s, &none), STATUS_OK);
	kernel.is_lost = true;
	kernel.state = c->now;
	written_listen();
	assert_true(live_presence_is_lost(&iface));
	live_presence_lose(&iface);
	assert_string_equal(written_said(), c->said);
	assert_true(iface.gone && iface.detached && iface.end_ns);
	assert_int_equal(tear_down(NULL), 0);
}

static void one_that_cannot_be_given_back_is_told_of(void **state)
{
	struct live_iface_settings s = in_front(ENTRY);

	(void)state;
	put_there("other");
	assert_int_equal(start(&s, &none), STATUS_OK);
	kernel.give_back_err = -EIO;
	written_listen();
	live_attach_end(&iface);
	live_attach_end(&iface);	/* once */
	assert_string_equal(written_said(),
			    "xdpdump: v0: other (id 7) could not be put back: Input/output error; ours goes "
			    "on calling it, and xdpdump --restore -i v0 tries again\n");
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		with_iface(one_that_watches_is_not_told_what_the_device_knows),
		with_iface(one_that_watches_warns_of_tags),
		with_iface(the_program_gets_what_was_asked_for),
		with_iface(an_interface_is_two_in_the_file),
		with_iface(as_those_of_xdp_tools),
		with_iface(a_record_with_an_id_and_a_verdict),
		with_iface(one_that_cannot_be_given_back_is_told_of),
	};
	struct CMUnitTest tests[64];
	size_t n = 0;

	unit_of_table(starts, a_start, tests, n);
	unit_of_table(losses, a_place_that_is_lost, tests, n);
	memcpy(tests + n, others, sizeof(others));
	return unit_run("live_front", tests, n + array_size(others));
}
