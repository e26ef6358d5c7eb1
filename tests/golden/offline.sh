#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The offline tool: in which order it selects, what --info and --compare say, what becomes of
# secrets. And how it ends when it is asked to, with whole output.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"

# ---- selection ----

file=tests/pcaps/mixed.pcap
# The filter comes first, then the time, the copies, what is skipped, the count.
{
	# 194 packets, 19 of them UDP, the first two of which are the third and the fourth packet
	[[ $("$dump" -r "$file" udp --skip 17 | wc -l) == 2 ]] || echo "--skip counts what the filter lets through"
	[[ $("$dump" -r "$file" -t udp --skip 1 -c 1) == \
		"$("$dump" -r "$file" -t udp | sed -n 2p)" ]] || echo "--skip, then -c"
	# relative to the first packet, whether it matches or not
	[[ $("$dump" -r "$file" udp --end +0.000001) == "" ]] || echo "--end is relative to the first packet of all"
	[[ $("$dump" -r "$file" -r "$file" --dedup --skip 193 2>/dev/null | wc -l) == 1 ]] ||
		echo "--dedup before --skip"
} >"$work/against"
verdict "filter_time_copies_skip_and_count_come_in_this_order"

# What is cut does not make a copy: the packets are cut behind all selection.
{
	"$dump" -r tests/pcaps/sizes.pcap -s 20 --dedup=24 -w "$work/ours" 2>"$work/said"
	grep -qx '0 duplicate packets left out' "$work/said" || cat "$work/said"
} >"$work/against"
verdict "packets_are_copies_before_they_are_cut"

# ---- statistics ----

# Of a large file threads count a part each, which of a pipe they cannot. In it times step back, and there are tunnels.
{
	tail -c +25 tests/pcaps/mixed.pcap >"$work/records"
	for _ in {1..7}; do cat "$work/records" "$work/records" >"$work/more" && mv "$work/more" "$work/records"; done
	cat <(head -c 24 tests/pcaps/mixed.pcap) "$work/records" >"$work/large.pcap"
	"$dump" -r "$work/large.pcap" -w "$work/large.pcapng"
	head -c -100 "$work/large.pcapng" >"$work/cut.pcapng"
	for large in "$work"/large.pcap "$work"/large.pcapng "$work"/cut.pcapng; do
		for look in '--info' '--info -T json udp' '-qq --stats tcp' '-qq --stats --stats-format json'; do
			# shellcheck disable=SC2086
			"$dump" -r "$large" $look --threads 3 >"$work/ours" 2>&1
			# shellcheck disable=SC2086
			"$dump" -r - $look < <(cat "$large") >"$work/text" 2>&1
			[[ $look == *-T* ]] || sed -i '/^File size:/d' "$work/ours"
			sed -i 's/"file_bytes":[0-9]*,//; s/"time":"[^"]*"//' "$work/ours" "$work/text"
			diff <(sed "s|$large|stdin|g" "$work/ours") "$work/text" || echo "$look of ${large##*/}"
		done
	done
	# 70 % of it is the same; from there on a byte is not, packets are missing, there is another one
	cp "$work/large.pcap" "$work/changed.pcap"
	printf '\x55' | dd of="$work/changed.pcap" bs=1 seek=4000100 conv=notrunc status=none
	head -c 4000000 "$work/large.pcap" >"$work/short.pcap"
	"$dump" -r "$work/large.pcap" -c 17500 -w "$work/fewer.pcapng"
	"$dump" -r "$work/large.pcap" -r tests/pcaps/mixed.pcap -w "$work/more.pcapng"
	cp "$work/large.pcap" "$work/same.pcap"
	for pair in 'large.pcap large.pcapng' 'large.pcap same.pcap' 'large.pcap changed.pcap' 'large.pcap short.pcap' \
		'large.pcapng fewer.pcapng' 'large.pcapng more.pcapng'; do
		read -r first other <<<"$pair"
		for look in '-s 60' '--tolerance 1ms'; do
			# shellcheck disable=SC2086
			"$dump" $look --compare "$work/$first" "$work/$other" --threads 3 >"$work/ours" 2>&1; echo $? >>"$work/ours"
			# shellcheck disable=SC2086
			"$dump" $look --compare <(cat "$work/$first") <(cat "$work/$other") >"$work/text" 2>&1; echo $? >>"$work/text"
			sed -i "s|$work/[a-z]*.pcap[ng]*|FILE|g" "$work/ours"
			sed 's|/dev/fd/[0-9]*|FILE|g' "$work/text" | diff "$work/ours" - || echo "$look $pair"
		done
	done
	grep -q 'FILE' "$work/ours" || cat "$work/ours"
	rm "$work"/*.pcap "$work"/*.pcapng "$work/records"
} >"$work/against" 2>&1
verdict "threads_count_what_one_counts"

if wanted "statistics_for_machines_are_those_for_people" jq; then
	{
		"$dump" -r "$file" -qq --stats 2>"$work/text"
		"$dump" -r "$file" -qq --stats --stats-format json 2>"$work/json"
		jq -r '"\(.elapsed[0:5]) s: \(.packets) packets, \(.bytes) bytes", "TCP \(.tcp_packets), UDP \(.udp_packets), other \(.other_packets)",
			"IPv4 \(.ipv4_packets), IPv6 \(.ipv6_packets), non-IP \(.non_ip_packets)", .stats' "$work/json" >"$work/ours"
		sed 's/^ *//; s/ ([^)]*)//g' "$work/text" | diff - <(sed '$d' "$work/ours")
		[[ $(tail -n 1 "$work/ours") == end && $(wc -l <"$work/json") == 1 ]] || echo "not one line of the end"
	} >"$work/against" 2>&1
	verdict "statistics_for_machines_are_those_for_people"
