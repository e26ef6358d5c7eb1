#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# --top of a capture: what somebody sees, the keys, and that the file beside it is as without.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/terminal.sh
. tests/terminal.sh

if ! command -v tmux >/dev/null || ! "$dump" --version -v | grep -q '^ncurses '; then
	echo "1..0 # SKIP it needs tmux and ncurses"
	exit 0
fi

file=$work/file

# seen COMMAND...: what it says is a note
seen()
{
	local said

	said=$("$@" 2>&1) || note "$said"
}

# watch ARGS...: xdpdump --top in a terminal, which is left with its page on it
watch()
{
	terminal_run 100x30 xterm-256color "$dump" "$@"
	seen terminal_shows '^ xdpdump --top  v0 \(native\)'
}

veth_up v0 v1 || exit 1

begin 'somebody sees what is captured, and the file beside it is whole'
watch -i v0 --top -w "$file" 'udp or arp'
frames 1000 -s 500
terminal_is_confined || note 'system calls are not confined'
seen terminal_shows '^Filter udp or arp$'
seen terminal_shows '  1.00 kpackets, 500 kB, 500 B each +lost 0$'
seen terminal_shows 'UDP .* -> '
seen terminal_shows 'UDP +100.0%'
terminal_keys 4
seen terminal_shows 'queue 0$'
seen terminal_shows 'CPU [0-9]+, its ring 0 % full'
terminal_keys 5
seen terminal_shows '^ +1000  taken from the rings$'
terminal_keys q
seen terminal_ended 0
seen terminal_shows '^1000 packets captured$'
seen terminal_shows '^0 packets dropped by kernel$'
terminal_close
want_books "$file" 0
want "packets in the file" 1000 "${epb0-}"
want_detached
end

begin 'a filter is for the eye, and what is shown can be written'
watch -i v0 --top -w "$file"
frames 100 -s 100
seen terminal_shows '  100 packets,'
terminal_keys f 'len > 200' Enter
seen terminal_shows 'shown len > 200$'
terminal_keys w "$work/shown" Enter
seen terminal_shows 'writing .*/shown$'
frames 50 -s 100
frames 70 -s 300
seen terminal_shows '  70 packets, '
terminal_keys w
seen terminal_shows '^70 packets in '
frames 10 -s 300
seen terminal_shows '  80 packets, '
terminal_keys w "$work/again" Enter
seen terminal_shows 'writing .*/again$'
frames 5 -s 300
seen terminal_shows '  85 packets, '
terminal_keys q
seen terminal_ended 0
seen terminal_shows '^5 packets in .*/again$'
terminal_close
want 'packets in the file' 235 "$("$dump" -r "$file" -qq --count 2>&1 | cut -d' ' -f1)"
want 'packets shown' 70 "$("$dump" -r "$work/shown" --count 'len > 200' | cut -d' ' -f1)"
want 'packets shown again' 5 "$("$dump" -r "$work/again" --count | cut -d' ' -f1)"
want_well_formed "$work/shown"
end

begin 'it ends as a capture does'
watch -i v0 --top -c 20
frames 30 -s 100
seen terminal_ended 0
seen terminal_shows '^20 packets captured$'
terminal_close
watch -i v0 --top
terminal_keys C-c
seen terminal_ended 0
terminal_close
want_detached
end

begin 'where there is no terminal it says so, and a file that is there stays'
echo old >"$file"
terminal_run 80x24 nosuchterminal "$dump" -i v0 --top -w "$file"
seen terminal_ended 2
seen terminal_shows "TERM is 'nosuchterminal'"
terminal_close
run -i v0 --top -w "$file"
want 'exit status' 2 "$rc"
want_line "$work/err" '^xdpdump: --top needs a terminal: stdout is no terminal'
want 'lines that are said' 1 "$(wc -l <"$work/err")"
want 'the file' old "$(cat "$file")"
rm "$file"
want_detached
end

begin 'what a program says is there, also of what is filtered out'
mount -t bpf bpf /sys/fs/bpf
bpftool=$(command -v bpftool || echo /usr/sbin/bpftool)
printf '%s\n' '#include <linux/bpf.h>' '__attribute__((section("xdp"))) int dropper(struct xdp_md *ctx) { return XDP_DROP; }' \
	'char gpl[] __attribute__((section("license"))) = "GPL";' >"$work/dropper.c"
"${CLANG:-clang}" -target bpf -O2 -I"/usr/include/$(gcc -print-multiarch)" -c "$work/dropper.c" -o "$work/dropper.o"
{
	"$bpftool" prog load "$work/dropper.o" /sys/fs/bpf/dropper type xdp &&
		"$bpftool" net attach xdpdrv pinned /sys/fs/bpf/dropper dev v0
} >"$work/bpftool" 2>&1 || note "bpftool: $(<"$work/bpftool")"
watch -i v0 --top --observe front 'len > 200'
frames 20 -s 100
frames 10 -s 300
seen terminal_shows '  10 packets, '
terminal_keys 5
seen terminal_shows '^ +30  DROP, said by the program that is watched$'
seen terminal_shows '^ +10  XDP DROP$'
terminal_keys q
seen terminal_ended 0
terminal_close
"$bpftool" net detach xdpdrv dev v0
end

# Ctrl-S stops it, so that whoever writes to it waits.
begin 'a terminal that takes nothing holds nothing up'
cat >"$work/stopped.py" <<'END'
import fcntl, os, pty, struct, sys, termios
work, words = sys.argv[1], sys.argv[2:]
pid, terminal = pty.fork()
if not pid:
    os.dup2(os.open(work + "/err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    os.environ["TERM"] = "xterm"
    os.execv(words[0], words)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
seen = b""
while b"xdpdump --top" not in seen:
    seen += os.read(terminal, 4096)
os.write(terminal, b"\x13")
print(pid, file=open(work + "/pid.new", "w"))
os.rename(work + "/pid.new", work + "/pid")
os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
has_all()
{
	[[ $("$dump" -r "$file" -qq --count 2>/dev/null) == '1000 packets' ]]
}
rm -f "$file"
python3 "$work/stopped.py" "$work" "$dump" -i v0 --top -w "$file" &
python=$!
poll test -e "$work/pid" || note 'there is no page'
for ((i = 0; i < 4; i++)); do
	frames 250 -s 100
	sleep 0.6	# for a page to be due
done
poll has_all || note 'not all packets are in the file'
kill -INT "$(<"$work/pid")"
poll ended "$python" || { note 'it does not end'; kill -KILL "$(<"$work/pid")"; }
wait "$python"
want 'exit status' 0 $?
want_line "$work/err" '^1000 packets captured$'
want_books "$file"
end

begin 'what is said meanwhile is on the page, and on the screen in the end'
watch -i v0 --top
frames 30 -s 100
seen terminal_shows '  30 packets, '
ip link delete v0
seen terminal_ended 1
seen terminal_shows '^xdpdump: v0 disappeared'
seen terminal_shows '^30 packets captured$'
terminal_close
end

veth_up v0 v1 || exit 1
begin 'what has come by a pattern leaves the head of the page when it goes'
terminal_run 100x30 xterm-256color "$dump" -i 'v*' --top
seen terminal_shows '^ xdpdump --top  v[01] \(native\), v[01] \(native\)  0:'
ip link add v2 type veth peer name other
ip link set v2 up
seen terminal_shows '^ xdpdump --top  v[01] \(native\), v[01] \(native\), v2 \(native\)  0:'
ip link delete v2
seen terminal_shows '^ xdpdump --top  v[01] \(native\), v[01] \(native\)  0:'
terminal_keys q
seen terminal_ended 0
terminal_close
end

plan
