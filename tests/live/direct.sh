#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Files that are written past the page cache: what is in them, and what is not in the page cache, whatever becomes of us.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

veth_up v0 v1 || exit 1

d=$work/disk
if ! mount_ext4 "$d" 256M; then
	echo '1..0 # SKIP no ext4 on a loop device here'
	exit 0
fi

# in_cache FILE: how many of its bytes are in the page cache
in_cache()
{
	fincore -b -n -o RES "$1" | tr -d ' '
}

# has_packets FILE N
has_packets()
{
	[[ $("$dump" -r "$1" --count 2>&1) == "$2 packets" ]]
}

# A file of 60 MB, and another one that somebody else reads now and then.
listen -i v0 -s 0 -w "$work/some"
frames 6000 -s 1000
finish
some=(-r "$work/some")
"$dump" "${some[@]}" "${some[@]}" "${some[@]}" "${some[@]}" "${some[@]}" "${some[@]}" "${some[@]}" "${some[@]}" \
	"${some[@]}" "${some[@]}" --io buffered -w "$work/plain"
cat "$work/plain" >"$d/other"
sync "$d/other"
cat "$d/other" >/dev/null

begin 'a file that is written past the page cache is the same, and not in it; others stay there'
run -r "$work/plain" --io direct -w "$d/direct"
want 'exit status' 0 "$rc"
in_file=$(in_cache "$d/direct")
run -r "$work/plain" --io buffered -w "$d/buffered"
in_buffered=$(in_cache "$d/buffered")
(($(in_cache "$d/other") >= $(stat -c %s "$d/other") * 9 / 10)) || note "of the other file $(in_cache "$d/other") bytes are in the cache"
want_true 'the same' cmp "$d/direct" "$d/buffered"
if (($(in_cache "$d/buffered") >= 50000000 && in_buffered >= 50000000 && in_file <= 4000000)); then
	:
elif strace -f -o "$work/trace" "$dump" -r "$work/plain" --io direct -w "$d/direct" 2>/dev/null &&
	! grep -q 'O_DIRECT.*= 0' "$work/trace"; then
	skip 'this file system cannot'
	plan
	exit
else
	note "$in_file bytes are in the cache, with buffered $in_buffered"
fi
rm "$d"/direct "$d"/buffered
end

begin 'a capture as well, which is whole and counted'
listen -i v0 -s 0 -B 65536 --io direct -w "$d/file"
frames 20000 -s 1000
finish
want 'exit status' 0 "$rc"
want_books "$d/file"
want packets 20000 "$epb"
want_accepted "$d/file"
rm "$d/file"
end

begin 'what has come is in the file soon, though no block is full'
listen -i v0 -s 0 --io direct -w "$d/file"
for n in 5 10 15; do
	frames 5
	poll has_packets "$d/file" "$n" || note "not $n packets"
done
finish
rm "$d/file"
end

begin 'in several files, each of its size'
run -r "$work/plain" --io direct -C 7m -w "$d/several"
want 'exit status' 0 "$rc"
run -r "$work/plain" -C 7m -w "$work/several"
for f in "$work"/several*; do
	want_true "${f##*/}" cmp "$f" "$d/${f##*/}"
done
rm "$d"/several* "$work"/several*
end

begin 'killed at any moment it leaves whole packets, and no zeros'
for delay in 0.05 0.1 0.2 0.31; do
	listen -i v0 -s 0 --io direct -w "$d/file"
	"$send" -i v1 -n 200000 -s 1000 >/dev/null 2>&1 &
	sender_pid=$!
	poll test -s "$d/file" || note 'nothing is written'
	sleep "$delay"
	finish KILL
	kill "$sender_pid" 2>/dev/null
	wait "$sender_pid" 2>/dev/null
	want 'exit status' 137 "$rc"
	"$dump" -r "$d/file" --count >/dev/null 2>"$work/read.err"
	want_no_line "$work/read.err" 'damaged|neither|zero'
	want 'zeros at the end' 0 "$(tail -c 4096 "$d/file" | tr -d '\0' | wc -c | grep -c '^0$')"
	want_detached
done
rm "$d/file"
end

begin 'a full disk leaves a whole file, and what is missing is counted'
dd if=/dev/zero of="$d/ballast" bs=1M count=100 status=none
listen -i v0 -s 0 --io direct -w "$d/file"
# a ring that is not emptied in time loses what would have filled it; with a full disk the capture ends by itself
for ((round = 0; round < 20; round++)); do
	timeout 120 "$B/replay/xdpflood" -i v1 -c 400000 -s 1000 -f 1000 >"$work/sent" 2>&1 || poll ended "$pid" ||
		note_file "$work/sent"
	! ended "$pid" || break
	sleep 0.1
done
finish
want 'exit status' 6 "$rc"
want_books "$d/file"
said=$(sed -nE 's/.* ([0-9]+) packets? not written.*/\1/p' "$work/err")
want 'in the file + not written, as it says' "${usrdeliv-}" "$((${epb:-0} + ${said:-0}))"
want_accepted "$d/file"
rm "$d/file" "$d/ballast"
end

begin 'where the file system has no such thing it is written as usual'
mkdir "$work/memory"
mount -t tmpfs tmpfs "$work/memory"
run -r "$work/plain" --io direct -w "$work/memory/file"
want 'exit status' 0 "$rc"
want_true 'the same' cmp "$work/memory/file" "$work/plain"
umount "$work/memory"
end

begin 'where such a write is refused as well'
strace -f -o "$work/trace" -P "$d/file" -e trace=write,fcntl -e inject=write:error=EINVAL:when=2 "$dump" --sandbox off \
	-r "$work/plain" --io direct -w "$d/file" 2>"$work/err"
want_line "$work/trace" 'F_SETFL.*O_DIRECT.* = 0'
want_line "$work/trace" 'write.*EINVAL'
want 'how often it was tried' 1 "$(grep -c 'F_SETFL.*O_DIRECT' "$work/trace")"
want_true 'the same' cmp "$d/file" "$d/other"
end

umount "$d"
plan
