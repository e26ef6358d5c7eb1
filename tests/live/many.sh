#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Interfaces by the hundred, which share programs: few are loaded, and the packets and losses of each are its own.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
# names of namespaces are ours alone
mount -t tmpfs none /run || exit 1
file=$work/file.pcapng

# pairs PREFIX FIRST LAST: veth pairs PREFIX<n>a and PREFIX<n>b that are up, by one command
pairs()
{
	local i

	for ((i = $2; i <= $3; i++)); do
		echo "link add $1${i}a type veth peer name $1${i}b"
		echo "link set $1${i}a up"
		echo "link set $1${i}b up"
	done | ip -batch - || note "no pairs $1"
}

# programs: how many of them the capture has loaded
programs()
{
	grep -hs '^prog_id:' "/proc/$pid/fdinfo/"* | sort -u | wc -l
}

# sends $2 frames out of $1
out_of()
{
	"$send" -i "$1" -n "$2" >"$work/sent" || note "nothing is sent on $1"
}

# joined NUMBER
joined()
{
	(($(grep -c '^and on ' "$work/err") >= $1))
}

# gone NUMBER
gone()
{
	(($(grep -c ' has gone$' "$work/err") >= $1))
}

# ends the capture, and names: its interfaces, by number
finish_many()
{
	finish
	want 'exit status' 0 "$rc"
	want_no_line "$work/err" 'do not add up'
	capinfos -I "$file" 2>/dev/null | sed -nE 's/^ +Name = //p' >"$work/names"
}

# number NAME: of the interface in the file
number()
{
	echo $(($(grep -nx "$1" "$work/names" | cut -d: -f1) - 1))
}

# want_packets NAME NUMBER: the file has as many of the interface, and its books are those of them
want_packets()
{
	local epb=none

	want_books "$file" "$(number "$1")"
	want "packets of $1" "$2" "$epb"
}

pairs m 1 150

begin 'three hundred interfaces share a few programs, and what each receives is its own'
listen -i 'm*' -s 60 -w "$file"
for m in 1 2 75 149 150; do
	out_of "m${m}a" $((m + 1))
	out_of "m${m}b" $((m + 2))
done
n=$(programs)
((n >= 1 && n <= 4)) || note "$n programs are loaded"
finish_many
want interfaces 300 "$(wc -l <"$work/names")"
for m in 1 2 75 149 150; do
	want_packets "m${m}a" $((m + 2))
	want_packets "m${m}b" $((m + 1))
done
want_packets m3a 0
want 'all packets' $((2 * (1 + 2 + 75 + 149 + 150) + 15)) "$(summary captured)"
end

begin 'a hundred that come at once are all captured, and so are those that come when some have gone'
listen -i 'm*' -s 60 -w "$file"
pairs mx 1 50
poll joined 100 || note "$(grep -c '^and on ' "$work/err") have joined"
out_of mx1a 11
out_of mx50b 12
for i in $(seq 1 50); do
	echo "link del m${i}a"
done | ip -batch -
poll gone 100 || note "$(grep -c ' has gone$' "$work/err") have gone"
pairs my 1 50
poll joined 200 || note "$(grep -c '^and on ' "$work/err") have joined"
out_of my1a 13
out_of my50b 14
out_of m100a 15
finish_many
for expected in 'mx1b 11' 'mx50a 12' 'my1b 13' 'my50a 14' 'm100b 15' 'm1a 0' 'my2a 0'; do
	# shellcheck disable=SC2086 # a name and a number
	want_packets $expected
done
want 'all packets' 65 "$(summary captured)"
end

begin 'what one loses is said of its own packets only'
listen -i 'm10[12]a' -B 8 -s 256 -w "$file"
want 'programs' 1 "$(programs)"
larger()
{
	(($(stat -c %s "$file") > size))
}
size=$(stat -c %s "$file")
kill -STOP "$pid"
out_of m101b 2000
kill -CONT "$pid"
poll larger || note 'the ring is not emptied'
out_of m102b 1
out_of m101b 1
finish_many
want_books "$file" "$(number m101a)"
want 'received' 2001 "$ifrecv"
((osdrop > 0)) || note 'it has lost nothing'
want 'lost, by the packets' "$osdrop" "$dropsum"
want_books "$file" "$(number m102a)"
want 'packets, losses, losses by the packets of the other' '1 0 0' "$epb $osdrop $dropsum"
end

begin 'interfaces of the same number in two namespaces are two'
for ns in one two; do
	ip netns add $ns
	nsenter --net=/run/netns/$ns sh -c 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6'
	nsenter --net=/run/netns/$ns ip -batch - <<-END
		link add n0 index 900 type veth peer name other index 901
		link set n0 up
		link set other up
	END
done
listen --netns one -i 'n?' --netns two -i 'n?' -w "$file"
nsenter --net=/run/netns/one "$send" -i other -n 3 >"$work/sent" || note 'nothing is sent in one'
nsenter --net=/run/netns/two "$send" -i other -n 4 >"$work/sent" || note 'nothing is sent in two'
finish_many
want_packets one/n0 3
want_packets two/n0 4
end

plan
