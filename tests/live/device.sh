#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What a device knows of a packet beside its bytes: here a veth, which leaves the tag where the sender's stack has put it. Sent are
# the packets of a capture, those of IPv4 in VLAN 5.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

file=$work/file.pcapng
packets=tests/pcaps/mixed.pcap
tagger=$B/tests/xdp/tagger.bpf.o
n_ipv4=$("$dump" -r "$packets" --count ip 2>/dev/null)
n_ipv4=${n_ipv4%% *}

# tagged: tags go beside the bytes from now on
tagged()
{
	ethtool -K v0 rxvlan on >/dev/null && ethtool -K v1 txvlan on >/dev/null &&
		tc qdisc add dev v1 clsact && tc filter add dev v1 egress bpf da obj "$tagger" sec tc
}

replay()
{
	tcpreplay -q -t -i v1 "$packets" >"$work/sent" 2>&1 || { note "tcpreplay has failed:"; note_file "$work/sent"; }
}

# count FILE EXPRESSION...
count()
{
	"$dump" -r "$1" --count "${@:2}" 2>/dev/null | sed 's/ .*//'
}

veth_up || exit 1
if ! tagged 2>"$work/err" || ! "$dump" -J -i v0 2>/dev/null | grep -q adapter_unsynced; then
	echo "1..0 # SKIP no tags beside the bytes, or a kernel that does not tell a program what a device knows"
	exit 0
fi

begin 'A19: tags that the device takes off are put back, unasked'
listen -i v0 -s 0 -w "$file"
want_line "$work/err" 'listening on v0, native mode, VLAN tags put back,'
want_no_line "$work/err" 'warning'
replay
finish
want_books "$file"
want 'comment of the interface' none "${ifcomment0-none}"
want 'packets in VLAN 5' "$n_ipv4" "$(count "$file" vlan 5)"
want 'by the third program' "$n_ipv4" "$(tshark -n -r "$file" -Y 'vlan.id == 5 and vlan.priority == 3' 2>/dev/null | wc -l)"
want_accepted "$file"
end

begin 'they are the packets that tc sees'
"$dump" -i v0 -s 0 --hook tc -w "$work/tc.pcapng" 2>"$work/err.tc" &
at_tc=$!
wait_line "$work/err.tc" '^listening on v0, received at tc'
listen -i v0 -s 0 -w "$file"
replay
finish
kill -INT "$at_tc" && wait "$at_tc"
want 'exit status' 0 "$rc"
want_true 'as at tc' "$dump" --compare "$file" "$work/tc.pcapng"
end

begin 'a filter sees them, and so do the counts'
listen -i v0 -w "$file" vlan 5 and tcp
replay
finish
n_tcp=$(count "$packets" ip and tcp)
want 'packets' "$n_tcp" "$(count "$file")"
want 'packets of TCP in VLAN 5' "$n_tcp" "$(count "$file" vlan 5 and tcp)"
want 'packets captured' "$n_tcp" "$(summary captured)"
want_line "$work/err" "filtered out: $((194 - n_tcp)) packets"
listen -i v0 -w "$file" ip and tcp
replay
finish
want 'packets without a tag' 0 "$(count "$file")"
end

begin 'both ways, and cut behind the headers'
listen -i v0 -Q inout -s headers -w "$file" vlan 5
want_line "$work/err" 'listening on v0, received in native mode, sent at tc, VLAN tags put back, headers only'
replay
finish
want 'packets' "$n_ipv4" "$(count "$file" vlan 5 and inbound)"
end

begin 'A19: in generic mode they are missing, which is said and noted in the file'
listen -i v0 --hook generic -w "$file"
want_line "$work/err" 'warning: v0 takes VLAN tags off before XDP sees them'
want_no_line "$work/err" 'put back'
replay
finish
want_books "$file"
want 'comment of the interface' vlan_offload=on "${ifcomment0-}"
want 'packets in VLAN 5' 0 "$(count "$file" vlan 5)"
end

begin 'a device that leaves them is not asked'
ethtool -K v0 rxvlan off >/dev/null
ethtool -K v1 txvlan off >/dev/null
listen -i v0 -w "$file"
want_no_line "$work/err" 'VLAN'
replay
finish
want 'packets in VLAN 5' "$n_ipv4" "$(count "$file" vlan 5)"
ethtool -K v0 rxvlan on >/dev/null
ethtool -K v1 txvlan on >/dev/null
end

