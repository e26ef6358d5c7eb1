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
background "$send" -i v1 -n 30000 -r 15000 >"$work/sent" 2>&1
sender_pid=$!
changes=0
until ended "$sender_pid"; do
	does filter udp dst port 9 or "port $((changes + 2000))"
	((changes += 1))
done
wait "$sender_pid"
arrived 30000
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

begin 'what is refused changes nothing'
rm -f "$file"*
listen -i v0 -w "$file" --control "$socket" udp
refuses "can't parse filter expression: syntax error at the end: tcp port" filter tcp port
refuses 'there is no --recorder' trigger
refuses 'mark needs a text' mark
refuses 'stats takes no words' stats now
refuses 'commands are filter EXPRESSION, mark TEXT, rotate, stats, stop, trigger [WHY]' obey
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
want 'an empty line' 'error: commands are filter EXPRESSION, mark TEXT, rotate, stats, stop, trigger [WHY]' "$(echo | said_line)"
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
