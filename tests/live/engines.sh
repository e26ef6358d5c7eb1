#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# --to clickhouse and kafka: records of packets, delivered to a server of ClickHouse, and to librdkafka's mock of Kafka.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

export XDPDUMP_SANDBOX_KILL=1
veth_up v0 v1 || exit 1
ip link set lo up
file=$work/file
spool=$work/spool
mkdir "$spool"
versions=$("$dump" --version -v)

# ---- ClickHouse ----

port=8123
table=clickhouse://127.0.0.1:$port/xdpdump.packets
server=

cat >"$work/config.xml" <<END
<yandex>
<logger><level>error</level><console>1</console></logger>
<listen_host>127.0.0.1</listen_host><http_port>$port</http_port>
<path>$work/clickhouse/</path><tmp_path>$work/clickhouse/tmp/</tmp_path>
<mark_cache_size>5368709120</mark_cache_size>
<users_config>$work/users.xml</users_config>
<default_profile>default</default_profile><default_database>default</default_database>
</yandex>
END
cat >"$work/users.xml" <<'END'
<yandex>
<profiles><default/></profiles><quotas><default/></quotas>
<users>
<default><password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota></default>
<writer><password>se=cret</password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota></writer>
</users>
</yandex>
END

# sql STATEMENT [PARAMETER=VALUE]: its answer
sql()
{
	python3 - "$port" "$1" "${2-}" <<'END'
import sys, urllib.error, urllib.request
try:
    at = f"http://127.0.0.1:{sys.argv[1]}/?{sys.argv[3]}"
    sys.stdout.write(urllib.request.urlopen(at, data=sys.argv[2].encode()).read().decode())
except urllib.error.HTTPError as e:
    sys.exit(e.read().decode())
END
}

answers()
{
	[[ $(sql 'SELECT 1' 2>/dev/null) == 1 ]] || ended "$server"
}

server_begins()
{
	mkdir -p "$work/clickhouse/tmp"
	background clickhouse-server --config-file="$work/config.xml" >"$work/server" 2>&1
	server=$!
	poll answers
	! ended "$server" || { note 'the server has ended:'; note_file "$work/server"; }
}

# As if its machine had lost power, but for the disk.
server_is_killed()
{
	kill -KILL "$server"
	wait "$server" 2>/dev/null
}

make_table()
{
	local statement

	while IFS= read -r -d ';' statement; do
		sql "$statement" || return
	done < <(sed 's/--.*//' share/clickhouse/xdpdump.sql)
}

# Records in the table; and those that differ.
rows()
{
	sql "SELECT count() FROM xdpdump.packets${1:+ WHERE $1}"
}

distinct()
{
	sql 'SELECT uniqExact(host, capture, number) FROM xdpdump.packets'
}

has_rows()
{
	(($(rows 2>/dev/null || echo 0) >= $1))
}

empty_table()
{
	# what is truncated can come back when the server is killed
	sql 'DROP TABLE xdpdump.packets' || note 'the table cannot be dropped'
	make_table || note 'the table cannot be made'
}

# want_records MADE DELIVERED SPOOLED REFUSED, by the last run
want_records()
{
	want_line "$work/err" ": $1 records: $2 delivered, $3 in the spool, $4 refused\$"
}

# As was said by the last run: made delivered spooled refused
records()
{
	sed -nE 's/^.*: ([0-9]+) records: ([0-9]+) delivered, ([0-9]+) in the spool, ([0-9]+) refused$/\1 \2 \3 \4/p' \
		"$work/err"
}

# What is made is delivered, in the spool, or refused; the former two are captured, or @1.
want_sums()
{
	local made delivered spooled refused

	read -r made delivered spooled refused < <(records)
	want 'delivered, in the spool and refused' "${made:-nothing said}" "$((delivered + spooled + refused))"
	want 'captured' "${1-$(summary captured)}" "$((delivered + spooled))"
}

# All threads of the process that delivers have a list of system calls, where there are such lists.
want_list()
{
	[[ -n $sanitized || $versions != *'sandbox: with seccomp'* ]] ||
		want 'Seccomp' 2 "$(sed -n 's/^Seccomp:\t//p' "/proc/$(deliverer)"/task/*/status | sort -u)"
}

