#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What a capture is told while it runs: it is done, once, and stands in the file.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

file=$work/file
socket=$work/socket

# ctl WORDS...: its answer in $work/said, its status in told
ctl()
{
	"$dump" ctl "$socket" "$@" >"$work/said" 2>&1
	told=$?
}

does()
{
	ctl "$@"
	want "status of $*" 0 "$told"
}

# while_packets_come CHANGE: 30000 of them; how often it was done in changes
while_packets_come()
{
	local sender_pid

	background "$send" -i v1 -n 30000 -r 15000 >"$work/sent" 2>&1
	sender_pid=$!
	changes=0
	until ended "$sender_pid"; do
		"$1"
		((changes += 1))
	done
	wait "$sender_pid"
	arrived 30000
}

refuses()
{
	local sentence=$1

	shift
	ctl "$@"
	want "status of $*" 1 "$told"
	want "answer to $*" "xdpdump: $sentence" "$(<"$work/said")"
}

comments()
{
	tshark -n -r "$1" -Y frame.comment -T fields -e frame.number -e frame.comment 2>/dev/null
}

# said_line LINE: as somebody else's program says it; the answer
said_line()
{
	python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(sys.stdin.buffer.read())
s.shutdown(socket.SHUT_WR)
try:
    while data := s.recv(65536):
        sys.stdout.buffer.write(data)
except ConnectionError:
    pass' "$socket"
}

# arrived NUMBER: so many packets have been captured
arrived()
{
	poll have_arrived "$1" || note "$1 packets have not arrived"
}

have_arrived()
{
	ctl stats
	[[ $(jq .captured "$work/said") == "$1" ]]
}

in_memory()
{
	ctl stats
	[[ $(jq .in_memory "$work/said") == "$1" ]]
}

veth_up v0 v1 || exit 1

begin 'another filter is in force from then on, and the file says so'
listen -i v0 -w "$file" --control "$socket"
want 'who may use it' 600 "$(stat -c %a "$socket")"
frames 100
arrived 100
does filter udp src port 1030 or udp src port 1031
frames 100
arrived 102
does rotate
does filter
frames 10
arrived 112
does stop
reap
want 'exit status' 0 "$rc"
want 'packets' 102 "$(capinfos -M -c "$file" | sed -n 's/^Number of packets: *//p')"
want 'packets of the next file' 10 "$(capinfos -M -c "${file}1" | sed -n 's/^Number of packets: *//p')"
want 'filtered out' 98 "$(sed -nE 's/^  filtered out: ([0-9]+) packets.*/\1/p' "$work/err")"
want_true 'the comment' grep -Eq '^101	filter since [-0-9]+ [:0-9]+ [-+0-9]+: udp src port 1030 or udp src port 1031$' <(comments "$file")
want_true 'the other one' grep -Eq '^1	filter since .*: none, everything is captured$' <(comments "${file}1")
want_true 'the filter of the next file' grep -Fq 'Filter string = udp src port 1030' <(capinfos "${file}1")
want_accepted "$file"
[[ ! -e $socket ]] || note 'the socket stays'
want_detached
end

begin 'no packet is lost or seen twice while filters change'
rm -f "$file"*
listen -i v0 -w "$file" --control "$socket" -s 64
another_filter()
{
	does filter udp dst port 9 or "port $((changes + 2000))"
}
while_packets_come another_filter
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'packets' 30000 "$epb"
want 'lost' 0 "$osdrop"
want_true 'their order and times' "$sequence" "$file"
((changes > 1)) || note "only $changes changes"
end

begin 'sent packets, and those of interfaces that came later, have the filter as well'
rm -f "$file"*
listen -i 'late*' -Q inout -w "$file" --control "$socket"
does filter udp
ip link add late0 type veth peer name late1
ip link set late0 up
ip link set late1 up
for name in late0 late1; do
	poll attached "$name" || note "$name has not been joined"
done
"$send" -i late1 -n 10 >/dev/null
"$send" -i late0 -n 10 >/dev/null
arrived 20
does filter tcp
"$send" -i late1 -n 10 >/dev/null
"$send" -i late0 -n 10 >/dev/null
does filter udp
"$send" -i late1 -n 1 >/dev/null
"$send" -i late0 -n 1 >/dev/null
arrived 22
ip link del late0
finish
want 'exit status' 0 "$rc"
end

