#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Captures merged, rewritten and looked at by others: mergecap has to find the same order, tshark each option and block.
set -u
cd "$(dirname "$0")/../.." || exit 1
export TZ=UTC LC_ALL=C
B=${B:-build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0

# verdict SENTENCE: what $work/against holds speaks against it.
verdict()
{
	n=$((n + 1))
	if [[ -s $work/against ]]; then
		echo "not ok $n - $1"
		head -n 20 "$work/against" | sed "s,$work/,,g; s/^/# /"
	else
		echo "ok $n - $1"
	fi
}

# wanted SENTENCE TOOL: skips what needs a tool that is not there.
wanted()
{
	command -v "$2" >/dev/null && return
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2 is not installed"
	return 1
}

# rows FILE: its packets as tshark sees them.
rows()
{
	tshark -n -r "$1" -o frame.generate_md5_hash:TRUE -T fields -e frame.time_epoch -e frame.len -e frame.cap_len \
		-e frame.encap_type -e frame.interface_id -e frame.md5_hash 2>&1 | grep -v 'Running as user'
}

# values: what tshark said of options and blocks, on stdin, without what a rewritten file may have otherwise: places, lengths of
# blocks, the program that wrote it, times and their unit.
values()
{
	awk '
	/^ *Block: / { block = $0; sub(/^ *Block: /, "", block); sub(/ [0-9]+$/, "", block) }
	/Option: (Timestamp|User Application|End of Options)/ { next }
	/^ *(Option: |Record: |Secrets Type|Secrets Data|Journal Entry|Data)/ { sub(/^ */, ""); print block ": " $0 }' |
		grep -vE 'Code|Unknown$' | sort
}

pcaps=(tests/pcaps/*.pcap)
files=(tests/pcaps/files/pcapng_{little_endian,big_endian,interface_between_packets,many_interfaces,tsresol_10_9}.pcapng)
files+=("${pcaps[@]:0:8}")

if wanted "mergecap_finds_the_same_order" mergecap; then
	i=0
	for a in "${files[@]}"; do
		b=${files[(i + 3) % ${#files[@]}]} c=${files[(i + 7) % ${#files[@]}]}
		i=$((i + 1))
		"$B/xdpdump" -r "$a" -r "$b" -r "$c" -w "$work/ours" </dev/null 2>"$work/said" || cat "$work/said"
		mergecap -I none -w "$work/theirs" "$a" "$b" "$c" >"$work/said" 2>&1 || sed "s,^,${a##*/}: ," "$work/said"
		# Of packets at the same time mergecap takes the one of the last file first.
		rows "$work/theirs" >"$work/rows.theirs"
		rows "$work/ours" >"$work/rows.ours"
		{
			diff <(cut -f 1 "$work/rows.theirs") <(cut -f 1 "$work/rows.ours")
			diff <(sort "$work/rows.theirs") <(sort "$work/rows.ours")
		} | head -n 4 | sed "s,^,${a##*/} ${b##*/} ${c##*/}: ,"
	done >"$work/against" 2>&1
	verdict "mergecap_finds_the_same_order"
fi

kept=(options_everywhere options_big_endian comments name_resolution decryption_secrets)
if wanted "options_and_blocks_are_the_same_as_before" tshark; then
	for name in "${kept[@]}"; do
		file=tests/pcaps/files/pcapng_$name.pcapng
		"$B/xdpdump" -r "$file" -w "$work/ours" </dev/null 2>&1
		for each in "$file" "$work/ours"; do
			tshark -X 'read_format:MIME Files Format' -V -r "$each" 2>/dev/null | values >"$work/values.${each##*/}"
		done
		[[ -s $work/values.${file##*/} ]] || echo "$name: nothing to compare"
		diff "$work/values.${file##*/}" "$work/values.ours" | sed "s,^,$name: ,"
	done >"$work/against" 2>&1
	verdict "options_and_blocks_are_the_same_as_before"
fi
echo "1..$n"
