#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Interfaces of other network namespaces: into one file, under names that say where they are, and
# gone when their namespace is.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

# names of namespaces are ours alone
mount -t tmpfs none /run || exit 1
mount -t bpf bpf /sys/fs/bpf || exit 1
file=$work/file

inside()
{
	nsenter --net="/run/netns/$1" "${@:2}"
}

# wire PLACE NAME: a veth pair that leads there; its end there is eth0, with ifindex 2 as the first
# of each; here it is to_NAME
wire()
{
	ip link add "to_$2" type veth peer name eth0 netns "$1" || return 1
	ethtool -K "to_$2" rxvlan off txvlan off >/dev/null
	ip link set dev "to_$2" up
}

# netns NAME...: namespaces with a wire to each
netns()
{
	local name

	for name; do
		ip netns add "$name" && wire "$name" "$name" || return 1
		inside "$name" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
			ethtool -K eth0 rxvlan off txvlan off; ip link set dev eth0 up' >/dev/null || return 1
		poll link_ready "to_$name" || return 1
	done
}

# away NAME...
away()
{
	local name

	for name; do
		ip netns del "$name" 2>/dev/null
		poll gone "to_$name" || note "to_$name stays"
	done
}

gone()
{
	! ip link show dev "$1" >/dev/null 2>&1
}

# frames_to NAME NUMBER
frames_to()
{
	"$send" -i "to_$1" -n "$2" >"$work/sent" 2>&1 || note "send has failed: $(<"$work/sent")"
}

fails()
{
	local status=$1 pattern=$2

	shift 2
	rm -f "$file"
	run "$@" -w "$file"
	want "exit status of ${*@Q}" "$status" "$rc"
	want_line "$work/err" "$pattern"
	want "lines about ${*@Q}" 1 "$(wc -l <"$work/err")"
	[[ ! -e $file ]] || note 'it has left a file'
}

# says PATTERN: and what it says is waited for
says()
{
	poll grep -Eqs "$1" "$work/err" || { note "it does not say '$1'"; note_file "$work/err"; }
}

echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
netns blue red || exit 1
veth_up v0 v1 || exit 1

begin 'interfaces of two namespaces and of ours, two with the same number, are in one file, in the order of time'
want 'numbers' '2 2' "$(inside blue cat /proc/net/dev_mcast | sed -n 's/^\([0-9]*\) *eth0 .*/\1/p' | head -n 1) $(
	inside red cat /proc/net/dev_mcast | sed -n 's/^\([0-9]*\) *eth0 .*/\1/p' | head -n 1)"
listen -i v0 --netns blue -i eth0 --netns red -i eth0 -w "$file"
want_line "$work/err" '^listening on v0, native mode, blue/eth0, native mode, red/eth0, native mode, '
for ((i = 0; i < 20; i++)); do
	frames_to blue 1
	frames_to red 2
	frames 3
done
finish
want 'exit status' 0 "$rc"
for n in 0:60 1:20 2:40; do
	want_books "$file" "${n%:*}"
	want "packets of ${n%:*}" "${n#*:}" "$epb"
done
want 'names in the file' 'v0 blue/eth0 red/eth0' "${ifname0-} ${ifname1-} ${ifname2-}"
want 'names in Wireshark' $'blue/eth0\nred/eth0\nv0' \
	"$(tshark -n -r "$file" -T fields -e frame.interface_name 2>/dev/null | sort -u)"
want 'names in text' 20 "$("$dump" -r "$file" -v | grep -c ' if blue/eth0 ')"
want 'names in JSON' 40 "$("$dump" -r "$file" -T json | grep -c '"red/eth0"')"
"$dump" -r "$file" -tt | sed 's/^\[\([0-9.]*\)\].*/\1/' >"$work/times"
want_true 'times are in order' sort -c "$work/times"
want_well_formed "$file"
for place in blue red; do
	want "programs left in $place" 0 "$(inside "$place" ip -o link show dev eth0 | grep -c prog/xdp)"
