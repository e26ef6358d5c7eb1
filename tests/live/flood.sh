#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The traffic generator, and the capture under more packets than it may be able to take: every one is accounted for.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

flood=$B/replay/xdpflood
file=$work/file
cpus=$(</sys/devices/system/cpu/online)
ring=$((8192 * (${cpus##*[,-]} + 1)))		# KiB: 40000 frames fit on one CPU, however slow the consumer is
knows_features=		# not empty: Linux 6.3, whose interfaces tell whether they take redirected frames
! genl ctrl get name netdev >/dev/null 2>&1 || knows_features=1

# flood STATUS ARGS...: xdpflood to its end, its line in $work/sent, messages in $work/flood.err
flood()
{
	local status=$1

	shift
	timeout -k 1 120 "$flood" "$@" >"$work/sent" 2>"$work/flood.err"
	want "exit status of xdpflood ${*@Q}" "$status" $?
}

sent()
{
	sed -nE 's/^sent ([0-9]+) packets in [0-9.]+ s \([0-9]+ pps\)$/\1/p' "$work/sent"
}

# want_frames N SIZE FLOWS: the file has them all, numbered from 0 and in order
want_frames()
{
	local said

	said=$(frames_of "$file" 2>&1) || { note "frames_of: ${said##*$'\n'}"; return; }
	eval "$said"
	want 'frames, and others' "$1 0" "$packets $others"
	want 'size of the frames' "$2" "$sizes"
	want 'flows' "$3" "$flows"
	want 'first and last number, missing, turned' "0 $(($1 - 1)) 0 0" "$first $last $missing $turned"
	want 'wrong checksums' 0 "$badsums"
}

# fails STATUS PATTERN ARGS...: xdpflood refuses, with one sentence
fails()
{
	local status=$1 pattern=$2

	shift 2
	flood "$status" "$@"
	want_line "$work/flood.err" "^xdpflood: .*$pattern"
	want 'lines of output' 1 "$(cat "$work/sent" "$work/flood.err" | wc -l)"
}

# Frames that the end of a veth has received.
received()
{
	sed -nE "s/^ *$1: *[0-9]+ +([0-9]+) .*/\1/p" /proc/self/net/dev
}

more_than()
{
	(($(received v0) > $1))
}

# stopped_by SIGNAL ARGS...: after some frames, xdpflood ends with what it should say
stopped_by()
{
	local before

	before=$(received v0)
	listen -i v0 -w "$file"
	background "$flood" "${@:2}" >"$work/sent" 2>"$work/flood.err"
	load=$!
	poll more_than "$before" || note 'nothing arrives'
	kill "-$1" "$load"
	poll ended "$load" || note 'it goes on'
	wait "$load"
	want 'exit status' 0 $?
	finish
	want 'frames received' "$(sent)" "$(summary 'received by filter')"
}

veth_up v0 v1 || exit 1

begin 'a veth whose other end has no XDP program is refused'
if [[ $knows_features ]]; then
	fails 4 'v1: .*XDP' -i v1 -c 10
	end
else
	skip 'the kernel does not tell what an interface takes'
fi

for case in '1000 60 1' '1000 61 7' '5000 128 5000' '1000 1514 1' '1000 1518 1000' '40000 128 40000'; do
	read -r n size flows <<<"$case"
	begin "$n frames of $size bytes in $flows flows arrive, numbered, in order, with right checksums"
	listen -i v0 -B "$ring" -w "$file"
	flood 0 -i v1 -c "$n" -s "$size" -f "$flows" -p 0
	finish
	want 'frames sent' "$n" "$(sent)"
	want_books "$file"
	want_frames "$n" "$size" "$flows"
	end
done

begin 'behind 32768 source ports comes the next source address'
want 'addresses and ports' '2 32768' "${addresses-} ${ports-}"
end

begin 'addresses and ports are as wanted'
listen -i v0 -w "$file"
flood 0 -i v1 -c 2 -f 2 --src-mac 02:aa:00:00:00:01 --dst-mac 02:aa:00:00:00:02 --src-ip 192.0.2.255 \
	--dst-ip 198.51.100.7 --src-port 32768 --dst-port 65535
finish
tshark -n -r "$file" -o ip.check_checksum:TRUE -T fields -E separator=' ' -e eth.src -e eth.dst \
	-e ip.src -e udp.srcport \
	-e ip.dst -e udp.dstport -e ip.checksum.status -e udp.length >"$work/fields" 2>/dev/null
for port in 32768 32769; do
	echo "02:aa:00:00:00:01 02:aa:00:00:00:02 192.0.2.255 $port 198.51.100.7 65535 1 94"
done >"$work/expected"
want 'fields' "$(<"$work/expected")" "$(<"$work/fields")"
end

for rate in 50 1000 100000 300000; do
	begin "at $rate frames a second all arrive"
	n=$((rate / 10))
	listen -i v0 -B "$ring" -w "$file"
	flood 0 -i v1 -c "$n" -r "$rate"
	finish
	want 'frames sent' "$n" "$(sent)"
	want_books "$file"
	want_frames "$n" 128 1
	end
done

begin 'a second of sending ends by itself'
listen -i v0 -w "$file"
flood 0 -i v1 -t 1 -r 1000
finish
want 'frames received' "$(sent)" "$(summary 'received by filter')"
want_frames "$(sent)" 128 1
end

begin 'SIGINT and SIGTERM stop it, and it says what it has sent'
stopped_by INT -i v1
stopped_by TERM -i v1 -r 1000
stopped_by INT -i v1 -r 2
end

begin 'what cannot be is refused in a sentence'
listen -i v0 -w "$file"
fails 2 'no interface'
fails 2 'unknown option -Z' -i v1 -Z
fails 2 'one word too many' -i v1 nonsense
fails 2 '-c wants a value' -i v1 -c
for wrong in '-c 0' '-c 1x' '-s 59' '-s 65536' '-f 0' '-f 16777217' '-r -1' '-t 0' '-p x' \
	'--src-mac 1' '--dst-ip 1.2.3' \
	'--src-port 32769' '--dst-port 65536'; do
	# shellcheck disable=SC2086
	fails 2 "'${wrong#* }' is not" -i v1 $wrong
done
fails 2 'MTU is 1500, .*1518' -i v1 -c 1 -s 1519
fails 2 'CPU 1023' -i v1 -c 1 -p 1023
fails 5 'no such interface' -i v9 -c 1
fails 5 'no such interface' -i an-interface-with-a-long-name -c 1
ip link set dev lo up
[[ ! $knows_features ]] || fails 4 'lo: it takes no redirected frames' -i lo -c 1
ip link add d0 type veth peer name d1
fails 5 'down' -i d0 -c 1
ip link del d0
finish
end

begin 'the help lists the options of the manual'
flood 0 --help
want 'options' "$(grep '^\.It Fl' man/xdpflood.8 | grep -oP 'Fl Fl \K[a-z-]+' | sort)" \
	"$(grep -oP '^  .*--\K[a-z-]+' "$work/sent" | sort)"
end

begin 'without capabilities it says which'
run_without()
{
	setpriv --bounding-set -all --inh-caps -all "$flood" -i v1 -c 1
}
listen -i v0 -w "$file"
said=$(run_without 2>&1)
want 'exit status' 3 $?
[[ $said == *CAP_BPF* ]] || note "it says: $said"
finish
end

begin 'two million frames at full speed: each is in the file or counted as lost'
listen -i v0 -w "$file" -s 96
flood 0 -i v1 -c 2000000 -p 0
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'received' 2000000 "$(summary 'received by filter')"
want 'captured + dropped' 2000000 "$(($(summary captured) + $(summary 'dropped by kernel')))"
run -r "$file" -w "$work/again"
for read in "$file" "$work/again"; do
	want 'packets, by capinfos' "$epb" "$(capinfos -M -T -r -c "$read" | cut -f 2)"
done
eval "$(frames_of "$file" 2>&1)"
want 'frames, others, turned, wrong checksums' "$epb 0 0 0" "$packets $others $turned $badsums"
want 'numbers that are missing' "$osdrop" "$((first + missing + 2000000 - 1 - last))"
rm -f "$file" "$work/again"
end

plan
