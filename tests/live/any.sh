#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Interfaces that are not named: -i any, and patterns. Those that are there, those that come, those
# that go, in one capture.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
file=$work/file.pcapng

# pair A B: a veth pair that is up
pair()
{
	ip link add "$1" type veth peer name "$2"
	ethtool -K "$1" rxvlan off >/dev/null
	ethtool -K "$2" rxvlan off >/dev/null
	ip link set "$1" up
	ip link set "$2" up
}

# names FILE: of its interfaces, by number
names()
{
	capinfos -I "$1" 2>/dev/null | sed -nE 's/^ +Name = //p' | paste -sd ' '
}

# packets NAME: how many of them the file has of this interface. tshark is asked once for each file.
packets()
{
	[[ $file.names -nt $file ]] || tshark -n -r "$file" -T fields -e frame.interface_name >"$file.names" 2>/dev/null
	grep -cxF -e "$1" "$file.names"
}

# sends 5 frames out of $1
five()
{
	"$send" -i "$1" -n 5 >"$work/sent" || note "nothing is sent on $1"
}

has_joined()
{
	grep -Eqs "^and on $1 " "$work/err"
}

# joined NAME...
joined()
{
	for name; do
		poll has_joined "$name" || note "$name was not joined"
	done
}

ip link set lo up
pair a0 a1
pair b0 b1
ip link add idle type veth peer name idle1

begin '-i any captures what is up, and not what is down'
listen -i any -w "$file"
want_line "$work/err" '^listening on lo \(any\), received at tc, .*a0 \(any\), native mode, .*b1 \(any\), native mode,'
want_no_line "$work/err" 'idle|warning'
five a1
five b0
finish
want 'exit status' 0 "$rc"
want packets '5 0 0 5' "$(packets a0) $(packets a1) $(packets b0) $(packets b1)"
want 'its interfaces' 5 "$(names "$file" | wc -w)"
for i in 0 1 2 3 4; do
	want_books "$file" $i
done
want_accepted "$file"
end

begin 'an interface that comes up is captured from then on, and one that goes ends nothing'
listen -i any -w "$file"
ip link set idle up
ip link set idle1 up
joined idle
pair new0 new1
joined new0 new1
five new1
five idle1
ip link del new0
wait_line "$work/err" '^new0 has gone$' || note 'nobody has said that it has gone'
five a1
finish
want 'exit status' 0 "$rc"
want packets '5 5 5' "$(packets new0) $(packets idle) $(packets a0)"
want 'complaints' 0 "$(grep -c '^xdpdump: ' "$work/err")"
for i in 0 1 2 3 4 5 6 7 8; do
	want_books "$file" $i
done
end

begin 'a pattern is one of names; what is named beside it is captured once'
listen -i 'a*' -i a1 -i 'a?' -w "$file"
want_line "$work/err" '^listening on a1, native mode, a0 \(a\*\), native mode,'
pair b2 b3
pair a2 a3
joined a2 a3
want_no_line "$work/err" 'b[0-3]'
five a3
five a0
finish
want interfaces 4 "$(names "$file" | wc -w)"
want packets '5 5' "$(packets a2) $(packets a1)"
end

begin 'one of a pattern that is named is missed when it goes, as ever'
pair c0 c1
listen -i 'a*' -i c0 -w "$file"
ip link del c0
wait_line "$work/err" '^xdpdump: c0 disappeared$' || note 'nobody has said so'
five a1
finish
want 'exit status' 1 "$rc"
want packets 5 "$(packets a0)"
end

begin 'interfaces do not take the descriptors that the next file needs'
listen -i 'x*' -i a0 -Q inout -C 10k -w "$work/many.pcapng"
prlimit --pid "$pid" --nofile=120:120
for i in {1..30}; do
	pair "x$i" "y$i"
