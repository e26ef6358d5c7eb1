#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Captures rewritten as pcapng, as others see them: libpcap, tcpdump, tshark, capinfos. And the same bytes each time.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"

# rewrite FILE OUTPUT
rewrite()
{
	"$dump" -r "$1" -w "$2" </dev/null
}

# rows FILE: its packets as tshark sees them.
rows()
{
	tshark -n -r "$1" -o frame.generate_md5_hash:TRUE -T fields -e frame.time_epoch -e frame.len -e frame.cap_len \
		-e frame.encap_type -e frame.md5_hash 2>&1 | grep -v 'Running as user'
}

# Each capture of frames, and the containers that others can read as well.
frames=(tests/pcaps/*.pcap)
foreign=(tests/pcaps/files/{linktype_{raw,ipv4,ipv6,linux,bsd}*,pcap_{micro,nano,modified,version,snaplen,fcs,year}*})
foreign+=(tests/pcaps/files/pcapng_{big_endian,sections*,obsolete*,options*,interface*,tsresol_10_9}.pcapng)

mkdir "$work/once"
for file in "${frames[@]}" "${foreign[@]}"; do
	rewrite "$file" "$work/once/${file##*/}"
done >"$work/against" 2>&1
verdict "each_capture_can_be_rewritten"

# same FILE OURS: the packets of a pcap file, which others have made, and those that libpcap finds in a file of ours.
same()
{
	tcpdump --nano -r "$2" -w "$work/libpcap.pcap" 2>"$work/said" || sed "s,^,${1##*/}: ," "$work/said"
	"$dump" --compare "$1" "$work/libpcap.pcap" --tolerance 0 >"$work/said" 2>&1 ||
		sed "s,^,${1##*/}: ," "$work/said"
}

if wanted "libpcap_finds_the_same_packets" tcpdump; then
	for file in "${frames[@]}"; do
		same "$file" "$work/once/${file##*/}"
	done >"$work/against"
	verdict "libpcap_finds_the_same_packets"
fi

if wanted "libpcap_finds_the_same_packets_cut_to_the_snapshot_length" editcap; then
	for file in "${frames[@]}"; do
		"$dump" -r "$file" -w "$work/cut.pcapng" -s 60 </dev/null
		editcap -F nsecpcap -s 60 "$file" "$work/cut.pcap" 2>"$work/said"
		same "$work/cut.pcap" "$work/cut.pcapng"
	done >"$work/against"
	verdict "libpcap_finds_the_same_packets_cut_to_the_snapshot_length"
fi

if wanted "tcpdump_reads_each_rewritten_file" tcpdump; then
	for file in "${frames[@]}" "${foreign[@]}"; do
		out=$work/once/${file##*/}
		tcpdump -n -r "$out" -w "$work/said.pcap" 2>"$work/said" || sed "s,^,${file##*/}: ," "$work/said"
		[[ $("$dump" -r "$out" -t | wc -l) == $("$dump" -r "$work/said.pcap" -t | wc -l) ]] ||
			echo "${file##*/}: another number of packets"
	done >"$work/against"
	verdict "tcpdump_reads_each_rewritten_file"
fi

if wanted "capinfos_accepts_each_rewritten_file" capinfos; then
	capinfos -T -r -m -c "$work"/once/* 2>&1 >"$work/said" | grep -v 'Running as user' >"$work/against"
	for file in "$work"/once/*; do
		echo "$file,$("$dump" -r "$file" -t | wc -l)"
	done | diff - "$work/said" >>"$work/against"
	verdict "capinfos_counts_the_same_packets"
fi

if wanted "which_way_a_packet_went_is_told_in_the_words_of_tcpdump" tcpdump; then
	cooked=tests/pcaps/files/linktype_linux_cooked
	{
		diff <(tcpdump -nter ${cooked}_113_directions.pcap 2>/dev/null | awk '{ print $1 }') \
			<("$dump" -r ${cooked}_113_directions.pcap -t | awk '{ print $1 }')
		# the name that tcpdump shows is that of an interface of this machine
		diff <(tcpdump -nter ${cooked}_v2_276_directions.pcap 2>/dev/null | awk '{ print $3, $4, $2 }') \
			<("$dump" -r ${cooked}_v2_276_directions.pcap -t | awk '{ print $1, $2, $3 }')
	} >"$work/against" 2>&1
	verdict "which_way_a_packet_went_is_told_in_the_words_of_tcpdump"
fi

# One run of tshark costs as much as a hundred of the others, so it reads all files in one: sections can stand in a row,
# and captures with the same header can share it.
cat "$work"/once/* >"$work/all.pcapng"
for file in "${frames[@]}"; do
	cat "$work/once/${file##*/}" >>"$work/frames.pcapng"
	[[ -e $work/frames.pcap ]] || head -c 24 "$file" >"$work/frames.pcap"
	tail -c +25 "$file" >>"$work/frames.pcap"
