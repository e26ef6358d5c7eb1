#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What xdpdump-recipes(7) and share/kubernetes tell people to do, as far as it can be done here; the image has scripts/check-oci.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

manual=man/xdpdump-recipes.7
file=$work/file

two_ends || exit 1

# talk NUMBER: datagrams from the other end
talk()
{
	peer python3 -c 'import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(int(sys.argv[1])): s.sendto(b"x", ("10.0.0.2", 9))' "$1"
}

# in_manual LINE: it is one of the page
in_manual()
{
	grep -Fqx ".Dl $1" "$manual" || note "no line '$1' in the manual"
}

begin 'nsenter: the interface of a namespace, the file here'
in_manual '# nsenter --net=/run/netns/blue xdpdump -i eth0 -w eth0.pcapng'
nsenter --net=/run/netns/peer "$dump" -i v1 -c 3 -w "$file" udp port 9 >"$work/out" 2>"$work/err" &
pid=$!
listening || note_file "$work/err"
python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(3): s.sendto(b"x", ("10.0.0.1", 9))'
reap
want 'exit status' 0 "$rc"
want_books "$file"
end

begin 'a user who is not root, with three capabilities'
in_page=$(sed -n '/setpriv --reuid/,/xdpdump/p' "$manual" | tr -d '\\\n' | sed 's/e  */ /g; s/^# //')
[[ $in_page == 'setpriv '*' xdpdump -i eth0 -c 10' ]] || note "the manual has '$in_page'"
read -ra words <<<"${in_page% xdpdump *}"
chmod 755 "$work"
cp "$dump" "$work/xdpdump"
chmod 755 "$work/xdpdump"
"${words[@]}" "$work/xdpdump" -i v0 -c 3 udp port 9 >"$work/out" 2>"$work/err" &
pid=$!
listening && talk 3
reap
want 'exit status' 0 "$rc"
want 'packets printed' 3 "$(grep -c '^\[.* UDP 10.0.0.1:' "$work/out")"
end

begin 'ssh: a capture of another machine'
sshd=$(command -v sshd || echo /usr/sbin/sshd)
if [[ -x $sshd ]] && command -v ssh >/dev/null; then
	in_manual '$ ssh root@there xdpdump -i eth0 -c 1000 -w - udp | tshark -r -'
	mkdir -p /run/sshd
	ssh-keygen -q -t ed25519 -N '' -f "$work/host"
	ssh-keygen -q -t ed25519 -N '' -f "$work/key"
	printf '%s\n' 'Port 22' 'ListenAddress 10.0.0.2' "HostKey $work/host" "AuthorizedKeysFile $work/key.pub" 'StrictModes no' \
		'UsePAM no' 'PermitRootLogin yes' "PidFile none" >"$work/sshd_config"
	background "$sshd" -D -f "$work/sshd_config" -E "$work/sshd.log"
	serving=$!
	answers()
	{
		peer python3 -c 'import socket; socket.create_connection(("10.0.0.2", 22), 1)' 2>/dev/null
	}
	poll answers || { note 'sshd does not answer'; note_file "$work/sshd.log"; }
	peer timeout 60 ssh -F none -T -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i "$work/key" \
		root@10.0.0.2 "$dump" -i v0 -c 3 -w - udp >"$file" 2>"$work/err" &
	pid=$!
	listening && talk 3
	reap
	want 'exit status' 0 "$rc"
	# (what it calls them depends on the port that the sender happens to have)
	want 'packets that tshark reads' 3 "$(tshark -r - -Y udp <"$file" 2>"$work/tshark.err" | wc -l)"
	[[ ${#notes[@]} == 0 ]] || { note_file "$work/tshark.err"; note_file "$work/err"; }
	kill "$serving"
	end
else
	skip 'ssh and sshd are not installed'
fi

begin 'a DaemonSet: its words are a capture, its rights are three capabilities'
if python3 -c 'import yaml' 2>/dev/null; then
	python3 - >"$work/args" 2>"$work/against" <<'END'
import sys, yaml
pod = yaml.safe_load(open("share/kubernetes/daemonset.yaml"))["spec"]["template"]["spec"]
debug = yaml.safe_load(open("share/kubernetes/debug.yaml"))
[container] = pod["containers"]
three = {"drop": ["ALL"], "add": ["NET_ADMIN", "BPF", "PERFMON"]}
for rights in container["securityContext"], debug["securityContext"]:
    if rights["capabilities"] != three or rights["privileged"] or rights["allowPrivilegeEscalation"]:
        print("rights", rights, file=sys.stderr)
if not pod["hostNetwork"] or pod.get("hostPID") or pod["automountServiceAccountToken"]:
    print("pod", pod, file=sys.stderr)
if [v["name"] for v in pod["volumes"]] != [m["name"] for m in container["volumeMounts"]]:
    print("volumes", pod["volumes"], file=sys.stderr)
print(*container["args"], sep="\n")
END
	[[ ! -s $work/against ]] || note_file "$work/against"
	mapfile -t words <"$work/args"
	ip link set v0 down
	ip link set v0 name eth0
	ip link set eth0 up
	mkdir "$work/captures"
	cd "$work/captures" || exit 1
	listen "${words[@]}"
	cd - >/dev/null || exit 1
	talk 3
	python3 -c 'import urllib.request as r
print(r.build_opener(r.ProxyHandler({})).open("http://127.0.0.1:9100/metrics").read().decode())' >"$work/metrics" 2>&1
	want_line "$work/metrics" '^xdpdump_packets_total[{]interface="eth0"'
	finish
	want 'exit status' 0 "$rc"
	want 'files' 1 "$(find "$work/captures" -name 'eth0_*.pcapng' | wc -l)"
	want_accepted "$work"/captures/*
	end
else
	skip 'python3-yaml is not installed'
fi

plan
