# SPDX-License-Identifier: GPL-2.0-only OR MIT
# shellcheck shell=bash
#
# What golden.sh and scripts/golden-update share: the cases, and how one of them is run.
export TZ=UTC LC_ALL=C
B=${B:-build}

# The lines of CASES: name, file, options.
cases()
{
	grep -v '^#' tests/golden/CASES | grep .
}

# run_case FILE OPTIONS...: what it prints, what it complains about, and its exit status.
run_case()
{
	local file=$1 status=0 complaints

	shift
	complaints=$(mktemp)
	"$B/xdpdump" -r "tests/pcaps/$file" "$@" 2>"$complaints" </dev/null || status=$?
	if [[ -s $complaints ]]; then
		echo "--- stderr"
		cat "$complaints"
	fi
	rm -f "$complaints"
	echo "--- exit $status"
}
