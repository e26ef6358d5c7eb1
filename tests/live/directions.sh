#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What is received and what is sent, -Q in, out and inout, and --hook: the same packets as
# tcpdump's, in the same order, each with its direction, and all of them in the books.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

file=$work/file.pcapng

two_ends || exit 1

# directions FILE: the letter of each packet, in order
directions()
{
	"$dump" -r "$1" -v 2>/dev/null | sed -nE 's/.* (In|Out)( .*)?$/\1/p'
}

serve 10.0.0.2
serve 127.0.0.1

begin '-Q inout captures what tcpdump captures, in the same order'
tcpdump_begins v0
listen -i v0 -Q inout -s 0 -w "$file"
want_line "$work/err" '^listening on v0, received in native mode, sent at tc(, VLAN tags put back)?, whole frames$'
converse tcp 10.0.0.2 3 1000
converse udp 10.0.0.2 5 100
finish
want 'exit status' 0 "$rc"
want_what_tcpdump_has
want 'datagrams in' 5 "$("$dump" -r "$file" -v udp 2>/dev/null | grep -c ' In$')"
want 'datagrams out' 5 "$("$dump" -r "$file" -v udp 2>/dev/null | grep -c ' Out$')"
want_books "$file"
want_accepted "$file"
want 'the order of questions and answers' 'In Out In Out In Out In Out In Out' \
	"$("$dump" -r "$file" -v udp 2>/dev/null | sed -nE 's/.* (In|Out)$/\1/p' | paste -sd ' ')"
in=$(directions "$file" | grep -c In)
out=$(directions "$file" | grep -c Out)
want 'the statistics' "$in $out" \
	"$(sed -nE 's/^  received ([0-9]+) packets, [0-9]+ bytes; sent ([0-9]+) packets.*/\1 \2/p' "$work/err" | tail -n 1)"
end

for way in in:5:0 out:0:5 inout:5:5; do
	IFS=: read -r direction n_in n_out <<<"$way"
	for hook in auto tc; do
		begin "-Q $direction with --hook $hook"
		listen -i v0 -Q "$direction" --hook "$hook" -w "$file" udp port 7
		converse udp 10.0.0.2 5 100
		finish
		want 'exit status' 0 "$rc"
		want received "$n_in" "$(directions "$file" | grep -c In)"
		want sent "$n_out" "$(directions "$file" | grep -c Out)"
		end
	done
done

begin 'JSON and tshark have the direction'
listen -i v0 -Q inout -w "$file" udp
converse udp 10.0.0.2 1 100
finish
want 'by JSON' '1 2' \
	"$("$dump" -r "$file" -T json 2>/dev/null | sed -nE 's/.*"frame_frame_packet_flags_direction":([0-9]+).*/\1/p' | paste -sd ' ')"
want 'by tshark' '0x00000001 0x00000002' \
	"$(tshark -n -r "$file" -T fields -e frame.packet_flags_direction 2>/dev/null | paste -sd ' ')"
end

begin 'a filter is asked about both directions'
listen -i v0 -Q inout -w "$file" src host 10.0.0.2 and udp
converse udp 10.0.0.2 4 100
finish
want packets 'Out Out Out Out' "$(directions "$file" | paste -sd ' ')"
want_line "$work/err" '^  filtered out: [1-9][0-9]* packets'
end

for way in 'inbound:In In In In' 'outbound and udp:Out Out Out Out' 'not outbound:In In In In'; do
	begin "'${way%:*}' while capturing and with -r"
	listen -i v0 -Q inout -w "$file" "udp and (${way%:*})"
	converse udp 10.0.0.2 4 100
	finish
	want packets "${way#*:}" "$(directions "$file" | paste -sd ' ')"
	listen -i v0 -Q inout -w "$file" udp
	converse udp 10.0.0.2 4 100
	finish
	"$dump" -r "$file" -w "$work/part.pcapng" "${way%:*}" 2>/dev/null
	want 'packets with -r' "${way#*:}" "$(directions "$work/part.pcapng" | paste -sd ' ')"
	end
done

begin 'what the driver has to cut is captured whole, and flagged'
ethtool -K v0 tso on gso on tx on >/dev/null 2>&1
listen -i v0 -Q out -s 0 -w "$file" tcp
converse tcp 10.0.0.2 1 200000
finish
want 'exit status' 0 "$rc"
large=$(tshark -n -r "$file" -T fields -e frame.len -e frame.packet_flags 2>/dev/null |
	while read -r len flags; do ((len <= 1514 || (flags & 0xa00) == 0xa00)) || echo "$len $flags"; done)
want 'large frames without the flags for it' '' "$large"
want_true 'there are large frames' test "$(tshark -n -r "$file" -Y 'frame.len > 1514' 2>/dev/null | wc -l)" -gt 0
want_line "$work/err" '^0 packets dropped by kernel$'
end

