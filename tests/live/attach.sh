#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Getting onto an interface and off it, and what can be in the way.
# shellcheck source=tests/live/lib.sh disable=SC2016,SC2119,SC2154
. "$(dirname "$0")/lib.sh"

file=$work/file

# attach_stranger xdpdrv|xdpgeneric: somebody else's program on v0, whose id is in $stranger
attach_stranger()
{
	ip link set dev v0 "$1" obj "$work/stranger.o" sec xdp >"$work/ip" 2>&1 || note "ip: $(<"$work/ip")"
	stranger=$(program_of v0)
}

program_of()
{
	ip -o link show dev "$1" | sed -nE 's/.*prog\/xdp id ([0-9]+).*/\1/p'
}

# fails STATUS PATTERN ARGS...: xdpdump ends with the status, says so, leaves no file and no program
fails()
{
	local status=$1 pattern=$2

	shift 2
	rm -f "$file"
	run "$@"
	want "exit status of ${*@Q}" "$status" "$rc"
	want_line "$work/err" "$pattern"
	want_no_line "$work/err" 'runtime error|AddressSanitizer'
	[[ ! -e $file ]] || note 'it has left a file'
}

# traced STRACE-ARGS...: as `start`, but under strace; captures five packets and ends
traced()
{
	background timeout -k 1 120 strace -f -q -o "$work/trace" "$@" "$dump" -i v0 -c 5 -w "$file" \
		>"$work/out" 2>"$work/err"
	pid=$!
	if listening; then
		frames 5
		reap
	fi
}

in_another_namespace()
{
	[[ $(readlink "/proc/$1/ns/net") != "$(readlink /proc/self/ns/net)" ]]
}

detached_there()
{
	local said

	said=$(nsenter --net="/proc/$1/ns/net" ip -o -d link show dev v0 2>/dev/null) && [[ $said != *prog/xdp* ]]
}

# The links of the capture, in the order of -i.
links()
{
	local fd

	for ((fd = 3; fd < 256; fd++)); do
		[[ $(readlink "/proc/$pid/fd/$fd") != *bpf_link* ]] ||
			sed -nE 's/^link_id:[[:space:]]+//p' "/proc/$pid/fdinfo/$fd"
	done
}

pair()
{
	ip link del v0 2>/dev/null
	veth_up v0 v1 "$@" || note 'no veth pair'
}

veth_up v0 v1 || exit 1
mount -t bpf bpf /sys/fs/bpf || exit 1
cat >"$work/stranger.c" <<'END'
__attribute__((section("xdp"))) int stranger(void *ctx) { return 2; }
char gpl[] __attribute__((section("license"))) = "GPL";
END
"${CLANG:-clang}" -target bpf -O2 -g -c "$work/stranger.c" -o "$work/stranger.o" || exit 1

for mode in native:xdpdrv generic:xdpgeneric; do
	begin "A1: somebody else's program in ${mode%:*} mode is named and left alone"
	attach_stranger "${mode#*:}"
	for wanted in auto native generic; do
		fails 5 "v0: .* stranger \(id $stranger, ${mode%:*} mode\)" -i v0 --mode $wanted -w "$file"
	done
	want 'program on v0' "$stranger" "$(program_of v0)"
	run -D
	want_line "$work/out" "^ *3 +v0 +up +stranger +$stranger +${mode%:*} +[0-9a-f]{16} +veth "
	ip link set dev v0 "${mode#*:}" off
	end
done

begin 'A2: a second xdpdump is refused, and the first goes on'
listen -i v0 -w "$work/first"
first=$pid
err=$(<"$work/err")
frames 10
fails 5 "v0: another xdpdump captures there: xdpdump \(id $(program_of v0)\); it is left as it is" -i v0 -w "$file"
pid=$first
ip link set dev v0 xdp off 2>/dev/null && note 'ip could take it off'
frames 10
echo "$err" >"$work/err"
kill -INT "$pid"
reap
want 'exit status' 0 "$rc"
unset epb0
eval "$(books "$work/first")"
want 'packets' 20 "$epb0"
end

begin 'A3: SIGKILL leaves neither program nor promiscuous mode behind, and a file to the last flush'
listen -i v0 -P -w "$file"
frames 100
has_all()
{
	books "$file" 2>/dev/null | grep -qx 'epb0=100'
}
poll has_all || note 'not flushed'
{
	kill -KILL "$pid"
	reap
} 2>/dev/null
want_detached
[[ $(ip -d -o link show dev v0) == *'promiscuity 0 '* ]] || note 'promiscuous'
"$dump" -r "$file" >"$work/read" || note 'the file does not read back'
want 'packets' 100 "$(wc -l <"$work/read")"
end

