#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What shells complete behind xdpdump: options, words, lists, interfaces, files.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/lib.sh"

export work PATH=$B:$PATH TERM=xterm HOME=$work

# has WORD, has not WORD: among what is completed
has()
{
	if [[ $1 == not ]]; then
		! grep -qxF -e "$2" "$work/found" || echo "$line: $2 is completed"
	else
		grep -qxF -e "$1" "$work/found" || { echo "$line: $1 is not completed, but:"; cat "$work/found"; }
	fi
}

complete()
{
	line=$1
	timeout 120 python3 tests/golden/complete.py "$shell" "$work/$shell" "$line" >"$work/found" || echo "$line: $shell has failed"
}

for shell in bash zsh fish; do
	wanted "$shell completes options, their words, interfaces and files" "$shell" python3 || continue
	"$dump" --completions "$shell" >"$work/$shell"
	# zsh completes what stands behind the comma, or the slash
	list=drop, folder=tests/pcaps/
	[[ $shell != zsh ]] || list='' folder=''
	{
		"$shell" -n "$work/$shell" 2>&1
		complete 'xdpdump --form'
		has --format
		has not --count
		complete 'xdpdump --hook '
		for word in auto native generic tc; do
			has "$word"
		done
		complete 'xdpdump --verdict drop,'
		has "$list"redirect
		complete 'xdpdump -b f'
		has filesize:
		has not duration:
		complete 'xdpdump -r x -i '
		has lo
		has any
		for option in -r --read --compare --run; do
			complete "xdpdump $option tests/pcaps/mi"
			has "$folder"mixed.pcap
		done
		complete 'xdpdump c'
		has ctl
		complete 'xdpdump -r x c'
		has not ctl
		complete 'xdpdump ctl tests/pcaps/mi'
		has "$folder"mixed.pcap
		complete 'xdpdump ctl path '
		for word in filter mark rotate sample snap stats stop trigger; do
			has "$word"
		done
		has not ctl
		has not tests
		complete 'xdpdump ctl path s'
		has snap
		has not filter
		complete 'xdpdump ctl path filter '
		has not filter
		complete 'xdpdump --map '
		has not tests
		complete 'xdpdump --packet-count '
		has not tests
	} >"$work/against" 2>&1
	verdict "$shell completes options, their words, interfaces and files"
done

{
	"$dump" --completions tcsh 2>&1
	echo "$?"
} | diff - <(echo "xdpdump: --completions 'tcsh' is none of bash, zsh and fish (xdpdump -h shows all options)"; echo 2) >"$work/against"
verdict 'for another shell there are none'
echo "1..$n"
