#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# -r tcp: a capture that comes from a connection.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

port=57012
export XDPDUMP_SANDBOX_KILL=1
veth_up v0 v1 || exit 1
ip link set lo up

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

# server NAME [WHAT]: one that is connected to, once; its process is $reader
server()
{
	rm -f "$work/$1" "$work/$1.listens"
	background python3 "$work/server.py" "$work/$1" "$port" "${@:2}"
	reader=$!
	poll test -e "$work/$1.listens" || note 'there is no server'
}

# A connection is on its way: SYN_SENT.
connecting()
{
	grep -qE '^ *[0-9]+: [0-9A-F:]+ [0-9A-F:]+ 02 ' /proc/net/tcp || ended "$pid"
}

begin 'a capture that comes from a server is that of its file'
server end tests/pcaps/mixed.pcap
run -r "tcp:localhost:$port" -w "$work/read"
want 'exit status' 0 "$rc"
want_true 'the packets are the same' "$dump" --compare tests/pcaps/mixed.pcap "$work/read"
end

begin 'connecting is interrupted by a signal'
ip address add 192.0.2.1/24 dev v0
ip neighbour add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v0
start -r "tcp:192.0.2.9:$port"
poll connecting || note 'it does not connect'
finish
want 'exit status' 0 "$rc"
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
