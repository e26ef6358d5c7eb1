#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Faults of the output that a full disk does not show: errors of every call, slow and vanishing
# disks, sudden deaths. Whatever happens, a clean stop leaves no torn block, and each packet is in
# the file or counted as not written.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

file=$work/file

# injected FAULT ARGS...: as `listen`, with a fault in the calls that concern $file (strace(1): -e inject=FAULT)
injected()
{
	local fault=$1

	shift
	rm -f "$file"
	# with -D the process is the tool, and the tracer out of the way
	background strace -D -f -q -o "$work/trace" -P "$file" -e "inject=$fault" "$dump" "$@" -w "$file" \
		>"$work/out" 2>"$work/err"
	pid=$!
	listening || { note "xdpdump $*: has not started"; note_file "$work/err"; }
}

# Packets that the end of the capture says are not written.
not_written()
{
	sed -nE 's/.* ([0-9]+) packets? not written.*/\1/p' "$work/err"
}

# want_counted FILE: whole blocks, and what is not in them is counted; the statistics may be missing.
want_counted()
{
	local said

	unset epb0 torn
	said=$(books "$1" 2>&1) || note "books: $said"
	eval "$said"
	want 'torn bytes' 0 "${torn-}"
	received=$(summary 'received by filter') lost=$(not_written)
	want 'in the file + not written, as it says' "$received" "$((${epb0:-0} + lost))"
	want 'captured, as it says' "${epb0:-0}" "$(summary captured)"
}

# want_sentence PATTERN: one line says what happened.
want_sentence()
{
	want "lines with '$1'" 1 "$(grep -Ec -e "$1" "$work/err")"
	want_no_line "$work/err" 'AddressSanitizer|runtime error|Assertion'
}

veth_up v0 v1 9014 || exit 1

if [[ $sanitized ]] || ! command -v strace >/dev/null; then
	echo '1..0 # SKIP strace is missing, or does not go together with the sanitizers'
	exit 0
fi

while IFS=: read -r error said; do
	begin "O3: a file that cannot be written any more ($error) is cut behind a block, and the rest counted"
	injected "write:error=$error:when=3+" -i v0 -s 0
	frames 2000 -s 1000
	finish
	want 'exit status' 6 "$rc"
	want_sentence "^xdpdump: $file: [0-9]+ packets? not written: $said\$"
	want_counted "$file"
	((lost > 0)) || note 'all was written'
	want_detached
	end
done <<'END'
EIO:Input/output error
ENOSPC:No space left on device
EDQUOT:Disk quota exceeded
EROFS:Read-only file system
EFBIG:File too large
END

begin 'a start whose first write fails leaves no file'
rm -f "$file"
background strace -D -f -q -o "$work/trace" -P "$file" -e inject=write:error=EIO "$dump" -i v0 -w "$file" \
	>"$work/out" 2>"$work/err"
pid=$!
reap
want 'exit status' 6 "$rc"
want_sentence "^xdpdump: $file: cannot write: Input/output error\$"
[[ ! -e $file ]] || note 'it has left a file'
want_detached
end

