#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Captures split into files beside tcpdump: files of the same names, and each one can be read.
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

# want WHAT EXPECTED ACTUAL
want()
{
	[[ $2 == "$3" ]] || echo "$1: expected $2, found $3"
}

names()
{
	(cd "$work/${1:-d}" && ls)
}

# A capture of 5 MB.
many=()
for ((i = 0; i < 100; i++)); do
	many+=(-r tests/pcaps/mixed.pcap)
done
"$dump" "${many[@]}" -w "$work/large.pcap" --format pcap 2>"$work/said" || cat "$work/said"

user=()
((EUID != 0)) || user=(-Z root)		# another one may not write here
for args in '-C 1' '-C 1 -W 3' '-C 1 -W 10' '-C 2 -W 11' '-C 1 -W 1' '-C 3'; do
	sentence="tcpdump $args makes files of the same names"
	if ! command -v tcpdump >/dev/null; then
		n=$((n + 1))
		echo "ok $n - $sentence # SKIP tcpdump is not installed"
		continue
	fi
	rm -rf "$work/d" "$work/theirs"
	mkdir "$work/d" "$work/theirs"
	{
		# shellcheck disable=SC2086
		tcpdump "${user[@]}" -r "$work/large.pcap" -w "$work/theirs/f" $args 2>"$work/said" || cat "$work/said"
		# shellcheck disable=SC2086
		"$dump" -r "$work/large.pcap" -w "$work/d/f" --format pcap $args || echo "exit $?"
		want 'names' "$(names theirs | xargs)" "$(names | xargs)"
	} >"$work/against" 2>&1
	verdict "$sentence"
done

captures_with_much_in_front
if wanted "tcpdump_reads_each_file_of_a_capture_with_much_in_front" tcpdump; then
	for name in many long; do
		for by in packets:2 packets:7; do
			split "$work/$name" -w "$work/d/f" -b $by 2>"$work/said"
			for file in "${files[@]::20}"; do
				tcpdump -nr "$file" -w /dev/null 2>"$work/said" || cat "$work/said"
			done
		done
	done >"$work/against" 2>&1
	verdict "tcpdump_reads_each_file_of_a_capture_with_much_in_front"
fi
echo "1..$n"
