#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Filter expressions: what they mean for several link types, and from a file;
# tests/unit/test_show_filter.c has the rest.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"

file=tests/pcaps/mixed.pcap
# The filter means nothing for one link type of several: its packets are left out, which is said,
# and the others are as they would be without it.
other=tests/pcaps/files/linktype_unknown_user0_147.pcap mixed=tests/pcaps/files/pcapng_link_types_mixed.pcapng
line='warning: .*: packets of link type LINKTYPE_147 are left out: DLT 147 link-layer type filtering not implemented: udp port 53'
{
	"$dump" -r $file udp port 53 >"$work/alone" </dev/null
	for order in "-r $file -r $other" "-r $other -r $file" "-r $other -r $file -r $other"; do
		# shellcheck disable=SC2086 # options are words
		"$dump" $order udp port 53 </dev/null 2>"$work/said" | diff "$work/alone" - ||
			echo "$order: other packets"
		[[ $(grep -Exc "xdpdump: $line" "$work/said") == 1 && $(wc -l <"$work/said") == 1 ]] || cat "$work/said"
		# shellcheck disable=SC2086
		"$dump" $order -w "$work/out" udp port 53 </dev/null 2>"$work/said" || echo "$order: exit $?"
		"$dump" -r "$work/out" | diff "$work/alone" - || echo "$order: other packets in the file"
	done
	"$dump" --info -r $mixed udp 2>/dev/null >"$work/info" || echo "--info: exit $?"
	grep -q 'UDP  *[1-9]' "$work/info" || echo "--info finds no packets"
	"$dump" --compare $mixed $mixed udp >"$work/info" 2>/dev/null || echo "--compare: exit $?"
	[[ $("$dump" -r $mixed ether host 1:2:3:4:5:6 2>&1 | grep -c 'are left out') == 3 ]] ||
		echo "not three link types"
} >"$work/against" 2>&1
verdict "packets_of_a_link_type_that_the_filter_is_not_for_are_left_out_and_it_is_said"

# Secrets in front of the first interface that it is for.
python3 - "$work/late" <<'END'
import sys
sys.path.insert(0, "scripts")
sys.dont_write_bytecode = True
from fixture_files import *
ng = Ng("<")
secret = ng.block(DSB, ng.pack("II", 0x544c534b, 8) + b"A SECRET")
frame = bytes.fromhex("020000000002020000000001080045000020000000004011f6c9c0000201c0000202") + \
	b"\4\0\0\x35\0\x0c\0\0abcd"
packet = [(START_SEC * SEC, frame, len(frame))]
open(sys.argv[1], "wb").write(ng.shb() + ng.idb(link=147) + secret + ng.epbs(packet * 3) + ng.idb(link=1) + ng.epbs(packet, iface=1))
END
{
	"$dump" -r "$work/late" -w "$work/out" udp 2>/dev/null || echo "exit $?"
	[[ $("$dump" -r "$work/out" -t) == 'UDP 192.0.2.1:1024 -> 192.0.2.2:53 (46 bytes)' ]] || "$dump" -r "$work/out"
	[[ $(grep -ac 'A SECRET' "$work/out") == 1 ]] || echo "the secret is lost"
} >"$work/against" 2>&1
verdict "blocks_wait_for_the_first_interface_that_the_filter_is_for"

printf 'udp # names\nport 53\n' >"$work/filter"
{
	diff <("$dump" -r $file udp port 53) <("$dump" -r $file -F "$work/filter")
	diff <("$dump" -r $file udp port 53) <("$dump" -r $file -O udp port 53)
	diff <("$dump" -r $file) <("$dump" -r $file " ")
	[[ $("$dump" -r $file udp port 53 | wc -l) -gt 0 ]] || echo "nothing matches"
	# one line, where it is shown
	"$dump" -r $file --info -F "$work/filter" | grep -q '^Filter: *udp         port 53 *$' ||
		echo "--info shows another one"
} >"$work/against" 2>&1
verdict "a_filter_comes_from_a_file_as_well"
echo "1..$n"
