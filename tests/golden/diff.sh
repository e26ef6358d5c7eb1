#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# --diff beside its lines, which CASES has: from pipes, of several files, of files that grow; what
# JSON says; how it ends. Of files that are damaged: tests/unit/test_diff.c.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/lib.sh"

both=tests/pcaps/files/pcapng_verdicts.pcapng
tools=tests/pcaps/files/pcapng_verdicts_xdp_tools.pcapng

"$dump" -r $both --diff -v >"$work/file"
{
	"$dump" -r - --diff -v <$both | diff - "$work/file"
	gzip -c $both | "$dump" -r - --diff -v | diff - "$work/file"
	"$dump" -r $both -w - | "$dump" -r - --diff -v | diff - "$work/file"
	"$dump" -r $both -w "$work/cut.pcapng" --compress zstd &&
		"$dump" -r "$work/cut.pcapng" --diff -v | diff - "$work/file"
} >"$work/against" 2>&1
verdict "a_pipe_and_a_rewritten_file_say_the_same"

# Ids are those of one capture: what two files share is kept apart, whatever the order.
{
	"$dump" -r $both -r $both -r $tools --diff -t >"$work/three" || echo "exit $?"
	grep -qx '36 packets with both images: 30 changed, 6 unchanged' "$work/three" || tail -n 9 "$work/three"
	! grep -E 'without a|alone' "$work/three"
	"$dump" -r $both -r $tools -w "$work/merged.pcapng" &&
		"$dump" -r "$work/merged.pcapng" --diff -q >"$work/merged"
	grep -qx '21 packets with both images: 18 changed, 3 unchanged' "$work/merged" || cat "$work/merged"
} >"$work/against" 2>&1
verdict "packets_of_several_files_are_kept_apart"

# Without verdicts and names there is nothing to go by.
{
	"$dump" -r $both --format pcap -w "$work/both.pcap" &&
		"$dump" -r "$work/both.pcap" --diff >"$work/text" 2>"$work/said" || echo "exit $?"
	grep -qx '30 packets without a packet id, so without another image' "$work/text" || cat "$work/text"
	grep -q 'no packet has both images' "$work/said" || cat "$work/said"
} >"$work/against" 2>&1
verdict "pcap_keeps_nothing_of_it"

if wanted "json_says_the_same" python3; then
	"$dump" -r $both -r $tools --diff -T json -v >"$work/json" 2>"$work/against"
	"$dump" -r $both -r $tools --diff -v >"$work/text" 2>>"$work/against"
	python3 - "$work/json" "$work/text" >>"$work/against" 2>&1 <<'END'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
text = open(sys.argv[2]).read()
packets, totals = rows[:-1], rows[-1]
if totals["pairs"] != len(packets) or totals["changed"] != sum(1 for p in packets if p["changes"]):
    print("totals", totals)
lines = [line for line in text.split("\n") if line.startswith("\t") and line != "\tunchanged"]
if sum(len(p["changes"]) for p in packets) != len(lines):
    print("changes", len(lines))
for p in packets:
    for c in p["changes"]:
        if c["kind"] == "field" and f": {c['what']} {c['before']} -> {c['after']}\n" not in text:
            print(c)
        if c["kind"] in ("field", "bytes") and not 0 <= c["entry_offset"] <= p["entry_len"] - c["bytes"]:
            print(c)
for key, v in totals["verdicts"].items():
    if f"  {key.replace('_', ' ').upper():18} {v['packets']:14}" not in text:
        print(key, v)
END
	verdict "json_says_the_same"
fi

# A pair is printed when it is there, and a signal ends it with the totals.
"$dump" -r $both -w "$work/all.pcapng"
head -c 1000 "$work/all.pcapng" >"$work/grows.pcapng"
"$dump" -r "$work/grows.pcapng" --follow --diff -t >"$work/text" 2>"$work/said" </dev/null &
pid=$!
{
	begun 60 grep -q 'IPv4 destination' "$work/text"
	tail -c +1001 "$work/all.pcapng" >>"$work/grows.pcapng"
	begun 60 grep -q 'not right: 0x1742' "$work/text"
	kill -INT $pid
	wait $pid || echo "exit $?"
	grep -qx '15 packets with both images: 12 changed, 3 unchanged' "$work/text" || cat "$work/text" "$work/said"
} >"$work/against" 2>&1
verdict "a_file_that_grows_is_told_until_a_signal"

{
	"$dump" -r $both --diff >/dev/full 2>"$work/said"
	[[ $? == 6 ]] || echo "a full disk: another exit status"
	grep -q 'stdout' "$work/said" || cat "$work/said"
	"$dump" -r $both --diff 'tcp porty 1' >"$work/text" 2>"$work/said"
	[[ $? == 2 && ! -s $work/text ]] || echo "a filter that is none: another exit status"
	"$dump" -r /nonexistent --diff >"$work/text" 2>"$work/said"
	[[ $? == 1 && ! -s $work/text ]] || echo "no file: another exit status"
} >"$work/against" 2>&1
verdict "what_goes_wrong_is_said_by_the_exit_status"
echo "1..$n"
