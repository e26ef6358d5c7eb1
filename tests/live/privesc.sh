#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Nobody does by means of the tool what he may not do himself: set-user-ID, what stays open and readable while it
# runs, sudo, and capabilities of the file.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

# shellcheck source=tests/terminal.sh
. tests/terminal.sh

veth_up v0 v1 || exit 1
chmod 755 "$work"

# Users that are in the files of this mount namespace alone.
cp -a /etc/passwd /etc/group /etc/shadow "$work"
cat >>"$work/passwd" <<'EOF'
xalice:x:60001:60001::/nonexistent:/bin/sh
xbob:x:60002:60002::/nonexistent:/bin/sh
EOF
cat >>"$work/group" <<'EOF'
xalice:x:60001:
xbob:x:60002:
xcapture:x:60010:xalice
xdocker:x:60011:xbob
EOF
printf 'x%s:*:19700:0:99999:7:::\n' alice bob >>"$work/shadow"
for file in passwd group shadow; do
	mount --bind "$work/$file" /etc/$file || exit 1
done

# A file system where set-user-ID and capabilities mean something, whatever that of $work is.
bin=$work/bin
mkdir "$bin" && mount -t tmpfs -o mode=755 none "$bin" || exit 1
cp "$dump" "$bin/xdpdump"
dump=$bin/xdpdump
for user in alice bob; do
	install -d -o x$user -m 755 "$work/$user"
done
install -d -m 755 "$work/root"

# To be somebody else. setpriv still has the capabilities when it runs a program, so it runs a shell before.
become=(setpriv --init-groups --inh-caps=-all)
then=(sh -c 'exec "$@"' sh)

# as USER COMMAND...: with nothing of root's
as()
{
	"${become[@]}" --reuid "$1" --regid "$1" "${then[@]}" "${@:2}"
}

# runs USER ARGS...: as run(), by somebody else
runs()
{
	timeout -k 1 600 "${become[@]}" --reuid "$1" --regid "$1" "${then[@]}" "$dump" "${@:2}" \
		>"$work/out" 2>"$work/err" </dev/null
	rc=$?
}

