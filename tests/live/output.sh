#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Outputs that are full, slow, gone or not ours to write.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

file=$work/file

# The capture of $1 packets ended for want of room: everything that is said about it agrees with the file.
want_cut_short()
{
	local said

	want 'exit status' 6 "$rc"
	said=$(sed -nE 's/.* ([0-9]+) packets? not written.*/\1/p' "$work/err")
	[[ $said ]] || note_file "$work/err"
	want_books "$2"
	want 'taken from the ring' "$1" "${usrdeliv-}"
	want 'in the file + not written, as it says' "$1" "$((${epb:-0} + ${said:-0}))"
	((${said:-0} > 0)) || note 'all was written'
	want_accepted "$2"
	want_detached
}

has_bytes()
{
	[[ $(stat -c %s "$1" 2>/dev/null || echo 0) -ge $2 ]]
}

veth_up v0 v1 9014 || exit 1
mkdir "$work/small"

for size in 64k 256k 1m; do
	for option in '' -U; do
		begin "O1: a full disk of $size${option:+ with $option} cuts the file behind a block, statistics included"
		mount -t tmpfs -o size=$size tmpfs "$work/small"
		# shellcheck disable=SC2086
		listen -i v0 -s 0 -w "$work/small/file" $option
		frames 1500 -s 1000
		finish
		# the interface is left as soon as the disk is full, so how many it saw is for it to say
		want_cut_short "$(summary 'received by filter')" "$work/small/file"
		umount "$work/small"
		end
	done
done

begin 'O1: a disk that is full from the start gets no torn file'
mount -t tmpfs -o size=4k tmpfs "$work/small"
head -c 4096 /dev/zero >"$work/small/full"
start -i v0 -w "$work/small/file"
frames 10
reap
want 'exit status' 6 "$rc"
want 'bytes in the file' 0 "$(stat -c %s "$work/small/file" 2>/dev/null || echo 0)"
want_detached
umount "$work/small"
end

begin 'O4: a file size limit is a full disk, not a death'
: >"$work/err"
(
	ulimit -f 64
	exec "$dump" -i v0 -s 0 -w "$file" >"$work/out" 2>"$work/err"
) &
pid=$!
pids+=("$pid")
listening
frames 500 -s 1000
finish
want_cut_short "$(summary 'received by filter')" "$file"
end

begin 'O5: a non-blocking pipe takes everything'
rm -f "$work/copy"
: >"$work/err"
python3 -c '
import fcntl, os, subprocess, sys
r, w = os.pipe()
fcntl.fcntl(w, fcntl.F_SETFL, os.O_NONBLOCK)
subprocess.Popen(sys.argv[1:], stdout=w)
os.close(w)
while data := os.read(r, 1000):
	os.write(1, data)
os.wait()' "$dump" -i v0 -s 0 -c 2000 -w - >"$work/copy" 2>"$work/err" &
pid=$!
pids+=("$pid")
listening
frames 2000 -s 1000
reap
want 'exit status' 0 "$rc"
want_books "$work/copy"
want 'packets' 2000 "$epb"
end

for writes in 'pcapng:-w - -U:head -c 100' 'text:-l:head -n 1' 'pcapng:-w - -U:head -c 100:0' 'text:-l:head -n 1:1'; do
	IFS=: read -r what args reader alone <<<"$writes"
	begin "O6: a reader of $what that has enough is a normal end${alone:+, without a further packet}"
	mkfifo "$work/pipe"
	: >"$work/err"
	: >"$work/head"
	# shellcheck disable=SC2086
	$reader <"$work/pipe" >"$work/head" &
	head=$!
	pids+=("$head")
	# shellcheck disable=SC2086
	"$dump" -i v0 $args >"$work/pipe" 2>"$work/err" &
	pid=$!
	pids+=("$pid")
	listening
	((${alone:-1} == 0)) || frames "${alone:-100}"
	wait "$head"
	has_bytes "$work/head" 1 || note 'the reader got nothing'
	[[ $alone ]] || frames 100
	reap
	want 'exit status' 0 "$rc"
	want_line "$work/err" '^[0-9]+ packets? captured$'
	want_detached
	rm "$work/pipe"
	end
done

