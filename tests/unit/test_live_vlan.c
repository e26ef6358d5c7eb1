// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A VLAN device that is captured at XDP of the device below it: where everything goes, and what is
 * refused.
 */
#include "capture/filter/per_link.h"
#include "capture/live/live_attach.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_packet.h"
#include "capture/live/live_presence.h"
#include "capture/live/live_program.h"

#include "tests/unit/played_kernel.h"

static const struct live_iface_settings native = { .snap = 100, .way = LIVE_NATIVE,
						    .directions = LIVE_RECEIVED, .linktype = -1 };

static const struct live_filters none;

static struct live_iface iface;

static int set_up(void **state)
{
	kernel_reset();
	kernel.below = kernel.netif;
	kernel.netif = (struct netif){
		.ifindex = 8, .name = "v0.5", .kind = "vlan", .link = kernel.below.ifindex, .vlan = 5,
		.vlan_type = 0x8100, .up = true, .running = true, .ethernet = true,
		.has_mac = true, .mac = { 2, 0, 0, 0, 0, 5 },
	};
	iface = (struct live_iface){ .point = POINT_ENTRY };
	return written_set_up(state);
}

static int tear_down(void **state)
{
	live_attach_close(&iface);
	return written_tear_down(state);
}

static enum status start(const struct live_iface_settings *s, const struct live_filters *filters)
{
	enum status status = live_attach_describe(&iface, "v0.5", 5, s);

	if (!status)
		status = live_program_load(&iface, NULL, s, filters);
	return status ? status : live_attach_begin(&iface, s);
}

static void it_has_its_name_and_the_place_of_the_device_below(void **state is_unused)
{
	struct live_iface_settings s = native;

	s.promiscuous = true;
	assert_int_equal(start(&s, &none), STATUS_OK);
	assert_string_equal(live_iface_name(&iface), "v0.5");
	assert_string_equal(iface.iface.name, "v0.5");
	assert_string_equal(iface.iface.description, "VLAN 5 of v0");
	assert_string_equal(iface.why, "VLAN 5 of v0");
	assert_string_equal(iface.iface.filter, "vlan 5");
	assert_string_equal(iface.iface.hardware, "veth 1.0");
	assert_memory_equal(iface.iface.mac, kernel.netif.mac, 6);
	assert_int_equal(iface.netif.ifindex, 3);
	assert_int_equal(live_iface_device(&iface)->ifindex, 8);
	assert_true(kernel.attached);
	assert_int_equal(kernel.promiscuous_at, 3);
	assert_true(kernel.filter_n);	/* of the tag, without an expression as well */
	assert_int_equal(kernel.exit_filter_n, 0);
	assert_int_equal(iface.way, LIVE_NATIVE);
}

/*
 * Two more instructions on each way, at least, and the expression of the user is still that of a
 * VLAN device.
 */
static void its_filter_is_in_the_file_and_in_the_program(void **state is_unused)
{
	struct live_iface_settings s = native;
	struct live_filters filters = { .entry = NULL };
	size_t alone;

	s.filter = "tcp\nport 80";
	assert_int_equal(start(&native, &none), STATUS_OK);
	alone = kernel.filter_n;
	live_attach_close(&iface);
	iface = (struct live_iface){ .point = POINT_ENTRY };
	assert_int_equal(per_link_open(&filters.entry, s.filter, NULL, true), 0);
	s.directions |= LIVE_SENT;
	assert_int_equal(start(&s, &filters), STATUS_OK);
	assert_string_equal(iface.iface.filter, "vlan 5 and (tcp port 80)");
	assert_true(kernel.filter_n > alone);
	assert_true(kernel.sent_attached);
	per_link_close(filters.entry);
}

static void of_another_namespace_it_is_called_after_that(void **state is_unused)
{
	struct netns blue = { .label = "blue", .number = 4 };

	iface.netns = &blue;
	assert_int_equal(start(&native, &none), STATUS_OK);
	assert_string_equal(iface.iface.name, "blue/v0.5");
	assert_string_equal(iface.iface.description, "VLAN 5 of v0");
	assert_int_equal(iface.netif.netns, 4);
	assert_int_equal(iface.vlan.netns, 4);
	live_attach_end(&iface);
	iface.netns = NULL;
}

static void a_tag_that_the_driver_tells_is_asked_for(void **state is_unused)
{
	kernel.strips_vlan = true;
	kernel.features.device = DEVICE_TAG;
	assert_int_equal(start(&native, &none), STATUS_OK);
	assert_ptr_equal(kernel.ops, &hook_device);
	assert_int_equal(kernel.settings.ifindex, 3);
	assert_true(kernel.filter_n);
}

