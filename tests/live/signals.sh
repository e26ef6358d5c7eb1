#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Start and stop, and what signals do in between.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

file=$work/file

statistics()
{
	(($(grep -c ' packets (' "$work/err") >= $1))
}

# The reader of $work/fifo is stopped after the file's head, and the pipe is full.
stop_reader()
{
	rm -f "$work/fifo"
	mkfifo "$work/fifo"
	sleep 600 <>"$work/fifo" &
	reader=$!
	pids+=("$reader")
	listen -i v0 -s 0 -w "$work/fifo"
	frames 1000 -s 1000
}

veth_up v0 v1 || exit 1

for signal in INT TERM QUIT ALRM XCPU; do
	begin "SIG$signal ends the capture, and all is written"
	listen -i v0 -w "$file"
	frames 100
	finish $signal
	want 'exit status' 0 "$rc"
	want_books "$file"
	want 'packets' 100 "$epb"
	want_detached
	end
done

# listen_ignoring SIGNAL ARGS...: started by somebody who ignores the signal
listen_ignoring()
{
	: >"$work/err"
	sh -c 'trap "" "$1"; shift; exec "$@"' sh "$1" "$dump" "${@:2}" >"$work/out" 2>"$work/err" &
	pid=$!
	pids+=("$pid")
	listening
}

for signal in INT QUIT; do
	begin "SIG$signal ends a capture that was started with it ignored, as by a script in the background"
	listen_ignoring $signal -i v0 -w "$file"
	frames 10
	finish $signal
	want 'exit status' 0 "$rc"
	want_books "$file"
	want 'packets' 10 "$epb"
	end
done

for signal in HUP ALRM XCPU; do
	begin "SIG$signal is left ignored where it was, as under nohup"
	listen_ignoring $signal -i v0 -w "$file"
	kill -$signal "$pid"
	frames 10
	finish INT
	want_books "$file"
	want 'packets' 10 "$epb"
	end
done

# What stands in the file while the capture goes on.
written()
{
	(($("$dump" -r "$file" -T json 2>/dev/null | wc -l) == $1))
}

begin 'SIGUSR2 brings what is buffered into the file, as for tcpdump, and the capture goes on'
listen -i v0 -w "$file" --compress zstd
for n in 10 20 30; do
	frames 10
	kill -USR2 "$pid"
	poll written $n || note "$n packets are not in the file"
done
finish
want 'exit status' 0 "$rc"
want 'packets' 30 "$("$dump" -r "$file" -T json | wc -l)"
end

begin 'a storm of signals that end nothing ends nothing'
listen -i v0 -w "$file"
for ((i = 0; i < 200; i++)); do
	kill -USR2 "$pid"
	kill -USR1 "$pid"
	kill -WINCH "$pid"
	kill -CONT "$pid"
done
frames 10
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'packets' 10 "$epb"
end

begin 'SIGUSR1 prints the statistics and the capture goes on'
listen -i v0 -w "$file"
frames 10 -p mixed
kill -USR1 "$pid"
poll statistics 1 || note 'no statistics in a minute'
want_line "$work/err" ' s: 10 packets '
want_line "$work/err" '^  TCP 5 \(50.0 %\), UDP 5 \(50.0 %\), other 0 \(0.0 %\)$'
frames 10
finish
want_books "$file"
want 'packets' 20 "$epb"
end

begin '--stats=200ms prints the statistics again and again'
listen -i v0 -w "$file" --stats=200ms
poll statistics 4 || note 'not four times in a minute'
finish
# by its own clock: when we look has nothing to do with it
fourth=$(grep ' packets (' "$work/err" | sed -n '4s/ s: .*//p')
((10#${fourth//./} >= 700)) || note "four times within $fourth s"
want 'exit status' 0 "$rc"
end

begin 'O7: a first SIGINT ends a capture whose reader has stopped reading'
stop_reader
finish INT
want 'exit status' 6 "$rc"
want_line "$work/err" "[0-9]+ packets not written: its reader takes nothing"
want 'captured + not written' 1000 \
	"$(($(summary captured) + $(sed -nE 's/.* ([0-9]+) packets? not written.*/\1/p' "$work/err")))"
want_detached
kill "$reader"
end

begin 'O7: while the reader of a FIFO is stopped the ring fills and its losses are counted; when it goes on, so do we'
rm -f "$work/fifo"
mkfifo "$work/fifo"
cat "$work/fifo" >"$work/copy" &
reader=$!
pids+=("$reader")
listen -i v0 -s 0 -B 64 --write-buffer none -w "$work/fifo"
kill -STOP "$reader"
frames 3000 -s 1000
kill -CONT "$reader"
finish
want 'exit status' 0 "$rc"
wait "$reader"
want_books "$work/copy"
want 'read + lost in the ring' 3000 "$((epb + osdrop))"
((osdrop > 0)) || note 'nothing was lost'
want_detached
end

# force SIGNAL: as a second one. When it comes more than a second behind the first the capture has
# given its reader up (6): again.
force()
{
	local i

	for ((i = 0; i < 20; i++)); do
		stop_reader
		kill -INT "$pid"
		poll detached || note 'still attached'
		kill -"$1" "$pid" 2>/dev/null
		reap
		kill "$reader"
		((rc == 6)) || break
	done
}

begin 'a second SIGINT forces the end'
force INT
want 'exit status' 130 "$rc"
want_detached
end

begin 'a second signal that is SIGTERM forces the end as well'
force TERM
want 'exit status' 143 "$rc"
end

begin '-P makes the interface promiscuous, and only for as long as it runs'
before=$(ip -d -o link show dev v0)
listen -i v0 -P
want 'promiscuity' 1 "$(ip -d -o link show dev v0 | sed -nE 's/.*promiscuity ([0-9]+).*/\1/p')"
finish
want 'the interface, afterwards' "${before//[[:space:]]/}" "$(ip -d -o link show dev v0 | tr -d '[:space:]')"
end

plan
