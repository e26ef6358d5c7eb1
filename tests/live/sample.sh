#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# --sample and --rate-limit: of N packets one is in the file, or so many a second; the others are counted, and whoever reads
# the file is told.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

file=$work/file
veth_up v0 v1 || exit 1

# want_likely PACKETS OF N: within five sigma of those that are chosen independently, which is more than ours have
want_likely()
{
	awk -v k="$1" -v n="$2" -v s="$3" 'BEGIN { exit (k * s - n) ^ 2 > 25 * n * (s - 1) }' ||
		note "$1 of $2 packets, where 1 of $3 is kept"
}

# of the last line of statistics, as JSON
said()
{
	grep '^{' "$work/err" | tail -n 1 | jq -c "$1"
}

begin 'one of ten is in the file, which says so, and all are counted'
listen -i v0 -w "$file" --sample 1/10
frames 20000 -p mixed
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'seen' 20000 "$ifrecv"
want 'lost' 0 "$osdrop"
want 'in the file and sampled out' 20000 "$((epb + sampled_out))"
want_likely "$epb" 20000 10
want 'of the interface' sample=1/10 "${ifcomment0-}"
want 'of the statistics' "ring_full=0 error=0 not_written=0 sample=1/10 sampled_out=$sampled_out" "$comment"
want_line "$work/err" '^listening on v0, .*, 1 packet of 10 at random \(--sample\), snapshot length'
want_line "$work/err" "^  sampled out: $sampled_out packets, as 1 of 10 is kept, at random$"
want_line "$work/err" '^[0-9.]+ s: 20000 packets'
want_line "$work/err" '^  TCP 10000 \(50.0 %\), UDP 10000 \(50.0 %\)'
want_accepted "$file"
want_well_formed "$file"
end

begin '--info scales what is in the file, as text and as JSON'
"$dump" -r "$file" --info >"$work/info"
want_line "$work/info" "^Number of packets: +$epb$"
want_line "$work/info" "^Estimated packets: +${epb}0, as not all were captured"
want_line "$work/info" '^ +Sampling = 1 packet of 10, at random$'
want_line "$work/info" "^ +Estimated packets = ${epb}0$"
want 'as JSON' "[$epb,${epb}0,$((epb * 128))0,10,${epb}0]" "$("$dump" -r "$file" --info -T json |
	jq -c '[.packets, .estimated_packets, .estimated_bytes, .interfaces[0].sample, .interfaces[0].estimated_packets]')"
end

begin 'what is written of it again, and cut out of it, says so as well'
"$dump" -r "$file" -w "$work/again" tcp 2>"$work/err"
want 'estimate' true "$("$dump" -r "$work/again" --info -T json | jq '.estimated_packets == 10 * .packets')"
want_true 'editcap' editcap -r "$file" "$work/cut" 1-100
want 'estimate of a part' '[100,1000]' "$("$dump" -r "$work/cut" --info -T json | jq -c '[.packets, .estimated_packets]')"
end

begin 'what the filter rejects is no part of it'
listen -i v0 -w "$file" --stats-format json --sample 1/4 udp
frames 20000 -p mixed
finish
want 'exit status' 0 "$rc"
want 'seen' '[20000,10000,10000,10000]' "$(said '[.seen, .filtered, .accepted, .udp_packets]')"
want 'the identity' true "$(said '.seen == .filtered + .sampled_out + .ring_full + .error + .delivered')"
want 'that of the interface' true \
	"$(said '.interfaces[0] | .seen == .filtered + .sampled_out + .ring_full + .error + .delivered and .sample == 4')"
want 'the rate' 4 "$(said .sample)"
want_likely "$(said .captured)" 10000 4
want 'in the file' "$(said .captured)" "$("$dump" --count -r "$file" udp | sed 's/ .*//')"
end

begin 'received at XDP and sent at tc, of two interfaces, and each has its own books'
veth_up v2 v3 || note 'no second pair'
listen -i v0 -i v2 -Q inout -w "$file" --stats-format json --sample 1/5
frames 5000
"$send" -i v3 -n 7000 >"$work/sent" 2>&1 || note "$(<"$work/sent")"
"$send" -i v0 -n 3000 -q >"$work/sent" 2>&1 || note "$(<"$work/sent")"
finish
want 'exit status' 0 "$rc"
want 'the identity' '[true,true]' "$(said '.interfaces | map(.seen == .filtered + .sampled_out + .ring_full + .error + .delivered)')"
want 'seen' '[8000,7000]' "$(said '.interfaces | map(.seen)')"
want 'sent' 3000 "$(said '.interfaces[0].sent_packets')"
eval "$(books "$file")"
want 'in the file, of the first' "$epb0" "$(said '.interfaces[0].delivered')"
want 'in the file, of the second' "$epb1" "$(said '.interfaces[1].delivered')"
want_likely "$epb0" 8000 5
want_likely "$epb1" 7000 5
end

