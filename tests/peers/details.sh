#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What a line says of headers and payload, as others say it. CORPUS=DIR: of the captures there as well.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"

files=(tests/pcaps/*.pcap)
if [[ ${CORPUS-} ]]; then
	mapfile -d '' -t -O ${#files[@]} files < <(find -L "$CORPUS" -name '*.pcap' -print0 | LC_ALL=C sort -z)
fi

# differences FILE: of a capture of ours all that a diff has found; others also see links that we do not decode.
differences()
{
	grep "$([[ $1 == tests/* ]] && echo '^[<>]' || echo '^>')" | sed "s,^,${1##*/}: ,"
}

# Options of TCP, those of each packet in a line. Left out are packets with one that tcpdump tells more of, or that it
# calls by an older number, and those that are cut or wrong, for which it has other words.
options()
{
	grep -o 'options \[[^]]*\]' | grep -Ev 'mptcp|md5|uto|exp-|scps|unknown-(20|25[34])|unsup|cut|bad|\[[^]]*$|\|tcp'
}

# tcpdump 4.99 sees no TCP in packets of more than 64 KiB.
if wanted "options_of_tcp_are_in_the_words_of_tcpdump" tcpdump; then
	for file in "${files[@]}"; do
		[[ $file != *bigtcp* ]] || continue
		tcpdump -nS -t -r "$file" 2>/dev/null | options >"$work/theirs"
		"$dump" -r "$file" -t -v 2>/dev/null </dev/null | options >"$work/ours"
		cat "$work/ours" >>"$work/all"
		diff "$work/theirs" "$work/ours" | differences "$file"
	done >"$work/against"
	(($(wc -l <"$work/all") > 20)) || echo "hardly any options" >>"$work/against"
	verdict "options_of_tcp_are_in_the_words_of_tcpdump"
fi

echo "1..$n"
