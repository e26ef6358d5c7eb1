#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Faults while files follow each other: sudden death, a clock that is set, disks that fail, are
# slow or go away. Every file but the last is complete whatever happens, and each packet is in one
# of them or counted.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

d=$work/d

# Into an empty directory.
fresh()
{
	rm -rf "$d"
	mkdir "$d"
}

# The files in $d in the order of their names, into `files`.
list()
{
	mapfile -t files < <(find "$d" -type f | sort -V)
}

n_files()
{
	list
	((${#files[@]} >= $1))
}

# want_complete FILE...: whole blocks, statistics at the end; the number of their packets is in `total`.
want_complete()
{
	local file said

	total=0
	for file; do
		unset epb0 isb0 torn
		said=$(books "$file" 2>&1) || { note "${file##*/}: ${said##*$'\n'}"; continue; }
		eval "$said"
		want "${file##*/}: torn bytes, statistics blocks" '0 1' "${torn-} ${isb0-}"
		total=$((total + ${epb0:-0}))
	done
}

# Packets that the end of the capture says are not written.
not_written()
{
	sed -nE 's/.*[ :]([0-9]+) packets? not written.*/\1/p' "$work/err" | awk '{ n += $1 } END { print n + 0 }'
}

# want_none_lost: what was received is in `files`, which are complete, or said to be lost.
want_none_lost()
{
	list
	want_complete "${files[@]}"
	want 'in the files + lost in the ring + not written' "$(summary 'received by filter')" \
		"$((total + $(summary 'dropped by kernel') + $(not_written)))"
	want 'captured, as it says' "$total" "$(summary captured)"
}

# traced STRACE-ARG... -- ARGS...: as `listen`, with faults in its system calls (strace(1): -e inject)
traced()
{
	local faults=()

	while [[ $1 != -- ]]; do
		faults+=("$1")
		shift
	done
	shift
	background strace -D -f -q -o "$work/trace" "${faults[@]}" "$dump" "$@" >"$work/out" 2>"$work/err"
	pid=$!
	listening || { note "xdpdump $*: has not started"; note_file "$work/err"; }
}

veth_up v0 v1 9014 || exit 1

if [[ $sanitized ]] || ! command -v strace >/dev/null; then
	echo '1..0 # SKIP strace is missing, or does not go together with the sanitizers'
	exit 0
fi

# Ours, and then the sender $load; what is left is listed.
kill_under_load()
{
	{
		kill -KILL "$pid"
		reap
		kill "$load"
		wait "$load"
	} 2>/dev/null
	list
}

begin 'O11: SIGKILL at 30 random moments: every file but the last is complete'
for ((round = 0; round < 30 && ${#notes[@]} == 0; round++)); do
	fresh
	listen -i v0 -s 200 -w "$d/f" -C $((RANDOM % 900 + 100))k
	background "$send" -i v1 -n 100000000 -s 300 -r $((RANDOM * 3 + 2000)) >/dev/null 2>&1
	load=$!
	sleep "0.$((RANDOM % 3))$((RANDOM % 10))"
	kill_under_load
	# the last one may have been about to begin, and the one before not to have ended
	want_complete "${files[@]:0:$((${#files[@]} > 2 ? ${#files[@]} - 2 : 0))}"
	for file in "${files[@]: -2}"; do
		run -r "$file"
		((rc <= 1)) || note "round $round: ${file##*/}: status $rc"
		[[ $rc == 0 || ! -s $file ]] || want_line "$work/err" 'cut short'
	done
	want_detached
done
end

for codec in zstd gzip; do
	begin "O11: SIGKILL at 25 random moments with --compress $codec: every file is unpacked to its last whole block"
	followed=0
	for ((round = 0; round < 25 && ${#notes[@]} == 0; round++)); do
		fresh
		listen -i v0 -s 200 -w "$d/f" -C $((RANDOM % 20 + 4))k --compress $codec
		background "$send" -i v1 -n 100000000 -s 300 -r $((RANDOM * 3 + 20000)) >/dev/null 2>&1
		load=$!
		# at first, or when files have followed
		poll test -s "$d/f$( ((round % 2)) && echo 2)" || note 'nothing is written'
		sleep "0.$((RANDOM % 5))$((RANDOM % 10))"
		kill_under_load
		followed=$((followed + (${#files[@]} > 2)))
		for file in "${files[@]}"; do
			[[ -s $file ]] || continue
			run -r "$file"
			if [[ $rc != 0 ]]; then
				# the last one may have been about to begin, and the one before not to have ended
				[[ " ${files[*]: -2} " == *" $file "* ]] || note "round $round: ${file##*/}: status $rc"
				want_line "$work/err" 'cut short|ends within'
				want_no_line "$work/err" 'damaged|neither'
			else
				want_true "round $round: ${file##*/}, by $codec" "$codec" -q -t <"$file"
			fi
		done
		want_detached
	done
	((followed > 11)) || note "files followed each other $followed times of 25"
	end
done

for sync in close never; do
	begin "O3: an error of the disk that shows when a file is finished is told, and the capture goes on (--sync=$sync)"
	fresh
	fault=$([[ $sync == close ]] && echo fdatasync || echo close)
	traced -P "$d/f1" -e "inject=$fault:error=EIO" -- -i v0 -s 0 -w "$d/f" -C 20k --sync=$sync
	frames 60 -s 1000
	finish
	want 'exit status' 6 "$rc"
	want_line "$work/err" "^xdpdump: $d/f1: .*Input/output error"
	want "lines with an error" 1 "$(grep -c 'Input/output error' "$work/err")"
	want_none_lost
	want 'packets' 60 "$total"
	want_detached
	end
done

begin 'O2: a file that cannot be made ends the capture; the one before is complete'
for error in ENOSPC EACCES EROFS EIO EMFILE; do
	fresh
	traced -P f1 -e "inject=openat:error=$error" -- -i v0 -s 0 -w "$d/f" -C 20k
	frames 60 -s 1000
	finish
	want "exit status of $error" 6 "$rc"
	want_line "$work/err" "^xdpdump: $d/f1: cannot make this file: .*packets? not written"
	want_none_lost
	want 'packets' 18 "$total"
	want_detached
done
end

begin 'R4: a file system that is interrupted (FUSE, NFS) is asked again: nothing is lost, and nothing is said'
while read -r name fault args; do
	fresh
	head -c 50000 /dev/zero | tee "$d/f" >"$d/f1"
	# shellcheck disable=SC2086
	traced -P "$name" -e "inject=$fault:error=EINTR:when=1..3" -- -i v0 -s 0 -w "$d/f" -C 20k $args
	frames 60 -s 1000
	poll test -s "$d/f3" ||
		note "$fault: no fourth file"	# else the signal that ends it is a reason not to try again
	finish
	want "exit status of $fault" 0 "$rc"
	want_line "$work/trace" "$fault(\\(| resumed>).*INJECTED"	# the latter where threads come in between
	patiently "$work/err"
	want_no_line "$work/err" '^xdpdump: '
	want_none_lost
	want "packets with $fault" 60 "$total"
done <<END
$d openat
f openat
f1 openat
$d/f ftruncate
$d/f1 ftruncate
$d/f1 fdatasync
$d fsync
$d/f1 close --sync=never
f1 statx -z true
END
end

begin 'an open that is interrupted for ever ends with a signal that asks for it, at the start and later'
fresh
: >"$work/trace"
background strace -D -f -q -o "$work/trace" -P f -e inject=openat:error=EINTR "$dump" -i v0 \
	-w "$d/f" >"$work/out" 2>"$work/err"
pid=$!
poll grep -q INJECTED "$work/trace" || note 'it was not interrupted'
kill -USR1 "$pid"
sleep 1
ended "$pid" && note 'SIGUSR1 has ended it'
finish
want 'exit status' 0 "$rc"
want_no_line "$work/err" '^listening'
fresh
: >"$work/trace"
traced -P f1 -e inject=openat:error=EINTR -- -i v0 -s 0 -w "$d/f" -C 20k
frames 60 -s 1000
poll grep -q INJECTED "$work/trace" || note 'it was not interrupted later'
finish
want 'exit status later' 0 "$rc"
patiently "$work/err"
want_no_line "$work/err" '^xdpdump: '
want_none_lost
want 'packets' 60 "$total"
want_detached
end

begin 'O3: a write that fails in a later file ends the capture; all files are complete'
for n in 1 2; do	# its head, its packets
	fresh
	traced -P "$d/f1" -e "inject=write:error=EIO:when=$n" -- -i v0 -s 0 -w "$d/f" -C 200k
	frames 600 -s 1000
	finish
	want "exit status, write $n" 6 "$rc"
	want_line "$work/err" "^xdpdump: $d/f1: [0-9]+ packets? not written: Input/output error\$"
	[[ -s $d/f1 ]] || rm -f "$d/f1"
	want_none_lost
	want_detached
done
end

begin 'R3: a disk that takes a second to sync each file does not hold the capture up'
fresh
traced -e trace=fdatasync -e inject=fdatasync:delay_enter=1000000 -- -i v0 -s 0 -w "$d/f" -C 100k
frames 500 -s 1000
poll n_files 5 || note 'not five files in a minute'
(($(grep -c 'fdatasync.*DELAYED' "$work/trace") < 5)) || note 'each file was waited for'
finish
want 'exit status' 0 "$rc"
want_none_lost
want 'packets' 500 "$total"
end

begin 'O2: a full disk, compressed: every file can be unpacked, and what is not in them is counted'
for codec in zstd gzip; do
	fresh
	mount -t tmpfs -o size=100k tmpfs "$d"
	listen -i v0 -s 0 -w "$d/f" -C 30k --compress $codec
	frames 3000 -s 1000
	sleep 0.3
	frames 3000 -s 1000
	finish
	want "exit status ($codec)" 6 "$rc"
	list
	total=0
	for file in "${files[@]}"; do
		[[ -s $file ]] || continue
		run -r "$file"
		want "exit status of reading ${file##*/}" 0 "$rc"
		total=$((total + $(wc -l <"$work/out")))
	done
	umount "$d"
done
end

for step in 3600 -2; do
	begin "R7: a clock set by $step s: no file overwrites another, and no packet is lost"
	if ! "${CC:-cc}" -shared -fPIC -O1 -o "$work/step.so" tests/live/step.c 2>"$work/cc"; then
		skip 'no compiler'
		continue
	fi
	fresh
	background env STEP="$step" LD_PRELOAD="$work/step.so" "$dump" -i v0 -w "$d/f%S" -G 1 >"$work/out" 2>"$work/err"
	pid=$!
	listening || note 'it has not started'
	frames 4000 -r 1000
	finish
	want 'exit status' 0 "$rc"
	want_line "$work/err" 'warning: the clock was set by'
	want_none_lost
	want 'packets' 4000 "$total"
	((${#files[@]} >= 4 && ${#files[@]} <= 7)) || note "${#files[@]} files in four seconds"
	end
done

begin 'O15: a file that somebody has put in the place of one of ours is left alone, however often its turn comes'
fresh
listen -i v0 -s 0 -w "$d/f" -C 20k -W 3
frames 30 -s 1000
poll n_files 2 || note 'no second file'
sleep 0.2
echo precious >"$work/precious"
mv "$work/precious" "$d/f0"
for _ in 1 2 3 4 5 6 7 8; do
	frames 20 -s 1000
	sleep 0.1
done
finish
want 'exit status' 0 "$rc"
want 'the first bytes of the file' precious "$(head -c 8 "$d/f0")"
want 'times it was said' 1 "$(grep -c "$d/f0: another file has taken its place" "$work/err")"
want_detached
end

begin 'O16: memory stays as it is, however many files there are'
fresh
listen -i v0 -s 0 -w "$d/f" -C 30k -W 4
frames 4000 -s 1000
before=$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status")
frames 60000 -s 1000 -r 60000
after=$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status")
finish
want 'exit status' 0 "$rc"
want 'captured + dropped' 64000 "$(($(summary captured) + $(summary 'dropped by kernel')))"
((after <= before + 16384 * $(nproc) + 1024)) || note "$before KiB after 140 files, $after KiB after 2000"
echo "# $before KiB after 140 files, $after KiB after 2000"
end

begin 'O12: a disk that goes away: the files that were synced are complete when it comes back'
fresh
if ! mount_ext4 "$d" 32M; then
	skip 'no ext4 on a loop device here'
else
	listen -i v0 -s 0 -w "$d/f" -C 1m --sync=close
	frames 3500 -s 1000
	sleep 0.5
	lose_disk "$d"
	frames 3500 -s 1000
	finish
	want 'exit status' 6 "$rc"
	want_line "$work/err" 'Input/output error'
	want_detached
	umount "$d"
	mount -o loop "$work/image" "$d"
	want_complete "$d/f" "$d/f1" "$d/f2"
	((total > 2500)) || note "only $total packets"
	umount "$d"
	end
fi

plan