begin 'A5: an interface that is deleted ends the capture with 1, file complete'
listen -i v0 -w "$file"
frames 10
ip link del v0
reap
want 'exit status' 1 "$rc"
want_line "$work/err" 'v0 disappeared'
want_books "$file"
want 'packets' 10 "$epb"
[[ $comment == *lost_interface* ]] || note "comment: $comment"
end

begin 'several interfaces in one -i: the sentence tells how'
run -i v0,v1
want 'exit status' 5 "$rc"
want_line "$work/err" '^xdpdump: v0,v1: no such interface; several take a -i each$'
end

begin '--wait begins when the interface is there, and goes on when it comes back'
ip link del v0 2>/dev/null
start -i v0 --wait -P -w "$file"
poll grep -qx 'waiting for v0' "$work/err" || note 'it does not wait'
kill -USR1 "$pid"
kill -USR2 "$pid"
pair
listening || note 'it does not listen'
frames 10
ip link del v0
poll grep -q 'v0 disappeared' "$work/err" || note 'not missed'
pair
poll grep -q 'warning: v0 is back' "$work/err" || note 'not found again'
want 'promiscuity' 1 "$(ip -d -o link show dev v0 | sed -nE 's/.*promiscuity ([0-9]+).*/\1/p')"
frames 20
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'packets' 30 "$epb"
[[ $comment == *' returned=1'* ]] || note "comment: $comment"
want_detached
end

begin '--wait is ended by a signal, and has made nothing'
rm -f "$file"
start -i nope --wait -w "$file"
poll grep -qx 'waiting for nope' "$work/err" || note 'it does not wait'
finish
want 'exit status' 0 "$rc"
[[ ! -e $file ]] || note 'there is a file'
end

begin '--wait does not come back to where somebody has detached it'
listen -i v0 --wait -w "$file"
bpftool link detach id "$(links)"
reap
want 'exit status' 1 "$rc"
want_line "$work/err" 'v0: somebody has detached our program'
end

begin 'A6: an interface that is moved to another namespace has disappeared, and nothing is left on it there'
listen -i v0 -w "$file"
frames 10
background unshare -n sleep 600
other=$!
poll in_another_namespace "$other" || note 'no other namespace'
ip link set v0 netns "$other" || note 'it cannot be moved'
reap
want 'exit status' 1 "$rc"
want_line "$work/err" '^xdpdump: v0 disappeared$'
want_books "$file"
want 'packets' 10 "$epb"
[[ $comment == *lost_interface* ]] || note "comment: $comment"
poll detached_there "$other" || note 'a program is left on v0 in the other namespace'
ip link del v1
kill "$other"
pair
end

begin 'A5: of two interfaces one is deleted, and the other goes on'
pair
ip link add w0 type veth peer name w1
ip link set w0 up
ip link set w1 up
listen -i v0 -i w0 -w "$file"
frames 10
ip link del w0
poll grep -qs 'w0 disappeared' "$work/err" || note 'not noticed'
frames 10
finish
want 'exit status' 1 "$rc"
want_no_line "$work/err" 'v0 disappeared'
want_books "$file" 0
want 'packets' 20 "$epb"
want_books "$file" 1
want_well_formed "$file"
end

begin 'A5: a deletion amid more changes than the kernel keeps is noticed'
ip link add w0 type veth peer name w1
ip link set dev w0 up
listen -i v0 -w "$file"
kill -STOP "$pid"
for ((i = 0; i < 1000; i++)); do
	echo "link set dev w0 alias a$i"
done | ip -batch - || note 'ip has failed'
ip link del v0
kill -CONT "$pid"
reap
want 'exit status' 1 "$rc"
want_line "$work/err" 'v0 disappeared'
ip link del w0
end

pair
begin 'A7: a program that somebody detaches ends the capture with 1, file complete'
listen -i v0 -w "$file"
frames 10
bpftool link detach id "$(links)"
reap
want 'exit status' 1 "$rc"
want_line "$work/err" '^xdpdump: v0: somebody has detached our program$'
want_books "$file"
want 'packets' 10 "$epb"
[[ $comment == *' detached' ]] || note "comment: $comment"
end

