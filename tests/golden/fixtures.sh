#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The captures in tests/pcaps are those that scripts/fixtures.py makes.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"
if wanted "the_fixtures_are_what_their_script_makes" python3; then
	scripts/fixtures.py "$work/pcaps" >"$work/said" 2>&1 || cat "$work/said" >"$work/against"
	diff -r "$work/pcaps" tests/pcaps >"$work/against" 2>&1
	verdict "the_fixtures_are_what_their_script_makes"
fi
echo "1..$n"
