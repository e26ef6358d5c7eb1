#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# --observe front: ours in the place of another program, which it calls. That one counts what it
# sees, and tc what comes behind it.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

veth_up v0 v1 || exit 1
mount -t bpf bpf /sys/fs/bpf || exit 1
bpftool=$(command -v bpftool || echo /usr/sbin/bpftool)

# sees all, drops UDP; sends back what is TCP, 4 bytes shorter in front; passes everything
cat >"$work/programs.h" <<'END'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); \
	__type(value, __u64); } seen SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 1); __uint(key_size, 4); \
	__uint(value_size, 4); } chained SEC(".maps");
static int protocol(struct xdp_md *ctx)
{
	unsigned char *d = (void *)(long)ctx->data;
	__u32 zero = 0;
	__u64 *n = bpf_map_lookup_elem(&seen, &zero);

	if (d + 34 > (unsigned char *)(long)ctx->data_end || d[12] != 8 || d[13])
		return 0;
	if (n)
		__sync_fetch_and_add(n, 1);
	return d[23];
}
__attribute__((noinline)) int member0(struct xdp_md *ctx)
{
	volatile int verdict = 31;

	return ctx && protocol(ctx) == 17 ? XDP_DROP : verdict;
}
__attribute__((noinline)) int member1(struct xdp_md *ctx)
{
	volatile int verdict = XDP_PASS;

	return ctx ? verdict : XDP_ABORTED;
}
char gpl[] SEC("license") = "GPL";
END
program()
{
	printf '#include "programs.h"\nSEC("%s") int %s(struct xdp_md *ctx) { %s }\n' "$2" "$1" "$3" >"$work/$1.c"
	"${CLANG:-clang}" -target bpf \
		-O2 -g -I"$work" -I"/usr/include/$(gcc -print-multiarch)" -c "$work/$1.c" -o "$work/$1.o" || exit 1
}
program dropper xdp 'return protocol(ctx) == 17 ? XDP_DROP : XDP_PASS;'
program fragments xdp.frags 'return protocol(ctx) == 17 ? XDP_DROP : XDP_PASS;'
program mirror xdp 'return protocol(ctx) == 6 && !bpf_xdp_adjust_head(ctx, 4) ? XDP_TX : XDP_PASS;'
program chain xdp 'protocol(ctx); bpf_tail_call(ctx, &chained, 0); return XDP_DROP;'
# as libxdp makes it: the functions are there to be replaced
program dispatcher xdp 'int verdict = member0(ctx); return verdict == 31 ? member1(ctx) : verdict;'
program other xdp 'protocol(ctx); return XDP_PASS;'

program_of()
{
	ip -o link show dev v0 | sed -nE 's/.*prog\/xdp id ([0-9]+).*/\1/p'
}

# theirs NAME MODE: on v0, its id in $target
theirs()
{
	rm -rf /sys/fs/bpf/maps /sys/fs/bpf/theirs
	{
		"$bpftool" prog load "$work/$1.o" /sys/fs/bpf/theirs type xdp pinmaps /sys/fs/bpf/maps &&
			"$bpftool" net attach "$2" pinned /sys/fs/bpf/theirs dev v0 overwrite
	} >"$work/bpftool" 2>&1 || note "bpftool: $(<"$work/bpftool")"
	target=$(program_of)
}

take_off()
{
	ip link set dev v0 "$1" off
}

is_theirs()
{
	[[ $(program_of) == "$target" ]]
}

seen()
{
	"$bpftool" map dump pinned /sys/fs/bpf/maps/seen | grep -oE '"value": [0-9]+' | tail -n 1 | grep -oE '[0-9]+'
}

# verdict NAME: its packets in the statistics
verdict()
{
	sed -nE "s/^    $1 +([0-9]+) packets.*/\1/p" "$work/err" | tail -n 1
}

