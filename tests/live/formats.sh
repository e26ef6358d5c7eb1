#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# A capture in other formats than pcapng, while it happens: rows on the screen, pcap for tcpdump,
# and outputs that are full.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

file=$work/file

# want_rows FILE NUMBER: whole rows of JSON, one a packet, numbered from 1.
want_rows()
{
	want_true 'rows of JSON' python3 - "$1" "$2" <<'END'
import json, sys
with open(sys.argv[1], encoding="utf-8") as f:
    rows = [json.loads(line) for line in f]
numbers = [row["frame_frame_number"] for row in rows]
assert numbers == list(range(1, int(sys.argv[2]) + 1)), f"{len(rows)} rows, not {sys.argv[2]}"
for row in rows:
    assert row["frame_frame_interface_name"] == "v0" and row["frame_frame_interface_queue"] == 0, row
    assert row["frame_frame_packet_flags_direction"] == 1 and row["frame_frame_time"].endswith("Z"), row
END
}

has_lines()
{
	(($(wc -l <"$1") >= $2))
}

veth_up v0 v1 9014 || exit 1
mkdir "$work/small"

begin 'rows of JSON appear while packets come'
listen -i v0 -T json -l
frames 3
poll has_lines "$work/out" 3 || note "after a minute: $(wc -l <"$work/out") rows"
frames 2
finish
want 'exit status' 0 "$rc"
want_rows "$work/out" 5
end

begin 'a snapshot length that cuts headers leaves out what is not captured'
listen -i v0 -T json -s 20
frames 1
finish
want_rows "$work/out" 1
want 'length' '"frame_frame_cap_len":20' "$(grep -o '"frame_frame_cap_len":[0-9]*' "$work/out")"
want_no_line "$work/out" 'ip_ip_src|udp_udp'
end

begin 'a file of rows and text on the screen hold the same packets'
listen -i v0 -w "$file" --format csv -v -t
frames 20
finish
want 'exit status' 0 "$rc"
want 'lines of the file' 21 "$(wc -l <"$file")"
end

begin 'tcpdump reads pcap from a pipe while packets come'
if command -v tcpdump >/dev/null; then
	mkfifo "$work/pipe"
	: >"$work/err"
	tcpdump -r "$work/pipe" -n -U -w "$work/copy" 2>"$work/said" &
	reader=$!
	pids+=("$reader")
	start -i v0 -w "$work/pipe" -U --format pcap-ns -s 100 -c 50
	listening
	poll grep -qs 'snapshot length 100' "$work/said" || note_file "$work/said"	# the head comes at once
	frames 50
	reap
	wait "$reader"
	want 'exit status' 0 "$rc"
	want_true 'the packets' "$sequence" "$work/copy"
	want 'packets' 50 "$("$dump" -r "$work/copy" -t | wc -l)"
	end
else
	skip 'tcpdump is not installed'
fi

for format in json csv text pcap; do
	begin "a full disk cuts $format behind a whole packet"
	mount -t tmpfs -o size=64k tmpfs "$work/small"
	listen -i v0 -w "$work/small/file" --format $format
	frames 2000
	finish
	want 'exit status' 6 "$rc"
	missing=$(sed -nE 's/.* ([0-9]+) packets? not written.*/\1/p' "$work/err")
	case $format in
	pcap) n=$("$dump" -r "$work/small/file" -t | wc -l) ;;
	csv) n=$(($(wc -l <"$work/small/file") - 1)) ;;
	*) n=$(wc -l <"$work/small/file") ;;
	esac
	((n > 50)) || note "$n packets in the file"
	want 'in the file' "$(summary captured)" "$n"
	want 'in the file + not written' "$(summary 'received by filter')" "$((n + ${missing:-0}))"
	[[ $format == pcap || -z $(tail -c 1 "$work/small/file") ]] || note 'the last line is torn'
	[[ $format != json ]] || want_rows "$work/small/file" "$n"
	umount "$work/small"
	end
done

for codec in none zstd; do
	begin "slices without packets are files, of rows as well: json, $codec"
	mkdir "$work/slices"
	listen -i v0 -w "$work/slices/f-%s" --format json --compress $codec -G 1 -b printname:"$work/names"
	# shellcheck disable=SC2016
	poll bash -c '(($(find "$1" -type f | wc -l) >= 3))' - "$work/slices" || note "$(ls "$work/slices")"
	finish
	want 'exit status' 0 "$rc"
	want 'names' "$(find "$work/slices" -type f | sort)" "$(cat "$work/names")"
	for slice in "$work/slices"/*; do
		[[ $codec == zstd ]] || want "bytes in ${slice##*/}" 0 "$(stat -c %s "$slice")"
		[[ $codec == none ]] || want_true 'unpacking' zstd -qt "$slice"
	done
	rm -r "$work/slices"
	end
done

begin 'a reader of rows that has enough is a normal end'
: >"$work/err"
mkfifo "$work/rows"
head -n 2 <"$work/rows" >"$work/taken" &
reader=$!
"$dump" -i v0 -T json -l >"$work/rows" 2>"$work/err" &
pid=$!
pids+=("$pid")
listening
frames 10
wait "$reader"		# until then there is room in the pipe for all of them
frames 10
reap
want 'exit status' 0 "$rc"
want_rows "$work/taken" 2
end

plan
