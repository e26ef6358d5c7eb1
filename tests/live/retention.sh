#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What becomes of finished files: the disk, names, commands, limits. Whatever a command does, the capture goes on.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

d=$work/d

# Into an empty directory.
fresh()
{
	rm -rf "$d"
	mkdir -m 777 "$d"
}

# command_is NAME: stdin as a script, at $work/NAME
command_is()
{
	{
		echo '#!/bin/sh'
		cat
	} >"$work/$1"
	chmod 755 "$work/$1"
}

# The names in $d, in order.
names()
{
	find "$d" -type f -printf '%f\n' | sort -V | xargs
}

total_packets()
{
	capinfos -TrcM "$d"/* | awk '{ sum += $NF } END { print sum + 0 }'
}

# Processes whose command line has the words.
running()
{
	pgrep -f -- "$1" >/dev/null
}

not_running()
{
	! running "$1"
}

# Those of the process that runs them, which is the only child.
commands_are_gone()
{
	local runner

	runner=$(pgrep -P "$1") && [[ $runner != *[^0-9]* && -z $(pgrep -P "$runner") ]]
}

veth_up v0 v1 9014 || exit 1
chmod 755 "$work"

begin 'O13: -z is run for every file, the last one included, in order, after it is complete'
fresh
command_is note <<'END'
echo "${1##*/} $(stat -c %s "$1")" >>"${0%/*}/log"
END
rm -f "$work/log"
listen -i v0 -s 0 -w "$d/f" -C 20k -z "$work/note"
frames 100 -s 1000
poll commands_are_gone "$pid" || note 'commands stay, or are not waited for'
finish
want 'exit status' 0 "$rc"
want 'files' "$(names)" "$(cut -d' ' -f1 "$work/log" | xargs)"
want 'sizes' "$(find "$d" -type f -printf '%f %s\n' | sort)" "$(sort "$work/log")"
want 'packets' 100 "$(total_packets)"
end

begin '-z gzip leaves compressed files that are complete'
fresh
listen -i v0 -s 0 -w "$d/f" -C 20k -z gzip
frames 100 -s 1000
finish
want 'exit status' 0 "$rc"
[[ $(names) == *'f.gz f1.gz'* && $(names) != *f1\ * ]] || note "files: $(names)"
gunzip "$d"/*.gz
want 'packets' 100 "$(total_packets)"
end

begin 'O13: -z that fails is reported, and nothing more'
fresh
listen -i v0 -s 0 -w "$d/f" -C 20k -z false
frames 100 -s 1000
finish
want 'exit status' 0 "$rc"
want 'packets' 100 "$(total_packets)"
want 'reports' "$(find "$d" -type f | wc -l)" "$(grep -Ec '/f[0-9]*: false ended with status 1$' "$work/err")"
end

begin 'O13: -z with a program that is missing: refused before anything is attached or written'
fresh
run -i v0 -w "$d/f" -z no-such-program
want 'exit status' 2 "$rc"
want_line "$work/err" '-z no-such-program: there is no such program$'
want 'files' '' "$(names)"
end

all_closed()
{
	! find "/proc/$pid/fd" -lname "$d/*" | grep -q .
}

begin 'O13: a command that hangs does not hold up the capture, nor rotation; a second SIGINT ends it'
fresh
command_is hang <<'END'
exec sleep 98765
END
listen -i v0 -s 200 -w "$d/f" -C 20k -z "$work/hang"
# no file begins while the disk has not taken those before
for ((sent = 0; sent < 400000; sent += 5000)); do
	! grep -q 'hang is left out: 64 files wait for it$' "$work/err" || break
	frames 5000 -s 300 -r 20000
done
kill -INT "$pid"
poll grep -q 'a signal ends that' "$work/err" || note 'it does not say what it waits for'
want_detached
running 'sleep 98765' || note 'Ctrl-C has reached the command'
poll all_closed || note 'files stay open'	# who forces the end waits a second for it, not for the disk
kill -INT "$pid"
reap
want 'exit status' 130 "$rc"
poll not_running 'sleep 98765' || note 'the command is still there'
want 'lost' 0 "$(summary 'dropped by kernel')"
want 'packets' "$sent" "$(total_packets)"
want_line "$work/err" 'hang is left out: 64 files wait for it$'
want_line "$work/err" 'hang was left out for [0-9]+ files$'
want_line "$work/err" '/f: .*hang was killed, as the end was forced$'
want_line "$work/err" '/f1: .*hang was not run, nor for the files after it$'
end

begin 'A4: SIGKILL while the process of -z and a command live: nothing is left on the interface'
fresh
command_is stay <<'END'
echo $$ >"$0.pid"
exec sleep 600
END
listen -i v0 -P -s 0 -w "$d/f" -C 20k -z "$work/stay"
frames 40 -s 1000
poll test -s "$work/stay.pid" || note 'no command runs'
command=$(<"$work/stay.pid")
{
	kill -KILL "$pid"
	reap
} 2>/dev/null
want_detached
kill -0 "$command" || note 'the command has gone as well: this says nothing'
[[ $(ip -d -o link show dev v0) == *'promiscuity 0 '* ]] || note 'promiscuous'
run -r "$d/f"
want 'exit status of reading the first file' 0 "$rc"
kill -KILL "$command"
end

begin 'SIGTERM waits for the command of the last file'
fresh
command_is slow <<'END'
sleep 1.5
mv "$1" "$1.done"
END
listen -i v0 -w "$d/f" -z "$work/slow"
frames 10
finish TERM
want 'exit status' 0 "$rc"
want 'files' f.done "$(names)"
want_line "$work/err" '/f: waiting for .*slow, 1 to go; a signal ends that$'
end

begin 'SIGHUP asks for a new file: it does not reach the command of the last one'
fresh
listen -i v0 -w "$d/f" -z "$work/slow"
frames 10
kill -INT "$pid"
poll running "$d/f\$" || note 'the command does not run'
finish HUP
want 'exit status' 0 "$rc"
want 'files' f.done "$(names)"
end

begin '-z where SIGCHLD is ignored, as some parents have it'
fresh
: >"$work/err"
background env --ignore-signal=CHLD "$dump" -i v0 -s 0 -w "$d/f" -C 20k -z false >"$work/out" 2>"$work/err"
pid=$!
listening
frames 50 -s 1000
finish
want 'exit status' 0 "$rc"
want 'reports' 3 "$(grep -c 'false ended with status 1$' "$work/err")"
end

begin 'a ring does not overwrite a file whose command has not ended'
fresh
command_is copy <<'END'
sleep 0.3
cp "$1" "$1.$$"
END
listen -i v0 -s 0 -w "$d/f" -C 20k -W 2 -z "$work/copy"
for _ in 1 2 3 4 5; do
	frames 50 -s 1000
	sleep 0.2
done
finish
want 'exit status' 0 "$rc"
rm "$d"/f0 "$d"/f1
want 'packets in the copies' 250 "$(total_packets)"
want_no_line "$work/err" 'ended with status'
end

begin '-Z: the command is run as that user, and no thread keeps a privilege'
fresh
chmod 777 "$d"
command_is who <<'END'
id -un >"$1.who"
END
listen -i v0 -w "$d/f" -Z nobody -z "$work/who"
want 'capabilities' 0000000000000000 \
	"$(awk '$1 == "CapEff:" || $1 == "CapPrm:" { print $2 }' /proc/"$pid"/task/*/status | sort -u)"
