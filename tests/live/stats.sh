#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Statistics for machines: the same numbers as in the file.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

file=$work/file
veth_up v0 v1 || exit 1
if ! command -v jq >/dev/null; then
	echo "1..0 # SKIP jq is not installed"
	exit 0
fi

# of the last line of statistics
said()
{
	grep '^{' "$work/err" | tail -n 1 | jq -c "$1"
}

lines_of()
{
	[[ $(grep -c '^{' "$work/err") -ge $1 ]]
}

begin 'a line each time, the last one as the books of the file'
listen -i v0 -w "$file" --stats=50ms --stats-format json
frames 300
poll lines_of 3 || note 'no three lines'
kill -USR1 "$pid"
finish
want 'exit status' 0 "$rc"
want_true 'a line is an object' jq -e . <(grep '^{' "$work/err")
eval "$(books "$file")"
want 'seen' "$ifrecv0" "$(said .seen)"
want 'accepted' "$filteraccept0" "$(said .accepted)"
want 'delivered' "$usrdeliv0" "$(said .delivered)"
want 'lost' "$osdrop0" "$(said '.ring_full + .error')"
want 'captured' "$epb0" "$(said .captured)"
want 'that of the interface' "$(said .delivered)" "$(said '.interfaces[0].delivered')"
want 'its name' '["v0","entry",false]' "$(said '.interfaces[0] | [.name, .point, .gone]')"
want 'the last' '"end"' "$(said .stats)"
want 'the others' '["now"]' "$(grep '^{' "$work/err" | sed '$d' | jq -sc 'map(.stats) | unique')"
want 'in order' true "$(grep '^{' "$work/err" | jq -sc '(map(.packets) | . == sort) and (map(.elapsed | tonumber) | . == sort)')"
want_no_line "$work/err" 'captured$'
end

begin 'what a filter has left out, and what was sent'
listen -i v0 -Q inout --stats-format json -w "$file" udp
frames 200 -p mixed
finish
want_true 'some are left out' test "$(said .filtered_packets)" -gt 0
want 'packets and filtered are what was seen' true "$(said '.packets + .filtered_packets == .seen')"
want 'of the interface' true "$(said '.sent_packets == .interfaces[0].sent_packets and
	.packets == .interfaces[0].received_packets + .interfaces[0].sent_packets')"
want 'in the file' "$("$dump" --count -r "$file" | sed 's/ .*//')" "$(said .captured)"
cp "$work/err" "$work/inout"
end

begin 'of a watched program its verdicts; and each name is in the manual'
ip link set dev v0 xdpgeneric object "$B/tests/xdp/several.bpf.o" section xdp 2>"$work/ip" ||
	ip link set dev v0 xdpgeneric object "$B/tests/xdp/several.bpf.o" program passer 2>>"$work/ip" || :
listen -i v0 --observe front --stats-format json -w "$file"
frames 20 -p udp
finish
want 'of each packet' 20 "$(said '.interfaces[0].verdicts.pass_packets')"
want 'it is that of the interface' "$(ip -d -j link show dev v0 | jq .[0].xdp.prog.id)" "$(said '.interfaces[0].program_id')"
names=$(cat "$work/err" "$work/inout" | grep '^{' | jq -r 'paths[] | strings' | sed -E 's/_(packets|bytes)$//' | sort -u)
sed -n '/^\.Ss Statistics$/,/^\.Ss Metrics$/p' man/xdpdump.8 | grep 'Ql ' >"$work/manual"
for name in $names; do
	grep -qw -- "$name" "$work/manual" || note "$name is not in the manual"
done
want_true 'there are more than 30' test "$(wc -w <<<"$names")" -gt 30
ip link set dev v0 xdpgeneric off
end

# names_are NAMES: the interfaces of a new line
names_are()
{
	kill -USR1 "$pid"
	[[ $(said '[.interfaces[].name]') == "$1" ]]
}

begin 'one that fits a pattern and has gone is no more than a part of the sums'
veth_up w0 w1
listen -i v0 -i 'w0*' --stats-format json -w "$file" udp
"$send" -i w1 -n 100 >"$work/sent"
poll names_are '["v0","w0"]' || note 'it does not tell of both'
ip link delete w0
poll names_are '["v0"]' || note "it still tells of $(said '[.interfaces[].name]')"
finish
want 'sums' '[100,100,100,100]' "$(said '[.packets, .seen, .delivered, .captured]')"
want 'interfaces' '["v0",0]' "$(said '.interfaces[] | [.name, .seen]')"
end
plan
