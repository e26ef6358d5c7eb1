#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Filter expressions beside tcpdump: the same packets from the same file, the same program of -d, the same refusals, but
# for the direction of packets.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"

# same_packets FILE EXPRESSION: those that tcpdump finds, in the same order; refused when tcpdump refuses it.
same_packets()
{
	local theirs=0 ours=0

	tcpdump -r "$1" -w "$work/theirs.pcap" "$2" 2>"$work/said" || theirs=1
	"$dump" -r "$1" -w "$work/ours.pcapng" "$2" 2>"$work/complaint" </dev/null || ours=$?
	if grep -q 'inbound/outbound not supported' "$work/said"; then
		# which we know of files that tell it
		grep -Eq 'do(es)? not tell whether' "$work/complaint" || ((ours == 2)) ||
			echo "$1: '$2': exit $ours and no word of the direction"
		return
	fi
	if ((theirs)); then
		((ours == 2)) || echo "$1: '$2': exit $ours, where tcpdump says: $(tail -n 1 "$work/said")"
		return
	fi
	((ours)) && cat "$work/complaint"
	"$dump" --compare "$work/theirs.pcap" "$work/ours.pcapng" >"$work/said" 2>&1 ||
		sed "s,^,$1: '$2': ," "$work/said"
}

mapfile -t expressions <tests/golden/EXPRESSIONS
frames=(tests/pcaps/*.pcap)
# Captures of Ethernet with the same header can share it.
head -c 24 "${frames[0]}" >"$work/frames.pcap"
for file in "${frames[@]}"; do
	tail -c +25 "$file" >>"$work/frames.pcap"
done
"$dump" -r "$work/frames.pcap" -w "$work/frames.pcapng" </dev/null

if wanted "tcpdump_finds_the_same_packets" tcpdump; then
	for expression in "${expressions[@]}"; do
		same_packets "$work/frames.pcap" "$expression"
	done >"$work/against"
	verdict "tcpdump_finds_the_same_packets_in_pcap"

	for expression in "${expressions[@]}"; do
		same_packets "$work/frames.pcapng" "$expression"
	done >"$work/against"
	verdict "tcpdump_finds_the_same_packets_in_pcapng"

	for expression in ip ip6 arp tcp 'udp port 53' 'host 192.0.2.10' 'not ip' 'ip[8] > 10' \
		'len > 60' 'link[0] = 0' \
		inbound outbound 'ifindex 1' 'ifindex 2' 'ether host 02:00:00:00:00:01' multicast 'type mgt' 'vlan'; do
		for file in tests/pcaps/files/linktype_*; do
			same_packets "$file" "$expression"
		done
	done >"$work/against"
	verdict "tcpdump_finds_the_same_packets_of_each_link_type"

	for expression in "" "${expressions[@]}"; do
		for how in -d -dd -ddd '-d -O'; do
			# shellcheck disable=SC2086 # two options
			diff <(tcpdump $how -s 262144 -y EN10MB "$expression" 2>/dev/null) \
				<("$dump" $how "$expression" 2>/dev/null) >"$work/diff" ||
				echo "$how '$expression': $(sed -n 2p "$work/diff")"
		done
	done >"$work/against"
	verdict "tcpdump_compiles_to_the_same_program"

	for file in tests/pcaps/files/linktype_{raw_101,bsd_null_0_little_endian,linux_cooked_113}.pcap; do
		diff <(tcpdump -d -r "$file" tcp 2>/dev/null | sed 's/#[0-9]*$//') \
			<("$dump" -d -r "$file" tcp | sed 's/#[0-9]*$//') || echo "$file"
	done >"$work/against" 2>&1
	verdict "tcpdump_compiles_to_the_same_program_for_the_link_type_of_a_file"

	"$dump" -r "$work/frames.pcap" -w "$work/ours.pcapng" -c 7 tcp </dev/null
	tcpdump -r "$work/frames.pcap" -w "$work/theirs.pcap" -c 7 tcp 2>/dev/null
	"$dump" --compare "$work/theirs.pcap" "$work/ours.pcapng" >"$work/said" 2>&1 || cp "$work/said" "$work/against"
	verdict "the_count_is_of_packets_that_match"
fi
echo "1..$n"
