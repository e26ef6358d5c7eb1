#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The ring and its consumer: loss is exact, nothing waits for long, and idling costs nothing.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

file=$work/file

# Numbers of the frames of `send` that a file has, in its order.
sequence()
{
	tshark -n -r "$file" -T fields -e udp.srcport 2>/dev/null
}

lines()
{
	(($(wc -l <"$1") >= $2))
}

in_file()
{
	(($(books "$file" | sed -n 's/^epb0=//p') >= $1))
}

larger_than()
{
	(($(stat -c %s "$file") > $1))
}

cpu_ticks()
{
	local stat
	read -r -a stat <"/proc/$pid/stat"
	echo $((stat[13] + stat[14]))
}

idle()
{
	[[ $(<"/proc/$pid/wchan") == *poll* || $(<"/proc/$pid/stat") == *') S '* ]]
}

veth_up v0 v1 9014 || exit 1

cpus=$(getconf _NPROCESSORS_ONLN)	# each has its share of -B

begin 'R1: a full ring keeps the oldest packets, counts the others, and goes on'
listen -i v0 -B "$((32 * cpus))" -w "$file"
sender=(taskset -c 0)	# the next packet tells of the losses, on whatever CPU it comes
kill -STOP "$pid"
frames 900 -s 100
kill -CONT "$pid"
poll in_file 1 || note 'nothing is written after SIGCONT'
sender=(taskset -c "$(($(nproc) - 1))")
frames 1
sender=()
finish
want 'exit status' 0 "$rc"
want_line "$work/err" '^xdpdump: warning: the ring was full'
want_books "$file"
want 'captured + dropped' 901 "$((epb + osdrop))"
((osdrop > 0)) || note 'nothing was lost'
want 'sum of epb_dropcount, as all was lost before the last packet' "$osdrop" "$dropsum"
sequence >"$work/seq"
want 'the first packets' "$(seq -s ' ' 1024 1123)" "$(head -n 100 "$work/seq" | tr '\n' ' ' | sed 's/ $//')"
want 'the packets before the loss' "$(seq 1024 $((1024 + epb - 2)) | cksum)" "$(head -n -1 "$work/seq" | cksum)"
end

begin 'R1: what is lost behind the last packet is counted too'
listen -i v0 -B 4 -w "$file"
kill -STOP "$pid"
sender=(taskset -c 0)
frames 500 -s 100
sender=()
kill -INT "$pid"
kill -CONT "$pid"
reap
want 'exit status' 0 "$rc"
want_books "$file"
want 'captured + dropped' 500 "$((epb + osdrop))"
want 'sum of epb_dropcount' 0 "$dropsum"
((osdrop > 400)) || note "only $osdrop were lost in a ring of 4 KiB"
end

begin 'R2: SIGSTOP and SIGCONT lose nothing where there is room'
listen -i v0 -w "$file"
frames 1000
kill -STOP "$pid"
frames 1000
kill -CONT "$pid"
frames 1000
finish
want_books "$file"
want 'packets' 3000 "$epb"
end

