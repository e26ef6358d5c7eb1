#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Captures split into files: all of their packets are in there, once and in order; names are given as documented.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"

# split FILE ARGS...: into $work/d, `files` in order
split()
{
	local file=$1

	shift
	rm -rf "$work/d"
	mkdir "$work/d"
	"$dump" -r "$file" "$@" </dev/null || echo "$file $*: exit $?"
	mapfile -t files < <(find "$work/d" -type f | sort -V)
}

# The packets of files, one after the other.
packets()
{
	cat -- "$@" | "$dump" -r - --concatenated -tt -v -XX || echo "exit $?"
}

sizes()
{
	local max=$1 file size

	shift
	for file; do
		size=$(stat -c %s "$file")
		((size <= max)) || echo "${file##*/}: $size bytes"
	done
}

# want WHAT EXPECTED ACTUAL
want()
{
	[[ $2 == "$3" ]] || echo "$1: expected $2, found $3"
}

names()
{
	(cd "$work/d" && ls)
}

# A capture of 5 MB.
many=()
for ((i = 0; i < 100; i++)); do
	many+=(-r tests/pcaps/mixed.pcap)
done
"$dump" "${many[@]}" -w "$work/large.pcap" --format pcap 2>"$work/said" || cat "$work/said"

packets tests/pcaps/mixed.pcap >"$work/whole"
sed -E 's/^(\[[0-9]+\.[0-9]{6})[0-9]{3}/\1000/' "$work/whole" >"$work/whole-us"	# as pcap has them
for args in '-C 10k' '-C 3k' '-b packets:7' '-b filesize:9' '-b duration:1' \
	'-C 10k --format pcap' '-b packets:50 --format pcap-ns' \
	'-C 2k --compress zstd' '-C 2k --compress gzip' '-C 5k -b packets:11 -b interval:1'; do
	whole=$work/whole
	[[ $args != *'format pcap' ]] || whole=$work/whole-us
	{
		# shellcheck disable=SC2086
		split tests/pcaps/mixed.pcap -w "$work/d/f.pcapng" $args
		((${#files[@]} > 1)) || echo "only ${#files[@]} file"
		packets "${files[@]}" | diff "$whole" - | head -n 4
		# without one file to read it would capture
		((${#files[@]} == 0)) || "$dump" "${files[@]/#/-r}" -w "$work/merged" || echo "merging: exit $?"
		packets "$work/merged" | diff "$whole" - | head -n 4
		max=${args#*-C } max=${max%% *}
		[[ $max != *k ]] || sizes $((${max%k} * 1024)) "${files[@]}"
	} >"$work/against" 2>&1
	verdict "split with $args: all packets, once, in order"
done

{
	split "$work/large.pcap" -w "$work/d/t" --format pcap -C 1
	want 'names' 't t1 t2 t3 t4' "$(names | xargs)"
	sizes 1000000 "${files[@]}"
	# as many packets as fit: with the first one of the next file it would be larger
	size=$(stat -c %s "${files[0]}")
	next=$("$dump" -r "${files[1]}" -c 1 -e -tt --print -w "$work/one" --format pcap >/dev/null && stat -c %s "$work/one")
	((size + next - 24 > 1000000)) ||
		echo "the first file has only $size bytes, and the next packet takes $((next - 24))"
	split "$work/large.pcap" -w "$work/d/t" -b filesize:1000
	sizes 1000000 "${files[@]}"
	want 'names' 't_00001_20240102030405 t_00002_20240102030405' "$(names | head -n 2 | xargs)"
} >"$work/against" 2>&1
verdict 'files are as large as they may be, and not larger'

{
	split tests/pcaps/mixed.pcap -w "$work/d/t" -C 10k -W 3
	want 'names' 't0 t1 t2' "$(names | xargs)"
	split tests/pcaps/mixed.pcap -w "$work/d/t" -C 3k -W 11
	want 'names' 't00 t01 t02 t03 t04 t05 t06 t07 t08 t09 t10' "$(names | xargs)"
	split tests/pcaps/mixed.pcap -w "$work/d/t%S" -G 1
	want 'names' 't05 t06' "$(names | xargs)"
	split tests/pcaps/mixed.pcap -w "$work/d/t%S" -G 1 -C 10k
	want 'names' 't05 t051 t052 t053 t054 t06' "$(names | xargs)"
	split tests/pcaps/mixed.pcap -w "$work/d/t%S" -G 1 -W 1
	want 'names' 't05' "$(names | xargs)"
	split tests/pcaps/mixed.pcap -w "$work/d/t" -G 1
	want 'names' 't t1' "$(names | xargs)"
} >"$work/against" 2>&1
verdict 'names are those of tcpdump'

{
	split tests/pcaps/mixed.pcap -w "$work/d/t%S" -G 1 -b printname:"$work/list"
	want 'names' 't05 t06' "$(names | xargs)"
	want 'printed' 't05 t06' "$(sed 's,.*/,,' "$work/list" | xargs)"
	split tests/pcaps/mixed.pcap -w "$work/d/t%S" -G 1 -W 1 -b printname:"$work/list"
	want 'names of one file' 't05' "$(names | xargs)"
	want 'printed of one file' 't05' "$(sed 's,.*/,,' "$work/list" | xargs)"
	split tests/pcaps/mixed.pcap -w "$work/d/t" -C 10k -W 3 -b printname:"$work/list"
	want 'names of a ring' 't0 t1 t2' "$(names | xargs)"
	split tests/pcaps/mixed.pcap -w "$work/d/t" -b printname:"$work/list"
	want 'names without rotation' 't' "$(names | xargs)"
	want 'printed without rotation' 't' "$(sed 's,.*/,,' "$work/list" | xargs)"
	split tests/pcaps/mixed.pcap -w "$work/d/t" -b packets:100 -b nametimenum:2 -b printname:"$work/list"
	want 'names with the time first' 't_20240102030405_00001 t_20240102030405_00002' "$(names | xargs)"
} >"$work/against" 2>&1
verdict 'to print names, or to order what is in them, is no rotation'

{
	cp tests/pcaps/mixed.pcap "$work/d/x1"
	"$dump" -r "$work/d/x1" -w "$work/d/x" -C 10k 2>"$work/said"
	want 'exit status' 6 $?
	grep -q 'x1: cannot make this file: cannot read from and write to the same file' \
		"$work/said" || cat "$work/said"
	cmp tests/pcaps/mixed.pcap "$work/d/x1"
} >"$work/against" 2>&1
verdict 'a file that is read from is not overwritten'

{
	python3 - "$work/hours.pcap" <<'END'
import struct, sys
with open(sys.argv[1], "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    for i, t in enumerate((0, 60, 3600)):
        f.write(struct.pack("<IIII", t, 0, 60 + i, 60 + i) + bytes(60 + i))
END
	cat >"$work/slow" <<'END'
#!/bin/sh
sleep 0.3
echo "${1##*/} $(stat -c %s "$1")" >>"${0%/*}/sizes"
END
	chmod 755 "$work/slow"
	split "$work/hours.pcap" -w "$work/d/f%M" -G 60 -z "$work/slow" --format pcap
	want 'what the command was given' 'f00 100 f01 101 f00 102' "$(xargs <"$work/sizes")"
	want 'names' 'f00 f01' "$(names | xargs)"
} >"$work/against" 2>&1
verdict 'a name that comes again waits for the command of its predecessor'

# In memory, where nothing slows the two threads down: thousands of files a second. Of 1 MB, or all of it with THOROUGH.
[[ -n ${THOROUGH:-} ]] || many=("${many[@]:0:40}")
"$dump" "${many[@]}" -w "$work/ring.pcap" --format pcap 2>"$work/said" || cat "$work/said"
if fast=$(mktemp -d -p /dev/shm 2>"$work/said"); then
	trap 'rm -rf "$work" "$fast"' EXIT
else
	fast=$work/fast
	mkdir "$fast"
fi
packets "$work/ring.pcap" >"$work/whole-ring"
for args in '-W 3' '-W 2 --sync never' '-W 1' '-W 5 -z true -C 100k' '-W 3 --max-disk 20k'; do
	{
		for ((i = 0; i < ${THOROUGH:+6} + 2; i++)); do
			rm -f "$fast"/*
			# shellcheck disable=SC2086
			"$dump" -r "$work/ring.pcap" -w "$fast/f" --format pcap-ns -C 2k $args \
				</dev/null || echo "exit $?"
		done
		rm -rf "$work/d"
		cp -r "$fast" "$work/d"
		max=${args#-W } max=${max%% *}
		want 'files' "$max" "$(names | wc -l)"
		packets "$work/d"/* | sort >"$work/kept"
		tail -n "$(wc -l <"$work/kept")" "$work/whole-ring" | sort | diff - "$work/kept" | head -n 4
		[[ -s $work/kept ]] || echo 'there are no packets'
	} >"$work/against" 2>&1
	verdict "a ring of files at full speed ($args): the last packets are in it"
done

captures_with_much_in_front
{
	for name in many long; do
		for by in packets:2 packets:7; do
			split "$work/$name" -w "$work/d/f" -b $by 2>"$work/said"
			diff <("$dump" -r "$work/$name" -tt -v -XX) <(packets "${files[@]}") \
				>"$work/diff" || head -n 4 "$work/diff"
			(($(stat -c %s "${files[0]}") > 100000)) || echo "$name: the first file does not say all"
			(($(cat "${files[@]:1}" | wc -c) < 300000)) ||
				echo "$name: $(cat "${files[@]:1}" | wc -c) bytes in ${#files[@]} files, of $(stat -c %s "$work/$name")"
			[[ $(grep -c 'long comments and names stand in the first file only' "$work/said") == $([[ $name == long ]] && echo 1 || echo 0) ]] ||
				cat "$work/said"
		done
	done
	split "$work/many" -w "$work/d/f" -b packets:7 --format pcap
	diff <("$dump" -r "$work/many" -tt) <(packets "${files[@]}" | grep '^\[') >"$work/diff" ||
		head -n 4 "$work/diff"
	split "$work/many" -w "$work/d/f" -b packets:7 --format json
	diff <("$dump" -r "$work/many" -T json | sed 's/"frame_frame_number":[0-9]*//') \
		<(cat "${files[@]}" | sed 's/"frame_frame_number":[0-9]*//') >"$work/diff" || head -n 2 "$work/diff"
	# Each has the statistics of the interfaces that it has, whose numbers are others:
	# interface N has received N packets. One more may stand at the end, that of the packet
	# which was too much.
	split "$work/many" -w "$work/d/f" -b packets:7
	"$dump" -r "${files[5]}" --info | awk '
		/^ *Name = if/ { sub(/.*if/, ""); name = $0; n++ }
		/Packets received/ { if ($NF != name) print "statistics of " name ": " $0; n_stats++ }
		END { if (n < 7 || n > 8 || n_stats != n) print n " interfaces, statistics of " n_stats }'
} >"$work/against" 2>&1
verdict "what_stands_in_front_of_packets_is_not_repeated_without_bound"

{
	split "$work/stats" -w "$work/d/f" -C 2k
	sizes 2048 "${files[@]}"
	[[ $("$dump" -r "$work/stats" | wc -l) == $(packets "${files[@]}" | grep -c '^\[') ]] ||
		echo "packets are missing"
	grep -aq first "${files[1]}" || echo "the comment on the statistics is lost"
	for size in {8..16}; do
		split "$work/late" -w "$work/d/f" -b "filesize:$size"
		sizes $((size * 1000)) "${files[@]}"
		((${#files[@]} > 1)) || echo "one file only"
		[[ $("$dump" -r "$work/late" | wc -l) == $(packets "${files[@]}" |
			grep -c '^\[') ]] || echo "packets are missing"
	done
} >"$work/against" 2>&1
verdict "interfaces_that_come_late_and_long_statistics_stay_within_the_size_of_a_file"
echo "1..$n"
