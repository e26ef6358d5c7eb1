#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Files that follow each other: by size, time, packets, on request. Whatever ends a file, no packet
# is lost, doubled or uncounted.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

flood=$B/replay/xdpflood
d=$work/d

# Into an empty directory.
fresh()
{
	rm -rf "$d"
	mkdir "$d"
}

# The files in $d in the order of their numbers or times, into `files`.
list()
{
	mapfile -t files < <(find "$d" -type f | sort -V)
}

# Of `files`.
names()
{
	printf '%s ' "${files[@]##*/}"
}

n_files()
{
	list
	((${#files[@]} >= $1))
}

# want_series FILE...: each is complete and well formed, and its statistics continue those of the
# one before: what was delivered in between is in it. Leaves the number of packets in total, and
# the counters and not_written of the last.
want_series()
{
	local file said before=0 not_written_before=0 lost_before=0

	total=0 dropsum_all=0
	for file; do
		if ! said=$(books "$file" 2>&1); then
			note "${file##*/}: ${said##*$'\n'}"
			continue
		fi
		unset epb0 isb0 ifrecv0 filteraccept0 osdrop0 usrdeliv0 dropsum0 comment0 torn
		eval "$said"
		want "${file##*/}: torn bytes, statistics blocks" '0 1' "${torn-} ${isb0-}"
		[[ ${isb0-} == 1 ]] || continue
		not_written=${comment0##*not_written=}
		not_written=${not_written%% *}
		want "${file##*/}: packets in it" "$((usrdeliv0 - before - not_written + not_written_before))" "$epb0"
		((filteraccept0 >= usrdeliv0 + osdrop0 && ifrecv0 >= filteraccept0 && osdrop0 >= lost_before)) ||
			note "${file##*/}: received $ifrecv0, accepted $filteraccept0, delivered $usrdeliv0, dropped $osdrop0"
		before=$usrdeliv0 not_written_before=$not_written lost_before=$osdrop0
		total=$((total + epb0)) dropsum_all=$((dropsum_all + dropsum0))
	done
	((dropsum_all <= ${osdrop0-0} + not_written_before)) ||
		note "epb_dropcount adds up to $dropsum_all of $osdrop0 lost"
}

# The same of all files of a capture that has ended as asked: nothing is left over, and the summary says so as well.
want_all()
{
	want_series "$@"
	want 'captured, by the summary' "$total" "$(summary captured)"
	want 'accepted, at the end' "${filteraccept0-}" "$((${usrdeliv0-0} + ${osdrop0-0}))"
}

# want_sizes MAX FILE...
want_sizes()
{
	local file size max=$1

	shift
	for file; do
		size=$(stat -c %s "$file")
		((size <= max)) || note "${file##*/}: $size bytes"
	done
}

veth_up v0 v1 || exit 1

begin '-C: no file is larger, and all packets are in one of them'
fresh
listen -i v0 -s 0 -w "$d/f" -C 20k
frames 300 -s 1000
finish
want 'exit status' 0 "$rc"
list
want_all "${files[@]}"
want 'packets' 300 "$total"
want_sizes 20480 "${files[@]}"
want 'files' 'f f1 f2 f3' "$(names | cut -d' ' -f 1-4)"
want 'frames in each, as many as fit' '18 18 18' \
	"$(for i in 0 1 2; do books "${files[i]}" | sed -n 's/^epb0=//p'; done | xargs)"
want_accepted "${files[3]}"
want_well_formed "${files[3]}"
end

begin '-C -W: a ring of files, the oldest is overwritten'
fresh
listen -i v0 -s 0 -w "$d/f" -C 20k -W 3
frames 100 -s 1000 -r 100		# a file has to be on the disk before it is overwritten
finish
list
want 'files' 'f0 f1 f2 ' "$(names)"
want 'packets' '18 18 10' "$(for i in 0 1 2; do books "${files[i]}" | sed -n 's/^epb0=//p'; done | xargs)"
want_sizes 20480 "${files[@]}"
end

begin 'R10: -G: without any packet, too, and every file is complete'
fresh
listen -i v0 -w "$d/f-%H%M%S.pcapng" -G 1
poll n_files 4 || note 'not four files in a minute'
frames 10
finish
want 'exit status' 0 "$rc"
list
want_all "${files[@]}"
want 'packets' 10 "$total"
want_accepted "${files[0]}"
want_well_formed "${files[0]}"
[[ ${files[0]} =~ /f-[0-9]{6}\.pcapng$ ]] || note "a file is called ${files[0]}"
eval "$(books "${files[0]}")"
((endtime0 - starttime0 > 500000000)) || note "it ends after $((endtime0 - starttime0)) ns"
end

begin '-G -W: it ends by itself'
fresh
listen -i v0 -w "$d/f%s" -G 1 -W 2
reap
want 'exit status' 0 "$rc"
list
want 'files' 2 "${#files[@]}"
want_all "${files[@]}"
want_detached
end

begin '-G -W -b printname: the same, with the names of -G'
fresh
listen -i v0 -w "$d/f%s" -G 1 -W 3 -b printname:"$work/list"
reap
want 'exit status' 0 "$rc"
list
want_all "${files[@]}"
want 'files' 3 "${#files[@]}"
want 'names' "$(printf '%s\n' "${files[@]}")" "$(<"$work/list")"
[[ ${files[0]} =~ /f[0-9]{10}$ ]] || note "a file is called ${files[0]}"
want_detached
end

begin '-G: packets are in the slice of their time'
fresh
listen -i v0 -w "$d/f%s" -G 1
frames 2500 -s 60 -r 1000
finish
list
want_all "${files[@]}"
want 'packets' 2500 "$total"
for ((i = 1; i < ${#files[@]}; i++)); do
	first=$(tshark -n -r "${files[i]}" -c 1 -T fields -e frame.time_epoch 2>/dev/null)
	last=$(tshark -n -r "${files[i - 1]}" -T fields -e frame.time_epoch 2>/dev/null | tail -n 1)
	[[ -z $first || -z $last ]] || ((${first//./} >= ${last//./})) ||
		note "${files[i]##*/} begins at $first, before $last"
done
(("${#files[@]}" >= 3)) || note "only ${#files[@]} files"
end

begin '-b packets: files: names and numbers of dumpcap, the newest stay'
fresh
listen -i v0 -w "$d/f.pcapng" -b packets:10
frames 35
finish
list
want_all "${files[@]}"
want 'packets' 35 "$total"
want 'files' 4 "${#files[@]}"
want 'names' '00001 00002 00003 00004' \
	"$(sed -E 's/.*\/f_([0-9]{5})_[0-9]{14}\.pcapng$/\1/' < <(printf '%s\n' "${files[@]}") | xargs)"
end

begin '-b packets:1: files as fast as the disk takes them, and nothing is lost of what the ring has room for'
fresh
listen -i v0 -w "$d/f.pcapng" -b packets:1 -z true
timeout -k 1 120 "$flood" -i v1 -c 10000 -r 10000 -p 0 >"$work/sent" 2>&1 || note 'xdpflood has failed'
finish
want 'exit status' 0 "$rc"
list
((${#files[@]} > 16)) || note "only ${#files[@]} files"	# so many may wait for the disk
want 'captured' 10000 "$(summary captured)"
n=$(grep -c 'left out' "$work/err")
((n <= 6)) || note "$n lines of commands that were left out"
end

begin '-b interval: files begin at multiples of it'
fresh
listen -i v0 -w "$d/f" -b interval:2
poll n_files 3 || note 'not three files in a minute'
finish
list
want_all "${files[@]}"
for file in "${files[@]:1}"; do
	((10#${file: -1} % 2 == 0)) || note "a file is called ${file##*/}"
done
end

begin '-a duration: it ends without any packet'
fresh
since=$(now_ms)
listen -i v0 -w "$d/f" -a duration:1
reap
took=$(($(now_ms) - since))
want 'exit status' 0 "$rc"
((took >= 1000)) || note "it took $took ms"
list
want_all "${files[@]}"
want_detached
end

begin '-a duration, -G -W: the packet that comes behind the end is in no file, and counted'
for args in '-a duration:1' '-G 1 -W 1' '-G 1 -W 2'; do
	fresh
	# shellcheck disable=SC2086
	listen -i v0 -s 96 -w "$d/f%s" $args
	background "$flood" -i v1 -p 0 -r 50000 >"$work/sent" 2>&1
	load=$!
	reap
	kill -TERM "$load"	# SIGINT would be ignored as long as it has not begun
	wait "$load"
	want "exit status ($args)" 0 "$rc"
	list
	want_all "${files[@]}"
done
end

begin '-a packets: and files: it ends with the last packet'
fresh
listen -i v0 -w "$d/f" -b packets:10 -a files:2
frames 30
reap
want 'exit status' 0 "$rc"
list
want 'files' 2 "${#files[@]}"
want 'packets' 20 "$(summary captured)"
listen -i v0 -w "$d/g" -a packets:7
frames 30
reap
want 'exit status' 0 "$rc"
want 'packets' 7 "$(summary captured)"
end

begin '-a filesize: it ends before the file is larger'
fresh
listen -i v0 -s 0 -w "$d/f" -a filesize:20
frames 300 -s 1000
reap
want 'exit status' 0 "$rc"
list
want_all "${files[@]}"
want_sizes 20000 "${files[@]}"
want 'files' 1 "${#files[@]}"
end

begin 'SIGHUP begins a new file'
fresh
listen -i v0 -w "$d/f"
frames 10
poll test -s "$d/f"
sleep 0.2
kill -HUP "$pid"
poll n_files 2 || note 'no second file'
frames 5
finish
want 'exit status' 0 "$rc"
list
want 'files' 'f f1 ' "$(names)"
want_all "${files[@]}"
want 'packets' 15 "$total"
end

begin 'SIGHUP after logrotate has moved the file: the same name again'
fresh
listen -i v0 -w "$d/f"
frames 10
sleep 0.2
mv "$d/f" "$d/e"
kill -HUP "$pid"
poll test -s "$d/f" || note 'no new file'
frames 5
finish
list
want 'files' 'e f ' "$(names)"
want_all "${files[@]}"
want 'packets' 15 "$total"
end

for format in json text csv; do
	begin "SIGHUP after logrotate has moved a file of $format in which there is nothing yet: what follows is in the new one"
	fresh
	listen -i v0 --format $format -w "$d/f"
	mv "$d/f" "$d/e"
	kill -HUP "$pid"
	poll test -e "$d/f" || note 'no new file'
	frames 5
	finish
	want 'exit status' 0 "$rc"
	list
	want 'files' 'e f ' "$(names)"
	want 'packets' 5 "$(grep -c UDP "$d/f")"
	end
done

begin 'an empty file of ours that was moved, and another one in its place: both stay'
fresh
listen -i v0 --format json -w "$d/f"
mv "$d/f" "$d/e"
echo precious >"$d/f"
finish
want 'exit status' 0 "$rc"
want 'files' 'e f ' "$(list; names)"
want 'the file' precious "$(<"$d/f")"
end

begin 'SIGHUP ends a capture without a file, and one whose terminal has hung up'
listen -i v0
finish HUP
want 'exit status' 0 "$rc"
fresh
python3 - "$dump" -i v0 -w "$d/f" <<'END' || note 'it goes on without a terminal'
import os, pty, signal, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
said = b""
while b"listening" not in said:
    said += os.read(terminal, 1000)
os.close(terminal)		# the kernel sends SIGHUP
for _ in range(6000):
    if os.waitpid(pid, os.WNOHANG)[0]:
        sys.exit(0)
    time.sleep(0.01)
os.kill(pid, signal.SIGKILL)
sys.exit(1)
END
list
want 'files' 'f ' "$(names)"
want_all "${files[@]}"
want_detached
end

begin 'O4: the limit of the size of files is one more reason to begin a new one'
fresh
: >"$work/err"
(ulimit -f 32; exec "$dump" -i v0 -s 0 -w "$d/f" -C 1m) >"$work/out" 2>"$work/err" &
pid=$!
pids+=("$pid")
listening
frames 100 -s 1000
finish
want 'exit status' 0 "$rc"
list
want_all "${files[@]}"
want 'packets' 100 "$total"
((${#files[@]} > 1)) || note 'only one file'
end

begin 'O9: a directory that has gone: the file is complete, and the status tells'
fresh
listen -i v0 -s 0 -w "$d/f" -C 20k
frames 10 -s 1000
sleep 0.2
ln "$d/f" "$work/kept"
rm -r "$d"
frames 20 -s 1000
reap
want 'exit status' 6 "$rc"
want_line "$work/err" "^xdpdump: $d/f1: cannot make this file: No such file or directory; [0-9]+ packets? not written$"
want_books "$work/kept"
want 'packets' 18 "$epb"
want_detached
end

begin 'O9, O10: a symbolic link in place of the next file: not followed where everybody can write'
fresh
chmod 1777 "$d"
ln -s "$work/victim" "$d/f1"
listen -i v0 -s 0 -w "$d/f" -C 20k
frames 20 -s 1000
reap
want 'exit status' 6 "$rc"
want_line "$work/err" \
	"^xdpdump: $d/f1: cannot make this file: a symbolic link in a directory that everybody can write to: not followed; "
[[ ! -e $work/victim ]] || note 'the link was followed'
end

begin 'O10: the file of another user in place of the next one: not written to in a sticky directory, round or not'
for round in '' '-W 2'; do
	fresh
	chmod 1777 "$d"
	: >"$d/f1"
	chmod 666 "$d/f1"
	chown nobody "$d/f1"
	# shellcheck disable=SC2086
	listen -i v0 -s 0 -w "$d/f" -C 20k $round
	frames 20 -s 1000
	reap
	want "exit status ($round)" 6 "$rc"
	want_line "$work/err" \
		"^xdpdump: $d/f1: cannot make this file: the file of another user in a directory that others can write to: not written to; "
	want "bytes in it ($round)" 0 "$(stat -c %s "$d/f1")"
	want_all "$d/f$([[ -z $round ]] || echo 0)"
	want "packets ($round)" 18 "$total"
	rm -f "$d/f1"
done
end

begin 'O2: a full disk: the files before are complete, and the status tells'
fresh
mount -t tmpfs -o size=100k none "$d"
listen -i v0 -s 0 -w "$d/f" -C 30k
frames 300 -s 1000
reap
want 'exit status' 6 "$rc"
list
want_series "${files[@]:0:2}"
books "${files[-1]}" >"$work/books" || note "the books of ${files[-1]##*/}"
want_line "$work/books" '^torn=0$'
want_line "$work/err" "^xdpdump: $d/f[0-9]: .*No space left on device"
umount "$d"
end

begin 'O9: a directory that was replaced: it goes on in the one it was started in'
fresh
mkdir "$d/a" "$d/b"
listen -i v0 -s 0 -w "$d/a/f" -C 20k
frames 10 -s 1000
mv "$d/a" "$d/c"
ln -s b "$d/a"
frames 20 -s 1000
finish
want 'exit status' 0 "$rc"
list
want 'files' 'f f1 ' "$(names)"
want 'files in the other directory' '' "$(ls "$d/b")"
want_all "${files[@]}"
end

begin 'O14: a time that gives a name again gets numbers, three files a second, and none is overwritten'
fresh
listen -i v0 -s 0 -w "$d/f%Y" -G 1 -C 20k
for _ in 1 2 3; do
	frames 50 -s 1000
	sleep 1.1
done
finish
want 'exit status' 0 "$rc"
list
want_all "${files[@]}"
want 'packets' 150 "$total"
((${#files[@]} >= 9)) || note "only ${#files[@]} files"
year=${files[0]##*/}
want 'files' "$year ${year}1 ${year}2" "$(names | cut -d' ' -f 1-3)"
end

begin 'O14: what is no file cannot be followed by others'
mkfifo "$work/fifo"
sleep 60 <>"$work/fifo" &
reader=$!
pids+=("$reader")
for args in "-w $work/fifo -C 1" "-w /dev/null -G 1" "-w - -C 1" "-w $d/%D -G 1"; do
	# shellcheck disable=SC2086
	run -i v0 $args
	want "exit status of $args" 2 "$rc"
done
kill "$reader"
want_detached
end

for case in '1500000 -C 16m' '1500000 -b packets:100000 -b files:1000' '2500000 -G 1'; do
	n=${case%% *} case=${case#* }
	begin "a million packets a second with $case: none is lost uncounted or doubled"
	fresh
	# shellcheck disable=SC2086
	listen -i v0 -s 96 -w "$d/f" $case
	timeout -k 1 120 "$flood" -i v1 -c "$n" -r 1000000 -p 0 >"$work/sent" 2>&1 || note 'xdpflood has failed'
	finish
	want 'exit status' 0 "$rc"
	list
	want_all "${files[@]}"
	want 'received' "$n" "$ifrecv0"
	want 'captured + dropped' "$n" "$((total + osdrop0))"
	eval "$(frames_of "${files[@]}" 2>&1)"
	want 'others, turned' '0 0' "$others $turned"
	want 'numbers that are missing' "$osdrop0" "$((first + missing + n - 1 - last))"
	((${#files[@]} > 2 || osdrop0 > 0)) || note "only ${#files[@]} files"
	echo "# ${#files[@]} files, $osdrop0 packets lost in the ring"
	end
done

begin 'ten stops under load: the books are right'
for ((i = 0; i < 10 && ${#notes[@]} == 0; i++)); do
	fresh
	listen -i v0 -s 96 -w "$d/f" -b packets:2000
	background "$flood" -i v1 -p 0 -r 300000 >"$work/sent" 2>&1
	load=$!
	sleep "0.0$((RANDOM % 10))"
	finish
	kill -TERM "$load"
	wait "$load"
	want 'exit status' 0 "$rc"
	list
	want_all "${files[@]}"
done
end

rm -rf "$d"
plan