done
end

begin 'a namespace that goes takes its interface with it: we do not hold it, and the others go on'
listen --netns blue -i eth0 --netns red -i eth0 -w "$file"
frames_to blue 10
ip netns del blue
says '^xdpdump: blue/eth0 disappeared$'
poll gone to_blue || note 'the namespace lives on'
frames_to red 5
finish
want 'exit status' 1 "$rc"
want_books "$file" 0
want 'packets of blue' 10 "$epb"
[[ $comment == *lost_interface ]] || note "comment: $comment"
want_books "$file" 1
want 'packets of red' 5 "$epb"
[[ $comment != *lost_interface* ]] || note "comment of red: $comment"
end

begin 'the last one that goes ends the capture, by the name of a namespace, by its path and by a process in it'
for by in name path process; do
	netns blue || note 'no namespace'
	case $by in
	name) words=(--netns blue) label=blue ;;
	path) words=(--netns /run/netns/blue) label=blue ;;
	process)
		background nsenter --net=/run/netns/blue sleep 600
		sleeper=$!
		words=(--pid "$sleeper") label=$sleeper
		has_come()
		{
			[[ $(readlink "/proc/$sleeper/ns/net") != "$(readlink /proc/self/ns/net)" ]]
		}
		poll has_come
		;;
	esac
	listen "${words[@]}" -i eth0 -w "$file"
	want_line "$work/err" "^listening on $label/eth0, native mode"
	frames_to blue 3
	ip netns del blue
	n=3
	[[ $by != process ]] || { frames_to blue 4; kill "$sleeper"; n=7; }
	reap
	want "exit status by $by" 1 "$rc"
	want_line "$work/err" "^xdpdump: $label/eth0 disappeared\$"
	want_books "$file"
	want "packets by $by" $n "$epb"
	want "name in the file by $by" "$label/eth0" "${ifname0-}"
	away blue
done
end

begin 'what happens to the interface with the same number in another namespace is no matter'
netns blue green || note 'no namespaces'
listen --netns blue -i eth0 -w "$file"
inside red ip link set dev eth0 down
inside red ip link set dev eth0 name other
inside red ip link set dev other up
ip netns del green
poll gone to_green || note 'green stays'
frames_to blue 5
inside red ip link del other
inside blue ip link set dev eth0 down
says 'blue/eth0 is down; the capture goes on'
inside blue ip link set dev eth0 name renamed
says 'blue/eth0 is called renamed now'
finish
want 'exit status' 0 "$rc"
want 'warnings' 2 "$(grep -c '^xdpdump: ' "$work/err")"
want_books "$file"
want 'packets' 5 "$epb"
away blue red
end

netns blue red
begin 'both ways, and at tc where the driver has no XDP, as here'
inside blue sh -c 'ip addr add 10.1.0.2/24 dev eth0; ip link set dev lo up'
ip addr add 10.1.0.1/24 dev to_blue
listen --netns blue -i eth0 -i lo -Q inout -w "$file" icmp or udp
inside blue sh -c 'echo x >/dev/tcp/10.1.0.1/9' 2>/dev/null
inside blue bash \
	-c 'echo x >/dev/udp/10.1.0.1/9; echo x >/dev/udp/127.0.0.1/9; echo x >/dev/udp/127.0.0.1/9' 2>/dev/null
finish
want 'exit status' 0 "$rc"
want 'sent through eth0' 1 "$("$dump" -r "$file" -v | grep -c '^.* UDP 10.1.0.2.* if blue/eth0 Out')"
want 'answers' 1 "$("$dump" -r "$file" -v | grep -c '^.* ICMP 10.1.0.1.* if blue/eth0 In')"
want_true 'seen on lo' test "$("$dump" -r "$file" -v | grep -c ' if blue/lo ')" -ge 2
inside blue ip addr flush dev eth0
ip addr flush dev to_blue
end

