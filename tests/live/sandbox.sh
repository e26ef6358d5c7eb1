#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What is left to each thread of a run once all is opened and attached, and what is out of its reach.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

if [[ -n $sanitized ]] || ! "$dump" --version -v | grep -q '^sandbox: with seccomp, Landlock'; then
	echo '1..0 # SKIP no sandbox here'
	exit 0
fi
veth_up v0 v1 || exit 1
chmod 755 "$work"
nothing=0000000000000000

# field NAME: of the status of the process that runs, every thread, each value once
field()
{
	sed -n "s/^$1:\t//p" "/proc/$pid"/task/*/status | sort -u
}

has_filter()
{
	[[ $(field Seccomp) == 2 ]]
}

# want_confined [CAPS]: every thread; these capabilities are left
want_confined()
{
	local set

	poll has_filter || note "Seccomp: $(field Seccomp)"
	want 'NoNewPrivs' 1 "$(field NoNewPrivs)"
	for set in Prm Eff; do
		want "Cap$set" "${1:-$nothing}" "$(field "Cap$set")"
	done
	for set in Inh Bnd Amb; do
		want "Cap$set" $nothing "$(field "Cap$set")"
	done
	want 'core dumps' '0 0' "$(awk '/^Max core file size/ { print $5, $6 }' "/proc/$pid/limits")"
}

# kinds: what the descriptors of $pid are, those of the standard ones left out, each kind once
kinds()
{
	local fd

	for fd in /proc/"$pid"/fd/*; do
		((${fd##*/} < 3)) || readlink "$fd"
	done | sed -E "s,^$work.*,file,; s,:\\[[0-9]+\\]\$,,; s,^anon_inode:,," | sort -u | tr '\n' ' '
}

# ---- what is left ----

# Options of a capture, and how many threads it has.
mkfifo "$work/fifo"
while read -r threads options; do
	begin "a capture ($options)"
	# shellcheck disable=SC2086
	listen -i v0 $options
	want_confined
	want 'threads' "$threads" "$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)"
	frames 10
	finish
	want 'exit status' 0 "$rc"
	want 'captured' 10 "$(summary captured)"
	want_no_line "$work/err" sandbox
	end
done <<EOF
1 -n
3 -w $work/file
3 -w $work/file -C 1k --part --min-free 1k --compress zstd
3 -w $work/file -z true
2 -n --metrics unix:$work/socket
3 -w $work/file --control $work/ctl
EOF

# tell WORDS...: to the capture, in $told what comes of it
tell()
{
	"$dump" ctl "$work/ctl" "$@" >"$work/said" 2>&1
	told=$?
}

broker()
{
	pgrep -P "$pid" -x xdpdump-broker
}

begin 'other filters, lengths and samples: who loads them is a process that can do nothing else'
listen -i v0 -Q inout -w "$work/file" --control "$work/ctl"
want_confined
want 'its capabilities' "000000c000001000 000000c000001000 $nothing" \
	"$(sed -nE 's/^Cap(Prm|Eff|Bnd):\t//p' "/proc/$(broker)/status" | paste -sd ' ')"
while read -r words; do
	# shellcheck disable=SC2086
	tell $words
	want "status of '$words'" 0 "$told"
done <<EOF
filter udp port 9
filter tcp port http or host localhost
snap 64
sample 1/2
sample all
filter
EOF
tell filter host nosuch.invalid
want 'status of a name that is not known' 1 "$told"
want_line "$work/said" "unknown host 'nosuch.invalid'"
frames 10
finish
want 'exit status' 0 "$rc"
want 'captured' 10 "$(summary captured)"
want_no_line "$work/err" sandbox
end

begin 'that process has been killed: what it was needed for is refused, and the capture goes on'
listen -i v0 -w "$work/file" --control "$work/ctl"
kill -KILL "$(broker)"
tell filter udp
want 'status of another filter' 1 "$told"
want_line "$work/said" 'the filter cannot be put in place, and stays as it was'
want_line "$work/err" '^xdpdump: v0: cannot load the program: the process that has the right to has ended$'
tell snap 64
want 'status of another length' 1 "$told"
frames 10
finish
want 'exit status' 0 "$rc"
want 'captured' 10 "$(summary captured)"
end

