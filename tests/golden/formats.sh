#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Captures in other formats than pcapng: pcap, text, and rows as Python and jq see them.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"

# rewrite FILE FORMAT OUTPUT
rewrite()
{
	"$dump" -r "$1" --format "$2" -w "$3" </dev/null
}

shopt -s extglob

# What goes into a pipe is compressed as well as a file.
{
	for codec in gzip zstd; do
		"$dump" -r tests/pcaps/mixed.pcap --compress $codec -w - </dev/null >"$work/piped.$codec"
	done
	cmp <(gzip -dc <"$work/piped.gzip") <(rewrite tests/pcaps/mixed.pcap pcapng -)
	cmp <(zstd -dqc <"$work/piped.zstd") <(rewrite tests/pcaps/mixed.pcap pcapng -)
	"$dump" -r tests/pcaps/mixed.pcap --compress zstd -w - --format json port 9999 </dev/null | zstd -dqc
} >"$work/against" 2>&1
verdict "what_goes_into_a_pipe_is_compressed_too"

mixed=tests/pcaps/files/pcapng_link_types_mixed.pcapng
rewrite "$mixed" pcap "$work/mixed.pcap" >"$work/said" 2>&1
status=$?
{
	[[ $status == 6 ]] || echo "exit $status"
	all=$("$dump" -r "$mixed" -t | wc -l) kept=$("$dump" -r "$work/mixed.pcap" -t | wc -l)
	grep -q "mixed.pcap: $((all - kept)) packets not written: a pcap file has one link type" "$work/said" ||
		cat "$work/said"
	((kept > 0)) || echo "nothing is left"
} >"$work/against"
verdict "packets_of_another_link_type_are_counted_and_said_to_be_missing"

# What readers cut to: of a file the largest of its interfaces, of a stream what limits them all.
snaplen()
{
	od -An -tu4 -j16 -N4 | tr -d ' '
}
names=tests/pcaps/files/pcapng_simple_packets_snaplen_32.pcapng
{
	rewrite "$names" pcap "$work/32.pcap"
	[[ $(snaplen <"$work/32.pcap") == 32 ]] || echo "a file: $(snaplen <"$work/32.pcap")"
	[[ $(rewrite "$names" pcap - | snaplen) == 262144 ]] || echo "a stream: $(rewrite "$names" pcap - | snaplen)"
	"$dump" -r "$names" --format pcap -s 20 -w - | snaplen | grep -qx 20 || echo "a stream of cut packets"
	rewrite tests/pcaps/files/warn_pcap_caplen_above_snaplen.pcap pcap "$work/above.pcap" 2>/dev/null
	[[ $(snaplen <"$work/above.pcap") == 96 ]] || echo "a longer packet: $(snaplen <"$work/above.pcap")"
	rewrite tests/pcaps/files/pcapng_section_header_only.pcapng pcap "$work/none.pcap"
	[[ $(stat -c %s "$work/none.pcap") == 24 ]] || echo "without interfaces: $(stat -c %s "$work/none.pcap") bytes"
} 2>&1 | grep -v 'packets without a time' >"$work/against"
verdict "no_packet_is_longer_than_the_snapshot_length_of_its_file"

# How long a packet may be is up to those who read pcap, and to the link type.
captures_of_long_packets
# lengths FILE: of its packets
lengths()
{
	"$dump" -r "$1" -T json | grep -o 'cap_len":[0-9]*' | grep -o '[0-9]*' | xargs
}
{
	rewrite "$work/usb" pcap "$work/usb.pcap" 2>&1 || echo "usb: exit $?"
	lengths "$work/usb.pcap" | grep -vx '60 262145 60'
	rewrite "$work/ethernet" pcap "$work/ethernet.pcap" >"$work/said" 2>&1
	[[ $? == 6 ]] || echo "ethernet: another exit status"
	grep -q '1 packet not written: longer than what tcpdump and tshark read, 262144 bytes .* -s cuts them' "$work/said" || cat "$work/said"
	lengths "$work/ethernet.pcap" | grep -vx '60 60'
	"$dump" -r "$work/ethernet" --format pcap -s 262144 -w "$work/ethernet.pcap" 2>&1 || echo "cut: exit $?"
	lengths "$work/ethernet.pcap" | grep -vx '60 262144 60'
} >"$work/against"
verdict "packets_of_pcap_are_as_long_as_others_read"