begin 'an interface that is gone keeps no filter from the others, and has it when it comes back'
rm -f "$file"*
ip link add w0 type veth peer name w1
ip link set w0 up
ip link set w1 up
listen -i v0 -i w0 --wait -w "$file" --control "$socket"
ip link del w0
poll grep -q '^xdpdump: w0 disappeared' "$work/err" || note 'nobody says that it has gone'
does filter udp src port 1024
ip link add w0 type veth peer name w1
ip link set w0 up
ip link set w1 up
poll attached w0 || note 'it is not captured again'
frames 10
arrived 1
"$send" -i w1 -n 10 >/dev/null
arrived 2
finish
want 'exit status' 0 "$rc"
ip link del w0
end

# of_each FILE: of each interface in it the words of its comment, packets, the longest of them
of_each()
{
	"$dump" -r "$1" --info -T json | jq -c '.interfaces[] | [.comment, .packets, .estimated_packets]'
}

begin 'another sample is another interface in the file, so that each packet stands for as many as it says'
rm -f "$file"*
listen -i v0 -w "$file" --control "$socket" -s 96
frames 100
arrived 100
does sample 1/10
frames 20000
does snap 60
does sample 1/10
frames 20000
does sample all
frames 50
sampled_then=$(ctl stats; jq .sampled_out "$work/said")
does rotate
frames 20
does sample 1/4
does snap 0
frames 4000
does stop
reap
want 'exit status' 0 "$rc"
mapfile -t found < <(of_each "$file" | jq -r '.[0]')
want 'what each says' 'snap=96|snap=96 sample=1/10|snap=60 sample=1/10|snap=60' "$(IFS='|'; echo "${found[*]}")"
"$dump" -r "$file" --info -T json >"$work/info"
want 'packets of those that are whole' '[100,50]' "$(jq -c '[.interfaces[0, 3].packets]' "$work/info")"
want 'the estimate is the sum' true "$(jq '.estimated_packets == 150 + 10 * .interfaces[1].packets + 10 * .interfaces[2].packets' "$work/info")"
want 'in the file, and sampled out' 40150 "$(($(jq .packets "$work/info") + sampled_then))"
want 'longest packets' '96 96 60 60' "$(for i in 0 1 2 3; do
	tshark -n -r "$file" -Y "frame.interface_id == $i" -T fields -e frame.cap_len 2>/dev/null | sort -n | tail -n 1
done | paste -sd ' ')"
want 'what the next file says of its packets' 'snap=60|snap=60 sample=1/4|sample=1/4' "$(of_each "${file}1" | jq -r '.[0]' | tail -n 3 | paste -sd '|')"
want 'and of none before' 0 "$("$dump" -r "${file}1" --info -T json | jq '[.interfaces[:3][].packets] | add')"
"$dump" -r "$file" -w "$work/again" udp 2>"$work/said"
want 'the estimate of what is written of it again' "$(jq .estimated_packets "$work/info")" "$("$dump" -r "$work/again" --info -T json | jq .estimated_packets)"
comments "$file" >"$work/said"
want 'comments' 3 "$(wc -l <"$work/said")"
want_line "$work/said" '^101	since [-0-9]+ [:0-9]+ [-+0-9]+: 1 packet of 10, snapshot length 96$'
want_line "$work/said" '	since .*: 1 packet of 10, snapshot length 60$'
want_line "$work/said" '	since .*: all packets, snapshot length 60$'
want_line "$work/err" '^1 packet of 10, snapshot length 96 bytes from now on$'
want_line "$work/err" '^  sampled out: [0-9]+ packets, as 1 of 4 is kept, at random; it was another sample before$'
for name in "$file" "${file}1"; do
	want_accepted "$name"
	want_well_formed "$name"
	eval "$(books "$name")"
	for ((i = 0; i < 4; i++)); do
		name_of=isb$i && want "statistics blocks of $i" 1 "${!name_of-none}"
	done
done
want_detached
end