for target_name in dropper fragments; do
	for mode in native:xdpdrv generic:xdpgeneric; do
		begin "before and after $target_name, in ${mode%:*} mode: both images of each packet, and the verdict"
		theirs "$target_name" "${mode#*:}"
		listen -i v0 --observe front --at both -w "$work/both.pcapng" ip
		want_line "$work/err" "^listening on v0, ${mode%:*} mode, in front of $target_name \(id $target\)"
		want_true 'ours on v0' test "$(program_of)" != "$target"
		frames 40 -r 1000 -p udp
		frames 10 -r 1000 -p tcp
		finish
		want 'exit status' 0 "$rc"
		want 'program on v0' "$target" "$(program_of)"
		want 'captured' 100 "$(summary captured)"
		want_line "$work/err" "^  verdicts of $target_name \(id $target\) on v0:\$"
		want 'dropped' 40 "$(verdict DROP)"
		want 'seen by theirs' 50 "$(seen)"
		run -r "$work/both.pcapng" --diff
		want_line "$work/out" '^50 packets with both images: 0 changed, 50 unchanged$'
		run -r "$work/both.pcapng" -T csv
		want 'drops in the file' 40 "$(grep -c ',DROP,' "$work/out")"
		run -r "$work/both.pcapng" --info
		want_line "$work/out" "after $target_name"
		take_off "${mode#*:}"
		end
	done
done

begin 'what a program changes and sends back'
theirs mirror xdpgeneric
listen -i v0 --observe front --at both -w "$work/both.pcapng" tcp
frames 10 -r 1000 -p tcp
finish
want 'sent back' 10 "$(verdict TX)"
run -r "$work/both.pcapng" --diff
want_line "$work/out" '^10 packets with both images: 10 changed, 0 unchanged$'
take_off xdpgeneric
end

begin 'one that has functions of its own, as libxdp puts its dispatcher together'
theirs dispatcher xdpdrv
listen -i v0 --observe front --at both -w "$work/both.pcapng" ip
frames 10 -r 1000 -p mixed
finish
want 'exit status' 0 "$rc"
want 'captured' 20 "$(summary captured)"
want 'seen by theirs' 10 "$(seen)"
want 'verdicts' 10 "$(($(verdict DROP) + $(verdict PASS)))"
want_no_line "$work/err" 'tail call'
take_off xdpdrv
end

begin 'tail calls of its own, and one that has none left'
theirs chain xdpgeneric
listen -i v0 --observe front -w "$work/any.pcapng" ip
frames 10 -r 1000 -p udp
"$bpftool" map update pinned /sys/fs/bpf/maps/chained key 0 0 0 0 value pinned /sys/fs/bpf/theirs ||
	note 'bpftool has failed'
frames 7 -r 1000 -p udp
finish
want 'exit status' 0 "$rc"
want 'seen by theirs' $((10 + 7 * 33)) "$(seen)"
want 'verdicts' 17 "$(verdict DROP)"
want_line "$work/err" '^    no tail call left of the 32 that it can make: 7 packets, [0-9]+ bytes$'
take_off xdpgeneric
end

begin 'filters of what came in and of what comes out, and verdicts'
theirs mirror xdpgeneric
listen -i v0 --observe front --verdict tx,drop --exit-filter 'len = 60 - 4 or greater 1' -c 5 -w "$work/tx.pcapng" tcp
frames 20 -r 1000 -p mixed
reap
want 'exit status' 0 "$rc"
want 'captured' 5 "$(summary captured)"
run -r "$work/tx.pcapng"
want 'sent back' 5 "$(grep -c '=> TX$' "$work/out")"
listen -i v0 --observe front --verdict PASS --exit-filter 'tcp' -w "$work/none.pcapng"
frames 10 -r 1000 -p mixed
finish
want 'none is both' 0 "$(summary captured)"
take_off xdpgeneric
end

begin 'names as those of xdp-tools'
theirs dropper xdpgeneric
listen -i v0 --observe front --at both --style xdp-tools -w "$work/names.pcapng" udp
frames 2 -r 1000 -p udp
finish
run -r "$work/names.pcapng" -T csv
want 'at the entry' 2 "$(grep -c ',"v0:dropper()@fentry",' "$work/out")"
want 'at the exit' 2 "$(grep -c ',"v0:dropper()@fexit",' "$work/out")"
take_off xdpgeneric
end

