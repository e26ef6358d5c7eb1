#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The flight recorder: what was in memory when something happened is in the file, exactly; all else is counted.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

file=$work/inc
first=1024	# the port of the first packet that send sends

# Numbers of the packets in a file, from 0 on, as "FIRST-LAST N".
numbers()
{
	tshark -n -r "$1" -T fields -e udp.srcport 2>/dev/null |
		awk -v first="$first" 'NR == 1 { a = $1 } { b = $1 } END { print a - first "-" b - first, NR }'
}

# says PATTERN [TIMES]
says()
{
	poll said "$1" "${2-1}" || { note "it does not say '$1'"; note_file "$work/err"; }
}

said()
{
	(($(grep -Ec -e "$1" "$work/err") >= $2))
}

# counted: its summary tells of what is in files, and of what is in none; all that came is in one of the two
counted()
{
	want 'exit status' "${3-0}" "$rc"
	want 'captured' "$1" "$(summary captured)"
	want 'in no file' "$2" "$(summary 'in no file, as no trigger asked for them')"
	want 'received' "$(($1 + $2))" "$(summary 'received by filter')"
	want_detached
}

record()
{
	rm -f "$file"*
	listen -i v0 --recorder 60s -w "$file" "$@"
}

# arrived NUMBER: so many packets, since the start
arrived()
{
	poll have_arrived "$1" || note "$1 packets have not arrived"
}

have_arrived()
{
	kill -USR1 "$pid"
	grep -q "s: $1 packets (" "$work/err"
}

files()
{
	want 'files' "$1" "$(cd "$work" && echo inc*)"
}

# Its statistics stand at the end.
ended_file()
{
	capinfos -c -M "$file" >/dev/null 2>&1 && books "$file" 2>/dev/null | grep -q isb0=1
}

is_up()
{
	[[ $(ip -o link show dev v0) == *LOWER_UP* ]]
}

in_memory()
{
	kill -USR1 "$pid"
	grep -q '  recorder: 0 triggers, 0 ignored, 0 files; in memory 100 packets of ' "$work/err"
}

veth_up v0 v1 || exit 1

begin 'a packet triggers: so many before and behind it, exactly'
record --trigger 'udp src port 1524' --before 100p --after 50p
frames 1000
says '^[^ ]*/inc: trigger: udp src port 1524$'
finish
counted 151 849
files inc
want 'packets' '400-550 151' "$(numbers "$file")"
want_accepted "$file"
want 'why, in the file' 1 "$(capinfos -k "$file" | grep -c 'trigger: udp src port 1524')"
want 'the one, with its comment' 1524 "$(tshark -n -r "$file" -Y 'frame.comment contains "trigger"' -T fields -e udp.srcport 2>/dev/null)"
end

# marked FROM: 20 frames by interface FROM, numbered from 0 in their ports; that of number 7 has 0x77 at 120
marked()
{
	python3 -c 'import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0))
for i in range(20):
    ip = bytes.fromhex("450000720000000040110000") + bytes([10, 0, 0, 1, 10, 0, 0, 2])
    frame = bytearray(bytes([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]) + ip + bytes([4, i, 0, 9, 0, 94, 0, 0]) + bytes(86))
    if i == 7:
        frame[120] = 0x77
    s.send(frame)' "$1"
}

# ports FILE: the numbers of marked frames in it
ports()
{
	tshark -n -r "$1" -Y 'udp.dstport == 9' -T fields -e udp.srcport 2>/dev/null | awk '{ print $1 - 1024 }' | paste -sd ' '
}

