#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Devices of all kinds, each captured by its name, both ways: a conversation of TCP is there as
# tcpdump has it on the same device, in the same order, each packet once. And VLAN tags, which the
# kernel carries beside the bytes.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

file=$work/file.pcapng
two_ends || exit 1

# want_conversation EXPRESSION: its packets in the file are at least the twelve of a conversation
want_conversation()
{
	local n

	n=$("$dump" --count -r "$file" "$@" 2>/dev/null)
	((${n% packet*} >= 12)) || note "${n:-nothing} of a conversation"
}

# as_tcpdump DEVICE OUR-ADDRESS [HOOK [OPTIONS OF --compare]]: of a conversation with the other
# side, whose server is ours
as_tcpdump()
{
	serve "$2"
	tcpdump_begins "$1"
	listen -i "$1" -Q inout -s 0 --hook "${3:-auto}" -w "$file"
	converse tcp "$2" 3 1000
	finish
	want 'exit status' 0 "$rc"
	want_what_tcpdump_has "${@:4}"
	want_conversation tcp
	want_books "$file"
	want_accepted "$file"
}

# of a device that may have none
mac()
{
	"${@:2}" ip -j link show "$1" | jq -r '.[0].address // empty'
}

# address DEVICE ADDRESS DEVICE ADDRESS: ours, and the other side's; they know each other, so that nobody asks meanwhile
address()
{
	ip address add "$2" dev "$1"
	ip link set "$1" up
	peer ip address add "$4" dev "$3"
	peer ip link set "$3" up
	[[ $(mac "$1") ]] || return 0
	ip neighbour replace "${4%/*}" lladdr "$(mac "$3" peer)" dev "$1"
	peer ip neighbour replace "${2%/*}" lladdr "$(mac "$1")" dev "$3"
}

for hook in auto generic tc; do
	begin "a veth, with --hook $hook"
	as_tcpdump v0 10.0.0.2 "$hook"
	end
done

begin 'a vxlan, and the packets that carry it'
if ip link add vx0 type vxlan id 5 remote 10.0.0.1 dstport 4789 dev v0 2>/dev/null; then
	peer ip link add vx1 type vxlan id 5 remote 10.0.0.2 dstport 4789 dev v1
	address vx0 10.1.0.2/24 vx1 10.1.0.1/24
	as_tcpdump vx0 10.1.0.2
	tcpdump_begins v0
	listen -i v0 -Q inout -s 0 -w "$file"
	converse tcp 10.1.0.2 3 1000
	finish
	want_what_tcpdump_has
	want_conversation udp port 4789
	ip link del vx0
	end
else
	skip 'no vxlan here'
fi

begin 'a macvlan, beside the interface that it is on'
if ip link add link v0 name mv0 type macvlan mode bridge 2>/dev/null; then
	address mv0 10.2.0.2/24 v1 10.2.0.1/24
	as_tcpdump mv0 10.2.0.2
	ip link del mv0
	end
else
	skip 'no macvlan here'
fi

begin 'a bridge, and its port'
if ip link add br0 type bridge 2>/dev/null; then
	ip link add w0 type veth peer name w1 netns peer
	ip link set w0 up master br0
	address br0 10.3.0.2/24 w1 10.3.0.1/24
	poll link_ready br0
	as_tcpdump br0 10.3.0.2
	tcpdump_begins w0
	listen -i w0 -Q inout -s 0 -w "$file"
	converse tcp 10.3.0.2 3 1000
	finish
	want_what_tcpdump_has
	ip link del br0
	end
else
	skip 'no bridge here'
fi

for hook in auto generic tc; do
	begin "lo, with --hook $hook"
	serve 127.0.0.1
	tcpdump_begins lo
	listen -i lo -Q inout -s 0 --hook "$hook" -w "$file"
	ask tcp 127.0.0.1 3 1000
	finish
	want 'exit status' 0 "$rc"
	want_what_tcpdump_has
	want_conversation tcp
	end
done

