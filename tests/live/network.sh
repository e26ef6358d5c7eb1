#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# --to and -r tcp: a capture as a stream to whoever connects, to somebody, and from there.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

port=57012
file=$work/file
export XDPDUMP_SANDBOX_KILL=1
veth_up v0 v1 || exit 1
ip link set lo up

cat >"$work/reader.py" <<'END'
# FILE PORT [RECV_BUFFER]: all that comes from there
import socket, sys
s = socket.socket()
if len(sys.argv) > 3:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, int(sys.argv[3]))
s.connect(("127.0.0.1", int(sys.argv[2])))
with open(sys.argv[1], "wb", 0) as f:
    while data := s.recv(1 << 20):
        f.write(data)
END

cat >"$work/server.py" <<'END'
# FILE PORT [WHAT]: all that comes to there, from one; it gets the bytes of the file WHAT
import socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[2])))
s.listen(1)
open(sys.argv[1] + ".listens", "w").close()
c, _ = s.accept()
s.close()
if len(sys.argv) > 3:
    c.sendall(open(sys.argv[3], "rb").read())
    sys.exit()
with open(sys.argv[1], "wb", 0) as f:
    while data := c.recv(1 << 20):
        f.write(data)
END

# reader NAME [RECV_BUFFER]: a client, whose bytes come into $work/NAME and its process into $reader
reader()
{
	rm -f "$work/$1"
	background python3 "$work/reader.py" "$work/$1" "$port" "${@:2}"
	reader=$!
	poll has_bytes "$work/$1" || note "nothing comes to $1"
}

# server NAME [WHAT]: one that is connected to, once; as reader
server()
{
	rm -f "$work/$1" "$work/$1.listens"
	background python3 "$work/server.py" "$work/$1" "$port" "${@:2}"
	reader=$!
	poll test -e "$work/$1.listens" || note 'there is no server'
}

has_bytes()
{
	[[ -s $1 ]]
}

at_end()
{
	poll ended "$1" || note 'a reader does not come to its end'
}

packets()
{
	"$dump" -r "$1" --count 2>"$work/count.err" | sed 's/ packets*$//'
}

want_packets()
{
	want "packets in ${1##*/}" "$2" "$(packets "$1")"
}

want_same()
{
	want_true "${2##*/} is ${1##*/}" "$dump" --compare "$1" "$2"
}

# Of the last run: captured, not written and dropped are what was received.
want_sums()
{
	local captured received dropped not_written

	captured=$(summary captured)
	received=$(summary 'received by filter')
	dropped=$(summary 'dropped by kernel')
	not_written=$(lost 'not written')
	want 'captured, not written and dropped' "$received" "$((captured + not_written + dropped))"
}

sockets()
{
	find "/proc/$pid/fd" -lname 'socket:*' 2>/dev/null | wc -l
}

has_sockets()
{
	(($(sockets) == $1))
}

has_line()
{
	grep -Eqs -e "$2" -- "$1"
}

has_lines()
{
	(($(wc -l <"$1") == $2))
}

has_packets()
{
	[[ $(packets "$1" 2>/dev/null) == "$2" ]]
}

# A packet has to be sent for it to be noticed, if the other side had read all.
lost_and_said()
{
	frames 1 -p udp
	has_line "$work/err" 'connection lost'
}

sent_and_printed()
{
	frames 1 -p udp
	has_bytes "$work/out"
}

# not_written N: so many at least, by the statistics that a signal asks for
not_written()
{
	local n

	kill -USR1 "$pid"
	n=$(lost 'not written')
	((${n:-0} >= $1))
}

# It sleeps, with more on its way than the other side takes.
waits_for_room()
{
	ended "$pid" || [[ $(cat "/proc/$pid/wchan" 2>/dev/null) == *poll* ]]
}

# A connection is on its way: SYN_SENT.
connecting()
{
	grep -qE '^ *[0-9]+: [0-9A-F:]+ [0-9A-F:]+ 02 ' /proc/net/tcp || ended "$pid"
}

