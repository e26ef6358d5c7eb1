#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The lines of LINES, which people type from memory; and what the letters of tcpdump mean for a live capture.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

# Names of hosts, networks and services are those of the manual page, and nobody else's.
make_names()
{
	cp -a /etc "$work/etc" || return
	printf '%s\n' '127.0.0.1 localhost' '192.0.2.9 sundown' '192.0.2.3 helios' \
		'192.0.2.4 hot' '192.0.2.5 ace' '192.0.2.6 snup' \
		>"$work/etc/hosts"
	printf '%s\n' 'localnet 192.0.2.0' 'ucb-ether 198.51.100.0' >"$work/etc/networks"
	echo '02:00:00:00:00:06 snup' >"$work/etc/ethers"
	printf '%s\n' 'ftp-data 20/tcp' 'ftp 21/tcp' 'ssh 22/tcp' 'telnet 23/tcp' 'smtp 25/tcp' \
		'http 80/tcp' 'pop3 110/tcp' \
		'imap 143/tcp' >"$work/etc/services"
	mount --bind "$work/etc" /etc
}

# A line finds tcpdump and dumpcap along PATH: each is ours, ends by itself, and leaves its status.
make_tools()
{
	local tool

	mkdir "$work/bin" || return
	for tool in tcpdump dumpcap; do
		printf '%s\n' '#!/bin/sh' "'$dump' -a duration:50ms \"\$@\" 2>>said" \
			'echo $? >status' >"$work/bin/$tool"
		chmod +x "$work/bin/$tool"
	done
}

# In a new directory that everybody can write to, because of -Z.
make_files()
{
	rm -rf "$work/run"
	mkdir -m 777 "$work/run"
	cp tests/pcaps/mixed.pcap "$work/run/capture.pcap"
	cp tests/pcaps/udp.pcap "$work/run/second.pcap"
	echo 'tcp port 80 # of all hosts' >"$work/run/filter.txt"
	printf '%s\n' capture.pcap second.pcap >"$work/run/names.txt"
	: >"$work/run/said"
	chmod 666 "$work/run"/*
}

veth_up eth0 p0 || exit 1
ip addr add 192.0.2.9/24 dev eth0
ip link set lo up
ip route add default via 192.0.2.254 dev eth0
chmod 755 "$work"
make_names && make_tools || exit 1

begin 'each line of LINES runs or explains itself'
n_lines=0
while IFS=$'\t' read -r status part line; do
	[[ -n $line ]] || continue
	n_lines=$((n_lines + 1))
	make_files
	(cd "$work/run" && PATH=$work/bin:$PATH eval "$line") >"$work/out" 2>"$work/err" </dev/null
	found=$(cat "$work/run/status" 2>/dev/null)
	patiently "$work/run/said"
	complaint=$(grep '^xdpdump: ' "$work/run/said" | grep -v ' warning: ')
	[[ $found == "$status" ]] ||
		note "$line: ends with ${found:-nothing} instead of $status: $complaint$(<"$work/err")"
	if [[ $status == 0 ]]; then
		[[ -z $complaint ]] || note "$line: $complaint"
	else
		[[ $complaint =~ $part ]] || note "$line: '$complaint' lacks '$part'"
	fi
done < <(grep -v '^#' tests/live/LINES)
((n_lines >= 200)) || note "only $n_lines lines"
end

# takes NAME WHY: a capture of no interface in particular takes that one.
takes()
{
	listen
	want_line "$work/err" "^listening on $1 \\($2\\), "
	finish
}

begin 'without -i the interface of the default route is taken, and the start line says so'
takes eth0 'it has the default route'
ip route del default
takes "$(ip -o link show up | sed -nE 's/^[0-9]+: (eth0|p0)@.*/\1/p' | head -n 1)" 'the first that is up'
ip route add default via 192.0.2.254 dev eth0 metric 20
ip route add default dev p0 metric 10
takes p0 'it has the default route'
ip route add default dev lo metric 5
takes lo 'it has the default route'
ip route flush default
ip link set eth0 down
ip link set p0 down
run
want 'exit status' 5 "$rc"
want_line "$work/err" '^xdpdump: no interface is up; xdpdump -D lists those there are, -i takes one$'
ip link set eth0 up
ip link set p0 up
end

begin '-i takes a number of -D, unless an interface has it as its name'
"$dump" -D >"$work/out"
want_line "$work/out" '^ *# +Interface +State +XDP program +ID +Mode +Tag +Kind +Driver +Address +Hook$'
number=$(sed -nE 's/^ *([0-9]+) +eth0 .*/\1/p' "$work/out")
listen -i "$number"
want_line "$work/err" "^listening on eth0 \\($number\\), "
finish
ip link add 99 type veth peer name 98
ip link set 99 up
listen -i 99
want_line "$work/err" '^listening on 99, '
finish
ip link del 99
run -i 1000
want 'exit status' 5 "$rc"
want_line "$work/err" '^xdpdump: 1000: no such interface; xdpdump -D lists those there are$'
run -i eht0
want_line "$work/err" '^xdpdump: eht0: no such interface; did you mean eth0\? xdpdump -D lists those there are$'
end

begin '-L and -J answer as tcpdump does'
for letter in L J; do
	"$dump" -$letter -i lo >"$work/out" 2>"$work/err"
	want "exit status of -$letter" 0 $?
	want_true "what -$letter prints" diff "$work/out" <(tcpdump -$letter -i lo 2>&1)
	run -$letter -i nope
	want "exit status of -$letter" 5 "$rc"
done
end

begin '--immediate-mode shows each packet at once, whatever stdout is'
listen -i eth0 --immediate-mode udp
sender=()
"$send" -i p0 -n 1 >"$work/sent" 2>&1
poll grep -q UDP "$work/out" || note 'not printed'
finish
end

plan
