# SPDX-License-Identifier: GPL-2.0-only OR MIT
# shellcheck shell=bash disable=SC2034,SC2119,SC2120,SC2154
#
# Sourced by live tests, which then run in namespaces of their own (replay/netns.sh) with a directory $work. A test is a
# sentence and what it wants:
#
#	begin 'the sentence'
#	listen -i v0 -w "$work/file"
#	finish
#	want 'exit status' 0 "$rc"
#	end
set -u
export TZ=UTC LC_ALL=C
unset SUDO_UID DOAS_USER PKEXEC_UID # of who runs the tests as root: here root itself does what they say
cd "${BASH_SOURCE[0]%/*}/../.." || exit 1
BASH_ARGV0=$PWD/tests/live/${0##*/}
B=$(realpath "${B:-build}") || exit 1
export B
# Capabilities are dropped and processes are traced: leaks are the business of other tests.
export ASAN_OPTIONS=detect_leaks=0:abort_on_error=0

# shellcheck source=replay/netns.sh
. replay/netns.sh
if ((EUID != 0)) || ! private_namespaces; then
	echo "1..0 # SKIP private namespaces need root"
	exit 0
fi
in_netns "$@"

dump=$B/xdpdump
send=$B/replay/send
sequence=$B/replay/sequence
sanitized=		# not empty: everything is slower and larger
[[ $(nm -D "$dump" 2>/dev/null) != *__asan* ]] || sanitized=1

# ---- cases ----

n_cases=0
sentence=
notes=()

begin()
{
	: >"$work/err"	# listening() is not to see what the case before has left
	sentence=$1
	notes=()
}

note()
{
	notes+=("$*")
}

# want WHAT EXPECTED ACTUAL
want()
{
	[[ $2 == "$3" ]] || note "$1: expected $2, found $3"
}

# want_line FILE PATTERN, an extended regular expression
want_line()
{
	grep -Eqs -e "$2" -- "$1" || { note "no line '$2' in ${1##*/}:"; note_file "$1"; }
}

# patiently FILE...: without what is said when the disk or a command takes more than a second, as
# on a busy machine anything can
patiently()
{
	sed -i '/: waiting for .*; a signal ends that$/d' "$@"
}

want_no_line()
{
	! grep -Eqs -e "$2" -- "$1" || { note "a line '$2' in ${1##*/}:"; note_file "$1"; }
}

# want_true WHAT COMMAND...; shows what the command says if it fails
want_true()
{
	local what=$1 said

	shift
	said=$("$@" 2>&1) || note "$what: ${said:-$* has failed}"
}

note_file()
{
	local line

	while IFS= read -r line; do
		note "  $line"
	done < <(head -n 12 -- "$1" 2>/dev/null)
}

end()
{
	n_cases=$((n_cases + 1))
	if ((${#notes[@]} == 0)); then
		echo "ok $n_cases - $sentence"
	else
		echo "not ok $n_cases - $sentence"
		printf '%s\n' "${notes[@]}" | sed 's/^/# /'
	fi
}

skip()
{
	n_cases=$((n_cases + 1))
	echo "ok $n_cases - $sentence # SKIP $*"
}

plan()
{
	echo "1..$n_cases"
}

# ---- the tool ----

pid=
rc=

# True when the process has ended: it is a zombie until the shell asks for its status.
ended()
{
	[[ ! -e /proc/$1/stat || $(cat "/proc/$1/stat" 2>/dev/null) =~ \)\ [ZX]\  ]]
}

# All threads of it stand still.
stopped()
{
	! grep -qsvE '\) [Tt] ' "/proc/$1"/task/*/stat
}

# poll COMMAND...: until the command succeeds, which takes as long as the machine is busy; after a minute it has failed.
poll()
{
	local end

	end=$(($(now_ms) + 60000))
	until "$@"; do
		(($(now_ms) < end)) || return 1
		sleep 0.01
	done
}

# lost_before_it: frames that came from v1, of xdpflood, and the pair had no room for, by the counters of both ends
lost_before_it()
{
	{ ethtool -S v1; ethtool -S v0; } | awk \
		'/tx_queue_.*_xdp_xmit_errors:/ && !n++ || /rx_queue_.*_drops:/ && !/xdp_drops/ { sum += $2 } END { print sum + 0 }'
}

# start ARGS...: xdpdump in the background, text in $work/out, messages in $work/err
start()
{
	background "$dump" "$@" >"$work/out" 2>"$work/err"
	pid=$!
}

# Until it listens. False, with its status in rc: it has ended before.
listening()
{
	local listens='^listening on'

	poll listens_or_ended || note "it does not listen in a minute"
	grep -qs "$listens" "$work/err" && return 0
	! ended "$pid" || reap
	return 1
}

listens_or_ended()
{
	grep -qs "$listens" "$work/err" || ended "$pid"
}

listen()
{
	start "$@"
	listening || { note "xdpdump $*: has not started"; note_file "$work/err"; }
}

# reap: its exit status in rc, or "hangs"
reap()
{
	if poll ended "$pid"; then
		wait "$pid"
		rc=$?
	else
		rc=hangs
		kill -KILL "$pid"
		wait "$pid"
	fi
}

# finish [SIGNAL]: ends it, rc as in reap
finish()
{
	kill -"${1:-INT}" "$pid" 2>/dev/null
	reap
}

# run ARGS...: to its end, bounded; a filter of 100000 instructions is 15 s of work, and a busy
# machine has a tenth of itself
run()
{
	timeout -k 1 600 "$dump" "$@" >"$work/out" 2>"$work/err" </dev/null
	rc=$?
}

attached()
{
	[[ $(ip -d -o link show dev "${1:-v0}" 2>/dev/null) == *prog/xdp* ]]
}

detached()
{
	! attached "$@"
}

want_detached()
{
	poll detached "${1:-v0}" || note "a program is left on ${1:-v0}"
}

# frames NUMBER [OPTIONS]: sends them to v0, by the command in `sender` if there is one
sender=()
frames()
{
	local n=$1

	shift
	"${sender[@]}" "$send" -i v1 -n "$n" "$@" >"$work/sent" 2>&1 ||
		{ note "send has failed:"; note_file "$work/sent"; }
}

# Packets that a line of the summary counts: `summary captured`, `summary 'dropped by kernel'`.
summary()
{
	sed -nE "s/^([0-9]+) packets? $1\$/\1/p" "$work/err" | tail -n 1
}

# A loss of the last statistics: `lost 'ring full'`.
lost()
{
	sed -nE "s/^  lost: .*$1 ([0-9]+).*/\1/p" "$work/err" | tail -n 1
}

# ---- metrics ----

# scrape PORT|PATH [ACCEPT] [URL]: status and type in $work/head, the rest in $work/page
scrape()
{
	python3 - "$work" "$@" <<'END'
import http.client, socket, sys
work, where = sys.argv[1:3]
accept = sys.argv[3] if len(sys.argv) > 3 else "text/plain"
c = http.client.HTTPConnection("127.0.0.1", timeout=60)
if where.startswith("/"):
    c.sock = socket.socket(socket.AF_UNIX)
    c.sock.connect(where)
else:
    c = http.client.HTTPConnection("127.0.0.1", int(where), timeout=60)
c.request("GET", sys.argv[4] if len(sys.argv) > 4 else "/metrics", headers={"Accept": accept})
r = c.getresponse()
open(work + "/page", "wb").write(r.read())
open(work + "/head", "w").write(f"{r.status} {r.headers['Content-Type']}\n")
END
}

# ---- files ----

# What the blocks of a pcapng file of ours say, as assignments, see tests/live/books.c.
books()
{
	"$B/tests/live/books" "$1"
}

# want_books FILE [IFACE]: the file ends with one statistics block per interface, whose counters agree with each other,
# with the blocks, and, for a single interface, with the summary. Leaves the books in variables, and in sampled_out,
# flow_cut and rate_limited what its comment says of that, or 0.
want_books()
{
	local i=${2-0} said name not_written

	if ! said=$(books "$1" 2>&1); then
		note "books: ${said##*$'\n'}"
		return
	fi
	unset "epb$i" "isb$i" "ifrecv$i" "filteraccept$i" "osdrop$i" "usrdeliv$i" "dropsum$i" "comment$i"
	eval "$said"
	want 'torn bytes' 0 "${torn-}"
	name=isb$i && want 'statistics blocks' 1 "${!name-none}"
	[[ ${!name-} == 1 ]] || return
	for name in epb ifrecv filteraccept osdrop usrdeliv dropsum comment; do
		said=$name$i
		printf -v "$name" %s "${!said-none}"
	done
	want 'filteraccept, as all is accepted' "$ifrecv" "$filteraccept"
	sampled_out=0
	[[ $comment != *sampled_out=* ]] || sampled_out=${comment##*sampled_out=}
	sampled_out=${sampled_out%% *}
	rate_limited=0
	[[ $comment != *rate_limited=* ]] || rate_limited=${comment##*rate_limited=}
	rate_limited=${rate_limited%% *}
	flow_cut=0
	[[ $comment != *flow_cut=* ]] || flow_cut=${comment##*flow_cut=}
	flow_cut=${flow_cut%% *}
	want 'usrdeliv + osdrop + left out' "$filteraccept" "$((usrdeliv + osdrop + sampled_out + flow_cut + rate_limited))"
	not_written=${comment##*not_written=}
	not_written=${not_written%% *}
	want 'packets in the file + not written' "$usrdeliv" "$((epb + not_written))"
	((dropsum <= osdrop + not_written)) || note "epb_dropcount adds up to $dropsum of $osdrop lost"
	if [[ -z ${2-} ]]; then
		want 'received, by the summary' "$ifrecv" "$(summary 'received by filter')"
		want 'dropped, by the summary' "$osdrop" "$(summary 'dropped by kernel')"
		want 'lost in the ring, by the statistics' "$osdrop" "$(($(lost 'ring full') + $(lost 'copy failed')))"
		want 'captured, by the summary' "$epb" "$(summary captured)"
	fi
}

# frames_of FILE...: what the frames of xdpflood in pcapng files of ours say, one file after the
# other, as assignments, see there.
frames_of()
{
	"$B/tests/live/books" frames "$@"
}

# The programs that people open our files with take it.
want_accepted()
{
	want_true tshark tshark -n -r "$1"
	want_true capinfos capinfos -M "$1"
	want_true tcpdump tcpdump -n -r "$1"
	want_true xdpdump "$dump" -r "$1"
}

want_well_formed()
{
	tshark -n -X 'read_format:MIME Files Format' -r "$1" -V >"$work/blocks" 2>"$work/blocks.err" ||
		note "tshark cannot dissect the blocks of ${1##*/}"
	want_line "$work/blocks" 'Block: Section Header Block'
	want_no_line "$work/blocks" 'Malformed|Dissector bug|Expert Info \((Error|Warning)'
}

# ---- a disk of its own ----

# mount_ext4 DIRECTORY SIZE: on a loop device. False: there is none to be had here.
mount_ext4()
{
	truncate -s "$2" "$work/image"
	mkdir -p "$1"
	{ mkfs.ext4 -q -F "$work/image" && mount -o loop "$work/image" "$1"; } >/dev/null 2>&1
}

# lose_disk DIRECTORY: EXT4_IOC_SHUTDOWN, without writing the journal. From here on all is as it was when it was last synced.
lose_disk()
{
	python3 -c 'import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack("I", 2))' "$1"
}

# ---- two ends, that talk ----

# peer COMMAND...: in the namespace of v1. What ip does for that does not work in a chroot.
peer()
{
	nsenter --net=/run/netns/peer "$@"
}

# v0 is ours, v1 in a namespace of its own, so that what goes between their addresses goes over the wire.
two_ends()
{
	echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
	mount -t tmpfs none /run 2>/dev/null && mkdir -p /run/netns
	ip netns add peer
	ip link add v0 address 02:00:00:00:00:02 type veth peer name v1 address 02:00:00:00:00:01 netns peer
	ip address add 10.0.0.2/24 dev v0
	ip link set v0 up
	ip link set lo up
	peer ip address add 10.0.0.1/24 dev v1
	peer tee /proc/sys/net/ipv6/conf/all/disable_ipv6 /proc/sys/net/ipv6/conf/default/disable_ipv6 <<<1 >/dev/null
	peer ip link set v1 up
	poll link_ready v0 || return 1
	ip neighbour replace 10.0.0.1 lladdr 02:00:00:00:00:01 dev v0
	peer ip neighbour replace 10.0.0.2 lladdr 02:00:00:00:00:02 dev v1
}

# Both sides of a conversation are on one CPU: packets that cross on two have no order that two
# captures could agree on.
one_cpu='import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})'

# serve ADDRESS: an echo of datagrams and of streams at port 7, from then on
serve()
{
	[[ ! -e $work/served.$1 ]] || return 0
	background python3 -c "$one_cpu"'
import socket, sys, threading
address = (sys.argv[1], 7)
def udp(s):
    while True:
        data, peer = s.recvfrom(65536)
        s.sendto(data, peer)
def tcp(s):
    while True:
        c, _ = s.accept()
        while data := c.recv(1 << 20):
            c.sendall(data)
        c.close()
u = socket.socket(type=socket.SOCK_DGRAM); u.bind(address)
t = socket.create_server(address)
threading.Thread(target=udp, args=(u,), daemon=True).start()
print("serving", flush=True)
tcp(t)' "$1" >"$work/served.$1"
	wait_line "$work/served.$1" '^serving'
}

# ask udp|tcp ADDRESS TIMES BYTES: and a stream is closed by both when it ends
ask()
{
	python3 -c "$one_cpu"'
import socket, sys
kind, host, times, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
s = socket.socket(type=socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
s.settimeout(60)
s.connect((host, 7))
for i in range(times):
    data = bytes([i % 256]) * size
    s.send(data) if kind == "udp" else s.sendall(data)
    got = 0
    while got < size:
        got += len(s.recv(1 << 20))
if kind == "tcp":
    s.shutdown(socket.SHUT_WR)
    assert not s.recv(1)' "$@"
}

# asks from the other side of v0
converse()
{
	peer bash -c "$(declare -p one_cpu); $(declare -f ask); ask $*" || note "the conversation $* has failed"
}

# tcpdump_begins INTERFACE: beside us, both directions. Without -B it has room for eight packets of an
# interface without an Ethernet header, whatever their length, and loses the ninth when it has to wait.
tcpdump_begins()
{
	background tcpdump -i "$1" -B 65536 -n -s 0 -w - -U --immediate-mode >"$work/peer.pcap" 2>"$work/tcpdump"
	theirs=$!
	wait_line "$work/tcpdump" '^tcpdump: listening' || note 'tcpdump does not listen'
}

tcpdump_has_all()
{
	[[ $("$dump" --count -r "$work/peer.pcap" not igmp 2>/dev/null) == \
		"$("$dump" --count -r "$file" not igmp 2>/dev/null)" ]]
}

# want_what_tcpdump_has [OPTIONS]: ends it; $file has the same packets, in the same order, but for
# what an address that is new says of itself, perhaps before we are there.
want_what_tcpdump_has()
{
	poll tcpdump_has_all
	kill -INT "$theirs"
	wait "$theirs" 2>/dev/null
	want_true 'the same packets' "$dump" --compare "$work/peer.pcap" "$file" "$@" not igmp
}
