# SPDX-License-Identifier: GPL-2.0-only OR MIT
# shellcheck shell=bash
#
# Sourced by live tests. In: the calling script and its arguments. Out: the script running in network and mount
# namespaces of its own, a veth pair, and a directory $work; nothing of it stays behind.
#
#	. replay/netns.sh
#	in_netns "$@"
#	veth_up v0 v1
#	background xdpdump -i v0 -w "$work/out.pcapng" 2>"$work/err"
#	wait_line "$work/err" '^listening on' || exit 1
#
# The script must not set traps for EXIT, INT and TERM of its own.

pids=()		# what `background` started
namespaces=()	# arguments of unshare
work=		# a directory for the script's files

# True in a network namespace other than the one in_netns was first called in.
netns_private()
{
	[[ -n ${XDPDUMP_OUTER_NETNS-} && $(readlink /proc/self/ns/net) != "$XDPDUMP_OUTER_NETNS" ]]
}

# Sets $namespaces to what unshare is to be given. In a chroot, whose root is no mount point, the mounts cannot be made
# private; that is not needed either where they are not shared to begin with.
private_namespaces()
{
	namespaces=(-nm)
	unshare "${namespaces[@]}" true 2>/dev/null && return
	! grep -q ' shared:' /proc/self/mountinfo || return
	namespaces+=(--propagation unchanged)
	unshare "${namespaces[@]}" true 2>/dev/null
}

# Run the calling script again inside, with the arguments given. Without the rights for it the script is skipped (77).
in_netns()
{
	if ! netns_private; then
		if ! private_namespaces; then
			echo "${0##*/}: skipped, private namespaces need root" >&2
			exit 77
		fi
		XDPDUMP_OUTER_NETNS=$(readlink /proc/self/ns/net)
		export XDPDUMP_OUTER_NETNS
		exec unshare "${namespaces[@]}" -- "$BASH" -- "$0" "$@"
	fi
	work=$(mktemp -d) || exit 1
	trap clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

# A pair of up and running interfaces: V0 to capture on, V1 to send on.
veth_up()
{
	local v0=${1:-v0} v1=${2:-v1} mtu=${3:-1500} knob end i

	if ! netns_private; then
		echo "${0##*/}: veth_up outside of in_netns" >&2
		return 1
	fi
	for knob in /proc/sys/net/ipv6/conf/{all,default}/disable_ipv6; do
		[[ ! -e $knob ]] || echo 1 >"$knob" || return 1
	done
	ip link add "$v0" address 02:00:00:00:00:02 mtu "$mtu" type veth \
		peer name "$v1" address 02:00:00:00:00:01 mtu "$mtu" || return 1
	for end in "$v0" "$v1"; do
		ethtool -K "$end" rxvlan off txvlan off >/dev/null || return 1
		ip link set dev "$end" up || return 1
	done
	for ((i = 0; i < 500; i++)); do
		if link_ready "$v0" && link_ready "$v1"; then
			return 0
		fi
		sleep 0.01
	done
	echo "${0##*/}: $v0 and $v1 did not come up" >&2
	return 1
}

# sysfs would answer for the namespace it was mounted in, so netlink is asked.
link_ready()
{
	[[ $(ip -o link show dev "$1") =~ LOWER_UP.*state\ UP ]]
}

# wait_line FILE PATTERN [SECONDS]: wait for a line that matches the extended regular expression, a minute by default.
wait_line()
{
	local file=$1 pattern=$2 end

	end=$(($(now_ms) + ${3:-60} * 1000))
	until grep -Eqs -e "$pattern" -- "$file"; do
		(($(now_ms) < end)) || return 1
		sleep 0.01
	done
}

# Milliseconds of a clock that is never set.
now_ms()
{
	local up

	read -r up _ </proc/uptime
	echo "$((10#${up/./} * 10))"
}

# background CMD...: start it; its process id is in $! and it ends with the script at the latest.
background()
{
	"$@" &
	pids+=("$!")
}

# Set `left` to the processes of `background` that still run: a number that the shell has waited for may belong to
# somebody else by now.
find_left()
{
	local running pid

	running=" $(jobs -pr | tr '\n' ' ')"
	left=()
	for pid in "${pids[@]}"; do
		if [[ $running == *" $pid "* ]]; then
			left+=("$pid")
		fi
	done
}

clean_up()
{
	local status=$? left=() i

	trap '' INT TERM
	find_left
	if ((${#left[@]} > 0)); then
		kill -TERM "${left[@]}" 2>/dev/null || :
		# one that a test has stopped sees TERM when it goes on
		kill -CONT "${left[@]}" 2>/dev/null || :
	fi
	for ((i = 0; ${#left[@]} > 0 && i < 200; i++)); do
		sleep 0.01
		find_left
	done
	if ((${#left[@]} > 0)); then
		kill -KILL "${left[@]}" 2>/dev/null || :
	fi
	if ((${#pids[@]} > 0)); then
		wait "${pids[@]}" 2>/dev/null || :
	fi
	[[ -z $work ]] || rm -rf -- "$work"
	exit "$status"
}