begin 'A5, A6: an interface that is deleted there, or moved elsewhere, has disappeared'
for how in 'link del eth0' 'link set dev eth0 netns red name moved'; do
	listen --netns blue -i eth0 -w "$file"
	# shellcheck disable=SC2086
	inside blue ip $how || note "ip: $how"
	reap
	want "exit status: $how" 1 "$rc"
	want_line "$work/err" '^xdpdump: blue/eth0 disappeared$'
	want 'programs left in red' 0 "$(inside red ip -o link | grep -c prog/xdp)"
	inside red ip link del moved 2>/dev/null
	away blue
	netns blue || note 'no namespace'
done
end

begin 'a deletion there amid more changes than the kernel keeps is noticed'
listen --netns blue -i eth0 -w "$file"
kill -STOP "$pid"
for ((i = 0; i < 1000; i++)); do
	echo "link set dev eth0 alias a$i"
done | inside red ip -batch - || note 'ip has failed'
inside blue ip link del eth0
kill -CONT "$pid"
reap
want 'exit status' 1 "$rc"
want_line "$work/err" '^xdpdump: blue/eth0 disappeared$'
away blue
netns blue
end

begin 'a program that somebody detaches there ends the capture'
listen --netns blue -i eth0 -w "$file"
for fd in "/proc/$pid/fdinfo/"*; do
	link=$(sed -nE 's/^link_id:[[:space:]]+//p' "$fd")
	[[ -z $link ]] || bpftool link detach id "$link" || note 'bpftool has failed'
done
reap
want 'exit status' 1 "$rc"
want_line "$work/err" '^xdpdump: blue/eth0: somebody has detached our program$'
end

begin 'without the right to look there any more, by -Z, a capture goes on, and knows when the interface goes'
mkdir "$work/theirs"
chown nobody "$work/theirs"
chmod 711 "$work"
listen --netns blue -i eth0 -Z nobody -w "$work/theirs/file" -P
frames_to blue 10
kill -USR1 "$pid"
says '10 packets'
ip netns del blue
reap
want 'exit status' 1 "$rc"
want_line "$work/err" '^xdpdump: blue/eth0 disappeared$'
want_line "$work/err" '^10 packets captured$'
poll gone to_blue || note 'the namespace lives on'
netns blue
end

begin 'promiscuous mode is one of that namespace, and does not keep it when its name has gone'
listen --netns blue -i eth0 -P -w "$file"
[[ $(inside blue ip -d -o link show dev eth0) == *'promiscuity 1 '* ]] || note 'not promiscuous'
ip netns del blue
reap
want 'exit status' 1 "$rc"
want_line "$work/err" '^xdpdump: blue/eth0 disappeared$'
poll gone to_blue || note 'the namespace lives on'
netns blue
end

begin '--wait waits for a namespace as well, and for what is in it, and for both to come back'
away blue
start --netns blue -i eth0 --wait -w "$file"
says '^waiting for the network namespace blue$'
ip netns add blue
says '^waiting for blue/eth0$'
ip netns del blue
netns blue || note 'no namespace'
listening || note 'it does not listen'
frames_to blue 10
inside blue ip link del eth0
says '^xdpdump: blue/eth0 disappeared$'
wire blue blue
inside blue sh -c 'ethtool -K eth0 rxvlan off; ip link set dev eth0 up' >/dev/null
says 'warning: blue/eth0 is back'
poll link_ready to_blue
frames_to blue 20
: >"$work/err"
ip netns del blue
says '^xdpdump: blue/eth0 disappeared$'
poll gone to_blue || note 'the namespace lives on'
netns blue || note 'no namespace'
says 'warning: blue/eth0 is back'
frames_to blue 30
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'packets' 60 "$epb"
[[ $comment == *' returned=2'* ]] || note "comment: $comment"
end

