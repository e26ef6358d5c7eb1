# SPDX-License-Identifier: GPL-2.0-only OR MIT
# shellcheck shell=bash disable=SC2154
#
# Sourced by tests that need a terminal: tmux is one, of any size, whose screen can be read. With a directory $work.

export TMUX_TMPDIR=$work
unset TMUX

n_terminals=0

terminal()
{
	tmux -f /dev/null -L "test$n_terminals" "$@"
}

# terminal_run SIZE TERM COMMAND...: on a terminal of that size, "80x24"; its exit status goes to $work/status.
terminal_run()
{
	local words

	n_terminals=$((n_terminals + 1))	# one that goes is not asked for the next
	words=$(printf '%q ' "${@:3}")
	rm -f "$work/status"
	terminal new-session -d -x "${1%x*}" -y "${1#*x}" \
		"TERM=$2 $words; echo \$? >$(printf %q "$work/status.new"); mv $(printf %q "$work/status.new") $(printf %q "$work/status"); cat"
}

# terminal_shows PATTERN: within a minute, an extended regular expression for a line; else says what it shows. What has ended
# shows nothing else any more.
terminal_shows()
{
	local end=$((SECONDS + 60))

	until terminal capture-pane -p | grep -Eq -e "$1"; do
		[[ ! -e $work/status ]] || end=$((end < SECONDS + 2 ? end : SECONDS + 2))
		((SECONDS <= end)) || { echo "the terminal does not show '$1':"; terminal capture-pane -p; return 1; }
		sleep 0.05
	done
}

# terminal_keys WORD...: as tmux send-keys takes them: text, Enter, Tab, Escape
terminal_keys()
{
	terminal send-keys "$@"
}

# terminal_ended STATUS: within a minute
terminal_ended()
{
	local end=$((SECONDS + 60))

	until [[ -e $work/status ]]; do
		((SECONDS <= end)) || { echo "it has not ended:"; terminal capture-pane -p; return 1; }
		sleep 0.05
	done
	[[ $(<"$work/status") == "$1" ]] || { echo "exit $(<"$work/status") instead of $1:"; terminal capture-pane -p; }
}

# The tool that runs there: all of its threads have a list of system calls, as they have not with a sanitizer.
terminal_is_confined()
{
	local task pid

	! nm -D "$dump" 2>/dev/null | grep -Eq '__(asan|tsan)' || return 0
	pid=$(pgrep -P "$(terminal display-message -p '#{pane_pid}')" -x xdpdump) || return
	for task in /proc/"$pid"/task/*/status; do
		grep -Exq 'Seccomp:[[:blank:]]+2' "$task" || return
	done
}

terminal_close()
{
	terminal kill-server 2>/dev/null
}
