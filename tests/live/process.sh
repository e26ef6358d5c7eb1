#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# --process: who has sent a packet. Those who send tell their numbers themselves; what nobody has sent is nobody's.
# shellcheck source=tests/live/lib.sh disable=SC2016,SC2119,SC2154
. "$(dirname "$0")/lib.sh"

file=$work/file.pcapng
two_ends || exit 1

# takes what is sent to it, so that nobody is refused
background peer python3 -c 'import socket
s = socket.socket(type=socket.SOCK_DGRAM)
s.bind(("10.0.0.1", 9))
print("there", flush=True)
while s.recv(2000): pass' >"$work/sink"
wait_line "$work/sink" '^there' || exit 1

# script NAME: Python, a program with this name
script()
{
	{ printf '#!%s\nopen("/proc/self/comm", "w").write("%s")\n' "$(command -v python3)" "$1"; cat; } >"$work/$1"
	chmod +x "$work/$1"
}

# rows FILTER KEY...: what these packets of the file say, each pair of packets and values once
rows()
{
	local filter=$1

	shift
	"$dump" -r "$file" -T json "$filter" 2>/dev/null |
		jq -r '[$ARGS.positional[] as $key | .[$key] // "-"] | join(" ")' --args "$@" | sort | uniq -c | sed -E 's/^ +//'
}

# With somebody on every CPU, what the kernel sends by itself is sent upon somebody.
busy()
{
	local i

	crowd=()
	for ((i = 0; i < $(nproc); i++)); do
		background sh -c 'while :; do :; done'
		crowd+=("$!")
	done
}

idle()
{
	kill "${crowd[@]}"
	wait "${crowd[@]}" 2>/dev/null
}

script sender <<'END'
import os, socket, sys, threading
s = socket.socket(type=socket.SOCK_DGRAM)
def send():
    print(os.getpid(), threading.get_native_id(), flush=True)
    for _ in range(3):
        s.sendto(b"x", ("10.0.0.1", 9))
t = threading.Thread(target=send)
t.start()
t.join()
END

begin 'a datagram is of the process and the thread that have sent it; an answer of the kernel of nobody'
busy
listen -i v0 -Q inout --process -w "$file"
"$work/sender" >"$work/said"
peer python3 -c 'import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("10.0.0.2", 9))'
idle
finish
want 'exit status' 0 "$rc"
read -r process thread <"$work/said"
want 'those sent' "3 sender $process $thread" "$(rows 'outbound and udp' process_name process_id thread_id)"
want_true 'the kernel has answered' test "$(rows 'outbound and icmp' process_id)" = '1 -'
want_true 'what came in is of nobody' test "$(rows inbound process_id | sed 's/.* //' | sort -u)" = -
want 'name in the file' 1 "$(grep -ac sender "$file")"
"$dump" -r "$file" -v 'outbound and udp' >"$work/text"
want_line "$work/text" "Out by sender \($process, thread $thread\)\$"
end

script server <<'END'
import os, socket, sys
s = socket.create_server(("10.0.0.1", 7))
print("serving", flush=True)
c, _ = s.accept()
for line in sys.stdin:
    c.sendall(b"y" * 5000)
END

script client <<'END'
import os, socket, sys
s = socket.create_connection(("10.0.0.1", 7))
s.sendall(b"x")
print(os.getpid(), flush=True)
while s.recv(1 << 16):
    print("got", flush=True)
END

# It takes nothing any more. The signal may be on its way to it for longer than an answer.
# Bytes in the receive queue of our end of the connection
unread()
{
	[[ $(ss -Htn dport = 7 | awk '{ print $2 }') -ge $1 ]]
}