begin 'without -i it is the interface of the default route there'
inside blue sh -c 'ip addr add 10.1.0.2/24 dev eth0; ip route add default via 10.1.0.1'
listen --netns blue -w "$file"
want_line "$work/err" '^listening on blue/eth0 \(it has the default route\), '
finish
want 'exit status' 0 "$rc"
end

begin 'a pattern is for interfaces of its namespace, also one that has no wire to ours'
ip netns add alone
inside alone ip link add br0 type bridge
inside alone ip link set br0 up
listen --netns alone -i 'br*' --netns blue -i any -w "$file"
want_line "$work/err" '^listening on alone/br0 \(br\*\), [^,]*, blue/eth0 \(any\), '
inside alone ip link add br1 type bridge
inside alone ip link set br1 up
says '^and on alone/br1 \(br\*\), '
ip netns del alone
says '^alone/br1 has gone$'
ip link add br2 type bridge
ip link set br2 up
inside blue ip link add br3 type bridge
inside blue ip link set br3 up
says '^and on blue/br3 \(any\), '
want_no_line "$work/err" 'br2'
finish
want_no_line "$work/err" 'has just disappeared'
ip link del br2
inside blue ip link del br3
end

begin 'numbers, lists, -L and --restore are of that namespace'
listen --netns blue -i 2 -w "$file"
want_line "$work/err" '^listening on blue/eth0 \(2\), '
finish
run -D --netns blue
want_line "$work/out" '^ *2 +blue +eth0 +up '
want_no_line "$work/out" ' to_blue '
run -L --netns blue -i eth0
want_line "$work/out" '^Data link types for blue/eth0 '
run --restore --netns blue -i eth0
want 'exit status of --restore' 0 "$rc"
want_line "$work/err" '^blue/eth0: there is nothing to restore'
end

begin 'what is not there, not a namespace, or not allowed, is said in one line'
fails 5 '^xdpdump: bleu: no such network namespace; did you mean blue\?$' --netns bleu -i eth0
fails 5 '^xdpdump: nothing: no such network namespace: neither a name in /run/netns nor a process$' --netns nothing -i eth0
fails 5 '^xdpdump: 999999: no such process$' --netns 999999 -i eth0
fails 5 '^xdpdump: 999999: no such process$' --pid 999999 -i eth0
fails 5 '^xdpdump: /nonexistent: no such network namespace: there is no such file$' --netns /nonexistent -i eth0
for path in /etc/passwd / /dev/null /proc/self/ns/mnt; do
	fails 5 "^xdpdump: $path is not a network namespace\$" --netns $path -i eth0
done
fails 5 '^xdpdump: blue/eth1: no such interface; did you mean eth0\? xdpdump -D --netns blue lists those there are$' --netns blue -i eth1
fails 5 '^xdpdump: blue/xyz: no such interface; xdpdump -D --netns /run/netns/blue lists' --netns /run/netns/blue -i xyz
dump_before=$dump
for case in sys_admin:CAP_SYS_ADMIN net_broadcast:CAP_NET_BROADCAST; do
	dump=$work/without
	printf '#!/bin/sh\nexec setpriv --bounding-set -%s --inh-caps -%s %q "$@"\n' "${case%:*}" \
		"${case%:*}" "$dump_before" >"$dump"
	chmod +x "$dump"
	fails 3 "${case#*:}" --netns blue -i eth0
	dump=$dump_before
done
background nsenter --net=/run/netns/blue sleep 600
sleeper=$!
printf '#!/bin/sh\nexec setpriv --reuid 65534 --clear-groups --bounding-set -all --inh-caps -all %q "$@"\n' "$dump" >"$work/without"
dump=$work/without
chmod 755 "$work"
fails 3 "^xdpdump: $sleeper: the network namespace of this process is not ours to see" --pid "$sleeper" -i eth0
dump=$dump_before
kill "$sleeper"
end