begin 'another xdpdump is told that one is there'
listen -i v0 -w "$file"
timeout 60 "$dump" -i v0 -w "$work/other.pcapng" 2>"$work/err.other"
want 'exit status' 5 $?
want_line "$work/err.other" 'v0: another xdpdump captures there: xdpdump_device'
finish
end

begin 'an interface that comes back is asked again, and its counts go on'
listen -i v0 --wait -w "$file"
replay
ip link del v0
wait_line "$work/err" 'v0 disappeared'
veth_up && tagged
wait_line "$work/err" 'v0 is back'
replay
finish
want_books "$file"
want 'packets in VLAN 5' $((2 * n_ipv4)) "$(count "$file" vlan 5)"
want 'packets' 388 "${epb-}"
end

begin 'one that leaves tags, and takes them off when it comes back, is asked then'
ethtool -K v0 rxvlan off >/dev/null
listen -i v0 --wait -w "$file"
want_no_line "$work/err" 'VLAN'
kill -STOP "$pid"
ip link del v0
veth_up && tagged
sleep 1.1	# its next look at the links is due, and has both messages before it
kill -CONT "$pid"
wait_line "$work/err" 'v0 is back' || note 'it is not back'
wait_line "$work/err" 'v0 is up again' || note 'it is not up'
replay
finish
want_no_line "$work/err" 'takes VLAN tags off|detached'
want_books "$file"
want 'packets in VLAN 5' "$n_ipv4" "$(count "$file" vlan 5)"
end

begin 'those of a pattern have one program and are not asked, which is noted in the file; at tc nothing is missing'
listen -i 'v[0]' -w "$file"
want_line "$work/err" 'listening on v0 .*, native mode'
want_no_line "$work/err" 'put back'
replay
finish
want 'comment of the interface' vlan_offload=on "${ifcomment0-}"
listen -i 'v[0]' --hook tc -w "$file"
replay
finish
want 'packets in VLAN 5' "$n_ipv4" "$(count "$file" vlan 5)"
end

begin 'times of the adapter: a packet without one has none, which is counted and said'
listen -i v0 -j adapter_unsynced -w "$file"
want_line "$work/err" 'native mode, VLAN tags put back, times of the adapter'
frames 3
finish
want 'exit status' 0 "$rc"
want_line "$work/err" '^xdpdump: warning: v0: 3 of 3 packets have no time, as the adapter has given them none$'
want_books "$file"
want 'comment of the interface' clock=adapter_unsynced "${ifcomment0-}"
run -r "$file"
want 'lines without a time' 3 "$(grep -c '^\[no time\]' "$work/out")"
want_accepted "$file"
end

begin 'what the adapter cannot tell is refused before a file is made'
rm -f "$file"
run -i lo -j adapter_unsynced -w "$file"
want 'exit status' 4 "$rc"
want_line "$work/err" '^xdpdump: lo: -j adapter_unsynced: its driver tells no program the time of the adapter .*; xdpdump -J -i lo lists'
run -i v0 --rx-hash -w "$file"
want 'exit status' 4 "$rc"
want_line "$work/err" '^xdpdump: v0: --rx-hash: its driver does not say what its hash is \(ethtool -x\)'
run -i v0 --hook generic -j adapter_unsynced -w "$file"
want 'exit status' 2 "$rc"
[[ ! -e $file ]] || note 'there is a file'
"$dump" -J -i v0 >"$work/out"
want 'what -J lists' 'host (Host) adapter_unsynced (Adapter, not synced with system time)' \
	"$(tail -n +2 "$work/out" | xargs)"
want_detached
end

begin 'it is bound within the namespace of the interface'
ip netns add blue
ip link set v0 netns blue
nsenter --net=/run/netns/blue sh -c 'ip link set v0 up; ethtool -K v0 rxvlan on' >/dev/null
want_true 'types of time stamps there' grep -q adapter_unsynced <("$dump" -J --netns blue -i v0 2>&1)
listen --netns blue -i v0 -w "$file"
want_line "$work/err" 'listening on blue/v0, native mode, VLAN tags put back'
replay
finish
want 'packets in VLAN 5' "$n_ipv4" "$(count "$file" vlan 5)"
ip netns del blue
end

plan