begin 'in what is told meanwhile it is one interface, and nothing of it is forgotten'
rm -f "$file"*
listen -i v0 -w "$file" --control "$socket" --metrics "unix:$work/metrics"
frames 1000
does sample 1/10
frames 1000
does sample all
frames 1000
ctl stats
want 'interfaces' '[["v0",3000]]' "$(jq -c '.interfaces | map([.name, .seen])' "$work/said")"
want 'the identity' '[true,true]' "$(jq -c '[., .interfaces[0]] | map(.seen == .sampled_out + .delivered)' "$work/said")"
have_told()
{
	scrape "$work/metrics" && grep -q '^xdpdump_seen_packets_total{interface="v0",point="entry"} 3000$' "$work/page"
}
poll have_told || note 'the counter is not that of all'
want_line "$work/page" '^xdpdump_sample 1$'
want 'samples of the counter' 1 "$(grep -c '^xdpdump_seen_packets_total{' "$work/page")"
finish
want 'exit status' 0 "$rc"
want_line "$work/err" '^  sampled out: [0-9]+ packets, before all were kept$'
end

begin 'no packet is lost or seen twice while it changes'
rm -f "$file"*
listen -i v0 -w "$file" --control "$socket" -s 64
another_length()
{
	does snap $((64 + changes % 2))
}
while_packets_come another_length
finish
want 'exit status' 0 "$rc"
want 'packets' 30000 "$(capinfos -M -c "$file" | sed -n 's/^Number of packets: *//p')"
want 'lost' 0 "$(summary 'dropped by kernel')"
want_true 'their order and times' "$sequence" "$file"
((changes > 2)) || note "only $changes changes"
end

begin 'at tc, in both directions, by one program for several, and of those that come later'
rm -f "$file"*
listen -i 'many*' -i v0 -Q inout -w "$file" --control "$socket" udp dst port 9
for i in 0 1; do
	ip link add "many$i" type veth peer name "other$i"
	ip link set "many$i" up
	ip link set "other$i" up
	poll attached "many$i" || note "many$i has not been joined"
done
does snap 60
ip link add many2 type veth peer name other2
ip link set many2 up
ip link set other2 up
poll attached many2 || note 'many2 has not been joined'
for i in 0 1 2; do
	"$send" -i "other$i" -n 10 >/dev/null
	"$send" -i "many$i" -n 10 -q >/dev/null
done
frames 10
"$send" -i v0 -n 10 -q >/dev/null
arrived 80
want 'too long' 0 "$(tshark -n -r "$file" -Y 'frame.cap_len > 60' 2>/dev/null | wc -l)"
finish
want 'exit status' 0 "$rc"
want_accepted "$file"
ip link del many0
ip link del many1
ip link del many2
end

begin 'in front of a program both images of a packet are cut, and it is called as before'
rm -f "$file"*
ip link set dev v0 xdpgeneric object "$B/tests/xdp/several.bpf.o" section xdp 2>"$work/ip" ||
	ip link set dev v0 xdpgeneric object "$B/tests/xdp/several.bpf.o" program passer 2>>"$work/ip" || :
listen -i v0 --observe front --at both -w "$file" --control "$socket"
frames 10
arrived 20
does snap 60
does filter udp src port 1024
does sample 1/1
frames 10
arrived 22
want 'verdicts' '[20,2]' "$(ctl stats; jq -c '[.interfaces[0].verdicts.pass_packets, (.interfaces | length)]' "$work/said")"
finish
want 'exit status' 0 "$rc"
want 'bytes' '60 60' "$(tshark -n -r "$file" -T fields -e frame.cap_len 2>/dev/null | tail -n 2 | paste -sd ' ')"
want_line "$work/err" '^    PASS +20 packets'
ip link set dev v0 xdpgeneric off
end