begin 'O8: a FIFO without a reader is waited for, with nothing attached, and SIGINT ends that'
mkfifo "$work/fifo"
start -i v0 -w "$work/fifo"
sleep 0.5
attached && note 'it has attached'
ended "$pid" && note 'it has ended'
finish
want 'exit status' 0 "$rc"
want_line "$work/err" 'interrupted while waiting for a reader'
want_no_line "$work/err" '^listening'
end

begin 'SIGUSR1 does not end the wait for the reader of a FIFO'
start -i v0 -w "$work/fifo"
sleep 0.5
attached && note 'it has attached'
kill -USR1 "$pid"
sleep 0.5
ended "$pid" && note 'it has ended'
finish
want 'exit status' 0 "$rc"
end

begin 'no line of text is lost to a signal while the reader is slow'
mkfifo "$work/slow"
"$dump" -i v0 >"$work/slow" 2>"$work/err" &
pid=$!
pids+=("$pid")
exec {slow}<"$work/slow"
listening
frames 4000
for _ in 1 2 3 4; do
	kill -USR1 "$pid"
	sleep 0.05
done
cat <&"$slow" >"$work/copy" &
reader=$!
exec {slow}<&-
kill -INT "$pid"
reap
wait "$reader"
want 'exit status' 0 "$rc"
want 'captured' 4000 "$(summary captured)"
want 'lines' 4000 "$(wc -l <"$work/copy")"
end

begin 'O1: stdout on a full disk is cut behind a block as well'
mount -t tmpfs -o size=256k tmpfs "$work/small"
"$dump" -i v0 -s 0 -w - >"$work/small/file" 2>"$work/err" &
pid=$!
pids+=("$pid")
listening
frames 1500 -s 1000
finish
want_cut_short "$(summary 'received by filter')" "$work/small/file"
umount "$work/small"
end

begin 'O8: a FIFO whose reader comes late gets the capture'
start -i v0 -w "$work/fifo"
cat "$work/fifo" >"$work/copy" &
pids+=("$!")
listening
frames 10
finish
want 'exit status' 0 "$rc"
wait "${pids[-1]}"
want_books "$work/copy"
want 'packets' 10 "$epb"
end

begin 'O10: an existing file is overwritten and keeps mode and owner'
rm -f "$file"
head -c 1000000 /dev/urandom >"$file"
chmod 640 "$file"
chown 12:34 "$file"
listen -i v0 -w "$file"
frames 10
finish
want_books "$file"
want 'packets' 10 "$epb"
want 'mode and owner' '640 12 34' "$(stat -c '%a %u %g' "$file")"
end

begin 'O10: a symbolic link is followed'
rm -f "$file"
ln -s target "$work/link"
for round in new existing; do
	listen -i v0 -w "$work/link"
	frames 10
	finish
	want_books "$work/target"
	want "packets ($round)" 10 "$epb"
done
end

begin 'O10: root does not follow a symbolic link in a directory that everybody can write to'
mkdir -m 1777 "$work/tmp"
echo precious >"$work/precious"
ln -s "$work/precious" "$work/tmp/link"
run -i v0 -w "$work/tmp/link"
want 'exit status' 1 "$rc"
want_line "$work/err" 'symbolic link'
want 'what it points to' precious "$(<"$work/precious")"
end

begin 'O10: what others have put into a sticky directory is not written to, by whatever option'
is_foreign='the file of another user in a directory that others can write to: not written to$'
cp tests/pcaps/mixed.pcap "$work/in"
install -o nobody -m 666 "$work/precious" "$work/tmp/file"
install -o nobody -m 666 "$work/precious" "$work/tmp/names"
mkfifo "$work/tmp/fifo"
chown nobody "$work/tmp/fifo"
chmod 666 "$work/tmp/fifo"
for args in "-i v0 -w $work/tmp/file" "-r $work/in -w $work/tmp/file" "-r $work/in --format json -w $work/tmp/file" \
	"-r $work/in -w $work/mine -b printname:$work/tmp/names" "-r $work/in -w $work/tmp/fifo"; do
	# shellcheck disable=SC2086
	run $args
	want "exit status of $args" 1 "$rc"
	want_line "$work/err" "^xdpdump: $work/tmp/(file|names|fifo): $is_foreign"