begin 'A7: of two interfaces one loses its program, and the other goes on'
ip link add w0 type veth peer name w1
ip link set w0 up
listen -i w0 -i v0 -w "$file"
bpftool link detach id "$(links | head -n 1)"
poll grep -q 'w0: somebody has detached' "$work/err" || note 'not said'
frames 10
finish
want 'exit status' 1 "$rc"
want_books "$file" 1
want 'packets' 10 "$epb"
ip link del w0
end

begin 'A8: down and up and a new name are told, and the capture goes on'
pair
listen -i v0 -w "$file"
frames 10
ip link set dev v0 down
poll grep -qs 'v0 is down' "$work/err" || note 'down: not noticed'
ip link set dev v0 name renamed
poll grep -qs 'v0 is called renamed now' "$work/err" || note 'name: not noticed'
ip link set dev renamed up
poll grep -qs 'up again' "$work/err" || note 'up: not noticed'
frames 10
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'packets' 20 "$epb"
want 'name in the file' v0 "${ifname0-}"
[[ $comment == *link_down=1*renamed* ]] || note "comment: $comment"
want_detached renamed
ip link del renamed
end

begin 'A9: any MTU will do'
for mtu in 1500 3500 4000 9000 65535; do
	pair $mtu
	size=$((mtu < 9000 ? mtu + 14 : 9014))
	listen -i v0 -s 0 -w "$file" --mode native
	frames 10 -s $size
	finish
	want "exit status with $mtu" 0 "$rc"
	want_books "$file"
	want "packets with $mtu" 10 "$epb"
	want_true "lengths with $mtu" test "$(tcpdump -n -e -r "$file" 2>/dev/null | grep -c "length $size:")" = 10
done
pair
end

begin 'A10: an MTU that is raised while it captures, and offloads that change: frames go on to be whole'
pair 1500
listen -i v0 -s 0 -w "$file" --mode native
frames 10 -s 1514
for end in v0 v1; do
	want_true "the MTU of $end" ip link set dev $end mtu 9000
	want_true "the offloads of $end" ethtool -K $end gro on tso off
done
frames 10 -s 9014
for end in v0 v1; do
	want_true "the offloads of $end again" ethtool -K $end gro off tso on
done
frames 10 -s 9014
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'packets' 30 "$epb"
want 'frames of 9014 bytes' 20 "$(tcpdump -n -e -r "$file" 2>/dev/null | grep -c 'length 9014:')"
pair
end

begin 'A11: where the driver has no XDP, auto takes tc and says so, native is refused'
ip link set lo up
ip link add br0 type bridge
ip link set br0 up
for name in lo br0; do
	fails 4 "$name: .* native XDP" -i $name --mode native -w "$file"
	listen -i $name -w "$file"
	want_line "$work/err" "warning: $name: no native XDP .* at tc"
	want_line "$work/err" "^listening on $name, received at tc"
	finish
	want "exit status on $name" 0 "$rc"
	want_detached $name
done
listen -i lo -w "$file"
: >/dev/udp/127.0.0.1/9 && echo x >/dev/udp/127.0.0.1/9
finish
want_books "$file"
((epb > 0)) || note 'nothing captured on lo'
end

begin 'whole frames are whole on lo as well, whose MTU is the largest'
listen -i lo -s 0 -w "$file" udp
python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
for size in (65507, 65508 - 28, 60000):
    s.sendto(bytes(size), ("127.0.0.1", 9))'
finish
want 'exit status' 0 "$rc"
want 'lengths and captured lengths' '65549 65549,65522 65522,60042 60042' \
	"$("$dump" -r "$file" -T json | sed -E 's/.*"frame_frame_len":([0-9]+),"frame_frame_cap_len":([0-9]+).*/\1 \2/' | paste -sd,)"
want_true 'tcpdump reads all of it' test "$(tcpdump -n -r "$file" 2>/dev/null | grep -c UDP)" = 3
end

begin 'A12, A13: missing capabilities are named'
drop=(setpriv --bounding-set)
for case in -net_admin:CAP_NET_ADMIN -perfmon,-sys_admin:CAP_PERFMON -bpf,-sys_admin:CAP_BPF -all:CAP_NET_ADMIN; do
	"${drop[@]}" "${case%:*}" --inh-caps "${case%:*}" "$dump" -i v0 -w "$file" >"$work/out" 2>"$work/err"
	want "exit status with ${case%:*}" 3 $?
	want_line "$work/err" "${case#*:}.* missing"
	want_no_line "$work/err" 'MEMLOCK|libbpf'
	[[ ! -e $file ]] || rm "$file"
done
end