finish
want 'user' nobody "$(<"$d/f.who")"
end

begin '-b printname: a start that fails leaves the names of the run before'
fresh
echo f0 >"$work/names"
listen -i v0 -w "$d/e"
run -i v0 -w "$d/f" -b files:3 -b printname:"$work/names"
want 'exit status' 5 "$rc"
want 'names' f0 "$(<"$work/names")"
finish
end

begin '-b printname: each name when its file is complete'
fresh
listen -i v0 -s 0 -w "$d/f.pcapng" -b filesize:20 -b files:3 -b printname:"$work/names"
frames 100 -s 1000
poll grep -q . "$work/names" || note 'no name while it runs'
finish
want 'names' "$(names)" "$(tail -n 3 "$work/names" | sed 's|.*/||' | xargs)"
want 'names, all' 6 "$(wc -l <"$work/names")"
end

# ---- limits ----

# All files together, in $sum, seen at one moment.
within()
{
	kill -STOP "$pid"
	poll stopped "$pid" || note 'it goes on'
	sum=$(find "$d" -type f -printf '%s\n' | awk '{ s += $1 } END { print s }')
	kill -CONT "$pid"
	((sum <= $1))
}

begin '--max-disk: the files take no more, the newest stay'
fresh
listen -i v0 -s 0 -w "$d/f" -C 20k --max-disk 100k
most=0
for i in 1 2 3 4 5 6 7 8 9 10; do
	frames 30 -s 1000
	((i < 3)) || poll test -e "$d/f$((i * 3 / 2 - 1))" || note "files: $(names)"
	poll within 102400 || note "$sum bytes"
	((sum > most)) && most=$sum
