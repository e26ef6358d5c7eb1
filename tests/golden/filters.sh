#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Filter expressions: how they are shown, refused, and taken from a file; what they mean for several link types.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"

mapfile -t expressions <tests/golden/EXPRESSIONS

# Each instruction in the notation of the kernel, and none that is unknown.
for expression in "" "${expressions[@]}"; do
	"$dump" -d "$expression" >"$work/classic" 2>/dev/null || continue
	"$dump" -d -v "$expression" >"$work/both" || echo "'$expression': exit $?"
	lines=$(wc -l <"$work/classic")
	head -n "$lines" "$work/both" | diff "$work/classic" -
	tail -n +$((lines + 2)) "$work/both" >"$work/translated"
	grep -q '(95) exit$' "$work/translated" || echo "'$expression': no end"
	grep -vE '^ *[0-9]+: \([0-9a-f]{2}\) ([rw][0-9]+ [^ ]*= |\*\(u|if [rw]|goto pc[+-]|call |exit$)' "$work/translated"
done >"$work/against" 2>&1
verdict "each_program_is_shown_as_ebpf"

# refused STATUS SENTENCE OPTIONS...: exits so, and says so.
refused()
{
	local want=$1 sentence=$2 status=0

	shift 2
	"$dump" "$@" >"$work/said" 2>&1 </dev/null || status=$?
	[[ $status == "$want" ]] || echo "$*: exit $status instead of $want"
	grep -qF -- "$sentence" "$work/said" || echo "$*: $(cat "$work/said")"
}

echo "kept" >"$work/kept"
file=tests/pcaps/mixed.pcap
{
	refused 2 "syntax error: tcp >>>prot<<< 80" -r $file tcp prot 80
	refused 2 "syntax error: tcp >>>prot<<< 80" -r $file -w "$work/kept" tcp prot 80
	refused 2 "syntax error: tcp >>>prot<<< 80" -d tcp prot 80
	refused 2 "ifindex not supported on" -r $file 'ifindex 3'
	refused 2 "unknown port 'nonesuch'" -r tests/pcaps/files/pcapng_little_endian.pcapng -w "$work/kept" port nonesuch
	refused 2 "syntax error" -r tests/pcaps/files/pcapng_section_header_only.pcapng -w "$work/kept" tcp prot
	refused 2 "syntax error" -r tests/pcaps/files/pcapng_without_packets.pcapng -w "$work/kept" tcp prot
	refused 2 "no interface has a link type that the filter is for" -r tests/pcaps/files/pcapng_link_types_mixed.pcapng -w "$work/kept" 'ifindex 3'
	refused 2 "no interface has a link type that the filter is for" -r tests/pcaps/files/pcapng_decryption_secrets.pcapng -w "$work/kept" 'ifindex 3'
	refused 2 "no interface has a link type that the filter is for" -r $file -r $file -w "$work/kept" ifindex 1
	refused 2 "no interface has a link type that the filter is for" --info -r tests/pcaps/files/pcapng_little_endian.pcapng 'ifindex 3'
	refused 2 "ifindex not supported on" --info -r $file 'ifindex 3'
	refused 2 "not implemented: udp" --compare $file tests/pcaps/files/linktype_unknown_user0_147.pcap udp
	refused 1 "cannot open" -d -r /nonexistent tcp
	refused 1 "neither pcap nor pcapng" -d -r tests/golden/EXPRESSIONS tcp
	refused 1 "no interface" -d -r tests/pcaps/files/pcapng_section_header_only.pcapng tcp
	[[ $(cat "$work/kept") == kept ]] || echo "the output was overwritten"
} >"$work/against"
verdict "what_is_refused_says_so_and_leaves_the_output_alone"

