#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# -Z: whose files they are, and what is left of root while a capture runs.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

dir=$work/theirs
file=$dir/file

veth_up v0 v1 || exit 1
mkdir "$dir"
chown nobody "$dir"
chmod 755 "$work"

begin '-Z creates the file as that user, and captures on without any privilege'
listen -i v0 -w "$file" -Z nobody
want 'owner' nobody "$(stat -c %U "$file")"
want 'users' "$(id -u nobody) $(id -u nobody) $(id -u nobody) $(id -u nobody)" \
	"$(awk '$1 == "Uid:" { print $2, $3, $4, $5 }' "/proc/$pid/status")"
want 'groups' "$(id -G nobody)" "$(awk '$1 == "Groups:" { $1 = ""; print $0 }' "/proc/$pid/status" | xargs)"
want 'capabilities' '0000000000000000' \
	"$(awk '$1 == "CapEff:" || $1 == "CapPrm:" { print $2 }' "/proc/$pid/status" | sort -u)"
frames 100
kill -USR1 "$pid"
poll grep -q ' s: 100 packets ' "$work/err" || note 'no statistics in a minute'
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'packets' 100 "$epb"
want_detached
end

# have_no_rights: no thread of the capture has a capability
have_no_rights()
{
	want 'capabilities' '0000000000000000' "$(sed -nE 's/^Cap(Eff|Prm):\t//p' "/proc/$pid"/task/*/status | sort -u)"
}

begin '-Z, and what comes later is captured, in promiscuous mode and by another filter, without any capability of ours'
listen -i 'w*' -P -w "$dir/later" --control "$dir/ctl" -Z nobody
have_no_rights
ip link add w0 type veth peer name x0
ip link set w0 up
ip link set x0 up
poll grep -q '^and on w0' "$work/err" || note 'w0 is not captured'
want 'promiscuous' 1 "$(ip -d -j link show w0 | jq '.[0].promiscuity')"
want 'what is said of another filter' '' "$("$dump" ctl "$dir/ctl" filter udp 2>&1)"
"$send" -i x0 -n 5 -r 1000 -p udp >/dev/null
"$send" -i x0 -n 5 -r 1000 -p tcp >/dev/null
ip link del w0
finish
want 'exit status' 0 "$rc"
want 'packets of UDP' 5 "$("$dump" -r "$dir/later" -n udp | wc -l)"
want 'packets' 5 "$("$dump" -r "$dir/later" -n | wc -l)"
want_detached
end

begin '-Z, and one that is waited for is captured again, without any capability of ours'
listen -i v0 --wait -P -w "$dir/waited" -Z nobody
have_no_rights
ip link del v0
poll grep -q 'v0 disappeared' "$work/err" || note 'nobody has noticed'
veth_up v0 v1
poll grep -q 'v0 is back; the capture goes on$' "$work/err" || note 'it has not come back'
want 'promiscuous' 1 "$(ip -d -j link show v0 | jq '.[0].promiscuity')"
frames 10
finish
want 'exit status' 0 "$rc"
want_books "$dir/waited"
want 'packets' 10 "$epb"
want_detached
end

begin '-Z for a directory of root: refused before anything is attached'
mkdir "$work/ours"
run -i v0 -w "$work/ours/file" -Z nobody
want 'exit status' 1 "$rc"
want_line "$work/err" 'ours/file: cannot open for writing: Permission denied$'
want_detached
end

begin '-Z with -r: the input is opened before, the output is theirs'
mkdir "$work/secret"
chmod 700 "$work/secret"
cp tests/pcaps/arp.pcap "$work/secret/in.pcap"
run -r "$work/secret/in.pcap" -w "$dir/copy" -Z nobody
want 'exit status' 0 "$rc"
want 'owner' nobody "$(stat -c %U "$dir/copy")"
want_true compare "$dump" --compare "$work/secret/in.pcap" "$dir/copy"
run -r "$work/secret/in.pcap" -w "$work/secret/out" -Z nobody
want 'exit status' 1 "$rc"
want_line "$work/err" 'secret/out: cannot open for writing: Permission denied$'
end

