#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Captures merged, rewritten and looked at by others: mergecap has to find the same order, tshark each option and block.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"

# rows FILE: its packets as tshark sees them.
rows()
{
	tshark -n -r "$1" -o frame.generate_md5_hash:TRUE -T fields -e frame.time_epoch -e frame.len -e frame.cap_len \
		-e frame.encap_type -e frame.interface_id -e frame.md5_hash 2>&1 | grep -v 'Running as user'
}

# values: what tshark said of options and blocks, on stdin, without what a rewritten file may have
# otherwise: places, lengths of blocks, the program that wrote it, times and their unit. A line begins with the name in
# $kept whose section it is in.
values()
{
	awk -v names="${kept[*]}" '
	BEGIN { split(names, name, " ") }
	/^ *Block: Section Header Block/ { section = name[++n] }
	/^ *Block: / { block = $0; sub(/^ *Block: /, "", block); sub(/ [0-9]+$/, "", block) }
	/Option: (Timestamp|User Application|End of Options)/ { next }
	/^ *(Option: |Record: |Secrets Type|Secrets Data|Journal Entry|Data)/ { sub(/^ */, ""); print section ": " block ": " $0 }' |
		grep -vE 'Code|Unknown$' | sort
}

pcaps=(tests/pcaps/*.pcap)
files=(tests/pcaps/files/pcapng_{little_endian,big_endian,interface_between_packets,many_interfaces,tsresol_10_9}.pcapng)
files+=("${pcaps[@]:0:8}")

# Sections can stand in a row, and one run of tshark costs as much as a hundred of ours.
if wanted "mergecap_finds_the_same_order" mergecap; then
	i=0
	for a in "${files[@]}"; do
		b=${files[(i + 3) % ${#files[@]}]} c=${files[(i + 7) % ${#files[@]}]}
		i=$((i + 1))
		"$dump" -r "$a" -r "$b" -r "$c" -w "$work/ours" </dev/null 2>"$work/said" || cat "$work/said"
		mergecap -I none -w "$work/theirs" "$a" "$b" "$c" >"$work/said" 2>&1 ||
			sed "s,^,${a##*/}: ," "$work/said"
		for each in theirs ours; do
			cat "$work/$each" >>"$work/all.$each"
			capinfos -M -T -r -c "$work/$each" | sed "s,.*	,${a##*/} ${b##*/} ${c##*/} ,"
		done >"$work/counts"
		[[ $(sort -u "$work/counts" | wc -l) == 1 ]] || cat "$work/counts"
	done >"$work/against" 2>&1
	# Of packets at the same time mergecap takes the one of the last file first.
	for each in theirs ours; do
		rows "$work/all.$each" >"$work/rows.$each"
	done
	{
		[[ -s $work/rows.theirs ]] || echo 'nothing to compare'
		diff <(cut -f 1 "$work/rows.theirs") <(cut -f 1 "$work/rows.ours")
		diff <(sort "$work/rows.theirs") <(sort "$work/rows.ours")
	} | head -n 8 >>"$work/against"
	verdict "mergecap_finds_the_same_order"
fi

kept=(options_everywhere options_big_endian comments name_resolution decryption_secrets)
if wanted "options_and_blocks_are_the_same_as_before" tshark; then
	: >"$work/all.before"
	: >"$work/all.ours"
	for name in "${kept[@]}"; do
		file=tests/pcaps/files/pcapng_$name.pcapng
		"$dump" -r "$file" -w "$work/ours" </dev/null 2>&1
		cat "$file" >>"$work/all.before"
		cat "$work/ours" >>"$work/all.ours"
	done >"$work/against" 2>&1
	for each in before ours; do
		tshark -X 'read_format:MIME Files Format' -V -r "$work/all.$each" 2>/dev/null | values >"$work/values.$each"
	done
	{
		for name in "${kept[@]}"; do
			grep -q "^$name: " "$work/values.before" || echo "$name: nothing to compare"
		done
		diff "$work/values.before" "$work/values.ours"
	} >>"$work/against"
	verdict "options_and_blocks_are_the_same_as_before"
fi

# made FILE LINK:SNAPLEN[:LENGTH...]...: a capture; of one interface a pcap, of more a pcapng where
# each description stands in front of the packets of its interface, whose lengths (60) follow.
made()
{
	python3 - "$@" <<'END'
import sys
sys.path.insert(0, "scripts")
sys.dont_write_bytecode = True
from fixture_files import *
ng, out, packets = Ng("<"), b"", []
specs = [[int(part, 0) for part in spec.split(":")] for spec in sys.argv[2:]]
for i, (link, snaplen, *lengths) in enumerate(specs):
    packets = [((START_SEC + 10 * n + i) * SEC, bytes([n + i]) * length, length) for n, length in enumerate(lengths or [60, 60])]
    out += ng.idb(link=link, snaplen=snaplen) + ng.epbs(packets, iface=i)
single = len(specs) == 1
open(sys.argv[1], "wb").write(pcap(packets, snaplen=snaplen, link=link) if single else ng.shb() + out)
END
}

