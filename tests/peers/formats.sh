#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Captures in other formats than pcapng, as others see them: pcap by libpcap, tcpdump and tshark;
# rows by tshark, which has the same fields.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"
rows=()

# rewrite FILE FORMAT OUTPUT
rewrite()
{
	"$dump" -r "$1" --format "$2" -w "$3" </dev/null
}

frames=(tests/pcaps/*.pcap)

mkdir "$work/ns"
for file in "${frames[@]}"; do
	rewrite "$file" pcap-ns "$work/ns/${file##*/}"
done

# How long a packet may be is up to those who read pcap, and to the link type.
captures_of_long_packets
# lengths FILE: of its packets, by those who are there
lengths()
{
	"$dump" -r "$1" -T json | grep -o 'cap_len":[0-9]*' | grep -o '[0-9]*' | xargs
	! command -v tshark >/dev/null || tshark -n -r "$1" -T fields -e frame.cap_len 2>/dev/null | xargs
	! command -v tcpdump >/dev/null || tcpdump -nr "$1" -w /dev/null 2>&1 | grep -v '^reading from'
}
{
	rewrite "$work/usb" pcap "$work/usb.pcap" 2>&1 || echo "usb: exit $?"
	lengths "$work/usb.pcap" | grep -vx '60 262145 60'
	rewrite "$work/ethernet" pcap "$work/ethernet.pcap" >"$work/said" 2>&1
	[[ $? == 6 ]] || echo "ethernet: another exit status"
	grep -q '1 packet not written: longer than what tcpdump and tshark read, 262144 bytes .* -s cuts them' "$work/said" || cat "$work/said"
	lengths "$work/ethernet.pcap" | grep -vx '60 60'
	"$dump" -r "$work/ethernet" --format pcap -s 262144 -w "$work/ethernet.pcap" 2>&1 || echo "cut: exit $?"
	lengths "$work/ethernet.pcap" | grep -vx '60 262144 60'
} >"$work/against"
verdict "packets_of_pcap_are_as_long_as_others_read"

if wanted "tcpdump_and_tshark_find_the_same_in_pcap" tshark && \
	wanted "tcpdump_and_tshark_find_the_same_in_pcap" tcpdump; then
	for file in "${frames[@]}"; do
		diff <(tcpdump -r "$file" -tttt -nn -vvv -XX --nano 2>/dev/null) \
			<(tcpdump -r "$work/ns/${file##*/}" -tttt -nn -vvv -XX --nano 2>/dev/null) | head -n 2
	done >"$work/against"
	rewrite tests/pcaps/mixed.pcap pcap-ns "$work/mixed_ns.pcap"
	for file in tests/pcaps/mixed.pcap "$work/mixed_ns.pcap"; do
		tshark -n -r "$file" -T fields -e frame.time_epoch -e frame.len -e frame.cap_len \
			-e _ws.col.Info 2>/dev/null \
			>"$work/rows.${#rows[@]}"
		rows+=("$work/rows.${#rows[@]}")
	done
	[[ -s ${rows[0]} ]] || echo "tshark finds nothing" >>"$work/against"
	diff "${rows[@]}" >>"$work/against"
	verdict "tcpdump_and_tshark_find_the_same_in_pcap"
fi

everything=(tests/pcaps/*.pcap tests/pcaps/files/*)
# One run of tshark for all; blocks that it takes for packets are left out.
for file in "${everything[@]}"; do
	[[ $file == *@(damaged|warn_|journal|custom|unknown_blocks|year|processes)* ]] && continue
	rewrite "$file" pcapng "$work/one.pcapng" && cat "$work/one.pcapng"
done >"$work/all.pcapng" 2>/dev/null
if wanted "fields_have_the_values_that_tshark_gives_them" tshark &&
	wanted "fields_have_the_values_that_tshark_gives_them" python3; then
	tshark -n -o ip.defragment:FALSE -o ipv6.defragment:FALSE -r "$work/all.pcapng" -T ek >"$work/ek" 2>/dev/null
	"$dump" -r "$work/all.pcapng" -T json >"$work/ours" 2>/dev/null
	tests/golden/rows.py ek "$work/ours" "$work/ek" >"$work/against" 2>&1
	verdict "fields_have_the_values_that_tshark_gives_them"
fi

# What a program decided, and by which id two images belong together.
if wanted "tshark_finds_verdicts_and_ids" tshark; then
	for file in tests/pcaps/files/pcapng_verdicts{,_big_endian,_xdp_tools}.pcapng; do
		"$dump" -r "$file" -w "$work/ours.pcapng"
		tshark -n -r "$work/ours.pcapng" -T fields -e frame.packet_id \
			-e frame.verdict.ebpf_xdp -e frame.interface_name \
			>"$work/theirs" 2>/dev/null
		"$dump" -r "$file" -T csv | tail -n +2 | cut -d, -f5,11,13 | tr -d '"' |
			awk -F, -v OFS='\t' '{ print $2, $3, $1 }' >"$work/rows"
		[[ $(cut -f2 "$work/theirs" | grep -c .) -ge 6 ]] || echo "$file: tshark finds no verdicts"
		diff "$work/rows" "$work/theirs" | head -n 4
	done >"$work/against"
	verdict "tshark_finds_verdicts_and_ids"
fi
echo "1..$n"
