#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# --run: captures through the XDP programs of tests/xdp. What is written and printed, what a file
# of an earlier run says to it, and what is refused. tests/xdp/balancer.pcapng is such a file, and
# an example: it is made by
#
#	xdpdump --run build/tests/xdp/balancer.bpf.o --map "$web" --map "$dns" -r tests/pcaps/mixed.pcap \
#		-w tests/xdp/balancer.pcapng 'tcp dst port 80 or udp port 53'
#
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

xdp=$B/tests/xdp
mixed=tests/pcaps/mixed.pcap golden=tests/xdp/balancer.pcapng

# 198.51.100.80:80 by TCP, and 192.0.2.1:53 by UDP: two backends, 192.168.1.1, whose packets are
# rewritten, and 192.168.2.1 behind a tunnel from 198.51.100.80, for odd source ports
backends=c0a80101000000000200000000110000c0a80201c63364500200000000220000
web=services=c633645000500600:$backends
dns=services=c000020100351100:$backends
balancer=(--run "$xdp/balancer.bpf.o" --map "$web" --map "$dns")
blocklist=(--run "$xdp/blocklist.bpf.o" --map 'blocked=20000000c000020a:01')

# fails STATUS SENTENCE ARGS...: one line on stderr, that says so, and nothing is written
fails()
{
	rm -f "$work/made"
	run "${@:3}"
	want "exit status of ${*:3}" "$1" "$rc"
	want_line "$work/err" "^xdpdump: .*$2"
	want "lines of ${*:3}" 1 "$(wc -l <"$work/err")"
	[[ ! -s $work/made ]] || note "${*:3}: something was written"
}

# fields_of FILE FIELD...: of tshark, a line for each packet
fields_of()
{
	tshark -n -r "$1" -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE -T fields \
		"${@:2}" 2>/dev/null
}

begin 'a filter with a map: the verdict of each packet is that of its address'
run "${blocklist[@]}" -r $mixed -t
want 'exit status' 0 "$rc"
want 'lines' "$("$dump" -r $mixed | wc -l)" "$(wc -l <"$work/out")"
want 'packets that are dropped' \
	"$("$dump" -r $mixed ip src host 192.0.2.10 2>/dev/null | wc -l)" "$(grep -c '=> DROP$' "$work/out")"
"$dump" -r $mixed -t ip src host 192.0.2.10 | sed 's/$/ => DROP/' |
	diff - <(grep 'DROP$' "$work/out") >"$work/diff" || note_file "$work/diff"
"$dump" -r $mixed -t not ip src host 192.0.2.10 | sed 's/$/ => PASS/' |
	diff - <(grep 'PASS$' "$work/out") >"$work/diff" || note_file "$work/diff"
want_line "$work/err" '^194 packets through blocklist$'
want_line "$work/err" "^  XDP DROP  +$(grep -c '=> DROP$' "$work/out") "
end

begin 'what it changes is shown at once as it is of a file'
run "${balancer[@]}" -r $mixed -w "$work/out.pcapng"
"$dump" -r "$work/out.pcapng" --diff -v >"$work/want"
run "${balancer[@]}" -r $mixed --diff -v
want 'exit status' 0 "$rc"
diff "$work/want" "$work/out" >"$work/diff" || note_file "$work/diff"
want_line "$work/out" '^	20 bytes put in front: IPv4 198.51.100.80 > 192.168.2.1 proto 4$'
want_line "$work/out" '^	bytes 30-33: IPv4 destination 198.51.100.80 -> 192.168.1.1$'
want_line "$work/out" '^194 packets with both images: [1-9][0-9]* changed, [1-9][0-9]* unchanged$'
want_line "$work/err" '^194 packets through balancer$'
# here the filter is for what goes in
"$dump" -r "$work/out.pcapng" --diff -t tcp dst port 80 >"$work/want"
run "${balancer[@]}" -r $mixed --diff -t tcp dst port 80
diff "$work/want" "$work/out" >"$work/diff" || note_file "$work/diff"
run "${balancer[@]}" -r $mixed --diff -T json -c 3 tcp dst port 80
want 'objects' 4 "$(jq -c . "$work/out" | wc -l)"
fails 2 '-w means nothing with --diff' "${balancer[@]}" -r $mixed --diff -w "$work/made"
end