# ---- under load ----

cat >"$work/behind.py" <<'END'
import signal, socket, sys
n = 0
def tell(*_):
    print(n)
    sys.exit()
signal.signal(signal.SIGTERM, tell)
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x800))
s.bind(("v0", 0x800))
print("counting", flush=True)
while True:
    data, where = s.recvfrom(64)
    n += where[2] != socket.PACKET_OUTGOING and data[23] == 17
END

# flood PPS: until it is told to stop
flood()
{
	background "$B/replay/xdpflood" -i v1 -r "$1" >"$work/sent" 2>&1
	flooding=$!
	poll is_flooded || note 'no frames come'
}

is_flooded()
{
	(($(seen) > 0))
}

# Each frame was given to theirs, but for those that the pair has lost.
stop_flood()
{
	local sent

	kill -TERM "$flooding"
	wait "$flooding"
	sent=$(sed -nE 's/^sent ([0-9]+) packets .*/\1/p' "$work/sent")
	expected=$((sent - $(lost_before_it) + lost_earlier))
	poll are_seen
	want 'seen by theirs, of those that have come' "$expected" "$(seen)"
	want_true 'frames came all the time' test "$expected" -gt 100000
}

are_seen()
{
	[[ $(seen) == "$expected" ]]
}

is_mended()
{
	is_theirs && ! compgen -G '/sys/fs/bpf/xdpdump-*' >/dev/null
}