# others_read OUTPUT SAID PACKETS: tcpdump finds as many packets, and nothing was said that @SAID does not match.
others_read()
{
	local found

	tcpdump -nr "$1" -w "$work/copy" 2>"$work/tcpdump"
	found=$("$dump" -r "$work/copy" -t | wc -l)
	[[ $found == "$3" ]] || echo "tcpdump finds $found of $3: $(tail -n 1 "$work/tcpdump")"
	grep -vE "${2:-^$}" "$work/said"
}

if wanted "tcpdump_reads_what_is_merged_of_any_snapshot_lengths" tcpdump; then
	while read -r a b options; do
		# shellcheck disable=SC2086 # several interfaces of one file
		made "$work/a" ${a//,/ } && made "$work/b" ${b//,/ }
		rm -f "$work"/out*
		# shellcheck disable=SC2086 # options are words
		"$dump" -r "$work/a" -r "$work/b" -w "$work/out" $options </dev/null \
			2>"$work/said" || echo "$a $b: exit $?"
		for out in "$work"/out*; do
			others_read "$out" '' "$("$dump" -r "$out" -t 2>&1 | wc -l)" | sed "s;^;$a $b $options: ;"
		done
		cat "$work"/out* >"$work/all"
		[[ $("$dump" -r "$work/all" -t 2>&1 |
			wc -l) == $("$dump" -r "$work/a" -r "$work/b" -t 2>&1 | wc -l) ]] ||
			echo "$a $b $options: packets are missing"
	done <<-'END' >"$work/against" 2>&1
		1:65535 1:262144
		1:262144 1:65535
		1:0 1:65535
		1:65535 1:0
		1:0 1:0
		1:96 1:0xffffffff
		1:262144 1:524288
		1:0x7fffffff 1:0x80000000
		1:65535 1:262144 -s 50
		1:65535 1:262144 -s 100000
		1:65535 1:262144 -C 1k
		1:96,1:262144,1:0 1:65535
		1:262144 1:96,1:65535,1:262144:200000
		1:96,1:262144 1:65535 -C 1k
		1:65535 1:262144 --format pcap
		249:0 249:262144:200000
	END
	verdict "tcpdump_reads_what_is_merged_of_any_snapshot_lengths"

	# The first one is known alone when the output begins.
	made "$work/fits" 1:96 1:262144:60:96
	made "$work/later" 1:96 1:262144:60:200:300
	made "$work/long" 1:0x40000:60:262144 1:0x80000:262145:262146
	made "$work/types" 1:96 101:96 113:96
	{
		"$dump" -r "$work/fits" -w "$work/out" 2>"$work/said" </dev/null
		others_read "$work/out" '' 4
		"$dump" -r "$work/later" -w "$work/out" 2>"$work/said" </dev/null
		grep -c 'a packet of 200 bytes, where the output has the snapshot length 96: tcpdump stops' "$work/said" | grep -v '^1$'
		patiently "$work/said"
		grep -c . "$work/said" | grep -v '^1$'
		[[ $("$dump" -r "$work/out" -t 2>/dev/null | wc -l) == 5 ]] || echo "packets are missing"
		"$dump" -r "$work/long" -w "$work/out" 2>"$work/said" </dev/null
		grep -c 'a packet of 262145 bytes, where the output has the snapshot length 262144' "$work/said" | grep -v '^1$'
		"$dump" -r "$work/types" -w "$work/out.types" -C 1k 2>"$work/said" </dev/null
		grep -c 'interfaces of different link types' "$work/said" | grep -v '^1$'
		"$dump" -r "$work/types" --format json -w "$work/out.json" 2>&1 </dev/null
	} >"$work/against" 2>&1
	verdict "what_others_do_not_read_is_said_once"

	python3 - "$work" <<-'END'
		import sys
		sys.path.insert(0, "scripts")
		sys.dont_write_bytecode = True
		from fixture_files import *
		ng = Ng("<")
		for i in range(20):
		    comments = [(1, b"%d " % i + b"x" * 60000)] * 2
		    open(f"{sys.argv[1]}/c{i}", "wb").write(ng.shb(*comments) + ng.idb() + ng.epbs([(SEC, bytes(60), 60)]))
	END
	args=()
	for i in {0..19}; do args+=(-r "$work/c$i"); done
	"$dump" "${args[@]}" -w "$work/out" 2>"$work/said" </dev/null
	{
		others_read "$work/out" 'comments on the files that take more than 768 KiB' 20
		patiently "$work/said"
		grep -c . "$work/said" | grep -v '^1$'
		[[ $(grep -ao '[0-9]* xxx' "$work/out" | sort -u | wc -l) == 7 ]] ||
			echo "not the comments of 7 files are kept"
	} >"$work/against" 2>&1
	verdict "comments_of_many_files_are_as_many_as_tcpdump_reads"
fi
echo "1..$n"