begin 'a longer prefix overrules a shorter one, and the map of a limit is filled on each CPU'
run "${blocklist[@]}" --map 'blocked=18000000c0000200:01' --map 'blocked=20000000c000020a:00' -r $mixed -t
want 'dropped' \
	"$("$dump" -r $mixed ip src net 192.0.2.0/24 and not src host 192.0.2.10 | wc -l)" "$(grep -c 'DROP$' "$work/out")"
run "${blocklist[@]}" --map 'limit=00000000:0200000000000000' -r $mixed -t
(($(grep -c 'DROP$' "$work/out") >= 2 && $(grep -c 'DROP$' "$work/out") <= 2 * $(nproc --all))) ||
	note "dropped: $(grep -c 'DROP$' "$work/out")"
end

begin 'a file has each packet as it came in and as it came out, with one id and the verdict'
run "${balancer[@]}" -r $mixed -w "$work/out.pcapng" tcp dst port 80
want 'exit status' 0 "$rc"
want 'printed' 0 "$(wc -l <"$work/out")"
want_well_formed "$work/out.pcapng"
want_accepted "$work/out.pcapng"
fields_of "$work/out.pcapng" -e frame.packet_id -e frame.interface_description \
	-e frame.verdict.ebpf_xdp -e frame.time_epoch \
	-E separator=, >"$work/fields"
n=$("$dump" -r $mixed tcp dst port 80 | wc -l)
for ((i = 1; i <= n; i++)); do
	printf '%d,,\n%d,after balancer,3\n' $i $i
done | diff - <(cut -d, -f 1-3 "$work/fields") >"$work/diff" || note_file "$work/diff"
# a pair has one time, that of the input
diff <(fields_of $mixed -e frame.time_epoch -Y 'tcp.dstport == 80 && !icmp') \
	<(cut -d, -f 4 "$work/fields" | uniq) >"$work/diff" || note_file "$work/diff"
end

begin 'what comes out is rewritten or within a tunnel, with right checksums'
fields_of "$work/out.pcapng" -Y 'ip.checksum.status == 0 || tcp.checksum.status == 0' -e frame.number >"$work/fields"
want 'packets with a wrong checksum' 0 "$(wc -l <"$work/fields")"
fields_of "$work/out.pcapng" -Y 'frame.verdict.ebpf_xdp' -e ip.dst -e eth.dst -e eth.src -e tcp.srcport >"$work/fields"
awk '{
	tunnel = $4 % 2
	want = tunnel ? "192.168.2.1,198.51.100.80" : "192.168.1.1"
	if ($1 != want || $2 != (tunnel ? "02:00:00:00:00:22" : "02:00:00:00:00:11") || $3 != "02:00:00:00:00:01")
		print
	seen[tunnel]++
} END { if (!seen[0] || !seen[1]) print "not both ways" }' "$work/fields" >"$work/wrong"
[[ ! -s $work/wrong ]] || note_file "$work/wrong"
end

begin 'printed, a packet that came out as it came in is one line, and a changed one two'
run "${balancer[@]}" -r $mixed -t -c 2 'tcp port 49152'
want 'what is printed' "TCP 192.0.2.10:49152 -> 198.51.100.80:80 (74 bytes) [SYN]
TCP 192.0.2.10:49152 -> 192.168.1.1:80 (74 bytes) [SYN] => TX
TCP 198.51.100.80:80 -> 192.0.2.10:49152 (74 bytes) [SYN,ACK] => PASS" "$(<"$work/out")"
run "${balancer[@]}" -r $mixed -T json -c 1 'tcp port 49152'
want_line "$work/out" '"verdict":"TX"'
end

begin 'the captures of a directory are run as one'
mkdir "$work/pieces"
"$dump" -r $mixed --index -w "$work/pieces/p" -b packets:20
for what in '' 'tcp port 443' 'host 203.0.113.251'; do
	run "${balancer[@]}" -r $mixed -tt "$what"
	mv "$work/out" "$work/whole"
	want "exit status, '$what'" 0 "$rc"
	run "${balancer[@]}" -r "$work/pieces" -tt "$what"
	want "exit status of pieces, '$what'" 0 "$rc"
	want_true "the same, '$what'" diff "$work/whole" "$work/out"
