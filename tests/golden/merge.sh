#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Captures merged and rewritten: how many there may be, and what becomes of times, of blocks and what refers to them.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"

# As many files as there are words in a command, if the system lets us open them.
many=()
for _ in {1..1100}; do many+=(-r tests/pcaps/tcp_flags.pcap); done
if [[ $(ulimit -Hn) == unlimited || $(ulimit -Hn) -gt 1200 ]]; then
	{
		"$dump" "${many[@]}" -w "$work/out" </dev/null || echo "exit $?"
		one=$("$dump" -r tests/pcaps/tcp_flags.pcap -t | wc -l)
		[[ $("$dump" -r "$work/out" -t | wc -l) == $((1100 * one)) ]] || echo "not $((1100 * one)) packets"
	} >"$work/against" 2>&1
	verdict "more_than_a_thousand_files_are_merged"
fi

# A packet without a time has none when it was rewritten, once and again, alone and with others;
# pcap has a time for each.
timeless=(pcapng_simple_packets pcapng_simple_packets_snaplen_32 pcapng_simple_packets_snaplen_zero warn_pcapng_time_all_ones)
timeless+=(warn_pcapng_tsoffset_before_1970 warn_pcapng_tsresol_2_64_beyond)
for name in "${timeless[@]}"; do
	file=tests/pcaps/files/$name.pcapng
	untimed=$("$dump" -r "$file" 2>/dev/null | grep -c '^\[no time\]')
	((untimed > 0)) || echo "$name: all packets have a time"
	"$dump" -r "$file" -w "$work/ours" </dev/null 2>/dev/null
	"$dump" -r "$work/ours" -w "$work/again" </dev/null 2>&1
	cmp "$work/ours" "$work/again" | sed "s,^,$name: ,"
	"$dump" --compare "$file" "$work/again" --tolerance 0 2>/dev/null | grep -v 'all the same' | sed "s,^,$name: ,"
	# behind another file they are packets of another interface, which only a comment can say it of
	"$dump" -r tests/pcaps/udp.pcap -r "$file" -w "$work/both" </dev/null >"$work/said" 2>&1
	[[ $("$dump" -r "$work/both" 2>&1 | grep -c '^\[no time\]') == "$untimed" ]] ||
		echo "$name: behind another file another number"
	[[ $(grep -ac time=unknown "$work/both") -gt 0 ]] || echo "$name: behind another file there is no comment"
	"$dump" -r "$file" -w "$work/ours.pcap" --format pcap </dev/null >"$work/said" 2>&1 ||
		echo "$name: pcap: exit $?"
	grep -Eq "$name.pcapng: $untimed packets? without a time: written as of 1970" \
		"$work/said" || sed "s,^,$name: ," "$work/said"
done >"$work/against" 2>&1
verdict "a_packet_without_a_time_has_none_when_it_was_rewritten"

# rewritten SAID ARGS...: what is of local use in the output, as "BLOCKS OPTIONS", and that it was said, or nothing
rewritten()
{
	local said=$1

	shift
	rm -f "$work"/out*
	"$dump" "$@" -w "$work/out" </dev/null 2>"$work/said" || echo "exit $?"
	patiently "$work/said"
	if [[ $said ]]; then grep -Eq "$said" "$work/said" || echo "not said: $said"; fi
	[[ $(wc -l <"$work/said") == $([[ $said ]] && echo 1 || echo 0) ]] || cat "$work/said"
	cat "$work"/out* | python3 -c '
import struct, sys
data, at, blocks, options = sys.stdin.buffer.read(), 0, 0, 0
while at < len(data):
    kind, n = struct.unpack_from("=II", data, at)
    blocks += kind == 0x80000001
    options += data[at:at + n].count(struct.pack("=HH", 0x8001, 4)) if kind == 6 else 0
    at += n
print(blocks, options)'
}

# Numbers that refer to blocks, and the blocks, stay together or go together.
{
	local=tests/pcaps/files/pcapng_local_blocks
	{
		rewritten '' -r "$local.pcapng"
		rewritten '' -r "$local.pcapng" -c 1
		rewritten '' -r "$local.pcapng" not udp
		rewritten 'another section' -r "${local}_of_two_sections.pcapng"
		rewritten 'another byte order' -r "${local}_big_endian.pcapng"
		rewritten 'in one file' -r "$local.pcapng" -r tests/pcaps/udp.pcap
		rewritten 'in one file' -r "$local.pcapng" -b packets:1
	} | diff - <(printf '%s\n' '4 2' '2 1' '4 1' '2 1' '0 0' '0 0' '0 0')
	"$dump" -r "$local.pcapng" -w "$work/ours" 2>&1 </dev/null
	"$dump" -r "$work/ours" -w "$work/again" 2>&1 </dev/null
	cmp "$work/ours" "$work/again"
} >"$work/against" 2>&1
verdict "blocks_of_local_use_and_what_refers_to_them_are_both_copied_or_neither"
echo "1..$n"