fi

# ---- --info ----

captures_for_info
"$dump" --info "${reads[@]}" </dev/null >"$work/reports" 2>"$work/said"
# Numbers of both reports, and one object a line.
if wanted "the_report_in_json_says_the_same" python3; then
	"$dump" --info -T json "${reads[@]}" "len < 100" </dev/null >"$work/json" 2>"$work/against"
	"$dump" --info "${reads[@]}" "len < 100" </dev/null >"$work/text" 2>>"$work/against"
	python3 - "$work/json" "$work/text" >>"$work/against" 2>&1 <<'END'
import json, re, sys
reports = [json.loads(line) for line in open(sys.argv[1])]
texts = open(sys.argv[2], errors="replace").read().split("\n\n")
if len(reports) != len(texts):
    print(len(reports), "objects and", len(texts), "reports")
for report, text in zip(reports, texts):
    text, _, inside = text.partition("\nTunnels:")
    found = lambda pattern, of=text: [m.groups() for m in re.finditer(pattern, of, re.M)]
    talker, protocol = r"^  [0-9a-f.:]+ +\d+ +(\d+) +\d+$", r"^  (?!XDP|TC )[A-Za-z][A-Za-z46v -]+ +\d+ +[\d.]+ +\d+ +[\d.]+$"
    counted = lambda key: sum(1 for p in report.get(key, {}).values() if p["packets"])
    pairs = {
        "packets": [report["packets"], int(found(r"^Number of packets: +(\d+)")[0][0])],
        "bytes": [report["bytes"], int(found(r"^Data size: +(\d+)")[0][0])],
        "filter": [report["filter"], found(r"^Filter: +(.*)")[0][0]],
        "interfaces": [[str(i["packets"]) for i in report["interfaces"]],
                       [g[0] for g in found(r"^ +Number of packets = (\d+)")]],
        "talkers": [[str(t["bytes_sent"]) for t in report["top_talkers"]],
                    [g[0] for g in found(talker)]],
        "protocols": [counted("protocols"), len(found(protocol))],
        "talkers inside": [[str(t["bytes_sent"]) for t in report.get("inner_top_talkers", [])],
                           [g[0] for g in found(talker, inside)]],
        "protocols inside": [counted("tunnels") + counted("inner_protocols"), len(found(protocol, inside))],
        "verdicts": [[(k.replace("_", " "), str(v["packets"])) for k, v in report["verdicts"].items()],
                     [(g[0].lower(), g[1]) for g in found(r"^  ((?:XDP|TC) \w+) +(\d+) +[\d.]+ +\d+ +[\d.]+$")]],
        "sizes": [[str(s["packets"]) for s in report["sizes"] if s["packets"]],
                  [g[0] for g in found(r"^  \d+ (?:to|and) \w+ +(\d+) +[\d.]+(?:  #+)?$") if g[0] != "0"]],
        "all sizes": [sum(s["packets"] for s in report["sizes"]), report["packets"]],
        "timeline": [[sum(report.get("timeline", {}).get(what, [])) for what in ("packets", "bytes")],
                     [report["packets"], report["bytes"]] if report["timed_packets"] else [0, 0]],
        "complete": [report["complete"], True],
    }
    for name, (a, b) in pairs.items():
        if a != b:
            print(report["file"], name, a, b)
END
	verdict "the_report_in_json_says_the_same"
fi