begin 'in front of a program both images of a packet are there, or none'
ip link set dev v0 xdpgeneric object "$B/tests/xdp/several.bpf.o" section xdp 2>"$work/ip" ||
	ip link set dev v0 xdpgeneric object "$B/tests/xdp/several.bpf.o" program passer 2>>"$work/ip" || :
listen -i v0 --observe front --at both -w "$file" --stats-format json --sample 1/10
frames 10000
finish
want 'exit status' 0 "$rc"
want 'the identity' '[true,true]' "$(said '.interfaces | map(.seen == .filtered + .sampled_out + .ring_full + .error + .delivered)')"
want 'the same at both points' true "$(said '.interfaces | .[0].sampled_out == .[1].sampled_out')"
want 'of each packet its verdict is counted' 10000 "$(said '.interfaces[0].verdicts.pass_packets')"
want_likely "$(said '.interfaces[0].delivered')" 10000 10
want 'ids, each twice' 2 "$(tshark -n -r "$file" -T fields -e frame.packet_id 2>/dev/null | sort | uniq -c |
	awk '{ print $1 }' | sort -u)"
eval "$(books "$file")"
want 'both interfaces say so' 'sample=1/10 sample=1/10' "${ifcomment0-} ${ifcomment1-}"
ip link set dev v0 xdpgeneric off
end

begin 'a full ring loses of those that are kept, and the books are right'
listen -i v0 -w "$file" -B 4 --sample 1/3
kill -STOP "$pid"
frames 5000
kill -INT "$pid"
kill -CONT "$pid"
reap
want 'exit status' 0 "$rc"
want_books "$file"
want 'seen' 5000 "$ifrecv"
((osdrop > 0)) || note 'nothing was lost'
want_likely "$((osdrop + epb))" 5000 3
end

begin 'each file of a rotation says so, and -c counts what is kept'
listen -i v0 -w "$work/r" -C 1k -W 100 -c 100 --sample 1/7
frames 3000
reap
want 'exit status' 0 "$rc"
n=0
for f in "$work"/r[0-9]*; do
	eval "$(books "$f")"
	want "of ${f##*/}" sample=1/7 "${ifcomment0-}"
	n=$((n + epb0))
done
want 'packets' 100 "$n"
end

# No more than the tokens of a tenth of a second and of the time from $since, ms, on.
want_limited()
{
	local most=$(($2 * ($(now_ms) - since) / 1000 + $2 / 10 + 1))

	(($1 <= most)) || note "$1 packets, where $most are the most"
	(($1 >= $2 / 10)) || note "$1 packets, where there are tokens for $(($2 / 10))"
}

begin 'with a limit so many a second are in the file, which says so, and all are counted'
since=$(now_ms)
listen -i v0 -w "$file" --rate-limit 1000/s
frames 20000 -p mixed -r 20000
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'seen' 20000 "$ifrecv"
want 'lost' 0 "$osdrop"
want 'in the file and too many' 20000 "$((epb + rate_limited))"
want_limited "$epb" 1000
want 'of the interface' rate_limit=1000/s "${ifcomment0-}"
want 'of the statistics' "ring_full=0 error=0 not_written=0 rate_limit=1000/s rate_limited=$rate_limited" "$comment"
want_line "$work/err" '^listening on v0, .*, 1000 packets a second at most \(--rate-limit\), snapshot length'
want_line "$work/err" "^  rate limited: $rate_limited packets, as 1000 a second are kept at most$"
want_line "$work/err" '^  TCP 10000 \(50.0 %\), UDP 10000 \(50.0 %\)'
"$dump" -r "$file" --info >"$work/info"
want_line "$work/info" '^ +Rate limit = 1000 packets a second$'
want_no_line "$work/info" Estimated
want 'as JSON' '[1000,null]' "$("$dump" -r "$file" --info -T json | jq -c '[.interfaces[0].rate_limit, .estimated_packets]')"
want_accepted "$file"
end

begin 'the limit is one for all interfaces and directions, behind the filter and the sample'
since=$(now_ms)
listen -i v0 -i v2 -Q inout -w "$file" --stats-format json --sample 1/2 --rate-limit 500/s udp
frames 4000 -p mixed
"$send" -i v3 -n 4000 >"$work/sent" 2>&1 || note "$(<"$work/sent")"
"$send" -i v0 -n 4000 -q >"$work/sent" 2>&1 || note "$(<"$work/sent")"
finish
want 'exit status' 0 "$rc"
want 'seen and filtered' '[12000,2000,10000]' "$(said '[.seen, .filtered, .accepted]')"
identity='.seen == .filtered + .sampled_out + .rate_limited + .ring_full + .error + .delivered'
want 'the identity' true "$(said "$identity")"
want 'that of the interfaces' '[true,true]' "$(said ".interfaces | map($identity)")"
want 'the limits' '[2,500]' "$(said '[.sample, .rate_limit]')"
want_likely "$(said '.delivered + .rate_limited')" 10000 2
want_limited "$(said .captured)" 500
want 'too many' true "$(said '.rate_limited > 0')"
eval "$(books "$file")"
want 'of the interfaces' 'sample=1/2 rate_limit=500/s sample=1/2 rate_limit=500/s' "${ifcomment0-} ${ifcomment1-}"
want_true 'the estimate says what it leaves out' grep -Eq '^Estimated packets: .*, without those above the limit \(--rate-limit\)$' \
	<("$dump" -r "$file" --info)
