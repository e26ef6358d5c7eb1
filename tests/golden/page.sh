#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The page of --info --html: says what the report says, fetches nothing, and what a file says of itself is only text in it.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"

# A page, looked at: check PAGE JSON: elements are closed, and none but those that only show; no address in any attribute; and
# the numbers of the reports, as objects a line.
cat >"$work/check" <<'END'
import html.parser, json, sys
void = {"meta", "rect", "line", "path", "br"}
shows = void | set("html head title style body section h1 h2 small table tr th td div dl dt dd svg text g footer".split())
attributes = set("lang charset content name class width height x y x1 x2 y1 y2 d role aria-label aria-hidden viewbox "
                 "preserveaspectratio text-anchor http-equiv".split())

class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.stack, self.cells, self.rows, self.titles, self.text, self.policy = [], [], [], [], "", None
    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in shows or set(attrs) - attributes:
            print("not expected:", tag, attrs)
        if attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]
        if tag == "tr":
            self.cells = []
        if tag == "td":
            self.cells.append("")
        if tag not in void:
            self.stack.append(tag)
    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
    def handle_endtag(self, tag):
        if tag in void:
            return
        if not self.stack or self.stack.pop() != tag:
            print("closed, and was not open:", tag)
        if tag == "tr" and self.cells:
            self.rows.append(self.cells)
    def handle_data(self, data):
        self.text += data
        if "td" in self.stack:
            self.cells[-1] += data
        if "url(" in data or "@import" in data:
            print("fetches:", data)
        if self.stack[-1:] == ["title"] and "svg" in self.stack:
            self.titles.append(data)

page = Page()
page.feed(open(sys.argv[1], encoding="utf-8").read())
page.close()
if page.stack:
    print("not closed:", page.stack)
if not (page.policy or "").startswith("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"):
    print("policy:", page.policy)
expected, columns = [], 0
for line in open(sys.argv[2]):
    r = json.loads(line)
    some = [n for n, s in enumerate(r["sizes"]) if s["packets"]]
    for s in r["sizes"][some[0]:some[-1] + 1] if some else []:
        expected.append([str(s["packets"]), str(s["bytes"])])
    for rows in r["protocols"], r["verdicts"]:
        expected += [[str(p["packets"]), str(p["bytes"])] for p in rows.values() if p["packets"]]
    expected += [[t["address"], str(t["packets"]), str(t["bytes_sent"]), str(t["bytes_received"])] for t in r["top_talkers"]]
    expected += [[str(i["id"]), i["link_type"], str(i["packets"]), str(i["bytes"])] for i in r["interfaces"]]
    if float(r.get("duration", 0)) > 0:
        columns += 2 * len(r["timeline"]["packets"])
pick = lambda cells: [cells[1], cells[3]] if len(cells) == 6 else cells[:4] if len(cells) == 5 else \
    [cells[0], cells[3], cells[4], cells[5]]
found = [pick(cells) for cells in page.rows]
for a, b in zip(expected, found):
    if a != b:
        print("expected", a, "found", b)
if len(expected) != len(found) or columns != len(page.titles):
    print(len(expected), "rows expected,", len(found), "found;", columns, "columns of charts,", len(page.titles), "found")
for words in sys.argv[3:]:
    if words not in page.text:
        print("not in it:", words)
END

if wanted "a_page_says_what_the_report_says" python3; then
	for reads in "-r tests/pcaps/mixed.pcap" \
		"-r tests/pcaps/sizes.pcap -r tests/pcaps/files/pcapng_verdicts_of_all_kinds.pcapng -r tests/pcaps/fragments6.pcap ip or ip6"; do
		# shellcheck disable=SC2086 # words
		{
			"$dump" --info --html "$work/page" $reads || echo "exit $?"
			"$dump" --info -T json $reads >"$work/json" || echo "exit $?"
			python3 "$work/check" "$work/page" "$work/json" "tests/pcaps/"
		}
	done >"$work/against" 2>&1
	{
		[[ $(stat -c %a "$work/page") == 600 ]] || stat "$work/page"
		"$dump" --info --html - -r tests/pcaps/fragments6.pcap >"$work/printed"
		"$dump" --info --html "$work/page" -r tests/pcaps/fragments6.pcap
		cmp "$work/printed" "$work/page"
	} >>"$work/against" 2>&1
	verdict "a_page_says_what_the_report_says"
fi

# In names, comments, the filter and the name of the file.
if wanted "what_a_file_says_of_itself_is_no_markup" python3; then
	python3 - "$work" <<'END'
