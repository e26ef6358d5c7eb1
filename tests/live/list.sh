#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# -D: what interfaces there are, in which namespace, and how they would be captured, as a table and as JSON.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

mount -t tmpfs none /run || exit 1
veth_up v0 v1 || exit 1
cat >"$work/stranger.c" <<'EOF'
__attribute__((section("xdp"))) int stranger(void *ctx) { return 2; }
char gpl[] __attribute__((section("license"))) = "GPL";
EOF
"${CLANG:-clang}" -target bpf -O2 -g -c "$work/stranger.c" -o "$work/stranger.o" || exit 1

# row NAME: of the table, one blank between words
row()
{
	sed -nE "s/^ *[0-9]+ +([^ ]+ +)?$1 .*/&/p" "$work/out" | tr -s ' '
}

# says JQ-EXPRESSION: of each object, those on one line
says()
{
	jq -r "$1" "$work/out" | paste -sd ' '
}

begin 'kind, driver, address and the hook of each, and the number that -i takes'
ip link add br0 type bridge
vlan=
! ip link add link v0 name v0.5 type vlan id 5 2>/dev/null || vlan=1
tun=
! ip tuntap add dev t0 mode tun 2>/dev/null || { tun=1; ip tuntap add dev t1 mode tap; }
run -D
want 'exit status' 0 "$rc"
want 'the row of v0' '02:00:00:00:00:02 native: the driver has XDP' \
	"$(row v0 | sed -n 's/^ *3 v0 up - - - - veth veth //p')"
want_line "$work/out" ' br0 +down +- +- +- +- +bridge +bridge +[0-9a-f:]{17}  tc: the driver has no XDP$'
[[ ! $vlan ]] || want_line "$work/out" ' v0.5 .* vlan +802.1Q +02:00:00:00:00:02  tc: '
want_line "$work/out" ' lo +down +- +- +- +- +loopback +- +00:00:00:00:00:00  tc: '
if [[ $tun ]]; then
	want_line "$work/out" ' t0 .* tun +tun +- +tc: its packets begin with an IP header$'
	want_line "$work/out" ' t1 .* tap +tun +[0-9a-f:]{17}  native: '
	ip link del t0
	ip link del t1
fi
want 'columns begin at the same place in each row' 1 \
	"$(awk '{ print match($0, /(Hook|native:|tc:|none:)/) }' "$work/out" | sort -u | wc -l)"
ip link del br0
[[ ! $vlan ]] || ip link del v0.5
end

begin 'the hook that it names is the one that is taken'
for name in v0 lo; do
	run -D
	hook=$(row $name | sed -E 's/.* (native|tc|none): .*/\1/')
	listen -i $name -w "$work/file"
	want_line "$work/err" "^listening on $name, ($hook mode|received at $hook)"
	finish
done
end

begin 'as JSON: an object for each, with its programs'
ip link set dev v0 xdpdrv obj "$work/stranger.o" sec xdp >"$work/ip" 2>&1 || note "ip: $(<"$work/ip")"
id=$(ip -o link show dev v0 | sed -nE 's/.*prog\/xdp id ([0-9]+).*/\1/p')
# as it would be captured
hook=none
why='stranger is there; --observe front calls it'
start -i v0 -w "$work/file"
if listening; then
	finish
	hook=native
	why='stranger is there, which is traced'
fi
run -D -T json
want 'exit status' 0 "$rc"
want 'names' 'lo v1 v0' "$(says .name)"
want 'numbers' '1 2 3' "$(says .number)"
want 'what is there' "stranger $id native true" "$(says '.xdp[] | "\(.name) \(.id) \(.mode) \(.tag |
	test("^[0-9a-f]{16}$"))"')"
want 'hooks' "tc native $hook" "$(says .hook)"
want 'why' "$why" "$(says 'select(.name == "v0").why')"
want 'state, kind, driver, address' 'up veth veth 02:00:00:00:00:02' \
	"$(says 'select(.name == "v0") | "\(.state) \(.kind) \(.driver) \(.address)"')"