for how in 'v1 --hook native' 'v1 --hook generic' 'v1 --hook tc' 'v0 -Q out' 'v0 -Q out --process'; do
	begin "a byte behind the snapshot length triggers: ${how#* }"
	# shellcheck disable=SC2086 # words
	record -s 64 --before 2p --after 3p ${how#* } --trigger 'udp and ether[120] = 0x77' --trigger tcp udp dst port 9
	marked "${how%% *}"
	says 'trigger: udp and ether'
	finish
	counted 6 14
	want 'packets' '5 6 7 8 9 10' "$(ports "$file")"
	want_line "$work/err" '^  --trigger: 1 packet matched$'
	end
done

begin 'in front of a program it is tried on what is captured, before and behind that'
ip link set dev v0 xdpgeneric object "$B/tests/xdp/several.bpf.o" section xdp 2>"$work/ip" ||
	ip link set dev v0 xdpgeneric object "$B/tests/xdp/several.bpf.o" program passer 2>>"$work/ip" || :
record -s 64 --before 2p --after 4p --observe front --at both --trigger 'udp src port 1031' --stats-format json
marked v1
says 'trigger: udp src port 1031'
finish
want 'exit status' 0 "$rc"
want 'packets, 4 behind the second one' '6 6 7 7 8 8 9 9' "$(ports "$file")"
want 'of both images it matches' '2 2' "$(tail -n 1 "$work/err" | jq -r '[.trigger_matches, .triggers] | map(tostring) | join(" ")')"
ip link set dev v0 xdpgeneric off
end

begin 'what is filtered out triggers nothing'
record -s 64 --trigger 'udp and ether[120] = 0x77' 'udp dst port 9 and not udp src port 1031'
marked v1
finish
counted 0 19
files 'inc*'
want_line "$work/err" '^  --trigger: 0 packets matched$'
end

begin 'an expression that has no place in the program is tried on what is captured'
ports='port 1'
for ((i = 0; i < 300; i++)); do
	ports+=" or port $((2000 + i))"
done
record --before 2p --after 3p --no-optimize --trigger "udp src port 1031 and not ($ports)" udp dst port 9
marked v1
says 'warning: v0: the kernel takes no program with this --trigger'
says 'trigger: udp src port 1031'
finish
counted 6 14
want 'packets' '5 6 7 8 9 10' "$(ports "$file")"
want_line "$work/err" '^  --trigger: 1 packet matched$'
end

begin 'without a trigger there is no file'
record --trigger 'tcp'
frames 1000
finish
counted 0 1000
files 'inc*'
end

begin 'SIGUSR2 triggers, again and again, and no packet is in two files'
record
frames 500
arrived 500
kill -USR2 "$pid"
says 'trigger: signal$'
poll ended_file || note 'the first file is not complete'
frames 300
arrived 800
kill -USR2 "$pid"
says 'trigger: signal$' 2
finish
counted 800 0
files 'inc inc1'
want 'packets' '0-499 500' "$(numbers "$file")"
want 'packets of the other' '0-299 300' "$(numbers "${file}1")"
want_accepted "$file"
end

begin 'what comes behind a trigger is written for so long'
record --after 200ms
frames 100
arrived 100
kill -USR2 "$pid"
says 'trigger: signal$'
frames 50
poll ended_file || note 'the file is not complete'
kept=$(numbers "$file")
frames 100
finish
want 'exit status' 0 "$rc"
((${kept#* } >= 100 && ${kept#* } <= 150)) || note "in the file: $kept"
want 'packets of before, and those of then' "$kept" "$(numbers "$file")"
end

begin 'the number of triggers has an end, and so has the capture'
record --trigger 'udp src port 1124 or udp src port 1424' --before 10p --after 10p --max-triggers 2
frames 1000
reap
want 'exit status' 0 "$rc"
files 'inc inc1'
want 'packets' '90-110 21' "$(numbers "$file")"
want 'packets of the other' '390-410 21' "$(numbers "${file}1")"
want_detached
end

begin 'a command that fails triggers, and its status is ours'
rm -f "$file"*
# shellcheck disable=SC2016
run -i v0 --recorder 60s -w "$file" -- sh -c '"$0" -i v1 -n 100 >/dev/null; exit 3' "$send"
counted 100 0 3
files inc
want 'packets' '0-99 100' "$(numbers "$file")"
want_books "$file"
want_line "$work/err" '^[^ ]*/inc: trigger: the command failed: exit status 3$'
end

begin 'one that does not leaves no file'
rm -f "$file"*
# shellcheck disable=SC2016
run -i v0 --recorder 60s -w "$file" udp -- sh -c '"$0" -i v1 -n 100 >/dev/null' "$send"
counted 0 100 0
files 'inc*'
end

begin 'one that is killed'
rm -f "$file"*
# shellcheck disable=SC2016
run -i v0 --recorder 60s -w "$file" -- sh -c 'kill -KILL $$'
counted 0 0 137
files inc
end

begin 'one that is ended with the capture, as at a terminal, has not failed'
rm -f "$file"* "$work/pid"
listen -i v0 --recorder 60s -w "$file" -- sh -c "echo \$\$ >'$work/pid'; exec sleep 600"
poll test -s "$work/pid" || note 'it has not begun'
kill -STOP "$pid"
kill -INT "$(<"$work/pid")"
poll ended "$(<"$work/pid")" || note 'it goes on'
kill -INT "$pid"
kill -CONT "$pid"
reap
counted 0 0 0
files 'inc*'
end

begin 'one that fails does not wait for packets that nobody sends'
rm -f "$file"*
run -i v0 --recorder 60s --after 50p -w "$file" -- false
counted 0 0 1
files inc
end

begin 'one that is not there'
rm -f "$file"*
run -i v0 --recorder 60s -w "$file" -- no-such-program
want 'exit status' 2 "$rc"
want 'what it says' 'xdpdump: no-such-program: there is no such program' "$(<"$work/err")"
files 'inc*'
end

begin 'a command has no rights of ours, no signal blocked, and does not outlive us'
rm -f "$file"* "$work/pid"
listen -i v0 --recorder 60s -w "$file" -- sh -c "grep -h Sig /proc/self/status >'$work/signals'; echo \$\$ >'$work/pid'; exec sleep 600"
poll test -s "$work/pid" || note 'it has not begun'
want 'signals blocked' 'SigBlk:	0000000000000000' "$(grep SigBlk "$work/signals")"
finish
counted 0 0 0
poll ended "$(<"$work/pid")" || note 'it goes on'
end

begin 'a rate that is exceeded, or not reached any more; an interface that goes down'
record --trigger 'rate:>100/s' --trigger 'rate:<50/s' --trigger down
frames 3000
says 'trigger: rate:>100/s \([0-9]+/s\)'
says 'trigger: rate:<50/s \([0-9]+/s\)'
ip link set v1 down
says 'trigger: v0 is down'
finish
counted 3000 0
ip link set v1 up
poll is_up || note "v0 stays down"
end

begin 'losses trigger'
record --trigger drops:100/s -B 8 --max-triggers 1
kill -STOP "$pid"
frames 3000 -s 1000
kill -CONT "$pid"
reap
want 'exit status' 0 "$rc"
files inc
want_line "$work/err" 'trigger: drops:100/s \([0-9]+/s\)'
want_detached
end

begin 'the statistics tell what is in memory'
record
frames 100
poll in_memory || note 'they do not'
finish
counted 0 100
end

begin 'and so do those for machines'
rm -f "$file"*
listen -i v0 --recorder 60s -w "$file" --stats-format json --before 10p --trigger 'udp src port 1100' --max-triggers 1
frames 100
reap
want 'exit status' 0 "$rc"
want 'packets in the file, in memory; triggers' '11 0 1 0' "$(tail -n 1 "$work/err" |
	jq -r '[.captured, .in_memory, .triggers, .triggers_ignored] | map(tostring) | join(" ")')"
end

begin 'what is in memory does not grow beyond its size, and a disk that is slow does not hold it up'
rm -f "$file"*
listen -i v0 --recorder 1m -s 0 -w "$file" --after 3000p
frames 3000 -s 1000
arrived 3000
kill -USR2 "$pid"
says 'trigger: signal'
frames 3000 -s 1000
poll ended_file || note 'the file is not complete'
finish
want 'exit status' 0 "$rc"
eval "$(books "$file")"
((epb0 > 3900 && epb0 < 4100)) || note "$epb0 packets"
want 'all that came' 6000 "$(($(summary captured) + $(summary 'in no file, as no trigger asked for them')))"
end

begin 'a directory that is not there is told of at once'
run -i v0 --recorder 60s -w "$work/none/inc"
want 'exit status' 1 "$rc"
want 'what it says' "xdpdump: $work/none/inc: cannot open for writing: No such file or directory" "$(<"$work/err")"
end

mkdir -p "$work/small"
for buffer in 64m none; do
	begin "a disk that is full is told of, with what is missing, --write-buffer $buffer"
	mount -t tmpfs -o size=64k tmpfs "$work/small"
	listen -i v0 --recorder 60s -s 0 -w "$work/small/inc" --write-buffer "$buffer"
	frames 500 -s 1000
	arrived 500
	kill -USR2 "$pid"
	reap
	want 'exit status' 6 "$rc"
	missing=$(sed -nE 's|^xdpdump: [^ ]*/small/inc: ([0-9]+) packets not written: No space left on device$|\1|p' "$work/err")
	want 'captured + not written' 500 "$(($(summary captured) + missing))"
	want 'not written, by the statistics' "$missing" "$(lost 'not written')"
	want 'in no file, as nobody asked for them' 0 "$(summary 'in no file, as no trigger asked for them')"
	want 'packets in the file' "$(summary captured) packets" "$("$dump" -r "$work/small/inc" --count 2>&1)"
	umount "$work/small"
	want_detached
	end
done

begin 'with -r: the surroundings of packets of a file'
rm -f "$file"*
listen -i v0 -w "$work/all"
frames 1000
finish
run -r "$work/all" --recorder 60s --trigger 'udp src port 1524' --before 100p --after 50p -w "$file" --format pcap
want 'exit status' 0 "$rc"
want 'packets' '400-550 151' "$(numbers "$file")"
end

plan
