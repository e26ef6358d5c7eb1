#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# As a service: what the manager is told, and the unit, whose command is run with no more rights than it gives.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

file=$work/file
veth_up v0 v1 || exit 1

# manager ADDRESS: takes what is said to it, a line each, into $work/told
manager()
{
	background python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1].replace("@", "\0", 1) if sys.argv[1][0] == "@" else sys.argv[1])
print("listens", flush=True)
while True:
    print(s.recv(4096).decode(), flush=True)' "$1" >"$work/told"
	manager=$!
	wait_line "$work/told" '^listens'
	export NOTIFY_SOCKET=$1
}

told()
{
	[[ $(grep -Ec "$2" "$work/told") -ge $1 ]]
}

for address in "$work/notify" @xdpdump-test; do
	begin "the manager at ${address##*/} is told: ready, how it goes, a new file, the end"
	manager "$address"
	export WATCHDOG_USEC=60000000
	unset WATCHDOG_PID
	listen -i v0 -w "$work/a.pcapng" -b packets:100000
	poll told 1 '^READY=1$' || note 'it is not ready'
	frames 50 -p udp
	poll told 1 '^STATUS=50 packets captured, 0 lost, writing .*/a_00001_.*\.pcapng$' || note 'it does not say how it goes'
	poll told 2 '^WATCHDOG=1$' || note 'it does not say that it is alive'
	kill -HUP "$pid"
	poll told 2 '^READY=1$' || note 'it is not ready again'
	finish TERM
	want 'exit status' 0 "$rc"
	want 'files' 2 "$(find "$work" -name 'a_*.pcapng' | wc -l)"
	want 'in this order' 'READY=1 RELOADING=1 READY=1 STOPPING=1' \
		"$(grep -E '^(READY|RELOADING|STOPPING)=1$' "$work/told" | paste -sd' ')"
	want_line "$work/told" '^MONOTONIC_USEC=[1-9]'
	rm -f "$work"/a_*
	kill "$manager"
	unset NOTIFY_SOCKET WATCHDOG_USEC
	end
done

begin 'a watchdog of another process, and a manager that is not there'
manager "$work/other"
export WATCHDOG_USEC=60000000 WATCHDOG_PID=1
listen -i v0 -w "$file"
poll told 2 '^STATUS=' || note 'it does not say how it goes'
want_no_line "$work/told" '^WATCHDOG='
kill "$manager"
rm "$work/other"
frames 10 -p udp
finish
want 'exit status' 0 "$rc"
NOTIFY_SOCKET=$work/nowhere listen -i v0 -w "$file"
finish
want 'exit status' 0 "$rc"
unset NOTIFY_SOCKET WATCHDOG_USEC WATCHDOG_PID
end

# what make install makes of it
unit=$work/unit/xdpdump@.service
mkdir "$work/unit"
sed "s,@sbindir@,$B," share/systemd/xdpdump@.service.in >"$unit"

begin 'the unit: its command, as nobody, with its capabilities and no others'
mkdir -m 700 "$work/log"
chown nobody "$work/log"
chmod 711 "$work"
options=$(sed -n 's/^Environment="OPTIONS=\(.*\)"$/\1/p' "$unit")
command=$(sed -n 's/^ExecStart=//p' "$unit")
command=${command//%[iI]/v0} command=${command//\$\{LOGS_DIRECTORY\}/$work/log} command=${command/\$OPTIONS/$options}
caps=$(sed -n 's/^AmbientCapabilities=//p' "$unit" | tr 'A-Z ' 'a-z,' | sed 's/cap_/+/g')
want 'its capabilities' '+net_admin,+bpf,+perfmon' "$caps"
# a copy that nobody can reach
cp "$dump" "$work/xdpdump"
read -ra words <<<"${command/"$dump"/"$work/xdpdump"}"
as_the_unit()
{
	background setpriv --reuid nobody --regid nogroup --clear-groups --no-new-privs --bounding-set "-all,$caps" \
		--inh-caps "-all,$caps" --ambient-caps "-all,$caps" "${words[@]}" >"$work/out" 2>"$work/err"
	pid=$!
}
as_the_unit
if listening; then
	frames 100 -p udp
	kill -HUP "$pid"
	finish TERM
	want 'exit status' 0 "$rc"
	want 'files' 2 "$(find "$work/log" -name 'v0_*.pcapng' | wc -l)"
	want 'packets' 100 "$(cat "$work"/log/v0_*.pcapng | "$dump" --count -r - | sed 's/ .*//')"
else
	note_file "$work/err"
fi
end

# What dpkg-reconfigure does: its capabilities are in the file as well, which the group alone may run.
begin 'the unit: the program is for a group, with capabilities of its own'
if ! share/install-caps "$work/xdpdump" nogroup 2>/dev/null; then
	skip 'no capabilities of files here'
else
	group=$(sed -n 's/^group=//p' debian/xdpdump.postinst)
	want 'its group is that of the package' "$group" "$(sed -n 's/^Group=//p' "$unit")"
	want_true 'its user has another name' grep -q "^User=" "$unit"
	want_no_line "$unit" "^User=$group\$"
	as_the_unit
	if listening; then
		finish TERM
		want 'exit status' 0 "$rc"
	else
		note_file "$work/err"
	fi
	end
fi

begin 'the unit: systemd takes it, and finds little to be exposed'
if command -v systemd-analyze >/dev/null; then
	want_true 'systemd-analyze security' systemd-analyze security --offline=true --no-pager --threshold=25 "$unit"
	want '' "$(systemd-analyze verify "$unit" 2>&1 | grep -F "${unit##*/}:")" ''
	end
else
	skip 'systemd is not installed'
fi
plan