import sys
sys.path.insert(0, "scripts")
sys.dont_write_bytecode = True
from fixture_files import *
ng, bad = Ng("<"), b"</dd></td><script>alert('1')</script><img src=\"http://192.0.2.1/x\" onerror=alert(1)>&lt;\x1b[31m\xff"
open(sys.argv[1] + "/<img src=x>", "wb").write(
    ng.shb((1, bad), (2, bad), (3, bad), (4, bad)) + ng.idb((2, bad), (3, bad), (1, bad), (11, b"\0" + bad), (12, bad)) +
    ng.epb((START_SEC * SEC, bytes(60), 60)) + ng.isb(SEC, (1, bad), (4, ng.pack("Q", 7))))
END
	{
		"$dump" --info --html "$work/page" -r "$work/<img src=x>" || echo "exit $?"
		"$dump" --info -T json -r "$work/<img src=x>" >"$work/json" || echo "exit $?"
		python3 "$work/check" "$work/page" "$work/json" "/<img src=x>" \
			"</dd></td><script>alert('1')</script><img src=\"http://192.0.2.1/x\" onerror=alert(1)>&lt;\\x1b[31m\\xff"
		[[ $(grep -c $'\x1b' "$work/page") == 0 ]] || echo "an escape character is in it"
	} >"$work/against" 2>&1
	verdict "what_a_file_says_of_itself_is_no_markup"
fi

{
	"$dump" --info --html "$work/page" -r tests/pcaps/files/damaged_pcap_garbage_tail.pcap -r tests/pcaps/udp.pcap >"$work/text" 2>"$work/said"
	status=$?
	((status == 1)) || echo "exit $status"
	grep -q 'Not complete: .*damaged_pcap_garbage_tail.pcap: damaged at byte' "$work/page" || echo "the page does not say so"
	grep -q '<h1>tests/pcaps/udp.pcap</h1>' "$work/page" || echo "the next file is not in it"
	grep -q 'garbage_tail.pcap: damaged at byte' "$work/said" || cat "$work/said"
	cat "$work/text"
} >"$work/against" 2>&1
verdict "a_page_of_a_damaged_file_tells_what_could_be_read"

# An old page stays, and no empty one is left.
{
	echo old >"$work/page"
	for name in page other; do
		"$dump" --info --html "$work/$name" -r /nonexistent 2>"$work/said"
		status=$?
		((status == 1)) || echo "exit $status"
		"$dump" --info --html "$work/$name" -r tests/pcaps/udp.pcap 'tcp porty 80' 2>"$work/said"
		status=$?
		((status == 2)) || echo "exit $status"
	done
	[[ $(cat "$work/page") == old ]] || echo "the old page is gone"
	[[ ! -e $work/other ]] || echo "an empty page is left"
} >"$work/against" 2>&1
verdict "of_nothing_there_is_no_page"

# refuses STATUS PATTERN OPTIONS...
refuses()
{
	"$dump" --info "${@:3}" 2>"$work/said"
	local status=$?

	((status == $1)) || echo "exit $status: ${*:3}"
	grep -q -e "$2" "$work/said" || cat "$work/said"
	(($(wc -l <"$work/said") == 1)) || cat "$work/said"
}
cp tests/pcaps/udp.pcap "$work/self"
echo udp >"$work/expression"
echo "$work/self" >"$work/list"
{
	refuses 2 'self: cannot read from and write to the same file' -r "$work/self" --html "$work/self"
	refuses 2 'expression: cannot read from and write to the same file' -r "$work/self" -F "$work/expression" --html "$work/expression"
	refuses 2 'list: cannot read from and write to the same file' -V "$work/list" --html "$work/list"
	refuses 1 'cannot open for writing' -r "$work/self" --html "$work/none/page"
	refuses 6 '/dev/full: cannot write: No space left' -r "$work/self" --html /dev/full
	refuses 2 'self: cannot read from and write to the same file' -r "$work/self" -r tests/pcaps/arp.pcap --html "$work/self"
	refuses 2 'self: cannot read from and write to the same file' -r tests/pcaps/arp.pcap -r "$work/self" --html "$work/self"
	cmp "$work/self" tests/pcaps/udp.pcap
	[[ $(cat "$work/expression" "$work/list") == $'udp\n'"$work/self" ]] || echo "it is not what it was"
} >"$work/against" 2>&1
verdict "what_cannot_be_written_is_told"

echo "1..$n"
