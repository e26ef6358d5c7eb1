#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Files of a capture are put into the index of their directory, whatever becomes of them; and the capture goes on.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

d=$work/d

fresh()
{
	rm -rf "$d"
	mkdir -m 777 "$d"
}

# records FILE: of an index, in any order
records()
{
	python3 -c 'import sys
with open(sys.argv[1], "rb") as f:
    b = f.read()
at, all = 40, []
while at < len(b):
    n = int.from_bytes(b[at:at + 8], "little")
    all.append(b[at:at + n].hex())
    at += n
print("\n".join(sorted(all)))' "$1"
}

# True when what a scan comes to is $work/written: files of this moment it does not keep.
is_as_scanned()
{
	rm -f "$d/.xdpdump-index"
	"$dump" --index -r "$d" 2>"$work/err.index" && [[ -e $d/.xdpdump-index ]] &&
		records "$d/.xdpdump-index" >"$work/scanned" && cmp -s "$work/written" "$work/scanned"
}

# want_index N: of so many files, each as it would be scanned
want_index()
{
	records "$d/.xdpdump-index" >"$work/written"
	want 'files in the index' "$1" "$(wc -l <"$work/written")"
	want 'files' "$1" "$(find "$d" -type f ! -name '.*' | wc -l)"
	poll is_as_scanned || note 'the index is another one than that of a scan'
}

veth_up v0 v1 9014 || exit 1
chmod 755 "$work"

while IFS='|' read -r what files options; do
	begin "each file is in the index as it would be scanned: $what"
	fresh
	# shellcheck disable=SC2086
	listen -i v0 --index -w "$d/f" $options
	frames 1000 -s 1000
	finish
	want 'exit status' 0 "$rc"
	want 'said' "$(grep -c . "$work/err")" "$(grep -cvE 'warning|refused' "$work/err")"
	want_index "$files"
	end
done <<'END'
one file|1|
a new one by its size|10|-s 0 -b filesize:110
a ring|3|-s 0 -b filesize:110 -b files:3
complete ones get their name|5|-b packets:200 --part
compressed|5|-b packets:200 --compress zstd
past the page cache|5|-b packets:200 --io direct
without a queue|5|-b packets:200 --write-buffer none
pcap|5|-b packets:200 --format pcap
whatever comes together|4|-b packets:250 --part --compress gzip --max-disk 100m --min-free 1k --sync never
END

begin 'so is what the flight recorder writes'
fresh
listen -i v0 --index --recorder 4m --trigger signal -w "$d/f-%s.pcapng"
frames 100
kill -USR2 "$pid"
poll test -e "$d/.xdpdump-index" || note 'there is no index'
finish
want 'exit status' 0 "$rc"
want_index 1
end

begin 'two captures into one directory lose nothing of each other'
fresh
listen -i v0 --index -w "$d/f" -b packets:5
frames 400 -r 2000 &
for ((i = 0; i < 10; i++)); do
	"$dump" -r tests/pcaps/mixed.pcap --index -w "$d/$i" -b packets:10 2>"$work/err.$i" || note 'the other has failed'
done
wait $!
finish
want 'exit status' 0 "$rc"
want_index "$(find "$d" -type f ! -name '.*' | wc -l)"
end

begin 'with -Z the index is that of the user'
fresh
listen -i v0 --index -w "$d/f" -b packets:50 -Z nobody
frames 100
finish
want 'exit status' 0 "$rc"
want 'owners' 'nobody' "$(find "$d" -type f -printf '%u\n' | sort -u | xargs)"
want_index 2
end

begin 'without room for the index there are captures'
fresh
mount -t tmpfs -o nr_inodes=4,mode=777 tmpfs "$d"
listen -i v0 --index -w "$d/f" -a packets:200
frames 200
reap
want 'exit status' 0 "$rc"
want_no_line "$work/err" warning
rm "$d/f" "$d/.xdpdump-index"
touch "$d/in" "$d/the"
listen -i v0 --index -w "$d/f" -a packets:200
frames 200
reap
want 'exit status' 0 "$rc"
want_line "$work/err" '^xdpdump: warning: .*/f: the index of its directory cannot be written: No space left on device$'
want 'packets' 200 "$(capinfos -TrcM "$d/f" | awk '{ print $NF }')"
umount "$d"
end

plan