/* Of the tags that a device takes off those of the VLAN matter. */
static void a_vlan_of_802_1ad_is_one(void **state is_unused)
{
	kernel.strips_vlan = true;
	kernel.netif.vlan_type = 0x88a8;
	assert_int_equal(start(&native, &none), STATUS_OK);
	assert_string_equal(iface.iface.description, "VLAN 5 (802.1ad) of v0");
	assert_null(iface.iface.comment);
}

static const uint8_t to_the_vlan[] = { 2, 0, 0, 0, 0, 5, 2, 0, 0, 0, 0, 2, 0x81, 0, 0, 5, 8, 0 };

static void a_packet_to_its_own_address_is_to_it(void **state is_unused)
{
	static const struct clock tai = { .offset_ns = 0 };
	union {
		struct event ev;
		uint8_t bytes[sizeof(struct event) + 64];
	} record = { .ev = { .len = 60, .caplen = sizeof(to_the_vlan) } };
	struct packet p;

	memcpy(record.ev.data, to_the_vlan, sizeof(to_the_vlan));
	assert_int_equal(start(&native, &none), STATUS_OK);
	live_packet_make(&iface, &record.ev, &tai, 0, &p);
	assert_int_equal(p.flags, EPB_INBOUND | EPB_UNICAST);
	assert_int_equal(p.caplen, sizeof(to_the_vlan));
	assert_memory_equal(p.data, to_the_vlan, sizeof(to_the_vlan));
}

/* ---- what stays as it was ---- */

static const struct other_case {
	const char *name;
	enum live_way way;
	unsigned directions;
	const char *pattern;
} others[] = {
	{ "as_it_is_by_default", LIVE_AUTO, LIVE_RECEIVED, NULL },
	{ "as_it_is_at_tc", LIVE_TC, LIVE_RECEIVED, NULL },
	{ "as_it_is_in_generic_mode", LIVE_GENERIC, LIVE_RECEIVED, NULL },
	{ "as_it_is_if_only_what_it_sends_is_captured", LIVE_NATIVE, LIVE_SENT, NULL },
	{ "as_it_is_if_a_pattern_has_found_it", LIVE_NATIVE, LIVE_RECEIVED, "any" },
};

static void it_is_captured_itself(void **state)
{
	const struct other_case *c = *state;
	struct live_iface_settings s = native;

	assert_int_equal(set_up(NULL), 0);
	kernel.below = (struct netif){ .ifindex = 0 };
	s.way = c->way;
	s.directions = c->directions;
	iface.pattern = c->pattern;
	assert_int_equal(live_attach_describe(&iface, "v0.5", 5, &s), STATUS_OK);
	assert_int_equal(iface.netif.ifindex, 8);
	assert_int_equal(iface.vlan.ifindex, 0);
	assert_null(iface.iface.description);
	assert_null(iface.iface.filter);
	assert_int_equal(tear_down(NULL), 0);
}

/* ---- what is refused ---- */

static void is_elsewhere(struct live_iface_settings *s is_unused) { kernel.netif.link = 0; }
static void loses_tags(struct live_iface_settings *s is_unused) { kernel.strips_vlan = true; }

static void loses_outer_tags(struct live_iface_settings *s is_unused)
{
	kernel.strips_stag = true;
	kernel.netif.vlan_type = 0x88a8;
}

static void drops(struct live_iface_settings *s) { s->drop = true; }
static void is_in_front(struct live_iface_settings *s) { s->observe.way = OBSERVE_FRONT; }
static void is_behind(struct live_iface_settings *s) { s->observe.at = 1 << POINT_EXIT; }

static void cannot_be_bound(struct live_iface_settings *s is_unused)
{
	kernel.strips_vlan = true;
	kernel.features.device = DEVICE_TAG;
	kernel.device_err = -EINVAL;
}

static void is_watched_without_tags(struct live_iface_settings *s is_unused)
{
	cannot_be_bound(s);
	kernel.device_err = 0;
	kernel.traced = (struct xdp_program){ .id = 7, .name = "other" };
}

static void has_no_xdp(struct live_iface_settings *s is_unused)
{
	kernel.attach_err[XDP_MODE_NATIVE] = -EOPNOTSUPP;
}

static void is_too_large(struct live_iface_settings *s is_unused)
{
	has_no_xdp(s);
	kernel.driver = "ena 1";
	kernel.below.mtu = 9001;
}

