#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Each fixture is replayed over a veth pair, captured whole and with the default snapshot length, and compared.
# shellcheck source=tests/live/lib.sh disable=SC2119
. "$(dirname "$0")/lib.sh"

# What a capture has and a fixture has not.
without_origin()
{
	sed -E 's/,? *(queue [0-9]+|if v0)|( In)( |$)/\3/g' "$1"
}

# Replays $pcap into what listens, and ends that when all has arrived.
replay()
{
	tcpreplay -q --topspeed -i v1 "$pcap" >"$work/tcpreplay" 2>&1 ||
		note "tcpreplay: $(tail -n 1 "$work/tcpreplay")"
	poll arrived || note 'not all frames have arrived'
	finish
	want 'exit status' 0 "$rc"
}

arrived()
{
	local before
	before=$(grep -c ' packets (' "$work/err")
	kill -USR1 "$pid"
	poll more_statistics "$before"
	[[ $(sed -nE 's/^[0-9.]+ s: ([0-9]+) packets.*/\1/p' "$work/err" | tail -n 1) -ge $n_packets ]]
}

more_statistics()
{
	(($(grep -c ' packets (' "$work/err") > $1))
}

want_same_text()
{
	diff "$1" "$2" >"$work/diff" || { note "$3:"; note_file "$work/diff"; }
}

veth_up v0 v1 9216 || exit 1
n_files=0 n_all=0	# of whole files, one behind the other in $work/all
for pcap in tests/pcaps/*.pcap; do
	name=${pcap##*/}
	name=${name%.pcap}
	n_packets=$(capinfos -M -T -r -c "$pcap" | cut -f 2)

	begin "$name: whole frames arrive, print and read back as sent"
	file=$work/$name.pcapng
	listen -i v0 -s 0 -w "$file" --print -t
	replay
	want_true compare "$dump" --compare "$pcap" "$file"
	"$dump" -r "$pcap" -t >"$work/sent.txt" 2>"$work/sent.err" ||
		note "xdpdump -r of the fixture: $(<"$work/sent.err")"
	want_same_text "$work/sent.txt" "$work/out" 'the live text is not that of the fixture'
	"$dump" -r "$file" -t >"$work/read.txt" 2>&1
	want_same_text "$work/out" "$work/read.txt" 'the file reads back otherwise than it was printed'
	want_books "$file"
	want 'packets received' "$n_packets" "${ifrecv-}"
	want 'mode of the file' 600 "$(stat -c %a "$file")"
	want_true capinfos capinfos -M "$file"
	want_true tcpdump tcpdump -n -r "$file"
	want_true xdpdump "$dump" -r "$file"
	cat "$file" >>"$work/all"
	n_files=$((n_files + 1)) n_all=$((n_all + n_packets))
	end

	begin "$name: the default snapshot length cuts at 256 bytes, and all fields print live as from the file"
	file=$work/$name-256.pcapng
	listen -i v0 -w "$file" --print -vv -e -tt
	replay
	"$dump" -r "$pcap" -s 256 -w "$work/cut.pcapng"
	want_true compare "$dump" --compare "$work/cut.pcapng" "$file"
	"$dump" -r "$file" -vv -e -tt >"$work/read.txt" 2>&1
	want_same_text "$work/out" "$work/read.txt" 'the file reads back otherwise than it was printed'
	"$dump" -r "$file" -vv -e -t 2>&1 | without_origin /dev/stdin >"$work/read.txt"
	"$dump" -r "$pcap" -s 256 -vv -e -t 2>&1 | without_origin /dev/stdin >"$work/sent.txt"
	want_same_text "$work/sent.txt" "$work/read.txt" 'fields differ from those of the fixture'
	want_books "$file"
	want_true tcpdump tcpdump -n -r "$file"
	want_true capinfos capinfos -M "$file"
	end
	rm -f "$work"/*.pcapng
done

begin 'tshark reads those with whole frames, which are sections of one file, and finds their blocks well-formed'
tshark -n -r "$work/all" >"$work/rows" 2>"$work/tshark" || note "tshark: $(tail -n 1 "$work/tshark")"
want 'packets that tshark reads' "$n_all" "$(wc -l <"$work/rows")"
want_well_formed "$work/all"
want 'sections' "$n_files" "$(grep -c 'Block: Section Header Block' "$work/blocks")"
end
plan