for way in inout:auto inout:generic in:auto out:auto; do
	begin "each packet of lo is captured once: -Q ${way%:*} with --hook ${way#*:}"
	listen -i lo -Q "${way%:*}" --hook "${way#*:}" -w "$file" udp port 7
	ask udp 127.0.0.1 4 50
	finish
	want 'exit status' 0 "$rc"
	want packets 8 "$(summary captured)"
	end
done

begin 'another XDP program is no obstacle for what is sent, nor for --hook tc'
ip link set dev v0 xdpgeneric object "$B/tests/xdp/several.bpf.o" section xdp 2>"$work/ip" ||
	ip link set dev v0 xdpgeneric object "$B/tests/xdp/several.bpf.o" program passer 2>>"$work/ip" || :
if attached v0; then
	listen -i v0 -Q out -w "$file" udp
	converse udp 10.0.0.2 2 100
	finish
	want sent 2 "$(summary captured)"
	listen -i v0 -Q inout --hook tc -w "$file" udp
	converse udp 10.0.0.2 2 100
	finish
	want 'sent and received' 4 "$(summary captured)"
	want_true 'it is still there' attached v0
	ip link set dev v0 xdpgeneric off
	end
else
	skip "$(tail -n 1 "$work/ip")"
fi

begin 'both directions of an interface in another namespace'
listen --netns peer -i v1 -Q inout -w "$file" udp port 7
want_line "$work/err" '^listening on peer/v1, received in native mode, sent at tc,'
converse udp 10.0.0.2 3 100
finish
want 'exit status' 0 "$rc"
want directions 'Out In Out In Out In' "$(directions "$file" | paste -sd ' ')"
want_true 'the name in the file' test "$(capinfos -I "$file" 2>/dev/null | grep -c 'Name = peer/v1$')" = 1
end

# What is sent into t0 comes back, with addresses and ports exchanged.
tunnel()
{
	background python3 -c '
import fcntl, os, struct
fd = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(fd, 0x400454CA, struct.pack("16sH", b"t0", 0x1001))    # TUNSETIFF, IFF_TUN | IFF_NO_PI
print("open", flush=True)
while packet := bytearray(os.read(fd, 65536)):
    n = (packet[0] & 15) * 4
    if packet[0] >> 4 != 4 or packet[9] != 17:
        continue
    packet[12:16], packet[16:20] = packet[16:20], packet[12:16]
    packet[n : n + 2], packet[n + 2 : n + 4] = packet[n + 2 : n + 4], packet[n : n + 2]
    os.write(fd, packet)' >"$work/tunnel" 2>&1
	wait_line "$work/tunnel" '^open' || return 1
	ip address add 10.5.0.1/24 dev t0
	ip link set t0 up
}

begin 'packets without an Ethernet header are captured as tcpdump captures them'
if tunnel; then
	tcpdump_begins t0
	listen -i t0 -Q inout -s 0 -w "$file"
	want_line "$work/err" '^listening on t0, received and sent at tc, whole frames$'
	ask udp 10.5.0.7 3 1000
	finish
	want 'exit status' 0 "$rc"
	want_what_tcpdump_has
	want directions 'Out In Out In Out In' "$(directions "$file" | paste -sd ' ')"
	want 'the link type, by tcpdump' 1 "$(tcpdump -r "$file" -n 2>&1 | grep -c 'link-type RAW')"
	want_books "$file"
	want_accepted "$file"
	listen -i t0 -Q inout -s headers -w "$file" 'udp src port 7 and ip[8] = 64'
	ask udp 10.5.0.7 3 1000
	finish
	want 'packets of a filter' 'In In In' "$(directions "$file" | paste -sd ' ')"
	want 'bytes of headers' '28 28 28' \
		"$(tshark -n -r "$file" -T fields -e frame.cap_len 2>/dev/null | paste -sd ' ')"
	run -L -i t0
	want_line "$work/out" 'RAW \(Raw IP\)'
	run -i t0 --hook native -w "$file"
	want 'exit status at XDP' 4 "$rc"
	run -i t0 ether host 1:2:3:4:5:6
	want 'exit status of a filter for Ethernet' 2 "$rc"
	end
else
	skip 'no tun interfaces here'
fi

begin 'losses of both directions are counted, and add up'
listen -i v0 -Q inout -s 0 -B 64 -w "$file"
kill -STOP "$pid"
converse udp 10.0.0.2 400 1400
kill -CONT "$pid"
finish
want 'exit status' 0 "$rc"
want_true 'something is lost' test "$(summary 'dropped by kernel')" -gt 0
want_books "$file"
end

begin 'an interface that goes ends it'
ip link add w0 type veth peer name w1
ip link set w0 up
listen -i w0 -Q inout
ip link del w0
reap
want 'exit status' 1 "$rc"
want_line "$work/err" '^xdpdump: w0 disappeared'
end

begin 'nothing is left on the hook, whatever ends it'
listen -i v0 -Q inout
kill -KILL "$pid"
reap
want_true 'bpftool' bpftool net show dev v0
bpftool net show dev v0 >"$work/left" 2>&1
want_no_line "$work/left" xdpdump
end

plan