static void is_a_vlan_itself(struct live_iface_settings *s is_unused)
{
	has_no_xdp(s);
	strcpy(kernel.below.kind, "vlan");
	kernel.below.vlan = 7;
	kernel.below.link = kernel.netif.ifindex;
}

static void is_taken(struct live_iface_settings *s is_unused) { kernel.query = 1; }

static const struct refused_case {
	const char *name;
	void (*change)(struct live_iface_settings *s);
	enum status status;
	const char *said;
} refusals[] = {
	{ "a_device_in_another_namespace", is_elsewhere, STATUS_UNSUPPORTED,
	  "v0.5: no native XDP: the device that this VLAN is on is in another network namespace; try --hook auto" },
	{ "tags_that_the_device_takes_off", loses_tags, STATUS_UNSUPPORTED,
	  "v0.5: v0 takes VLAN tags off before XDP sees them; ethtool -K v0 rxvlan off keeps them, and --hook auto "
	  "does without" },
	{ "tags_of_802_1ad_that_the_device_takes_off", loses_outer_tags, STATUS_UNSUPPORTED,
	  "v0.5: v0 takes VLAN tags off before XDP sees them; ethtool -K v0 rx-vlan-stag-hw-parse off keeps them, and "
	  "--hook auto does without" },
	{ "tags_that_the_kernel_does_not_tell", cannot_be_bound, STATUS_UNSUPPORTED,
	  "v0.5: v0 takes VLAN tags off before XDP sees them; ethtool -K v0 rxvlan off keeps them, and --hook auto "
	  "does without" },
	{ "tags_that_another_program_is_not_told", is_watched_without_tags, STATUS_UNSUPPORTED,
	  "v0.5: v0 takes VLAN tags off before XDP sees them; ethtool -K v0 rxvlan off keeps them, and --hook auto "
	  "does without" },
	{ "dropping_the_frames_of_all", drops, STATUS_USAGE,
	  "v0.5: at XDP --mirror-port drops every frame of v0, on which this VLAN is, and not its own alone: -i v0" },
	{ "the_place_of_a_program", is_in_front, STATUS_USAGE,
	  "v0.5: a program that sees its frames at XDP is that of v0, on which this VLAN is: -i v0" },
	{ "what_a_program_lets_out", is_behind, STATUS_USAGE,
	  "v0.5: a program that sees its frames at XDP is that of v0, on which this VLAN is: -i v0" },
	{ "a_device_without_xdp", has_no_xdp, STATUS_UNSUPPORTED,
	  "v0.5: the driver veth 1.0 has no native XDP on v0; try --hook auto" },
	{ "a_device_that_wants_something", is_too_large, STATUS_UNSUPPORTED,
	  "v0.5: no native XDP on v0: its MTU is 9001, and with XDP at most 3498; ip link set v0 mtu 3498" },
	{ "a_device_that_is_a_vlan_itself", is_a_vlan_itself, STATUS_UNSUPPORTED,
	  "v0.5: no native XDP on v0: a VLAN has no XDP of its own; -i v0 --hook native takes that of v0.5" },
	{ "a_device_whose_xdp_is_taken", is_taken, STATUS_INTERFACE,
	  "v0.5: an XDP program has been attached meanwhile: other (id 7); it is left as it is" },
};

static void is_refused(void **state)
{
	const struct refused_case *c = *state;
	struct live_iface_settings s = native;
	char said[512];

	assert_int_equal(set_up(NULL), 0);
	c->change(&s);
	snprintf(said, sizeof(said), "xdpdump: %s\n", c->said);
	written_listen();
	assert_int_equal(start(&s, &none), c->status);
	assert_string_equal(written_said(), said);
	assert_false(kernel.attached);
	assert_int_equal(tear_down(NULL), 0);
}

static void a_number_around_the_tag_is_refused(void **state is_unused)
{
	struct live_filters filters = { .entry = NULL };

	assert_int_equal(per_link_open(&filters.entry, "ether[10:4] = 5", NULL, true), 0);
	written_listen();
	assert_int_equal(start(&native, &filters), STATUS_USAGE);
	assert_string_equal(written_said(),
			    "xdpdump: the expression asks for a number of bytes between which the "
			    "VLAN tag is\n");
	per_link_close(filters.entry);
}

/* ---- going and coming ---- */

