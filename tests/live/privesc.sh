#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Nobody does by means of the tool what he may not do himself: set-user-ID, and what stays open and readable while it runs.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

veth_up v0 v1 || exit 1
chmod 755 "$work"

# Users that are in the files of this mount namespace alone.
cp -a /etc/passwd /etc/group "$work"
cat >>"$work/passwd" <<'EOF'
xalice:x:60001:60001::/nonexistent:/bin/sh
xbob:x:60002:60002::/nonexistent:/bin/sh
EOF
cat >>"$work/group" <<'EOF'
xalice:x:60001:
xbob:x:60002:
xcapture:x:60010:xalice
EOF
mount --bind "$work/passwd" /etc/passwd && mount --bind "$work/group" /etc/group || exit 1

# A file system where set-user-ID and capabilities mean something, whatever that of $work is.
bin=$work/bin
mkdir "$bin" && mount -t tmpfs -o mode=755 none "$bin" || exit 1
cp "$dump" "$bin/xdpdump"
dump=$bin/xdpdump
for user in alice bob; do
	install -d -o x$user -m 755 "$work/$user"
done
install -d -m 755 "$work/root"

# as USER COMMAND...: with nothing of root's
as()
{
	setpriv --reuid "$1" --regid "$1" --init-groups --inh-caps=-all "${@:2}"
}

# runs USER ARGS...: as run(), by somebody else
runs()
{
	timeout -k 1 600 setpriv --reuid "$1" --regid "$1" --init-groups --inh-caps=-all "$dump" "${@:2}" \
		>"$work/out" 2>"$work/err" </dev/null
	rc=$?
}

# field NAME: of the status of the process that runs, every thread, each value once
field()
{
	sed -n "s/^$1:\t//p" "/proc/$pid"/task/*/status | sort -u
}

# ---- set-user-ID ----

for mode in 4755 2755 6755; do
	begin "a program with mode $mode is refused before it does anything"
	chmod "$mode" "$dump"
	runs xalice -r tests/pcaps/arp.pcap -w "$work/root/file"
	want 'exit status' 3 "$rc"
	want 'sentences' 1 "$(wc -l <"$work/err")"
	want_line "$work/err" '^xdpdump: refused, as the program is set-user-ID or set-group-ID: '
	runs xalice --version
	want 'exit status' 3 "$rc"
	want 'nothing is printed' '' "$(<"$work/out")"
	want_true 'nothing is written' test ! -e "$work/root/file"
	end
done

begin 'root runs such a program as any other one'
run -r tests/pcaps/arp.pcap --count
want 'exit status' 0 "$rc"
end
chmod 755 "$dump"

# ---- what stays open ----

# open_files: what the descriptors of $pid above stderr are
open_files()
{
	local fd

	for fd in /proc/"$pid"/fd/*; do
		((${fd##*/} < 3)) || readlink "$fd"
	done
}

begin 'what the caller has left open is closed, but for what an argument names'
exec {stray}<"$work/passwd" {socket}<>/dev/null {named}>"$work/named"
listen -i v0 -w "/dev/fd/$named"
want 'strays' '' "$(open_files | grep -e "^$work/passwd" -e '^/dev/null')"
frames 10
finish
want_books "$work/named"
want 'packets' 10 "$epb"
exec {stray}<&- {socket}<&- {named}<&-
end

begin 'a capture has the same kinds of descriptors, whatever the caller had'
exec {stray}<"$work/passwd"
listen -i v0 -w "$work/file"
want 'kinds' "$(sort <<-EOF
	$work
	$work/file
	anon_inode:[eventfd]
	anon_inode:[eventpoll]
	anon_inode:[signalfd]
	anon_inode:[timerfd]
	anon_inode:bpf-map
	anon_inode:bpf-prog
	anon_inode:bpf_link
	anon_inode:btf
	socket
EOF
)" "$(open_files | sed 's/^socket:.*/socket/' | sort -u)"
finish
exec {stray}<&-
end

begin 'there is no core dump of a capture'
(ulimit -c unlimited && exec "$dump" -i v0 -w "$work/file") 2>"$work/err" &
pid=$!
pids+=("$pid")
listening
want 'limit' '0 0' "$(awk '/^Max core file size/ { print $5, $6 }' "/proc/$pid/limits")"
finish
end

for stdin in /dev/stdin /dev/fd/0 /proc/self/fd/0 -; do
	begin "the input is $stdin"
	want 'packets' '10 packets' "$("$dump" -r "$stdin" --count <tests/pcaps/arp.pcap)"
	want 'the same of a pipe' '10 packets' "$("$dump" -r "$stdin" --count < <(cat tests/pcaps/arp.pcap))"
	end
done

begin 'files that the shell gives as descriptors, with -r, -V and -w'
want 'packets' '20 packets' "$("$dump" -r <(cat tests/pcaps/arp.pcap) -r <(cat tests/pcaps/arp.pcap) --count)"
exec {named}<tests/pcaps/arp.pcap
want 'packets of those in a list' '10 packets' "$("$dump" -V <(echo "/dev/fd/$named") --count)"
exec {named}<&-
"$dump" -r tests/pcaps/arp.pcap -w >(cat >"$work/copy") 2>"$work/err"
poll test -s "$work/copy"
want_true compare "$dump" --compare tests/pcaps/arp.pcap "$work/copy"
end

umount "$bin"
plan