# field NAME: of the status of the process that runs, every thread, each value once
field()
{
	sed -n "s/^$1:\t//p" "/proc/$pid"/task/*/status | sort -u
}

# want_none_in_effect: of what capabilities there are, between the looks at the interfaces that need them
want_none_in_effect()
{
	poll none_in_effect || note "in effect: $(field CapEff)"
}

none_in_effect()
{
	[[ $(field CapEff) == 0000000000000000 ]]
}

# ---- set-user-ID ----

for mode in 4755 2755 6755; do
	# the sanitizer of leaks has a say of its own, as it cannot trace such a process
	[[ -z $sanitized || $mode != 2755 ]] || continue
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

# ---- sudo: root is for the attach alone ----

# What root alone may read and write, and what all may see of it.
secret=$work/secret
install -d -m 700 "$secret"
cp tests/pcaps/arp.pcap "$secret/arp.pcap"
echo "$secret/arp.pcap" >"$secret/list"
echo udp >"$secret/filter"
cp "$B/tests/xdp/blocklist.bpf.o" "$secret/pass.o"
printf '#!/bin/sh\nid -un >>%s\n' "$work/who" >"$secret/command"
cp "$secret/command" "$work/command"
chmod 755 "$secret/command" "$work/command"
mkfifo "$secret/fifo"

# runs_for USER ARGS...: as run(), by root, whom sudo has asked for USER
runs_for()
{
	SUDO_UID=$(id -u "$1") SUDO_GID=$(id -g "$1") SUDO_USER=$1 timeout -k 1 600 "$dump" "${@:2}" \
		>"$work/out" 2>"$work/err" </dev/null
	rc=$?
}

# What options have opened, what it says, of root's files.
paths=(
	"-r $secret/arp.pcap"
	"-V $secret/list"
	"-r tests/pcaps/arp.pcap -w $secret/new"
	"-r tests/pcaps/arp.pcap -w $secret/new -C 1"
	"-r tests/pcaps/arp.pcap -w $secret/new --part"
	"-d -F $secret/filter"
	"-r tests/pcaps/arp.pcap -w $work/alice/f -z $secret/command"
	"-r tests/pcaps/arp.pcap -w $work/alice/f -b packets:5 -b printname:$secret/new"
	"-r tests/pcaps/arp.pcap -w $work/alice/f --inject-secrets tls:$secret/filter"
	"-r tests/pcaps/arp.pcap --info --html $secret/new"
	"--compare tests/pcaps/arp.pcap $secret/arp.pcap"
	"--compare tests/pcaps/arp.pcap $secret/arp.pcap --lost"
	"-r tests/pcaps/arp.pcap --run $secret/pass.o"
	"-i v0 -w $secret/new"
	"-i v0 --metrics unix:$secret/socket -a duration:1"
	"--netns $secret/netns -i v0 -a duration:1"
	"--capture --extcap-interface xdp:v0 --fifo $secret/fifo"
	"--capture --extcap-interface xdp:v0 --fifo $work/alice/fifo --log-file $secret/new"
	"--capture --extcap-interface xdp:v0 --fifo $work/alice/fifo --extcap-control-in $secret/fifo --extcap-control-out $secret/fifo"
)
# denied WHO PATTERN COMMAND...: none of the paths, as COMMAND runs the tool; PATTERN: what is said
denied()
{
	local who=$1 pattern=$2 words args

	shift 2
	for words in "${paths[@]}"; do
		begin "$who, a file of root in ${words//$work/..}"
		read -ra args <<<"$words"
		"$@" "${args[@]}"
		want_true "exit status $rc" test "$rc" -ne 0
		want_line "$work/err" "$pattern"
		want 'files of root' 'arp.pcap command fifo filter list pass.o' "$(find "$secret" -mindepth 1 -printf '%f\n' | sort | xargs)"
		want_detached
		end
	done
}

denied 'under sudo' 'Permission denied' runs_for xalice

begin 'under sudo, files are of who has called, and so is the process: no group of root, no capability in effect, none to get'
SUDO_UID=60001 SUDO_GID=60001 listen -i v0 -w "$work/alice/file" -b printname:"$work/alice/names" --metrics unix:"$work/alice/socket"
want 'users' "60001	60001	60001	60001" "$(field Uid)"
want 'groups' "60001	60001	60001	60001" "$(field Gid)"
want 'other groups' '60001 60010 ' "$(field Groups)"
for set in CapInh CapAmb CapBnd; do
	want "$set" 0000000000000000 "$(field $set)"
done
want_none_in_effect
want 'owners' 'xalice xalice xalice xalice' "$(stat -c '%U %G' "$work/alice/file" "$work/alice/socket" | xargs)"
frames 10
finish
want 'exit status' 0 "$rc"
want_books "$work/alice/file"
want 'packets' 10 "$epb"
want 'the owner of printname:' xalice "$(stat -c %U "$work/alice/names")"
want_detached
end

begin 'under sudo, -z is run as who has called'
: >"$work/who"
chmod 666 "$work/who"
runs_for xalice -r tests/pcaps/arp.pcap -w "$work/alice/file" -z "$work/command"
want 'exit status' 0 "$rc"
want 'who' xalice "$(<"$work/who")"
end

begin 'what -z finds in its environment is theirs, too'
printf '#!/bin/sh\necho "%sHOME %sUSER %sLOGNAME" >%s\n' '$' '$' '$' "$work/who" >"$work/tell"
chmod 755 "$work/tell"
runs_for xalice -r tests/pcaps/arp.pcap -w "$work/alice/file" -z "$work/tell"
want 'home and names' '/nonexistent xalice xalice' "$(<"$work/who")"
end

begin 'under sudo, -Z names another user, whose files and whose -z they are'
: >"$work/who"
runs_for xalice -r tests/pcaps/arp.pcap -w "$work/bob/file" -z "$work/command" -Z xbob
want 'exit status' 0 "$rc"
want 'who' xbob "$(<"$work/who")"
want 'owner' xbob "$(stat -c %U "$work/bob/file")"
SUDO_UID=60001 listen -i v0 -w "$work/bob/live" -Z xbob
want 'users' "60002	60002	60002	60002" "$(field Uid)"
want 'other groups, of which one could be as good as root' '' "$(field Groups | xargs)"
finish
want_books "$work/bob/live"
runs_for xalice -r tests/pcaps/arp.pcap -w "$work/alice/file" -Z xbob
want_line "$work/err" 'cannot open for writing: Permission denied'
end

for root in root xtoor; do
	begin "under sudo, -Z $root is refused, and a sentence says who may"
	grep -q ^xtoor /etc/passwd || echo 'xtoor:x:0:60001::/:/bin/sh' >>"$work/passwd"
	rm -f "$work/alice/file"
	runs_for xalice -r tests/pcaps/arp.pcap -w "$work/alice/file" -Z $root
	want 'exit status' 3 "$rc"
	want 'sentences' 1 "$(wc -l <"$work/err")"
	want_line "$work/err" "^xdpdump: -Z $root: refused, .* a root shell may"
	want_true 'nothing is written' test ! -e "$work/alice/file"
	end
done

begin 'under sudo, a user that is not there'
runs_for xalice -r tests/pcaps/arp.pcap -w "$work/alice/file" -Z no-such-user
want 'exit status' 2 "$rc"
want_line "$work/err" '-Z no-such-user: there is no such user$'
end

# variables VARIABLE=VALUE...: what becomes of a file in the directory of xalice
variables()
{
	rm -f "$work/alice/file"
	env "$@" "$dump" -r tests/pcaps/arp.pcap -w "$work/alice/file" 2>"$work/err"
	rc=$?
}

begin 'pkexec and doas tell in their own words; root who has asked sudo is root'
for words in PKEXEC_UID=60001 DOAS_USER=xalice 'SUDO_UID=0 DOAS_USER=xalice' 'SUDO_UID=60001 DOAS_USER=xalice' 'SUDO_UID=60003 SUDO_GID=60001'; do
	chown "$([[ $words == *3* ]] && echo 60003 || echo xalice)" "$work/alice"
	read -ra args <<<"$words"
	variables "${args[@]}"
	want "exit status with $words" 0 "$rc"
	want "group with $words" xalice "$(stat -c %G "$work/alice/file")"
	want_true "owner with $words" test "$(stat -c %u "$work/alice/file")" -ne 0
done
chown xalice "$work/alice"
for words in SUDO_UID=0 DOAS_USER=root PKEXEC_UID=0 SUDO_UID=; do
	variables "$words"
	want "owner with $words" root "$(stat -c %U "$work/alice/file")"
done
end

begin 'where it is not clear who has called nothing is done'
for words in SUDO_UID=x SUDO_UID=-1 SUDO_UID=4294967295 SUDO_UID=60003 'SUDO_UID=60003 SUDO_GID=0' DOAS_USER=no-such-user PKEXEC_UID=60001x; do
	read -ra args <<<"$words"
	variables "${args[@]}"
	want "exit status with $words" 3 "$rc"
	want_line "$work/err" "^xdpdump: ${words%% *}: there is no such user: refused, as it is not clear whose rights to use$"
done
variables SUDO_UID=60001 DOAS_USER=xbob
want 'exit status' 3 "$rc"
want_line "$work/err" '^xdpdump: DOAS_USER=xbob: another variable of the environment names another user: refused'
want_true 'nothing is written' test ! -e "$work/alice/file"
end

begin 'whoever is not root is not told who he is'
SUDO_UID=60002 runs xalice -r tests/pcaps/arp.pcap -w "$work/alice/file"
want 'exit status' 0 "$rc"
want 'owner' xalice "$(stat -c %U "$work/alice/file")"
end

begin 'under sudo, CAP_NET_ADMIN is not for writing to /proc/sys/net'
knob=/proc/sys/net/ipv4/conf/v0/forwarding
echo 0 >$knob
(cd "$work/alice" && SUDO_UID=60001 "$dump" -r "$OLDPWD/tests/pcaps/arp.pcap" -w 1 -b printname:$knob 2>"$work/err")
want_line "$work/err" 'forwarding: .*Permission denied'
SUDO_UID=60001 start -i v0 -w "$work/alice/1" -b printname:$knob
listening && finish
want_line "$work/err" 'forwarding: .*Permission denied'
want 'the knob' 0 "$(<$knob)"
end

begin 'under sudo, interfaces that come later are captured, and those of other namespaces'
SUDO_UID=60001 listen -i v0 -i 'w*' -w "$work/alice/file"
ip link add w0 type veth peer name x0
ip link set w0 up
ip link set x0 up
poll grep -q '^and on w0' "$work/err" || note 'w0 is not captured'
frames 10
ip link del w0
poll grep -q '^w0 has gone' "$work/err" || note 'w0 has not gone'
finish
want 'exit status' 0 "$rc"
want 'packets' 10 "$("$dump" -r "$work/alice/file" --count udp 2>/dev/null | cut -d' ' -f1)"
mount -t tmpfs none /run && mkdir /run/netns
ip netns add other
nsenter --net=/run/netns/other ip link add y0 type veth peer name y1
nsenter --net=/run/netns/other ip link set y0 up
SUDO_UID=60001 listen --netns other -i y0 -w "$work/alice/file"
finish
want 'exit status' 0 "$rc"
umount -l /run
end

begin 'under sudo, all that is asked of the kernel is answered'
for words in -D '-D --all-netns' '-i v0 -L' '-i v0 -J' '-i v0 --restore' '-i v0 -P -a duration:1' '-i v0 -Q inout -a duration:1'; do
	read -ra args <<<"$words"
	runs_for xalice "${args[@]}"
	want "exit status of $words" 0 "$rc"
done
end

# A rule in a file that has the place of the real one here alone.
if ! command -v sudo >/dev/null; then
	begin 'a real rule of sudo'
	skip 'sudo is not installed'
else
	begin 'a rule of sudo that is limited to xdpdump is no way to root'
	echo "xalice ALL=(root) NOPASSWD: $dump" >"$work/sudoers"
	chmod 440 "$work/sudoers"
	mount --bind "$work/sudoers" /etc/sudoers
	: >"$work/who"
	want_true 'the capture' as xalice sudo -n "$dump" -i v0 -a duration:0.2 -w "$work/alice/sudo" -z "$work/command"
	want 'who' xalice "$(<"$work/who")"
	want 'owner' xalice "$(stat -c %U "$work/alice/sudo")"
	want_true 'another user' as xalice sudo -n "$dump" -i v0 -a duration:0.2 -w "$work/bob/sudo" -Z xbob
	want 'owner' xbob "$(stat -c %U "$work/bob/sudo")"
	as xalice sudo -n "$dump" -i v0 -w "$secret/new" -a duration:0.2 2>"$work/err"
	want_line "$work/err" 'cannot open for writing: Permission denied'
	as xalice sudo -n "$dump" -d -F /etc/shadow 2>"$work/err"
	want_line "$work/err" '/etc/shadow: cannot read the filter expression: Permission denied'
	as xalice sudo -n "$dump" -i v0 -w "$work/alice/sudo" -Z root 2>"$work/err"
	want_line "$work/err" '^xdpdump: -Z root: refused'
	as xalice env SUDO_UID=0 DOAS_USER=root sudo -n "$dump" -r "$secret/arp.pcap" 2>"$work/err"
	want_line "$work/err" 'Permission denied'
	as xalice sudo -n SUDO_UID=0 "$dump" -r "$secret/arp.pcap" 2>"$work/err"
	want_true 'a variable is not taken' test -s "$work/err"
	umount /etc/sudoers
	end
fi

if ! command -v doas >/dev/null; then
	begin 'a real rule of doas'
	skip 'doas is not installed'
else
	begin 'a rule of doas is none either'
	[[ -e /etc/doas.conf ]] || made=$(: >/etc/doas.conf && echo /etc/doas.conf)
	echo "permit nopass keepenv xalice as root cmd $dump" >"$work/doas.conf"
	chmod 600 "$work/doas.conf"
	mount --bind "$work/doas.conf" /etc/doas.conf
	: >"$work/who"
	want_true 'the capture' as xalice doas "$dump" -i v0 -a duration:0.2 -w "$work/alice/doas" -z "$work/command"
	want 'who' xalice "$(<"$work/who")"
	as xalice env SUDO_UID=0 doas "$dump" -r "$secret/arp.pcap" 2>"$work/err"
	want_line "$work/err" 'Permission denied'
	as xalice env SUDO_UID=60002 doas "$dump" -r tests/pcaps/arp.pcap 2>"$work/err"
	want_line "$work/err" 'refused, as it is not clear whose rights to use$'
	umount /etc/doas.conf
	[[ -z ${made-} ]] || rm -f "$made"
	end
fi

# ---- capabilities of the file, for a group ----

plain=$work/plain
cp "$dump" "$plain"
if ! share/install-caps "$dump" xcapture 2>"$work/err"; then
	begin 'capabilities of a file'
	skip 'this file system has none'
	umount "$bin"
	plan
	exit
fi

# member ARGS...: start() by one of the group, until it listens
member()
{
	background "${become[@]}" --reuid xalice --regid xalice "${then[@]}" "$dump" "$@" >"$work/out" 2>"$work/err"
	pid=$!
	listening || { note "xdpdump $*: has not started"; note_file "$work/err"; }
}

begin 'install-caps: who runs it, with what'
want 'owner and mode' 'root xcapture 750' "$(stat -c '%U %G %a' "$dump")"
want_true capabilities setcap -q -v cap_net_admin,cap_bpf,cap_perfmon=ep "$dump"
end

begin 'a member of the group captures, with no capability in effect, and the files are theirs'
member -i v0 -w "$work/alice/file" -b printname:"$work/alice/names"
want 'users' "60001	60001	60001	60001" "$(field Uid)"
for set in CapInh CapAmb; do
	want "$set" 0000000000000000 "$(field $set)"
done
want_none_in_effect
frames 10
finish
want 'exit status' 0 "$rc"
want_books "$work/alice/file"
want 'packets' 10 "$epb"
want 'owners' 'xalice xalice' "$(stat -c %U "$work/alice/file" "$work/alice/names" | xargs)"
want_detached
end

begin 'a member captures interfaces that come later'
member -i 'w*' -i v0 -w "$work/alice/file"
ip link add w0 type veth peer name x0
ip link set w0 up
ip link set x0 up
poll grep -q '^and on w0' "$work/err" || note 'w0 is not captured'
finish
want 'exit status' 0 "$rc"
ip link del w0
end

begin 'who is no member cannot run it'
runs xbob -r tests/pcaps/arp.pcap
want 'exit status' 126 "$rc"
runs xbob --version
want 'exit status' 126 "$rc"
end

denied 'a member' 'Permission denied|CAP_SYS_ADMIN missing' runs xalice

begin 'what -z runs has no capability'
printf '#!/bin/sh\ngrep ^Cap[EPIA] /proc/self/status | cut -f2 | sort -u >%s\n' "$work/who" >"$work/tell"
member -i v0 -w "$work/alice/file" -z "$work/tell"
finish
want 'capabilities' 0000000000000000 "$(<"$work/who")"
end

begin 'CAP_NET_ADMIN of the file is not for writing to /proc/sys/net'
runs xalice -r tests/pcaps/arp.pcap -w "$work/alice/1" -b printname:$knob
want_line "$work/err" 'forwarding: .*Permission denied'
want 'the knob' 0 "$(<$knob)"
end

begin 'paths of the environment are not for a program with capabilities: LD_PRELOAD, TZ'
zic -d "$work/zone" - <<<'Zone Test 5:00 - TST'
chmod -R a+rX "$work/zone"
for program in "$plain" "$dump"; do
	as xalice env TZ="$work/zone/Test" LD_PRELOAD="$work/alice/none.so" "$program" -r tests/pcaps/arp.pcap -c 1 \
		>"$work/out.${program##*/}" 2>"$work/err.${program##*/}"
done
want_line "$work/err.plain" 'none.so.* cannot be preloaded'
want_line "$work/out.plain" '^\[08:04:05'
want 'what is said' '' "$(<"$work/err.xdpdump")"
want_line "$work/out.xdpdump" '^\[03:04:05'
end

# page VARIABLE=VALUE ARGS...: what a member sees who asks for a page, on a terminal that is in files of his own
page()
{
	terminal_run 100x24 xmine "${become[@]}" --reuid xalice --regid xalice "${then[@]}" env HOME=/ "$1" "$dump" "${@:2}" --top
}

if ! command -v tmux >/dev/null || ! "$plain" --version -v | grep -q '^ncurses '; then
	begin 'the files of terminfo of a member'
	skip 'it needs tmux and ncurses'
else
	infocmp xterm | sed 's/^xterm|.*/xmine|a terminal of his own,/' >"$work/xmine"
	for where in terminfo .terminfo; do
		tic -o "$work/alice/$where" "$work/xmine"
		chmod -R a+rX "$work/alice/$where"
	done
	for words in TERMINFO="$work/alice/terminfo" TERMINFO_DIRS="$work/alice/terminfo" HOME="$work/alice"; do
		begin "a file of terminfo is not for a program with capabilities: ${words%%=*}"
		page "$words" -i v0 -w "$work/alice/file"
		said=$(terminal_shows "TERM is 'xmine', and on such a terminal" && terminal_ended 2) || note "$said"
		terminal_close
		# which it has none of to read a file
		page "$words" -r tests/pcaps/arp.pcap
		said=$(terminal_shows ' 10 packets, ' && terminal_keys q && terminal_ended 0) || note "$said"
		terminal_close
		end
	done

	begin 'and what -z runs has its home'
	printf '#!/bin/sh\necho "%sHOME" >%s\n' '$' "$work/who" >"$work/tell"
	terminal_run 100x24 xterm "${become[@]}" --reuid xalice --regid xalice "${then[@]}" env HOME=/some/where "$dump" -i v0 --top \
		-w "$work/alice/file" -z "$work/tell"
	said=$(terminal_shows '^ xdpdump --top  v0' && terminal_keys q && terminal_ended 0) || note "$said"
	terminal_close
	want 'home' /some/where "$(<"$work/who")"
	end
fi

begin 'install-caps where it cannot be: no group, no program'
want_true 'a usage' test "$(share/install-caps "$dump" '' 2>&1)" = 'usage: install-caps PROGRAM GROUP'
want_true 'no program' test "$(share/install-caps "$work/none" xcapture >/dev/null 2>&1; echo $?)" -ne 0
end

umount "$bin"
plan