done
end

begin 'over a pipe, what is known is printed while more is waited for'
mkfifo "$work/pipe"
start "${blocklist[@]}" -r "$work/pipe" -t
exec 5>"$work/pipe"
"$dump" -r $mixed -c 5 --format pcap -w - >&5
poll grep -q 'DROP' "$work/out" || note 'nothing is printed'
exec 5>&-
reap
want 'exit status' 0 "$rc"
want 'lines' 5 "$(wc -l <"$work/out")"
end

begin 'a signal ends it, and the file is complete'
start "${balancer[@]}" -r "$work/pipe" -w "$work/out.pcapng" -U --expect $golden
exec 5>"$work/pipe"
"$dump" -r $golden -c 10 -w - >&5
written()
{
	(($("$dump" -r "$work/out.pcapng" 2>/dev/null | wc -l) == 10))
}
poll written || note 'nothing is written'
finish
exec 5>&-
want_line "$work/err" '^stopped as asked: 10 packets read, 5 taken'
want_line "$work/err" '^xdpdump: stopped: the first 10 packets are as expected'
want 'exit status, as not all was compared' 130 "$rc"
want_accepted "$work/out.pcapng"
end

begin 'selection is about what goes in, -s about what is written'
run "${blocklist[@]}" -r $mixed --skip 2 -c 3 -s 20 -w "$work/out.pcapng"
want 'packets' 6 "$("$dump" -r "$work/out.pcapng" | wc -l)"
want 'captured' 20 "$(fields_of "$work/out.pcapng" -e frame.cap_len | sort -u)"
diff <("$dump" -r $mixed -t -s 20 --skip 2 -c 3) \
	<(fields_of "$work/out.pcapng" -e frame.len >/dev/null; "$dump" -r "$work/out.pcapng" -t | sed -n 'p;n') \
	>"$work/diff" || note_file "$work/diff"
want_line "$work/err" '^  XDP DROP  +2 '	# of the whole frames
end

# ---- --expect ----

begin 'a golden file is input and expectation in one'
run "${balancer[@]}" -r $golden --expect $golden
want 'exit status' 0 "$rc"
want_line "$work/err" '^as expected: '
want_line "$work/err" "^$(("$("$dump" -r $golden | wc -l)" / 2)) packets left out that came out of a program before"
run "${balancer[@]}" -r $mixed --expect $golden 'tcp dst port 80 or udp port 53'
want 'exit status, over the capture itself' 0 "$rc"
run "${balancer[@]}" -r $golden --expect $golden -w "$work/again.pcapng"
want 'exit status, when it is written as well' 0 "$rc"
want_true 'the same packets' "$dump" --compare $golden "$work/again.pcapng" --tolerance 0
end

# differs SENTENCE ARGS...
differs()
{
	run "${@:2}"
	want "exit status of ${*:2}" 1 "$rc"
	want_line "$work/err" "^xdpdump: $1"
	want 'sentences' 1 "$(grep -c '^xdpdump:' "$work/err")"
}

begin 'another verdict, another byte, another length: the first difference is told'
differs "$golden: packet 1: verdict PASS, expected TX" --run "$xdp/balancer.bpf.o" -r $golden --expect $golden
want_line "$work/err" '^  expected: IPv4 198.51.100.80 -> 192.168.2.1 .* => TX$'
want_line "$work/err" '^  found:    UDP .* => PASS$'
other=${web/c0a80101/c0a80109}
differs "$golden: packet [0-9]+: byte [0-9]+ of what comes out is 0x[0-9a-f]+, expected 0x" \
	--run "$xdp/balancer.bpf.o" \
	--map "$other" --map "$dns" -r $golden --expect $golden