done

if wanted "tshark_finds_the_same_packets" tshark; then
	rows "$work/frames.pcap" >"$work/rows"
	{
		[[ -s $work/rows ]] || echo "none at all"
		rows "$work/frames.pcapng" | diff "$work/rows" -
	} >"$work/against"
	verdict "tshark_finds_the_same_packets"
fi

if wanted "no_block_is_malformed_in_the_eyes_of_tshark" tshark; then
	tshark -X 'read_format:MIME Files Format' -V -r "$work/all.pcapng" >"$work/blocks" 2>"$work/said"
	{
		grep -v 'Running as user' "$work/said"
		grep -iE 'malformed|expert info|exceeds|invalid' "$work/blocks"
		# and it has seen them all
		diff <(printf '%s\n' "$work"/once/* | wc -l) \
			<(grep -c '^    Block: Section Header Block' "$work/blocks")
		diff <("$dump" -r "$work/all.pcapng" -t | wc -l) \
			<(grep -c '^    Block: Enhanced Packet Block' "$work/blocks")
	} >"$work/against"
	verdict "no_block_is_malformed_in_the_eyes_of_tshark"
fi

# What stands behind the line of each packet: tcpdump's lines of a packet begin with its number, as ours do.
ascii_of()
{
	"$@" 2>"$work/said" | python3 -c 'import re, sys
text = sys.stdin.buffer.read()
for block in re.split(rb"(?m)^ {0,4}\d+  ", text)[1:]:
    sys.stdout.buffer.write(b"--\n" + block.partition(b"\n")[2])'
}

if wanted "bytes_as_ascii_are_tcpdumps" tcpdump; then
	ip="ip or ip6 or (vlan and (ip or ip6))"	# LLC belongs to the link for tcpdump
	for file in tests/pcaps/{mixed,tcp_handshake,udp,patterns,vlan,sizes,tcp_flags,ip_options}.pcap; do
		for option in -A -AA; do
			ascii_of tcpdump -r "$file" -n -q -t "-#" $option "$ip" >"$work/theirs"
			ascii_of "$dump" -r "$file" -t "-#" $option "$ip" >"$work/ours"
			[[ -s $work/theirs ]] || echo "$file: nothing to compare"
			cmp "$work/theirs" "$work/ours" || echo "$file $option"
		done
	done >"$work/against" 2>&1
	verdict "bytes_as_ascii_are_tcpdumps"
fi

if wanted "counts_are_tcpdumps" tcpdump; then
	for options in '' 'udp' 'port 53' '-c 3' 'ip6'; do
		# shellcheck disable=SC2086 # words
		diff <("$dump" -r tests/pcaps/mixed.pcap --count $options) \
			<(tcpdump -r tests/pcaps/mixed.pcap --count $options 2>"$work/said") || echo "$options"
	done >"$work/against" 2>&1
	verdict "counts_are_tcpdumps"
fi

echo "1..$n"