begin 'A12: in a user namespace it says that capabilities are missing'
if unshare -Ur true 2>/dev/null; then
	unshare -Urn bash -c 'ip link add v0 type veth peer name v1; exec "$@"' bash "$dump" \
		-i v0 >"$work/out" 2>"$work/err"
	want 'exit status' 3 $?
	want_line "$work/err" 'capabilities|CAP_'
	want_no_line "$work/err" 'MEMLOCK|libbpf'
	end
else
	skip 'user namespaces are refused, as in a chroot'
fi

begin 'A15: neither a small RLIMIT_MEMLOCK nor a kernel without BTF is in the way'
background unshare -m --propagation unchanged bash -c '
	mkdir "$1" && mount --bind "$1" /sys/kernel/btf && ulimit -l 64 && shift && exec "$@"' bash "$work/empty" \
	"$dump" -i v0 -w "$file" >"$work/out" 2>"$work/err"
pid=$!
if listening; then
	frames 10
	finish
	want_books "$file"
	want 'packets' 10 "$epb"
fi
want 'exit status' 0 "$rc"
end

begin 'A14: too few file descriptors are named at the start'
for n in 1 3; do
	(
		ulimit -n $((n == 1 ? 32 : 64))
		more=(-i v1 -i lo)
		run -i v0 "${more[@]:0:$((2 * n - 2))}"
		exit "$rc"
	)
	want "exit status with $n" 1 $?
	want_line "$work/err" "ulimit -n $((57 + 10 * n))"
done
(
	ulimit -n 64
	run -i v0 --flows
	exit "$rc"
)
want 'exit status with flows' 1 $?
want_line "$work/err" "ulimit -n 73"
end

begin '-a duration: ends a capture without a file as well'
run -i v0 -a duration:0.2 -qq
want 'exit status' 0 "$rc"
run -i v0 -a duration:200ms
want 'exit status, with text' 0 "$rc"
end

begin 'A14: a soft limit of file descriptors is raised'
(
	ulimit -Sn 32
	run -i v0 -i lo -a duration:0.1 -qq
	exit "$rc"
)
want 'exit status' 0 $?
end

if [[ $sanitized ]]; then
	begin 'A16: a kernel that refuses any one bpf() call'
	skip 'the sanitizers and strace do not go together'
else
	begin 'A16: a kernel that refuses any one bpf() call: a clear end, nothing left attached'
	traced -e trace=bpf
	want 'exit status, nothing refused' 0 "$rc"
	n_calls=$(grep -c 'bpf(' "$work/trace")
	((n_calls > 5)) || note "only $n_calls calls"
	statuses=
	for ((n = 1; n <= n_calls + 1; n++)); do
		traced -e trace=bpf -e "inject=bpf:error=EINVAL:when=$n"
		statuses+="$rc "
		case $rc in
		0 | 4) ;;
		1) want_line "$work/err" 'cannot read the counters' ;;
		*) note "call $n: status $rc: $(head -n 3 "$work/err")" ;;
		esac
		want_detached
		want_no_line "$work/trace" 'BPF_LINK_CREATE.*= [0-9].*BPF_LINK_CREATE'
	done
	echo "# exit status by the call refused: $statuses"
	end

	begin 'A18: a kernel that forbids bpf() (lockdown, an LSM): 3, with what it said, and nothing is made'
	for error in EPERM:'Operation not permitted' EACCES:'Permission denied'; do
		for n in 1 4; do	# all of them, and those behind the first few
			rm -f "$file"
			traced -e trace=bpf -e "inject=bpf:error=${error%%:*}:when=$n+"
			want "exit status of ${error%%:*} from call $n on" 3 "$rc"
			want_line "$work/err" "^xdpdump: .*${error#*:}"
			want 'lines' 1 "$(wc -l <"$work/err")"
			want_no_line "$work/err" 'MEMLOCK|libbpf'
			[[ ! -e $file ]] || note 'it has left a file'
			want_detached
		done
	done
	end

	begin 'A17: a kernel that has no memory for the ring'
	rm -f "$file"
	traced -e trace=bpf -e inject=bpf:error=ENOMEM:when=1+
	want 'exit status' 1 "$rc"
	want_line "$work/err" 'cannot allocate the rings'
	[[ ! -e $file ]] || note 'it has left a file'
	want_detached
	end
fi

begin 'A17: an odd size of the rings is rounded up, and that is said'
listen -i v0 -B 1000 -w "$file"
want_line "$work/err" 'the rings have [0-9]+ KiB'
finish
want 'exit status' 0 "$rc"
listen -i v0 -B "$(($(getconf _NPROCESSORS_ONLN) * 512))" -w "$file"
want_no_line "$work/err" 'the rings have'
finish
end