done
exec {reader}<>"$work/tmp/fifo"
run -r "$work/in" -w "$work/tmp/fifo"
want 'exit status with a reader' 1 "$rc"
IFS= read -r -t 0.1 -n 1 -u "$reader" && note 'something came out of the FIFO'
exec {reader}<&-
want 'the files' "$(printf 'precious\nprecious')" "$(cat "$work/tmp/file" "$work/tmp/names")"
ln -s tmp/file "$work/indirect"
run -r "$work/in" -w "$work/indirect"
want 'exit status through a link' 1 "$rc"
want_line "$work/err" "^xdpdump: $work/indirect: $is_foreign"
rm "$work/tmp/file" "$work/indirect"
ln "$work/precious" "$work/tmp/file"
run -r "$work/in" -w "$work/tmp/file"
want 'exit status of a hard link' 1 "$rc"
want_line "$work/err" \
	'/tmp/file: a file with other names \(hard links\) in a directory that others can write to: not written to$'
want 'what it is' precious "$(<"$work/precious")"
rm "$work/tmp/file"
mount -t tmpfs -o mode=1777,dev tmpfs "$work/small"
if mknod "$work/small/null" c 1 3; then
	run -r "$work/in" -w "$work/small/null"
	want 'exit status of a device' 1 "$rc"
	want_line "$work/err" \
		'/small/null: neither a file nor a FIFO, in a directory that others can write to: not written to$'
fi
umount "$work/small"
run -r "$work/in" -w "$work/tmp/new"
want 'exit status of a new file' 0 "$rc"
run -r "$work/in" -w "$work/tmp/new"
want 'exit status of a file of ours' 0 "$rc"
end