done
finish
want 'exit status' 0 "$rc"
((most > 60000)) || note "at most $most bytes"
want_no_line "$work/err" 'no other one to delete'
[[ ! -e $d/f && -e $d/f16 ]] || note "files: $(names)"
end

begin '--max-disk with a single file: it ends by itself'
fresh
listen -i v0 -s 0 -w "$d/f" --max-disk 100k
frames 30 -s 8000	# the 13th would be too much
reap
want 'exit status' 0 "$rc"
want_line "$work/err" 'have reached 102400 bytes, and there is no other one to delete$'
size=$(stat -c %s "$d/f")
((size <= 102400 && size > 90000)) || note "$size bytes"
want_books "$d/f"	# the one that was too much is counted
want_accepted "$d/f"
want_detached
end

begin '--min-free: the oldest files are deleted'
fresh
mount -t tmpfs -o size=2m tmpfs "$d"
listen -i v0 -s 0 -w "$d/f" -C 100k --min-free 1m
for ((i = 0; i < 30; i++)); do
	frames 100 -s 1000
	sleep 0.12
done
sleep 0.2
free=$(($(stat -f -c '%a * %S' "$d")))
((free >= 1024 * 1024 - 204800)) || note "$free bytes are free"
[[ ! -e $d/f && $(names) == *f2* ]] || note "files: $(names)"
finish
want 'exit status' 0 "$rc"
umount "$d"
end

begin '--min-free with a single file: it ends by itself, incomplete'
fresh
mount -t tmpfs -o size=2m tmpfs "$d"
listen -i v0 -s 0 -w "$d/f" --min-free 1m
for ((i = 0; i < 20; i++)); do
	frames 100 -s 1000
	sleep 0.05
done
reap
want 'exit status' 6 "$rc"
want_line "$work/err" '/f: only [0-9]+ bytes are free on its disk, and no other file of this run can be deleted$'
want_accepted "$d/f"
want_detached
umount "$d"
end

begin 'O15: a file that was put into the place of one of ours is left alone'
fresh
listen -i v0 -s 0 -w "$d/f" -C 20k -W 3
frames 25 -s 1000
poll test -e "$d/f1" || note 'no second file'
rm "$d/f0"
echo precious >"$d/f0"
for _ in 1 2 3; do
	frames 25 -s 1000
	sleep 0.15
done
finish
want 'exit status' 0 "$rc"
want 'the file' precious "$(<"$d/f0")"
want_line "$work/err" '/f0: another file has taken its place, and is left alone$'
end

# ---- full speed ----

