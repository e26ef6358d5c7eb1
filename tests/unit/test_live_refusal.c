// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What is said of a driver that takes no program, for how its interface is set. */
#include <errno.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/live/live_refusal.h"

#include "tests/unit/unit.h"

static const struct refusal_case {
	const char *name;
	struct live_refusal r;
	const char *said;
	bool unknown;
} cases[] = {
	{ "ena_with_all_of_its_queues",
	  { .driver = "ena", .netif.mtu = 1500, .queues = { .combined = 8, .max_combined = 8 },
	    .err = -EINVAL },
	  .said = "at most half of its 8 queues may be in use, and 8 are; ethtool -L eth0 combined 4" },
	{ "ena_with_one_more_than_half",
	  { .driver = "ena", .netif.mtu = 1500, .queues = { .combined = 5, .max_combined = 8 },
	    .err = -EINVAL },
	  .said = "at most half of its 8 queues may be in use, and 5 are; ethtool -L eth0 combined 4" },
	{ "ena_with_half_of_its_queues",
	  { .driver = "ena", .netif.mtu = 1500, .queues = { .combined = 4, .max_combined = 8 },
	    .err = -EINVAL },
	  .said = "Invalid argument", .unknown = true },
	{ "ena_with_jumbo_frames",
	  { .driver = "ena", .netif.mtu = 9001, .queues = { .combined = 8, .max_combined = 8 },
	    .err = -EINVAL },
	  .said = "its MTU is 9001, and with XDP at most 3498; ip link set eth0 mtu 3498" },
	{ "ena_with_the_largest_mtu",
	  { .driver = "ena", .netif.mtu = 3498, .queues = { .combined = 2, .max_combined = 2 },
	    .err = -EINVAL },
	  .said = "at most half of its 2 queues may be in use, and 2 are; ethtool -L eth0 combined 1" },
	{ "gvnic_with_all_of_its_queues",
	  { .driver = "gve", .netif.mtu = 1460, .queues = { .rx = 4, .tx = 4, .max_rx = 4, .max_tx = 4 },
	    .err = -EINVAL },
	  .said = "at most half of its 4 queues may be in use, as many for receiving as for sending, and 4 and 4 are; "
	  "ethtool -L eth0 rx 2 tx 2" },
	{ "gvnic_with_different_numbers_of_queues",
	  { .driver = "gve", .netif.mtu = 1460, .queues = { .rx = 2, .tx = 1, .max_rx = 4, .max_tx = 4 },
	    .err = -EINVAL },
	  .said = "at most half of its 4 queues may be in use, as many for receiving as for sending, and 2 and 1 are; "
	  "ethtool -L eth0 rx 2 tx 2" },
	{ "gvnic_with_large_receive_offload",
	  { .driver = "gve", .netif.mtu = 1460, .lro = true, .err = -EOPNOTSUPP },
	  .said = "large receive offload is on; ethtool -K eth0 lro off" },
	{ "gvnic_with_jumbo_frames",
	  { .driver = "gve", .netif.mtu = 8896, .err = -EOPNOTSUPP },
	  .said = "its MTU is 8896, and with XDP at most 2032; ip link set eth0 mtu 2032" },
	{ "azure_with_large_receive_offload",
	  { .driver = "hv_netvsc", .netif.mtu = 1500, .lro = true, .err = -EOPNOTSUPP },
	  .said = "large receive offload is on; ethtool -K eth0 lro off" },
	{ "azure_with_jumbo_frames",
	  { .driver = "hv_netvsc", .netif.mtu = 9000, .err = -EOPNOTSUPP },
	  .said = "its MTU is 9000, and with XDP at most 3506; ip link set eth0 mtu 3506" },
	{ "a_guest_whose_host_helps",
	  { .driver = "virtio_net", .netif.mtu = 1500, .gro_hw = true, .gro_hw_fixed = true,
	    .err = -EOPNOTSUPP },
	  .said = "the host hands over packets put together or without checksums, which it alone can change; "
	  "qemu: -device virtio-net-pci,guest_csum=off,guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off" },
	{ "hardware_that_puts_packets_together",
	  { .driver = "mlx5_core", .netif.mtu = 1500, .gro_hw = true, .err = -EINVAL },
	  .said = "its hardware puts packets together; ethtool -K eth0 rx-gro-hw off" },
	{ "hardware_that_does_so_for_ever",
	  { .driver = "some", .netif.mtu = 1500, .gro_hw = true, .gro_hw_fixed = true,
	    .err = -EINVAL },
	  .said = "Invalid argument", .unknown = true },
	{ "queues_that_are_apart",
	  { .driver = "bnxt_en", .netif.mtu = 1500, .queues = { .rx = 8, .tx = 8, .max_rx = 37, .max_tx = 37,
	    .max_combined = 16 }, .err = -EOPNOTSUPP },
	  .said = "queues for receiving and for sending have to be the same; ethtool -L eth0 rx 0 tx 0 combined 8" },
	{ "queues_that_are_not",
	  { .driver = "bnxt_en", .netif.mtu = 1500, .queues = { .combined = 8, .max_combined = 16 },
	    .err = -EOPNOTSUPP },
	  .said = "Operation not supported", .unknown = true },
	{ "a_veth_whose_peer_has_more_queues",
	  { .driver = "veth", .netif = { .kind = "veth", .mtu = 1500 }, .queues = { .rx = 1, .max_rx = 4 },
	    .err = -ENOSPC },
	  .said = "its peer has more queues for sending than it has for receiving, 1; ethtool -L eth0 rx 4" },
	{ "a_veth_that_can_have_no_more_queues_than_it_has",
	  { .driver = "veth", .netif = { .kind = "veth", .mtu = 1500 }, .queues = { .rx = 1, .max_rx = 1 },
	    .err = -ENOSPC },
	  .said = "its peer has more queues for sending than it has for receiving, 1; ethtool -L PEER tx 1" },
	{ "a_veth_without_another_end",
	  { .driver = "veth", .netif = { .kind = "veth", .mtu = 9000 }, .err = -ENOTCONN },
	  .said = "Transport endpoint is not connected", .unknown = true },
	{ "a_vlan",
	  { .driver = "802.1Q", .netif = { .kind = "vlan", .vlan = 5, .mtu = 9000 }, .parent = "bond1",
	    .err = -EOPNOTSUPP },
	  .said = "a VLAN has no XDP of its own; -i eth0 --hook native takes that of bond1" },
	{ "a_vlan_on_a_device_of_another_namespace",
	  { .driver = "802.1Q", .netif = { .kind = "vlan", .vlan = 7 }, .err = -EOPNOTSUPP },
	  .said = "a VLAN has no XDP of its own, and the device that it is on is in another network namespace" },
	{ "a_driver_of_which_nothing_is_known_with_jumbo_frames",
	  { .driver = "some", .netif.mtu = 9000, .err = -EINVAL },
	  .said = "Invalid argument, perhaps for its MTU of 9000; ip link set eth0 mtu 1500" },
	{ "a_driver_of_which_nothing_is_known",
	  { .driver = "some", .netif.mtu = 1500,
	    .err = -EOPNOTSUPP }, .said = "Operation not supported", .unknown = true },
	{ "software_with_a_large_mtu_has_other_reasons",
	  { .driver = "bridge", .netif = { .kind = "bridge", .mtu = 9000 }, .err = -EOPNOTSUPP },
	  .said = "Operation not supported", .unknown = true },
	{ "lo_has_other_reasons",
	  { .netif = { .loopback = true, .mtu = 65536 }, .err = -EOPNOTSUPP },
	  .said = "Operation not supported", .unknown = true },
};

static void is_said(void **state)
{
	const struct refusal_case *c = *state;
	struct live_refusal r = c->r;
	char out[LIVE_REFUSAL_MAX];

	strcpy(r.netif.name, "eth0");
	assert_int_equal(live_refusal_explain(&r, out, sizeof(out)), !c->unknown);
	assert_string_equal(out, c->said);
}

int main(void)
{
	struct CMUnitTest tests[array_size(cases)];
	size_t n = 0;

	unit_of_table(cases, is_said, tests, n);
	return unit_run("live_refusal", tests, n);
}