# A damaged file: exit 1, what could be read, and why it is not more.
{
	"$dump" --info -r tests/pcaps/files/damaged_pcap_garbage_tail.pcap \
		-r tests/pcaps/udp.pcap >"$work/text" 2>"$work/said"
	[[ $? == 1 ]] || echo "not exit 1"
	[[ $(grep -c '^Number of packets:   [1-9]' "$work/text") == 2 ]] || cat "$work/text"
	grep -q '^Not complete: .*damaged_pcap_garbage_tail.pcap: damaged at byte' "$work/text" || cat "$work/text"
	grep -q 'garbage_tail.pcap: damaged at byte' "$work/said" || cat "$work/said"
	"$dump" --info -r /nonexistent -r tests/pcaps/udp.pcap >"$work/text" 2>"$work/said"
	[[ $? == 1 ]] || echo "not exit 1"
	grep -q '^Number of packets:   8' "$work/text" || cat "$work/text"
	"$dump" --info -r tests/pcaps/udp.pcap 'tcp porty 80' >"$work/text" 2>"$work/said"
	[[ $? == 2 && ! -s $work/text ]] || cat "$work/text"
} >"$work/against"
verdict "a_report_of_a_damaged_file_tells_what_could_be_read"

# Else it would read what it has just printed, for ever.
cp tests/pcaps/mixed.pcap "$work/self"
# shellcheck disable=SC2094
for format in text json csv; do
	"$dump" -r "$work/self" -T $format >>"$work/self" 2>"$work/said" </dev/null
	status=$?
	((status == 2)) || echo "-T $format: exit $status"
	grep -q 'self: cannot read from and write to the same file' "$work/said" || cat "$work/said"
	cmp "$work/self" tests/pcaps/mixed.pcap
done >"$work/against" 2>&1
verdict "text_is_not_appended_to_the_file_that_is_read"

# Whatever option it is read by, and whatever option would write to it.
untouched() {
	local file=$1 status

	shift
	cp "$work/$file" "$work/kept"
	(cd "$work" && timeout 20 "$here" "$@" >text 2>said </dev/null)
	status=$?
	((status == 2)) || echo "$*: exit $status"
	grep -q "$file: cannot read from and write to the same file" "$work/said" || cat "$work/said"
	cmp "$work/$file" "$work/kept"
}
here=$(realpath "$dump")
cp tests/pcaps/mixed.pcap "$work/other"
echo 'CLIENT_RANDOM 00 00' >"$work/keys"
echo ip >"$work/expression"
echo self >"$work/list"
{
	untouched self -r self --part -w self
	untouched self -r self -w o -C 5k -b printname:self
	untouched keys -r self -w keys --inject-secrets tls:keys
	untouched expression -r self -w expression -F expression
	untouched list -V list -w list
	untouched other --compare self other --lost -w other --part
	untouched other --compare self other --lost -w o -C 5k -b printname:other
	cp "$work/keys" "$work/o1"
	(cd "$work" && "$here" -r self -w o -C 5k --inject-secrets tls:o1) 2>"$work/said"
	status=$?
	((status == 6)) || echo "the keys are a name of the rotation: exit $status"
	cmp "$work/o1" "$work/keys"
	(cd "$work" && "$here" -r self -w o -b printname:o) 2>"$work/said"
	status=$?
	((status == 2)) || echo "the names go into the capture: exit $status"
	grep -q 'o: -w and -b printname: want the same file' "$work/said" || cat "$work/said"
} >"$work/against" 2>&1
verdict "no_file_that_is_read_is_written_to"

# A FIFO of secrets keeps us waiting; signals end that.
mkfifo "$work/waits"
timeout -k 10 1 "$dump" -r tests/pcaps/udp.pcap -w "$work/o" --inject-secrets tls:"$work/waits" >"$work/against" 2>&1
status=$?
((status == 124)) || echo "exit $status" >>"$work/against"
verdict "a_signal_ends_the_wait_for_secrets"

# ---- --compare ----

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
"$dump" -r $a -w "$work/b" -c 5
"$dump" -r $a -w "$work/cut" -s 60
"$dump" -r tests/pcaps/mixed.pcap -w "$work/some" udp or arp
# the last byte of the packet that is not padding of a block
"$dump" -r $a -w "$work/last" --skip 2 -c 1
size=$(stat -c %s "$work/last")
# ... EPB: data of 42 bytes, 2 of padding, trailer; ISB is not there, as no input had one
cp "$work/last" "$work/changed"
printf '\xee' | dd of="$work/changed" bs=1 seek=$((size - 4 - 2 - 1)) conv=notrunc 2>/dev/null
{
	says 0 '8 packets, all the same' $a $a
	says 0 '19 packets, all the same' tests/pcaps/mixed.pcap "$work/some" udp
	says 1 "$a has 3 packets more: .*/b ends after 5" $a "$work/b"
	says 1 "$a has 3 packets more: .*/b ends after 5" "$work/b" $a
	says 1 'packet 1 differs: 75 and 60 bytes captured' $a "$work/cut"
	says 0 '8 packets, all the same' $a "$work/cut" -s 60
	says 1 'packet 1 differs: lengths on the wire 75 and 74' $a tests/pcaps/tcp_handshake.pcap
	says 1 'packet 1 differs: byte 41 is 0x[0-9a-f]{2} and 0xee' "$work/last" "$work/changed"
	grep -q $'^\t0x0020:  .*ee$' "$work/text" || cat "$work/text"
	says 1 'xdpdump: not compared to the end: the first [1-9] packets are the same' \
		tests/pcaps/files/pcap_nanoseconds_little_endian.pcap tests/pcaps/files/damaged_pcap_garbage_tail.pcap
	says 1 'xdpdump: /nonexistent: cannot open: No such file or directory' $a /nonexistent
	says 2 'xdpdump: can.t parse filter expression: syntax error: .*' $a $a 'udp porty 1'
} >"$work/against"
verdict "a_comparison_ends_with_the_first_difference"