run -D
want_line "$work/out" \
	"^ *3 +v0 +up +stranger +$id +native +[0-9a-f]{16} +veth +veth +02:00:00:00:00:02  $hook: $why\$"
ip link set dev v0 xdpdrv off
listen -i v0 -w "$work/file"
run -D
want_line "$work/out" '^ *3 +v0 +up +xdpdump .* none: another xdpdump captures there$'
finish
run -D -T csv
want 'exit status of CSV' 2 "$rc"
end

begin 'those that are there all the time are listed while others come and go'
for ((i = 0; i < 40; i++)); do		# more than one answer of the kernel holds
	echo "link add many$i type veth peer name more$i"
done | ip -batch -
rm -f "$work/enough"
(until [[ -e $work/enough ]]; do	# ends by itself: what it runs would outlive it
	ip link add x0 type veth peer name x1
	ip link del x0
done) >/dev/null 2>&1 &
others=$!
pids+=("$others")
for ((i = 0; i < 30 && ${#notes[@]} == 0; i++)); do
	run -D
	want 'exit status' 0 "$rc"
	for name in lo v0 v1; do
		want_line "$work/out" "^ *[0-9]+ +$name +"
	done
done
: >"$work/enough"
wait "$others"
for ((i = 0; i < 40; i++)); do
	echo "link del many$i"
done | ip -batch -
end

begin 'those of all namespaces: with a name, of a process, mounted somewhere; each once'
ip netns add red
ip netns add blue
ip link add w0 type veth peer name eth0 netns blue
ln -s blue /run/netns/also
unshare -n sleep 600 &
sleeper=$!
pids+=("$sleeper")
: >"$work/mounted"
unshare -n mount --bind /proc/thread-self/ns/net "$work/mounted" 2>/dev/null ||
	unshare -n sh -c "mount --bind /proc/\$\$/ns/net $work/mounted"
# In a namespace of its own, and the program that it is listed as.
has_come()
{
	[[ $(readlink "/proc/$sleeper/ns/net") != "$(readlink /proc/self/ns/net)" && $(<"/proc/$sleeper/comm") == sleep ]]
}
poll has_come || note 'nobody sleeps in a namespace'
run -D --all-netns
want 'exit status' 0 "$rc"
want_line "$work/out" '^ *# +Namespace +Interface +State '
want_line "$work/out" '^ *3 +- +v0 +up '
want_line "$work/out" '^ *2 +also +eth0 +down .* native: '
want_no_line "$work/out" '^ *[0-9]+ +blue '
want_line "$work/out" '^ *1 +red +lo '
want_line "$work/out" "^ *1 +$sleeper \\(sleep\\) +lo "
want_line "$work/out" "^ *1 +$work/mounted +lo "
rm /run/netns/also
run -D --all-netns -T json
want 'of blue' '1 lo 2 eth0' "$(says 'select(.netns == "blue") | "\(.number) \(.name)"')"
want 'of ours' 'lo v1 v0 w0' "$(says 'select(has("netns") | not) | .name')"
want 'of the process' 'sleep lo' "$(says "select(.netns == \"$sleeper\") | \"\\(.process) \\(.name)\"")"
run -D --netns blue --netns red
want 'of two' 'blue lo blue eth0 red lo' "$(sed 1d "$work/out" | awk '{ print $2, $3 }' | paste -sd ' ')"
kill "$sleeper"
umount "$work/mounted"
end

begin 'one that is not there is an error; what may not be looked at is left out, or said'
run -D --netns nope
want 'exit status' 5 "$rc"
want_line "$work/err" '^xdpdump: nope: no such network namespace'
setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$dump" -D --all-netns >"$work/out" 2>"$work/err"
want 'exit status without CAP_SYS_ADMIN' 3 $?
want_line "$work/err" '^xdpdump: blue: entering another network namespace takes CAP_SYS_ADMIN$'
want_line "$work/out" '^ *3 +- +v0 '
run --all-netns
want 'exit status without -D' 2 "$rc"
end

plan