# What the veth takes in without a native program it gives to a generic one.
ethtool -K v0 gro on >/dev/null 2>&1
for way in native:xdpdrv:1000000:50 generic:xdpgeneric:200000:20; do
	IFS=: read -r mode attached pps rounds <<<"$way"
	begin "each frame of a flood is seen by theirs while ours comes and goes $rounds times, also killed, in $mode mode"
	background python3 "$work/behind.py" >"$work/behind"
	behind=$!
	poll grep -q counting "$work/behind"
	frames 5 -r 1000 -p udp	# those it has to count
	theirs dropper "$attached"
	lost_earlier=$(lost_before_it)
	flood "$pps"
	for ((i = 1; i <= rounds; i++)); do
		listen -i v0 --observe front -w "$work/any.pcapng" -s 64
		if ((i % 5)); then
			finish
			want "exit status, round $i" 0 "$rc"
		else
			kill -KILL "$pid"
			wait "$pid" 2>/dev/null
			poll is_theirs || note "round $i: theirs is not back"
		fi
		want "program on v0, round $i" "$target" "$(program_of)"
		((${#notes[@]} < 5)) || break
	done
	stop_flood
	kill "$behind"
	wait "$behind"
	want 'frames behind theirs' 5 "$(tail -n 1 "$work/behind")"
	take_off "$attached"
	end
done

begin 'killed at 20 random moments and more: theirs is there again, and no frame has missed it'
theirs dropper xdpdrv
lost_earlier=$(lost_before_it)
flood 100000
begun=$(now_ms)
listen -i v0 --observe front -w "$work/any.pcapng" -s 64
within=$(($(now_ms) - begun))
finish
# The moments come closer to the one at which ours is there, however long that takes here, and go
# on until both sides were met.
taken=0
for ((i = 1; i <= 20 || (i <= 200 && (taken == 0 || taken == i - 1)); i++)); do
	start -i v0 --observe front -w "$work/any.pcapng" -s 64
	moment=$((RANDOM * 2 * within / 32768))
	sleep "$((moment / 1000)).$(printf '%03d' $((moment % 1000)))"
	if is_theirs; then
		within=$((within + within / 4 + 1))
	else
		taken=$((taken + 1)) within=$((within - within / 4))
	fi
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	poll is_mended || note "round $i: theirs is not back"
	want "program on v0, round $i" "$target" "$(program_of)"
done
stop_flood
want_true 'some came too late for ours to be there, and some did not' test "$taken" -gt 0 -a "$taken" -lt $((i - 1))
end

# Where it is killed: strace knows the calls, but counts those of one process only
for moment in 'before the guard knows of it:sendmsg:1' 'as the guard is told:recvfrom:1' \
	'where ours has just been put there:membarrier:1' \
	'where theirs has just been put back:membarrier:2' 'as the guard is told of that:sendmsg:2'; do
	IFS=: read -r when call nth <<<"$moment"
	begin "killed $when"
	if [[ $sanitized ]] || ! command -v strace >/dev/null; then
		skip 'strace is missing, or does not go together with the sanitizers'
		continue
	fi
	target=$(program_of)
	background strace -D -q -o "$work/trace" -e "trace=$call" \
		-e "inject=$call:signal=KILL:when=$nth" "$dump" -i v0 --observe front \
		-w "$work/any.pcapng" -c 1 >"$work/out" 2>"$work/err"
	pid=$!
	((nth == 1)) || { listening && frames 20 -r 1000 -p udp; }
	reap
	want 'exit status' $((128 + 9)) "$rc"
	poll is_mended || note 'theirs is not back'
	want 'program on v0' "$target" "$(program_of)"
	end
done
take_off xdpdrv

begin 'the owner replaces its program: ours never comes back over it'
theirs dropper xdpgeneric
listen -i v0 --observe front -w "$work/any.pcapng"
theirs other xdpgeneric
reap
want 'exit status' 1 "$rc"
want_line "$work/err" "^xdpdump: v0: somebody has put another program \(id $target\) in the place of ours\$"
want 'program on v0' "$target" "$(program_of)"
end

begin 'the owner takes its program off'
listen -i v0 --observe front -w "$work/any.pcapng"
take_off xdpgeneric
reap
want 'exit status' 1 "$rc"
want_line "$work/err" '^xdpdump: v0: other was taken off by its owner, and ours with it$'
want 'program on v0' '' "$(program_of)"
end

begin 'without a program there is nothing behind it; entry is as ever'
run -i v0 --observe front --at exit
want 'exit status' 5 "$rc"
want_line "$work/err" '^xdpdump: v0: no XDP program is attached, and --at is about what one does$'
run -i v0 --observe front --program dropper
want 'exit status' 5 "$rc"
want_line "$work/err" '^xdpdump: v0: no XDP program is attached, and --program is about what one does$'
run -i v0 --verdict drop
want 'exit status' 5 "$rc"
listen -i v0 --observe front -w "$work/any.pcapng"
finish
want 'exit status' 0 "$rc"
end

begin 'two of ours: the second is refused'
theirs dropper xdpgeneric
listen -i v0 --observe front -w "$work/any.pcapng"
timeout 60 "$dump" -i v0 --observe front -w "$work/second.pcapng" 2>"$work/second.err"
want 'exit status of the second' 5 "$?"
want_line "$work/second.err" \
	'^xdpdump: v0: another xdpdump captures there: xdpdump_front \(id [0-9]+\); it is left as it is$'
finish
want 'exit status' 0 "$rc"
want 'program on v0' "$target" "$(program_of)"
end

begin 'it has to be the program that is meant'
run -i v0 --observe front --program mirror -c 1
want 'exit status' 5 "$rc"
want_line "$work/err" "^xdpdump: v0: there is no XDP program 'mirror', but dropper \(id $target\)\$"
for program in dropper "$target"; do
	listen -i v0 --observe front --program "$program" -w "$work/any.pcapng"
	finish
	want "exit status, $program" 0 "$rc"
done
want 'program on v0' "$target" "$(program_of)"
end

# Where the kernel lets programs be traced that is what happens, and else nothing.
for way in auto trace; do
	begin "--observe $way: it is never taken over unless that is asked for"
	start -i v0 --observe "$way" -w "$work/any.pcapng"
	if listening; then
		want 'program on v0 meanwhile' "$target" "$(program_of)"
		finish
		want 'exit status' 0 "$rc"
	else
		want 'exit status' 5 "$rc"
		want_line "$work/err" \
			"^xdpdump: v0: an XDP program is attached already: dropper \(id $target, generic mode\); it is left as it is, as "
	fi
	want 'program on v0' "$target" "$(program_of)"
	end
done

plan
