#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# --metrics: what Prometheus is told, where, and that nobody who asks disturbs the capture.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

file=$work/file
veth_up v0 v1 || exit 1
ip link set lo up
if "$dump" --version -v | grep -q 'built without libmicrohttpd'; then
	echo "1..0 # SKIP built without libmicrohttpd"
	exit 0
fi

# value METRIC: of the last page, with its labels as a regular expression
value()
{
	sed -nE "s/^xdpdump_$1 ([0-9.e+]+)\$/\1/p" "$work/page"
}

tells()
{
	scrape "${@:3}" && [[ $(value "$1") == "$2" ]]
}

# Threads beside the first that SIGTSTP or SIGWINCH could come to.
interruptible()
{
	local task mask

	for task in "/proc/$pid/task"/*; do
		mask=$(sed -n 's/^SigBlk:[[:space:]]*//p' "$task/status")
		[[ ${task##*/} == "$pid" ]] || (((16#$mask & 16#8080000) == 16#8080000)) || echo "$(<"$task/comm") $mask"
	done
}

# A Python that has the parser of Prometheus' own client.
for python in python3 /usr/bin/python3; do
	"$python" -c 'import prometheus_client' 2>/dev/null && break
	python=
done

begin 'the numbers of the file, in both formats'
listen -i v0 -w "$file" --metrics 9100
frames 250 -p udp
poll tells 'seen_packets_total\{interface="v0",point="entry"\}' 250 9100 || note 'it does not tell of 250 packets'
want 'the type' '200 text/plain; version=0.0.4; charset=utf-8' "$(cat "$work/head")"
want 'delivered' 250 "$(value 'delivered_packets_total\{interface="v0",point="entry"\}')"
want 'received' 250 "$(value 'packets_total\{interface="v0",point="entry",direction="in"\}')"
want 'UDP' 250 "$(value 'udp_packets_total\{interface="v0",point="entry",direction="in"\}')"
want 'lost' 0 "$(value 'lost_packets_total\{interface="v0",point="entry",cause="ring_full"\}')"
want 'captured' 250 "$(value captured_packets_total)"
want 'files' 1 "$(value files_total)"
want_line "$work/page" '^xdpdump_build_info\{version="[^"]+"\} 1$'
want_line "$work/page" '^xdpdump_disk_free_bytes [1-9]'
want_line "$work/page" '^xdpdump_last_packet_timestamp_seconds [1-9]'
if command -v promtool >/dev/null; then
	want_true promtool promtool check metrics <"$work/page"
fi
cp "$work/page" "$work/plain"
scrape 9100 'application/openmetrics-text; version=1.0.0,text/plain;q=0.5'
want 'the type' '200 application/openmetrics-text; version=1.0.0; charset=utf-8' "$(cat "$work/head")"
want 'the end' '# EOF' "$(tail -n 1 "$work/page")"
if [[ $python ]]; then
	want_true 'the text format' "$python" -c 'import sys
from prometheus_client.parser import text_string_to_metric_families as parse
assert len(list(parse(open(sys.argv[1]).read()))) > 15' "$work/plain"
	want_true 'OpenMetrics' "$python" -c 'import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
assert len(list(parse(open(sys.argv[1]).read()))) > 15' "$work/page"
fi
scrape 9100 text/plain /
want 'another page' 404 "$(cut -d' ' -f1 "$work/head")"
scrape 9100
want 'threads that a signal can come to' '' "$(interruptible)"
kill -USR2 "$pid"
finish
want 'exit status' 0 "$rc"
want_books "$file"
end

# of_v0 METRIC: by the books of that interface
of_v0()
{
	value "$1_packets_total\\{interface=\"v0\",point=\"entry\"\\}"
}

left_out()
{
	echo "$(($(of_v0 sampled_out) + $(of_v0 flow_cut) + $(of_v0 rate_limited)))"
}

# told_of_all N: so many have come, and each is left out or a record
told_of_all()
{
	scrape 9100 && [[ $(of_v0 seen) == "$1" ]] && (($(left_out) > 0 && $(left_out) + $(value records_total) == $1))
}

begin 'of what is left out, and of records, there are numbers as well; the dashboard asks for none that there is not'
if "$dump" --version -v | grep -q 'without libcurl'; then
	skip 'built without libcurl'
else
	mkdir "$work/spool"
	listen -i v0 --metrics 9100 --sample 1/2 --flow-limit 3 --rate-limit 1000000/s --to clickhouse://127.0.0.1:1/a.b \
		--spool "$work/spool"
	frames 250 -p udp
	poll told_of_all 250 || note "of 250 packets were $(left_out) left out, and $(value records_total) are records"
	want 'refused' 0 "$(value records_refused_total)"
	cat "$work/page" >>"$work/plain"
	while read -r name; do
		want_line "$work/plain" "^# TYPE $name "
	done < <(grep -o 'xdpdump_[a-z0-9_]*' share/grafana/xdpdump.json | sort -u)
	finish
	want 'exit status' 0 "$rc"
	end
fi

begin 'a thousand connections that say nothing: no packet is lost, and who asks is answered'
listen -i v0 -w "$file" --metrics 9100
background python3 -c '
import resource, socket, sys, time
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
all = []
for i in range(1000):
    s = socket.socket()
    s.setblocking(False)
    s.connect_ex(("127.0.0.1", 9100))
    all.append(s)
print("connected", flush=True)
time.sleep(600)' >"$work/idle"
idle=$!
poll grep -qs connected "$work/idle" || note 'they do not connect'
frames 200000 -r 100000
poll tells captured_packets_total 200000 9100 || note "it tells of $(value captured_packets_total) packets"
kill "$idle"
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'in the file' 200000 "${epb-}"
want 'lost' 0 "${osdrop-}"
end

begin 'a socket by its path: what was left there is no obstacle, and it goes with us'
listen -i v0 --metrics "unix:$work/socket" -w "$file"
poll scrape "$work/socket" || note 'nobody answers'
want 'answered' 200 "$(cut -d' ' -f1 "$work/head")"
finish KILL
want_true 'it is left' test -S "$work/socket"
listen -i v0 --metrics "unix:$work/socket" -w "$file"
run -i v0 --metrics "unix:$work/socket"
want 'of another one that listens there' 1 "$rc"
want_line "$work/err" '^xdpdump: --metrics unix:.*: cannot listen there: Address already in use$'
finish
want_true 'it has gone' test ! -e "$work/socket"
end

begin 'where nobody can listen nothing is attached'
run -i v0 --metrics 192.0.2.77:9100
want 'exit status' 1 "$rc"
want_line "$work/err" '^xdpdump: --metrics 192.0.2.77:9100: cannot listen there: Cannot assign requested address$'
want_detached
end
plan
