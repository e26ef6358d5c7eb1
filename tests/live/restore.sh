#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# --restore and -D where a killed xdpdump has left its program in front of another one: here one of
# the same name, with a prog array of the same name.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

veth_up v0 v1 || exit 1
mount -t bpf bpf /sys/fs/bpf || exit 1
bpftool=$(command -v bpftool || echo /usr/sbin/bpftool)

cat >"$work/stranger.c" <<'END'
__attribute__((section("xdp"))) int stranger(void *ctx) { return 2; }
char gpl[] __attribute__((section("license"))) = "GPL";
END
cat >"$work/front.c" <<'END'
static long (*const tail_call)(void *ctx, void *map, unsigned index) = (void *)12;
struct { int (*type)[3], (*key_size)[4], (*value_size)[4], (*max_entries)[1]; } target \
	__attribute__((section(".maps")));
__attribute__((section("xdp"))) int xdpdump_front(void *ctx) { tail_call(ctx, &target, 0); return 2; }
char gpl[] __attribute__((section("license"))) = "GPL";
END
for name in stranger front; do
	"${CLANG:-clang}" -target bpf -O2 -g -Wno-visibility -c "$work/$name.c" -o "$work/$name.o" || exit 1
done

program_of()
{
	ip -o link show dev v0 | sed -nE 's/.*prog\/xdp id ([0-9]+).*/\1/p'
}

# attach_stranger MODE: by the words of ip and bpftool, xdpdrv or xdpgeneric
attach_stranger()
{
	ip link set dev v0 "$1" obj "$work/stranger.o" sec xdp >"$work/ip" 2>&1 || note "ip: $(<"$work/ip")"
	stranger=$(program_of)
}

# leave_front MODE: in the place of that
leave_front()
{
	{
		"$bpftool" prog load "$work/front.o" /sys/fs/bpf/front type xdp pinmaps /sys/fs/bpf/maps &&
			"$bpftool" map update pinned /sys/fs/bpf/maps/target key 0 0 0 0 value id "$stranger" &&
			"$bpftool" net attach "$1" pinned /sys/fs/bpf/front dev v0 overwrite
	} >"$work/bpftool" 2>&1 || note "bpftool: $(<"$work/bpftool")"
	front=$(program_of)
	want_true 'another program on v0' test "$front" != "$stranger"
}

# take_off MODE: whatever is there
take_off()
{
	ip link set dev v0 "$1" off
	rm -rf /sys/fs/bpf/front /sys/fs/bpf/maps
}

for mode in native:xdpdrv generic:xdpgeneric; do
	begin "-D names the program behind ours, and --restore puts it back, in ${mode%:*} mode"
	attach_stranger "${mode#*:}"
	run -D
	want_line "$work/out" "^ *3 +v0 +up +stranger +$stranger +${mode%:*} +[0-9a-f]{16} +veth "
	leave_front "${mode#*:}"
	run -D
	want_line "$work/out" \
		"^ *3 +v0 +up +xdpdump_front +$front +${mode%:*} +[0-9a-f]{16} .* none: xdpdump in front of stranger \(id $stranger\)\$"
	run --restore -i v0
	want 'exit status' 0 "$rc"
	want_line "$work/err" \
		"^v0: stranger \(id $stranger\) is attached again, in the place of xdpdump \(id $front\)\$"
	want 'program on v0' "$stranger" "$(program_of)"
	end

	begin "--restore leaves a program that is not ours alone, in ${mode%:*} mode"
	run --restore -i v0
	want 'exit status' 5 "$rc"
	want_line "$work/err" \
		"^xdpdump: v0: there is nothing of ours to take away: stranger \(id $stranger\) is attached, and left as it is\$"
	want 'program on v0' "$stranger" "$(program_of)"
	take_off "${mode#*:}"
	end
done

begin 'ours is taken off where the program that it called is gone'
attach_stranger xdpdrv
leave_front xdpdrv
"$bpftool" map delete pinned /sys/fs/bpf/maps/target key 0 0 0 0 || note 'bpftool has failed'
run -D
want_line "$work/out" ' xdpdump in front of a program that is gone$'
run --restore -i v0
want 'exit status' 0 "$rc"
want_line "$work/err" "^v0: xdpdump \(id $front\) is detached; the program that it was in front of is gone\$"
want_true 'no program on v0' detached
take_off xdpdrv
end

begin 'a process of ours that is still there puts it back itself'
attach_stranger xdpdrv
leave_front xdpdrv
# PR_SET_NAME, BPF_OBJ_GET
background python3 -c '
import ctypes, struct, time
ctypes.CDLL(None).prctl(15, b"xdpdump")
path = ctypes.create_string_buffer(b"/sys/fs/bpf/front")
attr = ctypes.create_string_buffer(struct.pack("QII", ctypes.addressof(path), 0, 0) + bytes(112))
assert ctypes.CDLL(None).syscall(321, 7, attr, 16) >= 0
print("has it", flush=True)
time.sleep(600)
' >"$work/holder"
pid=$!
has_it()
{
	grep -q . "$work/holder"
}
poll has_it || note 'the program cannot be opened'
run --restore -i v0
want 'exit status' 5 "$rc"
want_line "$work/err" \
	"^xdpdump: v0: xdpdump \(process $pid\) is in front of stranger \(id $stranger\), and puts it back when it ends\$"
want 'program on v0' "$front" "$(program_of)"
finish KILL
run --restore -i v0
want 'exit status, later' 0 "$rc"
want 'program on v0, later' "$stranger" "$(program_of)"
take_off xdpdrv
end

begin 'nothing to restore is no error, no interface and no right to it are'
run --restore -i v0
want 'exit status' 0 "$rc"
want_line "$work/err" '^v0: there is nothing to restore: no XDP program is attached$'
run --restore -i v0 -i v9
want 'exit status of one that is not there' 5 "$rc"
want_line "$work/err" '^v0: there is nothing to restore'
want_line "$work/err" '^xdpdump: v9: no such interface'
attach_stranger xdpdrv
setpriv --bounding-set -sys_admin,-bpf "$dump" --restore -i v0 >"$work/out" 2>"$work/err"
want 'exit status without a right' 3 "$?"
want_line "$work/err" '^xdpdump: v0: CAP_SYS_ADMIN missing, which it takes to see XDP programs of others$'
want 'program on v0' "$stranger" "$(program_of)"
take_off xdpdrv
end

plan