# deliver_captures TARGET: all that there are, so many records, in n
deliver_captures()
{
	local capture made

	n=0
	for capture in tests/pcaps/*.pcap; do
		run -r "$capture" --to "$1"
		want "exit status for $capture" 0 "$rc"
		read -r made _ < <(records)
		want_records "$made" "$made" 0 0
		n=$((n + made))
	done
}

# Of a run with --control.
stats_tell()
{
	[[ $("$dump" ctl "$work/control" stats 2>&1 |
		jq -r '.records | "\(.made) \(.delivered) \(.spooled) \(.refused)"') == "$1" ]]
}

# The process that delivers, of the run that is going on.
deliverer()
{
	pgrep -P "$pid"
}

if [[ $versions == *'without libcurl'* ]] || ! command -v clickhouse-server >/dev/null; then
	begin 'ClickHouse'
	skip 'there is no libcurl, or no server'
else
	server_begins
	begin 'a table is made as the schema says'
	want_true 'the schema' make_table
	want 'rows' 0 "$(rows)"
	end

	begin 'each packet of the captures is a row, in the types of the schema'
	deliver_captures "$table"
	want 'rows' "$n" "$(rows)"
	want 'different rows' "$n" "$(distinct)"
	# what the table has is what is printed, field by field
	for capture in tests/pcaps/*.pcap; do
		"$dump" -r "$capture" -T json --offsets 2>/dev/null
	done >"$work/printed"
	sql 'SELECT * FROM xdpdump.packets ORDER BY capture, number FORMAT JSONEachRow' \
		output_format_json_quote_64bit_integers=0 >"$work/stored"
	want_true 'the values' python3 - "$work/printed" "$work/stored" "$PWD" "$(uname -n)" <<'END'
import json, sys
printed, stored = ([json.loads(line) for line in open(f)] for f in sys.argv[1:3])
assert len(printed) == len(stored), (len(printed), len(stored))
keys = set()
for p, s in zip(printed, stored):
    p["file"] = sys.argv[3] + "/" + p["file"]
    keys |= p.keys()
    assert s["host"] == sys.argv[4] and s["number"] == p["frame_frame_number"], (p, s)
    for key, value in s.items():
        if key not in ("host", "capture", "number"):
            assert p.get(key, value) == value, (key, p[key], value)
            assert key in p or value in (None, "", 0, []), (key, value)
    assert not p.keys() - s.keys(), p.keys() - s.keys()
assert len(keys) > 60, len(keys)
END
	end

	empty_table
	begin 'of a capture a row names the packet in its file, from which it is fetched'
	listen -i v0 -s 0 -w "$file" -C 100k --to "$table" udp
	frames 2000 -p udp -r 4000
	poll has_rows 1 || note 'nothing comes while it runs'
	finish
	want 'exit status' 0 "$rc"
	want 'captured' 2000 "$(summary captured)"
	want_records 2000 2000 0 0
	want 'rows' 2000 "$(rows)"
	want 'files in the rows' "$(find "$work" -maxdepth 1 -name 'file*' | wc -l)" \
		"$(sql 'SELECT uniqExact(file) FROM xdpdump.packets')"
	while read -r number name offset time; do
		want "packet $number" "$time" \
			"$("$dump" -r "$name" --at "$offset" -T json 2>/dev/null | jq -r .frame_frame_time)"
	done < <(sql 'SELECT number, file, offset, frame_frame_time FROM xdpdump.packets WHERE number % 97 = 1 FORMAT TSV')
	end

	empty_table
	begin 'of what is captured into no file no file is named'
	listen -i v0 --to "$table" udp
	frames 10 -p udp
	finish
	want_records 10 10 0 0
	want 'rows without a file' 10 "$(rows "file = '' AND offset = 0 AND frame_frame_interface_name = 'v0'")"
	end

	empty_table
	begin 'the server is killed in the middle: nothing is lost, nothing is twice'
	listen -i v0 --to "$table" --spool "$spool" udp
	background "$send" -i v1 -n 30000 -p udp -r 3000 >"$work/sent" 2>&1
	sender_pid=$!
	poll has_rows 3000 || note 'nothing comes'
	server_is_killed
	poll grep -q 'cannot deliver' "$work/err" || note 'it is not noticed'
	poll compgen -G "$spool/*/*.ndjson" >/dev/null || note 'nothing is in the spool'
	server_begins
	poll grep -q 'delivers again' "$work/err" || note 'it does not come back'
	wait "$sender_pid"
	poll has_rows 30000 || note 'not all is delivered while it goes on'
	finish
	want 'exit status' 0 "$rc"
	want_sums
	want 'captured' 30000 "$(summary captured)"
	want_records 30000 30000 0 0
	want 'different rows' 30000 "$(distinct)"
	want 'files in the spool' 0 "$(find "$spool" -type f | wc -l)"
	end

	empty_table
	begin 'without a spool memory does, for as long as it lasts'
	listen -i v0 --to "$table" --control "$work/control" udp
	frames 500 -p udp
	poll has_rows 500 || note 'nothing comes'
	poll stats_tell '500 500 0 0' || note 'the statistics do not tell of them'
	server_is_killed
	frames 500 -p udp
	poll grep -q 'cannot deliver' "$work/err" || note 'it is not noticed'
	server_begins
	poll has_rows 1000 || note 'it does not come back'
	finish
	want 'exit status' 0 "$rc"
	want_records 1000 1000 0 0
	want 'different rows' 1000 "$(distinct)"
	end

	empty_table
	begin 'what is in the spool at the end is delivered by the next run'
	server_is_killed
	listen -i v0 --to "$table" --spool "$spool" udp
	frames 300 -p udp
	finish
	want 'exit status' 0 "$rc"
	want_records 300 0 300 0
	want_line "$work/err" "cannot deliver: .*: tried again, and meanwhile to $spool/"
	server_begins
	run -r tests/pcaps/udp.pcap --to "$table" --spool "$spool"
	want 'exit status' 0 "$rc"
	read -r made _ < <(records)
	want_sums "$made"
	want_line "$work/err" 'and 300 delivered of those that runs before have left in the spool$'
	want 'rows' "$((300 + made))" "$(rows)"
	want 'files in the spool' 0 "$(find "$spool" -type f | wc -l)"
	end

	empty_table
	begin 'what the spool has no room for is refused, and counted'
	server_is_killed
	listen -i v0 --to "$table" --spool "$spool" --spool-limit 600k udp
	for _ in 1 2 3; do
		frames 500 -p udp
		poll compgen -G "$spool/*/*.ndjson" >/dev/null || note 'nothing is in the spool'
	done
	frames 2000 -p udp
	finish
	want 'exit status' 6 "$rc"
	want_sums
	(($(summary captured) > 0)) || note 'nothing is in the spool'
	want_line "$work/err" 'cannot take more: it is full$'
	want_line "$work/err" '[0-9]+ packets not written: the engine does not take them'
	[[ $(du -b --apparent-size "$spool"/*/*.ndjson | awk '{ n += $1 } END { print n }') -le 614400 ]] ||
		note 'there is more in the spool than it may have'
	rm -r "${spool:?}"/*
	server_begins
	end

	begin 'who is not there, or has no such table, is told of at the start'
	run -r tests/pcaps/udp.pcap --to clickhouse://127.0.0.1:1/a.b
	want 'exit status' 1 "$rc"
	want_line "$work/err" '^xdpdump: --to clickhouse://127.0.0.1:1/a.b: Failed to connect'
	run -r tests/pcaps/udp.pcap --to "clickhouse://127.0.0.1:$port/xdpdump.none" --spool "$spool"
	want 'exit status' 1 "$rc"
	want_line "$work/err" "HTTP 404: .*Table xdpdump.none doesn't exist"
	want 'lines' 1 "$(wc -l <"$work/err")"
	rm -rf "${spool:?}"/*
	end

	begin 'what the table cannot take is refused, once told, and in the books'
	sql 'CREATE TABLE xdpdump.odd (protocol UInt8, number UInt64) ENGINE = Memory'
	run -r tests/pcaps/udp.pcap --to "clickhouse://127.0.0.1:$port/xdpdump.odd"
	want 'exit status' 6 "$rc"
	read -r made _ < <(records)
	want_records "$made" 0 0 "$made"
	want_line "$work/err" "refuses $made records, and perhaps more: HTTP [45]00: Code: "
	sql 'CREATE TABLE xdpdump.narrow (protocol FixedString(2), number UInt64) ENGINE = Memory'
	run -r tests/pcaps/udp.pcap --to "clickhouse://127.0.0.1:$port/xdpdump.narrow"
	want 'exit status, of words that are too long' 6 "$rc"
	want_records "$made" 0 0 "$made"
	end

	begin 'of a batch those are refused that it cannot take, and no others'
	sql 'CREATE TABLE xdpdump.short (protocol FixedString(3), number UInt64) ENGINE = Memory'
	"$dump" -r tests/pcaps/mixed.pcap -w "$work/fit" 'tcp or udp' 2>/dev/null
	"$dump" -r tests/pcaps/icmp.pcap -c 2 -w "$work/others" 2>/dev/null
	made=$("$dump" -r "$work/fit" -r "$work/others" --count 2>/dev/null | cut -d ' ' -f 1)
	run -r "$work/fit" -r "$work/others" --to "clickhouse://127.0.0.1:$port/xdpdump.short"
	want 'exit status' 6 "$rc"
	want_records "$made" "$((made - 2))" 0 2
	want_line "$work/err" "refuses 2 records, and perhaps more: HTTP [45]00: Code: 131"
	want 'rows' "$((made - 2))" "$(sql 'SELECT count() FROM xdpdump.short')"
	want 'different rows' "$((made - 2))" "$(sql 'SELECT uniqExact(number) FROM xdpdump.short')"
	end

	begin 'so it is with those that were in the spool'
	sql 'TRUNCATE TABLE xdpdump.short'
	server_is_killed
	run -r "$work/fit" -r "$work/others" --to "clickhouse://127.0.0.1:$port/xdpdump.short" --spool "$spool"
	want_records "$made" 0 "$made" 0
	server_begins
	run -r tests/pcaps/icmp.pcap -c 1 --to "clickhouse://127.0.0.1:$port/xdpdump.short" --spool "$spool"
	want_records 1 0 0 1
	want_line "$work/err" "and $((made - 2)) delivered of those that runs before have left in the spool\$"
	want 'rows' "$((made - 2))" "$(sql 'SELECT count() FROM xdpdump.short')"
	want 'files in the spool' 0 "$(find "$spool" -type f | wc -l)"
	end

	empty_table
	begin 'a password is in a file'
	printf '# of the database\nuser = writer\npassword = se=cret\n' >"$work/secret"
	run -r tests/pcaps/udp.pcap --to "$table" --to-config "$work/secret"
	want 'exit status' 0 "$rc"
	echo 'user=writer' >"$work/secret"
	run -r tests/pcaps/udp.pcap --to "$table" --to-config "$work/secret"
	want 'exit status without it' 1 "$rc"
	want_line "$work/err" 'HTTP 401'
	run -r tests/pcaps/udp.pcap --to "$table" --to-config "$work/nowhere"
	want 'exit status without the file' 1 "$rc"
	want_line "$work/err" 'nowhere: cannot be read: No such file or directory$'
	end

	empty_table
	begin 'over TLS, to whom the certificate is for'
	if ! command -v openssl >/dev/null; then
		skip 'there is no openssl'
	else
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
			-addext subjectAltName=DNS:localhost -keyout "$work/key.pem" -out "$work/ca.pem" 2>/dev/null
		cat >"$work/tls.py" <<'END'
# PORT CERTIFICATE KEY READY: what comes there by TLS goes to port 8123
import socket, ssl, sys, threading
c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
c.load_cert_chain(sys.argv[2], sys.argv[3])
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
open(sys.argv[4], "w").close()
def copy(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass
while True:
    try:
        a = c.wrap_socket(s.accept()[0], server_side=True)
    except OSError:
        continue
    b = socket.create_connection(("127.0.0.1", 8123))
    for pair in (a, b), (b, a):
        threading.Thread(target=copy, args=pair, daemon=True).start()
END
		background python3 "$work/tls.py" 8443 "$work/ca.pem" "$work/key.pem" "$work/tls.ready" 2>/dev/null
		poll test -e "$work/tls.ready"
		echo "ca = $work/ca.pem" >"$work/secret"
		run -r tests/pcaps/udp.pcap --to clickhouses://localhost:8443/xdpdump.packets --to-config "$work/secret"
		want 'exit status' 0 "$rc"
		read -r made _ < <(records)
		want 'rows' "${made:-none}" "$(rows)"
		run -r tests/pcaps/udp.pcap --to clickhouses://localhost/xdpdump.packets
		want 'exit status, of a certificate that nobody knows' 1 "$rc"
		want_line "$work/err" 'certificate'
		run -r tests/pcaps/udp.pcap --to clickhouses://127.0.0.1/xdpdump.packets --to-config "$work/secret"
		want 'exit status, of somebody else' 1 "$rc"
		end
	fi

	empty_table
	begin 'the server has a name that DNS knows'
	resolv=$(readlink -f /etc/resolv.conf)
	if [[ ! -e $resolv ]]; then
		skip 'there is no resolv.conf'
	else
		cat >"$work/dns.py" <<'END'
# READY: any name is 127.0.0.1, and has no other address
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 53))
open(sys.argv[1], "w").close()
while True:
    asked, who = s.recvfrom(512)
    end = asked.index(0, 12) + 5
    answers = asked[end - 4:end - 2] == b"\0\1"
    s.sendto(asked[:2] + b"\x81\x80\0\1" + bytes([0, answers]) + bytes(4) + asked[12:end] +
             (b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4\x7f\0\0\1" if answers else b""), who)
END
		background python3 "$work/dns.py" "$work/dns.ready"
		poll test -e "$work/dns.ready"
		echo 'nameserver 127.0.0.1' >"$work/resolv.conf"
		mount --bind "$work/resolv.conf" "$resolv"
		run -r tests/pcaps/udp.pcap --to "clickhouse://db.example:$port/xdpdump.packets"
		want 'exit status' 0 "$rc"
		read -r made _ < <(records)
		want 'rows' "${made:-none}" "$(rows)"
		umount "$resolv"
		end
	fi

	empty_table
	begin 'the process that delivers has no rights, and when it is killed that is told'
	listen -i v0 --to "$table" --spool "$spool" udp
	other=$(deliverer)
	want 'rights' 'CapEff: 0000000000000000' "$(grep CapEff "/proc/$other/status" | tr -s '\t ' ' ')"
	want 'rights to get' 'CapPrm: 0000000000000000' "$(grep CapPrm "/proc/$other/status" | tr -s '\t ' ' ')"
	want 'new ones' 'NoNewPrivs: 1' "$(grep NoNewPrivs "/proc/$other/status" | tr -s '\t ' ' ')"
	want_list
	frames 100 -p udp
	poll has_rows 100
	kill -KILL "$other"
	reap	# without another packet
	want 'exit status' 6 "$rc"
	want_line "$work/err" 'not written: the process that delivers has gone'
	want_sums
	want_detached
	end

	begin 'and the files go on'
	rm -f "$file"*
	listen -i v0 -w "$file" --to "$table" udp
	kill -KILL "$(deliverer)"
	frames 100 -p udp
	ended "$pid" && note 'it has ended'
	finish
	want 'exit status' 6 "$rc"
	want 'captured' 100 "$(summary captured)"
	want 'packets in the file' '100 packets' "$("$dump" -r "$file" --count 2>/dev/null)"
	want_records 100 0 0 100
	end

	empty_table
	begin 'when we are killed, what was handed over is delivered'
	listen -i v0 --to "$table" --spool "$spool" udp
	other=$(deliverer)
	frames 200 -p udp
	poll has_rows 200 || note 'nothing comes'
	finish KILL
	poll ended "$other" || note 'it stays'
	want 'rows' 200 "$(distinct)"
	end

	server_is_killed
fi

# ---- Kafka ----

if [[ $versions == *'without librdkafka'* ]]; then
	begin 'Kafka'
	skip 'built without librdkafka'
	plan
	exit
fi

# Its stdin is not that of what runs in the background.
mock_begins()
{
	exec "$B/tests/live/kafka_mock" "$work/port" <"$work/to" >"$work/from"
}

mkfifo "$work/to" "$work/from"
background mock_begins
exec {to}>"$work/to" {from}<"$work/from"
poll test -s "$work/port"
brokers=$(cat "$work/port")

# mock COMMAND...: its answer
mock()
{
	local answer

	echo "$*" >&"$to"
	read -r -u "$from" answer
	echo "$answer"
}

# want_messages N: so many are in the topic, all different, of one run in their order
want_messages()
{
	want 'messages' "$1" "$(mock take "$1" "$work/taken")"
	want_true 'the messages' python3 - "$work/taken" "$1" <<'END'
import json, sys
seen, last, where = set(), {}, {}
for line in open(sys.argv[1]):
    partition, key, value = line.split(" ", 2)
    r = json.loads(value)
    assert key == r["capture"], key
    assert where.setdefault(key, partition) == partition, "two partitions"
    assert r["number"] > last.get(key, 0), (r["number"], last)
    last[key] = r["number"]
    seen.add((r["host"], key, r["number"]))
assert len(seen) == int(sys.argv[2]), len(seen)
END
}

topic=a
begin 'each packet is a message of the mock, and as the schema says'
want 'the mock' ok "$(mock topic "$topic")"
deliver_captures "kafka://$brokers/$topic"
want_messages "$n"
want_true 'the schema' python3 - "$work/taken" share/kafka/packets.schema.json <<'END'
import json, sys
import jsonschema
schema = json.load(open(sys.argv[2]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for line in open(sys.argv[1]):
    validator.validate(json.loads(line.split(" ", 2)[2]))
END
end

topic=b
begin 'requests fail, and are made again: nothing is lost, nothing is twice in the mock'
mock topic "$topic" >/dev/null
want 'the mock' ok "$(mock errors 12)"
listen -i v0 --to "kafka://$brokers/$topic" --spool "$spool" udp
want_list
frames 3000 -p udp -r 1500
finish
want 'exit status' 0 "$rc"
want_sums
want_records 3000 3000 0 0
want_messages 3000
end

topic=c
begin 'nobody is there for a while, and what waits meanwhile is in the spool'
mock topic "$topic" >/dev/null
listen -i v0 --to "kafka://$brokers/$topic" --spool "$spool" udp
frames 500 -p udp
mock down >/dev/null
frames 500 -p udp
poll grep -q 'cannot deliver' "$work/err" || note 'it is not noticed'
frames 500 -p udp
poll compgen -G "$spool/*/*.ndjson" >/dev/null || note 'nothing is in the spool'
mock up >/dev/null
poll grep -q 'delivers again' "$work/err" || note 'it does not come back'
finish
want 'exit status' 0 "$rc"
want_sums
want_messages 1500
end

topic=d
begin 'and what is in it at the end is sent by the next run'
mock topic "$topic" >/dev/null
listen -i v0 --to "kafka://$brokers/$topic" --spool "$spool" udp
mock down >/dev/null
frames 100 -p udp
poll grep -q 'cannot deliver' "$work/err" || note 'it is not noticed'
finish
want 'exit status' 0 "$rc"
want_records 100 0 100 0
mock up >/dev/null
run -r tests/pcaps/mixed.pcap --to "kafka://$brokers/$topic" --spool "$spool"
want 'exit status' 0 "$rc"
want_line "$work/err" 'and 100 delivered of those that runs before have left in the spool$'
want_messages 294
end

topic=e
begin 'what is refused for good is counted'
mock topic "$topic" >/dev/null
mock refuse 1 >/dev/null
run -r tests/pcaps/mixed.pcap --to "kafka://$brokers/$topic"
want 'exit status' 6 "$rc"
want_records 194 0 0 194
want_line "$work/err" 'refuses 194 records, and perhaps more: .*[Aa]uthorization'
end

begin 'who is not there, or what cannot be set, is told of at the start'
run -r tests/pcaps/udp.pcap --to kafka://127.0.0.1:1/t
want 'exit status' 1 "$rc"
want_line "$work/err" '^xdpdump: --to kafka://127.0.0.1:1/t: .*Connection refused'
echo 'nonsense=1' >"$work/properties"
run -r tests/pcaps/udp.pcap --to "kafka://$brokers/t" --to-config "$work/properties"
want 'exit status' 1 "$rc"
want_line "$work/err" 'properties:1: No such configuration property: "nonsense"'
printf 'client.id=me\ncompression.codec=none\n' >"$work/properties"
run -r tests/pcaps/udp.pcap --to "kafka://$brokers/e" --to-config "$work/properties"
want 'exit status' 0 "$rc"
end

plan