# What is in names of files and in comments steers no terminal; with -v a packet may have any number of lines.
hostile=$work/$'\e[31m\n'
ln -s "$PWD/$a" "$hostile"
comments=tests/pcaps/files/pcapng_comments.pcapng
{
	says 1 '.*/\\x1b\[31m\\x0a, packet 1:' "$hostile" $comments -v
	grep -q $'^\tcomment: .*bidi' "$work/text" || cat "$work/text"
	says 1 '.*/\\x1b\[31m\\x0a has 3 packets more: .*/b ends after 5' "$hostile" "$work/b"
} >"$work/against"
verdict "a_comparison_shows_names_and_comments_escaped"

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
"$dump" --compare "$work/long" "$work/other" </dev/null >"$work/said" 2>&1
grep -oE '^.0x[0-9a-f]+:' "$work/said" | diff - <(printf '\t%s:\n' 0x11160 0x11170 0x11160 0x11170) >"$work/against"
verdict "a_difference_behind_64_kib_is_shown_at_its_offset"
{
	"$dump" -r tests/pcaps/mixed.pcap -a duration:0.5 -w "$work/half" || echo "exit $?"
	"$dump" -r tests/pcaps/mixed.pcap -a duration:0.5 | diff - <("$dump" -r "$work/half")
	(($("$dump" -r "$work/half" | wc -l) == 124)) || echo "not 124 packets"
} >"$work/against" 2>&1
verdict "a_duration_ends_text_and_files_with_the_same_packet"

# fails STATUS PATTERN OPTIONS...: with that status, and a line that matches on stderr; its stdout is closed.
fails()
{
	"$dump" "${@:3}" 2>"$work/said" >&-
	local status=$?

	((status == $1)) || echo "exit $status instead of $1: ${*:3}"
	grep -Eq -e "$2" "$work/said" || { echo "no '$2' of ${*:3}"; cat "$work/said"; }
}

{
	for options in "-r $a" "-r $a -T json" "-r $a -w -" "-r $a -w - --format text" \
		"-r $a --info" "--compare $a $a" '-d' '-h' '--version' '-D'; do
		# shellcheck disable=SC2086 # words
		fails 6 '^xdpdump: stdout: .*Bad file descriptor' $options
	done
	"$dump" -r $a -w "$work/silent" >&- 2>&- || echo "exit $? where nothing is printed"
	"$dump" --compare $a "$work/silent" -q >&- || echo "exit $? where nothing is printed"
	fails 1 '^xdpdump: stdin: .*Bad file descriptor' -r - -qq <&-
	"$dump" -r $a >"$work/text" 2>&- || echo "exit $? without stderr"
} >"$work/against" 2>&1
verdict "closed_standard_descriptors_are_errors_where_they_are_used"

# A router between two captures: each packet of IPv4 twice, with other addresses of Ethernet and
# one hop less the second time.
python3 - tests/pcaps/mixed.pcap "$work/routed.pcap" <<'END'
import struct, sys
data = open(sys.argv[1], 'rb').read()
out, at = [data[:24]], 24
while at < len(data):
    sec, frac, caplen, length = struct.unpack_from('<IIII', data, at)
    frame = data[at + 16 : at + 16 + caplen]
    out.append(data[at : at + 16] + frame)
    if frame[12:14] == b'\x08\x00' and frame[22] > 1:
        ip = bytearray(frame[14:])
        total = struct.unpack('!H', ip[10:12])[0] + 0x100     # RFC 1624, for a TTL one less
        ip[8] -= 1
        ip[10:12] = struct.pack('!H', (total & 0xffff) + (total >> 16))
        out.append(struct.pack('<IIII', sec, frac, caplen, length) + b'\x02\0\0\0\0\x11\x02\0\0\0\0\x12' + frame[12:14] + ip)
    at += 16 + caplen