done
wait_line "$work/err" '^xdpdump: warning: x30 is left out$' || note 'all were taken'
want_line "$work/err" '^xdpdump: x[0-9]+: no room for another interface: too many open files \(ulimit -n\)$'
"$send" -i a1 -n 400 >"$work/sent" || note 'nothing is sent on a1'
finish
want 'exit status' 0 "$rc"
want_true 'there are several files' test -s "$work/many.pcapng2"
for i in {1..30}; do
	ip link del "x$i"
done
end

begin 'one that has another name by the time it is looked at is captured under that, and nothing is said of the old one'
listen -i 'late*' -w "$file"
kill -STOP "$pid"
pair late8 other0
ip link set late8 down
ip link set late8 name late9
ip link set late9 up
kill -CONT "$pid"
joined late9
five other0
finish
want 'exit status' 0 "$rc"
want packets 5 "$(packets late9)"
want_no_line "$work/err" 'late8'
ip link del late9
end

begin 'nothing fits yet: it waits for the first, and its packets are captured'
listen -i 'late*' -w "$file"
want_line "$work/err" '^listening on what will fit, as nothing does yet,'
pair late0 other0
joined late0
five other0
poll test -s "$file"
finish
want 'exit status' 0 "$rc"
want packets 5 "$(packets late0)"
ip link del late0
end

# said FILE: of whole blocks, in words; a file that grows may end within one
said()
{
	books "$1" 2>/dev/null
}

has_described()
{
	[[ $(names "$file") == "$*" ]]
}

has_stats() { said "$1" | grep -q "^isb$2=1$"; }

begin 'one that comes is in the file at once, and has its statistics there when it has gone'
listen -i 'late*' -w "$file"
pair late0 other0
joined late0
poll has_described late0 || note "the file describes $(names "$file")"
five other0
pair late1 other1
joined late1
poll has_described late0 late1 || note "the file describes $(names "$file")"
want_true 'the first has no statistics yet' grep -qx isb0=0 <(said "$file")
ip link del late0
poll has_stats "$file" 0 || note 'it has no statistics while the capture goes on'
eval "$(said "$file")"
want 'packets in them' '5 0 5' "$ifrecv0 $osdrop0 $usrdeliv0"
want_true 'the one that is there has none' grep -qx isb1=0 <(said "$file")
kill -HUP "$pid"
poll test -s "$file"1 || note 'there is no second file'
pair late2 other2
joined late2
five other2
five other1
finish
want 'exit status' 0 "$rc"
want 'interfaces of the first file' 'late0 late1' "$(names "$file")"
want 'interfaces of the second file' 'late0 late1 late2' "$(names "$file"1)"
for i in 0 1; do
	want_books "$file" $i
done
eval "$(books "$file"1)"
want 'statistics in the second file' '1 1 1' "$isb0 $isb1 $isb2"
want 'packets in them' '5 5 5' "$ifrecv0 $ifrecv1 $ifrecv2"
want 'statistics, by capinfos' '1 1 1' \
	"$(capinfos -I "$file"1 2>/dev/null | sed -nE 's/.*Number of stat entries = //p' | paste -sd ' ')"
want_accepted "$file"
want_accepted "$file"1
want_well_formed "$file"
rm "$file"1
ip link del late1
ip link del late2
end

begin 'one that cannot be captured is left out with a warning, once, and the others are captured'
if ip tuntap add dev t0 mode tun 2>/dev/null; then
	ip link set t0 up
	listen -i any -y EN10MB -w "$file"
	ip link set t0 mtu 1400
	five a1
	finish
	want 'exit status' 0 "$rc"
	want 'warnings' 1 "$(grep -c '^xdpdump: warning: t0 is left out$' "$work/err")"
	want packets 5 "$(packets a0)"
	ip link del t0
	end
else
	skip 'no tun interfaces here'
fi

begin "somebody else's XDP program is left alone: its interface is captured at tc"
ip link set dev a0 xdpgeneric object "$B/tests/xdp/several.bpf.o" program passer 2>"$work/ip" ||
	ip link set dev a0 xdpgeneric object "$B/tests/xdp/several.bpf.o" section xdp 2>>"$work/ip" || :