# The filter means nothing for one link type of several: its packets are left out, which is said, and the others are as they
# would be without it.
other=tests/pcaps/files/linktype_unknown_user0_147.pcap mixed=tests/pcaps/files/pcapng_link_types_mixed.pcapng
line='warning: .*: packets of link type LINKTYPE_147 are left out: DLT 147 link-layer type filtering not implemented: udp port 53'
{
	"$dump" -r $file udp port 53 >"$work/alone" </dev/null
	for order in "-r $file -r $other" "-r $other -r $file" "-r $other -r $file -r $other"; do
		# shellcheck disable=SC2086 # options are words
		"$dump" $order udp port 53 </dev/null 2>"$work/said" | diff "$work/alone" - || echo "$order: other packets"
		[[ $(grep -Exc "xdpdump: $line" "$work/said") == 1 && $(wc -l <"$work/said") == 1 ]] || cat "$work/said"
		# shellcheck disable=SC2086
		"$dump" $order -w "$work/out" udp port 53 </dev/null 2>"$work/said" || echo "$order: exit $?"
		"$dump" -r "$work/out" | diff "$work/alone" - || echo "$order: other packets in the file"
	done
	"$dump" --info -r $mixed udp 2>/dev/null >"$work/info" || echo "--info: exit $?"
	grep -q 'UDP  *[1-9]' "$work/info" || echo "--info finds no packets"
	"$dump" --compare $mixed $mixed udp >"$work/info" 2>/dev/null || echo "--compare: exit $?"
	[[ $("$dump" -r $mixed ether host 1:2:3:4:5:6 2>&1 | grep -c 'are left out') == 3 ]] || echo "not three link types"
} >"$work/against" 2>&1
verdict "packets_of_a_link_type_that_the_filter_is_not_for_are_left_out_and_it_is_said"

# Secrets in front of the first interface that it is for.
python3 - "$work/late" <<'END'
import sys
sys.path.insert(0, "scripts")
sys.dont_write_bytecode = True
from fixture_files import *
ng = Ng("<")
secret = ng.block(DSB, ng.pack("II", 0x544c534b, 8) + b"A SECRET")
frame = bytes.fromhex("020000000002020000000001080045000020000000004011f6c9c0000201c0000202") + b"\4\0\0\x35\0\x0c\0\0abcd"
packet = [(START_SEC * SEC, frame, len(frame))]
open(sys.argv[1], "wb").write(ng.shb() + ng.idb(link=147) + secret + ng.epbs(packet * 3) + ng.idb(link=1) + ng.epbs(packet, iface=1))
END
{
	"$dump" -r "$work/late" -w "$work/out" udp 2>/dev/null || echo "exit $?"
	[[ $("$dump" -r "$work/out" -t) == 'UDP 192.0.2.1:1024 -> 192.0.2.2:53 (46 bytes)' ]] || "$dump" -r "$work/out"
	[[ $(grep -ac 'A SECRET' "$work/out") == 1 ]] || echo "the secret is lost"
} >"$work/against" 2>&1
verdict "blocks_wait_for_the_first_interface_that_the_filter_is_for"

printf 'udp # names\nport 53\n' >"$work/filter"
{
	diff <("$dump" -r $file udp port 53) <("$dump" -r $file -F "$work/filter")
	diff <("$dump" -r $file udp port 53) <("$dump" -r $file -O udp port 53)
	diff <("$dump" -r $file) <("$dump" -r $file " ")
	[[ $("$dump" -r $file udp port 53 | wc -l) -gt 0 ]] || echo "nothing matches"
	# one line, where it is shown
	"$dump" -r $file --info -F "$work/filter" | grep -q '^Filter: *udp         port 53 *$' || echo "--info shows another one"
} >"$work/against" 2>&1
verdict "a_filter_comes_from_a_file_as_well"

# xdpdump may run with more rights than who calls it, who may not read that file.
{
	# shellcheck disable=SC2016 # it is /etc/shadow
	for text in 'root:$y$j9T$SECRET:19700:0:::' 'tcp prot SECRET' 'udp port SECRET' 'ether host SECRET' 'inbound SECRET' 'ip proto \SECRET'; do
		printf '# SECRET\n%s\n' "$text" >"$work/secret"
		for how in "-d" "-d -v" "-r $file" "-r $file -r $file" "-r $file --info" "--compare $file $file" "-r $mixed"; do
			status=0
			# shellcheck disable=SC2086 # options are words
			"$dump" -F "$work/secret" $how >"$work/said" 2>&1 </dev/null || status=$?
			[[ $status == 2 ]] || echo "$how: exit $status"
			grep -H SECRET "$work/said"
			grep -Fq "$work/secret: l" "$work/said" || cat "$work/said"
		done
	done
	printf 'udp\nport 53 or\n\ttcp prot 80\n' >"$work/secret"
	refused 2 "secret: line 3, column 6: libpcap does not take the filter expression from here on" -r $file -F "$work/secret"
} >"$work/against" 2>&1
verdict "a_filter_from_a_file_is_never_quoted"
echo "1..$n"