# are_of UID PID: the process, and those that it has begun, for good and without any capability
are_of()
{
	local one

	for one in $2 $(pgrep -P "$2"); do
		grep -Pxq "Uid:(\t$1){4}" "/proc/$one/status" && grep -Pxq 'CapPrm:\t0+' "/proc/$one/status" || return
	done
}

nobody=$(id -u nobody)
mkfifo "$work/secret/fifo"
while read -r status written options; do
	begin "-Z, and what is read ($options)"
	rm -rf "${dir:?}"/*
	exec {feed}<>"$work/secret/fifo"
	head -c 400 tests/pcaps/mixed.pcap >&"$feed"
	# shellcheck disable=SC2086
	start $options -Z nobody
	poll are_of "$nobody" "$pid" || note "$(grep -e Uid -e CapPrm "/proc/$pid/status")"
	# it is nobody's before there is a file
	[[ $written == - ]] || poll test -e "$dir/$written" || note "there is no $written"
	finish
	exec {feed}>&-
	want 'exit status' "$status" "$rc"
	[[ $written == - ]] || want "owner of $written" nobody "$(stat -c %U "$dir/$written")"
	end
done <<EOF
0 - -r $work/secret/fifo
0 - -r $work/secret/fifo --info
1 - -r /nonexistent -r $work/secret/fifo --info
0 page -r $work/secret/fifo --info --html $dir/page
0 - -r $work/secret/fifo --flows
0 - -r $work/secret/fifo --diff
0 - -r $work/secret/fifo --sandbox off --info
0 file -r $work/secret/fifo --run $B/tests/xdp/blocklist.bpf.o -w $dir/file
130 - --compare tests/pcaps/mixed.pcap $work/secret/fifo
130 - --compare tests/pcaps/mixed.pcap $work/secret/fifo --lost
EOF

begin '-Z, and what is compared for packets that were lost'
exec {feed}<>"$work/secret/fifo"
head -c 400 tests/pcaps/mixed.pcap >&"$feed"
start --compare tests/pcaps/mixed.pcap "$work/secret/fifo" --lost -w "$dir/lost" -Z nobody
waiting=$pid
compares() { pid=$(pgrep -P "$waiting") && are_of "$nobody" "$pid"; }
poll compares || note 'it is not compared as nobody'
kill -KILL "$waiting"
poll ended "$pid" || note 'it does not end with who waits for it'
exec {feed}>&-
pid=$waiting
reap 2>/dev/null
want 'exit status' 137 "$rc"
end

begin '-Z, and the index of a directory is theirs'
rm -rf "${dir:?}"/*
cp tests/pcaps/{arp,mixed}.pcap "$dir"
touch -d yesterday "$dir"/*
run -r "$dir" --index -Z nobody
want 'exit status' 0 "$rc"
want 'owner' nobody "$(stat -c %U "$dir/.xdpdump-index")"
run -r "$dir" --index -Z root
want 'exit status' 0 "$rc"
end

begin '-Z root changes nothing'
listen -i v0 -w "$work/ours/file" -Z root
want 'owner' root "$(stat -c %U "$work/ours/file")"
frames 10
finish
want_books "$work/ours/file"
want 'packets' 10 "$epb"
end

begin '-Z with a user that is not there'
for options in "-i v0 -w $file" '-r tests/pcaps/arp.pcap' '-r tests/pcaps/arp.pcap --info' '-r tests/pcaps --index'; do
	# shellcheck disable=SC2086
	run $options -Z no-such-user
	want "exit status of $options" 2 "$rc"
	want "sentences of $options" 'xdpdump: -Z no-such-user: there is no such user' "$(<"$work/err")"
done
want_detached
end

plan