# The packets of a reader that is cut off, as stderr tells.
cut_off()
{
	sed -nE 's/^xdpdump: .* is cut off, .*: it got ([0-9]+) packets, [0-9]+ bytes$/\1/p' "$work/err"
}

for format in pcapng pcap pcap-ns; do
	begin "a client gets the packets of the file, as $format"
	listen -i v0 -s 0 -w "$file" --to "tcp-listen:$port" --format "$format" udp
	reader got
	n=$(sockets)
	background "$dump" -r "tcp:127.0.0.1:$port" -w "$work/read" 2>"$work/read.err"
	second=$!
	poll has_sockets $((n + 1)) || note 'the second one is not accepted'
	frames 500 -p udp
	poll has_bytes "$work/got"
	finish
	want 'exit status' 0 "$rc"
	at_end "$reader"
	at_end "$second"
	want_line "$work/err" "^tcp-listen:$port: for whoever connects to 127.0.0.1:$port, not encrypted$"
	want_packets "$file" 500
	want_same "$file" "$work/got"
	want_same "$file" "$work/read"
	if [[ $format == pcapng ]]; then
		want_accepted "$work/got"
		want_books "$work/got"
		want_well_formed "$work/got"
		want_true 'the stream is the file' cmp "$file" "$work/got"
	fi
	end
	rm -f "$work/got" "$work/read"
done

begin 'tshark reads it'
listen -i v0 --to "tcp-listen:$port" udp
n=$(sockets)
background tshark -n -i "TCP@127.0.0.1:$port" -w "$work/tshark" 2>"$work/tshark.err"
second=$!
poll has_sockets $((n + 1)) || note 'it is not accepted'
frames 100 -p udp
finish
at_end "$second"
want_packets "$work/tshark" 100
end

begin 'who comes later gets a whole capture, of what comes from then on'
listen -i v0 --to "tcp-listen:$port" udp
reader early
frames 200 -p udp
reader late
frames 300 -p udp
finish
want 'exit status' 0 "$rc"
want 'captured' 500 "$(summary captured)"
at_end "$reader"
poll has_bytes "$work/early"
want_packets "$work/early" 500
want_packets "$work/late" 300
want_accepted "$work/late"
"$dump" -r "$work/early" --skip 200 -w "$work/rest" 2>/dev/null
want_same "$work/rest" "$work/late"
end

begin 'one that stands still is cut off, and another gets all'
listen -i v0 -s 0 -w "$file" --to "tcp-listen:$port" udp
reader slow 4096
slow=$reader
kill -STOP "$slow"
poll stopped "$slow"
reader fast
# more than waits for one of them, at a pace that the other can keep on a busy machine
frames 12000 -p udp -s 1400 -r 6000
poll has_line "$work/err" 'is cut off, too slow' || note 'nobody is cut off'
finish
want 'exit status' 0 "$rc"
want_sums
at_end "$reader"
kill -CONT "$slow"
at_end "$slow"
want_same "$file" "$work/fast"
told=$(cut_off)
want 'packets that it got' "${told:-none}" "$(packets "$work/slow")"
((told < 12000)) || note "$told packets were sent"
end

begin 'what a client says is thrown away, and one that comes and goes leaves nothing'
listen -i v0 --to "tcp-listen:$port" udp
n=$(sockets)
reader got
for i in 1 2 3; do
	python3 - "$port" <<'END'
import os, socket, struct, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.send(os.urandom(1 << 16))
s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
END
done
frames 100 -p udp
poll has_sockets $((n + 1)) || note "$(($(sockets) - n)) are connected"
finish
want 'exit status' 0 "$rc"
at_end "$reader"
want_packets "$work/got" 100
end

begin 'the ninth client is turned away, and there is room when one has gone'
listen -i v0 --to "tcp-listen:0" udp
port=$(sed -nE 's/^tcp-listen:0: for whoever connects to 127\.0\.0\.1:([0-9]+), .*/\1/p' "$work/err")
for i in 1 2 3 4 5 6 7 8; do
	reader "got$i"