if attached a0; then
	listen -i 'a?' -w "$file"
	want_line "$work/err" '[ ,]a0 \(a\?\), received at tc,'
	five a1
	finish
	want packets 5 "$(packets a0)"
	want_true 'it is still there' attached a0
	ip link set dev a0 xdpgeneric off
	end
else
	skip "$(tail -n 1 "$work/ip")"
fi

# The link of our program on an interface
link_of()
{
	local ifindex

	ifindex=$(ip -j link show "$1" | jq '.[0].ifindex')
	grep -lsE "^ifindex:[[:space:]]+$ifindex$" "/proc/$pid/fdinfo/"* | xargs sed -nE 's/^link_id:[[:space:]]+//p'
}

begin 'one off which somebody takes our program is not taken again, and the others are captured'
listen -i 'a[01]' -w "$file"
bpftool link detach id "$(link_of a0)" || note 'bpftool has failed'
wait_line "$work/err" '^xdpdump: a0: somebody has detached our program$' || note 'nobody has said so'
ip link set a0 alias changed
ip link set a1 alias changed
five a0
finish
want 'exit status' 0 "$rc"
want packets '0 5' "$(packets a0) $(packets a1)"
want_no_line "$work/err" '^and on'
end

begin 'a hundred interfaces come and go while packets flow, and every packet is in the books'
listen -i 'x*' -i a0 -Q inout -s 60 -w "$file"
background "$send" -i a1 -n 100000000 -r 5000 -s 60 >"$work/flow"
flow=$!
before=$(find "/proc/$pid/fd" -mindepth 1 | wc -l)
for i in $(seq 100); do
	pair "x$i" "y$i"
	joined "x$i"
	five "y$i"
	ip link del "x$i"
done
wait_line "$work/err" '^x100 has gone$' || note 'the last one has not gone'
kill "$flow"
wait "$flow" 2>/dev/null
fewer_descriptors() { (($(find "/proc/$pid/fd" -mindepth 1 | wc -l) < before + 60)); }	# of a few that have just gone
poll fewer_descriptors ||
	note "$(find "/proc/$pid/fd" -mindepth 1 | wc -l) descriptors are open, $before were at the start"
finish
want 'exit status' 0 "$rc"
want_no_line "$work/err" 'do not add up'
want 'its interfaces' 101 "$(names "$file" | wc -w)"
for i in $(seq 0 100); do
	want_books "$file" "$i"
done
want 'packets of the first and the last' '5 5' "$(packets x1) $(packets x100)"
end

begin 'the link types of those that fit are listed, each once'
ip tuntap add dev t0 mode tun 2>/dev/null && ip link set t0 up && raw='  RAW (Raw IP)'
run -L -i any
want 'exit status' 0 "$rc"
want 'link types' \
	"Data link types for any (use option -y to set):|  EN10MB (Ethernet)${raw+|$raw}" "$(paste -sd '|' "$work/out")"
run -L -i 'a?'
want 'link types of a pattern' \
	"Data link types for a? (use option -y to set):|  EN10MB (Ethernet)" "$(paste -sd '|' "$work/out")"
run -J -i any
want 'times of the host, whatever others there are' 1 "$(grep -c '^  host (Host)$' "$work/out")"
want 'times that are there twice' '' "$(sort "$work/out" | uniq -d)"
run -L -i 'nothing*'
want 'exit status where nothing fits' 5 "$rc"
want_line "$work/err" "^xdpdump: no interface fits 'nothing\*' now"
end

begin 'what needs an interface that is named says so'
for args in '--wait' '--observe front' '--at exit' '--mirror-port'; do
	# shellcheck disable=SC2086 # several words
	run -i any $args
	want "exit status of $args" 2 "$rc"
	want_line "$work/err" "^xdpdump: -i 'any' stands for whatever fits it"
done
end

plan
