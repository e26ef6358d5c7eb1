#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# A disk that stands still for a while: what comes meanwhile waits in memory, as far as that goes, and the rest is counted.
# shellcheck source=tests/live/lib.sh disable=SC2016,SC2119,SC2154
. "$(dirname "$0")/lib.sh"

veth_up v0 v1 || exit 1

d=$work/disk
if ! mount_ext4 "$d" 256M; then
	echo '1..0 # SKIP no ext4 on a loop device here'
	exit 0
fi
guard=

# Whoever ends us, the file system is not left frozen: the guard is told to end, or finds itself alone.
freeze()
{
	fsfreeze -f "$d" || note 'it is not frozen'
	background bash -c 'trap "exec fsfreeze -u \"$1\"" TERM; while kill -0 "$2"; do sleep 0.1; done 2>/dev/null
		fsfreeze -u "$1"' guard "$d" $$
	guard=$!
}

thaw()
{
	kill "$guard"
	wait "$guard"
}

statistics()
{
	grep -c ' packets (' "$work/err"
}

# A look at the packets is a round of the loop, in which it has taken what was there when it began.
rounds()
{
	local before

	for _ in 1 2; do
		before=$(statistics)
		kill -USR1 "$pid"
		poll more_statistics "$before" || return
	done
}

more_statistics()
{
	(($(statistics) > $1))
}

# stalled KILOBYTES: so many come while the disk stands still, each thousand when those before were taken
stalled()
{
	freeze
	for ((sent = 0; sent < $1; sent += 1000)); do
		frames 1000 -s 1000
		rounds || { note "after $sent kB it takes no more"; break; }
	done
	thaw
}

begin 'what comes while the disk stands still waits in memory, more than the rings hold'
listen -i v0 -s 0 -B 8192 -w "$d/file"
frames 1000 -s 1000
stalled 40000
frames 1000 -s 1000
finish
want 'exit status' 0 "$rc"
want_books "$d/file"
want 'packets' 42000 "$epb"
want_accepted "$d/file"
end

begin 'compressed, and in several files, as well'
listen -i v0 -s 0 -B 8192 -C 3m --compress zstd:1 -w "$d/zst"
stalled 2000
frames 4000 -s 1000
finish
want 'exit status' 0 "$rc"
want 'packets' '6000 packets' "$("$dump" -r "$d/zst" --count 2>&1)"
end

begin 'when the write buffer and the rings are full packets are lost, and counted'
listen -i v0 -s 0 -B 1024 --write-buffer 2m -w "$d/file"
freeze
for _ in 1 2; do	# these are in the buffer, however late it comes to them
	frames 900 -s 1000
	rounds || note 'it takes no more'
done
frames 18200 -s 1000
thaw
finish
want 'exit status' 0 "$rc"
want_books "$d/file"
want 'captured + dropped' 20000 "$((epb + osdrop))"
((osdrop > 10000 && epb > 2000)) || note "$epb captured, $osdrop dropped"
end

triggered()
{
	grep -q 'trigger: signal$' "$work/err"
}

# recorded NAME REACH TIMES NUMBER: a trigger, for what comes within REACH; then the disk stands still, so often
# 900 packets come, and another trigger behind the NUMBER-th of these
recorded()
{
	listen -i v0 -s 0 -B 8192 --write-buffer 2m --recorder 64m --after "$2" -w "$d/$1"
	frames 100 -s 1000
	rounds
	kill -USR2 "$pid"
	poll triggered || note 'it is not triggered'
	freeze
	for ((i = 1; i <= $3; i++)); do
		frames 900 -s 1000
		rounds || { note "after $i times 900 it takes no more"; break; }
		((i != $4)) || kill -USR2 "$pid"
	done
	thaw
	finish
	want 'exit status' 0 "$rc"
	want_books "$d/$1"
	want 'packets' "$((100 + $3 * 900))" "$epb"
	want 'files' 1 "$(find "$d" -name "$1*" | wc -l)"
}

begin 'what a trigger asks for waits in the memory of the recorder, and others come behind it'
recorded rec 1000000p 20 0
end

begin 'and so does what another trigger asks for, whose window begins before the file is written'
recorded again 3000p 5 4
end

for how in '--write-buffer none' -U; do
	begin "with $how each write is waited for"
	# shellcheck disable=SC2086
	listen -i v0 -s 0 $how -w "$d/file"
	want 'threads' 2 "$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)"
	frames 10
	finish
	want_books "$d/file"
	want 'packets' 10 "$epb"
	end
done

begin 'the memory that was waited in is given back'
listen -i v0 -s 0 -B 4096 -w "$d/file"
frames 10
poll test -s "$d/file"
before=$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$pid/status")
stalled 40000
most=$(awk '$1 == "VmHWM:" { print $2 }' "/proc/$pid/status")
small_again()
{
	(($(awk '$1 == "VmRSS:" { print $2 }' "/proc/$pid/status") < before + 8000))
}
poll small_again || note "$before KiB before, $(grep VmRSS "/proc/$pid/status") afterwards"
((most > before + 20000)) || note "$most KiB at most, $before KiB before"
finish
want 'exit status' 0 "$rc"
end

# told SENTENCE: has the run that ends said it?
told()
{
	grep -qE "$1" "$work/err"
}

# Of a file system that is frozen the kernel lets no thread go that writes to it, so its process is there until the thaw.
# Nothing of it runs any more, and all that others wait for is done.
for how in '' '-C 100m' '--compress zstd:1'; do
	begin "a second signal ends the wait for it, what is not written is counted, and nothing of ours stays attached${how:+ ($how)}"
	# shellcheck disable=SC2086
	listen -i v0 -s 0 -B 8192 $how -w "$d/left"
	frames 1000 -s 1000
	freeze
	frames 3000 -s 1000
	rounds
	kill -INT "$pid"
	poll detached v0 || note 'it stays attached'
	kill -INT "$pid"
	poll told '^xdpdump: .*/left: [0-9]+ packets not written: forced to end$' || note 'nothing is said'
	poll ended "$pid" || note 'it goes on'
	missing=$(sed -nE 's/^xdpdump: .*: ([0-9]+) packets not written: .*/\1/p' "$work/err")
	thaw
	reap
	want 'exit status' 130 "$rc"
	want 'captured + not written' 4000 "$(($(summary captured) + missing))"
	((missing > 0)) || note 'all were written'
	(($("$dump" -r "$d/left" --count 2>/dev/null | cut -d ' ' -f 1) >= $(summary captured))) ||
		note 'fewer are in the file than were said to be'
	rm "$d/left"
	end
done

umount "$d"
plan
