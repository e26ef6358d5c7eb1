#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What packets say, and what is in tunnels, as tshark finds it: of our captures, and of those in $CORPUS if there are any.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"

# said FILE...: what differs. One run of tshark for all.
said()
{
	local file options

	for file in "$@"; do
		"$dump" -r "$file" -w "$work/one.pcapng" </dev/null 2>/dev/null && cat "$work/one.pcapng"
	done >"$work/all.pcapng"
	read -ra options < <(tests/golden/rows.py said-options)
	"$dump" -r "$work/all.pcapng" -T json >"$work/ours" 2>/dev/null </dev/null
	tshark -r "$work/all.pcapng" "${options[@]}" >"$work/theirs" 2>/dev/null
	tests/golden/rows.py said "$work/ours" "$work/theirs"
}

if wanted "packets_say_what_tshark_finds" tshark && wanted "packets_say_what_tshark_finds" python3; then
	mapfile -t corpus < <(find -L "${CORPUS:-../shared/corpus}" -name '*.pcap' 2>/dev/null | LC_ALL=C sort)
	said tests/pcaps/*.pcap "${corpus[@]}" >"$work/against" 2>&1
	verdict "packets_say_what_tshark_finds"

	# For all else.
	: >"$work/against"
	"$dump" -r tests/pcaps/mixed.pcap -w - </dev/null | tshark -n -r - -T fields -e frame.number 2>/dev/null |
		wc -l | grep -qx 194 || echo "tshark does not read our pipe" >"$work/against"
	verdict "tshark_goes_on_behind_a_pipe"
fi
echo "1..$n"