begin 'O11: SIGKILL under load tears one block at most, and all before it can be read'
for ((round = 0; round < 20; round++)); do
	listen -i v0 -s 200 -w "$file"
	background "$send" -i v1 -n 100000000 -s 300 -r 100000 >/dev/null 2>&1
	load=$!
	poll has_bytes "$file" $((RANDOM * 20)) || note "round $round: nothing is written"
	{
		kill -KILL "$pid"
		reap
		kill "$load"
		wait "$load"
	} 2>/dev/null
	unset epb0 torn
	eval "$(books "$file")"
	((torn < 400)) || note "round $round: $torn bytes behind the last block"
	"$dump" -r "$file" >"$work/read" 2>"$work/read.err"
	want "exit status of the reader in round $round" "$((torn > 0))" $?
	want "packets read in round $round" "$epb0" "$(wc -l <"$work/read")"
	want_detached
	((${#notes[@]} == 0)) || break
done
end

begin 'text that cannot be written ends the capture with 6'
: >"$work/err"
"$dump" -i v0 >/dev/full 2>"$work/err" &
pid=$!
pids+=("$pid")
listening
frames 10
reap
want 'exit status' 6 "$rc"
want_line "$work/err" 'stdout: cannot write: No space left on device'
want_detached
end

begin 'a directory that is missing or read-only, and a directory as the file, are named'
run -i v0 -w "$work/missing/file"
want 'exit status, missing' 1 "$rc"
want_line "$work/err" "$work/missing/file: .*No such file or directory"
mount -t tmpfs -o ro tmpfs "$work/small"
run -i v0 -w "$work/small/file"
want 'exit status, read-only' 1 "$rc"
want_line "$work/err" "$work/small/file: .*Read-only file system"
umount "$work/small"
run -i v0 -w "$work"
want 'exit status, directory' 1 "$rc"
want_line "$work/err" "$work: .*[Ii]s a directory"
want_detached
end

begin 'a failed start leaves an existing file as it was and none that it made'
ip link add br0 type bridge
echo precious >"$work/precious"
run -i br0 --mode native -w "$work/precious"
want 'exit status' 4 "$rc"
want 'the file' precious "$(<"$work/precious")"
run -i br0 --mode native -w "$work/new"
want 'exit status' 4 "$rc"
[[ ! -e $work/new ]] || note 'the new file is still there'
end

begin 'neither pcapng nor compressed text is written to a terminal'
if command -v script >/dev/null; then
	script -qec "'$dump' -i v0 -w -" /dev/null >"$work/err" 2>&1 </dev/null
	want 'exit status' 2 $?
	want_line "$work/err" 'stdout is a terminal'
	script -qec "'$dump' -i v0 -w - --format json --compress gzip" /dev/null >"$work/err" 2>&1 </dev/null
	want 'exit status' 2 $?
	want_line "$work/err" 'stdout is a terminal: gzip'
	end
else
	skip 'script is missing'
fi

begin '--part: a file gets its name when it is complete, and not before'
rm -rf "$work/part"
mkdir "$work/part"
echo old >"$work/part/f"
listen -i v0 -w "$work/part/f" --part -b printname:stderr
frames 10
want 'files while it captures' 'f f.part' "$(cd "$work/part" && echo *)"
want 'the old one' old "$(<"$work/part/f")"
finish
want 'exit status' 0 "$rc"
want 'files afterwards' f "$(cd "$work/part" && echo *)"
want_line "$work/err" '/part/f$'
want_books "$work/part/f"
want 'packets' 10 "$epb"
end

begin '--part: a sudden end leaves the part'
rm -f "$work/part"/*
listen -i v0 -w "$work/part/f" --part
frames 10
finish KILL
want 'files' f.part "$(cd "$work/part" && echo *)"
run -i nope -w "$work/part/g" --part
want 'files after a start that failed' f.part "$(cd "$work/part" && echo *)"
end

begin '--part: what a full disk has cut keeps it'
rm -f "$work/part"/*
mkdir -p "$work/tiny"
mount -t tmpfs -o size=64k tmpfs "$work/tiny"
for limit in '' '-C 20k'; do
	rm -f "$work/tiny"/*
	# shellcheck disable=SC2086 # words
	run -r tests/pcaps/mixed.pcap -r tests/pcaps/jumbo.pcap -r tests/pcaps/jumbo.pcap \
		--part $limit -w "$work/tiny/f"
	want "exit status with '$limit'" 6 "$rc"
	want "parts with '$limit'" 1 "$(find "$work/tiny" -name '*.part' | wc -l)"
	want_line "$work/err" '/tiny/f[0-9]*\.part: [0-9]+ packets not written: No space left on device$'
done
want 'files that are complete' 'f f1 f2' "$(cd "$work/tiny" && echo f f?)"
umount "$work/tiny"
end

begin '--part: what somebody has moved, or put there instead, is left alone'
rm -f "$work/part"/*
listen -i v0 -w "$work/part/f" --part
mv "$work/part/f.part" "$work/part/mine"
echo other >"$work/part/f.part"
frames 10
finish
want 'exit status' 6 "$rc"
want_line "$work/err" '/part/f.part: cannot be renamed: another file has taken its place$'
want 'files' 'f.part mine' "$(cd "$work/part" && echo *)"
want 'the other one' other "$(<"$work/part/f.part")"
want_books "$work/part/mine"
want 'packets' 10 "$epb"
end

begin '--part: names that come again, and the command that takes the files away'
rm -f "$work/part"/*
# shellcheck disable=SC2016 # for another shell
printf '%s\n' '#!/bin/sh' '[ -e "$1.part" ] && echo "$1: part" >>"$(dirname "$0")/ran"' \
	'echo "$1" >>"$(dirname "$0")/ran"' >"$work/see"
chmod +x "$work/see"
for wrap in 1 3; do
	rm -f "$work/ran"
	listen -i v0 -w "$work/part/w$wrap" --part -b printname:/dev/null -C 2k -W $wrap -z "$work/see" -s 0
	frames 40 -s 500 -r 400
	finish
	want "exit status with $wrap" 0 "$rc"
	want "files with $wrap" $wrap "$(find "$work/part" -name "w$wrap*" ! -name '*.part' | wc -l)"
	want "parts with $wrap" 0 "$(find "$work/part" -name '*.part' | wc -l)"
	((wrap == 1)) || want_no_line "$work/ran" 'part: part'
done
run -i v0 -w /dev/null --part
want 'exit status of a device' 2 "$rc"
want_line "$work/err" '/dev/null: not a regular file, which --part is for$'
end

plan
