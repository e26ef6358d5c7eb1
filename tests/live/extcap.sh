#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# In Wireshark: what it asks is answered in its grammar, and its captures are like ours, with a toolbar, here and on another machine.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

fifo=$work/fifo log=$work/log
grammar='^(extcap|interface|control|arg|value|dlt) (\{[a-z]+=[^{}]*\})+$'

# capture ARGS...: of v0, as Wireshark starts it; what is said is in $log
capture()
{
	: >"$log"
	start --capture --extcap-interface xdp:v0 --fifo "$fifo" --log-file "$log" "$@"
	poll begun_or_ended || note 'it does not begin in a minute'
	grep -qs '^listening on v0' "$log" || { note 'it has not begun:'; note_file "$work/err"; }
}

begun_or_ended()
{
	grep -qs '^listening on' "$log" || ended "$pid"
}

# reads FILE [COMMAND...]: somebody reads the FIFO into it
reads()
{
	local to=$1

	shift
	[[ $# -gt 0 ]] || set -- cat
	# shellcheck disable=SC2016
	background sh -c 'exec "$@" <"$0"' "$fifo" "$@" >"$to"
	reader=$!
}

want_silence()
{
	[[ ! -s $work/err ]] || { note 'something is on stderr:'; note_file "$work/err"; }
}

# press CONTROL TEXT: in the toolbar
press()
{
	python3 -c 'import os, struct, sys
text = os.fsencode(sys.argv[2])
sys.stdout.buffer.write(b"T" + struct.pack(">I", len(text) + 2)[1:] + bytes([int(sys.argv[1]), 1]) + text)' "$@" >&"$controls"
}

# What the toolbar was told: "control command value", a line each.
shown()
{
	python3 -c 'import os, sys
os.set_blocking(0, False)
data = b""
while True:
    try: got = os.read(0, 65536)
    except BlockingIOError: break
    if not got: break
    data += got
while data:
    assert data[:1] == b"T", data
    n = int.from_bytes(data[1:4], "big")
    print(data[4], data[5], data[6:4 + n].decode().strip())
    data = data[4 + n:]' <&"$display" >>"$work/shown"
}

toolbar_begins()
{
	rm -f "$work/in" "$work/out_fifo"
	mkfifo "$work/in" "$work/out_fifo"
	exec {controls}<>"$work/in" {display}<>"$work/out_fifo"
	: >"$work/shown"
}

has_shown()
{
	shown && grep -qxE "$1" "$work/shown"
}

want_shown()
{
	poll has_shown "$1" || { note "the toolbar was not told '$1':"; note_file "$work/shown"; }
}

# has_packets NUMBER: so many are in what has been read so far
has_packets()
{
	(($("$dump" -r "$work/copy" --count udp 2>/dev/null | sed 's/ .*//') == $1))
}

# comments FILE: of each packet that has one, its number and that
comments()
{
	tshark -n -r "$1" -Y frame.comment -T fields -e frame.number -e frame.comment 2>/dev/null
}

veth_up v0 v1 || exit 1
mkfifo "$fifo"

begin 'every interface answers all questions with status 0, in lines of the grammar'
ip link add 'a}{b=c' type veth peer name v2
run --extcap-interfaces --extcap-version=4.0
want 'exit status' 0 "$rc"
want_silence
want 'lines of another kind' 0 "$(grep -cvE "$grammar" "$work/out")"
want_line "$work/out" '^extcap \{version=[^}]+\}'
want_line "$work/out" '^interface \{value=xdp:v0\}\{display=XDP: v0\}$'
want_line "$work/out" '^control \{number=0\}\{type=string\}\{display=Mark\}'
want_no_line "$work/out" 'a}{b'
mapfile -t interfaces < <(sed -nE 's/^interface \{value=([^}]*)\}.*/\1/p' "$work/out")
want 'interfaces: lo, v0, v1, v2, any, and another machine' 6 "${#interfaces[@]}"
for interface in "${interfaces[@]}"; do
	for question in dlts config; do
		run --extcap-interface "$interface" --extcap-$question
		want "exit status of $interface, $question" 0 "$rc"
		want_silence
		want "lines of another kind, $interface, $question" 0 "$(grep -cvE "$grammar" "$work/out")"
		want_line "$work/out" "^$([[ $question == dlts ]] && echo 'dlt \{number=1\}\{name=EN10MB\}' || echo 'arg \{number=6\}\{call=--snapshot-length\}')"
	done
done
end

begin 'the XDP programs of an interface can be chosen'
ip link set dev v0 xdpgeneric object "$B/tests/xdp/blocklist.bpf.o" section xdp 2>"$work/ip" || note_file "$work/ip"
id=$(ip -j -d link show v0 | jq '.[0].xdp.prog.id')
run --extcap-interface xdp:v0 --extcap-config
want 'exit status' 0 "$rc"
want_silence
want 'lines of another kind' 0 "$(grep -cvE "$grammar" "$work/out")"
want_line "$work/out" '^arg \{number=[0-9]+\}\{call=--program\}.*\{type=selector\}.*\{reload=true\}'
number=$(sed -nE 's/^arg \{number=([0-9]+)\}\{call=--program\}.*/\1/p' "$work/out")
grep "^value {arg=$number}" "$work/out" >"$work/values"
want 'the first' "value {arg=$number}{value=}{display=the one that is there}{default=true}" "$(head -n 1 "$work/values")"
want 'the second' "value {arg=$number}{value=blocklist}{display=blocklist (id $id)}{default=false}" "$(sed -n 2p "$work/values")"
run --extcap-interface xdp:v0 --extcap-config --extcap-reload-option --program
want 'the same when it is asked for that alone' "$(<"$work/values")" "$(<"$work/out")"
setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all "$dump" --extcap-interface xdp:v0 \
	--extcap-config >"$work/out" 2>"$work/err" || note 'it has failed'
want_silence
want_line "$work/out" "^value \{arg=$number\}\{value=$id\}\{display=program \(id $id\)\}"
ip link set dev v0 xdpgeneric off
run --extcap-interface xdp:v0 --extcap-config
want_line "$work/out" '^arg \{number=[0-9]+\}\{call=--program\}.*\{type=string\}'
end

begin 'nobody needs a capability for that, and the kernel is asked about nothing but interfaces'
strace -f -o "$work/trace" -e trace=bpf,perf_event_open,socket setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
	--bounding-set=-all "$dump" --extcap-interfaces >"$work/out" 2>"$work/err" || note 'it has failed'
want_line "$work/out" '\{value=xdp:v0\}'
want_no_line "$work/trace" '(bpf|perf_event_open)\('
end

begin 'an interface whose packets have no Ethernet header has another link type'
if ip tuntap add dev t0 mode tun 2>/dev/null; then
	run --extcap-interface xdp:t0 --extcap-dlts
	want 'exit status' 0 "$rc"
	want 'its link type' 'dlt {number=12}{name=RAW}{display=Raw IP}' "$(<"$work/out")"
	run --extcap-interface xdp:t0 --extcap-capture-filter 'ether host 02:00:00:00:00:01'
	want 'exit status' 0 "$rc"
	[[ -s $work/out ]] || note 'a filter for Ethernet is taken'
	ip link del t0
	end
else
	skip 'this kernel has no tun'
fi

begin 'a filter is looked at without an interface being touched'
run --extcap-interface xdp:v0 --extcap-capture-filter 'tcp port 80'
want 'exit status' 0 "$rc"
want 'what is said of one' '' "$(cat "$work/out" "$work/err")"
run --extcap-interface xdp:v0 --extcap-capture-filter 'tcp porty 80'
want 'exit status of another one' 0 "$rc"
want 'what is said of that' "can't parse filter expression: syntax error: tcp >>>porty<<< 80; did you mean port?" "$(<"$work/out")"
want_silence
end

begin 'an interface that is not there is named on stderr, once'
run --extcap-interface xdp:nonesuch --extcap-dlts
want 'exit status' 5 "$rc"
want 'what is said' 'xdpdump: nonesuch: there is no such interface' "$(cat "$work/err" "$work/out")"
reads "$work/copy"
run --capture --extcap-interface xdp:nonesuch --fifo "$fifo"
want 'exit status of a capture' 5 "$rc"
want 'lines' 1 "$(wc -l <"$work/err")"
want_line "$work/err" '^xdpdump: nonesuch: '
kill "$reader" 2>/dev/null
end

folder=$(tshark -G folders 2>/dev/null | sed -n 's/^Extcap path:[[:space:]]*//p')
begin 'tshark lists it, and captures with it'
mkdir -p "$work/extcap"
ln -s "$dump" "$work/extcap/xdpdump"
if [[ -d $folder ]] && mount --bind "$work/extcap" "$folder" 2>/dev/null; then
	tshark -D >"$work/out" 2>/dev/null
	want_line "$work/out" '^[0-9]+\. xdp:v0 \(XDP: v0\)$'
	background tshark -i 'XDP: v0' -f 'udp dst port 9' -c 10 -w "$work/ten.pcapng" >"$work/out" 2>"$work/err"
	pid=$!
	poll attached || note 'nothing is attached'
	frames 50
	reap
	want 'exit status' 0 "$rc"
	want_no_line "$work/err" 'Error by extcap'
	want 'packets' 10 "$("$dump" -r "$work/ten.pcapng" --count | sed 's/ .*//')"
	want 'names of interfaces' v0 "$(tshark -n -r "$work/ten.pcapng" -T fields -e frame.interface_name 2>/dev/null | sort -u)"
	want_detached
	umount "$folder"
	end
else
	skip 'tshark has no folder for it'
fi

begin 'the options of its window are ours, and an empty field is none'
reads "$work/copy"
capture --snapshot-length 60 --direction inout --hook '' --exit-filter '' --promiscuous-mode --log-level info
want_line "$log" '^listening on v0, received in native mode, sent at tc, snapshot length 60 bytes'
finish TERM
want 'exit status' 0 "$rc"
want_silence
wait "$reader"
want_true 'it reads as a capture' "$dump" -r "$work/copy"
end

begin 'when Wireshark is gone the capture ends, without a packet and without a word'
reads "$work/copy" head -c 50
capture
reap
want 'exit status' 0 "$rc"
want_silence
want_detached
end

begin 'warnings are in the log and not on stderr, and the level of the log counts'
reads "$work/copy"
capture --buffer-size 3000
finish TERM
want_line "$log" '^xdpdump: warning: the rings have'
want_line "$log" '^0 packets captured$'
want_silence
reads "$work/copy"
: >"$log"
start --capture --extcap-interface xdp:v0 --fifo "$fifo" --log-file "$log" --buffer-size 3000 --log-level warning
poll attached
finish TERM
want_line "$log" '^xdpdump: warning: the rings have'
want_no_line "$log" '^listening|captured$'
end

begin 'a mark is a comment on the next packet, and the field is emptied'
toolbar_begins
reads "$work/copy"
capture --extcap-control-in "$work/in" --extcap-control-out "$work/out_fifo"
want_shown '1 5 '
frames 1
poll test -s "$work/copy"
press 0 'here it begins'
press 0 $'zwölf \xff\e[31m'
want_shown '6 the next packet gets the comment|2 6 the next packet gets the comment'
want_shown '0 1 '
frames 3
finish TERM
want 'exit status' 0 "$rc"
wait "$reader"
want 'comments' $'2\there it begins,zwölf \xef\xbf\xbd\e[31m' "$(comments "$work/copy" | sed 's/\\x1b/\x1b/; s/\\033/\x1b/')"
want_shown '2 2 listening on v0, .*'
want_shown '1 1 0'
end

begin 'another filter is in force from then on'
toolbar_begins
reads "$work/copy"
capture --extcap-control-in "$work/in" --extcap-control-out "$work/out_fifo" --extcap-capture-filter udp
press 3 ''
frames 3
poll has_packets 3 || note 'no packets of the first filter'
press 3 'tcp port'
want_shown "2 6 can't parse filter expression: .*"
press 3 'udp src port 1025'
want_shown '2 6 the filter is in force'
frames 3
poll has_packets 4 || note 'no packet of the second filter'
finish TERM
want 'exit status' 0 "$rc"
wait "$reader"
want 'packets' 4 "$("$dump" -r "$work/copy" --count udp | sed 's/ .*//')"
want 'comments' 1 "$(comments "$work/copy" | grep -c 'filter since .*: udp src port 1025$')"
want_silence
end

begin 'a mark that no packet came behind is told of'
toolbar_begins
reads "$work/copy"
capture --extcap-control-in "$work/in" --extcap-control-out "$work/out_fifo"
press 0 'too late'
want_shown '2 6 the next packet gets the comment'
finish TERM
want 'exit status' 0 "$rc"
want_shown '2 2 xdpdump: warning: a mark is not in the capture, as no packet came behind it'
want_silence
end

begin 'what is lost is counted in the toolbar'
toolbar_begins
reads "$work/copy"
capture --extcap-control-in "$work/in" --extcap-control-out "$work/out_fifo" --buffer-size 64
kill -STOP "$pid"
frames 3000
kill -CONT "$pid"
finish TERM
want 'exit status' 0 "$rc"
dropped=$(sed -nE 's/^([0-9]+) packets? dropped by kernel$/\1/p' "$log")
((dropped > 0)) || note 'nothing was lost'
want_shown "1 1 $dropped"
want_silence
end

begin 'what makes no sense in the toolbar is told of, and the capture goes on'
toolbar_begins
reads "$work/copy"
capture --extcap-control-in "$work/in" --extcap-control-out "$work/out_fifo"
printf 'GET / HTTP/1.1\r\n\r\n' >&"$controls"
want_shown '2 2 xdpdump: warning: what came from the toolbar made no sense; it is not listened to any more'
frames 5
finish TERM
want 'exit status' 0 "$rc"
wait "$reader"
want 'packets' 5 "$("$dump" -r "$work/copy" --count udp | sed 's/ .*//')"
end

begin 'a toolbar that is no FIFO is refused'
run --capture --extcap-interface xdp:v0 --fifo "$fifo" --extcap-control-in /dev/null
want 'exit status' 1 "$rc"
want 'what is said' 'xdpdump: /dev/null: not a FIFO' "$(<"$work/err")"
end

# Another machine, which is this one: what ssh does with words is done by a shell.
mkdir "$work/bin"
cat >"$work/bin/ssh" <<'EOF2'
#!/bin/bash
printf '%s\n' "$@" >"$0.args"
while [[ $1 != -- ]]; do shift; done
[[ $2 != killed ]] || kill -KILL $$
[[ $2 != nowhere ]] || { echo 'ssh: connect to host nowhere port 22: Connection refused' >&2; exit 255; }
exec sh -c "exec ${*:3}"
EOF2
chmod +x "$work/bin/ssh"
PATH=$work/bin:$PATH
remote=(--capture --extcap-interface xdp-ssh --fifo "$fifo" --log-file "$log" --remote-command "$dump")

begin 'a capture on another machine has the options and the filter, whatever is in them'
: >"$log"
reads "$work/copy"
start "${remote[@]}" --remote-host there --remote-user me --remote-port 2222 --remote-interface v0 --snapshot-length 64 \
	--promiscuous-mode --extcap-capture-filter "udp port 9 and (udp[0:2] & 0xffff > 0)"
poll begun_or_ended
want_true 'it listens' grep -q '^listening on v0' "$log"
frames 20
poll test -s "$work/copy"
finish TERM
want 'exit status' 0 "$rc"
want_silence
wait "$reader"
want 'packets of 64 bytes' 20 "$(tshark -n -r "$work/copy" -Y 'frame.cap_len == 64' 2>/dev/null | wc -l)"
want 'arguments of ssh' '-T -oBatchMode=yes -p 2222 -l me -- there' "$(head -n -1 "$work/bin/ssh.args" | paste -sd ' ')"
want_detached
end

begin 'a filter that stands behind the options is that of the other machine as well'
reads "$work/copy"
run "${remote[@]}" --remote-host nowhere udp port 9
want 'exit status' 1 "$rc"
want 'what runs there' "$dump -w - -- 'udp port 9'" "$(tail -n 1 "$work/bin/ssh.args")"
kill "$reader" 2>/dev/null
end

begin 'it ends when Wireshark is gone'
: >"$log"
reads "$work/copy" head -c 50
start "${remote[@]}" --remote-host there --remote-interface v0
reap
want 'exit status' 0 "$rc"
want_silence
want_detached
end

while IFS='|' read -r what args status said; do
	begin "another machine: $what"
	reads "$work/copy"
	# shellcheck disable=SC2086
	run "${remote[@]}" $args
	want 'exit status' "$status" "$rc"
	want_line "$work/err" "$said"
	kill "$reader" 2>/dev/null
	end
done <<'END'
it does not answer|--remote-host nowhere|1|^ssh: connect to host nowhere port 22: Connection refused$
ssh is killed|--remote-host killed|1|^xdpdump: ssh was ended by signal 9$
there is no xdpdump|--remote-host there --remote-command nonesuch|1|nonesuch: .*not found
a word that a shell would take apart|--remote-host there --container it's;$HOME|5|^xdpdump: .*it.s;.HOME: 
the interface is not there|--remote-host there --remote-interface nonesuch|5|^xdpdump: nonesuch: no such interface
END

plan
