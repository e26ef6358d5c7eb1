#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# A capture is read while it is written, through its rotation.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

# follow ARGS...: in the background, text in $work/followed, messages in $work/follower.err
follow()
{
	background "$dump" "$@" --follow >"$work/followed" 2>"$work/follower.err"
	follower=$!
}

has_followed()
{
	(($(wc -l <"$work/followed") >= $1))
}

# want_followed PACKETS: shown while the capture goes on
want_followed()
{
	poll has_followed "$1" || note "only $(wc -l <"$work/followed") of $1 packets are shown"
}

# stop_following STATUS
stop_following()
{
	local capture=$pid

	pid=$follower
	finish
	want 'exit status of the follower' 0 "$rc"
	pid=$capture
}

veth_up v0 v1 || exit 1

begin 'a file that is written is shown packet by packet'
follow -r "$work/file"
poll grep -q 'nothing to read yet' "$work/follower.err" || note 'it does not wait for the file'
listen -i v0 -w "$work/file"
for n in 10 20 30; do
	frames 10
	want_followed $n
done
stop_following
want_line "$work/follower.err" '^stopped as asked: 30 packets read, 30 taken$'
finish
want_books "$work/file"
end

begin 'a rotation is followed from file to file, each packet once, into a file of its own'
mkdir "$work/ring"
listen -i v0 -s 100 -C 20k -w "$work/ring/cap.pcapng"
follow -r "$work/ring/cap*" -s 64 -w "$work/all.pcapng" --print
for n in 500 1000 1500; do
	frames 500
	want_followed $n
done
files=("$work"/ring/cap*)
((${#files[@]} >= 5)) || note "only ${#files[@]} files"
stop_following
finish
want_accepted "$work/all.pcapng"
want 'packets in its file' '1500 packets' "$("$dump" -r "$work/all.pcapng" --count)"
want_true 'the packets of the files' "$dump" --compare "$work/all.pcapng" \
	<("$dump" -r "$work/ring/cap*" --follow -c 1500 -s 64 -w -)
end

begin '-c ends it'
follow -r "$work/file" -c 30
poll ended "$follower" || note 'it has not ended'
want 'packets' 30 "$(wc -l <"$work/followed")"
end

# until_read WHAT: what there is by now has been read of $out
until_read()
{
	case $1 in
	packets) (($(timeout 60 head -n 30 <&"$out" | wc -l) == 30)) ;;
	waiting) poll grep -qs 'nothing to read yet' "$work/err" ;;
	esac
}

mkfifo "$work/fifo" "$work/input"
exec {input}<>"$work/input"
while IFS='|' read -r what until args; do
	begin "when its reader has gone it ends, without another packet and without a word: $what"
	# shellcheck disable=SC2016,SC2086
	background sh -c 'exec "$@" >"$0"' "$work/fifo" "$dump" $args 2>"$work/err"
	pid=$!
	exec {out}<"$work/fifo"
	until_read "$until" || note 'it is not waiting'
	exec {out}<&-
	reap
	want 'exit status' 0 "$rc"
	want 'what is said' '' "$(grep -v 'nothing to read yet' "$work/err")"
	end
done <<END
a file that may grow|packets|-r $work/file --follow -l
a file that may come|waiting|-r $work/nonesuch --follow
a file that may come, into another one|waiting|-r $work/nonesuch --follow -w -
a FIFO||-r $work/input
END
exec {input}>&-

begin 'what is followed is not written'
run -r "$work/ring/*" --follow -w "$work/ring/x"
want 'exit status' 2 "$rc"
want_line "$work/err" 'what -w writes would be read again'
ln "$work/file" "$work/link"
run -r "$work/file" --follow -w "$work/link"
want 'exit status' 2 "$rc"
want_line "$work/err" 'cannot read from and write to the same file'
want "packets that are there" "30 packets" "$("$dump" -r "$work/file" --count)"
end

plan
