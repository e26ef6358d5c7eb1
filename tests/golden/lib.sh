# SPDX-License-Identifier: GPL-2.0-only OR MIT
# shellcheck shell=bash disable=SC2034
#
# Sourced by the tests of golden/ and peers/: a directory $work, and sentences with what speaks against them.
set -u
cd "${BASH_SOURCE[0]%/*}/../.." || exit 1
export TZ=UTC LC_ALL=C
B=$(realpath "${B:-build}") || exit 1
dump=$B/xdpdump
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0

# verdict SENTENCE: what $work/against holds speaks against it.
verdict()
{
	n=$((n + 1))
	if [[ -s $work/against ]]; then
		echo "not ok $n - $1"
		head -n 20 "$work/against" | sed "s,$work/,,g; s/^/# /"
	else
		echo "ok $n - $1"
	fi
}

# wanted SENTENCE TOOL...: skips what needs tools that are not there.
wanted()
{
	local tool

	for tool in "${@:2}"; do
		command -v "$tool" >/dev/null && continue
		n=$((n + 1))
		echo "ok $n - $1 # SKIP $tool is not installed"
		return 1
	done
}

# begun SECONDS COMMAND...: until it succeeds
begun()
{
	local end=$((SECONDS + $1))

	until "${@:2}"; do
		((SECONDS <= end)) || { echo "not within $1 s: ${*:2}"; return 1; }
		sleep 0.01
	done
}