end

begin 'of each flow and direction so many packets are in the file, which says so, and all are counted'
listen -i v0 -Q inout -w "$file" --stats-format json --flow-limit 2
# 500 flows of TCP and 500 of UDP; half of those that are sent are of the latter
frames 3000 -p mixed
"$send" -i v0 -n 500 -q >"$work/sent" 2>&1 || note "$(<"$work/sent")"
finish
want 'exit status' 0 "$rc"
want 'the identity' true "$(said '.seen == .filtered + .flow_cut + .ring_full + .error + .delivered')"
want 'seen, cut, lost' '[3500,1250,0]' "$(said '[.seen, .flow_cut, .ring_full]')"
want 'the limit' 2 "$(said .flow_limit)"
want 'of TCP' '1000 packets' "$("$dump" -r "$file" --count tcp and inbound)"
want 'of UDP' '1000 packets' "$("$dump" -r "$file" --count udp and inbound)"
want 'of what is sent' '250 packets' "$("$dump" -r "$file" --count outbound)"
eval "$(books "$file")"
want 'of the interface' flow_limit=2 "${ifcomment0-}"
want_line "$work/err" '^listening on v0, .*, 2 of each flow and direction \(--flow-limit\), snapshot length'
"$dump" -r "$file" --info >"$work/info"
want_line "$work/info" '^ +Flow limit = 2 packets of each flow and direction$'
want_no_line "$work/info" Estimated
want_accepted "$file"
end

begin 'flows that are not chosen are counted, and what is of no flow is in the file'
listen -i v0 -w "$file" --flow-sample 1/1000000000 --flow-limit 4k
frames 3000 -p mixed
tcpreplay -q -t -i v1 tests/pcaps/arp.pcap >"$work/sent" 2>&1 || note_file "$work/sent"
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'seen' 3010 "$ifrecv"
want 'sampled out, cut, in the file' '3000 0 10' "$sampled_out $flow_cut $epb"
want 'of the interface' 'flow_sample=1/1000000000 flow_limit=4096b' "${ifcomment0-}"
want_line "$work/err" '^  sampled out: 3000 packets, as 1 flow of 1000000000 is kept$'
"$dump" -r "$file" --info >"$work/info"
want_line "$work/info" '^ +Flow sampling = the packets of 1 flow of 1000000000$'
want_line "$work/info" '^Estimated packets: +10, as not all were captured \(--sample\), without those above the limit \(--flow-limit\)$'
end

for args in '' '--sample 1/1'; do
	begin "with '$args' all are there, and nothing is said of it"
	# shellcheck disable=SC2086
	listen -i v0 -w "$file" --stats-format json $args
	frames 1000
	finish
	want 'exit status' 0 "$rc"
	eval "unset ifcomment0; $(books "$file")"
	want 'packets' 1000 "$epb0"
	want 'of the interface' none "${ifcomment0-none}"
	want 'of the statistics' 'ring_full=0 error=0 not_written=0' "$comment0"
	want_no_line "$work/err" 'sample|rate_limit'
	"$dump" -r "$file" --info >"$work/info"
	want_no_line "$work/info" "[Ss]ampl|Estimate"
	end
done

begin 'what is no rate ends with status 2 and one sentence before a file is overwritten'
for rate in 0/5 2/1 1/0 x '' 1/ 100 1/1.5; do
	echo precious >"$file"
	run -i v0 -w "$file" --sample "$rate"
	want "exit status of '$rate'" 2 "$rc"
	want "lines for '$rate'" 1 "$(wc -l <"$work/err")"
	want_line "$work/err" "^xdpdump: --sample '$rate' is not 1/N, with N from 1 to 1000000000 "
	want 'the file' precious "$(<"$file")"
done
for rate in 0/s -1/s 100 100/m x/s /s '' 10000001/s; do
	run -i v0 -w "$file" --rate-limit "$rate"
	want "exit status of '$rate'" 2 "$rc"
	want "lines for '$rate'" 1 "$(wc -l <"$work/err")"
	want_line "$work/err" "^xdpdump: --rate-limit '$rate' is not N/s, with N from 1 to 10000000 "
	want 'the file' precious "$(<"$file")"
done
run -r tests/pcaps/mixed.pcap --rate-limit 1/s
want 'exit status of a limit with -r' 2 "$rc"
want_line "$work/err" '^xdpdump: --rate-limit is for capturing and means nothing with -r '
run -r tests/pcaps/mixed.pcap --sample 1/2
want 'exit status with -r' 2 "$rc"
want_line "$work/err" '^xdpdump: --sample is for capturing and means nothing with -r '
want_detached
end
plan