static void it_goes_and_comes_back_on_another_device(void **state is_unused)
{
	struct netif back = kernel.netif, found;

	assert_int_equal(start(&native, &none), STATUS_OK);
	written_listen();
	live_presence_changed(&iface, &kernel.netif, true);
	assert_false(kernel.attached);
	assert_int_equal(live_presence_seek(&iface, &found), 0);
	assert_int_equal(found.ifindex, 8);
	back.ifindex = kernel.netif.ifindex = 18;
	back.link = kernel.below.ifindex = 13;
	assert_true(live_presence_return(&iface, &back, &native));
	assert_string_equal(written_said(), "xdpdump: v0.5 disappeared\n"
					    "xdpdump: warning: v0.5 is back; the capture goes on\n");
	assert_true(kernel.attached);
	assert_int_equal(iface.netif.ifindex, 13);
	assert_int_equal(iface.vlan.ifindex, 18);
}

static void number_seven(struct netif *n) { n->vlan = 7; }
static void of_another_type(struct netif *n) { n->vlan_type = 0x88a8; }
static void no_vlan(struct netif *n) { strcpy(n->kind, "dummy"); }
static void from_elsewhere(struct netif *n) { n->link = 0; }

static const struct turned_case {
	const char *name;
	void (*change)(struct netif *n);
	const char *said;
} turned[] = {
	{ "back_with_another_number", number_seven,
	  "v0.5 is back, but not as VLAN 5, and is not captured" },
	{ "back_with_another_type", of_another_type,
	  "v0.5 is back, but not as VLAN 5, and is not captured" },
	{ "back_as_no_vlan", no_vlan, "v0.5 is back, but not as VLAN 5, and is not captured" },
	{ "back_on_a_device_elsewhere", from_elsewhere,
	  "v0.5: no native XDP: the device that this VLAN is on is in another network namespace; try --hook auto" },
};

static void it_stays_gone(void **state)
{
	const struct turned_case *c = *state;
	struct netif back;
	char said[512];

	assert_int_equal(set_up(NULL), 0);
	back = kernel.netif;
	assert_int_equal(start(&native, &none), STATUS_OK);
	written_listen();
	live_presence_lose(&iface);
	written_said();
	c->change(&back);
	snprintf(said, sizeof(said), "xdpdump: %s\n", c->said);
	written_listen();
	assert_false(live_presence_return(&iface, &back, &native));
	assert_non_null(strstr(written_said(), said));
	assert_true(iface.gone);
	assert_false(kernel.attached);
	written_listen();
	assert_true(live_presence_return(&iface, &kernel.netif, &native));
	written_said();
	assert_true(kernel.attached);
	assert_int_equal(tear_down(NULL), 0);
}

static void one_whose_tags_are_taken_off_now_stays_gone(void **state is_unused)
{
	assert_int_equal(start(&native, &none), STATUS_OK);
	written_listen();
	live_presence_lose(&iface);
	written_said();
	kernel.strips_vlan = true;
	written_listen();
	assert_false(live_presence_return(&iface, &kernel.netif, &native));
	assert_non_null(strstr(written_said(), "v0 takes VLAN tags off before XDP sees them"));
	assert_false(kernel.attached);
}

static void its_new_name_and_its_link_are_told_of(void **state is_unused)
{
	struct netif n = kernel.netif;

	assert_int_equal(start(&native, &none), STATUS_OK);
	strcpy(n.name, "w0.5");
	n.running = false;
	kernel.netif = n;
	written_listen();
	live_presence_changed(&iface, &n, false);
	assert_string_equal(written_said(),
			    "xdpdump: warning: v0.5 is called w0.5 now; the capture goes on\n"
			    "xdpdump: warning: v0.5 is down; the capture goes on\n");
}

#define with_vlan(t)	cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest alone[] = {
		with_vlan(it_has_its_name_and_the_place_of_the_device_below),
		with_vlan(its_filter_is_in_the_file_and_in_the_program),
		with_vlan(of_another_namespace_it_is_called_after_that),
		with_vlan(a_tag_that_the_driver_tells_is_asked_for),
		with_vlan(a_vlan_of_802_1ad_is_one),
		with_vlan(a_packet_to_its_own_address_is_to_it),
		with_vlan(a_number_around_the_tag_is_refused),
		with_vlan(it_goes_and_comes_back_on_another_device),
		with_vlan(one_whose_tags_are_taken_off_now_stays_gone),
		with_vlan(its_new_name_and_its_link_are_told_of),
	};
	struct CMUnitTest tests[array_size(alone) + array_size(others) + array_size(refusals) +
				array_size(turned)];
	size_t n = 0;

	unit_of_table(others, it_is_captured_itself, tests, n);
	unit_of_table(refusals, is_refused, tests, n);
	unit_of_table(turned, it_stays_gone, tests, n);
	memcpy(tests + n, alone, sizeof(alone));
	return unit_run("live_vlan", tests, n + array_size(alone));
}