begin '--container is the namespace of a container, by its name, also when it is started anew'
# container NAME PID: as containerd keeps it
container()
{
	local dir=/run/containerd/io.containerd.runtime.v2.task/default/f00dfeed0001

	mkdir -p "$dir"
	echo "$2" >"$dir/init.pid"
	echo "{\"annotations\":{\"nerdctl/name\":\"$1\"}}" >"$dir/config.json"
}
# sleep_in NAME: a process there, in $sleeper
sleep_in()
{
	background nsenter --net="/run/netns/$1" sleep 600
	sleeper=$!
	poll has_come || note 'no process'
}
fails 5 '^xdpdump: web: no such container of docker, podman, CRI-O or containerd$' --container web -i eth0
sleep_in blue
container web "$sleeper"
listen --container web -i eth0 -w "$file"
want_line "$work/err" '^listening on web/eth0, native mode'
frames_to blue 5
finish
want_books "$file"
want 'packets' 5 "$epb"
want 'name in the file' web/eth0 "${ifname0-}"
listen --container f00dfeed -w "$file"
want_line "$work/err" '^listening on f00dfeed/eth0 '
finish
run -D --container web
want_line "$work/out" '^ *2 +web +eth0 +up '
kill "$sleeper"
wait "$sleeper" 2>/dev/null
fails 5 '^xdpdump: web: the container f00dfeed0001 of containerd does not run$' --container web -i eth0
start --container web -i eth0 --wait -w "$file"
says '^waiting for the container web$'
sleep_in blue
container web "$sleeper"
listening || note 'it does not listen'
frames_to blue 3
netns green || note 'no namespace'
ip netns del blue
kill "$sleeper"
wait "$sleeper" 2>/dev/null
away blue
says '^xdpdump: web/eth0 disappeared$'
sleep_in green
container web "$sleeper"
says 'warning: web/eth0 is back'
frames_to green 4
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'packets of both' 7 "$epb"
kill "$sleeper"
away green
netns blue
end

begin 'our own namespace by another name is ours'
listen --netns $$ -i v0 -w "$file"
want_line "$work/err" "^listening on $$/v0, native mode"
frames 10
ip link set dev v0 down
says "$$/v0 is down"
ip link set dev v0 up
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'packets' 10 "$epb"
end

begin '--observe front stays out of other namespaces, and says so where there is a program'
cat >"$work/stranger.c" <<'EOF'
__attribute__((section("xdp"))) int stranger(void *ctx) { return 2; }
char gpl[] __attribute__((section("license"))) = "GPL";
EOF
"${CLANG:-clang}" -target bpf -O2 -g -c "$work/stranger.c" -o "$work/stranger.o" || note 'clang has failed'
listen --netns blue -i eth0 --observe front -w "$file"
finish
want 'exit status without a program' 0 "$rc"
inside blue ip link set dev eth0 xdpdrv obj "$work/stranger.o" sec xdp >"$work/ip" 2>&1 || note "ip: $(<"$work/ip")"
fails 4 '^xdpdump: blue/eth0: --observe front does not take the place of stranger \(id [0-9]+\) from another network namespace' \
	--netns blue -i eth0 --observe front
fails 5 '^xdpdump: blue/eth0: an XDP program is attached already: stranger' --netns blue -i eth0
end

begin 'what is bound to its device is so there, also where another process loads programs later'
ip netns add green
ip link add to_green type veth peer name eth0 netns green
ip link set to_green up
inside green ip link set eth0 up
for options in '' "--control $work/ctl"; do
	# shellcheck disable=SC2086
	listen --netns green -i eth0 -w "$file" $options
	starts+=("$(grep '^listening on' "$work/err")")
	finish
	want 'exit status' 0 "$rc"
	want_no_line "$work/err" warning
done
want 'as without it' "${starts[0]}" "${starts[1]}"
end

plan