begin 'R6: the books are right however a capture under load is stopped'
for ((round = 0; round < 20; round++)); do
	args=(-w "$file" -B $((round % 3 ? 16384 : 64)))
	listen -i v0 "${args[@]}"
	background "$send" -i v1 -n 100000000 -s 60 -r 200000 >/dev/null 2>&1
	load=$!
	poll larger_than $((round * 5000)) || note "round $round: nothing arrives"
	finish
	kill "$load"
	wait "$load" 2>/dev/null
	want "exit status of round $round" 0 "$rc"
	want_books "$file"
	((${#notes[@]} == 0)) || break
done
end

# hotplug ONLINE PRESENT POSSIBLE: what /sys says of CPUs from now on, to us alone
hotplug()
{
	local file

	for file in online present possible; do
		echo "$1" >"$work/cpu.$file"
		mount --bind "$work/cpu.$file" /sys/devices/system/cpu/$file || note "cannot mount $file"
		shift
	done
}

begin 'R9: CPUs that are off at the start have a ring and are counted when they come: present and possible ones matter'
last=$(($(nproc --all) - 1))
hotplug 0 "0-$last" "0-$((last + 3))"
listen -i v0 -w "$file"
for cpu in 0 "$last"; do
	sender=(taskset -c "$cpu")
	frames 100
done
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'packets' 200 "$epb"
umount /sys/devices/system/cpu/{online,present,possible}
hotplug "0-$last" "0,$((last + 4))" "0-$((last + 4))"	# with a gap, and one that is not there yet
listen -i v0 -w "$file"
frames 100
sender=()
finish
want 'exit status with a gap' 0 "$rc"
want_books "$file"
want 'packets with a gap' 100 "$epb"
umount /sys/devices/system/cpu/{online,present,possible}
end

begin 'R8: a time namespace does not change the time of packets'
background unshare -T --monotonic 100000 --boottime 100000 "$dump" -i v0 -w "$file" >"$work/out" 2>"$work/err"
pid=$!
listening
frames 100 -t
finish
want 'exit status' 0 "$rc"
want_true 'sequence and times' "$sequence" "$file"
end

begin 'packets carry the time they were sent at, to a millisecond and never before'
listen -i v0 -w "$file"
frames 2000 -t -r 5000
finish
want_true 'sequence and times' "$sequence" "$file"
end

begin 'R10: three packets get into the file without a signal, and without more of them'
listen -i v0 -w "$file"
frames 3
poll in_file 3 || note 'not in a minute'
kill -KILL "$pid"
reap
want_true 'the file reads back' "$dump" -r "$file" -w "$work/again"
end

begin 'a lone packet is printed before the next one comes'
listen -i v0
for n in 1 2 3; do
	frames 1
	poll lines "$work/out" $n || note "packet $n: not in a minute"
done
finish
end

begin '-c N stops after exactly N packets'
for n in 1 7 300 5000; do
	start -i v0 -c $n -w "$file" --print
	listening
	frames $((n + 700))
	reap
	want 'exit status' 0 "$rc"
	want_books "$file"
	want 'packets in the file' $n "$epb"
	want 'lines of text' $n "$(wc -l <"$work/out")"
	want_detached
done
end

begin 'nothing is lost at 300000 packets a second of what the ring has room for'
listen -i v0 -B "$((32768 * cpus))" -w "$file"
frames 150000 -s 128 -r 300000
finish
want 'received' 150000 "$(summary 'received by filter')"
want 'dropped by kernel' 0 "$(summary 'dropped by kernel')"
want 'captured' 150000 "$(summary captured)"
want_true 'sequence and times' "$sequence" "$file"
end

begin 'packets of two CPUs are in the file in the order of time'
listen -i v0 -s 96 -w "$file"
taskset -c 0 "$send" -i v1 -n 30000 >"$work/sent.0" 2>&1 &
other=$!
sender=(taskset -c "$((cpus - 1))")
frames 30000
sender=()
wait "$other"
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'captured + dropped' 60000 "$((epb + osdrop))"
tshark -n -r "$file" -T fields -e frame.time_epoch >"$work/times" 2>/dev/null
want 'steps back in time' \
	"$(sed -n 's/^\([0-9]*\) packets* out of the order of time.*/\1/p' "$work/err" | grep . || echo 0)" \
	"$(awk '{ split($1, t, "."); if (t[1] < s || (t[1] == s && t[2] < f)) n++; s = t[1]; f = t[2] } END { print n + 0 }' "$work/times")"
end

begin '-s headers leaves the payload in the kernel, of what is printed as well'
listen -i v0 -s headers -w "$file" --print
frames 100 -s 500
finish
want 'exit status' 0 "$rc"
want_line "$work/err" '^listening on v0, native mode, headers only$'
want_books "$file"
want 'captured' 100 "$epb"
want 'lengths captured and on the wire' '42 500' \
	"$(tshark -n -r "$file" -T fields -E separator=' ' -e frame.cap_len -e frame.len 2>/dev/null | sort -u)"
want 'lines' 100 "$(grep -c ' UDP .* (500 bytes)$' "$work/out")"
end

# Datagrams that reached the IPv4 of this namespace.
in_receives()
{
	awk '/^Ip: [0-9]/ { print $4 }' /proc/net/snmp
}

for mirror in '' --mirror-port; do
	begin "${mirror:-without --mirror-port} $([[ $mirror ]] && echo 'nothing' || echo 'everything') reaches the stack, captured or lost"
	# shellcheck disable=SC2086
	listen -i v0 $mirror -B 4 -w "$file"
	before=$(in_receives)
	kill -STOP "$pid"
	frames 500 -s 100
	kill -CONT "$pid"
	frames 100 -s 100
	finish
	want 'exit status' 0 "$rc"
	want 'datagrams received by the stack' "$([[ $mirror ]] && echo 0 || echo 600)" "$(($(in_receives) - before))"
	if [[ $mirror ]]; then
		want_line "$work/err" '^listening on v0, native mode, dropping every frame \(--mirror-port\),'
	else
		want_no_line "$work/err" 'dropping'
	fi
	want_books "$file"
	want 'captured + dropped' 600 "$((epb + osdrop))"
	((osdrop > 0)) || note 'nothing was lost'
	end
done

begin 'resident memory stays below the ring and 8 MiB, with a write buffer of 1 MiB among them'
if [[ $sanitized ]]; then
	skip 'sanitizers need more'
else
	listen -i v0 -w "$file" --write-buffer 1m --print -s 0
	frames 100000 -s 512
	peak=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status")
	((peak < (cpus > 4 ? 65536 : 16384 * cpus) + 8192)) || note "$peak KiB"
	finish
	end
fi

begin 'idling takes no CPU time'
listen -i v0 -w "$file" --print
frames 10
poll in_file 10
before=$(cpu_ticks)
sleep 1
want_true "ticks used while idle, $before before and $(cpu_ticks) after" test "$(($(cpu_ticks) - before))" -le 1
finish
end

plan
