#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Compressed captures: other programs read them, a killed capture leaves what it had written, a
# full disk a sound file, and a reader of the pipe sees packets as soon as they are written.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

flood=$B/replay/xdpflood
declare -A magic=([zstd]=28b52ffd [gzip]=1f8b08) unpacker=([zstd]='zstd -q' [gzip]=gzip)

# unpack CODEC [OPTION]: stdin to stdout
unpack()
{
	# shellcheck disable=SC2086
	${unpacker[$1]} "${2:--dc}"
}

# want_packed CODEC FILE: it is compressed and whole, by the codec's own program, and others read it
want_packed()
{
	want 'first bytes' "${magic[$1]}" "$(xxd -p -l "$((${#magic[$1]} / 2))" "$2")"
	want_true "${unpacker[$1]} -t" unpack "$1" -t <"$2"
	want_true tshark tshark -n -r "$2"
	want_true capinfos capinfos -M "$2"
}

packets_in()
{
	"$dump" -r "$1" 2>"$work/read.err" | wc -l
}

holds_packets()
{
	(($(packets_in "$file") > 0))
}

veth_up v0 v1 9014 || exit 1

for codec in zstd gzip; do
	file=$work/file.$codec

	begin "a capture in $codec is whole, counted, smaller, and read by other programs"
	listen -i v0 -w "$file" --compress "$codec"
	frames 3000 -s 200
	finish
	want 'exit status' 0 "$rc"
	want_packed "$codec" "$file"
	unpack "$codec" <"$file" >"$work/plain"
	want_books "$work/plain"
	want packets 3000 "${epb-}"
	want 'read back' 3000 "$(packets_in "$file")"
	want 'by tshark' 3000 "$(tshark -n -r "$file" 2>"$work/tshark.err" | wc -l)"
	(($(stat -c %s "$file") * 2 < $(stat -c %s "$work/plain"))) || note "$(stat -c %s "$file" "$work/plain") bytes"
	want_detached
	end

	begin "$codec: packets come out of the pipe as soon as they are there"
	mkfifo "$work/fifo"
	background "$dump" -r "$work/fifo" >"$work/seen" 2>"$work/seen.err"
	reader=$!
	listen -i v0 -w "$work/fifo" --compress "$codec"
	for n in 5 10 15; do
		frames 5
		# shellcheck disable=SC2016
		poll bash -c '(($(wc -l <"$1") >= $2))' - "$work/seen" "$n" ||
			note "$(wc -l <"$work/seen") of $n are seen"
	done
	finish
	want 'exit status' 0 "$rc"
	pid=$reader
	reap
	want 'exit status of the reader' 0 "$rc"
	want seen 15 "$(wc -l <"$work/seen")"
	rm "$work/fifo"
	end

	begin "a capture in $codec that is killed at any moment leaves a readable file"
	for delay in 0.02 0.05 0.1 0.13 0.2 0.31; do
		rm -f "$file"
		listen -i v0 -w "$file" --compress "$codec"
		"$send" -i v1 -n 200000 -s 300 >/dev/null 2>&1 &
		sender_pid=$!
		poll test -s "$file" || note 'nothing is written'
		sleep "$delay"
		# the head is written first, and what is there every 0.1 s
		[[ $delay == 0.0* || $delay == 0.1* ]] || poll holds_packets || note 'no packets are written'
		finish KILL
		kill "$sender_pid" 2>/dev/null
		wait "$sender_pid" 2>/dev/null
		want 'exit status' 137 "$rc"
		n=$(packets_in "$file")
		# the end is between two frames, or within the one that was being written
		want_no_line "$work/read.err" 'damaged|neither'
		unpack "$codec" <"$file" >"$work/plain" 2>/dev/null
		want "packets, by $codec" "$("$dump" -r "$work/plain" 2>/dev/null | wc -l)" "$n"
		want_detached
	done
	end

	begin "a full disk leaves a whole file in $codec, statistics included"
	mkdir -p "$work/small"
	for size in 16k 64k; do
		mount -t tmpfs -o size=$size tmpfs "$work/small"
		listen -i v0 -s 0 -w "$work/small/file" --compress "$codec"
		timeout 120 "$flood" -i v1 -c 400000 -s 128 -f 1000 >"$work/sent" 2>&1 || note_file "$work/sent"
		finish
		want 'exit status' 6 "$rc"
		want_packed "$codec" "$work/small/file"
		unpack "$codec" <"$work/small/file" >"$work/plain"
		want_books "$work/plain"
		said=$(sed -nE 's/.* ([0-9]+) packets? not written.*/\1/p' "$work/err")
		want 'in the file + not written, as it says' "${usrdeliv-}" "$((${epb:-0} + ${said:-0}))"
		umount "$work/small"
	done
	end
done

for codec in none zstd:19; do
	begin "a ring that was full, with --compress $codec: what to do about it"
	listen -i v0 -s 0 -B 64 -w "$work/file" --compress "$codec"
	timeout 120 "$flood" -i v1 -c 300000 -s 1500 -f 1000 >"$work/sent" 2>&1 || note_file "$work/sent"
	finish
	want 'exit status' 0 "$rc"
	want_line "$work/err" 'warning: the ring was full'
	if [[ $codec == none ]]; then
		want_no_line "$work/err" 'less compression'
	else
		want_line "$work/err" 'full;.* less compression'
	fi
	end
done

begin 'compressed text can be read while it is written'
listen -i v0 -w "$work/text" --format text --compress gzip
frames 20
poll test -s "$work/text" || note 'nothing is written'
finish
want 'exit status' 0 "$rc"
want lines 20 "$(gzip -dc "$work/text" | grep -c ' bytes)')"
end

plan