done
last=$reader
want 'bytes for the ninth' 0 "$(python3 -c 'import socket, sys
print(len(socket.create_connection(("127.0.0.1", int(sys.argv[1]))).recv(99)))' "$port")"
want_line "$work/err" 'is turned away: there are 8 already$'
n=$(sockets)
kill "$last"
poll ended "$last"
frames 2 -p udp
poll has_sockets $((n - 1)) || note 'one that has gone is not noticed'
reader got9
frames 10 -p udp
finish
want 'exit status' 0 "$rc"
at_end "$reader"
want_packets "$work/got9" 10
want_packets "$work/got1" 12
port=57012
end

begin 'a server gets all'
server got
listen -i v0 -s 0 --to "tcp:localhost:$port" udp
frames 500 -p udp
finish
want 'exit status' 0 "$rc"
at_end "$reader"
want_packets "$work/got" 500
want_books "$work/got"
end

begin 'where nobody listens nothing is begun'
rm -f "$file"
run -i v0 -w "$file" --to "tcp:127.0.0.1:$port" -c 1
want 'exit status' 1 "$rc"
want 'what is said' "xdpdump: --to tcp:127.0.0.1:$port: cannot connect: Connection refused" "$(cat "$work/err")"
[[ ! -e $file ]] || note 'there is a file'
want_detached
run -i v0 --to tcp:no-such-host.invalid:1 -c 1
want 'exit status' 1 "$rc"
want_line "$work/err" '^xdpdump: --to tcp:no-such-host.invalid:1: cannot connect: .'
end

begin 'a place that is taken is refused'
server got
run -i v0 --to "tcp-listen:$port" -c 1
want 'exit status' 1 "$rc"
want 'what is said' "xdpdump: --to tcp-listen:$port: cannot listen there: Address already in use" "$(cat "$work/err")"
kill "$reader"
end

begin 'a server that is killed: what it lacks is counted, and the next one gets a whole capture'
server first
listen -i v0 -s 0 --to "tcp:127.0.0.1:$port" udp
frames 300 -p udp
poll has_packets "$work/first" 300 || note 'the first one does not get them'
kill -KILL "$reader"
poll ended "$reader"
poll lost_and_said || note 'the loss of the connection is not noticed'
frames 50 -p udp
poll not_written 50 || note 'what is not sent is not counted'
server second
poll has_line "$work/err" 'connected again$' || note 'it is not connected to again'
frames 200 -p udp
poll has_packets "$work/second" 200 || note 'the second one does not get them'
finish
at_end "$reader"
want 'exit status' 6 "$rc"
want_line "$work/err" "^xdpdump: tcp:127.0.0.1:$port: connection lost: .*: it is tried again$"
want_line "$work/err" "^xdpdump: tcp:127.0.0.1:$port: [0-9]+ packets? not written: "
want_sums
want_packets "$work/second" 200
want_accepted "$work/second"
eval "$(books "$work/second")"
want 'delivered, by the statistics of the second' "$(summary 'received by filter')" "${usrdeliv0-}"
want 'not written, by those' "$(lost 'not written')" "$(sed -E 's/.*not_written=([0-9]+).*/\1/' <<<"${comment0-}")"
end

begin 'a server that stands still lacks packets, which are counted'
server got
listen -i v0 -s 0 --to "tcp:127.0.0.1:$port" udp
frames 10 -p udp
poll has_packets "$work/got" 10 || note 'nothing comes'
kill -STOP "$reader"
poll stopped "$reader"
frames 20000 -p udp -s 1400
kill -CONT "$reader"
finish
at_end "$reader"
want 'exit status' 6 "$rc"
want_line "$work/err" "^xdpdump: tcp:127.0.0.1:$port: [0-9]+ packets not written: its reader is too slow$"
want_sums
want_packets "$work/got" "$(summary captured)"
want_books "$work/got"
end

