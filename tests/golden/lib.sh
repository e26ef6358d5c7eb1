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

# patiently FILE...: without what is said when the disk or a command takes more than a second, as on a busy machine anything can
patiently()
{
	sed -i '/: waiting for .*; a signal ends that$/d' "$@"
}

# verdict SENTENCE: what $work/against holds speaks against it.
verdict()
{
	n=$((n + 1))
	[[ ! -s $work/against ]] || patiently "$work/against"
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

# In $work: captures with much in front of their packets. `many`: 3000 interfaces, and packets of some of them; `long`: comments
# and names of 60000 bytes; `stats`: statistics with long comments.
captures_with_much_in_front()
{
	python3 - "$work" <<'END'
import sys
sys.path.insert(0, "scripts")
sys.dont_write_bytecode = True
from fixture_files import *
ng, work = Ng("<"), sys.argv[1]
packet = lambda n: ((START_SEC + n) * SEC, bytes([n % 256]) * 60, 60)
long = b"x" * 60000
open(work + "/many", "wb").write(
    ng.shb() + b"".join(ng.idb((2, b"if%d" % i)) for i in range(3000)) +
    b"".join(ng.isb(SEC, (4, ng.pack("Q", i)), iface=i) for i in range(3000)) +
    b"".join(ng.epb(packet(n), iface=n * 7 % 3000) for n in range(600)))
open(work + "/long", "wb").write(
    ng.shb((1, long), (3, long)) + ng.idb((2, b"eth0"), (3, long), (1, long), (1, long), (1, b"short")) +
    b"".join(ng.epb(packet(n)) for n in range(600)))
open(work + "/late", "wb").write(
    ng.shb() + b"".join(ng.idb((2, b"n" * 900)) + ng.epbs([packet(n)] * 20, iface=n) for n in range(6)))
open(work + "/stats", "wb").write(
    ng.shb() + ng.idb() + ng.isb(SEC, (1, b"first"), (1, long), (1, b"third")) + b"".join(ng.epb(packet(n)) for n in range(100)))
END
}

# In $work: packets of 262145 bytes, as of `ethernet` and of `usb`.
captures_of_long_packets()
{
	python3 - "$work" <<'END'
import sys
sys.path.insert(0, "scripts")
sys.dont_write_bytecode = True
from fixture_files import *
ng = Ng("<")
for name, link in (("ethernet", 1), ("usb", 249)):
    packets = [(SEC * (i + 1), bytes([i]) * n, n) for i, n in enumerate((60, 262145, 60))]
    open(f"{sys.argv[1]}/{name}", "wb").write(ng.shb() + ng.idb(link=link, snaplen=0) + ng.epbs(packets))
END
}

# In `files`, and as options in `reads`: the captures of which --info and capinfos say the same. Left out is what
# capinfos 4.0 cannot read or sees otherwise: what it takes for malformed or does not know; packets of blocks that
# have no time; powers of 2, and 10^-12 and less, which it rounds; times printed with fewer digits; names that we
# escape or leave out because they are empty; a snap length of 0; the interfaces of several sections, which it
# repeats.
captures_for_info()
{
	local file

	files=(tests/pcaps/*.pcap)
	for file in tests/pcaps/files/{linktype,pcap}*; do
		case $file in
		*unknown*65000* | *reserved_bits* | *malformed* | *custom_blocks* | *processes* | *journal* | *simple_packets*) ;;
		*tsresol_10_[013]* | *tsresol_10_1[29]* | *tsresol_2_*) [[ $file != *10_9* ]] ;;
		*hostile* | *empty_strings* | *snaplen_zero* | *section_header_only* | *sections_of_both* | *two_sections*) ;;
		*) files+=("$file") ;;
		esac
	done
	reads=()
	for file in "${files[@]}"; do
		reads+=(-r "$file")
	done
}