# relay NAME OTHER TYPE: what is sent into the one comes out of the other, of the other side, and the other way round.
relay()
{
	background python3 -c '
import ctypes, fcntl, os, select, struct, sys
def tun(name):
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, 0x400454CA, struct.pack("16sH", name.encode(), 0x1001))    # TUNSETIFF, IFF_TUN | IFF_NO_PI
    fcntl.ioctl(fd, 0x400454CD, int(sys.argv[3]))    # TUNSETLINK
    return fd
ours = tun(sys.argv[1])
ctypes.CDLL(None).setns(os.open("/run/netns/peer", os.O_RDONLY), 0)
theirs = tun(sys.argv[2])
print("open", flush=True)
while True:
    for fd in select.select([ours, theirs], [], [])[0]:
        try:
            os.write(ours + theirs - fd, os.read(fd, 65536))
        except OSError:    # the other one is not up yet
            pass' "$@" >"$work/relay" 2>&1
	wait_line "$work/relay" '^open'
}

begin 'a tun, whose packets have no Ethernet header'
if relay t0 t1 65534; then
	address t0 10.4.0.2/24 t1 10.4.0.1/24
	# tcpdump is behind the point where a checksum is made for a device that makes none, and ours in front of it
	as_tcpdump t0 10.4.0.2 auto --lost --dedup-ignore checksum
	want 'the flags of what is sent: its checksum is not ready' 0x00000202 \
		"$(tshark -n -r "$file" -Y 'frame.packet_flags_direction == 2' -T fields -e frame.packet_flags 2>/dev/null | sort -u)"
	end
else
	skip 'no tun interfaces here'
fi

# Its packets have no header either, whatever the link speaks (ppp_start_xmit() and ppp_receive_nonmp_frame() in
# drivers/net/ppp/ppp_generic.c put it in front and take it off on the other side of tc).
begin 'a device of the type of PPP'
if relay p0 p1 512; then
	address p0 10.5.0.2/24 p1 10.5.0.1/24
	want 'type' ppp "$(ip -j link show p0 | jq -r '.[0].link_type')"
	serve 10.5.0.2
	listen -i p0 -Q inout -s 0 -w "$file"
	converse tcp 10.5.0.2 3 1000
	finish
	want 'exit status' 0 "$rc"
	want_conversation tcp
	want 'link type' RAW "$("$dump" --info -T json -r "$file" | jq -r '.interfaces[0].link_type')"
	end
else
	skip 'no tun interfaces here'
fi

# tagged NUMBER: datagrams of VLAN 5 to v0, from the other side
tagged()
{
	peer python3 -c '
import socket, struct, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("v1", 0))
data = b"x" * 100
ip = struct.pack("!BBHHHBBH4s4s", 69, 0, 128, 0, 0, 64, 17, 0, bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2)))
for i in range(int(sys.argv[1])):
    s.send(bytes.fromhex("020000000002" "020000000001" "81006005" "0800") + ip + struct.pack("!HHHH", 1000 + i, 9, 108, 0) + data)' "$1" ||
		note 'nothing is sent'
}

for hook in auto tc; do
	for offload in off on; do
		begin "a VLAN tag is in the bytes and in the filter: --hook $hook, with the offload of tags $offload"
		ethtool -K v0 rxvlan "$offload" txvlan "$offload" >/dev/null 2>&1
		peer ethtool -K v1 rxvlan "$offload" txvlan "$offload" >/dev/null 2>&1
		tcpdump_begins v0
		listen -i v0 -Q inout -s 0 --hook "$hook" -w "$file"
		tagged 3
		finish
		want_what_tcpdump_has
		want 'the tags' '5 3;5 3;5 3' \
			"$(tshark -n -r "$file" -T fields -E separator=' ' -e vlan.id -e vlan.priority 2>/dev/null | paste -sd ';')"
		listen -i v0 -Q inout -s 0 --hook "$hook" -w "$file" 'vlan 5 and udp dst port 9 and src port 1001'
		tagged 3
		finish
		want 'packets of a filter' 1 "$(summary captured)"
		end
	done
done

plan
