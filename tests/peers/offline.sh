#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The offline tool beside editcap, mergecap, capinfos and tcpdump: the same packets selected, the
# same counts, the same secrets.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"

# both "OUR OPTIONS" "EDITCAP'S" FILE [EDITCAP'S ARGUMENTS BEHIND THE FILES]: the same packets, by libpcap.
both()
{
	local ours theirs

	read -ra ours <<<"$1"
	read -ra theirs <<<"$2"
	"$dump" -r "$3" -w "$work/ours" "${ours[@]//_/ }" </dev/null 2>"$work/said" || cat "$work/said"
	editcap -F nsecpcap "${theirs[@]//_/ }" "$3" "$work/theirs" ${4+"$4"} >"$work/said" 2>&1 || cat "$work/said"
	"$dump" -r "$work/theirs" | grep -q . || echo "$2: no packets, so nothing is shown"
	"$dump" --compare "$work/theirs" "$work/ours" --tolerance 0 >"$work/said" 2>&1 || sed "s/^/$1: /" "$work/said"
}

file=tests/pcaps/mixed.pcap
day=2024-01-02_
if wanted "editcap_selects_the_same_packets" editcap; then
	{
		both "--skip 10" -r "$file" 11-194
		both "--skip 10 -c 20" -r "$file" 11-30
		both "-c 1" -r "$file" 1
		both "--start ${day}03:04:05.5" "-A ${day}03:04:05.5" "$file"
		both "--end ${day}03:04:05.5" "-B ${day}03:04:05.5" "$file"
		both "--start ${day}03:04:05.1 --end ${day}03:04:06" "-A ${day}03:04:05.1 -B ${day}03:04:06" "$file"
		both "--start 03:04:05.500 --end 1704164646" "-A ${day}03:04:05.5 -B ${day}03:04:06" "$file"
		both "--start +0.5 --end +1s" "-A ${day}03:04:05.500000001 -B ${day}03:04:06.000000001" "$file"
		both "-s 60" "-s 60" "$file"
	} >"$work/against"
	verdict "editcap_selects_the_same_packets"
fi

if wanted "editcap_finds_the_same_copies" editcap && command -v mergecap >/dev/null; then
	# Each packet again 3 ms later, with others between.
	editcap -F nsecpcap -t 0.003 "$file" "$work/later" &&
		mergecap -F nsecpcap -w "$work/doubles" "$file" "$work/later"
	{
		for window in 1 2 4 5 20 1000; do
			both "--dedup=$window" "-D $((window + 1))" "$work/doubles"
		done
		both "--dedup=4" -d "$work/doubles"
		for window in 001 002 003 004 050; do
			both "--dedup=$((10#$window))ms" "-w 0.$window" "$work/doubles"
		done
	} >"$work/against"
	verdict "editcap_finds_the_same_copies"

	"$dump" -r "$work/doubles" --dedup=1000 -w "$work/ours" 2>"$work/said"
	patiently "$work/said"
	echo "$((388 - $("$dump" -r "$work/ours" | wc -l))) duplicate packets left out" |
		diff - "$work/said" >"$work/against"
	verdict "the_number_of_copies_is_told"
fi

# Of the report, what capinfos has as well, with all digits of the times.
labels='File name|Number of packets|File size|Data size|Capture duration|First packet time|Last packet time'
labels+='|Average packet size|Strict time order|Packet size limit|Capture hardware|Capture oper-sys|Capture application|Capture comment'
labels+='|Number of interfaces in file'
inner='Name|Description|Hardware|Speed|Capture length|Time precision|Filter string|Operating system|Number of packets'
shared_lines()
{
	grep -E "^($labels): |^Interface #|^ +($inner) = " | grep -v 'file hdr' |
		sed -E 's/ +$//; :a; s/(\.[0-9]{6,8})( |$)/\10\2/; ta'
}