for format in pcapng pcap; do
	begin "a file to whoever connects, and to a server, as $format"
	start -r tests/pcaps/mixed.pcap --to "tcp-listen:$port" --format "$format"
	poll has_line "$work/err" "^tcp-listen:$port: waiting for a reader at 127.0.0.1:$port, not encrypted$" ||
		note 'it does not wait'
	timeout 60 "$dump" -r "tcp:127.0.0.1:$port" -w "$file" 2>"$work/read.err" || note 'it is not read'
	reap
	want 'exit status' 0 "$rc"
	want_same tests/pcaps/mixed.pcap "$file"
	server got
	run -r tests/pcaps/mixed.pcap --to "tcp:127.0.0.1:$port" --format "$format"
	want 'exit status' 0 "$rc"
	at_end "$reader"
	want_same tests/pcaps/mixed.pcap "$work/got"
	end
done

begin 'secrets and comments of a file go with it'
server got
run -r tests/pcaps/files/pcapng_decryption_secrets.pcapng --to "tcp:127.0.0.1:$port"
want 'exit status' 0 "$rc"
at_end "$reader"
"$dump" -r tests/pcaps/files/pcapng_decryption_secrets.pcapng -w "$file" 2>/dev/null
want_true 'the stream is the file' cmp "$file" "$work/got"
end

begin 'a reader of a file is waited for'
listen -i v0 -s 0 -w "$file" udp
frames 20000 -p udp -s 1400
finish
server got
start -r "$file" --to "tcp:127.0.0.1:$port"
kill -STOP "$reader"
poll waits_for_room || note 'it does not wait'
kill -CONT "$reader"
reap
want 'exit status' 0 "$rc"
at_end "$reader"
want_true 'the stream is the file' cmp "$file" "$work/got"
end

begin 'one that goes in the middle of a file ends it'
server got
start -r "$file" --to "tcp:127.0.0.1:$port"
kill -STOP "$reader"
poll waits_for_room || note 'it does not wait'
kill -KILL "$reader"
reap
want 'exit status' 6 "$rc"
want_line "$work/err" "^xdpdump: tcp:127.0.0.1:$port: [0-9]+ packets not written: Connection reset by peer$"
end

begin 'waiting for somebody is interrupted by a signal'
start -r "$file" --to "tcp-listen:$port"
poll has_line "$work/err" 'waiting for a reader' || note 'it does not wait'
finish
want 'exit status' 0 "$rc"
want_line "$work/err" "^xdpdump: tcp-listen:$port: interrupted while it waited for a reader$"
ip address add 192.0.2.1/24 dev v0
ip neighbour add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v0
for args in "-r tcp:192.0.2.9:$port" "-r $file --to tcp:192.0.2.9:$port" "-i v0 --to tcp:192.0.2.9:$port"; do
	# shellcheck disable=SC2086
	start $args
	poll connecting || note "$args: it does not connect"
	finish
	want "exit status of $args" 0 "$rc"
done
want_detached
end

begin 'a connection is read as it comes, with a filter, up to a number, until a signal'
listen -i v0 --to "tcp-listen:$port" udp
capture=$pid
n=$(sockets)
background "$dump" -r "tcp:127.0.0.1:$port" -c 20 --print -w "$work/read" udp >"$work/printed" 2>"$work/read.err"
second=$!
poll has_sockets $((n + 1)) || note 'it is not accepted'
frames 5 -p udp
poll has_lines "$work/printed" 5 || note 'five packets are not printed while the capture goes on'
frames 30 -p udp
at_end "$second"
want_packets "$work/read" 20
start -r "tcp:127.0.0.1:$port"
poll sent_and_printed || note 'nothing comes'
finish
want 'exit status' 0 "$rc"
want_line "$work/err" '^stopped as asked: '
pid=$capture
finish
end

begin 'a connection that ends within a packet is a file that is cut short'
head -c 300 tests/pcaps/mixed.pcap >"$work/cut"
server end "$work/cut"
run -r "tcp:127.0.0.1:$port"
want 'exit status' 1 "$rc"
want_line "$work/err" "^xdpdump: tcp:127.0.0.1:$port: cut short at byte 300: "
run -r "tcp:127.0.0.1:$port"
want 'exit status' 1 "$rc"
want 'what is said' "xdpdump: tcp:127.0.0.1:$port: cannot connect: Connection refused" "$(cat "$work/err")"
end

plan