begin 'all packets of a connection are of its process, also those that the kernel sends while that is stopped'
mkfifo "$work/orders"
exec 8<>"$work/orders"
background peer sh -c 'exec "$0" <"$1"' "$work/server" "$work/orders" >"$work/served" 8>&-
wait_line "$work/served" '^serving'
listen -i v0 -Q inout --process -w "$file"
background "$work/client" >"$work/said"
client=$!
wait_line "$work/said" '^[0-9]'
busy
kill -STOP "$client"
poll stopped "$client" || note 'the client runs'
echo >&8
poll unread 5000 || note 'the answer has not come'
idle
kill -KILL "$client"
wait "$client" 2>/dev/null
exec 8>&-
finish
want 'exit status' 0 "$rc"
want 'of whom' "client $client" "$(rows 'outbound and tcp and tcp[tcpflags] & tcp-syn != 0' process_name process_id | cut -d ' ' -f 2-)"
want 'acknowledged while it was stopped' "client $client" \
	"$(rows 'outbound and tcp[tcpflags] = tcp-ack' process_name process_id | cut -d ' ' -f 2- | sort -u)"
want_true 'there are some' test "$(rows 'outbound and tcp[tcpflags] = tcp-ack' process_id | awk '{ print $1 }')" -ge 2
end

begin 'one socket of two processes: each is named with what it sends'
listen -i v0 -Q out --process -w "$file"
python3 -c '
import os, socket
s = socket.socket(type=socket.SOCK_DGRAM)
s.connect(("10.0.0.1", 9))
s.send(b"x" * 100)
child = os.fork()
s.send(b"x" * (101 if child else 102))
if not child:
    os._exit(0)
os.waitpid(child, 0)
s.send(b"x" * 101)
print(os.getpid(), child)' >"$work/said"
finish
read -r parent child <"$work/said"
want 'of the child' "$child" "$(rows 'udp and greater 144' process_id | cut -d ' ' -f 2 | sort -u)"
want 'of the parent' "$parent" "$(rows 'udp and less 143' process_id | cut -d ' ' -f 2 | sort -u)"
end

begin 'a process that becomes another program has another name from then on'
cp "$(command -v bash)" "$work/before"
cp "$(command -v bash)" "$work/behind"
listen -i v0 -Q out --process -w "$file"
"$work/before" -c 'exec 3<>/dev/udp/10.0.0.1/9; echo $$; echo a >&3; exec "$0" -c "echo bcd >&3"' "$work/behind" >"$work/said"
finish
number=$(cat "$work/said")
want names "before $number;behind $number" "$(rows udp process_name process_id | cut -d ' ' -f 2- | paste -sd ';')"
end

begin 'each file of a rotation names it, and a socket behind thousands of files is found'
script many <<'END'
import os, resource, socket
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
null = os.open("/dev/null", os.O_RDONLY)
for _ in range(3000):
    os.dup(null)
s = socket.socket(type=socket.SOCK_DGRAM)
for _ in range(4):
    s.sendto(b"x", ("10.0.0.1", 9))
END
listen -i v0 -Q out --process -w "$file" -b packets:2 udp
"$work/many"
finish
want 'how often its name is in each of the files' '1 1' "$(grep -ac many "$work"/file_* | sed 's/.*://' | paste -sd ' ')"
end

begin 'on lo, printed as it comes'
listen -i lo -Q out --process --immediate-mode udp
"$work/sender" >/dev/null
python3 -c 'import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))'
wait_line "$work/out" 'UDP 127.0.0.1:[0-9]+ -> 127.0.0.1:9 \(43 bytes\) by python3 \([0-9]+\)$'
finish
end

begin 'on lo both ways: each packet once, and of its sender'
listen -i lo -Q inout --process -w "$file" udp
want_line "$work/err" '^listening on lo, sent at tc,'
python3 -c 'import os, socket
socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))
print(os.getpid())' >"$work/said"
finish
want 'of whom' "1 python3 $(cat "$work/said")" "$(rows udp process_name process_id)"
end

begin 'what is received has no sender here, nor has a file'
run -i v0 --process
want 'exit status' 2 "$rc"
want_line "$work/err" '^xdpdump: --process tells who has sent a packet: it goes with -Q out or -Q inout '
run -r "$file" --process
want 'exit status' 2 "$rc"
want_line "$work/err" '^xdpdump: --process is for capturing and means nothing with -r '
end

plan
