#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# --top of files, on terminals of several kinds and sizes.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"
# shellcheck source=tests/terminal.sh
. tests/terminal.sh
trap 'terminal_close; rm -rf "$work"' EXIT

file=tests/pcaps/mixed.pcap

{
	"$B/bare/xdpdump" -r $file --top 2>"$work/said"
	status=$?
	((status == 2)) || echo "exit $status"
	grep -qx 'xdpdump: --top: this xdpdump was built without ncurses: install libncurses-dev (Debian) and build it again.*' "$work/said" ||
		cat "$work/said"
} >"$work/against" 2>&1
verdict "without_ncurses_it_says_what_is_missing"

# Whether the tool has it.
has_ncurses()
{
	"$dump" --version -v | grep -q '^ncurses '
}

if has_ncurses; then
	{
		"$dump" -r $file --top >"$work/text" 2>"$work/said" </dev/null
		status=$?
		((status == 2)) || echo "exit $status"
		grep -q '^xdpdump: --top needs a terminal: stdout is no terminal' "$work/said" || cat "$work/said"
		[[ ! -s $work/text ]] || echo "something is on stdout"
	} >"$work/against" 2>&1
	verdict "without_a_terminal_it_says_so"
fi

if has_ncurses && wanted "on_terminals_of_any_kind" tmux; then
	for term in vt100 xterm-256color screen; do
		terminal_run 80x24 $term "$dump" -r $file --top
		terminal_shows '^ xdpdump --top  tests/pcaps/mixed.pcap'
		terminal_shows '^All 121 pps  219 kbit/s +194 packets, 43.9 kB, 226 B each +lost 0$'
		terminal_shows 'TCP +69.1%'
		terminal_shows '^ +1.00 k \|'
		terminal_shows '^ +52.2 k +11.9 +10.4 k  TCP 198.51.100.80:80 <-> 192.0.2.20:[0-9]+$'
		terminal_shows '^ q quit +s sort +f filter +w write +Tab, 1-5 lists$'
		terminal_keys 2
		terminal_shows '198.51.100.80  17.6 k sent, 2.31 k received'
		terminal_keys s
		terminal_shows 'by packets/s'
		terminal_keys Tab
		terminal_shows 'ICMPv6$'
		terminal_keys q
		terminal_ended 0
		terminal_close
	done >"$work/against" 2>&1
	verdict "on_terminals_of_any_kind"

	{
		terminal_run 80x24 vt100 "$dump" -r $file --top
		terminal_shows '194 packets'
		terminal_keys f 'udp porty 53' Enter
		terminal_shows 'syntax error'
		terminal_keys f 'udpx' BSpace Enter
		terminal_shows '^Filter none +shown udp$'
		terminal_shows ' 19 packets, 1.64 kB'
		terminal_keys w "$work/shown" Enter
		terminal_shows '^19 packets in '
		terminal_keys w "$work/shown" Enter
		terminal_shows 'cannot write: File exists'
		terminal_keys f C-u Enter
		terminal_shows '194 packets'
		terminal_keys q
		terminal_ended 0
		"$dump" --compare "$work/shown" $file udp >"$work/text" || cat "$work/text"
	} >"$work/against" 2>&1
	terminal_close
	verdict "a_key_filters_and_another_one_writes_what_is_shown"

	# What is read again has been opened again, and looked through in a table that is made again.
	mkdir "$work/dir"
	gzip -c $file >"$work/dir/file.pcap.gz"
	for options in '' '--dedup' "-w $(printf %q "$work/again")" "-w $(printf %q "$work/again") --dedup"; do
		# shellcheck disable=SC2086
		terminal_run 80x24 screen "$dump" -r "$work/dir" $options --top
		terminal_shows '194 packets'
		terminal_is_confined || echo "$options: system calls are not confined"
		terminal_keys f udp Enter
		terminal_shows ' 19 packets, 1.64 kB'
		terminal_keys q
		terminal_ended 0
		terminal_close
	done >"$work/against" 2>&1
	verdict "system_calls_are_confined_and_files_are_read_again"

	# What names mean is known from the start, and later from files of the system.
	{
		terminal_run 80x24 screen "$dump" -r $file --top 'port domain'
		terminal_shows ' 8 packets, '
		terminal_keys f 'port http' Enter
		terminal_shows 'shown port http$'
		terminal_keys f C-u 'tcp port http' Enter
		terminal_shows ' 0 packets, '
		terminal_keys f C-u 'host localhost' Enter
		terminal_shows 'shown host localhost$'
		terminal_keys f C-u Enter
		terminal_shows ' 8 packets, '
		terminal_is_confined || echo 'system calls are not confined'
		terminal_keys q
		terminal_ended 0
		terminal_shows '^$'
		terminal capture-pane -p | grep sandbox
	} >"$work/against" 2>&1
	terminal_close
	verdict "names_in_filters_are_looked_up"

	# A file goes that was there when it began.
	{
		cp $file "$work/dir/other.pcap"
		terminal_run 80x24 screen "$dump" -r "$work/dir" --top
		terminal_shows ' 388 packets, '
		mv "$work/dir/other.pcap" "$work/dir/another.pcap"
		terminal_keys f udp Enter
		terminal_shows 'other.pcap: .*No such file'
		terminal_keys q
		terminal_ended 1
		terminal capture-pane -p | grep -e sandbox -e 'No such file' | sort -u
	} >"$work/seen" 2>&1
	terminal_close
	grep -v "^xdpdump: $work/dir/other.pcap: cannot open: No such file" "$work/seen" >"$work/against"
	verdict "a_file_that_goes_is_told_of"

	{
		terminal_run 80x24 screen "$dump" -r "$work/late" --top -w "$work/again"
		terminal_ended 1
		terminal_shows 'late: .*No such file'
	} >"$work/against" 2>&1
	terminal_close
	verdict "what_cannot_be_opened_ends_it_before_it_begins"

	{
		terminal_run 20x4 xterm-256color "$dump" -r $file --top ip6
		terminal_shows '^ xdpdump --top  test'
		terminal resize-window -x 130 -y 40
		terminal_shows '^ +bit/s +packets/s +bytes +packets  flow'
		terminal_shows '^Filter ip6$'
		terminal_keys q
		terminal_ended 0
		terminal_close
		# in reverse and bold, and without a colour
		terminal_run 80x24 xterm-256color env NO_COLOR=1 "$dump" -r $file --top
		terminal_shows '194 packets'
		terminal capture-pane -p -e | grep -aE $'\x1b\\[[0-9;]*3[0-7]'
		terminal_keys q
		terminal_ended 0
	} >"$work/against" 2>&1
	terminal_close
	verdict "of_any_size_and_without_colour"

	{
		terminal_run 80x24 screen "$dump" -r $file -r $file --top -w "$work/out" -s 64 tcp
		terminal_shows '^ xdpdump --top  several files'
		terminal_shows '  268 packets, '
		terminal_keys f 'tcp port 80' Enter
		terminal_shows 'shown tcp port 80$'
		terminal_shows "  $("$dump" -r $file -r $file --count tcp port 80 | cut -d' ' -f1) packets, "
		terminal_keys q
		terminal_ended 0
		terminal_close
		"$dump" -r $file -r $file -w "$work/without" -s 64 tcp
		cmp "$work/out" "$work/without"
		# a command is as free as without it
		printf '#!/bin/sh\necho it says >&2\ngrep NoNewPrivs /proc/self/status >%q\n' "$work/freedom" >"$work/command"
		chmod +x "$work/command"
		terminal_run 80x24 screen "$dump" -r $file --top -w "$work/out" -z "$work/command"
		terminal_shows '194 packets'
		terminal_shows 'it says'
		terminal_shows '^ xdpdump --top '
		terminal_keys q
		terminal_ended 0
		terminal_shows '^it says'
		terminal_close
		[[ $(<"$work/freedom") == $'NoNewPrivs:\t0' ]] || cat "$work/freedom"
		# its end is that of the writing, too
		terminal_run 80x24 screen bash -c "$(printf %q "$dump") -r - --top -w $(printf %q "$work/out") <$file"
		terminal_shows '194 packets'
		terminal_keys q
		terminal_ended 0
		"$dump" --compare "$work/out" $file >"$work/text" || cat "$work/text"
		terminal_close
		terminal_run 80x24 screen "$dump" -r $file --top -w "$work/nowhere/out"
		terminal_ended 1
		terminal_shows 'nowhere/out: .*No such file'
	} >"$work/against" 2>&1
	terminal_close
	verdict "beside_it_a_file_is_written_as_without"

	{
		head -c 20000 $file >"$work/grows"
		before=$("$dump" -r "$work/grows" --count 2>/dev/null | cut -d" " -f1)
		terminal_run 80x24 screen "$dump" -r "$work/grows" --follow --top -w "$work/out"
		terminal_shows "^Now .* $before packets, .*lost 0"
		tail -c +20001 $file >>"$work/grows"
		terminal_shows '  194 packets, '
		terminal_shows '^ +packets/s of the last'
		terminal_keys 5
		terminal_shows '^ +0  lost, say the packets behind them'
		terminal_keys f udp Enter
		terminal_shows '^Filter none +shown udp$'
		tail -c +25 $file >>"$work/grows"
		terminal_shows '  19 packets, '
		terminal_keys w "$work/shown2" Enter
		terminal_shows 'writing .*/shown2$'
		tail -c +25 $file >>"$work/grows"
		terminal_shows '  38 packets, '
		terminal_keys q
		terminal_ended 0
		terminal_shows '^19 packets in .*/shown2$'
		[[ $("$dump" -r "$work/shown2" --count udp) == '19 packets' ]] || echo 'what is shown is not in the file'
		[[ $("$dump" -r "$work/out" --count) == '582 packets' ]] || echo 'what is read is not in the file'
	} >"$work/against" 2>&1
	terminal_close
	verdict "a_file_that_is_followed_is_seen_as_it_grows"

	# stderr is kept until the screen is given back.
	{
		terminal_run 80x24 screen "$dump" -r tests/pcaps/files/damaged_pcap_garbage_tail.pcap --top
		terminal_shows 'damaged at byte'
		terminal_shows '^ q quit'
		terminal_keys q
		terminal_ended 1
		terminal_shows '^xdpdump: .*damaged_pcap_garbage_tail.pcap: damaged'
		terminal_close
		terminal_run 80x24 screen "$dump" -r /nonexistent --top
		terminal_ended 1
		terminal_shows '/nonexistent: '
		terminal_close
		terminal_run 80x24 screen "$dump" -r $file --top 'tcp porty 80'
		terminal_ended 2
		terminal_shows '>>>porty<<<'
		terminal_close
		terminal_run 80x24 nosuchterminal "$dump" -r $file --top
		terminal_ended 2
		terminal_shows "^xdpdump: --top needs a terminal: TERM is 'nosuchterminal'"
	} >"$work/against" 2>&1
	terminal_close
	verdict "what_goes_wrong_is_told_and_stays_on_the_screen"

	{
		terminal_run 80x24 screen "$dump" -r $file --top
		terminal_shows '194 packets'
		terminal_keys C-c
		terminal_ended 0
		terminal_close
		terminal_run 80x24 screen "$dump" -r $file --top --follow
		terminal_shows '194 packets'
		terminal_keys C-c
		terminal_ended 0
		terminal_close
		# packets from stdin, keys from the terminal
		terminal_run 80x24 screen bash -c "$(printf %q "$dump") -r - --top <$file"
		terminal_shows '194 packets'
		terminal_keys f udp Enter
		terminal_shows 'cannot be read again'
		terminal_shows '194 packets'
		terminal_keys q
		terminal_ended 0
	} >"$work/against" 2>&1
	terminal_close
	verdict "a_signal_ends_it_and_stdin_can_be_the_file"

	# some packets, and then none; and packets without end, of which none is shown
	{
		mkfifo "$work/pipe"
		exec 3<>"$work/pipe"
		cat $file >&3
		terminal_run 80x24 screen bash -c "$(printf '%q -r - --top <%q' "$dump" "$work/pipe")"
		terminal_shows '194 packets'
		terminal_keys 5
		terminal_shows 'lost, say the packets'
		terminal_keys q
		terminal_ended 0
		exec 3>&-
		terminal_close
		terminal_run 80x24 screen bash -c "{ cat $file; while tail -c +25 $file 2>/dev/null; do :; done; } |
			$(printf %q "$dump") -r - --top 'host 192.0.2.250'"
		terminal_shows '  0 packets.* lost 0$'
		terminal_keys q
		terminal_ended 0
	} >"$work/against" 2>&1
	terminal_close
	verdict "keys_are_obeyed_while_it_reads"
fi
echo "1..$n"