begin 'a device that does not take the program is told of, with what to type'
ip link add q0 numrxqueues 1 type veth peer name q1 numtxqueues 4
for i in q0 q1; do
	ethtool -K "$i" rxvlan off >/dev/null
	ip link set "$i" up
done
ethtool -L q1 tx 4 >/dev/null 2>&1
run -i q0 --hook native
want 'exit status' 4 "$rc"
want_line "$work/err" \
	'^xdpdump: q0: no native XDP: its peer has more queues for sending than it has for receiving, 1; ethtool -L PEER tx 1$'
listen -i q0 -c 3
want_line "$work/err" '^xdpdump: warning: q0: no native XDP \(its peer .* tx 1\), so packets are seen at tc'
want_line "$work/err" '^listening on q0, received at tc'
"$send" -i q1 -n 3 >"$work/sent"
reap
want 'exit status at tc' 0 "$rc"
ethtool -L q1 tx 1 >/dev/null 2>&1
listen -i q0
want_line "$work/err" '^listening on q0, native mode'
finish
ip link del q0
end

begin 'the queue of an interface that has one is told once, and is known of each packet'
listen -i v0 -w "$file"
frames 3
finish
want_books "$file"
want 'of the interface' 0 "${ifqueue0-none}"
want 'as tshark has it of packets' '1, 2, 3, ' \
	"$(tshark -n -r "$file" -T fields -E separator=, -e frame.number -e frame.interface_queue 2>/dev/null | tr '\n' ' ')"
want 'as we have it' '0 0 0' "$("$dump" -r "$file" -T json 2>/dev/null | jq .frame_frame_interface_queue | paste -sd ' ')"
"$dump" -r "$file" -w "$work/again" 2>/dev/null
want_true 'written again it is the same' cmp "$file" "$work/again"
end

begin 'A19: VLAN offload is warned of, and noted in the file'
ethtool -K v0 rxvlan on >/dev/null 2>&1
listen -i v0 --hook generic -w "$file"
want_line "$work/err" 'warning: v0 takes VLAN tags off'
finish
want_books "$file"
want 'comment of the interface' vlan_offload=on "${ifcomment0-}"
ethtool -K v0 rxvlan off >/dev/null
listen -i v0 --hook generic -w "$file"
want_no_line "$work/err" 'VLAN'
finish
end

begin 'an interface that does not exist is named'
fails 5 'xdpdump: nope: no such interface' -i nope -w "$file"
fails 5 'no such interface' -i ' ' -w "$file"
fails 5 'no such interface' -i averyveryverylongname -w "$file"
fails 5 'no such interface' -i v0 -i nope -w "$file"
want_detached
end

begin 'an interface is found by its alternative names, also by long ones'
long=$(printf 'n%.0s' {1..127})
if ip link property add dev v0 altname short0 altname "$long" 2>"$work/ip"; then
	for name in short0 "$long"; do
		listen -i "$name" -w "$file"
		want_line "$work/err" "^listening on v0 \\($name\\), "
		frames 3
		finish
		want 'exit status' 0 "$rc"
		want 'packets' 3 "$("$dump" -r "$file" -t | wc -l)"
		want_true 'the name in the file' grep -aq v0 "$file"
	done
	fails 5 'no such interface' -i "${long}n" -w "$file"
	ip link property del dev v0 altname short0 altname "$long"
else
	note_file "$work/ip"
fi
end

begin 'odd names do no harm'
n_names=0
for name in 'a%s%n%sb' '$(id)' 'a;b' '-rf' '*' $'\e[31mred' $'\xff\xfe'; do
	ip link add "$name" type veth peer name odd1 2>/dev/null || continue	# newer kernels keep % for themselves
	n_names=$((n_names + 1))
	ip link set dev "$name" up
	listen -i "$name" -w "$file" --print -v
	finish
	want "exit status on ${name@Q}" 0 "$rc"
	want_well_formed "$file"
	"$dump" -r "$file" -v >>"$work/out" 2>&1 || note "${name@Q} does not read back"
	"$dump" -D >>"$work/out" || note "-D with ${name@Q}"
	want_true "raw bytes on the terminal, of ${name@Q}" test \
		"$(cat "$work/out" "$work/err" | LC_ALL=C tr -d '\n\t -~' | wc -c)" = 0
	ip link del odd1
done
((n_names > 4)) || note "only $n_names names were tried"
end

plan