captures_for_info
"$dump" --info "${reads[@]}" </dev/null >"$work/reports" 2>"$work/said"
if wanted "capinfos_counts_the_same" capinfos; then
	{
		cat "$work/said"
		((${#files[@]} > 60)) || echo "only ${#files[@]} files"
		capinfos -M "${files[@]}" 2>&1 | grep -v 'Running as user' | shared_lines >"$work/theirs"
		shared_lines <"$work/reports" | diff "$work/theirs" -
	} >"$work/against"
	verdict "capinfos_counts_the_same"
fi

# says STATUS SENTENCE ARGUMENTS...: the end of a comparison, and a line of what it prints, as an
# extended regular expression.
says()
{
	local wanted=$1 sentence=$2 status=0

	shift 2
	"$dump" --compare "$@" >"$work/text" 2>&1 </dev/null || status=$?
	((status == wanted)) || echo "$*: exit $status"
	grep -Eqx -e "$sentence" "$work/text" || { echo "$*: no line '$sentence'"; cat "$work/text"; }
}

a=tests/pcaps/udp.pcap
# Behind 64 KiB an offset has five digits, in dumps and where two packets differ.
python3 - "$work" <<'END'
import sys
sys.path.insert(0, "scripts")
sys.dont_write_bytecode = True
from fixture_files import *
frame = bytes(6) + bytes([2]) * 6 + b"\x12\x34" + bytes(i * 7 & 255 for i in range(70000))
open(sys.argv[1] + "/long", "wb").write(pcap([(SEC, frame, len(frame))], snaplen=262144))
open(sys.argv[1] + "/other", "wb").write(pcap([(SEC, frame[:-1] + b"!", len(frame))], snaplen=262144))
END
if wanted "dumps_of_long_packets_are_those_of_tcpdump" tcpdump; then
	for how in -xx -XX; do
		diff <(tcpdump -nr "$work/long" $how 2>/dev/null |
			grep -P '^\t0x') <("$dump" -r "$work/long" $how | grep -P '^\t0x') |
			head -n 4
		"$dump" -r "$work/long" $how | grep -q '0x1116' || echo "$how: no offset of five digits"
	done >"$work/against" 2>&1
	verdict "dumps_of_long_packets_are_those_of_tcpdump"
fi

if wanted "times_matter_when_asked_to" editcap; then
	editcap -F nsecpcap -t 0.001 $a "$work/later"
	{
		says 0 '8 packets, all the same' $a "$work/later"
		says 1 'packet 1 differs: times 0.001000000 s apart' $a "$work/later" --tolerance 0
		says 1 'packet 1 differs: times 0.001000000 s apart' $a "$work/later" --tolerance 999us
		says 0 '8 packets, all the same' $a "$work/later" --tolerance 1ms
	} >"$work/against"
	verdict "times_matter_when_asked_to"
fi

# secrets_in FILE: what each block of secrets holds, by tshark
secrets_in()
{
	tshark -X 'read_format:MIME Files Format' -V -r "$1" 2>/dev/null |
		sed -nE 's/^ +Secrets (Type|Length|Data): //p'
}

printf 'CLIENT_RANDOM 00 11\n' >"$work/tls.log"
printf 'LOCAL_STATIC_PRIVATE_KEY=AA=\n' >"$work/wg.log"
if wanted "secrets_are_put_in_and_left_out_as_by_editcap" editcap; then
	{
		"$dump" -r $a -w "$work/with" --inject-secrets "tls:$work/tls.log" --inject-secrets "wg,$work/wg.log"
		editcap --inject-secrets "tls,$work/tls.log" --inject-secrets "wg,$work/wg.log" \
			$a "$work/theirs" 2>/dev/null
		secrets_in "$work/with" >"$work/found"
		[[ $(wc -l <"$work/found") == 6 ]] || cat "$work/found"
		diff "$work/found" <(secrets_in "$work/theirs")
		"$dump" --compare $a "$work/with" -q || echo 'the packets differ'
		"$dump" -r "$work/with" -w "$work/without" --discard-secrets
		secrets_in "$work/without"
		cmp "$work/without" <("$dump" -r $a -w -)
		"$dump" -r "$work/theirs" -w "$work/new" --discard-secrets --inject-secrets "tls:$work/tls.log"
		[[ $(secrets_in "$work/new" | wc -l) == 3 ]] || secrets_in "$work/new"
		rm -f "$work"/piece*
		"$dump" -r $a -w "$work/piece" -b packets:3 --inject-secrets "tls:$work/tls.log"
		for file in "$work"/piece*; do
			[[ $(secrets_in "$file" | wc -l) == 3 ]] || echo "${file##*/}: no secrets"
		done
	} >"$work/against" 2>&1
	verdict "secrets_are_put_in_and_left_out_as_by_editcap"
fi

echo "1..$n"
