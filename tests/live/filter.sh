#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Filter expressions in a live capture: what matches is captured and nothing else, the books say
# what was filtered out, and the file is what `-r` makes of the fixture. A bad expression, or one
# that the kernel refuses, captures nothing.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

pcap=tests/pcaps/mixed.pcap
n_packets=$(capinfos -M -T -r -c "$pcap" | cut -f 2)

# Packets seen so far, accepted and filtered out.
seen()
{
	local before
	before=$(grep -c ' packets (' "$work/err")
	kill -USR1 "$pid"
	poll more_statistics "$before"
	echo $(($(sed -nE 's/^[0-9.]+ s: ([0-9]+) packets.*/\1/p' "$work/err" | tail -n 1) +
		$(sed -nE 's/^  filtered out: ([0-9]+) packets.*/\1/p' "$work/err" | tail -n 1)))
}

more_statistics()
{
	(($(grep -c ' packets (' "$work/err") > $1))
}

arrived()
{
	(($(seen) >= n_packets))
}

# Replays $pcap into what listens, and ends that when all has arrived.
replay()
{
	tcpreplay -q --topspeed -i v1 "$pcap" >"$work/tcpreplay" 2>&1 ||
		note "tcpreplay: $(tail -n 1 "$work/tcpreplay")"
	poll arrived || note 'not all frames have arrived'
	finish
	want 'exit status' 0 "$rc"
}

# want_filtered FILE ACCEPTED: the books of the file, the summary and the statistics
want_filtered()
{
	want_true "the file says '$expression'" grep -Fq "Filter string = $expression" <(capinfos "$1")
	eval "$(books "$1")"
	want 'packets seen' "$n_packets" "${ifrecv0-}"
	want 'packets accepted' "$2" "${filteraccept0-}"
	want 'packets delivered' "$2" "${usrdeliv0-}"
	want 'packets lost' 0 "${osdrop0-}"
	want 'packets in the file' "$2" "${epb0-}"
	want 'filtered out' "$((n_packets - $2))" \
		"$(sed -nE 's/^  filtered out: ([0-9]+) packets.*/\1/p' "$work/err" | tail -n 1)"
	want 'received, by the summary' "$2" "$(summary 'received by filter')"
	want 'captured, by the summary' "$2" "$(summary captured)"
}

# same_packets EXPRESSION FILE: what tcpdump takes out of the fixture, and what we take out of it with -r
want_same_packets()
{
	tcpdump -n -r "$pcap" -w "$work/subset.pcap" "$1" 2>"$work/tcpdump" || note "tcpdump: $(<"$work/tcpdump")"
	want_true compare "$dump" --compare "$work/subset.pcap" "$2"
	"$dump" -r "$pcap" -w "$work/offline.pcapng" "$1" >"$work/read" 2>&1 || note "-r: $(<"$work/read")"
	want_true 'compare with -r' "$dump" --compare "$work/offline.pcapng" "$2"
}

count_matches()
{
	tcpdump -n -r "$pcap" "$1" 2>/dev/null | wc -l
}

veth_up v0 v1 9216 || exit 1
for expression in tcp 'tcp port 443' 'not ip' 'ip6 protochain 6' 'len > 100' 'tcp[tcpflags] & tcp-syn != 0'; do
	begin "exactly what matches '$expression' is captured"
	listen -i v0 -s 0 -w "$work/out.pcapng" "$expression"
	replay
	n=$(count_matches "$expression")
	((n > 0 && n < n_packets)) || note "'$expression' matches $n of $n_packets: no case"
	want_filtered "$work/out.pcapng" "$n"
	want_same_packets "$expression" "$work/out.pcapng"
	end
done

begin 'an expression that matches nothing captures nothing, and all is counted as filtered out'
expression='host 203.0.113.77 and udp port 9'
listen -i v0 -s 0 -w "$work/out.pcapng" --print "$expression"
replay
want_filtered "$work/out.pcapng" 0
want 'bytes of text' 0 "$(stat -c %s "$work/out")"
want_true xdpdump "$dump" -r "$work/out.pcapng"
end

begin 'an expression that matches all captures all'
expression='greater 0'
listen -i v0 -s 0 -w "$work/out.pcapng" "$expression"
replay
want_filtered "$work/out.pcapng" "$n_packets"
want_true compare "$dump" --compare "$pcap" "$work/out.pcapng"
end

begin 'the expression of each interface filters its own packets'
veth_up v2 v3 9216 || note 'no second pair'
listen -i v0 -i v2 -s 0 -w "$work/out.pcapng" 'tcp'
tcpreplay -q --topspeed -i v3 "$pcap" >"$work/tcpreplay" 2>&1 || note "tcpreplay: $(tail -n 1 "$work/tcpreplay")"
n_packets=$((2 * n_packets))
replay
n_packets=$((n_packets / 2))
eval "$(books "$work/out.pcapng")"
want 'seen on the first' "$n_packets" "${ifrecv0-}"
want 'seen on the second' "$n_packets" "${ifrecv1-}"
want 'accepted on the first' "$(count_matches tcp)" "${filteraccept0-}"
want 'accepted on the second' "$(count_matches tcp)" "${filteraccept1-}"
want 'in the file' "$((2 * $(count_matches tcp)))" "$((epb0 + epb1))"
end

begin 'with --mirror-port the books are the same'
expression=udp
listen -i v0 -s 0 -w "$work/out.pcapng" --mirror-port "$expression"
replay
want_filtered "$work/out.pcapng" "$(count_matches udp)"
end

begin 'a bad expression ends with status 2 before a file is overwritten'
echo precious >"$work/out.pcapng"
run -i v0 -w "$work/out.pcapng" 'tcp prot 443'
want 'exit status' 2 "$rc"
want 'sentences' 1 "$(grep -c '^xdpdump: ' "$work/err")"
want 'the file' precious "$(<"$work/out.pcapng")"
want_detached
end

begin 'an expression from a file is in the capture as one line, and if it is bad not quoted'
printf 'udp\nport 53\n' >"$work/filter"
listen -i v0 -w "$work/out.pcapng" -F "$work/filter"
finish
want 'exit status' 0 "$rc"
want_true 'if_filter' grep -aq 'udp port 53' "$work/out.pcapng"
echo 'port SECRET' >"$work/filter"
run -i v0 -F "$work/filter"
want 'exit status' 2 "$rc"
want_line "$work/err" 'filter: line 1, column 6: libpcap does not take'
want_no_line "$work/err" SECRET
want_detached
end

sentence='a filter that the kernel refuses ends with status 4 and one sentence, and nothing is captured'
if [[ $sanitized ]]; then
	skip 'the translation of 100000 instructions takes too long with sanitizers'
else
	begin "$sentence"
	long=$(printf 'host 10.0.%d.1 or ' {1..250}{,,,,,})
	for by_broker in '' "--control $work/ctl"; do
		# shellcheck disable=SC2086
		run -i v0 -O -w "$work/out.pcapng" $by_broker "${long% or }"
		want 'exit status' 4 "$rc"
		want 'lines on stderr' 1 "$(wc -l <"$work/err")"
		want_line "$work/err" '^xdpdump: v0: kernel .* does not take this filter'
		want_detached
	done
	end
fi
plan
