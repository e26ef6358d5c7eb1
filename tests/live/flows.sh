#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# --flows: each packet is in one line, whatever else is asked for, and without -w none is captured. Needs root: unshare, veth.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

file=$work/file
veth_up v0 v1 || exit 1

# of the last line of statistics, as JSON
said()
{
	grep '^{' "$work/err" | tail -n 1 | jq -c "$1"
}

# The sums of the columns of CSV with these numbers.
sum_of()
{
	awk -F, -v a="$1" -v b="$2" 'NR > 1 { s += $a + $b } END { print s + 0 }' "$work/out"
}

begin 'flows are counted, and no packets are captured'
listen -i v0 --flows -T csv --stats-format json udp or tcp
# 500 flows of TCP and 500 of UDP
frames 5000 -p mixed -s 100
finish
want 'exit status' 0 "$rc"
want 'lines' 1001 "$(wc -l <"$work/out")"
want 'the first line' first,last,interface,protocol,src,srcport,dst,dstport,packets,bytes,tcp_flags,packets_back,bytes_back,tcp_flags_back \
	"$(head -n 1 "$work/out")"
want 'packets' 5000 "$(sum_of 9 12)"
want 'bytes' 500000 "$(sum_of 10 13)"
want 'flows of TCP' 500 "$(grep -c ',"v0",TCP,10.1.0.1,[0-9]*,10.1.0.2,9,5,500,A,0,0,$' "$work/out")"
want_line "$work/err" '^1000 flows with 5000 packets; of no flow 0, no room in the table for 0$'
want 'the books' '[5000,5000,0]' "$(said '[.accepted, .only_counted, .captured]')"
want 'the identity' true "$(said '.seen == .filtered + .only_counted + .ring_full + .error + .delivered')"
end

begin 'they are those of the packets that are captured with them'
listen -i v0 -Q inout --flows -T csv -w "$file" udp or tcp
frames 3000 -p mixed
"$send" -i v0 -n 500 -q >"$work/sent" 2>&1 || note "$(<"$work/sent")"
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'packets' 3500 "$epb"
want 'in flows' 3500 "$(sum_of 9 12)"
cut -d, -f 4-14 "$work/out" | sort >"$work/live"
"$dump" -r "$file" --flows -T csv 2>"$work/said" | cut -d, -f 4-14 | sort >"$work/offline"
want_true 'the same of the file' cmp "$work/live" "$work/offline"
want_line "$work/said" '^1250 flows with 3500 packets; of no flow 0, no room in the table for 0$'
end

begin 'each packet is in the line of one interval'
listen -i v0 --flows=100ms -T csv udp
for i in 1 2 3 4; do
	frames 2000 -r 8000
done
finish
want 'exit status' 0 "$rc"
want 'packets' 8000 "$(sum_of 9 12)"
want 'lines with the names' 1 "$(grep -c ^first "$work/out")"
want 'of the intervals' 8000 "$(awk '/^[0-9]+ flows with/ { s += $4 } END { print s }' "$work/err")"
want_true 'there were several' test "$(grep -c '^[0-9]* flows with' "$work/err")" -gt 2
end

begin 'what is left out is in the flows, and in no file'
listen -i v0 --flows -T json -w "$file" --flow-limit 2 --sample 1/2 udp
frames 5000
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'packets of flows' '[1000,5000]' "$(jq -sc '[length, (map(.packets) | add)]' "$work/out")"
want 'cut' 3000 "$flow_cut"
want 'in the file or not in the sample' 2000 "$((epb + sampled_out))"
end

begin 'what is of no flow is counted as such'
listen -i v0 --flows
tcpreplay -q -t -i v1 tests/pcaps/mixed.pcap >"$work/sent" 2>&1 || note_file "$work/sent"
finish
want 'exit status' 0 "$rc"
"$dump" -r tests/pcaps/mixed.pcap --flows 2>"$work/said" >"$work/offline"
want 'as of the file' "$(sed 's/of no flow.*//' "$work/said")" "$(grep ' flows with ' "$work/err" | sed 's/of no flow.*//')"
want_line "$work/err" '; of no flow 8, no room'
end

begin 'somebody who stops reading ends it'
mkfifo "$work/fifo"
head -n 1 "$work/fifo" >"$work/line" &
: >"$work/err"
"$dump" -i v0 --flows=10ms >"$work/fifo" 2>"$work/err" &
pid=$!
poll grep -q '^listening' "$work/err" || note 'has not started'
until ended "$pid"; do
	frames 1000
done
reap
want 'exit status' 0 "$rc"
want 'lines' 1 "$(wc -l <"$work/line")"
want_detached
end
plan