open(sys.argv[2], 'wb').write(b''.join(out))
END
{
	"$dump" -r "$work/routed.pcap" --dedup --dedup-ignore ttl,mac -w "$work/once"
	"$dump" -r tests/pcaps/mixed.pcap --dedup -w "$work/known"
	"$dump" --compare "$work/once" "$work/known" -q
	for fields in ttl mac checksum,vlan; do
		"$dump" -r "$work/routed.pcap" --dedup --dedup-ignore $fields --count
	done | uniq -c | grep -q '^ *3 ' || echo 'one of the two alone is enough'
} >"$work/against" 2>"$work/said"
grep -q '^11[0-9] duplicate packets left out$' "$work/said" || cat "$work/said" >>"$work/against"
verdict "what_routers_change_can_be_ignored"

# 3000 packets on a way that loses some, doubles some, adds some, and delays all; a model that
# knows says what is to come out.
python3 - "$work/sent.pcap" "$work/received.pcap" "$work/gone.pcap" <<'END' >"$work/wanted"
import random, struct, sys
random.seed(5)
frame = lambda n: b'\x02\0\0\0\0\1\x02\0\0\0\0\2\x88\xb5' + struct.pack('!I', n)
sent, received, gone, delays, doubled, strange = [], [], [], [], 0, 0
for n in range(3000):
    at = 10**18 + n * 10**6
    sent.append((at, frame(n)))
    if random.random() < .02:
        gone.append((at, frame(n)))
        continue
    delay = random.randrange(10**5, 10**7)
    delays.append(delay)
    received.append((at + delay, frame(n)))
    if random.random() < .01:
        received.append((at + delay + 5000, frame(n)))
        doubled += 1
    if random.random() < .01:
        received.append((at, frame(10**6 + n)))
        strange += 1