begin 'a ring of files without a pause between bursts: nothing is lost between files, and the newest stay'
fresh
mount -t tmpfs tmpfs "$d"
for ((i = 0; i < 3 && ${#notes[@]} == 0; i++)); do
	rm -f "$d"/*
	listen -i v0 -s 0 -w "$d/f" -C 20k -W 3
	frames 20000 -s 1000
	finish
	want 'exit status' 0 "$rc"
	want 'files' 'f0 f1 f2' "$(names)"
	want 'captured + dropped' 20000 "$(($(summary captured) + $(summary 'dropped by kernel')))"
	patiently "$work/err"
	sed -i '/^xdpdump: warning: the ring was full; /d' "$work/err"
	want_no_line "$work/err" '^xdpdump: '
done
umount "$d"
end

begin 'a ring of files while its other thread is preempted between any two locks'
if [[ $sanitized ]] || ! "${CC:-cc}" -shared -fPIC -O1 -o "$work/preempt.so" tests/live/preempt.c 2>"$work/cc"; then
	skip 'no compiler, or it does not go together with the sanitizers'
else
	fresh
	mount -t tmpfs tmpfs "$d"
	for ((i = 0; i < 16 && ${#notes[@]} == 0; i++)); do
		rm -f "$d"/*
		: >"$work/err"
		args=(-C 20k -W $((i % 4 + 1)))
		((i % 3)) || args+=(-z true)
		background env LD_PRELOAD="$work/preempt.so" "$dump" --sandbox off -i v0 -s 0 -w "$d/f" \
			"${args[@]}" >"$work/out" 2>"$work/err"
		pid=$!
		listening
		frames $((i * 150 + 200)) -s 500 -r $((i * 100 + 500))
		finish
		want "exit status of ${args[*]}" 0 "$rc"
	done
	umount "$d"
	end
fi

# ---- the disk ----

if [[ $sanitized ]] || ! command -v strace >/dev/null; then
	skip 'strace is missing, or does not go together with the sanitizers'
	plan
	exit 0
fi

# traced STRACE-OPTION... -- ARGS...: as `listen`
traced()
{
	local options=()

	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	shift
	background strace -D -f -q -o "$work/trace" "${options[@]}" "$dump" "$@" >"$work/out" 2>"$work/err"
	pid=$!
	listening || { note "xdpdump $*: has not started"; note_file "$work/err"; }
}

n_syncs()
{
	grep -c 'fdatasync(.*) *= ' "$work/trace"
}

while read -r when n; do
	begin "--sync $when: $n fdatasync for five files"
	fresh
	traced -e trace=fdatasync -- -i v0 -s 0 -w "$d/f" -C 20k --sync "$when"
	frames 90 -s 1000
	finish
	want 'exit status' 0 "$rc"
	want 'files' 5 "$(find "$d" -type f | wc -l)"
	want 'fdatasync' "$n" "$(n_syncs)"
	end
done <<'END'
close 5
never 0
1h 5
END

begin '--sync 0.1: again and again while a file is written, and with its directory entry'
fresh
traced -e trace=fdatasync,fsync -- -i v0 -w "$d/f" --sync 0.1
frames 10
n_syncs_are() { (($(n_syncs) >= $1)); }
poll n_syncs_are 5 || note 'not five times in a minute'
want 'of the directory' 1 "$(grep -c ' fsync(' "$work/trace")"
finish
want 'exit status' 0 "$rc"
end

begin '--sync: a file that logrotate has moved is brought to the disk as well, one that was removed is not'
fresh
traced -e trace=fdatasync -- -i v0 -w "$d/f"
for ((i = 0; i < 2; i++)); do
	frames 10
	poll test -s "$d/f" || note 'nothing is written'
	if ((i)); then
		rm "$d/f"
	else
		mv "$d/f" "$d/e"
	fi
	kill -HUP "$pid"
	poll test -e "$d/f" || note 'no new file'
done
finish
want 'exit status' 0 "$rc"
want 'fdatasync' 2 "$(n_syncs)"
end

begin 'a file that cannot be brought to the disk: said once, tried once, 6, and the others are complete'
fresh
traced -e trace=fdatasync -P "$d/f" -e inject=fdatasync:error=EIO -- -i v0 -s 0 -w "$d/f" -C 20k --sync 0.1
frames 90 -s 1000
finish
want 'exit status' 6 "$rc"
want 'sentences' 1 "$(grep -c 'd/f: cannot be brought to the disk: Input/output error$' "$work/err")"
want 'fdatasync' 1 "$(n_syncs)"
want 'packets' 90 "$(total_packets)"
end

begin 'a second SIGINT ends it before a disk that hangs does'
fresh
traced -ttt -e trace=fdatasync,exit_group -e inject=fdatasync:delay_enter=12000000 -- -i v0 -w "$d/f"
frames 10
kill -INT "$pid"
poll grep -q 'packets captured' "$work/err" || note 'no summary'
since=$(date +%s%3N)
kill -INT "$pid"
reap	# strace holds what it delays, and tells late
poll grep -q 'exit_group(130' "$work/trace" || note "it ends with $rc"
ended=$(sed -nE 's/.* ([0-9]+)\.([0-9]{3})[0-9]* exit_group\(130.*/\1\2/p' "$work/trace")
((ended && ended - since < 10000)) || note "it ends at ${ended:-no time}, asked at $since"
want 'exit status' 130 "$rc"
want_accepted "$d/f"
end

begin 'a ring takes the place of files that are not on the disk yet'
fresh
traced -e trace=fdatasync -e inject=fdatasync:delay_enter=300000 -- -i v0 -s 0 -w "$d/f" -C 20k -W 3
frames 190 -s 1000
finish
want 'exit status' 0 "$rc"
want 'files' 'f0 f1 f2' "$(names)"
want 'packets' '18 10 18' "$(for i in 0 1 2; do books "$d/f$i" | sed -n 's/^epb0=//p'; done | xargs)"
end

begin 'a disk that takes seconds to sync does not hold up the capture'
fresh
traced -e trace=fdatasync -e inject=fdatasync:delay_enter=300000 -- -i v0 -s 200 -w "$d/f" -C 20k
frames 20000 -s 300 -r 20000
finish
want 'exit status' 0 "$rc"
want 'lost' 0 "$(summary 'dropped by kernel')"
want 'packets' 20000 "$(total_packets)"
n=$(find "$d" -type f | wc -l)
((n >= 16 && n < 60)) || note "$n files: too many wait for the disk"
end

plan
