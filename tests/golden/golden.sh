#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Every capture in tests/pcaps as text, compared with the text that was reviewed and kept; scripts/golden-update renews
# that.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/golden/lib.sh
. tests/golden/lib.sh

out=$(mktemp) || exit 1
trap 'rm -f "$out" "$out.diff"' EXIT
n=0

# verdict SENTENCE FILE: the file holds what speaks against it.
verdict()
{
	n=$((n + 1))
	if [[ -s $2 ]]; then
		echo "not ok $n - $1"
		head -n 20 "$2" | sed 's/^/# /'
	else
		echo "ok $n - $1"
	fi
}

while read -r name file options; do
	# shellcheck disable=SC2086 # options are words
	run_case "$file" $options | diff "tests/golden/$name.out" - >"$out" 2>&1
	verdict "$name" "$out"
done < <(cases)

cases | awk '{ print $2 }' | sort -u >"$out"
(cd tests/pcaps && find . -type f -printf '%P\n' | sort) | diff "$out" - >"$out.diff"
verdict "every_capture_has_a_case" "$out.diff"
cases | awk '{ print $1 ".out" }' | sort >"$out"
(cd tests/golden && find . -name '*.out' -printf '%P\n' | sort) | diff "$out" - >"$out.diff"
verdict "every_output_has_a_case" "$out.diff"
# What a file is called says how it ends: damage has its place named, warnings do not stop anything, the rest is silent.
for file in tests/pcaps/files/*; do
	name=${file##*/}
	name=${name%.*}
	status=$(sed -n 's/^--- exit //p' "tests/golden/$name.out")
	complaint=$(sed -n '/^--- stderr/,/^--- exit/p' "tests/golden/$name.out" | grep -v '^---')
	case $name in
	damaged_*) [[ $status == 1 && $complaint =~ at\ byte\ [0-9]|neither\ pcap\ nor|file\ is\ empty ]] && continue ;;
	warn_*) [[ $status == 0 && $complaint == *'warning: '*' byte '* ]] && continue ;;
	*) [[ $status == 0 && -z $complaint ]] && continue ;;
	esac
	echo "$name: exit $status: $complaint"
done >"$out"
verdict "the_name_of_a_file_tells_how_reading_it_ends" "$out"
echo "1..$n"