# all behind a tunnel
other=services=c633645000500600:${backends#????????????????????????????????}${backends#????????????????????????????????}
differs "$golden: packet [0-9]+: what comes out has [0-9]+ bytes, expected" --run "$xdp/balancer.bpf.o" --map "$other" \
	--map "$dns" -r $golden --expect $golden
end

begin 'more and fewer packets than expected, and another input'
"$dump" -r $golden -c 6 -w "$work/short.pcapng"
differs ".*short.pcapng: packet 4: nothing more is expected" "${balancer[@]}" -r $golden --expect "$work/short.pcapng"
"$dump" -r $golden -c 5 -w "$work/short.pcapng"
differs ".*short.pcapng: packet 3: nothing more is expected" "${balancer[@]}" -r $golden --expect "$work/short.pcapng"
differs "$golden: [0-9]+ packets more are expected" "${balancer[@]}" -r $golden -c 3 --expect $golden
differs "$golden: packet 1: (byte [0-9]+|.* bytes).* expected" "${balancer[@]}" -r tests/pcaps/arp.pcap --expect $golden
differs "/nonexistent: cannot open" "${balancer[@]}" -r $golden --expect /nonexistent
head -c 3000 $golden >"$work/torn.pcapng"
differs ".*torn.pcapng: " "${balancer[@]}" -r $golden --expect "$work/torn.pcapng"
end

# ---- what is odd ----

begin 'frames that are too short, too long, or none of Ethernet are counted, told, and written with a comment'
python3 - "$work/odd.pcap" <<'END'
import struct, sys
lengths = 13, 14, 0, 3520, 3521, 73152, 73153, 9000
with open(sys.argv[1], "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
    for i, n in enumerate(lengths):
        f.write(struct.pack("<IIII", 1700000000 + i, 0, n, n) + bytes(n))
END
run --run "$xdp/several.bpf.o:called" -r "$work/odd.pcap" -w "$work/out.pcapng"
want 'exit status' 0 "$rc"
want_line "$work/err" '^2 packets through called'
want_line "$work/err" '^xdpdump: warning: 2 packets not run: shorter than 14 bytes'
want_line "$work/err" '^xdpdump: warning: 4 packets not run: longer than 3520 bytes, .*xdp.frags'
want 'packets in the file' 10 "$("$dump" -r "$work/out.pcapng" | wc -l)"
want 'comments in the file' 6 "$("$dump" -r "$work/out.pcapng" -v | grep -c 'comment: not run: ')"
run --run "$xdp/several.bpf.o:in_fragments" -r "$work/odd.pcap"
want_line "$work/err" '^5 packets through in_fragments'
want_line "$work/err" '^xdpdump: warning: 2 packets not run: shorter than 14 bytes'
want_line "$work/err" '^xdpdump: warning: 1 packet not run: longer than the kernel takes'
want 'dropped' 1 "$(grep -c 'DROP$' "$work/out")"
run "${blocklist[@]}" -r tests/pcaps/files/linktype_raw_101.pcap -r tests/pcaps/arp.pcap
want_line "$work/err" '^xdpdump: warning: [0-9]+ packets not run: an XDP program takes frames of Ethernet only'
want_line "$work/err" '^10 packets through'
end

begin 'the program sees what is left of a packet that was cut, which is told'
"$dump" -r $mixed -s 30 -w "$work/cut.pcapng"
run "${blocklist[@]}" -r "$work/cut.pcapng" -w "$work/out.pcapng"
want 'exit status' 0 "$rc"
want_line "$work/err" '^xdpdump: warning: 194 packets cut by who captured'
want_line "$work/err" '^  XDP PASS +194 '
want 'comments' 194 "$("$dump" -r "$work/out.pcapng" -v | grep -cE 'comment: cut: the program saw 30 of [0-9]+ bytes')"
# the length on the wire goes through
diff <(fields_of $mixed -e frame.len) \
	<(fields_of "$work/out.pcapng" -Y frame.verdict -e frame.len) >"$work/diff" || note_file "$work/diff"
end

begin 'an action that is none of XDP, and metadata in front of the frame'
run --run "$xdp/several.bpf.o:where_from" -r tests/pcaps/arp.pcap -w "$work/out.pcapng"
want_line "$work/err" '^  XDP other +10 '
want 'comments' 10 "$("$dump" -r "$work/out.pcapng" -v | grep -c 'comment: no verdict of XDP')"
run --run "$xdp/several.bpf.o:with_metadata" -r tests/pcaps/arp.pcap -w "$work/out.pcapng"
"$dump" -r "$work/out.pcapng" -t -xx | sed 's/ => PASS$//' >"$work/pairs"
"$dump" -r tests/pcaps/arp.pcap -w "$work/once.pcapng"
"$dump" -r "$work/once.pcapng" -r "$work/once.pcapng" -t -xx | diff - "$work/pairs" >"$work/diff" ||
	note_file "$work/diff"
end

begin 'what stands beside the packets goes with them'
for file in pcapng_name_resolution pcapng_decryption_secrets pcapng_comments pcapng_options_everywhere; do
	run "${blocklist[@]}" -r tests/pcaps/files/$file.pcapng -w "$work/out.pcapng"
	want "exit status of $file" 0 "$rc"
	want_well_formed "$work/out.pcapng"
done
run "${blocklist[@]}" -r tests/pcaps/files/pcapng_name_resolution.pcapng -w "$work/out.pcapng"
want 'names' \
	"$("$dump" -r tests/pcaps/files/pcapng_name_resolution.pcapng -w - | grep -ac 'example')" \
	"$(grep -ac example "$work/out.pcapng")"
run "${blocklist[@]}" -r tests/pcaps/files/pcapng_comments.pcapng -v
"$dump" -r tests/pcaps/files/pcapng_comments.pcapng -v >"$work/comments"
grep -q comment "$work/comments" || note 'the fixture has no comments'
end

# ---- where from, how long ----

begin 'packets seem to come from the interface and queue that are named'
ip link add v0 numrxqueues 2 numtxqueues 2 type veth peer name v1 2>"$work/said" || note "$(<"$work/said")"
ethtool -L v0 rx 2 >"$work/said" 2>&1	# where it is not so already
index=$(ip -o link show dev v0 | cut -d : -f 1)
for named in v0 "$index"; do
	run --run "$xdp/several.bpf.o:where_from" -r tests/pcaps/arp.pcap -c 1 -t --ingress-ifindex "$named"
	want "printed, from $named" "=> ${index}00" "$(grep -o '=> .*' "$work/out")"
done
run --run "$xdp/several.bpf.o:where_from" -r tests/pcaps/arp.pcap -c 1 -t --ingress-ifindex v0 --queue 1
want 'printed, of the other queue' "=> ${index}01" "$(grep -o '=> .*' "$work/out")"
fails 5 '--queue 2: interface v0 has no such receive queue' "${blocklist[@]}" -r $mixed \
	-w "$work/made" --ingress-ifindex v0 --queue 2
fails 5 '--ingress-ifindex v7: no such interface' "${blocklist[@]}" -r $mixed -w "$work/made" --ingress-ifindex v7
fails 5 '--ingress-ifindex 77777: no such interface' "${blocklist[@]}" -r $mixed -w "$work/made" --ingress-ifindex 77777
end

begin 'a program that is run is attached to nothing'
detached v0 || note 'it is on v0'
detached v1 || note 'it is on v1'
end

begin '--repeat tells the time, and what comes out is the same'
run "${balancer[@]}" -r $golden --expect $golden --repeat 20
want 'exit status' 0 "$rc"
want_line "$work/err" '^ns per packet above an empty program: min [0-9]+, median [0-9]+$'
end

# ---- maps ----

begin 'entries of a pinned map are copied, and it is left as it is'
mkdir "$work/bpf"
if mount -t bpf bpf "$work/bpf" 2>"$work/said"; then
	tool=$(command -v bpftool || echo /usr/sbin/bpftool)
	pinned=$work/bpf/services
	want_true 'bpftool' "$tool" map create "$pinned" type hash key 8 value 32 entries 64 name services
	bytes=$(fold -w 2 <<<"$backends" | tr '\n' ' ')
	# shellcheck disable=SC2086 # bytes are words
	want_true 'bpftool' "$tool" map update pinned "$pinned" key hex c6 33 64 50 00 50 06 00 value hex $bytes
	# shellcheck disable=SC2086
	want_true 'bpftool' "$tool" map update pinned "$pinned" key hex c0 00 02 01 00 35 11 00 value hex $bytes
	"$tool" map dump pinned "$pinned" >"$work/before"
	run --run "$xdp/balancer.bpf.o" --map "services=@$pinned" -r $golden --expect $golden
	want 'exit status' 0 "$rc"
	# what runs writes to its own
	want_true 'bpftool' "$tool" map create "$work/bpf/counters" type percpu_array key 4 value \
		8 entries 5 name counters
	run --run "$xdp/blocklist.bpf.o" --map "counters=@$work/bpf/counters" -r $golden
	want 'exit status' 0 "$rc"
	want 'counts in the pinned map' 0 \
		"$("$tool" -j map dump pinned "$work/bpf/counters" | jq '[.[].values[].value[] | select(. != "0x00")] | length')"
	"$tool" map dump pinned "$pinned" | diff - "$work/before" >"$work/diff" || note_file "$work/diff"
	want_true 'bpftool' "$tool" map create "$work/bpf/other" type hash key 4 value 32 entries 64 name other
	fails 2 'other is pinned as another kind of map' --run "$xdp/balancer.bpf.o" \
		--map "services=@$work/bpf/other" -r $golden -w "$work/made"
	want_true 'bpftool' "$tool" map create "$work/bpf/calls" type prog_array key 4 value 4 entries 2 name calls
	fails 2 'cannot be copied' --run "$xdp/several.bpf.o:calling" \
		--map "calls=@$work/bpf/calls" -r $golden -w "$work/made"
	umount "$work/bpf"
	end
else
	skip "no bpffs: $(<"$work/said")"
fi

begin 'bad entries are refused'
fails 2 'blocklist has no map of that name' "${blocklist[@]}" --map 'none=00:00' -r $mixed -w "$work/made"
fails 2 "key '00' has 2 digits in hex; the map wants 16" "${blocklist[@]}" --map 'blocked=00:01' \
	-r $mixed -w "$work/made"
fails 2 "value '0x' is not in hex" "${blocklist[@]}" --map 'blocked=20000000c000020a:0x' -r $mixed -w "$work/made"
fails 2 'the map is full' --run "$xdp/several.bpf.o:verdict_by_value" --map by_value=01:00000000 \
	--map by_value=02:00000000 \
	--map by_value=03:00000000 -r $mixed -w "$work/made"
fails 2 "neither NAME=KEY:VALUE" "${blocklist[@]}" --map blocked -r $mixed -w "$work/made"
fails 2 'cannot open the pinned map /nonexistent' "${blocklist[@]}" --map blocked=@/nonexistent \
	-r $mixed -w "$work/made"
end

# ---- programs ----

begin 'a program of the kernel is run by its id, and counts in its own maps'
sysctl -qw net.ipv6.conf.v0.disable_ipv6=1 net.ipv6.conf.v1.disable_ipv6=1
ip link set v0 up
ip link set v1 up
listen -i v0 --hook generic	# at XDP native, the program of a veth is bound to its device
mv "$work/err" "$work/live"
id=$(ip -d -o link show dev v0 | sed -n 's/.*prog\/xdp id \([0-9]*\).*/\1/p')
run --run "id:$id" -r tests/pcaps/arp.pcap
want 'exit status' 0 "$rc"
want_line "$work/err" '^10 packets through xdpdump_xdp|^10 packets through xdpdump'
want_line "$work/err" '^  XDP PASS +10 '
# ours takes frames of any length
run --run "id:$id" -r tests/pcaps/jumbo.pcap
want_line "$work/err" '^9 packets through'
fails 2 'are those of its owner' --run "id:$id" --map m=00:00 -r $mixed -w "$work/made"
finish
want_line "$work/live" '^19 packets received by filter'
end

# A program of this machine that is none of XDP, if there is one: it may be gone before it is looked at.
is_somebody_elses()
{
	ids=$("$(command -v bpftool || echo /usr/sbin/bpftool)" -j prog list |
		jq '[.[] | select(.type != "xdp")][0].id // empty')
	[[ $ids ]] || return 0
	run --run "id:$ids" -r $mixed
	! grep -q 'no program has this id' "$work/err"
}

begin 'programs that are not there, or none of XDP'
fails 2 'id:4294967295: no program has this id' --run id:4294967295 -r $mixed -w "$work/made"
fails 2 'id of a program is a number' --run id:one -r $mixed -w "$work/made"
fails 1 '/nonexistent.o: cannot open' --run /nonexistent.o -r $mixed -w "$work/made"
fails 1 'Makefile: not an object' --run Makefile -r $mixed -w "$work/made"
fails 2 'several XDP programs; one is named' --run "$xdp/several.bpf.o" -r $mixed -w "$work/made"
fails 2 "called 'none'; there is: .*called" --run "$xdp/several.bpf.o:none" -r $mixed -w "$work/made"
fails 2 'no XDP program in it' --run "$B/tc.bpf.o" -r $mixed -w "$work/made"
fails 2 'for entries of a device or CPU map' --run "$xdp/several.bpf.o:for_a_map" -r $mixed -w "$work/made"
poll is_somebody_elses || note 'programs of others come and go'
if [[ $ids ]]; then
	want 'exit status of a program of another type' 2 "$rc"
	want_line "$work/err" '^xdpdump: .*is no XDP program but one of type'
fi
end

begin 'the last lines of the verifier, and with -vv all'
fails 4 'refused.bpf.o: the kernel refuses reads_beyond: .*invalid access to packet.*outside of the packet$' --run "$xdp/refused.bpf.o" -r $mixed -w "$work/made"
run --run "$xdp/refused.bpf.o" -r $mixed -vv
want_line "$work/err" '^  processed [0-9]+ insns'
end

begin 'missing capabilities are named'
for what in "$xdp/blocklist.bpf.o" id:1; do
	setpriv --bounding-set -all --inh-caps -all "$dump" --run "$what" -r $mixed \
		-w "$work/made" >"$work/out" 2>"$work/err"
	want "exit status of $what" 3 $?
	want_line "$work/err" 'CAP_[A-Z_, ]+ missing'
	want 'lines' 1 "$(wc -l <"$work/err")"
done
end

begin 'nothing that is read is overwritten'
for file in mixed golden object; do
	cp "$mixed" "$work/mixed"
	cp "$golden" "$work/golden"
	cp "$xdp/balancer.bpf.o" "$work/object"
	cp "$work/$file" "$work/kept"
	run --run "$work/object" -r "$work/mixed" --expect "$work/golden" -w "$work/$file"
	want "exit status of -w $file" 2 "$rc"
	want_line "$work/err" 'cannot read from and write to the same file'
	want_true "$file is as it was" cmp "$work/$file" "$work/kept"
done
end

begin 'with -Z the program is loaded before the privileges are gone'
if id nobody >/dev/null 2>&1; then
	mkdir "$work/theirs"
	chmod 755 "$work"
	chown nobody "$work/theirs"
	run "${balancer[@]}" -r $golden -w "$work/theirs/out.pcapng" -Z nobody
	want 'exit status' 0 "$rc"
	want 'owner' nobody "$(stat -c %U "$work/theirs/out.pcapng" 2>&1)"
	end
else
	skip 'there is no nobody'
fi

begin 'a queue that is told of the interface is that of what came in'
ip link add q0 type veth peer name q1
ip link set q0 up
ip link set q1 up
poll link_ready q1
listen -i q0 -w "$work/one" udp
"$send" -i q1 -n 2 -p udp >"$work/sent"
finish
run "${blocklist[@]}" -r "$work/one" -w "$work/both"
want 'queues' '0 null 0 null' "$("$dump" -r "$work/both" -T json 2>/dev/null | jq .frame_frame_interface_queue | paste -sd ' ')"
ip link del q0
end

begin 'a full disk does not keep the verdicts from being told'
run "${balancer[@]}" -r $golden -w /dev/full --expect $golden
want 'exit status' 6 "$rc"
want_line "$work/err" '^xdpdump: /dev/full: [0-9]+ packets not written'
want_line "$work/err" '^as expected'
end

plan