# Rows of whatever is not damaged.
sound=(tests/pcaps/*.pcap tests/pcaps/files/!(damaged_*))
for format in json csv; do
	"$dump" "${sound[@]/#/-r}" -T $format --offsets >"$work/rows.$format" 2>"$work/said" </dev/null
done
"$dump" "${sound[@]/#/-r}" -t >"$work/lines" 2>"$work/said" </dev/null
{
	(($(wc -l <"$work/lines") > 1000)) || echo "only $(wc -l <"$work/lines") packets"
	diff <(wc -l <"$work/lines") <(wc -l <"$work/rows.json")
	diff <(wc -l <"$work/lines") <(tail -n +2 "$work/rows.csv" | wc -l)
} >"$work/against"
verdict "each_packet_of_many_files_is_a_row"

if wanted "the_fields_are_those_of_the_manual_page" python3; then
	tests/golden/rows.py fields "$work/rows.csv" man/xdpdump.8 >"$work/against" 2>&1
	verdict "the_fields_are_those_of_the_manual_page"
fi

if wanted "jq_reads_each_row" jq; then
	{
		jq -s length "$work/rows.json" | diff - <(wc -l <"$work/lines")
		# jq 1.6 loses the last digits of time_ns; those of the string stay
		diff <(jq -r '.frame_frame_time // empty' "$work/rows.json") \
			<(grep -o '"frame_frame_time":"[^"]*' "$work/rows.json" | cut -d'"' -f 4) | head -n 2
		diff <(grep -o '"frame_frame_time":"[^"]*' "$work/rows.json" | sed 's/.*\.\([0-9]*\)Z/\1/') \
			<(grep -o '"time_ns":[0-9]*' "$work/rows.json" |
				sed 's/.*:/000000000/; s/.*\(.........\)$/\1/') | head -n 2
		jq -r 'select(.tcp_tcp_dstport == 80) | .ip_ip_src' "$work/rows.json" |
			grep -q 192.0.2.1 || echo "no web"
	} >"$work/against" 2>&1
	verdict "jq_reads_each_row"
fi

# What looks does not matter to rows.
{
	diff <("$dump" -r tests/pcaps/mixed.pcap -T json) <("$dump" -r tests/pcaps/mixed.pcap -T json -vv -XX -e)
	diff <("$dump" -r tests/pcaps/mixed.pcap -T json) <("$dump" -r tests/pcaps/mixed.pcap --format json -w -)
	diff <("$dump" -r tests/pcaps/mixed.pcap -T csv) <("$dump" -r tests/pcaps/mixed.pcap --format csv -w -)
	diff <("$dump" -r tests/pcaps/mixed.pcap -vX) <("$dump" -r tests/pcaps/mixed.pcap -vX --format text -w -)
} >"$work/against" 2>&1
verdict "a_file_of_rows_or_text_is_what_the_screen_shows"

# Of all fixtures, damaged ones as well, by themselves and as one.
{
	all=()
	for file in tests/pcaps/*.pcap; do
		all+=(-r "$file")
	done
	for look in '-T json' '-vvXX -# -ttt'; do
		# shellcheck disable=SC2086
		for file in tests/pcaps/*.pcap* tests/pcaps/files/*; do
			cmp <("$dump" -r "$file" $look 2>&1) <("$dump" -r "$file" $look --threads 3 2>&1) ||
				echo "$file $look"
		done
		# shellcheck disable=SC2086
		cmp <("$dump" "${all[@]}" $look 2>&1) <("$dump" "${all[@]}" $look --threads 3 2>&1)
	done
	"$dump" -r tests/pcaps/mixed.pcap --threads 3 | cmp - <("$dump" -r tests/pcaps/mixed.pcap -l --threads 3)
	"$dump" -r tests/pcaps/mixed.pcap --threads 3 -c 5 | cmp - <("$dump" -r tests/pcaps/mixed.pcap -c 5)
	"$dump" -r tests/pcaps/mixed.pcap --threads 3 >/dev/full 2>&1 && echo 'a full disk is no error'
} 2>&1 | grep -v '^xdpdump: stdout: cannot write: No space left on device$' >"$work/against"
verdict "several_threads_make_the_same_text_as_one"

echo "1..$n"