# The writes of each thread are counted: the first three of the one that takes packets are the head and the end of a file.
begin 'O3: whichever write fails, once: the file ends with statistics, and all is counted'
for args in none:{2..9} 64m:{4..8}; do
	n=${args#*:}
	injected "write:error=EIO:when=$n" -i v0 -s 0 --write-buffer "${args%:*}"
	frames 2000 -s 1000
	finish
	want "exit status, write $n" 6 "$rc"
	want_sentence 'not written: Input/output error$'
	want_counted "$file"
	want_books "$file"
	want_detached
done
end

begin 'O3: an error of the disk that shows when all is written is told, and the file not synced again'
injected 'fdatasync:error=EIO' -i v0
frames 100
finish
want 'exit status' 6 "$rc"
want_sentence 'Input/output error$'
want_books "$file"
want 'packets' 100 "$epb"
want 'calls of fdatasync and fsync for the file' 1 "$(grep -Ec 'f(data)?sync\(' "$work/trace")"
end

begin 'O3: a file that can be neither written nor cut: the packets before are read, the rest counted'
injected 'write,ftruncate:error=EIO:when=3+' -i v0 -s 0
frames 2000 -s 1000
finish
want 'exit status' 6 "$rc"
want_sentence 'not written: Input/output error$'
received=$(summary 'received by filter') lost=$(not_written)
run -r "$file"
want 'packets read + not written' "$received" "$(($(wc -l <"$work/out") + lost))"
want_detached
end

for calls in "write -P $file" epoll_pwait2,epoll_wait,poll,ppoll; do
	begin "R4: system calls that are interrupted (${calls%% *}) lose nothing"
	rm -f "$file"
	# shellcheck disable=SC2086
	background strace -D -f -q -o "$work/trace" -e "inject=${calls%% *}:error=EINTR:when=1+2" \
		${calls#"${calls%% *}"} \
		"$dump" -i v0 -s 0 -w "$file" >"$work/out" 2>"$work/err"
	pid=$!
	listening
	frames 2000 -s 1000
	finish
	want 'exit status' 0 "$rc"
	want_books "$file"
	want 'packets' 2000 "$epb"
	want_true 'calls were interrupted' grep -q 'EINTR.*INJECTED' "$work/trace"
	end
done

# However slowly they are sent: some come while it waits for the disk.
some_lost()
{
	frames 3000 -s 1000
	((sent += 3000))
	kill -USR1 "$pid"
	grep -q 'lost: .*ring full' "$work/err"
}

begin 'R3: a slow disk loses packets in the ring only, which is counted, and SIGINT is obeyed'
injected write:delay_enter=200000 -i v0 -s 0 -B 64 --write-buffer none
sent=0
poll some_lost || note 'nothing was lost'
finish
want 'exit status' 0 "$rc"
want_books "$file"
((osdrop > 0)) || note 'nothing was lost, as the file says'
want 'in the file + lost in the ring' "$sent" "$((epb + osdrop))"
end

begin 'O9: a file whose directory is removed is written to its end, and that is no error'
mkdir "$work/gone"
listen -i v0 -w "$work/gone/file"
exec {held}<"$work/gone/file"
frames 100
rm -r "$work/gone"
frames 100
finish
want 'exit status' 0 "$rc"
cat <&"$held" >"$work/copy"
exec {held}<&-
want_books "$work/copy"
want 'packets' 200 "$epb"
end

begin 'O12: a disk that goes away ends the capture; what was synced is there when it comes back'
if ! mount_ext4 "$work/disk" 16M; then
	skip 'no ext4 on a loop device here'
else
	listen -i v0 -s 0 -w "$work/disk/file"
	frames 2000 -s 1000
	finish
	want 'exit status of a capture with a disk' 0 "$rc"
	mv "$work/disk/file" "$work/disk/first"
	sync "$work/disk"
	listen -i v0 -s 0 -w "$work/disk/file"
	frames 2000 -s 1000
	lose_disk "$work/disk"
	frames 2000 -s 1000
	finish
	want 'exit status' 6 "$rc"
	want_sentence 'not written: Input/output error$'
	want_detached
	umount "$work/disk"
	mount -o loop "$work/image" "$work/disk"
	cp "$work/disk/first" "$work/copy"
	unset epb0 torn
	eval "$(books "$work/copy")"
	want 'packets of the capture that ended before' 2000 "${epb0-}"
	want 'torn bytes of it' 0 "${torn-}"
	if [[ -s $work/disk/file ]]; then
		run -r "$work/disk/file"
		((rc <= 1)) || note "the rest of the other cannot be read: $rc"
	fi
	umount "$work/disk"
	end
fi

has_2000()
{
	[[ $(books "$work/disk/file" 2>/dev/null) == *epb0=2000$'\n'* ]]
}

# Of two syncs that end from now on the second has begun from now on.
synced_twice()
{
	frames 1
	(($(grep -c 'fdatasync.* = 0' "$work/trace") >= synced + 2))
}

# ends_in_zeros FILE: its file system has kept a size, and not all of the bytes.
ends_in_zeros()
{
	[[ $(tail -c 1 "$1" | od -An -tx1) == ' 00' ]]
}

begin 'O12: a power cut with --sync 0.1: a prefix of whole blocks, with all that was there at the last sync'
if ! mount_ext4 "$work/disk" 16M; then
	skip 'no ext4 on a loop device here'
else
	: >"$work/trace"
	background strace -D -f -q -o "$work/trace" -e trace=fdatasync "$dump" -i v0 -s 0 -U --sync 0.1 \
		-w "$work/disk/file" >"$work/out" 2>"$work/err"
	pid=$!
	listening
	frames 2000 -s 1000
	poll has_2000 || note 'not all is in the file'
	synced=$(grep -c 'fdatasync.* = 0' "$work/trace")
	poll synced_twice || note 'it was not synced'
	lose_disk "$work/disk"
	frames 100 -s 1000
	finish
	want 'exit status' 6 "$rc"
	umount "$work/disk"
	mount -o loop "$work/image" "$work/disk"
	unset epb0 torn
	eval "$(books "$work/disk/file" 2>/dev/null)"
	want 'torn bytes' 0 "${torn-$(ends_in_zeros "$work/disk/file" && echo 0)}"
	run -r "$work/disk/file" -w "$work/copy"
	epb0=$("$dump" -r "$work/copy" --count | sed 's/ .*//')
	((epb0 >= 2000)) || note "only $epb0 packets of 2000 that were synced"
	umount "$work/disk"
	end
fi

# stepped SECONDS ARGS...: as `listen`, on a machine whose clock is set meanwhile
stepped()
{
	local step=$1

	shift
	rm -f "$file"
	background env STEP="$step" LD_PRELOAD="$work/step.so" "$dump" "$@" >"$work/out" 2>"$work/err"
	pid=$!
	listening || { note "xdpdump $*: has not started"; note_file "$work/err"; }
}

# poke MAP-FIELDS...: a record that the program would not write, into the rings of the capture
poke()
{
	local fd info

	for fd in "/proc/$pid/fd"/*; do
		info=/proc/$pid/fdinfo/${fd##*/}
		# the rings are the only array with values of megabytes
		[[ $(readlink "$fd") == *bpf-map* ]] || continue
		(($(sed -n 's/^value_size:[[:space:]]*//p' "$info") > 1 << 20)) || continue
		"$work/poke" "$(sed -n 's/^map_id:[[:space:]]*//p' "$info")" "$@" 2>"$work/poked" ||
			note "poke: $(<"$work/poked")"
		return
	done
	note 'poke: no rings'
}

if ! "${CC:-cc}" -I. -O1 -o "$work/poke" tests/live/poke.c -lbpf 2>"$work/cc"; then
	begin 'R5: records that make no sense'
	skip 'no compiler'
else
	begin 'R5: a record of an interface that there is not is an error, and counted'
	listen -i v0 -w "$file"
	poke 7 4 14 34 54 60
	finish
	want 'exit status' 1 "$rc"
	want_line "$work/err" '^xdpdump: 1 records of the rings were of no interface of ours: not written$'
	want_line "$work/err" 'not written 1,'
	end

	begin 'R5: offsets in a record that do not fit its bytes are not believed, and the books show that it is not the program'\''s'
	for fields in '4 40000 60000 65000' '4 14 40000 54' '4 50 50 60' '6 14 54 60' '9 14 34 54' '4 14 34 61'; do
		listen -i v0 -vv -XX -e
		# shellcheck disable=SC2086 # words
		poke 0 $fields 60
		finish
		want "exit status with $fields" 1 "$rc"
		want_line "$work/err" \
			'^xdpdump: v0: the counts do not add up: seen 0, filtered 0, lost 0, delivered 0, taken 1, not written 0$'
		want_line "$work/out" \
			'^\[.*\] 00:00:00:00:00:00 -> 00:00:00:00:00:00 (LLC|0x0000|EN10MB|802.3).* \(60 bytes\)'
	done
	listen -i v0 --sample 1/9 --rate-limit 7/s
	poke 0 4 14 40000 54 60
	finish
	want 'exit status with a sample and a limit' 1 "$rc"
	want_line "$work/err" '^xdpdump: v0: the counts do not add up: seen 0, filtered 0, sampled out 0, rate limited 0, lost 0,'
	end

	begin 'R5: lengths of a record that do not fit its ring give the ring up, and that is an error'
	for caplen in 61 300 4000000000; do
		listen -i v0
		poke 0 4 14 34 54 $caplen
		finish
		want "exit status with $caplen" 1 "$rc"
		want_line "$work/err" 'a ring held records that make no sense'
	done
	end
fi

for step in 3600 -3600; do
	begin "R7: a clock set by $step s while it captures: all packets are there, and both it and the file say so"
	if ! "${CC:-cc}" -shared -fPIC -O1 -o "$work/step.so" tests/live/step.c 2>"$work/cc"; then
		skip 'no compiler'
		continue
	fi
	stepped "$step" -i v0 -w "$file"
	frames 1000 -r 1000
	frames 100
	finish
	want 'exit status' 0 "$rc"
	want_sentence "^xdpdump: warning: the clock was set by [+-]3600.000 s, and the times of packets follow it\$"
	want_books "$file"
	want 'packets' 1100 "$epb"
	[[ $comment == *" clock_step=${step/#3/+3}.000s"* ]] || note "the statistics say '$comment'"
	end
done

# want_written NUMBER: what is left of so many packets that were to be written into $work/small/file
want_written()
{
	local n

	want 'exit status' 6 "$rc"
	want_sentence "^xdpdump: $work/small/file: [0-9]+ packets? not written: No space left on device\$"
	lost=$(not_written)
	n=$([[ ! -s $work/small/file ]] || "$dump" -r "$work/small/file" | wc -l)
	want 'packets in the file + not written' "$1" "$((n + lost))"
	((lost > 0)) || note 'all was written'
}

mkdir "$work/small"
listen -i v0 -s 0 -w "$work/large"
frames 3000 -s 500
finish
for format in pcapng pcap pcap-ns; do
	begin "with -r a full disk ends a file of $format behind a packet, and what was not read any more is counted as well"
	for size in 4k 64k 512k; do
		mount -t tmpfs -o size=$size tmpfs "$work/small"
		run -r "$work/large" --format "$format" -w "$work/small/file"
		want_written 3000
		run -r "$work/large" --format "$format" -c 2000 -w "$work/small/file"
		want_written 2000
		umount "$work/small"
	done
	end
done

begin 'A3, O11: SIGKILL at 30 random moments: whole blocks but the last, and a reader that says so'
for ((round = 0; round < 30; round++)); do
	args=(-s $((RANDOM % 1500 + 60)))
	((round % 2)) && args+=(-U)
	rm -f "$file"
	listen -i v0 -w "$file" "${args[@]}"
	background "$send" -i v1 -n 100000000 -s $((RANDOM % 1400 + 60)) -r $((RANDOM * 5 + 100)) >/dev/null 2>&1
	load=$!
	sleep "0.$((RANDOM % 3))$((RANDOM % 10))"
	{
		kill -KILL "$pid"
		reap
		kill "$load"
		wait "$load"
	} 2>/dev/null
	unset epb0 torn
	eval "$(books "$file")"
	((${torn:-9999} < 1700)) || note "round $round: ${torn-no} bytes behind the last block"
	run -r "$file"
	want "exit status of the reader in round $round" "$((torn > 0))" "$rc"
	want "packets read in round $round" "${epb0-}" "$(wc -l <"$work/out")"
	want_detached
	((${#notes[@]} == 0)) || break
done
end

plan
