#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# -Z: whose files they are, and what is left of root while a capture runs.
# shellcheck source=tests/live/lib.sh disable=SC2119,SC2154
. "$(dirname "$0")/lib.sh"

dir=$work/theirs
file=$dir/file

veth_up v0 v1 || exit 1
mkdir "$dir"
chown nobody "$dir"
chmod 755 "$work"

begin '-Z creates the file as that user, and captures on without any privilege'
listen -i v0 -w "$file" -Z nobody
want 'owner' nobody "$(stat -c %U "$file")"
want 'users' "$(id -u nobody) $(id -u nobody) $(id -u nobody) $(id -u nobody)" \
	"$(awk '$1 == "Uid:" { print $2, $3, $4, $5 }' "/proc/$pid/status")"
want 'groups' "$(id -G nobody)" "$(awk '$1 == "Groups:" { $1 = ""; print $0 }' "/proc/$pid/status" | xargs)"
want 'capabilities' '0000000000000000' \
	"$(awk '$1 == "CapEff:" || $1 == "CapPrm:" { print $2 }' "/proc/$pid/status" | sort -u)"
frames 100
kill -USR1 "$pid"
poll grep -q ' s: 100 packets ' "$work/err" || note 'no statistics in a minute'
finish
want 'exit status' 0 "$rc"
want_books "$file"
want 'packets' 100 "$epb"
want_detached
end

begin '-Z for a directory of root: refused before anything is attached'
mkdir "$work/ours"
run -i v0 -w "$work/ours/file" -Z nobody
want 'exit status' 1 "$rc"
want_line "$work/err" 'ours/file: cannot open for writing: Permission denied$'
want_detached
end

begin '-Z with -r: the input is opened before, the output is theirs'
mkdir "$work/secret"
chmod 700 "$work/secret"
cp tests/pcaps/arp.pcap "$work/secret/in.pcap"
run -r "$work/secret/in.pcap" -w "$dir/copy" -Z nobody
want 'exit status' 0 "$rc"
want 'owner' nobody "$(stat -c %U "$dir/copy")"
want_true compare "$dump" --compare "$work/secret/in.pcap" "$dir/copy"
run -r "$work/secret/in.pcap" -w "$work/secret/out" -Z nobody
want 'exit status' 1 "$rc"
want_line "$work/err" 'secret/out: cannot open for writing: Permission denied$'
end

begin '-Z root changes nothing'
listen -i v0 -w "$work/ours/file" -Z root
want 'owner' root "$(stat -c %U "$work/ours/file")"
frames 10
finish
want_books "$work/ours/file"
want 'packets' 10 "$epb"
end

begin '-Z with a user that is not there'
run -i v0 -w "$file" -Z no-such-user
want 'exit status' 2 "$rc"
want_line "$work/err" '-Z no-such-user: there is no such user$'
want_detached
end

plan