for name, packets in zip(sys.argv[1:], (sent, sorted(received), gone)):
    with open(name, 'wb') as f:
        f.write(struct.pack('<IHHiIII', 0xa1b23c4d, 2, 4, 0, 0, 65535, 1))
        for ns, data in packets:
            f.write(struct.pack('<IIII', ns // 10**9, ns % 10**9, len(data), len(data)) + data)
print(len(sent), len(received), len(delays), len(gone), 0, doubled + strange, doubled, min(delays), max(delays),
      sorted(delays)[len(delays) // 2])
END
{
	"$dump" --compare "$work/sent.pcap" "$work/received.pcap" --lost -T json -w "$work/found.pcapng" >"$work/text"
	(($? == 1)) || echo 'the exit status is not 1'
	python3 - "$work/text" "$work/wanted" <<'END'
import json, sys
found = json.load(open(sys.argv[1]))
*counts, least, greatest, median = map(int, open(sys.argv[2]).read().split())
keys = ('packets_a', 'packets_b', 'both', 'only_a', 'only_a_copies', 'only_b', 'only_b_copies')
if [found[k] for k in keys] != counts:
    print(found, counts)
ns = lambda key: int(found[key].replace('.', ''))
if (ns('delay_min'), ns('delay_max')) != (least, greatest) or abs(ns('delay_median') - median) > .006 * median:
    print(found, least, greatest, median)
END
	"$dump" --compare "$work/found.pcapng" "$work/gone.pcap" --tolerance 0 -q
	"$dump" --compare "$work/sent.pcap" "$work/received.pcap" --lost >"$work/text"
	grep -q '^  lost: only in A  *[0-9]*    [0-9]\.[0-9] %$' "$work/text" || cat "$work/text"
	"$dump" --compare "$work/sent.pcap" "$work/received.pcap" --lost -v | grep -c '^\[' |
		diff - <("$dump" --count -r "$work/gone.pcap" | sed 's/ .*//')
	"$dump" --compare "$work/sent.pcap" "$work/sent.pcap" --lost -q || echo "exit $? for the same packets"
	"$dump" --compare "$work/sent.pcap" "$work/received.pcap" --lost --window 50us -q 2>"$work/said"
	grep -q 'are their clocks further apart' "$work/said" || cat "$work/said"
	"$dump" --compare "$work/sent.pcap" "$work/received.pcap" --lost -w "$work/received.pcap" 2>"$work/said"
	(($? == 2)) || cat "$work/said"
	"$dump" --compare - "$work/received.pcap" --lost -v <"$work/sent.pcap" >"$work/text" 2>"$work/said"
	(($? == 2)) || cat "$work/said"
	"$dump" --compare - "$work/received.pcap" --lost -q <"$work/sent.pcap"
	(($? == 1)) || echo "exit $? for stdin"
	"$dump" --compare "$work/sent.pcap" $a --lost -q 'ether[14:4] < 3' 2>"$work/said"
	(($? == 1)) || cat "$work/said"
} >"$work/against" 2>&1
verdict "what_is_lost_between_two_captures_is_found"

# ---- secrets ----

printf 'CLIENT_RANDOM 00 11\n' >"$work/tls.log"
printf 'LOCAL_STATIC_PRIVATE_KEY=AA=\n' >"$work/wg.log"
"$dump" -r $a -w "$work/with" --inject-secrets "tls:$work/tls.log" --inject-secrets "wg,$work/wg.log"

# complains PATTERN OPTIONS...: or, with an empty pattern, does not.
complains()
{
	"$dump" -r "$work/with" -w "$work/part" "${@:2}" 2>"$work/said" || echo "exit $?: ${*:2}"
	if [[ $1 ]]; then
		grep -Eq -e "$1" "$work/said" || { echo "no '$1': ${*:2}"; cat "$work/said"; }
	else
		cat "$work/said"
	fi
}

{
	whole='warning: .*/part: the secrets of the whole input are in it, not only of the packets that were selected'
	complains "$whole" udp port 53
	complains "$whole" -c 3
	complains "$whole" --skip 1
	complains ''
	complains '' --discard-secrets udp
	complains '/dev/null does not look like a log of keys for tls' --inject-secrets tls:/dev/null
	complains '' --inject-secrets ssh:/dev/null
	for spec in tls tls: dtls:/dev/null "tls:$work/none" :; do
		"$dump" -r $a -w "$work/part" --inject-secrets "$spec" 2>"$work/said"
		(($? == 2)) || echo "exit is not 2 with '$spec'"
		grep -q 'secrets' "$work/said" || cat "$work/said"
	done
	head -c 9000000 /dev/zero >"$work/huge"
	"$dump" -r $a -w "$work/part" --inject-secrets "ssh:$work/huge" 2>&1 |
		grep -q 'huge: cannot read the secrets: more than 8 MiB' ||
		echo 'as many as you like'
} >"$work/against" 2>&1
verdict "what_becomes_of_secrets_is_said"

# ---- signals, with -r ----

has()
{
	[[ -s $1 ]]
}

# The process $1 waits for signals: they are blocked in it, and it is the tool and no longer the shell.
takes_signals()
{
	local status

	[[ /proc/$1/exe -ef $dump ]] && status=$(<"/proc/$1/status") &&
		[[ $status =~ SigBlk:.*[2367abef][[:space:]]SigIgn ]]
}

# Has it put so much into a pipe of 64 KiB that it waits for the reader?
has_filled_pipe()
{
	[[ /proc/$1/exe -ef $dump ]] && (($(sed -n 's/^wchar: //p' "/proc/$1/io") >= 60000))
}

child_takes_signals()
{
	child=$(<"/proc/$pid/task/$pid/children") && child=${child%% *} && takes_signals "$child"
}

ended()
{
	[[ $(cat "/proc/$pid/stat" 2>/dev/null) == @(""|*") Z "*) ]]
}

has_fifo()
{
	[[ $(readlink "/proc/$pid"/fd/*) == */fifo* ]]
}

# ends_with STATUS: the process $pid within 60 s.
ends_with()
{
	local status

	begun 60 ended
	kill -KILL "$pid" 2>/dev/null
	wait "$pid"
	status=$?
	((status == $1)) || { echo "exit $status instead of $1"; cat "$work/said"; }
}

mkfifo "$work/fifo"
for signal in INT TERM HUP; do
	"$dump" -r "$work/fifo" -w "$work/out" --print >"$work/text" 2>"$work/said" &
	pid=$!
	exec 3>"$work/fifo"
	cat $a >&3
	begun 60 has "$work/text"
	kill -USR2 $pid
	kill -$signal $pid
	ends_with 0
	exec 3>&-
	"$dump" --compare $a "$work/out" >"$work/diff" || cat "$work/diff"
	grep -qx 'stopped as asked: 8 packets read, 8 taken' "$work/said" || cat "$work/said"
done >"$work/against" 2>&1
verdict "a_signal_while_waiting_for_input_leaves_a_whole_file"

{
	"$dump" -r "$work/fifo" -w "$work/never" >"$work/text" 2>"$work/said" &
	pid=$!
	begun 60 has_fifo
	kill -INT $pid
	ends_with 0
	[[ ! -e $work/never ]] || echo "there is an output without input"
} >"$work/against" 2>&1
verdict "a_signal_while_a_fifo_has_no_writer_ends_the_waiting"

{
	rm -f "$work/out"
	"$dump" -r "$work/fifo" --stats -w "$work/out" >"$work/text" 2>"$work/said" &
	pid=$!
	exec 3>"$work/fifo"
	cat $a >&3
	begun 60 has "$work/out"
	kill -USR1 $pid
	begun 60 has "$work/said"
	grep -q ' s: 8 packets ' "$work/said" || cat "$work/said"
	: >"$work/said"
	exec 3>&-
	ends_with 0
	grep -q ' s: 8 packets ' "$work/said" || cat "$work/said"
} >"$work/against" 2>&1
verdict "sigusr1_prints_the_statistics_and_the_work_goes_on"

# A file that takes a while: the same frames again and again, through a pipe that is read slowly.
tail -c +25 tests/pcaps/mixed.pcap >"$work/frames"
for ((big = 194; big < 388000; big *= 2)); do
	cat "$work/frames" "$work/frames" >"$work/twice"
	mv "$work/twice" "$work/frames"
done
{ head -c 24 tests/pcaps/mixed.pcap; cat "$work/frames"; } >"$work/big"

{
	mkfifo "$work/outfifo"
	(exec 3<"$work/outfifo"; begun 60 has "$work/go"; cat <&3 >"$work/part") &
	reader=$!
	"$dump" -r "$work/big" -w "$work/outfifo" 2>"$work/said" &
	pid=$!
	begun 60 has_filled_pipe $pid
	kill -INT $pid
	echo go >"$work/go"
	ends_with 0
	wait $reader
	"$dump" -r "$work/part" -t >"$work/text" || echo "the output is not whole"
	taken=$(sed -n 's/^stopped as asked: .* packets read, \([0-9]*\) taken$/\1/p' "$work/said")
	[[ $(wc -l <"$work/text") == "$taken" && $taken -lt $big ]] ||
		{ echo "$(wc -l <"$work/text") packets"; cat "$work/said"; }
} >"$work/against" 2>&1
verdict "a_signal_in_the_middle_of_a_file_leaves_a_whole_output"

{
	exec 4<>"$work/outfifo"		# a reader that takes nothing
	"$dump" -r "$work/big" -w "$work/outfifo" 2>"$work/said" &
	pid=$!
	begun 60 has_filled_pipe $pid
	kill -INT $pid
	kill -TERM $pid
	ends_with 143
	exec 4<&-
} >"$work/against" 2>&1
verdict "a_second_signal_forces_the_end"

# A block of a kind that nobody knows, longer than what a buffer that doubles may have, which takes no room on the disk.
if wanted "a_block_that_is_skipped_takes_no_memory" python3; then
	python3 - "$work/blocks" >"$work/against" 2>&1 <<'END'
import struct, sys
LEN = 320 << 20
with open(sys.argv[1], "wb") as f:
    f.write(struct.pack("<IIIHHqI", 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, -1, 28) + struct.pack("<IIHHII", 1, 20, 1, 0, 0, 20))
    packet = struct.pack("<IIIIIII", 6, 48, 0, 0, 0, 14, 14) + bytes(16) + struct.pack("<I", 48)
    f.write(packet + struct.pack("<II", 0x80000001, LEN))
    f.seek(LEN - 12, 1)
    f.write(struct.pack("<I", LEN) + packet)
END
	for mode in "" --recover; do
		# shellcheck disable=SC2086 # none is no word
		"$dump" -r "$work/blocks" $mode --count 2>&1 | grep -vxE '2 packets(; no damage found)?'
	done >>"$work/against"
	rm "$work/blocks"
	verdict "a_block_that_is_skipped_takes_no_memory"
fi

# Blocks of a kind that nobody knows, 240 GiB of them, which take no room on the disk.
if wanted "a_signal_ends_the_reading_of_a_file_without_packets" python3; then
	python3 - "$work/blocks" >"$work/against" 2>&1 <<'END'
import struct, sys
LEN = 0xfffffff0
with open(sys.argv[1], "wb") as f:
    f.write(struct.pack("<IIIHHqI", 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, -1, 28) + struct.pack("<IIHHII", 1, 20, 1, 0, 0, 20))
    at = f.tell()
    for _ in range(60):
        f.seek(at)
        f.write(struct.pack("<II", 0x80000001, LEN))
        f.seek(at + LEN - 4)
        f.write(struct.pack("<I", LEN))
        at += LEN
END
	for mode in "-qq" "-qq --recover" "--info" "--info --recover" "-w $work/blocks.out" \
		"-qq -r $a -r $work/blocks" "-qq udp"; do
		# shellcheck disable=SC2086 # options are words
		"$dump" -r "$work/blocks" $mode >"$work/text" 2>"$work/said" &
		pid=$!
		begun 60 takes_signals $pid
		kill -INT $pid
		ends_with 0
	done >>"$work/against" 2>&1
	{
		"$dump" --compare "$work/blocks" "$work/blocks" >"$work/text" 2>"$work/said" &
		pid=$!
		sleep 0.3	# it may have begun, or not, as long as SIGINT would be ignored: it dies of it
		kill -TERM $pid
		ends_with 143
	} >>"$work/against" 2>&1
	verdict "a_signal_ends_the_reading_of_a_file_without_packets"
fi

# Whoever reads it has stopped to, and 64 KiB are in the pipe.
{
	{
		head -c 28 tests/pcaps/files/pcapng_little_endian.pcapng
		for ((i = 0; i < 3000; i++)); do
			printf '\1\0\0\0\24\0\0\0\1\0\0\0\0\0\0\0\24\0\0\0'
		done
	} >"$work/ifaces"
	exec 4<>"$work/outfifo"
	for mode in "" "-T json"; do
		# shellcheck disable=SC2086 # options are words
		"$dump" --info -r "$work/ifaces" $mode >"$work/outfifo" 2>"$work/said" &
		pid=$!
		sleep 0.3	# for the pipe to be full; it dies of it before that as well
		kill -TERM $pid
		ends_with 143
	done
	exec 4<&-
} >"$work/against" 2>&1
verdict "a_signal_ends_a_report_that_nobody_reads"

if wanted "an_interrupted_open_is_tried_again" strace; then
	{
		export ASAN_OPTIONS=detect_leaks=0	# it cannot look for them while somebody traces
		strace -f -qq -o /dev/null -P "$PWD/$a" -e trace=openat,open \
			-e inject=openat,open:error=EINTR:when=1..3 \
			"$dump" -r "$PWD/$a" >"$work/text" 2>&1 || echo "exit $?"
		[[ $(wc -l <"$work/text") == 8 ]] || cat "$work/text"
		# for ever, until it is asked to stop
		strace -f -qq -o /dev/null -P "$PWD/$a" -e trace=openat,open -e inject=openat,open:error=EINTR \
			"$dump" -r "$PWD/$a" >"$work/text" 2>&1 &
		pid=$!
		begun 60 child_takes_signals
		kill -INT "$child"
		ends_with 0
		[[ ! -s $work/text ]] || cat "$work/text"
		unset ASAN_OPTIONS
	} >"$work/against" 2>&1
	verdict "an_interrupted_open_is_tried_again"
fi

# ---- progress ----

if wanted "a_line_of_progress_for_a_terminal" python3; then
	python3 - "$dump" "$work/fifo" "$work/big" >"$work/against" 2>&1 <<'END'
import os, pty, subprocess, sys, threading, time
dump, fifo, big = sys.argv[1:]

def shown(args, stdout=subprocess.DEVNULL, terminal=True, term="xterm", wanted=None):
    """What a run of more than a second writes to stderr: a file without an end, until it is asked to stop."""
    master, slave = pty.openpty()
    read, write = (master, slave) if terminal else os.pipe()
    p = subprocess.Popen([dump, "-r", fifo] + args, stdin=subprocess.DEVNULL, stderr=write,
                         stdout=slave if stdout == "terminal" else stdout, env={**os.environ, "TERM": term})
    os.close(write)
    said = b""
    def take():
        nonlocal said
        try:
            while (data := os.read(read, 65536)):
                said += data
        except OSError:
            pass
    reader = threading.Thread(target=take)
    reader.start()
    other = threading.Thread(target=lambda: [None for _ in iter(lambda: drain(master), b"")]) if stdout == "terminal" else None
    with open(fifo, "wb") as f, open(big, "rb") as source:
        f.write(source.read(24))
        frames = source.read(10 * 46973)
        begun = time.monotonic()
        # With a line that has to come, until it is there; else for the time in which it would have come.
        while time.monotonic() < begun + (60 if wanted else 1.6) and not (wanted and wanted in said):
            f.write(frames)
            f.flush()
            time.sleep(0.02)
    p.wait(60)
    if not terminal or stdout == "terminal":
        os.close(slave) if not terminal else None
    reader.join(60)
    return said

def drain(fd):
    try:
        return os.read(fd, 65536)
    except OSError:
        return b""

progress = b"packets, "
said = shown(["-w", "/dev/null"], wanted=b"Mpps")
if said.count(progress) < 1 or b"Mpps" not in said:
    print("no line on a terminal:", said)
if not said.endswith(b"\r\x1b[K"):
    print("the line is not erased at the end:", said[-80:])
if (said := shown(["-w", "/dev/null"], terminal=False)):
    print("a line where there is no terminal:", said)
if (said := shown(["-w", "/dev/null"], term="dumb")):
    print("a line on a terminal that cannot erase it:", said)
if progress in (said := shown(["-c", "100000000", "-q"], stdout="terminal")):
    print("a line between lines of text")
END
	verdict "a_line_of_progress_for_a_terminal"
fi
echo "1..$n"