begin 'one that is gone has it when it comes back, and flows are kept no further for it'
rm -f "$file"*
ip link add w0 type veth peer name w1
ip link set w0 up
ip link set w1 up
listen -i v0 -i w0 --wait -w "$file" --control "$socket" --flow-limit 2 udp dst port 9
frames 1
frames 1
frames 1
arrived 2
does snap 60
frames 2
arrived 3
ip link del w0
poll grep -q '^xdpdump: w0 disappeared' "$work/err" || note 'nobody says that it has gone'
does snap 50
ip link add w0 type veth peer name w1
ip link set w0 up
ip link set w1 up
poll attached w0 || note 'it is not captured again'
"$send" -i w1 -n 1 >/dev/null
arrived 4
finish
want 'exit status' 0 "$rc"
want 'bytes' '128 128 60 50' "$(tshark -n -r "$file" -T fields -e frame.cap_len 2>/dev/null | paste -sd ' ')"
ip link del w0
end

begin 'what is refused changes nothing'
rm -f "$file"*
listen -i v0 -w "$file" --control "$socket" udp
refuses "can't parse filter expression: syntax error at the end: tcp port" filter tcp port
refuses 'there is no --recorder' trigger
refuses 'mark needs a text' mark
for words in '' 0 1 1/0 1/x /5 2/5 1/1000000001 '1/5 6' al; do
	refuses 'sample needs 1/N, with N from 1 to 1000000000, or all' sample "$words"
done
for words in '' -1 5x 262145 '1 2' all; do
	refuses 'snap needs a number of bytes from 1 to 262144, for which there is room, or 0 for that' snap "$words"
done
refuses 'stats takes no words' stats now
refuses 'commands are filter EXPRESSION, mark TEXT, rotate, sample 1/N, snap LEN, stats, stop, trigger [WHY]' obey
# without a command, and in the completions, it is the same words
words=$(sed 's/^.*commands are //' "$work/said" | awk -v RS=', ' '{ printf "%s%s", sep, $1; sep = ", " }')
ctl
want 'status without a command' 2 "$told"
want 'what is said then' "xdpdump: ctl needs the path of --control, and a command: $words" "$(<"$work/said")"
want_line <("$dump" --completions bash) "compgen -W '${words//,/}'"
frames 10
arrived 10
finish
want 'exit status' 0 "$rc"
want 'packets' 10 "$(summary captured)"
end

begin 'a mark is a comment on the next packet'
rm -f "$file"*
listen -i v0 -w "$file" --control "$socket"
frames 1
arrived 1
does mark 'here it was — ünicode'
frames 2
arrived 3
finish
want 'comments' "2	here it was — ünicode" "$(comments "$file")"
end

begin 'lines that make no sense, too long ones, and those who say nothing disturb nobody'
rm -f "$file"*
listen -i v0 -w "$file" --control "$socket"
for ((i = 0; i < 9; i++)); do
	background python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.recv(1)' "$socket"
done
want 'an empty line' 'error: commands are filter EXPRESSION, mark TEXT, rotate, sample 1/N, snap LEN, stats, stop, trigger [WHY]' "$(echo | said_line)"
want 'no line' '' "$(printf stop | said_line)"
want 'any bytes' '' "$(head -c 1000 /dev/zero | said_line)"
want 'a long line' 'error: the line is too long' "$(head -c 65535 /dev/zero | tr '\0' x | said_line)"
want 'two lines' 'ok' "$(printf 'mark a\nstop\n' | said_line)"
want 'a wrong mark' 'ok' "$(printf 'mark \377\376\n' | said_line)"
frames 10
arrived 10
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'packets' 10 "$epb"
end

begin 'a recorder is triggered, with the reason'
rm -f "$file"*
listen -i v0 -w "$file" --control "$socket" --recorder 60s
frames 10
poll in_memory 10
refuses 'a recorder begins its files at triggers: trigger' rotate
does trigger a customer has called
poll grep -q 'trigger: a customer has called$' "$work/err"
finish
want 'packets' 10 "$(summary captured)"
want 'why' 1 "$(capinfos -k "$file" | grep -c 'trigger: a customer has called')"
end

begin 'a path that cannot be, a capture that is not there'
run -i v0 -w "$file" --control "$work/none/socket"
want 'exit status' 1 "$rc"
want_line "$work/err" '^xdpdump: --control .*/none/socket: cannot listen there: No such file or directory$'
refuses "$socket: cannot connect: No such file or directory" stats
run ctl "$socket"
want 'exit status' 2 "$rc"
end

plan