begin 'it ends with the capture, also when that is killed, as another user, and a command of -z is there'
mkdir "$work/theirs"
chown nobody "$work/theirs"
has_ended() { [[ ! -e /proc/$other || $(sed -n 's/^State:\t//p' "/proc/$other/status") == Z* ]]; }
for options in '' '-Z nobody -z true'; do
	# shellcheck disable=SC2086
	listen -i v0 -w "$work/theirs/file" --control "$work/theirs/ctl" $options
	other=$(broker)
	{
		kill -KILL "$pid"
		reap
	} 2>/dev/null
	poll has_ended || note "it is still there ($options)"
	rm -f "$work"/theirs/*
done
end

begin 'it stands still: the capture ends without it'
listen -i v0 -w "$work/file" --control "$work/ctl"
other=$(broker)
kill -STOP "$other"
frames 10
finish
kill -CONT "$other"
want 'exit status' 0 "$rc"
want 'captured' 10 "$(summary captured)"
end

begin 'a capture of what comes later keeps nothing either'
listen -i any -w "$work/file"
want_confined
ip link add late type veth peer name late2
ip link set late up
poll grep -q 'and on late' "$work/err" || note 'the interface that came is not captured'
ip link del late
finish
want 'exit status' 0 "$rc"
want_no_line "$work/err" sandbox
end

begin 'a capture in another network namespace keeps what it takes to go there'
listen --netns "/proc/$$/ns/net" -i v0 -w "$work/file"
want_confined 000000c000283804
finish
want 'exit status' 0 "$rc"
end

program=$B/tests/xdp/blocklist.bpf.o
# Files that are read: from a pipe, in which there is more to come.
while read -r threads options; do
	begin "files are read ($options)"
	rm -f "$work"/file*
	exec {feed}<>"$work/fifo"
	head -c 4000 tests/pcaps/mixed.pcap >&"$feed"
	# shellcheck disable=SC2086
	start $options
	want_confined
	want 'threads' "$threads" "$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)"
	exec {feed}>&-
	finish
	want_no_line "$work/err" sandbox
	end
done <<EOF
3 -r $work/fifo -w $work/file
3 -r $work/fifo -w $work/file -C 1k -W 3
1 -r $work/fifo -n
1 -r $work/fifo --info
3 -r $work/fifo -r tests/pcaps/mixed.pcap -w $work/file
3 -r $work/fifo -w $work/file --run $program
1 -r $work/fifo --run $program --diff
1 -r $work/fifo --run $program --expect tests/xdp/balancer.pcapng
EOF

# Before what was lost is read again and written somebody else compares, whom signals reach as well.
compares()
{
	pid=$(pgrep -P "$waiting") && poll has_filter
}

# What tells of its end is read by who waits.
has_ended_unseen()
{
	ended "$pid"
}

begin 'a signal that comes when all is compared is not forgotten'
rm -f "$work"/file*
exec {feed}<>"$work/fifo"
head -c 4000 tests/pcaps/mixed.pcap >&"$feed"
start --compare tests/pcaps/mixed.pcap "$work/fifo" --lost -w "$work/file"
waiting=$pid
poll compares || note 'nobody compares'
kill -STOP "$waiting"
tail -c +4001 tests/pcaps/mixed.pcap >&"$feed"
exec {feed}>&-
poll has_ended_unseen || note 'it does not come to its end'
kill -TERM "$waiting"
kill -CONT "$waiting"
pid=$waiting
reap
want 'exit status' 143 "$rc"
[[ ! -e $work/file ]] || note 'something is written'
end

begin 'what is compared for packets that were lost is read without rights, by a process that hears of signals'
for signal in TERM KILL; do
	exec {feed}<>"$work/fifo"
	head -c 4000 tests/pcaps/mixed.pcap >&"$feed"
	start --compare tests/pcaps/mixed.pcap "$work/fifo" --lost -w "$work/file"
	waiting=$pid
	poll compares || note 'nobody compares'
	want_confined
	kill -"$signal" "$waiting"
	poll ended "$pid" || note "it stays after $signal"
	exec {feed}>&-
	{
		pid=$waiting
		reap
	} 2>/dev/null
	want "exit status after $signal" $((128 + $(kill -l "$signal"))) "$rc"
	[[ ! -e $work/file ]] || note "something is written after $signal"
done
want_no_line "$work/err" sandbox
end

begin 'of which link type a file is finds out a process that can do nothing else'
exec {feed}<>"$work/fifo"
head -c 20 tests/pcaps/mixed.pcap >&"$feed"
start -d -r "$work/fifo" tcp port domain
waiting=$pid
poll compares || note 'nobody reads'
want_confined
tail -c +21 tests/pcaps/mixed.pcap | head -c 4000 >&"$feed"
pid=$waiting
reap
exec {feed}>&-
want 'exit status' 0 "$rc"
want_line "$work/out" '^\(000\)'
want_no_line "$work/err" sandbox
end

begin 'a signal ends it, whatever it waits for'
for signal in TERM INT; do
	start -d -r "$work/fifo" tcp
	poll pgrep -P "$pid" >/dev/null || note 'nobody reads'
	kill -"$signal" "$pid"
	reap
	want "exit status after $signal" $((128 + $(kill -l "$signal"))) "$rc"
	want "what is said after $signal" '' "$(<"$work/err")"
done
end

begin 'without the sandbox all is as it was'
listen -i v0 --sandbox off -w "$work/file"
want 'Seccomp' 0 "$(field Seccomp)"
want 'NoNewPrivs' 0 "$(field NoNewPrivs)"
finish
want 'exit status' 0 "$rc"
end

begin 'strict is content with this kernel'
listen -i v0 --sandbox strict -w "$work/file"
want_confined
finish
want 'exit status' 0 "$rc"
end

begin 'descriptors of a capture into a file'
listen -i v0 -w "$work/file"
want 'kinds' '[eventfd] [eventpoll] [signalfd] [timerfd] bpf-map bpf-prog bpf_link file socket ' "$(kinds)"
finish
end

# ---- and what is used ----

# used NAME...: of these traces, what threads of ours have called behind the list: number and name
used()
{
	local name

	for name; do
		awk 'NR == FNR { ours[$1]; next }
			!($1 in ours) { next }
			/ seccomp\(SECCOMP_SET_MODE_FILTER/ { behind = 1; next }
			behind && match($0, /\[ *[0-9]+\] [a-z_0-9]+/) {
				split(substr($0, RSTART + 1, RLENGTH - 1), call, /\] /)
				print call[1] + 0, call[2]
			}' "$work/threads.$name" "$work/trace.$name"
	done | sort -u
}

# traced NAME ARGS...: as listen, under strace, as $pid
traced()
{
	background strace -f -n -o "$work/trace.$1" "$dump" "${@:2}" >"$work/out" 2>"$work/err"
	tracer=$!
	poll grep -qs '^listening on' "$work/err" || { note 'it does not listen'; note_file "$work/err"; }
	pid=$(pgrep -P "$tracer")
	ls "/proc/$pid/task" >"$work/threads.$1"
}

begin 'each system call that a capture into files may make is one that it makes'
mkdir "$work/small"
mount -t tmpfs -o size=300k,mode=755 tmpfs "$work/small"
touch "$work/small/target"
ln -s target "$work/small/file1"	# by another name the file is somewhere else
traced files -i v0 -w "$work/small/file" -C 20k -W 3 --stats=0.1
frames 500 -p udp
kill -USR1 "$pid"
kill -HUP "$pid"
ip link set v0 mtu 1400
poll grep -qs 'packets (' "$work/err" || note 'no statistics'
kill -INT "$pid"
poll ended "$tracer" || note 'it does not end'
rm "$work"/small/file*
traced full -i v0 -s 0 -w "$work/small/full"
frames 500 -p udp -s 1000
poll ended "$tracer" || note 'a full disk does not end it'
umount "$work/small"
used files full >"$work/used"
"$B/tests/live/allowed" | while read -r number; do
	grep -q "^$number " "$work/used" || echo "$number"
done >"$work/unused"
(($(wc -l <"$work/used") > 20)) || note_file "$work/used"
(($("$B/tests/live/allowed" | wc -l) > 20)) || note 'nothing is allowed'
want 'calls that nothing has made' '' "$(paste -sd ' ' "$work/unused")"
end

# ---- -z ----

begin '-z runs as root, outside'
printf '#!/bin/sh\nsed -n "s/^\\(CapEff\\|Seccomp\\|NoNewPrivs\\):.//p" /proc/self/status | tr "\\n" " " >>%s/left\n' "$work" >"$work/command"
chmod 755 "$work/command"
run -r tests/pcaps/mixed.pcap -w "$work/file" -z "$work/command"
want 'exit status' 0 "$rc"
want 'what it has' "$(sed -n 's/^CapEff:.//p' /proc/self/status) 0 0 " "$(<"$work/left")"
end

# ---- where files can be ----

# A directory of somebody else, in which root makes files by a capability only.
begin 'root makes files in the directory of somebody else'
install -d -o 65534 -m 700 "$work/theirs"
listen -i v0 -w "$work/theirs/f" -C 1k
poll has_filter || note "Seccomp: $(field Seccomp)"
want 'CapEff' 000000000000000a "$(field CapEff)"
frames 50
finish
want 'exit status' 0 "$rc"
want_true 'another file' test -s "$work/theirs/f1"
end

begin 'a directory that is moved while files are made in it'
mkdir "$work/d" "$work/other"
listen -i v0 -w "$work/d/f" -C 1k
frames 20
mv "$work/d" "$work/moved"
ln -s other "$work/d"
frames 50
finish
want 'files elsewhere' 0 "$(find "$work/other" -type f | wc -l)"
want_true 'files where it is' test -s "$work/moved/f1"
want 'exit status' 0 "$rc"
end

plan
